"""KING-robust kinship of every pair of samples, with its standard error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Floats, Indices, Integers
from genostrat.genotypes.blocks import map_blocks, pad_block
from genostrat.genotypes.store import Store
from genostrat.qc.relatedness.pairs import (
    PackedBlock,
    PairCounter,
    Segment,
    block_size,
    king,
    pack_block,
    pack_segments,
)

#: Memory for the counts of pairs.
MAX_COUNT_BYTES = 1 << 28
#: Pairs whose counts in every block are held at once, 20 bytes a block.
PAIRS_AT_ONCE = 20_000


def estimate_kinship(
    blocks: Iterable[npt.NDArray[np.int8]], *, n_samples: int
) -> tuple[Floats, Floats, Integers]:
    """Estimate the kinship of every pair of samples.

    Parameters
    ----------
    blocks
        Genotypes of autosomal SNVs, int8 (n_variants, n_samples), −9 missing.
    n_samples
        Number of samples.

    Returns
    -------
    kinship, ibs0, n_sites
        Matrices (n_samples, n_samples): kinship (NaN without heterozygous calls), share
        of sites where the two are opposite homozygotes, and sites called in both. The
        diagonal is that of a sample with itself.

    Notes
    -----
    The between-family estimator of Manichaikul 2010 (doi 10.1093/bioinformatics/btq559,
    equation 11), as plink2 ``--make-king-table`` computes it:
    φ = ½ − (4·N_AA,aa + N_het1,hom2 + N_hom1,het2) / (4·min(N_het1, N_het2)), over
    sites called in both. For cohorts: :func:`find_pairs` needs no matrices.
    """
    counter = PairCounter(n_samples, rows=slice(0, n_samples), complete=False)
    for block in blocks:
        counter.add(pack_block(pad_block(block), n_samples=n_samples))
    counter.flush()
    kinship, ibs0 = np.zeros((2, n_samples, n_samples))
    n_sites = np.zeros((n_samples, n_samples), np.int64)
    for row in range(n_samples):
        later = slice(row + 1, None)
        values = counter.estimate(row)
        for matrix, value in zip((kinship, ibs0, n_sites), values, strict=True):
            matrix[row, later] = matrix[later, row] = value
    kinship[np.diag_indices(n_samples)] = np.where(counter.n_het > 0, 0.5, np.nan)
    n_sites[np.diag_indices(n_samples)] = counter.n_variants - counter.n_lost
    return kinship, ibs0, n_sites


@dataclass(frozen=True)
class KinshipPairs:
    """Pairs of samples with their kinship; arrays of length n_pairs.

    Parameters
    ----------
    samples
        Places of the two samples in the store, the earlier first: (n_pairs, 2).
    kinship, ibs0, n_sites
        As :func:`estimate_kinship` says.
    """

    samples: Indices
    kinship: Floats
    ibs0: Floats
    n_sites: Integers


def find_pairs(
    store: Store,
    *,
    min_kinship: float,
    min_sites: int = 1,
    rows: Mapping[str, Indices] | None = None,
    complete: bool = False,
    threads: int = 1,
    max_bytes: int = MAX_COUNT_BYTES,
) -> KinshipPairs:
    """Find the pairs of samples whose kinship reaches a bound.

    Parameters
    ----------
    store
        The genotypes.
    min_kinship, min_sites
        What a pair must reach, and on how many sites called in both.
    rows
        Which variants of which autosome; all of them if None.
    complete
        Whether it is known that none of their genotypes is missing.
    threads
        Blocks of variants packed, or tiles of pairs compared, at once.
    max_bytes
        Memory for the counts of pairs. Where those of all pairs take more, pairs are
        counted in several passes over the genotypes.

    Notes
    -----
    The estimator of :func:`estimate_kinship`. A pair takes 8 bytes without missing
    genotypes and 20 with; 256 MB hold all pairs of 8,000 or 5,000 samples. A block of
    genotypes takes up to 32 MB, its planes a fifth of that, for each thread.
    """
    n_samples = len(store.samples)
    found: list[tuple[npt.NDArray[Any], ...]] = []
    start = 0
    with ThreadPoolExecutor(max(1, threads)) as executor:
        while start < n_samples - 1:
            per_row = 4 * (2 if complete else 5) * (n_samples - start)
            stop = min(n_samples, start + max(2, max_bytes // per_row))
            counter = PairCounter(
                n_samples, rows=slice(start, stop), complete=complete, executor=executor
            )
            for block in _pack_store(store, rows, threads, executor):
                counter.add(block)
            counter.flush()
            found += _select(counter, min_kinship=min_kinship, min_sites=min_sites)
            start = stop
    if not found:
        nothing = np.empty(0)
        return KinshipPairs(
            np.empty((0, 2), np.intp), nothing, nothing, np.empty(0, np.int64)
        )
    one, two, *values = (np.concatenate(column) for column in zip(*found, strict=True))
    return KinshipPairs(np.column_stack([one, two]), *values)


def _pack_store(
    store: Store,
    rows: Mapping[str, Indices] | None,
    threads: int,
    executor: ThreadPoolExecutor,
) -> Iterator[PackedBlock]:
    n_samples = len(store.samples)

    def work(_: slice, block: npt.NDArray[np.int8]) -> PackedBlock:
        return pack_block(block, n_samples=n_samples)

    for contig in store.autosomes:
        yield from map_blocks(
            contig,
            work,
            size=block_size(n_samples),
            rows=None if rows is None else rows[contig.name],
            threads=threads,
            executor=executor,
        )


def _select(
    counter: PairCounter, *, min_kinship: float, min_sites: int
) -> Iterator[tuple[npt.NDArray[Any], ...]]:
    for row in range(counter.rows.start, min(counter.rows.stop, counter.n_samples - 1)):
        kinship, ibs0, n_sites = counter.estimate(row)
        with np.errstate(invalid="ignore"):
            high = np.flatnonzero((kinship >= min_kinship) & (n_sites >= min_sites))
        one = np.full(len(high), row, np.intp)
        yield one, row + 1 + high, kinship[high], ibs0[high], n_sites[high]


def jackknife_errors(
    genotypes: Iterable[npt.NDArray[np.int8]],
    pairs: Indices,
    *,
    blocks: Integers,
) -> Floats:
    """Return the standard error of some pairs' kinship, from leaving out each block.

    Parameters
    ----------
    genotypes
        As for :func:`estimate_kinship`.
    pairs
        Places of the samples, shape (n_pairs, 2).
    blocks
        Block of each site in turn, from 0 on, not falling.

    Notes
    -----
    Delete-one jackknife over blocks (Künsch 1989, doi 10.1214/aos/1176347265).
    """

    def pack() -> Iterator[Segment]:
        start = 0
        for part in genotypes:
            own = blocks[start : start + len(part)]
            yield from pack_segments(pad_block(part), own, n_samples=part.shape[1])
            start += len(part)

    counts = _count_blocks(pack(), pairs, n_blocks=int(blocks.max(initial=0)) + 1)
    return _jackknife(counts)


def measure_pairs(
    store: Store,
    rows: Mapping[str, Indices],
    pairs: Indices,
    blocks: Integers,
    *,
    threads: int,
) -> tuple[KinshipPairs, Floats]:
    """Return the kinship of some pairs, and its standard error.

    Parameters
    ----------
    store
        The genotypes.
    rows
        Which variants of which autosome.
    pairs, blocks
        As for :func:`jackknife_errors`.
    threads
        Blocks of variants worked on at once.

    Notes
    -----
    The genotypes are read as often as memory asks.
    """
    n_samples, n_blocks = len(store.samples), int(blocks.max(initial=0)) + 1

    def pack() -> Iterator[Segment]:
        start = 0
        for contig in store.autosomes:
            own = blocks[start : start + len(rows[contig.name])]
            start += len(own)

            def work(
                at: slice,
                block: npt.NDArray[np.int8],
                own: Integers = own,
            ) -> list[Segment]:
                return pack_segments(block, own[at], n_samples=n_samples)

            for segments in map_blocks(
                contig,
                work,
                size=block_size(n_samples),
                rows=rows[contig.name],
                threads=threads,
            ):
                yield from segments

    errors, totals = [np.empty(0)], [np.empty((5, 0), np.int64)]
    for low in range(0, len(pairs), PAIRS_AT_ONCE):
        some = pairs[low : low + PAIRS_AT_ONCE]
        counts = _count_blocks(pack(), some, n_blocks=n_blocks)
        errors.append(_jackknife(counts))
        totals.append(counts.sum(axis=1, dtype=np.int64))
    *of_king, n_called = np.concatenate(totals, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        ibs0 = of_king[1] / n_called
    found = KinshipPairs(pairs, king(*of_king), ibs0, n_called)
    return found, np.concatenate(errors)


def _count_blocks(
    segments: Iterable[Segment], pairs: Indices, *, n_blocks: int
) -> npt.NDArray[np.int32]:
    """Count each block's variants as :meth:`Segment.count` does: (5, blocks, pairs)."""
    counts = np.zeros((5, n_blocks, len(pairs)), np.int32)
    for segment in segments:
        counts[:, segment.block] += segment.count(pairs)
    return counts


def _jackknife(counts: npt.NDArray[np.int32]) -> Floats:
    of_king, n_blocks = counts[:4], counts.shape[1]
    totals = of_king.sum(axis=1, dtype=np.int64)
    without = np.array(
        [king(*(totals - of_king[:, block])) for block in range(n_blocks)]
    )
    deviation = without - without.mean(axis=0)
    spread = (deviation**2).sum(axis=0)
    errors: Floats = np.sqrt((n_blocks - 1) / n_blocks * spread)
    return errors
