"""Compiled steps from what pgenlib reads to the packed rows of a piece.

They hold no Python object, so threads run them side by side.
"""

from __future__ import annotations

import numpy as np

from genostrat.compiled import compiler
from genostrat.genotypes.kernels.records import (
    CALLS_HOM_REF,
    CALLS_MISSING,
    CALLS_OTHER,
    MISSING_CODE,
    N_COUNTS,
    count_codes,
    pack_codes,
)

__all__ = ["CALLS_MISSING", "DELETED_ALLELE", "MISSING_CODE", "N_COUNTS"]

kernel = compiler(__name__)

#: An allele that is ``*``, next to pgenlib's −9 for an absent one.
DELETED_ALLELE = -1


@kernel
def take_counts(calls, columns, in_order, absent_is_reference, codes, packed, counts):
    """Pack counts of alternate alleles (0, 1, 2, −9), and add up the calls.

    `columns` are the places of the samples to take, `in_order` where these are all;
    `codes` is room for one row.
    """
    n_samples = len(columns)
    for row in range(len(calls)):
        own = calls[row]
        # The low two bits of −9 are 3, the code of a missing call. This loop needs no
        # table of codes, and is several times as fast as one that does.
        if in_order:
            for i in range(n_samples):
                codes[i] = np.uint8(own[i]) & np.uint8(3)
        else:
            for i in range(n_samples):
                codes[i] = np.uint8(own[columns[i]]) & np.uint8(3)
        if absent_is_reference:
            for i in range(n_samples):
                codes[i] = 0 if codes[i] == MISSING_CODE else codes[i]
        count_codes(codes, n_samples, counts)
        pack_codes(codes, packed[row])


@kernel
def take_pairs(
    pairs,
    phased,
    columns,
    alleles,
    is_new,
    absent_is_reference,
    codes,
    turns,
    packed,
    packed_turns,
    counts,
):
    """Pack calls and phase of one alternate allele a row, from both alleles of a call.

    A turn is 1 where a call is phased ref|alt, 2 where alt|ref, else 0. Calls are added
    up where a row is the first of its variant.
    """
    n_samples = len(columns)
    for row in range(len(pairs)):
        allele = alleles[row]
        n_missing, n_hom_ref = 0, 0
        for i in range(n_samples):
            at = columns[i]
            one, two = pairs[row, 2 * at], pairs[row, 2 * at + 1]
            if absent_is_reference and one < DELETED_ALLELE:
                one, two = 0, 0
            missing = one < 0 or two < 0
            first, second = one == allele, two == allele
            codes[i] = MISSING_CODE if missing else np.uint8(first) + np.uint8(second)
            turned = phased[row, at] and not missing and first != second
            turns[i] = np.uint8((2 if first else 1) if turned else 0)
            n_missing += missing
            n_hom_ref += one == 0 and two == 0
        if is_new[row]:
            counts[CALLS_MISSING] += n_missing
            counts[CALLS_HOM_REF] += n_hom_ref
            counts[CALLS_OTHER] += n_samples - n_missing - n_hom_ref
        pack_codes(codes, packed[row])
        pack_codes(turns, packed_turns[row])
