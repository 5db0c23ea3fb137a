"""Compiled readers of the annotations in INFO, for the rows that a scanner kept."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from genostrat.arrays import Bytes, Floats, Integers
from genostrat.compiled import N_MARKED, compiler, first_one, mark_letter
from genostrat.genotypes.annotation_header import (
    BCFTOOLS,
    FREQUENCIES,
    VEP,
    AnnotationFormat,
)
from genostrat.genotypes.characters import (
    BAR,
    COMMA,
    DOT,
    EQUALS,
    MINUS,
    NINE,
    PLUS,
    SEMICOLON,
    TAB,
    ZERO,
)
from genostrat.genotypes.kernels.alleles import AnnotatedAlleles, match_alleles
from genostrat.genotypes.kernels.fields import find_columns, split_alleles
from genostrat.genotypes.kernels.letters import put_bytes, upper
from genostrat.genotypes.kernels.records import NO_ALTERNATE, SEQUENCE

kernel = compiler(__name__)

#: Most subfields of an annotation; VEP with every plugin has some hundreds.
MAX_SUBFIELDS = 1024
#: Annotations of one record that a further one is held against: those of transcripts
#: of one gene stand side by side and are mostly equal.
LOOK_BACK = 16

#: Positions in ``counts``.
N_MALFORMED, N_UNMATCHED, N_UNNAMED, N_TEXT = 0, 1, 2, 3
N_COUNTS = 4

_AT, _AND = ord("@"), ord("&")
_NOTHING, _ONE_BIT = np.uint64(0), np.uint64(1)


class Fields(NamedTuple):
    """How annotations are written, as plain numbers: places of subfields, or −1."""

    key: Bytes
    tool: int
    n_subfields: int
    allele: int
    number: int
    consequence: int
    symbol: int
    gene: int
    lof: int
    change: int
    frequencies: Integers


class Room(NamedTuple):
    """Where annotations go; reused.

    ``text`` holds ``consequence|symbol|gene``, and ``|lof`` where the file has it, one
    after another. Annotation i is of row ``row[i]`` and is the text from ``at[i]`` to
    ``end[i]``; rows of one record may share a text. ``frequency``: by row.
    """

    row: Integers
    at: Integers
    end: Integers
    text: Bytes
    frequency: Floats


def make_fields(form: AnnotationFormat) -> Fields:
    """Return how annotations are written in the form that kernels take."""
    wanted = [form.find(name) for name in FREQUENCIES]
    return Fields(
        key=np.frombuffer(bytearray(form.key.encode()), np.uint8),
        tool=form.tool,
        n_subfields=len(form.subfields),
        allele=form.find("Allele"),
        number=form.find("ALLELE_NUM"),
        consequence=form.find("Consequence", "Annotation"),
        symbol=form.find("SYMBOL", "Gene_Name", "gene"),
        gene=form.find("Gene", "Gene_ID"),
        lof=form.find("LoF"),
        change=form.find("dna_change"),
        frequencies=np.array([place for place in wanted if place >= 0], np.int64),
    )


def make_room(*, n_rows: int, n_found: int, n_text: int) -> Room:
    """Return room for the annotations of rows."""
    return Room(
        row=np.zeros(n_found, np.int64),
        at=np.zeros(n_found, np.int64),
        end=np.zeros(n_found, np.int64),
        text=np.zeros(n_text, np.uint8),
        frequency=np.zeros(n_rows, np.float64),
    )


@kernel
def read_annotations(buffer, rows, n_rows, fields, scratch, room, counts):
    """Read the annotations of rows.

    Parameters
    ----------
    buffer
        uint8; what the rows were read from.
    rows, n_rows
        See :class:`genostrat.genotypes.kernels.records.Rows`.
    fields, room
        How annotations are written, and where they go.
    scratch
        Overwritten: its alleles.
    counts
        int64 (4,), added to: annotations with another number of subfields than the
        header says, those whose allele is none of their record, those that name none
        where there are several, and bytes of text.

    Returns
    -------
    n_found
        −1 where there is too little room.
    """
    ends = np.zeros(7, np.int64)
    starts = np.zeros(MAX_SUBFIELDS + 1, np.int64)
    spare = np.zeros(MAX_SUBFIELDS + 1, np.int64)
    hit = np.zeros(len(scratch.allele_at), np.uint8)
    allele_of = np.zeros(len(scratch.allele_at), np.int64)
    alleles = AnnotatedAlleles(
        scratch.allele_at, scratch.allele_length, scratch.allele_kind
    )
    n_found, first = 0, 0
    room.frequency[:n_rows] = np.nan
    while first < n_rows:
        begin, last = rows.record_at[first], first + 1
        while last < n_rows and rows.record_at[last] == begin:
            last += 1
        find_columns(buffer, begin, ends)
        at, stop = _find_value(buffer, ends[6] + 1, fields.key)
        if at < stop and not (stop - at == 1 and buffer[at] == DOT):
            n_alts = split_alleles(
                buffer, ends[2] + 1, ends[3], ends[3] + 1, ends[4], scratch
            )
            for row in range(first, last):
                allele_of[row - first] = _allele_of(rows, row, buffer, alleles, n_alts)
            n_found = _read_value(
                buffer,
                (at, stop),
                rows.position[first],
                (first, last),
                n_alts,
                fields,
                alleles,
                (starts, spare, hit, allele_of),
                room,
                n_found,
                counts,
            )
            if n_found < 0:
                return -1
        first = last
    return n_found


@kernel
def _find_value(buffer, at, key):
    """Return where the value of an INFO key begins and ends; both 0 without it."""
    n_key = len(key)
    while True:
        same = buffer[at + n_key] == EQUALS
        for i in range(n_key):
            if not same:
                break
            same = buffer[at + i] == key[i]
        stop = _entry_end(buffer, at)
        if same:
            return at + n_key + 1, stop
        if buffer[stop] != SEMICOLON:
            return 0, 0
        at = stop + 1


@kernel
def _entry_end(buffer, at):
    """Return where an entry of INFO ends, many bytes at a time."""
    address = np.int64(buffer.ctypes.data)
    while True:
        ends = mark_letter(address + at, SEMICOLON) | mark_letter(address + at, TAB)
        if ends != _NOTHING:
            return at + first_one(ends)
        at += N_MARKED


@kernel
def _allele_of(rows, row, buffer, alleles, n_alts):
    """Return the number of a row's allele within its record."""
    n_alt = rows.alt_length[row]
    at = rows.ref_at[row] + rows.ref_length[row] + 1
    for allele in range(1, n_alts + 1):
        kind = alleles.kind[allele]
        if alleles.length[allele] != n_alt:
            continue
        same = kind == SEQUENCE or kind == NO_ALTERNATE
        for i in range(n_alt):
            own = buffer[alleles.at[allele] + i]
            same = same and rows.text[at + i] == upper(own)
        if same:
            return allele
    return 0


