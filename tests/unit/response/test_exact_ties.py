"""The exact likelihood of tied events, by enumeration and by R's survival."""

import itertools

import numpy as np
import pytest

from genostrat.config.outcomes import EFRON, EXACT, Outcome
from genostrat.response.kinds import survival
from genostrat.response.likelihoods.cox import CoxRegression
from genostrat.response.likelihoods.exact_kernels import subset_sums
from genostrat.response.likelihoods.exact_ties import MOST_TIED, ExactCox, most_tied
from genostrat.response.likelihoods.likelihood import CoxLikelihood, maximise
from genostrat.response.patients import Measured


def trial(seed, n, *, latest):
    rng = np.random.default_rng(seed)
    design = rng.normal(size=(n, 2))
    time = rng.integers(1, latest + 1, n).astype(float)
    event = (rng.random(n) < 0.7).astype(float)
    return design, time, event, rng


def outcome(time, event, *, ties=EXACT):
    asked = Outcome("o", "survival", ("t", "e"), ties=ties)
    return Measured(asked, event, time, np.ones(len(time), dtype=bool))


def enumerate_likelihood(design, time, event, beta):
    """Take every set of patients at risk that could have had the events of a time."""
    value = 0.0
    for moment in np.unique(time[event > 0]):
        at_risk = np.flatnonzero(time >= moment)
        tied = np.flatnonzero((time == moment) & (event > 0))
        chances = [
            np.exp(design[list(one)].sum(axis=0) @ beta)
            for one in itertools.combinations(at_risk, len(tied))
        ]
        value += np.log(np.exp(design[tied].sum(axis=0) @ beta) / np.sum(chances))
    return value


def test_all_sets_that_could_have_had_the_events_count():
    for seed in range(5):
        design, time, event, rng = trial(seed, 12, latest=4)
        model, beta = ExactCox(design, time, event), rng.normal(size=2)
        value, score, information = model.derivatives(beta)
        assert value == pytest.approx(
            enumerate_likelihood(design, time, event, beta), abs=1e-10
        )
        step = 1e-6
        for place, change in enumerate(np.eye(2) * step):
            up, down = (
                model.derivatives(beta + change),
                model.derivatives(beta - change),
            )
            assert score[place] == pytest.approx(
                (up[0] - down[0]) / (2 * step), abs=1e-6
            )
            assert information[place] == pytest.approx(
                -(up[1] - down[1]) / (2 * step), abs=1e-6
            )


def test_sums_over_subsets_are_elementary_symmetric_polynomials():
    weight = np.array([1.0, 2.0, 3.0, 4.0])
    # Of pairs: 2 + 3 + 4 + 6 + 8 + 12; of one column of ones, each counts twice.
    total, first, second = subset_sums(weight, np.ones((4, 1)), 2)
    assert (total, first[0], second[0, 0]) == (35.0, 70.0, 140.0)


def test_without_ties_all_ways_are_one():
    design, time, event, _ = trial(3, 40, latest=9)
    time = time + np.arange(40) / 1000
    group = design[:, 0] > 0
    found = [
        survival.hazard_ratio(
            outcome(time, event, ties=ties), group, weights=np.ones(40)
        )
        for ties in (EXACT, EFRON)
    ]
    assert found[0].estimate == pytest.approx(found[1].estimate, abs=1e-8)
    assert found[0].standard_error == pytest.approx(found[1].standard_error, abs=1e-8)


def test_separated_groups_get_a_finite_ratio():
    group = np.arange(24) < 12
    time = np.where(group, 1.0, 5.0) + np.arange(24) % 3
    event = np.where(group, 1.0, 0.0)
    found = survival.hazard_ratio(outcome(time, event), group, weights=np.ones(24))
    assert np.isfinite([found.estimate, found.standard_error, found.low]).all()
    assert found.estimate > 0
    assert "Firth" in found.note


def test_what_cannot_be_exact_says_so():
    design, time, event, rng = trial(4, 60, latest=5)
    group = design[:, 0] > 0
    weights = rng.uniform(0.5, 2.0, 60)
    found = survival.hazard_ratio(outcome(time, event), group, weights=weights)
    plain = survival.hazard_ratio(
        outcome(time, event, ties=EFRON), group, weights=weights
    )
    assert found.estimate == plain.estimate
    assert "have weights" in found.note
    assert not plain.note
    n = 2 * MOST_TIED + 4
    time, event = np.ones(n), (np.arange(n) % 2).astype(float)
    assert most_tied(time, event) == MOST_TIED + 2
    found = survival.hazard_ratio(
        outcome(time, event), np.arange(n) < n / 2, weights=np.ones(n)
    )
    assert f"since {MOST_TIED + 2} events are at one time" in found.note


def test_the_largest_sums_stay_numbers():
    n = 2 * MOST_TIED
    design = np.random.default_rng(1).normal(size=(n, 1))
    time, event = np.ones(n), (np.arange(n) % 2).astype(float)
    fit = maximise(ExactCox(design, time, event))
    assert fit.converged
    # With half of all having the event it is a logistic regression, nearly.
    assert abs(fit.beta[0]) < 4 * np.sqrt(fit.covariance[0, 0])


@pytest.mark.parametrize("model", [CoxRegression, CoxLikelihood])
def test_other_models_do_not_take_exact_ties_for_breslows(model):
    design, time, event, _ = trial(6, 20, latest=5)
    weights = {"weights": np.ones(20)} if model is CoxLikelihood else {}
    with pytest.raises(ValueError, match="exact"):
        model(design, time, event, ties=EXACT, **weights)
