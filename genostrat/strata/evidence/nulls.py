"""Cohorts without groups, to compare a cohort with."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from genostrat.arrays import Flags, Indices, Reals
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
    margins: Reals,
    kept: Flags,
    unmeasured: Flags,
    build: Build,
    origins: list[str] | None = None,
) -> Draw:
    """Return a source of cohorts that keep the margins of some features.

    Parameters
    ----------
    values
        Patients × features, adjusted and scaled.
    margins
        Patients × features: the values that a draw gives to the features of `kept`,
        sorted or not; of features with few different values, those of the cohort.
    kept
        True for the features whose margin is kept; the others are normal.
    unmeasured
        Patients × features, True where a patient's whole layer was not measured.
    build
        Makes a space of features, as was done with the cohort.
    origins
        What each feature was made of; those of one column of the sheet, such as its
        levels, have the same. None where every feature is its own.

    Notes
    -----
    A handful of binary features makes perfect clusters, one for each combination,
    without any patient subgroup. A draw is Gaussian with the observed correlation; then
    the ranks of each kept feature are given its margin. Cutting into few values weakens
    a correlation r; the Gaussian therefore has sin(π r / 2) between two such features
    (exact for a cut at the median; Sheppard 1899) and r √(π / 2) between one and a
    normal one. A draw is treated like the cohort. Conservative: groups that only show
    in pairwise correlations of such features are part of this null.

    Features of one origin depend on each other by how they were made: a patient has one
    level of a column. Drawn one by one they would say that nobody, or twice, has a
    level, and the levels of any column would pass for groups. They are therefore dealt
    out as whole rows of the cohort (:func:`_deal_rows`), which keeps the margin of the
    column and how its features depend on each other exactly.
    """
    blocks = _blocks_of(values, kept=kept, origins=origins)
    root = _latent_root(values, kept=kept, blocks=blocks)
    alone = kept.copy()
    for columns, _ in blocks:
        alone[columns] = False
    ordered = np.sort(margins[:, alone], axis=0)

    def draw(rng: np.random.Generator) -> Space:
        frame = _draw_frame(rng, len(values), len(root))
        drawn = np.sqrt(len(values)) * frame @ root
        ranks = drawn[:, alone].argsort(axis=0).argsort(axis=0)
        drawn[:, alone] = np.take_along_axis(ordered, ranks, axis=0)
        for columns, levels in blocks:
            rows = _deal_rows(drawn[:, columns], levels, rng=rng)
            drawn[:, columns] = values[np.ix_(rows, columns)]
        spread = drawn.std(axis=0, ddof=1)
        drawn = (drawn - drawn.mean(axis=0)) / np.where(spread > 0, spread, 1)
        return build(np.where(unmeasured, 0.0, drawn))

    return draw


def _blocks_of(
    values: Reals, *, kept: Flags, origins: list[str] | None
) -> list[tuple[Indices, Indices]]:
    """Return the features of each origin with several, and each patient's level.

    Levels are told from each other by the largest feature: that of the patient's own
    level, or of the first where a column is unknown.
    """
    if origins is None:
        return []
    names = np.array(origins, dtype=object)
    blocks = []
    for origin in dict.fromkeys(origins):
        columns = np.flatnonzero(names == origin)
        if len(columns) > 1 and kept[columns].any():
            levels = values[:, columns].argmax(axis=1)
            # Two of three levels' features leave the third below both middles.
            levels[values[:, columns].max(axis=1) <= 0] = len(columns)
            blocks.append((columns, levels.astype(np.intp)))
    return blocks


def _deal_rows(drawn: Reals, levels: Indices, *, rng: np.random.Generator) -> Indices:
    """Give each drawn patient the row of a patient of the cohort, every row once.

    Parameters
    ----------
    drawn
        Patients × features of one origin, normal.
    levels
        Level of each patient of the cohort: the feature that stands for it, or one
        more where none does.
    rng
        Source of the order in which levels are dealt out, and of rows within one.

    Notes
    -----
    One level after the other goes to as many patients as have it in the cohort: to
    those who have most of its feature among who is left.
    """
    rows = np.full(len(drawn), -1, dtype=np.intp)
    left = np.arange(len(drawn))
    present = [level for level in range(drawn.shape[1]) if (levels == level).any()]
    for level in [*rng.permutation(present), drawn.shape[1]]:
        holders = rng.permutation(np.flatnonzero(levels == level))
        if not len(holders):
            continue
        order = left
        if level < drawn.shape[1]:
            order = left[np.argsort(-drawn[left, level], kind="stable")]
        rows[order[: len(holders)]] = holders
        left = np.sort(order[len(holders) :])
    return rows


def _latent_root(
    values: Reals, *, kept: Flags, blocks: list[tuple[Indices, Indices]]
) -> Reals:
    """Return A such that AᵀA is the correlation before the cut into few values.

    It has at most one row less than there are patients.
    """
    spread = values.std(axis=0)
    scaled = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1)
    correlation = scaled.T @ scaled / len(values)
    both = kept[:, None] & kept[None, :]
    one = kept[:, None] ^ kept[None, :]
    latent = np.where(
        both, np.sin(np.pi / 2 * np.clip(correlation, -1, 1)), correlation
    )
    latent = np.where(one, np.clip(correlation * np.sqrt(np.pi / 2), -1, 1), latent)
    for columns, _ in blocks:
        # Rows are dealt out whole: within a block nothing is cut one by one.
        latent[np.ix_(columns, columns)] = correlation[np.ix_(columns, columns)]
    np.fill_diagonal(latent, 1)
    weights, axes = np.linalg.eigh(latent)
    held = np.argsort(-weights)[: len(values) - 1]
    held = held[weights[held] > 1e-9 * max(float(weights.max()), 1e-300)]
    root = np.sqrt(weights[held])[:, None] * axes.T[held]
    # Entry-wise changes can leave a matrix that is no correlation; mend its diagonal.
    return root / np.maximum(np.linalg.norm(root, axis=0), 1e-12)