@kernel
def _read_value(
    buffer,
    value,
    position,
    span,
    n_alts,
    fields,
    alleles,
    work,
    room,
    n_found,
    counts,
):
    """Read all annotations of one record; return how many there are now, or −1."""
    at, stop = value
    first, last = span
    starts, spare, hit, allele_of = work
    n_before, any_whole = n_found, False
    while at < stop:
        n_subfields, end = _split(buffer, at, stop, starts)
        if fields.tool != BCFTOOLS and n_subfields < fields.n_subfields:
            if n_subfields == 1 and any_whole:
                at = end + 1  # the rest of a last subfield with commas
                continue
            n_subfields, end = _join(
                buffer, n_subfields, end, stop, fields.n_subfields, starts, spare
            )
        whole = n_subfields == fields.n_subfields or (
            fields.tool == BCFTOOLS and 1 <= n_subfields <= fields.n_subfields
        )
        at = end + 1
        if not whole or starts[1] - starts[0] == 1 == n_subfields:
            counts[N_MALFORMED] += 1
            continue
        any_whole = True
        hit[: n_alts + 1] = 0
        if not match_alleles(
            buffer, starts, n_subfields, position, n_alts, fields, alleles, hit
        ):
            unnamed = fields.tool == VEP and max(fields.allele, fields.number) < 0
            counts[N_UNNAMED if unnamed else N_UNMATCHED] += 1
            continue
        n_found = _put(
            buffer,
            starts,
            n_subfields,
            (first, last),
            fields,
            (hit, allele_of),
            room,
            n_found,
            n_before,
            counts,
        )
        if n_found < 0:
            return -1
    return n_found


@kernel
def _split(buffer, at, stop, starts):
    """Find where subfields begin: how many there are, and where the annotation ends.

    Subfield i ends one before ``starts[i + 1]``. With too many the number is 0. Many
    bytes at a time: the buffer has that much room after its last newline.
    """
    address = np.int64(buffer.ctypes.data)
    number, end = 0, stop
    starts[0] = at
    while at < stop:
        bars = mark_letter(address + at, BAR)
        commas = mark_letter(address + at, COMMA)
        n_left = min(stop - at, N_MARKED)
        if commas != _NOTHING and first_one(commas) < n_left:
            n_left = first_one(commas)
            end = at + n_left
        bars &= (_ONE_BIT << np.uint64(n_left)) - _ONE_BIT
        while bars != _NOTHING:
            number += 1
            if number < len(starts):
                starts[number] = at + first_one(bars) + 1
            bars &= bars - _ONE_BIT
        if end < stop:
            break
        at += N_MARKED
    number += 1
    if number >= len(starts):
        return 0, end
    starts[number] = end + 1
    return number, end


@kernel
def _join(buffer, n_subfields, end, stop, n_wanted, starts, spare):
    """Join pieces that a comma within a subfield has parted, if they are a whole then.

    LOFTEE writes such commas into LoF_info. Returns the number of subfields, and where
    they end; as given where the pieces that follow do not fit.
    """
    number, at = n_subfields, end
    while 0 < number < n_wanted and at < stop:
        n_more, at = _split(buffer, at + 1, stop, spare)
        if n_more == 0 or n_more == n_wanted or number + n_more - 1 > n_wanted:
            return n_subfields, end
        for i in range(1, n_more + 1):
            starts[number - 1 + i] = spare[i]
        number += n_more - 1
    return (number, at) if number == n_wanted else (n_subfields, end)


