"""The part of the report on patients along a gradient."""

from __future__ import annotations

from genostrat.report.figures.gradient import (
    OF_EACH_END,
    marking_ends,
    plot_gradient,
    strongest_first,
)
from genostrat.report.parts.document import (
    Block,
    Figures,
    Heading,
    Paragraph,
    TableView,
)
from genostrat.report.parts.results import Results
from genostrat.report.parts.wording import label_text, number_text, p_text, plural


def build_gradient(results: Results) -> list[Block]:
    """Show patients in order, and what marks the ends.

    Parameters
    ----------
    results
        Of the cohort.

    Returns
    -------
    list of Block
        Nothing where patients lie along no gradient.
    """
    record, positions, features, values = (
        results["strata/gradient.json"],
        results["strata/gradient.tsv"],
        results["strata/gradient_features.tsv"],
        results["profile/features.parquet"],
    )
    if not record or not record.get("is_gradient"):
        return []
    repeatability = number_text(record.get("repeatability"), 2)
    blocks: list[Block] = [
        Heading("A gradient"),
        Paragraph(
            f"{plural(int(record['n_patients']), 'patient')} are spread further than"
            " one cloud of chance would be, without a gap: they lie along an axis"
            " rather than in groups. The axes of two halves of the cohort put everybody"
            f" in nearly the same order where this is near 1: {repeatability} (rank"
            " correlation). Every patient's place is in strata/gradient.tsv."
        ),
    ]
    if positions is None or features is None or features.empty:
        return blocks
    if values is not None:
        rows = marking_ends(features, known={str(name) for name in values.columns[1:]})
        placed = positions[positions["sample_id"].isin(set(values["sample_id"]))]
        if rows and len(placed):
            blocks.append(Figures([plot_gradient(values, placed, rows)]))
    ordered = strongest_first(features)
    shown = [
        ordered[ordered["end"] == end].head(OF_EACH_END) for end in ("low", "high")
    ]
    blocks.append(
        TableView(
            ("End", "Feature", "Correlation", "p", "p\u00a0adjusted"),
            [
                [
                    label_text(row["end"]),
                    label_text(row["feature"], 60),
                    number_text(row["correlation"], 2),
                    p_text(row["p_value"], bare=True),
                    p_text(row["p_adjusted"], bare=True),
                ]
                for part in shown
                for row in part.to_dict("records")
            ],
            f"The {OF_EACH_END} features that mark each end most. A p-value comes from"
            " patients who were ordered without that feature along the axis of others.",
            numeric=(2, 3, 4),
            folded=True,
        )
    )
    return blocks
