"""Several records of one position made into one call for each sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Flags

#: A sequence that is not known, and the second place of a haploid call.
MISSING, SINGLE = -9, -1
#: Phase of a call without any; at and below it the record that a call is of, where the
#: record exchanges several bases together.
UNPHASED, LINKED = -1, -2
#: The first number of sequences that no definition names; definitions have at most 64.
FIRST_OTHER = 64

#: Why a genotype is missing; :data:`PRESENT` where it is not. One that is not in the
#: file and was taken for the build's sequence is :data:`ASSUMED`.
ABSENT, PRESENT, FILTERED, NO_CALL, MISMATCH, CONTRADICTORY, ASSUMED = range(7)
#: The genotype rests on too few reads, or is of too low a quality.
LOW_DEPTH, LOW_QUALITY = 7, 8


@dataclass(frozen=True)
class Line:
    """One record, in the numbers of the position.

    Parameters
    ----------
    alleles
        int8 (n_samples, 2).
    phase
        int32 (n_samples,): the phase set, :data:`UNPHASED`, or from :data:`LINKED` down
        the record.
    spelled
        The record's alternate alleles: two records with one in common are duplicates,
        others are parts of one record that was split.
    says_reference
        Whether a call of REF tells the build's sequence; else only what is not the
        build's counts.
    why
        int8 (n_samples,): why a genotype is missing that the file has: :data:`NO_CALL`,
        :data:`LOW_DEPTH` or :data:`LOW_QUALITY`; None for the first throughout.
    """

    alleles: npt.NDArray[np.int8]
    phase: npt.NDArray[np.int32]
    spelled: frozenset[str]
    says_reference: bool
    why: npt.NDArray[np.int8] | None = None


@dataclass
class SiteCalls:
    """The calls of one position.

    Parameters
    ----------
    alleles
        int8 (n_samples, 2).
    phase
        int32 (n_samples,).
    why
        int8 (n_samples,): codes of this module.
    """

    alleles: npt.NDArray[np.int8]
    phase: npt.NDArray[np.int32]
    why: npt.NDArray[np.int8]

    def fill_absent(self) -> None:
        """Take the build's sequence where no record speaks of the position."""
        absent = self.why == ABSENT
        self.alleles[absent] = np.where(
            self.alleles[absent] == MISSING, 0, self.alleles[absent]
        )
        self.why[absent] = ASSUMED


def merge_lines(lines: Sequence[Line], *, n_samples: int) -> SiteCalls:
    """Make one call of all records that speak of a position.

    Parameters
    ----------
    lines
        Records that passed the filters, in the order of the file.
    n_samples
        For a position without records.

    Notes
    -----
    Records with an alternate allele in common, or with none at all, are duplicates:
    calls that differ are not believed. Others are parts of one multi-allelic record:
    what is not REF in either stands, so that ``0/1`` and ``0/1`` are ``1/2``. Where a
    part is not called, a REF of the other part may be the part's allele, and is not
    known. Deletions that reach the position from elsewhere come last: they take the
    place of a REF.
    """
    calls = SiteCalls(
        alleles=np.full((n_samples, 2), MISSING, np.int8),
        phase=np.full(n_samples, -1, np.int32),
        why=np.full(n_samples, ABSENT, np.int8),
    )
    seen: frozenset[str] = frozenset()
    speaking = [line for line in lines if line.says_reference]
    for number, line in enumerate(speaking):
        if number == 0:
            calls.alleles[:] = line.alleles
            calls.phase[:] = line.phase
        elif not line.spelled or not seen or line.spelled & seen:
            _take_duplicate(calls, line)
        else:
            _take_part(calls, line)
        seen = seen | line.spelled
    if speaking:
        is_missing = (calls.alleles == MISSING).any(axis=1)
        unknown = is_missing & (calls.why != CONTRADICTORY)
        calls.why[unknown] = NO_CALL
        for line in speaking:
            if line.why is not None:
                refused = unknown & (line.why > NO_CALL)
                calls.why[refused] = line.why[refused]
        calls.why[~is_missing] = PRESENT
    for line in lines:
        if not line.says_reference:
            _take_deletion(calls, line)
    return calls


