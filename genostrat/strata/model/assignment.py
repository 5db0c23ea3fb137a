"""Giving a stratum to patients, with the confidence in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from genostrat.arrays import AnyIntegers, Flags, Reals
from genostrat.errors import Problem, raise_if_any
from genostrat.profile.transforms import highest_allowed, lowest_allowed
from genostrat.strata.clustering.classifier import (
    Classifier,
    fit_classifier,
    probabilities_from,
)
from genostrat.strata.clustering.folds import N_FOLDS, stratified_folds
from genostrat.strata.clustering.rotation import Rotation, rotate
from genostrat.strata.model.conformal import DECIMALS, write_sets
from genostrat.strata.model.frozen import StrataModel

#: Highest share of the model that may be missing, in a table and in a patient.
MAX_MISSING_SHARE = 0.2
#: Training quantile of each of the two distances; together about 1 % lie outside.
DISTANCE_QUANTILE = 0.995
#: Distances between quartiles beyond which a patient lies far out.
FAR_OUT = 3.0


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
        From :func:`genostrat.strata.model.frozen.load_model`.
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
        ``assignments.tsv``; missing_share, of the model. A patient who lacks more than
        20 % of it (:meth:`genostrat.strata.model.frozen.StrataModel.missing_share`) is
        ``excluded``.

    Raises
    ------
    GenostratError
        If the build is another one, more than 20 % of the model is not in the table,
        values under log2 are negative, or sample_ids repeat.

    Notes
    -----
    Nothing is refitted and no patient is compared with another: a patient gets the
    same answer alone, in a batch, and in the training cohort. The probability
    is that of the stratum given that one of the strata is right.
    """
    names = list(model.adjustment.features)
    ids = raw["sample_id"].astype(str)
    values = raw.reindex(columns=names).to_numpy(dtype=float)
    raise_if_any(_find_problems(model, raw, values, names=names, build=build))
    known = covariates.set_index(covariates["sample_id"].astype(str))
    known = known[~known.index.duplicated()].reindex(ids.to_numpy())
    features = model.adjustment.adjust(model.adjustment.transform(values), known)
    frame = assign_features(model, features)
    frame["missing_share"] = np.round(model.missing_share(np.isnan(values)), 6)
    too_few = frame["missing_share"] > MAX_MISSING_SHARE
    frame.loc[too_few, ["stratum", "status", "conformal_set"]] = ["", "excluded", ""]
    frame.loc[too_few, ["confidence", "distance"]] = np.nan
    frame.insert(0, "sample_id", ids.to_numpy())
    return frame


def _find_problems(
    model: StrataModel,
    raw: pd.DataFrame,
    values: Reals,
    *,
    names: list[str],
    build: str | None,
) -> Iterator[Problem]:
    trained = model.record.get("build")
    if build and trained and build != trained:
        yield Problem(
            "the patients' genome build is not the model's",
            found=build,
            allowed=str(trained),
            fix="lift the genotypes over before the features are made",
        )
    is_absent = np.array([name not in raw.columns for name in names])
    yield from describe_absence(model, is_absent)
    for layer, how in model.adjustment.transforms.items():
        own = values[:, np.array(model.adjustment.layers) == layer]
        if own.size:
            yield from _beyond_transform(own, layer=layer, transform=how)
    if raw["sample_id"].astype(str).duplicated().any():
        yield Problem("a sample_id occurs more than once in the table")


def _beyond_transform(
    values: Reals, *, layer: str, transform: str
) -> Iterator[Problem]:
    lowest, highest = lowest_allowed(transform), highest_allowed(transform)
    if lowest is not None and np.nanmin(values, initial=lowest) < lowest:
        yield Problem(
            f"layer {layer!r}: {transform} of negative values",
            allowed="values of at least 0, such as counts or TPM, as in training",
            fix="give the values as they were before a logarithm was taken",
        )
    if highest is not None and np.nanmax(values, initial=highest) > highest:
        yield Problem(
            f"layer {layer!r}: {transform} of values above {highest:g}",
            allowed="methylation beta values, from 0 to 1, as in training",
            fix="give the values as they were before they became M values",
        )