@kernel
def _put(
    buffer,
    starts,
    n_subfields,
    span,
    fields,
    matched,
    room,
    n_found,
    n_before,
    counts,
):
    """Keep an annotation for the rows of its alleles; return the new number, or −1."""
    first, last = span
    hit, allele_of = matched
    frequency = _read_frequency(buffer, starts, fields)
    begin = counts[N_TEXT]
    needed = starts[n_subfields] - starts[0] + 8
    if begin + needed > len(room.text):
        return -1
    used = _put_text(buffer, starts, n_subfields, fields, room.text, begin)
    at = _find_text(room, n_before, n_found, begin, used)
    end = at + used - begin
    for row in range(first, last):
        allele = allele_of[row - first]
        if not hit[allele]:
            continue
        if not np.isnan(frequency):
            known = room.frequency[row]
            room.frequency[row] = (
                frequency if np.isnan(known) else max(known, frequency)
            )
        if _is_known(room, n_before, n_found, row, at):
            continue
        if n_found == len(room.row):
            return -1
        room.row[n_found], room.at[n_found], room.end[n_found] = row, at, end
        counts[N_TEXT] = max(counts[N_TEXT], end)
        n_found += 1
    return n_found


@kernel
def _put_text(buffer, starts, n_subfields, fields, text, used):
    """Write consequence, symbol, gene and, where the file has it, LoF."""
    if buffer[starts[0]] == _AT and fields.tool == BCFTOOLS:
        text[used], text[used + 1], text[used + 2] = _AT, BAR, BAR
        return used + 3
    n_written = 4 if fields.lof >= 0 else 3
    for number in range(n_written):
        place = fields.consequence
        place = fields.symbol if number == 1 else place
        place = fields.gene if number == 2 else place
        place = fields.lof if number == 3 else place
        if number > 0:
            text[used] = BAR
            used += 1
        if 0 <= place < n_subfields:
            at, end = starts[place], starts[place + 1] - 1
            used = put_bytes(text, used, buffer, at, end - at, False)
    return used


@kernel
def _find_text(room, n_before, n_found, begin, end):
    """Return where an equal text of the same record stands, or where this one does."""
    for i in range(n_found - 1, max(n_before, n_found - LOOK_BACK) - 1, -1):
        at = room.at[i]
        same = room.end[i] - at == end - begin
        step = 0
        while same and step < end - begin:
            same = room.text[at + step] == room.text[begin + step]
            step += 1
        if same:
            return at
    return begin


@kernel
def _is_known(room, n_before, n_found, row, at):
    for i in range(n_found - 1, max(n_before, n_found - 4 * LOOK_BACK) - 1, -1):
        if room.row[i] == row and room.at[i] == at:
            return True
    return False


@kernel
def _read_frequency(buffer, starts, fields):
    """Return the highest frequency that an annotation gives, NaN where none."""
    highest = np.nan
    for i in range(len(fields.frequencies)):
        place = fields.frequencies[i]
        at, stop = starts[place], starts[place + 1] - 1
        while at < stop:
            end = at
            while end < stop and buffer[end] != _AND:
                end += 1
            value = _read_decimal(buffer, at, end)
            if not np.isnan(value):
                highest = value if np.isnan(highest) else max(highest, value)
            at = end + 1
    return highest


@kernel
def _read_decimal(buffer, at, end):
    """Return a number such as 0.25 or 1.2e-05 between 0 and 1, NaN for all else.

    Digits after the fifteenth do not count.
    """
    mantissa, n_digits, scale, n_read = 0, 0, 0, 0
    after_point = False
    while at < end and (ZERO <= buffer[at] <= NINE or buffer[at] == DOT):
        if buffer[at] == DOT:
            if after_point:
                return np.nan
            after_point = True
        else:
            n_read += 1
            if n_digits < 15:
                mantissa = mantissa * 10 + buffer[at] - ZERO
                n_digits += np.int64(mantissa > 0)
                scale -= np.int64(after_point)
            elif not after_point:
                scale += 1
        at += 1
    if n_read == 0:
        return np.nan
    if at < end and (buffer[at] | 32) == 101:  # e
        at += 1
        sign = 1
        if at < end and (buffer[at] == MINUS or buffer[at] == PLUS):
            sign = -1 if buffer[at] == MINUS else 1
            at += 1
        exponent, begin = 0, at
        while at < end and ZERO <= buffer[at] <= NINE and exponent < 1000:
            exponent = exponent * 10 + buffer[at] - ZERO
            at += 1
        if at == begin:
            return np.nan
        scale += sign * exponent
    if at < end:
        return np.nan
    # dividing by a power of ten that is exact rounds once, as reading a number does
    value = float(mantissa)
    if -22 <= scale < 0:
        value /= 10.0**-scale
    else:
        value *= 10.0**scale
    return value if value <= 1 else np.nan
