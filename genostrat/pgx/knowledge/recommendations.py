"""What pypgx's tables recommend, and which guidelines CPIC has."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

from genostrat.errors import GenostratError, Problem
from genostrat.pgx.definitions import Guideline, Recommendation
from genostrat.pgx.knowledge.files import read_csv
from genostrat.pgx.knowledge.pypgx import COLUMNS

#: Levels at which a pair counts before its guideline is published: the evidence is
#: strong enough that prescribing should change.
AWAITED_LEVELS = ("A", "A/B", "B")


def read_recommendations(folder: Path) -> tuple[Recommendation, ...]:
    """Return every recommendation, sorted by drug, genes and phenotypes.

    Raises
    ------
    GenostratError
        If a drug has two recommendations for the same phenotypes.
    """
    file = folder / "recommendation-table.csv"
    found: dict[tuple, Recommendation] = {}
    for row in read_csv(file, columns=COLUMNS[file.name].split()):
        pairs = [(row["Gene1"], row["Phenotype1"])]
        if row["Gene2"] != "None":
            pairs.append((row["Gene2"], row["Phenotype2"]))
        genes, phenotypes = zip(*pairs, strict=True)
        text = "" if row["Recommendation"] == "None" else row["Recommendation"].strip()
        item = Recommendation(row["Drug"].lower(), genes, phenotypes, text)
        key = (item.drug, genes, phenotypes)
        if found.setdefault(key, item) != item:
            raise GenostratError(
                Problem(
                    f"{item.drug} has two recommendations for one phenotype",
                    file=file,
                    line=int(row[""]),
                    found=text[:80],
                    allowed=found[key].text[:80],
                )
            )
    return tuple(found[key] for key in sorted(found))


def read_guidelines(folder: Path, *, genes: Container[str]) -> tuple[Guideline, ...]:
    """Return the pairs of gene and drug that CPIC has a guideline for, or will have.

    Parameters
    ----------
    folder
        Of the tables.
    genes
        Genes of the knowledge base. A pair that is rated but has no published guideline
        yet (blank `url`) is only of use with one of these.
    """
    file = folder / "cpic-table.csv"
    found: dict[tuple[str, str], Guideline] = {}
    for row in read_csv(file, columns=COLUMNS[file.name].split()):
        is_awaited = row["CPICLevel"] in AWAITED_LEVELS and row["Gene"] in genes
        if not row["Guideline"] and not is_awaited:
            continue
        item = Guideline(
            gene=row["Gene"],
            drug=row["Drug"].lower(),
            level=row["CPICLevel"],
            url=row["Guideline"],
            pmids=tuple(pmid for pmid in row["PMID"].split(";") if pmid),
            rxnorm=row["RxNorm"],
            atc=tuple(code.strip() for code in row["ATC"].split(",") if code.strip()),
        )
        found.setdefault((item.gene, item.drug), item)
    return tuple(found[key] for key in sorted(found))
