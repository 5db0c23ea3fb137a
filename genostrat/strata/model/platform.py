"""Placing patients who were measured on another platform than the training cohort's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from genostrat.arrays import Flags, Reals
from genostrat.errors import GenostratError, Problem
from genostrat.strata.model.assignment import (
    MAX_MISSING_SHARE,
    assign_features,
    describe_absence,
)
from genostrat.strata.model.conformal import SEPARATOR
from genostrat.strata.model.frozen import StrataModel
from genostrat.strata.model.inputs import CLINICAL, PHARMACOGENES, SCORES

#: Patients that a feature must be measured in for its distribution to be known.
MIN_PATIENTS = 20
#: Spread along the strata, relative to training, below which the new patients do not
#: look like the mix of strata that their values are mapped to.
LEAST_SPREAD = 0.5
#: Median absolute deviations in a standard deviation of a normal distribution.
_NORMAL_MAD = 1.4826
#: Layers that mean the same wherever they come from.
NOT_MAPPED = (CLINICAL, PHARMACOGENES, SCORES)


@dataclass(frozen=True)
class Mapped:
    """New patients on the scale of the training cohort.

    Parameters
    ----------
    by_rank
        Patients × features: normal scores of the ranks within each feature.
    by_scale
        The same by the feature's own median and spread.
    """

    by_rank: Reals
    by_scale: Reals


def map_features(model: StrataModel, raw: Reals, given: Reals, mapped: Flags) -> Mapped:
    """Bring features of another platform to the scale of the training cohort's.

    Parameters
    ----------
    model
        The frozen model.
    raw
        Patients × features as measured; NaN where missing.
    given
        The same adjusted and scaled as the training cohort's, for features that are not
        mapped.
    mapped
        Which features are of another platform.

    Notes
    -----
    Scaled features have mean 0 and standard deviation 1 in the training cohort, so
    that the quantiles of the new cohort's own values are given those of a normal
    distribution: any platform that orders patients alike in a feature is mapped alike.
    It takes for granted that the new patients are of the same mix of strata, which one
    patient cannot show.
    """
    from scipy.stats import norm, rankdata

    by_rank, by_scale = np.array(given), np.array(given)
    typical = (model.adjustment.filled - model.adjustment.centre) / (
        model.adjustment.scale
    )
    for column in np.flatnonzero(mapped):
        measured = ~np.isnan(raw[:, column])
        by_rank[~measured, column] = by_scale[~measured, column] = typical[column]
        values = raw[measured, column]
        if len(values) < MIN_PATIENTS or np.ptp(values) == 0:  # nothing to map
            by_rank[:, column] = by_scale[:, column] = typical[column]
            continue
        places = (rankdata(values) - 0.5) / len(values)
        by_rank[measured, column] = norm.ppf(places)
        middle = np.median(values)
        spread = _NORMAL_MAD * np.median(np.abs(values - middle))
        spread = spread if spread > 0 else values.std(ddof=1)
        by_scale[measured, column] = (values - middle) / spread
    return Mapped(by_rank, by_scale)


def assign_across(
    model: StrataModel, raw: pd.DataFrame, covariates: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Assign patients who were measured on another platform, all of them together.

    Parameters
    ----------
    model
        The frozen model.
    raw
        sample_id and raw values: one column a feature, named as in the model.
    covariates
        As for :func:`genostrat.strata.model.assignment.assign_patients`. Matrices that
        are mapped are not adjusted for them: what a covariate does on another platform
        is not known.

    Returns
    -------
    DataFrame
        As :func:`genostrat.strata.model.assignment.assign_patients` returns.
    dict
        n_mapped, agreement (share of patients whom both ways of mapping give the same
        nearest stratum) and spread (of the patients along the strata, relative to the
        training cohort's).

    Raises
    ------
    GenostratError
        If there are fewer than 20 patients, or too much of the model is not there.

    Notes
    -----
    Two ways of mapping are asked, by rank and by median and spread. A patient whom they
    place differently is ambiguous between both answers. Where the patients spread along
    the strata by less than half of what the training cohort did, they do not show the
    strata, or not in the same mix: then everybody is ambiguous between all strata.
    """
    names = list(model.adjustment.features)
    values = raw.reindex(columns=names).to_numpy(dtype=float)
    _refuse(model, values)
    mapped = ~np.isin(model.adjustment.layers, NOT_MAPPED)
    known = covariates.set_index(covariates["sample_id"].astype(str))
    known = known[~known.index.duplicated()].reindex(raw["sample_id"].astype(str))
    # Counts say as much of a patient's depth as of the feature: never ranked as such.
    how = model.adjustment.transforms
    raw_too = np.array([how[layer] != "counts" for layer in model.adjustment.layers])
    plain = np.where(mapped & raw_too, np.nan, values)
    transformed = model.adjustment.transform(plain)
    given = model.adjustment.adjust(transformed, known)
    measured = np.where(mapped & raw_too, values, transformed)
    both = map_features(model, measured, given, mapped)
    frame = assign_features(model, both.by_rank)
    nearest, other = (
        model.locate(features)[0].argmin(axis=1)
        for features in (both.by_rank, both.by_scale)
    )
    spread = spread_along_strata(model, both.by_rank)
    strata = np.array(model.strata, dtype=object)
    differ = (nearest != other) & (frame["status"] != "outside_model").to_numpy()
    _abstain(
        frame,
        differ,
        [{strata[a], strata[b]} for a, b in zip(nearest, other, strict=True)],
    )
    if spread < LEAST_SPREAD:
        inside = (frame["status"] != "outside_model").to_numpy()
        _abstain(frame, inside, [set(model.strata)] * len(frame))
    frame["missing_share"] = np.round(model.missing_share(np.isnan(values)), 6)
    too_few = frame["missing_share"] > MAX_MISSING_SHARE
    frame.loc[too_few, ["stratum", "status", "conformal_set"]] = ["", "excluded", ""]
    frame.loc[too_few, ["confidence", "distance"]] = np.nan
    frame.insert(0, "sample_id", raw["sample_id"].astype(str).to_numpy())
    return frame, {
        "n_mapped": int(mapped.sum()),
        "agreement": float((nearest == other).mean()),
        "spread": spread,
    }


