"""Survival: hazard ratio and restricted mean survival time; Cox models."""

from __future__ import annotations

import numpy as np
from scipy import optimize

from genostrat.config.outcomes import EFRON, EXACT
from genostrat.response.contrasts import NORMAL_QUANTILE, Contrast
from genostrat.response.likelihoods.cox import CoxRegression
from genostrat.response.likelihoods.exact_ties import MOST_TIED, ExactCox, most_tied
from genostrat.response.likelihoods.likelihood import (
    CoxLikelihood,
    Fit,
    Likelihood,
    maximise,
)
from genostrat.response.likelihoods.nested import (
    Comparison,
    Estimates,
    compare_likelihoods,
    estimate_added,
)
from genostrat.response.patients import Measured
from genostrat.response.survival import (
    Curve,
    kaplan_meier,
    restricted_mean,
    sums_at_risk,
)

_PENALISED = "penalised likelihood (Firth), because groups are separated in time"
#: From so many different rows of a design on, every patient is given one.
_MANY_ROWS = 40


def count_informative(measured: Measured, in_group: np.ndarray) -> tuple[float, str]:
    """Return the fewest events that either group would have without a difference.

    Notes
    -----
    Of the events of each time, a group expects its share of those at risk, as in the
    log-rank test. What is observed does not count: none against many tells the most.
    """
    assert measured.time is not None
    moments = measured.time[measured.value > 0]
    sums = sums_at_risk(
        moments,
        measured.time,
        entry=measured.entry,
        values=np.column_stack([np.ones(len(in_group)), in_group]),
    )
    expected = float((sums[:, 1] / sums[:, 0]).sum())
    return min(expected, len(moments) - expected), "events"


def compare_groups(
    measured: Measured, in_group: np.ndarray, *, horizon: float, weights: np.ndarray
) -> list[Contrast]:
    """Estimate the hazard ratio and the difference in restricted mean survival time.

    Notes
    -----
    Hazard ratio: Cox model, Wald limits. Restricted mean survival time:
    Greenwood's variance.
    """
    return [
        hazard_ratio(measured, in_group, weights=weights),
        _rmst_difference(measured, in_group, horizon=horizon, weights=weights),
    ]


def compare_models(
    measured: Measured, *, baseline: np.ndarray, common: np.ndarray, added: np.ndarray
) -> Comparison:
    """Test what columns add to a Cox model with a hazard for each baseline group."""
    likelihood = _choose_likelihood(
        measured, baseline, np.column_stack([common, added])
    )
    return compare_likelihoods(likelihood, n_added=added.shape[1])


def estimate_columns(
    measured: Measured, *, baseline: np.ndarray, common: np.ndarray, added: np.ndarray
) -> Estimates:
    """Estimate log hazard ratios of columns beside others."""
    likelihood = _choose_likelihood(
        measured, baseline, np.column_stack([common, added])
    )
    return estimate_added(likelihood, n_added=added.shape[1])


def _choose_likelihood(
    measured: Measured, baseline: np.ndarray, design: np.ndarray
) -> Likelihood:
    assert measured.time is not None
    ties, _ = _choose_ties(measured, np.ones(len(design)))
    if ties == EXACT:
        return ExactCox(
            design,
            measured.time,
            measured.value,
            baseline=baseline,
            entry=measured.entry,
        )
    if len(np.unique(design, axis=0)) > _MANY_ROWS:
        return CoxRegression(
            design,
            measured.time,
            measured.value,
            baseline=baseline,
            entry=measured.entry,
            ties=ties,
        )
    return CoxLikelihood(
        design,
        measured.time,
        measured.value,
        weights=np.ones(len(design)),
        baseline=baseline,
        entry=measured.entry,
        ties=ties,
    )


def _choose_ties(measured: Measured, weights: np.ndarray) -> tuple[str, str]:
    """Return how to take tied events, and why not as asked; blank if as asked.

    The exact likelihood has no weights, and sums over sets have an end.
    """
    assert measured.time is not None
    if measured.outcome.ties != EXACT:
        return measured.outcome.ties, ""
    if (weights != 1.0).any():
        return EFRON, "ties as Efron takes them, since patients have weights"
    n = most_tied(measured.time, measured.value)
    if n > MOST_TIED:
        return EFRON, f"ties as Efron takes them, since {n} events are at one time"
    return EXACT, ""


