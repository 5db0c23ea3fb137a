"""Gathering what could confound the strata from the tables of earlier stages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from genostrat.tables import read_table

#: Measures of data quality that can pass for biology.
QUALITY = ("call_rate", "mean_dp", "contamination")
#: Column of labels from a reference panel, or of the sheet.
ANCESTRY = "ancestry"
#: Begins the names of columns that say whether a layer was measured.
MEASURED = "measured:"


def read_confounder_table(
    samples: str | Path,
    *,
    metrics: str | Path | None,
    pcs: str | Path | None,
    ancestry: str | Path | None,
    coverage: str | Path | None,
    n_pcs: int,
) -> pd.DataFrame:
    """Join the sheet with quality, ancestry and which layers were measured.

    Parameters
    ----------
    samples
        ``check/samples.tsv``.
    metrics, pcs, ancestry
        ``qc/sample_metrics.tsv``, ``qc/pcs.tsv`` and ``qc/ancestry.tsv``; None without
        genotypes.
    coverage
        ``profile/coverage.tsv``; a layer that some patients lack gives the column
        ``measured:<layer>``.
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
    for path, columns in (
        (metrics, list(QUALITY)),
        (pcs, wanted),
        (ancestry, [ANCESTRY]),
    ):
        if path is None:
            continue
        more = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
        present = [name for name in columns if name in more]
        table = table.drop(columns=[name for name in present if name in table])
        table = table.merge(more[["sample_id", *present]], on="sample_id", how="left")
        table[present] = table[present].fillna("")
    if coverage is not None:
        table = _join_coverage(
            table, read_table(coverage, table="profile/coverage.tsv")
        )
    return table.sort_values("sample_id", ignore_index=True)


def _join_coverage(table: pd.DataFrame, coverage: pd.DataFrame) -> pd.DataFrame:
    """Add a column of yes and no for each layer that some patients lack."""
    for layer in sorted(set(coverage["layer"])):
        rows = coverage[coverage["layer"] == layer]
        measured = rows["n_measured"].astype(int) > 0
        if measured.all():
            continue
        said = dict(
            zip(rows["sample_id"], np.where(measured, "yes", "no"), strict=True)
        )
        table[MEASURED + layer] = table["sample_id"].map(said).fillna("")
    return table


def confounder_names(names: list[str], *, n_pcs: int, table: pd.DataFrame) -> list[str]:
    """Return the configured confounders with ancestry and quality added.

    Parameters
    ----------
    names
        Columns of the sheet, as the check resolved them.
    n_pcs
        Components of ancestry.
    table
        From :func:`read_confounder_table`. What earlier stages measured is added as far
        as it is there: a cohort without genotypes has no ancestry.
    """
    measured = [*(f"PC{i + 1}" for i in range(n_pcs)), ANCESTRY, *QUALITY]
    measured += [name for name in table.columns if name.startswith(MEASURED)]
    more = [name for name in measured if name in table and name not in names]
    return [*names, *more]
