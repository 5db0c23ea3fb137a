"""The genotype store: one PGEN per contig, as plink2 reads it.

``<contig>.pgen`` holds hard calls, ``.pvar`` the variants, ``.psam`` the samples, and
``.annotations.parquet``, where the file has annotations, what they say; a store without
any variant has nothing but ``samples.psam``.
In memory a genotype is int8: alternate alleles 0, 1, 2, and −9 for missing.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pgenlib

from genostrat.arrays import Bytes, Indices
from genostrat.genotypes.annotations import annotation_path
from genostrat.genotypes.builds import AUTOSOMES, CONTIGS
from genostrat.privacy import create_file, make_folder
from genostrat.tables import read_parquet, write_lines

if TYPE_CHECKING:
    import pandas as pd

PVAR_HEADER = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER"
SEX_CODES = {"male": "1", "female": "2"}
BLOCK_VARIANTS = 1024
#: The samples of a store without any variant.
_EMPTY = "samples.psam"


def write_contig(
    folder: Path,
    contig: str,
    *,
    blocks: Iterable[npt.NDArray[np.int8]],
    n_variants: int,
    pvar_lines: Iterable[str],
    samples: list[str],
    sexes: list[str],
    phases: Iterable[npt.NDArray[np.int8]] | None = None,
) -> None:
    """Write the three files of one contig.

    Parameters
    ----------
    folder
        The store; it is made if need be.
    blocks
        Genotypes, int8, each of shape (n_variants_in_block, n_samples).
    n_variants
        Variants in all blocks together.
    pvar_lines
        One line for each variant, without the header.
    samples, sexes
        Identifiers, and ``male``, ``female`` or blank for each.
    phases
        For each block, 1 where a call is phased ref|alt, 2 where alt|ref, else 0;
        without it no phase is kept.
    """
    make_folder(folder)
    path = create_file(folder / f"{contig}.pgen")
    writer = pgenlib.PgenWriter(
        str(path).encode(),
        len(samples),
        variant_ct=n_variants,
        nonref_flags=False,
        hardcall_phase_present=phases is not None,
    )
    try:
        if phases is None:
            for block in blocks:
                writer.append_biallelic_batch(np.ascontiguousarray(block))
        else:
            for block, phase in zip(blocks, phases, strict=True):
                writer.append_partially_phased_batch(*_to_alleles(block, phase))
    finally:
        writer.close()
    write_lines(
        folder / f"{contig}.pvar",
        itertools.chain([PVAR_HEADER], pvar_lines),
        entry="genotypes/store/<contig>.pvar",
    )
    _write_samples(folder / f"{contig}.psam", samples, sexes)


def write_empty(folder: Path, *, samples: Sequence[str], sexes: Sequence[str]) -> None:
    """Write a store without any variant: nothing but its samples."""
    make_folder(folder)
    _write_samples(folder / _EMPTY, samples, sexes)


def _write_samples(path: Path, samples: Sequence[str], sexes: Sequence[str]) -> None:
    rows = [
        f"{s}\t{SEX_CODES.get(x, 'NA')}" for s, x in zip(samples, sexes, strict=True)
    ]
    write_lines(path, ["#IID\tSEX", *rows], entry="genotypes/store/<contig>.psam")


def _read_samples(path: Path) -> list[str]:
    lines = path.read_text().splitlines()[1:]
    return [line.split("\t", 1)[0] for line in lines]


def _to_alleles(
    block: npt.NDArray[np.int8], phase: npt.NDArray[np.int8]
) -> tuple[npt.NDArray[np.int32], Bytes]:
    """Return allele pairs (n_variants, 2·n_samples), and which calls are phased."""
    pairs = np.empty((*block.shape, 2), np.int32)
    het, alt = block == 1, block == 2
    pairs[..., 0] = (het & (phase == 2)) | alt
    pairs[..., 1] = (het & (phase != 2)) | alt
    pairs[block < 0] = -9
    return pairs.reshape(len(block), -1), (phase != 0).astype(np.uint8)


@dataclass(frozen=True)
class Contig:
    """One contig of a store.

    Parameters
    ----------
    folder
        The store.
    name
        Canonical contig name.
    set_aside
        Rows of the files that do not count, ascending. Rows that anything else speaks
        of are those of the variants that are left.
    """

    folder: Path
    name: str
    set_aside: npt.NDArray[np.int64] | None = field(default=None, compare=False)

    @cached_property
    def rows_left(self) -> npt.NDArray[np.uint32] | None:
        """Row in the files of each variant that is left; None where all are."""
        if self.set_aside is None or not len(self.set_aside):
            return None
        path = str(self.folder / f"{self.name}.pgen").encode()
        with pgenlib.PgenReader(path, raw_sample_ct=len(self.samples)) as reader:
            left = np.ones(reader.get_variant_ct(), bool)
        left[self.set_aside] = False
        return np.flatnonzero(left).astype(np.uint32)

    def rows_in_files(self, rows: npt.NDArray[np.integer]) -> npt.NDArray[np.uint32]:
        """Return the rows in the files of some of the variants that are left."""
        left = self.rows_left
        return rows.astype(np.uint32) if left is None else left[rows]

    @cached_property
    def samples(self) -> list[str]:
        """Sample identifiers, in the order of the genotypes' columns."""
        return _read_samples(self.folder / f"{self.name}.psam")

    @cached_property
    def variants(self) -> pd.DataFrame:
        """The variants: contig, position, identifier, ref, alt, in store order."""
        import pandas as pd

        table = pd.read_csv(
            self.folder / f"{self.name}.pvar",
            sep="\t",
            header=0,
            names=[
                "contig",
                "position",
                "identifier",
                "ref",
                "alt",
                "quality",
                "filter",
            ],
            dtype={"position": np.int64}
            | dict.fromkeys(
                ("contig", "identifier", "ref", "alt", "quality", "filter"), str
            ),
            keep_default_na=False,
            encoding_errors="replace",
            quoting=csv.QUOTE_NONE,
        )
        left = self.rows_left
        return table if left is None else table.iloc[left].reset_index(drop=True)

    @cached_property
    def annotations(self) -> pd.DataFrame | None:
        """What the file said of its variants; None where it said nothing.

        One row for each variant and gene, sorted so: variant (number in the store),
        gene (blank between genes), gene_id, consequence (the most severe), lof (HC,
        LC or OS of LOFTEE, `none` where its column is blank, blank without column),
        frequency (highest in a reference population, or NaN).
        """
        path = annotation_path(self.folder, self.name)
        if not path.is_file():
            return None
        table, left = read_parquet(path), self.rows_left
        if left is None:
            return table
        numbers = table["variant"].to_numpy()
        places = np.searchsorted(left, numbers)
        known = places < len(left)
        known[known] = left[places[known]] == numbers[known]
        return table[known].assign(variant=places[known]).reset_index(drop=True)

    def read_blocks(
        self, size: int = BLOCK_VARIANTS
    ) -> Iterator[tuple[slice, npt.NDArray[np.int8]]]:
        """Yield consecutive variants as (slice, int8 array (n_variants, n_samples)).

        The array is reused: copy what is kept.
        """
        path = str(self.folder / f"{self.name}.pgen").encode()
        n_samples, n_variants = len(self.samples), len(self.variants)
        left = self.rows_left
        with pgenlib.PgenReader(path, raw_sample_ct=n_samples) as reader:
            buffer = np.empty((min(size, n_variants), n_samples), np.int8)
            for start in range(0, n_variants, size):
                stop = min(start + size, n_variants)
                block = buffer[: stop - start]
                if left is None:
                    reader.read_range(start, stop, block)
                else:
                    reader.read_list(left[start:stop], block)
                yield slice(start, stop), block

    def read(self, rows: Indices) -> npt.NDArray[np.int8]:
        """Return the genotypes of some variants, shape (n_rows, n_samples)."""
        path = str(self.folder / f"{self.name}.pgen").encode()
        block = np.empty((len(rows), len(self.samples)), np.int8)
        if len(rows):
            with pgenlib.PgenReader(path, raw_sample_ct=len(self.samples)) as reader:
                reader.read_list(self.rows_in_files(rows), block)
        return block


