"""Putting layers together into one table of features on one index of patients."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genostrat.arrays import Flags, Indices
from genostrat.errors import GenostratError, Problem
from genostrat.profile.adjustment import (
    Adjustment,
    fit_adjustment,
    join_adjustments,
)
from genostrat.profile.covariates import Covariate, fit_covariates
from genostrat.profile.quality import measure_quality
from genostrat.profile.screening import (
    EXPLAINED,
    FLAT,
    encoding_of,
    most_variable,
    screen_features,
)
from genostrat.profile.transforms import fit_reference, transform_values
from genostrat.stats.effects import one_blas_thread

log = logging.getLogger(__name__)

#: Fewer patients with a layer than this say nothing about its spread.
MIN_PATIENTS = 10


@dataclass(frozen=True)
class Layer:
    """One kind of measurement.

    Parameters
    ----------
    name
        Short name; features are called ``<layer>:<feature>``.
    values
        Patients × features, indexed by sample_id; NaN where nothing was measured.
    transform
        One of :data:`genostrat.registry.words.profile.TRANSFORMS`.
    made_of
        Of each feature, what it was made of, such as the column of the sheet whose
        levels are features; None where every feature is a measurement of its own.
    is_matrix
        Whether the features are one assay's, of one unit.
    """

    name: str
    values: pd.DataFrame
    transform: str = "none"
    made_of: tuple[str, ...] | None = None
    is_matrix: bool = True


@dataclass(frozen=True)
class Profile:
    """What the profile stage hands on.

    Parameters
    ----------
    features
        sample_id and the adjusted, scaled features; one row a patient.
    raw
        The same after transform and imputation only.
    dictionary
        One row a feature that was offered, used or not.
    adjustment
        The frozen coefficients.
    coverage
        ``profile/coverage.tsv``: how much of each layer each patient has.
    """

    features: pd.DataFrame
    raw: pd.DataFrame
    dictionary: pd.DataFrame
    adjustment: Adjustment
    coverage: pd.DataFrame


def build_profile(
    layers: list[Layer],
    covariates: pd.DataFrame,
    *,
    adjust_for: list[str],
    training_ids: set[str],
    max_features: int,
    max_missing_rate: float,
    kinds: Mapping[str, str] | None = None,
) -> Profile:
    """Screen, adjust, select and scale the features of every layer.

    Parameters
    ----------
    layers
        The measurements; patients may differ between layers.
    covariates
        sample_id and covariates of the patients that quality control kept.
    adjust_for
        Columns of `covariates` to regress out.
    training_ids
        Patients to learn every coefficient from: the unrelated ones.
    max_features
        Features to keep in each layer: those that vary most after adjustment.
    max_missing_rate
        Highest share of training patients in which a feature may be missing.
    kinds
        Column → ``"number"`` or ``"category"``, as the check of the sheet found it.

    Returns
    -------
    Profile
        Rows sorted by sample_id. A patient without a value in any layer is not in it.

    Raises
    ------
    GenostratError
        No layer, too few patients after quality control, or no usable feature.

    Notes
    -----
    A layer is learnt from the training patients that it measured. A patient
    whom a layer did not measure gets its midmeans, which after scaling are near 0.
    Outcomes are not among the arguments: they cannot influence the selection.
    """
    if not layers:
        raise GenostratError("there is no layer to make a profile of")
    order = sorted(covariates["sample_id"].astype(str))
    measured = {
        sample
        for layer in layers
        for sample in layer.values.index[layer.values.notna().any(axis=1)]
    }
    patients = [sample for sample in order if sample in measured]
    table = covariates.set_index(covariates["sample_id"].astype(str)).loc[patients]
    training = np.array([sample in training_ids for sample in patients], dtype=bool)
    encoding = fit_covariates(table, names=adjust_for, training=training, kinds=kinds)
    with one_blas_thread():
        built = [
            _build_layer(
                layer,
                table,
                encoding=encoding,
                training=training,
                max_features=max_features,
                max_missing_rate=max_missing_rate,
            )
            for layer in layers
        ]
    adjustment = join_adjustments([part.adjustment for part in built])
    values = np.concatenate([part.values for part in built], axis=1)
    if values.shape[1] == 0:
        raise GenostratError(
            Problem(
                "no feature is left after screening",
                found="all are constant, missing too often or explained by covariates",
                fix="see profile.max_missing_rate and profile.adjust_for",
            )
        )
    for part in built:
        log.info(
            "layer %s: %d of %d features are used",
            part.dictionary["layer"].iloc[0],
            part.values.shape[1],
            len(part.dictionary),
        )
    names = list(adjustment.features)
    scaled = adjustment.adjust(values, table)
    raw = np.where(np.isnan(values), adjustment.middles, values)
    return Profile(
        features=_with_ids(patients, scaled, names),
        raw=_with_ids(patients, raw, names),
        dictionary=pd.concat([p.dictionary for p in built], ignore_index=True),
        adjustment=adjustment,
        coverage=_cover(patients, values, built, layers=adjustment.layers),
    )


def _cover(
    patients: list[str],
    values: NDArray,
    built: list[_BuiltLayer],
    *,
    layers: tuple[str, ...],
) -> pd.DataFrame:
    """Count, patient by patient and layer by layer, the features with a value."""
    names = np.array(layers)
    quality = {part.dictionary["layer"].iloc[0]: part.quality for part in built}
    parts = []
    for layer in sorted(set(layers)):
        columns = names == layer
        measured = np.isfinite(values[:, columns]).sum(axis=1)
        part = {"sample_id": patients, "layer": layer, "n_measured": measured}
        counted = pd.DataFrame({**part, "n_features": int(columns.sum())})
        parts.append(pd.concat([counted, quality[layer]], axis=1))
    return pd.concat(parts, ignore_index=True)


@dataclass(frozen=True)
class _BuiltLayer:
    adjustment: Adjustment
    values: NDArray
    dictionary: pd.DataFrame
    quality: pd.DataFrame


def _build_layer(
    layer: Layer,
    table: pd.DataFrame,
    *,
    encoding: list[Covariate],
    training: Flags,
    max_features: int,
    max_missing_rate: float,
) -> _BuiltLayer:
    raw = layer.values.reindex(table.index).to_numpy(dtype=float)
    learn = training & np.isfinite(raw).any(axis=1)
    _check_layer(layer, raw, n_training=int(learn.sum()))
    status = screen_features(raw[learn], max_missing_rate=max_missing_rate)
    usable = np.flatnonzero(status == "used")
    names = [f"{layer.name}:{feature}" for feature in layer.values.columns]

    def fit(columns: Indices) -> tuple[Adjustment, NDArray]:
        reference = fit_reference(
            raw[np.ix_(learn, columns)], transform=layer.transform
        )
        transformed = transform_values(
            raw[:, columns], transform=layer.transform, reference=reference
        )
        adjustment = fit_adjustment(
            transformed,
            table,
            encoding=encoding,
            features=[names[i] for i in columns],
            layer=layer.name,
            transform=layer.transform,
            training=learn,
            reference=reference,
        )
        return adjustment, transformed

    first, transformed = fit(usable)
    before = np.nanstd(transformed[learn], axis=0)
    flat = before <= FLAT * np.maximum(1, np.abs(first.middles))
    explained = first.scale <= EXPLAINED * before
    status[usable[explained]] = "explained"
    status[usable[flat]] = "constant"
    left = np.flatnonzero(~explained & ~flat)
    chosen = left[most_variable(first.scale[left] ** 2, max_features=max_features)]
    status[np.setdiff1d(usable[left], usable[chosen])] = "low_variance"
    kept = usable[chosen]
    # Ranks and size factors are of what is kept: a new patient needs no other feature.
    of_all = layer.transform in ("rank", "counts")
    refit = of_all and len(kept) < len(usable)
    adjustment, values = (
        fit(kept) if refit else (first.select(chosen), transformed[:, chosen])
    )
    dictionary = _dictionary(layer, names, raw, learn, status)
    quality = measure_quality(raw, is_matrix=layer.is_matrix)
    return _BuiltLayer(adjustment, values, dictionary, quality)


def _check_layer(layer: Layer, raw: NDArray, *, n_training: int) -> None:
    if n_training < MIN_PATIENTS:
        raise GenostratError(
            Problem(
                f"layer {layer.name!r}: too few patients",
                found=f"{n_training} unrelated patients of the cohort were measured",
                allowed=f"at least {MIN_PATIENTS}",
            )
        )


def _dictionary(
    layer: Layer,
    names: list[str],
    raw: NDArray,
    learn: Flags,
    status: NDArray[np.str_],
) -> pd.DataFrame:
    values = raw[learn]
    return pd.DataFrame(
        {
            "feature": names,
            "layer": layer.name,
            "encoding": [encoding_of(column) for column in values.T],
            "n_missing": np.isnan(values).sum(axis=0),
            "transform": layer.transform,
            "status": status,
            "n_patients": int(learn.sum()),
            "source_name": [str(name) for name in layer.values.columns],
            "made_of": [f"{layer.name}:{origin}" for origin in _origins_of(layer)],
        }
    )


def _origins_of(layer: Layer) -> list[str]:
    own = layer.values.columns if layer.made_of is None else layer.made_of
    return [str(name) for name in own]


def _with_ids(patients: list[str], values: NDArray, names: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(values, columns=names)
    frame.insert(0, "sample_id", pd.Series(patients, dtype=object))
    return frame
