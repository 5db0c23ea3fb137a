"""Whether strata restate one column, one feature or the one axis of a layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from genostrat.arrays import AnyIntegers, Flags, Indices, Reals
from genostrat.strata.audit.confounders import (
    MIRRORED,
    SURVIVES,
    balanced_accuracy,
    out_of_fold_probabilities,
    rescale_accuracy,
)
from genostrat.strata.clustering.folds import stratified_folds
from genostrat.strata.clustering.resamples import kmeans
from genostrat.strata.clustering.rotation import LEFT_OUT, rotate

#: Share of a feature's variance that lies between strata, from which it is tried.
TRIED = 0.4
#: At most so many origins are tried, those with the largest shares first.
MOST_TRIED = 12
#: Most different values of an origin whose values are levels.
MOST_LEVELS = 10
#: Share of a layer's variance within strata along its first component from which the
#: layer is one measurement, however many features it has.
ONE_AXIS = 0.9


@dataclass(frozen=True)
class Restated:
    """What the strata are another name of.

    Parameters
    ----------
    names
        One or two origins of features, as ``<layer>:<name>``, or one layer.
    kind
        ``"levels"`` of few different values, ``"pieces"`` of a number, or ``"layer"``.
    accuracy
        How well it alone tells the strata, from 0 (chance) to 1 (certainty).
    ari_without
        Agreement of the strata with groups of the other features.
    """

    names: tuple[str, ...]
    kind: str
    accuracy: float
    ari_without: float

    def to_record(self) -> dict[str, Any]:
        """Return what ``verdict.json`` says of it."""
        return {
            "names": list(self.names),
            "kind": self.kind,
            "accuracy": self.accuracy,
            "ari_without": self.ari_without,
        }


def find_restated(
    values: Reals,
    labels: AnyIntegers,
    *,
    origins: list[str],
    layers: list[str],
    rng: np.random.Generator,
) -> Restated | None:
    """Find the column, feature or layer that the strata are another name of.

    Parameters
    ----------
    values
        Patients × features, adjusted and scaled.
    labels
        Stratum number of each patient.
    origins
        What each feature was made of; the same for the levels of one column.
    layers
        Layer of each feature.
    rng
        Source of folds and of starts of clusterings.

    Returns
    -------
    Restated
        The one that tells the strata best; None where the strata are more than any.

    Notes
    -----
    Strata restate a part of the profile if a logistic regression that sees it alone
    tells them, out of fold, with at least 0.8 of the way from chance to certainty, and
    if groups of all other features agree with them by less than 0.5 (adjusted Rand
    index): both limits are those of
    :func:`genostrat.strata.audit.confounders.audit_confounders`. Subgroups that several
    measurements show are found again without any one of them. Parts are single origins,
    two columns of levels together, and layers of several features that are one axis
    within strata.
    """
    if not labels.any() or np.bincount(labels).min() < 2:
        return None
    folds = stratified_folds(labels, rng=rng)
    k = int(labels.max()) + 1
    best: Restated | None = None
    for names, kind, columns in _parts(values, labels, origins=origins, layers=layers):
        told = out_of_fold_probabilities(
            _design(values[:, columns], kind=kind), labels, folds=folds
        )
        accuracy = rescale_accuracy(balanced_accuracy(told, labels), k=k)
        if accuracy < MIRRORED or (best is not None and accuracy <= best.accuracy):
            continue
        without = _ari_without(values, labels, columns, layers=layers, rng=rng)
        if without < SURVIVES:
            best = Restated(names, kind, accuracy, without)
    return best


def _parts(
    values: Reals, labels: AnyIntegers, *, origins: list[str], layers: list[str]
) -> Iterator[tuple[tuple[str, ...], str, Indices]]:
    """Yield names, kind and columns of what may tell the strata, single ones first."""
    between = _shares_between(values, labels)
    named = np.array(origins, dtype=object)
    best: dict[str, float] = {}
    for origin, share in zip(origins, between, strict=True):
        best[origin] = max(best.get(origin, 0.0), float(share))
    ordered = sorted(best, key=lambda origin: -best[origin])[:MOST_TRIED]
    columns = {origin: np.flatnonzero(named == origin) for origin in ordered}
    kinds = {origin: _kind_of(values[:, columns[origin]]) for origin in ordered}
    for origin in ordered:
        if best[origin] >= TRIED:
            yield (origin,), kinds[origin], columns[origin]
    levels = [origin for origin in ordered if kinds[origin] == "levels"][:4]
    for pair in combinations(levels, 2):
        both = np.concatenate([columns[origin] for origin in pair])
        yield pair, "levels", both
    own = np.array(layers, dtype=object)
    for layer in sorted(set(layers) - {LEFT_OUT}):
        places = np.flatnonzero(own == layer)
        several = len({origins[place] for place in places}) > 1
        if several and _is_one_axis(values[:, places], labels):
            yield (layer,), "layer", places


def _shares_between(values: Reals, labels: AnyIntegers) -> Reals:
    """Return the share of each feature's variance that lies between strata."""
    sizes = np.bincount(labels)
    means = np.stack([values[labels == g].mean(axis=0) for g in range(len(sizes))])
    between = sizes @ (means - values.mean(axis=0)) ** 2
    total = ((values - values.mean(axis=0)) ** 2).sum(axis=0)
    return between / np.maximum(total, 1e-12)


def _kind_of(columns: Reals) -> str:
    """Say whether the values of an origin are levels, or a number's."""
    if columns.shape[1] > 1:
        return "levels"
    # Adjustment moves the values of a level apart, by less than levels differ.
    ordered = np.sort(columns[:, 0])
    gaps = np.sort(np.diff(ordered))[::-1]
    few: Flags = np.cumsum(gaps) >= 0.9 * (ordered[-1] - ordered[0])
    return "levels" if int(few.argmax()) + 2 <= MOST_LEVELS // 2 else "pieces"


def _design(columns: Reals, *, kind: str) -> Reals:
    """Return what a regression sees; of numbers the square, for strata in between."""
    if kind == "layer":
        return _design(rotate(columns).scores[:, :1], kind="pieces")
    if kind == "pieces":
        return np.column_stack([columns, columns**2])
    products = [columns[:, i] * columns[:, j] for i, j in _pairs(columns.shape[1])]
    return np.column_stack([columns, *products])


def _pairs(n: int) -> list[tuple[int, int]]:
    return list(combinations(range(n), 2)) if n <= MOST_LEVELS else []


def _is_one_axis(values: Reals, labels: AnyIntegers) -> bool:
    """Say whether a layer's features move together also within strata."""
    means = np.stack([values[labels == g].mean(axis=0) for g in np.unique(labels)])
    within = values - means[np.unique(labels, return_inverse=True)[1]]
    lengths = np.linalg.svd(within, compute_uv=False) ** 2
    return bool(lengths[0] >= ONE_AXIS * max(lengths.sum(), 1e-12))


def _ari_without(
    values: Reals,
    labels: AnyIntegers,
    columns: Indices,
    *,
    layers: list[str],
    rng: np.random.Generator,
) -> float:
    """Return the agreement with groups of all features but some; 0 without any."""
    from sklearn.metrics import adjusted_rand_score

    left = np.setdiff1d(np.arange(values.shape[1]), columns)
    if not len(left):
        return 0.0
    scores = rotate(values[:, left], layers=[layers[i] for i in left]).scores
    again, _, _ = kmeans(scores, k=int(labels.max()) + 1, rng=rng)
    return float(adjusted_rand_score(labels, again))
