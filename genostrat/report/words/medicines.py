"""Whether outcomes of those who take a medicine go with a pharmacogene, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from genostrat.report.parts.document import Notice
from genostrat.report.parts.scales import (
    effect_interval,
    effect_text,
    effect_unit,
    scale_name,
)
from genostrat.report.parts.wording import (
    NBSP,
    label_text,
    listing,
    p_text,
    plural,
    readable,
)

Row = Mapping[str, Any]
#: Associations that the sentence tells of.
_MOST = 3
_UNITS = {
    "activity_score": "for each point of the activity score",
    "function_step": "for each step towards more function",
    "other_than_usual": "in patients whose phenotype is not the usual one",
    "other_alleles": "for each allele other than the most frequent one",
}


def conclude(record: Row, rows: Sequence[Row]) -> Notice:
    """Say what was found of medicines and genes, from the numbers.

    Parameters
    ----------
    record
        ``response/pharmacogenes.json``.
    rows
        ``response/pharmacogenes.tsv``.
    """
    if record["verdict"] == "not_assessed":
        return Notice(
            "Whether outcomes of those who take a medicine go with what their genes do"
            f" to it was not assessed: {label_text(record['reason'], 160)}.",
            "note",
        )
    tested = [row for row in rows if row["verdict"] != "not_assessed"]
    found = sorted(
        (row for row in tested if row["verdict"] == "found"),
        key=lambda row: row["p_adjusted"],
    )
    asked = f"{plural(len(tested), 'comparison')} of a medicine with a gene"
    n_open = len(rows) - len(tested)
    gap = f" {plural(n_open, 'other comparison')} could not be assessed."
    gap = gap if n_open else ""
    if not found:
        least = min(row["p_adjusted"] for row in tested)
        return Notice(
            f"In {asked} there is no evidence that outcomes of those who take it go"
            f" with what the gene does (smallest adjusted {p_text(least)}).{gap}",
            "note",
        )
    told = listing(_describe(row) for row in found[:_MOST])
    left = len(found) - _MOST
    more = f" {left} more {'stands' if left == 1 else 'stand'} in the table."
    more = more if left > 0 else ""
    apart = ", and ancestry, which is not known, may be behind it"
    return Notice(
        f"Of {asked}, {len(found)} showed an association: {told}.{more} These are"
        " associations among patients who take a medicine, not effects of the medicine"
        f"{'' if record['n_ancestries'] else apart}.{gap}",
        "note",
    )


def unit_text(coding: str) -> str:
    """Say what one unit of a gene is; nothing where there is none."""
    return _UNITS.get(coding, "")


def _describe(row: Row) -> str:
    about = f"“{label_text(readable(row['outcome']), 40)}”"
    takes = f"{label_text(row['medicine'], 40)} and {label_text(row['gene'], 20)}"
    p_value = f"adjusted {p_text(row['p_adjusted'])}"
    if row["question"] == "interaction":
        return f"the effect of treatment on {about} changes by {takes} ({p_value})"
    interval = f"95{NBSP}% interval {effect_interval(row)}"
    return (
        f"{about} by {takes} ({scale_name(row['scale'])}"
        f" {effect_text(row['effect'], row['scale'])}{effect_unit(row)}"
        f" {unit_text(row['coding'])},"
        f" {interval}, {p_value}, {plural(row['n'], 'patient')})"
    )
