"""A compiled, vectorised way for records with nothing but diploid GT of 0 and 1."""

from __future__ import annotations

import numpy as np

from genostrat.compiled import compiler
from genostrat.genotypes.characters import TAB
from genostrat.genotypes.kernels.records import (
    AUTOSOME,
    CALLED_X,
    CHROMOSOME_X,
    MISSING_CODE,
    count_codes,
    is_kept_already,
    outside_pars,
    pack_codes,
    write_row,
)

kernel = compiler(__name__)

#: A column such as ``0/1`` and a tab as a little-endian number: allele, separator,
#: allele, tab. A call leaves the lowest bit of either allele open.
_CALL_MASK, _CALL = np.uint32(0xFFFE00FE), np.uint32(0x09300030)
_ABSENT_MASK, _ABSENT = np.uint32(0xFFFF00FF), np.uint32(0x092E002E)
_SEPARATOR_MASK = np.uint32(0xFF00)
_SLASHED, _BARRED = np.uint32(0x2F00), np.uint32(0x7C00)
_ONE, _THREE, _EIGHT, _SIXTEEN = (np.uint32(number) for number in (1, 3, 8, 16))
_TAB_WORD = np.uint32(TAB << 24)


@kernel
def read_plain_columns(words, codes):
    """Turn columns of four bytes, such as ``0|1`` and a tab, into codes 0, 1, 2, 3.

    `words` holds one column each, little-endian. Returns False where a column is
    anything but two alleles of 0 and 1, or two dots; the codes are then worth nothing.
    All is 32-bit arithmetic without a branch, so that LLVM makes vectors of it.
    """
    n_fine = np.uint32(0)
    for i in range(len(words)):
        word = words[i]
        called = (word & _CALL_MASK) == _CALL
        absent = (word & _ABSENT_MASK) == _ABSENT
        separator = word & _SEPARATOR_MASK
        n_fine += np.uint32(
            (called | absent) & ((separator == _SLASHED) | (separator == _BARRED))
        )
        n_alt = (word & _ONE) + ((word >> _SIXTEEN) & _ONE)
        codes[i] = np.uint8(n_alt if called else _THREE)
    return n_fine == len(words)


@kernel
def read_plain_phase(words, turns):
    """Write 1 for ``0|1``, 2 for ``1|0``, else 0, of columns that are plain."""
    for i in range(len(words)):
        word = words[i]
        one, two = word & _ONE, (word >> _SIXTEEN) & _ONE
        phased = ((word & _SEPARATOR_MASK) == _BARRED) & (one != two)
        turns[i] = np.uint8(_ONE + one if phased else np.uint32(0))


@kernel
def are_counts(codes, n_samples, info_ac, info_an):
    """Say whether INFO/AC and AN are what the codes of a record say."""
    n_alt, n_missing = np.int64(0), np.int64(0)
    for i in range(n_samples):
        missing = codes[i] == MISSING_CODE
        n_alt += np.int64(0) if missing else np.int64(codes[i])
        n_missing += np.int64(missing)
    n_known = 2 * (n_samples - n_missing)
    return len(info_ac) == 1 and info_ac[0] == n_alt and info_an == n_known


@kernel
def take_plain(
    buffer,
    at,
    columns,
    line,
    info_ac,
    info_an,
    policy,
    scratch,
    plain,
    rows,
    n_rows,
    counts,
    sums,
):
    """Take a record of plain diploid GT, if it is one: (whether, new row number).

    The line's columns must end where plain ones would; the caller has seen to that.
    One that the store will not tell whole is left to the general way, as is a
    duplicate.
    """
    position = line.position
    place, order, in_order = columns
    last, file_codes = plain
    codes = scratch.codes
    if in_order:
        file_codes = codes
    n_columns, n_samples = len(place), len(order)
    # No copy: words are read where they stand, aligned or not. The last column has no
    # tab after it, and is read apart.
    n_words = n_columns - 1
    end = at + 4 * n_words
    words = buffer[at:end].view(np.uint32)
    last[0] = (
        np.uint32(buffer[end])
        | (np.uint32(buffer[end + 1]) << _EIGHT)
        | (np.uint32(buffer[end + 2]) << _SIXTEEN)
        | _TAB_WORD
    )
    if not read_plain_columns(words, file_codes):
        return False, n_rows
    if not read_plain_columns(last, file_codes[n_words:]):
        return False, n_rows
    if not in_order:
        for i in range(n_samples):
            codes[i] = file_codes[order[i]]
    if is_kept_already(rows, n_rows, position, buffer, scratch, 1):
        return False, n_rows
    if len(info_ac) > 0 and not are_counts(codes, n_samples, info_ac, info_an):
        return False, n_rows
    if policy.absent_is_reference:
        for i in range(n_samples):
            if codes[i] == MISSING_CODE:
                codes[i] = 0
    if policy.contig_kind == AUTOSOME:
        count_codes(codes, n_samples, counts)
    elif policy.contig_kind == CHROMOSOME_X and outside_pars(position, policy.par_ends):
        for i in range(n_samples):
            sums[CALLED_X, i] += codes[i] != MISSING_CODE
    write_row(rows, n_rows, line, buffer, scratch, 1)
    rows.irregular[n_rows] = 0
    pack_codes(codes, rows.packed[n_rows])
    if policy.keep_phase:
        file_turns = plain[1]
        read_plain_phase(words, file_turns)
        read_plain_phase(last, file_turns[n_words:])
        for i in range(n_samples):
            scratch.turns[i] = file_turns[order[i]]
        pack_codes(scratch.turns, rows.phase[n_rows])
    return True, n_rows + 1
