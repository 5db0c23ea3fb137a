"""Standard errors of ratios over the genome, by leaving out one stretch at a time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from genostrat.arrays import Flags, Floats

#: Fewer stretches than this give no standard error: with ten its own error is a
#: quarter, for it rests on nine degrees of freedom.
MIN_STRETCHES = 10


def jackknife_error(
    sums: Floats, statistic: Callable[[Floats], Floats], *, used: Flags
) -> tuple[float, int]:
    """Return the block-jackknife standard error of a statistic of sums.

    Parameters
    ----------
    sums
        What is added up over the genome, by stretch: shape (n_sums, n_stretches).
    statistic
        Takes sums of shape (n_sums, n) and returns n values.
    used
        Which stretches hold any data, length n_stretches.

    Returns
    -------
    error, n_stretches
        NaN with fewer than :data:`MIN_STRETCHES` stretches.

    Notes
    -----
    SE² = (k − 1)/k · Σ(θ₋ᵢ − θ̄)², as :func:`allel.jackknife` computes it, here for
    all stretches at once.
    """
    own = sums[:, used]
    n_stretches = own.shape[1]
    if n_stretches < MIN_STRETCHES:
        return float("nan"), n_stretches
    left = statistic(own.sum(axis=1, keepdims=True) - own)
    spread = ((left - left.mean()) ** 2).sum()
    return float(np.sqrt((n_stretches - 1) / n_stretches * spread)), n_stretches
