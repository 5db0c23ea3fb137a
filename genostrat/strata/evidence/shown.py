"""Statistics that are shown beside the evidence and decide nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genostrat.arrays import Reals
from genostrat.strata.clustering.resamples import kmeans

#: Random halvings of the cohort over which prediction strength is averaged.
N_HALVINGS = 10


def prediction_strength(scores: Reals, *, k: int, rng: np.random.Generator) -> float:
    """Return how well the clusters of one half are predicted by the other half.

    Parameters
    ----------
    scores
        Patients × components.
    k
        Number of clusters.
    rng
        Source of the halvings.

    Notes
    -----
    Tibshirani & Walther 2005, doi 10.1198/106186005X59243: for each cluster of the
    test half, the share of its pairs that the centres of the training half also put
    together; the smallest over clusters, averaged over halvings. Above 0.8 to 0.9
    speaks for k well-separated clusters.
    """
    strengths = []
    for _ in range(N_HALVINGS):
        order = rng.permutation(len(scores))
        half = len(scores) // 2
        train, test = scores[order[:half]], scores[order[half:]]
        _, centres, _ = kmeans(train, k=k, rng=rng, n_starts=5)
        own, _, _ = kmeans(test, k=k, rng=rng, n_starts=5)
        gaps = ((test[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
        predicted = gaps.argmin(axis=1)
        strengths.append(_weakest_cluster(own, predicted))
    return float(np.mean(strengths))


def _weakest_cluster(own: NDArray, predicted: NDArray) -> float:
    together = []
    for cluster in np.unique(own):
        counts = np.bincount(predicted[own == cluster])
        size = counts.sum()
        if size < 2:
            together.append(0.0)
            continue
        together.append(float((counts * (counts - 1)).sum() / (size * (size - 1))))
    return min(together)
