"""Genotypes of every judged variant, counted by group of samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Flags, Floats, Integers, Words
from genostrat.genotypes.blocks import count_variants, map_blocks
from genostrat.genotypes.builds import AUTOSOMES
from genostrat.genotypes.group_counts import count_flags_by_group, pack_flags
from genostrat.genotypes.store import Contig, Store

#: Rows read at once.
BLOCK_ROWS = 512


@dataclass(frozen=True)
class GroupedCounts:
    """Genotype counts by group and variant; arrays (n_groups, n_variants).

    Parameters
    ----------
    groups
        Names, in the order of the first axis.
    group_sizes
        Samples of each group, shape (n_groups,).
    n_missing
        Missing calls of all samples of a group.
    n_typed, n_het, n_hom_alt
        Calls of samples with two copies: everybody on autosomes, women on chrX.
    """

    groups: tuple[str, ...]
    group_sizes: Integers
    n_missing: Integers
    n_typed: Integers
    n_het: Integers
    n_hom_alt: Integers

    def of(self, group: str) -> tuple[Integers, Integers, Integers]:
        """Return the homozygous reference, het and homozygous alternate of a group."""
        row = self.groups.index(group)
        het, alt = self.n_het[row], self.n_hom_alt[row]
        return self.n_typed[row] - het - alt, het, alt

    @property
    def missing_rates(self) -> Floats:
        """Share of missing calls by group and variant; NaN in a group of nobody."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.n_missing / self.group_sizes[:, np.newaxis]


def judged_contigs(store: Store) -> list[Contig]:
    """Return the contigs whose variants are judged: the autosomes and chrX."""
    return [c for c in store.contigs if c.name in (*AUTOSOMES, "X")]


def count_by_group(
    store: Store,
    masks: Mapping[str, Flags],
    *,
    has_two_x: Flags,
    threads: int = 1,
) -> GroupedCounts:
    """Count the genotypes of every variant of the autosomes and chrX by group.

    Parameters
    ----------
    store
        The genotypes.
    masks
        Group → which samples are in it, length n_samples.
    has_two_x
        Samples with two X chromosomes.
    threads
        Blocks of variants counted at once; changes no result.
    """
    stacked = np.stack(list(masks.values()))
    packed, on_x = pack_flags(stacked), pack_flags(stacked & has_two_x)
    parts = []
    for contig in judged_contigs(store):
        two = on_x if contig.name == "X" else packed
        parts.append(_count_contig(contig, packed, two, stacked, has_two_x, threads))
    empty = np.zeros((4, len(stacked), 0), np.int64)
    missing, typed, het, alt = np.concatenate([empty, *parts], axis=2)
    sizes = stacked.sum(axis=1).astype(np.int64)
    return GroupedCounts(tuple(masks), sizes, missing, typed, het, alt)


def _count_contig(
    contig: Contig,
    everybody: Words,
    with_two: Words,
    masks: Flags,
    has_two_x: Flags,
    threads: int,
) -> Integers:
    n_samples, n_variants = len(contig.samples), count_variants(contig)
    counted = masks & has_two_x if contig.name == "X" else masks
    sizes = counted.sum(axis=1).astype(np.int64)
    counts = np.zeros((4, len(masks), n_variants), np.int64)
    counts[1] = sizes[:, np.newaxis]

    def work(rows: slice, block: npt.NDArray[np.int8]) -> slice:
        block = block[:, :n_samples]
        flags = [block == 1, block == 2]
        counts[2:, :, rows] = count_flags_by_group(flags, with_two)
        if block.min() < 0:
            lost = [block < 0]
            counts[0, :, rows] = count_flags_by_group(lost, everybody)[0]
            counts[1, :, rows] -= count_flags_by_group(lost, with_two)[0]
        return rows

    for _ in map_blocks(contig, work, size=BLOCK_ROWS, threads=threads):
        pass
    return counts


def sample_call_rates(store: Store, left_out: Flags, *, threads: int = 1) -> Floats:
    """Return the call rate of every sample over autosomal variants.

    Parameters
    ----------
    store
        The genotypes.
    left_out
        Variants that do not count, in the order of :func:`count_by_group`.
    threads
        Blocks of variants counted at once.
    """
    n_missing = np.zeros(len(store.samples), np.int64)
    n_variants, done = 0, 0
    for contig in judged_contigs(store):
        stop = done + count_variants(contig)
        rows = np.flatnonzero(~left_out[done:stop])
        done = stop
        if contig.name == "X":
            continue
        n_variants += len(rows)
        blocks = map_blocks(
            contig,
            lambda _, block: (block < 0).sum(axis=0),
            size=BLOCK_ROWS,
            rows=rows,
            threads=threads,
        )
        for part in blocks:
            n_missing += part[: len(n_missing)]
    if not n_variants:
        return np.full(len(n_missing), np.nan)
    return 1 - n_missing / n_variants
