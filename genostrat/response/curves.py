"""Survival curves as aggregates on a fixed grid of times."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from genostrat.config.outcomes import ALL
from genostrat.response.kinds.incidence import cumulative_incidence
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


INCIDENCE_COLUMNS = [
    "outcome",
    "stratum",
    "arm",
    "cause",
    "time",
    "incidence",
    "ci_low",
    "ci_high",
    "n_at_risk",
    "is_tick",
]
#: What ended follow-up.
EVENT, COMPETING = "event", "competing"


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
        if measured.time is not None and measured.competing is None
        for frame in _curves_of(measured, patients, weights=weights)
    ]
    return _joined(frames, CURVE_COLUMNS)


def incidence_table(
    patients: Patients, *, weights: np.ndarray | None = None
) -> pd.DataFrame:
    """Tabulate the cumulative incidence of events and of competing ones.

    Parameters
    ----------
    patients, weights
        As for :func:`curve_table`.

    Returns
    -------
    pandas.DataFrame
        ``response/incidence_curves.tsv``.
    """
    frames = [
        frame.assign(cause=cause)
        for measured in patients.measured
        if measured.competing is not None
        for cause, one in ((EVENT, measured), (COMPETING, measured.of_competing))
        for frame in _curves_of(one, patients, weights=weights)
    ]
    return _joined(frames, INCIDENCE_COLUMNS)


def _joined(frames: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    if not frames:
        return pd.DataFrame(columns=columns)
    return pd.concat(frames, ignore_index=True)[columns]


def count_at_risk(measured: Measured, times: np.ndarray) -> np.ndarray:
    """Return how many patients are under observation at given times."""
    assert measured.time is not None
    followed = measured.time[:, None] >= times
    if measured.entry is not None:
        # At 0 those are there who came with the start.
        followed &= (measured.entry[:, None] < times) | (measured.entry[:, None] == 0)
    return np.asarray(followed.sum(axis=0))


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
                )


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
    if measured.competing is not None:
        found = cumulative_incidence(
            measured.time,
            measured.value,
            measured.competing,
            times=times,
            weights=weights,
        )
        name, shares, (low, high) = "incidence", found.share, found.limits()
    else:
        curve = kaplan_meier(
            measured.time, measured.value, weights=weights, entry=measured.entry
        )
        name, (shares, low, high) = "survival", survival_at(curve, times)
    return pd.DataFrame(
        {
            "time": times,
            name: shares,
            "ci_low": low,
            "ci_high": high,
            "n_at_risk": count_at_risk(measured, times),
            "is_tick": ticks[followed],
        }
    )
