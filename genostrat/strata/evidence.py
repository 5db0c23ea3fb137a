"""What a cohort's statistics are, and what they are in cohorts without groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genostrat.seeds import random_generator
from genostrat.strata.clustering import draw_resamples, kmeans
from genostrat.strata.consensus import ambiguous_share, labels_by_k
from genostrat.strata.nulls import Draw

Floats = NDArray[np.floating]

#: PAC is compared with its null over so many resamples on either side; more change
#: the p-value by less than another set of null draws does.
TEST_RESAMPLES = 100
#: Added to PAC before logarithms: a partition without any undecided pair would be
#: infinitely better than the null.
PAC_FLOOR = 1e-3
#: Runs of k-means of which the best gives the cluster index.
N_STARTS = 5
#: Draws after which it is looked whether more could change anything.
BATCH = 20


@dataclass(frozen=True)
class Settings:
    """How a cohort is clustered and tested.

    Parameters
    ----------
    ks
        Numbers of strata to try.
    algorithm
        ``"kmeans"`` or ``"ward"``.
    resamples, fraction
        Resamples of the consensus, and the share of patients in each.
    null_simulations
        Simulated cohorts without groups.
    alpha
        Chance of a false claim that is accepted, per piece of evidence.
    seed
        From the config.
    cohort
        Name that the random streams depend on.
    """

    ks: tuple[int, ...]
    algorithm: str = "kmeans"
    resamples: int = 200
    fraction: float = 0.8
    null_simulations: int = 100
    alpha: float = 0.05
    seed: int = 1
    cohort: str = "cohort"

    def rng(self, *names: str | int) -> np.random.Generator:
        """Return the random stream of a named use."""
        return random_generator(self.seed, self.cohort, "strata", *names)


@dataclass(frozen=True)
class Statistics:
    """What is measured on a cohort, or on many simulated ones, at each k.

    Parameters
    ----------
    pac
        Proportion of ambiguously clustered pairs: one value a k, or draws × k.
    log_index
        Log of the cluster index: within-cluster over total sum of squares.
    """

    pac: Floats
    log_index: Floats


def pac_by_k(scores: Floats, *, settings: Settings, rng: np.random.Generator) -> Floats:
    """Return the PAC at each k, over the resamples used in tests."""
    drawn = draw_resamples(
        len(scores),
        n_resamples=min(TEST_RESAMPLES, settings.resamples),
        fraction=settings.fraction,
        rng=rng,
    )
    clustered = labels_by_k(
        scores, drawn, ks=list(settings.ks), rng=rng, algorithm=settings.algorithm
    )
    return np.array([ambiguous_share(labels, drawn) for _, labels in clustered])


def log_index_by_k(
    scores: Floats, *, ks: tuple[int, ...], rng: np.random.Generator
) -> Floats:
    """Return the log of the k-means cluster index at each k.

    Notes
    -----
    The index of SigClust (Liu et al. 2008, doi 10.1198/016214508000000454) is that
    of two clusters; here it is taken at every k, because three groups at the
    corners of a triangle are not summarised by two.
    """
    total = max(float(((scores - scores.mean(axis=0)) ** 2).sum()), 1e-300)
    within = [kmeans(scores, k=k, rng=rng, n_starts=N_STARTS)[2] for k in ks]
    return np.log(np.maximum(within, 1e-300) / total)


def measure(
    scores: Floats, *, settings: Settings, rng: np.random.Generator
) -> Statistics:
    """Measure one cohort, patients × components."""
    pac = pac_by_k(scores, settings=settings, rng=rng)
    return Statistics(pac, log_index_by_k(scores, ks=settings.ks, rng=rng))


def simulate_nulls(
    draw: Draw,
    *,
    settings: Settings,
    observed: Statistics | None = None,
    threads: int = 1,
) -> Statistics:
    """Measure simulated cohorts without groups.

    Parameters
    ----------
    draw
        Their source; see :mod:`genostrat.strata.nulls`.
    settings
        How to cluster; each draw has a random stream of its own, so the result does
        not depend on `threads`.
    observed
        Statistics of the cohort. With them, simulation ends as soon as no further
        draw could make any of them significant.
    threads
        Draws computed at the same time.

    Returns
    -------
    Statistics
        Draws × k.

    Notes
    -----
    Stopping is that of Besag & Clifford (1991, doi 10.1093/biomet/78.2.301), looked at
    every 20 draws: once so many draws are as extreme as the cohort that the p-value
    would stay above alpha if none of the remaining ones were, for stability, cluster
    index and the larger of the two, each at its largest over k.
    """

    def measure_draw(number: int) -> Statistics:
        rng = settings.rng("null", number)
        return measure(draw(rng), settings=settings, rng=rng)

    drawn: list[Statistics] = []
    for start in range(0, settings.null_simulations, BATCH):
        batch = range(start, min(start + BATCH, settings.null_simulations))
        drawn += _map(measure_draw, batch, threads=threads)
        null = Statistics(
            pac=np.array([one.pac for one in drawn]),
            log_index=np.array([one.log_index for one in drawn]),
        )
        if observed is not None and _is_decided(observed, null, settings=settings):
            break
    return null


def _is_decided(observed: Statistics, null: Statistics, *, settings: Settings) -> bool:
    enough = np.floor(settings.alpha * (settings.null_simulations + 1) + 1e-9)
    compared = compare_with_null(observed, null)
    return all(
        (drawn.max(axis=1) >= found.max()).sum() >= enough for found, drawn in compared
    )


def compare_with_null(
    observed: Statistics, null: Statistics
) -> list[tuple[Floats, Floats]]:
    """Put stability, cluster index and the larger of the two on the null's scale.

    Returns
    -------
    list of tuple
        For each of the three, the cohort's statistic at each k and that of the draws
        (draws × k), in standard deviations of the null; large speaks for groups.
    """
    stability = relative_to_null(log_pac(observed.pac), log_pac(null.pac))
    index = relative_to_null(observed.log_index, null.log_index)
    larger = (np.maximum(stability[0], index[0]), np.maximum(stability[1], index[1]))
    return [stability, index, larger]


def _map(function: Callable, items: range, *, threads: int) -> Iterator:
    if threads <= 1:
        return map(function, items)
    with ThreadPoolExecutor(threads) as pool:
        return iter(list(pool.map(function, items)))


def relative_to_null(observed: Floats, null: Floats) -> tuple[Floats, Floats]:
    """Put statistics of which small values speak for groups on the null's scale.

    Parameters
    ----------
    observed
        One value a k.
    null
        Draws × k.

    Returns
    -------
    statistic, null_statistic
        Null mean minus value, in standard deviations of the null at each k: for the
        cohort (one value a k) and for every draw (draws × k).
    """
    mean = null.mean(axis=0)
    spread = np.maximum(null.std(axis=0, ddof=1), 1e-9)
    return (mean - observed) / spread, (mean - null) / spread


def log_pac(pac: Floats) -> Floats:
    """Return log PAC with a floor, so that perfect stability stays finite."""
    return np.log(pac + PAC_FLOOR)
