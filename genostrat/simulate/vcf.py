"""Writing calls as a bgzipped, indexed VCF."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pysam

from genostrat.privacy import FILE_MODES, make_folder
from genostrat.simulate.genome import CONTIG_LENGTHS
from genostrat.simulate.reads import GENOTYPES, SimulatedCalls

_DIPLOID = ["./.", *(f"{a}/{b}" for a, b in GENOTYPES)]
_HAPLOID = [".", *(str(a) for a, _ in GENOTYPES)]
_HEADER = """\
##fileformat=VCFv4.2
##source=genostrat.simulate
##reference=GRCh38
##FILTER=<ID=PASS,Description="All filters passed">
##FILTER=<ID=LowQual,Description="Reads of a paralogous region">
##ALT=<ID=*,Description="Deleted by an upstream deletion">
{contigs}
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads of each allele">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{samples}
"""


def write_vcf(
    path: str | Path,
    calls: SimulatedCalls,
    *,
    sites: pd.DataFrame,
    quality: np.ndarray,
    samples: list[str],
    order: np.ndarray,
) -> None:
    """Write a bgzipped VCF and its tabix index beside it.

    Parameters
    ----------
    path
        Where to write; the index gets the same name with ``.tbi``.
    calls
        Genotypes and reads of all sites and samples.
    sites
        The records: contig, position, rsid, ref, alt, filter; sorted.
    quality
        QUAL of each record.
    samples
        IDs of all samples, in the order of `calls`.
    order
        Order of the samples' columns in the VCF.
    """
    path = Path(path)
    make_folder(path.parent)
    with TemporaryDirectory(dir=path.parent) as folder:
        plain = Path(folder, "plain.vcf")
        with plain.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(_header([samples[column] for column in order]))
            for row, fields in enumerate(_records(sites, quality)):
                cells = _cells(calls, row, order, n_alleles=fields[4].count(",") + 2)
                stream.write("\t".join([*fields, *cells]) + "\n")
        compressed = Path(folder, path.name)
        pysam.tabix_compress(str(plain), str(compressed))
        pysam.tabix_index(str(compressed), preset="vcf")
        for name in (path.name, f"{path.name}.tbi"):
            written = Path(folder, name)
            written.chmod(FILE_MODES["shareable"])
            # The index goes last: htslib warns of an index older than its file.
            written.replace(path.with_name(name))


def _header(samples: list[str]) -> str:
    contigs = "\n".join(
        f"##contig=<ID={contig},length={length},assembly=GRCh38>"
        for contig, length in CONTIG_LENGTHS.items()
    )
    return _HEADER.format(contigs=contigs, samples="\t".join(samples))


def _records(sites: pd.DataFrame, quality: np.ndarray) -> Iterator[tuple[str, ...]]:
    columns = [
        sites[name].astype(str).tolist()
        for name in ("contig", "position", "rsid", "ref", "alt", "filter")
    ]
    for *place, status, qual in zip(*columns, quality.tolist(), strict=True):
        yield (*place, str(qual), status, ".", "GT:AD:DP:GQ")


def _cells(
    calls: SimulatedCalls, row: int, order: np.ndarray, *, n_alleles: int
) -> list[str]:
    """Format GT:AD:DP:GQ of one record for every sample."""
    genotypes = (calls.genotypes[row, order] + 1).tolist()
    haploid = (calls.ploidy[row, order] < 2).tolist()
    reads = calls.depths[:n_alleles, row, order]
    pattern = ",".join(["%d"] * n_alleles)
    depths = [pattern % each for each in zip(*reads.tolist(), strict=True)]
    totals = reads.sum(axis=0).tolist()
    qualities = calls.qualities[row, order].tolist()
    return [
        f"{(_HAPLOID if single else _DIPLOID)[genotype]}:{depth}:{total}:"
        f"{quality if genotype else '.'}"
        for genotype, single, depth, total, quality in zip(
            genotypes, haploid, depths, totals, qualities, strict=True
        )
    ]
