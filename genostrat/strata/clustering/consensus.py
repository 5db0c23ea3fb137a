"""Consensus clustering: how often two patients end in the same cluster."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genostrat.arrays import Flags, Reals, Words
from genostrat.strata.clustering.graphs import fuse_graphs, graph_axes, similarity_graph
from genostrat.strata.clustering.resamples import (
    cluster_resamples,
    draw_resamples,
    medoid_resamples,
    ward_resamples,
)
from genostrat.strata.clustering.spaces import Space

#: Pairs together in more than 10 % and less than 90 % of resamples are undecided.
LOWER, UPPER = 10, 90
#: Values at which the distribution of the consensus is written down.
GRID = np.linspace(0, 1, 51)


def consensus_matrix(labels: NDArray[np.int8], drawn: Flags) -> Reals:
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
    Monti et al. 2003, doi 10.1023/A:1023949509487. Resamples are bits: pairs of
    patients are compared 64 resamples at a time.
    """
    from genostrat.strata.clustering.kernels import fill_consensus

    matrix = np.empty((drawn.shape[1], drawn.shape[1]), dtype=np.float32)
    fill_consensus(_pack(labels, drawn), matrix)
    return matrix


def _pack(labels: NDArray[np.int8], drawn: Flags) -> Words:
    from genostrat.strata.clustering.kernels import WORD, pack_labels

    n_resamples, n_patients = drawn.shape
    n_digits = max(1, int(labels.max()).bit_length())
    planes = np.zeros((n_patients, 1 + n_digits, -(-n_resamples // WORD)), np.uint64)
    pack_labels(labels, drawn, planes)
    return planes


def ambiguous_share(labels: NDArray[np.int8], drawn: Flags) -> float:
    """Return the PAC of many clusterings without making the consensus matrix."""
    from genostrat.strata.clustering.kernels import count_ambiguous

    n_patients = drawn.shape[1]
    found = count_ambiguous(_pack(labels, drawn), LOWER, UPPER)
    return found / (n_patients * (n_patients - 1) / 2)


def cumulative_consensus(consensus: Reals, *, k: int) -> pd.DataFrame:
    """Return the cumulative distribution of the consensus over pairs of patients.

    Returns
    -------
    DataFrame
        k, consensus (0, 0.02, … 1), cdf: the share of pairs with at most that
        consensus. Flat between 0.1 and 0.9 where the grouping is repeatable.
    """
    pairs = np.sort(consensus[np.triu_indices(len(consensus), 1)])
    # A ratio of small whole numbers in single precision: just above is still it.
    below = np.searchsorted(pairs, GRID + 1e-6, side="right")
    return pd.DataFrame({"k": k, "consensus": GRID, "cdf": below / len(pairs)})


def labels_by_k(
    scores: Reals,
    drawn: Flags,
    *,
    ks: list[int],
    rng: np.random.Generator,
    algorithm: str = "kmeans",
) -> Iterator[tuple[int, NDArray[np.int8]]]:
    """Yield (k, cluster numbers of every resample) for each k.

    Parameters
    ----------
    scores
        Patients × components.
    drawn
        Resamples × patients, True where a patient takes part.
    ks
        Numbers of clusters to try.
    rng
        Source of the starting points.
    algorithm
        One of :data:`genostrat.registry.words.strata.ALGORITHMS`. ``"spectral"``
        is k-means on the axes of the graph of all patients.
    """
    if algorithm == "ward":
        yield from ward_resamples(scores, drawn, ks=ks).items()
    elif algorithm == "pam":
        yield from medoid_resamples(scores, drawn, ks=ks, rng=rng).items()
    else:
        points = scores
        if algorithm == "spectral":
            points = graph_axes(fuse_graphs([similarity_graph(scores)]))
        for k in ks:
            yield k, cluster_resamples(points, drawn, k=k, rng=rng)


def labels_of_space(
    space: Space,
    drawn: Flags,
    *,
    ks: list[int],
    rng: np.random.Generator,
    algorithm: str = "kmeans",
) -> tuple[dict[int, NDArray[np.int8]], Flags]:
    """Cluster every resample in every view of a space.

    Returns
    -------
    labels
        For each k, cluster numbers, (views · resamples) × patients.
    drawn
        Who took part: drawn, and measured in the view.
    """
    parts: dict[int, list[NDArray[np.int8]]] = {k: [] for k in ks}
    taking_part = [drawn & view.measured for view in space.views]
    for view, rows in zip(space.views, taking_part, strict=True):
        for k, labels in labels_by_k(
            view.points, rows, ks=ks, rng=rng, algorithm=algorithm
        ):
            parts[k].append(labels)
    stacked = {k: np.concatenate(labels) for k, labels in parts.items()}
    return stacked, np.concatenate(taking_part)


def consensus_by_k(
    scores: Reals,
    *,
    ks: list[int],
    n_resamples: int,
    fraction: float,
    rng: np.random.Generator,
    algorithm: str = "kmeans",
) -> Iterator[tuple[int, Reals]]:
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
    for k, labels in labels_by_k(scores, drawn, ks=ks, rng=rng, algorithm=algorithm):
        yield k, consensus_matrix(labels, drawn)
