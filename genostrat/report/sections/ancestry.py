"""Blocks of the report on ancestry: its axes, and labels from a reference panel."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genostrat.registry.words.qc import UNASSIGNED
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

if TYPE_CHECKING:
    import pandas as pd

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
    blocks.append(_describe_panel(panel))
    doubts = [Notice(sentence(text), "warn") for text in record.get("warnings") or []]
    return [*blocks, *doubts, _label_view(record)]


def _describe_panel(panel: Mapping[str, Any]) -> Paragraph:
    """Say which panel it was, and whom it lacks."""
    files = listing([Path(path).name for path in panel.get("files") or []])
    own = [
        f"{label_text(label)} ({listing(list(people))})"
        for label, people in (panel.get("populations") or {}).items()
    ]
    text = f"The panel is {files}. " if files else ""
    text += f"Its populations are: {listing(own)}. " if own else ""
    lacking = panel.get("regions_lacking")
    if lacking:
        text += (
            f"It has nobody from: {'; '.join(lacking)}. People from there cannot get a"
            " right label: they should have none, and may get a wrong one."
        )
    elif lacking is None:
        text += (
            "Its populations have no names by which it could be told where they are"
            " from, so which ancestries it lacks was not assessed."
        )
    else:
        text += "It has people from each region of the world that is distinguished."
    return Paragraph(text)


def build_shares(shares: pd.DataFrame | None) -> list[Block]:
    """Show the cohort's mixtures of the panel's labels.

    Parameters
    ----------
    shares
        ``qc/ancestry_shares.tsv``; None or empty where there are none.
    """
    if shares is None or not len(shares):
        return []
    people = shares.drop_duplicates("sample_id")
    counts = people["status"].value_counts()
    sure = shares[shares["status"] == "ok"]
    rows = [
        [
            label_text(str(label)),
            percent_text(own["share"].mean(), 1),
            count_text(int((own["low"] > 0.9).sum())),
            count_text(int(((own["low"] > 0.01) & (own["high"] < 0.99)).sum())),
        ]
        for label, own in sure.groupby("label", sort=True)
    ]
    n_doubtful, n_none = (int(counts.get(k, 0)) for k in ("doubtful", "not_assessed"))
    text = (
        "Each sample was also taken for a mixture of the panel's labels, with 95 %"
        f" intervals. That holds for {plural(int(counts.get('ok', 0)), 'sample')}; the"
        f" genotypes of {count_text(n_doubtful)} fit no mixture as well as those of the"
        " panel's people do, so that their shares mean little, and"
        f" {count_text(n_none)} could not be assessed."
    )
    blocks: list[Block] = [Heading("Shares of ancestry"), Paragraph(text)]
    if rows:
        blocks.append(
            TableView(
                ("Label", "Mean share", "Surely above 90 %", "Surely 1 to 99 %"),
                rows,
                "Shares in the samples that a mixture explains; a sample counts by its"
                " whole interval.",
                numeric=(1, 2, 3),
            )
        )
    return blocks


def build_reported(reported: pd.DataFrame | None) -> list[Block]:
    """Say how reported ancestry and labels agree.

    Parameters
    ----------
    reported
        ``qc/reported_ancestry.tsv``; None where it was not written.
    """
    if reported is None:
        return []
    if not (reported["reported"] != "").any():
        has_labels = (reported["inferred"] != UNASSIGNED).any()
        said = "The sheet reports no ancestry, so none was compared with the labels."
        return [Paragraph(said)] if has_labels else []
    counts = reported["status"].value_counts()
    n_ok, n_other, n_none = (
        int(counts.get(status, 0)) for status in ("ok", "mismatch", "not_assessed")
    )
    text = (
        f"The ancestry that the sheet reports agrees with the label of"
        f" {plural(n_ok, 'sample')} and is another one in {count_text(n_other)};"
        f" {count_text(n_none)} could not be assessed"
    )
    why = reported["not_assessed_because"].replace("", None).value_counts()
    reasons = [f"{count_text(int(n))} because {reason}" for reason, n in why.items()]
    text += f" ({listing(reasons)})." if reasons else "."
    blocks: list[Block] = [Heading("Reported ancestry"), Paragraph(text)]
    if n_other:
        pairs = reported[reported["status"] == "mismatch"]
        found = pairs.groupby(["reported", "inferred"]).size()
        rows = [
            [label_text(str(told)), label_text(str(label)), count_text(int(n))]
            for (told, label), n in found.items()
        ]
        blocks.append(
            TableView(
                ("Reported", "Label", "Samples"),
                rows,
                "Samples whose label is another one than the sheet reports;"
                " qc/decisions.tsv names them.",
                numeric=(2,),
            )
        )
    return blocks


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
