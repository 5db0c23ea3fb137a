"""Comparing called diplotypes and guidance with what was planted in a cohort."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

Row = tuple[str, str, str, str]

#: Share of diplotypes that may be wrong: some genotypes of a toy cohort are, because
#: few reads covered them.
_MAX_WRONG = 0.003


def check_pharmacogenes(
    truth: Mapping[str, Any], diplotypes: pd.DataFrame, guidance: pd.DataFrame
) -> list[Row]:
    """Compare diplotypes and guidance with the planted ones.

    Parameters
    ----------
    truth
        ``truth.json`` of the simulated cohort.
    diplotypes, guidance
        ``pgx/diplotypes.tsv`` and ``pgx/guidance.tsv``.

    Returns
    -------
    list
        Rows of item, planted, found and verdict.

    Notes
    -----
    Genotypes of a toy cohort are unphased and have gaps, so a diplotype counts as
    found if it is the first one or among the alternatives.
    """
    return [
        *_check_diplotypes(truth, diplotypes),
        _check_unread(truth, diplotypes),
        *(_check_affected(item, diplotypes, guidance) for item in truth["affected"]),
    ]


def _check_diplotypes(truth: Mapping[str, Any], diplotypes: pd.DataFrame) -> list[Row]:
    planted = {
        (sample, gene): pair
        for sample, genes in truth["pharmacogenes"].items()
        for gene, pair in genes.items()
    }
    known = [
        (planted[key], row.diplotype, row.alternatives)
        for row in diplotypes.itertuples()
        if (key := (row.sample_id, row.gene)) in planted
    ]
    genes = {gene for _, gene in planted} & set(diplotypes["gene"])
    called = [row for row in known if _text(row[1])]
    wrong = sum(not _names(pair, first, others) for pair, first, others in called)
    item = f"diplotypes of {len(genes)} genes"
    found = f"{len(called) - wrong:,} of {len(known):,} named"
    verdict = "found" if called and len(called) > 0.95 * len(known) else "missed"
    most = int(_MAX_WRONG * len(known))
    right = "found" if wrong <= most else "false_alarm"
    return [
        (item, f"{len(known):,}", found, verdict),
        ("other diplotypes", f"at most {most}", str(wrong), right),
    ]


def _names(planted: str, first: str, others: Any) -> bool:
    """Say whether the planted diplotype is the first one or an alternative."""
    offered = [first, *_text(others).split("|")]
    return sorted(planted.split("/")) in [sorted(d.split("/")) for d in offered]


def _check_unread(truth: Mapping[str, Any], diplotypes: pd.DataFrame) -> Row:
    unread = diplotypes["sample_id"].isin(truth["unread"])
    rows = diplotypes[unread & (diplotypes["gene"] == truth["unread_gene"])]
    n = len(truth["unread"])
    open_calls = int((rows["status"] == "ambiguous").sum())
    verdict = "found" if open_calls == n else "missed"
    item = f"{truth['unread_gene']} with a key position not called"
    return item, f"{n} ambiguous", f"{open_calls} ambiguous", verdict


def _check_affected(
    planted: Mapping[str, str], diplotypes: pd.DataFrame, guidance: pd.DataFrame
) -> Row:
    mine = diplotypes["sample_id"] == planted["sample"]
    gene = diplotypes[mine & (diplotypes["gene"] == planted["gene"])]
    theirs = guidance["sample_id"] == planted["sample"]
    drug = guidance[theirs & (guidance["drug"] == planted["drug"])]
    item = f"patient on {planted['drug']}"
    wanted = f"{planted['gene']} {planted['phenotype']}: {planted['category']}"
    if gene.empty or drug.empty:
        return item, wanted, "not in the tables", "missed"
    phenotype = _text(gene["phenotype"].iloc[0]) or "no phenotype"
    found = f"{planted['gene']} {phenotype}: {drug['category'].iloc[0]}"
    if not _is_true(drug["on_medication"].iloc[0]):
        return item, wanted, f"{found}, not known to take it", "missed"
    return item, wanted, found, "found" if found == wanted else "missed"


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)


def _is_true(value: Any) -> bool:
    return not pd.isna(value) and str(value).lower() == "true"
