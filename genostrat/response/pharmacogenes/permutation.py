"""Whether an outcome goes with a number, against exchanging numbers within groups."""

from __future__ import annotations

import numpy as np
from scipy import stats

from genostrat.response.likelihoods.nested import Comparison, nothing_to_test
from genostrat.response.patients import Measured
from genostrat.response.survival import sums_at_risk

METHOD = "trend test, variance by permutation within groups"


def check_trend(
    measured: Measured, value: np.ndarray, *, groups: np.ndarray
) -> Comparison:
    """Test whether an outcome goes with a number.

    Parameters
    ----------
    measured
        An outcome that is known for every patient given.
    value
        One number a patient.
    groups
        Labels of patients among whom numbers could be exchanged if nothing went with
        them.

    Returns
    -------
    Comparison
        With one degree of freedom; blank where nothing differs within a group.

    Notes
    -----
    The sum over groups of the covariance of number and residual, with the variance that
    permutations within groups give it (Mantel 1963, doi
    10.1080/01621459.1963.10500879). Unlike a likelihood ratio its variance is exact in
    few patients, whatever the distribution of numbers or outcomes. Residuals are what
    the group's mean or rate leaves; of times to events, martingale residuals, so that
    the test is a log-rank test for trend; of levels, ridits.

    Examples
    --------
    >>> from genostrat.config.outcomes import Outcome
    >>> doses = np.array([1.0, 2.0, 2.0, 3.0])
    >>> known = np.ones(4, dtype=bool)
    >>> measured = Measured(Outcome("d", "continuous", ("d",)), doses, None, known)
    >>> test = check_trend(measured, np.array([0, 1, 1, 2.0]), groups=np.full(4, "a"))
    >>> round(test.statistic, 10)
    3.0
    """
    total = variance = 0.0
    for group in sorted(set(groups)):
        mask = groups == group
        n = int(mask.sum())
        if n < 2:
            continue
        residual = residuals_in_group(measured.subset(mask))
        gap, residual = value[mask] - value[mask].mean(), residual - residual.mean()
        total += float(gap @ residual)
        variance += float(gap @ gap) * float(residual @ residual) / (n - 1)
    if not variance > 0:
        return nothing_to_test(METHOD)
    statistic = total**2 / variance
    return Comparison(statistic, 1, float(stats.chi2.sf(statistic, 1)), METHOD)


def residuals_in_group(measured: Measured) -> np.ndarray:
    """Return what an outcome has more than its group, one number a patient."""
    value = measured.value
    if measured.time is not None:
        return value - _expected_events(measured)
    if measured.exposure is not None:
        return value - measured.exposure * value.sum() / measured.exposure.sum()
    if measured.outcome.needs[-1][2] == "order":
        return stats.rankdata(value)
    return value


def _expected_events(measured: Measured) -> np.ndarray:
    """Return the cumulative hazard that each patient went through (Nelson-Aalen)."""
    time, entry = measured.time, measured.entry
    assert time is not None
    moments, events = np.unique(time[measured.value > 0], return_counts=True)
    at_risk = sums_at_risk(moments, time, entry=entry, values=np.ones(len(time)))
    hazard = np.append(0.0, np.cumsum(events / at_risk))
    through = hazard[np.searchsorted(moments, time, side="right")]
    if entry is None:
        return np.asarray(through)
    return np.asarray(through - hazard[np.searchsorted(moments, entry, side="right")])
