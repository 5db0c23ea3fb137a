"""Comparing a finished run with what was planted in its cohort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from genostrat.simulate.truth_pgx import check_pharmacogenes
from genostrat.simulate.truth_strata import check_response, check_strata

#: Items of the truth that are pairs: their name, and the relationship to be found.
_PAIRS = {
    "duplicates": ("duplicate pair", "duplicate"),
    "parent_child": ("parent and child", "first"),
    "siblings": ("full siblings", "first"),
}
_RELATIONSHIPS = ("duplicate", "first", "second", "third")
_NEIGHBOURS = 5
#: Share of samples whose neighbours must be of their own ancestry.
_MIN_ANCESTRY_ACCURACY = 0.95


def check_truth(
    truth: Mapping[str, Any],
    *,
    relatedness: pd.DataFrame,
    sex: pd.DataFrame,
    decisions: pd.DataFrame,
    pcs: pd.DataFrame,
    verdict: Mapping[str, Any],
    assignments: pd.DataFrame,
    interaction: pd.DataFrame,
    effects: pd.DataFrame,
    diplotypes: pd.DataFrame,
    guidance: pd.DataFrame,
) -> pd.DataFrame:
    """Say for each planted item whether the run found it, and count false alarms.

    Parameters
    ----------
    truth
        ``truth.json`` of the simulated cohort.
    relatedness, sex, decisions, pcs
        The tables of that name of the qc stage.
    verdict, assignments
        ``strata/verdict.json`` and ``strata/assignments.tsv``.
    interaction, effects
        The tables of that name of the response stage.
    diplotypes, guidance
        The tables of that name of the pgx stage.

    Returns
    -------
    pandas.DataFrame
        ``truth_check.tsv``: item, planted, found, verdict; without identifiers.
    """
    rows = [
        *_check_pairs(truth, relatedness),
        *_check_samples(
            "swapped sexes",
            truth["sex_swapped"],
            sex.loc[sex["status"] == "mismatch", "sample_id"],
        ),
        *_check_samples(
            "contaminated samples",
            truth["contaminated"],
            decisions.loc[decisions["rule"] == "contamination", "sample_id"],
        ),
        *_check_samples(
            "low call rates",
            truth["low_call_rate"],
            decisions.loc[decisions["rule"] == "low_call_rate", "sample_id"],
        ),
        _check_ancestry(truth, pcs),
        *check_strata(truth, verdict, assignments),
        *check_response(truth, assignments, interaction, effects),
        *check_pharmacogenes(truth, diplotypes, guidance),
    ]
    return pd.DataFrame(rows, columns=["item", "planted", "found", "verdict"])


def _check_pairs(
    truth: Mapping[str, Any], relatedness: pd.DataFrame
) -> list[tuple[str, str, str, str]]:
    related = relatedness[relatedness["relationship"].isin(_RELATIONSHIPS)]
    found = {
        frozenset(pair): name
        for *pair, name in related[["sample_1", "sample_2", "relationship"]].itertuples(
            index=False
        )
    }
    rows = []
    planted: set[frozenset[str]] = set()
    for key, (item, expected) in _PAIRS.items():
        pairs = {frozenset(pair) for pair in truth[key]}
        planted |= pairs
        names = sorted({found.get(pair, "unrelated") for pair in pairs})
        verdict = "found" if names == [expected] else "missed"
        rows.append((item, expected, ", ".join(names), verdict))
    foreign = set(truth["contaminated"])
    others = sum(pair not in planted and not pair & foreign for pair in found)
    verdict = "false_alarm" if others else "found"
    return [*rows, ("other related pairs", "0", str(others), verdict)]


def _check_samples(
    item: str, planted: Sequence[str], caught: pd.Series
) -> list[tuple[str, str, str, str]]:
    hits = set(planted) & set(caught)
    others = set(caught) - set(planted)
    return [
        (
            item,
            str(len(planted)),
            str(len(hits)),
            "found" if len(hits) == len(planted) else "missed",
        ),
        (
            f"other {item}",
            "0",
            str(len(others)),
            "false_alarm" if others else "found",
        ),
    ]


def _check_ancestry(
    truth: Mapping[str, Any], pcs: pd.DataFrame
) -> tuple[str, str, str, str]:
    planted = f"{len(set(truth['ancestry'].values()))} ancestries"
    if "PC2" not in pcs:
        return ("ancestries", planted, "not assessable", "missed")
    scores = pcs[["PC1", "PC2"]].to_numpy(float)
    known = np.isfinite(scores).all(axis=1)
    if known.sum() <= _NEIGHBOURS:
        return ("ancestries", planted, "not assessable", "missed")
    labels = pcs["sample_id"].map(truth["ancestry"]).to_numpy()[known]
    accuracy = _neighbour_accuracy(scores[known], labels)
    verdict = "found" if accuracy >= _MIN_ANCESTRY_ACCURACY else "missed"
    return ("ancestries", planted, f"{accuracy:.1%} recovered from PC1-2", verdict)


def _neighbour_accuracy(scores: np.ndarray, labels: np.ndarray) -> float:
    """Return how many samples' label is the commonest among their neighbours."""
    distances = ((scores[:, None] - scores[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    nearest = np.argsort(distances, axis=1, kind="stable")[:, :_NEIGHBOURS]
    names, codes = np.unique(labels, return_inverse=True)
    votes = (codes[nearest][:, :, None] == np.arange(len(names))).sum(axis=1)
    return float((votes.argmax(axis=1) == codes).mean())
