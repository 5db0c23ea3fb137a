"""Gathering what could confound the strata from the tables of earlier stages."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from genostrat.tables import read_table

#: Measures of data quality that can pass for biology.
QUALITY = ("call_rate", "mean_dp", "contamination")


def read_confounder_table(
    samples: str | Path,
    *,
    metrics: str | Path | None,
    pcs: str | Path | None,
    n_pcs: int,
) -> pd.DataFrame:
    """Join the sheet with quality metrics and ancestry components.

    Parameters
    ----------
    samples
        ``check/samples.tsv``.
    metrics, pcs
        ``qc/sample_metrics.tsv`` and ``qc/pcs.tsv``; None without genotypes.
    n_pcs
        How many components to join.

    Returns
    -------
    DataFrame
        One row for every patient of the sheet, all columns as text, blank where
        unknown; sorted by sample_id.
    """
    table = read_table(samples, table="check/samples.tsv")
    wanted = [f"PC{i + 1}" for i in range(n_pcs)]
    for path, columns in ((metrics, list(QUALITY)), (pcs, wanted)):
        if path is None:
            continue
        more = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
        present = [name for name in columns if name in more]
        table = table.drop(columns=[name for name in present if name in table])
        table = table.merge(more[["sample_id", *present]], on="sample_id", how="left")
        table[present] = table[present].fillna("")
    return table.sort_values("sample_id", ignore_index=True)


def confounder_names(names: list[str], *, n_pcs: int) -> list[str]:
    """Return the configured confounders with ancestry and quality added."""
    always = [*(f"PC{i + 1}" for i in range(n_pcs)), *QUALITY]
    return [*names, *(name for name in always if name not in names)]
