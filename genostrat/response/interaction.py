"""Tests between strata: of treatment effects, of their direction, of outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from genostrat.response.likelihood import (
    CoxLikelihood,
    Likelihood,
    estimable_columns,
    maximise,
    pooled_logistic,
)
from genostrat.response.patients import Measured

PENALISED = (
    "penalised likelihood (Firth), because some cell has no events, or events only"
)


@dataclass(frozen=True)
class Comparison:
    """A test of nested models.

    Parameters
    ----------
    statistic, df, p_value
        Missing (df zero) when nothing can be estimated.
    method
        How the p-value was found.
    note
        What a reader must know, or nothing.
    """

    statistic: float
    df: int
    p_value: float
    method: str
    note: str = ""


def indicators(labels: np.ndarray, levels: Sequence[str]) -> np.ndarray:
    """Return patients × (levels - 1) indicators; the first level is the reference."""
    return np.column_stack(
        [np.empty((len(labels), 0)), *(labels == level for level in levels[1:])]
    ).astype(float)


def check_interaction(
    measured: Measured,
    *,
    stratum: np.ndarray,
    arm: np.ndarray,
    strata: Sequence[str],
    arms: Sequence[str],
) -> Comparison:
    """Compare treatment effects between strata by a likelihood ratio.

    Parameters
    ----------
    measured
        An outcome that is known for every patient given.
    stratum, arm
        Labels, one a patient.
    strata, arms
        The levels; the first arm is the reference.

    Notes
    -----
    The larger model has an effect of each arm in each stratum, the smaller one effect
    of each arm; df = (strata - 1)(arms - 1) less what cells without patients or
    events cannot inform. Logistic and linear models have a main effect of stratum.
    The Cox model has a baseline hazard for each stratum instead, so that strata of
    different natural course need not have proportional hazards.
    """
    of_arm, of_stratum = indicators(arm, arms), indicators(stratum, strata)
    products = [a[:, None] * of_stratum for a in of_arm.T]
    return compare_models(
        measured, baseline=stratum, common=of_arm, added=np.column_stack(products)
    )


def check_prognosis(
    measured: Measured,
    *,
    stratum: np.ndarray,
    strata: Sequence[str],
    arm: np.ndarray | None = None,
) -> Comparison:
    """Compare the outcome itself between strata, within arms if there are any."""
    arm = np.full(len(stratum), "") if arm is None else arm
    return compare_models(
        measured,
        baseline=arm,
        common=np.empty((len(stratum), 0)),
        added=indicators(stratum, strata),
    )


def compare_models(
    measured: Measured, *, baseline: np.ndarray, common: np.ndarray, added: np.ndarray
) -> Comparison:
    """Test what columns add to a model of an outcome.

    Parameters
    ----------
    measured
        An outcome that is known for every patient given.
    baseline
        Labels of groups that differ in any case: own baseline hazards in the Cox
        model, main effects in the others.
    common, added
        Patients × columns of both models, and of the larger one only.

    Notes
    -----
    Logistic and Cox: twice the gain in log-likelihood against chi-squared; under
    separation the penalised likelihood ratio of Heinze & Schemper (2002, doi
    10.1002/sim.1047). Linear: n log(RSS0/RSS1) is reported, and its p-value is the
    exact one of the equivalent F test, which holds in small cohorts too.
    """
    levels = sorted(set(baseline))
    fixed = np.column_stack([np.ones(len(baseline)), indicators(baseline, levels)])
    if measured.outcome.kind == "continuous":
        small = np.column_stack([fixed, common])
        return _compare_linear(
            small, np.column_stack([small, added]), value=measured.value
        )
    if measured.time is not None:
        design = np.column_stack([common, added])
        likelihood: Likelihood = CoxLikelihood(
            design,
            measured.time,
            measured.value,
            weights=np.ones(len(design)),
            baseline=baseline,
        )
    else:
        design = np.column_stack([fixed, common, added])
        likelihood = pooled_logistic(design, measured.value)
    return _compare_likelihoods(likelihood, n_added=added.shape[1])


def _compare_likelihoods(likelihood: Likelihood, *, n_added: int) -> Comparison:
    first_added = likelihood.size - n_added
    information = likelihood.derivatives(np.zeros(likelihood.size))[2]
    kept = estimable_columns(information)
    df = int((kept >= first_added).sum())
    if df == 0:
        return _nothing_to_test("likelihood ratio")
    larger = np.isin(np.arange(likelihood.size), kept)
    smaller = larger & (np.arange(likelihood.size) < first_added)
    fits = [maximise(likelihood, free=free) for free in (smaller, larger)]
    method, note = "likelihood ratio", _lost_df(df, n_added)
    if not all(fit.converged for fit in fits):
        reduced = likelihood.restrict(kept)
        stays = kept < first_added
        fits = [
            maximise(reduced, free=free, penalised=True)
            for free in (stays, np.ones(len(kept), dtype=bool))
        ]
        method = "penalised likelihood ratio"
        note = "; ".join(filter(None, [PENALISED, note]))
    statistic = max(0.0, 2.0 * (fits[1].log_likelihood - fits[0].log_likelihood))
    p_value = float(stats.chi2.sf(statistic, df))
    return Comparison(statistic, df, p_value, method, note)


def _compare_linear(
    small: np.ndarray, large: np.ndarray, *, value: np.ndarray
) -> Comparison:
    method = "likelihood ratio, exact F"
    if len(set(value)) < 2:
        return _nothing_to_test(method)
    value = value - value.mean()
    residuals, ranks = [], []
    for design in (small, large):
        fitted, _, rank, _ = np.linalg.lstsq(design, value, rcond=None)
        residuals.append(float(((value - design @ fitted) ** 2).sum()))
        ranks.append(int(rank))
    df, left = ranks[1] - ranks[0], len(value) - ranks[1]
    if df == 0 or left <= 0 or residuals[1] <= 1e-12 * float(value @ value):
        return _nothing_to_test(method)
    ratio = residuals[0] / residuals[1]
    p_value = float(stats.f.sf(max(0.0, ratio - 1.0) * left / df, df, left))
    note = _lost_df(df, large.shape[1] - small.shape[1])
    statistic = max(0.0, len(value) * float(np.log(ratio)))
    return Comparison(statistic, df, p_value, method, note)


def _nothing_to_test(method: str) -> Comparison:
    note = "cannot be estimated: too few patients, events or differences"
    return Comparison(np.nan, 0, np.nan, method, note)


def _lost_df(df: int, full: int) -> str:
    if df == full:
        return ""
    return f"{df} instead of {full} degrees of freedom: some cells hold no information"


def gail_simon(effects: np.ndarray, standard_errors: np.ndarray) -> Comparison:
    """Test whether a treatment helps in some strata and harms in others.

    Parameters
    ----------
    effects, standard_errors
        Effect in each stratum, zero for none: log ratios or differences.

    Notes
    -----
    Q is the smaller of the sums of (effect / se)^2 over positive and over negative
    effects; P(Q > q) = sum over h of Bin(h; K - 1, 1/2) P(chi2_h > q), h = 1..K - 1
    (Gail & Simon 1985, doi 10.2307/2530862).
    """
    usable = np.isfinite(effects) & np.isfinite(standard_errors)
    squares = (effects[usable] / standard_errors[usable]) ** 2
    strata = len(squares)
    if strata < 2:
        note = "needs an effect in two strata at least"
        return Comparison(np.nan, 0, np.nan, "Gail-Simon", note)
    positive = effects[usable] > 0
    statistic = float(min(squares[positive].sum(), squares[~positive].sum()))
    terms = np.arange(1, strata)
    chance = stats.binom.pmf(terms, strata - 1, 0.5)
    p_value = float(chance @ stats.chi2.sf(statistic, terms))
    if statistic == 0.0:
        p_value = 1.0
    return Comparison(statistic, strata - 1, p_value, "Gail-Simon")


def adjust_p_values(p_values: np.ndarray) -> np.ndarray:
    """Adjust by Benjamini & Hochberg; missing values stay missing."""
    adjusted = np.full(len(p_values), np.nan)
    known = np.isfinite(p_values)
    if known.any():
        adjusted[known] = stats.false_discovery_control(p_values[known])
    return adjusted
