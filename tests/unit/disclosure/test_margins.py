"""What may leave, at the limit itself: by hand-worked sums, rests and digits."""

import math

import numpy as np
import pytest

from genostrat.disclosure.cells import (
    Cells,
    attack,
    link_cells,
    make_cells,
    protect,
    show,
)
from genostrat.disclosure.estimates import midmeans, round_to_error
from genostrat.disclosure.membership import (
    count_allowed,
    count_effective,
    count_needed,
    expected_auc,
    most_features,
)
from genostrat.disclosure.releases import find_close_releases
from genostrat.disclosure.rests import find_telling


def flags(*places, n):
    return np.isin(np.arange(n), places)


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(10, 10, 12), (12, 10, 12), (13, 13, 17), (17, 13, 17), (18, 18, 22)],
)
def test_a_shown_count_tells_the_counts_that_are_rounded_to_it(count, low, high):
    """None below the threshold: that would have been withheld."""
    cells = Cells(np.array([count]), ())
    none = flags(n=1)
    assert attack(cells, none, none, 0, threshold=10) == (low, high)


def test_what_is_known_of_withheld_counts_is_why_they_are_withheld():
    """A small one is below the threshold, one withheld beside it is not."""
    cells = Cells(np.array([150, 5]), ())
    hidden, small = flags(0, 1, n=2), flags(1, n=2)
    assert attack(cells, hidden, small, 1, threshold=10) == (0, 9)
    assert attack(cells, hidden, small, 0, threshold=10) == (10, math.inf)
    # Where the total is shown, the larger part is what the small one leaves of it.
    cells = make_cells(np.array([[150, 5]]))
    hidden, small = flags(0, 1, n=3), flags(1, n=3)
    assert attack(cells, hidden, small, 0, threshold=10) == (153 - 9, 157)


def test_margins_are_the_sums_of_rows_and_of_columns():
    cells = make_cells(np.array([[1, 2, 3], [40, 50, 60]]), is_total_public=True)
    assert cells.counts.tolist() == [1, 2, 3, 40, 50, 60, 6, 150, 41, 52, 63, 156]
    sums = dict(cells.sums)
    assert {total: parts for total, parts in sums.items() if total < 11} == {
        **{6: (0, 1, 2), 7: (3, 4, 5)},
        **{8: (0, 3), 9: (1, 4), 10: (2, 5)},
    }
    totals = [parts for total, parts in cells.sums if total == 11]
    assert sorted(totals) == [(6, 7), (8, 9, 10)]
    assert cells.public == (11,)
    assert make_cells(np.array([[1, 2]])).public == ()


def test_linked_tables_share_the_totals_of_groups_and_of_everybody():
    cells, places = link_cells([np.array([[1, 2], [3, 4]]), np.array([[3], [7]])])
    first, second = places
    assert cells.counts[first].tolist() == [[1, 2, 3], [3, 4, 7], [4, 6, 10]]
    assert cells.counts[second].tolist() == [[3, 3], [7, 7], [10, 10]]
    assert first[:, -1].tolist() == second[:, -1].tolist()
    for total, parts in cells.sums:
        assert cells.counts[total] == cells.counts[list(parts)].sum()
    # of two groups one sum; of each table two rows, its columns, and everybody again
    assert len(cells.sums) == 1 + (2 + 2 + 1) + (2 + 1 + 1)
    assert cells.counts[list(cells.public)].tolist() == [10]


def told(protected, n):
    return [show(protected, place, threshold=5) for place in range(n)]


def test_of_counts_in_a_sum_with_it_the_smallest_shown_hides_a_small_one():
    """101 is told as 98 to 102 and 104 as 103 to 107: four values are left for 3."""
    cells = make_cells(np.array([[101, 3]]))
    assert told(protect(cells, threshold=5), 3) == ["withheld", "<5", "105"]
    # 103 is told as 105 as well, and 106 as 105: that leaves all five.
    cells = make_cells(np.array([[103, 3]]))
    assert told(protect(cells, threshold=5), 3) == ["105", "<5", "105"]


@pytest.mark.parametrize(("is_public", "total"), [(False, "withheld"), (True, "10")])
def test_a_total_that_is_told_elsewhere_is_not_withheld(is_public, total):
    """A total of 8 or more says of two fours that neither is below four."""
    cells = make_cells(np.array([[4, 4]]), is_total_public=is_public)
    assert told(protect(cells, threshold=5), 3) == ["<5", "<5", total]


