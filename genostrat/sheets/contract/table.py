"""A sheet between reading and checking: columns by our names, with their lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from genostrat.sheets.rows import SheetRows


@dataclass
class SheetTable:
    """The columns of a sheet that are used, all text, missing values blank.

    Parameters
    ----------
    path
        The sheet.
    lines
        Where each row stands in it.
    cells
        Our name of a column → its cells, in the order of the rows.
    theirs
        Our name of a column → its name in the sheet.
    """

    path: Path
    lines: list[int]
    cells: dict[str, list[str]]
    theirs: dict[str, str]

    def __len__(self) -> int:
        return len(self.lines)

    def known(self, column: str) -> list[tuple[int, str]]:
        """Return line and cell of the rows in which a column is not blank."""
        return [(n, c) for n, c in self.rows(column) if c]

    def rows(self, column: str) -> Iterator[tuple[int, str]]:
        """Return line and cell of every row."""
        return zip(self.lines, self.cells[column], strict=True)

    def levels(self, column: str) -> Counter[str]:
        """Count the different cells of a column that are not blank."""
        return Counter(cell for cell in self.cells[column] if cell)

    def name(self, column: str) -> str:
        """Return the name of a column in the user's sheet."""
        return self.theirs.get(column, column)


def build_table(
    rows: SheetRows,
    *,
    path: Path,
    places: Mapping[str, int],
    missing: Sequence[str],
) -> SheetTable:
    """Take the columns that are used out of the rows of a file.

    Parameters
    ----------
    rows
        From :func:`genostrat.sheets.rows.read_rows`.
    path
        The sheet.
    places
        Our name of a column → its position.
    missing
        Cells that mean “no value”; never applied to ``sample_id``.
    """
    nothing = {"", *missing}
    cells = {}
    for column, place in places.items():
        found = [row[place] for _, row in rows.rows]
        if column != "sample_id":
            found = ["" if cell in nothing else cell for cell in found]
        cells[column] = found
    return SheetTable(
        path=path,
        lines=[line for line, _ in rows.rows],
        cells=cells,
        theirs={column: rows.header[place] for column, place in places.items()},
    )
