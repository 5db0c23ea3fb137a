"""The table of characteristics of a cohort's strata."""

from __future__ import annotations

import numpy as np
import pandas as pd

from genostrat.arrays import Flags
from genostrat.sheets.contract.consent import SCOPES
from genostrat.stats.effects import one_blas_thread
from genostrat.strata.description.characteristics import (
    add_adjusted,
    describe_features,
    describe_sheet,
)

#: Columns of the sheet that identify a patient, or say what may be done with the data,
#: rather than describe one.
IDENTIFIERS = (
    *("sample_id", "subject_id", "father_id", "mother_id", "medications"),
    *SCOPES,
)


def describe_cohort(
    features: pd.DataFrame,
    sheet: pd.DataFrame,
    assignments: pd.DataFrame,
    *,
    layers: list[str],
    focus: Flags | None = None,
    exclude: list[str],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Describe the strata by features of the profile and columns of the sheet.

    Parameters
    ----------
    features
        ``profile/features.parquet``.
    sheet
        ``check/samples.tsv``.
    assignments
        ``strata/assignments.tsv``.
    layers
        Layer of each feature.
    focus
        The features that the strata were found in; None for all of them.
    exclude
        Columns of the sheet to leave out: outcomes, treatment, and columns that are
        features of the profile themselves.
    rng
        Source of the halvings.

    Returns
    -------
    DataFrame
        ``strata/characteristics.tsv``; without rows when there are no strata. Only
        patients whose status is ``assigned`` are described; features of the profile
        are tested in all patients that the strata were found in.
    """
    sure = assignments[assignments["status"] == "assigned"]
    stratum = sure.set_index("sample_id")["stratum"]
    everyone = assignments.set_index("sample_id")
    ids = features["sample_id"].astype(str)
    parts = [
        describe_sheet(
            sheet,
            sheet["sample_id"].map(stratum).fillna(""),
            exclude=[*IDENTIFIERS, *exclude],
        )
    ]
    if stratum.replace("", np.nan).nunique() > 1:
        with one_blas_thread():
            described = describe_features(
                features.drop(columns="sample_id"),
                ids.map(stratum).fillna(""),
                nearest=ids.map(everyone["stratum"]).fillna(""),
                layers=layers,
                focus=focus,
                training=(ids.map(everyone["found_in"]) == "training").to_numpy(),
                rng=rng,
            )
        parts.append(described)
    return add_adjusted(parts)
