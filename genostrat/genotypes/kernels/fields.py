"""Compiled readers of the fields of a VCF's line.

Every buffer ends with a newline, so that reading stops without counting bytes.
"""

from __future__ import annotations

import numpy as np

from genostrat.compiled import (
    N_MARKED,
    compiler,
    count_ones,
    first_one,
    load_word,
    mark_letter,
    mark_others,
)
from genostrat.genotypes.characters import (
    BAR,
    COLON,
    COMMA,
    DOT,
    MINUS,
    NEWLINE,
    NINE,
    PLUS,
    RETURN,
    SEMICOLON,
    SLASH,
    STAR,
    TAB,
    ZERO,
)
from genostrat.genotypes.kernels.letters import (
    is_acgt,
    upper,
)
from genostrat.genotypes.kernels.records import (
    DECIMAL,
    DELETED,
    NO_ALTERNATE,
    REFERENCE,
    SEQUENCE,
    SYMBOLIC,
)

kernel = compiler(__name__)

#: Why scanning stopped.
DONE, OTHER_CONTIG, PAST_END, FULL = 0, 1, 2, 3
TOO_FEW_COLUMNS = 10
TOO_FEW_SAMPLES = 11
TOO_MANY_SAMPLES = 12
BAD_POSITION = 13
UNSORTED = 14
BAD_QUALITY = 15
BAD_GENOTYPE = 16
TOO_MANY_ALLELES = 17
ALLELE_BEYOND_ALT = 18
BAD_NUMBER = 19
TOO_MANY_FIELDS = 20
BAD_FORMAT = 22
BAD_CONTIG = 23
BAD_FILTER = 24
BAD_ALLELE = 25
SECOND_HEADER = 26

_LOW_BITS, _HIGH_BITS = np.uint64(0x7F7F7F7F7F7F7F7F), np.uint64(0x8080808080808080)
_NOTHING, _ONE_BIT = np.uint64(0), np.uint64(1)
_ZEROS, _TO_HIGH = np.uint64(0x3030303030303030), np.uint64(0x7676767676767676)
_TEN, _EIGHT, _SIXTEEN, _HALF = (np.uint64(number) for number in (10, 8, 16, 32))
_BYTES, _BYTE = np.uint64(0x000000FF000000FF), np.uint64(0xFF)
#: A call such as ``0/1:`` as the low half of a word.
_CALL_MASK, _CALL = np.uint64(0xFFFE00FE), np.uint64(0x3A300030)
#: Bytes after such a call; and bits past the bytes of a mask, more than are looked for.
_AFTER_CALL, _GUARD = np.uint64(0xFFFFFFF0), np.uint64(0xFF00000000)
_SLASH_WORD, _BAR_WORD = np.uint64(SLASH), np.uint64(BAR)
_WEIGHTS, _LOWER_WEIGHTS = np.uint64(0x000F424000000064), np.uint64(0x0000271000000001)
_INF, _INFINITY, _NAN = (
    np.frombuffer(word, np.uint8) for word in (b"INF", b"INFINITY", b"NAN")
)
MAX_POSITION = 2**31 - 1
MAX_WHOLE = 2**31 - 1
#: Beyond this no digit is added to a whole number: one more still fits into 63 bits.
MAX_DIGITS = 10**17


@kernel
def field_end(buffer, at):
    """Return where a tab-separated field ends."""
    while buffer[at] != TAB and buffer[at] != NEWLINE:
        at += 1
    return at


@kernel
def find_columns(buffer, at, ends):
    """Find where each of the next fields of a line ends: whether all are there."""
    for i in range(len(ends)):
        at = field_end(buffer, at)
        if buffer[at] == NEWLINE:
            return False
        ends[i] = at
        at += 1
    return True


@kernel
def ends_value(letter):
    """Say whether a letter ends a value of a sample column."""
    return letter == COLON or letter == TAB or letter == NEWLINE or letter == RETURN


@kernel
def ends_field(letter):
    """Say whether a letter ends a value, or the column that it is in."""
    return letter == COLON or letter == TAB or letter == NEWLINE


