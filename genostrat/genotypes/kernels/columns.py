"""Compiled readers of the sample columns of a VCF's line."""

from __future__ import annotations

import numpy as np

from genostrat.compiled import compiler
from genostrat.genotypes.characters import COLON, COMMA, NEWLINE, RETURN, TAB
from genostrat.genotypes.kernels.evidence import (
    has_evidence,
    has_zero_list,
    is_always_weighed,
    is_doubtful,
    is_usual_doubtful,
    weigh_call,
)
from genostrat.genotypes.kernels.fields import (
    BAD_GENOTYPE,
    BAD_NUMBER,
    DONE,
    TOO_FEW_SAMPLES,
    TOO_MANY_ALLELES,
    TOO_MANY_FIELDS,
    TOO_MANY_SAMPLES,
    ends_field,
    ends_value,
    read_decimal,
    read_genotype,
    read_number,
    read_odd_number,
    read_plain_call,
    read_usual_column,
    read_whole,
    skip_column,
)
from genostrat.genotypes.kernels.reads import STANDS, UNSURE
from genostrat.genotypes.kernels.records import (
    DECIMAL,
    SEQUENCE,
    UNUSED,
)
from genostrat.genotypes.records import INTENSITY_UNIT

kernel = compiler(__name__)

#: Positions in ``progress``.
N_ROWS, FIRST_POSITION, LAST_POSITION = 0, 1, 2
STOPPED_AT, POSITION_READ, COLUMN = 3, 4, 5
N_SITE_LINES, N_REFUSED, N_NOTED = 6, 7, 8
N_PROGRESS = 9
#: A log R ratio beyond this is no measurement.
MOST_INTENSITY = 20.0


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
    Calls that are no genotype are left absent, with the reason in the scratch's
    ``refused``; their number is in the progress, and that of all that were noted.
    """
    all_reads = reads.shape[0] > 0
    gt, dp, gq, ad, n_keys = keys.gt, keys.dp, keys.gq, keys.ad, keys.number
    last_needed = max(gt, dp, gq, ad, keys.least)
    refused, n_refused, n_noted = scratch.refused, 0, 0
    refused[:] = STANDS
    limits, filters = (policy.min_depth, policy.min_quality), policy.call_filters
    weighed, always = has_evidence(keys), is_always_weighed(keys)
    n_columns = len(place)
    firsts, seconds, phases = scratch.first, scratch.second, scratch.phased
    depths, qualities = scratch.depth, scratch.quality
    reads_of_ref, reads_of_alt = scratch.reads_ref, scratch.reads_alt
    address = np.int64(buffer.ctypes.data)
    usual = n_alleles > 1 and not all_reads
    usual = usual and gt == 0 and ad == 1 and dp == 2 and gq == 3
    usual = usual and keys.least < 0 and not always
    for column in range(n_columns):
        sample = place[column]
        if usual and column < n_columns - 1:
            calls, numbers, length = read_usual_column(address + at, n_keys)
            doubtful = is_usual_doubtful(address + at, length, numbers, limits)
            if length > 0:
                begin = at
                at += length + 1
                if sample >= 0:
                    firsts[sample], seconds[sample], phases[sample] = calls
                    reads_of_ref[sample], reads_of_alt[sample] = numbers[:2]
                    depths[sample], qualities[sample] = numbers[2:]
                    if doubtful:
                        why = weigh_call(
                            buffer, begin, keys, n_alleles, *calls[:2], limits, filters
                        )
                        refused[sample], n_noted = why, n_noted + (why != STANDS)
                        if why != STANDS and why != UNSURE:
                            firsts[sample], seconds[sample] = -1, -1
                            n_refused += 1
                continue
        first, second, phased = np.int64(-1), np.int64(-2), False
        depth, quality, reads_ref, reads_alt, least = -1, -1, -1, -1, -1
        field, fine, unread, begin = 0, True, False, at
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
                        buffer, at, n_alleles, policy.leading_marks
                    )
                    if number > 2 and sample >= 0:
                        code = TOO_MANY_ALLELES
                    if code != DONE:
                        progress[COLUMN] = column
                        return code, at
            elif field == keys.least:
                least, _ = read_whole(address + at)  # what is no number is weighed
            elif field == dp or field == gq or field == ad:
                value, length = read_whole(address + at)
                if length > 0:
                    at += length
                else:
                    declared = policy.use_dp if field == dp else policy.use_ad
                    declared = policy.use_gq if field == gq else declared
                    value, at, fine = read_odd_number(buffer, at, declared)
                    # What the header does not declare is in no sum, but is weighed.
                    unread |= declared == UNUSED
                    fine = fine or declared == UNUSED
                if field == dp:
                    depth = value
                elif field == gq:
                    quality = value
                else:
                    reads_ref = value
                    if fine and buffer[at] == COMMA:
                        reads_alt, at, fine = read_number(buffer, at + 1, policy.use_ad)
                        fine = fine or policy.use_ad == UNUSED
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
            doubtful = weighed and (
                always
                or unread
                or is_doubtful(depth, quality, reads_ref, reads_alt, least, limits)
                or has_zero_list(address + begin, at - begin)
            )
            firsts[sample], seconds[sample], phases[sample] = first, second, phased
            depths[sample], qualities[sample] = depth, quality
            reads_of_ref[sample], reads_of_alt[sample] = reads_ref, reads_alt
            if doubtful and max(first, second) >= 0:
                why = weigh_call(
                    buffer, begin, keys, n_alleles, first, second, limits, filters
                )
                refused[sample], n_noted = why, n_noted + (why != STANDS)
                if why != STANDS and why != UNSURE:
                    firsts[sample], seconds[sample] = -1, -1
                    n_refused += 1
        at += 1
    progress[N_REFUSED], progress[N_NOTED] = n_refused, n_noted
    return DONE, at


@kernel
def add_intensities(buffer, at, place, key, total, number):
    """Add the log R ratios of a record, whatever its calls.

    `key` is where LRR stands in the FORMAT; `place` is, for each column from `at` on,
    the sample of the store, or −1. The columns have been read, so that they end well.
    """
    for column in range(len(place)):
        field = 0
        while buffer[at] not in (TAB, NEWLINE, RETURN):
            if field == key:
                value, after, n_digits = read_decimal(buffer, at)
                whole = n_digits > 0 and ends_field(buffer[after])
                if whole and place[column] >= 0 and abs(value) < MOST_INTENSITY:
                    total[place[column]] += np.int64(np.rint(value * INTENSITY_UNIT))
                    number[place[column]] += 1
                field += 1
            field += buffer[at] == COLON
            at += 1
        while buffer[at] != TAB and buffer[at] != NEWLINE:
            at += 1
        at += 1


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
