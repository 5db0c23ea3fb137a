"""The pharmacogenomic part of a cohort's record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from genostrat.pgx.frequencies import ANY_DRUG
from genostrat.pgx.guidance.categories import (
    ACTIONABLE,
    CATEGORIES,
    judge_category,
    rank_certain,
)
from genostrat.report.parts.results import Results

#: What the record calls a change that is only possible.
POSSIBLE = "possible"
_STATUSES = ("called", "ambiguous", "not_called")
#: Shares of patients over all drugs, as the table of frequencies names them.
_SHARES = (
    "actionable",
    "possibly_actionable",
    "actionable_on_medication",
    "possibly_actionable_on_medication",
)


def summarise_pharmacogenes(results: Results, *, absent: str | None) -> dict[str, Any]:
    """Put the pharmacogenomic results in one record.

    Parameters
    ----------
    results
        What the run has written, with the tables of the pgx stage.
    absent
        The config's ``pgx.absent``.

    Returns
    -------
    dict
        Aggregates only.
    """
    coverage, frequencies = results["pgx/coverage.tsv"], results["pgx/frequencies.tsv"]
    assert coverage is not None
    assert frequencies is not None
    knowledge = results["pgx/knowledge.json"] or {}
    rows = coverage.to_dict("records")
    n_patients = max((_n_patients(row) for row in rows), default=0)
    return {
        "absent": absent,
        "n_patients": n_patients,
        "knowledge": {
            key: knowledge.get(key)
            for key in (
                *("source", "version", "sha256", "build"),
                *("guidance_source", "guidance_version"),
            )
        },
        "n_assessed": _n_assessed(frequencies),
        **{kind: _share(frequencies, kind) for kind in _SHARES},
        "evidence": str(rows[0]["evidence"]) if rows else "neither",
        "n_low_depth": sum(int(row["n_low_depth"]) for row in rows),
        "n_low_quality": sum(int(row["n_low_quality"]) for row in rows),
        "genes": [_gene(row) for row in rows],
        "guided_genes": _guided_genes(results["pgx/guidance.tsv"]),
        "drugs_taken": _drugs_taken(results["pgx/guidance.tsv"]),
        "medicines": _medicines(results["pgx/medications.tsv"]),
        "findings": list(knowledge.get("findings") or []),
    }


def _n_patients(row: Mapping[Any, Any]) -> int:
    return sum(int(row[f"n_{status}"]) for status in _STATUSES)


def _gene(row: Mapping[Any, Any]) -> dict[str, Any]:
    missing = str(row["missing_positions"] or "")
    return {
        "gene": str(row["gene"]),
        "n_required": int(row["n_required"]),
        "n_assayed": int(row["n_assayed"]),
        "missing_positions": missing.split(",") if missing else [],
        **{f"n_{status}": int(row[f"n_{status}"]) for status in _STATUSES},
        "reason": str(row["reason"] or ""),
        "notes": str(row["notes"] or ""),
    }


def _over_all_drugs(frequencies: pd.DataFrame, kind: str) -> pd.DataFrame:
    return frequencies[
        (frequencies["kind"] == kind)
        & (frequencies["value"] == ANY_DRUG)
        & (frequencies["group"] == "all")
    ]


def _n_assessed(frequencies: pd.DataFrame) -> int | None:
    """Return how many patients were assessed; None for one to four."""
    chosen = _over_all_drugs(frequencies, "actionable")
    return None if chosen.empty else int(chosen.iloc[0]["n"])


def _share(frequencies: pd.DataFrame, kind: str) -> dict[str, Any] | None:
    """Return a share of the assessed patients; None where there are none, or few."""
    chosen = _over_all_drugs(frequencies, kind)
    if chosen.empty or not chosen.iloc[0]["n"] > 0:
        return None
    row = chosen.iloc[0]
    return {
        "n": int(row["n"]),
        "count": int(row["count"]),
        **{key: float(row[key]) for key in ("frequency", "ci_low", "ci_high")},
    }


def _guided_genes(guidance: pd.DataFrame | None) -> list[str]:
    if guidance is None:
        return []
    texts = guidance["genes"].unique()
    return sorted({gene for text in texts for gene in str(text).split(";")})


def _drugs_taken(guidance: pd.DataFrame | None) -> list[dict[str, Any]] | None:
    """Count the patients on each drug by what its guidance asks for."""
    if guidance is None or not guidance["on_medication"].notna().any():
        return None
    taken = guidance[guidance["on_medication"].eq(True)]
    keys = ["category", "possible_categories"]
    rows = taken[["drug", "sample_id"]].assign(
        rank=taken[keys].fillna("").astype(str).agg(tuple, axis=1).map(_rank)
    )
    # A drug has a row for each body and indication: the most pressing counts.
    worst = rows.groupby(["drug", "sample_id"], observed=True)["rank"].min()
    counts = worst.groupby(level="drug", observed=True).value_counts()
    found: dict[str, dict[str, int]] = {}
    for (drug, rank), n in counts.items():
        named = found.setdefault(str(drug), {})
        named[_LEADING[rank]] = named.get(_LEADING[rank], 0) + int(n)
    return sorted((_drug_row(*item) for item in found.items()), key=_by_need)


#: What a row with each rank leads with.
_LEADING = {
    rank_certain(certain, may): certain
    if certain in ACTIONABLE or judge_category(certain, may)[1]
    else POSSIBLE
    for certain in CATEGORIES
    for may in ((certain,), *((certain, other) for other in CATEGORIES))
}


def _rank(cells: tuple[str, str]) -> int:
    category, possible = cells
    return rank_certain(category, possible.split("|") if possible else [category])


def _drug_row(drug: str, counts: Mapping[str, int]) -> dict[str, Any]:
    named = {f"n_{name}": counts.get(name, 0) for name in (*CATEGORIES, POSSIBLE)}
    return {"drug": drug, "n_taking": sum(counts.values()), **named}


def _by_need(row: Mapping[str, Any]) -> tuple[int, int, str]:
    acted = sum(row[f"n_{name}"] for name in ACTIONABLE)
    return -acted, -row["n_taking"], row["drug"]


def _medicines(table: pd.DataFrame | None) -> dict[str, Any] | None:
    if table is None or table.empty:
        return None
    names = table.drop_duplicates(["medicine", "status"])
    counts = names["status"].value_counts()
    unknown = table[table["status"] == "unknown"]
    return {
        **{
            status: int(counts.get(status, 0))
            for status in ("matched", "no_pgx_guidance", "unknown")
        },
        "not_recognised": [
            {
                "medicine": str(row["medicine"]),
                "n_patients": None
                if pd.isna(row["n_patients"])
                else int(row["n_patients"]),
                "nearest": str(row.get("nearest") or ""),
            }
            for row in unknown.to_dict("records")
        ],
    }
