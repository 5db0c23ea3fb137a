"""One step of consensus clustering as a process of its own, to be timed from outside.

    python benchmarks/consensus_steps.py simulate MATRIX N N_FEATURES
    python benchmarks/consensus_steps.py consensus MATRIX N KS ALGORITHM RESAMPLES
    python benchmarks/consensus_steps.py strata MATRIX N KS THREADS

MATRIX holds doubles of N patients, one after the other; KS are two numbers of groups,
the smallest and the largest. The first writes a matrix, with three groups; the second
makes the consensus matrices in the space that the workflow clusters in; the third is
the whole step, simulated cohorts without groups included.
"""

import argparse
import os

import numpy as np
import pandas as pd

#: Features that tell a group from the two others, and how far, in standard deviations.
N_MARKERS, APART = 100, 1.0


def simulate_groups(n_patients, n_features):
    """Return patients × features in standard deviations, three groups of them."""
    from genostrat.seeds import random_generator

    rng = random_generator(1, "consensus speed", n_patients)
    values = rng.normal(size=(n_patients, n_features))
    group = np.arange(n_patients) % 3
    for number in range(3):
        markers = slice(number * N_MARKERS, (number + 1) * N_MARKERS)
        values[group == number, markers] += APART
    return (values - values.mean(axis=0)) / values.std(axis=0)


def read_matrix(path, n_patients):
    return np.fromfile(path).reshape(n_patients, -1)


def make_consensus(values, ks, algorithm, resamples):
    from genostrat.seeds import random_generator
    from genostrat.stats.effects import one_blas_thread
    from genostrat.strata.clustering.consensus import consensus_by_k
    from genostrat.strata.clustering.rotation import rotate

    with one_blas_thread():
        matrices = consensus_by_k(
            rotate(values).scores,
            ks=list(ks),
            n_resamples=resamples,
            fraction=0.8,
            rng=random_generator(1, "consensus speed"),
            algorithm=algorithm,
        )
        for k, matrix in matrices:
            print(f"k {k}: mean consensus {matrix.mean():.3f}")


def profile_of(values):
    """Return the tables that the strata stage reads: features, dictionary, coverage."""
    names = [f"rna:f{number}" for number in range(values.shape[1])]
    ids = [f"P{number:05}" for number in range(len(values))]
    features = pd.DataFrame(values, columns=names)
    features.insert(0, "sample_id", ids)
    dictionary = pd.DataFrame(
        {
            "feature": names,
            "layer": "rna",
            "encoding": "continuous",
            "transform": "none",
            "made_of": names,
            "status": "used",
        }
    )
    coverage = pd.DataFrame({"sample_id": ids, "layer": "rna"})
    coverage["n_measured"] = coverage["n_features"] = len(names)
    return features, dictionary, coverage


def find_strata(values, ks, threads):
    from genostrat.strata.handover import cluster_cohort
    from genostrat.strata.settings import ClusteringSettings

    selection, _, _ = cluster_cohort(
        *profile_of(values),
        unrelated=None,
        settings=ClusteringSettings(
            ks=ks, max_patients=len(values), cohort="consensus speed"
        ),
        threads=threads,
    )
    sizes = np.bincount(selection.labels)
    print(
        f"k {selection.k}, groups of {sizes.tolist()}, on {os.cpu_count()} processors"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("step", choices=["simulate", "consensus", "strata"])
    parser.add_argument("matrix")
    parser.add_argument("patients", type=int)
    parser.add_argument("rest", nargs="+")
    words = parser.parse_args()
    if words.step == "simulate":
        values = simulate_groups(words.patients, int(words.rest[0]))
        values.astype("<f8").tofile(words.matrix)
        return
    values = read_matrix(words.matrix, words.patients)
    ks = tuple(range(int(words.rest[0]), int(words.rest[1]) + 1))
    if words.step == "consensus":
        make_consensus(values, ks, words.rest[2], int(words.rest[3]))
    else:
        find_strata(values, ks, int(words.rest[2]))


if __name__ == "__main__":
    main()
