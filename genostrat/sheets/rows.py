"""Reading tab-separated text that people write: rows with their line numbers.

Nothing is quoted: a tab always ends a cell and a line feed always ends a row, so that a
stray quotation mark cannot swallow the rows after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from genostrat.cells import even_spaces
from genostrat.errors import GenostratError, Problem, counted, printable
from genostrat.sheets.faults import CellFaults, list_lines
from genostrat.sheets.texts import read_text

QUOTE = '"'
#: What separates the cells of files that are not tab-separated.
_OTHER_SEPARATORS = {",": "commas", ";": "semicolons", "|": "vertical bars"}


@dataclass(frozen=True)
class SheetRows:
    """What stands in a file.

    Attributes
    ----------
    header
        Names of the columns.
    line
        Where the header stands, from 1.
    rows
        Line and cells of every row; as many cells as the header has.
    problems
        What is wrong with the shape of rows, and cells that hold control characters;
        such rows are left out of `rows` and must stop whoever reads them.
    comments
        Line and text of lines that start with ``#``.
    warnings
        What is odd about the text, in sentences.
    """

    header: list[str]
    line: int
    rows: list[tuple[int, list[str]]]
    problems: list[Problem] = field(default_factory=list)
    comments: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_rows(path: str | Path, *, what: str, begin: str | None = None) -> SheetRows:
    """Split a file into header and rows.

    Parameters
    ----------
    path
        Tab-separated text; blank lines and lines starting ``#`` are passed over.
        Spaces around a cell do not count, nor does a pair of quotation marks around a
        whole cell. Any other quotation mark is a character like any other.
    what
        What the file is, for messages.
    begin
        How to begin the file, said where it is empty.

    Raises
    ------
    GenostratError
        If it is no such text, or empty.
    """
    path = Path(path)
    return split_rows(read_text(path, what), path=path, what=what, begin=begin)


def split_rows(
    text: str, *, path: Path, what: str, begin: str | None = None
) -> SheetRows:
    """Split a text into header and rows; see :func:`read_rows`.

    Parameters
    ----------
    text
        With line feeds at the ends of lines.
    path
        Of the file, for messages.
    what, begin
        As in :func:`read_rows`.
    """
    lines: list[tuple[int, list[str]]] = []
    comments: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("#"):
            comments.append((number, line))
        elif line.strip():
            lines.append((number, split_cells(line)))
    if not lines:
        raise GenostratError(Problem(f"{what} is empty", file=path, fix=begin))
    (header_line, header), *found = lines
    _refuse_other_separators(header, path=path, line=header_line, what=what)
    _refuse_shifted_header(header, found, path=path, line=header_line)
    rows = [(line, cells) for line, cells in found if len(cells) == len(header)]
    ragged = [(line, cells) for line, cells in found if len(cells) != len(header)]
    problems = list(_uneven_rows(ragged, len(header), path))
    problems += _unprintable([(header_line, header), *rows], header, path)
    within = [line for line, _ in comments if line > header_line]
    warnings = list(_say_quotes(rows))
    if within:
        warnings.append(
            f"{counted(len(within), 'line')} of {what} below its header, passed over as"
            f" comments since they start with #: {list_lines(within)}"
        )
    return SheetRows(header, header_line, rows, problems, comments, warnings)


def split_cells(line: str) -> list[str]:
    r"""Split a line at its tabs; see :func:`read_rows` for spaces and quotes.

    Examples
    --------
    >>> split_cells('"P1"\t 12 \t"unclosed\tsays "yes"')
    ['P1', '12', '"unclosed', 'says "yes"']
    """
    return [unquote(even_spaces(cell)) for cell in line.split("\t")]


def unquote(cell: str) -> str:
    """Take away a pair of quotation marks around a whole cell, as R writes it."""
    inner = cell[1:-1]
    if len(cell) >= 2 and cell[0] == cell[-1] == QUOTE and QUOTE not in inner:
        return inner.strip()
    return cell


def _refuse_other_separators(
    header: list[str], *, path: Path, line: int, what: str
) -> None:
    if len(header) > 1:
        return
    names = [name for mark, name in _OTHER_SEPARATORS.items() if mark in header[0]]
    if not names and len(header[0].split()) > 1:
        names = ["spaces"]
    if not names:
        return
    raise GenostratError(
        Problem(
            f"{what} is separated by {names[0]}",
            file=path,
            line=line,
            found=header[0],
            allowed="columns separated by tabs",
            fix="save it as tab-separated text",
        )
    )


def _refuse_shifted_header(
    header: list[str], rows: list[tuple[int, list[str]]], *, path: Path, line: int
) -> None:
    if not rows or any(len(cells) != len(header) + 1 for _, cells in rows):
        return
    raise GenostratError(
        Problem(
            "every row has one column more than the header: R writes the names of rows"
            " so, without a name for their column",
            file=path,
            line=line,
            found=f"{len(header)} names above {len(rows)} rows of {len(header) + 1}",
            fix="begin the header with the name of the first column (such as sample_id)"
            ' and a tab; in R: write.table(..., sep="\\t", quote=FALSE,'
            " col.names=NA) writes a blank one",
        )
    )


def _uneven_rows(
    ragged: list[tuple[int, list[str]]], width: int, path: Path
) -> Iterator[Problem]:
    if not ragged:
        return
    quoted = any(QUOTE in cell for _, cells in ragged for cell in cells)
    widths = sorted({len(cells) for _, cells in ragged})
    what = (
        "this row has another number of columns than the header"
        if len(ragged) == 1
        else f"{len(ragged)} rows have another number of columns than the header:"
        f" {list_lines([line for line, _ in ragged])}"
    )
    yield Problem(
        what,
        file=path,
        line=ragged[0][0],
        found=f"{' or '.join(map(str, widths[:5]))} columns",
        allowed=f"{width} columns",
        fix="check for missing or extra tabs"
        + (
            "; a cell between quotation marks holds a tab or a line break, which"
            " tab-separated text cannot: replace it by a space"
            if quoted
            else ""
        ),
    )


def _unprintable(
    rows: list[tuple[int, list[str]]], header: list[str], path: Path
) -> Iterator[Problem]:
    faults = CellFaults(path)
    for line, cells in rows:
        if "".join(cells).isprintable():
            continue
        for column, cell in zip(header, cells, strict=True):
            if not cell.isprintable():
                faults.add(
                    "a cell holds a control character or an invisible one",
                    column=column,
                    line=line,
                    found=printable(cell, 60),
                    fix="remove it; replace a line break in a cell by a space",
                )
    yield from faults.problems()


def _say_quotes(rows: list[tuple[int, list[str]]]) -> Iterator[str]:
    odd = [
        line
        for line, cells in rows
        if any(cell[:1] == QUOTE or cell[-1:] == QUOTE for cell in cells)
    ]
    if odd:
        yield (
            f"in {counted(len(odd), 'row')} a cell begins or ends with a quotation mark"
            f" that has no partner ({list_lines(odd)}); such marks are taken as they"
            " stand"
        )
