"""One pass over the store: genotypes by variant and group, and calls by sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Flags, Indices, Integers, Words
from genostrat.genotypes.blocks import map_blocks
from genostrat.genotypes.group_counts import count_flags_by_group, pack_flags
from genostrat.genotypes.store import Contig, Store
from genostrat.genotypes.tallies import (
    ABSENT,
    DELETION_HET,
    DELETION_HOM,
    HET,
    HOM_ALT,
    HOM_REF,
    INDEL,
    INDEL_RECORDS,
    INDELS,
    INSERTION_HET,
    INSERTION_HOM,
    LONGEST_INDEL,
    MNP,
    MNV_RECORDS,
    N_QUALITIES,
    N_SHARES,
    NO_ALT,
    OTHER,
    OTHER_RECORDS,
    RECORDS,
    SAME,
    SAMPLE_COUNTS,
    SINGLETONS,
    SNV,
    SNV_RECORDS,
    TI,
    TI_FIRST,
    TV,
    TV_FIRST,
    Tallies,
    bin_frequencies,
    bin_qualities,
)
from genostrat.variants.alleles import Alleles, describe_alleles

#: Rows read at once: their calls of a sample fit into one byte.
BLOCK_ROWS = 255


@dataclass(frozen=True)
class ContigCounts:
    """Genotypes of each variant of a contig; arrays (n_groups, n_variants)."""

    alleles: Alleles
    n_called: Integers
    n_het: Integers
    n_hom_alt: Integers


@dataclass(frozen=True)
class StoreCounts:
    """What one pass over a store counts.

    Parameters
    ----------
    groups
        Names of groups of samples, in the order of the first axis of the counts.
    sizes
        Samples of each group.
    contigs
        Counts by contig.
    tallies
        Of all samples, over the rows that stand for a whole record.
    """

    groups: list[str]
    sizes: list[int]
    contigs: dict[str, ContigCounts]
    tallies: Tallies


def count_store(
    store: Store,
    *,
    groups: Mapping[str, Flags],
    groups_on_x: Mapping[str, Flags] | None = None,
    irregular: Mapping[str, Integers] | None = None,
    threads: int = 1,
) -> StoreCounts:
    """Count the genotypes of a store.

    Parameters
    ----------
    store
        The genotypes.
    groups
        For each group, which samples are in it, length n_samples.
    groups_on_x
        The same groups as they count on chrX; as elsewhere if None.
    irregular
        For each contig, rows that are only a part of their record, or leave out a part
        of its calls. They are counted by group, and not in the tallies.
    threads
        Blocks of variants counted at once; changes no result.
    """
    tallies = Tallies.zeros(len(store.samples))
    masks = _stack(groups, n_samples=len(store.samples))
    on_x = _stack(groups_on_x or groups, n_samples=len(store.samples))
    contigs = {}
    for contig in store.contigs:
        rows = (irregular or {}).get(contig.name, np.array([], np.int64))
        own = on_x if contig.name == "X" else masks
        contigs[contig.name] = _count_contig(
            contig, own, rows, tallies, threads=threads
        )
    sizes = [int(size) for size in masks.sum(axis=1)]
    return StoreCounts(list(groups), sizes, contigs, tallies)


def _stack(groups: Mapping[str, Flags], *, n_samples: int) -> Flags:
    masks = np.zeros((len(groups), n_samples), bool)
    for number, mask in enumerate(groups.values()):
        masks[number] = mask
    return masks


def _count_contig(
    contig: Contig,
    masks: Flags,
    irregular: Integers,
    tallies: Tallies,
    *,
    threads: int,
) -> ContigCounts:
    alleles = describe_alleles(contig.variants)
    n_samples, n_variants = len(contig.samples), len(contig.variants)
    whole = np.ones(n_variants, bool)
    whole[irregular] = False
    classes = _class_rows(alleles, whole)
    groups = pack_flags(np.vstack([np.ones(n_samples, bool), masks]))

    def work(rows: slice, block: npt.NDArray[np.int8]) -> _BlockCounts:
        return _count_block(rows, block[:, :n_samples], classes[rows], groups)

    sizes = np.bitwise_count(groups).sum(axis=1, dtype=np.int64)
    counts = np.zeros((3, len(groups), n_variants), np.int64)
    for part in map_blocks(contig, work, size=BLOCK_ROWS, threads=threads):
        counts[: len(part.groups), :, part.rows] = part.groups
        tallies.samples[:] += part.samples
    n_het, n_hom_alt, n_missing = counts
    n_called = sizes[:, np.newaxis] - n_missing
    _tally_rows(contig, alleles, whole, (n_called[0], n_het[0], n_hom_alt[0]), tallies)
    return ContigCounts(alleles, n_called[1:], n_het[1:], n_hom_alt[1:])


class _BlockCounts(NamedTuple):
    """Of a block: places of its rows, counts by flag, group and row, and by sample."""

    rows: Indices
    groups: Integers
    samples: Integers


def _count_block(
    rows: slice,
    block: npt.NDArray[np.int8],
    classes: npt.NDArray[np.int8],
    groups: Words,
) -> _BlockCounts:
    # Rows of a class side by side, so that each class is a slice.
    order = np.argsort(classes, kind="stable")
    block = block[order]
    # Most blocks of a sequenced cohort have no missing genotype.
    missing = [block < 0] if block.min() < 0 else []
    flags = [block == 1, block == 2, *missing]
    counts = count_flags_by_group(flags, groups)
    samples = np.zeros((len(SAMPLE_COUNTS), block.shape[1]), np.int64)
    _count_samples(flags, classes[order], counts[:2, 0].sum(axis=0), samples)
    return _BlockCounts(rows.start + order, counts, samples)


#: Classes of rows by what bcftools counts of a sample's genotype there.
_TI, _TV, _INSERTION, _DELETION, _SAME, _UNCOUNTED, _PART = range(7)
#: For each class: where het, and where hom-alt genotypes are added.
_TARGETS: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {
    _TI: ((HET, TI), (HOM_ALT, TI)),
    _TV: ((HET, TV), (HOM_ALT, TV)),
    _INSERTION: ((INDELS, INSERTION_HET), (INDELS, INSERTION_HOM)),
    _DELETION: ((INDELS, DELETION_HET), (INDELS, DELETION_HOM)),
    _SAME: ((HET,), (HOM_ALT,)),
    _UNCOUNTED: ((), ()),
}


def _class_rows(alleles: Alleles, whole: Flags) -> npt.NDArray[np.int8]:
    classes = np.full(len(whole), _UNCOUNTED, np.int8)
    classes[alleles.kinds == SNV] = _TV
    classes[alleles.is_transition] = _TI
    indel = alleles.kinds == INDEL
    classes[indel] = np.where(alleles.lengths[indel] < 0, _DELETION, _INSERTION)
    classes[alleles.kinds == SAME] = _SAME
    classes[~whole] = _PART
    return classes


def _count_samples(
    flags: Sequence[Flags],
    classes: npt.NDArray[np.int8],
    n_carriers: Integers,
    samples: Integers,
) -> None:
    """Add the calls of each sample; `classes` are sorted."""
    het, hom_alt, *missing = flags
    starts = np.searchsorted(classes, range(_PART + 1))
    for number, targets in _TARGETS.items():
        rows = slice(starts[number], starts[number + 1])
        if rows.start == rows.stop:
            continue
        n_het, n_hom_alt = _count_down(het[rows]), _count_down(hom_alt[rows])
        n_missing = sum(_count_down(flag[rows]) for flag in missing)
        samples[ABSENT] += n_missing
        samples[HOM_REF] += rows.stop - rows.start - n_missing - n_het - n_hom_alt
        for counted, own in zip((n_het, n_hom_alt), targets, strict=True):
            for target in own:
                samples[target] += counted
    alone = (classes != _PART) & (n_carriers == 1)
    samples[SINGLETONS] += _count_down(het[alone]) + _count_down(hom_alt[alone])


def _count_down(flags: Flags) -> Integers:
    """Count the flags of each sample; no more than :data:`BLOCK_ROWS` rows."""
    return np.add.reduce(flags.view(np.uint8), axis=0, dtype=np.uint8).astype(np.int64)


def _tally_rows(
    contig: Contig,
    alleles: Alleles,
    whole: Flags,
    counts: tuple[Integers, ...],
    tallies: Tallies,
) -> None:
    """Add the rows that stand for a whole record.

    `counts` are of called, heterozygous and homozygous alternate genotypes.
    """
    kinds = alleles.kinds
    for kind, place in (
        (SAME, NO_ALT),
        (SNV, SNV_RECORDS),
        (MNP, MNV_RECORDS),
        (INDEL, INDEL_RECORDS),
        (OTHER, OTHER_RECORDS),
    ):
        tallies.records[place] += int((whole & (kinds == kind)).sum())
    tallies.records[RECORDS] += int(whole.sum())
    n_called, n_het, n_hom_alt = counts
    n_bins = tallies.frequencies.shape[1]
    bins = bin_frequencies(n_het + 2 * n_hom_alt, 2 * n_called, n_bins=n_bins)
    changed = whole & alleles.is_substitution
    indel = whole & (kinds == INDEL)
    transition = changed & alleles.is_transition
    transversion = changed & ~transition
    for row, chosen in enumerate((changed, transition, transversion, indel)):
        tallies.frequencies[row] += np.bincount(bins[chosen], minlength=n_bins)
    tallies.records[TI_FIRST] += int(transition.sum())
    tallies.records[TV_FIRST] += int(transversion.sum())
    types = 4 * alleles.ref_bases[changed].astype(np.int64) + alleles.alt_bases[changed]
    tallies.substitutions[:] += np.bincount(types, minlength=16)
    lengths = np.clip(alleles.lengths[indel], -LONGEST_INDEL, LONGEST_INDEL)
    tallies.lengths[0] += np.bincount(
        LONGEST_INDEL + lengths, minlength=tallies.lengths.shape[1]
    )
    called = whole & (n_called > 0)
    share = n_het[called].astype(np.float32) / n_called[called].astype(np.float32)
    places = (share * np.float32(N_SHARES - 1)).astype(np.int64)
    np.add.at(tallies.het_shares, (bins[called], places), 1)
    qualities = _read_qualities(contig)
    for row, chosen in enumerate((transition, transversion, indel)):
        places, numbers = np.unique(qualities[chosen], return_counts=True)
        tallies.qualities[row, places] += numbers


def _read_qualities(contig: Contig) -> Integers:
    """Return the bin of each variant's QUAL."""
    texts = contig.variants["quality"]
    if (texts == ".").all():
        return np.zeros(len(texts), np.int64)
    values = texts.where(texts != ".", "nan").astype(np.float64).to_numpy()
    bins = bin_qualities(values.astype(np.float32))
    return np.minimum(bins, N_QUALITIES - 1)