@kernel
def skip_column(address):
    """Return how many colons and bytes there are before a column's tab or newline.

    Many bytes at a time: the buffer has that much room after its last newline.
    """
    n_colons, at = 0, 0
    while True:
        colons = mark_letter(address + at, COLON)
        ends = mark_letter(address + at, TAB) | mark_letter(address + at, NEWLINE)
        if ends != _NOTHING:
            place = first_one(ends)
            before = (_ONE_BIT << np.uint64(place)) - _ONE_BIT
            return n_colons + count_ones(colons & before), at + place
        n_colons += count_ones(colons)
        at += N_MARKED


@kernel
def is_other_contig(buffer, at, name):
    """Say whether the line at `at` is of another contig than `name`."""
    for i in range(len(name)):
        if buffer[at + i] != name[i]:
            return True
    return buffer[at + len(name)] != TAB


@kernel
def passes_filters(buffer, at, end, allowed):
    """Say whether every FILTER value is allowed; `allowed` ends each with a zero."""
    if len(allowed) == 0:
        return True
    while at <= end:
        stop = at
        while stop < end and buffer[stop] != SEMICOLON:
            stop += 1
        found, own = False, 0
        while own < len(allowed) and not found:
            same, i = True, 0
            while allowed[own + i] != 0:
                same &= at + i < stop and buffer[at + i] == allowed[own + i]
                i += 1
                if not same:
                    break
            found = same and at + i == stop
            while allowed[own] != 0:
                own += 1
            own += 1
        if not found:
            return False
        at = stop + 1
    return True


@kernel
def is_list(buffer, at, end):
    """Say whether a field is a list of names separated by semicolons."""
    previous = SEMICOLON
    for i in range(at, end):
        if buffer[i] == SEMICOLON and previous == SEMICOLON:
            return False
        previous = buffer[i]
    return previous != SEMICOLON


@kernel
def is_printable(buffer, at, end):
    """Say whether a field has no space and no control character."""
    n_odd = 0
    for i in range(at, end):
        n_odd += buffer[i] <= 32
    return n_odd == 0


@kernel
def is_quality(buffer, at, end):
    """Say whether a QUAL is a number, infinite, no number (``nan``), or a dot."""
    if end - at == 1 and buffer[at] == DOT:
        return True
    n_digits = 0
    for i in range(at, end):
        letter = buffer[i]
        if ZERO <= letter <= NINE:
            n_digits += 1
        elif not (
            letter == DOT
            or letter == MINUS
            or letter == PLUS
            or letter == 69
            or letter == 101
        ):
            return is_odd_float(buffer, at, end)
    return n_digits > 0


@kernel
def is_odd_float(buffer, at, end):
    """Say whether a field is infinite or no number, as VCF writes floats that are.

    That is ``inf``, ``infinity`` or ``nan`` in any case, perhaps after a sign.
    """
    if at < end and (buffer[at] == MINUS or buffer[at] == PLUS):
        at += 1
    for word in (_INF, _INFINITY, _NAN):
        same = end - at == len(word)
        for i in range(len(word)):
            same = same and upper(buffer[at + i]) == word[i]
        if same:
            return True
    return False


@kernel
def read_quality(buffer, at, end):
    """Return a QUAL that :func:`is_quality` takes, in single precision; −1: absent."""
    if buffer[at] == DOT and end - at == 1:
        return np.float32(-1)
    if is_odd_float(buffer, at, end):
        sign = buffer[at] == MINUS or buffer[at] == PLUS
        if upper(buffer[at + np.int64(sign)]) == _NAN[0] or buffer[at] == MINUS:
            return np.float32(-1)
        return np.float32(np.inf)
    value, _, _ = read_decimal(buffer, at)
    return np.float32(value)


@kernel
def split_alleles(buffer, ref_at, ref_end, alt_at, alt_end, scratch):
    """Put the alleles of a record into the scratch; return how many ALTs there are.

    −1 where there are more than the scratch has room for.
    """
    scratch.allele_at[0], scratch.allele_length[0] = ref_at, ref_end - ref_at
    scratch.allele_kind[0] = REFERENCE
    n_alts = 0
    while alt_at <= alt_end:
        stop = alt_at
        while stop < alt_end and buffer[stop] != COMMA:
            stop += 1
        n_alts += 1
        if n_alts >= len(scratch.allele_at):
            return -1
        scratch.allele_at[n_alts] = alt_at
        scratch.allele_length[n_alts] = stop - alt_at
        if is_acgt(buffer, alt_at, stop - alt_at):
            kind = SEQUENCE
        elif stop - alt_at == 1 and buffer[alt_at] == STAR:
            kind = DELETED
        else:
            kind = SYMBOLIC
        scratch.allele_kind[n_alts] = kind
        alt_at = stop + 1
    is_dot = scratch.allele_length[1] == 1 and buffer[scratch.allele_at[1]] == DOT
    if n_alts == 1 and is_dot:
        scratch.allele_kind[1] = NO_ALTERNATE
    return n_alts


