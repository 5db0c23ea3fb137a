import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.duration.hazard_regression import PHReg

from genostrat.config.outcomes import Outcome
from genostrat.response.interaction import (
    adjust_p_values,
    check_interaction,
    check_prognosis,
    gail_simon,
)
from genostrat.response.patients import Measured
from genostrat.seeds import random_generator

COLUMNS = {
    "survival": ("time", "event"),
    "binary": ("event",),
    "continuous": ("value",),
    "count": ("events",),
}


def as_measured(kind, value, time=None):
    outcome = Outcome("outcome", kind, COLUMNS[kind])
    return Measured(outcome, value, time, np.ones(len(value), dtype=bool))


def make_outcome(rng, kind, *, n, benefit=0.0):
    """A trial whose treatment helps more in stratum 2 by `benefit`."""
    stratum = rng.integers(1, 3, n)
    arm = rng.integers(0, 2, n)
    effect = 0.8 * stratum + 0.5 * arm + benefit * arm * (stratum == 2)
    labels = stratum.astype(str).astype(object), np.array(["a", "b"], object)[arm]
    if kind == "continuous":
        return as_measured(kind, effect + rng.normal(size=n)), *labels
    if kind == "binary":
        chance = 1 / (1 + np.exp(1.2 - effect))
        return as_measured(kind, (rng.random(n) < chance).astype(float)), *labels
    # Baseline hazards of different shape: proportional within strata only.
    time = rng.exponential(np.exp(-effect)) ** np.where(stratum == 1, 1.0, 0.6)
    censored = rng.uniform(0, 1.5, n)
    event = (time <= censored).astype(float)
    return as_measured(kind, event, np.minimum(time, censored)), *labels


def interaction_of(measured, stratum, arm):
    return check_interaction(
        measured,
        stratum=stratum,
        arm=arm,
        strata=sorted(set(stratum)),
        arms=sorted(set(arm)),
    )


def test_cox_interaction_equals_statsmodels():
    rng = random_generator(3, "cox")
    measured, stratum, arm = make_outcome(rng, "survival", n=200, benefit=0.5)
    x = (arm == "b").astype(float)
    z = (stratum == "2").astype(float)
    fits = [
        PHReg(
            measured.time, design, status=measured.value, ties="efron", strata=z
        ).fit()
        for design in (x[:, None], np.column_stack([x, x * z]))
    ]
    result = interaction_of(measured, stratum, arm)
    assert result.statistic == pytest.approx(2 * (fits[1].llf - fits[0].llf), rel=1e-6)
    assert result.df == 1


@pytest.mark.parametrize("kind", ["binary", "continuous"])
def test_linear_models_equal_statsmodels(kind):
    rng = random_generator(4, kind)
    measured, stratum, arm = make_outcome(rng, kind, n=150, benefit=0.5)
    x, z = (arm == "b").astype(float), (stratum == "2").astype(float)
    small = np.column_stack([np.ones(150), x, z])
    large = np.column_stack([small, x * z])
    result = interaction_of(measured, stratum, arm)
    if kind == "binary":
        fits = [sm.Logit(measured.value, d).fit(disp=False) for d in (small, large)]
        expected = stats.chi2.sf(2 * (fits[1].llf - fits[0].llf), 1)
    else:
        fits = [sm.OLS(measured.value, d).fit() for d in (small, large)]
        expected = fits[1].compare_f_test(fits[0])[1]
    assert result.statistic == pytest.approx(2 * (fits[1].llf - fits[0].llf), rel=1e-6)
    assert result.p_value == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("kind", ["survival", "binary", "continuous"])
def test_interaction_is_calibrated_and_has_power(kind):
    rng = random_generator(5, "calibration", kind)
    null = [interaction_of(*make_outcome(rng, kind, n=150)).p_value for _ in range(300)]
    share = np.mean(np.array(null) < 0.05)
    assert 0.025 <= share <= 0.08
    assert stats.kstest(null, "uniform").pvalue > 0.001
    planted = [
        interaction_of(*make_outcome(rng, kind, n=400, benefit=1.6)).p_value
        for _ in range(30)
    ]
    assert np.mean(np.array(planted) < 0.05) > 0.8


def test_strata_and_arms_make_the_degrees_of_freedom():
    rng = random_generator(6, "df")
    stratum = rng.integers(1, 4, 400).astype(str).astype(object)
    arm = np.array(["a", "b", "c", "d"], object)[rng.integers(0, 4, 400)]
    measured = as_measured("continuous", rng.normal(size=400))
    assert interaction_of(measured, stratum, arm).df == 6
    prognosis = check_prognosis(
        measured, stratum=stratum, strata=["1", "2", "3"], arm=arm
    )
    assert prognosis.df == 2
    hollow = ~((stratum == "2") & (arm == "c"))
    result = interaction_of(measured.subset(hollow), stratum[hollow], arm[hollow])
    assert result.df == 5
    assert "5 instead of 6" in result.note


