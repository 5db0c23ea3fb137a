"""Fair outliers: how far a sample lies from samples of its own ancestry.

Heterozygosity, the number of singletons and the ratios of kinds of calls differ between
ancestries. One cut for a whole cohort catches the people of a minority instead of the
bad samples; so each metric is judged by what ancestry does not explain of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from genostrat.arrays import Flags, Floats
from genostrat.catalogues.quality_rules import (
    HET_HOM_RATIO_OUTLIER,
    HET_OUTLIER,
    N_SINGLETON_OUTLIER,
    TI_TV_OUTLIER,
    Rule,
)
from genostrat.stats.effects import MAD_OF_NORMAL

#: Fewer samples have no spread that could be relied on.
MIN_SAMPLES = 10
#: Ancestry is adjusted for from this many samples on, and with so many a term.
MIN_SAMPLES_ADJUSTED = 30
SAMPLES_PER_TERM = 10
#: Components that are adjusted for; four tell five continents apart.
MAX_COMPONENTS = 4
#: A sample whose leverage exceeds one half determines more than half of its own
#: expected value: it has no comparable samples.
MAX_LEVERAGE = 0.5
#: One with less, which the adjustment brings from far outside into the middle, has bent
#: the adjustment.
BENDING_LEVERAGE = 0.35
TRIMMING_ROUNDS = 5
#: Spread below this share of the values is rounding.
SMALLEST_SPREAD = 1e-9
#: Residuals beyond so many standard deviations lose weight (Huber 1964).
HUBER_LIMIT = 1.345
HUBER_ROUNDS = 50


def _as_it_is(values: Floats) -> Floats:
    return values


@dataclass(frozen=True)
class Metric:
    """A metric of ``qc/sample_metrics.tsv`` that outliers are looked for in.

    Parameters
    ----------
    name
        Column of the table.
    rule
        The rule that catches outliers; its threshold is the largest score, in MADs.
    low, high
        What a low and a high score mean, in words; a blank side is not judged.
    scale
        Brings the values to a scale on which their spread is even.
    """

    name: str
    rule: Rule
    low: str
    high: str
    scale: Callable[[Floats], Floats] = _as_it_is


#: Call rate and depth are not among them: ancestry does not move them, and they have
#: limits of their own or none. Few singletons only mean relatives in the cohort. Counts
#: of singletons differ between people of one ancestry by a factor, not by a number.
METRICS = (
    Metric(
        "f_het",
        HET_OUTLIER,
        low="more heterozygous genotypes",
        high="fewer heterozygous genotypes",
    ),
    Metric(
        "het_hom_ratio",
        HET_HOM_RATIO_OUTLIER,
        low="fewer heterozygous genotypes for each homozygous alternate one",
        high="more heterozygous genotypes for each homozygous alternate one",
    ),
    Metric(
        "ti_tv",
        TI_TV_OUTLIER,
        low="fewer transitions for each transversion",
        high="more transitions for each transversion",
    ),
    Metric(
        "n_singleton",
        N_SINGLETON_OUTLIER,
        low="",
        high="more variants that nobody else has",
        scale=np.log1p,
    ),
)


def score_samples(
    metrics: pd.DataFrame,
    pcs: pd.DataFrame,
    *,
    usable: Collection[str],
    policy: Mapping[str, Any],
) -> pd.DataFrame:
    """Score every sample by every metric, naively and fairly.

    Parameters
    ----------
    metrics
        ``qc/sample_metrics.tsv``.
    pcs
        ``qc/pcs.tsv``. Its columns PC1, PC2, … are adjusted for, and nothing else: a
        centre or batch that is off must stay visible.
    usable
        Samples that say what is usual; all others are scored by them.
    policy
        The config's ``qc`` section, for the limits.

    Returns
    -------
    pandas.DataFrame
        ``qc/outliers.tsv``: a row a sample and metric.

    Notes
    -----
    The naive score is (x − median) / MAD over the cohort, MAD scaled to a standard
    deviation. The fair score is the same of the residuals of a Huber regression on
    ancestry components. With ten samples a term, their squares and products are terms
    too: the expected heterozygosity of admixed people is quadratic in their shares of
    ancestry, and a straight line would call them outliers.

    Scores are blank where fewer than ten samples have a value, or where there is no
    spread. A fair score is also blank for a sample without peers, whose own value
    would be most of what it is compared with, and for one that lies far out by the
    naive score and has so much weight in the adjustment that it bends it. With fewer
    than 30 samples, or without components, nothing can be adjusted for: ``n_pcs`` is 0
    and both scores are equal.
    """
    table = metrics.set_index("sample_id")
    components = pcs.set_index("sample_id").reindex(table.index)
    # The registry names the first component only; the others are read as text.
    axes = (
        components.filter(regex="^PC[0-9]+$")
        .replace("", None)
        .apply(pd.to_numeric)
        .to_numpy(float, na_value=np.nan)
    )
    good = np.isin(table.index.to_numpy(str), np.array(sorted(usable), str))
    parts = []
    for metric in METRICS:
        raw = table[metric.name].to_numpy(float, na_value=np.nan)
        values = metric.scale(raw)
        fit, limit = good & np.isfinite(values), metric.rule.threshold(policy)
        fair, n_pcs = _score_fairly(values, axes, fit=fit, limit=limit)
        parts.append(
            pd.DataFrame(
                {
                    "sample_id": table.index,
                    "metric": metric.name,
                    "value": raw,
                    "naive_score": _in_mads(values, fit),
                    "fair_score": fair,
                    "n_pcs": n_pcs,
                    "limit": limit,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def find_outliers(scores: pd.DataFrame, *, by: str = "fair_score") -> pd.DataFrame:
    """Return the rows of a score table that are beyond the limits.

    Parameters
    ----------
    scores
        ``qc/outliers.tsv``.
    by
        ``fair_score`` or ``naive_score``.
    """
    beyond = pd.Series(False, index=scores.index)
    for metric in METRICS:
        own = scores["metric"] == metric.name
        if metric.high:
            beyond |= own & (scores[by] > scores["limit"])
        if metric.low:
            beyond |= own & (scores[by] < -scores["limit"])
    return scores[beyond]


def _score_fairly(
    values: Floats, axes: Floats, *, fit: Flags, limit: float
) -> tuple[Floats, int]:
    """Return scores of the residuals on ancestry, and on how many components.

    Outliers shape what they are judged by; so all is fitted again without those beyond
    the limit, until these are the same.
    """
    placed = fit & np.isfinite(axes).all(axis=1)
    n_pcs = min(MAX_COMPONENTS, axes.shape[1], int(placed.sum()) // SAMPLES_PER_TERM)
    if placed.sum() < MIN_SAMPLES_ADJUSTED or n_pcs == 0:
        return _in_mads(values, fit), 0
    fit, size = placed, float(np.abs(values[placed]).max())
    naive = _in_mads(values, placed)
    design = _design(axes[:, :n_pcs], fit=placed)
    for _ in range(TRIMMING_ROUNDS):
        residual = values - design @ _fit_robustly(design[fit], values[fit])
        scores = _in_mads(residual, fit, size=size)
        leverage = _leverage(design, design[fit])
        bent = (leverage > BENDING_LEVERAGE) & (np.abs(naive) > limit)
        bent &= np.abs(scores) <= limit
        scores[(leverage > MAX_LEVERAGE) | bent] = np.nan
        left = placed & ~(np.abs(scores) > limit)
        if (left == fit).all() or left.sum() < MIN_SAMPLES_ADJUSTED:
            break
        fit = left
    return scores, n_pcs


def _design(axes: Floats, *, fit: Flags) -> Floats:
    """Return a constant, the components, and with many samples their products."""
    scaled = axes / np.maximum(np.abs(axes[fit]).max(axis=0), 1e-300)
    columns = [np.ones(len(axes)), *scaled.T]
    n = scaled.shape[1]
    products = [(i, j) for i in range(n) for j in range(i, n)]
    if fit.sum() >= SAMPLES_PER_TERM * (n + len(products)):
        columns += [scaled[:, i] * scaled[:, j] for i, j in products]
    return np.column_stack(columns)


def _fit_robustly(design: Floats, values: Floats) -> Floats:
    """Return coefficients by iteratively reweighted least squares, Huber's weights.

    No sample is left out: trimming the worst tenth could trim a whole minority.
    """
    weights = np.ones(len(values))
    coefficients = np.zeros(design.shape[1])
    for _ in range(HUBER_ROUNDS):
        root = np.sqrt(weights)
        before = coefficients
        weighted = design * root[:, None], values * root
        coefficients = np.asarray(np.linalg.lstsq(*weighted, rcond=None)[0], float)
        error = np.abs(values - design @ coefficients)
        spread = float(np.median(error)) / MAD_OF_NORMAL
        if spread <= SMALLEST_SPREAD * np.abs(values).max():
            break
        weights = np.minimum(1.0, HUBER_LIMIT * spread / np.maximum(error, 1e-300))
        if np.allclose(coefficients, before, rtol=1e-10, atol=1e-12):
            break
    return coefficients


def _leverage(design: Floats, fitted: Floats) -> Floats:
    """Return how much of its own expected value each row of the design determines."""
    inverse = np.linalg.pinv(fitted.T @ fitted, hermitian=True)
    return np.asarray(np.einsum("ij,jk,ik->i", design, inverse, design))


def _in_mads(values: Floats, fit: Flags, *, size: float | None = None) -> Floats:
    """Return the distance from the median of the fitted ones, in scaled MADs."""
    if fit.sum() < MIN_SAMPLES:
        return np.full(len(values), np.nan)
    if size is None:
        size = float(np.abs(values[fit]).max())
    distance = values - np.median(values[fit])
    spread = float(np.median(np.abs(distance[fit]))) / MAD_OF_NORMAL
    if spread <= SMALLEST_SPREAD * size:
        return np.full(len(values), np.nan)
    return np.asarray(distance / spread)
