"""Bundles of other centres: looked at before anything in them is believed."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from genostrat.bundle.writing import CRATE, MANIFEST, README, SCHEMA_VERSION
from genostrat.disclosure.cells import ROUNDED_TO
from genostrat.errors import GenostratError, Problem, printable, raise_if_any
from genostrat.integrity import TIMESTAMP
from genostrat.privacy import starts_formula
from genostrat.registry import all_tables, table_spec
from genostrat.registry.checks import check_record
from genostrat.registry.spec import Column, Table

#: Bytes of a file, files of a bundle, rows of a table, characters of a cell.
MAX_BYTES, MAX_FILES, MAX_ROWS, MAX_TEXT = 2**23, 32, 100_000, 200
#: A count of people in a text column: shown, small, or withheld.
COUNT = re.compile(r"\d{1,9}|<\d{1,3}|withheld")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,20})?([eE][+-]?\d{1,2})?")
_DIGEST = re.compile("[0-9a-f]{64}")
#: Columns of a bundle's tables that hold such counts, as text or as numbers.
_COUNTS = frozenset(
    {
        *("count", "n", "n_at_risk", "n_arm", "n_reference"),
        *("n_events_arm", "n_events_reference"),
    }
)
_ASK = "ask the centre to make and send it again"
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".7z", ".bz2", ".xz")


@dataclass(frozen=True)
class Bundle:
    """What a centre has sent.

    Attributes
    ----------
    centre
        Name of its cohort.
    path
        Where it lies.
    build
        Genome build; None without genotypes.
    threshold
        Smallest count that it shows.
    version
        Of genostrat.
    consent
        Whose agreement the centre asked for.
    digest
        Of its manifest, and so of all that is in it.
    tables
        File → table, as the registry has it.
    """

    centre: str
    path: Path
    build: str | None
    threshold: int
    version: str
    consent: str
    digest: str
    tables: Mapping[str, pd.DataFrame]


def known_tables() -> tuple[str, ...]:
    """Return the tables that a bundle may hold."""
    return tuple(
        name.removeprefix("bundle/")
        for name in all_tables()
        if name.startswith("bundle/") and name.endswith(".tsv")
    )


def read_bundles(paths: Sequence[str | Path]) -> list[Bundle]:
    """Read and check the bundles of several centres.

    Parameters
    ----------
    paths
        Folders.

    Returns
    -------
    list of Bundle
        In the order of the centres' names.

    Raises
    ------
    GenostratError
        With everything that is wrong with any of them, or between them.
    """
    bundles, problems = [], []
    for path in paths:
        try:
            bundles.append(read_bundle(path))
        except GenostratError as error:
            problems += error.problems
    raise_if_any([*problems, *_find_twins(bundles), *_find_builds(bundles)])
    return sorted(bundles, key=lambda bundle: bundle.centre)


def read_bundle(path: str | Path) -> Bundle:
    """Read and check one bundle.

    Parameters
    ----------
    path
        The folder. Archives are refused unopened.

    Raises
    ------
    GenostratError
        With everything that is wrong.

    Notes
    -----
    Nothing is read but plain files that lie in the folder itself, none larger than
    :data:`MAX_BYTES`, and none is unpacked. A table is believed when its bytes have the
    digest of the manifest, its columns are those of the registry, every cell is of its
    column's kind, and no count is below the threshold or exact. Who made the bundle is
    not proved by that: compare the digest with the centre by telephone.
    """
    path = Path(path)
    files = _list_files(path)
    if MANIFEST not in files:
        raise _wrong("there is no manifest in the bundle", path, found=", ".join(files))
    text = _read_bytes(path / MANIFEST)
    manifest = _read_manifest(path / MANIFEST, text)
    named = [file["name"] for file in manifest["files"]]
    raise_if_any(_find_strange_files(path, files, named))
    tables, problems = {}, []
    for file in manifest["files"]:
        at = path / file["name"]
        try:
            data = _read_bytes(at)
            if hashlib.sha256(data).hexdigest() != file["sha256"]:
                raise _wrong("this file is not the one that was sent", at)
            spec = table_spec(f"bundle/{file['name']}")
            table = _read_table(at, data, spec, threshold=manifest["threshold"])
            if len(table) != file["n_rows"]:
                raise _wrong("the manifest tells another number of rows", at)
            tables[file["name"]] = table
        except GenostratError as error:
            problems += error.problems
    raise_if_any(problems)
    return Bundle(
        centre=manifest["cohort"],
        path=path,
        build=manifest["build"],
        threshold=manifest["threshold"],
        version=manifest["genostrat"],
        consent=manifest["consent"],
        digest=hashlib.sha256(text).hexdigest(),
        tables=tables,
    )


def describe_bundles(bundles: Sequence[Bundle]) -> dict[str, Any]:
    """Return ``coordinate/bundles.json``: what was read of whom."""
    return {
        "bundles": [
            {
                "centre": bundle.centre,
                "build": bundle.build,
                "threshold": bundle.threshold,
                "version": bundle.version,
                "consent": bundle.consent,
                "digest": bundle.digest,
                "rows": {name: len(table) for name, table in bundle.tables.items()},
            }
            for bundle in bundles
        ]
    }


def _wrong(what: str, path: Path, *, fix: str = _ASK, **more: Any) -> GenostratError:
    return GenostratError(Problem(what, file=path, fix=fix, **more))


def _list_files(path: Path) -> list[str]:
    if path.is_file():
        if path.suffix in _ARCHIVES:
            raise _wrong(
                "this is an archive, and archives of others are not opened",
                path,
                fix="unpack it yourself, look at what came, and name the folder",
            )
        raise _wrong("a bundle is a folder", path, fix="name the folder")
    if not path.is_dir():
        raise _wrong("there is no such bundle", path, fix="correct the path")
    inside = sorted(entry for entry in path.iterdir() if entry.name != TIMESTAMP)
    for entry in inside:
        if entry.is_symlink() or not entry.is_file():
            raise _wrong(
                "a bundle holds plain files alone: no folders, no links",
                path,
                found=printable(entry.name, 80),
            )
    if len(inside) > MAX_FILES:
        raise _wrong(
            f"a bundle has {MAX_FILES} files at most", path, found=str(len(inside))
        )
    return [entry.name for entry in inside]


def _read_bytes(path: Path) -> bytes:
    if not path.is_file():
        raise _wrong("a file of the manifest is missing", path)
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise _wrong(f"a file of a bundle has {MAX_BYTES} bytes at most", path)
    return path.read_bytes()


def _read_manifest(path: Path, data: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise _wrong("the manifest is damaged: it is no JSON", path) from None
    version = manifest.get("schema_version") if isinstance(manifest, dict) else None
    if version != SCHEMA_VERSION:
        raise _wrong(
            "the bundle is of another version of its schema",
            path,
            found=printable(version, 40),
            allowed=SCHEMA_VERSION,
            fix="an older one: ask the centre to make it with this genostrat; a newer"
            " one: update genostrat here",
        )
    try:
        check_record(manifest, table_spec(f"bundle/{MANIFEST}"))
    except ValueError as error:
        raise _wrong("the manifest is damaged", path, found=str(error)[:200]) from None
    raise_if_any(_find_faults(path, manifest))
    return dict(manifest)


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _find_faults(path: Path, manifest: Mapping[str, Any]) -> Iterator[Problem]:
    for key in ("cohort", "genostrat", "consent"):
        text = manifest[key]
        if not 0 < len(text) <= 2 * MAX_TEXT or not text.isprintable():
            yield Problem(f"{key} is no line of text", file=path, fix=_ASK)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", manifest["cohort"]):
        yield Problem(
            "this cannot be the name of a cohort",
            file=path,
            found=printable(manifest["cohort"], 80),
            fix=_ASK,
        )
    names = []
    for file in manifest["files"]:
        if not _is_entry(file):
            yield Problem("an entry of a file is damaged", file=path, fix=_ASK)
            continue
        names.append(file["name"])
        if file["name"] not in known_tables():
            yield Problem(
                "the manifest names a file that no bundle has",
                file=path,
                found=printable(file["name"], 80),
                allowed=", ".join(known_tables()),
                fix=f"nothing was opened; {_ASK}",
            )
    for name, count in Counter(names).items():
        if count > 1:
            yield Problem(
                "the manifest names a file twice",
                file=path,
                found=printable(name, 80),
                fix=_ASK,
            )


def _is_entry(file: Any) -> bool:
    return (
        isinstance(file, dict)
        and isinstance(file.get("name"), str)
        and isinstance(file.get("n_rows"), int)
        and isinstance(file.get("sha256"), str)
        and _DIGEST.fullmatch(file["sha256"]) is not None
    )


def _find_strange_files(
    path: Path, files: Iterable[str], named: Sequence[str]
) -> Iterator[Problem]:
    for name in files:
        if name not in (*named, MANIFEST, README, CRATE):
            yield Problem(
                "the folder holds a file that the manifest does not name",
                file=path,
                found=printable(name, 80),
                fix=f"nobody checked it for disclosure: delete it unread, and {_ASK}",
            )


def _read_table(
    path: Path, data: bytes, spec: Table, *, threshold: int
) -> pd.DataFrame:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _wrong("this table is not UTF-8 text", path) from None
    lines = text.split("\n")
    if lines.pop() or not lines:
        raise _wrong("this table was cut short", path)
    columns = [column.name for column in spec.named]
    if lines[0].split("\t") != columns:
        raise _wrong("the columns are others", path, line=1, allowed=", ".join(columns))
    if len(lines) - 1 > MAX_ROWS:
        raise _wrong(f"a table has {MAX_ROWS} rows at most", path)
    rows: list[list[str]] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if len(cells) != len(columns):
            raise _wrong("this row has another number of columns", path, line=number)
        for column, cell in zip(spec.named, cells, strict=True):
            fault = find_fault(column, cell, threshold=threshold)
            if fault and len(problems) < 10:
                problems.append(
                    Problem(
                        fault,
                        file=path,
                        line=number,
                        column=column.name,
                        found=printable(cell, 60),
                        fix=_ASK,
                    )
                )
        rows.append(cells)
    raise_if_any(problems)
    frame = pd.DataFrame(rows, columns=columns, dtype=object)
    for column in spec.named:
        if column.kind in ("int", "float"):
            frame[column.name] = pd.to_numeric(frame[column.name].replace("", None))
            frame[column.name] = frame[column.name].astype(float)
    if spec.key and frame.duplicated(list(spec.key)).any():
        raise _wrong("a row stands twice", path, column=", ".join(spec.key))
    return frame


def find_fault(column: Column, cell: str, *, threshold: int) -> str:
    """Say in words why a cell of a bundle is not believed; blank if it is.

    Parameters
    ----------
    column
        What the registry says of its column.
    cell
        As it stands in the file.
    threshold
        Smallest count that the bundle may show.

    Examples
    --------
    >>> n = Column("n", "text", "Patients.")
    >>> find_fault(n, "45", threshold=10), find_fault(n, "<10", threshold=10)
    ('', '')
    >>> find_fault(n, "7", threshold=10)
    'a count is below the threshold of the bundle, so it discloses'
    """
    if cell == "":
        return "" if column.blank else "a cell is blank"
    if len(cell) > MAX_TEXT or not cell.isprintable():
        return "a cell is no line of plain text"
    is_number = column.kind in ("int", "float")
    if is_number and not _NUMBER.fullmatch(cell):
        return "this is no finite number"
    if not is_number and starts_formula(cell):
        return "a spreadsheet program would run this cell as a formula"
    if column.values and cell not in column.values:
        return "this word is not of the bundle's vocabulary"
    if is_number:
        value = float(cell)
        low = -math.inf if column.low is None else column.low
        high = math.inf if column.high is None else column.high
        if not low <= value <= high or not math.isfinite(value):
            return "this number is out of its range"
        if column.kind == "int" and value != int(value):
            return "this is no whole number"
        if column.name == "standard_error" and value <= 0:
            return "a standard error is above 0"
    if column.name in _COUNTS:
        return _find_count_fault(cell, threshold)
    return ""


def _find_count_fault(cell: str, threshold: int) -> str:
    if not COUNT.fullmatch(cell):
        return "this is no count"
    if cell.isdigit() and int(cell) < threshold:
        return "a count is below the threshold of the bundle, so it discloses"
    if cell.isdigit() and int(cell) % ROUNDED_TO:
        return "a count is exact, so it discloses"
    if cell.startswith("<") and cell != f"<{threshold}":
        return "a small count names another threshold"
    return ""


def _find_twins(bundles: Sequence[Bundle]) -> Iterator[Problem]:
    """Find a centre that is there twice: its patients would count twice."""
    by_name: dict[str, list[Bundle]] = {}
    by_content: dict[tuple[tuple[str, str], ...], list[Bundle]] = {}
    for bundle in bundles:
        by_name.setdefault(bundle.centre, []).append(bundle)
        key = tuple(
            (name, table.to_csv(index=False))
            for name, table in sorted(bundle.tables.items())
            if len(table)
        )
        if key:
            by_content.setdefault(key, []).append(bundle)
    for name, same in by_name.items():
        if len(same) > 1:
            yield Problem(
                "two bundles are of one cohort, whose patients would count twice",
                file=same[1].path,
                found=f"{name}, also in {same[0].path}",
                fix="keep the newer one; if they are two centres', let one of them name"
                " its cohort otherwise",
            )
    for same in by_content.values():
        if len(same) > 1 and len({bundle.centre for bundle in same}) > 1:
            yield Problem(
                "two bundles hold the same numbers under two names",
                file=same[1].path,
                found=f"{same[1].centre} and {same[0].centre}",
                fix="keep one of them",
            )


def _find_builds(bundles: Sequence[Bundle]) -> Iterator[Problem]:
    builds = {bundle.build for bundle in bundles} - {None}
    if len(builds) > 1:
        first = next(bundle for bundle in bundles if bundle.build)
        for bundle in bundles:
            if bundle.build and bundle.build != first.build:
                yield Problem(
                    "this bundle is on another genome build than the others, and so its"
                    " alleles were called by other positions",
                    file=bundle.path,
                    found=f"{bundle.build}; {first.centre} is on {first.build}",
                    fix="coordinate bundles of one build at a time",
                )
