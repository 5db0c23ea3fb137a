"""Which named allele a chromosome carries: exactly, as a combination, or in part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Flags, Integers, Words
from genostrat.pgx.definitions import Gene
from genostrat.pgx.matching.lines import FIRST_OTHER, MISSING
from genostrat.pgx.naming import join_combination, natural_key

#: One copy of a gene: an allele number for each position.
Content = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Matcher:
    """A gene's definitions as arrays that genotypes are held against.

    Parameters
    ----------
    gene
        What was defined.
    fits
        bool (n_alleles, n_positions, n_numbers + 2): whether the allele allows the
        number; the last but one place is for sequences that no definition names, the
        last for missing ones.
    reference
        int8 (n_positions,): the sequence of the gene's reference allele.
    rank
        int64 (n_alleles,): place in the natural order of names.
    reference_index
        Of the gene's usual allele among the alleles.
    cores, extended
        For each allele, the sequences that define it; those, and what it may carry
        besides. Both are empty for alleles that genotypes cannot show.
    rivals
        For an allele, others that define it and more, by variants that it may carry.
    explained
        For an allele, others whose variants it explains along with its own.
    memory
        Copies called before.
    """

    gene: Gene
    fits: Flags
    reference: Content
    rank: Integers
    reference_index: int
    cores: tuple[frozenset[tuple[int, int]], ...]
    extended: tuple[frozenset[tuple[int, int]], ...]
    rivals: Mapping[int, tuple[int, ...]]
    explained: tuple[frozenset[int], ...]
    memory: dict[bytes, HaplotypeCall] = field(default_factory=dict)

    @cached_property
    def is_loose(self) -> bool:
        """Whether every allele is one variant, so that phase makes no other allele."""
        return all(len(variants) < 2 for variants in self.extended)

    def fit(self, content: Content) -> Flags:
        """Say which alleles allow what stands at each position.

        Returns
        -------
        array
            bool (n_alleles, n_positions).
        """
        index = content.astype(np.intp)
        width = self.fits.shape[2]
        index[content >= FIRST_OTHER] = width - 2
        index[content == MISSING] = width - 1
        return self.fits[:, np.arange(len(content)), index]

    def variants(self, content: Content) -> frozenset[tuple[int, int]]:
        """Return what the reference allele does not carry."""
        fits = self.fit(content)[self.reference_index]
        return frozenset((int(p), int(content[p])) for p in np.flatnonzero(~fits))

    def name(self, allele: int) -> str:
        """Return the name of an allele."""
        return self.gene.alleles[allele].name


@dataclass(frozen=True)
class HaplotypeCall:
    """What one copy of a gene is called.

    Parameters
    ----------
    match
        ``exact``, ``combination``, ``partial``, or blank where nothing fits.
    name
        Of the allele or combination; blank where nothing fits.
    readings
        Alleles whose function the copy may have; one where that is settled.
    alleles
        Every allele whose variants the copy carries.
    unexplained
        (position, number) of what no such allele explains.
    is_abolished
        Whether one of the alleles makes no product, which settles the function
        whatever else the copy carries.
    """

    match: str
    name: str
    readings: tuple[int, ...]
    alleles: tuple[int, ...]
    unexplained: frozenset[tuple[int, int]] = frozenset()
    is_abolished: bool = False


def make_matcher(gene: Gene) -> Matcher:
    """Turn a gene's definitions into arrays.

    Raises
    ------
    ValueError
        If the reference allele is not among the alleles: a mistake of the reader.
    """
    names = [allele.name for allele in gene.alleles]
    reference_index = names.index(usual_allele(gene))
    n_numbers = max((len(p.sequences) for p in gene.positions), default=1)
    shape = (len(names), len(gene.positions), n_numbers + 2)
    fits = np.zeros(shape, bool)
    for number in range(n_numbers):
        fits[:, :, number] = (gene.allowed >> np.uint64(number)) & np.uint64(1)
    is_shown = ~np.array([a.is_structural for a in gene.alleles], bool)
    is_shown &= (gene.allowed != 0).all(axis=1) | (len(gene.positions) == 0)
    fits[~is_shown] = False
    fits[is_shown, :, -1] = True
    reference = fits[reference_index, :, :-2].argmax(axis=1).astype(np.int8)
    order = sorted(range(len(names)), key=lambda index: natural_key(names[index]))
    rank = np.empty(len(names), np.int64)
    rank[order] = np.arange(len(names))
    extra = fits[:, :, :-2] & ~fits[reference_index][None, :, :-2]
    is_rebased = names[reference_index] != gene.reference
    cores, extended = [], []
    for index, allele in enumerate(gene.alleles):
        core = allele.core if is_shown[index] else frozenset()
        if is_shown[index] and is_rebased:
            core = _distance(gene.allowed[index], gene.allowed[reference_index])
        places, numbers = np.nonzero(extra[index])
        may = zip(places.tolist(), numbers.tolist(), strict=True)
        cores.append(core)
        extended.append(core | frozenset(may) if core else frozenset())
    return Matcher(
        gene=gene,
        fits=fits,
        reference=reference,
        rank=rank,
        reference_index=reference_index,
        cores=tuple(cores),
        extended=tuple(extended),
        rivals=_rivals(fits, cores),
        explained=_explained(cores, extended),
    )


def usual_allele(gene: Gene) -> str:
    """Return the allele that missing positions are first taken to be of.

    Where a source describes alleles against the one that happens to be in the genome's
    build (CYP2C19*38 in GRCh38), nomenclature describes them against ``*1``.
    """
    names = {allele.name for allele in gene.alleles}
    return "*1" if "*1" in names else gene.reference


def _distance(row: Words, reference: Words) -> frozenset[tuple[int, int]]:
    """Return what an allele must carry and the reference allele must not."""
    return frozenset(
        (place, (bits & -bits).bit_length() - 1)
        for place, (bits, usual) in enumerate(
            zip(row.tolist(), reference.tolist(), strict=True)
        )
        if bits and not bits & usual
    )


def _explained(
    cores: list[frozenset[tuple[int, int]]],
    extended: list[frozenset[tuple[int, int]]],
) -> tuple[frozenset[int], ...]:
    return tuple(
        frozenset(
            other
            for other, smaller in enumerate(cores)
            if smaller and smaller <= mine and not core <= smaller
        )
        for core, mine in zip(cores, extended, strict=True)
    )


def _rivals(
    fits: Flags, cores: list[frozenset[tuple[int, int]]]
) -> dict[int, tuple[int, ...]]:
    """Find alleles that some one copy fits together with a more specific one."""
    rivals: dict[int, tuple[int, ...]] = {}
    for mine, core in enumerate(cores):
        above = [index for index, other in enumerate(cores) if core < other]
        overlap = (fits[above, :, :-2] & fits[mine][None, :, :-2]).any(axis=2)
        both = overlap.all(axis=1)
        if both.any():
            rivals[mine] = tuple(np.array(above)[both].tolist())
    return rivals


def call_haplotype(matcher: Matcher, content: Content) -> HaplotypeCall:
    """Name one copy of a gene without missing positions.

    Parameters
    ----------
    matcher
        Of the gene.
    content
        Allele number at each position.

    Notes
    -----
    An allele that allows every position is exact; of several, the one with most core
    variants. Else the alleles whose core variants the copy carries are a combination;
    one is left out where another one explains its variants too. A product that one
    variant abolishes stays abolished, so a component of no function settles the
    function of the copy; PharmVar names alleles by their most damaging variant
    (Gaedigk 2018, doi 10.1002/cpt.910). Where alleles have activity values, the
    lowest of a copy counts, as CPIC does for DPYD (Amstutz 2018, PMID 29152729).
    """
    key = content.tobytes()
    if key not in matcher.memory:
        matcher.memory[key] = _call_haplotype(matcher, content)
    return matcher.memory[key]


def _call_haplotype(matcher: Matcher, content: Content) -> HaplotypeCall:
    exact = np.flatnonzero(matcher.fit(content).all(axis=1)).tolist()
    if exact:
        sizes = {index: len(matcher.cores[index]) for index in exact}
        best = [index for index in exact if sizes[index] == max(sizes.values())]
        best.sort(key=lambda index: matcher.rank[index])
        return HaplotypeCall("exact", matcher.name(best[0]), tuple(best), (best[0],))
    carried = frozenset(
        (place, int(number)) for place, number in enumerate(content.tolist())
    )
    components = contained_alleles(matcher, carried)
    explained: frozenset[tuple[int, int]] = frozenset()
    explained = explained.union(*(matcher.extended[index] for index in components))
    unexplained = matcher.variants(content) - explained
    if not components:
        return HaplotypeCall("", "", (), (), unexplained)
    readings, is_abolished = count_function(matcher.gene, components)
    match = "partial" if unexplained else "combination"
    if len(components) == 1 or is_abolished:
        name = matcher.name(readings[0])
    else:
        name = join_combination(matcher.name(index) for index in components)
    return HaplotypeCall(match, name, readings, components, unexplained, is_abolished)


def contained_alleles(
    matcher: Matcher, carried: frozenset[tuple[int, int]]
) -> tuple[int, ...]:
    """Return the alleles whose core a copy carries, without those another explains."""
    found = [
        index
        for index, core in enumerate(matcher.cores)
        if core and index != matcher.reference_index and core <= carried
    ]
    covered: frozenset[int] = frozenset()
    covered = covered.union(*(matcher.explained[index] for index in found))
    # Two alleles that explain each other leave both.
    kept = [index for index in found if index not in covered] or found
    return tuple(sorted(kept, key=lambda index: matcher.rank[index]))


def has_no_function(gene: Gene, allele: int) -> bool:
    """Say whether an allele makes no working product."""
    named = gene.alleles[allele]
    return named.activity == 0 or named.function.strip().casefold() == "no function"


def counts_lowest(gene: Gene) -> bool:
    """Say whether the lowest activity value of a copy's components counts."""
    return any(allele.activity is not None for allele in gene.alleles)


