"""The compiled rule by which a call that rests on no read, or fails, is no genotype.

Callers write ``0/0`` where they saw nothing (GATK before 4.6, GLnexus, samtools), so
that a position without a read reads as one without a variant. The rule is the same for
every way of reading calls; a quick look tells the calls that it can concern.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from genostrat.compiled import compiler, mark_letter
from genostrat.genotypes.characters import (
    COLON,
    COMMA,
    DOT,
    ZERO,
    A,
    D,
    F,
    G,
    L,
    P,
    Q,
    R,
    S,
    T,
)
from genostrat.genotypes.kernels.fields import (
    MAX_WHOLE,
    ends_field,
    ends_value,
    passes_filters,
    read_decimal,
    read_whole,
)
from genostrat.genotypes.kernels.reads import (
    FAILS_FILTER,
    LOW_DEPTH,
    LOW_QUALITY,
    NO_READS,
    STANDS,
    UNSURE,
)

kernel = compiler(__name__)

_MIN_DP = tuple(b"MIN_DP")


_NOTHING = np.uint64(0)
_ONE, _TWO, _THREE = np.uint64(1), np.uint64(2), np.uint64(3)
#: A pattern of four bytes may begin at so many of the bytes that are marked at once.
_STRIDE = 29


class Keys(NamedTuple):
    """Where the fields that are read stand in a FORMAT; −1: absent.

    ``likelihoods`` is PL, ``least`` MIN_DP, ``reference_quality`` RGQ (which GATK
    writes where there is no ALT), ``filters`` FT, ``intensity`` LRR; ``imputed`` says
    whether there is any of DS, GP and HDS; ``number`` is that of all fields, −1 where
    one of those before stands twice or a key is empty.
    """

    gt: int
    dp: int
    gq: int
    ad: int
    likelihoods: int
    least: int
    reference_quality: int
    filters: int
    intensity: int
    imputed: bool
    number: int


@kernel
def find_keys(buffer, at, end):
    """Return where the fields that are read stand in a FORMAT (:class:`Keys`)."""
    gt, dp, gq, ad, pl, least, rgq, ft = -1, -1, -1, -1, -1, -1, -1, -1
    lrr, number = -1, 0
    twice, imputed = False, False
    while at <= end:
        stop = at
        while stop < end and buffer[stop] != COLON:
            stop += 1
        length = stop - at
        if length == 2:
            one, two = buffer[at], buffer[at + 1]
            if one == G and two == T:
                twice, gt = twice or gt >= 0, number
            elif one == D and two == P:
                twice, dp = twice or dp >= 0, number
            elif one == G and two == Q:
                twice, gq = twice or gq >= 0, number
            elif one == A and two == D:
                twice, ad = twice or ad >= 0, number
            elif one == P and two == L:
                twice, pl = twice or pl >= 0, number
            elif one == F and two == T:
                twice, ft = twice or ft >= 0, number
            elif (one == D and two == S) or (one == G and two == P):
                imputed = True
        elif length == 3:
            one, two, three = buffer[at], buffer[at + 1], buffer[at + 2]
            if one == R and two == G and three == Q:
                twice, rgq = twice or rgq >= 0, number
            elif one == L and two == R and three == R:
                twice, lrr = twice or lrr >= 0, number
            elif one == 72 and two == 68 and three == 83:
                imputed = True
        elif length == 6 and _is_least_depth(buffer, at):
            twice, least = twice or least >= 0, number
        twice = twice or length == 0
        number += 1
        at = stop + 1
    n_keys = -1 if twice else number
    return Keys(gt, dp, gq, ad, pl, least, rgq, ft, lrr, imputed, n_keys)


@kernel
def _is_least_depth(buffer, at):
    """Say whether a key of six letters is MIN_DP."""
    same = True
    for i, letter in enumerate(_MIN_DP):
        same &= buffer[at + i] == letter
    return same


@kernel
def has_evidence(keys):
    """Say whether a FORMAT has any field that the rule looks at."""
    return (
        max(keys.dp, keys.gq, keys.ad, keys.likelihoods) >= 0
        or max(keys.least, keys.reference_quality, keys.filters) >= 0
    )


@kernel
def is_always_weighed(keys):
    """Say whether a FORMAT has fields that the quick test does not read.

    It looks for lists after a colon, so one that comes first is such a field.
    """
    unknown = max(keys.reference_quality, keys.filters) >= 0
    return unknown or keys.ad == 0 or keys.likelihoods == 0


@kernel
def mark_zero_lists(address):
    """Mark where one of 28 bytes is a colon that a list of zeros may follow.

    That is one that begins with ``0,0``, or with a zero of several digits: more lists
    than the rule is about, and none fewer.
    """
    zeros = mark_letter(address, ZERO)
    commas = mark_letter(address, COMMA)
    begin = mark_letter(address, COLON) & (zeros >> _ONE)
    return begin & (((commas >> _TWO) & (zeros >> _THREE)) | (zeros >> _TWO))


@kernel
def has_zero_list(address, length):
    """Say whether a column may hold a list of zeros; see :func:`mark_zero_lists`."""
    at = 0
    while at < length:
        found = mark_zero_lists(address + at)
        n_left = length - at
        if n_left < _STRIDE:
            found &= (_ONE << np.uint64(n_left)) - _ONE
        if found != _NOTHING:
            return True
        at += _STRIDE
    return False


@kernel
def is_doubtful(depth, quality, reads_ref, reads_alt, least, limits):
    """Say whether numbers leave it open that a call is not sound; −1: absent."""
    min_depth, min_quality = limits
    if quality == 0 or (depth == 0 and quality < 0):
        return True
    if reads_ref == 0 and reads_alt <= 0:
        return True
    if least == 0 or (min_depth > 0 and (depth < min_depth or least < min_depth)):
        return True
    return min_quality > 0 and 0 <= quality < min_quality


@kernel
def is_usual_doubtful(address, length, numbers, limits):
    """Say so of a column of ``GT:AD:DP:GQ`` of `length` < 32, and what follows.

    `numbers` are the reads of both alleles, depth and quality; the first list of zeros
    that :func:`mark_zero_lists` finds is AD, so that both are told at once.
    """
    lists = mark_zero_lists(address) & ((_ONE << np.uint64(length)) - _ONE)
    _, _, depth, quality = numbers
    little = (depth < limits[0]) | (quality < limits[1])
    return (lists != _NOTHING) | (quality == 0) | little


@kernel
def weigh_call(buffer, at, keys, n_alleles, first, second, limits, filters):
    """Return why a call is no genotype, or ``STANDS``, or ``UNSURE``.

    Parameters
    ----------
    buffer, at
        uint8; where the call's column begins.
    keys, n_alleles
        Of the record; REF is one of the alleles.
    first, second
        The call's alleles: −1 where absent; second is −2 where it is haploid.
    limits
        Least depth and least quality; 0 asks nothing.
    filters
        uint8; the values of FT that pass, each ended by a zero; empty: all.
    """
    min_depth, min_quality = limits
    depth, quality, least, total = -1, -1, -1, -1
    no_reads, no_likelihood, fails, told = False, False, False, keys.imputed
    field = 0
    while True:
        if field == keys.dp:
            depth = read_count(buffer, at)
        elif field == keys.gq or (field == keys.reference_quality and keys.gq < 0):
            quality = read_count(buffer, at)
        elif field == keys.ad:
            # Some callers write the reads of ALT alone.
            no_reads = is_zero_list(buffer, at, 1, min(n_alleles, 2))
            total = sum_list(buffer, at)
            told |= total > 0
        elif field == keys.likelihoods:
            no_likelihood = is_zero_list(buffer, at, 2, 2)
            told |= buffer[at] != DOT
        elif field == keys.least:
            least = read_count(buffer, at)
        elif field == keys.filters:
            fails = fails_filter(buffer, at, filters)
        while not ends_field(buffer[at]):
            at += 1
        if buffer[at] != COLON:
            break
        field += 1
        at += 1
    blank = quality < 0 and not told and max(keys.gq, keys.likelihoods) >= 0
    is_reference = first <= 0 and second <= 0
    if rests_on_nothing(
        is_reference, depth, quality, least, no_reads, no_likelihood, blank
    ):
        return NO_READS
    if fails:
        return FAILS_FILTER
    known = least if least >= 0 else (depth if depth >= 0 else total)
    if 0 <= known < min_depth:
        return LOW_DEPTH
    if 0 <= quality < min_quality:
        return LOW_QUALITY
    return UNSURE if quality == 0 else STANDS


@kernel
def rests_on_nothing(
    is_reference, depth, quality, least, no_reads, no_likelihood, blank
):
    """Say whether nothing was read behind a call.

    Without a read all genotypes are equally likely, and the caller is sure of none. A
    depth of 0 alone is not enough: imputed calls have it, and rest on other people's
    reads. What speaks of reads only counts against the reference, which is what
    callers write for lack of anything else. A list of reads (AD) leaves out
    uninformative reads and, once a record was split, those of its other alleles: it
    counts unless depth and quality both say that there is more.

    Parameters
    ----------
    is_reference
        Whether the call has no alternate allele.
    depth, quality, least
        DP, GQ or RGQ, and MIN_DP; −1 where absent.
    no_reads, no_likelihood
        Whether AD and PL are all 0.
    blank
        Whether the record has room for a quality or likelihoods, the call says none,
        and nothing is imputed.
    """
    if no_likelihood or (depth == 0 and quality == 0):
        return True
    if not is_reference:
        return False
    if least == 0 or (depth == 0 and blank):
        return True
    return no_reads and (depth <= 0 or quality <= 0)


@kernel
def read_count(buffer, at):
    """Return a number ≥ 0 cut to a whole one, −1 for anything else."""
    value, length = read_whole(np.int64(buffer.ctypes.data) + at)
    if length > 0:
        return value
    value, end, n_digits = read_decimal(buffer, at)
    fine = n_digits > 0 and (ends_value(buffer[end]) or buffer[end] == COMMA)
    if not fine or value < 0 or value > MAX_WHOLE:
        return -1
    return np.int64(np.float64(np.float32(value)))


@kernel
def is_zero_list(buffer, at, n_first, n_least):
    """Say whether a list of at least `n_least` holds but zeros, and dots later on.

    The first `n_first` are zeros. Dots are what merging files leaves for alleles that
    a sample's own file had not.
    """
    number = 0
    while True:
        begin, zero = at, True
        while not (ends_value(buffer[at]) or buffer[at] == COMMA):
            zero &= buffer[at] == ZERO
            at += 1
        # A number past 31 bits is none, as for htslib.
        absent = (at == begin + 1 and buffer[begin] == DOT) or at > begin + 9
        if at == begin or not (zero or (absent and number >= n_first)):
            return False
        number += 1
        if buffer[at] != COMMA:
            return number >= n_least
        at += 1


@kernel
def sum_list(buffer, at):
    """Return the sum of a list's whole numbers, −1 where it has none."""
    total, known = 0, False
    while True:
        value = read_count(buffer, at)
        total += max(value, 0)
        known |= value >= 0
        while not (ends_value(buffer[at]) or buffer[at] == COMMA):
            at += 1
        if buffer[at] != COMMA:
            return total if known else -1
        at += 1


@kernel
def fails_filter(buffer, at, allowed):
    """Say whether a FT has a value that is not allowed; a blank one has none."""
    end = at
    while not ends_value(buffer[end]):
        end += 1
    return end > at and not passes_filters(buffer, at, end, allowed)
