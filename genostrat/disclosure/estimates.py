"""Estimates rounded to what their sample supports."""

from __future__ import annotations

import math

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
