"""Clustering of many resamples of one cohort by k-means, Ward trees or medoids."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genostrat.arrays import Flags, Reals

#: Lloyd steps after which a resample is taken as it stands. On the cohorts tried,
#: fewer than 1 in 500 resamples still moved a patient by then.
MAX_STEPS = 40
#: Passes over the patients of a resample after which medoids are taken as they stand.
MAX_PASSES = 50


def squared_distances(scores: Reals) -> Reals:
    """Return the squared Euclidean distances between rows, patients × patients."""
    gram = scores @ scores.T
    norms = np.diagonal(gram)
    distances = norms[:, None] + norms[None, :] - 2 * gram
    np.maximum(distances, 0, out=distances)
    np.fill_diagonal(distances, 0)
    return distances


def draw_resamples(
    n_patients: int, *, n_resamples: int, fraction: float, rng: np.random.Generator
) -> Flags:
    """Draw patients without replacement, resamples × patients, True where drawn."""
    size = max(2, round(fraction * n_patients))
    order = rng.random((n_resamples, n_patients)).argsort(axis=1)
    drawn = np.zeros((n_resamples, n_patients), dtype=bool)
    np.put_along_axis(drawn, order[:, :size], True, axis=1)
    return drawn


def cluster_resamples(
    scores: Reals,
    drawn: Flags,
    *,
    k: int,
    rng: np.random.Generator,
) -> NDArray[np.int8]:
    """Run k-means on every resample.

    Parameters
    ----------
    scores
        Patients × components.
    drawn
        Resamples × patients, True where a patient takes part.
    k
        Number of clusters.
    rng
        Source of the starting points.

    Returns
    -------
    ndarray
        Cluster numbers 0..k-1, resamples × patients. A patient that was not drawn
        is given to its nearest centre, but had no part in placing it.

    Notes
    -----
    Lloyd's algorithm from one greedy k-means++ start (Arthur & Vassilvitskii 2007),
    in single precision. An emptied cluster keeps its last centre.
    """
    return _run_kmeans(scores, drawn, k=k, rng=rng)[0]


def _run_kmeans(
    scores: Reals, drawn: Flags, *, k: int, rng: np.random.Generator
) -> tuple[NDArray[np.int8], Reals, Reals]:
    from genostrat.strata.clustering.kernels import cluster_drawn

    points = np.ascontiguousarray(scores.T, dtype=np.float32)
    uniforms = rng.random((len(drawn), k, 2 + int(np.log(k))))
    labels = np.empty(drawn.shape, dtype=np.int8)
    centres = np.empty((len(drawn), k, len(points)), dtype=np.float32)
    within = np.empty(len(drawn))
    cluster_drawn(points, drawn, uniforms, MAX_STEPS, labels, centres, within)
    return labels, centres, within


def ward_resamples(
    scores: Reals, drawn: Flags, *, ks: list[int]
) -> dict[int, NDArray[np.int8]]:
    """Cut a Ward tree of every resample at each k.

    Returns
    -------
    dict
        For each k, cluster numbers, resamples × patients; -1 where not drawn.
    """
    from scipy.cluster.hierarchy import fcluster, linkage

    labels = {k: np.full(drawn.shape, -1, dtype=np.int8) for k in ks}
    for row, taking_part in enumerate(drawn):
        tree = linkage(scores[taking_part], method="ward")
        for k in ks:
            labels[k][row, taking_part] = fcluster(tree, k, criterion="maxclust") - 1
    return labels


def medoid_resamples(
    scores: Reals,
    drawn: Flags,
    *,
    ks: list[int],
    rng: np.random.Generator,
) -> dict[int, NDArray[np.int8]]:
    """Partition every resample around medoids (PAM) for each k.

    Returns
    -------
    dict
        For each k, cluster numbers, resamples × patients; -1 where not drawn.

    Notes
    -----
    Kaufman & Rousseeuw's partitioning around medoids on Euclidean distances, which an
    outlier pulls less than it pulls a mean. Swaps are weighed for all medoids at once
    and taken as soon as they help (Schubert & Rousseeuw 2021, doi
    10.1016/j.is.2021.101804), from medoids placed as k-means++ places centres.
    """
    from genostrat.strata.clustering.medoid_kernels import cluster_around_medoids

    apart = np.sqrt(squared_distances(scores.astype(float)))
    labels = {}
    for k in ks:
        labels[k] = np.empty(drawn.shape, dtype=np.int8)
        uniforms = rng.random((len(drawn), k))
        cluster_around_medoids(apart, drawn, uniforms, MAX_PASSES, labels[k])
    return labels


def kmeans(
    scores: Reals, *, k: int, rng: np.random.Generator, n_starts: int = 20
) -> tuple[NDArray[np.int8], Reals, float]:
    """Cluster all patients by the best of several k-means runs.

    Returns
    -------
    labels
        Cluster numbers 0..k-1, one a patient.
    centres
        k × components.
    within
        Sum of squared distances to the own centre.
    """
    everyone = np.ones((n_starts, len(scores)), dtype=bool)
    labels, starts, within = _run_kmeans(scores, everyone, k=k, rng=rng)
    best = int(within.argmin())
    own, centres = labels[best], starts[best].astype(np.float64)
    for group in np.unique(own):
        centres[group] = scores[own == group].mean(axis=0)
    return own, centres, float(((scores - centres[own]) ** 2).sum())
