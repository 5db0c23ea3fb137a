"""Principal components of the profile: the space in which patients are compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from genostrat.arrays import Reals

#: At least so many components, so that groups in a plane are seen in weak data; at
#: most so many, because further ones hold noise and cost time.
MIN_COMPONENTS, MAX_COMPONENTS = 3, 20
#: The layer of a feature that takes no part (:mod:`genostrat.strata.clustering.focus`).
LEFT_OUT = ""


@dataclass(frozen=True)
class Rotation:
    """Principal components of the training patients.

    Parameters
    ----------
    scores
        Patients × components kept.
    loadings
        Features × components kept; columns have length 1.
    singular_values
        Of all components, largest first.
    centre, weights
        Subtracted from, then multiplied with, each feature.
    """

    scores: Reals
    loadings: Reals
    singular_values: Reals
    centre: Reals
    weights: Reals

    @property
    def n_components(self) -> int:
        """How many components were kept."""
        return self.scores.shape[1]

    def project(self, values: Reals) -> Reals:
        """Return the scores of any patients, given patients × features."""
        return ((values - self.centre) * self.weights) @ self.loadings


def rotate(
    values: Reals,
    *,
    layers: list[str] | None = None,
    n_components: int | None = None,
) -> Rotation:
    """Rotate patients × features to principal components.

    Parameters
    ----------
    values
        Patients × features, scaled to unit variance.
    layers
        Layer of each feature; blank for one that takes no part. With more than one,
        each layer is divided by its first singular value, so that none decides by its
        number of features alone (multiple factor analysis; Escofier & Pagès 1994,
        doi 10.1016/0167-9473(94)90135-X).
    n_components
        How many components to keep; by default those above the noise edge.

    Notes
    -----
    Rotation leaves distances, and so k-means, as they are; leaving out the
    components below the noise edge does not, and is what lets weak groups be seen.
    The edge is that of Marchenko & Pastur for noise whose median eigenvalue equals
    the observed one; between 3 and 20 components are kept. The sign of a component
    makes its largest loading positive.
    """
    centre = values.mean(axis=0)
    centred = values - centre
    weights = _layer_weights(centred, layers)
    left, singular, right = np.linalg.svd(centred * weights, full_matrices=False)
    kept = singular > 1e-9 * max(singular[0], np.finfo(float).tiny)
    singular = singular[kept]
    shape = (len(values), int((weights > 0).sum()))
    wanted = n_components or count_components(singular, shape=shape)
    n = min(wanted, len(singular))
    loadings = right[:n].T
    largest = np.abs(loadings).argmax(axis=0)
    signs = np.sign(loadings[largest, np.arange(n)])
    return Rotation(
        scores=left[:, :n] * singular[:n] * signs,
        loadings=loadings * signs,
        singular_values=singular,
        centre=centre,
        weights=weights,
    )


def _layer_weights(centred: Reals, layers: list[str] | None) -> Reals:
    weights = np.ones(centred.shape[1])
    if layers is None or len(set(layers)) < 2:
        return weights
    names = np.array(layers)
    taking_part = sorted(set(layers) - {LEFT_OUT})
    weights[names == LEFT_OUT] = 0.0
    for layer in taking_part if len(taking_part) > 1 else []:
        columns = names == layer
        first = np.linalg.norm(centred[:, columns], ord=2)
        weights[columns] = np.sqrt(len(centred) - 1) / first if first > 0 else 0.0
    return weights


def count_components(singular: Reals, *, shape: tuple[int, int]) -> int:
    """Count the components above the noise edge, between 3 and 20."""
    n_patients, n_features = shape
    variances = singular**2 / max(1, n_patients - 1)
    ratio = n_features / max(1, n_patients - 1)
    median, edge = _noise_spectrum(ratio)
    above = int((variances > edge * np.median(variances) / median).sum())
    return int(np.clip(above, MIN_COMPONENTS, MAX_COMPONENTS))


def _noise_spectrum(ratio: float) -> tuple[float, float]:
    """Median of the non-zero eigenvalues of pure noise, and their upper edge."""
    inner = min(ratio, 1 / ratio)
    low, high = (1 - np.sqrt(inner)) ** 2, (1 + np.sqrt(inner)) ** 2
    grid = np.linspace(low, high, 2001)[1:-1]
    mass = np.cumsum(np.sqrt((high - grid) * (grid - low)) / grid)
    median = float(grid[np.searchsorted(mass, mass[-1] / 2)])
    stretch = max(ratio, 1.0)
    return median * stretch, float(high) * stretch
