"""Faults of cells, gathered: one kind in one column is one problem, with a count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from genostrat.errors import Problem, printable

#: Number of lines with one kind of fault that are shown.
SHOWN = 5


@dataclass(frozen=True)
class _Kind:
    what: str
    column: str
    allowed: str | None
    fix: str | None


@dataclass
class CellFaults:
    """Faulty cells of a table, by kind and column.

    Parameters
    ----------
    file
        The user's file.
    """

    file: str | Path
    _found: dict[_Kind, list[tuple[int, str]]] = field(default_factory=dict)

    def add(
        self,
        what: str,
        *,
        column: str,
        line: int,
        found: str,
        allowed: str | None = None,
        fix: str | None = None,
    ) -> None:
        """Note one faulty cell; see :class:`~genostrat.errors.Problem`."""
        kind = _Kind(what, column, allowed, fix)
        self._found.setdefault(kind, []).append((line, found))

    def problems(self) -> Iterator[Problem]:
        """Yield one problem for each kind and column, in the order of first lines."""
        for kind, cells in sorted(self._found.items(), key=lambda item: item[1][0][0]):
            many = len(cells) > 1
            yield Problem(
                f"{kind.what}, in {len(cells)} cells" if many else kind.what,
                file=self.file,
                line=cells[0][0],
                column=kind.column,
                found=list_cells(cells) if many else cells[0][1] or "a blank cell",
                allowed=kind.allowed,
                fix=kind.fix,
            )


def list_cells(cells: Sequence[tuple[int, str]]) -> str:
    """Name the first few cells with their lines, and count the rest.

    Examples
    --------
    >>> list_cells([(2, "1,5"), (3, "2,5")])
    '1,5 (line 2), 2,5 (line 3)'
    """
    named = ", ".join(
        f"{printable(found, 40) or 'blank'} (line {line})"
        for line, found in cells[:SHOWN]
    )
    rest = len(cells) - SHOWN
    return f"{named} and {rest} more" if rest > 0 else named


def list_lines(lines: Sequence[int]) -> str:
    """Name the first few lines and count the rest.

    Examples
    --------
    >>> list_lines([2, 5]), list_lines([7])
    ('lines 2, 5', 'line 7')
    """
    named = ", ".join(map(str, lines[:SHOWN]))
    rest = len(lines) - SHOWN
    word = "line" if len(lines) == 1 else "lines"
    return f"{word} {named} and {rest} more" if rest > 0 else f"{word} {named}"
