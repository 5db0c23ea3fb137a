"""What an effect rests on that was not seen: missing outcomes, unmeasured causes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from genostrat.report.parts.scales import (
    effect_text,
    horizon_unit,
    is_share,
    scale_name,
)
from genostrat.report.parts.wording import (
    NBSP,
    is_missing,
    label_text,
    number_text,
    p_text,
)

Row = Mapping[str, Any]
#: Absolute scales that are bounded, by the check of missing outcomes.
_BOUNDED = (
    "risk_difference",
    "cumulative_incidence_difference",
    "rmst_difference",
    "win_difference",
)


def describe_missing(
    checks: Sequence[Row], effects: Sequence[Row], contrasts: Mapping[str, str]
) -> Iterator[str]:
    """Say of how many patients an outcome is not known, and what they could change.

    Parameters
    ----------
    checks
        Rows of ``response/checks.tsv`` for one outcome.
    effects
        Rows of ``response/effects.tsv`` for it, in all patients.
    contrasts
        Contrast → arm, in the order in which they are told.
    """
    rows = {r["contrast"]: r for r in checks if r["check"] == "missing_outcome"}
    for contrast, arm in contrasts.items():
        row = rows.get(contrast)
        if row is None or not row["statistic"]:
            continue
        text = f" The outcome is {label_text(row['note'], 160)}"
        if not is_missing(row["p_value"]) and float(row["p_value"]) < 0.05:
            text += f", which differs between arms ({p_text(row['p_value'])})"
        yield f"{text}{_consequence(row, effects, contrast, arm)}."


def _consequence(row: Row, effects: Sequence[Row], contrast: str, arm: str) -> str:
    own = {e["scale"]: e for e in effects if e["contrast"] == contrast}
    scale = next((s for s in _BOUNDED if s in own), "")
    if not is_missing(row["low"]) and scale:
        effect = own[scale]
        unit = "" if is_share(scale) else horizon_unit(effect)
        ends = " to ".join(effect_text(row[end], scale) for end in ("low", "high"))
        text = f": whatever became of them, the {scale_name(scale)} lies within"
        text += f" {ends}{unit}"
        if float(row["low"]) <= 0 <= float(row["high"]):
            text += ", so its direction rests on their being like the others"
        return text
    if not is_missing(row["value"]):
        return (
            f": the effect of {label_text(arm, 40)} would be undone if they differed by"
            f" {number_text(row['value'], 2)} from the others"
        )
    return "; what they could change was not bounded"


def describe_confounding(
    checks: Sequence[Row], contrasts: Mapping[str, str]
) -> Iterator[str]:
    """Say how strong an unmeasured confounder would have to be (E-values)."""
    rows = {r["contrast"]: r for r in checks if r["check"] == "e_value"}
    for contrast, arm in contrasts.items():
        row = rows.get(contrast)
        if row is None:
            continue
        if is_missing(row["value"]):
            yield (
                f" How much confounding would explain the effect of"
                f" {label_text(arm, 40)} was not assessed"
                f" ({label_text(row.get('note') or 'no estimate', 80)})."
            )
            continue
        text = (
            " Something that was not measured would explain the effect of"
            f" {label_text(arm, 40)} if it went with treatment and with outcome by risk"
            f" ratios of {number_text(row['value'], 2)} each (E-value)"
        )
        if float(row["low"]) > 1:
            text += f", and one of {number_text(row['low'], 2)} its 95{NBSP}% interval"
        else:
            text += "; its interval includes no effect as it is"
        yield f"{text}."
