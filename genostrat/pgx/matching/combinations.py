"""Genotypes that no pair of named alleles fits: combinations and partial matches."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from genostrat.pgx.definitions import Effect
from genostrat.pgx.matching.diplotypes import (
    Candidate,
    Explanation,
    Pattern,
    different_phenotypes,
    list_phasings,
    list_scores,
)
from genostrat.pgx.matching.fillings import fill_gaps
from genostrat.pgx.matching.haplotypes import (
    HaplotypeCall,
    Matcher,
    call_haplotype,
    name_variants,
)
from genostrat.pgx.naming import join_diplotype, join_some, natural_key, sort_names
from genostrat.pgx.phenotypes import INDETERMINATE, EffectBook


@dataclass(frozen=True)
class Phasing:
    """One way to put the alleles on the copies, and what the copies are called.

    Parameters
    ----------
    calls
        What each copy is called.
    """

    calls: tuple[HaplotypeCall, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the copies, in natural order."""
        return tuple(sort_names(call.name for call in self.calls))

    @property
    def is_open_ended(self) -> bool:
        """Whether a variant that no allele explains may change the function."""
        return any(call.unexplained and not call.is_abolished for call in self.calls)

    @property
    def penalty(self) -> tuple[int, ...]:
        """How badly it explains the genotypes."""
        return (
            sum(not call.name for call in self.calls),
            sum(len(call.unexplained) for call in self.calls),
            sum(call.match != "exact" for call in self.calls),
            sum(len(call.alleles) for call in self.calls),
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
    Missing positions hold the reference allele's sequence here;
    :func:`~genostrat.pgx.matching.fillings.weigh_fillings` fills them otherwise.
    """
    phasings = [
        Phasing(
            tuple(
                call_haplotype(matcher, fill_gaps(matcher, content))
                for content in contents
            )
        )
        for contents in list_phasings(pattern)
    ]
    lowest = min(phasing.penalty for phasing in phasings)
    best = [phasing for phasing in phasings if phasing.penalty == lowest]
    best.sort(key=lambda phasing: (_activity(book, phasing), _order(matcher, phasing)))
    if lowest[0]:
        return _not_explained(matcher, best[0], others=others)
    n_listed = 1 if _is_phase_idle(matcher, pattern) else len(best)
    return _explanation(
        matcher, book, best, others=others, most=most, n_listed=n_listed
    )


def _is_phase_idle(matcher: Matcher, pattern: Pattern) -> bool:
    """Say whether phase changes nothing about the call.

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
        for variant in matcher.variants(fill_gaps(matcher, content))
    }
    shared = matcher.variants(fill_gaps(matcher, sure))
    return len(shared) > 1 and variants <= cores


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
    names = [natural_key(name) for name in phasing.names]
    return (n_changed, names, not phasing.is_open_ended)


def _explanation(
    matcher: Matcher,
    book: EffectBook,
    best: list[Phasing],
    *,
    others: tuple[tuple[str, ...], ...],
    most: int,
    n_listed: int,
) -> Explanation:
    candidates: dict[tuple[str, ...], Candidate] = {}
    effects: dict[Effect | None, None] = {}
    for number, phasing in enumerate(best):
        readings = [call.readings for call in phasing.calls]
        found = book.read_all(readings) if book.has_phenotypes else [None]
        effects |= dict.fromkeys(found)
        if number < n_listed:
            candidate = Candidate(phasing.names, found[0])
            candidates.setdefault(candidate.names, candidate)
    n_left = len(best) - n_listed
    calls = best[0].calls
    is_open_ended = any(phasing.is_open_ended for phasing in best)
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
        scores=list_scores(effects),
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
    if len(names) > 1:
        text = f"{len(names)} phasings explain the genotypes equally well"
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
