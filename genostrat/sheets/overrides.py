"""Decisions by hand: the file in which a person overrules the rules of sample QC."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genostrat.errors import Problem, nearest, raise_if_any
from genostrat.privacy import starts_formula
from genostrat.registry.words.qc import HAND_DECISIONS as DECISIONS
from genostrat.sheets.rows import read_rows

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("sample_id", "decision", "reason", "who")
MAX_TEXT = 500
_WHAT = "the file of overrides"


def read_overrides(path: str | Path, *, samples: Sequence[str]) -> pd.DataFrame:
    """Read and check the decisions about samples that were made by hand.

    Parameters
    ----------
    path
        Tab-separated text in UTF-8 with a header; lines starting ``#`` are comments.
        Columns ``sample_id``, ``decision`` (keep, flag or exclude), ``reason`` and
        ``who``, all filled in: a decision that nobody stands by cannot be defended.
    samples
        The samples that a decision may be about.

    Returns
    -------
    pandas.DataFrame
        One row a decision, all columns text.

    Raises
    ------
    GenostratError
        With every problem found.
    """
    import pandas as pd

    path = Path(path)
    begin = f"begin it with a line of these columns, tabs between: {_listed()}"
    found = read_rows(path, what=_WHAT, begin=begin)
    raise_if_any(_check_header(found.header, path, found.line))
    problems = list(found.problems)
    known = set(samples)
    first_line: dict[str, int] = {}
    table = [dict(zip(found.header, cells, strict=True)) for _, cells in found.rows]
    for (line, _), cells in zip(found.rows, table, strict=True):
        problems += _check_sample(cells["sample_id"], path, line, known, first_line)
        problems += _check_decision(cells["decision"], path, line)
        for column in ("reason", "who"):
            problems += _check_text(cells[column], column, path, line)
    if not found.rows and not problems:
        problems.append(
            Problem(
                f"{_WHAT} has a header and no rows",
                file=path,
                line=found.line,
                fix="add one row a decision, or remove samples.overrides",
            )
        )
    raise_if_any(problems)
    return pd.DataFrame(table, columns=list(COLUMNS), dtype=str)


def no_overrides() -> pd.DataFrame:
    """Return the table of a cohort for which nothing was decided by hand."""
    import pandas as pd

    return pd.DataFrame(columns=list(COLUMNS), dtype=str)


def _listed() -> str:
    return ", ".join(COLUMNS)


def _check_header(header: list[str], path: Path, line: int) -> list[Problem]:
    problems = [
        Problem("this column stands twice", file=path, line=line, column=name)
        for name in sorted({n for n in header if header.count(n) > 1})
    ]
    problems += [
        Problem(
            "nothing says what this column is",
            file=path,
            line=line,
            column=name or position,
            allowed=_listed(),
            fix=f"rename it to {close}"
            if (close := nearest(name, COLUMNS))
            else "remove it",
        )
        for position, name in enumerate(header, start=1)
        if name not in COLUMNS
    ]
    return problems + [
        Problem(
            f"the column {name!r} is missing",
            file=path,
            line=line,
            found=", ".join(header),
            allowed=_listed(),
            fix="add the column",
        )
        for name in COLUMNS
        if name not in header
    ]


def _check_sample(
    name: str, path: Path, line: int, known: set[str], first_line: dict[str, int]
) -> list[Problem]:
    place: dict[str, Any] = {"file": path, "line": line, "column": "sample_id"}
    if name in first_line:
        problem = Problem(
            "there are two decisions about this sample",
            found=name,
            fix=f"keep one of them; the first is line {first_line[name]}",
            **place,
        )
        return [problem]
    first_line[name] = line
    if name in known:
        return []
    close = nearest(name, known) if name else None
    problem = Problem(
        "no sample of the cohort has this identifier"
        if name
        else "the sample identifier is blank",
        found=name,
        allowed="an identifier of the clinical sheet",
        fix=f"did you mean {close}?" if close else "correct it, or remove the row",
        **place,
    )
    return [problem]


def _check_decision(decision: str, path: Path, line: int) -> list[Problem]:
    if decision in DECISIONS:
        return []
    close = nearest(decision, DECISIONS)
    problem = Problem(
        "this is not a decision" if decision else "the decision is blank",
        file=path,
        line=line,
        column="decision",
        found=decision,
        allowed=", ".join(DECISIONS),
        fix=f"did you mean {close}?" if close else "write one of them",
    )
    return [problem]


def _check_text(text: str, column: str, path: Path, line: int) -> list[Problem]:
    wanted = {"reason": "why it was decided so", "who": "who decided it"}[column]
    if not text:
        what, fix = f"nothing says {wanted}", "write it: an override must be defensible"
    elif len(text) > MAX_TEXT:
        what, fix = f"this {column} is not one line of plain text", "shorten it"
    elif starts_formula(text):
        what = f"a spreadsheet program would run this {column} as a formula"
        fix = "begin it with a letter"
    else:
        return []
    problem = Problem(
        what,
        file=path,
        line=line,
        column=column,
        found=text,
        allowed=f"{wanted}: up to {MAX_TEXT} characters of one line",
        fix=fix,
    )
    return [problem]
