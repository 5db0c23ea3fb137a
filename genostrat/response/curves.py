"""Survival curves as aggregates on a fixed grid of times."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from genostrat.config.outcomes import ALL
from genostrat.response.patients import Measured, Patients
from genostrat.response.survival import kaplan_meier, survival_at, time_grid

CURVE_COLUMNS = [
    "outcome",
    "stratum",
    "arm",
    "time",
    "survival",
    "ci_low",
    "ci_high",
    "n_at_risk",
    "is_tick",
]


def curve_table(
    patients: Patients, *, weights: np.ndarray | None = None
) -> pd.DataFrame:
    """Tabulate the survival of every stratum and arm.

    Parameters
    ----------
    patients
        The patients who enter the analysis.
    weights
        Propensity weights, missing for patients without a known arm.

    Returns
    -------
    pandas.DataFrame
        ``response/survival_curves.tsv``; numbers at risk are never weighted.
    """
    frames = [
        frame
        for measured in patients.measured
        if measured.time is not None
        for frame in _curves_of(measured, patients, weights=weights)
    ]
    if not frames:
        return pd.DataFrame(columns=CURVE_COLUMNS)
    return pd.concat(frames, ignore_index=True)


def _curves_of(
    measured: Measured, patients: Patients, *, weights: np.ndarray | None
) -> Iterator[pd.DataFrame]:
    assert measured.time is not None
    if not measured.known.any():
        return
    grid, ticks = time_grid(float(measured.time[measured.known].max()))
    strata = patients.strata
    for stratum in [ALL, *(strata if strata != [ALL] else [])]:
        of_stratum = measured.known & ((patients.stratum == stratum) | (stratum == ALL))
        for arm in [ALL, *patients.arms]:
            mask = of_stratum & ((patients.arm == arm) | (arm == ALL))
            # Arms pooled are a description of the cohort: nothing to balance.
            of_arm = None if arm == ALL or weights is None else weights[mask]
            if mask.any():
                part = measured.subset(mask)
                frame = _curve(part, grid=grid, ticks=ticks, weights=of_arm)
                yield frame.assign(
                    outcome=measured.outcome.name, stratum=stratum, arm=arm
                )[CURVE_COLUMNS]


def _curve(
    measured: Measured,
    *,
    grid: np.ndarray,
    ticks: np.ndarray,
    weights: np.ndarray | None,
) -> pd.DataFrame:
    assert measured.time is not None
    followed = grid <= measured.time.max()
    times = grid[followed]
    curve = kaplan_meier(measured.time, measured.value, weights=weights)
    survival, low, high = survival_at(curve, times)
    return pd.DataFrame(
        {
            "time": times,
            "survival": survival,
            "ci_low": low,
            "ci_high": high,
            "n_at_risk": (measured.time[:, None] >= times).sum(axis=0),
            "is_tick": ticks[followed],
        }
    )
