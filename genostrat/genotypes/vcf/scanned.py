"""What a scanner is told of a file, and what it returns."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Bytes, Flags, Integers
from genostrat.genotypes.annotation_header import AnnotationFormat
from genostrat.genotypes.annotations import Captured
from genostrat.genotypes.formats.texts import Buffer
from genostrat.genotypes.kernels import records as kernels
from genostrat.genotypes.kernels.names import make_name_counts
from genostrat.genotypes.site_records import SiteRecords
from genostrat.genotypes.tallies import Tallies
from genostrat.genotypes.vcf.annotation_capture import AnnotationReader

#: Records at wanted sites that one call of a kernel may find.
SITE_LINES = 1024


@dataclass(frozen=True)
class ColumnLayout:
    """How the columns of a file become the samples of a store.

    Attributes
    ----------
    samples
        Column names of the file.
    place
        For each column its sample of the store, or −1.
    order
        For each sample of the store its column.
    declared
        DP, GQ and AD → how the header declares them (``record_kernels.WHOLE``, …).
    counts_in_info
        Whether the header declares INFO/AC and INFO/AN.
    annotations
        How INFO holds annotations; None where it has none.
    leading_marks
        Whether a call may begin with a phasing mark, as from VCF 4.4 on.
    local_alleles
        Whether the header declares genotypes by local alleles, which are translated.
    """

    samples: tuple[str, ...]
    place: npt.NDArray[np.int32]
    order: Integers
    declared: dict[str, int]
    counts_in_info: bool = False
    annotations: AnnotationFormat | None = None
    leading_marks: bool = False
    local_alleles: bool = False

    @property
    def in_order(self) -> bool:
        """Whether columns and samples count alike."""
        return np.array_equal(self.order, np.arange(len(self.place)))


@dataclass(frozen=True)
class Span:
    """Positions wanted of a contig; 1-based, both ends included."""

    contig_in_file: str
    contig: str
    start: int
    end: int


@dataclass
class Scanned:
    """Rows of one contig, in the order of the file; views into reused memory.

    Attributes
    ----------
    packed, phase
        uint8, one row a variant, two bits a sample (see ``record_kernels``); `phase`
        has no rows unless it was asked for.
    position
        int64, one for each row.
    lines
        Lines of a ``.pvar``, one for each row.
    alleles
        REF and ALT of each row as slices of its line: int64 (n_rows, 3): where REF
        begins in `lines`, its length, that of ALT.
    line_end
        Where each line ends in `lines`.
    irregular
        Rows of records that the store does not tell whole; they are in the tallies.
    reads
        int64 (n_rows, 5): sums of reads, ``records.VARIANT_READS``.
    first_position
        Position of the first record, whether stored or not; 0 without records.
    filters
        Values of FILTER that records were left out for, with their number.
    sites
        Records at wanted sites, whether stored or not; None where there are none.
        They are in memory of their own.
    annotations
        Of the rows, likewise; None where they are not kept.
    """

    span: Span
    packed: Bytes
    phase: Bytes
    position: Integers
    lines: memoryview
    alleles: Integers
    line_end: Integers
    irregular: Flags
    reads: Integers
    counts: Integers
    sums: Integers
    first_position: int
    last_position: int
    where: str
    filters: dict[str, int] = field(default_factory=dict)
    sites: SiteRecords | None = None
    annotations: Captured | None = None

    def alleles_of(self, row: int) -> tuple[bytes, bytes]:
        """Return REF and ALT of a row."""
        at, n_ref, n_alt = (int(number) for number in self.alleles[row])
        alt_at = at + n_ref + 1
        return (
            bytes(self.lines[at : at + n_ref]),
            bytes(self.lines[alt_at : alt_at + n_alt]),
        )

    def without(self, rows: list[int]) -> Scanned:
        """Return the same without some rows, counted as duplicates."""
        keep = np.setdiff1d(np.arange(len(self.position)), rows)
        starts = np.concatenate([[0], self.line_end[:-1]])
        lines = [self.lines[starts[row] : self.line_end[row]] for row in keep]
        ends = np.cumsum([0, *map(len, lines)])
        alleles = self.alleles[keep].copy()
        alleles[:, 0] += ends[:-1] - starts[keep]
        counts = self.counts.copy()
        counts[kernels.DROPPED + kernels.DROP_DUPLICATE] += len(rows)
        notes = self.annotations
        return Scanned(
            **self.__dict__
            | {
                "packed": self.packed[keep],
                "phase": self.phase[keep] if len(self.phase) else self.phase,
                "position": self.position[keep],
                "lines": memoryview(b"".join(lines)),
                "alleles": alleles,
                "line_end": ends[1:],
                "irregular": self.irregular[keep],
                "reads": self.reads[keep],
                "counts": counts,
                "annotations": None if notes is None else notes.without(rows),
            }
        )


class Workspace:
    """Memory for scanning one part, used again for the next."""

    def __init__(
        self, layout: ColumnLayout, *, keep_phase: bool, annotations: bool = False
    ) -> None:
        n_samples, n_columns = len(layout.order), len(layout.place)
        self.buffer = Buffer()
        self.scratch = kernels.make_scratch(n_samples)
        self.plain = (
            np.zeros(1, np.uint32),
            np.zeros(max(n_columns, len(self.scratch.codes)), np.uint8),
        )
        self.info_values = np.zeros(len(self.scratch.allele_at), np.int64)
        self.tallies = Tallies.zeros(n_samples)
        self.filters = make_name_counts()
        self.site_lines = np.zeros((SITE_LINES, 2), np.int64)
        form = layout.annotations if annotations else None
        self.annotations = None if form is None else AnnotationReader(form)
        self._n_samples, self._keep_phase = n_samples, keep_phase
        self._rows: list[kernels.Rows] = []
        self._n_taken = 0

    def clear(self) -> None:
        """Give all rows back."""
        self._n_taken = 0

    def take_rows(self, n_rows: int, n_text: int) -> kernels.Rows:
        """Return room for rows that no other part of this result uses."""
        if self._n_taken == len(self._rows):
            self._rows.append(self._make_rows(0, 0))
        rows = self._rows[self._n_taken]
        if len(rows.position) < n_rows or len(rows.text) < n_text:
            rows = self._rows[self._n_taken] = self._make_rows(n_rows, n_text)
        self._n_taken += 1
        return rows

    def _make_rows(self, n_rows: int, n_text: int) -> kernels.Rows:
        return kernels.make_rows(
            self._n_samples, n_rows=n_rows, n_text=n_text, keep_phase=self._keep_phase
        )
