"""The names of a sheet's columns, held against what the config asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from genostrat.config.columns import KNOWN_COLUMNS, Origins, Use
from genostrat.errors import Problem, nearest, printable
from genostrat.privacy import starts_formula
from genostrat.sheets.rows import SheetRows

#: Names of a header that a message shows.
NAMES_SHOWN = 30


@dataclass
class NamedColumns:
    """The columns of a sheet.

    Attributes
    ----------
    places
        Our name of a column that is used → its position.
    dropped
        Uses by default of columns that the sheet lacks.
    ignored
        Names of columns that nothing names, as they stand.
    problems
        What is wrong.
    is_no_header
        Whether the header is a comment, and another line was taken for it; the last
        problem says so.
    """

    places: dict[str, int] = field(default_factory=dict)
    dropped: list[Use] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    is_no_header: bool = False


def name_columns(
    rows: SheetRows,
    *,
    path: Path,
    columns: Mapping[str, str],
    uses: Sequence[Use],
    unknown_columns: str,
    origins: Origins,
) -> NamedColumns:
    """Find every column that the config names, and what is wrong with the header.

    Parameters
    ----------
    rows
        The file.
    path
        Of the sheet.
    columns
        Our name of a column → its name in the sheet, where they differ.
    uses
        Where the config names columns.
    unknown_columns
        ``refuse`` or ``ignore`` columns that nothing names.
    origins
        Where the names were written.
    """
    named = NamedColumns()
    wanted = {use.column for use in uses}
    theirs = {its_name: ours for ours, its_name in columns.items()}
    for position, name in enumerate(rows.header):
        ours = theirs.get(name, name)
        is_used = ours in KNOWN_COLUMNS or ours in wanted or name in theirs
        if rows.header.count(name) > 1 and (is_used or unknown_columns == "refuse"):
            if rows.header.index(name) == position:
                named.problems.append(_twice(rows, path, name))
        elif ours in named.places:
            named.problems.append(_both(rows, path, ours, name, columns))
        elif is_used:
            named.places[ours] = position
            if name and (starts_formula(name) or not name.isprintable()):
                named.problems.append(_bad_name(rows, path, name))
        elif unknown_columns == "refuse":
            known = [*KNOWN_COLUMNS, *wanted]
            named.problems.append(_unknown(rows, path, name, position, known))
        else:
            named.ignored.append(name)
    if "sample_id" not in named.places:
        identifier = columns.get("sample_id", "sample_id")
        named.problems.append(_without_identifiers(rows, path, identifier))
        named.is_no_header = any(identifier in text for _, text in rows.comments)
        if named.is_no_header:
            return named
    absent = [use for use in uses if _is_absent(use, rows, columns)]
    named.dropped = [use for use in absent if use.is_default]
    written = [use for use in absent if not use.is_default]
    named.problems += _missing_columns(written, rows, path, columns, origins)
    return named


def _is_absent(use: Use, rows: SheetRows, columns: Mapping[str, str]) -> bool:
    # A column that stands twice is there, and said to be twice.
    there = columns.get(use.column, use.column) in rows.header
    return not there and use.column != "sample_id"


def _twice(rows: SheetRows, path: Path, name: str) -> Problem:
    return Problem(
        "this column stands twice",
        file=path,
        line=rows.line,
        column=name,
        fix="rename or remove one of them",
    )


def _both(
    rows: SheetRows, path: Path, ours: str, name: str, columns: Mapping[str, str]
) -> Problem:
    mapped = columns.get(ours, ours)
    return Problem(
        f"two columns of the sheet are {ours}: {printable(mapped)}, by samples.columns,"
        f" and {printable(ours)}, by its name",
        file=path,
        line=rows.line,
        column=name,
        fix="rename or remove one of them, or correct samples.columns",
    )


def _bad_name(rows: SheetRows, path: Path, name: str) -> Problem:
    return Problem(
        "a spreadsheet program would run the name of this column as a formula",
        file=path,
        line=rows.line,
        column=name,
        fix="begin it with a letter",
    )


def _unknown(
    rows: SheetRows, path: Path, name: str, position: int, known: Sequence[str]
) -> Problem:
    close = nearest(name, known)
    return Problem(
        "nothing says what this column is",
        file=path,
        line=rows.line,
        column=name or position + 1,
        fix=(f"rename it to {close} if that is meant; else " if close else "")
        + "name it in samples.extra_columns, or set samples.unknown_columns: ignore",
    )


def _without_identifiers(rows: SheetRows, path: Path, wanted: str) -> Problem:
    commented = [line for line, text in rows.comments if wanted in text]
    if commented:
        fix = (
            f"line {commented[0]} names it, but starts with #, as comments do: remove"
            " the #"
        )
    elif close := nearest(wanted, rows.header):
        fix = f"is it {close!r}? Name it in samples.columns"
    else:
        fix = "add the column, or name it in samples.columns, as `sample_id: its name`"
    return Problem(
        f"the column {wanted!r} is missing",
        file=path,
        line=rows.line,
        found=_shown(rows.header),
        fix=fix,
    )


def _missing_columns(
    absent: Sequence[Use],
    rows: SheetRows,
    path: Path,
    columns: Mapping[str, str],
    origins: Origins,
) -> Iterator[Problem]:
    """Say of each name that the sheet lacks where it was written, and what is near."""
    for use in absent:
        wanted = columns.get(use.column, use.column)
        close = _nearest_names(wanted, rows.header)
        if use.key[:2] == ("samples", "columns"):
            fix = f"is it {' or '.join(close)}? " if close else ""
            fix += "Correct samples.columns, or add the column"
        elif close:
            fix = (
                f"is it {' or '.join(close)}? Correct the name in the config, or name"
                " the column in samples.columns"
            )
        else:
            fix = "correct the name in the config, or add the column to the sheet"
        yield Problem(
            f"the column {wanted!r} is missing: {use.section} names it, and the sheet"
            f" {printable(path)} does not have it",
            **origins.place(use.key),
            found=f"columns {_shown(rows.header)}",
            fix=fix,
        )


def _nearest_names(name: str, header: Sequence[str]) -> list[str]:
    by_folded = {known.casefold(): known for known in header}
    close = get_close_matches(name.casefold(), by_folded, n=3, cutoff=0.6)
    return [repr(printable(by_folded[folded], 60)) for folded in close]


def _shown(names: Sequence[str]) -> str:
    shown = ", ".join(printable(name, 40) for name in names[:NAMES_SHOWN])
    rest = len(names) - NAMES_SHOWN
    return f"{shown} and {rest} more" if rest > 0 else shown
