"""What the missing positions of a genotype may make of its call.

A row is called only if every filling of its gaps leads to the same phenotype: by named
alleles, by combinations of them, and by variants that no allele explains. A gap may
hold any sequence that some definition names there; one that none names can stand
anywhere in a gene, read or not, and no call says anything of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations_with_replacement, islice, product

import numpy as np

from genostrat.arrays import Flags, Indices
from genostrat.pgx.matching.diplotypes import (
    MOST_INLINE,
    Candidate,
    Explanation,
    Pattern,
    list_phasings,
)
from genostrat.pgx.matching.haplotypes import Content, Matcher, call_haplotype
from genostrat.pgx.matching.lines import MISSING
from genostrat.pgx.matching.reach import CopyReach, ReachTable
from genostrat.pgx.naming import join_some, sort_names
from genostrat.pgx.phenotypes import INDETERMINATE, EffectBook

#: At most so many positions are named in a sentence.
_MOST_NAMED = 5
#: With more gaps than this, or more pairs of named alleles than are listed, only
#: alternatives that give a further phenotype are listed beside these pairs.
_FEW_GAPS = 25
#: Phasings whose gaps are filled to list alternatives.
_FEW_PHASINGS = 8
#: Fillings that are called one by one: of up to three gaps.
_MOST_FILLINGS = 36

Filling = frozenset[tuple[int, int]]


@dataclass(frozen=True)
class Outcomes:
    """What all fillings of a pattern's gaps give.

    Parameters
    ----------
    numbers
        Of the phenotypes in the gene's table of effects.
    is_open
        Whether some filling is explained by no definition.
    copies
        For each phasing, the contents and the reach of its copies.
    """

    numbers: frozenset[int]
    is_open: bool
    copies: tuple[tuple[tuple[Content, ...], tuple[CopyReach, ...]], ...]


def find_outcomes(reach: ReachTable, book: EffectBook, pattern: Pattern) -> Outcomes:
    """Find every phenotype that some filling of the gaps gives.

    Parameters
    ----------
    reach, book
        Of the gene.
    pattern
        Genotypes with no more phasings than may be listed.

    Notes
    -----
    Each copy is filled on its own, so the phenotypes are those of all pairs of what
    either copy may be called, over the phasings of what is known. None is left out.
    For unphased genotypes one may be listed that the preference for named pairs would
    keep from being called, where the filling is not phased either.
    """
    numbers: set[int] = set()
    is_open = False
    copies = []
    for contents in list_phasings(pattern):
        reaches = tuple(reach.reach(content) for content in contents)
        numbers |= set(_numbers(book, reaches).ravel().tolist())
        is_open |= any(item.is_open for item in reaches)
        copies.append((contents, reaches))
    return Outcomes(frozenset(numbers), is_open, tuple(copies))


def _numbers(book: EffectBook, reaches: Sequence[CopyReach]) -> Indices:
    """Return the phenotypes of every pair of kinds that the copies may be of."""
    kinds = [_kinds(book, item) for item in reaches]
    if len(kinds) == 1:
        return book.table.singles[kinds[0]]
    return book.table.pairs[np.ix_(*kinds)]


def _kinds(book: EffectBook, reach: CopyReach) -> Indices:
    return np.unique(book.table.kinds[reach.readings])


def weigh_fillings(
    reach: ReachTable,
    book: EffectBook,
    pattern: Pattern,
    explanation: Explanation,
    *,
    explain: Callable[[Pattern], Explanation],
    most: int,
) -> Explanation:
    """Hold a call against every filling of its gaps.

    Parameters
    ----------
    reach, book
        Of the gene.
    pattern
        Genotypes with gaps.
    explanation
        What they are called where each gap holds the reference allele's sequence.
    explain
        Calls genotypes without gaps.
    most
        How many candidates to list.

    Returns
    -------
    Explanation
        With the alternatives and phenotypes that fillings give; ``called`` only where
        there is one phenotype, or one diplotype in a gene without phenotypes.
    """
    if not explanation.candidates:
        return explanation
    matcher = reach.matcher
    outcomes = find_outcomes(reach, book, pattern)
    tried = _try_every(book, matcher, pattern, explanation, outcomes, explain)
    if tried is None:
        made = []
        if explanation.n_candidates == len(explanation.candidates):
            is_filled = bool(explanation.candidates[0].needs)
            made = list(_fill_singly(matcher, book, pattern, with_none=is_filled))
        found = _phenotypes(book, outcomes).union(explanation.other_phenotypes)
        scores = explanation.scores | {book.table.scores[n] for n in outcomes.numbers}
        is_open = outcomes.is_open or explanation.status != "called"
    else:
        made, found, is_open = tried.candidates, tried.phenotypes, tried.is_open
        scores = frozenset(tried.scores)
    first = explanation.candidates[0].phenotype or INDETERMINATE
    others: tuple[str, ...] = ()
    if book.has_phenotypes:
        others = tuple(sorted(found - {first}))
        is_open |= bool(others)
    else:
        is_open |= len(outcomes.numbers) > 1
    named = {item.names: item for item in explanation.candidates}
    for item in made:
        named.setdefault(item.names, item)
    candidates = _show_each(matcher, book, outcomes, list(named.values()), others)
    places = _deciding(reach, book, outcomes, first) if is_open else []
    return replace(
        explanation,
        status="ambiguous" if is_open else "called",
        candidates=tuple(candidates[:most]),
        n_candidates=explanation.n_candidates
        + len(named)
        - len(explanation.candidates),
        other_phenotypes=others,
        sentences=(
            *explanation.sentences,
            *_say_dependence(matcher, places, has_phenotypes=book.has_phenotypes),
        ),
        scores=scores,
        deciding=tuple(places),
        is_proven=True,
    )


def _phenotypes(book: EffectBook, outcomes: Outcomes) -> set[str]:
    """Name the phenotypes of outcomes."""
    found = {book.table.names[number] for number in outcomes.numbers}
    return found | {INDETERMINATE} if outcomes.is_open else found


def _say_dependence(
    matcher: Matcher, places: Sequence[int], *, has_phenotypes: bool
) -> list[str]:
    """Name the missing positions that the phenotype, or the call, hangs on."""
    if not places:
        return []
    what = "phenotype" if has_phenotypes else "call"
    names = [matcher.gene.positions[place].name for place in places]
    return [f"the {what} depends on {join_some(names, most=_MOST_NAMED)}"]


@dataclass
class _Tried:
    """What fillings came to that were called one by one."""

    candidates: list[Candidate] = field(default_factory=list)
    phenotypes: set[str] = field(default_factory=set)
    scores: set[float | None] = field(default_factory=set)
    is_open: bool = False

    def add(self, explanation: Explanation, needs: Filling) -> None:
        """Add the call of one filling."""
        self.candidates += [
            replace(item, needs=needs) for item in explanation.candidates
        ]
        called = explanation.candidates[:1]
        self.phenotypes.add((called[0].phenotype if called else "") or INDETERMINATE)
        self.phenotypes.update(explanation.other_phenotypes)
        self.scores |= explanation.scores
        self.is_open |= explanation.status != "called"


def _try_every(
    book: EffectBook,
    matcher: Matcher,
    pattern: Pattern,
    explanation: Explanation,
    outcomes: Outcomes,
    explain: Callable[[Pattern], Explanation],
) -> _Tried | None:
    """Call every filling of a few gaps in unphased genotypes, where that may help.

    Which phasing unphased genotypes are read as depends on all of them: named alleles
    come first. So what each copy may be on its own is more than what may be called.

    Returns
    -------
    _Tried or None
        None where there are too many fillings; where phase is known, so that each copy
        does stand on its own; and where all phenotypes were met already.
    """
    met = {explanation.candidates[0].phenotype, *explanation.other_phenotypes}
    numbers = [number for number in pattern.group.tolist() if number > 0]
    is_unphased = not pattern.has_phase and len(set(numbers)) == len(numbers)
    if len(numbers) < 2 or not is_unphased or not book.has_phenotypes:
        return None
    gaps = np.flatnonzero(pattern.missing).tolist()
    choices = [_genotypes(matcher, pattern, place) for place in gaps]
    is_long = math.prod(map(len, choices)) > _MOST_FILLINGS
    is_met = not outcomes.is_open and _phenotypes(book, outcomes) <= met
    if is_long or is_met:
        return None
    tried = _Tried()
    for chosen in product(*choices):
        filled = dict(zip(gaps, chosen, strict=True))
        needs = frozenset(
            (place, number)
            for place, pair in filled.items()
            for number in pair
            if number != matcher.reference[place]
        )
        tried.add(explain(_fill_pattern(pattern, filled)), needs)
    tried.candidates.sort(key=lambda item: len(item.needs))
    return tried


def _genotypes(matcher: Matcher, pattern: Pattern, place: int) -> list[tuple[int, int]]:
    """Return the genotypes that a gap may have, what is known of it first."""
    numbers = range(len(matcher.gene.positions[place].sequences))
    known = max(int(pattern.first[place]), int(pattern.second[place]))
    if known != MISSING:
        return [(known, number) for number in numbers]
    return list(combinations_with_replacement(numbers, 2))


def _fill_pattern(pattern: Pattern, chosen: Mapping[int, tuple[int, int]]) -> Pattern:
    first, second = pattern.first.copy(), pattern.second.copy()
    group = pattern.group.copy()
    last = int(group.max())
    for step, (place, (one, other)) in enumerate(chosen.items(), start=1):
        first[place], second[place] = one, other
        group[place] = 0 if one == other else last + step
    return Pattern(first, second, group, 2)


def _fill_singly(
    matcher: Matcher, book: EffectBook, pattern: Pattern, *, with_none: bool
) -> Iterator[Candidate]:
    """Fill one gap with each sequence, on either copy and on both.

    All other gaps hold the reference allele's sequence; with `with_none` all do once.
    Fillings that are explained by no allele have no name and are not listed.
    """
    gaps = np.flatnonzero(pattern.missing).tolist()
    if len(gaps) > _FEW_GAPS:
        return
    for contents in islice(list_phasings(pattern), _FEW_PHASINGS):
        filled = [fill_gaps(matcher, content) for content in contents]
        if with_none:
            yield from _name(matcher, book, filled, frozenset())
        for place in gaps:
            usual = int(matcher.reference[place])
            numbers = range(len(matcher.gene.positions[place].sequences))
            choices = [
                numbers if content[place] == MISSING else (int(content[place]),)
                for content in contents
            ]
            for chosen in product(*choices):
                needs = frozenset(
                    (place, number) for number in chosen if number != usual
                )
                if needs:
                    copies = [
                        _put(content, {place: number})
                        for content, number in zip(filled, chosen, strict=True)
                    ]
                    yield from _name(matcher, book, copies, needs)


def fill_gaps(matcher: Matcher, content: Content) -> Content:
    """Return a copy with the reference allele's sequence in its gaps."""
    filled: Content = np.where(content == MISSING, matcher.reference, content)
    return filled.astype(np.int8)


