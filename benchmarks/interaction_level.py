"""How often strata that were found from the data are said to change a treatment.

    python -m benchmarks.interaction_level [--trials 500] [--patients 300]

Trials of every kind of outcome are simulated with six covariates, of which two change
the outcome. In null trials the drawn treatment does nothing, or the same to everybody;
strata are found in each trial by k-means on its covariates (k 3), without outcomes, and
the interaction of treatment and stratum is tested by the code of the workflow. In
planted trials the effect changes its sign between two halves that the strata are. The
share of trials with p below 0.05 is printed, with its 95 % interval, and drawn into
--figure.
"""

import argparse
import time as clock
from pathlib import Path

import numpy as np
from scipy import stats

from benchmarks.trials import draw_trial
from genostrat.catalogues.outcome_kinds import KINDS
from genostrat.response.analysis import analyse_response
from genostrat.seeds import random_generator
from genostrat.stats.effects import one_blas_thread

GROUPS = 3
LEVEL = 0.05
TRIALS = ("no effect", "same effect", "planted")


def find_strata(patients, *, seed):
    """Return the strata that k-means finds in the covariates of a trial."""
    from sklearn.cluster import KMeans

    random = random_generator(seed, "interaction", "strata")
    model = KMeans(GROUPS, n_init=5, random_state=int(random.integers(2**31)))
    values = patients.baseline.to_numpy(dtype=float)
    return np.array([f"S{label + 1}" for label in model.fit_predict(values)], object)


def interaction_p(kind, what, *, n, seed):
    """Return the p-value of the interaction in one trial."""
    effect = 0.4 if what == "same effect" else 0.0
    planted = what == "planted"
    patients = draw_trial(kind, n=n, seed=seed, planted=planted, effect=effect)
    if planted:
        side = patients.baseline["x2"].astype(float).to_numpy() > 0
        strata = np.where(side, "S1", "S2").astype(object)
    else:
        strata = find_strata(patients, seed=seed)
    tables = analyse_response(
        patients.divided_by(strata), min_events_per_cell=5, seed=seed
    )
    tests = tables.interaction.set_index("model")
    return float(tests.loc[KINDS[kind].model, "p_value"])


def count_below(kind, what, *, trials, n, first=0):
    """Return the trials with p below the level, and those that could be tested."""
    seeds = range(first, first + trials)
    p = np.array([interaction_p(kind, what, n=n, seed=seed) for seed in seeds])
    return int((p < LEVEL).sum()), int(np.isfinite(p).sum())


def draw_figure(rows, path):
    """Draw the share of null trials with a claim, by kind of outcome."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "genostrat"
    from matplotlib import pyplot

    rows = [row for row in rows if row[1] != "planted"]
    figure, axes = pyplot.subplots(figsize=(6.5, 0.6 + 0.28 * len(rows)))
    for place, (_, what, found, known) in enumerate(rows):
        interval = stats.binomtest(found, known).proportion_ci()
        colour = "#0072B2" if what == "no effect" else "#D55E00"
        axes.plot([interval.low, interval.high], [place, place], color=colour)
        axes.plot(found / known, place, "o", color=colour)
    axes.axvline(LEVEL, color="#555555", linestyle=":")
    axes.set_yticks(range(len(rows)), [f"{kind}, {what}" for kind, what, *_ in rows])
    axes.set_xlim(0, 0.12)
    axes.invert_yaxis()
    axes.set_xlabel("share of null trials with p < 0.05, and its 95 % interval")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main():
    """Print how often an interaction is claimed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=500)
    parser.add_argument("--planted", type=int, default=200)
    parser.add_argument("--patients", type=int, default=300)
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--first", type=int, default=0, help="seed of the first trial")
    parser.add_argument("--figure", type=Path)
    chosen = parser.parse_args()
    rows = []
    with one_blas_thread():
        for kind in chosen.kinds:
            for what in TRIALS:
                begun = clock.monotonic()
                trials = chosen.planted if what == "planted" else chosen.trials
                found, known = count_below(
                    kind, what, trials=trials, n=chosen.patients, first=chosen.first
                )
                rows.append((kind, what, found, known))
                interval = stats.binomtest(found, known).proportion_ci()
                seconds = (clock.monotonic() - begun) / max(trials, 1)
                print(
                    f"{kind:11} {what:12} {found:4} of {known} trials,"
                    f" {found / known:.1%} ({interval.low:.1%} to {interval.high:.1%});"
                    f" {seconds:.2f} s a trial",
                    flush=True,
                )
    if chosen.figure:
        draw_figure(rows, chosen.figure)


if __name__ == "__main__":
    main()
