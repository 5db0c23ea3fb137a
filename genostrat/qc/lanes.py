"""Counts of a block of genotypes, eight genotypes to a 64-bit word.

numpy alone: loading a compiler takes longer than counting a cohort.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Bytes, Floats, Integers, Words
from genostrat.genotypes.kinds import OTHER, TRANSITION, TRANSVERSION

ONE = np.uint64(0x0101010101010101)
BYTE = np.uint64(0xFF)
#: Bytes, each at most 2, that can be added before a sum runs over.
AT_ONCE = 127


@dataclass(frozen=True)
class BlockCounts:
    """Counts of one block.

    Parameters
    ----------
    sites
        n_called, n_het, n_hom_alt: shape (3, n_variants).
    samples
        n_called, n_het, n_hom_alt, n_singleton, n_ti, n_tv and heterozygous SNVs: shape
        (7, n_samples).
    expected
        Heterozygous SNVs expected, length n_samples.
    """

    sites: Integers
    samples: Integers
    expected: Floats


def count_block(
    block: npt.NDArray[np.int8], kinds: Bytes, *, n_samples: int
) -> BlockCounts:
    """Count a block by variant and by sample.

    Parameters
    ----------
    block
        Genotypes, int8 of shape (n_variants, width), −9 missing. The width is a
        multiple of 8, and columns from `n_samples` on are 0.
    kinds
        Transition, transversion or neither, as
        :func:`genostrat.genotypes.kinds.read_kinds` says.
    n_samples
        Columns that are samples.

    Notes
    -----
    0, 1, 2 and −9 are the bytes 00, 01, 02 and F7: bit 0 is set where a genotype is
    heterozygous or missing, bit 2 where it is missing. So one mask tells the kinds
    apart in eight genotypes, and sums of whole words are eight sums of bytes.
    """
    order = np.argsort(kinds, kind="stable")
    last_ti, last_snv = np.searchsorted(kinds[order], [TRANSVERSION, OTHER])
    words = block.view(np.uint64)[order]
    missing = None
    lost = np.zeros(len(block), np.int64)
    if block.min() < 0:
        missing = (words >> np.uint64(2)) & ONE
        words &= ~(missing * BYTE)
        lost = _sum_rows(missing)
    het = words & ONE
    n_het, n_alleles = _sum_rows(het), _sum_rows(words)
    n_hom_alt = (n_alleles - n_het) // 2
    sites = np.empty((3, len(block)), np.int64)
    sites[:, order] = n_samples - lost, n_het, n_hom_alt

    people = np.zeros((7, block.shape[1]), np.int64)
    for low, high, kind in (
        (0, last_ti, TRANSITION),
        (last_ti, last_snv, TRANSVERSION),
        (last_snv, len(block), OTHER),
    ):
        n_hets = _sum_columns(het[low:high])
        n_alts = (_sum_columns(words[low:high]) - n_hets) // 2
        people[1] += n_hets
        people[2] += n_alts
        if kind != OTHER:
            people[4 + kind] = n_hets + n_alts
            people[6] += n_hets
    people[3] = _sum_columns(het[(n_het == 1) & (n_hom_alt == 0)])
    expected = _expect_het(n_alleles[:last_snv], n_samples - lost[:last_snv])
    people[0] = len(block)
    total = np.full(n_samples, expected.sum())
    if missing is not None:
        people[0] -= _sum_columns(missing)
        total -= _sum_where(missing[:last_snv], expected, lost[:last_snv])[:n_samples]
    return BlockCounts(sites, people[:, :n_samples], total)


def _expect_het(n_alleles: Integers, n_called: Integers) -> Floats:
    """Return 2p(1−p)·2n/(2n−1) of each variant, zero where nothing was called."""
    chromosomes = np.maximum(2 * n_called, 2)
    frequency = n_alleles / chromosomes
    return 2 * frequency * (1 - frequency) * chromosomes / (chromosomes - 1)


def _sum_where(missing: Words, weights: Floats, lost: Integers) -> Floats:
    """Add the weights of each sample's missing variants."""
    holes = np.flatnonzero(lost)
    # A sum of numpy, not of BLAS: its order does not depend on threads.
    return (weights[holes, None] * missing[holes].view(np.uint8)).sum(axis=0)


def _sum_rows(words: Words) -> Integers:
    """Add the bytes of each row."""
    starts = np.arange(0, words.shape[1], AT_ONCE)
    sums = np.add.reduceat(words, starts, axis=1)
    total: Integers = sums.view(np.uint8).sum(axis=1, dtype=np.int64)
    return total


def _sum_columns(words: Words) -> Integers:
    """Add the bytes of each column."""
    whole = len(words) // AT_ONCE
    sums = np.empty((whole + 1, words.shape[1]), np.uint64)
    shape = (whole, AT_ONCE, words.shape[1])
    np.add.reduce(words[: whole * AT_ONCE].reshape(shape), axis=1, out=sums[:whole])
    np.add.reduce(words[whole * AT_ONCE :], axis=0, out=sums[whole])
    total: Integers = sums.view(np.uint8).sum(axis=0, dtype=np.int64)
    return total