@pytest.mark.parametrize(
    ("whole", "parts", "withheld"),
    [
        ([90], {"S1": [50], "S2": [40]}, set()),
        ([100], {"S1": [50], "S2": [40]}, set()),
        ([99], {"S1": [50], "S2": [40]}, {"S2"}),
        ([91], {"S1": [50], "S2": [40]}, {"S2"}),
        ([60], {"S1": [50], "S2": [4], "S3": [3]}, {"S2", "S3"}),
        ([59], {"S1": [50], "S2": [4], "S3": [3]}, {"S1", "S2", "S3"}),
        ([100, 20], {"S1": [50, 10]}, set()),
        ([100, 20], {"S1": [50, 11]}, {"S1"}),
        ([100, 20], {"S1": [50, 20]}, {"S1"}),
        ([81], {"S2": [40], "S1": [40]}, {"S2"}),
        ([5], {}, set()),
    ],
)
def test_parts_are_told_until_their_rest_is_nobody_or_enough(whole, parts, withheld):
    assert find_telling(whole, parts) == withheld


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (0.049, 123.457),  # a fifth is below 0.01
        (0.051, 123.46),
        (0.49, 123.46),
        (0.51, 123.5),
        (4.9, 123.5),
        (5.1, 123.0),
        (51.0, 120.0),
        (510.0, 100.0),
    ],
)
def test_an_estimate_has_the_digits_that_a_fifth_of_its_error_leaves(error, shown):
    assert round_to_error(123.4567, error) == shown


def test_the_middle_half_is_what_a_quarter_at_each_end_leaves():
    nan = math.nan
    columns = {
        (5.0,): 5.0,
        (1.0, 9.0, 8.0): 6.0,
        (90.0, 2.0, -50.0, 3.0): 2.5,
        (1.0, 2.0, 3.0, 4.0, 5.0, 60.0, 70.0): 84 / 5 - 2,
        (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 70.0, 800.0): 4.5,
    }
    longest = max(map(len, columns))
    values = [[*own, *[nan] * (longest - len(own))] for own in columns]
    values.append([nan] * longest)
    found = midmeans(np.array(values).T)
    assert found[:-1].tolist() == pytest.approx(
        [5.0, 6.0, 2.5, (2 + 3 + 4 + 5 + 60) / 5, 4.5]
    )
    assert math.isnan(found[-1])


def test_features_of_an_orthogonal_design_are_worth_what_algebra_says():
    """(Σλ)² / Σλ² less what chance adds, p²/n, of a correlation matrix of blocks."""
    full = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]] * 4, float)
    n = len(full)
    pair = full[:, [0, 0, 1]]
    # λ = 2, 1, 0
    assert count_effective(pair) == pytest.approx(9 / (5 - 9 / n))
    # units and a shift change nothing, nor does a feature that does not vary
    moved = np.column_stack([pair * [3, 0.1, 7] + [5, 0, -2], np.full(n, 4.0)])
    assert count_effective(moved) == pytest.approx(count_effective(pair))
    # more features than people: twenty copies of either of two
    wide = np.repeat(full[:, :2], 20, axis=1)
    assert count_effective(wide) == pytest.approx(1600 / (800 - 1600 / n))
    # never more than there are
    assert count_effective(full[:4]) == 3


def test_an_area_and_the_features_that_reach_it_are_one_formula():
    # Φ(1) with twice as many features as people, Φ(0.5) with half as many
    assert expected_auc(50, 100) == pytest.approx(0.841345, abs=1e-6)
    assert expected_auc(100, 50) == pytest.approx(0.691462, abs=1e-6)
    assert most_features(50, most_auc=0.8413447460685429) == pytest.approx(100)
    for n in (10, 100, 1234):
        assert expected_auc(n, most_features(n)) == pytest.approx(0.55)
        assert count_allowed(n) == math.floor(most_features(n))
    for n_numbers in (1, 5, 40):
        needed = count_needed(n_numbers)
        assert count_allowed(needed) == n_numbers
        assert count_allowed(needed - 1) == n_numbers - 1


def test_of_releases_is_said_how_many_left_and_how_many_joined():
    found = list(find_close_releases("ABCDE", {"may": "ABXYZ", "june": "ABCDE"}))
    assert found == [("may", 3, 3)]
    assert list(find_close_releases("ABCDE", {"may": "ABX"}, threshold=3)) == [
        ("may", 1, 3)
    ]
    assert not list(find_close_releases("ABC", {"may": "XYZ"}, threshold=3))
