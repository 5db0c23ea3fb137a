import numpy as np
import pytest
from scipy import optimize
from statsmodels.discrete.discrete_model import Logit
from statsmodels.duration.hazard_regression import PHReg

from genostrat.response.likelihoods.likelihood import (
    CoxLikelihood,
    estimable_columns,
    maximise,
    pooled_logistic,
)
from genostrat.seeds import random_generator


def make_trial(*, n=120, ties=True, seed=1):
    rng = random_generator(seed, "trial")
    design = rng.integers(0, 2, (n, 3)).astype(float)
    time = rng.exponential(np.exp(-design @ [0.7, -0.4, 0.2]))
    if ties:
        time = np.ceil(time * 6) / 6
    event = (rng.random(n) < 0.7).astype(float)
    return design, time, event


def partial_likelihood(beta, x, time, event):
    """Efron's partial likelihood, term by term as in the paper."""
    value = 0.0
    for moment in sorted(set(time[event == 1])):
        dead = np.flatnonzero((time == moment) & (event == 1))
        risk = np.exp(beta * x[time >= moment]).sum()
        tied = np.exp(beta * x[dead]).sum()
        value += beta * x[dead].sum()
        for turn in range(len(dead)):
            value -= np.log(risk - turn / len(dead) * tied)
    return value


def test_cox_equals_partial_likelihood_written_out():
    x = np.array([1.0, 0, 1, 0, 1, 0, 0])
    time = np.array([1.0, 2, 2, 2, 3, 4, 5])
    event = np.array([1.0, 1, 1, 0, 1, 1, 0])
    likelihood = CoxLikelihood(x[:, None], time, event, weights=np.ones(7))
    for beta in (-0.5, 0.0, 1.3):
        expected = partial_likelihood(beta, x, time, event)
        assert likelihood.derivatives(np.array([beta]))[0] == pytest.approx(expected)
    best = optimize.minimize_scalar(lambda b: -partial_likelihood(b, x, time, event))
    assert maximise(likelihood).beta[0] == pytest.approx(best.x, abs=1e-5)


@pytest.mark.parametrize("stratified", [False, True])
def test_cox_equals_statsmodels(stratified):
    design, time, event = make_trial()
    baseline = design[:, 2] if stratified else None
    columns = design[:, :2] if stratified else design
    fit = maximise(
        CoxLikelihood(columns, time, event, weights=np.ones(120), baseline=baseline)
    )
    expected = PHReg(time, columns, status=event, ties="efron", strata=baseline).fit()
    assert fit.converged
    np.testing.assert_allclose(fit.beta, expected.params, rtol=1e-5)
    np.testing.assert_allclose(
        np.sqrt(np.diag(fit.covariance)), expected.bse, rtol=1e-4
    )
    assert fit.log_likelihood == pytest.approx(expected.llf, rel=1e-8)


def test_cox_weights_count_patients():
    design, time, event = make_trial(ties=False)
    weights = np.where(np.arange(120) < 60, 2.0, 1.0)
    weighted = CoxLikelihood(design, time, event, weights=weights)
    # Copies a hair apart, so that the only difference is how ties are handled.
    twice = np.r_[np.arange(120), np.arange(60)]
    nearly = time[twice] + np.r_[np.zeros(120), np.full(60, 1e-12)]
    copied = CoxLikelihood(design[twice], nearly, event[twice], weights=np.ones(180))
    np.testing.assert_allclose(
        maximise(weighted).beta, maximise(copied).beta, atol=0.02
    )
    dropped = CoxLikelihood(
        design, time, event, weights=(np.arange(120) < 60).astype(float)
    )
    half = CoxLikelihood(design[:60], time[:60], event[:60], weights=np.ones(60))
    np.testing.assert_allclose(maximise(dropped).beta, maximise(half).beta, atol=1e-8)


def test_logistic_equals_statsmodels():
    design, _, event = make_trial()
    design = np.column_stack([np.ones(120), design])
    fit = maximise(pooled_logistic(design, event))
    expected = Logit(event, design).fit(disp=False)
    np.testing.assert_allclose(fit.beta, expected.params, atol=1e-6)
    np.testing.assert_allclose(
        np.sqrt(np.diag(fit.covariance)), expected.bse, rtol=1e-5
    )
    assert fit.log_likelihood == pytest.approx(expected.llf)


@pytest.mark.parametrize("model", ["cox", "logistic"])
def test_bias_score_is_the_derivative_of_the_penalty(model):
    design, time, event = make_trial(n=40)
    likelihood = (
        CoxLikelihood(design, time, event, weights=np.ones(40))
        if model == "cox"
        else pooled_logistic(np.column_stack([np.ones(40), design]), event)
    )
    beta = np.linspace(-0.4, 0.6, likelihood.size)

    def penalty(at):
        return 0.5 * np.linalg.slogdet(likelihood.derivatives(at)[2])[1]

    inverse = np.linalg.inv(likelihood.derivatives(beta)[2])
    numeric = optimize.approx_fprime(beta, penalty, 1e-6)
    np.testing.assert_allclose(likelihood.bias_score(beta, inverse), numeric, atol=1e-5)


def test_separation_is_noticed_and_penalised_estimate_is_firths():
    arm = np.repeat([0.0, 1.0], 10)
    event = np.r_[np.ones(4), np.zeros(6), np.zeros(10)]
    likelihood = pooled_logistic(np.column_stack([np.ones(20), arm]), event)
    assert not maximise(likelihood).converged
    fit = maximise(likelihood, penalised=True)
    # In a fourfold table Firth's estimate adds half a patient to each cell.
    expected = np.log((0.5 / 10.5) / (4.5 / 6.5))
    assert fit.converged
    assert fit.beta[1] == pytest.approx(expected, abs=1e-6)


def test_cox_monotone_likelihood_is_noticed():
    arm = np.repeat([0.0, 1.0], 8)
    time = np.arange(1.0, 17.0)
    event = np.repeat([1.0, 0.0], 8)
    likelihood = CoxLikelihood(arm[:, None], time, event, weights=np.ones(16))
    assert not maximise(likelihood).converged
    fit = maximise(likelihood, penalised=True)
    assert fit.converged
    assert -8 < fit.beta[0] < -1


def test_estimable_columns_keeps_the_first_of_equal_columns():
    x = np.array([[1.0, 0, 1, 1], [1, 1, 0, 1], [1, 1, 0, 1], [1, 0, 1, 1]])
    assert list(estimable_columns(x.T @ x)) == [0, 1]
