"""Disclosure control, tested by attack."""

import itertools

import numpy as np
import pytest

from genostrat.disclosure.cells import (
    LEAST_RANGE,
    THRESHOLD,
    attack,
    link_cells,
    make_cells,
    protect,
    round_count,
    show,
)
from genostrat.disclosure.estimates import round_to_error
from genostrat.disclosure.membership import (
    MOST_AUC,
    count_effective,
    expected_auc,
    most_features,
)
from genostrat.disclosure.releases import find_close_releases


def attack_means(means, outside, suspects, *, spread):
    """Return how likely each suspect is to be in the means: the likelihood ratio."""
    ours = (suspects - means) / spread
    theirs = (suspects - outside) / spread
    return (theirs**2 - ours**2).sum(axis=1)


def area(members, others):
    """Area under the curve, with half of ties."""
    wins = (members[:, None] > others).mean() + 0.5 * (
        members[:, None] == others
    ).mean()
    return float(wins)


@pytest.mark.parametrize("seed", range(12))
def test_no_small_count_is_recovered_from_any_table(seed):
    rng = np.random.default_rng(seed)
    for _ in range(12):
        shape = rng.integers(1, 5), rng.integers(2, 6)
        table = rng.integers(0, [4, 12, 40, 200][rng.integers(4)], shape)
        cells = make_cells(table)
        protected = protect(cells)
        hidden = protected.shown < 0
        assert (protected.is_small == (cells.counts < THRESHOLD)).all()
        assert hidden[protected.is_small].all()
        for place in np.flatnonzero(protected.is_small):
            low, high = attack(
                cells, hidden, protected.is_small, place, threshold=THRESHOLD
            )
            assert low <= cells.counts[place] <= high
            assert high - low >= LEAST_RANGE - 1


@pytest.mark.parametrize("seed", range(6))
def test_no_small_count_is_recovered_from_tables_of_the_same_people(seed):
    """Tables share the totals of their rows; that of everybody is told elsewhere."""
    rng = np.random.default_rng(seed)
    for _ in range(6):
        people = int(rng.integers(20, 200))
        groups = rng.integers(rng.integers(1, 4), size=people)
        n_groups = int(groups.max()) + 1
        tables = []
        for n_levels in rng.integers(2, 4, size=3):
            level = rng.choice(n_levels, people, p=rng.dirichlet(np.ones(n_levels) / 3))
            counts = np.zeros((n_groups, n_levels), np.int64)
            np.add.at(counts, (groups, level), 1)
            tables.append(counts)
        cells, places = link_cells(tables)
        protected = protect(cells)
        hidden = protected.shown < 0
        for table, place in zip(tables, places, strict=True):
            assert (cells.counts[place[:n_groups, :-1]] == table).all()
            assert (cells.counts[place[:n_groups, -1]] == table.sum(axis=1)).all()
        assert not hidden[list(cells.public)].any(), "it is told, whatever is done"
        for place in np.flatnonzero(protected.is_small):
            low, high = attack(
                cells, hidden, protected.is_small, place, threshold=THRESHOLD
            )
            assert low <= cells.counts[place] <= high
            assert high - low >= LEAST_RANGE - 1


def test_subtraction_from_a_total_gives_nothing():
    # 150 + 45 + 5 = 200, where the 5 follow if all others are exact
    cells = make_cells(np.array([[150, 45, 5]]))
    protected = protect(cells)
    assert [show(protected, place) for place in range(4)] == ["150", "45", "<10", "200"]
    low, high = attack(cells, protected.shown < 0, protected.is_small, 2, threshold=10)
    assert (low, high) == (0, 9)
    # a table of exact multiples, where rounding alone would not be enough
    tables = itertools.product((10, 100, 300), (0, 9), (0, 4, 9), (10, 12))
    for one in tables:
        cells = make_cells(np.array([one]))
        protected = protect(cells)
        for place in np.flatnonzero(protected.is_small):
            low, high = attack(
                cells, protected.shown < 0, protected.is_small, place, threshold=10
            )
            assert high - low >= LEAST_RANGE - 1


