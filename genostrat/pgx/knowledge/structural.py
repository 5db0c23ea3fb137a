"""Genes whose alleles are copies, deletions and conversions, or too varied to call."""

from __future__ import annotations

import csv
from dataclasses import dataclass

from genostrat.home import resource

#: Genes that guidelines ask for although only another tool can call them: they have
#: rows of their own where a knowledge base does not define them.
GUIDED_GENES = frozenset({"CYP2D6", "HLA-A", "HLA-B"})
RESOURCE = resource("pgx_structural_genes.tsv")


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
    text = RESOURCE.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {
        row["gene"]: Limit(
            row["gene"], row["called"] == "yes", row["reason"], row["citation"]
        )
        for row in csv.DictReader(lines, delimiter="\t")
    }
