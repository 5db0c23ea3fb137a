"""The frozen coefficients that turn a patient's raw values into features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genostrat.arrays import Flags, Indices, Reals
from genostrat.errors import GenostratError, Problem
from genostrat.profile.covariates import (
    Covariate,
    design_matrix,
    encoded_names,
    from_records,
    to_record,
)
from genostrat.profile.transforms import transform_values

#: Patients beyond the number of coefficients that a regression needs to be worth it.
MIN_SPARE_PATIENTS = 10


@dataclass(frozen=True)
class Adjustment:
    """All that is needed to process one new patient; no patient's data.

    Parameters
    ----------
    features, layers
        Name of each feature, and the layer it belongs to.
    transforms
        Transform of each layer; see :mod:`genostrat.profile.transforms`.
    covariates
        How covariates are encoded.
    medians
        Training median of each feature after its transform.
    coefficients
        Encoded covariates × features.
    filled
        What a missing value counts as after adjustment.
    centre, scale
        Training mean and standard deviation of each feature after adjustment.
    reference
        Of layers of counts, what size factors are measured by; 0 elsewhere. See
        :func:`genostrat.profile.transforms.fit_reference`.
    """

    features: tuple[str, ...]
    layers: tuple[str, ...]
    transforms: dict[str, str]
    covariates: tuple[Covariate, ...]
    medians: Reals
    coefficients: Reals
    filled: Reals
    centre: Reals
    scale: Reals
    reference: Reals

    def transform(self, raw: Reals) -> Reals:
        """Transform raw values, patients × features, layer by layer; NaN stays."""
        values = np.array(raw, dtype=float)
        layers = np.array(self.layers)
        for layer, transform in self.transforms.items():
            columns = np.flatnonzero(layers == layer)
            values[:, columns] = transform_values(
                values[:, columns],
                transform=transform,
                reference=self.reference[columns],
            )
        return values

    def adjust(self, transformed: Reals, covariates: pd.DataFrame) -> Reals:
        """Remove the covariates' part and scale.

        Parameters
        ----------
        transformed
            Patients × features after :meth:`transform`; NaN where missing.
        covariates
            One row a patient, in the same order.

        Returns
        -------
        ndarray
            Patients × features in training standard deviations.
        """
        expected = design_matrix(covariates, list(self.covariates)) @ self.coefficients
        left = np.where(np.isnan(transformed), self.filled, transformed - expected)
        return (left - self.centre) / self.scale

    def select(self, kept: Indices) -> Adjustment:
        """Return the adjustment of some of the features."""
        return Adjustment(
            features=tuple(self.features[i] for i in kept),
            layers=tuple(self.layers[i] for i in kept),
            transforms=self.transforms,
            covariates=self.covariates,
            medians=self.medians[kept],
            coefficients=self.coefficients[:, kept],
            filled=self.filled[kept],
            centre=self.centre[kept],
            scale=self.scale[kept],
            reference=self.reference[kept],
        )

    def to_parts(self) -> tuple[dict[str, Any], dict[str, NDArray]]:
        """Return a JSON record and the arrays that together hold everything."""
        record = {
            "features": list(self.features),
            "layers": list(self.layers),
            "transforms": dict(self.transforms),
            "covariates": [to_record(item) for item in self.covariates],
            "encoded_covariates": encoded_names(list(self.covariates)),
        }
        means = [mean for item in self.covariates for mean in item.means]
        arrays = {
            "covariate_means": np.array(means, dtype=float),
            "medians": self.medians,
            "coefficients": self.coefficients,
            "filled": self.filled,
            "centre": self.centre,
            "scale": self.scale,
        }
        if self.reference.any():
            arrays["reference"] = self.reference
        return record, arrays

    @classmethod
    def from_parts(
        cls, record: dict[str, Any], arrays: dict[str, NDArray]
    ) -> Adjustment:
        """Rebuild from :meth:`to_parts`."""
        covariates = from_records(record["covariates"], arrays["covariate_means"])
        return cls(
            features=tuple(record["features"]),
            layers=tuple(record["layers"]),
            transforms=dict(record["transforms"]),
            covariates=tuple(covariates),
            medians=arrays["medians"],
            coefficients=arrays["coefficients"],
            filled=arrays["filled"],
            centre=arrays["centre"],
            scale=arrays["scale"],
            reference=arrays.get("reference", np.zeros(len(arrays["scale"]))),
        )


def fit_adjustment(
    transformed: Reals,
    covariates: pd.DataFrame,
    *,
    encoding: list[Covariate],
    features: list[str],
    layer: str,
    transform: str,
    training: Flags,
    reference: Reals | None = None,
) -> Adjustment:
    """Learn medians, coefficients and scales of one layer.

    Parameters
    ----------
    transformed
        Patients × features; NaN where missing.
    covariates
        One row a patient, in the same order.
    encoding
        Covariates to regress out.
    features, layer, transform
        What the columns are.
    training
        True for the patients to learn from: unrelated, and measured in this layer.
    reference
        What the transform of counts was measured by.

    Raises
    ------
    GenostratError
        If there are too few patients for the number of covariates.

    Notes
    -----
    Ordinary least squares of each feature, missing values set to the training
    median, on the centred covariates; the solution of least norm where covariates
    determine each other. After the covariates' part was taken away, a missing value
    is set to the training median of what is left, so that it carries no trace of
    the patient's covariates.
    """
    learn = transformed[training]
    design = design_matrix(covariates.loc[training], encoding)
    if design.shape[1] and len(learn) < design.shape[1] + MIN_SPARE_PATIENTS:
        raise GenostratError(
            Problem(
                f"layer {layer!r}: too few patients to adjust for the covariates",
                found=f"{len(learn)} unrelated patients, {design.shape[1]} columns",
                allowed=f"at least {MIN_SPARE_PATIENTS} patients more than columns",
                fix="shorten profile.adjust_for or lower profile.ancestry_pcs",
            )
        )
    medians = np.nanmedian(learn, axis=0)
    complete = np.where(np.isnan(learn), medians, learn)
    centred = complete - complete.mean(axis=0)
    coefficients = np.linalg.lstsq(design - design.mean(axis=0), centred)[0]
    left = np.where(np.isnan(learn), np.nan, learn - design @ coefficients)
    filled = np.nanmedian(left, axis=0)
    left = np.where(np.isnan(left), filled, left)
    return Adjustment(
        features=tuple(features),
        layers=(layer,) * len(features),
        transforms={layer: transform},
        covariates=tuple(encoding),
        medians=medians,
        coefficients=coefficients,
        filled=filled,
        centre=left.mean(axis=0),
        scale=left.std(axis=0, ddof=1),
        reference=np.zeros(len(features)) if reference is None else reference,
    )


def join_adjustments(parts: list[Adjustment]) -> Adjustment:
    """Put the adjustments of several layers side by side."""
    return Adjustment(
        features=tuple(name for part in parts for name in part.features),
        layers=tuple(name for part in parts for name in part.layers),
        transforms={k: v for part in parts for k, v in part.transforms.items()},
        covariates=parts[0].covariates,
        medians=np.concatenate([part.medians for part in parts]),
        coefficients=np.concatenate([part.coefficients for part in parts], axis=1),
        filled=np.concatenate([part.filled for part in parts]),
        centre=np.concatenate([part.centre for part in parts]),
        scale=np.concatenate([part.scale for part in parts]),
        reference=np.concatenate([part.reference for part in parts]),
    )