def _forget(calls: SiteCalls, rows: Flags) -> None:
    calls.alleles[rows] = MISSING
    calls.phase[rows] = -1
    calls.why[rows] = CONTRADICTORY


def _take_duplicate(calls: SiteCalls, line: Line) -> None:
    is_empty = (calls.alleles == MISSING).any(axis=1) & (calls.why != CONTRADICTORY)
    has_call = (line.alleles != MISSING).all(axis=1)
    new = is_empty & has_call
    calls.alleles[new] = line.alleles[new]
    calls.phase[new] = line.phase[new]
    both = ~is_empty & has_call & (calls.why != CONTRADICTORY)
    differs = (np.sort(calls.alleles, axis=1) != np.sort(line.alleles, axis=1)).any(
        axis=1
    )
    _forget(calls, both & differs)


def _take_part(calls: SiteCalls, line: Line) -> None:
    mine, theirs = calls.alleles.astype(np.int16), line.alleles.astype(np.int16)
    is_settled = (calls.why == CONTRADICTORY)[:, None]
    is_phased = (_is_ordered(mine, calls.phase) & _is_ordered(theirs, line.phase)) | (
        (mine == SINGLE) | (theirs == SINGLE)
    ).any(axis=1)
    # Without phase the two that are not REF go to different copies.
    loose = ~is_phased
    mine[loose] = -np.sort(-mine[loose], axis=1)
    theirs[loose] = np.sort(theirs[loose], axis=1)
    merged = np.where(mine == 0, theirs, mine)
    merged = np.where((theirs == MISSING) & (mine == 0), MISSING, merged)
    merged = np.where((mine == MISSING) & (theirs > 0), theirs, merged)
    clash = ((mine > 0) & (theirs > 0)).any(axis=1) & ~is_settled[:, 0]
    calls.alleles[:] = np.where(is_settled, calls.alleles, merged)
    is_het = merged[:, 0] != merged[:, 1]
    agrees = (calls.phase == line.phase) & is_phased
    from_line = line.alleles[:, 0] != line.alleles[:, 1]
    was_het = mine[:, 0] != mine[:, 1]
    calls.phase[:] = np.where(
        is_het & from_line & was_het & ~agrees,
        -1,
        np.where(from_line & ~was_het, line.phase, calls.phase),
    )
    _forget(calls, clash)


def _is_ordered(alleles: npt.NDArray[np.int16], phase: npt.NDArray[np.int32]) -> Flags:
    return (phase >= 0) | (alleles[:, 0] == alleles[:, 1])


def _take_deletion(calls: SiteCalls, line: Line) -> None:
    carries = line.alleles >= FIRST_OTHER
    knows = (calls.alleles >= FIRST_OTHER).any(axis=1)
    for row in np.flatnonzero(carries.any(axis=1) & ~knows):
        mine = calls.alleles[row]
        gained = line.alleles[row][carries[row]]
        is_ordered = line.phase[row] >= 0 or len(gained) == 2
        for copy, other in zip(np.flatnonzero(carries[row]), gained, strict=True):
            if not is_ordered or mine[copy] > 0:
                free = np.flatnonzero((mine == 0) | (mine == MISSING))
                if len(free) == 0:
                    _forget(calls, np.arange(len(calls.why)) == row)
                    break
                unknown = free[mine[free] == MISSING]
                copy = unknown[-1] if len(unknown) else free[-1]
            mine[copy] = other
        if calls.phase[row] != line.phase[row]:
            calls.phase[row] = -1
        if (mine != MISSING).all() and calls.why[row] != CONTRADICTORY:
            calls.why[row] = PRESENT
