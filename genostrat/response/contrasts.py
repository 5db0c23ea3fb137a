"""Two groups compared: ratios and differences with confidence limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize, special

from genostrat.response.likelihood import CoxLikelihood, Fit, maximise
from genostrat.response.patients import Measured
from genostrat.response.survival import kaplan_meier, restricted_mean, round_down

CONFIDENCE = 0.95
# scipy.special, not scipy.stats: these are called for every draw of a bootstrap.
NORMAL_QUANTILE = float(special.ndtri(0.5 + CONFIDENCE / 2))
RATIOS = frozenset({"hazard_ratio", "odds_ratio"})
#: The scales of each kind of outcome; the first is the one tests are made on.
SCALES = {
    "survival": ("hazard_ratio", "rmst_difference"),
    "binary": ("odds_ratio", "risk_difference"),
    "continuous": ("mean_difference",),
}


@dataclass(frozen=True)
class Contrast:
    """One group compared with a reference on one scale.

    Parameters
    ----------
    scale
        See :data:`SCALES`.
    estimate, standard_error
        On the scale of the test: the logarithm of a ratio, or the difference.
    low, high
        Confidence limits on that same scale.
    values
        What a difference is the difference of, group and reference; missing for
        ratios.
    note
        What a reader must know, or nothing.
    """

    scale: str
    estimate: float
    standard_error: float
    low: float
    high: float
    values: tuple[float, float] = (np.nan, np.nan)
    note: str = ""

    def with_error(self, standard_error: float) -> Contrast:
        """Return the estimate with another error and the limits it implies."""
        half = _half_width(standard_error)
        low, high = self.estimate - half, self.estimate + half
        return replace(self, standard_error=standard_error, low=low, high=high)

    def natural(self, value: float) -> float:
        """Bring a value from the scale of the test to the one people read."""
        return float(np.exp(value)) if self.scale in RATIOS else float(value)


def _half_width(standard_error: float) -> float:
    return NORMAL_QUANTILE * standard_error


def shortage(measured: Measured, in_group: np.ndarray, *, minimum: int) -> str:
    """Say why two groups are too small to compare, or nothing.

    Parameters
    ----------
    measured
        An outcome that is known for every patient given.
    in_group
        Whether each patient is in the group or in its reference.
    minimum
        Fewest events in either (survival), fewest events and fewest non-events
        (binary), fewest patients (continuous).
    """
    counts = [_informative(measured.subset(mask)) for mask in (in_group, ~in_group)]
    fewest, what = min(counts)
    return (
        f"too few {what} ({fewest} of at least {minimum})" if fewest < minimum else ""
    )


def _informative(measured: Measured) -> tuple[int, str]:
    if measured.outcome.kind == "continuous":
        return len(measured.value), "patients"
    events = int(measured.value.sum())
    if measured.outcome.kind == "survival":
        return events, "events"
    return min((events, "events"), (len(measured.value) - events, "non-events"))


def common_horizon(
    measured: Measured, groups: Iterable[np.ndarray], *, minimum: int
) -> float:
    """Return the time up to which every group with enough events was followed.

    The shortest of the groups' longest follow-ups, rounded down to two digits.
    """
    if measured.time is None:
        return np.nan
    longest = [
        float(measured.time[mask].max())
        for mask in groups
        if mask.any() and measured.value[mask].sum() >= minimum
    ]
    return round_down(min(longest)) if longest else np.nan


def compare_groups(
    measured: Measured,
    in_group: np.ndarray,
    *,
    horizon: float = np.nan,
    weights: np.ndarray | None = None,
) -> list[Contrast]:
    """Compare a group with its reference on every scale of the outcome.

    Parameters
    ----------
    measured
        An outcome that is known for every patient given.
    in_group
        Whether each patient is in the group or in its reference.
    horizon
        Time up to which mean survival is compared, for survival.
    weights
        Propensity weights. The estimates are then right but their errors are not:
        weights are themselves estimated, so take errors from a bootstrap.

    Notes
    -----
    Hazard ratio: Cox model, Efron ties, Wald limits. Restricted mean survival time:
    Greenwood's variance. Odds ratio: Woolf's limits, with half a patient added to
    each cell if one is empty, which is Firth's estimate. Risk difference: Newcombe's
    hybrid score limits (1998, method 10). Mean difference: Welch.
    """
    weights = np.ones(len(in_group)) if weights is None else weights
    if measured.time is not None:
        return [
            _hazard_ratio(measured, in_group, weights=weights),
            _rmst_difference(measured, in_group, horizon=horizon, weights=weights),
        ]
    if measured.outcome.kind == "binary":
        return _compare_proportions(measured.value, in_group, weights=weights)
    return [_mean_difference(measured.value, in_group, weights=weights)]


def _hazard_ratio(
    measured: Measured, in_group: np.ndarray, *, weights: np.ndarray
) -> Contrast:
    assert measured.time is not None
    likelihood = CoxLikelihood(
        in_group[:, None].astype(float),
        measured.time,
        measured.value,
        weights=weights,
    )
    if likelihood.derivatives(np.zeros(1))[2][0, 0] <= 1e-12:
        note = "groups have no events while both are followed"
        return Contrast("hazard_ratio", np.nan, np.nan, np.nan, np.nan, note=note)
    fit = maximise(likelihood)
    if not fit.converged:
        return _penalised_hazard_ratio(likelihood)
    plain = Contrast("hazard_ratio", float(fit.beta[0]), np.nan, np.nan, np.nan)
    return plain.with_error(float(np.sqrt(fit.covariance[0, 0])))


def _penalised_hazard_ratio(likelihood: CoxLikelihood) -> Contrast:
    """Firth's estimate with profile limits, for a likelihood without a maximum."""
    fit = maximise(likelihood, penalised=True)
    limits = [_profile_limit(likelihood, fit, side=side) for side in (-1.0, 1.0)]
    return Contrast(
        "hazard_ratio",
        float(fit.beta[0]),
        float(np.sqrt(fit.covariance[0, 0])),
        limits[0],
        limits[1],
        note="penalised likelihood (Firth), because groups are separated in time",
    )


