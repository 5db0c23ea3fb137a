"""One effect from many studies, none of which need have the same one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from genostrat.arrays import Floats

#: Studies from which on a mean, and a prediction for a new study, are made.
LEAST_STUDIES, LEAST_FOR_PREDICTION = 2, 3
#: Of intervals.
CONFIDENCE = 0.95


@dataclass(frozen=True)
class PooledEffect:
    """What several studies say together.

    Attributes
    ----------
    n_studies
        Studies that went in.
    estimate, low, high, p_value
        Mean of the effects that studies have, and its interval; NaN of fewer than
        :data:`LEAST_STUDIES`.
    standard_error
        By Hartung and Knapp.
    tau
        Standard deviation of effects between studies.
    i_squared
        Share of the variation between estimates that chance does not explain.
    q, q_p_value
        Cochran's test that all studies have one effect.
    prediction_low, prediction_high
        Where the effect of a new study is expected; NaN of fewer than
        :data:`LEAST_FOR_PREDICTION`.
    """

    n_studies: int
    estimate: float = math.nan
    standard_error: float = math.nan
    low: float = math.nan
    high: float = math.nan
    p_value: float = math.nan
    tau: float = math.nan
    i_squared: float = math.nan
    q: float = math.nan
    q_p_value: float = math.nan
    prediction_low: float = math.nan
    prediction_high: float = math.nan


def pool_effects(
    estimates: Sequence[float] | Floats, errors: Sequence[float] | Floats
) -> PooledEffect:
    """Pool effects by a random-effects model.

    Parameters
    ----------
    estimates
        Of each study, on a scale that has no bounds; shape (n_studies,).
    errors
        Their standard errors, above 0.

    Returns
    -------
    PooledEffect
        Of one study nothing but the number of studies: there is nothing to pool.

    Raises
    ------
    ValueError
        If a number is not finite, an error not above 0, or the shapes differ.

    Notes
    -----
    The variance between studies is Paule and Mandel's (1982,
    doi 10.6028/jres.087.022): the one with which the weighted squares about the mean
    sum to n − 1. Intervals of the mean are Hartung and Knapp's (2001,
    doi 10.1002/sim.1009), t with n − 1 degrees of freedom; their factor is at least 1,
    so that estimates that agree by chance do not make it narrower than a model without
    heterogeneity has it (Röver 2015, doi 10.1186/s12874-015-0091-1). The prediction
    interval is Higgins's (2009, doi 10.1111/j.1467-985X.2008.00552.x), t with n − 2; it
    holds 90 % instead of 95 % of new effects over six studies (Partlett and Riley 2017,
    doi 10.1002/sim.7140, and `tests/unit/test_meta_analysis.py`); I²
    is (Q − (n − 1)) / Q (Higgins and Thompson 2002, doi 10.1002/sim.1186).

    Examples
    --------
    >>> pooled = pool_effects([-0.3, -0.5, -0.4, -0.4], [0.1, 0.2, 0.15, 0.1])
    >>> round(pooled.estimate, 2), pooled.tau, pooled.i_squared
    (-0.37, 0.0, 0.0)
    """
    values, known = np.asarray(estimates, float), np.asarray(errors, float)
    if values.shape != known.shape or values.ndim != 1:
        raise ValueError("as many standard errors as estimates")
    if not (np.isfinite(values).all() and np.isfinite(known).all()):
        raise ValueError("an estimate or a standard error is not finite")
    if (known <= 0).any():
        raise ValueError("a standard error is not above 0")
    n = len(values)
    if n < LEAST_STUDIES:
        return PooledEffect(n)
    variances = known**2
    fixed, _ = _weigh(values, variances, 0.0)
    q = float(((values - fixed) ** 2 / variances).sum())
    tau_squared = find_tau_squared(values, variances)
    mean, weights = _weigh(values, variances, tau_squared)
    spread = float((weights * (values - mean) ** 2).sum()) / (n - 1)
    error = math.sqrt(max(1.0, spread) / weights.sum())
    reach = _quantile(n - 1) * error
    ahead = math.nan
    if n >= LEAST_FOR_PREDICTION:
        ahead = _quantile(n - 2) * math.sqrt(tau_squared + error**2)
    return PooledEffect(
        n_studies=n,
        estimate=mean,
        standard_error=error,
        low=mean - reach,
        high=mean + reach,
        p_value=float(2 * stats.t.sf(abs(mean) / error, n - 1)),
        tau=math.sqrt(tau_squared),
        i_squared=max(0.0, (q - (n - 1)) / q) if q > 0 else 0.0,
        q=q,
        q_p_value=float(stats.chi2.sf(q, n - 1)),
        prediction_low=mean - ahead,
        prediction_high=mean + ahead,
    )


def find_tau_squared(values: Floats, variances: Floats) -> float:
    """Return Paule and Mandel's variance between studies; 0 where chance explains all.

    Parameters
    ----------
    values, variances
        Of each study; shape (n_studies,).
    """

    def excess(tau_squared: float) -> float:
        mean, weights = _weigh(values, variances, tau_squared)
        return float((weights * (values - mean) ** 2).sum()) - (len(values) - 1)

    if excess(0.0) <= 0:
        return 0.0
    # With it as large as this, no weighted square exceeds its share.
    most = float(((values - values.mean()) ** 2).sum()) + float(variances.max())
    return float(optimize.brentq(excess, 0.0, most, xtol=1e-14))


def _weigh(
    values: Floats, variances: Floats, tau_squared: float
) -> tuple[float, Floats]:
    weights = 1 / (variances + tau_squared)
    return float((weights * values).sum() / weights.sum()), weights


def _quantile(degrees: int) -> float:
    return float(stats.t.ppf((1 + CONFIDENCE) / 2, degrees))
