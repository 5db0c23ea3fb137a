"""The labels of a reference panel: read and checked as the clinical sheet is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genostrat.errors import GenostratError, Problem, nearest, raise_if_any
from genostrat.sheets.identifiers import ALLOWED, is_identifier
from genostrat.sheets.rows import read_rows

if TYPE_CHECKING:
    import pandas as pd

#: What a sample without a label is called in the results.
RESERVED = "unassigned"
#: People below which a label's frequencies and place say nothing.
MIN_PEOPLE = 10
MAX_NAME = 64
NAMES = f"1 to {MAX_NAME} printable characters, not {RESERVED!r}"
COLUMNS = ("sample_id", "ancestry", "population")
_WHAT = "the file of the panel's labels"


def read_panel_labels(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    is_whole: bool = True,
) -> pd.DataFrame:
    """Read and validate the labels of a panel's people.

    Parameters
    ----------
    path
        Tab-separated text in UTF-8 with a header; lines starting ``#`` are comments.
        Columns sample_id, ancestry and, if it is known, population; others are ignored.
    columns
        Our name of a column → its name in the file, where they differ.
    is_whole
        Whether these are all the people of a panel, so that each label must have
        enough of them.

    Returns
    -------
    DataFrame
        sample_id, ancestry, population (blank where unknown), in the file's order.

    Raises
    ------
    GenostratError
        With every problem found.
    """
    import pandas as pd

    path = Path(path)
    begin = "begin it with a header of sample_id and ancestry, tabs between"
    found = read_rows(path, what=_WHAT, begin=begin)
    places, problems = _find_columns((found.line, found.header), path, columns or {})
    raise_if_any(problems)
    problems = list(found.problems)
    if not found.rows and not problems:
        fix = "add a row for each of the panel's people"
        raise GenostratError(Problem(f"{_WHAT} has no rows", file=path, fix=fix))
    rows = [
        (line, {"population": ""} | {n: cells[i] for n, i in places.items()})
        for line, cells in found.rows
    ]
    problems += _check_rows(rows, path)
    if not problems and is_whole:
        problems += _check_labels(Counter(row["ancestry"] for _, row in rows), path)
    raise_if_any(sorted(problems, key=lambda problem: problem.line or 0))
    return pd.DataFrame([row for _, row in rows], columns=list(COLUMNS), dtype=str)


def list_labels(panel: Mapping[str, Any] | None) -> list[str] | None:
    """Return the names of a panel's labels, or None where there are none to be read.

    What is wrong with the file is said by the check of the panel.

    Parameters
    ----------
    panel
        The section `reference_panel` of a cohort's config; None without one.
    """
    if panel is None:
        return None
    try:
        found = read_panel_labels(panel["labels"], columns=panel.get("columns"))
    except GenostratError:
        return None
    return sorted(set(found["ancestry"]))


def check_panel_sizes(labels: pd.DataFrame, path: str | Path) -> list[Problem]:
    """Find labels that too few people of a panel with genotypes have."""
    return list(_check_labels(Counter(labels["ancestry"]), Path(path)))


def _find_columns(
    header: tuple[int, list[str]], path: Path, columns: Mapping[str, str]
) -> tuple[dict[str, int], list[Problem]]:
    """Return our column names → position, and what is wrong with the header."""
    line, names = header
    places, problems = {}, []
    for ours in COLUMNS:
        theirs = columns.get(ours, ours)
        found = names.count(theirs)
        if found == 1:
            places[ours] = names.index(theirs)
        elif found:
            problems.append(
                Problem("this column stands twice", file=path, line=line, column=theirs)
            )
        elif ours != "population" or ours in columns:
            close = nearest(theirs, names)
            problems.append(
                Problem(
                    f"the column {theirs!r} is missing",
                    file=path,
                    line=line,
                    found=", ".join(names),
                    allowed="columns separated by tabs",
                    fix=(f"is it {close!r}? " if close else "")
                    + f"Name it in reference_panel.columns, as `{ours}: its name`",
                )
            )
    return places, problems


def _check_rows(
    rows: list[tuple[int, dict[str, str]]], path: Path
) -> Iterator[Problem]:
    first_line: dict[str, int] = {}
    for line, row in rows:
        name = row["sample_id"]
        if not is_identifier(name):
            yield Problem(
                "this is not a sample identifier"
                if name
                else "the sample identifier is blank",
                file=path,
                line=line,
                column="sample_id",
                found=name,
                allowed=ALLOWED,
                fix="write it as in the panel's genotypes",
            )
        elif name in first_line:
            yield Problem(
                "this sample identifier stands twice",
                file=path,
                line=line,
                column="sample_id",
                found=name,
                fix=f"keep one row a person; the first is line {first_line[name]}",
            )
        first_line.setdefault(name, line)
        for column in ("ancestry", "population"):
            cell = row[column]
            if (column == "ancestry" and not cell) or (cell and not _is_name(cell)):
                yield Problem(
                    f"this cannot be a name of {column}"
                    if cell
                    else "the ancestry is blank",
                    file=path,
                    line=line,
                    column=column,
                    found=cell,
                    allowed=NAMES,
                    fix="correct it, or remove the row: people without a row are left"
                    " out of the panel",
                )


def _is_name(text: str) -> bool:
    return len(text) <= MAX_NAME and text.isprintable() and text.casefold() != RESERVED


def _check_labels(sizes: Mapping[str, int], path: Path) -> Iterator[Problem]:
    if len(sizes) < 2:
        yield Problem(
            "a panel of one label cannot tell anybody apart",
            file=path,
            column="ancestry",
            found=", ".join(sizes) or "none",
            allowed="two or more labels",
            fix="use a panel with other ancestries in it, too",
        )
    for label, size in sorted(sizes.items()):
        if size < MIN_PEOPLE:
            yield Problem(
                f"too few of the panel's people are labelled {label}",
                file=path,
                column="ancestry",
                found=str(size),
                allowed=f"{MIN_PEOPLE} or more people with genotypes",
                fix="join it with a label that is near it, or remove its rows",
            )