def _refuse(model: StrataModel, values: Reals) -> None:
    if len(values) < MIN_PATIENTS:
        raise GenostratError(
            Problem(
                "too few patients to bring another platform to the model's scale",
                found=f"{len(values)} patients",
                allowed=f"at least {MIN_PATIENTS}: their own spread is what is mapped",
                fix="measure them on the training platform (assign.platform: same), or"
                " give more patients of the same platform",
            )
        )
    problems = describe_absence(model, np.asarray(np.isnan(values).all(axis=0)))
    if problems:
        raise GenostratError(*problems)


def _abstain(frame: pd.DataFrame, who: Flags, more: list[set[str]]) -> None:
    """Make patients ambiguous between what they were given and more strata."""
    for place in np.flatnonzero(who):
        held = set(str(frame.at[place, "conformal_set"]).split(SEPARATOR)) - {""}
        named = sorted(held | more[place], key=lambda name: int(name[1:]))
        frame.at[place, "conformal_set"] = SEPARATOR.join(named)
        frame.at[place, "status"] = "ambiguous"


def spread_along_strata(model: StrataModel, features: Reals) -> float:
    """Return the variance of patients along the strata, relative to the training's.

    Parameters
    ----------
    model
        The frozen model.
    features
        Patients × features, on the training cohort's scale.

    Notes
    -----
    In coordinates in which patients of a stratum vary by 1 in every direction, along
    the axes through the centres; what is expected there is 1 and the variance between
    the strata as large as they were.
    """
    root = np.linalg.cholesky(model.classifier.precision)
    centres = model.classifier.centroids @ root
    sizes = np.array(model.sizes) / sum(model.sizes)
    _, lengths, axes = np.linalg.svd(
        np.sqrt(sizes)[:, None] * (centres - sizes @ centres), full_matrices=False
    )
    lengths, axes = lengths[: len(sizes) - 1], axes[: len(sizes) - 1]
    centred = (features - model.centre) * model.weights
    along = (centred @ model.loadings) @ root @ axes.T
    return float(along.var(axis=0, ddof=1).sum() / (1 + lengths**2).sum())


def describe_mapping(mapping: dict[str, Any]) -> list[str]:
    """Say what somebody who reads mapped strata must know."""
    if not mapping:
        return []
    said = [
        f"{mapping['n_mapped']} features were brought to the training cohort's scale by"
        " the patients' own ranks: the strata hold if the patients are of the same mix"
        " as the training cohort, and a patient's depends on who else is there."
        f" Another way of mapping gives {mapping['agreement']:.0%} of them the same"
        " stratum; the others are ambiguous."
    ]
    if mapping["spread"] < LEAST_SPREAD:
        said.append(
            f"The patients spread along the strata by {mapping['spread']:.2f} of what"
            " the training cohort did: they do not show the strata, or are of few of"
            " them. Nobody was assigned."
        )
    return said
