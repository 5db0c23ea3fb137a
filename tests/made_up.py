"""Legal values for what a test does not care about, by the registry."""

import json

from genostrat.registry import table_spec
from genostrat.tables import write_json, write_table


def filler(column):
    """Return a value that may stand in a column."""
    if column.blank:
        return None
    if column.values:
        return column.values[0]
    if column.kind == "float" and None not in (column.low, column.high):
        return (column.low + column.high) / 2
    if column.kind in ("int", "float"):
        return next((x for x in (column.low, column.high) if x is not None), 0)
    return {"text": "x", "bool": False, "record": {}, "list": []}[column.kind]


def write_part(path, frame, *, table):
    """Write a table of which only some columns matter."""
    named = table_spec(table).named
    more = {c.name: filler(c) for c in named if c.name not in frame}
    write_table(path, frame.assign(**more), table=table)


def write_record(path, record, *, entry):
    """Write a record of which only some keys matter."""
    more = {c.name: filler(c) for c in table_spec(entry).named}
    write_json(path, more | record, entry=entry)


def write_plain(path, record):
    """Write JSON that is no file of a run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record))