def _put(content: Content, numbers: dict[int, int]) -> Content:
    changed = content.copy()
    for place, number in numbers.items():
        changed[place] = number
    return changed


def _name(
    matcher: Matcher, book: EffectBook, contents: Sequence[Content], needs: Filling
) -> Iterator[Candidate]:
    calls = [call_haplotype(matcher, content) for content in contents]
    if all(call.name for call in calls):
        readings = [call.readings for call in calls]
        effect = book.read_all(readings)[0] if book.has_phenotypes else None
        names = tuple(sort_names(call.name for call in calls))
        yield Candidate(names, effect, needs)


def _show_each(
    matcher: Matcher,
    book: EffectBook,
    outcomes: Outcomes,
    candidates: list[Candidate],
    others: Sequence[str],
) -> list[Candidate]:
    """See that each phenotype has an alternative among those that a row shows."""
    shown = candidates[:MOST_INLINE]
    behind = candidates[MOST_INLINE:]
    for name in others:
        if any((item.phenotype or INDETERMINATE) == name for item in shown):
            continue
        later = [item for item in behind if (item.phenotype or INDETERMINATE) == name]
        made = later[:1] or _make_one(matcher, book, outcomes, name)
        shown += [item for item in made if item not in shown]
        behind = [item for item in behind if item not in made]
    return [*shown, *behind]