def _profile_limit(likelihood: CoxLikelihood, fit: Fit, *, side: float) -> float:
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
            measured.time[mask], measured.value[mask], weights=weights[mask]
        )
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


def _compare_proportions(
    event: np.ndarray, in_group: np.ndarray, *, weights: np.ndarray
) -> list[Contrast]:
    cells = np.array(
        [
            [weights[mask & (event == outcome)].sum() for outcome in (1, 0)]
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
    return [replace(odds, note=note), _risk_difference(risks, total)]


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


def _mean_difference(
    value: np.ndarray, in_group: np.ndarray, *, weights: np.ndarray
) -> Contrast:
    if all(len(set(value[mask])) < 2 for mask in (in_group, ~in_group)):
        empty = (np.nan,) * 4
        return Contrast("mean_difference", *empty, note="values do not vary")
    means, errors, freedom = [], [], []
    for mask in (in_group, ~in_group):
        share = weights[mask] / weights[mask].sum()
        mean = float(share @ value[mask])
        count = int(mask.sum())
        spread = float(share @ (value[mask] - mean) ** 2)
        means.append(mean)
        errors.append(spread / (count - 1) if count > 1 else np.nan)
        freedom.append(count - 1)
    variance = sum(errors)
    error = float(np.sqrt(variance))
    parts = sum(e**2 / f for e, f in zip(errors, freedom, strict=True) if f > 0)
    degrees = variance**2 / parts if parts > 0 else np.inf
    half = float(special.stdtrit(degrees, 0.5 + CONFIDENCE / 2)) * error
    difference = means[0] - means[1]
    return Contrast(
        "mean_difference",
        difference,
        error,
        difference - half,
        difference + half,
        (means[0], means[1]),
    )
