"""K-means and Ward clustering of many resamples of one cohort at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]

#: Lloyd steps after which a resample is taken as it stands. On the cohorts tried,
#: fewer than 1 in 500 resamples still moved a patient by then.
MAX_STEPS = 40


def squared_distances(scores: Floats) -> Floats:
    """Return the squared Euclidean distances between rows, patients × patients."""
    gram = scores @ scores.T
    norms = np.diagonal(gram)
    distances = norms[:, None] + norms[None, :] - 2 * gram
    np.maximum(distances, 0, out=distances)
    np.fill_diagonal(distances, 0)
    return distances


def draw_resamples(
    n_patients: int, *, n_resamples: int, fraction: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Draw patients without replacement, resamples × patients, True where drawn."""
    size = max(2, round(fraction * n_patients))
    order = rng.random((n_resamples, n_patients)).argsort(axis=1)
    drawn = np.zeros((n_resamples, n_patients), dtype=bool)
    np.put_along_axis(drawn, order[:, :size], True, axis=1)
    return drawn


def cluster_resamples(
    scores: Floats,
    drawn: NDArray[np.bool_],
    *,
    k: int,
    rng: np.random.Generator,
    distances: Floats | None = None,
) -> NDArray[np.int8]:
    """Run k-means on every resample at once.

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
    distances
        Squared distances between all patients, if they are known already.

    Returns
    -------
    ndarray
        Cluster numbers 0..k-1, resamples × patients. A patient that was not drawn
        is given to its nearest centre, but had no part in placing it.

    Notes
    -----
    Lloyd's algorithm from greedy k-means++ starts (Arthur & Vassilvitskii 2007).
    All resamples share the matrix of patients, so each step is two matrix products
    over (resamples · k) × patients × components. Resamples that no longer change
    leave the batch. An emptied cluster keeps its last centre.
    """
    scores = np.ascontiguousarray(scores, dtype=np.float32)
    if distances is None:
        distances = squared_distances(scores)
    starts = _starting_patients(
        np.asarray(distances, dtype=np.float32), drawn, k=k, rng=rng
    )
    return _lloyd(scores, drawn, centres=scores[starts])[0]


def _starting_patients(
    distances: Floats, drawn: NDArray[np.bool_], *, k: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    # Starting points are patients, so every distance is a column already at hand.
    n_resamples, _ = drawn.shape
    n_trials = 2 + int(np.log(k))
    weights = drawn.astype(np.float32)
    starts = np.empty((n_resamples, k), dtype=np.intp)
    starts[:, 0] = _draw_weighted(weights, 1, rng)[:, 0]
    nearest = distances[starts[:, 0]] * weights
    for position in range(1, k):
        trials = _draw_weighted(nearest, n_trials, rng)
        potential = np.full(n_resamples, np.inf, dtype=np.float32)
        kept = nearest
        for trial in trials.T:
            candidate = np.minimum(nearest, distances[trial])
            total = candidate.sum(axis=1)
            better = total < potential
            potential = np.where(better, total, potential)
            starts[better, position] = trial[better]
            kept = np.where(better[:, None], candidate, kept)
        nearest = kept
    return starts


def _draw_weighted(
    weights: Floats, count: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    cumulative = np.cumsum(weights, axis=1, dtype=np.float64)
    total = cumulative[:, -1:]
    # Duplicated patients can leave no weight at all; then any patient will do.
    cumulative = np.where(total > 0, cumulative, np.arange(1, weights.shape[1] + 1))
    total = cumulative[:, -1:]
    uniform = rng.random((len(weights), count)) * total
    chosen = np.empty((len(weights), count), dtype=np.intp)
    for column in range(count):
        chosen[:, column] = (cumulative <= uniform[:, column, None]).sum(axis=1)
    return np.minimum(chosen, weights.shape[1] - 1)


def _lloyd(
    scores: Floats, drawn: NDArray[np.bool_], *, centres: Floats
) -> tuple[NDArray[np.int8], Floats]:
    n_resamples, k, n_components = centres.shape
    n_patients = len(scores)
    labels = np.full((n_resamples, n_patients), -1, dtype=np.int8)
    final = centres.copy()
    active = np.arange(n_resamples)
    for _ in range(MAX_STEPS):
        new = _nearest_centre(scores, final[active])
        taking_part = drawn[active]
        moved = ((new != labels[active]) & taking_part).any(axis=1)
        labels[active] = new
        active = active[moved]
        if len(active) == 0:
            break
        member = (new[moved][:, None, :] == np.arange(k, dtype=np.int8)[:, None]) & (
            taking_part[moved][:, None, :]
        )
        member = member.astype(np.float32).reshape(len(active) * k, n_patients)
        sizes = member.sum(axis=1, keepdims=True)
        sums = member @ scores
        old = final[active].reshape(len(active) * k, n_components)
        placed = np.where(sizes > 0, sums / np.maximum(sizes, 1), old)
        final[active] = placed.reshape(len(active), k, n_components)
    return labels, final


def _nearest_centre(scores: Floats, centres: Floats) -> NDArray[np.int8]:
    n_resamples, k, n_components = centres.shape
    flat = centres.reshape(n_resamples * k, n_components)
    closeness = flat @ scores.T
    closeness -= 0.5 * np.einsum("ij,ij->i", flat, flat)[:, None]
    closeness = closeness.reshape(n_resamples, k, len(scores))
    best = closeness[:, 0].copy()
    labels = np.zeros(best.shape, dtype=np.int8)
    for cluster in range(1, k):
        closer = closeness[:, cluster] > best
        np.copyto(labels, np.int8(cluster), where=closer)
        np.maximum(best, closeness[:, cluster], out=best)
    return labels


def ward_resamples(
    scores: Floats, drawn: NDArray[np.bool_], *, ks: list[int]
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


def kmeans(
    scores: Floats, *, k: int, rng: np.random.Generator, n_starts: int = 20
) -> tuple[NDArray[np.int8], Floats, float]:
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
    scores = np.ascontiguousarray(scores, dtype=np.float64)
    everyone = np.ones((n_starts, len(scores)), dtype=bool)
    starts = _starting_patients(squared_distances(scores), everyone, k=k, rng=rng)
    labels, centres = _lloyd(scores, everyone, centres=scores[starts])
    spread = np.stack(
        [((scores - c[own]) ** 2).sum() for own, c in zip(labels, centres, strict=True)]
    )
    best = int(spread.argmin())
    return labels[best], centres[best], float(spread[best])
