"""The part of the report on whether strata can be believed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from genostrat.report.figures.evidence.audit import plot_confounders, plot_power
from genostrat.report.parts.document import (
    Block,
    Figures,
    Notice,
    Paragraph,
    TableView,
    Tone,
)
from genostrat.report.parts.results import Results
from genostrat.report.parts.strata import ASSOCIATED, CONFOUNDED, RECOVERS
from genostrat.report.parts.style import FigureView
from genostrat.report.parts.wording import (
    DASH,
    is_missing,
    label_text,
    number_text,
    p_text,
    percent_text,
    readable,
)
from genostrat.report.words.sentences import power_words


def build_audit(
    results: Results,
    strata: Mapping[str, Any],
    *,
    profile: Mapping[str, Any] | None,
) -> list[Block]:
    """Show what else the groups could be, and what could have been missed.

    Parameters
    ----------
    results
        What the run has written.
    strata, profile
        Parts of the cohort's record.
    """
    views: list[FigureView] = []
    blocks: list[Block] = []
    table = results["strata/confounders.tsv"]
    if table is not None and len(table):
        views.append(plot_confounders(table))
    power = power_table(strata["power"] or {})
    if len(power) > 1:
        views.append(plot_power(power))
    if views:
        blocks.append(Figures(views))
    if strata["power"]:
        blocks.append(Paragraph(power_words(dict(strata), dict(profile or {}))))
    if table is not None and len(table):
        # Without strata the audit is of the best partition that was tried.
        k = strata["best_k"] or strata["k"]
        blocks.append(_confounder_view(table, k=k))
    elif table is not None:
        text = "There was no confounder to check the groups against."
        blocks.append(Notice(text, "note"))
    return blocks


_FLAG_WORDS: dict[str, tuple[str, Tone]] = {
    ASSOCIATED: ("linked", "note"),
    RECOVERS: ("tells the stratum", "warn"),
    CONFOUNDED: ("explains the strata", "warn"),
}


def _effect_name(name: str) -> str:
    known = {"Cramer's V": "Cramér’s V", "eta squared": "η²"}
    return known.get(name, label_text(name))


def _confounder_view(table: pd.DataFrame, *, k: int | None) -> TableView:
    rows, tones = [], list[Tone]()
    for row in table.to_dict("records"):
        words, tone = _FLAG_WORDS.get(str(row["flag"]), ("no", "plain"))
        effect = DASH
        if not is_missing(row["effect"]):
            effect = f"{row['effect']:.2f} ({_effect_name(row['effect_name'])})"
        rows.append(
            [
                readable(row["confounder"]).strip("()"),
                effect,
                p_text(row["p_value"], bare=True),
                p_text(row["p_adjusted"], bare=True),
                percent_text(row["recoverable_accuracy"]),
                number_text(row["ari_after_adjustment"], 2),
                words,
            ]
        )
        tones.append(tone)
    header = (
        *("Confounder", "Effect", "p", "p\u00a0adjusted", "Strata recovered from it"),
        *("Agreement after adjustment", "Flag"),
    )
    chance = f" (chance is {percent_text(1 / k)})" if k and k > 1 else ""
    known = table.get("features_accuracy")
    features = ""
    if known is not None and known.notna().any():
        share = percent_text(float(known.dropna().iloc[0]))
        features = f"; from the features it is {share}"
    return TableView(
        header,
        rows,
        "Audit of confounders. Strata recovered: balanced accuracy of telling a"
        f" patient's stratum from the confounder alone{chance}{features}. Agreement:"
        " adjusted Rand index between the strata before and after removing it.",
        numeric=(1, 2, 3, 4, 5),
        tones=tones,
    )


def power_table(power: Mapping[str, Any]) -> pd.DataFrame:
    """Read the detection rate by separation: columns separation, rate."""
    separations = power.get("separations_sd") or []
    rates = power.get("detection_rate") or []
    if len(separations) != len(rates):
        return pd.DataFrame({"separation": [], "rate": []})
    return pd.DataFrame({"separation": separations, "rate": rates}).dropna()
