"""Measure how many planted sample swaps are found, and how many are made up.

    PYTHONPATH=. python benchmarks/swap_detection.py --cohorts 20

Each cohort has families, declared replicates and an omics layer; some labels are then
exchanged. Everything runs as in the workflow, from the genotype store on. Printed is a
table: what was planted, and what became of it.
"""

import argparse
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from genostrat.genotypes.builds import AUTOSOMES, GRCH38
from genostrat.genotypes.records import ReadMetrics
from genostrat.genotypes.store import Store, write_contig
from genostrat.qc.identity.omics_match import match_omics
from genostrat.qc.identity.sex import SexThresholds, infer_sex
from genostrat.qc.identity.swaps import detect_swaps
from genostrat.qc.relatedness.kinship import KinshipOptions, find_relatives
from genostrat.qc.relatedness.mendel import choose_sexes, count_mendel_errors
from genostrat.qc.relatedness.pedigree import check_pedigree
from genostrat.seeds import random_generator
from genostrat.sheets.pedigree import read_pedigree

N_SINGLES, N_TRIOS, N_REPLICATES = 100, 12, 8
N_AUTOSOMAL, N_X = 4000, 150
N_FEATURES, N_DRIVEN = 400, 150
#: Share of a driven feature's variance that its variant explains.
MEDIAN_R2 = 0.25
SEX = SexThresholds(0.8, 0.6, 0.2, 0.5, 50, 20, 0.05, 0.05)
KINSHIP = KinshipOptions(0.0442, 500, 0.01, 0.05)

#: Name → whether labels differ in sex, what they have, what is exchanged.
SCENARIOS = {
    "nothing exchanged": None,
    "nothing exchanged, slips in the sheet": "slips",
    "both sexes, nothing else known": (True, "single", "genotypes", False),
    "same sex, nothing else known": (False, "single", "genotypes", False),
    "same sex, each with a relative": (False, "relative", "genotypes", False),
    "both sexes, each with a relative": (True, "relative", "genotypes", False),
    "same sex, one with a replicate": (False, "replicate", "genotypes", False),
    "same sex, with omics": (False, "single", "genotypes", True),
    "both sexes, with omics": (True, "single", "genotypes", True),
    "same sex, with a relative and omics": (False, "relative", "genotypes", True),
    "omics profiles, same sex": (False, "single", "omics", True),
    "omics profiles, both sexes": (True, "single", "omics", True),
}
N_PLANTED = 2
#: The people simulated are of one ancestry.
NO_PCS = pd.DataFrame({"sample_id": []})


@dataclass
class Cohort:
    """A sheet, genotypes by contig (in the sheet's order), and an omics matrix."""

    sheet: pd.DataFrame
    genotypes: dict = field(default_factory=dict)
    profiles: np.ndarray = field(default_factory=lambda: np.empty(0))
    features: list = field(default_factory=list)


def draw_people(rng):
    """Draw a sheet: single people, trios with two children, and replicates."""
    rows = []

    def add(name, sex, **more):
        rows.append({"sample_id": name, "sex": sex} | more)

    for i in range(N_SINGLES):
        add(f"P{i:03}", ("male", "female")[i % 2])
    for i in range(N_TRIOS):
        parents = {"father_id": f"F{i:02}", "mother_id": f"M{i:02}"}
        add(parents["father_id"], "male")
        add(parents["mother_id"], "female")
        add(f"K{i:02}", ("male", "female")[i % 2], **parents)
        if i % 3 == 0:
            add(f"L{i:02}", str(rng.choice(["male", "female"])), **parents)
    for i in range(N_REPLICATES):
        add(f"R{i:02}", ("male", "female")[i % 2], subject_id=f"P{i:03}")
    sheet = pd.DataFrame(rows).fillna("")
    sheet["batch"] = [f"plate{1 + i % 4}" for i in range(len(sheet))]
    return sheet


