"""A compiled scanner over the lines of a VCF.

Bytes go straight to two-bit genotypes: no Python object for a record or a genotype. A
record with nothing but diploid GT of one-digit alleles takes a vectorised way; every
other one is read field by field. Nothing malformed is passed over: scanning stops
there, with a code for what is wrong and the place.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Bytes, Integers
from genostrat.compiled import compiler
from genostrat.genotypes.characters import HASH, NEWLINE, NINE, RETURN, TAB, ZERO
from genostrat.genotypes.kernels.columns import (
    FIRST_POSITION,
    LAST_POSITION,
    N_NOTED,
    N_REFUSED,
    N_ROWS,
    N_SITE_LINES,
    POSITION_READ,
    STOPPED_AT,
    add_intensities,
    has_indel,
    read_columns,
    skip_columns,
    sum_reads,
)
from genostrat.genotypes.kernels.evidence import find_keys
from genostrat.genotypes.kernels.fields import (
    BAD_ALLELE,
    BAD_FILTER,
    BAD_FORMAT,
    BAD_POSITION,
    BAD_QUALITY,
    DONE,
    FULL,
    MAX_POSITION,
    OTHER_CONTIG,
    PAST_END,
    SECOND_HEADER,
    TOO_FEW_COLUMNS,
    UNSORTED,
    find_columns,
    is_list,
    is_other_contig,
    is_printable,
    is_quality,
    passes_filters,
    read_quality,
    split_alleles,
)
from genostrat.genotypes.kernels.letters import (
    is_acgt,
)
from genostrat.genotypes.kernels.names import NameCounts, count_name
from genostrat.genotypes.kernels.plain import (
    take_plain,
)
from genostrat.genotypes.kernels.reads import (
    LRR_SUM,
    X_DP_N,
    X_DP_SUM,
    X_LRR_SUM,
    Y_DP_N,
    Y_DP_SUM,
    Y_LRR_SUM,
    add_depths,
)
from genostrat.genotypes.kernels.records import (
    AUTOSOME,
    CHROMOSOME_X,
    CHROMOSOME_Y,
    DROP_FILTER,
    DROP_MANY_ALLELES,
    DROP_NO_GENOTYPES,
    DROP_REFERENCE,
    DROP_SYMBOLIC,
    DROP_TELOMERE,
    DROPPED,
    N_MULTIALLELIC,
    N_RECORDS,
    NO_ALTERNATE,
    OTHER_CONTIG_KIND,
    SEQUENCE,
    UNUSED,
    Policy,
    RecordHead,
    Rows,
    Scratch,
    count_refused,
    is_kept_already,
    is_told_by_store,
    outside_pars,
    take_record,
)
from genostrat.genotypes.kernels.sites import find_reach, first_site_from
from genostrat.genotypes.kernels.tallies import (
    find_info,
    tally_depths,
    tally_reads,
    tally_record,
)
from genostrat.genotypes.tallies import NO_NUMBER, Tallies

kernel = compiler(__name__)


@kernel
def reason_to_drop(buffer, scratch, n_alts, gt):
    """Return why a record with a good FILTER is not stored, or −1."""
    if not is_acgt(buffer, scratch.allele_at[0], scratch.allele_length[0]):
        return DROP_REFERENCE
    for allele in range(1, n_alts + 1):
        kind = scratch.allele_kind[allele]
        if kind == SEQUENCE or kind == NO_ALTERNATE:
            return -1 if gt >= 0 else DROP_NO_GENOTYPES
    return DROP_SYMBOLIC


class Wanted(NamedTuple):
    """What is asked of the lines of one contig.

    Parameters
    ----------
    name, contig
        The contig as the file spells it, and its canonical name.
    region
        First and last position to take, both included.
    filters
        FILTER values to keep, each ended by a zero; empty: all.
    columns
        For each column the sample of the store or −1; for each sample its column;
        whether both count alike.
    policy
        How records are taken.
    sites
        Sites to find whole records at, shape (n, 2): first and last base.
    """

    name: Bytes
    contig: Bytes
    region: Integers
    filters: Bytes
    columns: tuple[npt.NDArray[np.int32], Integers, bool]
    policy: Policy
    sites: Integers


class ScanRoom(NamedTuple):
    """Where the scanner works, and what it fills.

    Parameters
    ----------
    scratch
        One record's calls.
    plain
        Scratch for plain records: one uint32, and a uint8 for each column.
    info_values
        Scratch for INFO/AC.
    rows, counts, sums
        See :mod:`genostrat.genotypes.kernels.records`.
    tallies
        What the store will not tell of the records; see
        :mod:`genostrat.genotypes.kernels.tallies`.
    site_lines
        For each record at a wanted site, shape (n, 2): where its line begins, and the
        last base that it speaks of.
    filters
        Counts the values of FILTER that records are left out for; see
        :mod:`genostrat.genotypes.kernels.names`.
    progress
        Read and written: rows filled, last position, records found at sites, and on a
        stop its place.
    """

    scratch: Scratch
    plain: tuple[npt.NDArray[np.uint32], Bytes]
    info_values: Integers
    rows: Rows
    counts: Integers
    sums: Integers
    tallies: Tallies
    site_lines: Integers
    filters: NameCounts
    progress: Integers


@kernel
def scan_lines(buffer, at, end, wanted, room):
    """Scan whole lines of one contig.

    Parameters
    ----------
    buffer
        uint8; lines, the last ended by a newline.
    at, end
        Where the lines to scan begin and end.
    wanted
        :class:`Wanted`.
    room
        :class:`ScanRoom`.

    Returns
    -------
    code, at
        Why scanning stopped, and the start of the line where it should go on.
    """
    # A tuple's arrays are counted in and out wherever it is handed on: members are
    # taken out once, and steps that are done for every line get no tuple.
    name, contig, region, allowed, file_columns, policy, sites = wanted
    scratch, plain, info_values, rows, counts, sums, tallies = room[:7]
    site_lines, filters, progress = room[7:]
    place, order, _ = file_columns
    n_columns = len(place)
    n_rows = progress[N_ROWS]
    site = 0
    while at < end:
        line = at
        progress[STOPPED_AT] = line
        progress[N_ROWS] = n_rows
        code, at, position = read_place(buffer, at, name, region, progress)
        if code != DONE:
            return code, line
        id_at = at + 1
        if not find_columns(buffer, id_at, scratch.column_end):
            return TOO_FEW_COLUMNS, line
        id_end, ref_end, alt_end, quality_end, filter_end = scratch.column_end[:5]
        info_end, format_end = scratch.column_end[5:]
        at = format_end + 1
        if position < region[0]:
            if position == 0 and region[0] == 1:
                counts[N_RECORDS] += 1
                counts[DROPPED + DROP_TELOMERE] += 1
            code, at = skip_columns(buffer, at, n_columns)
            if code != DONE:
                return code, line
            continue
        code = check_fields(buffer, scratch.column_end)
        if code != DONE:
            return code, line
        ref_at = id_end + 1
        n_alts = split_alleles(buffer, ref_at, ref_end, ref_end + 1, alt_end, scratch)
        if n_alts < 0:
            counts[N_RECORDS] += 1
            counts[DROPPED + DROP_MANY_ALLELES] += 1
            code, at = skip_columns(buffer, at, n_columns)
            if code != DONE:
                return code, line
            continue
        # Room for the record as a whole, or it is left to the next call.
        widest = filter_end - line + 2 * (ref_end - ref_at)
        widest += 64 + 2 * len(contig)
        n_letters = n_alts * widest + 2 * (alt_end - ref_end)
        used = rows.text_end[n_rows - 1] if n_rows > 0 else 0
        if n_rows + n_alts > len(rows.position) or used + n_letters > len(rows.text):
            return FULL, line
        site = first_site_from(sites, site, position)
        if site < len(sites):
            reach = find_reach(
                buffer, position, filter_end + 1, info_end, scratch, n_alts
            )
            if sites[site, 0] <= reach and not note_line(
                line, reach, site_lines, progress
            ):
                return FULL, line
        counts[N_RECORDS] += 1
        if not passes_filters(buffer, quality_end + 1, filter_end, allowed):
            counts[DROPPED + DROP_FILTER] += 1
            count_name(buffer, quality_end + 1, filter_end, filters)
            code, at = skip_columns(buffer, at, n_columns)
            if code != DONE:
                return code, line
            continue
        keys, calls_at = find_keys(buffer, info_end + 1, format_end), at
        if keys.number < 0:
            return BAD_FORMAT, line
        reason = reason_to_drop(buffer, scratch, n_alts, keys.gt)
        if reason >= 0:
            counts[DROPPED + reason] += 1
        else:
            counts[N_MULTIALLELIC] += n_alts > 1
        n_ac, info_an, site_depth = find_info(
            buffer, filter_end + 1, info_end, info_values
        )
        if not policy.use_ac or info_an < 0 or n_ac < 0:
            n_ac, info_an = 0, NO_NUMBER
        info_ac = info_values[:n_ac]
        head = RecordHead(
            line,
            contig,
            position,
            (id_at, id_end - id_at),
            (alt_end + 1, quality_end - alt_end - 1),
            (quality_end + 1, filter_end - quality_end - 1),
        )
        is_simple = reason < 0 and n_alts == 1 and scratch.allele_kind[1] == SEQUENCE
        after = end_of_plain(buffer, at + 4 * n_columns - 1, end)
        if is_simple and keys.number == 1 and after > 0:
            taken, n_rows = take_plain(
                buffer,
                at,
                file_columns,
                head,
                info_ac,
                info_an,
                policy,
                scratch,
                plain,
                rows,
                n_rows,
                counts,
                sums,
            )
            if taken:
                tally_depths(scratch.depth[:0], site_depth, tallies)
                at = after
                continue
        n_alleles = 1 if scratch.allele_kind[1] == NO_ALTERNATE else n_alts + 1
        n_samples = len(order)
        indel = has_indel(scratch, n_alts)
        has_depth = keys.dp >= 0 and policy.use_dp != UNUSED
        has_reads = keys.ad >= 0 and policy.use_ad != UNUSED
        all_reads = has_reads and (indel or not has_depth)
        reads = np.full((n_samples if all_reads else 0, n_alleles), -1, np.int32)
        code, at = read_columns(
            buffer,
            at,
            place,
            n_alleles,
            keys,
            policy,
            scratch,
            reads,
            progress,
        )
        if code != DONE:
            return code, line
        if progress[N_REFUSED] > 0:
            # INFO counts the calls that were refused.
            info_ac, info_an = info_ac[:0], NO_NUMBER
        if progress[N_NOTED] > 0:
            count_refused(scratch, n_samples, sums)
        depths = scratch.depth
        if not has_depth:
            depths = scratch.sums_of_reads[: len(reads)]
            sum_reads(reads, depths)
        tally_depths(depths, site_depth, tallies)
        if indel and all_reads:
            tally_reads(
                scratch.first,
                scratch.second,
                reads,
                buffer,
                scratch.allele_at,
                scratch.allele_length,
                n_alleles,
                tallies,
            )
        regular = (
            is_simple
            and not is_kept_already(rows, n_rows, position, buffer, scratch, 1)
            and is_told_by_store(scratch, n_samples, info_ac, info_an)
        )
        if not regular:
            tally_record(
                scratch.first,
                scratch.second,
                keys.gt >= 0,
                buffer,
                scratch.allele_at,
                scratch.allele_length,
                n_alleles,
                read_quality(buffer, alt_end + 1, quality_end),
                info_ac,
                info_an,
                tallies,
            )
        if reason < 0:
            n_rows = take_record(
                buffer,
                head,
                n_alts,
                regular,
                policy,
                scratch,
                depths,
                rows,
                n_rows,
                counts,
                sums,
            )
            add_dosage(buffer, calls_at, place, position, keys, depths, policy, sums)
    progress[N_ROWS] = n_rows
    return DONE, at


@kernel
def add_dosage(buffer, at, place, position, keys, depths, policy, sums):
    """Add what a stored record tells of copies: depths of X and Y, intensities."""
    kind = policy.contig_kind
    if kind == OTHER_CONTIG_KIND:
        return
    if kind != AUTOSOME and not outside_pars(position, policy.par_ends):
        return
    intensity = LRR_SUM
    if kind == CHROMOSOME_X:
        intensity = X_LRR_SUM
        add_depths(depths, False, sums[X_DP_SUM], sums[X_DP_N])
    elif kind == CHROMOSOME_Y:
        intensity = Y_LRR_SUM
        add_depths(depths, True, sums[Y_DP_SUM], sums[Y_DP_N])
    if keys.intensity >= 0 and policy.use_lrr != UNUSED:
        total, number = sums[intensity], sums[intensity + 1]
        add_intensities(buffer, at, place, keys.intensity, total, number)


@kernel
def read_place(buffer, at, name, region, progress):
    """Read contig and position of a line: (code, where the position ends, position)."""
    progress[POSITION_READ] = -1
    if is_other_contig(buffer, at, name):
        return SECOND_HEADER if buffer[at] == HASH else OTHER_CONTIG, at, 0
    at += len(name) + 1
    position, n_digits = 0, 0
    while ZERO <= buffer[at] <= NINE and n_digits < 11:
        position = position * 10 + (buffer[at] - ZERO)
        n_digits += 1
        at += 1
    if buffer[at] != TAB or n_digits < 1 or position > MAX_POSITION:
        return BAD_POSITION, at, position
    progress[POSITION_READ] = position
    if position > region[1]:
        return PAST_END, at, position
    if position < progress[LAST_POSITION]:
        return UNSORTED, at, position
    progress[LAST_POSITION] = position
    if progress[FIRST_POSITION] == 0:
        progress[FIRST_POSITION] = position
    return DONE, at, position


@kernel
def check_fields(buffer, column_end):
    """Return what is wrong with QUAL, FILTER, REF or ALT; ``DONE`` for nothing."""
    id_end, ref_end, alt_end, quality_end, filter_end = column_end[:5]
    if not is_quality(buffer, alt_end + 1, quality_end):
        return BAD_QUALITY
    if not is_list(buffer, quality_end + 1, filter_end):
        return BAD_FILTER
    if not is_printable(buffer, id_end + 1, ref_end):
        return BAD_ALLELE
    if not is_printable(buffer, ref_end + 1, alt_end):
        return BAD_ALLELE
    return DONE


@kernel
def note_line(line, reach, site_lines, progress):
    """Note a line that is kept whole and its last base; say whether there is room."""
    n_lines = progress[N_SITE_LINES]
    if n_lines == len(site_lines):
        return False
    site_lines[n_lines, 0] = line
    site_lines[n_lines, 1] = reach
    progress[N_SITE_LINES] = n_lines + 1
    return True


@kernel
def end_of_plain(buffer, at, end):
    """Return where the next line begins if this one ends at `at`, or −1."""
    if at >= end:
        return -1
    if buffer[at] == NEWLINE:
        return at + 1
    return at + 2 if buffer[at] == RETURN and buffer[at + 1] == NEWLINE else -1


@kernel
def skip_contig(buffer, at, end, name):
    """Pass over the lines of a contig: (how many, where the next contig begins)."""
    n_lines = 0
    while at < end and not is_other_contig(buffer, at, name):
        at = _next_line(buffer, at)
        n_lines += 1
    return n_lines, at


@kernel
def _next_line(buffer, at):
    while buffer[at] != NEWLINE:
        at += 1
    return at + 1
