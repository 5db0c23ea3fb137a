"""What is done to measured values before anything is compared between patients."""

from __future__ import annotations

import numpy as np

from genostrat.arrays import Reals


def lowest_allowed(transform: str) -> float | None:
    """Return the lowest value that a transform takes; None if it takes any."""
    return 0.0 if transform == "log2" else None


def transform_values(values: Reals, *, transform: str) -> Reals:
    """Transform the values of one layer, one patient at a time.

    Parameters
    ----------
    values
        Patients × features; NaN where nothing was measured.
    transform
        ``"none"``; ``"log2"`` for log2(x + 1); ``"rank"`` for normal scores of the
        ranks of a patient's features *within that patient*.

    Returns
    -------
    ndarray
        Patients × features; NaN stays NaN.

    Raises
    ------
    ValueError
        For an unknown transform, or a negative value under ``"log2"``.

    Notes
    -----
    No transform looks at another patient, so one new patient can be transformed
    alone and gets the values that the whole cohort would have given. Ranks within
    a patient (ties averaged) become Φ⁻¹(rank / (m + 1)) with m the number of
    features measured in the patient. Ranks between patients would need the cohort.
    """
    if transform == "none":
        return values
    lowest = lowest_allowed(transform)
    if lowest is not None and np.nanmin(values, initial=lowest) < lowest:
        raise ValueError(f"{transform} needs values of at least {lowest:g}")
    if transform == "log2":
        return np.log2(values + 1)
    if transform == "rank":
        from scipy.special import ndtri
        from scipy.stats import rankdata

        ranks = rankdata(values, axis=1, nan_policy="omit")
        measured = np.isfinite(values).sum(axis=1, keepdims=True)
        return ndtri(ranks / (measured + 1))
    raise ValueError(f"unknown transform {transform!r}")
