"""Columns of the sheet as a layer of the profile, the same way in every cohort."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from genostrat.profile.covariates import as_numbers, as_text
from genostrat.profile.features import Layer
from genostrat.sheets.contract.meaning import CATEGORY, MIN_PATIENTS_A_LEVEL, NUMBER

LAYER = "clinical"


@dataclass(frozen=True)
class ClinicalColumn:
    """How a column of the sheet becomes features.

    Parameters
    ----------
    name
        Of the column.
    kind
        ``"number"`` or ``"category"``.
    levels
        Of a category, those that at least 5 patients have, sorted.
    """

    name: str
    kind: str = "number"
    levels: tuple[str, ...] = ()

    def to_record(self) -> dict[str, Any]:
        """Return what a JSON record can hold."""
        return {"name": self.name, "kind": self.kind, "levels": list(self.levels)}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> ClinicalColumn:
        """Rebuild from :meth:`to_record`."""
        return cls(record["name"], record["kind"], tuple(record["levels"]))


def learn_clinical(
    sheet: pd.DataFrame,
    *,
    columns: list[str],
    training_ids: set[str],
    kinds: Mapping[str, str],
) -> list[ClinicalColumn]:
    """Learn from the training patients which levels columns have.

    Parameters
    ----------
    sheet
        sample_id and the columns, as text or numbers.
    columns
        Those that are features.
    training_ids
        Whom to learn from.
    kinds
        Column → ``"number"`` or ``"category"``, as the check of the sheet found it.
    """
    learn = sheet[sheet["sample_id"].astype(str).isin(training_ids)]
    return [
        _learn_one(as_text(learn[name]), name, kind=kinds.get(name, CATEGORY))
        for name in columns
    ]


def _learn_one(text: pd.Series, name: str, *, kind: str) -> ClinicalColumn:
    known = text[text != ""]
    if kind == NUMBER:
        return ClinicalColumn(name)
    counts = known.value_counts()
    levels = sorted(counts.index[counts >= MIN_PATIENTS_A_LEVEL])
    return ClinicalColumn(name, "category", tuple(levels))


def clinical_layer(sheet: pd.DataFrame, *, columns: list[ClinicalColumn]) -> Layer:
    """Turn columns of the sheet into a layer; text becomes one 0/1 column a level.

    Parameters
    ----------
    sheet
        sample_id and columns; a column that is not there is unknown throughout.
    columns
        From :func:`learn_clinical`.

    Notes
    -----
    A level that is rare, or was never seen in training, is unknown: it would otherwise
    count as "none of the others" only in those whose cohort has it. Of two levels the
    second is the feature.
    """
    parts, made_of = {}, []
    for column in columns:
        text = (
            as_text(sheet[column.name])
            if column.name in sheet
            else pd.Series("", index=sheet.index)
        )
        if column.kind == "number":
            parts[column.name] = as_numbers(text).to_numpy()
            made_of.append(column.name)
            continue
        levels = column.levels
        known = text.isin(levels)
        for level in levels[1:] if len(levels) == 2 else levels:
            parts[f"{column.name}={level}"] = np.where(known, text == level, np.nan)
            made_of.append(column.name)
    index = sheet["sample_id"].astype(str).to_numpy()
    values = pd.DataFrame(parts, index=index, dtype=float)
    return Layer(LAYER, values, made_of=tuple(made_of), is_matrix=False)