@kernel
def value_of(digits):
    """Return the number whose eight digits are the bytes of a word, the first lowest.

    All at once, without a branch for each that the processor would have to guess.
    Known as SWAR parsing; see D. Lemire, "Quickly parsing eight digits", 2018.
    """
    pairs = digits * _TEN + (digits >> _EIGHT)
    upper = (pairs & _BYTES) * _WEIGHTS
    lower = ((pairs >> _SIXTEEN) & _BYTES) * _LOWER_WEIGHTS
    return np.int64((upper + lower) >> _HALF)


@kernel
def read_digits(address, length):
    """Read a number of one to eight digits that are known to be there."""
    word = load_word(address) ^ _ZEROS
    return value_of(word << np.uint64(64 - (length << 3)))


@kernel
def read_whole(address):
    """Read one to seven digits: (value, how many; 0 where it is anything else)."""
    word = load_word(address)
    digits = word ^ _ZEROS
    others = (((digits & _LOW_BITS) + _TO_HIGH) | digits) & _HIGH_BITS
    if others == _NOTHING:
        return 0, 0
    n_bits = first_one(others) & 56
    after = (word >> np.uint64(n_bits)) & _BYTE
    if n_bits == 0 or not (ends_value(after) or after == COMMA):
        return 0, 0
    return value_of(digits << np.uint64(64 - n_bits)), n_bits >> 3


@kernel
def read_number(buffer, at, declared):
    """Read a number of a sample column: (value or −1, where it ends, whether valid).

    Decimal numbers are cut to whole ones, after rounding to single precision as htslib
    keeps them. Negative and absent ones, and those past 31 bits, are −1.
    """
    value, length = read_whole(np.int64(buffer.ctypes.data) + at)
    if length > 0:
        return value, at + length, True
    return read_odd_number(buffer, at, declared)


@kernel
def read_decimal(buffer, at):
    """Read a number in decimal notation: (value, where it ends, how many digits)."""
    negative = buffer[at] == MINUS
    if negative or buffer[at] == PLUS:
        at += 1
    whole, n_digits, power = np.int64(0), 0, 0
    while ZERO <= buffer[at] <= NINE:
        if whole < MAX_DIGITS:
            whole = whole * 10 + (buffer[at] - ZERO)
        else:
            power += 1
        n_digits += 1
        at += 1
    if buffer[at] == DOT:
        at += 1
        while ZERO <= buffer[at] <= NINE:
            if whole < MAX_DIGITS:
                whole = whole * 10 + (buffer[at] - ZERO)
                power -= 1
            n_digits += 1
            at += 1
    if n_digits > 0 and (buffer[at] == 101 or buffer[at] == 69):
        at += 1
        down = buffer[at] == MINUS
        if down or buffer[at] == PLUS:
            at += 1
        shift, n_shift = 0, 0
        while ZERO <= buffer[at] <= NINE and n_shift < 4:
            shift = shift * 10 + (buffer[at] - ZERO)
            n_shift += 1
            at += 1
        n_digits = n_digits if n_shift > 0 else 0
        power += -shift if down else shift
    # One rounding only, for as many digits as a double holds: as strtod does.
    value = np.float64(whole)
    value = value / 10.0**-power if power < 0 else value * 10.0**power
    return -value if negative else value, at, n_digits


@kernel
def read_odd_number(buffer, at, declared):
    """Read any number, as :func:`read_number` does the usual ones."""
    after = buffer[at + 1]
    if buffer[at] == DOT and (ends_value(after) or after == COMMA):
        return -1, at + 1, True
    value, end, n_digits = read_decimal(buffer, at)
    if declared != DECIMAL:
        for i in range(at, end):
            if buffer[i] == DOT or buffer[i] == 101 or buffer[i] == 69:
                return -1, i, False
    else:
        value = np.float64(np.float32(value))
    after = buffer[end]
    fine = n_digits > 0 and (ends_value(after) or after == COMMA)
    if value <= -1 or value > MAX_WHOLE:
        return -1, end, fine
    return np.int64(value), end, fine


