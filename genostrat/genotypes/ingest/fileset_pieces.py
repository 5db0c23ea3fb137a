"""From PLINK filesets to packed pieces of the genome, as from a VCF."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pgenlib

from genostrat.arrays import Bytes, Indices, Integers
from genostrat.errors import GenostratError
from genostrat.genotypes.builds import AUTOSOMES
from genostrat.genotypes.ingest.pieces import (
    Region,
)
from genostrat.genotypes.kernels import plink as kernels
from genostrat.genotypes.plink.filesets import Fileset
from genostrat.genotypes.plink.genotypes import damaged, open_genotypes
from genostrat.genotypes.plink.selection import VariantSelection, select_variants
from genostrat.genotypes.plink.sites import capture_variants
from genostrat.genotypes.records import (
    CALL_KINDS,
    ReadMetrics,
    ReadOptions,
)
from genostrat.genotypes.site_records import (
    SITE_FILE,
    join_site_records,
    write_site_records,
)
from genostrat.privacy import create_file, make_folder
from genostrat.tables import write_arrays, write_json

#: Most variants and most genotypes read at once: what stays in a processor's cache.
BLOCK_VARIANTS = 2048
BLOCK_GENOTYPES = 2**21

_Packed = tuple[Bytes, Bytes]


def read_fileset_piece(
    regions: Sequence[Region],
    *,
    files: Sequence[Fileset],
    samples: Sequence[str],
    options: ReadOptions,
    folder: str | Path,
) -> None:
    """Read the regions of one piece into a folder of packed genotypes.

    The folder is that of :func:`genostrat.genotypes.ingest.calls.read_piece`. A fileset
    has no depths and no qualities of genotypes, and does not tell a haploid genotype
    from a homozygous one, so all sums of ``metrics.npz`` are zero: the share of
    haploid calls on chromosome X is then unknown, not nought.

    Parameters
    ----------
    regions
        What to read.
    files
        The cohort's filesets, as inspected.
    samples
        The samples of the store, in its order.
    options
        How records are taken; ``half_calls`` has no meaning here.
    folder
        Where ``<n>.bed`` (packed genotypes), ``<n>.pvar``, ``piece.json`` and the
        other files of a piece go; emptied first.

    Raises
    ------
    GenostratError
        If a fileset's genotypes are damaged.
    """
    folder = Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(folder)
    totals: list[dict[str, Any]] = []
    sites = []
    irregular = {}
    for number, region in enumerate(regions):
        reader = FilesetReader(files[region.file], samples=samples, options=options)
        selection, counts = select_variants(
            reader.file,
            contig=region.contig,
            start=region.start,
            end=region.end,
            options=options,
        )
        _write_packed(reader, selection, folder / str(number))
        if options.sites is not None:
            sites.append(
                capture_variants(
                    reader.file,
                    contig=region.contig,
                    start=region.start,
                    end=region.end,
                    samples=samples,
                    options=options,
                )
            )
        # Calls on sex chromosomes cannot show whether single-sample files were merged,
        # so that they are passed over.
        counts.genotypes += reader.tally if region.contig in AUTOSOMES else Counter()
        irregular[str(number)] = np.flatnonzero(selection.irregular[selection.stored])
        totals.append({"region": asdict(region), "counts": counts.to_record()})
    sums = ReadMetrics(len(samples)).sums
    write_arrays(
        folder / "metrics.npz", entry="genotypes/pieces/<piece>/metrics.npz", **sums
    )
    write_arrays(
        folder / "irregular.npz",
        entry="genotypes/pieces/<piece>/irregular.npz",
        **irregular,
    )
    if options.sites is not None:
        joined = join_site_records(sites, samples=samples)
        write_site_records(folder / SITE_FILE, joined)
    write_json(
        folder / "piece.json", totals, entry="genotypes/pieces/<piece>/piece.json"
    )


def _write_packed(
    reader: FilesetReader, selection: VariantSelection, stem: Path
) -> None:
    pvar = create_file(stem.with_suffix(".pvar"))
    with pvar.open("w", encoding="utf-8", newline="\n") as lines:
        lines.write("\n".join([*selection.lines.to_pylist(), ""]))
    suffixes = (".bed", ".phase") if reader.phased else (".bed",)
    with ExitStack() as stack:
        streams = [
            stack.enter_context(create_file(stem.with_suffix(suffix)).open("wb"))
            for suffix in suffixes
        ]
        for packed in reader.read_blocks(selection):
            for stream, rows in zip(streams, packed, strict=False):
                stream.write(rows.tobytes())


class FilesetReader:
    """Read the genotypes of one fileset.

    Parameters
    ----------
    file
        The fileset, as inspected.
    samples
        The samples to read, in the order wanted.
    options
        How records are taken.

    Attributes
    ----------
    phased
        Whether phase is read too: where it is wanted and the file has it.
    """

    def __init__(
        self, file: Fileset, *, samples: Sequence[str], options: ReadOptions
    ) -> None:
        self.file = file
        self.options = options
        place = {name: at for at, name in enumerate(file.samples)}
        order = np.array([place[name] for name in samples], np.uint32)
        # pgenlib takes a subset in the file's order only; columns brings it into ours.
        self._subset = np.sort(order)
        # Unsigned places spare the kernels a look at each one's sign.
        self._columns = np.searchsorted(self._subset, order).astype(np.uint32)
        self._in_order = np.array_equal(order, self._subset)
        self._width = -(-len(order) // 4)
        self._counts = np.zeros(kernels.N_COUNTS, np.int64)
        with self._open() as reader:
            self.phased = options.keep_phase and bool(reader.hardcall_phase_present())

    @property
    def tally(self) -> Counter[str]:
        """Kinds of the genotypes read so far."""
        numbers = self._counts[kernels.CALLS_MISSING :].tolist()
        return Counter(dict(zip(CALL_KINDS, numbers, strict=True)))

    def _open(self) -> pgenlib.PgenReader:
        return open_genotypes(
            self.file.path,
            n_variants=len(self.file.variants),
            n_samples=len(self.file.samples),
            allele_offsets=self.file.allele_offsets,
            subset=self._subset,
        )

    def read_blocks(self, selection: VariantSelection) -> Iterator[_Packed]:
        """Yield the genotypes of what a selection stores.

        Yields
        ------
        packed
            uint8, one row a variant, two bits a sample: alternate alleles 0, 1, 2, or 3
            where the genotype is missing.
        turns
            Likewise: 1 where a call is phased ref|alt, 2 where alt|ref, else 0; has no
            meaning unless phase is read.

        Raises
        ------
        GenostratError
            If the genotypes are damaged.
        """
        size = max(1, min(BLOCK_VARIANTS, BLOCK_GENOTYPES // len(self._subset)))
        with self._open() as reader:
            for at in range(0, len(selection.rows), size):
                part = np.arange(at, min(at + size, len(selection.rows)))
                try:
                    packed, turns = self._read(reader, selection, part)
                except RuntimeError as error:
                    raise GenostratError(damaged(self.file.path, error)) from None
                stored = selection.stored[part]
                if stored.all():
                    yield packed, turns
                else:
                    yield packed[stored], turns[stored]

    def _read(
        self, reader: pgenlib.PgenReader, selection: VariantSelection, part: Indices
    ) -> _Packed:
        if self.phased:
            return self._read_pairs(reader, selection, part)
        split = selection.split[part]
        alone = self._read_counts(reader, selection.rows[part[~split]])
        if not split.any():
            return alone, alone
        packed = np.empty((len(part), self._width), np.uint8)
        packed[~split] = alone
        packed[split], _ = self._read_pairs(reader, selection, part[split])
        return packed, packed

    def _read_counts(self, reader: pgenlib.PgenReader, rows: Integers) -> Bytes:
        """Read variants with one alternate allele, without phase."""
        calls = np.empty((len(rows), len(self._subset)), np.int8)
        packed = np.empty((len(rows), self._width), np.uint8)
        if len(rows):
            reader.read_list(rows.astype(np.uint32), calls)
            kernels.take_counts(
                calls,
                self._columns,
                self._in_order,
                self.options.absent_is_reference,
                np.zeros(4 * self._width, np.uint8),
                packed,
                self._counts,
            )
        return packed

    def _read_pairs(
        self, reader: pgenlib.PgenReader, selection: VariantSelection, part: Indices
    ) -> _Packed:
        """Read both alleles of every call, and their phase."""
        rows = selection.rows[part]
        pairs = np.empty((len(rows), 2 * len(self._subset)), np.int32)
        phased = np.empty((len(rows), len(self._subset)), np.uint8)
        reader.read_alleles_and_phasepresent_list(rows.astype(np.uint32), pairs, phased)
        # A haplotype on which the position is deleted (*) has no allele to count.
        for at, row in enumerate(rows.tolist() if selection.deleted else ()):
            stars = np.isin(pairs[at], selection.deleted.get(row, []))
            pairs[at, stars] = kernels.DELETED_ALLELE
        packed = np.empty((len(rows), self._width), np.uint8)
        turns = np.empty_like(packed)
        kernels.take_pairs(
            pairs,
            phased,
            self._columns,
            selection.alleles[part],
            selection.is_new[part],
            self.options.absent_is_reference,
            *np.zeros((2, 4 * self._width), np.uint8),
            packed,
            turns,
            self._counts,
        )
        return packed, turns
