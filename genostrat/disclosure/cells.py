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
    """

    counts: Integers
    sums: tuple[tuple[int, tuple[int, ...]], ...]


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


def make_cells(table: Integers) -> Cells:
    """Return the cells of a table with its margins.

    Parameters
    ----------
    table
        Counts, shape (n_rows, n_columns): of one row, that row with its total.

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
    return Cells(np.array(counts, np.int64), tuple(sums))


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
    a sum with it is withheld too, until no small count can be told so closely.
    """
    counts = cells.counts
    small = counts < threshold
    hidden = small.copy()
    while True:
        exposed = find_exposed(cells, hidden, small, threshold=threshold)
        if exposed is None:
            break
        partners = sorted(
            (int(counts[place]), place)
            for total, parts in cells.sums
            if exposed in (total, *parts)
            for place in (total, *parts)
            if not hidden[place]
        )
        if not partners:  # all that is known of it is that it is small
            break
        hidden[partners[0][1]] = True
    rounded = np.array([round_count(int(count)) for count in counts], np.int64)
    return Protected(np.where(hidden, -1, rounded), small)


def find_exposed(
    cells: Cells, hidden: Flags, small: Flags, *, threshold: int
) -> int | None:
    """Return a small count that can be told too closely from what is shown; or None."""
    for place in np.flatnonzero(small):
        low, high = attack(cells, hidden, small, int(place), threshold=threshold)
        alone = min(LEAST_RANGE, threshold)
        if np.floor(high + 1e-6) - np.ceil(low - 1e-6) + 1 < alone:
            return int(place)
    return None


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
