"""Whole records at wanted sites of the genome, kept as the input has them.

The store keeps variants split into two alleles each, and only those that pass. What
calls star alleles needs more: that a site was looked at and found unchanged, that a
filter failed, which alleles stand on one chromosome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Bytes, Flags, Indices, Integers
from genostrat.genotypes.builds import CONTIGS
from genostrat.genotypes.kernels.site_evidence import NOT_GIVEN
from genostrat.genotypes.records import PHASED, Sites
from genostrat.tables import read_arrays, read_table, write_arrays

if TYPE_CHECKING:
    import pandas as pd

#: Its name, in a piece and among a cohort's results.
SITE_FILE = "site_records.npz"

#: Text of any length: one long allele does not make all others as wide.
TEXT = np.dtypes.StringDType()


@dataclass(frozen=True)
class SiteRecords:
    """Records that overlap wanted sites, in the order of the genome.

    Parameters
    ----------
    samples
        Of the store, in its order.
    contig
        Canonical name of each record's contig.
    position
        int64, 1-based POS.
    end
        int64, the last reference base that the record speaks of: that of REF, or
        INFO/END of a block or a symbolic allele.
    ref
        Bases in upper case.
    alts
        Alternate alleles joined by commas, bases in upper case; blank where ALT is a
        dot. ``<NON_REF>``, ``<DEL>``, ``*`` and their like are kept as they are.
    passed
        Whether FILTER is one that ``ingest.filters`` keeps.
    alleles
        int8 (n_records, n_samples, 2): number of the allele within the record;
        ``records.NO_CALL``, and second ``records.HAPLOID`` for a haploid call.
    phase_set
        int32 (n_records, n_samples): ``records.UNPHASED``, ``records.PHASED``, or the
        PS of a phased call.
    depth, quality
        uint8 (n_records, n_samples): reads of the call and its quality, at most 254;
        :data:`NOT_GIVEN` where it has none.
    """

    samples: list[str]
    contig: npt.NDArray[np.str_]
    position: Integers
    end: Integers
    ref: npt.NDArray[np.str_]
    alts: npt.NDArray[np.str_]
    passed: Flags
    alleles: npt.NDArray[np.int8]
    phase_set: npt.NDArray[np.int32]
    depth: Bytes
    quality: Bytes

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.position)

    def take(self, rows: Indices) -> SiteRecords:
        """Return some of the records, in the order given."""
        chosen: dict[str, Any] = {name: getattr(self, name)[rows] for name in _COLUMNS}
        return replace(self, **chosen)


_COLUMNS = tuple(field.name for field in fields(SiteRecords))[1:]
_TEXTS = ("contig", "ref", "alts")
_EVIDENCE = ("depth", "quality")


def make_site_records(
    samples: Sequence[str],
    rows: Sequence[tuple[str, int, int, str, str, bool]],
    *,
    alleles: npt.NDArray[np.int8],
    phase_set: npt.NDArray[np.int32],
    depth: Bytes | None = None,
    quality: Bytes | None = None,
) -> SiteRecords:
    """Put records together.

    Parameters
    ----------
    samples
        Of the store.
    rows
        Contig, position, end, REF, ALT and whether FILTER passes, of each record; ALT
        as a file has it.
    alleles, phase_set
        As :class:`SiteRecords` has them.
    depth, quality
        Likewise; None where no call has any.
    """
    contig, position, end, ref, alts, passed = zip(*rows, strict=True) if rows else _NIL
    return SiteRecords(
        samples=list(samples),
        contig=np.array(contig, TEXT),
        position=np.array(position, np.int64),
        end=np.array(end, np.int64),
        ref=np.array([_raise_case(text) for text in ref], TEXT),
        alts=np.array([_raise_cases(text) for text in alts], TEXT),
        passed=np.array(passed, bool),
        alleles=alleles,
        phase_set=phase_set,
        depth=_not_given(alleles) if depth is None else depth,
        quality=_not_given(alleles) if quality is None else quality,
    )


def _not_given(alleles: npt.NDArray[np.int8]) -> Bytes:
    """Return values that no call has; of no size in memory."""
    return np.broadcast_to(np.uint8(NOT_GIVEN), alleles.shape[:2])


_NIL: tuple[tuple[()], ...] = ((),) * 6


def _raise_case(allele: str) -> str:
    return allele.upper() if allele.isalpha() else allele


def _raise_cases(alts: str) -> str:
    if alts == ".":
        return ""
    return ",".join(_raise_case(allele) for allele in alts.split(","))


def join_site_records(
    parts: Sequence[SiteRecords], *, samples: Sequence[str]
) -> SiteRecords:
    """Join records into the order of the genome.

    Records of one place stay in the order of the parts, so that the cutting of the
    genome does not show.
    """
    empty = make_site_records(
        samples,
        [],
        alleles=np.zeros((0, len(samples), 2), np.int8),
        phase_set=np.zeros((0, len(samples)), np.int32),
    )
    whole = [empty, *parts]
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in whole])
        for name in _COLUMNS
    }
    joined = replace(empty, **columns)
    rank = {name: number for number, name in enumerate(CONTIGS)}
    place = np.array([rank[name] for name in joined.contig.tolist()], np.int64)
    order = np.lexsort((joined.position, place))
    if np.array_equal(order, np.arange(len(joined))):
        return joined
    return joined.take(order)


def read_sites(path: str | Path) -> Sites:
    """Read the table ``pgx/sites.tsv``; see :func:`sites_of_table`."""
    return sites_of_table(read_table(path, table="pgx/sites.tsv"))


def sites_of_table(frame: pd.DataFrame) -> Sites:
    """Return which parts of the genome to keep whole; those that touch are joined.

    Parameters
    ----------
    frame
        contig, start and end (1-based, both included).
    """
    bounds = frame[["start", "end"]].to_numpy(np.int64)
    contigs = frame["contig"].to_numpy(str)
    return {
        str(contig): merge_intervals(bounds[contigs == contig])
        for contig in np.unique(contigs)
    }


def merge_intervals(bounds: Integers) -> Integers:
    """Join intervals that overlap or touch.

    Parameters
    ----------
    bounds
        int64 (n, 2): first and last base, both included, in any order.

    Returns
    -------
    array
        Of the same form, ascending.
    """
    merged: list[list[int]] = []
    for start, end in sorted(bounds.tolist()):
        if merged and start <= merged[-1][1] + 1:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return np.array(merged, np.int64).reshape(-1, 2)


def write_site_records(path: str | Path, records: SiteRecords) -> None:
    """Write records as a private NPZ: equal records give equal bytes."""
    arrays = {name: getattr(records, name) for name in _COLUMNS if name not in _TEXTS}
    # Nearly no file names phase sets, and without them one byte is enough.
    if not (records.phase_set > PHASED).any():
        arrays["phase_set"] = records.phase_set.astype(np.int8)
    for name in _EVIDENCE:
        if (arrays[name] == NOT_GIVEN).all():
            del arrays[name]
    texts = {name: getattr(records, name).tolist() for name in _TEXTS}
    for name, values in (texts | {"samples": records.samples}).items():
        coded = [value.encode() for value in values]
        arrays[name] = np.frombuffer(b"".join(coded), np.uint8)
        arrays[f"{name}_length"] = np.array([len(value) for value in coded], np.int64)
    write_arrays(path, entry="genotypes/site_records.npz", **arrays)


def read_site_records(path: str | Path) -> SiteRecords:
    """Read records that :func:`write_site_records` wrote."""
    arrays = read_arrays(path)
    texts = {
        name: _split(arrays[name], arrays[f"{name}_length"])
        for name in (*_TEXTS, "samples")
    }
    return SiteRecords(
        samples=texts["samples"],
        contig=np.array(texts["contig"], TEXT),
        position=arrays["position"],
        end=arrays["end"],
        ref=np.array(texts["ref"], TEXT),
        alts=np.array(texts["alts"], TEXT),
        passed=arrays["passed"],
        alleles=arrays["alleles"],
        phase_set=arrays["phase_set"].astype(np.int32),
        **{
            name: arrays[name] if name in arrays else _not_given(arrays["alleles"])
            for name in _EVIDENCE
        },
    )


def _split(joined: Bytes, lengths: Integers) -> list[str]:
    data = joined.tobytes()
    ends = np.cumsum(lengths)
    bounds = zip((ends - lengths).tolist(), ends.tolist(), strict=True)
    return [data[start:end].decode() for start, end in bounds]
