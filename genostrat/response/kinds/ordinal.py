"""A level of an ordered scale: proportional odds, and the chance of a higher level."""

from __future__ import annotations

import numpy as np
from scipy import stats

from genostrat.response.contrasts import Contrast, half_width
from genostrat.response.kinds.cumulative_logit import CumulativeLogit
from genostrat.response.likelihoods.likelihood import maximise
from genostrat.response.likelihoods.nested import (
    Comparison,
    Estimates,
    compare_likelihoods,
    estimate_added,
    indicators,
    no_estimates,
    nothing_to_test,
)
from genostrat.response.patients import Measured


def count_informative(measured: Measured, in_group: np.ndarray) -> tuple[float, str]:
    """Return the patients whom a smaller group would have outside the commonest level.

    A level that nearly everybody shares tells groups apart as little as an event that
    nearly nobody has.
    """
    n = len(measured.value)
    smaller = min(int(in_group.sum()), n - int(in_group.sum()))
    _, counts = np.unique(measured.value, return_counts=True)
    others = n - int(counts.max(initial=0))
    return smaller * others / max(n, 1), "patients outside the commonest level"


def compare_groups(
    measured: Measured, in_group: np.ndarray, *, horizon: float, weights: np.ndarray
) -> list[Contrast]:
    """Estimate the common odds ratio and the difference of chances to be higher.

    Notes
    -----
    The second asks for no model: of a patient of each group, the chance that the one of
    the group has the higher level, less that of the lower one (Mann & Whitney 1947).
    Its variance is that of a patient's share in it, a group by itself (DeLong et al.
    1988, doi 10.2307/2531595).
    """
    found = _odds_ratio(measured.value, in_group, weights=weights)
    return [found, _win_difference(measured.value, in_group, weights=weights)]


def compare_models(
    measured: Measured, *, baseline: np.ndarray, common: np.ndarray, added: np.ndarray
) -> Comparison:
    """Test what columns add to a proportional-odds model."""
    if len(set(measured.value)) < 2:
        return nothing_to_test("likelihood ratio")
    likelihood = _likelihood(measured.value, baseline, common, added)
    return compare_likelihoods(likelihood, n_added=added.shape[1])


def estimate_columns(
    measured: Measured, *, baseline: np.ndarray, common: np.ndarray, added: np.ndarray
) -> Estimates:
    """Estimate log common odds ratios of columns beside others."""
    if len(set(measured.value)) < 2:
        return no_estimates(added.shape[1], "values do not vary")
    likelihood = _likelihood(measured.value, baseline, common, added)
    return estimate_added(likelihood, n_added=added.shape[1])


def check_proportional_odds(value: np.ndarray, groups: np.ndarray) -> Comparison:
    """Test whether one odds ratio holds at every cut of the scale.

    Parameters
    ----------
    value
        Levels, one a patient.
    groups
        Labels.

    Notes
    -----
    Twice the log-likelihood that free chances of every level in every group gain over
    proportional odds; with k levels and g groups there are (k - 2)(g - 1) degrees of
    freedom. Levels that nobody has count for none.
    """
    method = "likelihood ratio against free chances of every level"
    places = np.unique(value, return_inverse=True)[1].reshape(-1)
    labels = sorted(set(groups))
    df = (int(places.max(initial=0)) - 1) * (len(labels) - 1)
    if df < 1:
        return nothing_to_test(method)
    counts = np.array([np.bincount(places[groups == one]) for one in labels], object)
    wide = np.zeros((len(labels), int(places.max()) + 1))
    for row, found in enumerate(counts):
        wide[row, : len(found)] = found
    # Cells that expect next to nobody make the approximation wild.
    expected = wide.sum(axis=1)[:, None] * wide.sum(axis=0) / wide.sum()
    if expected.min() < 1.0:
        return Comparison(np.nan, 0, np.nan, method, "a level expects no patient")
    share = wide / wide.sum(axis=1)[:, None]
    free = float((wide * np.log(np.where(share > 0, share, 1.0))).sum())
    likelihood = CumulativeLogit(indicators(groups, labels), places)
    fit = maximise(likelihood)
    if not fit.converged:
        return nothing_to_test(method)
    statistic = max(0.0, 2.0 * (free - fit.log_likelihood))
    return Comparison(statistic, df, float(stats.chi2.sf(statistic, df)), method)


def _likelihood(value: np.ndarray, *parts: np.ndarray) -> CumulativeLogit:
    baseline, common, added = parts
    of_baseline = indicators(baseline, sorted(set(baseline)))
    design = np.column_stack([of_baseline, common, added])
    return CumulativeLogit(design, np.unique(value, return_inverse=True)[1].reshape(-1))


def _odds_ratio(
    value: np.ndarray, in_group: np.ndarray, *, weights: np.ndarray
) -> Contrast:
    scale = "common_odds_ratio"
    used = weights > 0
    if len(set(value[used])) < 2:
        return Contrast(scale, *(np.nan,) * 4, note="values do not vary")
    likelihood = CumulativeLogit(
        in_group[used][:, None].astype(float),
        np.unique(value[used], return_inverse=True)[1].reshape(-1),
        weights=weights[used],
    )
    found = estimate_added(likelihood, n_added=1)
    plain = Contrast(
        scale, float(found.values[0]), np.nan, np.nan, np.nan, note=found.note
    )
    return plain.with_error(float(np.sqrt(found.covariance[0, 0])))


def _win_difference(
    value: np.ndarray, in_group: np.ndarray, *, weights: np.ndarray
) -> Contrast:
    scale = "win_difference"
    groups = [(value[mask], weights[mask]) for mask in (in_group, ~in_group)]
    if not all(weight.sum() > 0 for _, weight in groups):
        return Contrast(scale, *(np.nan,) * 4)
    (own, of_own), (other, of_other) = groups
    sign = np.sign(own[:, None] - other)
    rows = sign @ of_other / of_other.sum()
    columns = of_own @ sign / of_own.sum()
    estimate = float(of_own @ rows / of_own.sum())
    variance = 0.0
    for values, weight in ((rows, of_own), (columns, of_other)):
        share = weight / weight.sum()
        n = int((weight > 0).sum())
        spread = float(share**2 @ (values - estimate) ** 2)
        variance += spread * n / (n - 1) if n > 1 else np.nan
    if abs(estimate) >= 1.0 - 1e-12:
        note = "every patient of one group is higher than all of the other"
        return Contrast(scale, estimate, np.nan, np.nan, np.nan, note=note)
    error = float(np.sqrt(variance))
    # On the scale of Fisher's z, so that limits stay between -1 and 1.
    half = half_width(error) / (1.0 - estimate**2)
    low, high = np.tanh(np.arctanh(estimate) + np.array([-half, half]))
    return Contrast(scale, estimate, error, float(low), float(high))
