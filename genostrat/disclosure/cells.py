"""Tables of counts that tell no small group: rounding, suppression, and an audit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from genostrat.arrays import Flags, Integers

#: Counts below this are withheld, zeros too: that nobody is in a cell is told as little
#: as that one person is.
THRESHOLD = 10
#: Counts are rounded to multiples of this.
ROUNDED_TO = 5
#: Fewest values that a withheld count must still be able to have, whatever is worked
#: out from the rest of the table.
LEAST_RANGE = 5
#: What a solved linear program says, and one without a bound.
_SOLVED, _UNBOUNDED = 0, 3


@dataclass(frozen=True)
class Cells:
    """Counts, some of them sums of others.

    Parameters
    ----------
    counts
        All counts, margins among them, shape (n_cells,).
    sums
        Each is a margin's place and the places of the counts that add up to it.
    public
        Places of counts that are told elsewhere, rounded, unless they are small: they
        are not withheld for the sake of others.
    """

    counts: Integers
    sums: tuple[tuple[int, tuple[int, ...]], ...]
    public: tuple[int, ...] = ()


@dataclass(frozen=True)
class Protected:
    """What may be said of counts.

    Parameters
    ----------
    shown
        Counts, rounded; −1 where withheld.
    is_small
        Counts that are withheld for being small; the other withheld ones protect them.
    """

    shown: Integers
    is_small: Flags


def round_count(count: int) -> int:
    """Round a count to a multiple of :data:`ROUNDED_TO`, halves up.

    >>> [round_count(n) for n in (10, 12, 13, 47)]
    [10, 10, 15, 45]
    """
    return (2 * count + ROUNDED_TO) // (2 * ROUNDED_TO) * ROUNDED_TO


def make_cells(table: Integers, *, is_total_public: bool = False) -> Cells:
    """Return the cells of a table with its margins.

    Parameters
    ----------
    table
        Counts, shape (n_rows, n_columns): of one row, that row with its total.
    is_total_public
        Whether the total of all is told elsewhere.

    Returns
    -------
    Cells
        The table row by row, then the totals of rows, those of columns where there are
        several rows, and the total of all.

    Examples
    --------
    >>> make_cells(np.array([[12, 30]])).counts.tolist()
    [12, 30, 42]
    """
    n_rows, n_columns = table.shape
    counts: list[int] = table.ravel().tolist()
    sums = []

    def add(parts: Iterable[int]) -> int:
        places = tuple(parts)
        counts.append(sum(counts[place] for place in places))
        sums.append((len(counts) - 1, places))
        return len(counts) - 1

    rows = [add(range(r * n_columns, (r + 1) * n_columns)) for r in range(n_rows)]
    if n_rows > 1:
        columns = [
            add(range(c, n_rows * n_columns, n_columns)) for c in range(n_columns)
        ]
        total = add(rows)
        sums.append((total, tuple(columns)))
    public = (len(counts) - 1,) if is_total_public else ()
    return Cells(np.array(counts, np.int64), tuple(sums), public)


def link_cells(tables: Sequence[Integers]) -> tuple[Cells, list[Integers]]:
    """Return the cells of several tables of the same people, with their margins.

    Parameters
    ----------
    tables
        Counts, each of shape (n_rows, n_columns): a row is the same group of people in
        every table, and a group's total is one count, however many tables show it.

    Returns
    -------
    Cells
        All counts; the total of everybody is public.
    list of ndarray
        Of each table the places of its counts, shape (n_rows, n_columns), and below
        them, where there are several rows, those of the totals of its columns; the last
        column is of the totals of rows.

    Examples
    --------
    >>> cells, (first, second) = link_cells([np.array([[12, 30]]), np.array([[40, 2]])])
    >>> cells.counts[second].tolist(), int(first[0, -1]), int(second[0, -1])
    ([[40, 2, 42]], 0, 0)
    """
    counts: list[int] = []
    sums: list[tuple[int, tuple[int, ...]]] = []

    def add(count: int) -> int:
        counts.append(count)
        return len(counts) - 1

    sizes = tables[0].sum(axis=1)
    rows = [add(int(size)) for size in sizes]
    whole = rows[0]
    if len(rows) > 1:
        whole = add(int(sizes.sum()))
        sums.append((whole, tuple(rows)))
    places = []
    for table in tables:
        own = [[add(int(count)) for count in row] for row in table]
        sums += [(total, tuple(row)) for total, row in zip(rows, own, strict=True)]
        if len(rows) > 1:
            totals = [add(int(count)) for count in table.sum(axis=0)]
            columns = zip(totals, zip(*own, strict=True), strict=True)
            sums += [*columns, (whole, tuple(totals))]
            own.append(totals)
        ends = [*rows, whole][: len(own)]
        places.append(np.column_stack([own, ends]))
    return Cells(np.array(counts, np.int64), tuple(sums), (whole,)), places


def protect(cells: Cells, *, threshold: int = THRESHOLD) -> Protected:
    """Decide which counts are shown.

    Parameters
    ----------
    cells
        Counts and how they add up.
    threshold
        Counts below it are withheld.

    Notes
    -----
    Small counts are withheld and all others rounded. Then for each small count the
    least and greatest value that it can have are worked out, as an attacker would with
    linear programming: from the sums, the rounded counts and the threshold (Fischetti
    and Salazar 2000, doi 10.1287/mnsc.46.3.399.12067, call it the audit). Where these
    are fewer than :data:`LEAST_RANGE` values, the smallest count that is still shown in
    a sum with it is withheld too, or else the smallest that is shown anywhere, until
    no small count can be told so closely. What is withheld for one widens what others
    can be, so that each is looked at once.
    """
    counts = cells.counts
    small = counts < threshold
    hidden = small.copy()
    for place in np.flatnonzero(small):
        while is_exposed(cells, hidden, small, int(place), threshold=threshold):
            beside = {
                other
                for total, parts in cells.sums
                if place in (total, *parts)
                for other in (total, *parts)
            }
            shown = set(np.flatnonzero(~hidden).tolist()) - set(cells.public)
            partners = beside & shown or shown
            if not partners:  # all that is known of it is that it is small
                break
            hidden[min(partners, key=lambda other: (counts[other], other))] = True
    rounded = np.array([round_count(int(count)) for count in counts], np.int64)
    return Protected(np.where(hidden, -1, rounded), small)


def is_exposed(
    cells: Cells, hidden: Flags, small: Flags, place: int, *, threshold: int
) -> bool:
    """Return whether a small count can be told too closely from what is shown."""
    low, high = attack(cells, hidden, small, place, threshold=threshold)
    alone = min(LEAST_RANGE, threshold)
    n_values = np.floor(high + 1e-6) - np.ceil(low - 1e-6) + 1
    return bool(not n_values >= alone)


def attack(
    cells: Cells, hidden: Flags, small: Flags, place: int, *, threshold: int
) -> tuple[float, float]:
    """Return the least and greatest value that a count can have, from what is shown."""
    bounds = _bounds(cells.counts, hidden, small, threshold)
    matrix = np.zeros((len(cells.sums), len(cells.counts)))
    for row, (total, parts) in enumerate(cells.sums):
        matrix[row, list(parts)] = 1
        matrix[row, total] = -1
    found = []
    for sign in (1.0, -1.0):
        goal = np.zeros(len(cells.counts))
        goal[place] = sign
        done = linprog(
            goal, A_eq=matrix, b_eq=np.zeros(len(matrix)), bounds=bounds, method="highs"
        )
        if done.status not in (_SOLVED, _UNBOUNDED):
            # An audit that did not end has found nobody safe.
            raise RuntimeError(f"the audit of counts failed: {done.message}")
        found.append(sign * done.fun if done.status == _SOLVED else -sign * np.inf)
    return found[0], found[1]


def _bounds(
    counts: Integers, hidden: Flags, small: Flags, threshold: int
) -> Sequence[tuple[float, float | None]]:
    """Return what an attacker knows of each count before adding up."""
    slack = ROUNDED_TO // 2
    known: list[tuple[float, float | None]] = []
    for count, is_hidden, is_small in zip(counts, hidden, small, strict=True):
        if is_small:
            known.append((0, threshold - 1))
        elif is_hidden:
            known.append((threshold, None))
        else:
            shown = round_count(int(count))
            known.append((max(shown - slack, threshold), shown + slack))
    return known


def show(protected: Protected, place: int, *, threshold: int = THRESHOLD) -> str:
    """Put a count in words of a released table.

    ``<10`` for a small one, ``withheld`` for one that would give a small one away.
    """
    if protected.is_small[place]:
        return f"<{threshold}"
    value = int(protected.shown[place])
    return "withheld" if value < 0 else str(value)
