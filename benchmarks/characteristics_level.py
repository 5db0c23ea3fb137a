"""How often features and gene sets without a difference get a small p-value.

    python -m benchmarks.characteristics_level [--cohorts 200] [--patients 100]

Cohorts are simulated, cut into groups as the workflow does (k-means, then the frozen
model's own labels, status by cross-fitted probability), and described by the code of
the workflow. A feature is null if it was drawn independently of all that the groups
were planted in; in cohorts of noise all are. Printed are shares of null features with a
small p (and, as "clear", what they would be if only patients with a clear stratum were
tested), and shares of gene sets with one: null sets, and sets that differ.
"""

import argparse
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from genostrat.seeds import random_generator
from genostrat.stats.effects import one_blas_thread
from genostrat.strata.clustering.classifier import settle_labels
from genostrat.strata.clustering.resamples import kmeans
from genostrat.strata.clustering.rotation import rotate
from genostrat.strata.description.characteristics import describe_features
from genostrat.strata.description.enrichment import enrich_strata
from genostrat.strata.model.assignment import held_out

CLEAR, SMALLEST = 0.8, 5
#: Distance of planted groups in each feature that defines them, in SD.
SHIFT = 1.5
SET_SIZE, SETS_OF_A_KIND = 20, 5


@dataclass(frozen=True)
class Simulated:
    """Patients × features with what is planted in them.

    Parameters
    ----------
    values
        Patients × features.
    null
        True for features that are independent of all that defines groups.
    k
        Number of groups to cut the cohort into.
    sets
        Name of a gene set → columns. Names begin with the kind of the set.
    """

    values: np.ndarray
    null: np.ndarray
    k: int
    sets: dict = field(default_factory=dict)


def noise(n_features, k):
    """Return a family of independent features without groups."""

    def draw(rng, n):
        values = rng.normal(size=(n, n_features))
        return Simulated(values, np.ones(n_features, bool), k)

    return draw


def two_peaks(n_features, k):
    """Return a family of independent features, each with two peaks of its own."""

    def draw(rng, n):
        sides = rng.choice([-1.0, 1.0], size=(n, n_features))
        values = sides + 0.4 * rng.normal(size=(n, n_features))
        return Simulated(values, np.ones(n_features, bool), k)

    return draw


def draw_groups(rng, n, k, *, smallest=0.1):
    """Return patients' groups, uneven in size."""
    shares = smallest + (1 - k * smallest) * rng.dirichlet(np.full(k, 2.0))
    return rng.choice(k, n, p=shares)


def planted(k, *, rare=False):
    """Return a family with groups in 20 features, and 60 features without."""

    def draw(rng, n):
        groups = draw_groups(rng, n, k)
        defining = rng.normal(size=(n, 20)) + SHIFT * rng.normal(size=(k, 20))[groups]
        if rare:
            # Carriers of rare variants: one patient in 50 to one in 10.
            others = (rng.random((n, 60)) < rng.uniform(0.02, 0.1, 60)).astype(float)
        else:
            others = rng.normal(size=(n, 60))
        null = np.arange(80) >= 20
        return Simulated(np.column_stack([defining, others]), null, k)

    return draw


def with_sets(k):
    """Return a family with gene sets: independent, correlated, and with a difference.

    Members of a correlated set share a factor (correlation 0.5), which is what makes
    tests by random sets of genes too liberal. Sets that differ do so by 0.4 or 0.8 SD
    between the first group and the rest, in every member, and have such a factor too.
    """

    def draw(rng, n):
        groups = draw_groups(rng, n, k)
        blocks = [rng.normal(size=(n, 20)) + SHIFT * rng.normal(size=(k, 20))[groups]]
        sets, null, start = {}, [np.zeros(20, bool)], 20
        for kind in ("independent", "correlated", "differs by 0.4", "differs by 0.8"):
            for number in range(SETS_OF_A_KIND):
                block = rng.normal(size=(n, SET_SIZE))
                if kind != "independent":
                    block = (block + rng.normal(size=(n, 1))) / np.sqrt(2)
                step = float(kind.split()[-1]) if "differs" in kind else 0.0
                block += step * (groups == 0)[:, None]
                blocks.append(block)
                sets[f"{kind} {number}"] = np.arange(start, start + SET_SIZE)
                null.append(np.full(SET_SIZE, step == 0))
                start += SET_SIZE
        return Simulated(np.column_stack(blocks), np.concatenate(null), k, sets)

    return draw


def blocks(n_blocks, k):
    """Return a family without groups: each set is a block of correlated features.

    The cohort is cut along some of the blocks, and which ones is chosen from the data.
    """

    def draw(rng, n):
        values = rng.normal(size=(n, SET_SIZE * n_blocks))
        values += np.repeat(rng.normal(size=(n, n_blocks)), SET_SIZE, axis=1)
        sets = {
            f"block {number}": np.arange(SET_SIZE * number, SET_SIZE * (number + 1))
            for number in range(n_blocks)
        }
        return Simulated(values, np.ones(values.shape[1], bool), k, sets)

    return draw


