"""Judge whether the strata mirror centre, batch, ancestry, sex, age or quality."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genostrat.arrays import AnyIntegers, Flags, Indices, Reals
from genostrat.config.columns import CATEGORIES
from genostrat.profile.covariates import as_numbers, as_text
from genostrat.sheets.contract.meaning import CATEGORY
from genostrat.stats.effects import (
    adjust_bh,
    association_p,
    cramers_v,
    eta_squared,
    permutation_p,
)
from genostrat.strata.clustering.folds import N_FOLDS, stratified_folds
from genostrat.strata.clustering.resamples import kmeans
from genostrat.strata.clustering.rotation import rotate

N_PERMUTATIONS = 999
#: Accuracy between chance (0) and certainty (1) from which strata count as
#: recoverable from confounders; see the rule in :func:`audit_confounders`.
RECOVERABLE, MIRRORED = 0.5, 0.8
#: Agreement with the strata after adjustment below which they did not survive it.
SURVIVES = 0.5
#: A level held by fewer patients joins the other rare ones.
MIN_PATIENTS_A_LEVEL = 3


@dataclass(frozen=True)
class Audit:
    """What the audit found.

    Parameters
    ----------
    table
        One row a confounder, and one for the associated ones together.
    pair_accuracy
        How well the confounders tell apart the two strata that they tell apart
        best, from 0 (chance) to 1 (certainty); NaN without confounders.
    features_accuracy
        Balanced accuracy of telling the stratum from the features, on that scale.
    ari_after
        Agreement of the strata with those found after adjustment.
    is_confounded
        The verdict of the rule.
    responsible
        Confounders to name, strongest first.
    """

    table: pd.DataFrame
    pair_accuracy: float
    features_accuracy: float
    ari_after: float
    is_confounded: bool
    responsible: list[str]


def encode_confounders(
    table: pd.DataFrame, *, names: list[str], kinds: Mapping[str, str] | None = None
) -> dict[str, tuple[str, NDArray]]:
    """Turn confounders into numbers or labels; leave out those that say nothing.

    Parameters
    ----------
    table
        One row a patient.
    names
        Columns to try; one in which fewer than two values are known says nothing.
    kinds
        Column → ``"number"`` or ``"category"``, as the check of the sheet found it in
        all patients; of others it is found in these.

    Returns
    -------
    dict
        Name to (kind, values), kind ``"number"`` (unknown values at the median) or
        ``"category"`` (unknown and rare values as levels of their own).
    """
    found: dict[str, tuple[str, NDArray]] = {}
    for name in names:
        text = as_text(table[name])
        numbers = as_numbers(text)
        known = text != ""
        if known.sum() < 2 or text[known].nunique() < 2:
            continue
        is_name = name in CATEGORIES or (kinds or {}).get(name) == CATEGORY
        numeric = not is_name and numbers[known].notna().all()
        if numeric and text[known].nunique() > 2:
            found[name] = ("number", numbers.fillna(numbers.median()).to_numpy())
            continue
        counts = text.map(text.value_counts())
        labels = np.where(
            text == "",
            "(unknown)",
            np.where(counts < MIN_PATIENTS_A_LEVEL, "(rare)", text),
        )
        if len(set(labels)) > 1:
            found[name] = ("category", labels.astype(str))
    return found


def audit_confounders(
    values: Reals,
    labels: AnyIntegers,
    table: pd.DataFrame,
    *,
    names: list[str],
    layers: list[str],
    alpha: float,
    rng: np.random.Generator,
    pairs: Reals | None = None,
    kinds: Mapping[str, str] | None = None,
    sizes: Sequence[str] = (),
    shown: Sequence[str] = (),
) -> Audit:
    """Measure how far the strata mirror what should not matter.

    Parameters
    ----------
    values
        Patients × features, adjusted and scaled.
    labels
        Stratum number of each patient.
    table
        Confounders, one row a patient in the same order.
    names
        Confounders to look at.
    layers
        Layer of each feature.
    alpha
        Level at which an association is flagged after Benjamini–Hochberg.
    rng
        Source of permutations and folds.
    pairs
        Patients × patients, the kinship of related pairs and 0 elsewhere; None where
        kinship is not known.
    kinds
        As in :func:`encode_confounders`.
    sizes
        Those of `names` that are library sizes: they confound only where the strata do
        not survive adjustment.
    shown
        Those that are made of the features themselves: shown, but no strata are called
        confounded by them.

    Notes
    -----
    Effects are the bias-corrected Cramér's V for names and η² for numbers, with
    permutation p-values. Accuracy is that of a logistic regression that sees the
    confounders only, out of fold. Adjustment regresses the confounder out of every
    feature and clusters again into as many strata.

    The strata are *confounded* when the associated confounders together tell some
    two strata apart with at least half of the way from chance to certainty **and**
    the strata do not survive adjustment for them (adjusted Rand index below 0.5); or
    when they tell two strata apart with at least 0.8 of the way: then no analysis of
    this cohort can say which is the cause. Two strata are enough, because a batch
    can split a true subgroup. A true subgroup that is merely more common in one
    centre stays well below one half.
    """
    folds = stratified_folds(labels, rng=rng)
    encoded = encode_confounders(table, names=names, kinds=kinds)
    trial = _Trial(values, labels, layers, folds, rng)
    frame = _judge_each(encoded, trial, pairs=pairs, alpha=alpha)
    from_features = trial.accuracies(rotate(values, layers=layers).scores)[0]
    frame["features_accuracy"] = from_features
    features_accuracy = rescale_accuracy(from_features, k=int(labels.max()) + 1)
    given = [name for name in encoded if name not in shown]
    if not given:
        return Audit(frame, np.nan, features_accuracy, np.nan, False, [])
    linked = (frame["flag"] != "").to_numpy()
    designed = linked & frame["confounder"].isin(list(encoded)).to_numpy()
    own = designed & ~frame["confounder"].isin([*sizes, *shown]).to_numpy()
    together = [str(n) for n in frame.loc[own, "confounder"]]
    joint = trial.judge_together([encoded[name] for name in together or given])
    is_confounded = bool(own.any()) and _is_confounded(joint)
    with_sizes = designed & ~frame["confounder"].isin(list(shown)).to_numpy()
    if not is_confounded and with_sizes.sum() > own.sum():
        found = [str(n) for n in frame.loc[with_sizes, "confounder"]]
        sized = trial.judge_together([encoded[n] for n in found])
        if _is_lost(sized):
            joint, own, is_confounded = sized, with_sizes, True
    named = _responsible(frame, own if own.any() else linked)
    frame.loc[len(frame)] = {
        "confounder": "(associated ones together)" if own.any() else "(all together)",
        "kind": "joint",
        **joint,
        "flag": "confounded" if is_confounded else "",
        "features_accuracy": from_features,
    }
    return Audit(
        table=frame,
        pair_accuracy=joint["pair_accuracy"],
        features_accuracy=features_accuracy,
        ari_after=joint["ari_after_adjustment"],
        is_confounded=is_confounded,
        responsible=named,
    )


def _responsible(frame: pd.DataFrame, among: Flags) -> list[str]:
    """Return the confounders to name, those that tell strata apart best first."""
    recovers = among & (frame["flag"] == "recovers_strata").to_numpy()
    named = frame[recovers if recovers.any() else among]
    named = named.sort_values("pair_accuracy", ascending=False, kind="stable")
    return [str(name) for name in named["confounder"]]


def _is_confounded(joint: dict[str, float]) -> bool:
    return _is_lost(joint) or joint["pair_accuracy"] >= MIRRORED


def _is_lost(joint: dict[str, float]) -> bool:
    told = joint["pair_accuracy"] >= RECOVERABLE
    return told and joint["ari_after_adjustment"] < SURVIVES


def _judge_each(
    encoded: dict[str, tuple[str, NDArray]],
    trial: _Trial,
    *,
    pairs: Reals | None,
    alpha: float,
) -> pd.DataFrame:
    rows = [
        {
            "confounder": name,
            "kind": kind,
            **_associate(kind, column, trial.labels, trial.rng),
            **trial.judge(_design(kind, column)),
        }
        for name, (kind, column) in encoded.items()
    ]
    if pairs is not None and pairs.any():
        rows.append(
            {
                "confounder": "kinship",
                "kind": "pairs",
                **associate_pairs(pairs, trial.labels, rng=trial.rng),
                "recoverable_accuracy": np.nan,
                "ari_after_adjustment": np.nan,
                "pair_accuracy": np.nan,
            }
        )
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    frame["p_adjusted"] = adjust_bh(frame["p_value"].to_numpy(dtype=float))
    linked = frame["p_adjusted"] <= alpha
    recovers = linked & (frame["pair_accuracy"] >= RECOVERABLE)
    frame["flag"] = np.where(recovers, "recovers_strata", "associated")
    frame.loc[~linked, "flag"] = ""
    return frame


_COLUMNS = [
    "confounder",
    "kind",
    "effect",
    "effect_name",
    "p_value",
    "p_adjusted",
    "recoverable_accuracy",
    "ari_after_adjustment",
    "flag",
    "features_accuracy",
    "pair_accuracy",
]


def empty_audit_table() -> pd.DataFrame:
    """Return ``confounders.tsv`` of a cohort without groups to audit."""
    return pd.DataFrame(columns=_COLUMNS)


def _associate(
    kind: str,
    column: NDArray,
    labels: AnyIntegers,
    rng: np.random.Generator,
) -> dict[str, object]:
    categorical = kind == "category"
    measure = cramers_v if categorical else eta_squared
    return {
        "effect": measure(column, labels),
        "effect_name": "Cramer's V" if categorical else "eta squared",
        "p_value": association_p(
            column,
            labels,
            categorical=categorical,
            n_permutations=N_PERMUTATIONS,
            rng=rng,
        ),
    }


def kinship_matrix(relatedness: pd.DataFrame, *, sample_ids: list[str]) -> Reals:
    """Return the kinship of related pairs, patients × patients, 0 elsewhere.

    Parameters
    ----------
    relatedness
        ``qc/relatedness.tsv``; pairs of other patients are passed over.
    sample_ids
        The patients, in the order of the result.
    """
    place = {sample: number for number, sample in enumerate(sample_ids)}
    matrix = np.zeros((len(sample_ids), len(sample_ids)))
    for row in relatedness.itertuples():
        first, second = place.get(row.sample_1), place.get(row.sample_2)
        if first is not None and second is not None:
            matrix[first, second] = matrix[second, first] = max(float(row.kinship), 0)
    return matrix


def associate_pairs(
    pairs: Reals, labels: AnyIntegers, *, rng: np.random.Generator
) -> dict[str, object]:
    """Measure whether relatives fall into the same stratum.

    Parameters
    ----------
    pairs
        Patients × patients, symmetric: the kinship of related pairs, 0 elsewhere.
    labels
        Stratum number of each patient.
    rng
        Source of permutations.

    Returns
    -------
    dict
        effect, effect_name, p_value: the share of related pairs, weighted by their
        kinship, that are in one stratum, beyond what shuffled strata show (0), up to
        all of them (1).

    Notes
    -----
    Only what relatives share could be adjusted for, and who has none has nothing to
    be told from; so there is no accuracy, and kinship alone confounds no verdict.
    """
    first, second = np.nonzero(np.triu(pairs, 1))
    weight = pairs[first, second] / pairs[first, second].sum()

    def together(numbers: AnyIntegers) -> float:
        return float(weight[numbers[first] == numbers[second]].sum())

    found = together(labels)
    shuffled = np.array(
        [together(rng.permutation(labels)) for _ in range(N_PERMUTATIONS)]
    )
    expected = float(shuffled.mean())
    return {
        "effect": (found - expected) / max(1 - expected, 1e-9),
        "effect_name": "excess of related pairs in one stratum",
        "p_value": permutation_p(found, shuffled),
    }


@dataclass(frozen=True)
class _Trial:
    """The strata, ready to be told from one design matrix after another."""

    values: Reals
    labels: AnyIntegers
    layers: list[str]
    folds: Indices
    rng: np.random.Generator

    def judge(self, design: Reals) -> dict[str, float]:
        accuracy, pair_accuracy = self.accuracies(design)
        return {
            "recoverable_accuracy": accuracy,
            "ari_after_adjustment": _ari_after(
                self.values, self.labels, design, layers=self.layers, rng=self.rng
            ),
            "pair_accuracy": pair_accuracy,
        }

    def judge_together(self, columns: list[tuple[str, NDArray]]) -> dict[str, float]:
        return self.judge(np.column_stack([_design(*column) for column in columns]))

    def accuracies(self, design: Reals) -> tuple[float, float]:
        probabilities = out_of_fold_probabilities(design, self.labels, folds=self.folds)
        return balanced_accuracy(probabilities, self.labels), best_pair_accuracy(
            probabilities, self.labels
        )


def _design(kind: str, column: NDArray) -> Reals:
    """Encode one confounder; numbers with their square, for strata in the middle."""
    if kind == "category":
        return (column[:, None] == np.unique(column)[None, :]).astype(float)
    centred = column - column.mean()
    spread = centred.std()
    scaled = centred / (spread if spread > 0 else 1)
    return np.column_stack([scaled, scaled**2])


def rescale_accuracy(accuracy: float, *, k: int) -> float:
    """Put balanced accuracy on a scale from 0 (chance) to 1 (certainty)."""
    return (accuracy - 1 / k) / (1 - 1 / k)


def balanced_accuracy(probabilities: Reals, labels: AnyIntegers) -> float:
    """Return the share of patients told right, each stratum counting equally."""
    right = probabilities.argmax(axis=1) == labels
    return float(np.mean([right[labels == g].mean() for g in np.unique(labels)]))


def best_pair_accuracy(probabilities: Reals, labels: AnyIntegers) -> float:
    """Return how well the two best-told strata are told apart, from 0 to 1.

    Notes
    -----
    Only patients of the two strata count, and only the choice between the two.
    """
    best = -1.0
    for first, second in combinations(range(probabilities.shape[1]), 2):
        says_first = probabilities[:, first] > probabilities[:, second]
        hit = (
            says_first[labels == first].mean() + (~says_first)[labels == second].mean()
        )
        best = max(best, rescale_accuracy(float(hit) / 2, k=2))
    return best


def out_of_fold_probabilities(
    design: Reals, labels: AnyIntegers, *, folds: Indices
) -> Reals:
    """Predict labels out of fold: the probability of each, patients × strata.

    Notes
    -----
    Logistic regression with an L2 penalty and balanced class weights.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    k = int(labels.max()) + 1
    probabilities = np.zeros((len(labels), k))
    for fold in range(N_FOLDS):
        out = folds == fold
        learnt = labels[~out]
        if len(np.unique(learnt)) < 2:
            probabilities[out, learnt[0]] = 1
            continue
        classifier = LogisticRegression(class_weight="balanced", max_iter=500)
        centre = design[~out].mean(axis=0)
        spread = design[~out].std(axis=0)
        scaled = (design - centre) / np.where(spread > 0, spread, 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            classifier.fit(scaled[~out], learnt)
        probabilities[np.ix_(out, classifier.classes_)] = classifier.predict_proba(
            scaled[out]
        )
    return probabilities


def _ari_after(
    values: Reals,
    labels: AnyIntegers,
    design: Reals,
    *,
    layers: list[str],
    rng: np.random.Generator,
) -> float:
    from sklearn.metrics import adjusted_rand_score

    centred = design - design.mean(axis=0)
    left = values - centred @ np.linalg.lstsq(centred, values)[0]
    spread = left.std(axis=0)
    explained = spread < 1e-9
    left = np.where(explained, 0.0, left / np.where(explained, 1, spread))
    k = int(labels.max()) + 1
    again, _, _ = kmeans(rotate(left, layers=layers).scores, k=k, rng=rng)
    return float(adjusted_rand_score(labels, again))
