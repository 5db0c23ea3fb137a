"""Covariates as numbers: age, sex, batch and ancestry components of each patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genostrat.arrays import Flags, Reals
from genostrat.cells import parse_numbers
from genostrat.config.columns import CATEGORIES
from genostrat.sheets.contract.meaning import CATEGORY, MIN_PATIENTS_A_LEVEL, NUMBER


@dataclass(frozen=True)
class Covariate:
    """How one covariate of a patient becomes one or more numbers.

    Parameters
    ----------
    name
        Column of the sheet, or of the ancestry components.
    kind
        ``"number"`` or ``"category"``.
    levels
        For a category, the levels with a coefficient, sorted.
    means
        Training mean of the number, or of each level's indicator. They are
        subtracted, so that 0 stands for "as the average training patient".
    """

    name: str
    kind: str
    levels: tuple[str, ...]
    means: tuple[float, ...]


def fit_covariates(
    table: pd.DataFrame,
    *,
    names: list[str],
    training: Flags,
    kinds: Mapping[str, str] | None = None,
) -> list[Covariate]:
    """Learn levels and means from the training patients.

    Parameters
    ----------
    table
        One row a patient; text or numbers, blank or NaN where unknown.
    names
        Columns to use. A column without two different values is left out.
    training
        True for patients to learn from.
    kinds
        Column → ``"number"`` or ``"category"``, as the check of the sheet found it in
        all patients; of others it is found in those to learn from.
    """
    kinds = kinds or {}
    found = [
        _fit_one(table.loc[training, name], name, kind=kinds.get(name, NUMBER))
        for name in names
    ]
    return [covariate for covariate in found if covariate is not None]


def _fit_one(column: pd.Series, name: str, *, kind: str) -> Covariate | None:
    text = as_text(column)
    numbers = as_numbers(text)
    known = text != ""
    is_name = name in CATEGORIES or kind == CATEGORY
    numeric = known.any() and numbers[known].notna().all() and not is_name
    if numeric and text[known].nunique() > 2:
        return Covariate(name, "number", (), (float(numbers.mean()),))
    counts = text[known].value_counts()
    levels = sorted(counts.index[counts >= MIN_PATIENTS_A_LEVEL])
    if not levels or text[known].nunique() < 2:
        return None
    means = tuple(float((text[known] == level).mean()) for level in levels)
    return Covariate(name, "category", tuple(levels), means)


def as_text(column: pd.Series) -> pd.Series:
    """Return a column as text, blank where unknown."""
    return column.astype(object).where(column.notna(), "").astype(str)


def as_numbers(column: pd.Series) -> pd.Series:
    """Return a column of text as numbers, NaN where it holds none."""
    return pd.Series(parse_numbers(column), index=column.index)


def design_matrix(table: pd.DataFrame, covariates: list[Covariate]) -> NDArray:
    """Encode covariates as numbers centred on the training patients.

    Parameters
    ----------
    table
        One row a patient. A column that is not there counts as unknown.
    covariates
        From :func:`fit_covariates`.

    Returns
    -------
    ndarray
        Patients × encoded columns. An unknown value, and a level without a
        coefficient (rare, or never seen in training), is 0 throughout: such a
        patient is treated as the average training patient.
    """
    blocks = [np.empty((len(table), 0))]
    for covariate in covariates:
        if covariate.name not in table:
            width = len(covariate.means)
            blocks.append(np.zeros((len(table), width)))
            continue
        text = as_text(table[covariate.name])
        means = np.array(covariate.means)
        if covariate.kind == "number":
            block = as_numbers(text).to_numpy()[:, None] - means
            blocks.append(np.where(np.isnan(block), 0, block))
            continue
        block = text.to_numpy()[:, None] == np.array(covariate.levels, dtype=object)
        known = block.any(axis=1, keepdims=True)
        blocks.append(np.where(known, block - means, 0.0))
    return np.concatenate(blocks, axis=1)


def encoded_names(covariates: list[Covariate]) -> list[str]:
    """Name the columns of :func:`design_matrix`."""
    return [
        name
        for covariate in covariates
        for name in (
            [covariate.name]
            if covariate.kind == "number"
            else [f"{covariate.name}={level}" for level in covariate.levels]
        )
    ]


def to_record(covariate: Covariate) -> dict[str, Any]:
    """Return what a JSON record can hold of a covariate; its means are arrays."""
    return {
        "name": covariate.name,
        "kind": covariate.kind,
        "levels": list(covariate.levels),
    }


def from_records(records: list[dict[str, Any]], means: Reals) -> list[Covariate]:
    """Rebuild covariates from their records and their means, one after another."""
    covariates = []
    start = 0
    for record in records:
        stop = start + max(1, len(record["levels"]))
        covariates.append(
            Covariate(
                record["name"],
                record["kind"],
                tuple(record["levels"]),
                tuple(float(mean) for mean in means[start:stop]),
            )
        )
        start = stop
    return covariates
