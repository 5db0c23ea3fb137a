"""Compiled steps that a record takes into the store, whatever format it came from.

A scanner (of text or of BCF) leaves the calls of one record in ``Scratch``; the kernels
here split it into bi-allelic rows, and count. They hold no Python object, so threads
run them side by side.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Bytes, Integers
from genostrat.compiled import compiler
from genostrat.genotypes.characters import COLON, DOT, NEWLINE, TAB
from genostrat.genotypes.kernels.letters import (
    put_bytes,
    put_number,
    upper,
)
from genostrat.genotypes.kernels.reads import (
    CALLED_X,
    HALF_CALLS,
    HAPLOID_X,
    REFUSED_NO_READS,
    UNSURE,
    add_reads,
    sum_row_reads,
)
from genostrat.genotypes.records import VARIANT_READS

kernel = compiler(__name__)

#: Positions in ``counts``: what became of the records. The reasons to drop one, and
#: the kinds of calls, are in the order of ``records.DROP_REASONS`` and ``CALL_KINDS``.
N_RECORDS, N_MULTIALLELIC = 0, 1
DROPPED = 2
DROP_FILTER, DROP_REFERENCE, DROP_SYMBOLIC, DROP_NO_GENOTYPES, DROP_DUPLICATE = range(5)
DROP_TELOMERE, DROP_MANY_ALLELES = 5, 6
CALLS_MISSING, CALLS_HOM_REF, CALLS_OTHER = 9, 10, 11
N_COUNTS = 12

#: Kinds of contig: where reads are counted, where ploidy and depth are, neither, and
#: where depth is.
AUTOSOME, CHROMOSOME_X, OTHER_CONTIG_KIND, CHROMOSOME_Y = 0, 1, 2, 3

#: Kinds of allele.
REFERENCE, SEQUENCE, DELETED, SYMBOLIC, NO_ALTERNATE = 0, 1, 2, 3, 4

MISSING_CODE = 3

#: Fields between a record's position and its calls.
N_FIXED = 7

#: How the header declares a FORMAT field.
UNUSED, WHOLE, DECIMAL = 0, 1, 2


def _unpack_bytes() -> npt.NDArray[np.uint32]:
    """Return for each packed byte its four genotypes as the bytes of a number."""
    places = np.arange(256)[:, None] >> np.array([0, 2, 4, 6]) & 3
    calls = np.where(places == MISSING_CODE, -9, places).astype(np.int8)
    return np.ascontiguousarray(calls).view(np.uint32).ravel()


_UNPACKED = _unpack_bytes()


class Policy(NamedTuple):
    """How records are taken, as plain numbers that kernels can hold.

    ``use_dp`` and its like are :data:`UNUSED`, or how the header declares the field;
    ``use_ac`` says whether it declares both INFO/AC and INFO/AN; ``leading_marks``
    whether a call may begin with a phasing mark, as from VCF 4.4 on. ``min_depth`` and
    ``min_quality`` are 0 where nothing is asked; ``call_filters`` has the values of
    FORMAT/FT that pass, each ended by a zero.
    """

    contig_kind: int
    half_is_reference: bool
    absent_is_reference: bool
    keep_phase: bool
    use_dp: int
    use_gq: int
    use_ad: int
    use_lrr: int
    use_ac: bool
    leading_marks: bool
    min_depth: int
    min_quality: int
    call_filters: Bytes
    par_ends: Integers
    charr_min_gq: int
    charr_min_depth: int
    charr_max_depth: int
    charr_min_frequency: float
    charr_max_frequency: float
    charr_unit: int


class RecordHead(NamedTuple):
    """What a record says before its calls; the last three are (at, length).

    They lie in the buffer that the record is read from, where it begins at ``begin``.
    """

    begin: int
    contig: Bytes
    position: int
    identifier: tuple[int, int]
    quality: tuple[int, int]
    filters: tuple[int, int]


class Scratch(NamedTuple):
    """One record's calls, by sample of the store; reused for every record.

    ``second`` is −2 where the call is haploid; other numbers are −1 where absent.
    ``refused`` says why a call that the file has is no genotype; see
    :mod:`genostrat.genotypes.kernels.evidence`.
    Alleles: where each begins in the buffer that they were read from, its length and
    its kind; number 0 is REF. ``column_end``: where the fields before the calls end.
    """

    first: npt.NDArray[np.int32]
    second: npt.NDArray[np.int32]
    phased: Bytes
    depth: npt.NDArray[np.int32]
    quality: npt.NDArray[np.int32]
    reads_ref: npt.NDArray[np.int32]
    reads_alt: npt.NDArray[np.int32]
    sums_of_reads: npt.NDArray[np.int32]
    refused: Bytes
    codes: Bytes
    turns: Bytes
    allele_at: Integers
    allele_length: Integers
    allele_kind: Integers
    column_end: Integers


class Rows(NamedTuple):
    """Bi-allelic rows ready for a piece; filled from the front.

    ``text`` holds lines of a ``.pvar``; line i ends at ``text_end[i]`` and has its REF
    at ``ref_at[i]``, followed by a tab and its ALT. ``record_at`` is where the record
    that a row is of begins in the buffer that it was read from. ``reads`` has the sums
    of :data:`genostrat.genotypes.records.VARIANT_READS`.
    """

    packed: Bytes
    phase: Bytes
    position: Integers
    text: Bytes
    text_end: Integers
    ref_at: Integers
    ref_length: Integers
    alt_length: Integers
    irregular: Bytes
    record_at: Integers
    reads: Integers


def make_scratch(n_samples: int, *, max_alleles: int = 4096) -> Scratch:
    """Return arrays for one record of `n_samples` samples."""
    n_padded = -(-n_samples // 4) * 4
    return Scratch(
        first=np.full(n_samples, -1, np.int32),
        second=np.full(n_samples, -1, np.int32),
        phased=np.zeros(n_samples, np.uint8),
        depth=np.full(n_samples, -1, np.int32),
        quality=np.full(n_samples, -1, np.int32),
        reads_ref=np.full(n_samples, -1, np.int32),
        reads_alt=np.full(n_samples, -1, np.int32),
        sums_of_reads=np.full(n_samples, -1, np.int32),
        refused=np.zeros(n_samples, np.uint8),
        codes=np.zeros(n_padded, np.uint8),
        turns=np.zeros(n_padded, np.uint8),
        allele_at=np.zeros(max_alleles, np.int64),
        allele_length=np.zeros(max_alleles, np.int64),
        allele_kind=np.zeros(max_alleles, np.int64),
        column_end=np.zeros(N_FIXED, np.int64),
    )


def make_rows(n_samples: int, *, n_rows: int, n_text: int, keep_phase: bool) -> Rows:
    """Return room for `n_rows` rows and `n_text` bytes of ``.pvar`` lines."""
    width = -(-n_samples // 4)
    return Rows(
        packed=np.empty((n_rows, width), np.uint8),
        phase=np.empty((n_rows if keep_phase else 0, width), np.uint8),
        position=np.zeros(n_rows, np.int64),
        text=np.empty(n_text, np.uint8),
        text_end=np.zeros(n_rows, np.int64),
        ref_at=np.zeros(n_rows, np.int64),
        ref_length=np.zeros(n_rows, np.int64),
        alt_length=np.zeros(n_rows, np.int64),
        irregular=np.zeros(n_rows, np.uint8),
        record_at=np.zeros(n_rows, np.int64),
        reads=np.zeros((n_rows, len(VARIANT_READS)), np.int64),
    )


@kernel
def is_kept_already(rows, n_rows, position, buffer, scratch, allele):
    """Say whether a row of this position has the same REF and ALT."""
    ref_at, n_ref = scratch.allele_at[0], scratch.allele_length[0]
    alt_at, n_alt = scratch.allele_at[allele], scratch.allele_length[allele]
    row = n_rows - 1
    while row >= 0 and rows.position[row] == position:
        if rows.ref_length[row] == n_ref and rows.alt_length[row] == n_alt:
            own, same = rows.ref_at[row], True
            for i in range(n_ref):
                same &= rows.text[own + i] == upper(buffer[ref_at + i])
            own += n_ref + 1
            for i in range(n_alt):
                same &= rows.text[own + i] == upper(buffer[alt_at + i])
            if same:
                return True
        row -= 1
    return False


@kernel
def write_row(rows, n_rows, line, buffer, scratch, allele):
    """Write the ``.pvar`` line of a row."""
    begin, contig, position, identifier, quality, filters = line
    rows.record_at[n_rows] = begin
    rows.reads[n_rows] = 0
    text = rows.text
    used = rows.text_end[n_rows - 1] if n_rows > 0 else 0
    used = put_bytes(text, used, contig, 0, len(contig), False)
    text[used] = TAB
    used = put_number(text, used + 1, position)
    text[used] = TAB
    used += 1
    ref_at, n_ref = scratch.allele_at[0], scratch.allele_length[0]
    alt_at, n_alt = scratch.allele_at[allele], scratch.allele_length[allele]
    n_identifier = identifier[1]
    if n_identifier == 0 or (n_identifier == 1 and buffer[identifier[0]] == DOT):
        used = put_bytes(text, used, contig, 0, len(contig), False)
        text[used] = COLON
        used = put_number(text, used + 1, position)
        text[used] = COLON
        used = put_bytes(text, used + 1, buffer, ref_at, n_ref, True)
        text[used] = COLON
        used = put_bytes(text, used + 1, buffer, alt_at, n_alt, True)
    else:
        used = put_bytes(text, used, buffer, identifier[0], identifier[1], False)
    text[used] = TAB
    used += 1
    rows.ref_at[n_rows] = used
    rows.ref_length[n_rows] = n_ref
    rows.alt_length[n_rows] = n_alt
    rows.position[n_rows] = position
    used = put_bytes(text, used, buffer, ref_at, n_ref, True)
    text[used] = TAB
    used = put_bytes(text, used + 1, buffer, alt_at, n_alt, True)
    text[used] = TAB
    used = put_bytes(text, used + 1, buffer, quality[0], quality[1], False)
    text[used] = TAB
    used = put_bytes(text, used + 1, buffer, filters[0], filters[1], False)
    text[used] = NEWLINE
    rows.text_end[n_rows] = used + 1


@kernel
def pack_codes(codes, out):
    """Pack codes of two bits, four to a byte, the first in the lowest bits."""
    quads = codes.view(np.uint32)
    for i in range(len(out)):
        quad = quads[i]
        out[i] = np.uint8(
            (quad & 3) | (quad >> 6 & 12) | (quad >> 12 & 48) | (quad >> 18 & 192)
        )


@kernel
def unpack_codes(packed, out):
    """Undo :func:`pack_codes` for whole rows; `out` is int8, and missing is −9.

    Parameters
    ----------
    packed
        uint8, shape (n_rows, ⌈n_samples / 4⌉).
    out
        int8, shape (n_rows, n_samples).
    """
    n_samples = out.shape[1]
    n_whole = n_samples // 4
    for row in range(len(packed)):
        own, to = packed[row], out[row]
        quads = to[: 4 * n_whole].view(np.uint32)
        for i in range(n_whole):
            quads[i] = _UNPACKED[own[i]]
        for i in range(4 * n_whole, n_samples):
            code = np.int8((own[i >> 2] >> ((i & 3) << 1)) & 3)
            to[i] = np.int8(-9) if code == MISSING_CODE else code


@kernel
def count_codes(codes, n_samples, counts):
    """Add one record's missing, homozygous-reference and other calls to the counts."""
    missing, hom_ref = np.int32(0), np.int32(0)
    for i in range(n_samples):
        missing += np.int32(codes[i] == MISSING_CODE)
        hom_ref += np.int32(codes[i] == 0)
    counts[CALLS_MISSING] += missing
    counts[CALLS_HOM_REF] += hom_ref
    counts[CALLS_OTHER] += n_samples - missing - hom_ref


