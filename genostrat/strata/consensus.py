"""Consensus clustering: how often two patients end in the same cluster."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from genostrat.strata.clustering import (
    Floats,
    cluster_resamples,
    draw_resamples,
    squared_distances,
    ward_resamples,
)

#: Pairs together in more than 10 % and less than 90 % of resamples are undecided.
LOWER, UPPER = 0.1, 0.9


def consensus_matrix(labels: NDArray[np.int8], drawn: NDArray[np.bool_]) -> Floats:
    """Count how often two patients were clustered together when both were drawn.

    Parameters
    ----------
    labels, drawn
        Resamples × patients: cluster numbers, and who took part.

    Returns
    -------
    ndarray
        Patients × patients in 0..1, ones on the diagonal. A pair never drawn
        together gets 0.

    Notes
    -----
    Monti et al. 2003, doi 10.1023/A:1023949509487. One matrix product counts the
    draws in common and one, over the one-hot clusters, the agreements.
    """
    together = _together(labels, drawn)
    taking_part = drawn.astype(np.float32)
    both = taking_part.T @ taking_part
    matrix = together / np.maximum(both, 1)
    np.fill_diagonal(matrix, 1)
    return matrix


def _together(labels: NDArray[np.int8], drawn: NDArray[np.bool_]) -> Floats:
    n_clusters = int(labels.max()) + 1
    member = np.concatenate(
        [((labels == cluster) & drawn) for cluster in range(n_clusters)]
    ).astype(np.float32)
    return member.T @ member


def proportion_ambiguous(consensus: Floats) -> float:
    """Return the PAC: the share of pairs whose consensus lies between 0.1 and 0.9.

    Notes
    -----
    Şenbabaoğlu et al. 2014, doi 10.1038/srep06207.
    """
    pairs = consensus[np.triu_indices(len(consensus), 1)]
    return float(((pairs > LOWER) & (pairs < UPPER)).mean())


def consensus_by_k(
    scores: Floats,
    *,
    ks: list[int],
    n_resamples: int,
    fraction: float,
    rng: np.random.Generator,
    algorithm: str = "kmeans",
) -> Iterator[tuple[int, Floats]]:
    """Yield (k, consensus matrix) for each k, one matrix in memory at a time.

    Parameters
    ----------
    scores
        Patients × components.
    ks
        Numbers of clusters to try.
    n_resamples, fraction
        How many resamples, and the share of patients in each.
    rng
        Source of the resamples and of the starting points.
    algorithm
        ``"kmeans"`` or ``"ward"``.
    """
    drawn = draw_resamples(
        len(scores), n_resamples=n_resamples, fraction=fraction, rng=rng
    )
    if algorithm == "ward":
        for k, labels in ward_resamples(scores, drawn, ks=ks).items():
            yield k, consensus_matrix(labels, drawn)
        return
    distances = squared_distances(np.asarray(scores, dtype=np.float32))
    for k in ks:
        labels = cluster_resamples(scores, drawn, k=k, rng=rng, distances=distances)
        yield k, consensus_matrix(labels, drawn)
