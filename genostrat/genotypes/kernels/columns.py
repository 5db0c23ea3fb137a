"""Compiled readers of the sample columns of a VCF's line."""

from __future__ import annotations

import numpy as np

from genostrat.compiled import compiler
from genostrat.genotypes.kernels.fields import (
    BAD_GENOTYPE,
    BAD_NUMBER,
    COLON,
    COMMA,
    DONE,
    NEWLINE,
    RETURN,
    TAB,
    TOO_FEW_SAMPLES,
    TOO_MANY_ALLELES,
    TOO_MANY_FIELDS,
    TOO_MANY_SAMPLES,
    ends_field,
    ends_value,
    read_genotype,
    read_number,
    read_odd_number,
    read_plain_call,
    read_usual_column,
    read_whole,
    skip_column,
)
from genostrat.genotypes.kernels.records import (
    DECIMAL,
    SEQUENCE,
)

kernel = compiler(__name__)

#: Positions in ``progress``.
N_ROWS, FIRST_POSITION, LAST_POSITION = 0, 1, 2
STOPPED_AT, POSITION_READ, COLUMN = 3, 4, 5
N_SITE_LINES = 6


@kernel
def read_reads(buffer, at, fine, first, second, out):
    """Read the values of AD after the second, and put all into `out`: (end, valid)."""
    out[0] = first
    if len(out) > 1:
        out[1] = second
    number = 2
    while fine and buffer[at] == COMMA:
        value, at, fine = read_number(buffer, at + 1, DECIMAL)
        if number < len(out):
            out[number] = value
        number += 1
    return at, fine


@kernel
def sum_reads(reads, out):
    """Write the sum of each sample's values of AD; −1 where there are none."""
    for i in range(reads.shape[0]):
        total, n_known = 0, 0
        for value in reads[i]:
            if value >= 0:
                total += value
                n_known += 1
        out[i] = total if n_known > 0 else -1


@kernel
def has_indel(scratch, n_alts):
    """Say whether an alternate sequence differs from REF in length."""
    for allele in range(1, n_alts + 1):
        if (
            scratch.allele_kind[allele] == SEQUENCE
            and scratch.allele_length[allele] != scratch.allele_length[0]
        ):
            return True
    return False


@kernel
def read_columns(buffer, at, place, n_alleles, keys, policy, scratch, reads, progress):
    """Read the sample columns of a line into the scratch: (code, where it stopped).

    `place` is, for each column, the sample of the store, or −1. `reads` takes all
    values of AD, shape (n_samples, n_alleles), −1 beforehand; unless it is empty.
    """
    all_reads = reads.shape[0] > 0
    gt, dp, gq, ad, n_keys = keys
    last_needed = max(gt, dp, gq, ad)
    n_columns = len(place)
    firsts, seconds, phases = scratch.first, scratch.second, scratch.phased
    depths, qualities = scratch.depth, scratch.quality
    reads_of_ref, reads_of_alt = scratch.reads_ref, scratch.reads_alt
    address = np.int64(buffer.ctypes.data)
    usual = n_alleles > 1 and not all_reads
    usual = usual and gt == 0 and ad == 1 and dp == 2 and gq == 3
    for column in range(n_columns):
        sample = place[column]
        if usual and column < n_columns - 1:
            calls, numbers, length = read_usual_column(address + at, n_keys)
            if length > 0:
                at += length + 1
                if sample >= 0:
                    firsts[sample], seconds[sample], phases[sample] = calls
                    reads_of_ref[sample], reads_of_alt[sample] = numbers[:2]
                    depths[sample], qualities[sample] = numbers[2:]
                continue
        first, second, phased = np.int64(-1), np.int64(-2), False
        depth, quality, reads_ref, reads_alt = -1, -1, -1, -1
        field, fine = 0, True
        if ends_value(buffer[at]):  # a column without a letter
            progress[COLUMN] = column
            return BAD_GENOTYPE, at
        while True:
            if field == gt:
                first, second, phased, plain = read_plain_call(address + at)
                if plain and n_alleles > 1:
                    at += 3
                else:
                    first, second, phased, number, at, code = read_genotype(
                        buffer, at, n_alleles
                    )
                    if number > 2 and sample >= 0:
                        code = TOO_MANY_ALLELES
                    if code != DONE:
                        progress[COLUMN] = column
                        return code, at
            elif field == dp or field == gq or field == ad:
                value, length = read_whole(address + at)
                if length > 0:
                    at += length
                else:
                    declared = policy.use_dp if field == dp else policy.use_ad
                    declared = policy.use_gq if field == gq else declared
                    value, at, fine = read_odd_number(buffer, at, declared)
                if field == dp:
                    depth = value
                elif field == gq:
                    quality = value
                else:
                    reads_ref = value
                    if fine and buffer[at] == COMMA:
                        reads_alt, at, fine = read_number(buffer, at + 1, policy.use_ad)
                    if all_reads and sample >= 0:
                        at, fine = read_reads(
                            buffer, at, fine, value, reads_alt, reads[sample]
                        )
            if buffer[at] == RETURN and buffer[at + 1] != NEWLINE:
                fine = False
            if not fine:
                progress[COLUMN] = column
                return BAD_NUMBER, at
            if field >= last_needed:
                break
            while not ends_field(buffer[at]):
                at += 1
            if buffer[at] != COLON:
                break
            field += 1
            at += 1
        n_colons, length = skip_column(address + at)
        at += length
        if field + n_colons >= n_keys:
            progress[COLUMN] = column
            return TOO_MANY_FIELDS, at
        if buffer[at] == TAB:
            if column == n_columns - 1:
                return TOO_MANY_SAMPLES, at
        elif column < n_columns - 1:
            return TOO_FEW_SAMPLES, at
        if sample >= 0:
            firsts[sample], seconds[sample], phases[sample] = first, second, phased
            depths[sample], qualities[sample] = depth, quality
            reads_of_ref[sample], reads_of_alt[sample] = reads_ref, reads_alt
        at += 1
    return DONE, at


@kernel
def skip_columns(buffer, at, n_columns):
    """Pass over the sample columns of a line: (code, start of the next line)."""
    n_tabs = 0
    while buffer[at] != NEWLINE:
        n_tabs += buffer[at] == TAB
        at += 1
    if n_tabs < n_columns - 1:
        return TOO_FEW_SAMPLES, at
    if n_tabs > n_columns - 1:
        return TOO_MANY_SAMPLES, at
    return DONE, at + 1
