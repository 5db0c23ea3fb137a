"""Giving a stratum to patients, with the confidence in it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genostrat.errors import GenostratError, Problem
from genostrat.strata.classifier import (
    Classifier,
    fit_classifier,
    probabilities_from,
)
from genostrat.strata.conformal import DECIMALS, write_sets
from genostrat.strata.folds import N_FOLDS, stratified_folds
from genostrat.strata.model import StrataModel
from genostrat.strata.rotation import Rotation, rotate

Floats = NDArray[np.floating]

#: Highest share of the model's features that may be missing.
MAX_MISSING_RATE = 0.2
#: Training quantile of each of the two distances; together about 1 % lie outside.
DISTANCE_QUANTILE = 0.995


def assign_patients(
    model: StrataModel,
    raw: pd.DataFrame,
    covariates: pd.DataFrame,
    *,
    build: str | None = None,
) -> pd.DataFrame:
    """Assign patients by a frozen model, each on their own.

    Parameters
    ----------
    model
        From :func:`genostrat.strata.model.load_model`.
    raw
        sample_id and raw values: one column a feature, named as in the model
        (``<layer>:<feature>``), before any transform. Further columns are ignored.
    covariates
        sample_id and the covariates that the model adjusts for. Absent columns and
        blank cells count as unknown.
    build
        Genome build of the patients' data, if they have genotypes.

    Returns
    -------
    DataFrame
        sample_id, stratum, confidence, status, distance, conformal_set: as
        ``assignments.tsv``. A patient with more than 20 % of the features missing is
        ``excluded``.

    Raises
    ------
    GenostratError
        If the build is another one, more than 20 % of the features are not in the
        table, or sample_ids repeat.

    Notes
    -----
    Nothing is refitted and no patient is compared with another: a patient gets the
    same answer alone, in a batch, and in the training cohort. The probability
    is that of the stratum given that one of the strata is right.
    """
    names = list(model.adjustment.features)
    _check_table(model, raw, names=names, build=build)
    ids = raw["sample_id"].astype(str)
    values = raw.reindex(columns=names).to_numpy(dtype=float)
    known = covariates.set_index(covariates["sample_id"].astype(str))
    known = known[~known.index.duplicated()].reindex(ids.to_numpy())
    features = model.adjustment.adjust(model.adjustment.transform(values), known)
    frame = assign_features(model, features)
    too_few = np.isnan(values).mean(axis=1) > MAX_MISSING_RATE
    frame.loc[too_few, ["stratum", "status", "conformal_set"]] = ["", "excluded", ""]
    frame.loc[too_few, ["confidence", "distance"]] = np.nan
    frame.insert(0, "sample_id", ids.to_numpy())
    return frame


def _check_table(
    model: StrataModel, raw: pd.DataFrame, *, names: list[str], build: str | None
) -> None:
    problems = []
    trained = model.record.get("build")
    if build and trained and build != trained:
        problems.append(
            Problem(
                "the patients' genome build is not the model's",
                found=build,
                allowed=str(trained),
                fix="lift the genotypes over before the features are made",
            )
        )
    absent = [name for name in names if name not in raw.columns]
    if len(absent) > MAX_MISSING_RATE * len(names):
        problems.append(
            Problem(
                "too many of the model's features are not in the table",
                found=f"{len(absent)} of {len(names)} absent, e.g. {absent[0]}",
                allowed=f"at most {MAX_MISSING_RATE:.0%}",
                fix="name features as in the model: the layer, a colon, the feature",
            )
        )
    if raw["sample_id"].astype(str).duplicated().any():
        problems.append(Problem("a sample_id occurs more than once in the table"))
    if problems:
        raise GenostratError(problems)


def assign_features(
    model: StrataModel,
    features: Floats,
    *,
    certainty: Floats | None = None,
) -> pd.DataFrame:
    """Assign patients whose values are adjusted and scaled already.

    Parameters
    ----------
    model
        The frozen model.
    features
        Patients × features.
    certainty
        Upper bound on each patient's confidence from elsewhere (item consensus and
        cross-fitted probability in the training cohort); NaN where there is none.

    Returns
    -------
    DataFrame
        stratum, confidence, status, distance, conformal_set. A patient is assigned
        where all strata but one are ruled out
        (:class:`genostrat.strata.conformal.ConformalRule`).
    """
    distances, residuals = model.locate(features)
    # Nine decimals: a product over many patients and one over a single patient
    # differ in the last bits.
    distances = np.round(distances, 9)
    probabilities = probabilities_from(distances)
    nearest = probabilities.argmax(axis=1)
    sure = probabilities[np.arange(len(nearest)), nearest]
    if certainty is not None:
        sure = np.fmin(sure, certainty)
    included = model.conformal.include(probabilities, certainty)
    outside = model.is_outside(distances, residuals)
    status = np.where(included.sum(axis=1) == 1, "assigned", "ambiguous").astype(object)
    status[outside] = "outside_model"
    stratum = np.array(model.strata, dtype=object)[nearest]
    stratum[outside] = ""
    sets = np.array(write_sets(included, model.strata), dtype=object)
    sets[outside] = ""
    return pd.DataFrame(
        {
            "stratum": stratum,
            "confidence": np.round(sure, DECIMALS),
            "status": status,
            "distance": np.round(np.sqrt(distances.min(axis=1)), 6),
            "conformal_set": sets,
        }
    )


def held_out(
    values: Floats,
    labels: NDArray[np.integer],
    *,
    layers: list[str],
    n_components: int,
    rng: np.random.Generator,
) -> tuple[Floats, tuple[float, float]]:
    """Judge every training patient by a model that was fitted without them.

    Parameters
    ----------
    values
        Patients × features, adjusted and scaled.
    labels
        Stratum number of each patient.
    layers
        Layer of each feature.
    n_components
        Components of the model.
    rng
        Source of the folds, which hold the strata in equal parts.

    Returns
    -------
    probability
        Of the patient's own stratum.
    limits
        The 99.5th percentiles of the distance to the nearest centre and of the
        length of what the components do not describe: beyond either, a patient is
        unlike the training patients (about 1 % of them are).
    """
    folds = stratified_folds(labels, rng=rng)
    own = np.empty(len(labels))
    nearest = np.empty(len(labels))
    residual = np.empty(len(labels))
    for fold in range(N_FOLDS):
        out = folds == fold
        rotation = rotate(values[~out], layers=layers, n_components=n_components)
        classifier = fit_classifier(rotation.scores, labels[~out])
        centred = (values[out] - rotation.centre) * rotation.weights
        scores = centred @ rotation.loadings
        distances = classifier.distances(scores)
        probabilities = probabilities_from(distances)
        own[out] = probabilities[np.arange(out.sum()), labels[out]]
        nearest[out] = np.sqrt(distances.min(axis=1))
        left = centred - scores @ rotation.loadings.T
        residual[out] = np.linalg.norm(left, axis=1)
    limits = (
        float(np.quantile(nearest, DISTANCE_QUANTILE)),
        float(np.quantile(residual, DISTANCE_QUANTILE)),
    )
    return own, limits


def widen_limits(
    limits: tuple[float, float],
    values: Floats,
    *,
    rotation: Rotation,
    classifier: Classifier,
) -> tuple[float, float]:
    """Return limits that hold for training patients as well as for new ones.

    Parameters
    ----------
    limits
        From :func:`held_out`.
    values
        Training patients × features.
    rotation, classifier
        Of the model.

    Notes
    -----
    Components are fitted to the training patients, who therefore lie further from the
    middle along them than new patients do, and leave less undescribed. A limit from
    either kind of patient alone would shut out many of the other; the wider one lets
    in about 99 % of both.
    """
    scores = rotation.project(values)
    nearest = np.sqrt(classifier.distances(scores).min(axis=1))
    left = (values - rotation.centre) * rotation.weights - scores @ rotation.loadings.T
    length = np.linalg.norm(left, axis=1)
    return (
        max(limits[0], float(np.quantile(nearest, DISTANCE_QUANTILE))),
        max(limits[1], float(np.quantile(length, DISTANCE_QUANTILE))),
    )


def item_consensus(consensus: Floats, labels: NDArray[np.integer]) -> Floats:
    """Return each patient's mean consensus with the others of the same stratum."""
    same = labels[:, None] == labels[None, :]
    np.fill_diagonal(same, False)
    partners = same.sum(axis=1)
    return np.where(same, consensus, 0).sum(axis=1) / np.maximum(partners, 1)
