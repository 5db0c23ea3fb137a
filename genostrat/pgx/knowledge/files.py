"""Reading a knowledge base's files, which may be damaged or hostile."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from genostrat.errors import GenostratError, Problem, nearest, printable

#: The largest table known, PharmCAT's phenotypes of G6PD, has 7 MB.
MAX_BYTES = 64_000_000
MAX_NAME = 200
MAX_ITEMS = 20_000

_RESTORE = "restore the file from the source's release"


def digest_files(files: Iterable[Path]) -> str:
    """Return one SHA-256 over names and contents of files, in order of their names.

    Raises
    ------
    GenostratError
        If a file cannot be read or is too large.
    """
    digest = hashlib.sha256()
    for path in sorted(files, key=lambda path: (path.name, str(path))):
        content = read_bounded(path)
        digest.update(f"{path.name}\0{len(content)}\0".encode(errors="replace"))
        digest.update(content)
    return digest.hexdigest()


def read_bounded(path: Path) -> bytes:
    """Return a regular file's bytes.

    Raises
    ------
    GenostratError
        If it is not there, is no regular file, or is larger than `MAX_BYTES`.
    """
    if not path.is_file():
        raise GenostratError(
            Problem(
                "the knowledge base lacks a file",
                file=path,
                found="a folder or device" if path.exists() else "no such file",
                fix=_RESTORE,
            )
        )
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise GenostratError(
            Problem("the file cannot be read", file=path, found=str(error))
        ) from None
    if len(content) > MAX_BYTES:
        raise GenostratError(
            Problem(
                "the file is larger than any file of a knowledge base",
                file=path,
                allowed=f"up to {MAX_BYTES:,} bytes",
                fix=_RESTORE,
            )
        )
    return content


def read_text(path: Path) -> str:
    """Return a file's text, which must be UTF-8."""
    try:
        return read_bounded(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise GenostratError(
            Problem(
                "the file is not text in UTF-8",
                file=path,
                found=f"byte {error.start + 1}",
                fix=_RESTORE,
            )
        ) from None


def read_csv(path: Path, *, columns: Sequence[str]) -> list[dict[str, str]]:
    """Read a table whose columns are known.

    Returns
    -------
    list of dict
        One a row, every value text, with the line number under ``""``.

    Raises
    ------
    GenostratError
        If columns are missing or unknown, a row has too few or too many cells, or the
        file is not a table.
    """
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        header = next(reader, [])
        _check_header(header, columns, path)
        rows = []
        for cells in reader:
            if len(cells) != len(header):
                raise GenostratError(
                    Problem(
                        "a row has another number of cells than the header",
                        file=path,
                        line=reader.line_num,
                        found=str(len(cells)),
                        allowed=str(len(header)),
                        fix=_RESTORE,
                    )
                )
            row = dict(zip(header, cells, strict=True))
            rows.append(row | {"": str(reader.line_num)})
    except csv.Error as error:
        raise GenostratError(
            Problem(
                "the file is not a table of comma-separated values",
                file=path,
                line=reader.line_num,
                found=str(error),
                fix=_RESTORE,
            )
        ) from None
    if not rows:
        raise GenostratError(Problem("the table has no rows", file=path, fix=_RESTORE))
    return rows


def _check_header(header: list[str], columns: Sequence[str], path: Path) -> None:
    problems = [
        Problem("a column is missing", file=path, line=1, allowed=name, fix=_RESTORE)
        for name in columns
        if name not in header
    ]
    for name in header:
        if name not in columns or header.count(name) > 1:
            close = nearest(name, columns)
            problems.append(
                Problem(
                    "a column is not known or stands twice",
                    file=path,
                    line=1,
                    column=name,
                    allowed=", ".join(columns),
                    fix=f"did you mean {close}?" if close else _RESTORE,
                )
            )
    if problems:
        raise GenostratError(problems)


def read_object(path: Path) -> dict[str, Any]:
    """Read a JSON file that holds one object.

    Raises
    ------
    GenostratError
        If it is not JSON, is cut short, is nested without end, or holds no object.
    """
    text = read_text(path)
    try:
        record = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise GenostratError(
            Problem(
                "the file is not whole JSON",
                file=path,
                line=error.lineno,
                column=error.colno,
                found=error.msg,
                fix=_RESTORE,
            )
        ) from None
    except (RecursionError, ValueError) as error:
        found = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise GenostratError(
            Problem("the file is not sound JSON", file=path, found=found, fix=_RESTORE)
        ) from None
    if not isinstance(record, dict):
        raise GenostratError(wrong_value(path, "the whole file", record, "an object"))
    return record


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def wrong_value(path: Path, key: str, found: object, allowed: str) -> Problem:
    """Return the problem of a key that holds something else than it may."""
    return Problem(
        "a value of the knowledge base is not what it must be",
        file=path,
        column=key,
        found=printable(found, 80),
        allowed=allowed,
        fix=_RESTORE,
    )


def take(record: Any, key: str, kind: type, *, path: Path, inside: str = "") -> Any:
    """Return a key of a JSON object, of the kind wanted.

    Raises
    ------
    GenostratError
        If `record` is no object, or the key is missing, of another kind, or too long.
    """
    place = f"{inside}.{key}" if inside else key
    if not isinstance(record, dict):
        raise GenostratError(wrong_value(path, inside or key, record, "an object"))
    value = record.get(key)
    limit = MAX_NAME if kind is str else MAX_ITEMS
    # True is an int to Python, not to JSON.
    if not isinstance(value, kind) or isinstance(value, bool) != (kind is bool):
        names = {dict: "an object", list: "a list", str: "text", int: "a whole number"}
        raise GenostratError(
            wrong_value(path, place, value, names.get(kind, kind.__name__))
        )
    if isinstance(value, (str, list, dict)) and len(value) > limit:
        raise GenostratError(
            wrong_value(path, place, f"{len(value)} items", f"at most {limit:,}")
        )
    return value


def check_allele_name(name: Any, *, path: Path, place: str) -> str:
    """Return the name of an allele that can stand in a table of diplotypes.

    Raises
    ------
    GenostratError
        If it is blank, too long, or holds ``/``, ``|`` or control characters, which
        separate names in tables.
    """
    if (
        not isinstance(name, str)
        or not name.strip()
        or len(name) > MAX_NAME
        or not name.isprintable()
        or set("/|") & set(name)
    ):
        raise GenostratError(
            wrong_value(
                path,
                place,
                name,
                f"1 to {MAX_NAME} printable characters without / and |",
            )
        )
    return name
