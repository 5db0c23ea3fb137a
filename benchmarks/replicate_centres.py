"""Whether strata that are at some centres alone are told from those that are at all.

    python -m benchmarks.replicate_centres [--rounds 50] [--distance 5]

Six centres of 80 to 600 patients, with ancestries in different shares that move a few
features along a line. Five have the same three groups, in shares of their own, whose
centres are on average `distance` standard deviations apart over all features; one of
these has a shift of every feature (a batch); the sixth has no groups, but a cloud as
long. The cohort's labels are k-means of all centres together. A second kind of round
has no groups anywhere. Counted is which verdict each centre gets from all others.
"""

import argparse
from collections import Counter, defaultdict

import numpy as np
from sklearn.cluster import KMeans

from genostrat.centres.replication import replicate, summarise

N_CENTRES, K, N_DEFINING = 6, 3, 15
BATCH, WITHOUT = "batch", "no groups"


def draw(rng, n_features, *, grouped, distance):
    """Return values, labels of the cohort, centres."""
    centres_of_groups = rng.normal(size=(K, N_DEFINING))
    scale = np.mean(
        [
            np.linalg.norm(centres_of_groups[a] - centres_of_groups[b])
            for a in range(K)
            for b in range(a)
        ]
    )
    centres_of_groups *= distance / scale
    ancestry = np.zeros(n_features)
    ancestry[rng.choice(n_features, 10, replace=False)] = 0.3
    parts, names = [], []
    for number in range(N_CENTRES):
        n = int(rng.integers(80, 601))
        kind = {0: BATCH, 1: WITHOUT}.get(number, f"plain {number}")
        values = rng.normal(size=(n, n_features))
        values += np.outer(rng.random(n) < rng.uniform(0.1, 0.9), ancestry)
        if grouped and kind != WITHOUT:
            shares = rng.dirichlet([10] * K)
            values[:, :N_DEFINING] += centres_of_groups[rng.choice(K, n, p=shares)]
        else:
            # As long a cloud as the groups make, in the same directions.
            spread = np.cov(centres_of_groups, rowvar=False, bias=True)
            values[:, :N_DEFINING] += rng.multivariate_normal(
                np.zeros(N_DEFINING), spread, n
            )
        if kind == BATCH:
            values += rng.normal(0, 1.0, n_features)
        parts.append(values)
        names += [kind] * n
    values = np.concatenate(parts)
    where = np.array(names)
    centred = values.copy()
    for name in set(names):
        centred[where == name] -= centred[where == name].mean(axis=0)
    labels = KMeans(K, n_init=5, random_state=0).fit_predict(centred)
    return values / values.std(axis=0), [f"S{label + 1}" for label in labels], names


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--features", type=int, default=60)
    parser.add_argument("--distance", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for grouped in (True, False):
        found = defaultdict(Counter)
        for number in range(options.rounds):
            rng = np.random.default_rng([options.seed, number, grouped])
            values, labels, names = draw(
                rng, options.features, grouped=grouped, distance=options.distance
            )
            table = replicate(
                values, labels, names, rng=rng, n_nulls=99, in_pairs=False
            )
            summary = summarise(table)
            for centre, one in summary["centres"].items():
                kind = centre if centre in (BATCH, WITHOUT) else "plain"
                found[kind][one["verdict"]] += 1
            found["whole cohort"][summary["verdict"]] += 1
        print("with groups" if grouped else "without groups anywhere")
        for kind, counts in sorted(found.items()):
            told = ", ".join(f"{name} {n}" for name, n in counts.most_common())
            print(f"  {kind}: {told}")


if __name__ == "__main__":
    main()
