"""Reading tab-separated text that people write: rows with their line numbers."""

from __future__ import annotations

import csv
import gzip
import zlib
from pathlib import Path
from typing import NamedTuple

from genostrat.errors import GenostratError, Problem

#: Largest text once inflated.
MAX_INFLATED = 2**30


class Rows(NamedTuple):
    """What stands in a file.

    Attributes
    ----------
    header
        Names of the columns, as they stand.
    line
        Where the header stands, from 1.
    rows
        Line and cells of every row; as many cells as the header has.
    problems
        Rows of another width, which are left out.
    """

    header: list[str]
    line: int
    rows: list[tuple[int, list[str]]]
    problems: list[Problem]


def read_rows(path: Path, *, what: str, begin: str | None = None) -> Rows:
    """Split a file into header and rows.

    Parameters
    ----------
    path
        Tab-separated text in UTF-8; blank lines and lines starting ``#`` are passed
        over. Spaces around a cell do not count.
    what
        What the file is, for messages.
    begin
        How to begin the file, said where it is empty.

    Raises
    ------
    GenostratError
        If it is no such text, or empty.
    """
    reader = csv.reader(read_text(path, what).splitlines(keepends=True), delimiter="\t")
    header: list[str] | None = None
    header_line, rows, problems = 0, [], []
    for found in reader:
        if not any(cell.strip() for cell in found) or found[0].startswith("#"):
            continue
        cells = [cell.strip() for cell in found]
        if header is None:
            header, header_line = cells, reader.line_num
        elif len(cells) != len(header):
            problems.append(
                Problem(
                    "this row has another number of columns than the header",
                    file=path,
                    line=reader.line_num,
                    found=f"{len(cells)} columns",
                    allowed=f"{len(header)} columns",
                    fix="check for missing or extra tabs",
                )
            )
        else:
            rows.append((reader.line_num, cells))
    if header is None:
        raise GenostratError(Problem(f"{what} is empty", file=path, fix=begin))
    return Rows(header, header_line, rows, problems)


def read_text(path: Path, what: str) -> str:
    """Return the whole text of a file that people write.

    Parameters
    ----------
    path
        Text in UTF-8; ``.gz`` is inflated.
    what
        What the file is, for messages.

    Returns
    -------
    str
        With every end of line as one line feed.

    Raises
    ------
    GenostratError
        If it is no such text, or cannot be read.
    """
    try:
        text = _read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise GenostratError(
            Problem(
                f"{what} is not UTF-8 text (byte {error.start})",
                file=path,
                fix="save it as tab-separated text, UTF-8; not as .xlsx",
            )
        ) from None
    except (OSError, EOFError, zlib.error) as error:
        found = getattr(error, "strerror", None) or str(error)
        raise GenostratError(
            Problem(f"{what} cannot be read", file=path, found=found)
        ) from None
    if "\0" in text:
        raise GenostratError(
            Problem(f"{what} holds NUL bytes: it is not a text file", file=path)
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read_bytes(path: Path) -> bytes:
    """Return the bytes; a limit keeps a small archive from filling the memory."""
    if path.suffix != ".gz":
        return path.read_bytes()
    with gzip.open(path) as stream:
        data = stream.read(MAX_INFLATED + 1)
    if len(data) > MAX_INFLATED:
        raise OSError(f"it holds more than {MAX_INFLATED} bytes")
    return data
