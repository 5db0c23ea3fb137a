"""Loading a knowledge base of alleles, phenotypes and guidance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from genostrat.catalogues.knowledge_sources import (
    PHARMCAT,
    PYPGX,
    SOURCES,
    Origin,
    Source,
    find_definitions,
)
from genostrat.errors import GenostratError, Problem, nearest, raise_if_any
from genostrat.pgx.definitions import Gene, Knowledge
from genostrat.pgx.knowledge import pharmcat, pypgx
from genostrat.pgx.knowledge.checks import check_knowledge
from genostrat.pgx.knowledge.content import BUILDS
from genostrat.pgx.knowledge.conventions import apply_tags, read_conventions
from genostrat.pgx.knowledge.files import digest_files
from genostrat.pgx.knowledge.source import DefinitionReader
from genostrat.pgx.knowledge.structural import (
    GUIDED_GENES,
    read_structural_genes,
    tell_newer_lists,
)

#: Source → the module that reads its definitions.
READERS: Mapping[str, DefinitionReader] = {PYPGX.name: pypgx, PHARMCAT.name: pharmcat}


def load_knowledge(source: str | Path, *, build: str) -> Knowledge:
    """Load a knowledge base on one build, and check it.

    Parameters
    ----------
    source
        As ``pgx.knowledge`` says: the word of a source, or a path to its files (see
        :mod:`genostrat.catalogues.knowledge_sources`).
    build
        ``GRCh37`` or ``GRCh38``.

    Raises
    ------
    GenostratError
        If files are missing, damaged or of another kind, or the source does not speak
        of the build.
    """
    if build not in BUILDS:
        raise GenostratError(
            Problem("no such build", found=build, allowed=", ".join(BUILDS))
        )
    kind, origin = find_definitions(source)
    if origin.builds and build not in origin.builds:
        raise GenostratError(_other_build(source, build, source=kind, origin=origin))
    found = READERS[kind.name].read(source, build=build)
    genes = _with_limits(found.genes)
    findings = check_knowledge(
        genes, build=build, others=pypgx.read(build=build).genes, whose=PYPGX.name
    )
    return Knowledge(
        source=kind.name,
        version=found.version,
        sha256=digest(source),
        build=build,
        genes=genes,
        findings=(*found.findings, *findings),
    )


def digest(value: str | Path) -> str:
    """Return the SHA-256 over every file that a knowledge base is read from."""
    source, _ = find_definitions(value)
    return digest_files(READERS[source.name].list_files(value))


def _other_build(
    value: str | Path, build: str, *, source: Source, origin: Origin
) -> Problem:
    others = [s.definitions for s in SOURCES if s.definitions]
    words = [o.word for o in others if o.word and build in (o.builds or BUILDS)]
    return Problem(
        f"definitions of {source.name} serve {' and '.join(origin.builds)} only",
        file=value,
        found=f"a cohort on {build}",
        allowed=", ".join(origin.builds),
        fix=f"set pgx.knowledge to {' or '.join(words)} for this cohort",
    )


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