def count_function(
    gene: Gene, alleles: tuple[int, ...]
) -> tuple[tuple[int, ...], bool]:
    """Return the alleles of a copy whose function counts, and if one abolishes it."""
    silent = [index for index in alleles if has_no_function(gene, index)]
    if silent:
        return (silent[0],), True
    activities = [gene.alleles[index].activity for index in alleles]
    if None not in activities:
        known = [value for value in activities if value is not None]
        return (alleles[known.index(min(known))],), False
    return alleles, False


def name_variants(
    gene: Gene,
    variants: Iterable[tuple[int, int]],
    *,
    others: tuple[tuple[str, ...], ...],
) -> list[str]:
    """Spell variants for a reader: ``10:94781859 G>A``.

    Parameters
    ----------
    gene
        With its positions.
    variants
        (position, number), numbers from
        :data:`~genostrat.pgx.matching.lines.FIRST_OTHER` on being sequences of
        `others`.
    others
        Labels of undefined sequences at each position.
    """
    names = []
    for place, number in sorted(variants):
        position = gene.positions[place]
        if number >= FIRST_OTHER:
            labels = others[place]
            label = labels[min(number - FIRST_OTHER, len(labels) - 1)]
            names.append(f"{position.contig}:{label}")
        else:
            alt = position.sequences[number]
            ref = position.ref
            names.append(f"{position.name} {ref}>{alt}" if number else position.name)
    return names
