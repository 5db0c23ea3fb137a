"""How often an outcome is said to go with a medicine's gene.

    python -m benchmarks.medicine_gene_level [--cohorts 1000] [--takers 60 160]

Cohorts of 160 patients in two arms, of whom some take one medicine whose guidance rests
on two genes, are drawn for each kind of outcome and judged by the code of the workflow.
In null cohorts no gene does anything; in planted ones the first has a slope of 0.5 a
step. Printed are the shares with the verdict *found*, and of p-values below 0.05.
"""

import argparse

import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.trials import draw_outcome
from genostrat.response.patients import Patients
from genostrat.response.pharmacogenes.record import Genotyped, analyse_pharmacogenes
from genostrat.seeds import random_generator
from genostrat.stats.effects import one_blas_thread

KINDS = ("continuous", "binary", "survival", "count")
PATIENTS, LEVEL = 160, 0.05
_WORDS = np.array(
    ["Poor Metabolizer", "Intermediate Metabolizer", "Normal Metabolizer"], object
)


def draw_cohort(kind, *, takers, slope, rng):
    """Simulate patients of whom the first take warfarin."""
    n = PATIENTS
    ids = np.array([f"P{i:03}" for i in range(n)], dtype=object)
    place = rng.choice(3, n, p=[0.2, 0.35, 0.45])
    treated = rng.random(n) < 0.5
    calls = pd.DataFrame(
        {
            "sample_id": np.tile(ids, 2),
            "gene": np.repeat(["CYP2C9", "VKORC1"], n),
            "phenotype": np.concatenate([_WORDS[place], [""] * n]),
            "activity_score": np.nan,
            "status": "called",
            "allele_1": np.concatenate([["*1"] * n, rng.choice(["G", "A"], n)]),
            "allele_2": np.concatenate([["*1"] * n, ["G"] * n]),
        }
    )
    guidance = pd.DataFrame(
        {"sample_id": ids, "drug": "warfarin", "genes": "CYP2C9;VKORC1"}
    ).assign(on_medication=np.arange(n) < takers, effective_phenotypes="")
    measured = draw_outcome(kind, slope * (place - 1.0), rng)
    patients = Patients(
        stratum=np.full(n, "all", dtype=object),
        arm=np.where(treated, "new", "old").astype(object),
        reference="old",
        measured=(measured,),
        covariates=pd.DataFrame(index=range(n)),
        arms=("old", "new"),
    )
    ancestry = np.where(rng.random(n) < 0.3, "AFR", "EUR").astype(object)
    return Genotyped(ids, patients, ancestry, calls, guidance)


def judge_cohorts(kind, *, takers, slope, cohorts):
    """Return the tables of so many cohorts, one below the other."""
    tables = []
    for seed in range(cohorts):
        rng = random_generator(seed, "medicines", kind, str(takers), str(slope))
        cohort = draw_cohort(kind, takers=takers, slope=slope, rng=rng)
        _, table = analyse_pharmacogenes(cohort, minimum=5)
        tables.append(table.assign(cohort=seed))
    return pd.concat(tables)


def main():
    """Print how often something is claimed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cohorts", type=int, default=1000)
    parser.add_argument("--planted", type=int, default=300)
    parser.add_argument("--takers", type=int, nargs="+", default=[60, 160])
    parser.add_argument("--kinds", nargs="+", default=KINDS, choices=KINDS)
    chosen = parser.parse_args()
    with one_blas_thread():
        for kind in chosen.kinds:
            for takers in chosen.takers:
                null = judge_cohorts(
                    kind, takers=takers, slope=0.0, cohorts=chosen.cohorts
                )
                claims = null["verdict"].eq("found").groupby(null["cohort"]).any()
                found = stats.binomtest(int(claims.sum()), len(claims))
                limits = found.proportion_ci()
                below = [
                    (null.loc[null["question"] == question, "p_value"].dropna() < LEVEL)
                    for question in ("association", "interaction")
                ]
                shares = ", ".join(f"{one.mean():.1%} of {len(one)}" for one in below)
                print(
                    f"{kind:11} {takers:4} takers: claimed {claims.mean():.1%}"
                    f" ({limits.low:.1%} to {limits.high:.1%}); p < {LEVEL}: {shares}",
                    flush=True,
                )
            planted = judge_cohorts(kind, takers=100, slope=0.5, cohorts=chosen.planted)
            first = planted["gene"].eq("CYP2C9") & planted["question"].eq("association")
            share = planted.loc[first, "verdict"].eq("found").mean()
            print(f"{kind:11} slope 0.5, 100 takers: found {share:.1%}", flush=True)


if __name__ == "__main__":
    main()
