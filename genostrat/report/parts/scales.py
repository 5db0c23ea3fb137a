"""The scales of effects: their names, and how effects on them are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from genostrat.catalogues.outcome_kinds import SCALES
from genostrat.errors import printable
from genostrat.ordering import order_names
from genostrat.report.parts.wording import (
    NBSP,
    interval_text,
    is_missing,
    number_text,
    percent_text,
    readable,
)

ALL = "all"


def scale_name(scale: str) -> str:
    """Return the words for a scale of effect."""
    return SCALES[scale].words if scale in SCALES else readable(scale)


def is_ratio(scale: str) -> bool:
    """Say whether a scale is one of ratios."""
    return scale in SCALES and SCALES[scale].is_ratio


def is_share(scale: str) -> bool:
    """Say whether a scale is a difference of shares, written in percent."""
    return scale in SCALES and SCALES[scale].is_share


def no_effect(scale: str) -> float:
    """Return the value that means no effect on a scale."""
    return SCALES[scale].no_effect if scale in SCALES else 0.0


def side_words(
    scale: str, sides: tuple[str, str], direction: int
) -> tuple[str, str] | None:
    """Say what lies left and right of no effect.

    Parameters
    ----------
    scale
        Of the effect.
    sides
        The reference and the other arm.
    direction
        1 if more of the outcome is better, -1 if less is, 0 where nobody said.

    Returns
    -------
    tuple of str or None
        Whom either side favours; where nobody said what is better, with whom there is
        more. None for a scale of something else than the outcome.

    Examples
    --------
    >>> side_words("hazard_ratio", ("control", "active"), 1)
    ('favours active', 'favours control')
    >>> side_words("odds_ratio", ("control", "active"), 0)
    ('more with control', 'more with active')
    """
    follows = SCALES[scale].follows if scale in SCALES else 0
    if not follows:
        return None
    reference, arm = (printable(name, 16) for name in sides)
    right, left = (
        (arm, reference) if follows * (direction or 1) > 0 else (reference, arm)
    )
    verb = "favours" if direction else "more with"
    return f"{verb} {left}", f"{verb} {right}"


def ordered_strata(strata: Sequence[str]) -> list[str]:
    """Order strata as S1, S2, S10, with the whole cohort last."""
    names = order_names(str(name) for name in strata)
    return sorted(names, key=lambda name: name == ALL)


def effect_text(value: float | None, scale: str) -> str:
    """Write an effect; differences in risk in percent, with their sign."""
    if value is None or is_missing(value):
        return number_text(None)
    if is_share(scale):
        text = percent_text(value)
        return text if value < 0 else f"+{text}"
    if is_ratio(scale) or value <= 0:
        return number_text(value, 2)
    return f"+{number_text(value, 2)}"


def effect_interval(effect: Mapping[str, Any]) -> str:
    """Write the confidence interval of an effect on its scale."""
    low, high = effect["ci_low"], effect["ci_high"]
    if not is_share(effect["scale"]) or is_missing(low) or is_missing(high):
        return interval_text(low, high)
    return f"{percent_text(low)} to {percent_text(high)}"


def effect_unit(effect: Mapping[str, Any]) -> str:
    """Return the unit of an effect with a space before it, or nothing."""
    if is_share(str(effect.get("scale"))):
        return ""
    return horizon_unit(effect)


def horizon_unit(effect: Mapping[str, Any]) -> str:
    """Return the unit of the time up to which an effect holds, after a space."""
    unit = effect.get("unit")
    return "" if unit is None or is_missing(unit) else f"{NBSP}{printable(unit, 24)}"
