"""The smallest difference of effects that the data could have shown."""

from __future__ import annotations

import numpy as np
from scipy import optimize, stats

ALPHA, POWER = 0.05, 0.8


def smallest_interaction(standard_errors: np.ndarray) -> float:
    """Return the difference of effects that would have been seen with 80 % power.

    Parameters
    ----------
    standard_errors
        Of the effect in each group, on the scale of the test; groups without an
        estimate are missing.

    Returns
    -------
    float
        On the scale of the test: how far the effect in any one group must lie from the
        effect in all the others. Missing with fewer than two groups.

    Notes
    -----
    One group of weight w = 1 / se² that is d away from others of weight W in all gives
    Cochran's statistic the non-centrality d² w W / (w + W), with as many degrees of
    freedom as groups less one. The largest d over groups is taken, so that a difference
    of it would have been seen wherever it was. With two groups this is
    (z₀.₉₇₅ + z₀.₈) √(se₁² + se₂²).

    Examples
    --------
    >>> round(smallest_interaction(np.array([0.3, 0.4])), 3)
    1.401
    """
    usable = standard_errors[np.isfinite(standard_errors) & (standard_errors > 0)]
    if len(usable) < 2:
        return np.nan
    weights = 1.0 / usable**2
    rest = weights.sum() - weights
    needed = _noncentrality(len(usable) - 1)
    return float(np.sqrt(needed * weights.sum() / (weights * rest)).max())


def _noncentrality(df: int) -> float:
    """Return the non-centrality that chi-squared needs for the power."""
    limit = stats.chi2.isf(ALPHA, df)

    def excess(value: float) -> float:
        return float(stats.ncx2.sf(limit, df, value)) - POWER

    return float(optimize.brentq(excess, 1e-6, 1000.0))
