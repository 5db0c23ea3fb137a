"""Patients ordered along the axis of a continuum, and what marks its ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from genostrat.arrays import AnyIntegers, Flags, Reals
from genostrat.stats.effects import adjust_bh, one_blas_thread
from genostrat.strata.clustering.focus import layers_in_focus
from genostrat.strata.clustering.resamples import kmeans
from genostrat.strata.clustering.rotation import Rotation, rotate
from genostrat.strata.partition import Partition, features_in_focus, values_of

#: Random halvings over which tests of features are combined.
N_SPLITS = 20
CROSS_FITTED = (
    "cross-fitted: each half of the patients was ordered, without this feature, along"
    " the axis of the other half"
)
POSITIONS = ["sample_id", "position", "rank", "found_in"]
FEATURES = [
    *("feature", "layer", "correlation", "end"),
    *("p_value", "p_adjusted", "valid_because"),
]


@dataclass(frozen=True)
class Gradient:
    """An axis that patients lie along.

    Parameters
    ----------
    positions
        ``strata/gradient.tsv``.
    features
        ``strata/gradient_features.tsv``.
    record
        ``strata/gradient.json``.
    """

    positions: pd.DataFrame
    features: pd.DataFrame
    record: dict[str, Any]


def find_gradient(
    features: pd.DataFrame,
    partition: Partition,
    record: dict[str, Any],
    *,
    layers: list[str],
    rng: np.random.Generator,
) -> Gradient:
    """Order patients along the axis of a continuum, if there is one.

    Parameters
    ----------
    features
        ``profile/features.parquet``.
    partition
        The best number of groups, from the clustering.
    record
        ``strata/verdict.json``.
    layers
        Layer of each feature.
    rng
        Source of the halvings.

    Notes
    -----
    The axis is that along which the centres of the best groups differ most, in the
    components that patients were compared in. It is a weighted sum of features, so
    that a feature is taken out of it exactly. For a test of a feature the cohort is
    halved at random; the axis of one half, found anew, orders the other half *without*
    that feature, and the rank correlation with the feature is tested there (Spearman);
    over both halves by the sum of Fisher's z, over 20 halvings by twice their median p
    (Meinshausen, Meier & Bühlmann 2009, doi 10.1198/jasa.2009.tm08647). Correlations
    that are shown are with the whole axis, of which the feature may be a part.
    """
    if not record["is_gradient"]:
        return Gradient(
            pd.DataFrame(columns=POSITIONS),
            pd.DataFrame(columns=FEATURES),
            {"is_gradient": False, "n_patients": 0, "repeatability": None},
        )
    names = [str(name) for name in features.columns[1:]]
    focus = features_in_focus({"focus": list(partition.focus)}, names)
    own = layers_in_focus(layers, focus)
    values = values_of(features, partition.sample_ids)
    with one_blas_thread():
        rotation, axis = _fit_axis(values, partition.labels, layers=own)
        p_values, repeatability = _test_features(
            values, axis, k=int(partition.labels.max()) + 1, layers=own, rng=rng
        )
    along = (values - rotation.centre) @ axis
    spread = float(along.std(ddof=1))
    table = pd.DataFrame(
        {
            "feature": names,
            "layer": layers,
            "correlation": _correlations(_ranks(values), _ranks(along[:, None]))[:, 0],
            "p_value": p_values,
        }
    )
    table["end"] = np.where(table["correlation"] > 0, "high", "low")
    table["p_adjusted"] = adjust_bh(p_values)
    table["valid_because"] = CROSS_FITTED
    order = table["correlation"].abs().sort_values(ascending=False, kind="stable").index
    return Gradient(
        _positions(features, partition, rotation, axis / spread),
        table.loc[order, FEATURES].reset_index(drop=True),
        {
            "is_gradient": True,
            "n_patients": len(values),
            "repeatability": repeatability,
        },
    )


def _positions(
    features: pd.DataFrame, partition: Partition, rotation: Rotation, axis: Reals
) -> pd.DataFrame:
    """Return where every patient of the profile lies."""
    ids = features["sample_id"].astype(str)
    everyone = features.drop(columns="sample_id").to_numpy(dtype=float)
    place = np.round((everyone - rotation.centre) @ axis, 6)
    training = ids.isin(partition.sample_ids).to_numpy()
    held = np.sort(place[training])
    below = np.searchsorted(held, place, side="left")
    upto = np.searchsorted(held, place, side="right")
    table = pd.DataFrame(
        {
            "sample_id": ids,
            "position": place,
            "rank": np.round((below + upto) / (2 * len(held)), 6),
            "found_in": np.where(training, "training", "model"),
        }
    )
    return table.sort_values(["position", "sample_id"]).reset_index(drop=True)[
        POSITIONS
    ]


def _fit_axis(
    values: Reals, labels: AnyIntegers, *, layers: list[str]
) -> tuple[Rotation, Reals]:
    """Return components, and the weight of each feature in the axis."""
    rotation = rotate(values, layers=layers)
    groups = np.unique(labels)
    sizes = np.array([(labels == group).sum() for group in groups])
    centres = np.stack([rotation.scores[labels == g].mean(axis=0) for g in groups])
    _, _, right = np.linalg.svd(np.sqrt(sizes)[:, None] * centres, full_matrices=False)
    axis = rotation.weights * (rotation.loadings @ right[0])
    largest = axis[np.abs(axis).argmax()]
    return rotation, np.asarray(axis if largest > 0 else -axis)


def _test_features(
    values: Reals,
    axis: Reals,
    *,
    k: int,
    layers: list[str],
    rng: np.random.Generator,
) -> tuple[Reals, float]:
    """Return a p-value a feature, and how well two halves agree on the order."""
    from scipy.stats import norm

    n_patients, n_features = values.shape
    found = np.full((N_SPLITS, n_features), np.nan)
    agreed = []
    for split in range(N_SPLITS):
        first: Flags = rng.permutation(n_patients) < n_patients // 2
        sums, own_axes = np.zeros(n_features), []
        for learn, test in ((first, ~first), (~first, first)):
            labels, _, _ = kmeans(
                rotate(values[learn], layers=layers).scores, k=k, rng=rng, n_starts=10
            )
            rotation, own = _fit_axis(values[learn], labels, layers=layers)
            own = own if own @ axis >= 0 else -own
            centred = values[test] - rotation.centre
            along = (centred @ own)[:, None] - centred * own
            r = (_ranks(centred) * _ranks(along)).sum(axis=0)
            sums += np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12)) * np.sqrt(
                max(len(centred) - 3, 1)
            )
            own_axes.append(own)
        found[split] = 2 * norm.sf(np.abs(sums) / np.sqrt(2))
        both = _ranks(np.stack([values @ own for own in own_axes], axis=1))
        agreed.append(float(both[:, 0] @ both[:, 1]))
    p_values = np.minimum(1.0, 2 * np.median(found, axis=0))
    return p_values, float(np.median(agreed))


def _ranks(columns: Reals) -> Reals:
    """Return ranks of each column, of mean 0 and length 1, so that products are r."""
    from scipy.stats import rankdata

    ranks = rankdata(columns, axis=0)
    ranks -= ranks.mean(axis=0)
    lengths = np.linalg.norm(ranks, axis=0)
    return np.asarray(ranks / np.where(lengths > 0, lengths, 1))


def _correlations(first: Reals, second: Reals) -> Reals:
    return np.asarray(first.T @ second)
