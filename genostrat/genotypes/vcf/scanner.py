"""Scanning a VCF: parts of it on threads, results in the order of the file."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

import numpy as np

from genostrat.arrays import Bytes, Integers
from genostrat.errors import GenostratError, Problem, printable, raise_if_any
from genostrat.genome.contigs import contig_in_vcf
from genostrat.genotypes.builds import AUTOSOMES
from genostrat.genotypes.formats.texts import Load, Part
from genostrat.genotypes.kernels import columns as columns
from genostrat.genotypes.kernels import fields as fields
from genostrat.genotypes.kernels import lines as text
from genostrat.genotypes.kernels import records as kernels
from genostrat.genotypes.kernels.names import take_names
from genostrat.genotypes.kernels.tallies import tally_record
from genostrat.genotypes.records import (
    CHARR_DEPTH,
    CHARR_MIN_GQ,
    CHARR_REF_FREQUENCY,
    CHARR_UNIT,
    OTHER_FILTERS,
    ReadMetrics,
    ReadOptions,
)
from genostrat.genotypes.site_records import SiteRecords
from genostrat.genotypes.tallies import NO_NUMBER, Tallies
from genostrat.genotypes.vcf.faults import FAULTS, FIX, FIX_UNSORTED, FIXES
from genostrat.genotypes.vcf.scanned import ColumnLayout, Scanned, Span, Workspace
from genostrat.genotypes.vcf.site_capture import capture_lines

#: Bad records of a part that are told at once; of more, the first say it all.
MOST_FAULTS = 8
#: Parts under way for each thread: one at work, one waiting.
PARTS_AHEAD = 2

_NO_SITES = np.zeros((0, 2), np.int64)

_FutureRows = Future[tuple[list[Scanned], bool]]


def make_policy(
    options: ReadOptions, layout: ColumnLayout, contig: str
) -> kernels.Policy:
    """Return the reading policy for a contig in the form that kernels take."""
    kind = kernels.AUTOSOME if contig in AUTOSOMES else kernels.OTHER_CONTIG_KIND
    if contig == "X":
        kind = kernels.CHROMOSOME_X
    return kernels.Policy(
        contig_kind=kind,
        half_is_reference=options.half_calls == "reference",
        absent_is_reference=options.absent_is_reference,
        keep_phase=options.keep_phase,
        use_dp=layout.declared.get("DP", kernels.UNUSED),
        use_gq=layout.declared.get("GQ", kernels.UNUSED),
        use_ad=layout.declared.get("AD", kernels.UNUSED),
        # INFO counts the file's samples: worth nothing where some are left out.
        use_ac=layout.counts_in_info and len(layout.order) == len(layout.place),
        leading_marks=layout.leading_marks,
        min_depth=options.min_depth,
        min_quality=options.min_genotype_quality,
        call_filters=join_names(options.genotype_filters),
        par_ends=np.array(options.build.par["X"], np.int64).ravel(),
        charr_min_gq=CHARR_MIN_GQ,
        charr_min_depth=CHARR_DEPTH[0],
        charr_max_depth=CHARR_DEPTH[1],
        charr_min_frequency=CHARR_REF_FREQUENCY[0],
        charr_max_frequency=CHARR_REF_FREQUENCY[1],
        charr_unit=CHARR_UNIT,
    )


class TextScanner:
    """Scans parts of one VCF.

    What the scanning methods yield is overwritten once the next item is asked for.

    Parameters
    ----------
    path
        The file, for messages.
    layout
        Its columns.
    options
        How records are taken.
    n_threads
        Parts scanned side by side; changes nothing of the result.
    """

    def __init__(
        self, path: Path, *, layout: ColumnLayout, options: ReadOptions, n_threads: int
    ) -> None:
        self.path = path
        self.layout = layout
        self.options = options
        self.n_threads = n_threads
        self._filters = join_names(options.filters)
        self._seams = _Seams(self)
        self._spaces = [
            Workspace(
                layout, keep_phase=options.keep_phase, annotations=options.annotations
            )
            for _ in range(PARTS_AHEAD * n_threads)
        ]

    def collect_tallies(self) -> Tallies:
        """Return what the store will not tell of all records scanned so far."""
        total = Tallies.zeros(len(self.layout.order))
        for tallies in (self._seams.tallies, *(s.tallies for s in self._spaces)):
            total.add(tallies)
        return total

    def scan_span(self, loads: Iterable[Load], span: Span) -> Iterator[Scanned]:
        """Yield the rows of one span, from parts that begin on its contig."""
        for found, is_over in self._in_order(loads, span):
            yield from found
            if is_over:
                return

    def scan_all(self, loads: Iterable[Load]) -> Iterator[Scanned]:
        """Yield the rows of every primary contig.

        Raises
        ------
        GenostratError
            Where a contig comes back after another one.
        """
        seen: list[str] = []
        for found, _ in self._in_order(loads, None):
            for scanned in found:
                name = scanned.span.contig_in_file
                if seen and name == seen[-1]:
                    pass
                elif name in seen:
                    raise GenostratError(
                        Problem(
                            f"the records are not sorted: contig {name} comes back"
                            f" after {seen[-1]}",
                            file=self.path,
                            found=scanned.where,
                            allowed="all records of a contig together",
                            fix=FIX_UNSORTED,
                        )
                    )
                else:
                    seen.append(name)
                yield scanned

    def _in_order(
        self, loads: Iterable[Load], span: Span | None
    ) -> Iterator[tuple[list[Scanned], bool]]:
        """Scan parts on threads; yield their results in order, duplicates dropped."""
        free = list(self._spaces)
        self._seams.start()
        with ThreadPoolExecutor(self.n_threads) as pool:
            waiting: deque[tuple[Workspace, _FutureRows]] = deque()
            source = iter(loads)
            try:
                while True:
                    while free and (load := next(source, None)) is not None:
                        space = free.pop()
                        task = pool.submit(self._scan_part, load, span, space)
                        waiting.append((space, task))
                    if not waiting:
                        return
                    space, task = waiting.popleft()
                    found, is_over = task.result()
                    yield [self._seams.join(scanned) for scanned in found], is_over
                    free.append(space)
            finally:
                for _, task in waiting:
                    task.cancel()

    def _scan_part(
        self, load: Load, span: Span | None, space: Workspace
    ) -> tuple[list[Scanned], bool]:
        """Scan one part: its rows, and whether the span ends in it."""
        space.clear()
        part = load(space.buffer)
        found: list[Scanned] = []
        at, is_over = part.begin, False
        while at < part.end and not is_over:
            if span is None:
                own = contig_at(part, at)
                contig = contig_in_vcf(own)
                if contig is None:
                    at = self._skip_contig(part, at, own)
                    continue
                begin, span_here = at, Span(own, contig, 1, 2**31 - 1)
                at, _ = self._scan_contig(part, at, span_here, found, space)
                if at == begin:  # a name that no tab follows
                    self._raise_at(fields.TOO_FEW_COLUMNS, part, at, own)
            else:
                at, code = self._scan_contig(part, at, span, found, space)
                is_over = code in (fields.OTHER_CONTIG, fields.PAST_END)
        return found, is_over

    def _skip_contig(self, part: Part, at: int, name: str) -> int:
        """Pass over a contig that is not primary; return where the next one begins."""
        if name.startswith("#"):
            self._raise_at(fields.SECOND_HEADER, part, at, name)
        _, after = text.skip_contig(part.buffer, at, part.end, to_bytes(name))
        if after == at or not name or any(letter.isspace() for letter in name):
            self._raise_at(fields.BAD_CONTIG, part, at, name)
        return int(after)

    def _raise_at(self, code: int, part: Part, at: int, name: str) -> NoReturn:
        progress = np.array([0, 0, 0, at, -1, 0], np.int64)
        raise GenostratError(self._fault(code, part, Span(name, "", 1, 1), progress))

    def _scan_contig(
        self,
        part: Part,
        at: int,
        span: Span,
        found: list[Scanned],
        space: Workspace,
    ) -> tuple[int, int]:
        """Scan the lines of a contig from `at` on: where and why it stopped.

        Raises
        ------
        GenostratError
            With the bad records of this part, as far as the first ones tell them.
        """
        layout = self.layout
        policy = make_policy(self.options, layout, span.contig)
        n_samples, n_columns = len(layout.order), len(layout.place)
        n_bytes = part.end - at
        n_rows, n_text = n_bytes // (2 * n_columns + 16) + 64, n_bytes + 10_000
        progress = np.zeros(columns.N_PROGRESS, np.int64)
        wanted = text.Wanted(
            name=to_bytes(span.contig_in_file),
            contig=to_bytes(span.contig),
            region=np.array([span.start, span.end], np.int64),
            filters=self._filters,
            columns=(layout.place, layout.order, layout.in_order),
            policy=policy,
            sites=(self.options.sites or {}).get(span.contig, _NO_SITES),
        )
        code = fields.FULL
        faults: list[Problem] = []
        while code == fields.FULL:
            rows = space.take_rows(n_rows, n_text)
            counts = np.zeros(kernels.N_COUNTS, np.int64)
            sums = np.zeros((len(ReadMetrics.NAMES), n_samples), np.int64)
            progress[columns.N_ROWS] = 0
            progress[columns.FIRST_POSITION] = 0
            progress[columns.N_SITE_LINES] = 0
            begin = at
            room = text.ScanRoom(
                scratch=space.scratch,
                plain=space.plain,
                info_values=space.info_values,
                rows=rows,
                counts=counts,
                sums=sums,
                tallies=space.tallies,
                site_lines=space.site_lines,
                filters=space.filters,
                progress=progress,
            )
            code, at = text.scan_lines(part.buffer, at, part.end, wanted, room)
            if code > fields.FULL:
                faults.append(self._fault(code, part, span, progress))
                if code in FIXES or len(faults) == MOST_FAULTS:
                    break
                # Only what else is wrong is looked for: no row is kept any more.
                at, code = (
                    _next_line(part, int(progress[columns.STOPPED_AT])),
                    fields.FULL,
                )
                if at < part.end:
                    continue
                break
            if code == fields.FULL and at == begin:
                n_rows, n_text = 2 * n_rows, 2 * n_text
                continue
            if faults:
                continue
            named, others = take_names(space.filters)
            scanned = _to_scanned(
                rows, counts, sums, progress, span, part.locate(begin)
            )
            scanned.filters = named | ({OTHER_FILTERS: others} if others else {})
            scanned.sites = self._capture(part, space, progress, span, policy)
            if space.annotations is not None:
                scanned.annotations = space.annotations.read(
                    part.buffer, rows, len(scanned.position), space.scratch
                )
            found.append(scanned)
        raise_if_any(faults)
        return at, code

    def _capture(
        self,
        part: Part,
        space: Workspace,
        progress: Integers,
        span: Span,
        policy: kernels.Policy,
    ) -> SiteRecords | None:
        """Read whole the records that the kernel found at wanted sites."""
        n_lines = int(progress[columns.N_SITE_LINES])
        if not n_lines:
            return None
        return capture_lines(
            part.buffer,
            space.site_lines[:n_lines],
            contig=span.contig,
            layout=self.layout,
            filters=self.options.filters,
            policy=policy,
        )

    def _fault(self, code: int, part: Part, span: Span, progress: Integers) -> Problem:
        what, allowed = FAULTS[code]
        at, position = (
            int(progress[columns.STOPPED_AT]),
            progress[columns.POSITION_READ],
        )
        place = f"{span.contig_in_file}:{position}" if position > 0 else "record"
        found = f"{place} at {part.locate(at)}"
        line = part.buffer[at : at + 2_000_000].tobytes().split(b"\n", 1)[0]
        values = line.split(b"\t")
        if code in (fields.TOO_FEW_SAMPLES, fields.TOO_MANY_SAMPLES):
            found += (
                f": {len(values) - 9} sample columns, not {len(self.layout.samples)}"
            )
        elif code in (
            fields.BAD_GENOTYPE,
            fields.TOO_MANY_ALLELES,
            fields.ALLELE_BEYOND_ALT,
            fields.BAD_NUMBER,
            fields.TOO_MANY_FIELDS,
        ):
            column = int(progress[columns.COLUMN])
            value = values[9 + column] if len(values) > 9 + column else b""
            found += f", sample column {column + 1}: {_show(value)}"
        elif code == fields.UNSORTED:
            found += f", after {progress[columns.LAST_POSITION]}"
        else:
            found += f": {_show(line)}"
        return Problem(
            what,
            file=self.path,
            found=found,
            allowed=allowed,
            fix=FIXES.get(code, FIX),
        )

    def raise_unsorted(self, scanned: Scanned, last: int) -> None:
        """Raise the error of a part whose first position is lower than the last."""
        what, allowed = FAULTS[fields.UNSORTED]
        raise GenostratError(
            Problem(
                what,
                file=self.path,
                found=f"{scanned.span.contig_in_file}:{scanned.first_position} at"
                f" {scanned.where} or after it, after {last}",
                allowed=allowed,
                fix=FIX_UNSORTED,
            )
        )


class _Seams:
    """Holds results against the ones before them: order, and duplicates."""

    def __init__(self, scanner: TextScanner) -> None:
        self._scanner = scanner
        self.tallies = Tallies.zeros(len(scanner.layout.order))
        self.start()

    def start(self) -> None:
        """Begin with a new span."""
        self._contig = ""
        self._last, self._position = 0, 0
        self._alleles: set[tuple[bytes, bytes]] = set()

    def join(self, scanned: Scanned) -> Scanned:
        """Return a result without the rows that earlier ones had already."""
        if scanned.span.contig_in_file != self._contig:
            self._contig = scanned.span.contig_in_file
            self._last, self._position, self._alleles = 0, 0, set()
        if scanned.first_position:
            if scanned.first_position < self._last:
                self._scanner.raise_unsorted(scanned, self._last)
            self._last = scanned.last_position
        positions = scanned.position
        repeated = []
        for row in range(int(np.searchsorted(positions, self._position, "right"))):
            if scanned.alleles_of(row) in self._alleles:
                repeated.append(row)
                self._tally(scanned, row)
        if len(positions):
            last = int(positions[-1])
            if last != self._position:
                self._position, self._alleles = last, set()
            for row in range(int(np.searchsorted(positions, last)), len(positions)):
                self._alleles.add(scanned.alleles_of(row))
        return scanned.without(repeated) if repeated else scanned

    def _tally(self, scanned: Scanned, row: int) -> None:
        """Tally a record that no row of the store will stand for."""
        if scanned.irregular[row]:
            return  # tallied as it was read
        n_samples = len(self._scanner.layout.order)
        calls = np.empty((1, n_samples), np.int8)
        kernels.unpack_codes(scanned.packed[row : row + 1], calls)
        first = np.select([calls[0] == 2, calls[0] >= 0], [1, 0], -1).astype(np.int32)
        second = np.where(calls[0] > 0, 1, calls[0]).clip(-1).astype(np.int32)
        line = bytes(scanned.lines[: int(scanned.line_end[row])]).split(b"\n")[-2]
        ref, alt = scanned.alleles_of(row)
        quality = line.split(b"\t")[5]
        tally_record(
            first,
            second,
            True,
            np.frombuffer(bytearray(ref + alt), np.uint8),
            np.array([0, len(ref)]),
            np.array([len(ref), len(alt)]),
            2,
            np.float32(-1 if quality == b"." else float(quality)),
            np.zeros(0, np.int64),
            NO_NUMBER,
            self.tallies,
        )


def _to_scanned(
    rows: kernels.Rows,
    counts: Integers,
    sums: Integers,
    progress: Integers,
    span: Span,
    where: str,
) -> Scanned:
    n_rows = int(progress[columns.N_ROWS])
    n_text = int(rows.text_end[n_rows - 1]) if n_rows else 0
    return Scanned(
        span,
        rows.packed[:n_rows],
        rows.phase[:n_rows],
        rows.position[:n_rows],
        rows.text[:n_text].data,
        np.stack(
            [rows.ref_at[:n_rows], rows.ref_length[:n_rows], rows.alt_length[:n_rows]],
            axis=1,
        ),
        rows.text_end[:n_rows],
        rows.irregular[:n_rows].astype(bool),
        rows.reads[:n_rows],
        counts,
        sums,
        int(progress[columns.FIRST_POSITION]),
        int(progress[columns.LAST_POSITION]),
        where,
    )


def _next_line(part: Part, at: int) -> int:
    """Return where the line after the one at `at` begins."""
    ends = np.flatnonzero(part.buffer[at : part.end] == fields.NEWLINE)
    return at + int(ends[0]) + 1 if len(ends) else part.end


def contig_at(part: Part, at: int) -> str:
    """Return the contig that the line at `at` names."""
    head = part.buffer[at : at + 1000].tobytes().split(b"\n", 1)[0]
    return head.split(b"\t", 1)[0].decode("utf-8", errors="replace")


def join_names(names: Iterable[str]) -> Bytes:
    """Return names as kernels take several: each ended by a zero."""
    return to_bytes("".join(f"{name}\0" for name in sorted(names)))


def to_bytes(name: str) -> Bytes:
    """Return a name as kernels take it."""
    return np.frombuffer(bytearray(name.encode()), np.uint8)


def _show(value: bytes) -> str:
    return printable(value[:60].decode("utf-8", errors="replace"))
