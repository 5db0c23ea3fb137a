"""Parts of a cohort that take turns in being held out."""

from __future__ import annotations

import numpy as np

from genostrat.arrays import AnyIntegers, Indices

N_FOLDS = 5


def stratified_folds(labels: AnyIntegers, *, rng: np.random.Generator) -> Indices:
    """Deal patients into 5 folds, stratum by stratum."""
    shuffled = rng.permutation(len(labels))
    order = shuffled[np.argsort(labels[shuffled], kind="stable")]
    folds = np.empty(len(labels), dtype=np.intp)
    folds[order] = np.arange(len(labels)) % N_FOLDS
    return folds