@kernel
def outside_pars(position, par_ends):
    """Say whether a position of chrX lies outside the pseudo-autosomal regions."""
    for i in range(0, len(par_ends), 2):
        if par_ends[i] <= position <= par_ends[i + 1]:
            return False
    return True


@kernel
def settle_calls(scratch, n_samples, n_alts, policy, sums):
    """Apply the policy on half and absent calls.

    Afterwards a haploid call stands twice in first and second; ``turns`` is 1 where it
    was haploid, and ``codes`` is 1 where the call is missing. A call that was refused
    stays missing, whatever absent ones mean. The first loop has no branch, so that
    LLVM makes vectors of it; the others are for few records.
    """
    first, second = scratch.first, scratch.second
    missing, haploid, half = scratch.codes, scratch.turns, sums[HALF_CALLS]
    for i in range(n_samples):
        one, two = first[i], second[i]
        alone = two == -2
        two = one if alone else two
        second[i] = two
        half[i] += np.int64((one < 0) != (two < 0))
        missing[i] = np.uint8((one < 0) | (two < 0))
        haploid[i] = np.uint8(alone & (one >= 0))
    if policy.half_is_reference or policy.absent_is_reference:
        for i in range(n_samples):
            if not missing[i] or 0 < scratch.refused[i] < UNSURE:
                continue
            absent = first[i] < 0 and second[i] < 0
            if policy.absent_is_reference if absent else policy.half_is_reference:
                first[i], second[i] = max(first[i], 0), max(second[i], 0)
                missing[i] = 0
    for allele in range(1, n_alts + 1):
        if scratch.allele_kind[allele] == DELETED:
            for i in range(n_samples):
                missing[i] |= first[i] == allele or second[i] == allele


