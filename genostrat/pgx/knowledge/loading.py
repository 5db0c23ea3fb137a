"""Loading a knowledge base of alleles, phenotypes and guidance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from genostrat.errors import GenostratError, Problem, nearest, raise_if_any
from genostrat.pgx.definitions import Gene, Knowledge
from genostrat.pgx.knowledge.checks import check_knowledge
from genostrat.pgx.knowledge.content import BUILDS
from genostrat.pgx.knowledge.conventions import apply_tags, read_conventions
from genostrat.pgx.knowledge.files import digest_files
from genostrat.pgx.knowledge.pharmcat import pharmcat_files, read_pharmcat
from genostrat.pgx.knowledge.pypgx import (
    find_pypgx,
    read_genes,
    read_tables,
    table_files,
)
from genostrat.pgx.knowledge.structural import (
    GUIDED_GENES,
    read_structural_genes,
    tell_newer_lists,
)

#: The value of ``pgx.knowledge`` that means the installed package's tables.
PYPGX = "pypgx"


def load_knowledge(source: str | Path, *, build: str) -> Knowledge:
    """Load a knowledge base on one build, and check it.

    Parameters
    ----------
    source
        ``"pypgx"`` for the tables of the installed package, or a directory of
        PharmCAT's allele definitions and phenotypes (``definition/*_translation.json``,
        ``phenotype/*.json``), which are on GRCh38.
    build
        ``GRCh37`` or ``GRCh38``.

    Raises
    ------
    GenostratError
        If files are missing, damaged or of another kind, or the directory does not
        speak of the build.
    """
    if build not in BUILDS:
        raise GenostratError(
            Problem("no such build", found=build, allowed=", ".join(BUILDS))
        )
    folder, version = find_pypgx()
    pypgx = _read_pypgx(folder, build)
    genes, name, own_version, findings = pypgx.genes, PYPGX, version, pypgx.findings
    if str(source) != PYPGX:
        name = "PharmCAT"
        genes, own_version, findings = read_pharmcat(
            Path(source), build=build, pypgx=pypgx.genes
        )
    genes = _with_limits(genes)
    return Knowledge(
        source=name,
        version=own_version,
        sha256=digest(source),
        build=build,
        genes=genes,
        findings=(
            *findings,
            *check_knowledge(genes, build=build, others=pypgx.genes),
        ),
    )


class _Pypgx(NamedTuple):
    """What the package's tables say on one build."""

    genes: dict[str, Gene]
    findings: list[str]


@cache
def _read_pypgx(folder: Path, build: str) -> _Pypgx:
    genes, findings = read_genes(read_tables(folder), build=build)
    return _Pypgx(genes, findings)


def digest(source: str | Path) -> str:
    """Return the SHA-256 over every file that a knowledge base is read from.

    Any knowledge base may take phenotypes from pypgx's tables, so that these are
    always among them.
    """
    files = table_files(find_pypgx()[0])
    if str(source) != PYPGX:
        files += pharmcat_files(Path(source))
    return digest_files(files)


def _with_limits(genes: dict[str, Gene]) -> dict[str, Gene]:
    """Add why genes are not called, and the genes that only another tool can call."""
    limits = read_structural_genes()
    result = {name: apply_tags(gene) for name, gene in genes.items()}
    for name, pairs in read_conventions().items():
        if name in result:
            result[name] = replace(result[name], set_aside=pairs)
    for name in GUIDED_GENES - set(genes):
        result[name] = _gene_of_other_tools(name)
    for name, gene in result.items():
        limit = limits.get(name)
        structural = [item.name for item in gene.alleles if item.is_structural]
        if limit is not None and not limit.is_called:
            result[name] = replace(gene, not_called_because=limit.sentence)
        elif limit is not None:
            result[name] = replace(gene, notes=(*gene.notes, limit.sentence))
        elif not gene.positions:
            result[name] = replace(
                gene, not_called_because="No allele is defined by sequence variants."
            )
        if name in limits or not gene.positions:
            continue
        if _has_variants_for_alleles(gene):
            note = (
                "Its alleles are single variants, not haplotypes: to carry several of"
                " them is usual."
            )
            result[name] = replace(result[name], notes=(*result[name].notes, note))
        if structural:
            note = (
                f"Structural alleles ({', '.join(structural)}) cannot be seen in"
                " genotypes and are not looked for."
            )
            result[name] = replace(result[name], notes=(*result[name].notes, note))
    counts = {name: len(gene.alleles) for name, gene in genes.items()}
    for name, note in tell_newer_lists(counts).items():
        result[name] = replace(result[name], notes=(*result[name].notes, note))
    return dict(sorted(result.items()))


def _has_variants_for_alleles(gene: Gene) -> bool:
    names = [item.name for item in gene.alleles if item.name != gene.reference]
    return len(names) > 1 and all(name.startswith("rs") for name in names)


def _gene_of_other_tools(name: str) -> Gene:
    """Return a gene that only calls of another tool speak of, such as HLA-B."""
    return Gene(
        name=name,
        contig="6",
        start=1,
        end=1,
        positions=(),
        alleles=(),
        allowed=np.zeros((0, 0), dtype=np.uint64),
        reference="",
        inheritance="diploid",
        method="none",
        effects={},
    )


def choose_genes(knowledge: Knowledge, *, genes: Sequence[str]) -> Knowledge:
    """Return a knowledge base with some of its genes only; all where none is named.

    Raises
    ------
    GenostratError
        If a gene is not in the knowledge base.
    """
    if not genes:
        return knowledge
    problems = []
    for name in genes:
        if name not in knowledge.genes:
            close = nearest(name, knowledge.genes)
            problems.append(
                Problem(
                    "pgx.genes names a gene that the knowledge base does not have",
                    found=name,
                    allowed=", ".join(knowledge.genes),
                    fix=f"did you mean {close}?" if close else "remove it",
                )
            )
    raise_if_any(problems)
    chosen = {name: knowledge.genes[name] for name in sorted(genes)}
    return replace(knowledge, genes=chosen)
