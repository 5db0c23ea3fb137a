"""One verdict from many splits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import special

from genostrat.registry.words.response import CAUSAL_FOREST, RIDGE
from genostrat.response.heterogeneity.crossfit import FOLDS, CrossFit, cross_fit
from genostrat.response.heterogeneity.learners import LEARNERS, name_package
from genostrat.response.heterogeneity.measures import (
    Measure,
    calibration_slope,
    group_effects,
    mean_of,
    policy_gains,
    ranking_gain,
    risk_slope,
)
from genostrat.response.heterogeneity.ratios import ratio_slope
from genostrat.response.heterogeneity.tree import describe_leaves, grow_tree
from genostrat.response.patients import Measured
from genostrat.seeds import random_generator

#: Splits that a verdict rests on, by what predicts: forests take long.
REPEATS = {RIDGE: 100, CAUSAL_FOREST: 20}
FOUND, NOT_FOUND, NOT_ASSESSED = "found", "not_found", "not_assessed"
#: Level of the verdict.
ALPHA = 0.05
#: Patients an arm below which effects are not predicted.
FEWEST_PATIENTS = 50


def judge_heterogeneity(
    design: np.ndarray,
    treated: np.ndarray,
    value: np.ndarray,
    *,
    seed: int,
    name: Sequence[str],
    sign: float = np.nan,
    stratum: np.ndarray | None = None,
    counts: Measured | None = None,
    columns: tuple[Sequence[str], np.ndarray] | None = None,
    learner: str = RIDGE,
    repeats: int | None = None,
) -> dict[str, Any]:
    """Judge whether the effect of a treatment differs between patients.

    Parameters
    ----------
    design
        Patients × columns of what may change the effect, scaled.
    treated, value
        Whether each patient is in the arm, and one number a patient.
    seed, name
        Of the splits, and of what is judged.
    sign
        1 if more of the number is better, -1 if less is, missing if nobody said.
    stratum
        Labels of strata, blank for none; for the rule that treats by stratum.
    counts
        The outcome itself, where it is one whose ratio is judged too.
    columns
        Names of what may change the effect, and patients × columns as they are; for the
        tree. None: no tree.
    learner
        What predicts: ``ridge`` or ``causal_forest``.
    repeats
        Splits; None: as many as :data:`REPEATS` has for the learner.

    Returns
    -------
    dict
        ``p_value``, ``slope``, ``groups``, ``ranking``, ``risk``, ``tree``, ``policy``
        and ``ratio``; see ``response/heterogeneity.json``.

    Notes
    -----
    Estimates are medians over splits, limits medians of limits at half the level, and
    the p-value twice the median of one-sided p-values: whatever the dependence between
    splits, this holds the level (Chernozhukov et al. 2018, theorem 3.1).

    The tree that is shown predicts the mean of the predictions of all splits. Effects
    in its leaves would be too far apart, since every patient's outcome has made them.
    So each split has trees of its own, grown from the other folds, and ``least`` and
    ``greatest`` are effects in patients whom those put into their end leaves.
    """
    repeats = REPEATS[learner] if repeats is None else repeats
    fits = []
    for repeat in range(repeats):
        random = random_generator(seed, "response", "heterogeneity", *name, repeat)
        ratios = counts is not None
        fits.append(
            cross_fit(
                design,
                treated,
                value,
                random=random,
                ratios=ratios,
                learner=LEARNERS[learner],
            )
        )
    slopes = [calibration_slope(fit) for fit in fits]
    quarters = [group_effects(fit) for fit in fits]
    gains = [group[-1] for group in quarters], [group[0] for group in quarters]
    p_value = combine_p_values([slope.p_one_sided for slope in slopes])
    record: dict[str, Any] = {
        "learner": learner,
        "package": name_package(learner),
        "repeats": repeats,
        "folds": FOLDS,
        "p_value": p_value,
        "slope": combine_measures(slopes),
        "groups": [combine_measures(list(one)) for one in zip(*quarters, strict=True)],
        "spread": combine_measures(
            [_difference(high, low) for high, low in zip(*gains, strict=True)]
        ),
        "ranking": combine_measures([ranking_gain(fit) for fit in fits]),
        "risk": combine_measures([risk_slope(fit) for fit in fits]),
        "tree": None if columns is None else _describe_tree(fits, *columns),
        "policy": None,
        "ratio": None,
    }
    if counts is not None:
        ratios_found = [ratio_slope(fit, counts, treated) for fit in fits]
        record["ratio"] = {
            "p_value": combine_p_values([one.p_one_sided for one in ratios_found]),
            "slope": combine_measures(ratios_found),
        }
    if np.isfinite(sign):
        of_stratum = _treat_by_stratum(treated, value, stratum, sign=sign)
        policies = [policy_gains(f, sign=sign, of_stratum=of_stratum) for f in fits]
        record["policy"] = {
            rule: combine_measures([gain[rule] for gain in policies])
            for rule in policies[0]
        }
    return record


def _describe_tree(
    fits: Sequence[CrossFit], names: Sequence[str], values: np.ndarray
) -> dict[str, Any] | None:
    """Return the tree over all splits, and what trees of other folds are worth."""
    tree = grow_tree(values, np.mean([fit.raw for fit in fits], axis=0))
    if tree is None:
        return None
    ends = {
        name: combine_measures([mean_of(fit.score[fit.leaf == end]) for fit in fits])
        for name, end in (("least", -1), ("greatest", 1))
    }
    return {"leaves": describe_leaves(tree, names, values)} | ends


def combine_p_values(p_values: Sequence[float]) -> float:
    """Return twice the median of p-values of dependent splits, at most 1.

    Examples
    --------
    >>> combine_p_values([0.01, 0.02, 0.9])
    0.04
    """
    return min(1.0, 2.0 * float(np.median(p_values)))


def combine_measures(measures: Sequence[Measure]) -> dict[str, float | None]:
    """Return the median of a measure over splits, and of its limits."""
    pairs = np.array([(one.estimate, one.standard_error) for one in measures])
    known = np.isfinite(pairs).all(axis=1)
    if known.sum() * 2 <= len(pairs):
        return {"estimate": None, "ci_low": None, "ci_high": None}
    estimate, error = pairs[known].T
    # Half the level of each limit, as for p-values.
    half = float(special.ndtri(1.0 - ALPHA / 4.0)) * error
    return {
        "estimate": float(np.median(estimate)),
        "ci_low": float(np.median(estimate - half)),
        "ci_high": float(np.median(estimate + half)),
    }


def _difference(first: Measure, second: Measure) -> Measure:
    error = float(np.hypot(first.standard_error, second.standard_error))
    return Measure(first.estimate - second.estimate, error)


def _treat_by_stratum(
    treated: np.ndarray, value: np.ndarray, stratum: np.ndarray | None, *, sign: float
) -> np.ndarray:
    """Say whom a rule treats that asks whether the other patients of a stratum gain.

    A patient's own outcome has no part in the choice: it would count for the rule.
    """
    if stratum is None or len(set(stratum) - {""}) < 2:
        return np.full(len(value), np.nan)
    chosen = np.zeros(len(value))
    for level in set(stratum):
        mask = stratum == level
        means = []
        for arm in (treated, ~treated):
            own = mask & arm
            total, count = value[own].sum(), own.sum()
            without = np.where(arm, total - value, total) / np.maximum(
                count - arm.astype(int), 1
            )
            means.append(without)
        chosen[mask] = (sign * (means[0] - means[1]) > 0)[mask]
    return chosen
