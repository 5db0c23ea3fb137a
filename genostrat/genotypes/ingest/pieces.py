"""Reading a piece of a cohort's genome, and keeping it until all are gathered."""

from __future__ import annotations

import itertools
import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from genostrat.arrays import Indices, Integers
from genostrat.errors import GenostratError, Problem
from genostrat.genotypes.annotations import AnnotationWriter
from genostrat.genotypes.builds import count_beyond
from genostrat.genotypes.kernels import records as kernels
from genostrat.genotypes.records import (
    CALL_KINDS,
    DROP_REASONS,
    READS_FILE,
    ReadMetrics,
    ReadOptions,
    RegionCounts,
)
from genostrat.genotypes.site_records import (
    SITE_FILE,
    SiteRecords,
    join_site_records,
    write_site_records,
)
from genostrat.genotypes.tallies import Tallies
from genostrat.genotypes.vcf.reading import FileReader
from genostrat.genotypes.vcf.scanned import Scanned, Span
from genostrat.privacy import create_file, make_folder
from genostrat.tables import write_arrays, write_json


@dataclass(frozen=True)
class Region:
    """A part of a contig in one file; 1-based, both ends included."""

    file: int
    contig_in_file: str
    contig: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        """The positions wanted, without the file."""
        return Span(self.contig_in_file, self.contig, self.start, self.end)


