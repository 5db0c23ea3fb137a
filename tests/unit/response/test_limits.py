"""Where a horizon, a tick, a median and a test begin: at the limit itself."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import binom, chi2, t

from genostrat.catalogues.outcome_kinds import KINDS
from genostrat.config.outcomes import Outcome
from genostrat.response.analysis import analyse_response
from genostrat.response.covariates import code_covariates, scale_columns
from genostrat.response.heterogeneity.targets import target_values
from genostrat.response.interaction import adjust_p_values, gail_simon
from genostrat.response.kinds import continuous, count, ordinal
from genostrat.response.observational import FEWEST_USABLE, bootstrap_error
from genostrat.response.patients import Measured, Patients, Planned, join_near_times
from genostrat.response.propensity import _effective, _overlap, standardised_difference
from genostrat.response.survival import (
    kaplan_meier,
    median_survival,
    restricted_mean,
    round_down,
    survival_at,
    time_grid,
)


@pytest.mark.parametrize(
    ("longest", "step", "n_ticks"),
    [(5, 1, 6), (59, 10, 6), (60, 15, 5), (0.05, 0.01, 6), (100, 20, 6), (1, 0.2, 6)],
)
def test_a_grid_has_sixty_times_and_about_six_ticks(longest, step, n_ticks):
    times, ticks = time_grid(longest)
    assert len(times) <= 60
    assert times[0] == 0
    assert times[-1] <= longest + 1e-9
    marked = times[ticks]
    assert np.allclose(np.diff(marked), marked[1])
    assert 4 <= len(marked) <= 7
    assert np.allclose(np.diff(times), times[1])
    assert times[-1] + times[1] > longest, "no step less than there is room for"


def test_without_follow_up_there_is_one_time():
    for longest in (0, -1, np.nan):
        times, ticks = time_grid(longest)
        assert times.tolist() == [0]
        assert ticks.tolist() == [True]


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (123.4, 120),
        (129.9, 120),
        (0.0567, 0.056),
        (99.9, 99),
        (10, 10),
        (0, 0),
        (-3, 0),
    ],
)
def test_a_horizon_is_rounded_down_to_two_digits(value, rounded):
    assert round_down(value) == pytest.approx(rounded, abs=1e-12)


def test_a_median_is_where_the_curve_reaches_a_half():
    def median(time, event):
        curve = kaplan_meier(np.array(time, float), np.array(event, bool))
        return median_survival(curve)[0]

    assert median([1, 2, 3], [1, 1, 1]) == 2
    assert median([1, 2, 3, 4], [1, 1, 1, 1]) == 2.5, "the middle of the stretch at 1/2"
    assert np.isnan(median([1, 2, 3, 4], [1, 0, 0, 0]))
    assert median([1, 1, 2, 3, 4], [1, 1, 1, 0, 0]) == 2


def test_a_restricted_mean_is_the_area_and_its_error_that_of_the_sums():
    time, event = np.array([1.0, 2, 3, 4, 5]), np.array([1, 1, 0, 1, 0], bool)
    curve = kaplan_meier(time, event)
    area, error = restricted_mean(curve, horizon=4.0)
    assert area == pytest.approx(1 + 0.8 + 0.6 * 2)
    # Greenwood: d / (n (n − d)), with the area still to come after each event.
    variance = (0.8 + 1.2) ** 2 / (5 * 4) + 1.2**2 / (4 * 3)
    assert error == pytest.approx(np.sqrt(variance))
    area, _ = restricted_mean(curve, horizon=5.0)
    assert area == pytest.approx(1 + 0.8 + 0.6 * 2 + 0.3)
    shares, *_ = survival_at(curve, np.array([0.0, 0.999, 1.0, 4.0, 9.0]))
    assert shares[:4] == pytest.approx([1, 1, 0.8, 0.3])


def test_times_that_rounding_parts_are_one():
    step = np.sqrt(np.finfo(float).eps)
    near, far = 1 + 0.4 * step, 1 + 4 * step
    assert join_near_times(np.array([1.0, near])).tolist() == [1.0, 1.0]
    assert join_near_times(np.array([1.0, far])).tolist() == [1.0, far]
    assert join_near_times(np.array([far, np.nan, near, 1.0]))[2] == 1.0
    assert np.isnan(join_near_times(np.array([far, np.nan, near, 1.0]))[1])
    assert join_near_times(np.array([3.0])).tolist() == [3.0]


def test_gail_and_simon_by_hand():
    effects, errors = np.array([0.5, -0.4, 0.3, np.nan]), np.array([0.2, 0.2, 0.3, 0.1])
    found = gail_simon(effects, errors)
    assert found.statistic == pytest.approx(4.0), "the side of the lesser sum"
    expected = sum(binom.pmf(h, 2, 0.5) * chi2.sf(4.0, h) for h in (1, 2))
    assert found.p_value == pytest.approx(expected)
    assert found.df == 2
    same = gail_simon(np.array([0.5, 0.4]), np.array([0.2, 0.2]))
    assert (same.statistic, same.p_value) == (0, 1)
    assert np.isnan(gail_simon(effects[:1], errors[:1]).p_value)
    assert np.isnan(adjust_p_values(np.array([np.nan, np.nan]))).all()
    assert adjust_p_values(np.array([0.01, np.nan, 0.04]))[[0, 2]] == pytest.approx(
        [0.02, 0.04]
    )


def test_a_spread_of_draws_needs_enough_of_them():
    values = np.arange(10.0)
    enough = int(np.ceil(FEWEST_USABLE * 10))
    draws = np.where(np.arange(10) < enough, values, np.nan)
    assert bootstrap_error(draws) == pytest.approx(values[:enough].std(ddof=1))
    draws[0] = np.nan
    assert np.isnan(bootstrap_error(draws))
    assert np.isnan(bootstrap_error(np.array([1.0])))
    assert bootstrap_error(np.array([1.0, 3.0])) == pytest.approx(np.sqrt(2))


@pytest.mark.parametrize(("n_different", "n_columns"), [(6, 6), (7, 1)])
def test_seven_numbers_are_an_amount_and_six_are_levels(n_different, n_columns):
    cells = [str(i % n_different) for i in range(42)]
    names, values = code_covariates(pd.DataFrame({"grade": cells}))
    assert len(names) == n_columns
    assert values.shape == (42, n_columns)


def test_a_missing_number_is_the_mean_and_says_so():
    cells = [*map(str, range(10)), ""]
    names, values = code_covariates(pd.DataFrame({"age": cells}))
    assert names == ["age", "age missing"]
    assert values[-1].tolist() == [4.5, 1]
    assert not values[:-1, 1].any()
    names, values = code_covariates(
        pd.DataFrame({"x": ["a", "b", ""], "y": ["", "", ""]})
    )
    assert names == ["x=missing", "x=a", "x=b"]
    assert (values.sum(axis=1) == 1).all()
    scaled = scale_columns(np.array([[1.0, 5], [3, 5]]))
    assert scaled.tolist() == [[-1, 0], [1, 0]]


def test_balance_by_hand():
    values = np.array([1.0, 3, 2, 6])
    pair = [np.array([1, 1, 0, 0], bool), np.array([0, 0, 1, 1], bool)]
    weights = np.array([1.0, 3, 1, 1])
    spread = np.sqrt((1 + 4) / 2)
    got = standardised_difference(values, pair, weights=weights)
    assert got == pytest.approx((2.5 - 4) / spread)
    same = np.array([1.0, 1, 2, 2])
    assert standardised_difference(same, pair, weights=weights) == -np.inf
    assert standardised_difference(np.ones(4), pair, weights=weights) == 0
    assert _effective(weights) == pytest.approx(36 / 12)
    probability = np.array([[0.8, 0.2], [0.4, 0.6], [0.6, 0.4], [0.1, 0.9]])
    assert _overlap(probability, pair) == 0.5, "from 0.4 to 0.6, both included"


def measured_of(kind, value, *, exposure=None, columns=None):
    value = np.asarray(value, float)
    outcome = Outcome("o", kind, columns or tuple(KINDS[kind].columns))
    known = np.ones(len(value), bool)
    return Measured(outcome, value, None, known, exposure=exposure)


def test_a_poisson_regression_is_that_of_statsmodels():
    rng = np.random.default_rng(1)
    n = 120
    design = np.column_stack([np.ones(n), rng.normal(size=(n, 2))])
    exposure = rng.uniform(0.5, 3, n)
    value = rng.poisson(exposure * np.exp(design @ [0.3, 0.5, -0.4])).astype(float)
    fit = count._fit(design, value, exposure)
    model = sm.GLM(value, design, family=sm.families.Poisson(), exposure=exposure)
    peer = model.fit(tol=1e-12)
    offset = np.log(value.sum() / exposure.sum())
    assert fit.converged
    assert fit.rank == 3
    assert np.add(fit.beta, [offset, 0, 0]) == pytest.approx(peer.params, abs=1e-7)
    assert fit.dispersion == pytest.approx(peer.pearson_chi2 / (n - 3))
    assert fit.inverse == pytest.approx(peer.normalized_cov_params, abs=1e-8)
    groups = np.where(design[:, 1] > 0, "a", "b")
    plain = measured_of("count", value, exposure=exposure)
    rate = {g: value[groups == g].sum() / exposure[groups == g].sum() for g in "ab"}
    mean = np.array([rate[g] for g in groups]) * exposure
    dispersion = ((value - mean) ** 2 / mean).sum() / (n - 2)
    assert count.measure_dispersion(plain, groups) == pytest.approx(dispersion)


def test_rates_of_two_groups_by_hand():
    value = np.array([3.0, 1, 0, 4, 2, 1, 0, 1])
    exposure = np.array([1.0, 2, 1, 2, 1, 1, 2, 1])
    inside = np.arange(8) < 4
    ratio, difference = count.compare_groups(
        measured_of("count", value, exposure=exposure),
        inside,
        horizon=np.nan,
        weights=np.ones(8),
    )
    rates = 8 / 6, 4 / 5
    mean = np.where(inside, *rates) * exposure
    dispersion = max(1, ((value - mean) ** 2 / mean).sum() / 6)
    error = np.sqrt((1 / 8 + 1 / 4) * dispersion)
    assert ratio.estimate == pytest.approx(np.log(rates[0] / rates[1]))
    assert ratio.standard_error == pytest.approx(error)
    assert ratio.high - ratio.estimate == pytest.approx(t.ppf(0.975, 6) * error)
    assert ratio.estimate - ratio.low == pytest.approx(t.ppf(0.975, 6) * error)
    gaps = value - np.where(inside, *rates) * exposure
    own = [(gaps[m] ** 2).sum() / s**2 * 4 / 3 for m, s in ((inside, 6), (~inside, 5))]
    assert difference.estimate == pytest.approx(rates[0] - rates[1])
    assert difference.standard_error == pytest.approx(np.sqrt(sum(own)))
    freedom = sum(own) ** 2 / sum(v**2 / 3 for v in own)
    half = t.ppf(0.975, freedom) * np.sqrt(sum(own))
    assert difference.high == pytest.approx(difference.estimate + half)
    assert difference.low == pytest.approx(difference.estimate - half)


def test_a_group_without_events_gets_half_of_one():
    inside = np.arange(6) < 3
    plain = measured_of("count", [0, 0, 0, 2, 1, 3])
    ratio, _ = count.compare_groups(plain, inside, horizon=np.nan, weights=np.ones(6))
    assert ratio.estimate == pytest.approx(np.log(0.5 / 6.5))
    assert "half an event was added" in ratio.note
    nothing = measured_of("count", np.zeros(6))
    found = count.compare_groups(nothing, inside, horizon=np.nan, weights=np.ones(6))
    assert [one.note for one in found] == [
        "no group has an event",
        "counts do not vary",
    ]
    assert np.isnan([one.estimate for one in found]).all()
    assert count.count_informative(plain, inside) == (3.0, "events")
    third = np.arange(6) < 2
    assert count.count_informative(plain, third)[0] == pytest.approx(2.0)
    assert count.count_informative(plain, ~third)[0] == pytest.approx(2.0)


def test_differences_of_means_are_those_of_least_squares():
    rng = np.random.default_rng(2)
    baseline = np.where(rng.random(60) > 0.5, "x", "y")
    common, added = rng.normal(size=(60, 1)), rng.normal(size=(60, 2))
    value = rng.normal(size=60) + added[:, 0] + (baseline == "x")
    parts = {"baseline": baseline, "common": common, "added": added}
    found = continuous.estimate_columns(measured_of("continuous", value), **parts)
    design = np.column_stack([baseline == "x", baseline == "y", common, added])
    peer = sm.OLS(value, design.astype(float)).fit()
    assert found.values == pytest.approx(peer.params[-2:])
    assert found.covariance == pytest.approx(peer.cov_params()[-2:, -2:])
    twice = parts | {"added": np.column_stack([common, added[:, :1]])}
    lost = continuous.estimate_columns(measured_of("continuous", value), **twice)
    assert np.isnan(lost.values).all(), "a column that stands twice"
    flat = continuous.estimate_columns(measured_of("continuous", np.ones(60)), **parts)
    assert np.isnan(flat.values).all()


def test_wins_are_counted_pair_by_pair_and_ridits_differ_by_them():
    rng = np.random.default_rng(3)
    value = rng.integers(0, 4, 40).astype(float)
    inside = np.arange(40) < 15
    _, win = ordinal.compare_groups(
        measured_of("ordinal", value), inside, horizon=np.nan, weights=np.ones(40)
    )
    signs = np.sign(value[inside][:, None] - value[~inside])
    assert win.estimate == pytest.approx(signs.mean())
    variance = signs.mean(axis=1).var(ddof=1) / 15 + signs.mean(axis=0).var(ddof=1) / 25
    assert win.standard_error == pytest.approx(np.sqrt(variance))
    ridits = target_values(measured_of("ordinal", value), inside, horizon=np.nan)
    pooled = ridits[inside].mean() - ridits[~inside].mean()
    assert pooled == pytest.approx(signs.mean())
    assert ridits.mean() == pytest.approx(1)
    assert (
        target_values(measured_of("continuous", value), inside, horizon=1) is not None
    )


def test_pseudo_values_have_the_rate_of_their_arm():
    rng = np.random.default_rng(4)
    exposure = rng.uniform(1, 3, 30)
    value = rng.poisson(exposure)
    inside = np.arange(30) < 12
    plain = measured_of("count", value, exposure=exposure)
    targets = target_values(plain, inside, horizon=np.nan)
    for mask in (inside, ~inside):
        rate = value[mask].sum() / exposure[mask].sum()
        assert targets[mask].mean() == pytest.approx(rate)
        assert (targets[mask] - rate) * exposure[mask].mean() == pytest.approx(
            value[mask] - rate * exposure[mask]
        )


def test_odds_are_held_against_free_chances_of_every_level():
    rng = np.random.default_rng(5)
    groups = np.repeat(["a", "b"], 100)
    same = rng.integers(0, 3, 200).astype(float)
    found = ordinal.check_proportional_odds(same, groups)
    assert found.df == 1
    assert found.p_value > 0.01
    apart = np.where(groups == "a", rng.choice([0, 2], 200), 1).astype(float)
    apart[::7] = rng.integers(0, 3, len(apart[::7]))
    assert ordinal.check_proportional_odds(apart, groups).p_value < 1e-6
    two = ordinal.check_proportional_odds(same > 1, groups)
    assert np.isnan(two.p_value), "of two levels there is one cut"
    one = ordinal.check_proportional_odds(same, np.repeat("a", 200))
    assert np.isnan(one.p_value)
    rare = np.r_[same[:-1], 9.0]
    found = ordinal.check_proportional_odds(rare, groups)
    assert found.note == "a level expects no patient"


@pytest.mark.parametrize("shorter", ["new", "old"])
def test_survival_is_compared_as_far_as_both_arms_were_followed(shorter):
    rng = np.random.default_rng(6)
    arm = np.repeat(np.array(["new", "old"], object), 60)
    time = rng.uniform(1, 100, 120)
    time[arm == shorter] /= 5
    event = (rng.random(120) < 0.7).astype(float)
    outcome = Outcome("os", "survival", ("t", "e"))
    measured = Measured(outcome, event, time, np.ones(120, bool))
    frame = pd.DataFrame({"x": [""] * 120})
    patients = Patients(
        stratum=np.full(120, "all", object),
        arm=arm,
        reference="old",
        measured=(measured,),
        covariates=frame[[]],
        arms=("old", "new"),
        planned=Planned(),
        baseline=frame,
    )
    found = analyse_response(patients, min_events_per_cell=5, seed=1).effects
    wanted = round_down(time[arm == shorter].max())
    horizon = found.loc[found["scale"] == "rmst_difference", "horizon"]
    assert horizon.tolist() == [wanted]
