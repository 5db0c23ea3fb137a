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
    A cell is suppressed for the sake of another until, in every row and every column,
    what is suppressed is at least two cells that together hold `least` patients or
    more: then no small count follows from totals by subtraction. With one centre the
    row of all is the only one.
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
    """Hide one more cell where a line gives another away; say whether it did."""
    lines = [(table[i], hidden[i]) for i in range(len(table))]
    lines += [(table[:, j], hidden[:, j]) for j in range(table.shape[1])]
    for values, is_hidden in lines:
        n_hidden = int(is_hidden.sum())
        if n_hidden == 0 or n_hidden == len(values):
            continue
        if n_hidden == 1 or values[is_hidden].sum() < least:
            shown = np.where(is_hidden, np.iinfo(np.int64).max, values)
            is_hidden[int(np.argmin(shown))] = True
            return True
    return False


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
