"""Genotype counts of every pair of samples, in tiles of rows that fit in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genostrat.arrays import AnyIntegers, Bytes, Flags, Floats, Indices, Integers, Words
from genostrat.qc.relatedness import pair_kernels as kernels

#: A list costs its length squared, planes cost the square of the number of samples;
#: the two take the same time where about this share of the samples is listed.
LISTED_SHARE = 1 / 20
#: Packed variants are compared when so many words, or so many list entries, wait.
FLUSH_WORDS = 256
FLUSH_ENTRIES = 1 << 20
#: A block of genotypes, one byte each.
BLOCK_BYTES = 1 << 25
MAX_BLOCK_VARIANTS = 8192
#: Samples whose pairs one thread works on at a time; even.
ROWS_AT_ONCE = 16


@dataclass(frozen=True)
class PackedBlock:
    """Variants of a block, packed for comparison.

    Parameters
    ----------
    complete, holed
        Planes (n_planes, n_words, n_samples) of the variants without and with missing
        genotypes.
    starts, samples, marks
        Lists of the samples that differ from the commonest homozygote, one list a
        variant.
    n_het, n_lost, n_rare
        Of each sample: heterozygous and missing genotypes, and rarer homozygotes in
        the lists.
    n_variants
        All variants of the block.
    """

    complete: Words
    holed: Words
    starts: Integers
    samples: npt.NDArray[np.int32]
    marks: Bytes
    n_het: Integers
    n_lost: Integers
    n_rare: Integers
    n_variants: int


def pack_block(block: npt.NDArray[np.int8], *, n_samples: int) -> PackedBlock:
    """Pack a block of genotypes.

    Parameters
    ----------
    block
        Genotypes, int8 of shape (n_variants, width), −9 missing; see
        :func:`genostrat.genotypes.blocks.map_blocks`.
    n_samples
        Columns that are samples.
    """
    lost, het, alt = (np.empty(len(block), np.int64) for _ in range(3))
    words = block.view(np.uint64)
    kernels.summarise_rows(words, lost, het, alt)
    ref = n_samples - lost - het - alt
    n_listed = n_samples - np.maximum(ref, alt)
    short = n_listed <= LISTED_SHARE * n_samples
    rows = np.flatnonzero(short)
    starts = np.zeros(len(rows) + 1, np.int64)
    samples = np.empty(n_listed[rows].sum(), np.int32)
    marks = np.empty(len(samples), np.uint8)
    flips = (alt > ref)[rows]
    kernels.list_rows(words, rows, flips, n_samples, starts, samples, marks)
    complete = pack_planes(block, ~short & (lost == 0), n_samples=n_samples, n_planes=2)
    holed = pack_planes(block, ~short & (lost > 0), n_samples=n_samples, n_planes=3)
    listed = [
        np.bincount(samples[marks == mark], minlength=n_samples) for mark in range(3)
    ]
    packed_het = _count_bits(complete[kernels.HET]) + _count_bits(holed[kernels.HET])
    return PackedBlock(
        complete,
        holed,
        starts,
        samples,
        marks,
        n_het=listed[kernels.HET] + packed_het,
        n_lost=listed[kernels.LOST] + _count_bits(holed[kernels.LOST]),
        n_rare=listed[kernels.ALT],
        n_variants=len(block),
    )


def pack_planes(
    block: npt.NDArray[np.int8],
    chosen: Flags,
    *,
    n_samples: int,
    n_planes: int,
) -> Words:
    """Pack some variants of a block, bit by bit: (n_planes, n_words, n_samples)."""
    rows = np.flatnonzero(chosen)
    n_words = -(-len(rows) // kernels.WORD)
    planes = np.zeros((n_planes, n_words, n_samples), np.uint64)
    kernels.pack_rows(block, rows, planes)
    return planes


def _count_bits(plane: Words) -> Integers:
    return np.bitwise_count(plane).sum(axis=0, dtype=np.int64)


class PairCounter:
    """Counts of the pairs of some samples with all later ones.

    Parameters
    ----------
    n_samples
        Samples of the cohort.
    rows
        The earlier samples of the pairs; together with another counter's, they make
        all pairs of a cohort that is too large for one.
    complete
        Whether it is known that no genotype is missing: this saves the memory of three
        counts of five.
    executor
        Whose threads work on the rows; the calling one if None.
    """

    def __init__(
        self,
        n_samples: int,
        *,
        rows: slice,
        complete: bool,
        executor: ThreadPoolExecutor | None = None,
    ) -> None:
        self.rows = rows
        self.n_samples = n_samples
        n_kinds = kernels.N_COMPLETE if complete else kernels.N_HOLED
        # Rows and columns are worked on in twos.
        shape = (n_kinds, _even(rows.stop - rows.start), _even(n_samples - rows.start))
        self.counts = np.zeros(shape, np.int32)
        self.n_het, self.n_lost, self.n_rare = np.zeros((3, n_samples), np.int64)
        self.n_variants = 0
        self._map: Callable[..., Iterable[None]] = executor.map if executor else map
        self._waiting: list[PackedBlock] = []

    def add(self, block: PackedBlock) -> None:
        """Add variants; they are compared when enough of them wait."""
        self._waiting.append(block)
        self.n_het += block.n_het
        self.n_lost += block.n_lost
        self.n_rare += block.n_rare
        self.n_variants += block.n_variants
        n_words = sum(b.complete.shape[1] + b.holed.shape[1] for b in self._waiting)
        n_entries = sum(len(b.samples) for b in self._waiting)
        if n_words >= FLUSH_WORDS or n_entries >= FLUSH_ENTRIES:
            self.flush()

    def flush(self) -> None:
        """Compare the variants that wait."""
        blocks, self._waiting = self._waiting, []
        if not blocks:
            return
        origin, n_rows = self.rows.start, self.rows.stop - self.rows.start
        counts = self.counts
        complete = self._gather([block.complete for block in blocks])
        holed = self._gather([block.holed for block in blocks])
        lists = _join_lists(blocks, n_samples=self.n_samples)

        def work(low: int) -> None:
            high = min(low + ROWS_AT_ONCE, n_rows)
            kernels.add_complete(counts, low, _even(high), *complete)
            if holed.shape[2]:
                kernels.add_holed(counts, low, high, *holed)
            kernels.add_listed(counts, origin, origin + low, origin + high, *lists)

        for _ in self._map(work, range(0, n_rows, ROWS_AT_ONCE)):
            pass

    def _gather(self, planes: list[Words]) -> Words:
        """Join planes and give each sample its own row, from the first row on."""
        joined = np.concatenate(planes, axis=1)[:, :, self.rows.start :]
        n_planes, n_words, n_samples = joined.shape
        # Whole vectors of four words; words that are zero count nothing.
        shape = (n_planes, _even(n_samples), -(-n_words // 4) * 4)
        out = np.zeros(shape, np.uint64)
        out[:, :n_samples, :n_words] = joined.transpose(0, 2, 1)
        return out

    def estimate(self, row: int) -> tuple[Floats, Floats, Integers]:
        """Return kinship, IBS0 and sites called in both, of a sample with later ones.

        Notes
        -----
        See :func:`genostrat.qc.relatedness.kinship.estimate_kinship`.
        """
        later = slice(row + 1, self.n_samples)
        r, c = row - self.rows.start, slice(row + 1 - self.rows.start, None)
        n_later = self.n_samples - row - 1
        counts = self.counts[:, r, c][:, :n_later].astype(np.int64)
        ibs0 = counts[kernels.IBS0] + self.n_rare[row] + self.n_rare[later]
        het_one = np.full(n_later, self.n_het[row])
        het_two = self.n_het[later]
        called = np.full(n_later, self.n_variants)
        if len(counts) == kernels.N_HOLED:
            het_one = het_one - counts[kernels.HET_LOST]
            het_two = het_two - counts[kernels.LOST_HET]
            lost = self.n_lost[row] + self.n_lost[later]
            called = called - lost + counts[kernels.LOST_LOST]
        kinship = king(counts[kernels.HETHET], ibs0, het_one, het_two)
        with np.errstate(invalid="ignore", divide="ignore"):
            return kinship, ibs0 / called, called


@dataclass(frozen=True)
class Segment:
    """Consecutive variants of one jackknife block, packed.

    Parameters
    ----------
    block
        Number of the block.
    planes
        Shape (3, n_samples, n_words).
    n_variants
        How many they are.
    """

    block: int
    planes: Words
    n_variants: int

    def count(self, pairs: Indices) -> npt.NDArray[np.int32]:
        """Count variants of pairs, among those called in both, shape (5, n_pairs).

        Both heterozygous, opposite homozygotes, heterozygous in one, in two, all.
        """
        ones, twos = (np.ascontiguousarray(column) for column in pairs.T)
        counts = np.empty((kernels.N_HOLED, len(pairs)), np.int32)
        kernels.count_listed_pairs(self.planes, ones, twos, counts)
        hethet, ibs0, het_lost, lost_het, both_lost = counts
        n_het, n_lost = (
            np.bitwise_count(self.planes[plane]).sum(axis=1, dtype=np.int32)
            for plane in (kernels.HET, kernels.LOST)
        )
        n_called = self.n_variants - n_lost[ones] - n_lost[twos] + both_lost
        n_het_one, n_het_two = n_het[ones] - het_lost, n_het[twos] - lost_het
        return np.array([hethet, ibs0, n_het_one, n_het_two, n_called], np.int32)


def pack_segments(
    block: npt.NDArray[np.int8], numbers: Integers, *, n_samples: int
) -> list[Segment]:
    """Pack the variants of each jackknife block within a block of genotypes."""
    segments = []
    for number in np.unique(numbers):
        chosen = numbers == number
        planes = pack_planes(block, chosen, n_samples=n_samples, n_planes=3)
        rows = np.ascontiguousarray(planes.transpose(0, 2, 1))
        segments.append(Segment(int(number), rows, int(chosen.sum())))
    return segments


def block_size(n_samples: int) -> int:
    """Return how many variants to pack at once."""
    return max(64, min(MAX_BLOCK_VARIANTS, BLOCK_BYTES // max(n_samples, 1)))


def king(
    hethet: Integers, ibs0: Integers, het_one: Integers, het_two: Integers
) -> Floats:
    """Return KING-robust kinship of pairs from their counts; NaN without het calls."""
    one_het = het_one + het_two - 2 * hethet
    with np.errstate(invalid="ignore", divide="ignore"):
        kinship = 0.5 - (4 * ibs0 + one_het) / (4 * np.minimum(het_one, het_two))
    return np.where(np.minimum(het_one, het_two) > 0, kinship, np.nan)


def _even(number: int) -> int:
    return number + number % 2


def _join_lists(
    blocks: list[PackedBlock], *, n_samples: int
) -> tuple[AnyIntegers, ...]:
    """Join the lists of some blocks, and index them by sample."""
    samples = np.concatenate([block.samples for block in blocks])
    marks = np.concatenate([block.marks for block in blocks])
    sizes = np.concatenate([np.diff(block.starts) for block in blocks])
    starts = np.concatenate([[0], np.cumsum(sizes)])
    first = np.zeros(n_samples + 1, np.int64)
    entries, stops = np.empty((2, len(samples)), np.int64)
    kernels.sort_by_sample(starts, samples, first, entries, stops)
    return first, entries, stops, samples, marks
