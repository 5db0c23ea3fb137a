"""Writing genotypes as a bgzipped, indexed VCF."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pysam

from genostrat.arrays import Flags
from genostrat.genotypes.builds import Build, in_par
from genostrat.privacy import create_file, make_folder

if TYPE_CHECKING:
    import pandas as pd

Blocks = Iterable[npt.NDArray[np.int8]]

#: Cells of a missing call and of 0, 1 and 2 alternate alleles, padded with zeros to one
#: width. A heterozygous call where one allele is expected is kept as it is.
_DIPLOID = np.array([list(b"./.\t"), list(b"0/0\t"), list(b"0/1\t"), list(b"1/1\t")])
_HAPLOID = np.array(
    [list(b".\t\0\0"), list(b"0\t\0\0"), list(b"0/1\t"), list(b"1\t\0\0")]
)
_CELLS = np.stack([_DIPLOID, _HAPLOID]).astype(np.uint8)

#: How many of the samples have one allele of a variant.
NOBODY, MEN, EVERYBODY = range(3)


#: What stands before contig names, as most files on a build have it.
_PREFIXES = {"GRCh37": "", "GRCh38": "chr"}


def choose_prefix(names: str, build: Build) -> str:
    """Return what stands before contig names, by ``auto``, ``plain`` or ``chr``.

    >>> from genostrat.genotypes.builds import GRCH38
    >>> choose_prefix("auto", GRCH38), choose_prefix("plain", GRCH38)
    ('chr', '')
    """
    return {"plain": "", "chr": "chr"}.get(names, _PREFIXES[build.name])


def expect_ploidy(variants: pd.DataFrame, build: Build) -> npt.NDArray[np.intp]:
    """Say for each variant who has one allele: nobody, men, or everybody.

    Parameters
    ----------
    variants
        contig (canonical) and position.
    build
        Whose pseudo-autosomal regions count: everybody has two alleles there.

    Notes
    -----
    Whoever has a call on Y outside of them has one allele of it, whatever their sex.
    """
    contigs = variants["contig"].to_numpy()
    who = np.full(len(contigs), NOBODY, np.intp)
    who[contigs == "MT"] = EVERYBODY
    for contig, one in (("X", MEN), ("Y", EVERYBODY)):
        for row in np.flatnonzero(contigs == contig):
            position = int(variants["position"].iat[row])
            who[row] = NOBODY if in_par(contig, position, build) else one
    return who


def write_vcf(
    path: str | Path,
    blocks: Blocks,
    *,
    variants: pd.DataFrame,
    samples: Sequence[str],
    is_male: Flags,
    build: Build,
    prefix: str,
) -> None:
    """Write a VCF of GT alone, and its tabix index beside it.

    Parameters
    ----------
    path
        Ends in ``.vcf.gz``.
    blocks
        Genotypes, int8 (n_variants_in_block, n_samples), −9 missing; in the order of
        `variants`.
    variants
        contig (canonical), position, identifier, ref, alt; sorted.
    samples
        In the order of the columns.
    is_male
        Which of them have one X.
    build
        Of the genotypes.
    prefix
        ``chr`` or blank, before the name of each contig.
    """
    path = Path(path)
    make_folder(path.parent)
    ploidy = expect_ploidy(variants, build)
    heads = _compose_heads(variants, prefix)
    with pysam.BGZFile(str(create_file(path)), "wb") as stream:
        stream.write(_compose_header(variants, samples, build, prefix).encode())
        done = 0
        for block in blocks:
            stop = done + len(block)
            lines = _compose_lines(block, ploidy[done:stop], is_male)
            text = [
                head + line for head, line in zip(heads[done:stop], lines, strict=True)
            ]
            stream.write(b"".join(text))
            done = stop
    index = create_file(f"{path}.tbi")
    pysam.tabix_index(str(path), preset="vcf", force=True, index=str(index))


def _compose_header(
    variants: pd.DataFrame, samples: Sequence[str], build: Build, prefix: str
) -> str:
    contigs = [
        f"##contig=<ID={_name(contig, prefix)},length={build.lengths[contig]},"
        f"assembly={build.name}>"
        for contig in dict.fromkeys(variants["contig"])
    ]
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"]
    lines = [
        "##fileformat=VCFv4.3",
        "##source=genostrat",
        '##FILTER=<ID=PASS,Description="All filters passed">',
        *contigs,
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        "\t".join([*columns, "FORMAT", *samples]),
    ]
    return "\n".join(lines) + "\n"


def _name(contig: str, prefix: str) -> str:
    """Return the name of a contig; that of the mitochondrion with chr is chrM."""
    return "chrM" if prefix and contig == "MT" else f"{prefix}{contig}"


def _compose_heads(variants: pd.DataFrame, prefix: str) -> list[bytes]:
    columns = [variants[name] for name in ("position", "identifier", "ref", "alt")]
    names = [_name(contig, prefix) for contig in variants["contig"]]
    return [
        f"{name}\t{position}\t{identifier}\t{ref}\t{alt}\t.\tPASS\t.\tGT\t".encode()
        for name, position, identifier, ref, alt in zip(names, *columns, strict=True)
    ]


def _compose_lines(
    block: npt.NDArray[np.int8], ploidy: npt.NDArray[np.intp], is_male: Flags
) -> list[bytes]:
    """Return the cells of each variant, and the end of its line."""
    codes = np.where(block < 0, 0, block + 1)
    has_one = np.stack([np.zeros_like(is_male), is_male, np.ones_like(is_male)])
    lines = []
    for row, who in zip(codes, ploidy, strict=True):
        cells = _CELLS[has_one[who].astype(np.intp), row].ravel()
        if who != NOBODY:
            cells = cells[cells != 0]
        lines.append(cells.tobytes()[:-1] + b"\n")
    return lines
