"""Graphs of similar patients, alone or fused over layers, and their axes."""

from __future__ import annotations

import numpy as np

from genostrat.arrays import Reals
from genostrat.strata.clustering.resamples import squared_distances

#: Neighbours of a patient: a tenth of the cohort between these limits.
FEWEST_NEIGHBOURS, MOST_NEIGHBOURS = 5, 20
#: Width of the similarity kernel, in the middle of the range 0.3 to 0.8 that is
#: recommended by Wang et al.
WIDTH = 0.5
#: Rounds of diffusion between layers, as Wang et al. use.
N_ROUNDS = 20
#: Axes of a graph that patients are compared along: enough for six groups.
N_AXES = 5


def count_neighbours(n_patients: int) -> int:
    """Return how many neighbours a patient has in a graph."""
    wanted = round(n_patients / 10)
    most = max(1, n_patients - 1)
    return int(min(np.clip(wanted, FEWEST_NEIGHBOURS, MOST_NEIGHBOURS), most))


def similarity_graph(points: Reals) -> Reals:
    """Return how similar patients are, patients × patients, symmetric.

    Parameters
    ----------
    points
        Patients × features, or components of them.

    Notes
    -----
    The scaled exponential kernel of Wang et al. (2014, doi 10.1038/nmeth.2810):
    exp(-d² / (0.5 ε)), where ε is the mean of both patients' mean distance to their
    nearest neighbours and of the distance d between them. So it adapts to how dense
    the cohort is around a patient.
    """
    apart = np.sqrt(squared_distances(points.astype(float)))
    near = np.sort(apart, axis=1)[:, 1 : count_neighbours(len(apart)) + 1].mean(axis=1)
    scale = (near[:, None] + near[None, :] + apart) / 3
    tiny = np.finfo(float).tiny
    return np.exp(-(apart**2) / (WIDTH * np.maximum(scale**2, tiny)))


def fuse_graphs(graphs: list[Reals]) -> Reals:
    """Fuse the graphs of several layers into one.

    Parameters
    ----------
    graphs
        One a layer, patients × patients, from :func:`similarity_graph`.

    Notes
    -----
    Similarity network fusion (Wang et al. 2014, doi 10.1038/nmeth.2810): the graph of
    a layer, normalised so that a patient's own weight is a half, is passed through the
    nearest neighbours of that layer and replaced by the mean of the others, 20
    times. Links that several layers share, or that are strong in one, stay. With one
    layer there is nothing to fuse, and the graph is only normalised.
    """
    status = [_normalise(graph) for graph in graphs]
    if len(graphs) > 1:
        sparse = [_keep_neighbours(graph) for graph in graphs]
        for _ in range(N_ROUNDS):
            total = np.sum(status, axis=0)
            status = [
                _normalise(near @ ((total - own) / (len(graphs) - 1)) @ near.T)
                for near, own in zip(sparse, status, strict=True)
            ]
    mean = np.mean(status, axis=0)
    return (mean + mean.T) / 2


def _normalise(graph: Reals) -> Reals:
    """Give a patient half of its own weight, and half to all others together."""
    left = graph - np.diag(np.diagonal(graph))
    total = np.maximum(left.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    normal = left / (2 * total)
    np.fill_diagonal(normal, 0.5)
    return (normal + normal.T) / 2


def _keep_neighbours(graph: Reals) -> Reals:
    """Keep each patient's nearest neighbours and let their weights sum to 1."""
    n_kept = count_neighbours(len(graph))
    left = graph - np.diag(np.diagonal(graph))
    limit = np.partition(left, -n_kept, axis=1)[:, -n_kept][:, None]
    kept = np.where(left >= limit, left, 0)
    return kept / np.maximum(kept.sum(axis=1, keepdims=True), np.finfo(float).tiny)


def graph_axes(graph: Reals) -> Reals:
    """Return coordinates of patients in which neighbours of a graph are close.

    Returns
    -------
    ndarray
        Patients × at most 5 axes.

    Notes
    -----
    Leading eigenvectors of D^-1/2 W D^-1/2 without the trivial one, each times its
    eigenvalue and divided by the square root of the degree (diffusion maps, Coifman &
    Lafon 2006, doi 10.1016/j.acha.2006.04.006); k-means on them is spectral
    clustering. The sign of an axis makes its largest coordinate positive.
    """
    from scipy.linalg import eigh

    n = len(graph)
    n_axes = min(N_AXES, n - 1)
    root = np.sqrt(np.maximum(graph.sum(axis=1), np.finfo(float).tiny))
    scaled = graph / root[:, None] / root[None, :]
    values, vectors = eigh(scaled, subset_by_index=(n - n_axes - 1, n - 1))
    order = np.argsort(-values, kind="stable")[1:]
    axes = vectors[:, order] * values[order] / root[:, None]
    largest = np.abs(axes).argmax(axis=0)
    signs = np.where(axes[largest, np.arange(len(order))] < 0, -1.0, 1.0)
    return axes * signs * np.sqrt(n)
