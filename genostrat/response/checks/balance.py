"""How alike the arms of a drawn treatment were before it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from genostrat.catalogues.contrasts import name_contrast
from genostrat.config.outcomes import ALL
from genostrat.response.covariates import code_covariates
from genostrat.response.patients import Patients
from genostrat.response.propensity import BALANCE_COLUMNS, standardised_difference


def baseline_balance(patients: Patients) -> pd.DataFrame:
    """Show by how much the arms differ in what was known before treatment.

    Parameters
    ----------
    patients
        The patients who enter the analysis, treated as drawn.

    Returns
    -------
    pandas.DataFrame
        ``response/balance.tsv``, without what weighting would change. Covariates are
        those of ``response.adjust_for`` and ``response.modifiers``.

    Notes
    -----
    No test is made: of a drawn treatment it would ask whether the draw was one (Senn
    1994, doi 10.1002/sim.4780131703).
    """
    planned, frame = patients.planned, patients.baseline
    columns = list(dict.fromkeys((*planned.adjust_for, *planned.modifiers)))
    if patients.reference is None or frame is None or not columns:
        return pd.DataFrame(columns=BALANCE_COLUMNS)
    names, values = code_covariates(frame[columns])
    rows = []
    reference, *others = patients.arms
    for arm in others:
        pair = [patients.arm == one for one in (arm, reference)]
        if not all(mask.any() for mask in pair):
            continue
        for name, column in zip(names, values.T, strict=True):
            difference = standardised_difference(
                column, pair, weights=np.ones(len(column))
            )
            rows.append(
                {
                    "stratum": ALL,
                    "contrast": name_contrast(arm, reference),
                    "covariate": name,
                    "smd_before": difference,
                    "n": int(pair[0].sum() + pair[1].sum()),
                    "n_effective_arm": float(pair[0].sum()),
                    "n_effective_reference": float(pair[1].sum()),
                }
            )
    return pd.DataFrame(rows, columns=BALANCE_COLUMNS)
