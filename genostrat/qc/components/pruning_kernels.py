"""Kernels that find linked variants by their r², 64 samples at a time."""

from __future__ import annotations

import numpy as np

from genostrat.compiled import compiler, count_ones

kernel = compiler(__name__)

#: Bits of a variant: homozygous either way; at least one reference allele. Neither is
#: set where a genotype is missing.
HOM, REF = 0, 1
#: One in each byte of a word of eight genotypes.
BYTES = np.uint64(0x0101010101010101)
#: Sums of a variant with +1 homozygous reference, 0 heterozygous, −1 homozygous
#: alternate: called, sum, sum of squares.
CALLED, SUM, SQUARES = range(3)
#: As plink2 counts numbers that should be equal as equal: 2⁻⁴⁴.
EPSILON = 2.0**-44


@kernel
def pack_variants(words, n_samples, planes, sums):
    """Pack each variant of a block, and sum it up.

    `words` is uint64 (n_variants, n_words), eight genotypes to a word: the bytes 00,
    01, 02 and F7. `planes`, uint64 (n_variants, 2, n_words_of_bits), and `sums`, int64
    (n_variants, 3), are written.
    """
    for v in range(len(words)):
        n_hom, n_ref, n_both = 0, 0, 0
        for w in range(planes.shape[2]):
            hom, ref = np.uint64(0), np.uint64(0)
            for j in range(8 * w, min(8 * w + 8, words.shape[1])):
                shift = np.uint64(8 * (j % 8))
                hom |= _gather(~words[v, j] & BYTES) << shift
                ref |= _gather(~(words[v, j] >> np.uint64(1)) & BYTES) << shift
            n_valid = n_samples - 64 * w
            if n_valid < 64:
                valid = (np.uint64(1) << np.uint64(n_valid)) - np.uint64(1)
                hom, ref = hom & valid, ref & valid
            planes[v, HOM, w], planes[v, REF, w] = hom, ref
            n_hom += count_ones(hom)
            n_ref += count_ones(ref)
            n_both += count_ones(hom & ref)
        sums[v, CALLED] = n_hom - n_both + n_ref
        sums[v, SUM] = 2 * n_both - n_hom
        sums[v, SQUARES] = n_hom


@kernel
def _gather(bits):
    """Bring the lowest bits of eight bytes together in one byte."""
    return (bits * np.uint64(0x0102040810204080)) >> np.uint64(56)


@kernel
def slide_window(
    planes, sums, n_samples, numbers, unchecked, kept, window, step, limit
):
    """Prune every window that is complete; return where the next one starts.

    `planes` and `sums` are of some variants in genome order; `numbers` are their places
    among all of them, `unchecked` the places from which each has still to be compared,
    and `kept`, bool, says of every variant whether it is left. ``window[0]`` and
    ``window[1]`` are the start of the next window and how many variants are loaded.
    """
    start, loaded, size = window
    n_variants = len(kept)
    major = np.empty(len(numbers))
    for n in range(len(numbers)):
        major[n] = (abs(sums[n, SUM]) / max(sums[n, CALLED], 1) + 1) / 2
    places = np.empty(len(numbers), np.int64)
    first = 0
    while start < n_variants:
        end = min(start + size, n_variants)
        if end > loaded:
            break
        while first < len(numbers) and numbers[first] < start:
            first += 1
        n_places, n = 0, first
        while n < len(numbers) and numbers[n] < end:
            if kept[numbers[n]]:
                places[n_places] = n
                n_places += 1
            n += 1
        _prune(
            planes,
            sums,
            n_samples,
            major,
            numbers,
            unchecked,
            kept,
            places[:n_places],
            end,
            limit,
        )
        start = n_variants if end == n_variants else start + step
    return start


@kernel
def _prune(
    planes, sums, n_samples, major, numbers, unchecked, kept, places, end, limit
):
    """Take the variants of one window off `kept` that are linked to a better one."""
    size = len(places)
    changed = True
    while changed:
        changed = False
        for here in range(size):
            one = places[here]
            if not kept[numbers[one]] or unchecked[one] >= end:
                continue
            start, unchecked[one] = unchecked[one], end
            for there in range(here + 1, size):
                two = places[there]
                if numbers[two] < start or not kept[numbers[two]]:
                    continue
                if not _is_linked(
                    planes[one], sums[one], planes[two], sums[two], limit, n_samples
                ):
                    continue
                changed = True
                if major[one] > major[two] * (1 + EPSILON):
                    kept[numbers[one]] = False
                else:
                    kept[numbers[two]] = False
                    # The other pairs of this variant are compared in the next pass.
                    unchecked[one] = numbers[two] + 1
                break


@kernel
def _is_linked(planes_one, sums_one, planes_two, sums_two, limit, n_samples):
    """Say whether r² over the samples that have both exceeds the limit."""
    hom_one, ref_one, hom_two, ref_two = (
        planes_one[HOM],
        planes_one[REF],
        planes_two[HOM],
        planes_two[REF],
    )
    both_hom, opposite = 0, 0
    for w in range(len(hom_one)):
        both = hom_one[w] & hom_two[w]
        both_hom += count_ones(both)
        opposite += count_ones(both & (ref_one[w] ^ ref_two[w]))
    product = both_hom - 2 * opposite
    called, sum_one, squares_one = sums_one[CALLED], sums_one[SUM], sums_one[SQUARES]
    sum_two, squares_two = sums_two[SUM], sums_two[SQUARES]
    if called < n_samples or sums_two[CALLED] < n_samples:
        called, sum_one, squares_one = _sum_where(hom_one, ref_one, hom_two, ref_two)
        called, sum_two, squares_two = _sum_where(hom_two, ref_two, hom_one, ref_one)
    covariance = float(product * called - sum_one * sum_two)
    variance_one = float(squares_one * called - sum_one * sum_one)
    variance_two = float(squares_two * called - sum_two * sum_two)
    return covariance * covariance > limit * variance_one * variance_two


@kernel
def _sum_where(hom, ref, other_hom, other_ref):
    """Sum a variant up over the samples that have another one, too."""
    n_called, n_hom, n_alt = 0, 0, 0
    for w in range(len(hom)):
        other = other_hom[w] | other_ref[w]
        n_called += count_ones((hom[w] | ref[w]) & other)
        n_hom += count_ones(hom[w] & other)
        n_alt += count_ones(hom[w] & ~ref[w] & other)
    return n_called, n_hom - 2 * n_alt, n_hom
