"""How often a true pedigree is confirmed, and a false one found out.

    python benchmarks/pedigree_check.py STORE SAMPLES.tsv [--thin 6]

Founders are the samples of a real genotype store; families of three generations are
bred from them with recombination and 0.2 % of wrong genotypes, within a population and
across populations (the column `population` of SAMPLES.tsv). Prints Markdown tables.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from genostrat.genotypes.builds import GRCH38
from genostrat.genotypes.store import Store, write_contig
from genostrat.qc.relatedness.kinship import KinshipOptions, find_relatives
from genostrat.qc.relatedness.mendel import count_mendel_errors
from genostrat.qc.relatedness.pedigree import check_pedigree
from genostrat.seeds import random_generator
from genostrat.sheets.pedigree import Pedigree

OPTIONS = KinshipOptions(0.0442, 500, 0.01, 0.05)
N_FAMILIES = 100
FOUNDERS = ("gf", "gm", "mum", "uncle", "mum2")
CHILDREN = {
    "dad": ("gf", "gm"),
    "aunt": ("gf", "gm"),
    "kid": ("dad", "mum"),
    "kid2": ("dad", "mum"),
    "cousin": ("uncle", "aunt"),
    "half": ("dad", "mum2"),
}
ERROR_RATE = 0.002
BASES_PER_MORGAN = 1e8


def in_family(parents, number):
    """Return a family's parents by sample: `parents` with its number."""
    return {
        f"{child}{number:03}": tuple(name and f"{name}{number:03}" for name in both)
        for child, both in parents.items()
    }


def pass_on(rng, haplotypes, positions):
    """Return one gamete: crossovers at random, one in a Morgan."""
    span = positions[-1] - positions[0]
    cuts = np.sort(
        positions[0] + span * rng.random(rng.poisson(span / BASES_PER_MORGAN))
    )
    side = (np.searchsorted(cuts, positions) + rng.integers(2)) % 2
    return np.where(side == 0, haplotypes[0], haplotypes[1])


def breed(rng, genotypes, positions, founders):
    """Return the genotypes of families, a column a person.

    Phase is drawn at random: kinship does not look at it.
    """
    people = []
    for chosen in founders:
        family = {}
        for name, column in zip(FOUNDERS, chosen, strict=True):
            calls = np.maximum(genotypes[:, column], 0)
            first = (calls == 2) | ((calls == 1) & (rng.random(len(calls)) < 0.5))
            family[name] = np.array([first, calls - first])
        for child, parents in CHILDREN.items():
            gametes = [pass_on(rng, family[name], positions) for name in parents]
            family[child] = np.array(gametes)
        people += [haplotypes.sum(axis=0) for haplotypes in family.values()]
    calls = np.column_stack(people).astype(np.int8)
    wrong = rng.random(calls.shape) < ERROR_RATE
    calls[wrong] = rng.integers(0, 3, wrong.sum())
    return calls


def write_families(folder, source, populations, *, mixed, thin):
    rng = random_generator(1, "pedigree check", str(mixed), str(thin))
    everybody = np.arange(len(populations))
    groups = (
        [everybody]
        if mixed
        else [np.flatnonzero(populations == name) for name in sorted(set(populations))]
    )
    # Nobody founds two families: their descendants would be relatives.
    founders = []
    for group in groups:
        drawn = rng.permutation(group)[: len(group) // len(FOUNDERS) * len(FOUNDERS)]
        founders += list(drawn.reshape(-1, len(FOUNDERS)))
    founders = [founders[i] for i in rng.permutation(len(founders))[:N_FAMILIES]]
    names = [f"{m}{n:03}" for n in range(N_FAMILIES) for m in (*FOUNDERS, *CHILDREN)]
    for contig in source.autosomes:
        positions = contig.variants["position"].to_numpy()
        rows = np.arange(0, len(positions), thin)
        positions = positions[rows]
        write_contig(
            folder,
            contig.name,
            blocks=[breed(rng, contig.read(rows), positions, founders)],
            n_variants=len(rows),
            pvar_lines=[f"{contig.name}\t{p}\t.\tA\tG\t.\tPASS" for p in positions],
            samples=names,
            sexes=[""] * len(names),
        )
    return Store(folder)


def judge(store, parents):
    known = Pedigree(
        person_of={name: name for name in store.samples},
        parents={k: v for n in range(N_FAMILIES) for k, v in parents(n).items()},
    )
    pairs, record = find_relatives(store, options=OPTIONS, pedigree=known)
    table = check_pedigree(store, pairs, pedigree=known, options=OPTIONS)
    errors = count_mendel_errors(
        store, known, sexes={}, build=GRCH38, max_error_rate=0.07, min_sites=50
    )
    return table[table["status"] != "unexpected"], errors, record


def true_parents(number):
    return in_family(CHILDREN, number)


def half_called_full(number):
    return in_family({"kid": ("a", "b"), "half": ("a", "b")}, number)


def full_called_half(number):
    return in_family({"kid": ("a", "b"), "kid2": ("a", "c")}, number)


def stranger_called_parent(number):
    [father] = in_family({"gf": ()}, (number + 1) % N_FAMILIES)
    return {f"mum{number:03}": (father, "")}


def strangers_called_parents(number):
    other = in_family(CHILDREN, (number + 1) % N_FAMILIES)
    own = in_family(CHILDREN, number)
    return dict(zip(own, other.values(), strict=True))


PEDIGREES = {
    "the truth": (true_parents, None),
    "half-siblings as full": (half_called_full, ["full_siblings"]),
    "full siblings as half": (full_called_half, ["half_siblings"]),
    "a stranger as a parent": (stranger_called_parent, ["parent_child"]),
    "strangers as parents": (strangers_called_parents, ["parent_child"]),
}


def show(store, title):
    lines = []
    for said, (parents, relations) in PEDIGREES.items():
        table, errors, record = judge(store, parents)
        for relation in relations or sorted(set(table["expected"])):
            counts = table.loc[table["expected"] == relation, "status"].value_counts()
            cells = [counts.get(s, 0) for s in ("ok", "not_assessable", "mismatch")]
            lines.append(f"| {said} | {relation} | {' | '.join(map(str, cells))} |")
        bad = (errors["status"] == "inconsistent").sum()
        if len(errors):
            rates = 100 * errors["error_rate"].quantile([0, 0.5, 1])
            low, middle, high = rates
            lines.append(
                f"| {said} | Mendel: {bad} of {len(errors)} inconsistent, error rate"
                f" {low:.1f} / {middle:.1f} / {high:.1f} % | | | |"
            )
    print(f"\n{title}: {record['n_sites']:,} common SNVs\n")
    print("| the sheet says | relation | ok | not assessable | mismatch |")
    print("|---|---|---|---|---|")
    print("\n".join(lines))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store", type=Path)
    parser.add_argument("samples", type=Path)
    parser.add_argument("--thin", type=int, default=1, help="take every n-th variant")
    arguments = parser.parse_args()
    source = Store(arguments.store)
    sheet = pd.read_csv(arguments.samples, sep="\t", dtype=str)
    labels = dict(zip(sheet["sample_id"], sheet["population"], strict=True))
    populations = np.array([labels[name] for name in source.samples])
    for mixed in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            store = write_families(
                Path(folder), source, populations, mixed=mixed, thin=arguments.thin
            )
            title = "Founders of any population" if mixed else "Of one population"
            show(store, title)


if __name__ == "__main__":
    main()
