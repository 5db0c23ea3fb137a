"""How long star alleles and guidance take, and how much memory.

    python -m benchmarks.pgx_speed [--patients 2504] [--typed 1.0] [--build GRCh38]

Patients are made up: two alleles of every gene, six in ten the reference allele and one
in twenty any other; genotypes unphased, one in 200 not called; every position typed, or
a share of them. Runs the rules' scripts, each as a process of its own, and prints what
they took.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from genostrat.genotypes.builds import CONTIGS
from genostrat.genotypes.records import NO_CALL, UNPHASED
from genostrat.genotypes.site_records import make_site_records, write_site_records
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.seeds import random_generator

HOME = Path(__file__).resolve().parents[1]
REFERENCE_SHARE, ANY_SHARE, N_COMMON = 0.6, 0.05, 3
NO_CALL_RATE = 0.005
MEDICINES = ["simvastatin", "clopidogrel", "codeine", "azathioprine", "warfarin", ""]

RUN = "import sys; sys.path[:0] = {paths}; import {name}; {name}.main(**{words})"


def draw_gene(rng, gene, n):
    """Return int8 (n, n_positions, 2): allele numbers of n patients."""
    usable = np.flatnonzero((gene.allowed != 0).all(axis=1))
    names = [allele.name for allele in gene.alleles]
    weights = np.full(len(usable), ANY_SHARE / len(usable))
    weights[:N_COMMON] += (1 - REFERENCE_SHARE - ANY_SHARE) / min(N_COMMON, len(usable))
    weights[list(usable).index(names.index(gene.reference))] += REFERENCE_SHARE
    drawn = usable[rng.choice(len(usable), (n, 2), p=weights / weights.sum())]
    # The lowest bit that is set: the first sequence that the allele allows.
    lowest = gene.allowed & (~gene.allowed + np.uint64(1))
    numbers = np.log2(
        lowest.astype(float), where=lowest > 0, out=np.zeros(lowest.shape)
    )
    return numbers.astype(np.int8)[drawn].transpose(0, 2, 1)


def make_records(knowledge, samples, *, typed):
    """Return records of patients at all positions, or a share of them."""
    rng = random_generator(1, "pgx speed")
    rows = {}
    for gene in knowledge.genes.values():
        if not gene.positions:
            continue
        drawn = np.sort(draw_gene(rng, gene, len(samples)), axis=2)
        drawn[rng.random(drawn.shape[:2]) < NO_CALL_RATE] = NO_CALL
        for index, place in enumerate(gene.positions):
            if rng.random() < typed:
                key = (CONTIGS.index(place.contig), place.position, place.ref)
                rows[key] = (place, drawn[:, index])
    ordered = [rows[key] for key in sorted(rows)]
    head = [
        (
            place.contig,
            place.position,
            place.position + len(place.ref) - 1,
            place.ref,
            ",".join(place.alts),
            True,
        )
        for place, _ in ordered
    ]
    alleles = np.stack([calls for _, calls in ordered])
    phase = np.full(alleles.shape[:2], UNPHASED, np.int32)
    return make_site_records(samples, head, alleles=alleles, phase_set=phase)


def write_inputs(folder, records):
    """Write what the rules read; return its names."""
    samples = records.samples
    write_site_records(folder / "records.npz", records)
    (folder / "keep.txt").write_text("".join(f"{name}\n" for name in samples))
    sex = np.where(np.arange(len(samples)) % 2 == 0, "female", "male")
    table = pd.DataFrame({"sample_id": samples, "reported_sex": sex})
    table["inferred_sex"], table["status"] = sex, "ok"
    for name in ("x_f", "y_call_rate", "x_haploid_rate"):
        table[name] = ""
    table.to_csv(folder / "sex.tsv", sep="\t", index=False)
    taken = [
        "; ".join({MEDICINES[i % 6], MEDICINES[i % 5]}) for i in range(len(samples))
    ]
    sheet = pd.DataFrame({"sample_id": samples, "sex": sex, "medications": taken})
    sheet.to_csv(folder / "samples.tsv", sep="\t", index=False)


def run_script(name, words):
    """Run a rule's script as a process.

    Returns seconds by the clock, seconds of processor time, and MB at most.
    """
    paths = [str(HOME), str(HOME / "scripts")]
    code = RUN.format(paths=paths, name=name, words=words)
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=os.environ | {"OMP_NUM_THREADS": "1"}
    )
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{name} failed")
    unit = 1 if sys.platform == "darwin" else 1024
    seconds = time.perf_counter() - started
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * unit / 2**20


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--patients", type=int, default=2504)
    parser.add_argument("--typed", type=float, default=1.0)
    parser.add_argument("--build", default="GRCh38")
    words = parser.parse_args()
    knowledge = load_knowledge("pypgx", build=words.build)
    samples = [f"P{number:05}" for number in range(words.patients)]
    records = make_records(knowledge, samples, typed=words.typed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_inputs(folder, records)
        paths = {n: str(folder / f"{n}.tsv") for n in ("diplotypes", "samples")}
        paths["keep"] = str(folder / "keep.txt")
        source = {"source": "pypgx", "build": words.build}
        policy = {
            "absent": "missing",
            "force_absent_reference": [],
            "max_explanations": 1000,
            "panels": [],
            "min_depth": 5,
            "min_genotype_quality": 20,
        }
        called = run_script(
            "call_diplotypes",
            source
            | {"genes": [], "outside": [], "policy": policy, "keep": paths["keep"]}
            | {"diplotypes": paths["diplotypes"], "genotyped": paths["keep"]}
            | {n: str(folder / f"{n}.tsv") for n in ("sex", "alternatives", "coverage")}
            | {"records": str(folder / "records.npz")},
        )
        advised = run_script(
            "advise_patients",
            source
            | paths
            | {n: str(folder / f"{n}.tsv") for n in ("guidance", "medications")}
            | {"synonyms": str(HOME / "resources/drug_synonyms.tsv")},
        )
        sizes = [
            (count_rows(folder / name), (folder / name).stat().st_size / 2**20)
            for name in ("diplotypes.tsv", "guidance.tsv")
        ]
    print(f"{words.patients:,} patients, {len(records):,} positions, {words.build}")
    print("| rule | rows written | MB written | s | s of processor | MB at most |")
    print("|---|---|---|---|---|---|")
    for rule, (rows, size), (seconds, busy, peak) in zip(
        ("call_diplotypes", "advise_patients"), sizes, (called, advised), strict=True
    ):
        print(
            f"| `{rule}` | {rows:,} | {size:,.0f} | {seconds:.1f} | {busy:.1f} |"
            f" {peak:,.0f} |"
        )


def count_rows(path):
    with path.open() as stream:
        return sum(1 for _ in stream) - 1


if __name__ == "__main__":
    main()
