"""Outcomes as one number a patient, whose mean is what treatment changes."""

from __future__ import annotations

import numpy as np

from genostrat.response.kinds.incidence import cumulative_incidence
from genostrat.response.patients import Measured


def restricted_mean_values(
    time: np.ndarray, event: np.ndarray, *, horizon: float
) -> np.ndarray:
    """Return each patient's share in the restricted mean survival time of a group.

    Parameters
    ----------
    time, event
        Follow-up and 1 (event) or 0 (censored), of the patients of one arm.
    horizon
        Time up to which survival is averaged.

    Returns
    -------
    numpy.ndarray
        One value a patient. Their mean is the area under the Kaplan-Meier curve;
        without censoring each is the patient's own time, up to the horizon.

    Notes
    -----
    Infinitesimal-jackknife pseudo-values: the mean, and the number of patients times
    its derivative by the weight of each (Andersen, Klein & Rosthoj 2003, doi
    10.1093/biomet/90.1.15). Censoring must not depend on covariates within the arm.

    Examples
    --------
    >>> values = restricted_mean_values(np.array([1.0, 2, 5]), np.ones(3), horizon=4.0)
    >>> values.round(10).tolist()
    [1.0, 2.0, 4.0]
    """
    moments, deaths = np.unique(
        time[(event > 0) & (time < horizon)], return_counts=True
    )
    ordered = np.sort(time)
    at_risk = (len(time) - np.searchsorted(ordered, moments)).astype(float)
    survival = np.cumprod(1.0 - deaths / at_risk)
    edges = np.concatenate([[0.0], moments, [horizon]])
    areas = np.diff(edges) * np.append(1.0, survival)
    to_come = areas.sum() - np.cumsum(areas)[:-1]
    left = at_risk - deaths
    rate = np.divide(to_come, left, out=np.zeros(len(left)), where=left > 0)
    seen = np.append(0.0, np.cumsum(rate * deaths / at_risk))
    compensator = seen[np.searchsorted(moments, time, side="right")]
    slot = np.minimum(np.searchsorted(moments, time), max(len(moments) - 1, 0))
    own = np.zeros(len(time))
    if len(moments):
        counts = (event > 0) & (time < horizon)
        own = np.where(counts, rate[slot], 0.0)
    return np.asarray(areas.sum() - len(time) * (own - compensator))


def target_values(
    measured: Measured, treated: np.ndarray, *, horizon: float
) -> np.ndarray:
    """Return the number of each patient whose mean differs between arms.

    Parameters
    ----------
    measured
        An outcome that is known for every patient given.
    treated
        Whether each patient is in the arm or in the reference.
    horizon
        Time up to which survival is averaged, or incidence cumulated.

    Notes
    -----
    Survival: restricted means. Competing events: pseudo-values of the cumulative
    incidence at the horizon. Levels: ridits, so that arms differ by the chance of a
    higher level less that of a lower one. Counts over time: pseudo-values of the rate
    of the arm. Else the value itself.
    """
    held = measured.outcome.needs[-1][2]
    if held == "order":
        return _ridits(measured.value)
    if measured.time is None and measured.exposure is None:
        return measured.value
    values = np.empty(len(treated))
    for mask in (treated, ~treated):
        values[mask] = _values_of_arm(measured.subset(mask), horizon=horizon)
    return values


def _values_of_arm(measured: Measured, *, horizon: float) -> np.ndarray:
    """Return values of the patients of one arm, whose mean is the arm's figure."""
    n = len(measured.value)
    if measured.exposure is not None:
        total = float(measured.exposure.sum())
        rate = float(measured.value.sum()) / total
        gap = measured.value - rate * measured.exposure
        return np.asarray(rate + n * gap / total)
    assert measured.time is not None
    if measured.competing is not None:
        found = cumulative_incidence(
            measured.time,
            measured.value,
            measured.competing,
            times=np.array([horizon]),
        )
        return np.asarray(found.share[0] + n * found.influence[:, 0])
    return restricted_mean_values(measured.time, measured.value, horizon=horizon)


def _ridits(value: np.ndarray) -> np.ndarray:
    """Return twice the share of all patients below each, ties counting half."""
    ordered = np.sort(value)
    below = np.searchsorted(ordered, value, side="left")
    upto = np.searchsorted(ordered, value, side="right")
    return np.asarray((below + upto) / len(value))
