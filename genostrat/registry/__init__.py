"""The registry of every file that genostrat writes.

One entry a file: what it holds, who may read it, its key, and what may stand in its
columns. What is written is checked against it, modes follow from it, and
``docs/outputs.md`` is made from it, so the contract, the code and the documentation
cannot drift apart. Entries live in one module a stage.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePath

from genostrat.errors import nearest
from genostrat.registry.spec import Column, Kind, Table

__all__ = [
    "Column",
    "Kind",
    "Table",
    "all_tables",
    "entry_at",
    "locate",
    "locate_root",
    "table_spec",
    "tables_by_stage",
]

_STAGES = (
    "ingest",
    "qc",
    "variants",
    "pgx",
    "profile",
    "strata",
    "assign",
    "response",
    "treatment",
    "studies",
    "report",
    "bundle",
    "exports",
    "simulate",
    "jobs",
)


@cache
def tables_by_stage() -> dict[str, tuple[Table, ...]]:
    """Return the entries of every stage, in the order of the stages."""
    from importlib import import_module

    return {
        stage: import_module(f"genostrat.registry.stages.{stage}").TABLES
        for stage in _STAGES
    }


@cache
def all_tables() -> dict[str, Table]:
    """Return every entry by name, in the order of the stages."""
    tables: dict[str, Table] = {}
    for stage in tables_by_stage().values():
        for table in stage:
            if table.name in tables:
                raise ValueError(f"file registered twice: {table.name}")
            tables[table.name] = table
    return tables


def table_spec(name: str) -> Table:
    """Return one file's entry.

    Raises
    ------
    KeyError
        If no file has that name; the message suggests the nearest one.
    """
    tables = all_tables()
    if name not in tables:
        raise KeyError(f"no table {name!r}; nearest: {nearest(name, tables)!r}")
    return tables[name]


def entry_at(path: str | PurePath) -> Table | None:
    """Return the entry of a path that begins where names of the registry begin.

    Parameters
    ----------
    path
        Below ``results/<cohort>/``; or from the folder of the run, for what does not
        stand there.
    """
    text = PurePath(path).as_posix()
    exact = all_tables().get(text)
    if exact is not None:
        return exact
    return next((t for t in _patterns() if t.pattern.fullmatch(text)), None)


def locate(path: str | Path) -> tuple[Path, Table] | None:
    """Return the folder that a file's name begins in, and its entry.

    Of several that fit, it is the entry with the longest name; None where no entry
    fits: the file is none of genostrat's, or was brought to another place.
    """
    path = Path(path)
    for root, below in _splits(path):
        entry = entry_at(below)
        if entry is not None:
            return root, entry
    return None


def locate_root(path: str | Path) -> Path | None:
    """Return the folder of the cohort that a file, or a folder of files, is a part of.

    None where the registry knows no such file below ``results/<cohort>/``.
    """
    path = Path(path)
    for root, below in _splits(path):
        entry = entry_at(below)
        if entry is not None or _folders().fullmatch(below.as_posix()):
            return None if entry and entry.is_outside else root
    return None


def _splits(path: Path) -> Iterator[tuple[Path, PurePath]]:
    """Yield what precedes a name and the name, the longest name first."""
    for n_parts in range(min(_longest(), len(path.parts)), 0, -1):
        yield Path(*path.parts[:-n_parts]), PurePath(*path.parts[-n_parts:])


@cache
def _folders() -> re.Pattern[str]:
    """Match the folders that rules write as a whole."""
    folders = {
        PurePath(table.name).parent
        for table in all_tables().values()
        if "/" in table.name and not table.is_outside
    }
    patterns = (
        re.sub(r"<\w+>", "[^/]+", re.escape(str(folder)).replace("\\<", "<"))
        for folder in folders
    )
    return re.compile("|".join(sorted(patterns)))


@cache
def _patterns() -> tuple[Table, ...]:
    return tuple(table for table in all_tables().values() if "<" in table.name)


@cache
def _longest() -> int:
    return max(len(PurePath(name).parts) for name in all_tables())
