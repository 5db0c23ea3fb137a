"""Survival curves and restricted mean survival time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

#: Steps between ticks that people read easily, as multiples of a power of ten.
TICK_STEPS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
MOST_TICKS = 5
POINTS_PER_TICK = 10
MOST_POINTS = 60


@dataclass(frozen=True)
class Curve:
    """A survival curve at the times of events.

    Parameters
    ----------
    time
        Times with an event, ascending.
    survival
        Share event-free just after each time.
    hazard_variance
        Increment of Greenwood's sum at each time; infinite where all at risk had
        their event.
    """

    time: np.ndarray
    survival: np.ndarray
    hazard_variance: np.ndarray


def sums_at_risk(
    moments: np.ndarray,
    time: np.ndarray,
    *,
    entry: np.ndarray | None,
    values: np.ndarray,
) -> np.ndarray:
    """Add values up over the patients at risk at given times.

    Parameters
    ----------
    moments
        Times.
    time, entry
        End of follow-up, and time of coming under observation (none: 0 for all). At
        risk at t is who came before t and was followed to t at least.
    values
        One a patient, or patients × columns.

    Examples
    --------
    >>> ends, came = np.array([2.0, 5.0]), np.array([0.0, 3.0])
    >>> sums_at_risk(np.array([2.0, 4]), ends, entry=came, values=np.ones(2)).tolist()
    [1.0, 1.0]
    """

    def later(limits: np.ndarray) -> np.ndarray:
        order = np.argsort(limits, kind="stable")
        sums = np.zeros((len(limits) + 1, *values.shape[1:]))
        sums[:-1] = np.cumsum(values[order][::-1], axis=0)[::-1]
        return np.asarray(sums[np.searchsorted(limits[order], moments)])

    # Who comes at t or later is also followed beyond t.
    return later(time) if entry is None else later(time) - later(entry)


def kaplan_meier(
    time: np.ndarray,
    event: np.ndarray,
    *,
    weights: np.ndarray | None = None,
    entry: np.ndarray | None = None,
) -> Curve:
    """Estimate the survival curve (Kaplan & Meier 1958).

    Parameters
    ----------
    time, event
        Follow-up and 1 (event) or 0 (censored); one value a patient.
    weights
        Propensity weights; none for a plain curve.
    entry
        Time of coming under observation; none: 0 for all. The curve is then that of
        patients who are still without the event when the first ones come.

    Notes
    -----
    With weights, the increment of the variance is h / ((1 - h) m), where h is the
    weighted hazard and m = (sum w)^2 / sum w^2 over those at risk (Xie & Liu 2005,
    doi 10.1002/sim.2174). Without them this is Greenwood's formula.
    """
    weights = np.ones(len(time)) if weights is None else weights
    moments = np.unique(time[(event > 0) & (weights > 0)])
    sums = sums_at_risk(
        moments, time, entry=entry, values=np.column_stack([weights, weights**2])
    )
    at_risk, squares = sums[:, 0], sums[:, 1]
    died = event > 0
    slot = np.searchsorted(moments, time[died & (weights > 0)])
    deaths = np.bincount(slot, weights[died & (weights > 0)], len(moments))
    hazard = deaths / at_risk
    hazard[hazard > 1.0 - 1e-12] = 1.0
    effective = at_risk**2 / squares
    variance = np.full(len(moments), np.inf)
    open_ended = hazard < 1.0
    variance[open_ended] = hazard[open_ended] / (
        (1.0 - hazard[open_ended]) * effective[open_ended]
    )
    return Curve(moments, np.cumprod(1.0 - hazard), variance)


def survival_at(
    curve: Curve, times: np.ndarray, *, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Read a curve at given times, with limits on the log-minus-log scale.

    Returns
    -------
    survival, low, high
        One value a time; limits are missing before the first event and once the
        curve has reached zero.
    """
    position = np.searchsorted(curve.time, times, side="right")
    survival = np.append(1.0, curve.survival)[position]
    variance = np.append(0.0, np.cumsum(curve.hazard_variance))[position]
    low, high = np.full(len(times), np.nan), np.full(len(times), np.nan)
    inside = (survival > 0.0) & (survival < 1.0)
    logarithm = np.log(survival[inside])
    half = stats.norm.ppf(0.5 + confidence / 2) * np.sqrt(variance[inside])
    low[inside] = survival[inside] ** np.exp(-half / logarithm)
    high[inside] = survival[inside] ** np.exp(half / logarithm)
    return survival, low, high


