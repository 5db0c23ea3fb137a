"""The spaces that patients of one cohort are clustered and judged in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from genostrat.arrays import Flags, Reals
from genostrat.strata.clustering.graphs import fuse_graphs, graph_axes, similarity_graph
from genostrat.strata.clustering.rotation import rotate


@dataclass(frozen=True)
class View:
    """Coordinates that resamples are clustered in.

    Parameters
    ----------
    points
        Patients × coordinates.
    measured
        True for the patients that take part.
    """

    points: Reals
    measured: Flags


@dataclass(frozen=True)
class Space:
    """A cohort, ready to be clustered.

    Parameters
    ----------
    scores
        Patients × principal components of all layers together: what groups are
        judged in, and what the frozen model works with.
    views
        What resamples are clustered in; their consensus is taken over all views.
    """

    scores: Reals
    views: tuple[View, ...]

    @classmethod
    def of(cls, scores: Reals) -> Space:
        """Return the space of patients × components that are clustered as they are."""
        return cls(scores, (View(scores, np.ones(len(scores), dtype=bool)),))


#: From patients × features to a space.
Build = Callable[[Reals], Space]


def space_builder(
    *,
    layers: list[str],
    measured: dict[str, Flags],
    fusion: str,
    n_components: int | None = None,
) -> Build:
    """Return the function that makes a cohort's features into a space.

    Parameters
    ----------
    layers
        Layer of each feature.
    measured
        For each layer, True for the patients that it measured.
    fusion
        ``"joint"``: components of all features, each layer weighted alike. ``"snf"``:
        axes of one graph fused from those of the layers. ``"late"``: each layer is
        clustered on its own, among the patients that it measured, and the consensus
        is taken over all layers.
    n_components
        Components of all layers together; by default those above the noise edge.
    """
    names = np.array(layers)

    def build(values: Reals) -> Space:
        scores = rotate(values, layers=layers, n_components=n_components).scores
        if fusion == "joint" or len(measured) < 2:
            return Space.of(scores)
        parts = {layer: values[:, names == layer] for layer in sorted(measured)}
        if fusion == "snf":
            fused = fuse_graphs([similarity_graph(part) for part in parts.values()])
            return Space(scores, (View(graph_axes(fused), np.ones(len(values), bool)),))
        views = tuple(
            View(rotate(part).scores, measured[layer]) for layer, part in parts.items()
        )
        return Space(scores, views)

    return build