@kernel
def read_plain_call(address):
    """Read two alleles of 0 and 1 before a colon, nearly all there is.

    Returns (first, second, phased, whether it is that).
    """
    word = load_word(address)
    separator = (word >> _EIGHT) & _BYTE
    barred = separator == _BAR_WORD
    fine = (word & _CALL_MASK) == _CALL and (barred or separator == _SLASH_WORD)
    one, two = np.int64(word & _ONE_BIT), np.int64((word >> _SIXTEEN) & _ONE_BIT)
    return one, two, barred, fine


@kernel
def read_usual_column(address, n_keys):
    """Read a column as most callers write it: GT:AD:DP:GQ and what may follow.

    That is two alleles of 0 and 1, two counts of reads, two numbers, and a tab within
    32 bytes. All separators are found at once, so that no number waits for the last.

    Returns
    -------
    calls
        (first, second, phased).
    numbers
        (reads of REF, reads of ALT, depth, quality).
    length
        Bytes before the tab; 0 where the column is anything else, and the others are
        then worth nothing.
    """
    first, second, phased, fine = read_plain_call(address)
    tabs, colons = mark_letter(address, TAB), mark_letter(address, COLON)
    ends = tabs | mark_letter(address, NEWLINE) | _GUARD
    rest = (mark_others(address) & _AFTER_CALL) | _GUARD
    one = first_one(rest)
    rest &= rest - _ONE_BIT
    two = first_one(rest)
    rest &= rest - _ONE_BIT
    three = first_one(rest)
    rest &= rest - _ONE_BIT
    four = first_one(rest)
    length = first_one(ends)
    separators = (
        (mark_letter(address, COMMA) >> np.uint64(one))
        & (colons >> np.uint64(two))
        & (colons >> np.uint64(three))
        & ((colons | tabs) >> np.uint64(four))
        & (tabs >> np.uint64(length))
    )
    # each number has one to eight digits
    room = (one - 5) | (two - one - 2) | (three - two - 2) | (four - three - 2)
    before = (_ONE_BIT << np.uint64(length)) - _ONE_BIT
    fine &= (separators & _ONE_BIT) != _NOTHING
    fine &= 0 <= room <= 7
    fine &= count_ones(colons & before) < n_keys
    numbers = (
        read_digits(address + 4, one - 4),
        read_digits(address + one + 1, two - one - 1),
        read_digits(address + two + 1, three - two - 1),
        read_digits(address + three + 1, four - three - 1),
    )
    return (first, second, phased), numbers, length if fine else 0


@kernel
def read_genotype(buffer, at, n_alleles, leading_marks):
    """Read a GT: (first, second, phased, how many alleles, where it ends, code).

    ``second`` is −2 where there is one allele only; an absent allele is −1. With
    `leading_marks` a phasing mark may stand before the first allele (VCF 4.4): a
    slash there says that it is not phased, whatever the marks after it.
    """
    first, second, phased, number = -1, -2, False, 0
    loose = False
    if leading_marks and (buffer[at] == SLASH or buffer[at] == BAR):
        loose = buffer[at] == SLASH
        at += 1
    while True:
        if buffer[at] == DOT:
            allele = -1
            at += 1
        elif ZERO <= buffer[at] <= NINE:
            allele, n_digits = 0, 0
            while ZERO <= buffer[at] <= NINE and n_digits < 9:
                allele = allele * 10 + (buffer[at] - ZERO)
                n_digits += 1
                at += 1
            if allele >= n_alleles:
                return first, second, phased, number, at, ALLELE_BEYOND_ALT
        else:
            return first, second, phased, number, at, BAD_GENOTYPE
        number += 1
        if number == 1:
            first = allele
        elif number == 2:
            second = allele
        if buffer[at] == SLASH:
            at += 1
        elif buffer[at] == BAR:
            phased = True
            at += 1
        elif ends_value(buffer[at]):
            return first, second, phased and not loose, number, at, DONE
        else:
            return first, second, phased, number, at, BAD_GENOTYPE
