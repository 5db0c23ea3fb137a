"""Every pair of named alleles that a patient's genotypes allow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np

from genostrat.arrays import Flags, Indices, Integers
from genostrat.pgx.definitions import Effect, Gene
from genostrat.pgx.matching.haplotypes import Content, HaplotypeCall, Matcher
from genostrat.pgx.matching.lines import MISSING
from genostrat.pgx.naming import join_diplotype, sort_names
from genostrat.pgx.phenotypes import INDETERMINATE, EffectBook

#: More alternatives than this stand in their own table.
MOST_INLINE = 100


@dataclass(frozen=True)
class Pattern:
    """Genotypes at the positions of a gene, which patients may share.

    Parameters
    ----------
    first, second
        Allele numbers of both copies; `second` is not read for a single copy.
    group
        int64 (n_positions,): 0 where both copies are equal; positions of one number
        are phased with each other, those of different ones are not.
    n_copies
        1 or 2.
    has_phase
        Whether the file gives some difference between the copies a phase.
    """

    first: Content
    second: Content
    group: Integers
    n_copies: int
    has_phase: bool = False

    @cached_property
    def missing(self) -> Flags:
        """Positions where some copy is not known."""
        if self.n_copies == 1:
            return self.first == MISSING
        return (self.first == MISSING) | (self.second == MISSING)

    @cached_property
    def groups(self) -> list[int]:
        """Numbers of the groups whose order matters."""
        return sorted({number for number in self.group.tolist() if number > 0})

    @property
    def n_phasings(self) -> int:
        """How many ways there are to put the alleles on two copies."""
        return 2 ** max(len(self.groups) - 1, 0)


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


def forget_halves(pattern: Pattern) -> Pattern:
    """Leave both copies open where one is, so that there are fewer phasings."""
    is_half = (pattern.first == MISSING) != (pattern.second == MISSING)
    return replace(
        pattern,
        first=np.where(is_half, MISSING, pattern.first),
        second=np.where(is_half, MISSING, pattern.second),
        group=np.where(is_half, 0, pattern.group),
    )


def doubt_assumed(gene: Gene, pattern: Pattern, is_assumed: Flags) -> Pattern:
    """Leave a variant open that was only assumed to be absent where its tag is there.

    Parameters
    ----------
    gene
        With its tags.
    pattern
        Genotypes.
    is_assumed
        bool (n_positions,): what was not read and taken for the build's sequence.
    """
    for item in gene.tags:
        place, (tag, tagged) = item.decides[0], item.tag
        copies = [pattern.first, pattern.second][: pattern.n_copies]
        if is_assumed[place] and any(copy[tag] == tagged for copy in copies):
            first, second = pattern.first.copy(), pattern.second.copy()
            for copy in (first, second)[: pattern.n_copies]:
                copy[place] = MISSING
            pattern = replace(pattern, first=first, second=second)
    return pattern


def follow_tags(gene: Gene, pattern: Pattern) -> tuple[Pattern, tuple[str, ...]]:
    """Take variants that were not read to stand where their tags do.

    Parameters
    ----------
    gene
        With its tags.
    pattern
        Genotypes.

    Returns
    -------
    tuple
        The genotypes that are most likely, and a sentence for each tag that was
        followed. Those that the gaps allow otherwise stay possible.
    """
    hints = []
    for item in gene.tags:
        (place, number), (tag, tagged) = item.decides, item.tag
        copies = [pattern.first, pattern.second][: pattern.n_copies]
        is_open = all(copy[place] == MISSING for copy in copies)
        carriers = [copy[tag] == tagged for copy in copies]
        if not is_open or not any(carriers):
            continue
        first, second = pattern.first.copy(), pattern.second.copy()
        group = pattern.group.copy()
        for copy in (first, second)[: pattern.n_copies]:
            copy[place] = number if copy[tag] == tagged else 0
        group[place] = group[tag]
        pattern = replace(pattern, first=first, second=second, group=group)
        unread, read = gene.positions[place].name, gene.positions[tag].name
        hints.append(
            f"{unread} was not read, but {read}, which stands beside it in most people,"
            f" carries the variant: {item.reason}"
        )
    return pattern, tuple(hints)


@dataclass(frozen=True)
class Candidate:
    """A diplotype that may be the patient's.

    Parameters
    ----------
    names
        Of the alleles, or of the one allele of a single copy, in natural order.
    effect
        None where the source says nothing of it.
    needs
        (position, number): what missing positions would have to carry.
    """

    names: tuple[str, ...]
    effect: Effect | None
    needs: frozenset[tuple[int, int]] = frozenset()

    @property
    def diplotype(self) -> str:
        """Return how tables spell it."""
        return join_diplotype(self.names)

    @property
    def phenotype(self) -> str:
        """Return its phenotype; blank where the source gives none."""
        return self.effect.phenotype if self.effect else ""


@dataclass(frozen=True)
class Explanation:
    """What a pattern of genotypes is called.

    Parameters
    ----------
    status
        ``called``, ``ambiguous`` or ``not_called``.
    match
        ``exact``, ``combination``, ``partial`` or blank.
    candidates
        The call first, then its alternatives; bounded. Empty where not called.
    n_candidates
        How many there are, listed or not.
    other_phenotypes
        Those that alternatives would give.
    sentences
        What a reader should know, missing positions apart.
    haplotypes
        How the copies of the first candidate were called, where not exactly.
    scores
        Activity scores that the call leaves open.
    deciding
        Missing positions that the phenotype, or the call, hangs on.
    is_proven
        Whether every filling of the missing positions was weighed.
    """

    status: str
    match: str = ""
    candidates: tuple[Candidate, ...] = ()
    n_candidates: int = 0
    other_phenotypes: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    haplotypes: tuple[HaplotypeCall, ...] = ()
    scores: frozenset[float | None] = frozenset()
    deciding: tuple[int, ...] = ()
    is_proven: bool = False


@dataclass(frozen=True)
class Pairs:
    """Pairs of alleles that fit every position, in the order of their rank.

    Parameters
    ----------
    first, second
        Places of the alleles in the gene; `second` is −1 for a single copy.
    cost
        How many missing positions would have to differ from the reference allele.
    """

    first: Indices
    second: Indices
    cost: Integers


def find_pairs(matcher: Matcher, pattern: Pattern) -> Pairs:
    """Find every pair of alleles that fits the genotypes at every position.

    Parameters
    ----------
    matcher
        Of the gene.
    pattern
        Genotypes; a missing one fits every allele.

    Notes
    -----
    A pair (a, b) fits a group of positions that are phased with each other if a fits
    one copy there and b the other, either way round; it fits the genotypes if it fits
    every group. This finds all pairs over all phasings and all fillings of missing
    positions without listing either. Ranked first is what missing positions with the
    content of the reference allele give, then what has the fewest alleles that are
    not the reference, then what explains most variants, then the natural order of
    names.

    Examples
    --------
    Somebody is heterozygous at both variants of TPMT *3A, and nothing tells which are
    on one chromosome: both on one, or one on each.

    >>> from genostrat.pgx.knowledge.loading import load_knowledge
    >>> from genostrat.pgx.matching.haplotypes import make_matcher
    >>> gene = load_knowledge("pypgx", build="GRCh38").genes["TPMT"]
    >>> places = [position.position for position in gene.positions]
    >>> first = np.zeros(len(places), np.int8)
    >>> second, group = first.copy(), np.zeros(len(places), np.int64)
    >>> for number, place in enumerate((18130687, 18138997), start=1):
    ...     second[places.index(place)] = 1
    ...     group[places.index(place)] = number
    >>> pairs = find_pairs(make_matcher(gene), Pattern(first, second, group, 2))
    >>> names = [allele.name for allele in gene.alleles]
    >>> [(names[a], names[b]) for a, b in zip(pairs.first, pairs.second, strict=True)]
    [('*1', '*3A'), ('*3B', '*3C')]
    """
    fits_first = matcher.fit(pattern.first)
    if pattern.n_copies == 1:
        found = np.flatnonzero(fits_first.all(axis=1))
        nobody = np.full(len(found), -1, np.intp)
        return _rank_pairs(matcher, pattern, found, nobody)
    fits_second = matcher.fit(pattern.second)
    is_fixed = pattern.group == 0
    can = (fits_first & fits_second)[:, is_fixed].all(axis=1)
    ways = []
    for number in pattern.groups:
        columns = pattern.group == number
        one = fits_first[:, columns].all(axis=1)
        other = fits_second[:, columns].all(axis=1)
        can &= one | other
        ways.append((np.array(one), np.array(other)))
    found = np.flatnonzero(can)
    fits = np.ones((len(found), len(found)), bool)
    for one, other in ways:
        one, other = one[found], other[found]
        fits &= (one[:, None] & other[None, :]) | (other[:, None] & one[None, :])
    rows, columns = np.nonzero(np.triu(fits))
    return _rank_pairs(matcher, pattern, found[rows], found[columns])


def _rank_pairs(
    matcher: Matcher,
    pattern: Pattern,
    first: Indices,
    second: Indices,
) -> Pairs:
    is_single = second < 0
    costs = _costs(matcher, pattern)
    cost = costs[first] + np.where(is_single, 0, costs[second])
    keep = ~_is_outdone(matcher, pattern, first, second)
    first, second, cost = first[keep], second[keep], cost[keep]
    is_single = is_single[keep]
    n_changed = (first != matcher.reference_index).astype(int) + (
        ~is_single & (second != matcher.reference_index)
    )
    one = matcher.rank[first]
    other = np.where(is_single, one, matcher.rank[second])
    low, high = np.minimum(one, other), np.maximum(one, other)
    sizes = np.array([len(core) for core in matcher.cores], np.int64)
    explained = sizes[first] + np.where(is_single, 0, sizes[second])
    order = np.lexsort((high, low, -explained, n_changed, cost))
    return Pairs(first[order], second[order], cost[order])


def _costs(matcher: Matcher, pattern: Pattern) -> Integers:
    """Count, for each allele, missing positions that would have to be changed."""
    missing = np.flatnonzero(pattern.missing)
    allows = matcher.fits[:, missing, matcher.reference[missing]].copy()
    # Of a half-called genotype the allele may stand on the copy that was called.
    for content in (pattern.first, pattern.second)[: pattern.n_copies]:
        called = content[missing] != MISSING
        allows[:, called] |= matcher.fit(content)[:, missing[called]]
    result: Integers = (~allows).sum(axis=1)
    return result


def _is_outdone(
    matcher: Matcher,
    pattern: Pattern,
    first: Indices,
    second: Indices,
) -> Flags:
    """Mark pairs where a more specific allele fits in the place of one of them.

    This is where a definition leaves open whether an allele carries a variant, and
    another allele is that variant together with the first one's.
    """
    outdone = np.zeros(len(first), bool)
    if not matcher.rivals or len(first) < 2:
        return outdone
    pairs = {
        (int(min(a, b)), int(max(a, b))): row
        for row, (a, b) in enumerate(zip(first, second, strict=True))
    }
    missing = frozenset(np.flatnonzero(pattern.missing).tolist())
    for (a, b), row in pairs.items():
        for mine, kept in ((a, b), (b, a)):
            for rival in matcher.rivals.get(mine, ()):
                rest = matcher.cores[rival] - matcher.cores[mine]
                is_seen = not any(place in missing for place, _ in rest)
                swapped = (min(rival, kept), max(rival, kept))
                outdone[row] |= is_seen and swapped in pairs
    return outdone


def explain_pairs(
    matcher: Matcher, book: EffectBook, pattern: Pattern, pairs: Pairs, *, most: int
) -> Explanation:
    """Turn the pairs that fit into a call and its alternatives.

    Parameters
    ----------
    matcher, book
        Of the gene.
    pattern, pairs
        Genotypes and what fits them; at least one pair.
    most
        How many candidates to list.
    """
    groups: list[tuple[int, ...]] = [
        (int(a),) if b < 0 else (int(a), int(b))
        for a, b in zip(pairs.first, pairs.second, strict=True)
    ]
    n_seen = int((pairs.cost == 0).sum())
    picked = _put_pick_first(matcher, groups, n_seen=n_seen)
    effects = [book.read(alleles) for alleles in groups]
    missing = np.flatnonzero(pattern.missing)
    needed = {
        index: _needs(matcher, index, missing)
        for index in {index for alleles in groups[:most] for index in alleles}
    }
    candidates = [
        Candidate(
            names=tuple(sort_names(matcher.name(index) for index in alleles)),
            effect=effect,
            needs=frozenset().union(*(needed[index] for index in alleles)),
        )
        for alleles, effect in zip(groups[:most], effects[:most], strict=True)
    ]
    sentences = []
    if pairs.cost[0] > 0:
        sentences.append(
            "every diplotype that fits needs variants at missing positions"
        )
    aside = _find_set_aside(matcher, groups, n_seen=n_seen)
    weighed = [number for number in range(len(groups)) if number not in aside]
    effects = [effects[number] for number in weighed]
    others = different_phenotypes(effects)
    is_open = bool(others) if book.has_phenotypes else len(weighed) > 1
    if n_seen - len(aside) > 1:
        text = f"{n_seen} diplotypes fit the genotypes, which do not tell them apart"
        sentences.append(f"{text}; the source takes {picked}" if picked else text)
    sentences += [
        f"{candidates[number].diplotype} fits as well, without phase, but is not"
        f" expected: {why}"
        for number, why in aside.items()
        if number < most
    ]
    return Explanation(
        status="ambiguous" if is_open else "called",
        match="exact",
        candidates=tuple(candidates),
        n_candidates=len(groups),
        other_phenotypes=others,
        sentences=tuple(sentences),
        scores=list_scores(effects),
    )


def list_scores(effects: Iterable[Effect | None]) -> frozenset[float | None]:
    """Return the different activity scores of effects."""
    return frozenset(effect.activity_score if effect else None for effect in effects)


def _put_pick_first(
    matcher: Matcher, groups: list[tuple[int, ...]], *, n_seen: int
) -> str:
    """Put the diplotype first that the source takes where these fit alike."""
    names = [sorted(map(matcher.name, alleles)) for alleles in groups[:n_seen]]
    pairs = frozenset((pair[0], pair[-1]) for pair in names)
    pick = matcher.gene.picks.get(pairs) if n_seen > 1 else None
    if pick is None or sorted(pick) not in names:
        return ""
    groups.insert(0, groups.pop(names.index(sorted(pick))))
    return join_diplotype(pick)


def _find_set_aside(
    matcher: Matcher, groups: list[tuple[int, ...]], *, n_seen: int
) -> dict[int, str]:
    """Return the pairs that fit but are too rare to doubt the first one, and why."""
    if n_seen < 2 or not matcher.gene.set_aside:
        return {}
    names = [tuple(sorted(map(matcher.name, alleles))) for alleles in groups[:n_seen]]
    rare = {
        other: why
        for (called, other), why in matcher.gene.set_aside.items()
        if called == names[0]
    }
    return {i: rare[pair] for i, pair in enumerate(names) if pair in rare}


def _needs(
    matcher: Matcher, allele: int, missing: Indices
) -> frozenset[tuple[int, int]]:
    fits = matcher.fits[allele][missing]
    is_changed = ~fits[np.arange(len(missing)), matcher.reference[missing]]
    numbers = fits[:, :-2].argmax(axis=1)
    return frozenset(
        (int(missing[row]), int(numbers[row])) for row in np.flatnonzero(is_changed)
    )


def different_phenotypes(effects: Iterable[Effect | None]) -> tuple[str, ...]:
    """Return the phenotypes that differ from the first one, sorted."""
    names = [effect.phenotype if effect else "" for effect in effects]
    return tuple(sorted({name or INDETERMINATE for name in names if name != names[0]}))
