"""The registry of every table that genostrat writes.

One entry a file: what it holds, who may read it, its key and its columns. Writers
are checked against it and ``docs/outputs.md`` is generated from it, so the contract,
the code and the documentation cannot drift apart. Entries live in one module a stage.
"""

from __future__ import annotations

from genostrat.errors import nearest
from genostrat.registry.spec import Column, Kind, Table

__all__ = ["Column", "Kind", "Table", "all_tables", "table_spec"]

_STAGES = (
    "ingest",
    "qc",
    "variants",
    "pgx",
    "profile",
    "strata",
    "assign",
    "response",
    "report",
    "simulate",
)


def all_tables() -> dict[str, Table]:
    """Return every table by name, in the order of the stages."""
    from importlib import import_module

    tables: dict[str, Table] = {}
    for stage in _STAGES:
        for table in import_module(f"genostrat.registry.{stage}").TABLES:
            if table.name in tables:
                raise ValueError(f"table registered twice: {table.name}")
            tables[table.name] = table
    return tables


def table_spec(name: str) -> Table:
    """Return one table's entry.

    Raises
    ------
    KeyError
        If no table has that name; the message suggests the nearest one.
    """
    tables = all_tables()
    if name not in tables:
        raise KeyError(f"no table {name!r}; nearest: {nearest(name, tables)!r}")
    return tables[name]
