"""Errors a user can act on.

A problem names the place (file, line, column), what was found, what is allowed
and how to mend it. Problems are collected first and raised together, so that a
sheet with ten mistakes is mended in one go and not in ten runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with what the user gave.

    Parameters
    ----------
    what
        What is wrong, as a sentence without a full stop.
    file
        The file the problem is in, as the user wrote its path.
    line, column
        Where in the file: 1-based line number; column name or 1-based number.
    found, allowed
        What stands there, and what may stand there.
    fix
        What to do about it, as an instruction.
    """

    what: str
    file: str | Path | None = None
    line: int | None = None
    column: str | int | None = None
    found: str | None = None
    allowed: str | None = None
    fix: str | None = None

    def __str__(self) -> str:
        place = "" if self.file is None else printable(self.file)
        if self.line is not None:
            place += f", line {self.line}"
        if self.column is not None:
            place += f", column {printable(self.column)}"
        lines = [f"{place}: {self.what}" if place else self.what]
        if self.found is not None:
            lines.append(f"    found:   {printable(self.found)}")
        if self.allowed is not None:
            lines.append(f"    allowed: {self.allowed}")
        if self.fix is not None:
            lines.append(f"    fix:     {self.fix}")
        return "\n".join(lines)


class GenostratError(Exception):
    """Something the user can mend; carries one or more :class:`Problem`."""

    def __init__(self, problems: Problem | str | Iterable[Problem]) -> None:
        if isinstance(problems, str):
            problems = Problem(problems)
        if isinstance(problems, Problem):
            problems = [problems]
        self.problems = list(problems)
        super().__init__(str(self))

    def __str__(self) -> str:
        count = len(self.problems)
        head = "" if count == 1 else f"{count} problems:\n"
        return head + "\n".join(str(problem) for problem in self.problems)

    def __reduce__(self) -> tuple[type[GenostratError], tuple[list[Problem]]]:
        # Exceptions are rebuilt from args by default; ours are built from problems.
        return type(self), (self.problems,)


def raise_if_any(problems: Iterable[Problem]) -> None:
    """Raise all problems as one error; do nothing when there are none."""
    problems = list(problems)
    if problems:
        raise GenostratError(problems)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name closest to `name` in spelling, if one is close.

    Examples
    --------
    >>> nearest("plat", ["plate", "batch", "centre"])
    'plate'
    """
    by_folded = {candidate.casefold(): candidate for candidate in known}
    close = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def counted(n: int, noun: str) -> str:
    """Write a number with its noun.

    Examples
    --------
    >>> counted(1, "patient"), counted(2, "patient")
    ('1 patient', '2 patients')
    """
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def printable(value: object, limit: int = 200) -> str:
    r"""Make hostile text fit for a terminal: control characters escaped, bounded.

    Examples
    --------
    >>> print(printable("P1\x1b[2J\nP2"))
    P1\x1b[2J\nP2
    """
    text = str(value)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return text if len(text) <= limit else text[: limit - 1] + "…"
