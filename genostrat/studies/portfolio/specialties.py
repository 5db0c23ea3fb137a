"""To which specialty a study belongs, and who stands for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from genostrat.errors import Problem, nearest, raise_if_any
from genostrat.privacy import starts_formula
from genostrat.sheets.rows import read_rows
from genostrat.studies.records.record import StudyRecord

OTHER = "other"
_COLUMNS = ("specialty", "name", "contact")


@dataclass(frozen=True)
class Champion:
    """Who is told of new studies of a specialty."""

    specialty: str
    name: str
    contact: str


def read_specialties(path: str | Path) -> dict[str, re.Pattern[str]]:
    """Read the words by which studies are given a specialty.

    Parameters
    ----------
    path
        ``resources/study_specialties.tsv``.

    Returns
    -------
    dict
        Specialty → pattern, in the order of the file.
    """
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {
        name: re.compile(rf"\b(?:{'|'.join(map(re.escape, words.split()))})")
        for name, words in rows[1:]
    }


def name_specialty(
    record: StudyRecord, specialties: Mapping[str, re.Pattern[str]]
) -> str:
    """Return the specialty of a study: the one with most of its words.

    Words of conditions count twice. ``other`` where there is none.
    """
    conditions = " ".join((*record.conditions, record.specialty)).lower()
    title = f"{record.shown_title} {record.official_title}".lower()
    found = {
        name: 2 * len(pattern.findall(conditions)) + len(pattern.findall(title))
        for name, pattern in specialties.items()
    }
    best = max(found, key=lambda name: found[name])
    return best if found[best] else OTHER


def read_champions(
    path: str | Path, *, specialties: Sequence[str]
) -> dict[str, list[Champion]]:
    """Read who is told of new studies.

    Parameters
    ----------
    path
        Tab-separated: `specialty`, `name`, `contact`.
    specialties
        Those that there are; ``other`` as well.

    Raises
    ------
    GenostratError
        With everything that is wrong.
    """
    path = Path(path)
    rows = read_rows(path, what="the table of champions")
    problems = list(rows.problems)
    if tuple(rows.header) != _COLUMNS:
        problems.append(
            Problem(
                "the table of champions has other columns than it should",
                file=path,
                line=rows.line,
                found=", ".join(rows.header),
                allowed=", ".join(_COLUMNS),
            )
        )
    raise_if_any(problems)
    known = [*specialties, OTHER]
    found: dict[str, list[Champion]] = {}
    for line, cells in rows.rows:
        champion = Champion(*cells)
        problems += _check(champion, path, line, known)
        found.setdefault(champion.specialty, []).append(champion)
    raise_if_any(problems)
    return found


def _check(
    champion: Champion, path: Path, line: int, known: Sequence[str]
) -> list[Problem]:
    problems = []
    if champion.specialty not in known:
        close = nearest(champion.specialty, known)
        problems.append(
            Problem(
                "there is no such specialty",
                file=path,
                line=line,
                column="specialty",
                found=champion.specialty,
                allowed=", ".join(known),
                fix=f"did you mean {close}?" if close else None,
            )
        )
    for column in ("name", "contact"):
        cell = getattr(champion, column)
        if not cell or starts_formula(cell):
            problems.append(
                Problem(
                    f"the {column} is blank, or begins as a formula does",
                    file=path,
                    line=line,
                    column=column,
                    found=cell,
                )
            )
    return problems
