"""Variants of a contig that are not linked to one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Flags, Indices, Integers, Words
from genostrat.genotypes.blocks import map_blocks
from genostrat.qc.components import pruning_kernels as kernels

if TYPE_CHECKING:
    from genostrat.genotypes.store import Contig

Packed = tuple[Words, Integers]

BLOCK_BYTES = 1 << 22


def choose_unlinked(
    contig: Contig,
    rows: Indices,
    *,
    window: int,
    step: int,
    max_r2: float,
    samples: Flags | None = None,
    threads: int = 1,
) -> Indices:
    """Return the variants that are left when linked ones are pruned.

    Parameters
    ----------
    contig
        A contig of the store.
    rows
        Variants to choose from, ascending.
    window, step
        Variants in a window, and variants by which it moves on.
    max_r2
        Of two variants in a window with a higher r², one goes.
    samples
        Which samples r² and frequencies are taken over, a mask; all of them if None.
    threads
        Blocks of variants packed at once.

    Notes
    -----
    The rule of PLINK 1.9 and of plink2 ``--indep-pairwise`` (``--indep-order 1`` where
    that exists), with the same result: of two linked variants the one with the rarer
    minor allele goes, among equals the later one. r² is the squared correlation of
    allele counts over the samples that have both. Variants that do not vary go, too.
    Memory holds one window, whatever the length of the contig.
    """
    n_samples = len(contig.samples) if samples is None else int(np.sum(samples))
    n_words = -(-n_samples // 64)

    def pack(_: slice, block: npt.NDArray[np.int8]) -> Packed:
        planes = np.empty((len(block), 2, n_words), np.uint64)
        sums = np.empty((len(block), 3), np.int64)
        kernels.pack_variants(block.view(np.uint64), n_samples, planes, sums)
        return planes, sums

    pruner = _Pruner(len(rows), n_samples, window=window, step=step, max_r2=max_r2)
    for planes, sums in map_blocks(
        contig,
        pack,
        size=max(step, BLOCK_BYTES // max(n_samples, 1)),
        rows=rows,
        samples=samples,
        threads=threads,
    ):
        pruner.add(planes, sums)
    return rows[pruner.kept]


class _Pruner:
    """Slides a window over packed variants.

    Parameters
    ----------
    n_variants, n_samples
        What is to come.
    window, step, max_r2
        As for :func:`choose_unlinked`.
    """

    def __init__(
        self, n_variants: int, n_samples: int, *, window: int, step: int, max_r2: float
    ) -> None:
        self.kept = np.zeros(n_variants, bool)
        self._n_samples = n_samples
        self._window, self._step = window, step
        self._limit = max_r2 * (1 + kernels.EPSILON)
        self._start, self._loaded = 0, 0
        self._planes = np.empty((0, 2, -(-n_samples // 64)), np.uint64)
        self._sums = np.empty((0, 3), np.int64)
        self._numbers, self._unchecked = np.empty((2, 0), np.int64)

    def add(self, planes: Words, sums: Integers) -> None:
        """Add variants, and prune every window that they complete."""
        numbers = np.arange(self._loaded, self._loaded + len(sums))
        self._loaded += len(sums)
        called, total, squares = sums.T
        varies = (squares > 0) & (np.abs(total) < called)
        self.kept[numbers] = varies
        self._planes = np.concatenate([self._planes, planes[varies]])
        self._sums = np.concatenate([self._sums, sums[varies]])
        self._numbers = np.concatenate([self._numbers, numbers[varies]])
        self._unchecked = np.concatenate([self._unchecked, numbers[varies] + 1])
        window = (self._start, self._loaded, self._window)
        self._start = kernels.slide_window(
            self._planes,
            self._sums,
            self._n_samples,
            self._numbers,
            self._unchecked,
            self.kept,
            window,
            self._step,
            self._limit,
        )
        stays = self.kept[self._numbers] & (self._numbers >= self._start)
        self._planes, self._sums = self._planes[stays], self._sums[stays]
        self._numbers, self._unchecked = self._numbers[stays], self._unchecked[stays]
