"""Counts of who fits which study, made fit to leave a centre.

Small counts are suppressed, with the complements by which they could be worked out, and
what is left is rounded, so that neither totals nor two versions give a small one away.
Whoever reads them is taken to know how many patients every centre has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from genostrat.arrays import AnyIntegers, Flags

#: What counts are rounded down to multiples of.
ROUNDED_TO = 5
#: Row for all centres together.
ALL_CENTRES = "all"
#: Normal quantile of a two-sided interval of 95 %.
_Z = 1.959963984540054


@dataclass(frozen=True)
class SafeCounts:
    """Counts of one study.

    Parameters
    ----------
    centres
        Names of rows; the last is that of all together.
    counts
        Rounded; one column a status. Where `hidden`, they mean nothing.
    hidden
        Which counts are suppressed.
    """

    centres: list[str]
    counts: AnyIntegers
    hidden: Flags


def protect_counts(
    counts: AnyIntegers, *, centres: Sequence[str], least: int
) -> SafeCounts:
    """Suppress and round the counts of one study.

    Parameters
    ----------
    counts
        One row a centre, one column a status; a row's sum is known to everybody.
    centres
        Names of the rows.
    least
        A count below it is suppressed; zero as well.

    Notes
    -----
    What can be worked out is worked out: the bounds that follow for every cell from
    what would be published, from the sizes of centres, and from sums of rows and
    columns. As long as a suppressed small count is bounded below `least`, or to fewer
    than `ROUNDED_TO` values below it, a further cell is suppressed: who sees one cell
    suppressed alone knows that it is small. With one centre the row of all is the only
    one.
    """
    table = np.asarray(counts)
    if len(table) > 1:
        table = np.vstack([table, table.sum(axis=0)])
        names = [*centres, ALL_CENTRES]
    else:
        names = [ALL_CENTRES]
    hidden = table < least
    while _hide_more(table, hidden, least):
        pass
    rounded = table - table % ROUNDED_TO
    return SafeCounts(names, np.where(hidden, 0, rounded), hidden)


def _hide_more(table: AnyIntegers, hidden: Flags, least: int) -> bool:
    """Hide one more cell where a small one can be worked out; say whether it did."""
    low, high = derive_bounds(table, hidden)
    # Of a centre with fewer patients every count is small to whoever knows it.
    could = np.minimum(least, table.sum(axis=1, keepdims=True) + 1) - 1
    n_values = np.minimum(high, could) - low + 1
    is_open = (high < could) | (n_values < np.minimum(ROUNDED_TO, could + 1))
    given = np.argwhere(hidden & (table < least) & is_open)
    for row, column in given:
        around = np.zeros_like(hidden)
        around[row], around[:, column] = True, True
        for area in (around & ~hidden, ~hidden):
            if area.any():
                values = np.where(area, table, np.iinfo(np.int64).max)
                hidden.flat[int(np.argmin(values))] = True
                return True
    return False


def derive_bounds(table: AnyIntegers, hidden: Flags) -> tuple[AnyIntegers, AnyIntegers]:
    """Return what whoever reads the counts can work out of every cell.

    Parameters
    ----------
    table
        True counts, the last row their sums where there are several.
    hidden
        Which of them are suppressed.

    Returns
    -------
    low, high
        Least and most of every cell, by the counts that are shown rounded down, the
        sums of rows, which are known, and the sums of columns.
    """
    sizes = table.sum(axis=1)
    rounded = table - table % ROUNDED_TO
    low = np.where(hidden, 0, rounded)
    high = np.where(hidden, sizes[:, None], rounded + ROUNDED_TO - 1)
    while True:
        before = (low.copy(), high.copy())
        low = np.maximum(low, sizes[:, None] - (high.sum(axis=1)[:, None] - high))
        high = np.minimum(high, sizes[:, None] - (low.sum(axis=1)[:, None] - low))
        if len(table) > 1:
            parts_low, parts_high = low[:-1].sum(axis=0), high[:-1].sum(axis=0)
            low[:-1] = np.maximum(low[:-1], low[-1] - (parts_high - high[:-1]))
            high[:-1] = np.minimum(high[:-1], high[-1] - (parts_low - low[:-1]))
            low[-1] = np.maximum(low[-1], low[:-1].sum(axis=0))
            high[-1] = np.minimum(high[-1], high[:-1].sum(axis=0))
        if np.array_equal(before[0], low) and np.array_equal(before[1], high):
            return low, high


def estimate_share(n_eligible: int, n_patients: int) -> tuple[float, float, float]:
    """Return the share of eligible patients, with its interval of 95 % (Wilson 1927).

    Examples
    --------
    >>> [round(x, 3) for x in estimate_share(20, 100)]
    [0.2, 0.133, 0.289]
    """
    share = n_eligible / n_patients
    scale = 1 + _Z**2 / n_patients
    middle = (share + _Z**2 / (2 * n_patients)) / scale
    width = (
        _Z
        / scale
        * np.sqrt(share * (1 - share) / n_patients + _Z**2 / (4 * n_patients**2))
    )
    return share, float(max(0.0, middle - width)), float(min(1.0, middle + width))
