"""The patients of a cohort with their covariates, as the patient stages read them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from genostrat.errors import GenostratError, Problem
from genostrat.qc.kept import read_kept
from genostrat.tables import read_lines, read_table

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ancestry:
    """Ancestry components of patients, and whose they are.

    Parameters
    ----------
    space
        ``"own"``: the cohort's, which mean nothing in another cohort; ``"panel"``: a
        reference panel's; ``"none"``.
    table
        sample_id and the components as text, blank where unknown.
    """

    space: str
    table: pd.DataFrame

    @property
    def names(self) -> list[str]:
        """Names of the components."""
        return [name for name in self.table.columns if name != "sample_id"]


def choose_ancestry(
    pcs: str | Path | None,
    places: str | Path | None,
    *,
    wanted: str = "auto",
    n_pcs: int,
) -> Ancestry:
    """Read the components that a profile is adjusted for.

    Parameters
    ----------
    pcs
        ``qc/pcs.tsv``; None for a cohort without genotypes.
    places
        ``qc/panel_places.tsv``; None without a panel, or where it is not wanted.
    wanted
        ``"own"``, ``"panel"`` or ``"auto"``: the panel's where it says anything.
    n_pcs
        How many.

    Raises
    ------
    GenostratError
        If the panel is wanted and says nothing of anybody.
    """
    if places is not None and wanted != "own" and n_pcs > 0:
        table = _read_components(places, prefix="panel_PC", n_pcs=n_pcs)
        if (table.iloc[:, 1:] != "").to_numpy().any():
            return Ancestry("panel", table)
        if wanted == "panel":
            raise GenostratError(
                Problem(
                    "profile.ancestry_space is panel, but the reference panel places"
                    " nobody",
                    found="too few sites in common",
                    fix="see qc/labels.json; give a panel of the same sites, or set"
                    " profile.ancestry_space: own",
                )
            )
        log.warning(
            "the reference panel places nobody: adjusting for the cohort's own"
            " components, by which no new patient can be placed"
        )
    if pcs is None or n_pcs == 0:
        return Ancestry("none", pd.DataFrame(columns=["sample_id"]))
    return Ancestry("own", _read_components(pcs, prefix="PC", n_pcs=n_pcs))


def _read_components(path: str | Path, *, prefix: str, n_pcs: int) -> pd.DataFrame:
    table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    names = [f"{prefix}{i + 1}" for i in range(n_pcs) if f"{prefix}{i + 1}" in table]
    return table[["sample_id", *names]]


def read_cohort(
    samples: str | Path,
    *,
    keep: str | Path | None = None,
    ancestry: Ancestry | None = None,
) -> pd.DataFrame:
    """Read the patients that quality control kept, with their covariates.

    Parameters
    ----------
    samples
        ``check/samples.tsv``.
    keep
        ``qc/keep.txt``; None for a cohort without genotypes: everyone is kept.
    ancestry
        From :func:`choose_ancestry`.

    Returns
    -------
    DataFrame
        One row a patient, sorted by sample_id: the sheet's columns as text, then the
        components as text, blank for a patient without genotypes.
    """
    sheet = read_table(samples, table="check/samples.tsv")
    if keep is not None:
        sheet = sheet[sheet["sample_id"].isin(set(read_kept(keep)))]
    if ancestry is not None and ancestry.names:
        names = ancestry.names
        # A column of that name in the sheet is not the one the pipeline computed.
        sheet = sheet.drop(columns=[name for name in names if name in sheet])
        sheet = sheet.merge(ancestry.table, on="sample_id", how="left")
        sheet[names] = sheet[names].fillna("")
    return sheet.sort_values("sample_id", ignore_index=True)


def covariate_names(adjust_for: list[str], ancestry: Ancestry) -> list[str]:
    """Return what a profile is adjusted for.

    Parameters
    ----------
    adjust_for
        Columns of the sheet, as the check resolved them.
    ancestry
        From :func:`choose_ancestry`.
    """
    return list(dict.fromkeys([*adjust_for, *ancestry.names]))


def read_ids(path: str | Path | None, *, default: pd.DataFrame) -> set[str]:
    """Read a list of IDs; without one, everybody in `default`."""
    return set(default["sample_id"]) if path is None else set(read_lines(path))
