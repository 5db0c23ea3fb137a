"""The subdistribution hazard ratio of two groups (Fine & Gray)."""

from __future__ import annotations

import numpy as np

from genostrat.response.contrasts import Contrast
from genostrat.response.likelihoods.likelihood import LARGEST_COEFFICIENT
from genostrat.response.patients import Measured
from genostrat.response.survival import kaplan_meier

SCALE = "subdistribution_hazard_ratio"
_ITERATIONS, _TOLERANCE = 60, 1e-10


def subdistribution_hazard_ratio(
    measured: Measured, in_group: np.ndarray, *, weights: np.ndarray
) -> Contrast:
    """Estimate the subdistribution hazard ratio of a group and its reference.

    Parameters
    ----------
    measured
        An outcome with competing events, known for every patient given.
    in_group
        Whether each patient is in the group or in its reference.
    weights
        Propensity weights, ones for a plain estimate.

    Notes
    -----
    Fine & Gray 1999 (doi 10.1080/01621459.1999.10474144): after a competing event a
    patient stays at risk with the chance of not having been censored since, from the
    Kaplan-Meier curve of censoring. Ties are Efron's, and the error is that of the sum
    of each patient's score residuals, as R's ``finegray`` and ``coxph(cluster = id)``
    have them; that the curve of censoring is itself estimated does not enter it.
    """
    rows = _WeightedRows(measured, in_group, weights=weights)
    empty = (np.nan,) * 4
    if not len(rows.moments) or not rows.information(0.0) > 1e-12:
        note = "groups have no events while both are followed"
        return Contrast(SCALE, *empty, note=note)
    beta, step = 0.0, np.inf
    for _ in range(_ITERATIONS):
        step = rows.score(beta) / rows.information(beta)
        beta += float(np.clip(step, -2.0, 2.0))
        if abs(step) < _TOLERANCE or abs(beta) > LARGEST_COEFFICIENT:
            break
    if abs(step) >= _TOLERANCE or abs(beta) > LARGEST_COEFFICIENT:
        note = "a group has no events: see the difference in cumulative incidence"
        return Contrast(SCALE, *empty, note=note)
    residuals = rows.residuals(beta) * weights
    error = float(np.sqrt((residuals**2).sum())) / rows.information(beta)
    return Contrast(SCALE, beta, np.nan, np.nan, np.nan).with_error(error)


class _WeightedRows:
    """Who is at risk at each event, and with what weight."""

    def __init__(
        self, measured: Measured, in_group: np.ndarray, *, weights: np.ndarray
    ) -> None:
        assert measured.time is not None
        assert measured.competing is not None
        time, event = measured.time, measured.value > 0
        self.x = in_group.astype(float)
        happened = event & (weights > 0)
        moments, tied = np.unique(time[happened], return_counts=True)
        at_risk = (time[:, None] >= moments).astype(float)
        gone = measured.competing > 0
        if gone.any() and len(moments):
            later = ~at_risk.astype(bool) & gone[:, None]
            at_risk += later * _uncensored_since(measured, weights, moments)
        #: One column an event: ties are taken one after another.
        self.column = np.repeat(np.arange(len(moments)), tied)
        turn = np.arange(len(self.column)) - np.repeat(np.cumsum(tied) - tied, tied)
        self.fraction = turn / tied[self.column]
        self.moments = moments[self.column]
        here = (time[:, None] == moments) & happened[:, None]
        self.own = here[:, self.column] / tied[self.column]
        self.risk = at_risk[:, self.column] - here[:, self.column] * self.fraction
        self.weights = weights
        self.event_weight = weights @ self.own

    def _means(self, beta: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        mass = self.risk * (self.weights * np.exp(beta * self.x))[:, None]
        total = mass.sum(axis=0)
        return (self.x @ mass) / total, total, np.exp(beta * self.x)

    def score(self, beta: float) -> float:
        mean, _, _ = self._means(beta)
        return float((self.weights * self.x) @ self.own.sum(axis=1)) - float(
            self.event_weight @ mean
        )

    def information(self, beta: float) -> float:
        mean, _, _ = self._means(beta)
        return float(self.event_weight @ (mean * (1.0 - mean)))

    def residuals(self, beta: float) -> np.ndarray:
        """Return each patient's score residual, before its weight."""
        mean, total, relative = self._means(beta)
        seen = (self.own * (self.x[:, None] - mean)).sum(axis=1)
        rate = self.event_weight / total
        expected = (self.risk * (self.x[:, None] - mean) * rate).sum(axis=1)
        return np.asarray(seen - relative * expected)


def _uncensored_since(
    measured: Measured, weights: np.ndarray, moments: np.ndarray
) -> np.ndarray:
    """Return patients × times: the chance of no censoring from the own end until then.

    Events come before censoring at the same time.
    """
    assert measured.time is not None
    assert measured.competing is not None
    censored = (measured.value == 0) & ~(measured.competing > 0)
    # A patient with an event is not at risk of censoring at the time of it.
    later = np.where(censored, np.nextafter(measured.time, np.inf), measured.time)
    curve = kaplan_meier(later, censored.astype(float), weights=weights)

    def just_before(times: np.ndarray) -> np.ndarray:
        place = np.searchsorted(curve.time, times, side="left")
        return np.append(1.0, curve.survival)[place]

    own, then = just_before(measured.time), just_before(moments)
    return np.divide(
        then, own[:, None], out=np.zeros((len(own), len(then))), where=own[:, None] > 0
    )
