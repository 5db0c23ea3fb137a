"""Sums over all sets of tied events that could have been, compiled."""

from __future__ import annotations

import numpy as np

from genostrat.compiled import compiler

kernel = compiler(__name__)


@kernel
def subset_sums(
    weight: np.ndarray, design: np.ndarray, size: int
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the sum over subsets of products of weights, with its derivatives.

    Parameters
    ----------
    weight
        Of each patient at risk: exp of the linear predictor, times a constant.
    design
        Patients × coefficients.
    size
        Patients in a subset.

    Notes
    -----
    Patients are taken in one by one (Gail, Lubin & Rubinstein 1981, doi
    10.1093/biomet/68.3.703): a subset of k has the patient or has not.
    """
    n_patients, n_columns = design.shape
    total = np.zeros(size + 1)
    first = np.zeros((size + 1, n_columns))
    second = np.zeros((size + 1, n_columns, n_columns))
    total[0] = 1.0
    for i in range(n_patients):
        w = weight[i]
        for k in range(min(size, i + 1), 0, -1):
            for p in range(n_columns):
                x = design[i, p]
                for q in range(p + 1):
                    y = design[i, q]
                    second[k, p, q] += w * (
                        second[k - 1, p, q]
                        + x * first[k - 1, q]
                        + y * first[k - 1, p]
                        + x * y * total[k - 1]
                    )
            for p in range(n_columns):
                first[k, p] += w * (first[k - 1, p] + design[i, p] * total[k - 1])
            total[k] += w * total[k - 1]
    for p in range(n_columns):
        for q in range(p):
            second[size, q, p] = second[size, p, q]
    return total[size], first[size], second[size]
