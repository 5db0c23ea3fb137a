"""What one copy of a gene may turn out to be, over all that its gaps may hold.

A copy whose content is known at some positions only is called something else for each
filling of the others. There are too many fillings to list, and no need to: what a copy
is called depends on the alleles whose variants it carries, and those are few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from genostrat.arrays import Flags
from genostrat.pgx.matching.haplotypes import (
    Content,
    Matcher,
    call_haplotype,
    counts_lowest,
    has_no_function,
)
from genostrat.pgx.matching.lines import FIRST_OTHER, MISSING


@dataclass(frozen=True)
class CopyReach:
    """What one copy may be called over every filling of its gaps.

    Parameters
    ----------
    readings
        bool (n_alleles,): alleles whose function some filling gives the copy.
    is_open
        Whether some filling leaves the function unknown: a variant that no allele on
        the copy explains.
    open_places
        bool (n_positions,): gaps where such a variant may stand.
    """

    readings: Flags
    is_open: bool
    open_places: Flags


@dataclass
class ReachTable:
    """A gene's definitions, made ready for :meth:`reach`.

    Parameters
    ----------
    matcher
        Of the gene.
    memory
        Copies that were looked at before.

    Notes
    -----
    A copy that is called exactly is an allele that fits what is known. Any other has
    the function of a component: an allele whose core variants it carries. A component
    of no function settles the function, and so does the lowest activity where all are
    known (:func:`~genostrat.pgx.matching.haplotypes.count_function`). So the readings
    over all fillings are among the alleles that fit, and those whose core variants may
    all be there, less those that a component which is there in every filling rules out.
    A component that is there may only be left out for one that explains it too.
    """

    matcher: Matcher
    memory: dict[bytes, CopyReach] = field(default_factory=dict)

    def __post_init__(self) -> None:
        matcher = self.matcher
        n_alleles, n_positions, width = matcher.fits.shape
        self.core_number = np.full((n_alleles, n_positions), -2, np.int8)
        for allele, core in enumerate(matcher.cores):
            if allele != matcher.reference_index:
                for place, number in core:
                    self.core_number[allele, place] = number
        self.is_core = self.core_number >= 0
        self.n_core = self.is_core.sum(axis=1)
        self.is_silent = np.array(
            [has_no_function(matcher.gene, index) for index in range(n_alleles)]
        )
        activities = [allele.activity for allele in matcher.gene.alleles]
        self.activity = np.array(
            [np.nan if value is None else value for value in activities]
        )
        self.counts_lowest = counts_lowest(matcher.gene)
        # Two that explain each other may both stay.
        explains = [
            (larger, smaller)
            for larger, explained in enumerate(matcher.explained)
            for smaller in explained
            if larger not in matcher.explained[smaller]
        ]
        self.explains = np.array(explains, np.intp).reshape(-1, 2)
        self.stand_ins = _close(matcher.explained, n_alleles)
        self.n_numbers = np.array([len(p.sequences) for p in matcher.gene.positions])
        # What the reference allele does not carry, of the sequences that are defined.
        self.is_variant = ~matcher.fits[matcher.reference_index, :, : width - 2]
        self.is_variant &= np.arange(width - 2) < self.n_numbers[:, None]
        self.extras = [
            matcher.extended[index] - matcher.cores[index] for index in range(n_alleles)
        ]

    def reach(self, content: Content) -> CopyReach:
        """Say what a copy may be called.

        Parameters
        ----------
        content
            Allele number at each position; missing ones are its gaps.
        """
        key = content.tobytes()
        if key not in self.memory:
            is_gap = content == MISSING
            found = self._reach_gaps(content, is_gap)
            self.memory[key] = found if is_gap.any() else self._reach_known(content)
        return self.memory[key]

    def _reach_known(self, content: Content) -> CopyReach:
        nowhere = np.zeros(len(content), bool)
        fits = self._fitting(content)
        if fits.any():
            return CopyReach(fits, False, nowhere)
        call = call_haplotype(self.matcher, content)
        readings = np.zeros(len(fits), bool)
        readings[list(call.readings)] = True
        is_open = not call.name or bool(call.unexplained and not call.is_abolished)
        return CopyReach(readings, is_open, nowhere)

    def _reach_gaps(self, content: Content, is_gap: Flags) -> CopyReach:
        n_known = (self.core_number == content).sum(axis=1)
        n_free = (self.is_core & is_gap).sum(axis=1)
        may = (n_known + n_free == self.n_core) & (self.n_core > 0)
        must = may & (n_free == 0)
        is_explained = self._explained(may, is_gap)
        readings, is_abolished = self._settle(may & ~is_explained, must & ~is_explained)
        readings |= self._fitting(content)
        variants = np.zeros_like(self.is_variant)
        if not is_abolished:
            variants = self._unexplained(content, is_gap, may=may, must=must)
        places = variants.any(axis=1)
        is_other = bool((content >= FIRST_OTHER).any()) and not is_abolished
        return CopyReach(readings, is_other or bool(places.any()), places & is_gap)

    def _explained(self, may: Flags, is_gap: Flags) -> Flags:
        """Mark alleles that another one explains in every filling that has them.

        That one carries no more in the gaps than they do, so it is there too.
        """
        larger, smaller = self.explains[may[self.explains].all(axis=1)].T
        is_same = self.core_number[larger] == self.core_number[smaller]
        comes_along = (is_same | ~(self.is_core[larger] & is_gap)).all(axis=1)
        marked: Flags = np.zeros(len(may), bool)
        marked[smaller[comes_along]] = True
        return marked

    def _settle(self, may: Flags, must: Flags) -> tuple[Flags, bool]:
        """Return the components that may count, and if there is surely no function."""
        sure = np.flatnonzero(must)
        # An allele that replaces a component is counted in its place.
        instead = self.stand_ins[sure] & may
        is_settled = self.is_silent[sure] & ~(instead & ~self.is_silent).any(axis=1)
        if is_settled.any():
            return may & self.is_silent, True
        readings = may.copy()
        if self.counts_lowest and len(sure) and not np.isnan(self.activity[may]).any():
            values = np.where(instead, self.activity, -np.inf)
            highest = np.maximum(values.max(axis=1), self.activity[sure])
            # One of no function settles it, whatever activity its source gives it.
            readings &= (self.activity <= highest.min()) | self.is_silent
        return readings, False

    def _unexplained(
        self, content: Content, is_gap: Flags, *, may: Flags, must: Flags
    ) -> Flags:
        """Mark the variants (position, number) that some filling leaves unexplained."""
        variants = self.is_variant.copy()
        known = np.flatnonzero(~is_gap & (content < FIRST_OTHER))
        variants[~is_gap] = False
        variants[known, content[known]] = self.is_variant[known, content[known]]
        # A variant explains itself where it is all that an allele lacks.
        n_lacking = (self.is_core & is_gap).sum(axis=1)
        for allele in np.flatnonzero(may & (n_lacking == 1)):
            place = int(np.flatnonzero(self.is_core[allele] & is_gap)[0])
            variants[place, self.core_number[allele, place]] = False
        for allele in np.flatnonzero(must):
            places = np.flatnonzero(self.is_core[allele])
            variants[places, self.core_number[allele, places]] = False
            if self.extras[allele]:
                instead = np.flatnonzero(self.stand_ins[allele] & may)
                shared = self.extras[allele].intersection(
                    *(self.matcher.extended[index] for index in instead)
                )
                for place, number in shared:
                    variants[place, number] = False
        return variants

    def _fitting(self, content: Content) -> Flags:
        """Return the alleles that fit what is known, less those never called so."""
        fits: Flags = np.asarray(self.matcher.fit(content).all(axis=1))
        for mine, rivals in self.matcher.rivals.items():
            if fits[mine]:
                fits[mine] = not any(
                    fits[rival] and self._outdoes(rival, mine, content)
                    for rival in rivals
                )
        return fits

    def _outdoes(self, rival: int, mine: int, content: Content) -> bool:
        """Say whether a more specific allele fits wherever another one does."""
        gaps = np.flatnonzero(content == MISSING)
        rest = self.matcher.cores[rival] - self.matcher.cores[mine]
        if any(content[place] == MISSING for place, _ in rest):
            return False
        ours = self.matcher.fits[mine, gaps, :-2]
        return not np.any(ours & ~self.matcher.fits[rival, gaps, :-2])


def _close(explained: Sequence[frozenset[int]], n_alleles: int) -> Flags:
    """Return, for each allele, those that may stand in its place: bool (n, n).

    One that explains another's variants stands in its place, and so does one that
    explains the first one's.
    """
    stands: Flags = np.zeros((n_alleles, n_alleles), bool)
    for larger, smaller in enumerate(explained):
        stands[list(smaller), larger] = True
    for between in range(n_alleles):
        if stands[:, between].any() and stands[between].any():
            stands[np.ix_(stands[:, between], stands[between])] = True
    return stands