FAMILIES = {
    "noise, 6 features, k = 2": noise(6, 2),
    "noise, 20 features, k = 2": noise(20, 2),
    "noise, 20 features, k = 3": noise(20, 3),
    "noise, 100 features, k = 3": noise(100, 3),
    "independent features of two peaks, 6, k = 2": two_peaks(6, 2),
    "groups in other features, k = 2": planted(2),
    "groups in other features, k = 4": planted(4),
    "the same, rare carriers, k = 2": planted(2, rare=True),
    "the same, rare carriers, k = 4": planted(4, rare=True),
    "gene sets, k = 2": with_sets(2),
    "gene sets, k = 3": with_sets(3),
    "gene sets without groups, 3 blocks, k = 2": blocks(3, 2),
    "gene sets without groups, 6 blocks, k = 3": blocks(6, 3),
}


def stratify(cohort, rng):
    """Return features and assignments as the workflow has them; None if too small."""
    values = cohort.values - cohort.values.mean(axis=0)
    spread = values.std(axis=0, ddof=1)
    values = values / np.where(spread > 0, spread, 1)
    rotation = rotate(values)
    labels, _, _ = kmeans(rotation.scores, k=cohort.k, rng=rng)
    classifier, labels = settle_labels(rotation.scores, labels.astype(np.intp))
    if np.bincount(labels, minlength=cohort.k).min() < SMALLEST:
        return None
    own = held_out(
        values,
        labels,
        layers=["rna"] * values.shape[1],
        n_components=rotation.n_components,
        rng=rng,
    ).own
    sure = np.minimum(own, classifier.probabilities(rotation.scores).max(axis=1))
    ids = [f"P{i:04d}" for i in range(len(values))]
    features = pd.DataFrame(
        values, columns=[f"rna:g{i}" for i in range(values.shape[1])]
    )
    features.insert(0, "sample_id", ids)
    assignments = pd.DataFrame(
        {
            "sample_id": ids,
            "stratum": np.char.add("S", (labels + 1).astype(str)),
            "status": np.where(sure >= CLEAR, "assigned", "ambiguous"),
            "found_in": "training",
        }
    )
    return features, assignments


def test_features(cohort, features, assignments, rng):
    """Return p of null features: as the workflow does, and in clear patients only."""
    clear = (assignments["status"] == "assigned").to_numpy()
    found = []
    for tested in (np.ones(len(features), bool), clear):
        stratum = assignments["stratum"][tested]
        if stratum.nunique() < cohort.k:
            found.append(np.array([]))
            continue
        table = describe_features(
            features.iloc[tested, 1:],
            stratum,
            nearest=stratum,
            layers=["rna"] * cohort.values.shape[1],
            training=np.ones(tested.sum(), bool),
            rng=rng,
        )
        # One stratum: with two, the second has the same p-values.
        p_values = table[table["stratum"] == "S1"]["p_value"].to_numpy()
        found.append(p_values[cohort.null])
    return found


def test_sets(cohort, features, assignments, rng):
    """Return p and adjusted p of each kind of set, in every stratum."""
    table = enrich_strata(
        features,
        assignments,
        layers=["rna"] * cohort.values.shape[1],
        gene_sets={n: [f"g{c}" for c in cs] for n, cs in cohort.sets.items()},
        sizes=(5, 500),
        rng=rng,
    )
    kind = table["gene_set"].str.rsplit(" ", n=1).str[0]
    return {
        name: (part["p_value"], part["p_adjusted"])
        for name, part in table.groupby(kind)
    }


def run_family(name, *, cohorts, patients, seed):
    """Return lists of p-values by what was tested."""
    found = {}
    for number in range(cohorts):
        rng = random_generator(seed, "level", name, number)
        cohort = FAMILIES[name](rng, patients)
        strata = stratify(cohort, rng)
        if strata is None:
            continue
        if cohort.sets:
            for kind, columns in test_sets(cohort, *strata, rng).items():
                found.setdefault(kind, []).append(columns)
        else:
            everyone, clear = test_features(cohort, *strata, rng)
            found.setdefault("everyone", []).append((everyone,))
            found.setdefault("clear", []).append((clear,))
    return {
        kind: [np.concatenate(part) for part in zip(*parts, strict=True)]
        for kind, parts in found.items()
    }


def share(p_values, level):
    """Return the share of p-values up to a level, as text."""
    tested = p_values[np.isfinite(p_values)]
    return f"{(tested <= level).mean():.2%}" if len(tested) else "–"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cohorts", type=int, default=200)
    parser.add_argument("--patients", type=int, default=100)
    parser.add_argument("--families", nargs="+", default=list(FAMILIES))
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    print(
        "| what is tested | tests | p ≤ 0.05 | p ≤ 0.01 | p ≤ 0.001 | adjusted ≤ 0.05 |"
    )
    print("|---|---|---|---|---|---|")
    with one_blas_thread():
        for name in words.families:
            found = run_family(
                name, cohorts=words.cohorts, patients=words.patients, seed=words.seed
            )
            for kind, (p_values, *adjusted) in found.items():
                cells = [share(p_values, level) for level in (0.05, 0.01, 0.001)]
                cells += [share(a, 0.05) for a in adjusted] or ["–"]
                tests = np.isfinite(p_values).sum()
                print(
                    f"| {name}: {kind} | {tests} |", " | ".join(cells), "|", flush=True
                )


if __name__ == "__main__":
    main()
