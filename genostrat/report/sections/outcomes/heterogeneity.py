"""Whether the effect differs between patients beyond subgroups, and for whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from genostrat.report.parts.document import Block, Heading, Paragraph, TableView
from genostrat.report.parts.wording import (
    count_text,
    label_text,
    number_text,
    p_text,
    readable,
    sentence,
)
from genostrat.report.words.heterogeneity import about, measure_text, rules_text

_VERDICTS = {
    "found": "differs",
    "not_found": "no evidence of a difference",
    "not_assessed": "not assessed",
}
_GROUP_NAMES = ("least", "second", "third", "greatest")
_RULES = {
    "all": "treat everybody",
    "predicted": "treat who is predicted to gain",
    "stratum": "treat the strata that gain",
    "over_best": "predicted, over the better of all and none",
}


def heterogeneity_blocks(record: Mapping[str, Any] | None) -> Iterator[Block]:
    """Show the verdict, effects by predicted effect, and rules of whom to treat.

    Parameters
    ----------
    record
        ``response/heterogeneity.json``; None where it was not made.
    """
    if record is None or record["reason"] == "there is no treatment":
        return
    yield Heading("Heterogeneity beyond subgroups")
    if record["verdict"] == "not_assessed" and not record["judged"]:
        yield Paragraph(sentence(f"Not assessed: {label_text(record['reason'], 200)}"))
        return
    named = ", ".join(label_text(readable(name), 30) for name in record["modifiers"])
    yield Paragraph(
        "Effects were predicted for patients that the model had not seen, from"
        f" {named}, with new splits of the patients again and again. Estimates are"
        " medians over splits; the p-value is twice the median of one-sided ones and"
        " adjusted over outcomes and arms (Holm)."
    )
    yield _verdict_view(record)
    judged = [one for one in record["judged"] if one.get("groups")]
    if judged:
        yield _group_view(judged)
    for one in judged:
        if one.get("tree"):
            yield _tree_view(one)
    if any(one["policy"] for one in judged):
        yield _policy_view([one for one in judged if one["policy"]])


def _verdict_view(record: Mapping[str, Any]) -> TableView:
    rows = []
    for one in record["judged"]:
        assessed = bool(one.get("groups"))
        parts = [
            measure_text(
                one[key], one, is_effect=key in {"spread", "ranking"}, is_brief=True
            )
            if assessed
            else "–"
            for key in ("slope", "spread", "ranking", "risk")
        ]
        verdict = _VERDICTS[one["verdict"]]
        if one["reason"]:
            verdict += f": {label_text(one['reason'], 80)}"
        if one["verdict"] == "found" and one.get("ratio"):
            verdict += f"; ratio of rates: {_VERDICTS[one['ratio']['verdict']]}"
        rows.append([about(one), verdict, p_text(one["p_adjusted"], bare=True), *parts])
    header = (
        *("Outcome and contrast", "Verdict", "p\u00a0adjusted", "Calibration slope"),
        *("Greatest less least quarter", "Ranking gain", "Slope on predicted risk"),
    )
    return TableView(
        header,
        rows,
        "Whether the effect differs between patients. A slope of 1 means that predicted"
        " effects are right, 0 that they say nothing; the ranking gain is by how much"
        " the effect in those ranked first exceeds that in all, over all shares. In"
        " brackets 95 % intervals.",
        numeric=(2, 3, 4, 5, 6),
    )


def _group_view(judged: list[Mapping[str, Any]]) -> TableView:
    rows = [
        [about(one), name, measure_text(group, one)]
        for one in judged
        for name, group in zip(_GROUP_NAMES, one["groups"], strict=True)
    ]
    return TableView(
        ("Outcome and contrast", "Quarter by predicted effect", "Effect"),
        rows,
        "The effect in quarters of the patients by predicted effect, on the absolute"
        " scale. Without a verdict of a difference these quarters are noise.",
        numeric=(2,),
        folded=True,
    )


def _tree_view(one: Mapping[str, Any]) -> TableView:
    """Show who gains, by a tree that people can read, and what such trees are worth."""
    tree = one["tree"]
    unit = f" {label_text(one['unit'], 24)}" if one["unit"] else ""
    rows = [
        [
            rules_text(leaf["rules"]),
            count_text(leaf["n"]),
            f"{number_text(leaf['predicted'], 2)}{unit}",
        ]
        for leaf in tree["leaves"]
    ]
    return TableView(
        ("Patients", "n", "Predicted effect"),
        rows,
        f"Who gains, in few words: a tree over the predictions of {about(one)}, on the"
        " absolute scale. It was grown on the same patients, so what counts is how"
        " trees do that were grown without them: the effect is"
        f" {measure_text(tree['least'], one)} in those whom such trees put where it is"
        f" least, and {measure_text(tree['greatest'], one)} where it is greatest.",
        numeric=(1, 2),
    )


def _policy_view(judged: list[Mapping[str, Any]]) -> TableView:
    rows = [
        [about(one), words, measure_text(one["policy"][rule], one)]
        for one in judged
        for rule, words in _RULES.items()
        if rule in one["policy"]
    ]
    return TableView(
        ("Outcome and contrast", "Rule", "Gain a patient"),
        rows,
        "What rules of whom to treat would gain over the reference for everybody, more"
        " being better.",
        numeric=(2,),
        folded=True,
    )
