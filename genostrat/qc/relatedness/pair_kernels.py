"""Kernels that count genotypes of pairs of samples, for KING.

A variant at which few samples differ from the commonest homozygote is kept as a list of
those samples; any other goes into bit planes, one bit a variant, a row of words a
sample. A pair of samples is compared 64 variants at a time on the planes, and on the
lists only where both differ. All counts are whole numbers: neither the order of blocks
nor the number of threads can change them.
"""

from __future__ import annotations

import numpy as np

from genostrat.compiled import compiler, count_ones

kernel = compiler(__name__)

#: What is counted of a pair (i, j), i before j: both heterozygous; opposite
#: homozygotes; heterozygous in i and missing in j; missing in i and heterozygous in j;
#: both missing. Without missing genotypes the first two are all there is.
HETHET, IBS0, HET_LOST, LOST_HET, LOST_LOST = range(5)
N_COMPLETE, N_HOLED = 2, 5
#: Planes of a variant, and marks of a sample in a list.
HET, ALT, LOST = range(3)
WORD = 64
#: One in each byte of a word of eight genotypes.
BYTES = np.uint64(0x0101010101010101)
#: Samples of a column tile: their planes stay in a core's cache.
TILE = 64


@kernel
def summarise_rows(words, lost, het, alt):
    """Count the missing, heterozygous and homozygous alternate of each variant.

    `words` is uint64 (n_variants, n_words), eight genotypes to a word. 0, 1, 2 and −9
    are the bytes 00, 01, 02 and F7: bit 2 says missing, bits 0 and 1 also where a
    genotype is missing.
    """
    for v in range(len(words)):
        n_lost, n_odd, n_high = 0, 0, 0
        for j in range(words.shape[1]):
            word = words[v, j]
            n_lost += count_ones(word & (BYTES << np.uint64(2)))
            n_odd += count_ones(word & BYTES)
            n_high += count_ones(word & (BYTES << np.uint64(1)))
        lost[v], het[v], alt[v] = n_lost, n_odd - n_lost, n_high - n_lost