def _make_one(
    matcher: Matcher, book: EffectBook, outcomes: Outcomes, name: str
) -> list[Candidate]:
    """Fill the gaps so that a phenotype comes out, with few changes."""
    table = book.table
    if name not in table.names:
        return []
    wanted = [number for number, own in enumerate(table.names) if own == name]
    for contents, reaches in outcomes.copies:
        kinds = [_kinds(book, item) for item in reaches]
        hits = np.argwhere(np.isin(_numbers(book, reaches), wanted))
        for hit in hits[:1].tolist():
            chosen, needs = [], set()
            for content, item, own, which in zip(
                contents, reaches, kinds, hit, strict=True
            ):
                mine = item.readings & (table.kinds == own[which])
                allele = min(
                    np.flatnonzero(mine).tolist(),
                    key=lambda index: (len(matcher.cores[index]), matcher.rank[index]),
                )
                gained = {
                    place: number
                    for place, number in matcher.cores[allele]
                    if content[place] == MISSING
                }
                chosen.append(_put(fill_gaps(matcher, content), gained))
                needs |= set(gained.items())
            return list(_name(matcher, book, chosen, frozenset(needs)))
    return []


def _deciding(
    reach: ReachTable, book: EffectBook, outcomes: Outcomes, first: str
) -> list[int]:
    """Return the gaps that another phenotype than the first, or call, hangs on."""
    found: Flags = np.zeros(reach.is_core.shape[1], bool)
    for contents, reaches in outcomes.copies:
        turns = _turning(book, reaches, first)
        for content, item, turning in zip(contents, reaches, turns, strict=True):
            is_core = reach.is_core[item.readings & turning].any(axis=0)
            found |= (is_core & (content == MISSING)) | item.open_places
    return [int(place) for place in np.flatnonzero(found)]


def _turning(book: EffectBook, reaches: Sequence[CopyReach], first: str) -> list[Flags]:
    """Mark, for each copy, the alleles with which some phenotype is another one."""
    table = book.table
    if not book.has_phenotypes:
        return [np.ones(len(table.kinds), bool) for _ in reaches]
    usual = [number for number, own in enumerate(table.names) if own == first]
    kinds = [_kinds(book, item) for item in reaches]
    differs = ~np.isin(_numbers(book, reaches), usual)
    turns = []
    for copy, own in enumerate(kinds):
        others = tuple(axis for axis in range(len(kinds)) if axis != copy)
        is_turning = np.zeros(int(table.kinds.max()) + 1, bool)
        is_turning[own] = differs.any(axis=others) if others else differs
        turns.append(is_turning[table.kinds])
    return turns