def describe_absence(
    model: StrataModel, is_absent: Flags, *, file: str | None = None
) -> list[Problem]:
    """Say if too many of the model's features are absent, and which layers wholly.

    Parameters
    ----------
    model
        The frozen model.
    is_absent
        Of each feature, that no patient can have it.
    file
        Where it shows.
    """
    share = float(model.missing_share(is_absent))
    if share <= MAX_MISSING_SHARE:
        return []
    names = np.array(model.adjustment.features, dtype=object)
    layers = absent_layers(model, is_absent)
    whole = f"; nothing of layer {', '.join(layers)}" if layers else ""
    return [
        Problem(
            "too many of the model's features are not there",
            file=file,
            found=f"{is_absent.sum()} of {len(names)} absent, {share:.0%} of the model,"
            f" e.g. {names[is_absent][0]}{whole}",
            allowed=f"at most {MAX_MISSING_SHARE:.0%} of the model",
            fix="give the layers and features under the names of the training cohort;"
            " or make a model without the layers that new patients will not have",
        )
    ]


def absent_layers(model: StrataModel, is_absent: Flags) -> list[str]:
    """Return the layers of which no feature is there."""
    layers = np.array(model.adjustment.layers, dtype=object)
    return sorted(set(layers) - set(layers[~is_absent]))


def assign_features(
    model: StrataModel,
    features: Reals,
    *,
    certainty: Reals | None = None,
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
        cross-fitted probability in the training cohort). Where it is NaN or None, the
        bound is the mean of the stratum's training patients.

    Returns
    -------
    DataFrame
        stratum, confidence, status, distance, conformal_set. A patient is assigned
        where all strata but one are ruled out
        (:class:`genostrat.strata.model.conformal.ConformalRule`).
    """
    distances, residuals = model.locate(features)
    # Nine decimals: a product over many patients and one over a single patient
    # differ in the last bits.
    distances = np.round(distances, 9)
    probabilities = probabilities_from(distances)
    nearest = probabilities.argmax(axis=1)
    sure = probabilities[np.arange(len(nearest)), nearest]
    bound = model.ceilings[nearest]
    if certainty is not None:
        bound = np.where(np.isnan(certainty), bound, certainty)
    sure = np.minimum(sure, bound)
    included = model.conformal.include(probabilities, bound)
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


@dataclass(frozen=True)
class HeldOut:
    """Training patients as models see them that were fitted without them.

    Parameters
    ----------
    own
        Probability of each patient's own stratum.
    nearest
        Distance to the nearest centre.
    residual
        Length of what the components do not describe.
    """

    own: Reals
    nearest: Reals
    residual: Reals

    @property
    def limits(self) -> tuple[float, float]:
        """The 99.5th percentiles of the two distances.

        Beyond either, a patient is unlike the training patients (about 1 % of them
        are).
        """
        return (
            float(np.quantile(self.nearest, DISTANCE_QUANTILE)),
            float(np.quantile(self.residual, DISTANCE_QUANTILE)),
        )

    @property
    def fences(self) -> tuple[float, float]:
        """The two distances beyond which somebody is unlike all others.

        These hold where there are no groups to be outside of.

        Notes
        -----
        Beyond the upper quartile of a log distance by three times the distance between
        the quartiles (Tukey 1977, *Exploratory Data Analysis*: "far out"); of normal
        values one in a million is. Quartiles are not moved by those who lie out.
        """
        return _fence(self.nearest), _fence(self.residual)

    def far_out(self) -> Flags:
        """Say which training patients are unlike all others."""
        nearest, residual = self.fences
        return (self.nearest > nearest) | (self.residual > residual)


def _fence(distances: Reals) -> float:
    logs = np.log(np.maximum(distances, np.finfo(float).tiny))
    low, high = np.quantile(logs, [0.25, 0.75])
    return float(np.exp(high + FAR_OUT * (high - low)))


def held_out(
    values: Reals,
    labels: AnyIntegers,
    *,
    layers: list[str],
    n_components: int,
    rng: np.random.Generator,
) -> HeldOut:
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

    Notes
    -----
    Every stratum has at least as many patients as there are folds, so that no model
    lacks one.
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
    return HeldOut(own, nearest, residual)


def widen_limits(
    limits: tuple[float, float],
    values: Reals,
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


def item_consensus(consensus: Reals, labels: AnyIntegers) -> Reals:
    """Return each patient's mean consensus with the others of the same stratum."""
    same = labels[:, None] == labels[None, :]
    np.fill_diagonal(same, False)
    partners = same.sum(axis=1)
    return np.where(same, consensus, 0).sum(axis=1) / np.maximum(partners, 1)
