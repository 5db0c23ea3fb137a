"""What the predicted effects of one split are worth: slope, groups, ranking, policy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from genostrat.response.heterogeneity.crossfit import CrossFit

#: Groups by predicted effect, from the least to the greatest.
GROUPS = 4


@dataclass(frozen=True)
class Measure:
    """A number with its error.

    Parameters
    ----------
    estimate, standard_error
        Missing where it cannot be estimated.
    """

    estimate: float
    standard_error: float

    @property
    def p_one_sided(self) -> float:
        """P-value against “not above zero”; 1 where nothing can be said."""
        if not self.standard_error > 0:
            return 1.0
        return float(special.ndtr(-self.estimate / self.standard_error))


def calibration_slope(fit: CrossFit) -> Measure:
    """Return the slope of the score on the predicted effect.

    Notes
    -----
    The best linear predictor of Chernozhukov, Demirer, Duflo & Fernandez-Val (2018,
    arXiv 1712.04802): 1 if predictions are right, 0 if they say nothing. The error is
    robust to unequal variances (HC1).
    """
    return _slope(fit.score, fit.effect)


def risk_slope(fit: CrossFit) -> Measure:
    """Return the slope of the score on the predicted outcome under the reference."""
    return _slope(fit.score, fit.risk)


def _slope(score: np.ndarray, predictor: np.ndarray) -> Measure:
    x = predictor - predictor.mean()
    total = float(x @ x)
    if total <= 1e-12 * max(1.0, float(score @ score)):
        return Measure(np.nan, np.nan)
    slope = float(x @ score) / total
    residual = score - score.mean() - slope * x
    n = len(x)
    error = np.sqrt(float((x**2) @ (residual**2)) * n / max(n - 2, 1)) / total
    return Measure(slope, float(error))


def group_effects(fit: CrossFit) -> list[Measure]:
    """Return the effect in quarters of patients by predicted effect (GATES)."""
    order = np.argsort(np.argsort(fit.effect, kind="stable"), kind="stable")
    group = order * GROUPS // len(order)
    return [mean_of(fit.score[group == one]) for one in range(GROUPS)]


def mean_of(values: np.ndarray) -> Measure:
    """Return the mean of independent values and its error."""
    if len(values) < 2:
        return Measure(np.nan, np.nan)
    return Measure(
        float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
    )


def ranking_gain(fit: CrossFit) -> Measure:
    """Return the area under the curve of targeting operator characteristic (AUTOC).

    Notes
    -----
    The mean over shares q of how much the effect in the q patients with the greatest
    predicted effect exceeds that in all (Yadlowsky et al. 2021, arXiv 2111.07966). As a
    sum over patients from the greatest prediction on, the j-th counts with the sum of
    1/k over k from j to n, less 1.
    """
    order = np.argsort(-fit.effect, kind="stable")
    n = len(order)
    weights = np.cumsum((1.0 / np.arange(1, n + 1))[::-1])[::-1] - 1.0
    terms = weights * (fit.score[order] - fit.score.mean())
    return mean_of(terms)


def policy_gains(
    fit: CrossFit, *, sign: float, of_stratum: np.ndarray
) -> dict[str, Measure]:
    """Return what rules of whom to treat gain over the reference for everybody.

    Parameters
    ----------
    fit
        Of the split.
    sign
        1 if more of the outcome is better, -1 if less is.
    of_stratum
        Whether a rule by strata treats each patient; missing without strata.

    Returns
    -------
    dict
        ``all``: everybody is treated. ``predicted``: who is predicted to gain.
        ``stratum``: whose stratum gains. Each on the scale of the outcome, more being
        better; ``over_best``: the rule by prediction, less the better of treating all
        and none.
    """
    gain = sign * fit.score
    chosen = (sign * fit.raw > 0).astype(float)
    gains = {"all": mean_of(gain), "predicted": mean_of(chosen * gain)}
    better = 1.0 if gain.mean() > 0 else 0.0
    gains["over_best"] = mean_of((chosen - better) * gain)
    if np.isfinite(of_stratum).all():
        gains["stratum"] = mean_of(of_stratum * gain)
    return gains
