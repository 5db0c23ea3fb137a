"""The part of a cohort's record on population genetics and homozygosity."""

from __future__ import annotations

from typing import Any

import pandas as pd

from genostrat.report.parts.results import Results


def summarise_populations(results: Results) -> dict[str, Any]:
    """Put the comparison of groups and the runs of homozygosity in one record.

    Parameters
    ----------
    results
        What the run has written, with ``variants/populations.json``.

    Returns
    -------
    dict
        Aggregates only. ``fst`` has the assessed pairs; ``homozygosity`` is None where
        runs were not looked for.
    """
    record = results["variants/populations.json"] or {}
    return {
        "n_unrelated": record.get("n_unrelated"),
        "n_sites": record.get("n_sites"),
        "sites": (record.get("sites") or {}).get("verdict"),
        "fst": [
            *_pairs(results["variants/fst.tsv"]),
            *_pairs(results["strata/fst.tsv"], kind="stratum"),
        ],
        "homozygosity": _summarise_homozygosity(results),
    }


def _pairs(table: pd.DataFrame | None, kind: str | None = None) -> list[dict[str, Any]]:
    """Return the pairs of a table of F_ST that have a value."""
    if table is None:
        return []
    told = table[table["fst"].notna()]
    return [
        {
            "kind": kind or str(row["kind"]),
            "groups": [str(row["group_1"]), str(row["group_2"])],
            "fst": float(row["fst"]),
            "se": float(row["se"]),
        }
        for _, row in told.iterrows()
    ]


def _summarise_homozygosity(results: Results) -> dict[str, Any] | None:
    if results["qc/roh.tsv"] is None or results["qc/roh.json"] is None:
        return None
    record = results["qc/roh.json"]
    summary: dict[str, Any] = {
        "n_assessed": record["n_assessed"],
        "readings": record["readings"],
    }
    for column in ("f_roh", "f_roh_long"):
        values = results["qc/roh.tsv"][column].dropna()
        summary[f"median_{column}"] = float(values.median()) if len(values) else None
    return summary
