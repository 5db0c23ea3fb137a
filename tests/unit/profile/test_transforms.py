"""Transforms of a layer's values, by hand: what comes out, and what may go in."""

from statistics import NormalDist

import numpy as np
import pytest

from genostrat.profile.transforms import (
    fit_reference,
    highest_allowed,
    lowest_allowed,
    size_factors,
    transform_values,
)

NAN = float("nan")
PHI = NormalDist().inv_cdf


@pytest.mark.parametrize(
    ("transform", "values", "expected"),
    [
        ("none", [-3, 0.5, NAN], [-3, 0.5, NAN]),
        ("log2", [0, 1, 3, NAN, 7], [0, 1, 2, NAN, 3]),
        ("m_values", [0.5, 0.8, 0.2, NAN], [0, 2, -2, NAN]),
        # kept a thousandth away from the ends
        ("m_values", [0, 1, 0.001, 0.0005], np.log2([1 / 999, 999, 1 / 999, 1 / 999])),
        ("m_values", [0.002], [np.log2(2 / 998)]),
        ("rank", [30, 10, 20], [PHI(3 / 4), PHI(1 / 4), PHI(2 / 4)]),
        ("rank", [5, 5, 1], [PHI(2.5 / 4), PHI(2.5 / 4), PHI(1 / 4)]),
        ("rank", [NAN, 8, -1], [NAN, PHI(2 / 3), PHI(1 / 3)]),
    ],
)
def test_values_of_a_patient_are_transformed(transform, values, expected):
    other = np.full(len(values), 0.5)  # no patient changes another
    found = transform_values(np.array([other, values], float), transform=transform)
    assert found[1].tolist() == pytest.approx(list(expected), nan_ok=True)


def test_counts_are_divided_by_the_median_of_their_ratios():
    reference = np.array([2.0, 8.0, 10.0, 0.0])
    values = np.array([[4.0, 16, 50, 30], [0.0, 4, 0, 9], [0.0, 0, 0, 7]])
    # Ratios of 2, 2 and 5; of 1/2 alone; of nothing.
    assert size_factors(values, reference=reference).tolist() == [2, 0.5, 1]
    found = transform_values(values, transform="counts", reference=reference)
    assert found.tolist() == pytest.approx(
        np.log2([[3, 9, 26, 16], [1, 9, 1, 19], [1, 1, 1, 8]])
    )


def test_the_reference_is_a_geometric_mean_of_those_who_have_the_feature():
    values = np.array([[1.0, 3.0], [4.0, 0.0], [16.0, 27.0], [1.0, np.nan]])
    # The first of four patients; the second of two, who are a half.
    found = fit_reference(values, transform="counts")
    assert found.tolist() == pytest.approx([64 ** (1 / 4), 9])
    values[0, 1] = 0
    assert fit_reference(values, transform="counts")[1] == 0
    own = transform_values(values, transform="counts")
    given = transform_values(
        values, transform="counts", reference=fit_reference(values, transform="counts")
    )
    assert np.array_equal(own, given, equal_nan=True)


@pytest.mark.parametrize(
    ("transform", "value", "words"),
    [
        ("log2", -1e-9, "at least 0"),
        ("counts", -1e-9, "at least 0"),
        ("m_values", -1e-9, "at least 0"),
        ("m_values", 1 + 1e-9, "at most 1"),
    ],
)
def test_a_value_beyond_what_a_transform_takes_is_refused(transform, value, words):
    with pytest.raises(ValueError, match=words):
        transform_values(np.array([[0.5, value, NAN]]), transform=transform)
    transform_values(np.array([[0.5, round(value), NAN]]), transform=transform)


def test_what_a_transform_takes_is_told():
    names = ("none", "log2", "counts", "m_values", "rank")
    assert [lowest_allowed(name) for name in names] == [None, 0, 0, 0, None]
    assert [highest_allowed(name) for name in names] == [None, None, None, 1, None]
    with pytest.raises(ValueError, match="unknown transform 'sqrt'"):
        transform_values(np.zeros((1, 1)), transform="sqrt")
