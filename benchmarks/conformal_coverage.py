"""How often the set of a new patient holds the right stratum.

    python -m benchmarks.conformal_coverage [--cohorts 100] [--confidence 0.8 0.9]

Groups are planted, a cohort is drawn and clustered into their number, and the frozen
model gives sets to new patients of the same distribution: through the code of the
workflow from raw values on. "Right" is the planted group (named by the stratum that
most training patients of it are in), or the stratum that the patient gets when
clustered together with the cohort. Coverage is the share of new patients inside the
model whose set holds it; of the planted groups the worst covered one is given too.
Beside it, what is assigned by a probability of at least the same number.
"""

import argparse
import itertools

import numpy as np
import pandas as pd

from genostrat.profile.features import Layer, build_profile
from genostrat.seeds import random_generator
from genostrat.stats.effects import one_blas_thread
from genostrat.strata.clustering.classifier import settle_labels
from genostrat.strata.clustering.consensus import consensus_by_k
from genostrat.strata.clustering.resamples import kmeans
from genostrat.strata.clustering.rotation import rotate
from genostrat.strata.model.assignment import (
    assign_patients,
    held_out,
    item_consensus,
    widen_limits,
)
from genostrat.strata.model.conformal import SEPARATOR, calibrate
from genostrat.strata.model.frozen import MIN_PATIENTS_A_STRATUM, freeze_model

N_DEFINING, N_NEW, N_RESAMPLES = 15, 200, 60
N_FEATURES = (30, 300)
#: Patients that are clustered together with a cohort of a hundred.
ALONG_SHARE = 0.1
SHARES = {"2 even": (0.5, 0.5), "2 uneven": (0.85, 0.15), "3": (0.5, 0.3, 0.2)}
#: Distance of the centres of two groups over all features, in SD.
DISTANCES = (3.0, 4.5)
SIZES = (60, 200)


def draw(rng, n, centres, *, shares, n_features):
    """Return patients' groups and raw values, patients × features."""
    groups = rng.choice(len(shares), n, p=shares)
    values = rng.normal(size=(n, n_features))
    values[:, :N_DEFINING] += centres[groups]
    return groups, values


def draw_centres(rng, k, distance):
    """Return centres whose mean distance is as given."""
    centres = rng.normal(size=(k, N_DEFINING))
    pairs = [
        np.linalg.norm(centres[a] - centres[b]) for a in range(k) for b in range(a)
    ]
    return centres * distance / np.mean(pairs)


def as_table(values, start=0):
    """Return values as a raw table of one layer."""
    ids = [f"P{i:05d}" for i in range(start, start + len(values))]
    columns = [f"g{i}" for i in range(values.shape[1])]
    return pd.DataFrame(values, index=ids, columns=columns)


def fit_model(raw, k, rng, *, confidence):
    """Return a frozen model and patients' strata; None if one is too small."""
    sheet = pd.DataFrame({"sample_id": raw.index})
    profile = build_profile(
        [Layer("rna", raw)],
        sheet,
        adjust_for=[],
        training_ids=set(raw.index),
        max_features=raw.shape[1],
        max_missing_rate=0.2,
    )
    values = profile.features.iloc[:, 1:].to_numpy()
    layers = ["rna"] * raw.shape[1]
    rotation = rotate(values, layers=layers)
    labels, _, _ = kmeans(rotation.scores, k=k, rng=rng)
    classifier, labels = settle_labels(rotation.scores, labels.astype(np.intp))
    if np.bincount(labels, minlength=k).min() < MIN_PATIENTS_A_STRATUM:
        return None
    ((_, consensus),) = consensus_by_k(
        rotation.scores, ks=[k], n_resamples=N_RESAMPLES, fraction=0.8, rng=rng
    )
    held = held_out(
        values, labels, layers=layers, n_components=rotation.n_components, rng=rng
    )
    own, limits = held.own, held.limits
    certainty = np.minimum(item_consensus(consensus, labels), own)
    model = freeze_model(
        rotation,
        classifier,
        labels,
        adjustment=profile.adjustment,
        limits=widen_limits(limits, values, rotation=rotation, classifier=classifier),
        conformal=calibrate(certainty, labels, k=k, confidence=confidence),
        record={},
    )
    order = np.lexsort((np.arange(k), -np.bincount(labels, minlength=k)))
    return model, np.argsort(order)[labels]


