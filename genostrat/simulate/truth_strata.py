"""Comparing strata and treatment effects of a run with the planted ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from genostrat.catalogues.outcome_kinds import KINDS

_MIN_SUBGROUP_ARI = 0.8
_MAX_BATCH_ARI = 0.1
_ALPHA = 0.05
#: Models of the test of treatment by stratum, by kind of outcome. The truth names
#: kinds, because the config may give the outcomes any name.
_KINDS = {kind.model: kind.name for kind in KINDS.values()}


def check_strata(
    truth: Mapping[str, Any], verdict: Mapping[str, Any], assignments: pd.DataFrame
) -> list[tuple[str, str, str, str]]:
    """Compare the strata with the planted subgroups, and with the batches.

    Returns
    -------
    list
        Rows of item, planted, found and verdict.
    """
    stratum = _assigned(assignments)
    claimed = verdict["verdict"] in {"supported", "suggestive"}
    if not truth["n_subgroups"]:
        quiet = "found" if verdict["verdict"] == "none" else "false_alarm"
        subgroups = ("molecular subgroups", "0", verdict["verdict"], quiet)
    else:
        ari = _agreement(stratum, truth["subgroup"])
        same = verdict["k"] == truth["n_subgroups"]
        right = claimed and same and ari >= _MIN_SUBGROUP_ARI
        subgroups = (
            "molecular subgroups",
            str(truth["n_subgroups"]),
            f"{verdict['verdict']}, k = {verdict['k']}, ARI {ari:.2f}",
            "found" if right else "missed",
        )
    ari = _agreement(stratum, truth["batch"])
    quiet = "found" if ari < _MAX_BATCH_ARI else "false_alarm"
    batch = ("strata along batches", "none", f"ARI {ari:.2f}", quiet)
    return [subgroups, batch]


def _assigned(assignments: pd.DataFrame) -> pd.Series:
    """Return the stratum of the patients who have one, by sample_id."""
    known = (assignments["status"] == "assigned") & (assignments["stratum"] != "")
    return assignments[known].set_index("sample_id")["stratum"].astype(str)


def _agreement(stratum: pd.Series, labels: Mapping[str, str]) -> float:
    """Return the adjusted Rand index; 0 where there are not two strata."""
    if stratum.nunique() < 2:
        return 0.0
    return float(adjusted_rand_score([labels[i] for i in stratum.index], stratum))


def check_response(
    truth: Mapping[str, Any],
    assignments: pd.DataFrame,
    interaction: pd.DataFrame,
    effects: pd.DataFrame,
) -> list[tuple[str, str, str, str]]:
    """Compare treatment effects with the planted one.

    Returns
    -------
    list
        Rows of item, planted, found and verdict.

    Notes
    -----
    Effects are compared between strata by their size on each scale, ratios by the
    size of their logarithm. The stratum meant is the one that holds most patients of
    the subgroup in which the treatment was planted to work.
    """
    tests = interaction[interaction["model"].isin(_KINDS)]
    kinds = tests["model"].map(_KINDS)
    significant = tests["p_adjusted"] < _ALPHA
    helped = _helped_stratum(truth, assignments)
    rows = []
    for kind in truth["treatment_outcomes"]:
        p = tests.loc[kinds == kind, "p_adjusted"].min()
        rows.append(
            (
                f"treatment effect differs: {kind} outcome",
                f"p below {_ALPHA}",
                "not tested" if np.isnan(p) else f"p = {p:.2g}",
                "found" if p < _ALPHA else "missed",
            )
        )
        names = tests.loc[kinds == kind, "outcome"]
        top = _largest_effects(effects[effects["outcome"].isin(names)])
        right = bool(top) and set(top.values()) == {helped}
        rows.append(
            (
                f"treatment works best: {kind} outcome",
                "in the responsive subgroup",
                _name_places(top, helped),
                "found" if right else "missed",
            )
        )
    others = int((significant & ~kinds.isin(truth["treatment_outcomes"])).sum())
    verdict = "false_alarm" if others else "found"
    return [*rows, ("other treatment effects that differ", "0", str(others), verdict)]


def _helped_stratum(truth: Mapping[str, Any], assignments: pd.DataFrame) -> str | None:
    stratum = _assigned(assignments)
    inside = [
        truth["subgroup"].get(i) == truth["responsive_subgroup"] for i in stratum.index
    ]
    counts = stratum[np.array(inside, bool)].value_counts()
    return None if counts.empty else str(counts.idxmax())


def _largest_effects(effects: pd.DataFrame) -> dict[str, str]:
    """Return the stratum with the largest effect on each scale."""
    within = effects[(effects["stratum"] != "all") & effects["effect"].notna()]
    top = {}
    for scale, rows in within.groupby("scale"):
        size = rows["effect"].to_numpy(float)
        if str(scale).endswith("ratio"):
            with np.errstate(divide="ignore"):
                size = np.log(size)
        top[str(scale)] = str(rows["stratum"].iloc[np.abs(size).argmax()])
    return top


def _name_places(top: Mapping[str, str], helped: str | None) -> str:
    if not top:
        return "not estimated"
    elsewhere = sorted(scale for scale, stratum in top.items() if stratum != helped)
    if not elsewhere:
        return "in the responsive subgroup"
    return "elsewhere by " + ", ".join(elsewhere)
