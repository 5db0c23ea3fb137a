"""Outcomes as one number a patient, whose mean is what treatment changes."""

from __future__ import annotations

import numpy as np

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
        Time up to which survival is averaged.
    """
    if measured.time is None:
        return measured.value
    values = np.empty(len(treated))
    for mask in (treated, ~treated):
        values[mask] = restricted_mean_values(
            measured.time[mask], measured.value[mask], horizon=horizon
        )
    return values
