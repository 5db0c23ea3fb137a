"""Measure kinship in families across two peoples: KING-robust, and adjusted.

    PYTHONPATH=.:tests python -m benchmarks.admixed_kinship --seeds 1 2

Two peoples of F_ST 0.12 at 12,000 SNVs, 150 founders of each and 40 of mixed descent.
Across them 30 pairs of half-siblings and 30 of grandparent and grandchild, whose degree
is the second, and 30 of first cousins, of the third. What is printed: how many pairs
got their degree, and how many others each way takes for relatives.
"""

import argparse
import itertools
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
from genotype_stores import write_store

from genostrat.qc.adjusted.kinship import adjust_kinship
from genostrat.qc.components.ancestry import AncestryOptions, compute_pcs
from genostrat.qc.relatedness.kinship import KinshipOptions, find_relatives
from genostrat.qc.relatedness.relationships import choose_unrelated
from genostrat.sheets.pedigree import read_pedigree

N_SITES, F_ST, N_CHROMOSOMES, LENGTH = 12_000, 0.12, 22, 100_000_000
OPTIONS = KinshipOptions(
    min_kinship=0.0442, min_sites=1000, min_maf=0.05, max_missing_rate=0.02
)
ANCESTRY = AncestryOptions(10, 500, 0.05, 0.02, 50, 5, 0.5)


class Peoples:
    """Founders of two peoples, and children by gametes with crossovers."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        ancestral = self.rng.uniform(0.1, 0.9, N_SITES)
        shape = (1 - F_ST) / F_ST
        self.frequencies = [
            self.rng.beta(shape * ancestral, shape * (1 - ancestral)) for _ in "AB"
        ]
        self.ends = np.linspace(0, N_SITES, N_CHROMOSOMES + 1).astype(int)

    def founder(self, people):
        """Return the two haplotypes of somebody of a people."""
        draws = self.rng.random((2, N_SITES))
        return (draws < self.frequencies[people]).astype(np.int8)

    def gamete(self, parent):
        """Return what a parent passes on."""
        passed = np.empty(N_SITES, np.int8)
        for start, stop in itertools.pairwise(self.ends):
            cuts = np.sort(self.rng.integers(start, stop, self.rng.poisson(1.5)))
            copy, low = self.rng.integers(2), start
            for high in [*cuts, stop]:
                passed[low:high] = parent[copy, low:high]
                copy, low = 1 - copy, high
        return passed

    def child(self, one, two):
        """Return a child of two."""
        return np.stack([self.gamete(one), self.gamete(two)])


def draw(seed):
    """Return name → haplotypes, and pair → its degree."""
    made, people, truth = Peoples(seed), {}, {}
    for i in range(150):
        people[f"a{i:03}"], people[f"b{i:03}"] = made.founder(0), made.founder(1)
    for i in range(40):
        mixed = made.child(made.founder(0), made.founder(1))
        people[f"x{i:03}"] = made.child(mixed, made.founder(int(made.rng.integers(2))))
    for i in range(30):
        shared, old = made.founder(0), made.founder(1)
        parent = made.child(old, made.founder(0))
        pair = made.founder(0), made.founder(0)
        siblings = made.child(*pair), made.child(*pair)
        families = {
            ("h", "second"): (
                made.child(shared, made.founder(0)),
                made.child(shared, made.founder(1)),
            ),
            ("g", "second"): (old, made.child(parent, made.founder(0))),
            ("c", "third"): (
                made.child(siblings[0], made.founder(0)),
                made.child(siblings[1], made.founder(1)),
            ),
        }
        for (kind, degree), both in families.items():
            names = f"{kind}{i:03}1", f"{kind}{i:03}2"
            people |= dict(zip(names, both, strict=True))
            truth[names] = degree
    return people, truth, made.ends


def measure(people, ends, folder):
    """Return the table of adjusted kinship, by pair, and its record."""
    names = sorted(people)
    calls = np.stack([people[name].sum(axis=0) for name in names], axis=1)
    contigs = {}
    for number, (start, stop) in enumerate(itertools.pairwise(ends), 1):
        places = np.linspace(1, LENGTH, stop - start).astype(int).tolist()
        contigs[str(number)] = places, calls[start:stop]
    store = write_store(folder, contigs, samples=names)
    sheet = pd.DataFrame({"sample_id": names, "sex": ""})
    pairs, _ = find_relatives(store, options=OPTIONS, pedigree=read_pedigree(sheet))
    unrelated, _ = choose_unrelated(names, pairs, min_kinship=0.0884, call_rate={})
    pcs, components = compute_pcs(
        store, unrelated=unrelated, pairs=pairs, options=ANCESTRY
    )
    table, record = adjust_kinship(
        store,
        pairs=pairs,
        pcs=pcs,
        components=components,
        unrelated=unrelated,
        options=OPTIONS,
        ancestry=ANCESTRY,
    )
    return table.set_index(["sample_1", "sample_2"]), record


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    counts = Counter()
    for seed in parser.parse_args().seeds:
        people, truth, ends = draw(seed)
        with tempfile.TemporaryDirectory() as folder:
            table, record = measure(people, ends, Path(folder))
        for column in ("relationship", "relationship_adjusted"):
            told = table[column].to_dict()
            for pair, degree in truth.items():
                counts[degree, "pairs", column] += 1
                counts[degree, "right", column] += told.get(pair, "") == degree
            others = [d for pair, d in told.items() if pair not in truth and d]
            counts["strangers", "listed", column] += len(others)
        print(f"seed {seed}: {record['n_components']} components")
    for column in ("relationship", "relationship_adjusted"):
        for degree in ("second", "third"):
            right = counts[degree, "right", column]
            print(f"{column}: {degree} {right} of {counts[degree, 'pairs', column]}")
        print(f"{column}: strangers {counts['strangers', 'listed', column]}")


if __name__ == "__main__":
    main()
