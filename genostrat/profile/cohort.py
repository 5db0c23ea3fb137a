"""The patients of a cohort with their covariates, as the patient stages read them."""

from __future__ import annotations

import logging
from pathlib import Path

import pandas as pd

from genostrat.tables import read_lines, read_table

log = logging.getLogger(__name__)


def read_cohort(
    samples: str | Path,
    *,
    keep: str | Path | None = None,
    pcs: str | Path | None = None,
    n_pcs: int = 0,
) -> pd.DataFrame:
    """Read the patients that quality control kept, with their covariates.

    Parameters
    ----------
    samples
        ``check/samples.tsv``.
    keep
        ``qc/keep.txt``; None for a cohort without genotypes: everyone is kept.
    pcs
        ``qc/pcs.tsv``; None where there are no ancestry components.
    n_pcs
        How many components to join.

    Returns
    -------
    DataFrame
        One row a patient, sorted by sample_id: the sheet's columns as text, then
        ``PC1`` … as text, blank for a patient without genotypes.
    """
    sheet = read_table(samples, table="check/samples.tsv")
    if keep is not None:
        sheet = sheet[sheet["sample_id"].isin(set(read_lines(keep)))]
    if pcs is not None and n_pcs > 0:
        table = pd.read_csv(pcs, sep="\t", dtype=str, keep_default_na=False)
        names = [f"PC{i + 1}" for i in range(n_pcs) if f"PC{i + 1}" in table]
        # A column of that name in the sheet is not the one the pipeline computed.
        sheet = sheet.drop(columns=[name for name in names if name in sheet])
        sheet = sheet.merge(table[["sample_id", *names]], on="sample_id", how="left")
        sheet[names] = sheet[names].fillna("")
    return sheet.sort_values("sample_id", ignore_index=True)


def covariate_names(
    cohort: pd.DataFrame, *, adjust_for: list[str], n_pcs: int
) -> list[str]:
    """Return the covariates that this cohort has, and log the ones it has not."""
    wanted = [*adjust_for, *(f"PC{i + 1}" for i in range(n_pcs))]
    absent = [name for name in wanted if name not in cohort]
    if absent:
        log.info("not in this cohort, so not adjusted for: %s", ", ".join(absent))
    return [name for name in wanted if name in cohort]


def read_ids(path: str | Path | None, *, default: pd.DataFrame) -> set[str]:
    """Read a list of IDs; without one, everybody in `default`."""
    return set(default["sample_id"]) if path is None else set(read_lines(path))
