"""The drugs that a knowledge base speaks of, each with all it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from genostrat.pgx.definitions import Guideline, Knowledge, Recommendation
from genostrat.pgx.guidance.categories import normalise_text

#: Phenotype of a gene without a result.
NOT_AVAILABLE = ""
#: Phenotype of a gene whose result has no known effect.
INDETERMINATE = "Indeterminate"
#: Levels at which CPIC advises to act on a gene, strongest first.
LEVELS = ("A", "A/B", "B")


@dataclass(frozen=True)
class Drug:
    """A drug that a source has recommendations or a guideline for.

    Parameters
    ----------
    name
        Generic name, lower case.
    genes
        The genes that its guidance depends on.
    texts
        Phenotypes of the genes, in their order → recommendation, never blank.
        :data:`NOT_AVAILABLE` stands for a gene without a result.
    phenotypes
        For each gene, the phenotypes that the source knows, without
        :data:`NOT_AVAILABLE` and :data:`INDETERMINATE`.
    level, url
        Of the guideline: CPIC's level; where to read it. Blank without a guideline.
    other_genes
        Genes that the guideline names, for which there are no recommendations.
    """

    name: str
    genes: tuple[str, ...]
    texts: Mapping[tuple[str, ...], str]
    phenotypes: tuple[tuple[str, ...], ...]
    level: str = ""
    url: str = ""
    other_genes: tuple[str, ...] = ()


def gather_drugs(knowledge: Knowledge) -> list[Drug]:
    """Gather what a knowledge base says by drug, sorted by name.

    Drugs with recommendations, and those that CPIC has a guideline of level A or B for,
    so that nobody who takes warfarin meets silence because its dosing needs more than
    a table of texts.
    """
    recommended: dict[str, list[Recommendation]] = {}
    for item in knowledge.recommendations:
        recommended.setdefault(item.drug, []).append(item)
    guided: dict[str, list[Guideline]] = {}
    for guideline in knowledge.guidelines:
        if guideline.level in LEVELS:
            guided.setdefault(guideline.drug, []).append(guideline)
    return [
        _make_drug(name, recommended.get(name, []), guidelines=guided.get(name, []))
        for name in sorted(recommended.keys() | guided.keys())
    ]


def _make_drug(
    name: str, items: list[Recommendation], *, guidelines: list[Guideline]
) -> Drug:
    named = list(dict.fromkeys(guideline.gene for guideline in guidelines))
    genes = tuple(sorted({gene for item in items for gene in item.genes} or named))
    texts: dict[tuple[str, ...], str] = {}
    known: list[dict[str, None]] = [{} for _ in genes]
    for item in items:
        phenotypes = _align(item, genes=genes)
        for names, phenotype in zip(known, phenotypes, strict=True):
            if phenotype not in (NOT_AVAILABLE, INDETERMINATE):
                names[phenotype] = None
        if normalise_text(item.text):
            texts[phenotypes] = item.text
    return Drug(
        name=name,
        genes=genes,
        texts=texts,
        phenotypes=tuple(tuple(names) for names in known),
        level=min((g.level for g in guidelines), key=LEVELS.index, default=""),
        url=next((g.url for g in guidelines if g.url), ""),
        other_genes=tuple(sorted(set(named) - set(genes))),
    )


def _align(item: Recommendation, *, genes: tuple[str, ...]) -> tuple[str, ...]:
    """Return a recommendation's phenotypes in the order of the drug's genes."""
    mine = dict(zip(item.genes, item.phenotypes, strict=True))
    found = (mine.get(gene, NOT_AVAILABLE) for gene in genes)
    return tuple(NOT_AVAILABLE if p == "None" else p for p in found)
