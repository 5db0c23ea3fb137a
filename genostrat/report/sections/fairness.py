"""Blocks of the report on whom the rules catch, and on decisions by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from genostrat.catalogues.quality_rules import NO_RULE, OVERRIDE, rule_words
from genostrat.report.parts.document import (
    Block,
    Heading,
    Notice,
    Paragraph,
    TableView,
    Tone,
)
from genostrat.report.parts.results import Results
from genostrat.report.parts.wording import (
    count_text,
    is_missing,
    label_text,
    listing,
    number_word,
    p_text,
    percent_text,
    plain_number,
    plural,
    sentence,
)
from genostrat.report.words.sentences import (
    grouping_words,
    is_uneven,
    most_caught,
)

#: Groups of a grouping that are shown, the largest first.
_MOST_GROUPS = 15
_METRICS = {
    "f_het": "heterozygosity (F)",
    "het_hom_ratio": "heterozygous / homozygous alternate",
    "ti_tv": "transitions / transversions",
    "n_singleton": "variants that nobody else has",
}


def build_overrides(results: Results, *, show_ids: bool) -> list[Block]:
    """List the decisions that were made by hand, beside what the rules say."""
    table, decisions = results["check/overrides.tsv"], results["qc/decisions.tsv"]
    if table is None or not len(table) or decisions is None:
        return []
    found: dict[str, list[str]] = {}
    for row in decisions.itertuples():
        if row.rule not in (OVERRIDE, NO_RULE):
            words = f"{rule_words(row.rule)} ({row.outcome})"
            found.setdefault(row.sample_id, []).append(words)
    genotyped = set(decisions["sample_id"])
    rows = []
    for row in table.itertuples():
        says = listing(found.get(row.sample_id, [])) or "nothing against it"
        if row.sample_id not in genotyped:
            says = "no genotypes, so the decision has no effect"
        who = [label_text(row.sample_id, 60), label_text(row.who, 60)]
        rows.append(
            [
                *(who[:1] if show_ids else ()),
                label_text(row.decision),
                says,
                label_text(row.reason, 300),
                *(who[1:] if show_ids else ()),
            ]
        )
    header = ["Decision", "What the rules say", "Reason"]
    if show_ids:
        header = ["Sample", *header, "Who"]
    hidden = "" if show_ids else " Samples and deciders are named in qc/decisions.tsv."
    return [
        Heading("Decisions by hand"),
        TableView(
            header,
            rows,
            f"{sentence(_count_words(len(rows)))} Decisions by hand win over every"
            f" rule.{hidden}",
            of_patients=True,
        ),
    ]


def _count_words(n: int) -> str:
    was = "decision was" if n == 1 else "decisions were"
    return f"{number_word(n)} {was} made by a person, not by a rule"


def build_fairness(summary: Mapping[str, Any]) -> list[Block]:
    """Show outliers with and without regard to ancestry, and whom exclusions hit."""
    outliers, exclusions = summary["outliers"], summary["exclusions"]
    if outliers is None:
        return []
    blocks: list[Block] = [Heading("Do the rules fall on one group?")]
    blocks.append(Paragraph(_explain(outliers)))
    blocks.append(_metric_view(outliers["metrics"]))
    if not exclusions:
        text = (
            "Without a reference panel there are no ancestry labels, and the sheet"
            " names no centres: exclusions cannot be compared between groups."
        )
        return [*blocks, Notice(text, "note")]
    caught = ("n_naive", "n_fair", "n_excluded")
    if any(row[key] for rows in exclusions.values() for row in rows for key in caught):
        blocks += _show_groups(exclusions)
    else:
        n_judged = max((row["n_judged"] for row in outliers["metrics"]), default=0)
        text = (
            "Nobody was excluded, and no rule of outliers catches anybody, with or"
            " without regard to ancestry: there is no group that the rules fall on."
            if n_judged
            else "Nobody was excluded, but no sample could be judged as an outlier"
            " either: whether the rules fall on one group is not known."
        )
        blocks.append(Notice(text, "good", n_judged))
    if "ancestry" not in exclusions:
        text = (
            "No sample has an ancestry label, because no reference panel was given, or"
            " it fits nobody: exclusions are compared between centres only."
        )
        blocks.append(Notice(text, "note"))
    return blocks


def _explain(outliers: Mapping[str, Any]) -> str:
    text = (
        "An outlier lies far from the other samples in what was called. All of these"
        " numbers differ between ancestries, so that one cut for everybody would catch"
        " the people of a minority rather than bad samples."
    )
    if outliers["n_pcs"]:
        return (
            f"{text} The rules therefore go by what"
            f" {plural(outliers['n_pcs'], 'ancestry component')} leave unexplained."
            " Centre and batch are not accounted for, so that bad data of one of them"
            " stay visible. Both results are shown."
        )
    return (
        f"{text} Here there are too few samples or variants to account for ancestry:"
        " the rules go by one cut for everybody, and what they say of a minority must"
        " be read with care."
    )


def _metric_view(metrics: Sequence[Mapping[str, Any]]) -> TableView:
    rows = [
        [
            _METRICS.get(row["metric"], label_text(row["metric"])),
            plain_number(row["limit"]),
            count_text(row["n_judged"]),
            count_text(row["n_naive"]),
            count_text(row["n_fair"]),
        ]
        for row in metrics
    ]
    return TableView(
        ("Outliers by", "Limit", "Judged", "One cut for all", "Fair"),
        rows,
        "Samples further from the median than the limit, in median absolute deviations:"
        " with one cut for all, and accounting for ancestry. Not judged are samples"
        " without a value, or without others of like ancestry.",
        numeric=(1, 2, 3, 4),
    )


def _show_groups(
    exclusions: Mapping[str, Sequence[Mapping[str, Any]]],
) -> list[Block]:
    """Tabulate single groupings in view and their combination folded, and judge all."""
    order = [name for name in ("ancestry", "centre") if name in exclusions]
    both = [name for name in exclusions if name not in order]
    blocks: list[Block] = [_group_view({name: exclusions[name] for name in order})]
    if both:
        groups = {name: exclusions[name] for name in both}
        blocks.append(_group_view(groups, folded=True))
    return blocks + [_judge(name, exclusions[name]) for name in order + both]


def _group_view(
    exclusions: Mapping[str, Sequence[Mapping[str, Any]]], *, folded: bool = False
) -> TableView:
    rows, hidden = [], 0
    for name, groups in exclusions.items():
        largest = sorted(groups, key=lambda row: (-row["n"], row["group"]))
        hidden += max(0, len(groups) - _MOST_GROUPS)
        for row in largest[:_MOST_GROUPS]:
            caught = [_caught(row, by) for by in ("naive", "fair", "excluded")]
            group = label_text(row["group"], 50)
            rows.append([grouping_words(name), group, count_text(row["n"]), *caught])
    more = f" {count_text(hidden)} smaller groups are in the table." if hidden else ""
    return TableView(
        (
            *("By", "Group", "Samples"),
            *("Outliers, one cut for all", "Outliers, fair", "Excluded"),
        ),
        rows,
        "Samples that rules of outliers catch, and samples excluded for whatever"
        f" reason, by {listing(map(grouping_words, exclusions))}"
        f" (qc/exclusions.tsv).{more}",
        numeric=(2, 3, 4, 5),
        folded=folded,
    )


def _caught(row: Mapping[str, Any], by: str) -> str:
    n = row[f"n_{by}"]
    if not n:
        return "0"
    return f"{count_text(n)} ({percent_text(row[f'share_{by}'])})"


def _judge(grouping: str, rows: Sequence[Mapping[str, Any]]) -> Notice:
    """Say in words whether exclusions are spread evenly over the groups."""
    what = grouping_words(grouping)
    p = rows[0]["p_value_excluded"]
    if len(rows) < 2:
        text = f"By {what} there is one group only, so nothing can be compared."
        return Notice(text, "note")
    if is_missing(p):
        nobody = not any(row["n_excluded"] for row in rows)
        text = f"{'Nobody' if nobody else 'Everybody'} was excluded, so by {what} there"
        text += " is no difference."
    elif is_uneven(rows, "excluded"):
        text = (
            f"Exclusions differ by {what} ({p_text(p)}):"
            f" {most_caught(rows, 'excluded')}. Find out why before results are"
            " compared between these groups."
        )
    else:
        text = (
            f"Exclusions do not differ by {what} more than chance allows ({p_text(p)};"
            " exact test of Fisher, Freeman and Halton)."
        )
    text += _compare(rows)
    # Of those that were excluded nothing more is known: all of them is no good news.
    n_stayed = sum(row["n"] - row["n_excluded"] for row in rows)
    tone: Tone = "warn" if is_uneven(rows, "excluded") else "good"
    return Notice(text, tone, n_stayed)


def _compare(rows: Sequence[Mapping[str, Any]]) -> str:
    """Say what the fair scores change."""
    naive, fair = (rows[0][f"p_value_{by}"] for by in ("naive", "fair"))
    if is_missing(naive) and is_missing(fair):
        return ""
    parts = []
    for by, rule in (("naive", "one cut for all"), ("fair", "the fair rule")):
        p = rows[0][f"p_value_{by}"]
        verb = "differs" if is_uneven(rows, by) else "does not differ"
        told = "finds none" if is_missing(p) else f"{verb} ({p_text(p)})"
        parts.append(f"{rule} {told}")
    return f" Outliers alone: {', '.join(parts)}."
