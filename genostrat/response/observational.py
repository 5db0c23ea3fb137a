"""Errors of weighted estimates, from a bootstrap that estimates the weights anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from genostrat.response.groups import compare_groups
from genostrat.response.likelihoods.nested import Comparison
from genostrat.response.patients import Measured, Patients
from genostrat.response.propensity import (
    BALANCED,
    LEAST_OVERLAP,
    Propensity,
    balance_table,
    prepare_propensity,
    propensity_weights,
)
from genostrat.seeds import random_generator

#: A standard error from 500 draws is within about 3 % of what more would give.
DRAWS = 500
#: With fewer usable draws the spread of the estimates is not to be trusted.
FEWEST_USABLE = 0.9


@dataclass(frozen=True)
class Cell:
    """Two arms compared in a stratum on a scale."""

    stratum: str
    contrast: str
    scale: str


@dataclass(frozen=True)
class GroupPair:
    """The patients of two arms in one stratum.

    Parameters
    ----------
    stratum, contrast
        Labels, as in the tables.
    inside
        Whether each patient is in either group.
    in_group
        Whether each patient is in the group that is compared with the reference.
    """

    stratum: str
    contrast: str
    inside: np.ndarray
    in_group: np.ndarray


@dataclass(frozen=True)
class Weighting:
    """Propensity weights.

    Parameters
    ----------
    weights
        One a patient, missing where the arm is unknown.
    draws
        The same under each bootstrap draw: draws × patients, zero where unknown.
    notes
        What is wrong with the balance, by stratum and contrast.
    refusals
        Why no effect may be estimated, by stratum and contrast.
    label
        What every weighted row says of itself.
    """

    weights: np.ndarray
    draws: np.ndarray
    notes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    refusals: Mapping[tuple[str, str], str] = field(default_factory=dict)
    label: str = "observational: weighted by propensity"


def weigh_patients(
    patients: Patients, *, seed: int, draws: int
) -> tuple[Weighting, pd.DataFrame]:
    """Weigh patients by propensity and show the balance reached.

    Parameters
    ----------
    patients
        The patients who enter the analysis.
    seed, draws
        Of the bootstrap.

    Returns
    -------
    weighting, balance
        The weights, and ``response/balance.tsv``.
    """
    treated = patients.arm != ""
    known = patients.subset(treated)
    propensity = prepare_propensity(known)
    weights, probability = propensity_weights(propensity, known)
    balance = balance_table(propensity, known, weights=weights, probability=probability)
    every = np.full(len(treated), np.nan)
    every[treated] = weights
    drawn = np.zeros((draws, len(treated)))
    for row, draw in enumerate(
        bootstrap_weights(propensity, known, seed=seed, draws=draws)
    ):
        drawn[row, treated] = draw
    notes, refusals = {}, {}
    for (stratum, contrast), part in balance.groupby(["stratum", "contrast"]):
        key = str(stratum), str(contrast)
        worst = float(part["smd_after"].abs().max())
        if worst > BALANCED:
            notes[key] = f"arms still differ (largest SMD {worst:.2f})"
        share = float(part["overlap"].iloc[0])
        if share < LEAST_OVERLAP:
            refusals[key] = f"arms do not overlap ({share:.0%} of patients comparable)"
    return Weighting(every, drawn, notes, refusals), balance


def bootstrap_weights(
    propensity: Propensity, patients: Patients, *, seed: int, draws: int = DRAWS
) -> Iterator[np.ndarray]:
    """Draw patients again within stratum and arm, and weigh each draw.

    Yields
    ------
    numpy.ndarray
        One weight a patient: how often drawn times the draw's propensity weight.
    """
    cells = [
        np.flatnonzero((patients.stratum == stratum) & (patients.arm == arm))
        for stratum in patients.places
        for arm in patients.arms_present
    ]
    for draw in range(draws):
        generator = random_generator(seed, "response", "bootstrap", draw)
        counts = np.zeros(len(patients.arm))
        for cell in cells:
            if len(cell):
                share = np.full(len(cell), 1.0 / len(cell))
                counts[cell] = generator.multinomial(len(cell), share)
        yield counts * propensity_weights(propensity, patients, counts=counts)[0]


def bootstrap_estimates(
    measured: Measured,
    pairs: list[GroupPair],
    *,
    weights: np.ndarray,
    horizon: float,
) -> dict[Cell, np.ndarray]:
    """Estimate every contrast under every draw of weights.

    Parameters
    ----------
    measured
        One outcome of all patients.
    pairs
        What to compare; patients without the outcome are left out here.
    weights
        Draws × patients, from :func:`bootstrap_weights`.
    horizon
        See :func:`~genostrat.response.contrasts.compare_groups`.
    """
    estimates: dict[Cell, list[float]] = {}
    for pair in pairs:
        mask = pair.inside & measured.known
        part = measured.subset(mask)
        for draw in weights:
            contrasts = compare_groups(
                part, pair.in_group[mask], horizon=horizon, weights=draw[mask]
            )
            for contrast in contrasts:
                cell = Cell(pair.stratum, pair.contrast, contrast.scale)
                estimates.setdefault(cell, []).append(contrast.estimate)
    return {cell: np.array(values) for cell, values in estimates.items()}


def bootstrap_error(estimates: np.ndarray) -> float:
    """Return the standard deviation over draws, missing if too many draws failed."""
    usable = estimates[np.isfinite(estimates)]
    if len(usable) < max(2.0, FEWEST_USABLE * len(estimates)):
        return np.nan
    return float(usable.std(ddof=1))


def check_homogeneity(
    estimates: Mapping[tuple[str, str], float],
    draws: Mapping[tuple[str, str], np.ndarray],
) -> Comparison:
    """Test by Wald's statistic whether effects are equal in all strata.

    Parameters
    ----------
    estimates
        Weighted effect by (stratum, contrast).
    draws
        The same under each bootstrap draw.

    Notes
    -----
    A likelihood ratio does not hold under estimated weights, so the covariance of
    the effects comes from the bootstrap. In simulations with strong confounding it
    rejected 6.5 % of true nulls at 5 % with 100 patients a stratum, 8.5 % with 50.
    """
    method = "Wald, bootstrap covariance"
    cells = [
        cell
        for cell in sorted(estimates)
        if np.isfinite(estimates[cell]) and np.isfinite(bootstrap_error(draws[cell]))
    ]
    rows = []
    for contrast in sorted({contrast for _, contrast in cells}):
        places = [i for i, cell in enumerate(cells) if cell[1] == contrast]
        for place in places[1:]:
            row = np.zeros(len(cells))
            row[[places[0], place]] = -1.0, 1.0
            rows.append(row)
    if not rows:
        note = "needs an effect in two strata at least"
        return Comparison(np.nan, 0, np.nan, method, note)
    matrix = np.array(rows)
    values = np.column_stack([draws[cell] for cell in cells])
    covariance = np.cov(values[np.isfinite(values).all(axis=1)], rowvar=False)
    difference = matrix @ np.array([estimates[cell] for cell in cells])
    spread = matrix @ covariance @ matrix.T
    statistic = float(difference @ np.linalg.pinv(spread) @ difference)
    df = int(np.linalg.matrix_rank(spread))
    return Comparison(statistic, df, float(stats.chi2.sf(statistic, df)), method)
