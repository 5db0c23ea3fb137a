"""Parts of a cohort that take turns in being held out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

N_FOLDS = 5


def stratified_folds(
    labels: NDArray[np.integer], *, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Deal patients into 5 folds, stratum by stratum."""
    shuffled = rng.permutation(len(labels))
    order = shuffled[np.argsort(labels[shuffled], kind="stable")]
    folds = np.empty(len(labels), dtype=np.intp)
    folds[order] = np.arange(len(labels)) % N_FOLDS
    return folds
