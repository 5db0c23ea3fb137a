"""What the frozen adjustment tells of one patient, tested by attack."""

import numpy as np
import pandas as pd
import pytest

from genostrat.disclosure.estimates import midmeans
from genostrat.profile.adjustment import (
    MAX_LEVERAGE,
    find_ordinary,
    fit_adjustment,
    solve_shrunken,
)
from genostrat.profile.covariates import design_matrix, fit_covariates

FEATURES = [f"g{i}" for i in range(200)]


def fit(values, table, *, names=("age", "sex", "batch")):
    training = np.ones(len(table), bool)
    encoding = fit_covariates(table, names=list(names), training=training)
    return fit_adjustment(
        values,
        table,
        encoding=encoding,
        features=FEATURES[: values.shape[1]],
        layer="rna",
        transform="none",
        training=training,
    )


def recover(adjustment, table, who):
    """Return what the frozen numbers say of a patient whose covariates are known."""
    design = design_matrix(table.iloc[[who]], list(adjustment.covariates))
    return (design @ adjustment.coefficients + adjustment.centre)[0]


def alone_in_a_batch(n=60, seed=2):
    """A batch of five men and one woman, and all the others women."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "age": rng.integers(30, 80, n).astype(str),
            "sex": ["female"] * (n - 6) + ["male"] * 5 + ["female"],
            "batch": ["b1"] * (n - 6) + ["b2"] * 6,
        }
    )
    return table, rng.normal(size=(n, len(FEATURES)))


@pytest.mark.parametrize("names", [("sex", "batch"), ("age", "sex", "batch")])
def test_the_values_of_the_only_woman_of_a_batch_do_not_come_back(names):
    table, values = alone_in_a_batch()
    told = recover(fit(values, table, names=names), table, len(table) - 1)
    error = np.abs(told - values[-1])
    assert np.median(error) > 0.4
    assert abs(np.corrcoef(told, values[-1])[0, 1]) < 0.3


@pytest.mark.parametrize("seed", range(8))
def test_no_fit_is_more_than_half_of_one_patients_own(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(25, 120))
    table = pd.DataFrame(
        {
            "age": rng.integers(30, 80, n).astype(str),
            "sex": rng.choice(["male", "female"], n, p=[0.15, 0.85]),
            "batch": rng.choice(["1", "2", "3"], n, p=[0.8, 0.1, 0.1]),
            "pc": np.where(np.arange(n) == 3, 40.0, rng.normal(size=n)),
        }
    )
    names = ("age", "sex", "batch", "pc")
    values = rng.normal(size=(n, 1))
    before = fit(values, table, names=names)
    for who in range(n):
        other = values.copy()
        other[who] += 1
        after = fit(other, table, names=names)
        own = recover(after, table, who) - recover(before, table, who)
        # The mean of all holds a share of everybody, beside the leverage.
        assert own[0] <= MAX_LEVERAGE + 1 / n + 1e-9, table.iloc[who].to_dict()


def test_patients_like_others_all_teach():
    rng = np.random.default_rng(1)
    assert find_ordinary(rng.normal(size=(200, 6))).all()
    assert find_ordinary(np.empty((20, 0))).all()


@pytest.mark.parametrize("n", [1, 2, 12, 25])
def test_few_patients_are_adjusted_for_many_covariates_without_telling_of_anyone(n):
    """Leaving out one after the other left nobody, and the profile was not a number."""
    rng = np.random.default_rng(1)
    design = rng.normal(size=(n, 12))
    design -= design.mean(axis=0)
    values = rng.normal(size=(n, 3))
    values -= values.mean(axis=0)
    solved = solve_shrunken(design, values)
    assert np.isfinite(solved).all()
    # What is fitted for a patient moves by less than half of what her own value does.
    for patient in range(n):
        moved = values.copy()
        moved[patient] += 1
        moved -= moved.mean(axis=0)
        change = design[patient] @ (solve_shrunken(design, moved) - solved) + 1 / n
        assert (change <= max(MAX_LEVERAGE, 1 / n) + 1e-6).all()


def test_a_shrunken_solution_is_that_of_least_squares_where_nobody_is_told_of():
    rng = np.random.default_rng(2)
    design, values = rng.normal(size=(200, 3)), rng.normal(size=(200, 2))
    design, values = design - design.mean(axis=0), values - values.mean(axis=0)
    expected = np.linalg.lstsq(design, values)[0]
    assert solve_shrunken(design, values) == pytest.approx(expected)
    twice = np.repeat(rng.normal(size=(30, 1)), 2, axis=1)
    assert find_ordinary(twice).all(), "columns that determine each other"
    lonely = np.vstack([rng.normal(size=(60, 2)), [[50.0, 0.0], [0.0, 90.0]]])
    assert np.flatnonzero(~find_ordinary(lonely)).tolist() == [60, 61]


@pytest.mark.parametrize("n", [5, 25, 41, 81])
def test_no_frozen_number_is_a_patients_value(n):
    """An odd number of patients: a median would be the value of one of them."""
    rng = np.random.default_rng(n)
    values = rng.normal(size=(n, 50))
    values[rng.random(values.shape) < 0.1] = np.nan
    told = midmeans(values)
    nearest = np.nanmin(np.abs(values - told), axis=0)
    assert (nearest > 0).all()
    frozen = fit(
        rng.normal(size=(n + 20, 50)),
        pd.DataFrame(index=range(n + 20)),
        names=(),
    )
    assert not np.isnan(frozen.middles).any()


def test_the_mean_of_the_middle_is_hardly_moved_by_outliers():
    rng = np.random.default_rng(3)
    values = rng.normal(size=(101, 40))
    spoilt = values.copy()
    spoilt[:10] = 1e6
    assert np.abs(midmeans(spoilt) - midmeans(values)).max() < 0.5
    assert np.abs(midmeans(values) - np.median(values, axis=0)).max() < 0.2
    assert np.isnan(midmeans(np.full((4, 1), np.nan))).all()
    assert midmeans(np.array([[3.0], [np.nan]])).tolist() == [3.0]
    assert midmeans(np.array([[1.0, 2.0, 4.0, 8.0]]).T).tolist() == [3.0]
