"""Measure how long variants take to be judged, over plates, centres and arms.

    python -m benchmarks.variant_quality_speed

The store is that of :mod:`benchmarks.blas_speed`; groups are drawn, so that nothing is
found and every test is made. Judged twice, and the second time counts: the first
compiles kernels. The section "Variant quality" of docs/benchmarks.md is the result.
"""

import argparse
import resource
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.compare import (
    HOME,
    STEPS,
    THREADS,
    Run,
    processor,
    simulate,
    time_command,
    versions,
)
from benchmarks.sections import put_section
from benchmarks.validation.workbench import default_policy
from genostrat.genotypes.store import Store
from genostrat.qc.variants.groups import find_groups
from genostrat.qc.variants.judging import judge_variants

TITLE = "Variant quality"
#: Column of the sheet → how many groups.
GROUPS = {"batch": 8, "centre": 3, "arm": 2}


def draw_groups(samples):
    """Return the groups of a cohort whose samples lie on any plate."""
    draw = np.random.default_rng(1)
    sheet = pd.DataFrame({"sample_id": samples, "sex": "female"})
    for column, n in GROUPS.items():
        sheet[column] = [f"{column}{i}" for i in draw.integers(0, n, len(samples))]
    return find_groups(samples, sheet, columns=list(GROUPS))


def measure(store, *, threads):
    """Return wall and processor seconds of judging a store, and how many it caught."""
    policy = default_policy()
    groups = draw_groups(store.samples)
    for _ in range(2):
        used = resource.getrusage(resource.RUSAGE_SELF)
        started = time.perf_counter()
        judgement = judge_variants(
            store,
            groups,
            policy=policy["variant_qc"],
            min_sample_call_rate=policy["qc"]["min_call_rate"],
            has_two_x=np.ones(len(store.samples), bool),
            threads=threads,
        )
        wall = time.perf_counter() - started
        now = resource.getrusage(resource.RUSAGE_SELF)
    cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    caught = judgement.excluded(policy["variant_qc"])
    return wall, cpu, now.ru_maxrss / 1024, len(caught), int(caught.sum())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", type=Path, default=HOME / "results/bench")
    parser.add_argument("--samples", type=int, default=2504)
    parser.add_argument("--variants", type=int, default=222_000)
    parser.add_argument("--out", type=Path, default=HOME / "docs/benchmarks.md")
    words = parser.parse_args()
    words.folder.mkdir(parents=True, exist_ok=True)
    size = ("--samples", str(words.samples), "--variants", str(words.variants))
    vcf = simulate(words.folder / f"blas_{words.samples}.vcf.gz", *size)
    folder = words.folder / "genostrat"
    time_command(f"{STEPS} import {vcf} {folder}", Run(), words.folder / "log.txt")
    wall, cpu, peak, n, n_caught = measure(Store(folder / "store"), threads=THREADS)
    groups = ", ".join(f"{n} of {column}" for column, n in GROUPS.items())
    text = [
        f"`python -m benchmarks.variant_quality_speed`, on {processor()}: {versions()}."
        f" {words.samples:,} × {words.variants:,} simulated genotypes, {n:,} of them"
        f" judged by call rate, missingness, frequency, heterozygotes and proportions"
        f" over {groups}, drawn at random; {n_caught:,} caught.",
        "",
        "| wall s | processor s | MB |",
        "|---|---|---|",
        f"| {wall:.1f} | {cpu:.1f} | {peak:,.0f} |",
    ]
    page = words.out.read_text()
    words.out.write_text(
        put_section(page, TITLE, "\n".join(text), before="Reading the figures")
    )


if __name__ == "__main__":
    main()
