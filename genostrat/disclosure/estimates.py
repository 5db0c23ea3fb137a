"""Estimates that tell no single value: means of the middle, and rounding."""

from __future__ import annotations

import math
import warnings

import numpy as np

from genostrat.arrays import Reals

#: Share of the standard error that an estimate is rounded to: so coarse that one
#: person's contribution, about the standard error over the square root of n, is mostly
#: below the last digit, and so fine that no conclusion changes.
SHARE_OF_ERROR = 0.2


def round_to_error(value: float, standard_error: float) -> float:
    """Round an estimate to a decimal step of at most a fifth of its standard error.

    Parameters
    ----------
    value
        The estimate.
    standard_error
        Its standard error, above 0.

    Returns
    -------
    float
        NaN where either is not finite or the error is not above 0: an estimate of
        which nobody knows how sure it is does not leave.

    Examples
    --------
    >>> round_to_error(0.73219, 0.12), round_to_error(151.38, 31.0)
    (0.73, 151.0)
    >>> round_to_error(1.0, float("nan"))
    nan
    """
    if not (math.isfinite(value) and math.isfinite(standard_error)):
        return math.nan
    if not standard_error > 0:
        return math.nan
    digits = -math.floor(math.log10(SHARE_OF_ERROR * standard_error))
    return round(value, digits)


def midmeans(values: Reals) -> Reals:
    """Return the mean of the middle half of every column.

    As little moved by outliers as matters here, and no value of anybody: a median of an
    odd number of people is the value of one of them.

    Parameters
    ----------
    values
        Shape (n_people, n_columns); NaN where missing.

    Returns
    -------
    ndarray
        Shape (n_columns,); NaN of a column without a value. A quarter of the known
        values, rounded down, is left out at each end.

    Examples
    --------
    >>> midmeans(np.array([[1.0], [2.0], [3.0], [4.0], [90.0], [np.nan]]))
    array([3.])
    """
    ordered = np.sort(values, axis=0)  # NaN comes last
    known = (~np.isnan(values)).sum(axis=0)
    cut = known // 4
    rank = np.arange(len(values))[:, None]
    inner = (rank >= cut) & (rank < known - cut)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mean of empty slice", RuntimeWarning)
        return np.nanmean(np.where(inner, ordered, np.nan), axis=0)
