"""Effects predicted for patients that the model has not seen."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from genostrat.response.heterogeneity.learners import Learner, learn_by_ridge
from genostrat.response.heterogeneity.tree import grow_tree, mark_ends

FOLDS = 5


@dataclass(frozen=True)
class CrossFit:
    """One split of the patients into folds.

    Parameters
    ----------
    effect
        Predicted effect of each patient, less the mean of the fold.
    raw
        The same, with that mean.
    score
        Of each patient, an unbiased number for the effect: the doubly robust score.
    risk
        Predicted outcome under the reference, less the mean of the fold.
    ratio
        Predicted outcome in the arm, in parts of the arm's mean, less that under the
        reference, in parts of the reference's, less the mean of the fold: near 0 where
        one ratio holds for everybody. Empty where no ratios were asked for.
    leaf
        -1 for patients whom the shallow tree of the other folds puts where effects are
        least, 1 for those where they are greatest, else 0.
    """

    effect: np.ndarray
    raw: np.ndarray
    score: np.ndarray
    risk: np.ndarray
    ratio: np.ndarray = field(default_factory=lambda: np.empty(0))
    leaf: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=int))


def cross_fit(
    design: np.ndarray,
    treated: np.ndarray,
    value: np.ndarray,
    *,
    random: np.random.Generator,
    folds: int = FOLDS,
    ratios: bool = False,
    learner: Learner = learn_by_ridge,
) -> CrossFit:
    """Predict every patient's effect from the patients of the other folds.

    Parameters
    ----------
    design
        Patients × columns, scaled.
    treated
        Whether each patient is in the arm or in the reference.
    value
        One number a patient, from
        :func:`~genostrat.response.heterogeneity.targets.target_values`.
    random
        Draws the folds, alike in both arms.
    folds
        Number of folds.
    ratios
        Whether effects are predicted as ratios too; only where both arms' means are
        above 0.
    learner
        What predicts.

    Notes
    -----
    The score is that of Robins, Rotnitzky & Zhao 1994 (doi
    10.1080/01621459.1994.10476818) with the share of patients in the arm as the
    propensity, since treatment was drawn. Predictions are centred within folds:
    the mean of a fold and that of the patients who predict it go against each other,
    which would look like predictions that are wrong.
    """
    place = np.empty(len(value), dtype=int)
    for mask in (treated, ~treated):
        members = np.flatnonzero(mask)
        place[members] = random.permutation(np.arange(len(members)) % folds)
    means = np.empty((len(value), 2))
    leaf = np.zeros(len(value), dtype=int)
    for fold in range(folds):
        out = place == fold
        inside = ~out
        predict = learner(design[inside], treated[inside], value[inside], random)
        means[out] = predict(design[out])
        known = predict(design[inside])
        tree = grow_tree(design[inside], known[:, 1] - known[:, 0])
        leaf[out] = mark_ends(tree, design[inside], design[out])
    share = treated.mean()
    own = np.where(treated, means[:, 1], means[:, 0])
    raw = means[:, 1] - means[:, 0]
    factor = np.where(treated, 1.0 / share, -1.0 / (1.0 - share))
    return CrossFit(
        _centre(raw, place),
        raw,
        raw + factor * (value - own),
        _centre(means[:, 0], place),
        _centre(_in_parts(means, treated, value), place) if ratios else np.empty(0),
        leaf,
    )


def _in_parts(means: np.ndarray, treated: np.ndarray, value: np.ndarray) -> np.ndarray:
    parts = means / [value[~treated].mean(), value[treated].mean()]
    return np.asarray(parts[:, 1] - parts[:, 0])


def _centre(values: np.ndarray, place: np.ndarray) -> np.ndarray:
    means = np.bincount(place, values) / np.bincount(place)
    return np.asarray(values - means[place])
