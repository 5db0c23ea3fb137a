"""Compiled counting of records while a file is read; see ``tallies.py`` for the rules.

``tally_record`` is for the records that the store cannot tell whole: with several
alternate alleles or none, alleles that are no sequence, haploid calls or half-calls.
``tally_depths`` is for every record that has depths, ``tally_reads`` for every one with
an indel and allele depths.
"""

from __future__ import annotations

import numpy as np

from genostrat.compiled import compiler
from genostrat.genotypes import tallies as rules
from genostrat.genotypes.characters import (
    COMMA,
    EQUALS,
    MINUS,
    SEMICOLON,
    ZERO,
    A,
    C,
    D,
    N,
    P,
)
from genostrat.genotypes.tallies import (
    ABSENT,
    DEEPEST,
    DELETION_HET,
    DELETION_HOM,
    DP_N,
    DP_SUM,
    EXACT_QUALITIES,
    HAP_ALT,
    HAP_REF,
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
    MULTIALLELIC,
    MULTIALLELIC_SNV,
    N_QUALITIES,
    N_SHARES,
    NO_ALT,
    NO_NUMBER,
    OTHER,
    OTHER_RECORDS,
    QUALITIES_A_LEVEL,
    READ_SHARE_UNIT,
    RECORDS,
    SAME,
    SINGLETONS,
    SNV,
    SNV_RECORDS,
    TI,
    TI_FIRST,
    TV,
    TV_FIRST,
)

kernel = compiler(__name__)

#: describe_allele(ref, alt), arrays of uint8: see tallies.py.
describe_allele = kernel(rules.describe_allele)


@kernel
def tally_record(
    first,
    second,
    has_calls,
    buffer,
    allele_at,
    allele_length,
    n_alleles,
    quality,
    info_ac,
    info_an,
    tallies,
):
    """Add one record to the tallies.

    Parameters
    ----------
    first, second
        Allele numbers by sample as they stand in the file, before any policy on half
        or absent calls: −1 where absent; second is −2 where the call is haploid.
    has_calls
        Whether the record has GT; if not, first and second are not looked at.
    buffer, allele_at, allele_length
        Bytes, and where each allele begins and how long it is; number 0 is REF.
    n_alleles
        Alleles of the record with REF; 1 where ALT is ``.``.
    quality
        QUAL as float32; negative or NaN where absent.
    info_ac, info_an
        INFO/AC (int64, one a value) and INFO/AN. Without both, an empty array and
        ``NO_NUMBER``: the calls are counted instead.
    tallies
        :class:`~genostrat.genotypes.tallies.Tallies`.
    """
    kinds = np.zeros(n_alleles, np.int64)
    lengths = np.zeros(n_alleles, np.int64)
    bases = np.zeros(n_alleles, np.int64)
    ref = buffer[allele_at[0] : allele_at[0] + allele_length[0]]
    for i in range(n_alleles):
        alt = buffer[allele_at[i] : allele_at[i] + allele_length[i]]
        kinds[i], lengths[i], bases[i] = describe_allele(ref, alt)
    kinds[0], lengths[0] = SAME, 0
    n_samples = tallies.samples.shape[1] if has_calls else 0
    bins = bin_alleles(
        first, second, n_samples, n_alleles, info_ac, info_an, tallies.frequencies
    )
    tally_site(kinds, lengths, bases, bins, quality, tallies)
    if has_calls:
        n_ref, n_het, n_alt = tally_calls(
            first, second, kinds, lengths, bases, tallies.samples
        )
        n_diploid = n_ref + n_het + n_alt
        if n_diploid > 0:
            share = np.float32(n_het) / np.float32(n_diploid)
            place = np.int64(share * np.float32(N_SHARES - 1))
            tallies.het_shares[bins[1] if n_alleles > 1 else 0, place] += 1


@kernel
def bin_alleles(first, second, n_samples, n_alleles, info_ac, info_an, frequencies):
    """Return the frequency bin of each allele; see ``bin_frequencies``."""
    counts = np.zeros(n_alleles, np.int64)
    total = 0
    if info_an >= 0 and len(info_ac) > 0:
        if len(info_ac) != n_alleles - 1:
            return counts
        for i in range(1, n_alleles):
            counts[i] = info_ac[i - 1]
        total = info_an
    elif n_samples == 0:
        return counts
    else:
        for i in range(n_samples):
            if first[i] >= 0:
                counts[first[i]] += 1
                total += 1
            if second[i] >= 0:
                counts[second[i]] += 1
                total += 1
    n_bins = frequencies.shape[1]
    for i in range(1, n_alleles):
        if counts[i] == 1:
            counts[i] = 0
        elif total == 0:
            counts[i] = 1
        else:
            share = np.float32(counts[i]) / np.float32(total)
            share = min(max(share, np.float32(0)), np.float32(1))
            counts[i] = 1 + np.int64(share * np.float32(n_bins - 2))
    return counts


