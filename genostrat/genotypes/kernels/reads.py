"""Compiled sums over the reads and qualities of each sample's calls."""

from __future__ import annotations

import numpy as np

from genostrat.arrays import Bytes
from genostrat.compiled import compiler
from genostrat.genotypes.records import (
    BALANCE_DEPTHS,
    BALANCE_FREQUENCIES,
    BALANCE_MIN_OTHERS,
    BALANCE_SHARES,
)

kernel = compiler(__name__)

#: Rows of ``sums``, one value a sample: those of ``records.ReadMetrics``.
(
    DP_SUM,
    DP_N,
    GQ_SUM,
    GQ_N,
    CHARR_SUM,
    CHARR_N,
    HAPLOID_X,
    CALLED_X,
    HALF_CALLS,
    REFUSED_NO_READS,
    REFUSED_BY_FILTER,
    REFUSED_LOW_DEPTH,
    REFUSED_LOW_QUALITY,
    UNSURE_CALLS,
    X_DP_SUM,
    X_DP_N,
    Y_DP_SUM,
    Y_DP_N,
    LRR_SUM,
    LRR_N,
    X_LRR_SUM,
    X_LRR_N,
    Y_LRR_SUM,
    Y_LRR_N,
    BALANCE,
) = range(25)
#: Places in the sums of a variant: those of ``records.VARIANT_READS``.
HET_REF, HET_ALT, N_HET, DEPTH, N_DEPTH = range(5)
#: Why a call is no genotype, in the order of the rows that count such calls. One that
#: stands is a genotype, and so is an unsure one: its caller says that another genotype
#: is as likely.
STANDS, NO_READS, FAILS_FILTER, LOW_DEPTH, LOW_QUALITY, UNSURE = range(6)
#: The first of the rows that count SNVs by depth; those from BALANCE on count them by
#: frequency and share of reference reads.
N_SHARES = len(BALANCE_SHARES)
BALANCE_BY_DEPTH = BALANCE + (len(BALANCE_FREQUENCIES) - 1) * N_SHARES
LEAST_DEPTH, MOST_DEPTH = BALANCE_DEPTHS[0], BALANCE_DEPTHS[-1] - 1
NOT_COUNTED = 255


def _bin_shares() -> Bytes:
    """Return the bin of each depth and number of reference reads."""
    depths = np.arange(MOST_DEPTH + 1)
    shares = np.arange(MOST_DEPTH + 1) / np.maximum(depths, 1)[:, None]
    # Sites of mostly reference reads are not counted: callers may have summed them up.
    bins = np.searchsorted(np.array(BALANCE_SHARES) + 1e-9, shares)
    bins[bins == N_SHARES] = NOT_COUNTED
    bins[depths < LEAST_DEPTH] = NOT_COUNTED
    return bins.astype(np.uint8)


_SHARE_BINS = _bin_shares()
_DEPTH_BINS = np.searchsorted(BALANCE_DEPTHS, np.arange(MOST_DEPTH + 1), "right") - 1


@kernel
def add_known(values, missing, n_samples, total, number):
    """Add the values that are there, of calls that are there, to sums by sample."""
    for i in range(n_samples):
        known = (missing[i] == 0) & (values[i] >= 0)
        total[i] += np.int64(values[i]) if known else np.int64(0)
        number[i] += np.int64(known)


@kernel
def add_depths(depths, absent_is_none, total, number):
    """Add the depths of a record of chrX or chrY, of calls and of no calls.

    `absent_is_none`: a sample without a depth has no read. So it is on a Y that is not
    there: many callers leave the depth blank then.
    """
    for i in range(len(depths)):
        known = depths[i] >= 0
        total[i] += np.int64(depths[i]) if known else np.int64(0)
        number[i] += np.int64(known or absent_is_none)


@kernel
def bin_frequency(n_others, n_alt):
    """Return the bin of the reference allele's frequency in others; −1 for none."""
    if n_others < BALANCE_MIN_OTHERS:
        return -1
    frequency = 1 - n_alt / (2 * n_others)
    if not BALANCE_FREQUENCIES[0] <= frequency <= BALANCE_FREQUENCIES[-1]:
        return -1
    number = 0
    while frequency >= BALANCE_FREQUENCIES[number + 1]:
        if number == len(BALANCE_FREQUENCIES) - 2:
            break
        number += 1
    return number


