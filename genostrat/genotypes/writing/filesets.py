"""Writing PLINK 1 and PLINK 2 filesets.

The two bits of a ``.bed`` are those of PLINK 1's description of the format; A1 is ALT
and A2 is REF, as PLINK 2 writes them. Both kinds keep a haploid call as a homozygote.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pgenlib

from genostrat.arrays import Bytes
from genostrat.genotypes.builds import Build, in_par
from genostrat.privacy import create_file, make_folder

if TYPE_CHECKING:
    import pandas as pd

Blocks = Iterable[npt.NDArray[np.int8]]

#: First bytes of a .bed with one row a variant.
_BED_MAGIC = b"\x6c\x1b\x01"
#: Two-bit code of 0, 1 and 2 alternate alleles, and of a missing call, in this order.
_BED_CODES = np.array([0b11, 0b10, 0b00, 0b01], np.uint8)
_MISSING = 3
#: What PLINK writes for a parent, a sex and a phenotype that is not known.
NOBODY, NO_SEX, NO_PHENOTYPE = "0", "0", "-9"
#: PLINK 1's name of both pseudo-autosomal regions of X.
_PLINK1_PAR = "XY"


@dataclass(frozen=True)
class FilesetSample:
    """A line of a ``.fam`` or ``.psam``.

    Parameters
    ----------
    family, name
        FID (0: none) and IID.
    father, mother
        IID of the parents; 0 where not known.
    sex
        1 male, 2 female, 0 not known.
    """

    family: str
    name: str
    father: str = NOBODY
    mother: str = NOBODY
    sex: str = NO_SEX


def name_contigs(variants: pd.DataFrame, build: Build, *, kind: str) -> list[str]:
    """Return the contig of each variant as PLINK calls it.

    Parameters
    ----------
    variants
        contig (canonical) and position.
    build
        Of the genotypes.
    kind
        ``bed``, where both pseudo-autosomal regions of X are XY, or ``pgen``, where
        they are PAR1 and PAR2: PLINK takes what is called X for haploid in men.
    """
    first_end = build.par["X"][0][1]
    names = []
    for contig, position in zip(variants["contig"], variants["position"], strict=True):
        if contig == "X" and in_par("X", position, build):
            second = "PAR2" if position > first_end else "PAR1"
            names.append(_PLINK1_PAR if kind == "bed" else second)
        else:
            names.append(contig)
    return names


def write_pgen(
    prefix: str | Path,
    blocks: Blocks,
    *,
    variants: pd.DataFrame,
    samples: Sequence[FilesetSample],
    ref_provisional: bool,
) -> None:
    """Write a PLINK 2 fileset of hard calls.

    Parameters
    ----------
    prefix
        Path without suffix.
    blocks
        Genotypes, int8 (n_variants_in_block, n_samples), −9 missing; in the order of
        `variants`.
    variants
        code (the contig, by :func:`name_contigs`), position, identifier, ref, alt.
    samples
        In the order of the columns.
    ref_provisional
        Whether REF may be the alternate allele of the genome; PLINK 2 is told.
    """
    _make_folder(prefix)
    writer = pgenlib.PgenWriter(
        str(create_file(f"{prefix}.pgen")).encode(),
        len(samples),
        variant_ct=len(variants),
        nonref_flags=ref_provisional,
    )
    try:
        for block in blocks:
            writer.append_biallelic_batch(np.ascontiguousarray(block))
    finally:
        writer.close()
    columns = (variants[name] for name in ("code", "position", "identifier"))
    alleles = (variants[name] for name in ("ref", "alt"))
    rows = zip(*columns, *alleles, strict=True)
    _write_rows(f"{prefix}.pvar", [("#CHROM", "POS", "ID", "REF", "ALT"), *rows])
    _write_rows(
        f"{prefix}.psam",
        [
            ("#FID", "IID", "PAT", "MAT", "SEX"),
            *((s.family, s.name, s.father, s.mother, s.sex) for s in samples),
        ],
    )


def write_bed(
    prefix: str | Path,
    blocks: Blocks,
    *,
    variants: pd.DataFrame,
    samples: Sequence[FilesetSample],
) -> None:
    """Write a PLINK 1 fileset; parameters as of :func:`write_pgen`."""
    _make_folder(prefix)
    with create_file(f"{prefix}.bed").open("wb") as stream:
        stream.write(_BED_MAGIC)
        for block in blocks:
            stream.write(pack_bed(block).tobytes())
    rows = zip(
        variants["code"],
        variants["identifier"],
        ["0"] * len(variants),
        variants["position"],
        variants["alt"].replace(".", "0"),
        variants["ref"].replace(".", "0"),
        strict=True,
    )
    _write_rows(f"{prefix}.bim", rows)
    _write_rows(
        f"{prefix}.fam",
        ((s.family, s.name, s.father, s.mother, s.sex, NO_PHENOTYPE) for s in samples),
    )


def pack_bed(block: npt.NDArray[np.int8]) -> Bytes:
    """Pack genotypes into the bytes of a ``.bed``: four samples a byte, first lowest.

    >>> pack_bed(np.array([[0, 1, 2, -9, 2]], np.int8)).tolist()
    [[75, 0]]
    """
    n_variants, n_samples = block.shape
    codes = np.zeros((n_variants, -(-n_samples // 4) * 4), np.uint8)
    codes[:, :n_samples] = _BED_CODES[np.where(block < 0, _MISSING, block)]
    quads = codes.reshape(n_variants, -1, 4)
    packed: Bytes = np.bitwise_or.reduce(
        quads << np.array([0, 2, 4, 6], np.uint8), axis=2
    ).astype(np.uint8)
    return packed


def _make_folder(prefix: str | Path) -> None:
    make_folder(Path(prefix).parent)


def _write_rows(path: str | Path, rows: Iterable[Sequence[object]]) -> None:
    with create_file(path).open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines("\t".join(map(str, row)) + "\n" for row in rows)