@pytest.mark.parametrize("kind", ["binary", "survival"])
def test_separation_falls_back_to_penalised_likelihood(kind):
    rng = random_generator(7, "separated")
    stratum = np.repeat(np.array(["1", "2"], object), 80)
    arm = np.tile(np.repeat(np.array(["a", "b"], object), 40), 2)
    event = (rng.random(160) < 0.5).astype(float)
    event[(stratum == "2") & (arm == "b")] = 0
    time = rng.exponential(size=160) if kind == "survival" else None
    measured = as_measured(kind, event, time)
    result = interaction_of(measured, stratum, arm)
    assert result.method == "penalised likelihood ratio"
    assert "Firth" in result.note
    assert result.df == 1
    assert 0 < result.p_value < 0.05
    # The answer may not depend on which arm or stratum is called the reference.
    turned = check_interaction(
        measured, stratum=stratum, arm=arm, strata=["2", "1"], arms=["b", "a"]
    )
    assert turned.statistic == pytest.approx(result.statistic, abs=1e-6)


def test_test_keeps_its_level_in_sparse_cells():
    # Separation is itself extreme, so the level is that of both methods together.
    rng = random_generator(8, "sparse")
    stratum = np.repeat(np.array(["1", "2"], object), 50)
    arm = np.tile(np.array(["a", "b"], object), 50)
    chance = np.where(stratum == "2", 0.1, 0.3)
    results = [
        interaction_of(
            as_measured("binary", (rng.random(100) < chance).astype(float)),
            stratum,
            arm,
        )
        for _ in range(300)
    ]
    methods = {result.method for result in results}
    assert methods == {"likelihood ratio", "penalised likelihood ratio"}
    assert np.mean([result.p_value < 0.05 for result in results]) <= 0.07


def test_counts_keep_their_level_in_small_groups():
    # With a variance that the fit has shrunk, against chi-squared: 6 % or more.
    rng = random_generator(9, "counts")
    stratum = np.repeat(np.array(["1", "2", "3"], object), 20)
    arm = np.tile(np.array(["a", "b"], object), 30)
    mean = np.where(stratum == "2", 3.0, 1.0) * np.where(arm == "b", 2.0, 1.0)
    p = [
        interaction_of(
            as_measured("count", rng.poisson(mean).astype(float)), stratum, arm
        ).p_value
        for _ in range(800)
    ]
    assert 0.02 <= np.mean(np.array(p) < 0.05) <= 0.055


def test_nothing_to_test_is_said():
    stratum = np.array(["1", "2"] * 10, object)
    arm = np.array(["a", "a", "b", "b"] * 5, object)
    result = interaction_of(as_measured("binary", np.zeros(20)), stratum, arm)
    assert result.method == "penalised likelihood ratio"
    survival = as_measured("survival", np.zeros(20), np.arange(1.0, 21.0))
    result = interaction_of(survival, stratum, arm)
    assert result.df == 0
    assert np.isnan(result.p_value)
    assert "cannot be estimated" in result.note
    for constant in (1.0, 0.1):
        measured = as_measured("continuous", np.full(20, constant))
        assert np.isnan(interaction_of(measured, stratum, arm).p_value)


@pytest.mark.parametrize(("strata", "critical"), [(2, 2.71), (3, 4.23), (4, 5.43)])
def test_gail_simon_has_the_published_critical_values(strata, critical):
    effects = np.r_[np.sqrt(critical), np.full(strata - 1, -9.0)]
    result = gail_simon(effects, np.ones(strata))
    assert result.statistic == pytest.approx(critical)
    assert result.p_value == pytest.approx(0.05, abs=5e-4)


def test_gail_simon_sees_direction_not_size():
    assert gail_simon(np.array([0.1, 5.0]), np.ones(2)).p_value == 1.0
    assert gail_simon(np.array([-4.0, 5.0]), np.ones(2)).p_value < 1e-4
    assert np.isnan(gail_simon(np.array([np.nan, 5.0]), np.ones(2)).p_value)


def test_adjustment_leaves_missing_values_missing():
    adjusted = adjust_p_values(np.array([0.01, np.nan, 0.04, 0.03]))
    np.testing.assert_allclose(adjusted, [0.03, np.nan, 0.04, 0.04])
