"""How often heterogeneity of a treatment's effect is claimed.

    python -m benchmarks.heterogeneity_level [--trials 500] [--patients 300]

Trials are simulated with six covariates, of which two change the outcome, and judged by
the code of the workflow. In null trials the drawn treatment changes the outcome of
everybody alike; in planted ones it helps half and harms half. The share of trials with
the verdict *found* is printed by kind of outcome, with its standard error; of counts,
also the share in which the ratio of rates is said to differ.

    python -m benchmarks.heterogeneity_level --sheet actg175.tsv --seeds 20

judges one trial, ACTG 175 in the file of R's speff2trial, by so many seeds. With
``--learner causal_forest`` forests predict (`make env-hte`). The time of 2,000 patients
is ``--trials 1 --planted 0 --patients 2000 --kinds survival``; ridge makes 100 splits,
forests 20.
"""

import argparse
import time as clock
from collections import Counter

import numpy as np
import pandas as pd

from benchmarks.trials import draw_trial, gather
from genostrat.catalogues.outcome_kinds import KINDS
from genostrat.config.outcomes import Outcome
from genostrat.ordering import order_names
from genostrat.registry.words.response import LEARNERS, RIDGE
from genostrat.response.heterogeneity.record import describe_heterogeneity
from genostrat.response.patients import Measured
from genostrat.stats.effects import one_blas_thread

#: Baseline covariates of ACTG 175.
ACTG = (
    *("age", "wtkg", "karnof", "cd40", "cd80", "hemo", "homo", "drugs", "race"),
    *("gender", "str2", "symptom"),
)


def share_found(kind, *, trials, n, planted, effect, learner):
    """Return the shares of trials with the verdict found, and a ratio found too."""
    found = ratios = 0
    for seed in range(trials):
        patients = draw_trial(kind, n=n, seed=seed, planted=planted, effect=effect)
        record = describe_heterogeneity(
            patients, randomised=True, minimum=5, seed=seed, learner=learner
        )
        assert record["verdict"] != "not_assessed", record["reason"]
        found += record["verdict"] == "found"
        judged = [one["ratio"] for one in record["judged"] if one["ratio"]]
        ratios += any(ratio["verdict"] == "found" for ratio in judged)
    return found / trials, ratios / trials


def judge_sheet(path, *, seeds, columns, learner):
    """Judge ACTG 175, each arm against zidovudine, by one seed after another.

    Returns verdict and smallest adjusted p-value by seed.
    """
    table = pd.read_csv(path, sep="\t", dtype=str)
    arm = table["arms"].to_numpy()
    outcome = Outcome("progression", "survival", ("days", "cens"), unit="days")
    measured = Measured(
        outcome,
        table["cens"].to_numpy(dtype=float),
        table["days"].to_numpy(dtype=float),
        np.ones(len(table), dtype=bool),
    )
    arms = tuple(order_names(set(arm)))
    patients = gather(measured, arm, table[list(columns)], arms=arms)
    found = []
    for seed in range(seeds):
        record = describe_heterogeneity(
            patients, randomised=True, minimum=5, seed=seed, learner=learner
        )
        smallest = min(one["p_adjusted"] for one in record["judged"])
        found.append((record["verdict"], smallest))
    return found


def main():
    """Print how often heterogeneity is claimed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=500)
    parser.add_argument("--planted", type=int, default=100)
    parser.add_argument("--patients", type=int, default=300)
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=list(KINDS))
    parser.add_argument(
        "--effect",
        type=float,
        default=0.4,
        help="of treatment in null trials, alike for all on the scale of the model",
    )
    parser.add_argument("--sheet")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--columns", nargs="+", default=ACTG)
    parser.add_argument("--learner", default=RIDGE, choices=LEARNERS)
    chosen = parser.parse_args()
    with one_blas_thread():
        if chosen.sheet:
            found = judge_sheet(
                chosen.sheet,
                seeds=chosen.seeds,
                columns=chosen.columns,
                learner=chosen.learner,
            )
            for seed, (verdict, smallest) in enumerate(found):
                print(f"seed {seed}: {verdict}, smallest p {smallest:.3f}")
            print(dict(Counter(verdict for verdict, _ in found)))
            return
        for kind in chosen.kinds:
            for planted, trials in ((False, chosen.trials), (True, chosen.planted)):
                if not trials:
                    continue
                begun = clock.monotonic()
                share, ratio = share_found(
                    kind,
                    trials=trials,
                    n=chosen.patients,
                    planted=planted,
                    effect=chosen.effect,
                    learner=chosen.learner,
                )
                seconds = (clock.monotonic() - begun) / trials
                what = "planted" if planted else "null"
                error = np.sqrt(share * (1 - share) / trials)
                shares = f"found {share:.1%} ± {error:.1%}"
                if kind == "count":
                    shares += f" (a ratio {ratio:.1%})"
                print(
                    f"{kind:11} {what:8} {trials} trials: {shares};"
                    f" {seconds:.2f} s a trial"
                )


if __name__ == "__main__":
    main()
