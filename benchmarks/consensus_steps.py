"""One step of consensus clustering as a process of its own, to be timed from outside.

    python benchmarks/consensus_steps.py consensus MATRIX N_PATIENTS ALGORITHM RESAMPLES
    python benchmarks/consensus_steps.py strata MATRIX N_PATIENTS THREADS

MATRIX holds doubles, a patient after the other. The first makes the consensus matrices
for 2 to 8 groups in the space that the workflow clusters in; the second is the whole
step, simulated cohorts without groups included.
"""

import argparse
import os

import numpy as np
import pandas as pd

KS = tuple(range(2, 9))


def read_matrix(path, n_patients):
    return np.fromfile(path).reshape(n_patients, -1)


def make_consensus(values, algorithm, resamples):
    from genostrat.seeds import random_generator
    from genostrat.stats import one_blas_thread
    from genostrat.strata.consensus import consensus_by_k
    from genostrat.strata.rotation import rotate

    with one_blas_thread():
        matrices = consensus_by_k(
            rotate(values).scores,
            ks=list(KS),
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
        {"feature": names, "layer": "rna", "encoding": "continuous", "status": "used"}
    )
    coverage = pd.DataFrame({"sample_id": ids, "layer": "rna"})
    coverage["n_measured"] = coverage["n_features"] = len(names)
    return features, dictionary, coverage


def find_strata(values, threads):
    from genostrat.strata.evidence import Settings
    from genostrat.strata.handover import cluster_cohort

    selection, _, _ = cluster_cohort(
        *profile_of(values),
        unrelated=None,
        settings=Settings(ks=KS, cohort="consensus speed"),
        max_patients=len(values),
        threads=threads,
    )
    sizes = np.bincount(selection.labels)
    print(
        f"k {selection.k}, groups of {sizes.tolist()}, on {os.cpu_count()} processors"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("step", choices=["consensus", "strata"])
    parser.add_argument("matrix")
    parser.add_argument("patients", type=int)
    parser.add_argument("rest", nargs="+")
    words = parser.parse_args()
    values = read_matrix(words.matrix, words.patients)
    if words.step == "consensus":
        make_consensus(values, words.rest[0], int(words.rest[1]))
    else:
        find_strata(values, int(words.rest[0]))


if __name__ == "__main__":
    main()
