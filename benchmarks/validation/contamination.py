"""Contamination planted by mixing the reads of two people."""

import numpy as np
import pandas as pd

from benchmarks.validation import cohorts, mixing
from benchmarks.validation.rows import Check, Row
from benchmarks.validation.workbench import default_policy
from genostrat.seeds import random_generator

SHARES = (0.0, 0.01, 0.02, 0.05, 0.10, 0.25)
SEED = 1


def families_of(sheet):
    """Return person → family: people joined by declared parents share one."""
    family = {name: name for name in sheet["sample_id"]}
    for trio in cohorts.pairs_of_parents(sheet):
        one, two = sorted(trio)
        old, new = family[two], family[one]
        family = {name: new if word == old else word for name, word in family.items()}
    return family


def plant_contamination(bench, path):
    """Write a VCF with every person of the exome cohort at every share of a guest."""
    sheet = cohorts.ceu_sheet(bench)
    reads = mixing.read_depths(
        bench.data / "ceu_exome22_22/ceu_exome22_22.GRCh37.vcf.gz"
    )
    draw = random_generator(SEED, "contamination")
    guests = mixing.choose_guests(reads.people, families_of(sheet), draw)
    place = {name: i for i, name in enumerate(reads.people)}
    both = np.stack([reads.ref, reads.alt], axis=2)
    columns, truth = {}, []
    for share in SHARES:
        for host, guest in guests.items():
            name = f"{host}.mixed{round(1000 * share):03d}"
            columns[name] = mixing.mix_reads(
                both[:, place[host]], both[:, place[guest]], share, draw
            )
            truth.append((name, host, share))
    mixing.write_vcf(path, reads.sites, columns)
    return pd.DataFrame(truth, columns=["sample_id", "subject_id", "share"])


def check_mixtures(bench):
    path = bench.scratch("mixed.vcf")
    truth = plant_contamination(bench, path)
    run = bench.run(
        "ceu_mixed",
        sheet=truth[["sample_id", "subject_id"]],
        genotypes={"vcf": str(path.resolve()), "build": "GRCh37"},
    )
    metrics = run.table("qc/sample_metrics.tsv").set_index("sample_id")
    truth = truth.set_index("sample_id").join(metrics)
    bound = default_policy()["qc"]["max_contamination"]
    return [_row_of(share, group, bound) for share, group in truth.groupby("share")]


def _row_of(share, group, bound):
    estimates = group["contamination"].dropna()
    words = (
        f"median {100 * estimates.median():.1f} %,"
        f" {100 * estimates.min():.1f} to {100 * estimates.max():.1f} %"
        f" ({len(estimates)} of {len(group)} assessable)"
    )
    if "charr" in group:
        words += f"; CHARR alone: median {100 * group['charr'].median():.1f} %"
    caught = int((estimates > bound).sum())
    return Row(
        f"mixed_{round(100 * share):02d}",
        f"ceu_exome22_22: {len(group)} people, {100 * share:g} % of reads replaced by"
        " those of an unrelated one, genotypes called anew",
        f"{100 * share:g} %",
        words,
        f"{100 * (estimates.median() - share):+.1f} percentage points;"
        f" {caught} of {len(estimates)} above the limit of {100 * bound:g} %",
    )


CHECKS = [Check("mixtures", ("ceu_exome22_22",), check_mixtures)]
