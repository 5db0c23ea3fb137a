"""Kernels that multiply standardised genotypes by vectors, straight from int8 blocks.

A variant's genotypes are counted from its commoner homozygote, so most of them are
zero, and only the others are looked at: time grows with the genotypes that differ, not
with all of them.
"""

from __future__ import annotations

import numpy as np

from genostrat.compiled import compiler, count_ones
from genostrat.qc.components.axpy import WIDTH, add_scaled

kernel = compiler(__name__)

BYTES = np.uint64(0x0101010101010101)
#: What a block adds up: variants used, and the squares of all standardised genotypes.
N_USED, SQUARES = 0, 1


@kernel
def add_product(words, n_samples, vectors, out, totals):
    """Add ZᵀZ·V of a block of variants to `out`.

    `words` is uint64 (n_variants, n_words), eight genotypes to a word; `vectors` and
    `out` are float64 (n_samples, WIDTH); `totals` is float64 (2). Z holds one variant a
    row, (g − 2p) / √(2p(1−p)), zero where missing.
    """
    places = np.empty(n_samples, np.int64)
    weights = np.empty(n_samples)
    y, offset, whole = np.zeros(WIDTH), np.zeros(WIDTH), np.zeros(WIDTH)
    for s in range(n_samples):
        for a in range(WIDTH):
            whole[a] += vectors[s, a]
    for v in range(len(words)):
        n_called, n_het, n_alt = _count_row(words[v], n_samples)
        frequency = (n_het + 2 * n_alt) / (2 * max(n_called, 1))
        if frequency <= 0 or frequency >= 1:
            continue
        flip = frequency > 0.5
        mean = 2 * (1 - frequency) if flip else 2 * frequency
        scale = 1 / (2 * frequency * (1 - frequency))
        n_listed = _list_row(words[v], n_samples, flip, mean, places, weights)
        n_rare = n_called - n_het - n_alt if flip else n_alt
        n_common = n_called - n_het - n_rare
        totals[N_USED] += 1
        totals[SQUARES] += scale * (
            n_common * mean**2 + n_het * (1 - mean) ** 2 + n_rare * (2 - mean) ** 2
        )
        for a in range(WIDTH):
            y[a] = -mean * whole[a]
        for n in range(n_listed):
            add_scaled(y, 0, vectors, places[n], weights[n])
        for a in range(WIDTH):
            y[a] *= scale
            offset[a] += mean * y[a]
        for n in range(n_listed):
            add_scaled(out, places[n], y, 0, weights[n])
    for s in range(n_samples):
        for a in range(WIDTH):
            out[s, a] -= offset[a]


@kernel
def project(words, is_core, vectors, out, called, norms, largest):
    """Add a block's part of every sample's coordinates to `out`.

    `is_core` is bool (n_samples); `vectors` is float64 (n_samples, WIDTH), zero outside
    the core, which alone gives frequencies and loadings. `called`, int64 (n_samples),
    counts the variants used that a sample has; `norms`, float64 (n_samples), sums the
    squares of its standardised genotypes; and `largest`, float64 (WIDTH), keeps the
    largest loading, the first of equals, with its sign.
    """
    n_samples = len(is_core)
    places = np.empty(n_samples, np.int64)
    weights = np.empty(n_samples)
    loading, offset, whole = np.zeros(WIDTH), np.zeros(WIDTH), np.zeros(WIDTH)
    n_used, usual = 0, 0.0
    for s in range(n_samples):
        for a in range(WIDTH):
            whole[a] += vectors[s, a]
    for v in range(len(words)):
        n_called, n_alleles = 0, 0
        for s in range(n_samples):
            genotype = (words[v, s // 8] >> np.uint64(8 * (s % 8))) & np.uint64(7)
            if is_core[s] and genotype < 4:
                n_called += 1
                n_alleles += np.int64(genotype)
        frequency = n_alleles / (2 * max(n_called, 1))
        if frequency <= 0 or frequency >= 1:
            continue
        flip = frequency > 0.5
        mean = 2 * (1 - frequency) if flip else 2 * frequency
        scale = 1 / np.sqrt(2 * frequency * (1 - frequency))
        n_listed = _list_row(words[v], n_samples, flip, mean, places, weights)
        n_used += 1
        usual += (scale * mean) ** 2
        for a in range(WIDTH):
            loading[a] = -mean * whole[a]
        for n in range(n_listed):
            add_scaled(loading, 0, vectors, places[n], weights[n])
        for a in range(WIDTH):
            loading[a] *= scale
            offset[a] += mean * scale * loading[a]
            if abs(loading[a]) > abs(largest[a]):
                largest[a] = -loading[a] if flip else loading[a]
        for n in range(n_listed):
            add_scaled(out, places[n], loading, 0, weights[n] * scale)
            norms[places[n]] += scale**2 * weights[n] * (weights[n] - 2 * mean)
        _count_missing(words[v], n_samples, called)
    for s in range(n_samples):
        called[s] += n_used
        norms[s] += usual
        for a in range(WIDTH):
            out[s, a] -= offset[a]


@kernel
def _count_row(row, n_samples):
    """Count a variant's called, heterozygous and homozygous alternate genotypes.

    0, 1, 2 and −9 are the bytes 00, 01, 02 and F7: bit 2 says missing, bits 0 and 1
    also where a genotype is missing.
    """
    n_lost, n_odd, n_high = 0, 0, 0
    for j in range(len(row)):
        n_lost += count_ones(row[j] & (BYTES << np.uint64(2)))
        n_odd += count_ones(row[j] & BYTES)
        n_high += count_ones(row[j] & (BYTES << np.uint64(1)))
    return n_samples - n_lost, n_odd - n_lost, n_high - n_lost


@kernel
def _list_row(row, n_samples, flip, mean, places, weights):
    """List the genotypes that are not the commoner homozygote; return how many.

    A weight is the number of rarer alleles, and their mean where it is missing.
    """
    common = BYTES << np.uint64(1) if flip else np.uint64(0)
    n_listed = 0
    for j in range(len(row)):
        word = row[j] ^ common
        # One bit for each byte that is not zero.
        left = (word | (word >> np.uint64(1)) | (word >> np.uint64(2))) & BYTES
        while left:
            shift = np.uint64(
                count_ones((left & (~left + np.uint64(1))) - np.uint64(1))
            )
            left &= left - np.uint64(1)
            place = 8 * j + np.int64(shift >> np.uint64(3))
            if place >= n_samples:
                break
            genotype = (word >> shift) & np.uint64(7)
            # 4: missing. 1 is heterozygous, or 3 where 2 was taken off.
            weight = 1.0 if genotype & np.uint64(1) else 2.0
            places[n_listed] = place
            weights[n_listed] = mean if genotype & np.uint64(4) else weight
            n_listed += 1
    return n_listed


@kernel
def _count_missing(row, n_samples, called):
    for j in range(len(row)):
        if row[j] & (BYTES << np.uint64(2)):
            for byte in range(min(8, n_samples - 8 * j)):
                if (row[j] >> np.uint64(8 * byte)) & np.uint64(4):
                    called[8 * j + byte] -= 1
