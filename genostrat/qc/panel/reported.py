"""Reported ancestry, held against the labels of the reference panel."""

from __future__ import annotations

import pandas as pd

from genostrat.registry.words.qc import (
    ANCESTRY_AGREES,
    ANCESTRY_DIFFERS,
    ANCESTRY_NOT_ASSESSED,
    UNASSIGNED,
)
from genostrat.sheets.ancestry import COLUMN, SEPARATOR

#: Why a person is not assessed.
NOT_REPORTED = "the sheet reports none that the panel has a label for"
_WITHOUT_LABEL = {
    "no_panel": "there is no reference panel",
    "too_few_sites": "too few of the panel's variants were called",
    "between_labels": "no label is probable enough",
    "fits_no_label": "the genotypes fit the people of no label",
}


def compare_reported(sheet: pd.DataFrame, ancestry: pd.DataFrame) -> pd.DataFrame:
    """Compare reported with inferred ancestry.

    Parameters
    ----------
    sheet
        ``check/samples.tsv``; reported ancestries are labels of the panel there.
    ancestry
        ``qc/ancestry.tsv``.

    Returns
    -------
    DataFrame
        The table ``qc/reported_ancestry.tsv``, a row a genotyped sample. One without a
        label is not assessed, whatever label it is closest to.
    """
    reported = (
        dict(zip(sheet["sample_id"], sheet[COLUMN], strict=True))
        if COLUMN in sheet
        else {}
    )
    rows = []
    for row in ancestry.itertuples():
        told, found = reported.get(row.sample_id, ""), row.ancestry
        status, why = ANCESTRY_NOT_ASSESSED, ""
        if not told:
            why = NOT_REPORTED
        elif found == UNASSIGNED:
            because = row.unassigned_because
            why = _WITHOUT_LABEL.get(because, str(because).replace("_", " "))
        elif found in (told, *told.split(SEPARATOR)):
            status = ANCESTRY_AGREES
        else:
            status = ANCESTRY_DIFFERS
        rows.append((row.sample_id, told, found, row.probability, status, why))
    columns = ["sample_id", "reported", "inferred", "probability", "status"]
    return pd.DataFrame(rows, columns=[*columns, "not_assessed_because"])
