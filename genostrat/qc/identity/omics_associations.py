"""Associations of omics features with common variants, found without annotation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from genostrat.arrays import AnyIntegers, Flags, Floats, Indices, Singles
from genostrat.qc.components.pruning import choose_unlinked
from genostrat.qc.sites import choose_common, count_sites
from genostrat.stats.effects import one_blas_thread

if TYPE_CHECKING:
    from genostrat.genotypes.store import Store

Calls = npt.NDArray[np.int8]

#: Variants and features looked at, those of highest variance where there are more.
MAX_VARIANTS = 20_000
MAX_FEATURES = 2_000
#: Variants correlated at once: with 2,000 features and five parts, 40 MB a sum.
BLOCK_VARIANTS = 1_000
#: Window, step and highest r² of the linkage pruning before the search; and the highest
#: r² between the variants that are chosen, which are treated as independent.
WINDOW, STEP, SEARCH_R2 = 100, 20, 0.5
MAX_R2 = 0.1
#: Chance that any association of a layer is false.
ALPHA = 0.05
#: Correlations that unknown causes (batch, composition) bring are taken out with the
#: leading components of a layer: one for so many samples and so many features.
SAMPLES_PER_COMPONENT, FEATURES_PER_COMPONENT, MAX_COMPONENTS = 20, 15, 20


@dataclass(frozen=True)
class Associations:
    """Pairs of a feature and the variant that explains most of it.

    Attributes
    ----------
    features, variants
        Positions of the columns of the profile, and of the rows of the genotypes;
        a variant may stand several times.
    """

    features: Indices
    variants: Indices


def read_search_variants(
    store: Store, *, min_maf: float, max_missing_rate: float, threads: int
) -> tuple[Calls, int]:
    """Read unlinked common SNVs of the autosomes.

    Returns
    -------
    genotypes, n_found
        int8, shape (n_variants, n_samples); how many there were before the cap.
    """
    parts, variances = [], []
    for contig in store.autosomes:
        counts = count_sites(contig, threads=threads)
        rows = choose_common(
            contig, counts, min_maf=min_maf, max_missing_rate=max_missing_rate
        )
        rows = choose_unlinked(
            contig, rows, window=WINDOW, step=STEP, max_r2=SEARCH_R2, threads=threads
        )
        frequency = counts.alt_frequency[rows]
        parts.append((contig, rows))
        variances.append(2 * frequency * (1 - frequency))
    if not parts:
        return np.empty((0, 0), np.int8), 0
    together = np.concatenate(variances)
    kept = np.zeros(len(together), bool)
    kept[np.argsort(-together, kind="stable")[:MAX_VARIANTS]] = True
    blocks, done = [], 0
    for contig, rows in parts:
        own = kept[done : done + len(rows)]
        blocks.append(contig.read(rows[own]))
        done += len(rows)
    return np.concatenate(blocks), len(together)


def normalise_profile(values: Floats, covariates: Floats) -> Singles:
    """Bring every feature to normal scores, free of what many features share.

    Parameters
    ----------
    values
        Samples × features; NaN where nothing was measured.
    covariates
        Samples × ancestry components. People of one ancestry share variants and levels
        of features without one causing the other.

    Returns
    -------
    ndarray
        Samples × features, variance 1; 0 stands for what was not measured.
    """
    from scipy.special import ndtri
    from scipy.stats import rankdata

    n_samples, n_features = values.shape
    ranks = rankdata(values, axis=0, nan_policy="omit")
    measured = np.isfinite(values)
    scores = np.where(measured, ndtri(ranks / (measured.sum(axis=0) + 1)), 0.0)
    n_components = min(
        n_samples // SAMPLES_PER_COMPONENT,
        n_features // FEATURES_PER_COMPONENT,
        MAX_COMPONENTS,
    )
    with one_blas_thread():
        known = np.linalg.qr(np.column_stack([np.ones(n_samples), covariates]))[0]
        scores = np.where(measured, scores - known @ (known.T @ scores), 0.0)
        if n_components:
            shared = np.linalg.svd(scores, full_matrices=False)[0][:, :n_components]
            scores = np.where(measured, scores - shared @ (shared.T @ scores), 0.0)
    spread = np.sqrt((scores**2).sum(axis=0) / np.maximum(measured.sum(axis=0), 1))
    scaled = np.divide(scores, spread, out=np.zeros_like(scores), where=spread > 1e-9)
    return np.ascontiguousarray(scaled, np.float32)


def choose_variable(values: Floats) -> Indices:
    """Return the features that vary most, at most :data:`MAX_FEATURES`, in order."""
    measured = np.isfinite(values)
    number = np.maximum(measured.sum(axis=0), 1)
    mean = np.where(measured, values, 0).sum(axis=0) / number
    variance = np.where(measured, values - mean, 0)
    variance = (variance**2).sum(axis=0) / number
    varies = np.flatnonzero((variance > 0) & (measured.sum(axis=0) >= 3))
    first = varies[np.argsort(-variance[varies], kind="stable")[:MAX_FEATURES]]
    return np.sort(first)


def find_associations(
    genotypes: Calls, profile: Singles, parts: AnyIntegers
) -> list[Associations]:
    """Find for each part of the samples the associations that all others show.

    Parameters
    ----------
    genotypes
        Variants × samples, the same samples as the profile.
    profile
        Samples × features, from :func:`normalise_profile`.
    parts
        Which part each sample is in, from 0.

    Returns
    -------
    list of Associations
        One a part; no sample of the part had a share in it.

    Notes
    -----
    The correlation of every variant with every feature is tested by a two-sided t test
    at the Bonferroni bound over all of them; each feature keeps the variant with the
    strongest correlation. All parts come from one pass: sums over a part are taken off
    the sums over everybody.
    """
    n_parts, n_features = int(parts.max()) + 1, profile.shape[1]
    best = np.zeros((n_parts, n_features), np.float32)
    where = np.zeros((n_parts, n_features), np.intp)
    members = np.stack([parts == part for part in range(n_parts)]).astype(np.float32)
    of_profile = _Moments(profile.T, members)
    with one_blas_thread():
        for start in range(0, len(genotypes), BLOCK_VARIANTS):
            block = _centre(genotypes[start : start + BLOCK_VARIANTS])
            squares = _correlate(block, profile, members > 0, of_profile)
            top = squares.argmax(axis=1)
            value = np.take_along_axis(squares, top[:, None], axis=1)[:, 0]
            better = value > best
            best[better] = value[better]
            where[better] = (top + start)[better]
    n_tests = max(len(genotypes) * n_features, 1)
    result = []
    for part in range(n_parts):
        n_others = int((parts != part).sum())
        chosen = np.flatnonzero(best[part] >= _critical_r2(n_others, n_tests))
        chosen = chosen[np.argsort(-best[part][chosen], kind="stable")]
        result.append(_thin(genotypes, chosen, where[part][chosen]))
    return result


class _Moments:
    """Sums and sums of squares of rows, over everybody but each part."""

    def __init__(self, rows: Singles, members: Singles) -> None:
        self.total = rows.sum(axis=1)[None] - members @ rows.T
        self.squares = (rows**2).sum(axis=1)[None] - members @ (rows**2).T


def _centre(block: Calls) -> Singles:
    """Return allele counts about their mean; missing ones are at the mean."""
    known = block >= 0
    counts = np.where(known, block, 0).astype(np.float32)
    mean = counts.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.where(known, counts - mean[:, None], 0).astype(np.float32)


def _correlate(
    block: Singles,
    profile: Singles,
    members: Flags,
    of_profile: _Moments,
) -> Singles:
    """Return squared correlations without each part: (parts, variants, features)."""
    n_others = (~members).sum(axis=1).astype(np.float32)[:, None, None]
    of_block = _Moments(block, members.astype(np.float32))
    products = np.stack([block[:, own] @ profile[own] for own in members])
    np.subtract(products.sum(axis=0), products, out=products)
    x_sum, y_sum = of_block.total[:, :, None], of_profile.total[:, None, :]
    products -= x_sum * y_sum / n_others
    x_var = of_block.squares[:, :, None] - x_sum**2 / n_others
    y_var = of_profile.squares[:, None, :] - y_sum**2 / n_others
    spread = np.maximum(x_var, 1e-6) * np.maximum(y_var, 1e-6)
    result: Singles = products**2 / spread
    return result


def _critical_r2(n_samples: int, n_tests: int) -> float:
    """Return the squared correlation that passes the Bonferroni bound."""
    from scipy.stats import t

    freedom = n_samples - 2
    if freedom < 1:
        return np.inf
    limit = float(t.isf(ALPHA / (2 * n_tests), freedom))
    return limit**2 / (limit**2 + freedom)


def _thin(
    genotypes: Calls,
    features: Indices,
    variants: Indices,
) -> Associations:
    """Leave out variants that are linked to the variant of a stronger association."""
    unique, first = np.unique(variants, return_index=True)
    order = unique[np.argsort(first, kind="stable")]
    rows = _centre(genotypes[order]).astype(float)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    with one_blas_thread():
        linked = (rows @ rows.T) ** 2 > MAX_R2
    kept: list[int] = []
    for i in range(len(order)):
        if not linked[i, kept].any():
            kept.append(i)
    good = np.isin(variants, order[kept])
    return Associations(features[good], variants[good])
