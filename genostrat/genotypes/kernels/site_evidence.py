"""A compiled reader of how many reads, and what quality, calls at wanted sites have."""

from __future__ import annotations

import numpy as np

from genostrat.compiled import compiler
from genostrat.genotypes.characters import COLON, COMMA, DOT, NINE, ZERO
from genostrat.genotypes.kernels.fields import ends_field, ends_value, read_whole

kernel = compiler(__name__)

#: A depth or quality that the file does not give; larger ones count as the most.
NOT_GIVEN, MOST = 255, 254


@kernel
def read_count(buffer, at):
    """Return a number of at least 0, cut to a whole one; −1 for anything else."""
    value, length = read_whole(np.int64(buffer.ctypes.data) + at)
    if length > 0:
        return value
    value, n_digits = 0, 0
    while ZERO <= buffer[at] <= NINE:
        value = min(value * 10 + (buffer[at] - ZERO), 1_000_000)
        n_digits += 1
        at += 1
    # What follows a point is cut off.
    is_number = buffer[at] == DOT or buffer[at] == COMMA or ends_value(buffer[at])
    return value if n_digits > 0 and is_number else -1


@kernel
def add_list(buffer, at):
    """Return the sum of a list of counts; −1 where it has none."""
    total, is_known = 0, False
    while True:
        value = read_count(buffer, at)
        if value >= 0:
            total += value
            is_known = True
        while not (ends_value(buffer[at]) or buffer[at] == COMMA):
            at += 1
        if buffer[at] != COMMA:
            return total if is_known else -1
        at += 1


@kernel
def to_byte(value):
    """Return a count as it is kept."""
    return np.uint8(NOT_GIVEN) if value < 0 else np.uint8(min(value, MOST))


@kernel
def read_site_evidence(buffer, at, place, keys, depths, qualities):
    """Read the depth and the quality of the calls of one line.

    Depth is MIN_DP (of a block), else DP, else the sum of AD; quality is GQ, else RGQ,
    which GATK writes where there is no alternate allele.

    Parameters
    ----------
    buffer, at
        uint8; the line's first sample column.
    place
        For each column the sample of the store, or −1.
    keys
        Numbers of MIN_DP, DP, AD, GQ and RGQ in FORMAT, or −1.
    depths, qualities
        uint8 (n_samples,), written to; :data:`NOT_GIVEN` where the call has none.
    """
    least_at, depth_at, reads_at, quality_at, other_at = keys
    for column in range(len(place)):
        least, depth, reads, quality, other = -1, -1, -1, -1, -1
        field = 0
        while True:
            if field == least_at:
                least = read_count(buffer, at)
            elif field == depth_at:
                depth = read_count(buffer, at)
            elif field == reads_at:
                reads = add_list(buffer, at)
            elif field == quality_at:
                quality = read_count(buffer, at)
            elif field == other_at:
                other = read_count(buffer, at)
            while not ends_field(buffer[at]):
                at += 1
            if buffer[at] != COLON:
                break
            field += 1
            at += 1
        at += 1
        sample = place[column]
        if sample >= 0:
            known = least if least >= 0 else (depth if depth >= 0 else reads)
            depths[sample] = to_byte(known)
            qualities[sample] = to_byte(quality if quality >= 0 else other)
