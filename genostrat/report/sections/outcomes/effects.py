"""Blocks of the report on the effect of treatment in each stratum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from genostrat.registry.words.response import CAUSES
from genostrat.report.figures.response import (
    plot_forest,
    plot_incidence,
    plot_survival,
)
from genostrat.report.parts.document import (
    Block,
    Figures,
    TableView,
)
from genostrat.report.parts.results import Results
from genostrat.report.parts.scales import (
    ALL,
    effect_interval,
    effect_text,
    is_ratio,
    is_share,
    scale_name,
)
from genostrat.report.parts.style import FigureView
from genostrat.report.parts.wording import (
    count_text,
    is_missing,
    label_text,
    number_text,
    p_text,
    percent_text,
    readable,
)
from genostrat.report.words.treatment import (
    arms_in_order,
    contrasts_in_order,
    sides_of,
)


def effect_blocks(
    results: Results,
    summary: Mapping[str, Any],
    *,
    reference: str | None,
    directions: Mapping[str, int],
) -> list[Block]:
    """Draw and list what treatment does in each stratum, outcome after outcome.

    Parameters are those of :func:`genostrat.report.sections.response.build_response`.
    """
    effects = results["response/effects.tsv"]
    assert effects is not None
    blocks: list[Block] = []
    number = 0
    for outcome in dict.fromkeys(effects["outcome"]):
        of_outcome = effects[effects["outcome"] == outcome]
        views = []
        ordered = list(contrasts_in_order(summary["response"], outcome))
        for contrast in ordered or dict.fromkeys(of_outcome["contrast"]):
            number += 1
            part = of_outcome[of_outcome["contrast"] == contrast]
            views.append(
                plot_forest(
                    part,
                    outcome=outcome,
                    contrast=str(contrast),
                    sides=sides_of(summary["response"], outcome, contrast),
                    direction=directions.get(outcome, 0),
                    number=number,
                )
            )
        curves = _curves_of(results, outcome)
        if len(curves):
            arms = arms_in_order(summary["response"], outcome)
            arms = arms or _arms(curves, reference=reference)
            views.append(
                plot_survival(
                    curves,
                    outcome=outcome,
                    arms=arms,
                    number=number,
                    unit=_unit_of(summary["response"], outcome),
                    notes=_notes_of(summary["response"], outcome),
                )
            )
        views += _incidence_views(results, summary, outcome, reference, number)
        blocks.append(Figures(views))
    blocks.append(_effect_view(summary["response"]["effects"]))
    return blocks


def _incidence_views(
    results: Results,
    summary: Mapping[str, Any],
    outcome: str,
    reference: str | None,
    number: int,
) -> list[FigureView]:
    """Plot the incidence of the event and of what competes with it, side by side."""
    table = results["response/incidence_curves.tsv"]
    if table is None:
        return []
    own = table[table["outcome"] == outcome]
    arms = arms_in_order(summary["response"], outcome)
    return [
        plot_incidence(
            own[own["cause"] == cause],
            outcome=outcome,
            cause=cause,
            arms=arms or _arms(own, reference=reference),
            number=number,
            unit=_unit_of(summary["response"], outcome),
        )
        for cause in CAUSES
        if (own["cause"] == cause).any()
    ]


def _curves_of(results: Results, outcome: str) -> pd.DataFrame:
    curves = results["response/survival_curves.tsv"]
    if curves is None:
        return pd.DataFrame()
    return curves[curves["outcome"] == outcome]


def _notes_of(response: Mapping[str, Any], outcome: str) -> dict[str, str]:
    """Return stratum → the effect of each arm, and p in all patients.

    A stratum has no p of its own: whether strata differ is asked by one test.
    """
    arms = contrasts_in_order(response, outcome)
    p_values = {
        row["contrast"]: row["p_value"]
        for row in response.get("treatment") or []
        if row["outcome"] == outcome and row["method"] == "plain"
    }
    lines: dict[str, list[str]] = {}
    for effect in response["effects"]:
        is_own = effect["outcome"] == outcome and effect["contrast"] in arms
        if not is_own or not is_ratio(effect["scale"]) or is_missing(effect["effect"]):
            continue
        value = effect_text(effect["effect"], effect["scale"])
        text = f"{scale_name(effect['scale'])} {value}\n({effect_interval(effect)})"
        if len(arms) > 1:
            text = f"{label_text(arms[effect['contrast']], 20)}\n{text}"
        p = p_values.get(effect["contrast"])
        if effect["stratum"] == ALL and not is_missing(p):
            text += f"\n{p_text(p)}"
        lines.setdefault(effect["stratum"], []).append(text)
    return {stratum: "\n".join(told[:3]) for stratum, told in lines.items()}


def _unit_of(response: Mapping[str, Any], outcome: str) -> str:
    """Return the unit of an outcome's times; blank where nobody said it."""
    rows = response.get("populations") or []
    units = {row["unit"] for row in rows if row["outcome"] == outcome}
    return next((str(unit) for unit in sorted(filter(None, units))), "")


def _arms(curves: pd.DataFrame, *, reference: str | None) -> list[str]:
    arms = sorted(set(curves["arm"].astype(str)) - {ALL, ""})
    return sorted(arms, key=lambda arm: (arm != reference, arm))


def _effect_view(effects: list[dict[str, Any]]) -> TableView:
    rows = []
    for effect in effects:
        stratum = effect["stratum"]
        rows.append(
            [
                readable(effect["outcome"]),
                "all patients" if stratum == ALL else label_text(stratum),
                label_text(effect["contrast"], 60),
                scale_name(effect["scale"]),
                effect_text(effect["effect"], effect["scale"]),
                effect_interval(effect),
                _levels(effect),
                count_text(effect["n"]),
                count_text(effect["n_events"]),
                label_text(effect.get("note") or "", 200),
            ]
        )
    header = (
        *("Outcome", "Stratum", "Contrast", "Scale", "Effect", "95 % interval"),
        *("In each arm", "Patients", "Events", "Note"),
    )
    return TableView(
        header,
        rows,
        "Effects in each stratum, relative and absolute.",
        numeric=(4, 5, 6, 7, 8),
        folded=True,
    )


def _levels(effect: Mapping[str, Any]) -> str:
    values = [effect.get("arm_value"), effect.get("reference_value")]
    if any(is_missing(value) for value in values):
        return "–"
    if is_share(effect["scale"]):
        return " vs ".join(percent_text(value) for value in values)
    return " vs ".join(number_text(value, 3) for value in values)