def name_groups(groups, labels, k):
    """Return for each planted group the stratum that pairs best with it."""
    from scipy.optimize import linear_sum_assignment

    counts = np.zeros((k, k))
    np.add.at(counts, (groups, labels), 1)
    return linear_sum_assignment(-counts)[1]


def judge(rng, *, n, n_features, distance, shares, confidence):
    """Return what happened to the new patients of one cohort; None if not modelled."""
    k = len(shares)
    centres = draw_centres(rng, k, distance)
    about = {"shares": shares, "n_features": n_features}
    groups, values = draw(rng, n, centres, **about)
    raw = as_table(values)
    fitted = fit_model(raw, k, rng, confidence=confidence)
    if fitted is None:
        return None
    model, labels = fitted
    new_groups, new_values = draw(rng, N_NEW, centres, **about)
    new = as_table(new_values, start=n)
    table = new.add_prefix("rna:").rename_axis("sample_id").reset_index()
    got = assign_patients(model, table, table[["sample_id"]])
    names = np.array(model.strata)
    true = names[name_groups(groups, labels, k)[new_groups]]
    along = stratum_along(raw, labels, new, k, rng)
    frame = pd.DataFrame(
        {
            "group": new_groups,
            "inside": (got["status"] != "outside_model").to_numpy(),
            "one": (got["status"] == "assigned").to_numpy(),
            "right": (got["stratum"] == true).to_numpy(),
            "sure": (got["confidence"] >= confidence).to_numpy(),
            "covered": holds(got["conformal_set"], true),
            "along": np.nan,
        }
    )
    first = slice(0, len(along))
    frame.loc[frame.index[first], "along"] = holds(
        got["conformal_set"][first], names[along]
    )
    return frame


def stratum_along(raw, labels, new, k, rng):
    """Return the strata of some new patients when clustered with the cohort."""
    some = new.iloc[: int(ALONG_SHARE * len(raw))]
    together = fit_model(pd.concat([raw, some]), k, rng, confidence=0.8)
    if together is None:
        return np.array([], dtype=int)
    _, found = together
    old = name_groups(found[: len(raw)], labels, k)
    return old[found[len(raw) :]]


def holds(sets, names):
    """Say of each set whether it holds the name beside it."""
    pairs = zip(sets, names, strict=True)
    return np.array([name in text.split(SEPARATOR) for text, name in pairs], float)


def summarise(frames):
    """Return the figures of a scenario."""
    every = pd.concat([frame.assign(cohort=i) for i, frame in enumerate(frames)])
    inside = every[every["inside"]]
    one, sure = inside[inside["one"]], inside[inside["sure"]]
    return [
        f"{inside['covered'].mean():.1%}",
        f"{inside.groupby('group')['covered'].mean().min():.1%}",
        f"{inside['along'].mean():.1%}",
        f"{len(one) / len(inside):.1%}",
        f"{one['right'].mean():.1%}",
        f"{len(sure) / len(inside):.1%}",
        f"{sure['right'].mean():.1%}",
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cohorts", type=int, default=100)
    parser.add_argument("--confidence", type=float, nargs="+", default=[0.8, 0.9])
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    print(
        "| groups | features | distance | n | level | planted group | worst group"
        " | clustered along | assigned | of them right | by probability | right |"
    )
    print("|" + "---|" * 12)
    scenarios = itertools.product(
        words.confidence, SHARES, N_FEATURES, DISTANCES, SIZES
    )
    for confidence, kind, n_features, distance, n in scenarios:
        about = (kind, n_features, distance, n)
        frames = []
        for number in range(words.cohorts):
            rng = random_generator(words.seed, "sets", *about, number)
            with one_blas_thread():
                frame = judge(
                    rng,
                    n=n,
                    n_features=n_features,
                    distance=distance,
                    shares=SHARES[kind],
                    confidence=confidence,
                )
            if frame is not None:
                frames.append(frame)
        if frames:
            cells = [kind, str(n_features), f"{distance:g}", str(n), f"{confidence:g}"]
            print("|", " | ".join(cells + summarise(frames)), "|", flush=True)


if __name__ == "__main__":
    main()