def draw_genotypes(rng, sheet):
    """Draw alleles of founders, pass them on, and copy those of replicates."""
    names = sheet["sample_id"].tolist()
    place = {name: i for i, name in enumerate(names)}
    male = (sheet["sex"] == "male").to_numpy()
    contigs = [*AUTOSOMES, "X"]
    per_contig = dict.fromkeys(AUTOSOMES, N_AUTOSOMAL // len(AUTOSOMES)) | {"X": N_X}
    result = {}
    for contig in contigs:
        n = per_contig[contig]
        p = rng.uniform(0.1, 0.5, n)[:, None]
        alleles = (rng.random((2, n, len(names))) < p[None]).astype(np.int8)
        for row in sheet.itertuples():
            child = place[row.sample_id]
            if not row.father_id:
                continue
            father, mother = place[row.father_id], place[row.mother_id]
            pick = rng.integers(0, 2, (2, n))
            sites = np.arange(n)
            paternal = alleles[pick[0], sites, father]
            if contig == "X":
                paternal = alleles[0, :, father]
            alleles[0, :, child] = paternal
            alleles[1, :, child] = alleles[pick[1], sites, mother]
        if contig == "X":
            # A man's one X comes from his mother.
            of_man = np.where(male, alleles[1], alleles[0])
            alleles[0] = of_man
            alleles[1] = np.where(male, of_man, alleles[1])
        for row in sheet.itertuples():
            if row.subject_id:
                alleles[:, :, place[row.sample_id]] = alleles[
                    :, :, place[row.subject_id]
                ]
        calls = alleles.sum(axis=0).astype(np.int8)
        wrong = rng.random(calls.shape) < 0.001
        calls[wrong] = rng.integers(0, 3, int(wrong.sum()))
        calls[rng.random(calls.shape) < 0.01] = -9
        result[contig] = calls
    return result


def draw_profiles(rng, sheet, genotypes):
    """Draw expression: some features driven by a variant, a batch effect, sex genes."""
    everything = np.concatenate([genotypes[c] for c in AUTOSOMES])
    drivers = rng.choice(len(everything), N_DRIVEN, replace=False)
    counts = np.where(everything < 0, 1, everything)[drivers].T.astype(float)
    counts = (counts - counts.mean(axis=0)) / counts.std(axis=0)
    r2 = np.clip(rng.gamma(2, MEDIAN_R2 / 1.68, N_DRIVEN), 0, 0.8)
    values = rng.normal(size=(len(sheet), N_FEATURES))
    values[:, :N_DRIVEN] *= np.sqrt(1 - r2)
    values[:, :N_DRIVEN] += np.sqrt(r2) * counts
    batch = sheet["batch"].astype("category").cat.codes.to_numpy()
    values += rng.normal(0, 1, (4, N_FEATURES))[batch]
    values += rng.normal(size=(len(sheet), 1)) @ rng.normal(0, 0.5, (1, N_FEATURES))
    female = (sheet["sex"] == "female").to_numpy()
    sexual = np.column_stack([6.0 * female, 5.0 * ~female])
    sexual += rng.normal(0, 0.4, sexual.shape)
    names = [f"gene{i}" for i in range(N_FEATURES)]
    return np.hstack([values, sexual]), [*names, "XIST", "DDX3Y"]


def draw_cohort(rng):
    sheet = draw_people(rng)
    genotypes = draw_genotypes(rng, sheet)
    profiles, features = draw_profiles(rng, sheet, genotypes)
    return Cohort(sheet, genotypes, profiles, features)


def add_slips(sheet):
    """Give a single person and a child the wrong sex, and a child a wrong father."""
    other = {"male": "female", "female": "male"}
    slips = sheet.set_index("sample_id")
    for name in ("P050", "K05"):
        slips.loc[name, "sex"] = other[slips.loc[name, "sex"]]
    slips.loc["K07", "father_id"] = "F09"
    return slips.reset_index()


def choose_pairs(rng, sheet, *, sexes_differ, who):
    """Choose labels to exchange, all of different people and families."""
    has_replicate = set(sheet["subject_id"]) - {""}
    names = sheet["sample_id"]
    single = names.str.startswith("P") & ~names.isin(has_replicate)
    pools = {
        "single": single,
        "relative": names.str.startswith("K") | names.str.startswith("M"),
        "replicate": names.isin(has_replicate),
    }
    sex = dict(zip(names, sheet["sex"], strict=True))
    first = list(rng.permutation(names[pools[who]]))
    second = first if who != "replicate" else list(rng.permutation(names[single]))
    used, pairs = set(), []
    for a in first:
        for b in second:
            families = {
                a[1:] if who == "relative" else a,
                b[1:] if who == "relative" else b,
            }
            fits = (sex[a] != sex[b]) == sexes_differ
            fits = fits and len(families) == 2 and not used & families
            if fits and len(pairs) < N_PLANTED:
                used |= families
                pairs.append((a, b))
    return pairs


def exchange(array, names, pairs, axis):
    order = np.arange(len(names))
    for a, b in pairs:
        i, j = names.index(a), names.index(b)
        order[[i, j]] = order[[j, i]]
    return np.take(array, order, axis=axis)


def write_store(folder, genotypes, names):
    for contig, calls in genotypes.items():
        step = 100_000_000 // len(calls)
        write_contig(
            folder,
            contig,
            blocks=[calls],
            n_variants=len(calls),
            pvar_lines=[
                f"{contig}\t{10_000_000 + i * step}\tv{contig}_{i}\tA\tG\t.\tPASS"
                for i in range(len(calls))
            ],
            samples=names,
            sexes=[""] * len(names),
        )
    return Store(folder)


def run_cohort(cohort, pairs, *, exchanged, with_omics):
    """Exchange labels, and look for them as the workflow does."""
    sheet = cohort.sheet
    names = sheet["sample_id"].tolist()
    genotypes, profiles = cohort.genotypes, cohort.profiles
    if exchanged == "genotypes":
        genotypes = {c: exchange(g, names, pairs, 1) for c, g in genotypes.items()}
    else:
        profiles = exchange(profiles, names, pairs, 0)
    reads = pd.DataFrame(0, index=range(len(names)), columns=list(ReadMetrics.NAMES))
    reads.insert(0, "sample_id", names)
    layers = {}
    if with_omics:
        layers["rna"] = pd.DataFrame(profiles, index=names, columns=cohort.features)
    with tempfile.TemporaryDirectory() as folder:
        store = write_store(Path(folder), genotypes, names)
        reported = sheet.set_index("sample_id")["sex"]
        sex = infer_sex(store, reported, reads, build=GRCH38, thresholds=SEX)
        families = read_pedigree(sheet)
        found, _ = find_relatives(store, options=KINSHIP, pedigree=families)
        pedigree = check_pedigree(store, found, pedigree=families, options=KINSHIP)
        mendel = count_mendel_errors(
            store,
            families,
            sexes=choose_sexes(sex),
            build=GRCH38,
            max_error_rate=0.02,
            min_sites=100,
        )
        omics, _ = match_omics(
            store,
            layers,
            sexes=reported,
            pcs=NO_PCS,
            min_features=10,
            max_missing_rate=0.05,
            seed=1,
        )
    return detect_swaps(
        sheet,
        sex=sex,
        relatedness=found,
        pedigree=pedigree,
        mendel=mendel,
        omics=omics,
    )


def judge(table, pairs):
    """Count planted exchanges by what was said of them, and what was made up."""
    said = {
        frozenset((row.sample_1, row.sample_2)) - {""}: row.confidence
        for row in table.itertuples()
    }
    counts = dict.fromkeys(("likely", "possible", "one", "missed", "made_up"), 0)
    planted = {name for pair in pairs for name in pair}
    for pair in map(frozenset, pairs):
        if pair in said:
            counts[said[pair]] += 1
        elif any(len(names) == 1 and names <= pair for names in said):
            counts["one"] += 1
        else:
            counts["missed"] += 1
    true = set(map(frozenset, pairs)) | {frozenset([name]) for name in planted}
    counts["made_up"] = sum(names not in true for names in said)
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cohorts", type=int, default=20, help="for each scenario")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="scenarios that begin so")
    words = parser.parse_args()
    print("| exchanged | planted | likely | possible | one of two | missed | made up |")
    print("|---|---|---|---|---|---|---|")
    chosen = {k: v for k, v in SCENARIOS.items() if k.startswith(words.only)}
    for name, scenario in chosen.items():
        total = dict.fromkeys(
            ("planted", *judge(pd.DataFrame(columns=["sample_1"]), [])), 0
        )
        for number in range(words.cohorts):
            rng = random_generator(words.seed, "swap_detection", name, number)
            cohort = draw_cohort(rng)
            pairs, exchanged, with_omics = [], "genotypes", True
            if scenario == "slips":
                cohort.sheet, with_omics = add_slips(cohort.sheet), False
            elif scenario:
                sexes_differ, who, exchanged, with_omics = scenario
                pairs = choose_pairs(
                    rng, cohort.sheet, sexes_differ=sexes_differ, who=who
                )
            table = run_cohort(
                cohort, pairs, exchanged=exchanged, with_omics=with_omics
            )
            for key, value in judge(table, pairs).items():
                total[key] += value
            total["planted"] += len(pairs)
        print(
            f"| {name} | " + " | ".join(str(n) for n in total.values()) + " |",
            flush=True,
        )


if __name__ == "__main__":
    main()