@kernel
def count_calls(scratch, n_samples, position, policy, counts, sums):
    """Count calls: by kind on autosomes, by ploidy on chrX outside the PARs."""
    first, second, missing = scratch.first, scratch.second, scratch.codes
    if policy.contig_kind == CHROMOSOME_X:
        if outside_pars(position, policy.par_ends):
            for i in range(n_samples):
                if not missing[i]:
                    sums[CALLED_X, i] += 1
                    sums[HAPLOID_X, i] += scratch.turns[i]
    elif policy.contig_kind == AUTOSOME:
        n_missing, hom_ref = np.int32(0), np.int32(0)
        for i in range(n_samples):
            n_missing += np.int32(missing[i] != 0)
            hom_ref += np.int32((missing[i] == 0) & (first[i] == 0) & (second[i] == 0))
        counts[CALLS_MISSING] += n_missing
        counts[CALLS_HOM_REF] += hom_ref
        counts[CALLS_OTHER] += n_samples - n_missing - hom_ref


@kernel
def count_refused(scratch, n_samples, sums):
    """Count the calls that are no genotype or an unsure one, by why."""
    for i in range(n_samples):
        why = scratch.refused[i]
        if why:
            sums[REFUSED_NO_READS + np.int64(why) - 1, i] += 1


@kernel
def encode_allele(scratch, n_samples, allele, out):
    """Write two-bit codes of one alternate allele over the samples."""
    first, second, missing = scratch.first, scratch.second, scratch.codes
    for i in range(n_samples):
        n_alt = np.uint8(first[i] == allele) + np.uint8(second[i] == allele)
        out[i] = np.uint8(MISSING_CODE) if missing[i] else np.uint8(n_alt)


