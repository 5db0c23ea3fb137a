"""How many strata there are, and how strong the evidence for them is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from genostrat.arrays import Indices, Reals
from genostrat.stats.effects import adjust_max_statistic, permutation_p
from genostrat.strata.clustering.classifier import MIN_PATIENTS_A_STRATUM
from genostrat.strata.clustering.consensus import consensus_matrix, cumulative_consensus
from genostrat.strata.evidence.boundary import border_test
from genostrat.strata.evidence.choice import (
    choose_k,
    find_ties,
    nest_partitions,
    rank_evidence,
)
from genostrat.strata.evidence.resampling import Resampled
from genostrat.strata.evidence.shown import prediction_strength
from genostrat.strata.evidence.statistics import Statistics, compare_with_null, log_pac
from genostrat.strata.evidence.valley import combine_ratios, has_valleys, valley_ratios
from genostrat.strata.settings import ClusteringSettings


@dataclass(frozen=True)
class Selection:
    """The number of strata and what speaks for it.

    Parameters
    ----------
    table
        ``strata/k_selection.tsv``.
    k
        The best number of strata, whether or not it is supported.
    labels
        Consensus cluster of each patient at that k.
    consensus
        Consensus matrix at that k.
    null
        Statistics of the simulated cohorts.
    observed
        Statistics of the cohort.
    distribution
        ``strata/consensus_cdf.tsv``.
    """

    table: pd.DataFrame
    k: int
    labels: Indices
    consensus: Reals
    null: Statistics
    observed: Statistics
    distribution: pd.DataFrame


def select_strata(
    scores: Reals,
    resampled: Resampled,
    *,
    observed: Statistics,
    null: Statistics,
    settings: ClusteringSettings,
    n_views: int = 1,
) -> Selection:
    """Weigh every number of strata against cohorts without groups.

    Parameters
    ----------
    scores
        Patients × principal components of all layers.
    resampled
        Clusterings of the cohort's resamples.
    observed
        Statistics of the cohort.
    null
        Statistics of cohorts without groups.
    settings
        How the cohort was clustered.
    n_views
        In how many sets of features groups are looked for: p-values are multiplied by
        it (Bonferroni), and its logarithm is taken off the valley.

    Notes
    -----
    Two hypotheses without groups must fall. The first is a Gaussian cohort. Two
    statistics are compared with the same simulated cohorts: the log of PAC, as in M3C,
    and the log of the cluster index, as in SigClust. Which of them shows groups better
    depends on the groups; so at each k the larger one counts, in standard deviations
    of the null, adjusted over k and for the choice between the two by the null of the
    largest value (:func:`genostrat.stats.effects.adjust_max_statistic`).

    The second is a continuum. One along which patients are spread evenly is more stable
    and better summarised by clusters than a Gaussian; so at each k neighbouring groups
    must be two peaks rather than one spread cut in two
    (:func:`genostrat.strata.evidence.valley.valley_ratios`). And heavy tails give
    stable clusters of a few outliers; so a k with a cluster below 5 patients is not
    eligible.

    The best k is chosen by :func:`genostrat.strata.evidence.choice.choose_k`.
    """
    parts, distributions = {}, []
    for k in settings.ks:
        consensus = consensus_matrix(resampled.labels[k], resampled.drawn)
        parts[k] = (cut_consensus(consensus, k=k), consensus)
        distributions.append(cumulative_consensus(consensus, k=k))
    table = _table(scores, observed, null, parts, settings=settings, n_views=n_views)
    k = choose_k(table)
    labels, consensus = parts[k]
    distribution = pd.concat(distributions, ignore_index=True)
    return Selection(table, k, labels, consensus, null, observed, distribution)


def cut_consensus(consensus: Reals, *, k: int) -> Indices:
    """Cut the average-linkage tree of 1 - consensus into at most k clusters."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    apart = np.clip(1 - consensus.astype(float), 0, 1)
    np.fill_diagonal(apart, 0)
    tree = linkage(squareform(apart, checks=False), method="average")
    cut = fcluster(tree, k, criterion="maxclust")
    return np.unique(cut, return_inverse=True)[1].astype(np.intp)


def _table(
    scores: Reals,
    observed: Statistics,
    null: Statistics,
    parts: dict[int, tuple[Indices, Reals]],
    *,
    settings: ClusteringSettings,
    n_views: int,
) -> pd.DataFrame:
    log_null = log_pac(null.pac)
    (stability, null_stability), (index, null_index), larger = compare_with_null(
        observed, null
    )
    columns = range(len(settings.ks))
    table = pd.DataFrame(
        {
            "k": list(settings.ks),
            "pac": observed.pac,
            "pac_null_mean": null.pac.mean(axis=0),
            "rcsi": log_null.mean(axis=0) - log_pac(observed.pac),
            "p_value": [
                permutation_p(stability[i], null_stability[:, i]) for i in columns
            ],
            "p_adjusted": adjust_max_statistic(stability, null_stability),
            "sigclust_p": adjust_max_statistic(index, null_index),
            "prediction_strength": [
                prediction_strength(scores, k=k, rng=settings.rng("halving", k))
                for k in settings.ks
            ],
            "gap": null.log_index.mean(axis=0) - observed.log_index,
            "sigclust_p_value": [
                permutation_p(index[i], null_index[:, i]) for i in columns
            ],
            "joint_p": adjust_max_statistic(*larger),
        }
    )
    tested = ["p_value", "p_adjusted", "sigclust_p", "sigclust_p_value", "joint_p"]
    table[tested] = np.minimum(1.0, n_views * table[tested])
    borders = [border_test(scores, labels) for labels, _ in parts.values()]
    sizes = [np.bincount(labels, minlength=k) for k, (labels, _) in parts.items()]
    table["cluster_index"] = np.exp(observed.log_index)
    table["border_share"] = [share for share, _ in borders]
    # Bonferroni: the best k is looked for among all of them.
    table["border_p"] = [min(1.0, p * len(borders)) for _, p in borders]
    table["smallest_cluster"] = [int(size.min()) for size in sizes]
    table["eligible"] = table["smallest_cluster"] >= MIN_PATIENTS_A_STRATUM
    # A valley is looked for in each set of features: its odds must be as much better.
    valley = [
        combine_ratios(valley_ratios(scores, labels)) - np.log(n_views)
        for labels, _ in parts.values()
    ]
    table["evidence"] = _grade_evidence(
        table.assign(valley=valley), alpha=settings.alpha
    )
    table["valley"] = valley
    table["rank_sum"] = rank_evidence(table)
    table["tied"] = find_ties(table)
    table["nested_in"] = nest_partitions(
        {k: labels for k, (labels, _) in parts.items()}, table
    )
    return table


def _grade_evidence(table: pd.DataFrame, *, alpha: float) -> list[str]:
    """Grade each k: full, partial or none."""
    grades = []
    for row in table.to_dict(orient="records"):
        is_stable = row["p_value"] <= alpha
        if not row["eligible"] or not row["joint_p"] <= alpha:
            grades.append("none")
        elif has_valleys(row["valley"]):
            grades.append("full")
        else:
            grades.append("partial" if is_stable else "none")
    return grades
