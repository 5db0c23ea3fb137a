"""The part of a cohort's record on treatment and outcomes."""

from __future__ import annotations

from typing import Any

import pandas as pd

from genostrat.report.parts.results import Results

#: Key of the record → the table whose rows it holds.
_TABLES = {
    "tests": "response/interaction.tsv",
    "effects": "response/effects.tsv",
    "treatment": "response/treatment.tsv",
    "populations": "response/populations.tsv",
    "subgroup_tests": "response/subgroup_tests.tsv",
    "subgroups": "response/subgroups.tsv",
    "checks": "response/checks.tsv",
    "credibility": "response/credibility.tsv",
    "medicine_genes": "response/pharmacogenes.tsv",
}


def summarise_response(results: Results) -> dict[str, Any]:
    """Put the tables of the response stage in one record.

    Parameters
    ----------
    results
        What the run has written, with ``response/interaction.tsv``.

    Returns
    -------
    dict
        One list of rows a table; empty where a table was not made. ``heterogeneity``
        and ``pharmacogenes`` are the records of those names.
    """
    tables = {key: _rows(results[name]) for key, name in _TABLES.items()}
    return tables | {
        name: results[f"response/{name}.json"]
        for name in ("heterogeneity", "pharmacogenes")
    }


def _rows(table: pd.DataFrame | None) -> list[dict[str, Any]]:
    if table is None:
        return []
    return [
        {
            str(key): None if value is pd.NA or value != value else value
            for key, value in row.items()
        }
        for row in table.to_dict("records")
    ]
