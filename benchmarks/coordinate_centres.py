"""What is lost by pooling bundles instead of rows, and how long it takes.

    python -m benchmarks.coordinate_centres [--rounds 50] [--centres 6]

Centres of 80 to 600 patients draw a treatment, with an effect on a number that differs
a little between centres, and pharmacogene phenotypes whose frequencies follow their mix
of two ancestries. Each centre estimates its effect in its own rows and writes a bundle
by the code of the workflow. Then the pooled effect of the bundles is held against the
same random-effects model over unrounded estimates, and against one regression over all
rows with a level for each centre; and pooled frequencies against those of all rows. At
the end 100 bundles are read, checked and pooled, and the page is written.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from genostrat.bundle.effects import release_effects
from genostrat.bundle.pharmacogenes import count_phenotypes
from genostrat.bundle.subgroups import count_strata
from genostrat.bundle.writing import write_bundle
from genostrat.centres.bundles import describe_bundles, read_bundles
from genostrat.centres.pooling import (
    POOLED,
    tabulate_effects,
    tabulate_phenotypes,
    tabulate_strata,
)
from genostrat.report.centres.page import render_coordination
from genostrat.stats.meta_analysis import pool_effects

PHENOTYPES = ("Normal Metabolizer", "Intermediate Metabolizer", "Poor Metabolizer")
SHARES = {"EUR": (0.70, 0.27, 0.03), "EAS": (0.40, 0.46, 0.14)}
EFFECT, SPREAD, NOISE, THRESHOLD = 0.4, 0.1, 1.0, 10
GENES = ("CYP2C19", "CYP2D6", "CYP2C9", "DPYD", "TPMT", "NUDT15", "SLCO1B1", "UGT1A1")


def draw_centre(rng, number):
    """Return rows of a centre: arm, outcome, ancestry and phenotypes."""
    n = int(rng.integers(80, 601))
    effect = rng.normal(EFFECT, SPREAD)
    arm = rng.integers(0, 2, n)
    share = rng.uniform(0.2, 0.9)
    ancestry = rng.choice(list(SHARES), n, p=[share, 1 - share])
    rows = pd.DataFrame(
        {
            "sample_id": [f"c{number}-{i}" for i in range(n)],
            "centre": f"centre{number:03}",
            "arm": arm,
            "outcome": rng.normal(0, 1) + effect * arm + rng.normal(0, NOISE, n),
            "ancestry": ancestry,
        }
    )
    for gene in GENES:
        rows[gene] = [rng.choice(PHENOTYPES, p=SHARES[name]) for name in ancestry]
    return rows


def estimate(rows):
    """Return the difference of means and its standard error."""
    first, second = (rows.loc[rows["arm"] == a, "outcome"] for a in (1, 0))
    error = np.sqrt(first.var() / len(first) + second.var() / len(second))
    return first.mean() - second.mean(), error


def write_centre(folder, rows):
    """Write the bundle of a centre."""
    value, error = estimate(rows)
    n_arm = int(rows["arm"].sum())
    effects = pd.DataFrame(
        {
            "outcome": ["crp"],
            "stratum": "all",
            "contrast": "b vs a",
            "scale": "mean_difference",
            "effect": value,
            "standard_error": error,
            "n_arm": n_arm,
            "n_reference": len(rows) - n_arm,
            "n_events_arm": pd.NA,
            "n_events_reference": pd.NA,
        }
    )
    calls = rows.melt(["sample_id"], GENES, "gene", "phenotype").assign(status="called")
    people = list(rows["sample_id"])
    strata = rows[["sample_id"]].assign(stratum="S1", status="assigned")
    parts = [
        count_phenotypes(
            calls,
            unrelated=people,
            ancestry=rows[["sample_id", "ancestry"]],
            threshold=THRESHOLD,
        ),
        count_strata(strata, {"verdict": "none", "k": 1}, threshold=THRESHOLD),
        release_effects(effects, members=people, threshold=THRESHOLD),
    ]
    write_bundle(
        folder,
        parts,
        cohort=rows["centre"].iloc[0],
        build="GRCh38",
        threshold=THRESHOLD,
        consent="Simulated.",
    )
    return folder


def regress(rows):
    """Return the effect over all rows, with a level for each centre."""
    centred = rows[["arm", "outcome"]].astype(float)
    centred = centred - centred.groupby(rows["centre"]).transform("mean")
    x, y = centred["arm"], centred["outcome"]
    value = (x * y).sum() / (x * x).sum()
    free = len(rows) - rows["centre"].nunique() - 1
    return value, np.sqrt(((y - value * x) ** 2).sum() / free / (x * x).sum())


def measure(rng, n_centres):
    """Return differences of one round."""
    centres = [draw_centre(rng, number) for number in range(n_centres)]
    with tempfile.TemporaryDirectory() as folder:
        paths = [
            write_centre(Path(folder, str(n)), rows) for n, rows in enumerate(centres)
        ]
        bundles = read_bundles(paths)
    table = tabulate_effects(bundles)
    pooled = table[table["centre"] == POOLED].iloc[0]
    exact = pool_effects(*np.transpose([estimate(rows) for rows in centres]))
    rows = pd.concat(centres)
    value, error = regress(rows)
    found = {
        "against unrounded estimates, in their standard errors": abs(
            pooled["estimate"] - exact.estimate
        )
        / exact.standard_error,
        "against one regression of all rows, in its standard errors": abs(
            pooled["estimate"] - value
        )
        / error,
        "standard error, over that of the regression": pooled["standard_error"] / error,
    }
    widths, inside, errors = [], [], []
    every = rows.melt(["ancestry"], GENES, "gene", "phenotype")
    shares = every.groupby(["gene", "ancestry"])["phenotype"].value_counts(
        normalize=True
    )
    for row in tabulate_phenotypes(bundles).to_dict("records"):
        if row["group"] in SHARES:
            share = shares[row["gene"], row["group"], row["phenotype"]]
            inside.append(row["frequency_low"] <= share <= row["frequency_high"])
            widths.append(row["frequency_high"] - row["frequency_low"])
            errors.append(abs(row["frequency"] - share))
    return found, widths, inside, errors


def time_many(rng, n_centres):
    """Return the seconds that many bundles take."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [
            write_centre(Path(folder, str(n)), draw_centre(rng, n))
            for n in range(n_centres)
        ]
        start = time.perf_counter()
        bundles = read_bundles(paths)
        render_coordination(
            describe_bundles(bundles)["bundles"],
            effects=tabulate_effects(bundles),
            phenotypes=tabulate_phenotypes(bundles),
            strata=tabulate_strata(bundles),
        )
        return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--centres", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    found, widths, inside, errors = [], [], [], []
    for _ in range(options.rounds):
        one, *others = measure(rng, options.centres)
        found.append(one)
        for kept, new in zip((widths, inside, errors), others, strict=True):
            kept += new
    print(f"{options.rounds} rounds of {options.centres} centres")
    for name, values in pd.DataFrame(found).items():
        print(f"  effect {name}: median {values.median():.3f}, most {values.max():.3f}")
    known = np.isfinite(errors)
    print(
        f"  frequencies: {sum(inside)} of {len(inside)} inside their bounds; bounds are"
        f" {np.median(widths):.3f} apart (median), {max(widths):.3f} at most;"
        f" {known.sum()} given as one number,"
        f" {np.median(np.array(errors)[known]):.4f} off (median),"
        f" {np.array(errors)[known].max():.4f} at most"
    )
    print(f"100 bundles: {time_many(rng, 100):.1f} s")


if __name__ == "__main__":
    main()
