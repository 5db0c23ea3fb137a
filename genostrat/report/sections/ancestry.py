"""Blocks of the report on ancestry: its axes, and labels from a reference panel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genostrat.report.figures.qc import plot_ancestry
from genostrat.report.parts.document import Block, Heading, Notice, Paragraph, TableView
from genostrat.report.parts.results import Results
from genostrat.report.parts.style import FigureView
from genostrat.report.parts.summary import (
    ancestry_labels,
    groups_of,
    has_axes,
    is_grouping,
)
from genostrat.report.parts.wording import (
    count_text,
    label_text,
    listing,
    percent_text,
    plural,
    readable,
    sentence,
)

#: Groupings that colour the axes of ancestry side by side.
_MOST_COLUMNS = 3
_REASONS = {
    "too_few_sites": "too few of the panel's variants were called in them",
    "between_labels": "no label is probable enough",
    "fits_no_label": "they fit the people of no label",
}


def draw_ancestry(results: Results, *, grouping: str | None) -> list[FigureView]:
    """Draw the cohort among the people of the panel, and along its own axes.

    Parameters
    ----------
    results
        The cohort's tables.
    grouping
        Column of the sheet that gives colours, next to centre and batch.
    """
    labels = ancestry_labels(results)
    mine = {} if labels is None else {"ancestry": labels}
    columns = [c for c in dict.fromkeys((grouping, "centre", "batch")) if c]
    told = {
        column: groups_of(results["check/samples.tsv"], column)
        for column in columns
        if is_grouping(results["check/samples.tsv"], column)
    }
    figures = []
    panel, placed = results["qc/panel_pcs.tsv"], results["qc/panel_projection.tsv"]
    if panel is not None and len(panel) and placed is not None and has_axes(placed):
        figures.append(plot_ancestry(placed, mine, panel=panel))
        mine = {} if told else mine
    if has_axes(results["qc/pcs.tsv"]):
        groupings = dict([*mine.items(), *told.items()][:_MOST_COLUMNS])
        assert results["qc/pcs.tsv"] is not None
        figures.append(plot_ancestry(results["qc/pcs.tsv"], groupings))
    return figures


def build_labels(record: Mapping[str, Any] | None) -> list[Block]:
    """Say what the labels from the reference panel are worth.

    Parameters
    ----------
    record
        ``qc/labels.json``; None where it was not written.
    """
    if record is None or not record.get("panel"):
        return []
    panel = record["panel"]
    blocks: list[Block] = [Heading("Ancestry labels")]
    if not record["assessable"]:
        return [
            *blocks,
            Notice(sentence(f"Nobody has one: {record['reason']}"), "note"),
        ]
    trial = record["leave_one_out"]
    blocks.append(
        Paragraph(
            "Labels come from a reference panel of"
            f" {plural(panel['n_samples'], 'person', 'people')} over"
            f" {plural(record['n_sites_used'], 'variant')}. When each of them was"
            " judged without a part in the panel,"
            f" {percent_text(trial['accuracy'], 1)} of the labels given were right, and"
            f" {percent_text(trial['share_unassigned'], 1)} of the people got none. A"
            " sample that fits no label well stays unassigned: a label is never"
            " forced."
            f"{_why_unassigned(record.get('n_by_reason') or {})}"
        )
    )
    doubts = [Notice(sentence(text), "warn") for text in record.get("warnings") or []]
    return [*blocks, *doubts, _label_view(record)]


def _why_unassigned(reasons: Mapping[str, int]) -> str:
    if not reasons:
        return ""
    total = sum(reasons.values())
    parts = [
        f"{count_text(n)} because {_REASONS.get(reason, readable(reason))}"
        for reason, n in reasons.items()
    ]
    who = f"{plural(total, 'sample')} {'is' if total == 1 else 'are'}"
    return f" In this cohort {who} unassigned: {listing(parts)}."


def _label_view(record: Mapping[str, Any]) -> TableView:
    trials = record["leave_one_out"]["by_label"]
    without = record.get("leave_one_label_out") or {}
    found = record.get("n_by_label") or {}
    rows = [
        [
            label_text(label),
            count_text(found.get(label, 0)),
            *(count_text(trial[key]) for key in ("n", "n_right", "n_wrong")),
            count_text(trial["n_unassigned"]),
            percent_text(without[label]["share_unassigned"])
            if label in without
            else "–",
        ]
        for label, trial in trials.items()
    ]
    return TableView(
        (
            *("Label", "In the cohort", "In the panel", "Right", "Wrong", "None"),
            "None, label left out",
        ),
        rows,
        "Samples by label, and how the panel's own people fare without themselves;"
        " last, how many of them stay unassigned by a panel without their label: the"
        " rest would be given a wrong one if their ancestry were missing from the"
        " panel.",
        numeric=(1, 2, 3, 4, 5, 6),
    )