def test_a_centre_of_one_cannot_be_had_by_leaving_it_out():
    """Everybody, and every centre but hers: her phenotype is the difference."""
    table = np.array([[60, 30, 20], [50, 25, 15], [0, 0, 1]])
    cells = make_cells(table)
    protected = protect(cells)
    shown = [show(protected, place) for place in range(len(cells.counts))]
    assert shown[6:9] == ["<10"] * 3
    assert shown[11] == "<10", "the total of her centre"


def test_zeros_and_ones_look_alike():
    for small in (0, 1, 9):
        protected = protect(make_cells(np.array([[100, small]])))
        assert show(protected, 1) == "<10"


def test_rounding_is_of_every_count():
    assert [round_count(n) for n in range(10, 18)] == [10, 10, 10, 15, 15, 15, 15, 15]


@pytest.mark.parametrize(
    ("n_left", "n_joined", "is_close"),
    [(0, 0, False), (1, 0, True), (0, 9, True), (10, 0, False), (10, 1, True)],
)
def test_releases_that_differ_by_few_are_found(n_left, n_joined, is_close):
    old = [f"p{i}" for i in range(100)]
    new = old[n_left:] + [f"q{i}" for i in range(n_joined)]
    found = list(find_close_releases(new, {"first": old, "other": ["x"] * 3}))
    assert ("first" in [name for name, *_ in found]) == is_close


def test_nothing_that_is_not_known_leaves():
    nan, inf = float("nan"), float("inf")
    for value, error in ((1, nan), (nan, 1), (1, inf), (inf, 1), (1, 0), (1, -1)):
        assert np.isnan(round_to_error(value, error))
    assert round_to_error(0.123456, 0.5) == 0.1


@pytest.mark.parametrize(("n", "m"), [(25, 50), (81, 384), (300, 20), (300, 200)])
def test_the_attack_does_what_theory_says(n, m):
    rng = np.random.default_rng(n + m)
    areas = []
    for _ in range(40):
        people = rng.normal(size=(2 * n, m))
        means = people[:n].mean(axis=0)
        scores = attack_means(means, np.zeros(m), people, spread=np.ones(m))
        areas.append(area(scores[:n], scores[n:]))
    assert np.mean(areas) == pytest.approx(expected_auc(n, m), abs=0.02)


def test_means_that_count_as_shareable_tell_no_member():
    rng = np.random.default_rng(4)
    for n in (120, 300):
        m = int(most_features(n))
        assert expected_auc(n, m) <= MOST_AUC
        areas = []
        for _ in range(60):
            people = rng.normal(size=(2 * n, m))
            scores = attack_means(
                people[:n].mean(axis=0), np.zeros(m), people, spread=np.ones(m)
            )
            areas.append(area(scores[:n], scores[n:]))
        error = np.std(areas) / np.sqrt(len(areas))
        assert np.mean(areas) < MOST_AUC + 2 * error


def test_dependent_features_count_as_few():
    rng = np.random.default_rng(2)
    factors = rng.normal(size=(400, 3))
    shared = np.repeat(factors, 40, axis=1) + 0.05 * rng.normal(size=(400, 120))
    assert count_effective(shared) == pytest.approx(3, rel=0.15)
    free = rng.normal(size=(400, 60))
    assert count_effective(free) > 50
    assert count_effective(np.ones((5, 4))) == 0


def test_as_many_values_as_asked_for_are_enough():
    """Of a count below five, five values are possible: nothing more is withheld."""
    protected = protect(make_cells(np.array([[100, 2]])), threshold=LEAST_RANGE)
    assert protected.shown.tolist() == [100, -1, 100]
    # One value fewer is too few: 102 is rounded to 100, and 104 to 105.
    protected = protect(make_cells(np.array([[101, 3]])), threshold=LEAST_RANGE)
    assert (protected.shown < 0).sum() > 1
