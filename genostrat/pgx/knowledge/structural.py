"""Genes that genotypes cannot call, or that a newer list knows more alleles of."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from genostrat.home import resource

#: Genes that guidelines ask for although only another tool can call them: they have
#: rows of their own where a knowledge base does not define them.
GUIDED_GENES = frozenset({"CYP2D6", "HLA-A", "HLA-B"})
RESOURCE = resource("pgx_structural_genes.tsv")
LISTS = resource("pgx_allele_lists.tsv")


@dataclass(frozen=True)
class Limit:
    """What genotypes at positions cannot tell of a gene, and who says so."""

    gene: str
    is_called: bool
    reason: str
    citation: str

    @property
    def sentence(self) -> str:
        """The reason with its citation."""
        return f"{self.reason} ({self.citation})."


def read_structural_genes() -> dict[str, Limit]:
    """Return the limit of each gene in ``resources/pgx_structural_genes.tsv``."""
    return {
        row["gene"]: Limit(
            row["gene"], row["called"] == "yes", row["reason"], row["citation"]
        )
        for row in _rows(RESOURCE)
    }


def tell_newer_lists(counts: Mapping[str, int]) -> dict[str, str]:
    """Say of which genes a newer list has more alleles.

    Parameters
    ----------
    counts
        Alleles of each gene of a knowledge base.

    Returns
    -------
    dict
        Gene → a sentence, for those of which ``resources/pgx_allele_lists.tsv`` has
        more.
    """
    found = {}
    for row in _rows(LISTS):
        gene, known = row["gene"], int(row["n_alleles"])
        own = counts.get(gene, known)
        if own < known:
            found[gene] = (
                f"The list of {row['as_of']} has {known} alleles of {gene}, this"
                f" knowledge base {own}: {known - own} are not looked for."
            )
    return found


def _rows(path: Path) -> Iterator[dict[str, str]]:
    text = path.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    yield from csv.DictReader(lines, delimiter="\t")
