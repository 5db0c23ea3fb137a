"""The part of the report on how strata agree with other partitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from genostrat.report.figures.evidence.comparison import (
    agreement_words,
    partition_name,
    plot_agreement,
    plot_flow,
)
from genostrat.report.parts.document import (
    Block,
    Figures,
    Heading,
    Paragraph,
    TableView,
)
from genostrat.report.parts.results import Results
from genostrat.report.parts.style import FigureView
from genostrat.report.parts.wording import (
    count_text,
    label_text,
    number_text,
    readable,
)

#: Labels whose flow into the strata is drawn: those that agree best.
_MOST_FLOWS = 4


def build_comparison(
    results: Results, *, claimed: bool, colours: Mapping[str, str]
) -> Iterator[Block]:
    """Show how the strata agree with other choices and with known labels.

    Parameters
    ----------
    results
        What the run has written.
    claimed
        Whether strata were found. Without them the best partition that was tried is
        compared, and no flow into its groups is drawn.
    colours
        Of the strata.
    """
    agreement = results["strata/agreement.tsv"]
    if agreement is None or agreement.empty:
        return
    chosen = (results["strata/nulls.json"] or {}).get("algorithm")
    yield Heading("Other choices, and labels known before")
    words = agreement_words(agreement, claimed=claimed, chosen=chosen)
    if not claimed:
        words = (
            "No strata were found; what follows compares the best partition that was"
            f" tried, and shows how far it hangs on how it was made. {words}"
        )
    yield Paragraph(words)
    figures = [plot_agreement(agreement, claimed=claimed, chosen=chosen)]
    if claimed and results["strata/label_counts.tsv"] is not None:
        figures += _flows(
            results["strata/label_counts.tsv"], agreement, colours=dict(colours)
        )
    yield Figures(figures)
    yield _agreement_view(agreement, claimed=claimed, chosen=chosen)


def _flows(
    counts: pd.DataFrame, agreement: pd.DataFrame, *, colours: dict[str, str]
) -> list[FigureView]:
    own = agreement[
        (agreement["partition_1"] == "strata") & (agreement["kind_2"] == "label")
    ].sort_values(["ari", "partition_2"], ascending=[False, True])
    labels = [name.removeprefix("label:") for name in own["partition_2"]]
    drawn = set(counts["label"])
    shown = [label for label in labels if label in drawn][:_MOST_FLOWS]
    return [
        plot_flow(
            counts[counts["label"] == label], label=label, colours=colours, number=i
        )
        for i, label in enumerate(shown)
    ]


def _agreement_view(
    agreement: pd.DataFrame, *, claimed: bool, chosen: str | None
) -> TableView:
    own = agreement[agreement["partition_1"] == "strata"]
    kinds = {"label": "label of the sheet"}
    rows = [
        [
            partition_name(row["partition_2"], chosen=chosen),
            kinds.get(row["kind_2"], readable(row["kind_2"])),
            count_text(row["n"]),
            count_text(row["k_2"]),
            number_text(row["ari"], 2),
            number_text(row["ami"], 2),
        ]
        for row in own.to_dict("records")
    ]
    subject = "strata" if claimed else "best partition tried"
    return TableView(
        (f"The {subject} and …", "Kind", "Patients", "Groups", "ARI", "AMI"),
        rows,
        f"Agreement of the {label_text(subject)} with other partitions of the same"
        " patients: adjusted Rand index and adjusted mutual information, 1 for identity"
        " and 0 for chance."
        + " Ambiguous patients count with their likeliest stratum." * claimed
        + " All pairs are in strata/agreement.tsv.",
        numeric=(2, 3, 4, 5),
        folded=True,
    )
