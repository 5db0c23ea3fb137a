"""Who left, and who never agreed: taken out of a sheet before any cell is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from genostrat.errors import GenostratError, Problem, counted, raise_if_any
from genostrat.sheets.contract.consent import RESEARCH, gives_none
from genostrat.sheets.identifiers import ALLOWED, is_identifier
from genostrat.sheets.rows import SheetRows, read_rows

COLUMNS = ("sample_id", "date")
_WHAT = "the list of opt-outs"
#: Columns of the sheet that may name a person who left in the row of another.
_PARENTS = ("father_id", "mother_id")


@dataclass(frozen=True)
class LeftOut:
    """Who is taken out of a cohort.

    Attributes
    ----------
    names
        Identifiers that no other input may bring back: those of the list, and every
        sample of the sheet that is of one of these people or of one without consent.
    seen
        Those of them that the sheet has.
    n_opted_out, n_without_consent
        Rows of the sheet that were taken out for either reason.
    """

    names: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()
    n_opted_out: int = 0
    n_without_consent: int = 0

    def describe(self) -> Iterator[str]:
        """Yield sentences on it; they name nobody."""
        if self.n_opted_out:
            yield (
                f"{counted(self.n_opted_out, 'row')} of the sheet left out before"
                " anything was read of it: these patients have opted out"
            )
        if self.n_without_consent:
            yield (
                f"{counted(self.n_without_consent, 'row')} of the sheet left out before"
                f" anything was read of it: {RESEARCH} does not say yes"
            )


def read_opt_outs(path: str | Path) -> dict[str, str]:
    """Read the list of people who have withdrawn.

    Parameters
    ----------
    path
        Tab-separated text with the columns ``sample_id`` (of a sample, or the
        ``subject_id`` of a person) and ``date`` (of the withdrawal, as 2026-05-31). A
        header without rows is a list of nobody.

    Returns
    -------
    dict
        Identifier → date. Whoever stands there is left out whatever the date, since a
        run reads the data of today.

    Raises
    ------
    GenostratError
        With every problem found.
    """
    path = Path(path)
    listed = ", ".join(COLUMNS)
    begin = f"begin it with a line of these columns, a tab between: {listed}"
    rows = read_rows(path, what=_WHAT, begin=begin)
    if sorted(rows.header) != sorted(COLUMNS):
        raise GenostratError(
            Problem(
                f"the columns of {_WHAT} are others",
                file=path,
                line=rows.line,
                found=", ".join(rows.header),
                allowed=listed,
                fix="leave reasons and all else that is about the person out",
            )
        )
    problems = list(rows.problems)
    found: dict[str, str] = {}
    for line, cells in rows.rows:
        row = dict(zip(rows.header, cells, strict=True))
        problems += _check_row(row, path, line)
        found[row["sample_id"]] = row["date"]
    raise_if_any(problems)
    return found


def _check_row(row: Mapping[str, str], path: Path, line: int) -> Iterator[Problem]:
    if not is_identifier(row["sample_id"]):
        yield Problem(
            "this is not a sample identifier"
            if row["sample_id"]
            else "the sample identifier is blank",
            file=path,
            line=line,
            column="sample_id",
            found=row["sample_id"],
            allowed=ALLOWED,
            fix="write it as the sheet does; who cannot be recognised is not left out",
        )
    if not _is_day(row["date"]):
        yield Problem(
            "this is no date",
            file=path,
            line=line,
            column="date",
            found=row["date"],
            allowed="a day as year-month-day, such as 2026-05-31",
            fix="write the day on which the person withdrew",
        )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def take_out(
    rows: SheetRows,
    places: Mapping[str, int],
    opted_out: Iterable[str],
    *,
    missing: Sequence[str],
) -> tuple[SheetRows, LeftOut]:
    """Take people out of a sheet, before any of their cells is looked at.

    Parameters
    ----------
    rows
        The sheet; rows of another shape than the header are problems already.
    places
        Our name of a column → its position; ``sample_id`` is among them.
    opted_out
        Samples or persons (``subject_id``) who have withdrawn.
    missing
        Cells that mean “no value”: they give no consent.

    Returns
    -------
    rows, left_out
        The rows of those who stay. Where one of them names somebody who left as a
        parent, that cell is blank. A person goes with every sample: with one row that
        opted out, or that does not give the consent to research where the sheet has a
        column for it. Words that neither give nor refuse it stop the check later, so
        whoever has them is still there.
    """

    def cell(cells: Sequence[str], column: str) -> str:
        return cells[places[column]] if column in places else ""

    def person(cells: Sequence[str]) -> str:
        return cell(cells, "subject_id") or cell(cells, "sample_id")

    listed = set(opted_out)
    gone = {
        person(cells)
        for _, cells in rows.rows
        if {cell(cells, "sample_id"), cell(cells, "subject_id")} & listed
    }
    silent: set[str] = set()
    if RESEARCH in places:
        silent = {
            person(cells)
            for _, cells in rows.rows
            if cell(cells, RESEARCH) in missing or gives_none(cell(cells, RESEARCH))
        }
    kept: list[tuple[int, list[str]]] = []
    seen: set[str] = set()
    n_gone = n_silent = 0
    for line, cells in rows.rows:
        if person(cells) in gone | silent:
            seen |= {cell(cells, "sample_id"), person(cells)}
            n_gone += person(cells) in gone
            n_silent += person(cells) not in gone
        else:
            kept.append((line, cells))
    names = listed | seen
    hidden = [places[column] for column in _PARENTS if column in places]
    kept = [(line, _blank(cells, hidden, names)) for line, cells in kept]
    found = LeftOut(frozenset(names), frozenset(seen), n_gone, n_silent)
    return replace(rows, rows=kept), found


def _blank(cells: list[str], hidden: Sequence[int], names: set[str]) -> list[str]:
    return [
        "" if place in hidden and text in names else text
        for place, text in enumerate(cells)
    ]


def find_unrecognised(
    opted_out: Iterable[str], known: Iterable[str], *, path: str | Path
) -> Iterator[Problem]:
    """Find names of the list that nobody has, but that are nearly somebody's.

    A slip of the pen would keep a person in who has left. Who is in no input at all
    (since the rows were deleted, say) is no problem.

    Parameters
    ----------
    opted_out
        Of the list.
    known
        Every identifier of every input, those who left included.
    path
        The list, for messages.
    """
    there = set(known)
    folded = {_fold(name): name for name in there}
    for name in sorted(set(opted_out) - there):
        near = folded.get(_fold(name))
        if near is not None:
            yield Problem(
                "nobody of the cohort has this identifier, but one is nearly the same",
                file=path,
                column="sample_id",
                found=name,
                allowed="identifiers as the sheet and the files have them",
                fix=f"is it {near}? Correct it: who is misspelt here is not left out",
            )


def _fold(name: str) -> str:
    """Return a name as slips leave it: without case, signs and leading zeros."""
    parts = re.findall(r"\d+|[^\W\d_]+", name.casefold())
    return ".".join(part.lstrip("0") for part in parts)
