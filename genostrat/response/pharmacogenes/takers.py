"""Who takes which medicine, and which genes guidance on it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

#: What is read of ``pgx/guidance.tsv`` and ``pgx/diplotypes.tsv``.
GUIDANCE_COLUMNS = (
    *("sample_id", "drug", "genes", "on_medication"),
    "effective_phenotypes",
)
DIPLOTYPE_COLUMNS = (
    *("sample_id", "gene", "phenotype", "activity_score", "status"),
    *("allele_1", "allele_2"),
)


@dataclass(frozen=True)
class Pair:
    """A medicine, and a gene that guidance on it rests on."""

    medicine: str
    gene: str


@dataclass(frozen=True)
class Takers:
    """Who takes what.

    Parameters
    ----------
    takers
        Generic name of a medicine → its takers, as the sheet has them.
    genes
        The medicine → genes that guidance on it rests on, in alphabetical order.
    changed
        The medicine and a gene → its takers in whom other medicines change what the
        gene's product does, so that the genotype does not say it.
    is_known
        Whether the sheet says of anybody what they take.
    """

    takers: Mapping[str, frozenset[str]]
    genes: Mapping[str, tuple[str, ...]]
    changed: Mapping[Pair, frozenset[str]]
    is_known: bool

    def pairs_of(self, medicines: Sequence[str]) -> list[Pair]:
        """Return the pairs of medicines that are taken, in alphabetical order."""
        taken = {name for name, who in self.takers.items() if who} | set(medicines)
        return [
            Pair(name, gene)
            for name in sorted(taken & set(self.genes))
            for gene in self.genes[name]
        ]


def find_takers(guidance: pd.DataFrame) -> Takers:
    """Read who takes which medicine from the table of guidance.

    Parameters
    ----------
    guidance
        :data:`GUIDANCE_COLUMNS` of ``pgx/guidance.tsv``.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {
    ...         "sample_id": ["a", "b"],
    ...         "drug": "warfarin",
    ...         "genes": "CYP2C9;VKORC1",
    ...         "on_medication": [True, False],
    ...         "effective_phenotypes": ["Poor Metabolizer;", ""],
    ...     }
    ... )
    >>> found = find_takers(table)
    >>> [pair.gene for pair in found.pairs_of([])], found.takers["warfarin"]
    (['CYP2C9', 'VKORC1'], frozenset({'a'}))
    >>> found.changed
    {Pair(medicine='warfarin', gene='CYP2C9'): frozenset({'a'})}
    """
    says = guidance["on_medication"].notna()
    takes = guidance[says & (guidance["on_medication"].fillna(False) == True)]  # noqa: E712
    genes: dict[str, set[str]] = {}
    for drug, joined in set(zip(guidance["drug"], guidance["genes"], strict=True)):
        genes.setdefault(str(drug), set()).update(str(joined).split(";"))
    by_drug = takes.groupby("drug")["sample_id"]
    return Takers(
        {str(drug): frozenset(ids.astype(str)) for drug, ids in by_drug},
        {drug: tuple(sorted(named)) for drug, named in genes.items()},
        _find_changed(takes),
        bool(says.any()),
    )


def _find_changed(takes: pd.DataFrame) -> dict[Pair, frozenset[str]]:
    """Find takers of a medicine whose phenotype other medicines change for it."""
    told = takes[takes["effective_phenotypes"].fillna("").astype(str) != ""]
    found: dict[Pair, set[str]] = {}
    for row in told.itertuples():
        phenotypes = str(row.effective_phenotypes).split(";")
        for gene, phenotype in zip(str(row.genes).split(";"), phenotypes, strict=True):
            if phenotype:
                pair = Pair(str(row.drug), gene)
                found.setdefault(pair, set()).add(str(row.sample_id))
    return {pair: frozenset(who) for pair, who in found.items()}