def median_survival(
    curve: Curve, *, confidence: float = 0.95
) -> tuple[float, float, float]:
    """Return the median of a survival curve and its confidence limits.

    Returns
    -------
    median, low, high
        Missing where the curve, or its limit, does not come down to a half.

    Notes
    -----
    The first time at which the curve is at most a half; where it is exactly a half, the
    middle of that stretch, as R's survival has it. Limits are the times at which the
    pointwise limits of the curve cross a half (Brookmeyer & Crowley 1982, doi
    10.2307/2530286), on the log-minus-log scale.
    """
    survival, low, high = survival_at(curve, curve.time, confidence=confidence)
    # Where nobody is left the curve has no limits: its last ones hold.
    bounds = [survival, low, np.where(np.isnan(high) & (survival <= 0), 0.0, high)]
    median, first, last = (_cross_half(curve.time, bound) for bound in bounds)
    return median, first, last


def _cross_half(time: np.ndarray, survival: np.ndarray) -> float:
    reached = np.flatnonzero(survival <= 0.5 + 1e-9)
    if not len(reached):
        return np.nan
    place = int(reached[0])
    if abs(survival[place] - 0.5) < 1e-9 and place + 1 < len(time):
        return float(time[place] + time[place + 1]) / 2
    return float(time[place])


def restricted_mean(curve: Curve, *, horizon: float) -> tuple[float, float]:
    """Return the mean survival time up to a horizon, and its standard error.

    Notes
    -----
    The area under the curve up to the horizon; its variance is the sum over events of
    (area still to come)^2 times Greenwood's increment (Royston & Parmar 2013, doi
    10.1186/1471-2288-13-152).
    """
    inside = curve.time < horizon
    edges = np.concatenate([[0.0], curve.time[inside], [horizon]])
    height = np.append(1.0, curve.survival[inside])
    areas = np.diff(edges) * height
    to_come = np.cumsum(areas[::-1])[::-1][1:]
    terms = np.zeros(len(to_come))
    moving = to_come > 0
    terms[moving] = to_come[moving] ** 2 * curve.hazard_variance[inside][moving]
    return float(areas.sum()), float(np.sqrt(terms.sum()))


def time_grid(longest: float) -> tuple[np.ndarray, np.ndarray]:
    """Choose fixed times from zero, at most 60, and mark the ticks among them.

    A grid shows the course without printing when any one patient had the event.

    Returns
    -------
    times, is_tick
        Ascending times up to `longest`, and whether each is one of about six ticks.
    """
    if not longest > 0:
        return np.array([0.0]), np.array([True])
    unit = 10.0 ** np.floor(np.log10(longest / MOST_TICKS))
    for multiple in TICK_STEPS:
        step = multiple * unit / POINTS_PER_TICK
        last = int(longest / step + 1e-9)
        if last < MOST_POINTS:
            break
    number = np.arange(last + 1)
    return np.round(number * step, 12), number % POINTS_PER_TICK == 0


def round_down(value: float) -> float:
    """Round down to two significant digits.

    The largest time in a group is one patient's follow-up; its rounded value is not.
    """
    if not value > 0:
        return 0.0
    unit = 10.0 ** (np.floor(np.log10(value)) - 1)
    return float(np.round(np.floor(value / unit + 1e-9) * unit, 12))
