"""Propensity weights for treatments that were not randomised."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from genostrat.catalogues.contrasts import name_contrast
from genostrat.config.outcomes import ALL
from genostrat.response.covariates import code_covariates, scale_columns
from genostrat.response.likelihoods.likelihood import (
    LogisticLikelihood,
    estimable_columns,
    maximise,
)
from genostrat.response.likelihoods.nested import indicators
from genostrat.response.patients import Patients

#: Differences below a tenth of a standard deviation are taken as balanced (Austin
#: 2011, doi 10.1080/00273171.2011.568786).
BALANCED = 0.1
#: Smallest share of patients with comparable propensities; below it weighted effects
#: are not estimated.
LEAST_OVERLAP = 0.1

BALANCE_COLUMNS = [
    "stratum",
    "contrast",
    "covariate",
    "smd_before",
    "smd_after",
    "n",
    "n_effective_arm",
    "n_effective_reference",
    "overlap",
    "largest_weight",
]


@dataclass(frozen=True)
class Propensity:
    """What propensities are estimated from.

    Parameters
    ----------
    names, values
        Covariates as shown in the balance table: patients × columns, with one column
        for each level of a category.
    design
        Patients × columns of the model: intercept, strata, covariates.
    """

    names: list[str]
    values: np.ndarray
    design: np.ndarray


def prepare_propensity(patients: Patients) -> Propensity:
    """Code the covariates of patients whose arm is known.

    Notes
    -----
    Strata enter the model, because balance is needed within them. A missing number
    becomes the mean with a column that says so; a missing category is its own level.
    """
    names, values = code_covariates(patients.covariates)
    scaled = scale_columns(values)
    count = len(patients.stratum)
    of_stratum = indicators(patients.stratum, patients.places)
    design = np.column_stack([np.ones(count), of_stratum, scaled])
    kept = estimable_columns(design.T @ design)
    return Propensity(names, values, design[:, kept])


def propensity_weights(
    propensity: Propensity,
    patients: Patients,
    *,
    counts: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Estimate stabilised inverse-propensity weights.

    Parameters
    ----------
    propensity
        From :func:`prepare_propensity`, for the same patients.
    patients
        Patients whose arm is known.
    counts
        How often each patient counts (a bootstrap draw); once by default.

    Returns
    -------
    weights, probability
        One weight a patient; patients × arms.

    Notes
    -----
    w = P(arm | stratum) / P(arm | stratum, covariates), the denominator from one
    logistic model an arm (Robins, Hernan & Brumback 2000, doi
    10.1097/00001648-200009000-00011). Nothing is trimmed: the largest weight and the
    overlap are reported instead.
    """
    counts = np.ones(len(patients.arm)) if counts is None else counts
    arms = patients.arms_present
    probability = np.empty((len(patients.arm), len(arms)))
    for position, arm in enumerate(arms):
        if position and len(arms) == 2:
            probability[:, 1] = 1.0 - probability[:, 0]
            break
        likelihood = LogisticLikelihood(
            propensity.design, total=counts, events=counts * (patients.arm == arm)
        )
        fit = maximise(likelihood)
        if not fit.converged:
            fit = maximise(likelihood, penalised=True)
        eta = propensity.design @ fit.beta
        probability[:, position] = 1.0 / (1.0 + np.exp(-eta))
    received = np.array([arms.index(arm) for arm in patients.arm])
    own = np.maximum(probability[np.arange(len(received)), received], 1e-6)
    return _share_of_arm(patients, counts) / own, probability


def _share_of_arm(patients: Patients, counts: np.ndarray) -> np.ndarray:
    share = np.ones(len(patients.arm))
    for stratum in patients.places:
        inside = patients.stratum == stratum
        for arm in patients.arms_present:
            cell = inside & (patients.arm == arm)
            share[cell] = counts[cell].sum() / max(counts[inside].sum(), 1e-12)
    return share


def balance_table(
    propensity: Propensity,
    patients: Patients,
    *,
    weights: np.ndarray,
    probability: np.ndarray,
) -> pd.DataFrame:
    """Show balance and overlap before and after weighting, in all and by stratum.

    Returns
    -------
    pandas.DataFrame
        ``response/balance.tsv``.
    """
    rows: list[dict[str, object]] = []
    reference, *others = patients.arms
    strata, columns = patients.strata, patients.arms_present
    for stratum in [ALL, *(strata if strata != [ALL] else [])]:
        inside = (patients.stratum == stratum) | (stratum == ALL)
        for arm in others:
            pair = [inside & (patients.arm == one) for one in (arm, reference)]
            if not (pair[0].any() and pair[1].any()):
                continue
            shared: dict[str, object] = {
                "n": int(pair[0].sum() + pair[1].sum()),
                "n_effective_arm": _effective(weights[pair[0]]),
                "n_effective_reference": _effective(weights[pair[1]]),
                "overlap": _overlap(
                    probability[:, [columns.index(reference), columns.index(arm)]], pair
                ),
                "largest_weight": float(max(weights[mask].max() for mask in pair)),
            }
            for name, values in zip(propensity.names, propensity.values.T, strict=True):
                row = {
                    "stratum": stratum,
                    "contrast": name_contrast(arm, reference),
                    "covariate": name,
                    "smd_before": standardised_difference(
                        values, pair, weights=np.ones(len(values))
                    ),
                    "smd_after": standardised_difference(values, pair, weights=weights),
                }
                rows.append(row | shared)
    return pd.DataFrame(rows, columns=BALANCE_COLUMNS)


def _effective(weights: np.ndarray) -> float:
    return float(weights.sum() ** 2 / (weights**2).sum())


def standardised_difference(
    values: np.ndarray, pair: list[np.ndarray], *, weights: np.ndarray
) -> float:
    """Return the difference in means over the standard deviation before weighting.

    Parameters
    ----------
    values
        One a patient.
    pair
        Who is in the arm, and who in the reference.
    weights
        One a patient.
    """
    means = [np.average(values[mask], weights=weights[mask]) for mask in pair]
    spread = np.sqrt(np.mean([values[mask].var() for mask in pair]))
    if spread > 0:
        return float((means[0] - means[1]) / spread)
    # A covariate that tells the arms apart without fail.
    return (
        0.0
        if np.isclose(means[0], means[1])
        else float(np.copysign(np.inf, means[0] - means[1]))
    )


def _overlap(probability: np.ndarray, pair: list[np.ndarray]) -> float:
    """Share of two arms' patients whose propensity occurs in both arms."""
    of_arm = probability[:, 1] / np.maximum(probability.sum(axis=1), 1e-12)
    groups = [of_arm[mask] for mask in pair]
    low = max(float(group.min()) for group in groups)
    high = min(float(group.max()) for group in groups)
    both = np.concatenate(groups)
    return float(((both >= low) & (both <= high)).mean())
