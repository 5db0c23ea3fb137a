"""How the strata agree with labels that were known before."""

from __future__ import annotations

import numpy as np
import pandas as pd

from genostrat.profile.covariates import as_text

_COLUMNS = ["label", "n", "n_levels", "ari", "ami"]


def compare_labels(
    sheet: pd.DataFrame, assignments: pd.DataFrame, *, labels: list[str]
) -> pd.DataFrame:
    """Compare the strata with columns of labels by two indices of agreement.

    Parameters
    ----------
    sheet
        One row a patient.
    assignments
        ``strata/assignments.tsv``; patients whose status is ``assigned`` count.
    labels
        Columns to compare with; absent ones are left out.

    Returns
    -------
    DataFrame
        label, n (patients with both), n_levels, ari, ami. Both indices are 0 for
        chance agreement and 1 for identity; blank with fewer than two patients.
    """
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

    sure = assignments[assignments["status"] == "assigned"]
    known_strata = sure.set_index("sample_id")["stratum"]
    strata = sheet["sample_id"].map(known_strata).fillna("")
    rows = []
    for name in labels:
        if name not in sheet:
            continue
        text = as_text(sheet[name])
        both = (text != "").to_numpy() & (strata != "").to_numpy()
        known, found = text[both].to_numpy(), strata[both].to_numpy()
        enough = both.sum() >= 2
        rows.append(
            {
                "label": name,
                "n": int(both.sum()),
                "n_levels": len(set(known)),
                "ari": adjusted_rand_score(known, found) if enough else np.nan,
                "ami": adjusted_mutual_info_score(known, found) if enough else np.nan,
            }
        )
    return pd.DataFrame(rows, columns=_COLUMNS)
