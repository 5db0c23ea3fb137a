"""A page for each study in plain words, from what was understood of its record."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genostrat.privacy import make_folder
from genostrat.report.parts.templates import fill_template
from genostrat.tables import write_page

if TYPE_CHECKING:
    import pandas as pd

#: Identifiers that may be names of files; a study of another one has no page.
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,60}")
#: Sentences of the summary that are shown.
_SENTENCES = 4
_STATES = {
    "planned": "it does not take people yet",
    "recruiting": "it takes people now",
    "paused": "it takes nobody for the time being",
}
_DESIGNS = {
    "biomarker_eligibility": "Whether you can join depends on the result of a "
    "laboratory test, for example of your genes or of a tumour.",
    "enrichment": "The treatment is tried in people with one such result only.",
    "pharmacogenetic": "Your genes help to choose the medicine, or how much of it you "
    "get.",
    "umbrella": "People with one kind of illness get different treatments, by their "
    "test results.",
    "basket": "People with different illnesses can join if they have the same test "
    "result.",
    "stratified_randomisation": "Chance decides who gets which treatment, in a way "
    "that keeps the groups alike in their test results.",
    "companion_diagnostic": "The test itself is studied: does it find the people whom "
    "a treatment helps?",
}
STATEMENT = (
    "This page was made from a public register by rules, for research. It may miss"
    " things. The study team knows all the conditions."
)


def render_lay_pages(
    folder: str | Path,
    *,
    records: pd.DataFrame,
    summaries: dict[tuple[str, str], str],
    designs: pd.DataFrame,
    criteria: pd.DataFrame,
) -> int:
    """Write a page for each study that has criteria in the table, and return how many.

    Parameters
    ----------
    folder
        Where to write.
    records, designs, criteria
        The tables of ``studies/``.
    summaries
        Register and identifier → summary.
    """
    folder = make_folder(folder)
    by_study = dict(tuple(criteria.groupby(["register", "study_id"])))
    labels = dict(tuple(designs.groupby(["register", "study_id"])["label"]))
    n = 0
    for row in records.itertuples():
        key = (row.register, row.study_id)
        if key not in by_study or not _SAFE.fullmatch(row.study_id):
            continue
        own = sorted(labels[key]) if key in labels else []
        page = render_lay_page(row, summaries.get(key, ""), own, by_study[key])
        path = folder / f"{row.study_id}.html"
        write_page(path, page, entry="studies/lay/<study>.html")
        n += 1
    return n


def render_lay_page(
    row: Any, summary: str, labels: Iterable[str], criteria: pd.DataFrame
) -> str:
    """Return the page of one study.

    Parameters
    ----------
    row
        Of ``studies/records.tsv``.
    summary
        Of its record.
    labels
        Of its design.
    criteria
        Its rows of ``studies/criteria.tsv``.
    """
    whole = criteria[criteria["grasp"] == "whole"]
    needs: list[str] = []
    bars: list[str] = []
    for one in whole.itertuples():
        told = tell_plainly(one.questions)
        if told:
            (needs if one.side == "inclusion" else bars).append(told)
    n_open = len(criteria) - len(whole)
    where = ", ".join(row.countries.split("|")) if row.countries else ""
    return fill_template(
        "study_lay.html",
        title=row.title or row.study_id,
        study_id=row.study_id,
        state=_STATES.get(
            row.status, "the register does not say whether it takes people"
        ),
        about=_first_sentences(summary),
        designs=[_DESIGNS[label] for label in labels],
        needs=list(dict.fromkeys(needs)),
        bars=list(dict.fromkeys(bars)),
        open_questions=(
            f"There are {n_open} further conditions that the study team will ask you "
            f"about."
        )
        if n_open
        else "The study team may ask you about further conditions.",
        where=where or "The register does not say where.",
        statement=STATEMENT,
    )


def _first_sentences(text: str) -> list[str]:
    sentences = re.split(r"(?<=[.?!])\s+(?=[A-Z])", " ".join(text.split()))
    return [" ".join(sentences[:_SENTENCES])] if text.strip() else []


def tell_plainly(questions: str) -> str:
    """Return the questions of a criterion in plain words; blank where there are none.

    Examples
    --------
    >>> tell_plainly("age ≥ 18 and < 66"), tell_plainly("gene EGFR mutated")
    ('you are 18 or older and younger than 66', 'a test has shown: EGFR mutated')
    """
    told = [_tell_one(question) for question in questions.split(" | ")]
    return "; ".join(one for one in told if one)


def _tell_one(question: str) -> str:
    kind, _, rest = question.partition(" ")
    if kind == "age":
        rest = rest.replace("≥ ", "").replace(" and < ", " or older and younger than ")
        if rest.startswith("< "):
            return f"you are younger than {rest[2:]}"
        if rest.startswith("> "):
            return f"you are older than {rest[2:]}"
        if rest.startswith("≤ "):
            return f"you are {rest[2:]} or younger"
        return f"you are {rest}" if "older" in rest else f"you are {rest} or older"
    if kind == "sex":
        return "" if rest == "all" else f"you are {rest}"
    if kind == "pregnancy":
        return "you are pregnant or breast-feeding"
    if kind == "diagnosis":
        return f"you have been told that you have: {rest}"
    if kind in ("gene", "allele", "phenotype"):
        return f"a test has shown: {rest.replace('_', ' ').replace('|', ' or ')}"
    if kind == "medicine":
        name, _, when = rest.rpartition(" ")
        return f"you take {name}" if when == "current" else f"you have taken {name}"
    if kind in ("ECOG", "Karnofsky"):
        return "you are well enough, as the study team measures it"
    return ""
