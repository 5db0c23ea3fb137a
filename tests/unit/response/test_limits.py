"""Where a horizon, a tick, a median and a test begin: at the limit itself."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, chi2

from genostrat.response.covariates import code_covariates, scale_columns
from genostrat.response.interaction import adjust_p_values, gail_simon
from genostrat.response.observational import FEWEST_USABLE, bootstrap_error
from genostrat.response.patients import join_near_times
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
