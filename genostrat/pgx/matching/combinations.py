"""Genotypes that no pair of named alleles fits: combinations and partial matches."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, product

import numpy as np

from genostrat.pgx.definitions import Effect
from genostrat.pgx.matching.diplotypes import (
    Candidate,
    Explanation,
    Pattern,
    different_phenotypes,
)
from genostrat.pgx.matching.haplotypes import (
    Content,
    HaplotypeCall,
    Matcher,
    call_haplotype,
    name_variants,
)
from genostrat.pgx.matching.lines import MISSING
from genostrat.pgx.naming import join_diplotype, join_some, natural_key, sort_names
from genostrat.pgx.phenotypes import INDETERMINATE, EffectBook

#: Phasings looked at where any is as good as another, and makes no other allele.
MOST_IDLE = 1


@dataclass(frozen=True)
class Phasing:
    """One way to put the alleles on the copies, and what the copies are called.

    Parameters
    ----------
    contents
        Of each copy; missing positions stay missing.
    calls
        What each copy is called.
    needs
        (position, number): what missing positions were filled with.
    """

    contents: tuple[Content, ...]
    calls: tuple[HaplotypeCall, ...]
    needs: frozenset[tuple[int, int]] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the copies, in natural order."""
        return tuple(sort_names(call.name for call in self.calls))

    @property
    def penalty(self) -> tuple[int, ...]:
        """How badly it explains the genotypes."""
        return (
            sum(not call.name for call in self.calls),
            sum(len(call.unexplained) for call in self.calls),
            sum(call.match != "exact" for call in self.calls),
            sum(len(call.alleles) for call in self.calls),
        )


def list_phasings(pattern: Pattern) -> Iterator[tuple[Content, ...]]:
    """Give every way to put the alleles on two copies; missing ones stay missing."""
    if pattern.n_copies == 1:
        yield (pattern.first,)
        return
    groups = pattern.groups
    # Which copy comes first does not matter, so the first group stays as it is.
    for flips in product((False, True), repeat=max(len(groups) - 1, 0)):
        turned = [
            number for number, flip in zip(groups[1:], flips, strict=True) if flip
        ]
        is_turned = np.isin(pattern.group, turned)
        yield (
            np.where(is_turned, pattern.second, pattern.first),
            np.where(is_turned, pattern.first, pattern.second),
        )


def explain_phasings(
    matcher: Matcher,
    book: EffectBook,
    pattern: Pattern,
    *,
    others: tuple[tuple[str, ...], ...],
    most: int,
) -> Explanation:
    """Call genotypes that no pair of alleles fits exactly.

    Parameters
    ----------
    matcher, book
        Of the gene.
    pattern
        Genotypes with no more phasings than may be listed.
    others
        Labels of undefined sequences at each position.
    most
        How many candidates to list.

    Notes
    -----
    Missing positions are taken as the reference allele's; alternatives fill them with
    the variants of one further allele at a time.
    """
    phasings = []
    n_phasings = pattern.n_phasings
    if _is_phase_idle(matcher, pattern):
        n_phasings = min(n_phasings, MOST_IDLE)
    for contents in islice(list_phasings(pattern), n_phasings):
        filled = tuple(_fill(matcher, content) for content in contents)
        calls = tuple(call_haplotype(matcher, content) for content in filled)
        phasings.append(Phasing(contents, calls))
    lowest = min(phasing.penalty for phasing in phasings)
    best = [phasing for phasing in phasings if phasing.penalty == lowest]
    best.sort(key=lambda phasing: (_activity(book, phasing), _order(matcher, phasing)))
    if lowest[0]:
        return _not_explained(matcher, best[0], others=others)
    wider = _widen(matcher, best[0], most=most)
    n_left = pattern.n_phasings - n_phasings
    return _explanation(
        matcher, book, best, wider, others=others, most=most, n_left=n_left
    )


def _is_phase_idle(matcher: Matcher, pattern: Pattern) -> bool:
    """Say whether every phasing is as good as any other.

    That is so where every allele is a single variant and both copies carry two
    already: phase then only shares out the rest.
    """
    if not matcher.is_loose or pattern.n_copies == 1:
        return False
    cores = frozenset().union(*matcher.cores)
    sure = np.where(pattern.group == 0, pattern.first, matcher.reference)
    variants = {
        variant
        for content in (pattern.first, pattern.second)
        for variant in matcher.variants(_fill(matcher, content))
    }
    shared = matcher.variants(_fill(matcher, sure))
    return len(shared) > 1 and variants <= cores


def _fill(matcher: Matcher, content: Content) -> Content:
    filled: Content = np.where(content == MISSING, matcher.reference, content)
    return filled.astype(np.int8)


