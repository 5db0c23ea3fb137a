"""An event or none: odds ratio and risk difference; logistic models."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import optimize, special

from genostrat.response.contrasts import NORMAL_QUANTILE, Contrast
from genostrat.response.likelihoods.likelihood import pooled_logistic
from genostrat.response.likelihoods.nested import (
    Comparison,
    Estimates,
    compare_likelihoods,
    estimate_added,
    main_effects,
)
from genostrat.response.patients import Measured


def count_informative(measured: Measured, in_group: np.ndarray) -> tuple[float, str]:
    """Return the fewest events or non-events of a group without a difference."""
    n = len(measured.value)
    smaller = min(int(in_group.sum()), n - int(in_group.sum()))
    events = smaller * float(measured.value.sum()) / max(n, 1)
    return min((events, "events"), (smaller - events, "non-events"))


def compare_groups(
    measured: Measured, in_group: np.ndarray, *, horizon: float, weights: np.ndarray
) -> list[Contrast]:
    """Estimate the odds ratio and the difference in risk.

    Notes
    -----
    Odds ratio: Woolf's limits. If a cell is empty, half a patient is added to each,
    which is Firth's estimate, with the limits of its penalised profile likelihood
    (Heinze & Schemper 2002, doi 10.1002/sim.1047). Risk difference: Newcombe's
    hybrid score limits (1998, method 10).
    """
    cells = np.array(
        [
            [weights[mask & (measured.value == outcome)].sum() for outcome in (1, 0)]
            for mask in (in_group, ~in_group)
        ]
    )
    total = cells.sum(axis=1)
    risks = np.divide(cells[:, 0], total, out=np.full(2, np.nan), where=total > 0)
    note = ""
    odds_cells = cells
    if (cells == 0).any():
        odds_cells = cells + 0.5
        note = "half a patient was added to each cell, because one is empty"
    log_odds = np.log(odds_cells[:, 0] / odds_cells[:, 1])
    odds = Contrast(
        "odds_ratio", float(log_odds[0] - log_odds[1]), np.nan, np.nan, np.nan
    )
    odds = odds.with_error(float(np.sqrt((1.0 / odds_cells).sum())))
    if note and total.all() and (weights == 1.0).all():
        low, high = _profile_limits(cells, odds)
        odds = replace(odds, low=low, high=high)
    return [replace(odds, note=note), _risk_difference(risks, total)]


def compare_models(
    measured: Measured, *, baseline: np.ndarray, common: np.ndarray, added: np.ndarray
) -> Comparison:
    """Test what columns add to a logistic model with a main effect of the baseline."""
    design = np.column_stack([main_effects(baseline), common, added])
    likelihood = pooled_logistic(design, measured.value)
    return compare_likelihoods(likelihood, n_added=added.shape[1])


def estimate_columns(
    measured: Measured, *, baseline: np.ndarray, common: np.ndarray, added: np.ndarray
) -> Estimates:
    """Estimate log odds ratios of columns beside others."""
    design = np.column_stack([main_effects(baseline), common, added])
    likelihood = pooled_logistic(design, measured.value)
    return estimate_added(likelihood, n_added=added.shape[1])


def _profile_limits(cells: np.ndarray, odds: Contrast) -> tuple[float, float]:
    """Return where the penalised profile likelihood of a log odds ratio falls off."""
    drop = NORMAL_QUANTILE**2 / 2.0
    halves = cells + 0.5

    def value(risks: np.ndarray) -> float:
        """Jeffreys' penalty of two groups adds half a patient to each cell."""
        logs = np.log(np.column_stack([risks, 1.0 - risks]))
        return float((halves * logs).sum())

    def profile(log_odds: float) -> float:
        def loss(base: float) -> float:
            return -value(special.expit(np.array([base + log_odds, base])))

        centre = float(np.log(halves[1, 0] / halves[1, 1]))
        found = optimize.minimize_scalar(
            loss, bracket=(centre - 1.0, centre + 1.0), tol=1e-10
        )
        return -float(found.fun)

    peak = value(halves[:, 0] / halves.sum(axis=1))
    limits: list[float] = []
    for side in (-1.0, 1.0):
        farthest = 1.0
        # Half a patient in each cell makes the likelihood fall off on either side.
        while profile(odds.estimate + side * farthest) > peak - drop:
            farthest *= 2.0

        def excess(distance: float, side: float = side) -> float:
            return profile(odds.estimate + side * distance) - peak + drop

        distance = float(optimize.brentq(excess, 0.0, farthest))
        limits.append(odds.estimate + side * distance)
    return limits[0], limits[1]


def _risk_difference(risks: np.ndarray, total: np.ndarray) -> Contrast:
    difference = float(risks[0] - risks[1])
    if not total.all():
        return Contrast("risk_difference", np.nan, np.nan, np.nan, np.nan)
    limits = [_wilson(*pair) for pair in zip(risks, total, strict=True)]
    low, high = np.array(limits).T
    below = np.hypot(risks[0] - low[0], high[1] - risks[1])
    above = np.hypot(high[0] - risks[0], risks[1] - low[1])
    return Contrast(
        "risk_difference",
        difference,
        float(np.sqrt((risks * (1.0 - risks) / total).sum())),
        difference - float(below),
        difference + float(above),
        (float(risks[0]), float(risks[1])),
    )


def _wilson(risk: float, total: float) -> tuple[float, float]:
    z = NORMAL_QUANTILE
    centre = risk + z**2 / (2 * total)
    half = z * np.sqrt(risk * (1 - risk) / total + z**2 / (4 * total**2))
    scale = 1 + z**2 / total
    return float((centre - half) / scale), float((centre + half) / scale)
