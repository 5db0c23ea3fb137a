"""Which of a store's variants are of which gene, and which may count for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from genostrat.arrays import Flags
from genostrat.errors import GenostratError, Problem
from genostrat.genotypes.builds import BUILDS
from genostrat.genotypes.consequences import CLASS_OF
from genostrat.genotypes.store import Contig
from genostrat.sheets.gene_map import SHOWN, GeneMap, read_gene_map

#: Columns of what the functions here return.
COLUMNS = ["variant", "gene", "frequency", "counts"]


def annotated_genes(
    contig: Contig, *, classes: Collection[str], high_confidence: bool
) -> pd.DataFrame:
    """Return the genes of a contig's variants by the annotations of the file.

    Parameters
    ----------
    contig
        Of the store.
    classes
        Classes of consequences that count, of
        :data:`genostrat.genotypes.consequences.CLASSES`.
    high_confidence
        Whether a loss of function counts only as HC of LOFTEE, where the file has it.

    Returns
    -------
    DataFrame
        One row for each variant and gene: variant (number in the store), gene,
        frequency (in a reference population, or NaN), counts (bool).
    """
    told = contig.annotations
    if told is None:
        return _make_table([], [], [], [])
    named = told[told["gene"] != ""]
    groups = named["consequence"].map(CLASS_OF).to_numpy(object)
    counts = np.isin(groups, list(classes))
    if high_confidence:
        counts &= (groups != "lof") | named["lof"].isin(["HC", ""]).to_numpy()
    return _make_table(
        named["variant"], named["gene"].astype(object), named["frequency"], counts
    )


def mapped_genes(contig: Contig, genes: GeneMap) -> pd.DataFrame:
    """Return the genes of a contig's variants by where they lie; all of them count.

    A variant is of a gene where a base of its REF lies in one of the gene's intervals.
    """
    own = np.flatnonzero(genes.contig == contig.name)
    position = contig.variants["position"].to_numpy()
    last = position + contig.variants["ref"].str.len().to_numpy() - 1
    # Variants are sorted by where they begin, so the longest REF says how far before
    # an interval one that reaches it may begin.
    longest = int((last - position).max(initial=0))
    starts = np.searchsorted(position, genes.start[own] - longest, "left")
    stops = np.searchsorted(position, genes.end[own], "right")
    pairs: set[tuple[int, str]] = set()
    for interval, start, stop in zip(own, starts, stops, strict=True):
        rows = np.arange(start, stop)
        reach = rows[last[rows] >= genes.start[interval]]
        pairs.update((int(row), str(genes.gene[interval])) for row in reach)
    found = sorted(pairs)
    return _make_table(
        [row for row, _ in found],
        [gene for _, gene in found],
        [np.nan] * len(found),
        [True] * len(found),
    )


def _make_table(
    variant: Sequence[int] | pd.Series,
    gene: Sequence[str] | pd.Series,
    frequency: Sequence[float] | pd.Series,
    counts: Sequence[bool] | Flags,
) -> pd.DataFrame:
    columns = (
        np.asarray(variant, np.int64),
        np.asarray(gene, object),
        np.asarray(frequency, float),
        np.asarray(counts, bool),
    )
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def read_genes(path: str | Path, *, build: str) -> GeneMap:
    """Read a gene map, and hold it against the cohort's build.

    Raises
    ------
    GenostratError
        If it is none, lies beyond the ends of the build's chromosomes, or names none.
    """
    genes = read_gene_map(path)
    problems = list(_check_places(genes, build))
    if problems:
        raise GenostratError(problems[:SHOWN])
    return genes


def _check_places(genes: GeneMap, build: str) -> Iterator[Problem]:
    lengths = BUILDS[build].lengths
    if not set(genes.contig.tolist()) & set(lengths):
        yield Problem(
            "the gene map names no chromosome",
            file=genes.path,
            line=int(genes.line[0]),
            column="chrom",
            found=str(genes.contig[0]),
            allowed="1 to 22, X, Y and MT, with or without chr",
        )
    for assembly in sorted(genes.assemblies - {build}):
        yield Problem(
            "the gene map's chromosomes are named as those of another assembly",
            file=genes.path,
            column="chrom",
            found=assembly,
            allowed=build,
            fix=f"use a gene map of {build}",
        )
    limit = np.array([lengths.get(name, 2**31) for name in genes.contig.tolist()])
    for row in np.flatnonzero(genes.end > limit).tolist():
        yield Problem(
            f"this gene ends beyond its chromosome on {build}",
            file=genes.path,
            line=int(genes.line[row]),
            column="end",
            found=str(genes.end[row]),
            allowed=f"up to {limit[row]}",
            fix=f"use a gene map of {build}",
        )