def _activity(book: EffectBook, phasing: Phasing) -> float:
    """Return the lowest activity score of a phasing; infinite where none is known.

    Where phase is not known, the least active explanation stands first, as CPIC reads
    several variants of DPYD (Amstutz 2018, PMID 29152729).
    """
    if not book.has_phenotypes:
        return math.inf
    effects = book.read_all([call.readings for call in phasing.calls])
    scores = [effect.activity_score for effect in effects if effect is not None]
    return min((score for score in scores if score is not None), default=math.inf)


def _order(matcher: Matcher, phasing: Phasing) -> tuple[object, ...]:
    reference = matcher.name(matcher.reference_index)
    n_changed = sum(call.name != reference for call in phasing.calls)
    return (n_changed, [natural_key(name) for name in phasing.names])


def _widen(matcher: Matcher, phasing: Phasing, *, most: int) -> list[Phasing]:
    """Fill missing positions with one further allele that the rest allows."""
    wider: list[Phasing] = []
    if not any((content == MISSING).any() for content in phasing.contents):
        return wider
    for copy, content in enumerate(phasing.contents):
        missing = set(np.flatnonzero(content == MISSING).tolist())
        filled = _fill(matcher, content)
        near = {allele for place in missing for allele in matcher.at_place[place]}
        for core in (matcher.cores[allele] for allele in sorted(near)):
            gained = {(place, number) for place, number in core if place in missing}
            agrees = all(
                place in missing or content[place] == number for place, number in core
            )
            changes = any(filled[place] != number for place, number in gained)
            if not (agrees and changes) or len(wider) >= most:
                continue
            changed = filled.copy()
            for place, number in gained:
                changed[place] = number
            calls = list(phasing.calls)
            calls[copy] = call_haplotype(matcher, changed)
            contents = list(phasing.contents)
            contents[copy] = changed
            if calls[copy].name:
                wider.append(Phasing(tuple(contents), tuple(calls), frozenset(gained)))
    return wider


def _explanation(
    matcher: Matcher,
    book: EffectBook,
    best: list[Phasing],
    wider: list[Phasing],
    *,
    others: tuple[tuple[str, ...], ...],
    most: int,
    n_left: int,
) -> Explanation:
    candidates: dict[str, Candidate] = {}
    effects: list[Effect | None] = []
    for phasing in (*best, *wider):
        readings = [call.readings for call in phasing.calls]
        found = book.read_all(readings) if book.has_phenotypes else [None]
        effects += found
        candidate = Candidate(phasing.names, found[0], phasing.needs)
        candidates.setdefault(candidate.diplotype, candidate)
    calls = best[0].calls
    is_open_ended = any(call.unexplained and not call.is_abolished for call in calls)
    phenotypes = different_phenotypes(effects)
    if is_open_ended:
        phenotypes = tuple(sorted({*phenotypes, INDETERMINATE}))
    differs = phenotypes if book.has_phenotypes else len(candidates) + n_left > 1
    kinds = {call.match for call in calls}
    match = "partial" if "partial" in kinds else "combination"
    return Explanation(
        status="ambiguous" if differs or is_open_ended else "called",
        match=match,
        candidates=tuple(candidates.values())[:most],
        n_candidates=len(candidates) + n_left,
        other_phenotypes=phenotypes if book.has_phenotypes else (),
        sentences=tuple(_sentences(matcher, best, others=others, n_left=n_left)),
        haplotypes=calls,
    )


def _sentences(
    matcher: Matcher,
    best: list[Phasing],
    *,
    others: tuple[tuple[str, ...], ...],
    n_left: int,
) -> list[str]:
    sentences = []
    names = {join_diplotype(phasing.names) for phasing in best}
    n_equal = len(names) + n_left
    if n_equal > 1:
        text = f"{n_equal} phasings explain the genotypes equally well"
        if n_left:
            text += "; they differ in which copy carries which variant only"
        sentences.append(text)
    for call in dict.fromkeys(best[0].calls):
        if call.match == "exact":
            continue
        alleles = [matcher.name(index) for index in call.alleles]
        if len(alleles) > 1:
            text = f"one copy carries the variants of {' and '.join(alleles)}"
            if call.is_abolished:
                text += f", and counts as {call.name}, which has no function"
            elif len(call.readings) == 1:
                lowest = matcher.name(call.readings[0])
                text += f", and counts with the lowest activity, that of {lowest}"
            sentences.append(text)
        if call.unexplained:
            found = name_variants(matcher.gene, call.unexplained, others=others)
            text = f"{join_some(found)} beside {call.name} is in no allele definition"
            if call.is_abolished:
                text += f", but {call.name} has no function whatever else is there"
            sentences.append(text)
    return sentences


def _not_explained(
    matcher: Matcher, phasing: Phasing, *, others: tuple[tuple[str, ...], ...]
) -> Explanation:
    found: Iterable[tuple[int, int]] = {
        variant
        for call in phasing.calls
        if not call.name
        for variant in call.unexplained
    }
    names = name_variants(matcher.gene, found, others=others)
    return Explanation(
        status="not_called",
        sentences=(f"no allele definition explains {join_some(names)}",),
    )
