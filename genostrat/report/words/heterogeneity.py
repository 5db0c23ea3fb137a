"""Whether the effect of treatment differs between patients, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from genostrat.catalogues.outcome_kinds import SCALES
from genostrat.report.parts.document import Finding
from genostrat.report.parts.wording import (
    NBSP,
    interval_text,
    is_missing,
    label_text,
    listing,
    number_text,
    p_text,
    plain_number,
    readable,
)

Row = Mapping[str, Any]
#: Outcomes that a headline tells of.
_MOST = 3


def describe_heterogeneity(record: Row | None) -> Iterator[Finding]:
    """Give the verdict on heterogeneity; nothing where nobody asked for one.

    Parameters
    ----------
    record
        ``response/heterogeneity.json``.
    """
    if not record or not record["modifiers"]:
        return
    if all(one["verdict"] == "not_assessed" for one in record["judged"]):
        yield Finding(
            "Whether the effect of treatment differs between patients beyond subgroups"
            f" was not assessed: {label_text(record['reason'], 160)}.",
            "note",
        )
        return
    by = listing(label_text(readable(name), 30) for name in record["modifiers"])
    for one in found_in(record)[:_MOST]:
        yield Finding(_describe_found(one, by), "note")
    calm = [one for one in record["judged"] if one["verdict"] == "not_found"]
    if calm:
        named = listing(f"{about(one)} ({p_text(one['p_adjusted'])})" for one in calm)
        repeats = calm[0]["repeats"]
        yield Finding(
            f"Over {repeats} repeated splits of the patients there is no evidence that"
            f" the effect of treatment differs between patients by {by}: {named}.",
            "plain",
        )
    missing = [one for one in record["judged"] if one["verdict"] == "not_assessed"]
    if missing:
        named = listing(
            f"{about(one)} ({label_text(one['reason'], 80)})" for one in missing
        )
        yield Finding(f"Heterogeneity was not assessed for {named}.", "note")


def found_in(record: Row) -> Sequence[Row]:
    """Return what was judged to differ."""
    return [one for one in record["judged"] if one["verdict"] == "found"]


def about(one: Row) -> str:
    """Name an outcome and its contrast."""
    outcome = label_text(readable(one["outcome"]), 40)
    return f"“{outcome}”, {label_text(one['contrast'], 60)}"


def _describe_found(one: Row, by: str) -> str:
    least, most = one["groups"][0], one["groups"][-1]
    text = (
        f"The effect of treatment on {about(one)}, differs between patients by {by}"
        f" ({p_text(one['p_adjusted'])} over {one['repeats']} repeated splits): the"
        f" {scale_of(one)} is {measure_text(least, one)} in the quarter whose predicted"
        f" effect is least and {measure_text(most, one)} in that whose is greatest."
    )
    scale = _scale_of_verdict(one)
    return f"{text} {scale}; and it was looked for, so it is a hypothesis."


def _scale_of_verdict(one: Row) -> str:
    """Say on which scale an effect differs, so that nobody reads more into it."""
    absolute = "This is on the absolute scale, on which patients at higher risk gain"
    ratio = one.get("ratio")
    if not ratio:
        return f"{absolute} more even where the ratio is one for all"
    p_value = p_text(ratio["p_adjusted"])
    if ratio["verdict"] == "found":
        return f"The ratio of rates differs too ({p_value})"
    return (
        "This is a difference of rates; there is no evidence that their ratio differs"
        f" ({p_value}), and one ratio for all is a larger difference where rates are"
        " high"
    )


def scale_of(one: Row) -> str:
    """Say what effects are differences of."""
    if not is_missing(one["horizon"]):
        unit = f" {label_text(one['unit'], 24)}" if one["unit"] else ""
        name = SCALES["rmst_difference"].words
        return f"{name}, up to {plain_number(one['horizon'])}{unit},"
    if one.get("ratio"):
        return SCALES["rate_difference"].words
    scale = "mean_difference" if is_missing(one["n_events"]) else "risk_difference"
    return SCALES[scale].words


def rules_text(rules: Sequence[Mapping[str, str]]) -> str:
    """Write the rules of a leaf of a tree.

    Examples
    --------
    >>> rules_text([{"column": "age", "operator": "above", "value": "40"},
    ...             {"column": "stage", "operator": "is_not", "value": "II"}])
    'age above 40 and stage not II'
    >>> rules_text([{"column": "age", "operator": "at_most", "value": "60"},
    ...             {"column": "age", "operator": "above", "value": "40"}])
    'age above 40, at most 60'
    """
    words = {"above": "above", "at_most": "at most", "is": "is", "is_not": "not"}
    said: dict[str, list[str]] = {}
    for operator, word in words.items():
        for rule in rules:
            if rule["operator"] == operator:
                said.setdefault(rule["column"], []).append(
                    f"{word} {label_text(rule['value'], 40)}"
                )
    columns = dict.fromkeys(rule["column"] for rule in rules)
    return " and ".join(
        f"{label_text(readable(name), 40)} {', '.join(said[name])}" for name in columns
    )


def measure_text(
    measure: Row, one: Row, *, is_effect: bool = True, is_brief: bool = False
) -> str:
    """Write a median over splits with its limits, which `is_brief` does not name."""
    if is_missing(measure["estimate"]):
        return "not estimated"
    unit = f" {label_text(one['unit'], 24)}" if one["unit"] and is_effect else ""
    interval = interval_text(measure["ci_low"], measure["ci_high"])
    limits = interval if is_brief else f"95{NBSP}% interval {interval}"
    return f"{number_text(measure['estimate'], 2)}{unit} ({limits})"
