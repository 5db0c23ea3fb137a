"""A measurement: difference of means; linear models."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from genostrat.response.contrasts import CONFIDENCE, Contrast
from genostrat.response.likelihoods.nested import (
    Comparison,
    Estimates,
    lost_df,
    main_effects,
    no_estimates,
    nothing_to_test,
)
from genostrat.response.patients import Measured


def count_informative(measured: Measured, in_group: np.ndarray) -> tuple[float, str]:
    """Return the patients of the smaller group, each of whom informs a comparison."""
    return min(int(in_group.sum()), int((~in_group).sum())), "patients"


def compare_groups(
    measured: Measured, in_group: np.ndarray, *, horizon: float, weights: np.ndarray
) -> list[Contrast]:
    """Estimate the difference of means, with Welch's limits."""
    return [_mean_difference(measured.value, in_group, weights=weights)]


def compare_models(
    measured: Measured, *, baseline: np.ndarray, common: np.ndarray, added: np.ndarray
) -> Comparison:
    """Test what columns add to a linear model with a main effect of the baseline."""
    small = np.column_stack([main_effects(baseline), common])
    large = np.column_stack([small, added])
    return _compare_linear(small, large, value=measured.value)


def estimate_columns(
    measured: Measured, *, baseline: np.ndarray, common: np.ndarray, added: np.ndarray
) -> Estimates:
    """Estimate differences of means of columns beside others, by least squares."""
    design = np.column_stack([main_effects(baseline), common, added])
    n, n_added = len(design), added.shape[1]
    inverse = np.linalg.pinv(design.T @ design)
    rank = int(np.linalg.matrix_rank(design))
    without = design[:, : design.shape[1] - n_added]
    lost = rank - int(np.linalg.matrix_rank(without)) < n_added
    if lost or n <= rank or len(set(measured.value)) < 2:
        return no_estimates(n_added, "too few patients or differences")
    beta = inverse @ design.T @ measured.value
    residuals = measured.value - design @ beta
    covariance = inverse * float(residuals @ residuals) / (n - rank)
    return Estimates(beta[-n_added:], covariance[-n_added:, -n_added:], float(n - rank))


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


def _compare_linear(
    small: np.ndarray, large: np.ndarray, *, value: np.ndarray
) -> Comparison:
    method = "likelihood ratio, exact F"
    if len(set(value)) < 2:
        return nothing_to_test(method)
    value = value - value.mean()
    residuals, ranks = [], []
    for design in (small, large):
        fitted, _, rank, _ = np.linalg.lstsq(design, value, rcond=None)
        residuals.append(float(((value - design @ fitted) ** 2).sum()))
        ranks.append(int(rank))
    df, left = ranks[1] - ranks[0], len(value) - ranks[1]
    if df == 0 or left <= 0 or residuals[1] <= 1e-12 * float(value @ value):
        return nothing_to_test(method)
    ratio = residuals[0] / residuals[1]
    p_value = float(stats.f.sf(max(0.0, ratio - 1.0) * left / df, df, left))
    note = lost_df(df, large.shape[1] - small.shape[1])
    statistic = max(0.0, len(value) * float(np.log(ratio)))
    return Comparison(statistic, df, p_value, method, note)
