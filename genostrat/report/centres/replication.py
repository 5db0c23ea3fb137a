"""The part of the report on strata at each centre."""

from __future__ import annotations

import pandas as pd

from genostrat.centres.replication import OTHERS, summarise
from genostrat.registry.words.centres import NOT, NOT_TESTABLE, PARTLY, REPLICATED
from genostrat.report.figures.replication import plot_replication
from genostrat.report.parts.document import (
    Block,
    Figures,
    Heading,
    Notice,
    Paragraph,
    TableView,
)
from genostrat.report.parts.results import Results
from genostrat.report.parts.wording import (
    count_text,
    is_missing,
    label_text,
    number_text,
    p_text,
    plural,
    sentence,
)

_MEANS = {
    REPLICATED: "every centre that could be tested has all of them, found without it",
    PARTLY: "some centres have them, or some of them are there and others are not",
    NOT: "no centre has any of them when they are found without it",
    NOT_TESTABLE: "that says nothing for or against them",
}
#: Centres that the figure shows.
_MOST_CENTRES = 30


def build_replication(results: Results, *, names: list[str]) -> list[Block]:
    """Show whether each centre has the strata that the others found.

    Parameters
    ----------
    results
        Of the cohort.
    names
        The strata, in order.

    Returns
    -------
    list of Block
        Nothing without strata.
    """
    table = results["strata/replication.tsv"]
    if table is None or not names:
        return []
    told = summarise(table)
    verdict = told["verdict"]
    reasons = "; ".join(told["reasons"])
    text = f"{sentence(verdict).rstrip('.')}: {_MEANS[verdict]}"
    blocks: list[Block] = [
        Heading("The same strata at each centre?"),
        Notice(f"{text} ({reasons})." if reasons else f"{text}."),
    ]
    mine = table[table["teacher"] == OTHERS]
    if mine.empty:
        return blocks
    blocks.append(
        Paragraph(
            "For each centre the strata are found anew in all other centres, and its"
            " patients are placed among them. A stratum is there where they lie in it"
            " more clearly than if the same strata were turned elsewhere, and than"
            " patients without groups would. Features are centred in each centre first,"
            " so a shift between laboratories is none."
        )
    )
    if mine["centre"].nunique() <= _MOST_CENTRES:
        blocks.append(Figures([plot_replication(mine, names=names)]))
    return [*blocks, _table_view(mine)]


def _table_view(mine: pd.DataFrame) -> TableView:
    rows = [
        [
            label_text(row["centre"]),
            label_text(row["stratum"]),
            count_text(row["n_patients"]),
            "" if is_missing(row["n_stratum"]) else count_text(row["n_stratum"]),
            number_text(row["in_group"], 2),
            p_text(row["p_turned"], bare=True),
            p_text(row["p_one_cloud"], bare=True),
            number_text(row["ari_own"], 2),
            str(row["verdict"]),
            "" if is_missing(row["reason"]) else str(row["reason"]),
        ]
        for row in mine.to_dict("records")
    ]
    n = mine["centre"].nunique()
    return TableView(
        (
            *("Centre", "Stratum", "Patients", "In it", "In-group proportion"),
            *("p, turned", "p, one cloud", "Agreement with its own groups (ARI)"),
            *("Verdict", "Why"),
        ),
        rows,
        f"{plural(n, 'centre')}, each held against strata of all others; what each"
        " single centre teaches each other one is in strata/replication.tsv.",
        numeric=(2, 3, 4, 5, 6, 7),
        folded=True,
    )