@kernel
def tally_site(kinds, lengths, bases, bins, quality, tallies):
    """Add what a record's alleles are: kinds, changes, lengths, quality."""
    n_alleles = len(kinds)
    has = np.zeros(7, np.bool_)
    for i in range(1, n_alleles):
        has[kinds[i]] = True
    records = tallies.records
    n_kinds = 0
    for kind in range(SAME + 1, len(has)):
        n_kinds += has[kind]
    records[RECORDS] += 1
    records[NO_ALT] += n_kinds == 0
    records[SNV_RECORDS] += has[SNV]
    records[MNV_RECORDS] += has[MNP]
    records[INDEL_RECORDS] += has[INDEL]
    records[OTHER_RECORDS] += has[OTHER]
    if n_alleles > 2:
        records[MULTIALLELIC] += 1
        records[MULTIALLELIC_SNV] += has[SNV] and n_kinds == 1
    at = quality_bin(quality)
    if has[INDEL]:
        tallies.qualities[2, at] += 1
    for i in range(1, n_alleles):
        if kinds[i] == INDEL:
            tallies.frequencies[3, bins[i]] += 1
            length = min(max(lengths[i], -LONGEST_INDEL), LONGEST_INDEL)
            tallies.lengths[0, LONGEST_INDEL + length] += 1
        elif kinds[i] == SNV and min(bases[0], bases[i]) >= 0 and bases[0] != bases[i]:
            tallies.substitutions[4 * bases[0] + bases[i]] += 1
            change = 0 if abs(bases[0] - bases[i]) == 2 else 1
            tallies.frequencies[0, bins[i]] += 1
            tallies.frequencies[1 + change, bins[i]] += 1
            if i == 1:
                records[TV_FIRST if change else TI_FIRST] += 1
                tallies.qualities[change, at] += 1


@kernel
def quality_bin(quality):
    """Return the bin of one QUAL (float32); see ``bin_qualities``."""
    if not quality >= 0:
        return 0
    value = 1 + np.int64(min(quality * np.float32(10), np.float32(2e9)))
    if value <= EXACT_QUALITIES:
        return value
    level, power = 1, 100_000
    while value >= 10 * power:
        power *= 10
        level += 1
    above = (value - power) // 10**level
    at = EXACT_QUALITIES + QUALITIES_A_LEVEL * (level - 1) + above
    return min(at, N_QUALITIES - 1)


@kernel
def tally_calls(first, second, kinds, lengths, bases, samples):
    """Add every sample's call of a record.

    Returns how many diploid calls have no alternate allele, one and REF, or only such.
    """
    n_ref, n_het, n_alt, last = 0, 0, 0, 0
    for i in range(samples.shape[1]):
        one, two = first[i], second[i]
        if one < 0 or two == -1:
            samples[ABSENT, i] += 1
        elif two == -2:
            samples[HAP_REF if one == 0 else HAP_ALT, i] += 1
        elif one == 0 and two == 0:
            samples[HOM_REF, i] += 1
            n_ref += 1
        else:
            if one == 0 or two == 0:
                n_het += 1
            else:
                n_alt += 1
            last = i
            tally_call(i, min(one, two), max(one, two), kinds, lengths, bases, samples)
    if n_het + n_alt == 1:
        samples[SINGLETONS, last] += 1
    return n_ref, n_het, n_alt


@kernel
def tally_call(i, low, high, kinds, lengths, bases, samples):
    """Add a diploid call with an alternate allele; `low` ≤ `high`."""
    alt = high if low == 0 else low
    is_het = low != high
    is_snv = kinds[low] == SNV or kinds[high] == SNV
    is_indel = kinds[low] == INDEL or kinds[high] == INDEL
    if is_snv or (kinds[low] == SAME and kinds[high] == SAME):
        samples[HET if is_het else HOM_ALT, i] += 1
        if kinds[alt] == SNV:
            # An allele that is no base ends the counting of this call, as in bcftools.
            if bases[alt] < 0:
                return
            samples[TI if abs(bases[0] - bases[alt]) == 2 else TV, i] += 1
    if not is_indel:
        return
    samples[INDELS, i] += 1
    if not is_het:
        samples[DELETION_HOM if lengths[alt] < 0 else INSERTION_HOM, i] += 1
        return
    low_in = kinds[low] == INDEL
    high_in = kinds[high] == INDEL
    deletion = (low_in and lengths[low] < 0) or (high_in and lengths[high] < 0)
    insertion = (low_in and lengths[low] >= 0) or (high_in and lengths[high] >= 0)
    samples[DELETION_HET, i] += deletion
    samples[INSERTION_HET, i] += insertion


