"""Clustering the resamples of a cohort, all at once or in parts on several machines.

Resamples are dealt out in chunks, each with a random stream of its own, and so are the
cohorts without groups; so the result does not depend on the number of parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genostrat.arrays import Flags
from genostrat.strata.clustering.consensus import labels_of_space
from genostrat.strata.clustering.resamples import draw_resamples
from genostrat.strata.clustering.spaces import Space
from genostrat.strata.evidence.statistics import Statistics
from genostrat.strata.settings import ClusteringSettings

#: Resamples that are clustered together.
CHUNK = 50
#: Begins the names of arrays of the features in focus.
FOCUSED = "focused_"


@dataclass(frozen=True)
class Resampled:
    """Clusterings of resamples.

    Parameters
    ----------
    labels
        For each k, cluster numbers, (chunks · views · resamples) × patients.
    drawn
        Who took part, in the same rows.
    """

    labels: dict[int, NDArray[np.int8]]
    drawn: Flags


@dataclass(frozen=True)
class ResamplingPart:
    """What one of several jobs found out.

    Parameters
    ----------
    resampled
        Clusterings of the part's resamples.
    numbers
        Which cohorts without groups it measured.
    null
        Their statistics, in that order.
    focused
        The same in the few features that hang together, if there are such.
    observed
        Statistics of the cohort itself; None where several jobs share the work.
    """

    resampled: Resampled
    numbers: list[int]
    null: list[Statistics]
    focused: ResamplingPart | None = None
    observed: Statistics | None = None

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays of the part's file."""
        n_ks = len(self.resampled.labels)
        empty = np.empty((0, n_ks))
        focused = {} if self.focused is None else self.focused.to_arrays()
        return {
            **{FOCUSED + name: array for name, array in focused.items()},
            "drawn": self.resampled.drawn,
            **{f"labels_{k}": rows for k, rows in self.resampled.labels.items()},
            "numbers": np.array(self.numbers, dtype=np.int64),
            "pac": np.array([one.pac for one in self.null]) if self.null else empty,
            "log_index": np.array([one.log_index for one in self.null])
            if self.null
            else empty,
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> ResamplingPart:
        """Rebuild from :meth:`to_arrays`."""
        focused = {
            name.removeprefix(FOCUSED): array
            for name, array in arrays.items()
            if name.startswith(FOCUSED)
        }
        labels = {
            int(name.removeprefix("labels_")): array
            for name, array in arrays.items()
            if name.startswith("labels_")
        }
        null = [
            Statistics(pac, log_index)
            for pac, log_index in zip(arrays["pac"], arrays["log_index"], strict=True)
        ]
        numbers = [int(number) for number in arrays["numbers"]]
        return cls(
            Resampled(labels, arrays["drawn"]),
            numbers,
            null,
            cls.from_arrays(focused) if focused else None,
        )


def deal_out(n_items: int, *, part: int, parts: int) -> list[int]:
    """Return the numbers of the items that one of several parts does."""
    return list(range(part, n_items, parts))


def resample_space(
    space: Space, *, settings: ClusteringSettings, part: int = 0, parts: int = 1
) -> Resampled:
    """Cluster a part of a cohort's resamples.

    Parameters
    ----------
    space
        The cohort.
    settings
        How to cluster.
    part, parts
        Which part, from 0, of how many.
    """
    ks = list(settings.ks)
    n_chunks = -(-settings.resamples // CHUNK)
    labels: dict[int, list[NDArray[np.int8]]] = {k: [] for k in ks}
    drawn = []
    for chunk in deal_out(n_chunks, part=part, parts=parts):
        rng = settings.rng("resamples", chunk)
        rows = draw_resamples(
            len(space.scores),
            n_resamples=min(CHUNK, settings.resamples - chunk * CHUNK),
            fraction=settings.resample_fraction,
            rng=rng,
        )
        found, taking_part = labels_of_space(
            space, rows, ks=ks, rng=rng, algorithm=settings.algorithm
        )
        drawn.append(taking_part)
        for k in ks:
            labels[k].append(found[k])
    return join_resampled(
        [
            Resampled({k: labels[k][i] for k in ks}, rows)
            for i, rows in enumerate(drawn)
        ],
        ks=ks,
        n_patients=len(space.scores),
    )


def join_resampled(
    parts: list[Resampled], *, ks: list[int], n_patients: int
) -> Resampled:
    """Put the clusterings of several parts together; the order does not matter."""
    drawn = [np.empty((0, n_patients), dtype=bool), *(part.drawn for part in parts)]
    none = np.empty((0, n_patients), dtype=np.int8)
    return Resampled(
        {k: np.concatenate([none, *(part.labels[k] for part in parts)]) for k in ks},
        np.concatenate(drawn),
    )
