"""What a cohort's statistics are, and what they are in cohorts without groups."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from genostrat.arrays import Reals
from genostrat.stats.effects import adjust_max_statistic
from genostrat.strata.clustering.consensus import ambiguous_share, labels_of_space
from genostrat.strata.clustering.resamples import draw_resamples, kmeans
from genostrat.strata.clustering.spaces import Space
from genostrat.strata.evidence.nulls import Draw
from genostrat.strata.settings import ClusteringSettings

#: PAC is compared with its null over so many resamples on either side; more change
#: the p-value by less than another set of null draws does.
TEST_RESAMPLES = 100
#: Added to PAC before logarithms: a partition without any undecided pair would be
#: infinitely better than the null.
PAC_FLOOR = 1e-3
#: Runs of k-means of which the best gives the cluster index.
N_STARTS = 5
#: Sets of resamples over which the cohort's own log PAC is averaged: at least, at most,
#: and together of so many patients: one set alone moves a p-value by as much as the
#: verdict can hang on, most among few patients.
LEAST_REPEATS, MOST_REPEATS, REPEATED_PATIENTS = 4, 40, 4000
#: Where a p-value is so close to its level that chance in drawing decides, up to so
#: many times as many cohorts without groups are drawn up to a size, and no more from
#: another on.
MOST_TIMES, FULLY_UP_TO, NO_MORE_FROM = 5, 200, 500
#: Chance with which the draws so far may be on the wrong side of the level.
IN_DOUBT = 0.05
#: Draws after which it is looked whether more could change anything.
BATCH = 20


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

    pac: Reals
    log_index: Reals

    @classmethod
    def stack(cls, drawn: list[Statistics]) -> Statistics:
        """Return the statistics of many cohorts as one, draws × k."""
        return cls(
            pac=np.array([one.pac for one in drawn]),
            log_index=np.array([one.log_index for one in drawn]),
        )


def pac_by_k(
    space: Space, *, settings: ClusteringSettings, rng: np.random.Generator
) -> Reals:
    """Return the PAC at each k, over the resamples used in tests."""
    drawn = draw_resamples(
        len(space.scores),
        n_resamples=min(TEST_RESAMPLES, settings.resamples),
        fraction=settings.resample_fraction,
        rng=rng,
    )
    labels, taking_part = labels_of_space(
        space, drawn, ks=list(settings.ks), rng=rng, algorithm=settings.algorithm
    )
    return np.array([ambiguous_share(labels[k], taking_part) for k in settings.ks])


def log_index_by_k(
    scores: Reals, *, ks: tuple[int, ...], rng: np.random.Generator
) -> Reals:
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
    space: Space, *, settings: ClusteringSettings, rng: np.random.Generator
) -> Statistics:
    """Measure one cohort."""
    pac = pac_by_k(space, settings=settings, rng=rng)
    return Statistics(pac, log_index_by_k(space.scores, ks=settings.ks, rng=rng))


def observe(space: Space, *, settings: ClusteringSettings) -> Statistics:
    """Measure the cohort itself, with as little chance as can be.

    Notes
    -----
    Log PAC is the mean over several sets of resamples, each of the size that cohorts
    without groups are measured with. These are measured once, so that they spread a
    little wider around their mean than the cohort does around its own, which makes
    tests stricter, never looser.
    """
    first = measure(space, settings=settings, rng=settings.rng("observed"))
    repeats = np.clip(
        REPEATED_PATIENTS // len(space.scores), LEAST_REPEATS, MOST_REPEATS
    )
    more = [
        pac_by_k(space, settings=settings, rng=settings.rng("observed", repeat))
        for repeat in range(1, int(repeats))
    ]
    logs = log_pac(np.stack([first.pac, *more])).mean(axis=0)
    return Statistics(np.maximum(np.exp(logs) - PAC_FLOOR, 0.0), first.log_index)


def measure_draws(
    draw: Draw, numbers: list[int], *, settings: ClusteringSettings, threads: int = 1
) -> list[Statistics]:
    """Measure simulated cohorts without groups.

    Parameters
    ----------
    draw
        Their source; see :mod:`genostrat.strata.evidence.nulls`.
    numbers
        Which draws to measure. Each has a random stream of its own, so that its
        statistics depend neither on `threads` nor on the other draws.
    settings
        How to cluster.
    threads
        Draws computed at the same time.
    """

    def measure_draw(number: int) -> Statistics:
        rng = settings.rng("null", number)
        return measure(draw(rng), settings=settings, rng=rng)

    if threads <= 1:
        return [measure_draw(number) for number in numbers]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(measure_draw, numbers))


def gather_nulls(
    measured: Callable[[list[int]], list[Statistics]],
    observed: Statistics | None,
    *,
    settings: ClusteringSettings,
    n_patients: int | None = None,
    n_views: int = 1,
) -> Statistics:
    """Gather simulated cohorts for as long as more of them could change anything.

    Parameters
    ----------
    measured
        Returns the statistics of the draws with these numbers.
    observed
        Statistics of the cohort. With them, gathering ends as soon as no further
        draw could make any of them significant.
    settings
        How the cohort was clustered.

    n_patients
        Patients in the cohort; without it no more draws are made than are asked for.
    n_views
        Sets of features in which groups are looked for.

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

    A p-value of few draws has an error of its own: at 0.05, 100 draws have one of 0.02.
    As long as the interval of a p-value that the verdict rests on holds the level
    (Clopper & Pearson 1934, 95 %), as many cohorts again are drawn, up to five times as
    many among up to 200 patients, and fewer among more, who take longer and vary less:
    from 500 on no more than were asked for.
    """
    drawn: list[Statistics] = []
    asked = settings.null_simulations
    for start in range(0, asked, BATCH):
        drawn += measured(list(range(start, min(start + BATCH, asked))))
        null = Statistics.stack(drawn)
        if observed is not None and _is_decided(observed, null, settings=settings):
            return null
    if observed is None or n_patients is None:
        return null
    share = (NO_MORE_FROM - n_patients) / (NO_MORE_FROM - FULLY_UP_TO)
    times = np.clip(MOST_TIMES * share, 1, MOST_TIMES)
    level = settings.alpha / n_views
    for again in range(1, round(times)):
        if not _is_in_doubt(observed, null, level=level):
            break
        drawn += measured(list(range(again * asked, (again + 1) * asked)))
        null = Statistics.stack(drawn)
    return null


def simulate_nulls(
    draw: Draw,
    *,
    settings: ClusteringSettings,
    observed: Statistics | None = None,
    threads: int = 1,
    n_patients: int | None = None,
    n_views: int = 1,
) -> Statistics:
    """Measure as many simulated cohorts without groups as it takes.

    Parameters and result are those of :func:`measure_draws` and
    :func:`gather_nulls`.
    """

    def measured(numbers: list[int]) -> list[Statistics]:
        return measure_draws(draw, numbers, settings=settings, threads=threads)

    return gather_nulls(
        measured,
        observed,
        settings=settings,
        n_patients=n_patients,
        n_views=n_views,
    )


def _is_in_doubt(observed: Statistics, null: Statistics, *, level: float) -> bool:
    """Say whether more draws could turn a test that the verdict rests on.

    These are the joint test over all k, and stability at each k that passes it.
    """
    (stability, null_stability), _, (larger, null_larger) = compare_with_null(
        observed, null
    )
    n_draws = len(null_stability)
    beyond = int((null_larger.max(axis=1) >= larger.max()).sum())
    below, above = _interval(beyond, n_draws)
    if below > level:
        return False
    if above > level:
        return True
    joint = adjust_max_statistic(larger, null_larger)
    for column in np.flatnonzero(joint <= level):
        count = int((null_stability[:, column] >= stability[column]).sum())
        below, above = _interval(count, n_draws)
        if below <= level < above:
            return True
    return False


def _interval(count: int, total: int) -> tuple[float, float]:
    """Return the exact interval of a share (Clopper & Pearson 1934)."""
    from scipy.stats import beta

    low = beta.ppf(IN_DOUBT / 2, count, total - count + 1) if count else 0.0
    high = (
        beta.ppf(1 - IN_DOUBT / 2, count + 1, total - count) if count < total else 1.0
    )
    return float(low), float(high)


def _is_decided(
    observed: Statistics, null: Statistics, *, settings: ClusteringSettings
) -> bool:
    enough = np.floor(settings.alpha * (settings.null_simulations + 1) + 1e-9)
    compared = compare_with_null(observed, null)
    return all(
        (drawn.max(axis=1) >= found.max()).sum() >= enough for found, drawn in compared
    )


def compare_with_null(
    observed: Statistics, null: Statistics
) -> list[tuple[Reals, Reals]]:
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


def relative_to_null(observed: Reals, null: Reals) -> tuple[Reals, Reals]:
    """Put statistics whose small values indicate groups on the null's scale.

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


def log_pac(pac: Reals) -> Reals:
    """Return log PAC with a floor, so that perfect stability stays finite."""
    return np.log(pac + PAC_FLOOR)