class PieceWriter:
    """Writes what was scanned of each region, and adds up its counts.

    Parameters
    ----------
    folder
        Of the piece; there and empty.
    regions
        Of the piece.
    samples
        Of the store, in its order.
    options
        As the records are taken.
    """

    def __init__(
        self,
        folder: Path,
        regions: Sequence[Region],
        *,
        samples: Sequence[str],
        options: ReadOptions,
    ) -> None:
        self.folder = folder
        self.regions = list(regions)
        self.options = options
        self.counts = [RegionCounts() for _ in regions]
        self.samples = list(samples)
        self.metrics = ReadMetrics(len(samples))
        self.tallies = Tallies.zeros(len(samples))
        self._irregular: list[list[Indices]] = [[] for _ in regions]
        self._reads: list[list[Integers]] = [[] for _ in regions]
        self._sites: list[SiteRecords] = []
        self._annotations = AnnotationWriter(len(self.regions))
        self._streams: list[dict[str, IO[bytes]]] = []
        self._stack = ExitStack()
        self._markers = _markers_by_contig(options)

    def __enter__(self) -> PieceWriter:
        kinds = ["bed", "pvar", *(["phase"] if self.options.keep_phase else [])]
        for number in range(len(self.regions)):
            self._streams.append(
                {
                    kind: self._stack.enter_context(
                        create_file(self.folder / f"{number}.{kind}").open("wb")
                    )
                    for kind in kinds
                }
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._stack.close()
        if kind is None:
            self._write_records()

    def add(self, file: int, scanned: Scanned) -> None:
        """Add rows to the region that they are of.

        Raises
        ------
        GenostratError
            If no region is: the file has changed since it was checked.
        """
        number = self._find_region(file, scanned)
        counts, streams = self.counts[number], self._streams[number]
        streams["bed"].write(scanned.packed.data)
        streams["pvar"].write(scanned.lines)
        if self.options.keep_phase:
            streams["phase"].write(scanned.phase.data)
        rows = np.flatnonzero(scanned.irregular) + counts.n_stored
        self._irregular[number].append(rows)
        self._reads[number].append(scanned.reads.copy())
        if scanned.sites is not None:
            self._sites.append(scanned.sites)
        if scanned.annotations is not None:
            self._annotations.add(number, scanned.annotations, n_before=counts.n_stored)
        _add_counts(counts, scanned)
        self._gather_evidence(counts, scanned)
        for name, values in zip(ReadMetrics.NAMES, scanned.sums, strict=True):
            self.metrics.sums[name] += values

    def _find_region(self, file: int, scanned: Scanned) -> int:
        for number, region in enumerate(self.regions):
            if region.file == file and region.span == scanned.span:
                return number
        raise GenostratError(
            Problem(
                "the file has changed since it was checked",
                found=f"records of {scanned.span.contig_in_file}",
                fix="run the workflow again once the file is no longer written to",
            )
        )

    def _gather_evidence(self, counts: RegionCounts, scanned: Scanned) -> None:
        contig, positions = scanned.span.contig, scanned.position
        for name, n_beyond in count_beyond(contig, positions).items():
            counts.evidence.beyond[name] += n_beyond
        known = self._markers.get(contig, {})
        hits = np.isin(positions, np.fromiter(known, np.int64, len(known)))
        for row in np.flatnonzero(hits).tolist():
            marked = known[int(positions[row])].get(scanned.alleles_of(row))
            if marked:
                counts.evidence.markers[marked] += 1

    def _write_records(self) -> None:
        write_arrays(
            self.folder / "metrics.npz",
            entry="genotypes/pieces/<piece>/metrics.npz",
            **self.metrics.sums,
        )
        write_arrays(
            self.folder / "tallies.npz",
            entry="genotypes/pieces/<piece>/tallies.npz",
            **self.tallies.to_arrays(),
        )
        irregular = {
            str(number): np.concatenate(rows) if rows else np.zeros(0, np.intp)
            for number, rows in enumerate(self._irregular)
        }
        write_arrays(
            self.folder / "irregular.npz",
            entry="genotypes/pieces/<piece>/irregular.npz",
            **irregular,
        )
        if any(part.any() for parts in self._reads for part in parts):
            reads = {
                str(number): np.concatenate(parts)
                for number, parts in enumerate(self._reads)
                if parts
            }
            write_arrays(
                self.folder / READS_FILE,
                entry="genotypes/pieces/<piece>/variant_reads.npz",
                **reads,
            )
        self._annotations.write(self.folder)
        if self.options.sites is not None:
            write_site_records(
                self.folder / SITE_FILE,
                join_site_records(self._sites, samples=self.samples),
            )
        records: list[dict[str, Any]] = [
            {"region": asdict(region), "counts": counts.to_record()}
            for region, counts in zip(self.regions, self.counts, strict=True)
        ]
        write_json(
            self.folder / "piece.json",
            records,
            entry="genotypes/pieces/<piece>/piece.json",
        )


_Markers = dict[str, dict[int, dict[tuple[bytes, bytes], str]]]


def _markers_by_contig(options: ReadOptions) -> _Markers:
    found: _Markers = {}
    for (contig, position, ref, alt), build in options.markers.items():
        at_position = found.setdefault(contig, {}).setdefault(position, {})
        at_position[ref.encode(), alt.encode()] = build
    return found


def _add_counts(counts: RegionCounts, scanned: Scanned) -> None:
    numbers = scanned.counts.tolist()
    counts.n_records += numbers[kernels.N_RECORDS]
    counts.n_multiallelic += numbers[kernels.N_MULTIALLELIC]
    counts.n_stored += len(scanned.position)
    dropped = dict(zip(DROP_REASONS, numbers[kernels.DROPPED :], strict=False))
    calls = dict(zip(CALL_KINDS, numbers[kernels.CALLS_MISSING :], strict=False))
    counts.dropped += Counter(dropped)
    counts.filters += Counter(scanned.filters)
    counts.genotypes += Counter(calls)


def read_piece(
    regions: Sequence[Region],
    *,
    files: Sequence[str | Path],
    samples: Sequence[str],
    file_samples: Sequence[Sequence[str]],
    options: ReadOptions,
    folder: str | Path,
    n_threads: int = 1,
) -> None:
    """Read the regions of one piece into a folder of packed genotypes.

    Parameters
    ----------
    regions
        What to read.
    files, file_samples
        The cohort's files, and the samples of each in its order.
    samples
        The samples of the store, in its order.
    folder
        Where ``<n>.bed`` (packed genotypes), ``<n>.pvar``, ``piece.json``,
        ``metrics.npz`` and, where sites are wanted, ``site_records.npz``, and where a
        file has annotations that are, ``annotations.npz`` go; emptied first.
    n_threads
        Parts of a file read side by side; changes no result.

    Raises
    ------
    GenostratError
        If a file is damaged, or a record malformed or out of order.
    """
    folder = Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(folder)
    with PieceWriter(folder, regions, samples=samples, options=options) as piece:
        for file, group in itertools.groupby(regions, key=lambda region: region.file):
            reader = FileReader(
                files[file],
                file_samples=file_samples[file],
                samples=samples,
                options=options,
                n_threads=n_threads,
            )
            for scanned in reader.read([region.span for region in group]):
                piece.add(file, scanned)
            piece.tallies.add(reader.collect_tallies())
