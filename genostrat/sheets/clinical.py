"""The clinical sheet: read, checked, and brought to canonical names.

All problems of a sheet are found in one go. What later stages get is a table of
text with our column names, sex as ``male``/``female``/blank, and blanks for every
spelling of a missing value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genostrat.errors import Problem, nearest, raise_if_any
from genostrat.sheets.identifiers import ALLOWED, find_case_twins, is_identifier
from genostrat.sheets.pedigree import (
    PARENTS,
    blank_nobody,
    check_pedigree,
    describe_pedigree,
    read_pedigree,
)
from genostrat.sheets.rows import read_rows

if TYPE_CHECKING:
    import pandas as pd

#: Columns with a meaning of their own; every other one is named in the config.
KNOWN_COLUMNS = (
    "sample_id",
    "sex",
    "centre",
    "batch",
    "age",
    "subject_id",
    "father_id",
    "mother_id",
    "treatment",
    "medications",
)
SEXES = {
    "male": "male",
    "m": "male",
    "1": "male",
    "female": "female",
    "f": "female",
    "2": "female",
    "unknown": "",
    "0": "",
}
MAX_AGE = 130


@dataclass(frozen=True)
class Sheet:
    """A validated clinical sheet.

    Attributes
    ----------
    frame
        One row a patient, all columns text, ``sample_id`` and ``sex`` first.
    warnings
        What looked odd but does not stop a run; without identifiers.
    """

    frame: pd.DataFrame
    warnings: list[str]


@dataclass(frozen=True)
class _Row:
    line: int
    cells: dict[str, str]


def read_sheet(
    path: str | Path,
    *,
    columns: Mapping[str, str],
    expected: Sequence[str],
    unknown_columns: str,
    missing_values: Sequence[str],
    numeric: Mapping[str, str],
) -> Sheet:
    """Read and validate a clinical sheet.

    Parameters
    ----------
    path
        Tab-separated text in UTF-8 with a header; lines starting ``#`` are comments.
    columns
        Our name of a column → its name in the sheet, where they differ.
    expected
        Columns that the config names besides the known ones (outcomes, labels, …);
        they must be there.
    unknown_columns
        ``refuse`` or ``ignore`` columns that nothing names.
    missing_values
        Cells that mean “no value”, next to blank. Never applied to identifiers.
    numeric
        Columns that must hold numbers → ``number``, ``time`` (not negative), or
        ``flag`` (0 or 1).

    Raises
    ------
    GenostratError
        With every problem found.
    """
    import pandas as pd

    path = Path(path)
    header, header_line, rows, ragged = read_rows(path, what="the sheet")
    names, problems = _name_columns(
        header,
        path=path,
        line=header_line,
        columns=columns,
        expected=expected,
        unknown_columns=unknown_columns,
    )
    raise_if_any(problems)
    table = [
        _Row(line, {n: cells[i] for n, i in names.items()}) for line, cells in rows
    ]
    missing = {"", *missing_values}
    problems = [*ragged, *_check_identifiers(table, path=path)]
    problems += _check_values(table, path=path, missing=missing, numeric=numeric)
    problems += _check_pedigree(table, path=path, missing=missing)
    if not table and not ragged:
        problems.append(
            Problem(
                "the sheet has a header and no rows",
                file=path,
                line=header_line,
                fix="add one row for each patient",
            )
        )
    raise_if_any(sorted(problems, key=lambda p: p.line or 0))
    frame = pd.DataFrame([row.cells for row in table], columns=list(names), dtype=str)
    for column in frame.columns.drop("sample_id"):
        frame[column] = frame[column].where(~frame[column].isin(missing), "")
    for column in PARENTS.keys() & set(frame.columns):
        frame[column] = blank_nobody(frame[column], known=set(frame["sample_id"]))
    if "sex" not in frame:
        frame.insert(1, "sex", "")
    frame["sex"] = frame["sex"].str.casefold().map(SEXES).fillna("")
    first = ["sample_id", "sex"]
    frame = frame[first + [c for c in frame.columns if c not in first]]
    return Sheet(frame, _find_oddities(frame))


def _name_columns(
    header: list[str],
    *,
    path: Path,
    line: int,
    columns: Mapping[str, str],
    expected: Sequence[str],
    unknown_columns: str,
) -> tuple[dict[str, int], list[Problem]]:
    """Return our column names → position, and what is wrong with the header."""
    if len(header) == 1 and "," in header[0]:
        problem = Problem(
            "the sheet is separated by commas",
            file=path,
            line=line,
            found=header[0],
            allowed="columns separated by tabs",
            fix="save it as tab-separated text",
        )
        return {}, [problem]
    problems = [
        Problem("this column stands twice", file=path, line=line, column=name)
        for name in sorted({n for n in header if header.count(n) > 1})
    ]
    theirs = {its_name: ours for ours, its_name in columns.items()}
    names: dict[str, int] = {}
    for position, name in enumerate(header):
        ours = theirs.get(name, name)
        if ours in KNOWN_COLUMNS or ours in expected or name in theirs:
            names[ours] = position
        elif unknown_columns == "refuse":
            close = nearest(name, [*KNOWN_COLUMNS, *expected])
            problems.append(
                Problem(
                    "nothing says what this column is",
                    file=path,
                    line=line,
                    column=name or position + 1,
                    fix=(
                        f"rename it to {close} if that is meant; else " if close else ""
                    )
                    + "name it in samples.extra_columns, or set"
                    " samples.unknown_columns: ignore",
                )
            )
    for ours in dict.fromkeys(["sample_id", *columns, *expected]):
        if ours not in names:
            wanted = columns.get(ours, ours)
            close = nearest(wanted, header)
            problems.append(
                Problem(
                    f"the column {wanted!r} is missing",
                    file=path,
                    line=line,
                    found=", ".join(header),
                    fix=f"is it {close!r}? Name it in samples.columns"
                    if close
                    else "add the column, or correct its name in the cohort's config",
                )
            )
    return names, problems


def _check_identifiers(table: list[_Row], *, path: Path) -> list[Problem]:
    problems: list[Problem] = []
    first_line: dict[str, int] = {}
    for row in table:
        name = row.cells["sample_id"]
        if not is_identifier(name):
            problems.append(
                Problem(
                    "this is not a sample identifier"
                    if name
                    else "the sample identifier is blank",
                    file=path,
                    line=row.line,
                    column="sample_id",
                    found=name,
                    allowed=ALLOWED,
                    fix="rename the sample here and in the genotypes",
                )
            )
        elif name in first_line:
            problems.append(
                Problem(
                    "this sample identifier stands twice",
                    file=path,
                    line=row.line,
                    column="sample_id",
                    found=name,
                    fix=f"keep one row a patient; the first is line {first_line[name]}",
                )
            )
        first_line.setdefault(name, row.line)
    return problems


def _check_values(
    table: list[_Row], *, path: Path, missing: set[str], numeric: Mapping[str, str]
) -> list[Problem]:
    checks: dict[str, Callable[[str], str | None]] = {
        "sex": lambda cell: (
            None if cell.casefold() in SEXES else "male, female, M, F, 1, 2, or blank"
        ),
        "age": lambda cell: (
            None
            if 0 <= _number(cell) <= MAX_AGE
            else f"years between 0 and {MAX_AGE}, or blank"
        ),
    }
    checks |= {column: _NUMERIC_CHECKS[kind] for column, kind in numeric.items()}
    problems = []
    for row in table:
        for column, check in checks.items():
            cell = row.cells.get(column, "")
            allowed = None if cell in missing else check(cell)
            if allowed:
                problems.append(
                    Problem(
                        f"the value of {column} is not allowed",
                        file=path,
                        line=row.line,
                        column=column,
                        found=cell,
                        allowed=allowed,
                        fix="correct it, or leave it blank; further spellings of"
                        " “no value” go into samples.missing_values",
                    )
                )
    return problems


def _check_pedigree(
    table: list[_Row], *, path: Path, missing: set[str]
) -> list[Problem]:
    known = {row.cells["sample_id"] for row in table}
    rows = []
    for row in table:
        cells = {
            name: row.cells[name]
            for name in ("sample_id", "subject_id", *PARENTS)
            if name in row.cells
        }
        named = [name for name in cells if name != "sample_id"]
        for name in named:
            cells[name] = "" if cells[name] in missing else cells[name]
            if name in PARENTS:
                [cells[name]] = blank_nobody([cells[name]], known=known)
        rows.append((row.line, cells))
    return check_pedigree(rows, path=path)


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan


_NUMERIC_CHECKS: dict[str, Callable[[str], str | None]] = {
    "number": lambda cell: None if math.isfinite(_number(cell)) else "a finite number",
    "time": lambda cell: (
        None if 0 <= _number(cell) < math.inf else "a number, 0 or more"
    ),
    "flag": lambda cell: None if _number(cell) in (0, 1) else "0 or 1",
}


def _find_oddities(frame: pd.DataFrame) -> list[str]:
    warnings = []
    twins = find_case_twins(list(frame["sample_id"]))
    if twins:
        warnings.append(
            f"{len(twins)} pairs of sample identifiers differ only in upper and lower"
            " case; they are taken for different patients"
        )
    if (frame["sex"] == "").any():
        warnings.append(f"sex is blank for {int((frame['sex'] == '').sum())} patients")
    return warnings + describe_pedigree(read_pedigree(frame), frame)


def numeric_columns(outcomes: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return which columns the outcomes of a cohort need as what kind of number."""
    kinds: dict[str, str] = {}
    for outcome in outcomes:
        if outcome["kind"] == "survival":
            kinds |= {outcome["time"]: "time", outcome["event"]: "flag"}
        else:
            kinds[outcome["column"]] = (
                "flag" if outcome["kind"] == "binary" else "number"
            )
    return kinds