@dataclass(frozen=True)
class Store:
    """A genotype store: a folder with one PGEN per contig.

    Parameters
    ----------
    folder
        The folder.
    set_aside
        Contig → rows of its files that do not count, ascending: those that variant QC
        set aside, of ``qc/variants_set_aside.npz``. A contig of which nothing is left
        is absent.
    """

    folder: Path
    set_aside: Mapping[str, npt.NDArray[np.int64]] | None = field(
        default=None, compare=False
    )

    def contig(self, name: str) -> Contig | None:
        """Return one contig, or None where the store has none of it."""
        if not (self.folder / f"{name}.pgen").is_file():
            return None
        contig = Contig(self.folder, name, (self.set_aside or {}).get(name))
        left = contig.rows_left
        return contig if left is None or len(left) else None

    @cached_property
    def contigs(self) -> list[Contig]:
        """The contigs present, in genome order."""
        found = (self.contig(name) for name in CONTIGS)
        return [contig for contig in found if contig is not None]

    @property
    def autosomes(self) -> list[Contig]:
        """The autosomes present, in genome order."""
        return [contig for contig in self.contigs if contig.name in AUTOSOMES]

    @property
    def samples(self) -> list[str]:
        """Sample identifiers, the same in every contig."""
        if self.contigs:
            return self.contigs[0].samples
        files = sorted(self.folder.glob("*.psam"))
        return _read_samples(files[0] if files else self.folder / _EMPTY)
