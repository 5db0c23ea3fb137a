"""A page that sets the answers of several cohorts side by side."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from genostrat.errors import Problem, raise_if_any
from genostrat.privacy import create_file
from genostrat.report.parts.summary import RESEARCH_USE, SCHEMA_VERSION
from genostrat.report.parts.templates import (
    digest_script,
    fill_template,
    read_template,
)
from genostrat.report.parts.wording import DASH, count_text, label_text, percent_text
from genostrat.tables import read_json


def render_cohorts(
    summaries: Sequence[str | Path], *, path: str | Path, left_out: Sequence[str] = ()
) -> None:
    """Write the page; it is private, since small counts stand in it.

    Parameters
    ----------
    summaries
        ``report/summary.json`` of finished cohorts, in the order of the page.
    path
        Where to write; links lead from there to the reports beside the summaries.
    left_out
        Names of cohorts of the run that could not be run.

    Raises
    ------
    GenostratError
        If another version of genostrat wrote a summary.
    """
    records = [(Path(summary), read_json(summary)) for summary in summaries]
    raise_if_any(
        Problem(
            "another version of genostrat wrote this summary",
            file=summary,
            found=record.get("schema_version"),
            allowed=SCHEMA_VERSION,
            fix="run the cohort's report again",
        )
        for summary, record in records
        if record.get("schema_version") != SCHEMA_VERSION
    )
    start = Path(path).parent
    rows = [
        _row(os.path.relpath(summary.parent, start), record)
        for summary, record in records
    ]
    questions = [answer["question"] for answer in records[0][1]["answers"]]
    text = fill_template(
        "cohorts.html",
        rows=rows,
        left_out=[label_text(name, 80) for name in left_out],
        questions=questions,
        statement=RESEARCH_USE,
        script_digest=digest_script(read_template("tables.js")),
    )
    create_file(path).write_text(text, encoding="utf-8", newline="\n")


def _row(folder: str, record: Mapping[str, Any]) -> dict[str, Any]:
    samples, dates = record["samples"], record["dates"]
    n = samples["n_genotyped"]
    kept = DASH
    if n:
        kept = (
            f"{count_text(samples['n_kept'])} ({percent_text(samples['n_kept'] / n)})"
        )
    return {
        "cohort": label_text(record["cohort"], 80),
        "report": f"{folder}/report.html",
        "aggregates": f"{folder}/cohort.html",
        "checked": dates["run"] or DASH,
        "data": dates["data"] or DASH,
        "patients": count_text(samples["n_sheet"]),
        "genotyped": count_text(n),
        "kept": kept,
        "answers": record["answers"],
    }
