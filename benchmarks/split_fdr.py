"""Hold the p-values of characteristics against split-based control of the FDR.

    python -m benchmarks.split_fdr [--cohorts 100] [--patients 120]

Both are asked which features differ between two groups that were found in the same
data. *Cross-fitted*: the workflow's p-values, Benjamini-Hochberg at the level. *Data
splitting* (Wang, Lin & Zhao 2024, arXiv 2410.06451): each half of the patients is
clustered and its features tested on their own; a feature's mirror statistic is the sum
of the two sizes with the sign of their product, symmetric around 0 for a null feature;
the level is that of the negative ones against the positive ones. *Many splits*: the
same over 20 halvings by how often a feature is chosen (Dai et al. 2023, doi
10.1080/01621459.2022.2060113). Printed are the mean share of false findings, its share
above the level's double, and how many of the features that differ were found.
"""

import argparse

import numpy as np
import pandas as pd

from benchmarks.characteristics_level import stratify
from genostrat.seeds import random_generator
from genostrat.stats.effects import adjust_bh, one_blas_thread
from genostrat.strata.clustering.resamples import kmeans
from genostrat.strata.clustering.rotation import rotate
from genostrat.strata.description.characteristics import describe_features

N_SPLITS = 20
N_FEATURES, N_DIFFERENT = 100, 20
RULES = ("cross-fitted", "data splitting", "many splits")


class Drawn:
    """A cohort: values, which features are null, and the number of groups."""

    def __init__(self, values, null):
        self.values, self.null, self.k = values, null, 2


def draw(rng, n, *, step, share, correlated):
    """Return two groups that differ by `step` SD in 20 of 100 features.

    Of the null features, half share a factor that has nothing to do with the groups
    where `correlated`.
    """
    group = np.arange(n) < round(share * n)
    values = rng.normal(size=(n, N_FEATURES))
    values[:, :N_DIFFERENT] += np.outer(group, step * rng.choice([-1, 1], N_DIFFERENT))
    if correlated:
        half = slice(N_DIFFERENT, N_DIFFERENT + (N_FEATURES - N_DIFFERENT) // 2)
        values[:, half] += 0.7 * rng.normal(size=(n, 1))
    return Drawn(values, np.arange(N_FEATURES) >= (N_DIFFERENT if step else 0))


FAMILIES = {
    "1 SD": {"step": 1.0, "share": 0.5, "correlated": False},
    "1.5 SD": {"step": 1.5, "share": 0.5, "correlated": False},
    "1.5 SD, 80 and 20 %": {"step": 1.5, "share": 0.2, "correlated": False},
    "1.5 SD, null features correlated": {
        "step": 1.5,
        "share": 0.5,
        "correlated": True,
    },
    "no groups": {"step": 0.0, "share": 0.5, "correlated": False},
    "no groups, features correlated": {
        "step": 0.0,
        "share": 0.5,
        "correlated": True,
    },
}


def signed_t(values, rng):
    """Cluster patients in two; return Welch's t of every feature between the groups."""
    labels, _, _ = kmeans(rotate(values).scores, k=2, rng=rng, n_starts=10)
    inside = labels == 0
    one, other = values[inside], values[~inside]
    if min(len(one), len(other)) < 2:
        return np.zeros(values.shape[1])
    error = one.var(axis=0, ddof=1) / len(one) + other.var(axis=0, ddof=1) / len(other)
    return (one.mean(axis=0) - other.mean(axis=0)) / np.sqrt(np.maximum(error, 1e-12))


def split_once(values, level, rng):
    """Return which features one halving chooses."""
    first = rng.permutation(len(values)) < len(values) // 2
    one, two = signed_t(values[first], rng), signed_t(values[~first], rng)
    two = two if one @ two >= 0 else -two  # groups of a half have no names
    mirror = np.sign(one * two) * (np.abs(one) + np.abs(two))
    for cut in np.sort(np.abs(mirror[mirror != 0])):
        if (mirror <= -cut).sum() <= level * max((mirror >= cut).sum(), 1):
            return mirror >= cut
    return np.zeros(len(mirror), bool)


def split_often(values, level, rng):
    """Return which features are chosen often enough over many halvings."""
    rates = np.zeros(values.shape[1])
    for _ in range(N_SPLITS):
        chosen = split_once(values, level, rng)
        rates += chosen / max(chosen.sum(), 1) / N_SPLITS
    order = np.argsort(rates, kind="stable")
    left_out = int((np.cumsum(rates[order]) <= level).sum())
    chosen = np.zeros(len(rates), bool)
    chosen[order[left_out:]] = True
    return chosen & (rates > 0)


def cross_fit(cohort, level, rng):
    """Return which features the workflow's p-values name; None without strata."""
    strata = stratify(cohort, rng)
    if strata is None:
        return None
    features, assignments = strata
    stratum = assignments["stratum"]
    table = describe_features(
        features.iloc[:, 1:],
        stratum,
        nearest=stratum,
        layers=["rna"] * cohort.values.shape[1],
        training=np.ones(len(features), bool),
        rng=rng,
    )
    p_values = table[table["stratum"] == "S1"]["p_value"].to_numpy(dtype=float)
    return adjust_bh(np.nan_to_num(p_values, nan=1.0)) <= level


def judge(cohort, level, rng):
    """Return false share and found share of each rule."""
    found = {
        "cross-fitted": cross_fit(cohort, level, rng),
        "data splitting": split_once(cohort.values, level, rng),
        "many splits": split_often(cohort.values, level, rng),
    }
    rows = []
    for rule, chosen in found.items():
        if chosen is None:
            continue
        false = (chosen & cohort.null).sum() / max(chosen.sum(), 1)
        differ = ~cohort.null
        power = (chosen & differ).sum() / differ.sum() if differ.any() else np.nan
        rows.append((rule, false, power))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cohorts", type=int, default=100)
    parser.add_argument("--patients", type=int, default=120)
    parser.add_argument("--level", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    print("| groups | rule | cohorts | FDR % | above twice the level % | found % |")
    print("|---|---|--:|--:|--:|--:|")
    with one_blas_thread():
        for name, about in FAMILIES.items():
            rows = []
            for number in range(words.cohorts):
                rng = random_generator(words.seed, "split fdr", name, number)
                cohort = draw(rng, words.patients, **about)
                rows += judge(cohort, words.level, rng)
            table = pd.DataFrame(rows, columns=["rule", "false", "power"])
            for rule in RULES:
                part = table[table["rule"] == rule]
                power = part["power"].mean()
                cells = (
                    f"{100 * part['false'].mean():.1f}",
                    f"{100 * (part['false'] > 2 * words.level).mean():.0f}",
                    "–" if np.isnan(power) else f"{100 * power:.0f}",
                )
                print(
                    f"| {name} | {rule} | {len(part)} |",
                    " | ".join(cells),
                    "|",
                    flush=True,
                )


if __name__ == "__main__":
    main()
