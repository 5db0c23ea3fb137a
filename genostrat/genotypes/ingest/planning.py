"""Cutting a cohort's genome into pieces that jobs read in parallel."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from genostrat.genome.contigs import contig_in_vcf
from genostrat.genotypes.builds import BUILDS, CONTIGS
from genostrat.genotypes.formats.region_index import ContigIndex, find_index, read_index
from genostrat.genotypes.ingest.pieces import Region
from genostrat.genotypes.vcf.inspection import VcfFile


def plan_pieces(files: Sequence[VcfFile], *, n_pieces: int) -> list[list[Region]]:
    """Cut the genome into pieces with about equal numbers of records.

    A file that cannot be read by region goes into one piece.

    Returns
    -------
    list of lists
        `n_pieces` lists of regions, some perhaps empty, together in genome order.
    """
    spans = _spans(files)
    indexes = [_index_of(file) for file in files]
    total = sum(span.weight for span in spans)
    pieces: list[list[Region]] = [[] for _ in range(n_pieces)]
    piece_of_stream: dict[int, int] = {}
    done = 0.0
    for span in spans:
        first = min(int(done / total * n_pieces), n_pieces - 1)
        last = (done + span.weight) / total * n_pieces
        cuts = [0]
        if files[span.file].indexed:
            index = indexes[span.file].get(span.contig_in_file)
            for boundary in range(first + 1, int(np.ceil(last))):
                share = (boundary / n_pieces * total - done) / span.weight
                cuts.append(max(_cut(index, share, span.length), cuts[-1]))
        else:
            first = piece_of_stream.setdefault(span.file, first)
        for number, (low, high) in enumerate(itertools.pairwise([*cuts, None])):
            # The last region is open-ended: records past a wrong header length count.
            end = 2**31 - 1 if high is None else high
            if low is not None and low < end:
                region = Region(
                    span.file, span.contig_in_file, span.contig, low + 1, end
                )
                pieces[min(first + number, n_pieces - 1)].append(region)
        done += span.weight
    return pieces


@dataclass(frozen=True)
class _Contig:
    """A contig of a file, with its share of the work."""

    file: int
    contig_in_file: str
    contig: str
    length: int
    weight: float


def _spans(files: Sequence[VcfFile]) -> list[_Contig]:
    found = []
    for number, file in enumerate(files):
        for name, count in file.contigs.items():
            contig = contig_in_vcf(name)
            if contig is not None:
                length = max(build.lengths[contig] for build in BUILDS.values())
                found.append(_Contig(number, name, contig, length, max(count, 1)))
    return sorted(found, key=lambda span: CONTIGS.index(span.contig))


def _index_of(file: VcfFile) -> dict[str, ContigIndex | None]:
    """Return a file's index; empty for a BCF, whose index has no names."""
    path = find_index(file.path) if file.indexed else None
    return dict(read_index(path)) if path is not None else {}


def _cut(index: ContigIndex | None, share: float, length: int) -> int:
    """Return the position by which a share of a contig's records is passed."""
    if index is None:
        return int(share * length)
    # Records are about as long as each other, so bytes tell where they are.
    target = (index.begin >> 16) + share * ((index.end >> 16) - (index.begin >> 16))
    before = [
        window for window, offset in index.windows.items() if offset >> 16 <= target
    ]
    return (max(before, default=0) << index.shift) if before else 0