@kernel
def add_balance(scratch, n_samples, n_called, n_alt, sums):
    """Count a SNV by how the reads of each sample divide over its two alleles."""
    first, second, missing = scratch.first, scratch.second, scratch.codes
    of_missing = bin_frequency(n_called, n_alt)
    of_ref = bin_frequency(n_called - 1, n_alt)
    of_het = bin_frequency(n_called - 1, n_alt - 1)
    of_alt = bin_frequency(n_called - 1, n_alt - 2)
    if max(of_missing, of_ref, of_het, of_alt) < 0:
        return
    for i in range(n_samples):
        ref, alt = scratch.reads_ref[i], scratch.reads_alt[i]
        depth = ref + alt
        if ref < 0 or alt < 0 or depth < LEAST_DEPTH or depth > MOST_DEPTH:
            continue
        share = _SHARE_BINS[depth, ref]
        if share == NOT_COUNTED:
            continue
        if missing[i]:
            frequency = of_missing
        else:
            n_own = np.int32(first[i] == 1) + np.int32(second[i] == 1)
            frequency = of_het if n_own == 1 else (of_alt if n_own == 2 else of_ref)
        if frequency >= 0:
            sums[BALANCE + frequency * N_SHARES + share, i] += 1
            sums[BALANCE_BY_DEPTH + _DEPTH_BINS[depth], i] += 1


@kernel
def add_reads(scratch, depths, n_samples, is_snv, policy, sums):
    """Add depth, GQ, CHARR terms and balance of an autosomal record (see ReadMetrics).

    `depths` is empty where the record has none.
    """
    first, second, missing = scratch.first, scratch.second, scratch.codes
    if len(depths) > 0:
        add_known(depths, missing, n_samples, sums[DP_SUM], sums[DP_N])
    if policy.use_gq:
        add_known(scratch.quality, missing, n_samples, sums[GQ_SUM], sums[GQ_N])
    if not (policy.use_ad and is_snv):
        return
    n_called, n_alt = np.int32(0), np.int32(0)
    for i in range(n_samples):
        called = missing[i] == 0
        n_called += np.int32(called)
        n_alt += np.int32(called & (first[i] == 1)) + np.int32(
            called & (second[i] == 1)
        )
    if n_called == 0:
        return
    add_balance(scratch, n_samples, n_called, n_alt, sums)
    if not policy.use_gq:
        return
    frequency = 1 - n_alt / (2 * n_called)
    if not policy.charr_min_frequency <= frequency <= policy.charr_max_frequency:
        return
    for i in range(n_samples):
        if missing[i] or first[i] != 1 or second[i] != 1:
            continue
        ref, alt = scratch.reads_ref[i], scratch.reads_alt[i]
        if ref < 0 or alt < 0 or scratch.quality[i] < policy.charr_min_gq:
            continue
        depth = ref + alt
        if policy.charr_min_depth <= depth <= policy.charr_max_depth:
            sums[CHARR_SUM, i] += np.int64(
                np.rint(ref / (frequency * depth) * policy.charr_unit)
            )
            sums[CHARR_N, i] += 1


@kernel
def sum_row_reads(scratch, depths, n_samples, policy, row):
    """Sum the reads of a row's calls: see ``records.VARIANT_READS``; `row` is int64.

    `depths` is empty where the record has none.
    """
    first, second, missing = scratch.first, scratch.second, scratch.codes
    if policy.use_ad:
        for i in range(n_samples):
            ref, alt = scratch.reads_ref[i], scratch.reads_alt[i]
            if missing[i] or first[i] == second[i] or ref < 0 or alt < 0:
                continue
            row[HET_REF] += ref
            row[HET_ALT] += alt
            row[N_HET] += 1
    if len(depths) > 0:
        for i in range(n_samples):
            known = (missing[i] == 0) & (depths[i] >= 0)
            row[DEPTH] += np.int64(depths[i]) if known else np.int64(0)
            row[N_DEPTH] += np.int64(known)
