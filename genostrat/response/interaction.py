"""Tests between strata: of treatment effects, of their direction, of outcomes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats

from genostrat.response.kinds.models import MODELS
from genostrat.response.likelihoods.nested import Comparison, indicators
from genostrat.response.patients import Measured


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
    return MODELS[measured.outcome.kind].compare_models(
        measured, baseline=baseline, common=common, added=added
    )


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