@kernel
def encode_phase(scratch, n_samples, allele, out):
    """Write 1 where the call is phased ref|alt, 2 where alt|ref, else 0."""
    first, second, missing = scratch.first, scratch.second, scratch.codes
    for i in range(n_samples):
        one, two = first[i] == allele, second[i] == allele
        het = scratch.phased[i] and not missing[i] and one != two
        out[i] = np.uint8((2 if one else 1) if het else 0)


@kernel
def is_told_by_store(scratch, n_samples, info_ac, info_an):
    """Say whether the store will hold all there is to count of a one-ALT record.

    That is so unless a call is haploid or half absent, or INFO/AC and AN, which
    bcftools counts by, are not what the calls say. Before :func:`settle_calls`.
    """
    first, second = scratch.first, scratch.second
    odd, n_alt, n_known = np.int32(0), np.int64(0), np.int64(0)
    for i in range(n_samples):
        one, two = first[i], second[i]
        odd |= np.int32((one >= 0) != (two >= 0))
        n_alt += np.int64(one == 1) + np.int64(two == 1)
        n_known += np.int64(one >= 0) + np.int64(two >= 0)
    if odd:
        return False
    if info_an < 0 or len(info_ac) == 0:
        return True
    return len(info_ac) == 1 and info_ac[0] == n_alt and info_an == n_known


@kernel
def take_record(
    buffer,
    line,
    n_alts,
    regular,
    policy,
    scratch,
    depths,
    rows,
    n_rows,
    counts,
    sums,
):
    """Split the record in the scratch into rows, and count it; return the row number.

    `regular` says whether the store tells all of the record; `depths`, by sample, are
    empty where it has none.
    """
    position = line.position
    n_samples = len(scratch.first)
    settle_calls(scratch, n_samples, n_alts, policy, sums)
    count_calls(scratch, n_samples, position, policy, counts, sums)
    if policy.contig_kind == AUTOSOME:
        is_snv = (
            n_alts == 1
            and scratch.allele_kind[1] != NO_ALTERNATE
            and scratch.allele_length[0] == 1
            and scratch.allele_length[1] == 1
        )
        add_reads(scratch, depths, n_samples, is_snv, policy, sums)
    # settle_calls left the missing flags in codes; they are needed for every allele
    for allele in range(1, n_alts + 1):
        kind = scratch.allele_kind[allele]
        if kind == SYMBOLIC:
            counts[DROPPED + DROP_SYMBOLIC] += 1
        if kind == SYMBOLIC or kind == DELETED:
            continue
        if is_kept_already(rows, n_rows, position, buffer, scratch, allele):
            counts[DROPPED + DROP_DUPLICATE] += 1
            continue
        write_row(rows, n_rows, line, buffer, scratch, allele)
        rows.irregular[n_rows] = not regular
        if policy.keep_phase:
            encode_phase(scratch, n_samples, allele, scratch.turns)
            pack_codes(scratch.turns, rows.phase[n_rows])
        encode_allele(scratch, n_samples, allele, scratch.turns)
        pack_codes(scratch.turns, rows.packed[n_rows])
        if n_alts == 1 and policy.contig_kind == AUTOSOME:
            sum_row_reads(scratch, depths, n_samples, policy, rows.reads[n_rows])
        n_rows += 1
    return n_rows
