"""Counts of who fits: what can be worked out of them, by trying every table."""

import itertools

import numpy as np
import pytest

from genostrat.studies.matching.counts import (
    ROUNDED_TO,
    derive_bounds,
    estimate_share,
    protect_counts,
)


def list_tables(table, hidden):
    """Return every table that agrees with what is shown and with the sums of rows."""
    shown = table - table % ROUNDED_TO
    rows = []
    for size, own, is_hidden in zip(table.sum(axis=1), shown, hidden, strict=True):
        cells = [
            range(size + 1) if gone else range(n, n + ROUNDED_TO)
            for n, gone in zip(own, is_hidden, strict=True)
        ]
        rows.append([row for row in itertools.product(*cells) if sum(row) == size])
    if len(table) == 1:
        return np.array([[row] for row in rows[0]])
    wholes = set(rows[-1])
    sums = (
        (parts, tuple(np.sum(parts, axis=0))) for parts in itertools.product(*rows[:-1])
    )
    return np.array([[*parts, whole] for parts, whole in sums if whole in wholes])


@pytest.mark.parametrize("seed", range(60))
def test_bounds_are_the_least_and_most_of_all_tables(seed):
    """Of two columns, where a row's first count gives its second."""
    rng = np.random.default_rng(seed)
    n_centres = rng.integers(1, 4)
    table = rng.integers(0, 16, (n_centres, 2 if n_centres > 1 else 3))
    if n_centres > 1:
        table = np.vstack([table, table.sum(axis=0)])
    hidden = rng.random(table.shape) < 0.5
    low, high = derive_bounds(table, hidden)
    tables = list_tables(table, hidden)
    assert low.tolist() == tables.min(axis=0).tolist()
    assert high.tolist() == tables.max(axis=0).tolist()


@pytest.mark.parametrize("seed", range(12))
def test_no_small_count_follows_from_what_is_published(seed):
    """It may be anything below ten, or at least five values, to whoever adds up."""
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 26, (2, 2))
    safe = protect_counts(table, centres=["York", "Leeds"], least=10)
    whole = np.vstack([table, table.sum(axis=0)])
    assert safe.centres == ["York", "Leeds", "all"]
    assert safe.hidden[whole < 10].all()
    assert (safe.counts[~safe.hidden] == (whole - whole % 5)[~safe.hidden]).all()
    assert not safe.counts[safe.hidden].any()
    tables = list_tables(whole, safe.hidden)
    low, high = tables.min(axis=0), tables.max(axis=0)
    sizes = whole.sum(axis=1)
    for row, column in np.argwhere(whole < 10):
        most = min(9, sizes[row])  # a small centre has no more people
        assert high[row, column] >= most
        assert most - low[row, column] >= min(4, most), "it is known to be small"


@pytest.mark.parametrize(
    ("row", "hidden"),
    [
        ([10, 40, 60], [0, 0, 0]),
        ([9, 40, 60], [1, 0, 0]),  # 40 to 44 and 60 to 64 leave 1 to 9
        ([9, 100], [1, 0]),  # 100 to 104 leave 5 to 9: five values
        ([8, 100], [1, 1]),  # 4 to 8: it is not nine
        ([9, 101], [1, 1]),  # 6 to 10, of which it is one below ten, being hidden
        ([9, 104], [1, 1]),  # 9 to 13: it would be nine
        ([0, 0, 3], [1, 1, 1]),
    ],
)
def test_what_the_others_leave_decides_whether_one_more_is_hidden(row, hidden):
    safe = protect_counts(np.array([row]), centres=["one"], least=10)
    assert safe.centres == ["all"]
    assert safe.hidden.astype(int).tolist() == [hidden]


def test_of_a_row_and_a_column_the_smallest_count_is_hidden():
    """A small count that follows is protected by the least loss that does it."""
    table = np.array([[8, 100], [60, 50]])
    safe = protect_counts(table, centres=["York", "Leeds"], least=10)
    assert safe.hidden[0, 0]
    beside = {"100": (0, 1), "60": (1, 0)}
    assert [name for name, place in beside.items() if safe.hidden[place]]


@pytest.mark.parametrize(
    ("n_eligible", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.27753),
        (10, 10, 0.72247, 1.0),
        (5, 10, 0.23659, 0.76341),
        (1, 1, 0.20655, 1.0),
        (20, 100, 0.13337, 0.28883),
    ],
)
def test_a_share_has_the_interval_of_wilson(n_eligible, n, low, high):
    share, least, most = estimate_share(n_eligible, n)
    assert share == n_eligible / n
    assert (least, most) == pytest.approx((low, high), abs=1e-5)
    # Its ends are the shares from which the observed one is 1.96 errors away.
    for end in (end for end in (least, most) if 1e-9 < end < 1 - 1e-9):
        error = np.sqrt(end * (1 - end) / n)
        assert abs(share - end) / error == pytest.approx(1.959964, abs=1e-5)
