"""Compiled steps that tell which allele of a record an annotation is about."""

from __future__ import annotations

from typing import NamedTuple

from genostrat.arrays import Integers
from genostrat.compiled import compiler
from genostrat.genotypes.annotation_header import BCFTOOLS, VEP
from genostrat.genotypes.characters import GREATER, MINUS, NINE, PLUS, STAR, ZERO
from genostrat.genotypes.kernels.letters import upper
from genostrat.genotypes.kernels.records import SEQUENCE

kernel = compiler(__name__)


class AnnotatedAlleles(NamedTuple):
    """Alleles of a record: of the scratch those arrays that are needed here.

    Each function that takes an array counts it in and out, which for the whole scratch
    would take longer than the comparing.
    """

    at: Integers
    length: Integers
    kind: Integers


@kernel
def match_alleles(buffer, starts, n_subfields, position, n_alts, fields, alleles, hit):
    """Mark the alleles that an annotation is about; say whether there are any."""
    if fields.tool == BCFTOOLS:
        change = fields.change
        if change >= n_subfields or starts[change + 1] - 1 <= starts[change]:
            hit[1 : n_alts + 1] = 1  # said of the record as a whole
            return True
        at, end = starts[change], starts[change + 1] - 1
        return _match_change(buffer, at, end, position, n_alts, alleles, hit)
    if fields.number >= 0:
        at, end = starts[fields.number], starts[fields.number + 1] - 1
        number = 0
        while at < end and ZERO <= buffer[at] <= NINE and number <= n_alts:
            number = number * 10 + buffer[at] - ZERO
            at += 1
        if at == end and 1 <= number <= n_alts:
            hit[number] = 1
            return True
        if fields.allele < 0 and end > starts[fields.number]:
            return False
    if fields.allele < 0:
        hit[1] = n_alts == 1  # no other allele can be meant
        return n_alts == 1
    at, end = starts[fields.allele], starts[fields.allele + 1] - 1
    shift = _shared_start(buffer, n_alts, alleles)
    if fields.tool == VEP:
        if _match_from(buffer, at, end, shift, n_alts, alleles, hit):
            return True
        if shift > 0 and _match_from(buffer, at, end, 0, n_alts, alleles, hit):
            return True
    else:
        if _match_from(buffer, at, end, 0, n_alts, alleles, hit):
            return True
        if shift > 0 and _match_from(buffer, at, end, shift, n_alts, alleles, hit):
            return True
    return _match_minimal(buffer, at, end, n_alts, alleles, hit)


@kernel
def _shared_start(buffer, n_alts, alleles):
    """Return 1 where VEP leaves out the first base of every allele, else 0.

    It does so where an allele differs from REF in length, and all alleles but ``*``
    begin alike.
    """
    first = upper(buffer[alleles.at[0]])
    indel = False
    for allele in range(1, n_alts + 1):
        at, length = alleles.at[allele], alleles.length[allele]
        indel = indel or length != alleles.length[0]
        if buffer[at] != STAR and upper(buffer[at]) != first:
            return 0
    return 1 if indel else 0


@kernel
def _is_allele(buffer, at, end, own, own_end):
    """Say whether a text names a piece of an allele; ``-`` names one of no bases."""
    if own == own_end:
        return end - at == 1 and buffer[at] == MINUS
    same = end - at == own_end - own
    i = 0
    while same and i < end - at:
        same = upper(buffer[at + i]) == upper(buffer[own + i])
        i += 1
    return same


@kernel
def _match_from(buffer, at, end, shift, n_alts, alleles, hit):
    """Mark alleles that are the text once their first `shift` bases are left out."""
    found = False
    for allele in range(1, n_alts + 1):
        own = alleles.at[allele]
        own_end = own + alleles.length[allele]
        if buffer[own] != STAR:
            own += shift
        if _is_allele(buffer, at, end, own, own_end):
            hit[allele] = 1
            found = True
    return found


@kernel
def _match_minimal(buffer, at, end, n_alts, alleles, hit):
    """Mark the one allele that is the text once what it shares with REF is left out."""
    only = 0
    for allele in range(1, n_alts + 1):
        if alleles.kind[allele] != SEQUENCE:
            continue
        ref, own = alleles.at[0], alleles.at[allele]
        ref_end = ref + alleles.length[0]
        own_end = own + alleles.length[allele]
        while ref < ref_end and own < own_end and _same(buffer, ref, own):
            ref += 1
            own += 1
        while (
            ref < ref_end and own < own_end and _same(buffer, ref_end - 1, own_end - 1)
        ):
            ref_end -= 1
            own_end -= 1
        if _is_allele(buffer, at, end, own, own_end):
            if only > 0:
                return False  # two alleles come down to it: it tells neither
            only = allele
    if only == 0:
        return False
    hit[only] = 1
    return True


@kernel
def _same(buffer, one, two):
    return upper(buffer[one]) == upper(buffer[two])


@kernel
def _match_change(buffer, at, end, position, n_alts, alleles, hit):
    """Mark the alleles of ``123A>T+125G>C``: changes that make one consequence."""
    found = False
    while at < end:
        place = 0
        while at < end and ZERO <= buffer[at] <= NINE and place < 10**11:
            place = place * 10 + buffer[at] - ZERO
            at += 1
        ref = at
        while at < end and buffer[at] != GREATER and buffer[at] != PLUS:
            at += 1
        ref_end = at
        own = min(at + 1, end)
        while at < end and buffer[at] != PLUS:
            at += 1
        is_own = place == position and _is_allele(
            buffer,
            ref,
            ref_end,
            alleles.at[0],
            alleles.at[0] + alleles.length[0],
        )
        if is_own and _match_from(buffer, own, at, 0, n_alts, alleles, hit):
            found = True
        at += 1
    return found
