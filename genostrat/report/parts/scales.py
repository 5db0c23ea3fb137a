"""The scales of effects: their names, and how effects on them are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from genostrat.ordering import order_names
from genostrat.report.parts.wording import (
    interval_text,
    is_missing,
    number_text,
    percent_text,
    readable,
)

#: How each scale of effect is called, and the value that means no effect.
SCALES: dict[str, tuple[str, float]] = {
    "hazard_ratio": ("hazard ratio", 1.0),
    "odds_ratio": ("odds ratio", 1.0),
    "mean_difference": ("difference of means", 0.0),
    "risk_difference": ("absolute difference in risk", 0.0),
    "rmst_difference": ("difference in mean time without event", 0.0),
}
RELATIVE = ("hazard_ratio", "odds_ratio")
ALL = "all"


def scale_name(scale: str) -> str:
    """Return the words for a scale of effect."""
    return SCALES[scale][0] if scale in SCALES else readable(scale)


def ordered_strata(strata: Sequence[str]) -> list[str]:
    """Order strata as S1, S2, S10, with the whole cohort last."""
    names = order_names(str(name) for name in strata)
    return sorted(names, key=lambda name: name == ALL)


def effect_text(value: float | None, scale: str) -> str:
    """Write an effect; differences in risk in percent, with their sign."""
    if value is None or is_missing(value):
        return number_text(None)
    if scale == "risk_difference":
        text = percent_text(value)
        return text if value < 0 else f"+{text}"
    if scale in RELATIVE or value <= 0:
        return number_text(value, 2)
    return f"+{number_text(value, 2)}"


def effect_interval(effect: Mapping[str, Any]) -> str:
    """Write the confidence interval of an effect on its scale."""
    low, high = effect["ci_low"], effect["ci_high"]
    if effect["scale"] != "risk_difference" or is_missing(low) or is_missing(high):
        return interval_text(low, high)
    return f"{percent_text(low)} to {percent_text(high)}"
