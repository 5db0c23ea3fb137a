"""The log-rank test of any number of arms, plain or within strata."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats

from genostrat.response.likelihoods.nested import Comparison, nothing_to_test
from genostrat.response.survival import sums_at_risk

METHOD = "log-rank"


def check_log_rank(
    time: np.ndarray,
    event: np.ndarray,
    *,
    arm: np.ndarray,
    arms: Sequence[str],
    baseline: np.ndarray | None = None,
    entry: np.ndarray | None = None,
) -> Comparison:
    """Test whether survival differs between arms.

    Parameters
    ----------
    time, event
        Follow-up and 1 (event) or 0 (censored); one value a patient.
    arm, arms
        Labels, and the levels that are compared.
    baseline
        Each patient's stratum of the test; one for all by default.
    entry
        Time of coming under observation; none: 0 for all.

    Notes
    -----
    Observed less expected events of each arm, added up over strata, against their
    hypergeometric covariance (Mantel 1966; Peto & Peto 1972, doi 10.2307/2344317).

    Examples
    --------
    >>> time, event = np.array([1.0, 2, 3, 4]), np.array([1.0, 1, 1, 0])
    >>> arm = np.array(["a", "a", "b", "b"])
    >>> round(check_log_rank(time, event, arm=arm, arms=["a", "b"]).statistic, 4)
    2.8824
    """
    baseline = np.zeros(len(time)) if baseline is None else baseline
    gap = np.zeros(len(arms))
    covariance = np.zeros((len(arms), len(arms)))
    for level in np.unique(baseline):
        inside = baseline == level
        members = np.column_stack([arm[inside] == one for one in arms]).astype(float)
        came = None if entry is None else entry[inside]
        add = _add_stratum(time[inside], event[inside] > 0, members, came)
        gap, covariance = gap + add[0], covariance + add[1]
    df = int(np.linalg.matrix_rank(covariance, tol=1e-9))
    if df == 0:
        return nothing_to_test(METHOD)
    statistic = float(gap @ np.linalg.pinv(covariance, rcond=1e-10) @ gap)
    return Comparison(statistic, df, float(stats.chi2.sf(statistic, df)), METHOD)


def _add_stratum(
    time: np.ndarray, died: np.ndarray, members: np.ndarray, entry: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return observed less expected events of each arm, and their covariance."""
    moments, tied = np.unique(time[died], return_counts=True)
    at_risk = sums_at_risk(moments, time, entry=entry, values=members)
    total = at_risk.sum(axis=1)
    share = at_risk / total[:, None]
    gap = members[died].sum(axis=0) - tied @ share
    spread = np.where(total > 1, tied * (total - tied) / np.maximum(total - 1, 1), 0.0)
    covariance = np.diag(spread @ share) - (share.T * spread) @ share
    return gap, covariance