@kernel
def tally_depths(depths, site_depth, tallies):
    """Add the depths of one record, whatever its calls.

    Parameters
    ----------
    depths
        FORMAT/DP by sample; of a record without DP, the sum of the values of AD.
        Negative where absent; an empty array where the record has neither.
    site_depth
        INFO/DP, or ``NO_NUMBER``.
    tallies
        :class:`~genostrat.genotypes.tallies.Tallies`.
    """
    if site_depth != NO_NUMBER:
        tallies.depths[1, depth_bin(site_depth)] += 1
    for i in range(len(depths)):
        if depths[i] >= 0:
            tallies.depths[0, depth_bin(depths[i])] += 1
            tallies.samples[DP_SUM, i] += depths[i]
            tallies.samples[DP_N, i] += 1


@kernel
def depth_bin(depth):
    """Return the bin of a depth: 0 for less than 0, the last one for more than 500."""
    if depth < 0:
        return 0
    return 1 + depth if depth <= DEEPEST else DEEPEST + 3


@kernel
def tally_reads(
    first,
    second,
    reads,
    buffer,
    allele_at,
    allele_length,
    n_alleles,
    tallies,
):
    """Add the share of reads that show an indel, in heterozygous diploid calls.

    Parameters
    ----------
    first, second, buffer, allele_at, allele_length, n_alleles, tallies
        As for :func:`tally_record`.
    reads
        AD, shape (n_samples, n_alleles); negative where absent.
    """
    ref = buffer[allele_at[0] : allele_at[0] + allele_length[0]]
    for allele in range(1, n_alleles):
        at = allele_at[allele]
        alt = buffer[at : at + allele_length[allele]]
        kind, length, _ = describe_allele(ref, alt)
        if kind != INDEL:
            continue
        place = LONGEST_INDEL + min(max(length, -LONGEST_INDEL), LONGEST_INDEL)
        for i in range(tallies.samples.shape[1]):
            one, two = first[i], second[i]
            if one < 0 or two < 0 or one == two or (one != allele and two != allele):
                continue
            own, other = reads[i, allele], reads[i, two if one == allele else one]
            if own < 0 or other < 0 or own + other == 0:
                continue
            share = np.float32(own) / np.float32(own + other)
            tallies.lengths[1, place] += 1
            tallies.lengths[2, place] += np.int64(
                np.rint(np.float64(share) * READ_SHARE_UNIT)
            )


@kernel
def find_info(buffer, at, end, info_ac):
    """Find AC, AN and DP in the INFO column of a record.

    Parameters
    ----------
    buffer, at, end
        Bytes, and where INFO begins and ends.
    info_ac
        int64, to be filled with AC.

    Returns
    -------
    n_ac
        Values of AC; 0 where there are none, −1 where there is no room for them.
    info_an, site_depth
        AN and DP, ``NO_NUMBER`` where absent. A DP of ``.`` is −1, which bcftools
        counts as a depth below 0.
    """
    n_ac, info_an, site_depth = 0, NO_NUMBER, NO_NUMBER
    while at < end:
        stop = at
        while stop < end and buffer[stop] != SEMICOLON:
            stop += 1
        if stop - at > 3 and buffer[at + 2] == EQUALS:
            one, two = buffer[at], buffer[at + 1]
            if one == A and two == C:
                n_ac = read_numbers(buffer, at + 3, stop, info_ac)
            elif one == A and two == N:
                number = read_number(buffer, at + 3, stop)
                info_an = number if number >= 0 else NO_NUMBER
            elif one == D and two == P:
                number = read_number(buffer, at + 3, stop)
                site_depth = max(number, -1)
        at = stop + 1
    return n_ac, info_an, site_depth


@kernel
def read_numbers(buffer, at, end, out):
    """Read whole numbers between commas; return how many, −1 without room."""
    n_read = 0
    while at < end:
        stop = at
        while stop < end and buffer[stop] != COMMA:
            stop += 1
        if n_read == len(out):
            return -1
        out[n_read] = read_number(buffer, at, stop)
        n_read += 1
        at = stop + 1
    return n_read


@kernel
def read_number(buffer, at, end):
    """Read a whole number; ``NO_NUMBER`` for anything else, such as ``.``."""
    negative = at < end and buffer[at] == MINUS
    at += negative
    if at >= end or end - at > 10:
        return NO_NUMBER
    number = 0
    for i in range(at, end):
        digit = np.int64(buffer[i]) - ZERO
        if digit < 0 or digit > 9:
            return NO_NUMBER
        number = 10 * number + digit
    return -number if negative else number
