"""Which features of a layer are worth keeping."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genostrat.arrays import Indices, Reals

#: A feature whose spread after adjustment is below this share of its spread before
#: is explained by the covariates; what is left is rounding.
EXPLAINED = 1e-6
#: Relative spread below which a transformed feature is constant but for rounding.
FLAT = 1e-12
#: Most different values of a discrete feature.
MAX_DISCRETE = 10
#: Share of the patients who have one and the same value from which a feature is a
#: mixture of that value and others, as with zeros below a limit of detection.
SPIKE = 0.2


def screen_features(values: Reals, *, max_missing_rate: float) -> NDArray[np.str_]:
    """Say of each feature whether it can be used, and if not, why.

    Parameters
    ----------
    values
        Training patients × features; NaN where missing.
    max_missing_rate
        Highest share of training patients without a value.

    Returns
    -------
    ndarray of str
        ``"used"``, ``"missing"`` (too many missing values), ``"constant"``, or
        ``"duplicate"`` (equal to an earlier feature in every patient).
    """
    status = np.full(values.shape[1], "used", dtype="<U16")
    unmeasured = np.isnan(values)
    low = np.where(unmeasured, np.inf, values).min(axis=0, initial=np.inf)
    high = np.where(unmeasured, -np.inf, values).max(axis=0, initial=-np.inf)
    status[low >= high] = "constant"
    status[unmeasured.mean(axis=0) > max_missing_rate] = "missing"
    seen: set[bytes] = set()
    for column in np.flatnonzero(status == "used"):
        # -0.0 and 0.0 are equal but differ in their bytes.
        content = (values[:, column] + 0.0).tobytes()
        if content in seen:
            status[column] = "duplicate"
        seen.add(content)
    return status


def most_variable(variances: Reals, *, max_features: int) -> Indices:
    """Return the positions of the most variable features, in column order."""
    order = np.argsort(-variances, kind="stable")
    return np.sort(order[:max_features])


def encoding_of(values: Reals) -> str:
    """Name what a feature's measured values look like.

    Returns
    -------
    str
        ``"binary"`` (two different values), ``"discrete"`` (up to ten, such as
        copies of an allele or an activity score), ``"sparse"`` (one value in more
        than half of the patients), ``"spiked"`` (one value in a fifth or more),
        ``"count"`` (whole numbers from 0 on), ``"proportion"`` (from 0 to 1) or
        ``"continuous"``.

    Examples
    --------
    >>> import numpy as np
    >>> encoding_of(np.arange(20.0)), encoding_of(np.linspace(0, 1, 20))
    ('count', 'proportion')
    """
    measured = values[np.isfinite(values)]
    different, counts = np.unique(measured, return_counts=True)
    if len(different) <= 2:
        return "binary"
    if len(different) <= MAX_DISCRETE:
        return "discrete"
    share = counts.max() / counts.sum()
    if share >= SPIKE:
        return "sparse" if share > 0.5 else "spiked"
    if different[0] < 0:
        return "continuous"
    if (different == np.floor(different)).all():
        return "count"
    return "proportion" if different[-1] <= 1 else "continuous"
