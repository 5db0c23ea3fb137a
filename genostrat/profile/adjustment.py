"""The frozen coefficients that turn a patient's raw values into features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genostrat.arrays import Flags, Indices, Reals
from genostrat.disclosure.estimates import midmeans
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
#: Most of what is fitted for a patient that may be her own value.
MAX_LEVERAGE = 0.5
#: Share of the longest axis below which an axis of covariates is one of rounding.
TINY = 1e-9


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
    middles
        Training midmean of each feature after its transform.
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
    middles: Reals
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
            middles=self.middles[kept],
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
            "middles": self.middles,
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
            middles=arrays["middles"],
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
    """Learn midmeans, coefficients and scales of one layer.

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
    midmean, on the centred covariates; the solution of least norm where covariates
    determine each other. After the covariates' part was taken away, a missing value
    is set to the training midmean of what is left, so that it carries no trace of
    the patient's covariates. Midmeans stand where medians would, since a median is a
    value of one patient; and patients with a leverage above :data:`MAX_LEVERAGE` teach
    no coefficient, since it would give their values back. Where too few would be left
    to teach any, all do, and the coefficients are shrunken until nobody's leverage is
    above: :func:`solve_shrunken`.
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
    middles = midmeans(learn)
    complete = np.where(np.isnan(learn), middles, learn)
    taught = find_ordinary(design)
    is_few = taught.sum() < min(len(learn), design.shape[1] + MIN_SPARE_PATIENTS)
    if is_few:
        taught = np.ones(len(learn), bool)
    centred = complete[taught] - complete[taught].mean(axis=0)
    own = design[taught] - design[taught].mean(axis=0)
    coefficients = (
        solve_shrunken(own, centred) if is_few else np.linalg.lstsq(own, centred)[0]
    )
    left = np.where(np.isnan(learn), np.nan, learn - design @ coefficients)
    filled = midmeans(left)
    left = np.where(np.isnan(left), filled, left)
    return Adjustment(
        features=tuple(features),
        layers=(layer,) * len(features),
        transforms={layer: transform},
        covariates=tuple(encoding),
        middles=middles,
        coefficients=coefficients,
        filled=filled,
        centre=left.mean(axis=0),
        scale=left.std(axis=0, ddof=1),
        reference=np.zeros(len(features)) if reference is None else reference,
    )


def find_ordinary(design: Reals) -> Flags:
    """Find the patients none of whom determines a coefficient by herself.

    Parameters
    ----------
    design
        Patients × encoded covariates.

    Returns
    -------
    ndarray
        True for those with a leverage of :data:`MAX_LEVERAGE` at most, once the ones
        with more are gone: the only woman of a batch of men is fitted exactly, so that
        coefficients would tell her values.

    Examples
    --------
    >>> women = np.repeat([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], [20, 20, 1], axis=0)
    >>> np.flatnonzero(~find_ordinary(women)).tolist()
    [40]
    """
    kept = np.ones(len(design), bool)
    while kept.any():
        own = design[kept] - design[kept].mean(axis=0)
        axes, lengths, _ = np.linalg.svd(own, full_matrices=False)
        real = lengths > TINY * max(1.0, lengths.max(initial=0.0))
        leverage = (axes[:, real] ** 2).sum(axis=1) + 1 / len(own)
        worst = int(leverage.argmax())
        if leverage[worst] <= MAX_LEVERAGE:
            break
        kept[np.flatnonzero(kept)[worst]] = False
    return kept


def solve_shrunken(design: Reals, values: Reals) -> Reals:
    """Solve least squares by the least ridge that leaves nobody a leverage too high.

    Parameters
    ----------
    design
        Patients × columns, centred.
    values
        Patients × features, centred.

    Returns
    -------
    ndarray
        Columns × features.

    Notes
    -----
    With the singular values s of the design and its left vectors u, the leverage of a
    patient is Σ u² s² / (s² + λ) + 1 / n, which falls with λ (Hoerl and Kennard 1970,
    doi 10.1080/00401706.1970.10488634).

    Examples
    --------
    >>> one = np.array([[2.0], [-1.0], [-1.0]])  # a leverage of 2 / 3 + 1 / 3
    >>> (solve_shrunken(one, one) < 0.3).item()
    True
    """
    axes, lengths, columns = np.linalg.svd(design, full_matrices=False)
    squares = lengths**2
    real = lengths > TINY * max(1.0, lengths.max(initial=0.0))

    def highest(penalty: float) -> float:
        shares = np.where(real, squares / (squares + penalty + ~real), 0.0)
        leverage: Reals = axes**2 @ shares + 1 / len(design)
        return float(leverage.max())

    # Of two patients or one the mean alone is too much of each, whatever the penalty.
    bound = max(MAX_LEVERAGE, 1 / len(design) + TINY)
    low, high = 0.0, 1.0
    if highest(low) > bound:
        while highest(high) > bound:
            high *= 2
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if highest(middle) > bound else (low, middle)
        low = high
    factors = np.where(real, lengths / (squares + low + ~real), 0.0)
    solved: Reals = columns.T @ (factors[:, np.newaxis] * (axes.T @ values))
    return solved


def join_adjustments(parts: list[Adjustment]) -> Adjustment:
    """Put the adjustments of several layers side by side."""
    return Adjustment(
        features=tuple(name for part in parts for name in part.features),
        layers=tuple(name for part in parts for name in part.layers),
        transforms={k: v for part in parts for k, v in part.transforms.items()},
        covariates=parts[0].covariates,
        middles=np.concatenate([part.middles for part in parts]),
        coefficients=np.concatenate([part.coefficients for part in parts], axis=1),
        filled=np.concatenate([part.filled for part in parts]),
        centre=np.concatenate([part.centre for part in parts]),
        scale=np.concatenate([part.scale for part in parts]),
        reference=np.concatenate([part.reference for part in parts]),
    )
