import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from genostrat.response.survival import (
    kaplan_meier,
    restricted_mean,
    round_down,
    survival_at,
    time_grid,
)
from genostrat.seeds import random_generator

TIME = np.array([1.0, 2, 2, 3, 4, 5])
EVENT = np.array([1.0, 1, 0, 1, 0, 1])


def test_curve_by_hand():
    curve = kaplan_meier(TIME, EVENT)
    np.testing.assert_array_equal(curve.time, [1, 2, 3, 5])
    expected = [5 / 6, 5 / 6 * 4 / 5, 5 / 6 * 4 / 5 * 2 / 3, 0]
    np.testing.assert_allclose(curve.survival, expected)
    increments = [1 / (6 * 5), 1 / (5 * 4), 1 / (3 * 2), np.inf]
    np.testing.assert_allclose(curve.hazard_variance, increments)


def test_restricted_mean_by_hand():
    mean, error = restricted_mean(kaplan_meier(TIME, EVENT), horizon=4.0)
    steps = np.array([1, 5 / 6, 2 / 3, 4 / 9])
    assert mean == pytest.approx(steps.sum())
    to_come = np.array([steps[1:].sum(), steps[2:].sum(), steps[3]])
    variance = (to_come**2 * [1 / 30, 1 / 20, 1 / 6]).sum()
    assert error == pytest.approx(np.sqrt(variance))
    whole, _ = restricted_mean(kaplan_meier(TIME, EVENT), horizon=5.0)
    assert whole == pytest.approx(mean + 4 / 9)


def test_restricted_mean_without_censoring_is_the_mean():
    time = random_generator(1, "rmst").exponential(size=500)
    mean, error = restricted_mean(kaplan_meier(time, np.ones(500)), horizon=1.5)
    capped = np.minimum(time, 1.5)
    assert mean == pytest.approx(capped.mean())
    assert error == pytest.approx(capped.std() / np.sqrt(500), rel=1e-6)


def test_curve_equals_statsmodels():
    rng = random_generator(2, "km")
    time = np.ceil(rng.exponential(size=200) * 20)
    event = (rng.random(200) < 0.6).astype(float)
    expected = SurvfuncRight(time, event)
    survival, low, high = survival_at(kaplan_meier(time, event), expected.surv_times)
    np.testing.assert_allclose(survival, expected.surv_prob, atol=1e-12)
    inside = expected.surv_prob > 0
    log_error = expected.surv_prob_se[inside] / (
        survival[inside] * np.abs(np.log(survival[inside]))
    )
    ends = [survival[inside] ** np.exp(z * log_error) for z in (1.959964, -1.959964)]
    np.testing.assert_allclose(low[inside], ends[0], rtol=1e-5)
    np.testing.assert_allclose(high[inside], ends[1], rtol=1e-5)


def test_weights_are_counts_of_patients():
    twice = np.r_[TIME, TIME[:3]]
    expected = kaplan_meier(twice, np.r_[EVENT, EVENT[:3]])
    weights = np.r_[np.full(3, 2.0), np.ones(3)]
    weighted = kaplan_meier(TIME, EVENT, weights=weights)
    np.testing.assert_allclose(weighted.survival, expected.survival, atol=1e-12)
    # Copies of patients are no new patients: the error must not shrink.
    assert weighted.hazard_variance[0] > expected.hazard_variance[0]


def test_limits_are_blank_where_nothing_is_known():
    survival, low, high = survival_at(kaplan_meier(TIME, EVENT), np.array([0.5, 5.0]))
    np.testing.assert_array_equal(survival, [1.0, 0.0])
    assert np.isnan([*low, *high]).all()


@settings(max_examples=200, deadline=None)
@given(st.floats(min_value=1e-3, max_value=1e6))
def test_grid_is_short_even_and_ticked(longest):
    times, ticks = time_grid(longest)
    assert times[0] == 0.0
    assert len(times) <= 60
    assert longest * 0.97 <= times[-1] <= longest * (1 + 1e-6)
    assert 3 <= ticks.sum() <= 6


@settings(max_examples=200, deadline=None)
@given(st.floats(min_value=1e-3, max_value=1e6))
def test_rounding_down_never_rounds_up(value):
    rounded = round_down(value)
    assert 0.9 * value <= rounded <= value * (1 + 1e-6)
    assert len(f"{rounded:.12g}".replace(".", "").strip("0")) <= 2


def test_no_follow_up_gives_an_empty_grid():
    times, ticks = time_grid(0.0)
    assert times.tolist() == [0.0]
    assert ticks.tolist() == [True]
    assert round_down(0.0) == 0.0
