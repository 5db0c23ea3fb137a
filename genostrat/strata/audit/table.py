"""Gathering what could confound the strata from the tables of earlier stages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from genostrat.profile.quality import MEASURES, MISSING, TOTAL
from genostrat.strata.audit.technical import SHARED
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
        ``profile/coverage.tsv``; see :func:`join_coverage`.
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
        table = join_coverage(table, read_table(coverage, table="profile/coverage.tsv"))
    return table.sort_values("sample_id", ignore_index=True)


def join_coverage(table: pd.DataFrame, coverage: pd.DataFrame) -> pd.DataFrame:
    """Add how each layer was measured, as far as patients differ in it.

    Parameters
    ----------
    table
        One row a patient.
    coverage
        ``profile/coverage.tsv``. A layer that some patients lack gives a column of yes
        and no, ``measured:<layer>``; its measures give ``<measure>:<layer>``.
    """
    found = {}
    for layer in sorted(set(coverage["layer"])):
        rows = coverage[coverage["layer"] == layer].set_index("sample_id")
        measured = rows["n_measured"].astype(int) > 0
        if not measured.all():
            said = pd.Series(np.where(measured, "yes", "no"), index=rows.index)
            found[MEASURED + layer] = table["sample_id"].map(said).fillna("")
        for measure in MEASURES:
            values = rows[measure].astype(float)
            if values.nunique() < 2:
                continue
            known = table["sample_id"].map(values)
            text = known.map("{:.9g}".format)
            found[f"{measure}:{layer}"] = text.where(known.notna(), "")
    return table.assign(**found)


#: What a reader calls what was measured of a layer.
_WORDS = {
    MEASURED: "whether {} was measured",
    SHARED: "what unrelated features of {} share",
    "missing_share:": "the share of missing values of {}",
    "total:": "the library size of {}",
    "zero_share:": "the share of zeros of {}",
    "n_detected:": "the number of detected features of {}",
    "level:": "the middle of a patient's values of {}",
    "spread:": "the spread of a patient's values of {}",
}


def describe_confounder(name: str) -> str:
    """Return what a reader calls a confounder.

    Examples
    --------
    >>> describe_confounder("total:rna"), describe_confounder("batch")
    ('the library size of rna', 'batch')
    """
    for begin, words in _WORDS.items():
        if name.startswith(begin):
            return words.format(name.removeprefix(begin))
    return name


def derived_names(names: list[str]) -> tuple[list[str], list[str]]:
    """Return the library sizes among confounders, and those made of the values.

    Notes
    -----
    Whoever differs in the values differs in what is made of them. A share of missing
    values is not made of values: it counts like a column of the sheet. A library size
    is, but counts follow it for technical reasons; it confounds where groups do not
    survive adjustment for it. The others are shown.
    """
    totals = [name for name in names if name.startswith(f"{TOTAL}:")]
    shown = tuple(f"{m}:" for m in MEASURES if m not in (MISSING, TOTAL))
    return totals, [name for name in names if name.startswith((*shown, SHARED))]


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
    begins = (MEASURED, *(f"{measure}:" for measure in MEASURES))
    measured += [name for name in table.columns if name.startswith(begins)]
    more = [name for name in measured if name in table and name not in names]
    return [*names, *more]
