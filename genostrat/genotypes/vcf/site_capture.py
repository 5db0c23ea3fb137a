"""Taking the records at wanted sites from lines of a VCF, as they are scanned."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from genostrat.arrays import Bytes, Integers
from genostrat.genotypes.kernels.evidence import find_keys
from genostrat.genotypes.kernels.records import Policy
from genostrat.genotypes.kernels.site_evidence import read_site_evidence
from genostrat.genotypes.kernels.sites import read_site_calls
from genostrat.genotypes.site_records import SiteRecords, make_site_records
from genostrat.genotypes.vcf.scanned import ColumnLayout

#: What a call may say of the reads that it rests on.
_EVIDENCE = ("MIN_DP", "DP", "AD", "GQ", "RGQ")
#: CHROM to FORMAT.
_N_FIXED = 9


def capture_lines(
    buffer: Bytes,
    found: Integers,
    *,
    contig: str,
    layout: ColumnLayout,
    filters: Collection[str],
    policy: Policy,
) -> SiteRecords:
    """Read whole records from lines that a scanner found at wanted sites.

    A call that rests on no read, or fails a filter of its own, is no call, as in the
    store. So is one that cannot be read, or that has more than two alleles: the
    scanner stops at those of records that it keeps, so they are of records that
    FILTER drops.

    Parameters
    ----------
    buffer
        uint8; whole lines of a VCF.
    found
        int64 (n, 2): where each of the lines begins, and the last reference base that
        its record speaks of.
    contig
        Canonical name.
    layout
        The columns of the file.
    filters
        Values of FILTER to keep; empty: all.
    policy
        What is asked of calls.
    """
    n_samples = len(layout.order)
    samples = [layout.samples[column] for column in layout.order]
    rows = []
    alleles = np.empty((len(found), n_samples, 2), np.int8)
    phase_set = np.empty((len(found), n_samples), np.int32)
    depth = np.empty((len(found), n_samples), np.uint8)
    quality = np.empty((len(found), n_samples), np.uint8)
    for number, (start, end) in enumerate(found.tolist()):
        head, keys_at, at = _split_head(buffer, start)
        _, position, _, ref, alt, _, filter_, _, keys = head
        passed = not filters or set(filter_.split(";")) <= set(filters)
        rows.append((contig, int(position), end, ref, alt, passed))
        names = keys.split(":")
        read_site_calls(
            buffer,
            at,
            layout.place,
            find_keys(buffer, keys_at, at - 1),
            names.index("PS") if "PS" in names else -1,
            1 if alt == "." else alt.count(",") + 2,
            policy,
            alleles[number],
            phase_set[number],
        )
        read_site_evidence(
            buffer,
            at,
            layout.place,
            tuple(names.index(key) if key in names else -1 for key in _EVIDENCE),
            depth[number],
            quality[number],
        )
    return make_site_records(
        samples,
        rows,
        alleles=alleles,
        phase_set=phase_set,
        depth=depth,
        quality=quality,
    )


def _split_head(buffer: Bytes, start: int) -> tuple[list[str], int, int]:
    """Return the fields before a line's calls, and where FORMAT and those begin."""
    size = 4096
    while True:
        fields = buffer[start : start + size].tobytes().split(b"\t", _N_FIXED)
        if len(fields) > _N_FIXED:
            break
        size *= 8
    head = fields[:_N_FIXED]
    at = start + sum(map(len, head)) + _N_FIXED
    keys_at = at - 1 - len(head[-1])
    return [field.decode("utf-8", "replace") for field in head], keys_at, at
