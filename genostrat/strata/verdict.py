"""The verdict on a cohort, with its reasons in sentences a clinician reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from genostrat.profile.clinical import LAYER as CLINICAL
from genostrat.strata.audit.confounders import Audit
from genostrat.strata.audit.restatement import Restated
from genostrat.strata.audit.table import derived_names, describe_confounder
from genostrat.strata.decision import is_gradient
from genostrat.strata.evidence.boundary import expected_share
from genostrat.strata.evidence.valley import has_valleys

#: Features of a focus that a sentence names.
MOST_NAMED = 5


def give_reasons(
    verdict: str,
    row: dict[str, Any],
    audit: Audit | None,
    *,
    alpha: float,
    restated: Restated | None = None,
    layers: Sequence[str] = (),
    table: pd.DataFrame | None = None,
    focus: Sequence[str] = (),
    along_gradient: bool = False,
) -> list[str]:
    """Explain a verdict in plain sentences.

    Parameters
    ----------
    verdict
        From :func:`genostrat.strata.decision.decide_verdict`.
    row
        The row of ``k_selection.tsv`` of the best k.
    audit
        The confounder audit of that partition.
    alpha
        Level of the tests.
    restated
        The part of the profile that the partition restates.
    layers
        Those that the strata were found in; columns of the sheet alone do not make
        groups molecular.
    table
        ``k_selection.tsv``, for what the other numbers of groups have to say.
    focus
        The few features that the groups were found in; none for all of them.
    along_gradient
        Whether the patients are spread along a continuum
        (:func:`genostrat.strata.decision.is_gradient`).
    """
    only_clinical = set(layers) == {CLINICAL}
    kind = "subgroups by clinical columns" if only_clinical else "molecular subgroups"
    shape = "gradient" if verdict == "none" and along_gradient else verdict
    reasons = [_opening(shape, int(row["k"]), kind=kind)]
    if restated is not None and row["evidence"] != "none" and verdict == "none":
        reasons = [
            f"No {kind} were found: the groups are another name of what was given."
        ]
    if restated is not None:
        reasons.append(_restatement(restated, evidence=row["evidence"]))
    if focus:
        reasons.append(_say_focus(focus))
    reasons.append(_stability(row, alpha=alpha))
    reasons.append(_separation(row, alpha=alpha))
    reasons.append(_joint(row, alpha=alpha))
    reasons.append(_border(row))
    reasons += _say_other_ks(row, table)
    if not row["eligible"]:
        reasons.append(
            f"The smallest of the {row['k']} groups holds {_patients(row)}: outliers,"
            " not a subgroup."
        )
    if along_gradient:
        reasons.append(
            "strata/gradient.tsv has the place of every patient along the axis of this"
            " continuum, and strata/gradient_features.tsv what marks its ends."
        )
    if audit is not None:
        reasons += _confounding(verdict, audit)
    return reasons


def _say_focus(focus: Sequence[str]) -> str:
    """Name the few features that groups were found in."""
    named = ", ".join(focus[:MOST_NAMED])
    more = len(focus) - MOST_NAMED
    others = f" and {more} more" if more > 0 else ""
    return (
        f"The groups show in {len(focus)} features that hang together"
        f" ({named}{others}); among all features they are not seen as well."
    )


def _patients(row: dict[str, Any]) -> str:
    n = int(row["smallest_cluster"])
    return "1 patient" if n == 1 else f"{n} patients"


def _say_other_ks(row: dict[str, Any], table: pd.DataFrame | None) -> list[str]:
    """Name numbers of groups that are as good, and those that the groups lie in."""
    if table is None or row["evidence"] == "none":
        return []
    said = []
    ties = [str(k) for k in table.loc[table["tied"].astype(bool), "k"]]
    if ties:
        said.append(
            f"{' and '.join(ties)} groups are about as good as {row['k']}: some of the"
            " evidence prefers them (strata/k_selection.tsv)."
        )
    outer = row["nested_in"]
    if np.isfinite(outer):
        said.append(f"The {row['k']} groups lie within {outer:.0f} broader ones.")
    # Pieces of clear groups can pass the tests too: only what is as good is named.
    is_inner = (table["nested_in"] == row["k"]) & table["tied"].astype(bool)
    inner = [str(k) for k in table.loc[is_inner, "k"]]
    if inner:
        said.append(f"They can be divided further, into {' or '.join(inner)} groups.")
    return said


def _restatement(restated: Restated, *, evidence: str) -> str:
    """Say what the groups are another name of."""
    names = " and ".join(_short(name) for name in restated.names)
    several = len(restated.names) > 1
    what = {
        "levels": ("combinations of the levels of " if several else "the levels of "),
        "pieces": "pieces of ",
        "layer": "pieces of the one axis of layer ",
    }[restated.kind] + names
    others = "they" if several else "it"
    best = "These groups" if evidence != "none" else "The groups that fit best"
    return (
        f"{best} are {what}: {others} alone tell{'' if several else 's'} them, and the"
        f" other features do not show them (agreement {restated.ari_without:.2f}; 1 the"
        " same groups, 0 chance)."
    )


def _short(name: str) -> str:
    return name.removeprefix(f"{CLINICAL}:")


def _opening(verdict: str, k: int, *, kind: str) -> str:
    return {
        "supported": f"The patients fall into {k} {kind}.",
        "suggestive": (
            f"There are signs of {k} {kind}, but the patients may as well lie along a"
            " continuum: treat them as a hypothesis."
        ),
        "confounded": (
            f"The patients fall into {k} groups, but the groups mirror how the cohort"
            " was collected or who is in it: they are not a discovery."
        ),
        "gradient": (
            f"No {kind} were found: the patients are spread further than one cloud of"
            " chance would be, but along a continuum rather than in groups."
        ),
        "none": (
            f"One group describes the cohort: no {kind} were found that"
            " could not have come about by chance."
        ),
    }[verdict]


def _stability(row: dict[str, Any], *, alpha: float) -> str:
    p_value = _p(row["p_value"])
    found = f"{row['pac']:.0%} of pairs of patients are undecided"
    expected = f"{row['pac_null_mean']:.0%} in simulated cohorts without groups"
    if row["p_value"] <= alpha:
        return f"Grouping is repeatable: {found}, against {expected} ({p_value})."
    return (
        f"Grouping is no more repeatable than chance: {found}, {expected} ({p_value})."
    )


def _separation(row: dict[str, Any], *, alpha: float) -> str:
    p_value = _p(row["sigclust_p_value"])
    if row["sigclust_p_value"] <= alpha:
        return (
            "Patients of a group resemble each other more than in simulated cohorts"
            f" without groups ({p_value})."
        )
    return (
        "Patients of a group resemble each other no more than in simulated cohorts"
        f" without groups ({p_value})."
    )


def _joint(row: dict[str, Any], *, alpha: float) -> str:
    p_value = _p(row["joint_p"])
    if row["joint_p"] <= alpha:
        return (
            "Allowing for both measures and all the numbers of groups tried, this is"
            f" more than chance ({p_value})."
        )
    return (
        "Allowing for both measures and all the numbers of groups tried, this could"
        f" be chance ({p_value})."
    )


def _border(row: dict[str, Any]) -> str:
    share, even = row["border_share"], expected_share(int(row["k"]))
    compared = (
        f"{share:.0%} of patients lie near a border between groups, against {even:.0%}"
        " if spread evenly"
    )
    if has_valleys(row["valley"]):
        return (
            "Neighbouring groups are separate peaks rather than pieces of a continuum"
            f" (log likelihood ratio {row['valley']:.1f} above the limit; {compared})."
        )
    if np.isnan(row["valley"]):
        return f"Too few patients to look for a gap between the groups ({compared})."
    return (
        "The groups may be pieces of a continuum: a spread with one peak describes"
        " neighbouring groups as well as two peaks do (log likelihood ratio"
        f" {-row['valley']:.1f} below the limit; {compared})."
    )


def _confounding(verdict: str, audit: Audit) -> list[str]:
    if verdict == "confounded":
        named = _listed(audit.responsible)
        return [
            f"Groups can be told apart by {named}, without any molecular measurement:"
            f" {audit.pair_accuracy:.0%} of the way from chance to certainty.",
            "Groups found after adjusting for that agree with these by"
            f" {audit.ari_after:.2f} (1 the same groups, 0 chance).",
        ]
    flagged = audit.table["flag"].isin(["associated", "recovers_strata"])
    linked = [str(name) for name in audit.table.loc[flagged, "confounder"]]
    sizes, shown = derived_names(linked)
    derived = [*sizes, *shown]
    given = [name for name in linked if name not in derived]
    checked = [str(name) for name in audit.table["confounder"]]
    said = []
    if set(checked) <= set(derived_names(checked)[1]):
        said.append("There was no confounder to check the groups against.")
    if given:
        said.append(
            f"The groups are associated with {_listed(given)}, but do not"
            " mirror it: see strata/confounders.tsv."
        )
    if derived:
        said.append(
            f"The groups also differ in {_listed(derived)}: these are made of the"
            " values that the groups were found in, so they may be cause or effect."
        )
    return said or [
        "The groups are not associated with any of the confounders checked."
    ]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(describe_confounder(name) for name in names)


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.2g}"


def verdict_record(
    verdict: str,
    table: pd.DataFrame,
    audit: Audit | None,
    *,
    best_k: int,
    power: dict[str, Any],
    settings: dict[str, Any],
    restated: Restated | None = None,
    layers: Sequence[str] = (),
    focus: Sequence[str] = (),
) -> dict[str, Any]:
    """Put ``verdict.json`` together.

    Parameters
    ----------
    verdict
        From :func:`genostrat.strata.decision.decide_verdict`.
    table
        ``k_selection.tsv``.
    audit
        The confounder audit.
    best_k
        The best number of groups, whether or not they are strata.
    power
        The record of a power curve.
    settings
        Seed, alpha and what else led here; copied into the record.
    restated, layers, focus
        As in :func:`give_reasons`.
    """
    row = table.set_index("k", drop=False).loc[best_k].to_dict()
    along = is_gradient(verdict, row, audit, restated, alpha=settings["alpha"])
    return {
        "verdict": verdict,
        "k": 1 if verdict == "none" else best_k,
        "reasons": give_reasons(
            verdict,
            row,
            audit,
            alpha=settings["alpha"],
            restated=restated,
            layers=layers,
            table=table,
            focus=focus,
            along_gradient=along,
        ),
        "is_gradient": along,
        "power": power,
        **settings,
        "best_k": best_k,
        "evidence": {
            "grade": row["evidence"],
            "stability_p": row["p_adjusted"],
            "sigclust_p": row["sigclust_p"],
            "joint_p": row["joint_p"],
            "border_p": row["border_p"],
            "border_share": row["border_share"],
            "valley": row["valley"],
            "smallest_cluster": row["smallest_cluster"],
        },
        "confounding": _confounding_record(audit),
        "restates": {} if restated is None else restated.to_record(),
    }


def _confounding_record(audit: Audit | None) -> dict[str, Any]:
    if audit is None:
        return {"is_confounded": False, "responsible": []}
    return {
        "is_confounded": audit.is_confounded,
        "responsible": audit.responsible if audit.is_confounded else [],
        "pair_accuracy_from_confounders": audit.pair_accuracy,
        "accuracy_from_features": audit.features_accuracy,
        "ari_after_adjustment": audit.ari_after,
    }
