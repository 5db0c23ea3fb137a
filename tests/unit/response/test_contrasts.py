import numpy as np
import pytest
from scipy import optimize, stats
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.stats.contingency_tables import Table2x2

from genostrat.config.outcomes import Outcome
from genostrat.response.groups import common_horizon, compare_groups, shortage
from genostrat.response.likelihoods.likelihood import maximise, pooled_logistic
from genostrat.response.patients import Measured
from genostrat.seeds import random_generator


def measured_as(kind, value, time=None):
    columns = ("time", "event") if kind == "survival" else ("column",)
    known = np.ones(len(value), dtype=bool)
    return Measured(Outcome("outcome", kind, columns), value, time, known)


def counted(events, totals):
    value = np.concatenate(
        [
            np.r_[np.ones(e), np.zeros(t - e)]
            for e, t in zip(events, totals, strict=True)
        ]
    )
    return measured_as("binary", value), np.repeat([True, False], totals)


def test_risk_difference_has_newcombes_limits():
    # Newcombe 1998 (Stat Med 17:873), example (a), method 10: 0.0524 to 0.3339.
    odds, risk = compare_groups(*counted((56, 48), (70, 80)))
    assert risk.estimate == pytest.approx(0.2)
    assert (risk.low, risk.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert risk.values == pytest.approx((0.8, 0.6))
    table = Table2x2(np.array([[56, 14], [48, 32]]))
    assert odds.natural(odds.estimate) == pytest.approx(table.oddsratio)
    limits = odds.natural(odds.low), odds.natural(odds.high)
    assert limits == pytest.approx(table.oddsratio_confint())


def test_risk_difference_with_empty_cells():
    # Newcombe 1998, example (h), method 10: 0/10 against 0/20 and 10/10 against 0/20.
    _, none = compare_groups(*counted((0, 0), (10, 20)))
    assert (none.low, none.high) == pytest.approx((-0.1611, 0.2775), abs=5e-5)
    odds, every = compare_groups(*counted((10, 0), (10, 20)))
    assert (every.low, every.high) == pytest.approx((0.6791, 1.0), abs=5e-5)
    assert "half a patient" in odds.note
    assert np.isfinite([odds.low, odds.high]).all()


@pytest.mark.parametrize("events", [(0, 7), (9, 20), (10, 7), (0, 0)])
def test_limits_with_an_empty_cell_are_those_of_the_penalised_profile(events):
    measured, in_group = counted(events, (10, 20))
    odds, _ = compare_groups(measured, in_group)
    design = np.column_stack([np.ones(30), in_group]).astype(float)
    likelihood = pooled_logistic(design, measured.value)

    def penalised(beta):
        value, _, information = likelihood.derivatives(beta)
        return value + 0.5 * np.linalg.slogdet(information)[1]

    fit = maximise(likelihood, penalised=True)
    assert odds.estimate == pytest.approx(fit.beta[1], abs=1e-6)
    for limit in (odds.low, odds.high):
        best = optimize.minimize_scalar(
            lambda base, limit=limit: -penalised(np.array([base, limit]))
        )
        drop = fit.log_likelihood + best.fun
        assert drop == pytest.approx(stats.norm.ppf(0.975) ** 2 / 2, abs=1e-5)


def test_mean_difference_is_welchs():
    rng = random_generator(1, "welch")
    value = np.r_[rng.normal(2, 1, 12), rng.normal(0, 4, 30)]
    in_group = np.arange(42) < 12
    [result] = compare_groups(measured_as("continuous", value), in_group)
    expected = stats.ttest_ind(value[:12], value[12:], equal_var=False)
    interval = expected.confidence_interval()
    assert (result.low, result.high) == pytest.approx((interval.low, interval.high))


def test_values_that_do_not_vary_have_no_effect():
    measured = measured_as("continuous", np.full(9, 0.1))
    [result] = compare_groups(measured, np.arange(9) < 4)
    assert np.isnan([result.estimate, result.standard_error]).all()
    assert result.note == "values do not vary"


def make_survival(n=150, *, effect=0.7):
    rng = random_generator(2, "survival")
    in_group = rng.random(n) < 0.5
    time = rng.exponential(np.exp(effect * in_group))
    censored = rng.uniform(0.5, 3, n)
    event = (time <= censored).astype(float)
    return measured_as("survival", event, np.minimum(time, censored)), in_group


def test_hazard_ratio_equals_statsmodels():
    measured, in_group = make_survival()
    ratio, rmst = compare_groups(measured, in_group, horizon=2.0)
    expected = PHReg(
        measured.time, in_group[:, None].astype(float), status=measured.value
    ).fit()
    assert ratio.estimate == pytest.approx(expected.params[0], rel=1e-6)
    assert (ratio.low, ratio.high) == pytest.approx(expected.conf_int()[0], rel=1e-5)
    assert rmst.estimate == pytest.approx(rmst.values[0] - rmst.values[1])
    assert rmst.low > 0


def test_swapping_groups_mirrors_effects():
    measured, in_group = make_survival()
    for there, back in zip(
        compare_groups(measured, in_group, horizon=2.0),
        compare_groups(measured, ~in_group, horizon=2.0),
        strict=True,
    ):
        assert there.estimate == pytest.approx(-back.estimate, abs=1e-8)
        assert there.low == pytest.approx(-back.high, abs=1e-8)


def test_monotone_likelihood_has_profile_limits():
    time = np.arange(1.0, 21.0)
    in_group = time > 10
    event = (time <= 10).astype(float)
    measured = measured_as("survival", event, time)
    ratio, _ = compare_groups(measured, in_group, horizon=10.0)
    assert "Firth" in ratio.note
    assert np.isfinite(ratio.estimate)
    assert ratio.low < ratio.estimate < ratio.high < 0
    # Profile limits are not symmetric: that is why Wald's are not used here.
    assert ratio.estimate - ratio.low > 1.2 * (ratio.high - ratio.estimate)


def test_no_events_give_no_hazard_ratio():
    measured = measured_as("survival", np.zeros(6), np.arange(1.0, 7.0))
    ratio, _ = compare_groups(measured, np.arange(6) < 3, horizon=3.0)
    assert np.isnan(ratio.estimate)
    assert ratio.note


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((1, 7), "too few events (4.0 expected in a group, of at least 5)"),
        ((19, 14), "too few non-events (3.5 expected in a group, of at least 5)"),
        ((9, 5), ""),
        ((0, 14), ""),
    ],
)
def test_shortage_names_the_scarcest_cell(events, expected):
    assert shortage(*counted(events, (20, 20)), minimum=5) == expected


def test_horizon_is_common_and_hides_the_last_patient():
    time = np.array([10.0, 37.3, 5.0, 52.9, 3.0, 4.0])
    measured = measured_as("survival", np.ones(6), time)
    groups = [np.isin(np.arange(6), pair) for pair in ([0, 1], [2, 3], [4, 5])]
    assert common_horizon(measured, groups[:2]) == 37.0
    assert common_horizon(measured, groups) == 4.0
    assert np.isnan(common_horizon(measured, []))