@kernel
def pack_rows(block, rows, planes):
    """Set the bits of some variants of a block.

    `planes` is uint64 (n_planes, n_words, n_samples): heterozygous, homozygous
    alternate and, if there is a third, missing. The n-th of `rows` gets bit n.
    """
    n_samples = planes.shape[2]
    for bit in range(len(rows)):
        row, shift = block[rows[bit]], np.uint64(bit % WORD)
        het, alt = planes[HET, bit // WORD], planes[ALT, bit // WORD]
        for s in range(n_samples):
            het[s] |= np.uint64(row[s] == 1) << shift
            alt[s] |= np.uint64(row[s] == 2) << shift
        if len(planes) > LOST:
            lost = planes[LOST, bit // WORD]
            for s in range(n_samples):
                lost[s] |= np.uint64(row[s] < 0) << shift


@kernel
def list_rows(words, rows, flips, n_samples, starts, samples, marks):
    """List the samples of some variants that differ from the commonest homozygote.

    That is the alternate one where `flips` says so. The list of the n-th of `rows` goes
    to `samples` and `marks` from ``starts[n]`` on; a mark is HET, ALT (the rarer
    homozygote) or LOST.
    """
    position = 0
    for n in range(len(rows)):
        common = BYTES << np.uint64(1) if flips[n] else np.uint64(0)
        starts[n] = position
        for j in range(words.shape[1]):
            word = words[rows[n], j] ^ common
            if word == 0:
                continue
            for byte in range(min(8, n_samples - 8 * j)):
                genotype = (word >> np.uint64(8 * byte)) & np.uint64(7)
                if genotype:
                    samples[position] = 8 * j + byte
                    # 4: missing. 1 is heterozygous, or 3 where 2 was taken off.
                    marks[position] = (
                        LOST if genotype & 4 else (HET if genotype & 1 else ALT)
                    )
                    position += 1
    starts[len(rows)] = position


@kernel
def sort_by_sample(starts, samples, first, entries, stops):
    """Index the lists by sample.

    Entries of sample s are ``entries[first[s] : first[s + 1]]``; `stops` gets the end
    of each entry's list.
    """
    for sample in samples:
        first[sample + 1] += 1
    for s in range(len(first) - 1):
        first[s + 1] += first[s]
    filled = first.copy()
    for v in range(len(starts) - 1):
        for entry in range(starts[v], starts[v + 1]):
            stops[entry] = starts[v + 1]
            entries[filled[samples[entry]]] = entry
            filled[samples[entry]] += 1


@kernel
def add_listed(counts, origin, a, b, first, entries, stops, samples, marks):
    """Add the listed variants to the pairs whose earlier sample is in [a, b).

    `counts` is int32 (n_kinds, n_rows, n_columns); row and column 0 are the sample
    `origin`. Opposite homozygotes are what is to be taken off the number of rarer
    homozygotes of both samples: those at which the other differs from the common one.
    """
    for i in range(a, b):
        hethet, ibs0 = counts[HETHET, i - origin], counts[IBS0, i - origin]
        for position in range(first[i], first[i + 1]):
            entry = entries[position]
            mine = marks[entry]
            for other in range(entry + 1, stops[entry]):
                j, theirs = samples[other] - origin, marks[other]
                if mine == HET and theirs == HET:
                    hethet[j] += 1
                elif mine == LOST or theirs == LOST:
                    ibs0[j] -= np.int32(mine == ALT) + np.int32(theirs == ALT)
                    counts[HET_LOST, i - origin, j] += np.int32(mine == HET)
                    counts[LOST_HET, i - origin, j] += np.int32(theirs == HET)
                    counts[LOST_LOST, i - origin, j] += np.int32(mine == theirs)
                else:
                    ibs0[j] -= np.int32(mine == ALT) + np.int32(theirs == ALT)


@kernel
def add_complete(counts, a, b, het, alt):
    """Add packed variants without missing genotypes to the pairs of rows [a, b).

    `het` and `alt` are uint64 (n_samples, n_words), the number of samples even; sample
    0 is the first of `counts`. The tiles cover some pairs (i, j) with j before i, too,
    which mean nothing.
    """
    n_samples, n_words = het.shape
    for start in range(a, n_samples, TILE):
        stop = min(start + TILE, n_samples)
        for i in range(a, b, 2):
            h0, h1, a0, a1 = het[i], het[i + 1], alt[i], alt[i + 1]
            for j in range(start, stop, 2):
                h2, h3, a2, a3 = het[j], het[j + 1], alt[j], alt[j + 1]
                c02, c03, c12, c13, o02, o03, o12, o13 = 0, 0, 0, 0, 0, 0, 0, 0
                for w in range(n_words):
                    c02 += count_ones(h0[w] & h2[w])
                    c03 += count_ones(h0[w] & h3[w])
                    c12 += count_ones(h1[w] & h2[w])
                    c13 += count_ones(h1[w] & h3[w])
                    o02 += count_ones((a0[w] ^ a2[w]) & ~(h0[w] | h2[w]))
                    o03 += count_ones((a0[w] ^ a3[w]) & ~(h0[w] | h3[w]))
                    o12 += count_ones((a1[w] ^ a2[w]) & ~(h1[w] | h2[w]))
                    o13 += count_ones((a1[w] ^ a3[w]) & ~(h1[w] | h3[w]))
                counts[HETHET, i, j] += c02
                counts[HETHET, i, j + 1] += c03
                counts[HETHET, i + 1, j] += c12
                counts[HETHET, i + 1, j + 1] += c13
                counts[IBS0, i, j] += o02
                counts[IBS0, i, j + 1] += o03
                counts[IBS0, i + 1, j] += o12
                counts[IBS0, i + 1, j + 1] += o13


@kernel
def add_holed(counts, a, b, het, alt, lost):
    """Add packed variants with missing genotypes to the pairs of rows [a, b)."""
    n_samples = len(het)
    for start in range(a, n_samples, TILE):
        for i in range(a, b):
            for j in range(max(start, i + 1), min(start + TILE, n_samples)):
                five = _compare(het[i], alt[i], lost[i], het[j], alt[j], lost[j])
                for kind in range(N_HOLED):
                    counts[kind, i, j] += five[kind]


@kernel
def count_listed_pairs(planes, ones, twos, counts):
    """Count packed variants of some pairs.

    `planes` is uint64 (3, n_samples, n_words); `ones` and `twos` hold the samples of
    each pair; `counts`, int32 (5, n_pairs), is written.
    """
    het, alt, lost = planes[HET], planes[ALT], planes[LOST]
    for pair in range(len(ones)):
        i, j = ones[pair], twos[pair]
        five = _compare(het[i], alt[i], lost[i], het[j], alt[j], lost[j])
        for kind in range(N_HOLED):
            counts[kind, pair] = five[kind]


@kernel
def _compare(h0, a0, m0, h1, a1, m1):
    hethet, ibs0, het_lost, lost_het, lost_lost = 0, 0, 0, 0, 0
    for w in range(len(h0)):
        neither = ~(h0[w] | h1[w] | m0[w] | m1[w])
        hethet += count_ones(h0[w] & h1[w])
        ibs0 += count_ones((a0[w] ^ a1[w]) & neither)
        het_lost += count_ones(h0[w] & m1[w])
        lost_het += count_ones(m0[w] & h1[w])
        lost_lost += count_ones(m0[w] & m1[w])
    return hethet, ibs0, het_lost, lost_het, lost_lost
