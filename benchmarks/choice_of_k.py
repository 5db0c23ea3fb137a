"""Measure how often the chosen number of groups is the planted one.

    python -m benchmarks.choice_of_k --cohorts 100

Cohorts of 2 to 6 groups of one size, and of three groups of 70, 20 and 10 %, in 100
features with and without factors. For each grade of evidence that the best k has: the
share of cohorts in which a rule chooses the planted k, and the agreement (adjusted Rand
index) of the groups with the planted ones. Rules: all the evidence, as the workflow
chooses, and each of the five measures alone.
"""

import argparse

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from genostrat.profile.features import Layer, build_profile
from genostrat.seeds import random_generator
from genostrat.strata.clustering.consensus import consensus_matrix
from genostrat.strata.cohort import prepare_cohort
from genostrat.strata.evidence.choice import candidates, choose_k, list_measures
from genostrat.strata.evidence.selection import cut_consensus
from genostrat.strata.handover import cluster_part, gather_parts
from genostrat.strata.settings import ClusteringSettings

N_FEATURES = 100
UNEVEN = (0.7, 0.2, 0.1)
SHAPES = [*(np.full(k, 1 / k) for k in range(2, 7)), np.array(UNEVEN)]


def draw_cohort(rng, shares):
    """Return patients × features and the group of each patient."""
    n = int(rng.choice([80, 120, 160]))
    truth = np.repeat(np.arange(len(shares)), rng.multinomial(n, shares))
    values = rng.normal(size=(n, N_FEATURES))
    if rng.random() < 0.75:
        values += rng.normal(size=(n, 2)) @ rng.normal(0, 0.5, size=(2, N_FEATURES))
    separation, share = rng.choice([0.8, 1.0, 1.2, 1.5]), rng.choice([0.1, 0.2, 0.4])
    for group in range(1, len(shares)):
        moved = rng.permutation(N_FEATURES)[: int(share * N_FEATURES)]
        shift = separation * rng.choice([-1, 1], len(moved))
        values[np.ix_(truth == group, moved)] += shift
    return values, truth


def judge(number):
    """Return the evidence at each k, how its groups agree, and the planted k."""
    rng = random_generator(1, "choice of k", number)
    shares = SHAPES[number % len(SHAPES)]
    values, truth = draw_cohort(rng, shares)
    ids = [f"P{i:03d}" for i in range(len(values))]
    profile = build_profile(
        [Layer("m", pd.DataFrame(values, index=ids))],
        pd.DataFrame({"sample_id": ids}),
        adjust_for=[],
        training_ids=set(ids),
        max_features=1000,
        max_missing_rate=0.2,
    )
    settings = ClusteringSettings(
        ks=(2, 3, 4, 5, 6), resamples=100, null_simulations=40, seed=number
    )
    prepared = prepare_cohort(
        profile.features,
        profile.dictionary,
        profile.coverage,
        unrelated=None,
        settings=settings,
    )
    part = cluster_part(prepared)
    selection, record = gather_parts(prepared, [part])
    table = selection.table
    resampled = (part.focused if record["focus"] else part).resampled
    kept = [ids.index(name) for name in prepared.sample_ids]
    agreement = []
    for k in settings.ks:
        consensus = consensus_matrix(resampled.labels[k], resampled.drawn)
        found = cut_consensus(consensus, k=k)
        agreement.append(adjusted_rand_score(truth[kept], found))
    return table.assign(agreement=agreement), len(shares)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cohorts", type=int, default=100)
    n_cohorts = parser.parse_args().cohorts
    rows = []
    for number in range(n_cohorts):
        table, k = judge(number)
        among = candidates(table)
        if among.empty:
            continue
        grade = among["evidence"].iloc[0]
        measures = list_measures(among)
        chosen = {name: among.loc[measures[name].idxmax(), "k"] for name in measures}
        for rule, best in {"all": choose_k(table), **chosen}.items():
            agreed = table.set_index("k").loc[best, "agreement"]
            rows.append((grade, rule, best == k, agreed))
    found = pd.DataFrame(rows, columns=["grade", "rule", "right", "agreement"])
    print("| evidence | cohorts | rule | planted k % | agreement |")
    print("| --- | --: | --- | --: | --: |")
    for (grade, rule), part in found.groupby(["grade", "rule"], sort=False):
        right, agreed = 100 * part["right"].mean(), part["agreement"].mean()
        print(f"| {grade} | {len(part)} | {rule} | {right:.0f} | {agreed:.3f} |")


if __name__ == "__main__":
    main()
