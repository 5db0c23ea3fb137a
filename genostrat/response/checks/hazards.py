"""Whether a hazard ratio is one number: the test of proportional hazards."""

from __future__ import annotations

import numpy as np
from scipy import stats

from genostrat.config.outcomes import BRESLOW, EFRON, EXACT
from genostrat.response.likelihoods.cox import CoxRegression
from genostrat.response.likelihoods.exact_ties import MOST_TIED, ExactCox, most_tied
from genostrat.response.likelihoods.likelihood import maximise
from genostrat.response.likelihoods.nested import Comparison, nothing_to_test
from genostrat.response.survival import kaplan_meier, survival_at

METHOD = "score test of an effect that changes with time, Kaplan-Meier scale"
#: With fewer events the test says nothing.
FEWEST_EVENTS = 10


def check_proportional_hazards(
    time: np.ndarray,
    event: np.ndarray,
    design: np.ndarray,
    *,
    entry: np.ndarray | None = None,
    ties: str = EFRON,
) -> Comparison:
    """Test whether the effects of columns change with time.

    Parameters
    ----------
    time, event
        Follow-up and 1 (event) or 0 (censored); one value a patient.
    design
        Patients × columns.
    entry
        Time of coming under observation; none: 0 for all.
    ties
        ``efron``, ``breslow`` or ``exact``.

    Notes
    -----
    The score test of adding each column times g(t) to the Cox model, where g is one
    less the Kaplan-Meier curve of all patients just before t (Grambsch & Therneau
    1994, doi 10.1093/biomet/81.3.515), as R's ``cox.zph`` has made it since survival
    3.0. df is the number of columns. Of the exact likelihood of ties the estimates are
    taken, and Breslow's means over those at risk, as R does.
    """
    if int(event.sum()) < FEWEST_EVENTS or not design.shape[1]:
        return nothing_to_test(METHOD)
    if ties == EXACT and most_tied(time, event) > MOST_TIED:
        ties = EFRON
    moments = BRESLOW if ties == EXACT else ties
    model = CoxRegression(design, time, event, entry=entry, ties=moments)
    fit = maximise(
        ExactCox(design, time, event, entry=entry) if ties == EXACT else model
    )
    if not fit.converged or len(np.unique(model.time)) < 3:
        return nothing_to_test(METHOD)
    curve = kaplan_meier(time, event, entry=entry)
    before = np.nextafter(model.time, -np.inf)
    transformed = 1.0 - survival_at(curve, before)[0]
    transformed = transformed - transformed.mean()
    mean, covariance = model.moments(fit.beta)
    gap = model.design[model.happened] - mean
    score = transformed @ gap
    plain = covariance.sum(axis=0)
    cross = np.einsum("e,epq->pq", transformed, covariance)
    square = np.einsum("e,epq->pq", transformed**2, covariance)
    information = square - cross @ np.linalg.pinv(plain) @ cross
    df = int(np.linalg.matrix_rank(information))
    if df < design.shape[1]:
        return nothing_to_test(METHOD)
    statistic = float(score @ np.linalg.solve(information, score))
    return Comparison(statistic, df, float(stats.chi2.sf(statistic, df)), METHOD)
