"""Phenotypes of pharmacogenes by ancestry, for a bundle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from genostrat.bundle.parts import Part
from genostrat.disclosure.cells import make_cells, protect, show

FILE = "pgx_phenotypes.tsv"
COLUMNS = ("gene", "group", "phenotype", "count", "n")
EVERYBODY = "all"
NOT_LABELLED = "unassigned"
#: A patient whose call leaves the phenotype open, or who has none.
OPEN = "not known"


def count_phenotypes(
    diplotypes: pd.DataFrame,
    *,
    unrelated: Sequence[str],
    ancestry: pd.DataFrame | None,
    threshold: int,
) -> Part:
    """Count the phenotypes of every gene, by ancestry where it is labelled.

    Parameters
    ----------
    diplotypes
        ``pgx/diplotypes.tsv``.
    unrelated
        Patients who are kept and unrelated.
    ancestry
        ``qc/ancestry.tsv``; None without labels.
    threshold
        Smallest count that is shown.
    """
    people = sorted(set(unrelated))
    groups = _group(people, ancestry, threshold)
    rows: list[tuple[str, str, str, str, str]] = []
    n_genes = 0
    for gene, own in diplotypes.groupby("gene", observed=True, sort=True):
        called = own[own["status"] == "called"].set_index("sample_id")["phenotype"]
        phenotypes = called.astype(str).reindex(people).fillna("").replace("", OPEN)
        if (phenotypes == OPEN).all():
            n_genes += 1
            continue
        rows += _count_gene(str(gene), phenotypes, groups, threshold)
    left_out: tuple[str, ...] = ()
    if n_genes:
        left_out = (f"{n_genes} genes of which no phenotype is known",)
    return Part(
        FILE,
        pd.DataFrame(rows, columns=list(COLUMNS)),
        frozenset(people),
        "Unrelated patients with each phenotype of each pharmacogene, by ancestry where"
        " that is labelled.",
        f"Counts below {threshold}, zeros among them, are withheld, others rounded to"
        " 5, and no small one can be worked out from sums.",
        left_out,
    )


def _group(
    people: list[str], ancestry: pd.DataFrame | None, threshold: int
) -> dict[str, np.ndarray]:
    """Return group → who is in it; one group where no two are large enough."""
    whole = {EVERYBODY: np.ones(len(people), bool)}
    if ancestry is None or ancestry.empty:
        return whole
    labels = ancestry.set_index("sample_id")["ancestry"].astype(str).reindex(people)
    values = labels.fillna(NOT_LABELLED).replace("", NOT_LABELLED).to_numpy()
    groups = {str(value): values == value for value in sorted(set(values))}
    large = [value for value, mask in groups.items() if mask.sum() >= threshold]
    return groups if len(large) > 1 else whole


def _count_gene(
    gene: str,
    phenotypes: pd.Series,
    groups: dict[str, np.ndarray],
    threshold: int,
) -> list[tuple[str, str, str, str, str]]:
    values = sorted(set(phenotypes))
    table = np.array(
        [
            [int((phenotypes[m] == value).sum()) for value in values]
            for m in groups.values()
        ]
    )
    cells = make_cells(table)
    protected = protect(cells, threshold=threshold)
    n_rows, n_columns = table.shape
    rows = []
    for r, group in enumerate(groups):
        n = show(protected, n_rows * n_columns + r, threshold=threshold)
        for c, value in enumerate(values):
            count = show(protected, r * n_columns + c, threshold=threshold)
            rows.append((gene, group, value, count, n))
    if n_rows > 1:
        n = show(protected, len(cells.counts) - 1, threshold=threshold)
        for c, value in enumerate(values):
            place = n_rows * n_columns + n_rows + c
            count = show(protected, place, threshold=threshold)
            rows.append((gene, EVERYBODY, value, count, n))
    return rows
