"""Reading records from files and folders: what cannot be read is told, and left."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from genostrat.studies.records.ctgov import (
    CSV_COLUMNS,
    dig,
    find_protocols,
    read_csv_row,
    read_old,
    read_v2,
)
from genostrat.studies.records.european import read_ctis, read_euctr, read_isrctn
from genostrat.studies.records.jsonb import decode_jsonb
from genostrat.studies.records.language import is_english
from genostrat.studies.records.plain import NAMES, read_plain
from genostrat.studies.records.record import StudyRecord

#: Suffixes of files that are looked for in a folder; each may be followed by ``.gz``.
SUFFIXES = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".sqlite", ".db")
#: Largest file that is held whole, once inflated.
MOST_BYTES = 2**31
#: Longest cell of a table.
_MOST_CELL = 2**28


@dataclass(frozen=True)
class Finding:
    """Something about a file or a record that a user should know.

    Parameters
    ----------
    file
        As the user wrote it.
    line
        From 1; None for a whole file.
    study_id
        Blank where the record is not known.
    what, fix
        In words.
    """

    file: str
    what: str
    fix: str = ""
    line: int | None = None
    study_id: str = ""


Item = StudyRecord | Finding


def list_files(paths: Iterable[str | Path]) -> list[Path]:
    """Return the files of records that paths name, folders opened, in order."""
    found: list[Path] = []
    for path in map(Path, paths):
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        found += [one for one in inside if one.is_file() and _is_known(one, path)]
    return list(dict.fromkeys(found))


def _is_known(file: Path, named: Path) -> bool:
    return file == named or kind_of(file) in SUFFIXES


def kind_of(path: Path) -> str:
    """Return the suffix of a file, without that of packing, in lower case.

    Examples
    --------
    >>> kind_of(Path("a/Trials.JSON.gz"))
    '.json'
    """
    name = path.name.lower().removesuffix(".gz")
    return Path(name).suffix


def read_files(paths: Iterable[str | Path]) -> Iterator[Item]:
    """Yield every record of files and folders, and what is to be said of them.

    Parameters
    ----------
    paths
        Files and folders. JSON of API v2, JSON Lines, the CSV export, plain tables, and
        the databases of ctrdata are told by what they hold.
    """
    yield from _tell_missing(paths)
    for path in list_files(paths):
        reader = _READERS.get(kind_of(path))
        if reader is None:
            yield Finding(
                str(path),
                f"a file of no known kind: {path.suffix or 'no suffix'}",
                f"give records as one of {', '.join(SUFFIXES)}",
            )
            continue
        try:
            yield from _told(path, _checked(path, reader(path)))
        except (OSError, EOFError, zlib.error, UnicodeError) as error:
            yield Finding(
                str(path),
                f"the file cannot be read to its end: {type(error).__name__}",
                "download or unpack it again",
            )


def _tell_missing(paths: Iterable[str | Path]) -> Iterator[Finding]:
    """Name what is neither a file nor a folder: nothing is left out without a word."""
    for path in map(Path, paths):
        if path.is_file() or path.is_dir():
            continue
        is_there = path.exists()
        yield Finding(
            str(path),
            "not a regular file, but a pipe, socket or device: left out"
            if is_there
            else "there is no such file or folder",
            "give the path of a file or folder on disk",
        )


def _told(path: Path, items: Iterable[Item]) -> Iterator[Item]:
    """Yield items, and a word where there are none."""
    is_empty = True
    for item in items:
        is_empty = False
        yield item
    if is_empty:
        yield Finding(str(path), "a file without any record", "download it again")


def _checked(path: Path, items: Iterable[Item]) -> Iterator[Item]:
    """Yield items, and what records have to be said of them."""
    for item in items:
        if isinstance(item, Finding):
            yield item
            continue
        if not item.study_id:
            yield Finding(str(path), "a record without an identifier: left out")
            continue
        doubts = list(item.doubts)
        texts = item.texts
        if not any(texts.values()):
            yield Finding(
                str(path),
                "a record without any text: left out",
                study_id=item.study_id,
            )
            continue
        if not item.eligibility and not item.text and not doubts:
            doubts.append("no eligibility criteria: whom it fits is undetermined")
        if any("\ufffd" in text for text in texts.values()):
            doubts.append("characters that could not be read, as they are no UTF-8")
        if not is_english(" ".join(texts.values())):
            doubts.append("not in English: no designs and no criteria are read")
        yield item
        for doubt in doubts:
            yield Finding(str(path), doubt, study_id=item.study_id)


def _open_stream(path: Path) -> IO[bytes]:
    with path.open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"
    return cast("IO[bytes]", gzip.open(path) if packed else path.open("rb"))


def _open_bytes(path: Path) -> bytes:
    with _open_stream(path) as stream:
        data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise OSError("too large")
    return data


def _open_text(path: Path) -> str:
    data = _open_bytes(path)
    return data.decode("utf-8-sig", errors="replace")


def _read_json(path: Path) -> Iterator[Item]:
    text = _open_text(path)
    try:
        value = json.loads(text, strict=False)
    except (json.JSONDecodeError, RecursionError) as error:
        lines = text.lstrip().split("\n", 2)
        if len(lines) > 1 and _is_record(lines[0]):
            yield from _read_lines(path, text.split("\n"))
            return
        yield _tell_broken(path, error, len(text))
        return
    yield from _records_of(path, value)


def _is_record(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _tell_broken(path: Path, error: Exception, length: int) -> Finding:
    if not isinstance(error, json.JSONDecodeError):
        return Finding(str(path), "JSON that is nested too deeply", "give API v2")
    if not length:
        return Finding(str(path), "an empty file", "download it again")
    is_cut = error.pos >= length - 1 or "Unterminated" in error.msg
    what = "the JSON was cut short" if is_cut else f"no JSON: {error.msg}"
    return Finding(str(path), what, "download the file again", line=error.lineno)


def _read_jsonl(path: Path) -> Iterator[Item]:
    with _open_stream(path) as stream:
        if _is_too_large(stream):
            raise OSError("too large")
    with _open_stream(path) as stream:
        lines = (line.decode("utf-8-sig", errors="replace") for line in stream)
        yield from _read_lines(path, lines)


def _is_too_large(stream: IO[bytes]) -> bool:
    left = MOST_BYTES
    while left >= 0 and (piece := stream.read(1 << 20)):
        left -= len(piece)
    return left < 0


def _read_lines(path: Path, lines: Iterable[str]) -> Iterator[Item]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line, strict=False)
        except (json.JSONDecodeError, RecursionError):
            yield Finding(
                str(path),
                "a line that is no JSON, or was cut short: left out",
                "write the line again",
                line=number,
            )
            continue
        yield from _records_of(path, value, line=number)


def _records_of(path: Path, value: Any, *, line: int | None = None) -> Iterator[Item]:
    """Yield the records of a JSON value, by the register whose form it has."""
    found = False
    for study in find_protocols(value):
        found = True
        yield from _try(path, read_v2, study, line)
    if found:
        return
    for one in value if isinstance(value, list) else [value]:
        reader = _reader_of(one)
        if reader is None:
            yield Finding(
                str(path),
                "JSON that is no record of a trial",
                "give records of ClinicalTrials.gov's API v2 (protocolSection), of"
                " ctrdata, or plain ones with study_id and title",
                line=line,
            )
            return
        yield from _try(path, reader, one, line)


def _try(
    path: Path, reader: Callable[[Any], StudyRecord], value: Any, line: int | None
) -> Iterator[Item]:
    try:
        yield reader(value)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        yield Finding(
            str(path),
            f"a record of another shape than its register's: {type(error).__name__}",
            "download the record again",
            line=line,
            study_id=str(dig(value, "_id") or "")[:40],
        )


def _reader_of(value: Any) -> Callable[[Any], StudyRecord] | None:
    """Return the reader for a record that is no API v2, by its register."""
    if not isinstance(value, Mapping):
        return None
    named = str(value.get("ctrname") or "").upper()
    if named == "ISRCTN" or "trialDescription" in value:
        return read_isrctn
    if named == "CTIS" or "ctNumber" in value:
        return read_ctis
    if named == "EUCTR" or "a2_eudract_number" in value:
        return read_euctr
    if named == "CTGOV" or "id_info" in value:
        return read_old
    return read_plain if set(value) & set(NAMES["study_id"]) else None


def _read_table(path: Path) -> Iterator[Item]:
    text = _open_text(path)
    separator = "\t" if kind_of(path) == ".tsv" else ","
    csv.field_size_limit(_MOST_CELL)
    is_quoted = separator != "\t"
    rows = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=separator,
        quoting=csv.QUOTE_MINIMAL if is_quoted else csv.QUOTE_NONE,
        strict=True,
    )
    try:
        header = next(rows, [])
        of_ctgov = bool(set(header) & set(CSV_COLUMNS["study_id"]))
        if not of_ctgov and not set(header) & set(NAMES["study_id"]):
            yield Finding(
                str(path),
                "a table without a column of identifiers",
                f"name it one of {', '.join((*NAMES['study_id'], 'NCT Number'))}",
                line=1,
            )
            return
        reader = read_csv_row if of_ctgov else read_plain
        last = rows.line_num
        for row in rows:
            first, last = last + 1, rows.line_num
            if not any(row):
                continue
            if _swallows_rows(row, separator):
                yield Finding(
                    str(path),
                    f"one quoted cell holds {last - first} line ends and what looks"
                    " like rows of their own",
                    "look for a quotation mark without a partner, and write it twice",
                    line=first,
                )
            if len(row) != len(header):
                yield Finding(
                    str(path),
                    f"a row of {len(row)} cells under {len(header)} columns: left out",
                    "write the row again",
                    line=rows.line_num,
                )
                continue
            yield from _try(
                path, reader, dict(zip(header, row, strict=True)), rows.line_num
            )
    except csv.Error as error:
        yield Finding(str(path), f"no table from here on: {error}", line=rows.line_num)


def _swallows_rows(row: list[str], separator: str) -> bool:
    """Say whether a line within a cell has as many separators as the row itself."""
    return any(
        line.count(separator) >= len(row) - 1
        for cell in row
        for line in cell.split("\n")[1:]
    )


def _read_database(path: Path) -> Iterator[Item]:
    """Read what ctrdata keeps: a table with `_id` and `json`."""
    data = _open_bytes(path)
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(data)
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall()
        for (table,) in tables:
            quoted = '"' + table.replace('"', '""') + '"'
            columns = {
                row[1] for row in connection.execute(f"PRAGMA table_info({quoted})")
            }
            if {"_id", "json"} <= columns:
                rows = connection.execute(
                    f"SELECT _id, json FROM {quoted} ORDER BY _id"
                )
                yield from _rows_of_ctrdata(path, rows)
                return
        yield Finding(str(path), "a database without records of ctrdata")
    # Of bytes that are no database, SQLite may say that memory is lacking.
    except (sqlite3.Error, MemoryError) as error:
        yield Finding(str(path), f"no database that can be read: {error}")
    finally:
        connection.close()


def _rows_of_ctrdata(path: Path, rows: Iterable[tuple[str, Any]]) -> Iterator[Item]:
    for name, data in rows:
        try:
            is_text = isinstance(data, str) or data[:1] == b"{"
            value = json.loads(data) if is_text else decode_jsonb(data)
        except (ValueError, TypeError, IndexError):
            yield Finding(str(path), "a record that cannot be read", study_id=str(name))
            continue
        if name != "meta-info":
            yield from _records_of(path, value)


_READERS: dict[str, Callable[[Path], Iterator[Item]]] = {
    ".json": _read_json,
    ".jsonl": _read_jsonl,
    ".ndjson": _read_jsonl,
    ".csv": _read_table,
    ".tsv": _read_table,
    ".sqlite": _read_database,
    ".db": _read_database,
}


def gather_records(
    paths: Iterable[str | Path],
) -> tuple[list[StudyRecord], list[Finding]]:
    """Return every record of files and folders, and every finding."""
    records, findings = [], []
    for item in read_files(paths):
        if isinstance(item, StudyRecord):
            records.append(item)
        else:
            findings.append(item)
    return records, findings
