"""Cumulative incidence of an event that another can forestall."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from genostrat.response.contrasts import NORMAL_QUANTILE


@dataclass(frozen=True)
class Incidence:
    """Cumulative incidence at some times.

    Parameters
    ----------
    share
        Who has had the event by each time.
    influence
        Patients × times: the derivative by the weight of each patient, less what
        weights add up to; its sum of squares is the variance.
    """

    share: np.ndarray
    influence: np.ndarray

    @property
    def standard_error(self) -> np.ndarray:
        """Standard error at each time (infinitesimal jackknife)."""
        return np.asarray(np.sqrt((self.influence**2).sum(axis=0)))

    def limits(self) -> tuple[np.ndarray, np.ndarray]:
        """Return limits on the log-minus-log scale; missing at 0 and at 1."""
        low, high = np.full((2, len(self.share)), np.nan)
        inside = (self.share > 0.0) & (self.share < 1.0)
        share = self.share[inside]
        half = NORMAL_QUANTILE * self.standard_error[inside] / (share * np.log(share))
        low[inside], high[inside] = share ** np.exp(-half), share ** np.exp(half)
        return low, high


def cumulative_incidence(
    time: np.ndarray,
    event: np.ndarray,
    competing: np.ndarray,
    *,
    times: np.ndarray,
    weights: np.ndarray | None = None,
) -> Incidence:
    """Estimate who has had an event by given times (Aalen & Johansen 1978).

    Parameters
    ----------
    time, event, competing
        Follow-up; whether the event, or a competing one, ended it; one value a patient.
    times
        At which it is wanted.
    weights
        Propensity weights; none for a plain curve.

    Notes
    -----
    The sum over times of the event of the share without any event just before, times
    the hazard of the event. Errors as R's ``survfit`` has them for several states.

    Examples
    --------
    >>> time, event = np.array([1.0, 2, 3, 4]), np.array([1.0, 0, 1, 0])
    >>> found = cumulative_incidence(
    ...     time, event, np.array([0.0, 1, 0, 0]), times=np.array([1.0, 3.0])
    ... )
    >>> found.share.tolist()
    [0.25, 0.5]
    """
    weights = np.ones(len(time)) if weights is None else weights
    own, other = event > 0, competing > 0
    moments = np.unique(time[(own | other) & (weights > 0)])
    at_risk = time[:, None] >= moments
    here = time[:, None] == moments
    total = weights @ at_risk
    hazard = (weights @ (here & own[:, None])) / total
    every = (weights @ (here & (own | other)[:, None])) / total
    every = np.where(every > 1.0 - 1e-12, 1.0, every)
    before = np.append(1.0, np.cumprod(1.0 - every))[:-1]
    steps = before * hazard
    # The derivative of the share without any event just before each time.
    gap = (here & (own | other)[:, None]) - at_risk * every
    scale = total * (1.0 - every)
    change = np.divide(gap, scale, out=np.zeros(gap.shape), where=scale > 0)
    lost = np.cumsum(change, axis=1)
    lost = np.column_stack([np.zeros(len(time)), lost])[:, : len(moments)]
    of_event = ((here & own[:, None]) - at_risk * hazard) / total
    influence = np.cumsum(-lost * steps + before * of_event, axis=1)
    place = np.searchsorted(moments, times, side="right")
    influence = np.column_stack([np.zeros(len(time)), influence])[:, place]
    share = np.append(0.0, np.cumsum(steps))[place]
    return Incidence(share, influence * weights[:, None])
