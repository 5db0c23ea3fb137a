"""Where in the genome a run of homozygosity would be found, if there were one."""

from __future__ import annotations

import numpy as np

from genostrat.arrays import Floats, Integers
from genostrat.qc.homozygosity.model import Model

#: Log-odds above what entering and leaving a run costs, so that a run is found although
#: its genotypes say less than they do on average: two to three standard deviations.
MARGIN = 5.0


def find_covered(
    positions: Integers,
    information: Floats,
    *,
    length: int,
    model: Model,
) -> Integers:
    """Return the stretches of a contig in which a run of some length would be found.

    Parameters
    ----------
    positions
        Of the informative variants, ascending.
    information
        Log-odds that each gives on average where there is a run.
    length
        Of the run, in bases.
    model
        Of the states.

    Returns
    -------
    int array, shape (n_stretches, 2)
        First and last base of each, ascending and apart.

    Notes
    -----
    A run is found where its genotypes give more log-odds than the likeliest path pays
    for going into it and out of it. Both are reckoned for every window of the length
    that begins at a variant; a window that reaches across a gap in which no run is
    followed does not count.
    """
    if len(positions) < 2:
        return np.zeros((0, 2), np.int64)
    gaps = np.diff(positions) > model.max_gap
    stretch = np.r_[0, np.cumsum(gaps)]
    ends = positions[np.r_[np.flatnonzero(gaps), len(positions) - 1]][stretch]
    last = np.searchsorted(positions, positions + length - 1, side="right")
    total = np.r_[0.0, np.cumsum(information)]
    found = total[last] - total[:-1]
    spacing = length / np.maximum(last - np.arange(len(positions)), 1)
    steps = model.transitions(spacing)
    enough = found >= MARGIN - steps[:, 1] - steps[:, 2]
    inside = positions + length - 1 <= ends
    starts = positions[enough & inside]
    return _join(np.stack([starts, starts + length - 1], axis=1))


def _join(windows: Integers) -> Integers:
    """Join windows of one length that overlap or touch; their starts ascend."""
    if not len(windows):
        return windows
    apart = np.flatnonzero(windows[1:, 0] > windows[:-1, 1] + 1)
    first = np.r_[0, apart + 1]
    last = np.r_[apart, len(windows) - 1]
    return np.stack([windows[first, 0], windows[last, 1]], axis=1)


def overlap(
    starts: Floats,
    ends: Floats,
    covered: Integers,
) -> Floats:
    """Return how many bases of each run lie in the covered stretches.

    Parameters
    ----------
    starts, ends
        First and last base of each run.
    covered
        From :func:`find_covered`.
    """
    if not len(covered):
        return np.zeros(len(starts))
    lengths = covered[:, 1] - covered[:, 0] + 1
    before = np.r_[0, np.cumsum(lengths)]

    def count_up_to(bases: Floats) -> Floats:
        """Count the covered bases at or before each."""
        place = np.searchsorted(covered[:, 0], bases, side="right")
        within = np.zeros(len(bases))
        some = place > 0
        own = place[some] - 1
        within[some] = np.minimum(bases[some] - covered[own, 0] + 1, lengths[own])
        return np.where(some, before[np.maximum(place - 1, 0)], 0) + within

    return count_up_to(ends) - count_up_to(starts - 1)
