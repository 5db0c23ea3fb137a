"""The frozen model: everything needed to give a stratum to one new patient."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from genostrat.arrays import AnyIntegers, Flags, Reals
from genostrat.errors import GenostratError, Problem
from genostrat.profile.adjustment import Adjustment
from genostrat.provenance import file_digest
from genostrat.strata.clustering.classifier import MIN_PATIENTS_A_STRATUM, Classifier
from genostrat.strata.clustering.rotation import Rotation
from genostrat.strata.model.conformal import ConformalRule
from genostrat.strata.model.files import (
    ARRAYS_FILE,
    FIX,
    MODEL_FILE,
    SCHEMA,
    check_arrays_size,
    read_model_arrays,
    read_model_record,
)
from genostrat.strata.model.inputs import ModelInputs
from genostrat.tables import rounded, write_arrays, write_json


@dataclass(frozen=True)
class StrataModel:
    """A frozen classifier; aggregates only.

    Parameters
    ----------
    strata, sizes
        Names, largest first, and numbers of training patients.
    adjustment
        From raw values to features.
    centre, weights, loadings
        From features to components.
    classifier
        From components to strata.
    distance_limit, residual_limit
        Mahalanobis distance to the nearest centre, and length of the part of a
        patient that the components do not describe, beyond which the patient is
        unlike the training patients.
    conformal
        What it takes to rule a stratum out for a patient.
    ceilings
        For each stratum, how sure its training patients were on average: a new patient
        is no surer, however near the centre, where a stratum itself is not repeatable.
    record
        Build, seed, verdict and the like; the checksums, of a model that was loaded.
    inputs
        What the features are made of.
    """

    strata: tuple[str, ...]
    sizes: tuple[int, ...]
    adjustment: Adjustment
    centre: Reals
    weights: Reals
    loadings: Reals
    classifier: Classifier
    distance_limit: float
    residual_limit: float
    conformal: ConformalRule
    ceilings: Reals
    record: dict[str, Any]
    inputs: ModelInputs = field(default_factory=ModelInputs)

    def locate(self, features: Reals) -> tuple[Reals, Reals]:
        """Return distances to strata (patients × strata) and residual lengths."""
        centred = (features - self.centre) * self.weights
        scores = centred @ self.loadings
        left = centred - scores @ self.loadings.T
        return self.classifier.distances(scores), np.linalg.norm(left, axis=1)

    def is_outside(self, distances: Reals, residuals: Reals) -> Flags:
        """Say which patients are unlike the training patients."""
        far = np.sqrt(distances.min(axis=1)) > self.distance_limit
        return far | (residuals > self.residual_limit)

    def missing_share(self, is_missing: Flags) -> Reals:
        """Return how much of the model is missing: the share of its variance.

        Parameters
        ----------
        is_missing
            Features, or patients × features.

        Notes
        -----
        Scaled features have variance 1, times the square of their layer's weight: a
        layer of few features counts as much as one of many, as it did in training.
        """
        squares = self.weights**2
        return (is_missing * squares).sum(axis=-1) / squares.sum()


def freeze_model(
    rotation: Rotation,
    classifier: Classifier,
    labels: AnyIntegers,
    *,
    adjustment: Adjustment,
    limits: tuple[float, float],
    conformal: ConformalRule,
    record: dict[str, Any],
    certainty: Reals | None = None,
    inputs: ModelInputs | None = None,
) -> StrataModel:
    """Put the parts of a model together and name the strata by size.

    Parameters
    ----------
    rotation, classifier
        Fitted to the training patients.
    labels
        Stratum number of each training patient, as the classifier predicts it.
    adjustment
        How raw values become features.
    limits
        Distance and residual beyond which a patient is outside the model.
    conformal
        What rules a stratum out; strata numbered as in `labels`.
    record
        Build, seed, verdict and the like, to travel with the model.
    certainty
        How sure the stratum of each training patient is; None for certain.
    inputs
        What the features are made of; None for matrices alone.

    Raises
    ------
    GenostratError
        If a stratum has fewer than 5 training patients.
    """
    k = len(classifier.centroids)
    sizes = np.bincount(labels, minlength=k)
    if sizes.min() < MIN_PATIENTS_A_STRATUM:
        raise GenostratError(
            Problem(
                "a stratum is too small to be frozen into a model",
                found=f"{sizes.min()} patients",
                allowed=f"at least {MIN_PATIENTS_A_STRATUM}",
                fix="lower strata.k_max, or look for outliers in the profile",
            )
        )
    order = np.lexsort((np.arange(k), -sizes))
    return StrataModel(
        strata=tuple(f"S{number + 1}" for number in range(k)),
        sizes=tuple(int(size) for size in sizes[order]),
        adjustment=adjustment,
        centre=rotation.centre,
        weights=rotation.weights,
        loadings=rotation.loadings,
        classifier=Classifier(classifier.centroids[order], classifier.precision),
        distance_limit=limits[0],
        residual_limit=limits[1],
        conformal=conformal.reordered(order),
        ceilings=_mean_certainty(certainty, labels, k=k)[order],
        record=record,
        inputs=inputs or ModelInputs(),
    )


def _mean_certainty(certainty: Reals | None, labels: AnyIntegers, *, k: int) -> Reals:
    if certainty is None:
        return np.ones(k)
    means = [certainty[labels == group].mean() for group in range(k)]
    return np.round(np.clip(means, 0, 1), 6)


def save_model(folder: str | Path, model: StrataModel) -> None:
    """Write ``model.json`` and ``arrays.npz``, each with a checksum in the former.

    Parameters
    ----------
    folder
        Where to write; it is made if need be.
    model
        The model.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from genostrat import judge_matrix
    >>> rng = np.random.default_rng(1)
    >>> values = rng.normal(size=(60, 30)) + np.repeat([[0.0], [1.5]], 30, axis=0)
    >>> known = pd.DataFrame(values, index=[f"P{n:02}" for n in range(60)])
    >>> quick = {"k_max": 3, "resamples": 50, "null_simulations": 40}
    >>> save_model("toy/saved", judge_matrix(known, settings=quick).model)
    >>> load_model("toy/saved").strata
    ('S1', 'S2')
    """
    folder = Path(folder)
    adjustment, arrays = model.adjustment.to_parts()
    named = {f"adjustment_{name}": array for name, array in arrays.items()}
    inputs, more = model.inputs.to_parts()
    write_arrays(
        folder / ARRAYS_FILE,
        entry="strata/model/arrays.npz",
        **named,
        **more,
        centre=model.centre,
        weights=model.weights,
        loadings=model.loadings,
        centroids=model.classifier.centroids,
        precision=model.classifier.precision,
        limits=np.array([model.distance_limit, model.residual_limit]),
        conformal=model.conformal.limits,
        ceilings=model.ceilings,
    )
    sums = ("arrays_sha256", "checksum")
    record = {
        "schema": SCHEMA,
        "strata": list(model.strata),
        "sizes": list(model.sizes),
        "confidence": model.conformal.confidence,
        **{key: value for key, value in model.record.items() if key not in sums},
        "adjustment": adjustment,
        "inputs": inputs,
        "arrays_sha256": file_digest(folder / ARRAYS_FILE),
    }
    write_json(
        folder / MODEL_FILE,
        {**record, "checksum": _checksum(record)},
        entry="strata/model/model.json",
    )


def save_no_model(folder: str | Path, *, record: dict[str, Any]) -> None:
    """Write the files of a cohort in which no strata were found."""
    folder = Path(folder)
    write_arrays(folder / ARRAYS_FILE, entry="strata/model/arrays.npz")
    content = {
        "schema": SCHEMA,
        "strata": [],
        "sizes": [],
        **record,
        "arrays_sha256": file_digest(folder / ARRAYS_FILE),
    }
    write_json(
        folder / MODEL_FILE,
        {**content, "checksum": _checksum(content)},
        entry="strata/model/model.json",
    )


def load_model(folder: str | Path) -> StrataModel:
    """Read a model that :func:`save_model` wrote.

    Parameters
    ----------
    folder
        As of :func:`save_model`, or ``results/<cohort>/strata/model``.

    Raises
    ------
    GenostratError
        If a file was changed after it was written, is of another schema, cannot be a
        model's, or is the record of a cohort without strata.

    Examples
    --------
    >>> load_model("toy/nothing")
    Traceback (most recent call last):
        ...
    genostrat.errors.GenostratError: toy/nothing/model.json: there is no model
        found:   no such file
        allowed: a folder with model.json and arrays.npz
        fix:     name the folder strata/model of a cohort's results
    """
    path = Path(folder) / MODEL_FILE
    record = read_model_record(folder)
    _check_intact(path, record, check_arrays_size(folder))
    if not record["strata"] or record["verdict"] == "none":
        raise GenostratError(
            Problem(
                "no strata were found in the cohort of this model",
                file=path,
                fix="there is nothing to assign a patient to; see verdict.json",
            )
        )
    arrays = read_model_arrays(folder, record)
    prefix = "adjustment_"
    own = {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }
    known = {"schema", "strata", "sizes", "confidence", "adjustment", "inputs"}
    return StrataModel(
        strata=tuple(record["strata"]),
        sizes=tuple(record["sizes"]),
        adjustment=Adjustment.from_parts(record["adjustment"], own),
        centre=arrays["centre"],
        weights=arrays["weights"],
        loadings=arrays["loadings"],
        classifier=Classifier(arrays["centroids"], arrays["precision"]),
        distance_limit=float(arrays["limits"][0]),
        residual_limit=float(arrays["limits"][1]),
        conformal=ConformalRule(record["confidence"], arrays["conformal"]),
        ceilings=arrays["ceilings"],
        record={key: value for key, value in record.items() if key not in known},
        inputs=ModelInputs.from_parts(record["inputs"], arrays),
    )


def _check_intact(path: Path, record: dict[str, Any], arrays_path: Path) -> None:
    content = {key: value for key, value in record.items() if key != "checksum"}
    if record["checksum"] != _checksum(content):
        raise GenostratError(
            Problem("this model was changed after it was written", file=path, fix=FIX)
        )
    if record["arrays_sha256"] != file_digest(arrays_path):
        raise GenostratError(
            Problem("these arrays do not belong to the model", arrays_path, fix=FIX)
        )


def _checksum(record: dict[str, Any]) -> str:
    text = json.dumps(rounded(record), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
