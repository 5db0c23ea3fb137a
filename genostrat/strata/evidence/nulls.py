"""Cohorts without groups, to compare a cohort with."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from genostrat.arrays import Flags, Reals
from genostrat.strata.clustering.spaces import Build, Space

#: A null: given a random generator, one simulated cohort.
Draw = Callable[[np.random.Generator], Space]


def gaussian_null(scores: Reals) -> Draw:
    """Return a source of Gaussian cohorts with the observed spectrum.

    Parameters
    ----------
    scores
        Patients × principal components: orthogonal columns.

    Notes
    -----
    The null of M3C (John et al. 2020, doi 10.1038/s41598-020-58766-1) and of
    SigClust (Liu et al. 2008, doi 10.1198/016214508000000454) draws each component
    as N(0, eigenvalue). The eigenvalues of such a draw spread further than the
    observed ones, which SigClust mends by thresholding them (Huang et al. 2015,
    doi 10.1080/10618600.2014.948179). Here the draw gets exactly the observed
    singular values: for Gaussian data of any covariance the left singular vectors
    are uniform over orthonormal frames and independent of the singular values and of
    the loadings, so that a test that compares with this null is exact at any number
    of patients and features and for any number of leading components.
    """
    n_patients, n_components = scores.shape
    lengths = np.linalg.norm(scores, axis=0)

    def draw(rng: np.random.Generator) -> Space:
        return Space.of(_draw_frame(rng, n_patients, n_components) * lengths)

    return draw


def _draw_frame(rng: np.random.Generator, n_patients: int, n_columns: int) -> Reals:
    """Draw a uniform frame of orthonormal columns, each of mean 0."""
    normal = rng.standard_normal((n_patients, n_columns))
    normal -= normal.mean(axis=0)
    frame, triangle = np.linalg.qr(normal)
    return frame * np.sign(np.diagonal(triangle))


def layer_null(values: Reals, *, unmeasured: Flags, build: Build) -> Draw:
    """Return a source of Gaussian cohorts whose layers are put together anew.

    Parameters
    ----------
    values
        Patients × features, adjusted and scaled.
    unmeasured
        Patients × features, True where a patient's whole layer was not measured.
    build
        Makes a space of features, as was done with the cohort.

    Notes
    -----
    As :func:`gaussian_null`, but of features: left singular vectors of the cohort are
    replaced by a uniform frame, so that a draw has the observed correlation within and
    between layers. Patients without a layer are where the cohort has them, in the
    middle; else their likeness in that layer would pass for a group.
    """
    centred = values - values.mean(axis=0)
    _, singular, right = np.linalg.svd(centred, full_matrices=False)
    kept = singular > 1e-9 * max(singular[0], np.finfo(float).tiny)
    rows = singular[kept, None] * right[kept]

    def draw(rng: np.random.Generator) -> Space:
        drawn = _draw_frame(rng, len(values), len(rows)) @ rows
        return build(np.where(unmeasured, 0.0, drawn))

    return draw


def margin_null(
    values: Reals,
    *,
    discrete: Flags,
    unmeasured: Flags,
    build: Build,
) -> Draw:
    """Return a source of cohorts that keep the margins of discrete features.

    Parameters
    ----------
    values
        Patients × features, adjusted and scaled.
    discrete
        True for features with few different values, or with one value in most
        patients.
    unmeasured
        Patients × features, True where a patient's whole layer was not measured.
    build
        Makes a space of features, as was done with the cohort.

    Notes
    -----
    A handful of binary features makes perfect clusters, one for each combination,
    without any patient subgroup. A draw is Gaussian with the observed correlation; then
    the ranks of each discrete feature are given its observed values, so that it has
    exactly its margin. Cutting into few values weakens a correlation r; the Gaussian
    therefore has sin(π r / 2) between two discrete features (exact for a cut at the
    median; Sheppard 1899) and r √(π / 2) between a discrete and another one. A draw is
    treated like the cohort. Conservative: groups that only show in pairwise
    correlations of discrete features are part of this null.
    """
    n_patients = len(values)
    root = _latent_root(values, discrete)
    ordered = np.sort(values[:, discrete], axis=0)

    def draw(rng: np.random.Generator) -> Space:
        drawn = rng.standard_normal((n_patients, len(root))) @ root
        ranks = drawn[:, discrete].argsort(axis=0).argsort(axis=0)
        drawn[:, discrete] = np.take_along_axis(ordered, ranks, axis=0)
        spread = drawn.std(axis=0, ddof=1)
        drawn = (drawn - drawn.mean(axis=0)) / np.where(spread > 0, spread, 1)
        return build(np.where(unmeasured, 0.0, drawn))

    return draw


def _latent_root(values: Reals, discrete: Flags) -> Reals:
    """Return A such that AᵀA is the correlation before the cut into few values."""
    spread = values.std(axis=0)
    scaled = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1)
    correlation = scaled.T @ scaled / len(values)
    both = discrete[:, None] & discrete[None, :]
    one = discrete[:, None] ^ discrete[None, :]
    latent = np.where(
        both, np.sin(np.pi / 2 * np.clip(correlation, -1, 1)), correlation
    )
    latent = np.where(one, np.clip(correlation * np.sqrt(np.pi / 2), -1, 1), latent)
    np.fill_diagonal(latent, 1)
    weights, axes = np.linalg.eigh(latent)
    root = np.sqrt(np.maximum(weights, 0))[:, None] * axes.T
    # Entry-wise changes can leave a matrix that is no correlation; mend its diagonal.
    return root / np.linalg.norm(root, axis=0)