def hazard_ratio(
    measured: Measured, in_group: np.ndarray, *, weights: np.ndarray
) -> Contrast:
    """Estimate the hazard ratio of a group and its reference by a Cox model."""
    assert measured.time is not None
    design, ties = in_group[:, None].astype(float), _choose_ties(measured, weights)
    likelihood: Likelihood
    if ties[0] == EXACT:
        likelihood = ExactCox(
            design, measured.time, measured.value, entry=measured.entry
        )
    else:
        likelihood = CoxLikelihood(
            design,
            measured.time,
            measured.value,
            weights=weights,
            entry=measured.entry,
            ties=ties[0],
        )
    happened = measured.value > 0
    if (
        not (happened & (weights > 0)).any()
        or likelihood.derivatives(np.zeros(1))[2][0, 0] <= 1e-12
    ):
        note = "groups have no events while both are followed"
        return Contrast("hazard_ratio", np.nan, np.nan, np.nan, np.nan, note=note)
    fit = maximise(likelihood)
    if not fit.converged:
        return _penalised_hazard_ratio(likelihood, note=ties[1])
    plain = Contrast(
        "hazard_ratio", float(fit.beta[0]), np.nan, np.nan, np.nan, note=ties[1]
    )
    return plain.with_error(float(np.sqrt(fit.covariance[0, 0])))


def _penalised_hazard_ratio(likelihood: Likelihood, *, note: str) -> Contrast:
    """Firth's estimate with profile limits, for a likelihood without a maximum."""
    fit = maximise(likelihood, penalised=True)
    limits = [_profile_limit(likelihood, fit, side=side) for side in (-1.0, 1.0)]
    return Contrast(
        "hazard_ratio",
        float(fit.beta[0]),
        float(np.sqrt(fit.covariance[0, 0])),
        limits[0],
        limits[1],
        note="; ".join(filter(None, [_PENALISED, note])),
    )


def _profile_limit(likelihood: Likelihood, fit: Fit, *, side: float) -> float:
    drop = NORMAL_QUANTILE**2 / 2.0

    def excess(distance: float) -> float:
        value, _, information = likelihood.derivatives(fit.beta + side * distance)
        value += 0.5 * float(np.log(max(information[0, 0], 1e-300)))
        return fit.log_likelihood - drop - value

    farthest = 1.0
    while excess(farthest) < 0.0:
        farthest *= 2.0
        if farthest > 100.0:
            return float(side * np.inf)
    return float(fit.beta[0]) + side * float(optimize.brentq(excess, 0.0, farthest))


def _rmst_difference(
    measured: Measured, in_group: np.ndarray, *, horizon: float, weights: np.ndarray
) -> Contrast:
    assert measured.time is not None
    means, errors = [], []
    for mask in (in_group, ~in_group):
        curve = kaplan_meier(
            measured.time[mask],
            measured.value[mask],
            weights=weights[mask],
            entry=None if measured.entry is None else measured.entry[mask],
        )
        if _ends_too_early(measured.subset(mask), curve):
            note = "a curve is at 0 while patients still come under observation"
            return Contrast("rmst_difference", *(np.nan,) * 4, note=note)
        mean, error = restricted_mean(curve, horizon=horizon)
        means.append(mean if horizon > 0 else np.nan)
        errors.append(error)
    plain = Contrast(
        "rmst_difference",
        means[0] - means[1],
        np.nan,
        np.nan,
        np.nan,
        (means[0], means[1]),
    )
    return plain.with_error(
        float(np.hypot(errors[0], errors[1])) if horizon > 0 else np.nan
    )


def _ends_too_early(measured: Measured, curve: Curve) -> bool:
    """Say whether all at risk had the event before others came: the curve is lost."""
    if measured.entry is None or not len(measured.entry):
        return False
    ended = curve.time[curve.survival <= 0]
    return bool(len(ended) and measured.entry.max() >= ended[0])
