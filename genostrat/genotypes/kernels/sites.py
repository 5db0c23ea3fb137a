"""Compiled readers of records at wanted sites: how far one reaches, and its calls."""

from __future__ import annotations

import numpy as np

from genostrat.compiled import compiler
from genostrat.genotypes.characters import (
    COLON,
    DOT,
    EQUALS,
    NINE,
    SEMICOLON,
    ZERO,
    D,
    E,
    N,
)
from genostrat.genotypes.kernels.evidence import has_evidence, weigh_call
from genostrat.genotypes.kernels.fields import (
    DONE,
    MAX_POSITION,
    MAX_WHOLE,
    ends_field,
    ends_value,
    read_genotype,
)
from genostrat.genotypes.kernels.reads import STANDS, UNSURE
from genostrat.genotypes.kernels.records import NO_ALTERNATE, SYMBOLIC
from genostrat.genotypes.records import (
    HAPLOID,
    NO_CALL,
    PHASE_SET_ZERO,
    PHASED,
    UNPHASED,
)

kernel = compiler(__name__)

_NO_CALL, _HAPLOID = np.int8(NO_CALL), np.int8(HAPLOID)
_UNPHASED, _PHASED = np.int32(UNPHASED), np.int32(PHASED)
MAX_ALLELE = 127


@kernel
def read_end(buffer, at, stop):
    """Return the value of END in an INFO field, or −1 where there is none."""
    while at < stop:
        if (
            at + 4 < stop
            and buffer[at] == E
            and buffer[at + 1] == N
            and buffer[at + 2] == D
            and buffer[at + 3] == EQUALS
        ):
            at += 4
            value, begin = 0, at
            while at < stop and ZERO <= buffer[at] <= NINE and value <= MAX_POSITION:
                value = value * 10 + (buffer[at] - ZERO)
                at += 1
            whole = at > begin and (at == stop or buffer[at] == SEMICOLON)
            return value if whole and value <= MAX_POSITION else -1
        while at < stop and buffer[at] != SEMICOLON:
            at += 1
        at += 1
    return -1


@kernel
def find_reach(buffer, position, info_at, info_end, scratch, n_alts):
    """Return the last reference base that the record in the scratch speaks of."""
    reach = position + scratch.allele_length[0] - 1
    for allele in range(1, n_alts + 1):
        kind = scratch.allele_kind[allele]
        if kind == SYMBOLIC or kind == NO_ALTERNATE:
            return max(reach, read_end(buffer, info_at, info_end))
    return reach


@kernel
def first_site_from(sites, number, position):
    """Return the number of the first interval that ends at `position` or after it."""
    while number < len(sites) and sites[number, 1] < position:
        number += 1
    return number


@kernel
def read_phase_set(buffer, at):
    """Return the PS of a phased call; what is no number names no set that is known."""
    if buffer[at] == DOT and ends_value(buffer[at + 1]):
        return _PHASED
    value, n_digits = 0, 0
    while ZERO <= buffer[at] <= NINE and n_digits < 11:
        value = value * 10 + (buffer[at] - ZERO)
        n_digits += 1
        at += 1
    if n_digits == 0 or not ends_value(buffer[at]) or value > MAX_WHOLE:
        return _UNPHASED
    return np.int32(value) if value > 0 else np.int32(PHASE_SET_ZERO)


@kernel
def to_call(first, second, number, code):
    """Return both alleles as records at sites have them."""
    if code != DONE or number > 2 or (number == 1 and first < 0):
        return _NO_CALL, _NO_CALL
    one = np.int8(first) if 0 <= first <= MAX_ALLELE else _NO_CALL
    if number == 1:
        return one, _HAPLOID if one != _NO_CALL else _NO_CALL
    return one, np.int8(second) if 0 <= second <= MAX_ALLELE else _NO_CALL


@kernel
def read_site_calls(
    buffer, at, place, keys, ps, n_alleles, policy, alleles, phase_sets
):
    """Read the calls of one line whose number of columns is known to be right.

    A call that is no genotype by the rule of
    :mod:`genostrat.genotypes.kernels.evidence` is no call.

    Parameters
    ----------
    buffer, at
        uint8; the line's first sample column.
    place
        For each column the sample of the store, or −1.
    keys, ps
        What stands where in FORMAT; the number of PS in it, or −1.
    n_alleles
        Of the record, REF among them.
    policy
        What is asked of calls.
    alleles, phase_sets
        int8 (n_samples, 2) and int32 (n_samples,), written to.
    """
    weighed = has_evidence(keys)
    limits, filters = (policy.min_depth, policy.min_quality), policy.call_filters
    for column in range(len(place)):
        one, two, phased, phase_set = _NO_CALL, _NO_CALL, False, _PHASED
        field, begin = 0, at
        first, second = -1, -2
        while True:
            if field == keys.gt:
                first, second, phased, number, at, code = read_genotype(
                    buffer, at, n_alleles, policy.leading_marks
                )
                one, two = to_call(first, second, number, code)
                phased = phased and code == DONE and number == 2
            elif field == ps:
                phase_set = read_phase_set(buffer, at)
            while not ends_field(buffer[at]):
                at += 1
            if buffer[at] != COLON:
                break
            field += 1
            at += 1
        at += 1
        sample = place[column]
        if sample >= 0:
            if weighed and max(one, two) >= 0:
                why = weigh_call(
                    buffer, begin, keys, n_alleles, first, second, limits, filters
                )
                if why != STANDS and why != UNSURE:
                    one, two, phased = _NO_CALL, _NO_CALL, False
            alleles[sample, 0], alleles[sample, 1] = one, two
            phase_sets[sample] = phase_set if phased else _UNPHASED
