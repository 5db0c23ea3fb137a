"""Reading spans of one file, whatever it is: indexed or not, text or BCF."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from genostrat.errors import GenostratError, Problem
from genostrat.genotypes.annotation_header import find_format
from genostrat.genotypes.formats.bcf import BcfText
from genostrat.genotypes.formats.kinds import BCF, find_kind
from genostrat.genotypes.formats.region_index import ContigIndex, find_index, read_index
from genostrat.genotypes.formats.texts import BgzfText, Load, open_text
from genostrat.genotypes.kernels import records as kernels
from genostrat.genotypes.records import ReadOptions
from genostrat.genotypes.tallies import Tallies
from genostrat.genotypes.vcf.inspection import read_header
from genostrat.genotypes.vcf.local_alleles import OF_ALL, is_local, translate_parts
from genostrat.genotypes.vcf.scanned import ColumnLayout, Scanned, Span
from genostrat.genotypes.vcf.scanner import TextScanner

_DECLARED = {"Integer": kernels.WHOLE, "Float": kernels.DECIMAL}


class FileReader:
    """Reads spans of one VCF or BCF.

    Parameters
    ----------
    path
        The file. With an index beside it, only the spans asked for are read.
    file_samples, samples
        Samples of the file, and of the store, each in its order.
    options
        How records are taken.
    n_threads
        Parts read side by side; changes no result.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        file_samples: Sequence[str],
        samples: Sequence[str],
        options: ReadOptions,
        n_threads: int,
    ) -> None:
        self.path = Path(path)
        self._scanner = TextScanner(
            self.path,
            layout=make_layout(path, file_samples=file_samples, samples=samples),
            options=options,
            n_threads=n_threads,
        )

    def collect_tallies(self) -> Tallies:
        """Return what the store will not tell of all records read so far."""
        return self._scanner.collect_tallies()

    def read(self, spans: Sequence[Span]) -> Iterator[Scanned]:
        """Yield the rows of spans, each span in the order of the file.

        Raises
        ------
        GenostratError
            If the file is damaged, or a record malformed or out of order.
        """
        index = find_index(self.path)
        kind = find_kind(self.path)
        if kind == BCF:
            yield from self._read_bcf(spans, indexed=index is not None)
            return
        text = open_text(self.path)
        try:
            if index is None or not isinstance(text, BgzfText):
                loads = self._translated(text.parts(text.find_records()))
                yield from self._scanner.scan_all(loads)
                return
            contigs = dict(read_index(index))
            for span in spans:
                own = contigs.get(span.contig_in_file)
                if own is not None:
                    yield from self._read_span(text, span, own)
        finally:
            text.close()

    def _read_bcf(self, spans: Sequence[Span], *, indexed: bool) -> Iterator[Scanned]:
        text = BcfText(self.path)
        if not indexed:
            yield from self._scanner.scan_all(self._translated(text.parts()))
            return
        for span in spans:
            loads = self._translated(text.parts(span.contig_in_file, span.start))
            yield from self._scanner.scan_span(loads, span)

    def _read_span(
        self, text: BgzfText, span: Span, index: ContigIndex
    ) -> Iterator[Scanned]:
        start = index.find_start(span.start)
        if index.end >> 16 > text.blocks.n_bytes:
            raise GenostratError(
                Problem(
                    "the index points past the end of the file",
                    file=self.path,
                    found=f"virtual offset {index.end} for {span.contig_in_file};"
                    f" the file has {text.blocks.n_bytes} bytes",
                    fix="the file was cut short, or the index is of another file:"
                    " make the file again, and index it anew",
                )
            )
        loads = self._translated(text.parts(start, index.end))
        yield from self._scanner.scan_span(loads, span)

    def _translated(self, loads: Iterable[Load]) -> Iterable[Load]:
        is_local = self._scanner.layout.local_alleles
        return translate_parts(loads) if is_local else loads


def make_layout(
    path: str | Path, *, file_samples: Sequence[str], samples: Sequence[str]
) -> ColumnLayout:
    """Say how the columns of a file become the samples of a store."""
    column = {name: at for at, name in enumerate(file_samples)}
    order = np.array([column[name] for name in samples], np.int64)
    place = np.full(len(file_samples), -1, np.int32)
    place[order] = np.arange(len(samples))
    header = read_header(path)
    formats = header.formats
    declared = {
        key: _DECLARED.get(formats[key].type, kernels.UNUSED)
        for key in ("DP", "GQ", "AD", "LRR")
        if key in formats
    }
    local = is_local(formats)
    if local:
        of_local = {own: key for key, own in OF_ALL.items() if key in formats}
        declared |= {
            key: _DECLARED.get(formats[of_local[key]].type, kernels.UNUSED)
            for key in ("AD",)
            if key in of_local and key not in declared
        }
    in_info = "AC" in header.info and "AN" in header.info
    form = find_format(header)
    return ColumnLayout(
        tuple(file_samples),
        place,
        order,
        declared,
        in_info,
        form,
        leading_marks=allows_leading_marks(header.version),
        local_alleles=local,
    )


def allows_leading_marks(version: str) -> bool:
    """Say whether calls of a version of VCF may begin with a phasing mark.

    In an older file such a call is damaged: ``/1`` may be the rest of ``0/1``.

    >>> allows_leading_marks("VCFv4.2"), allows_leading_marks("VCFv4.5")
    (False, True)
    """
    found = re.fullmatch(r"VCFv([0-9]+)\.([0-9]+)", version)
    return found is not None and (int(found[1]), int(found[2])) >= (4, 4)
