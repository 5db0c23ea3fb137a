"""Writes ``docs/outputs.md`` from the registry.

Run ``python -m genostrat.registry.document > docs/outputs.md`` after changing an
entry; a test compares the file with what this module makes.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pkgutil import iter_modules

import genostrat.registry
from genostrat.registry import Table, all_tables

PREFACE = """\
# Outputs

Every table and record that genostrat writes. Paths are below
`results/<cohort>/`. This page is generated from `genostrat/registry/`: edit the
entries there and run `python -m genostrat.registry.document > docs/outputs.md`.

* TSV files have a header, tab-separated cells, rows sorted by their key, and numbers
  with seven significant digits. A blank cell is a missing value.
* Columns may be added in later versions; the ones named here stay.
* Files marked *private* are written with mode 0640. They hold patients' rows or small
  groups of patients and stay at the centre.
"""

KINDS = {
    "text": "text",
    "int": "whole number",
    "float": "number",
    "bool": "true or false",
}


def render_outputs() -> str:
    """Return the page on outputs as Markdown: equal registries give equal bytes."""
    parts = [PREFACE]
    stages = _stage_of_tables()
    previous = None
    for table in all_tables().values():
        stage = stages[table.name]
        if stage != previous:
            parts.append(f"## {stage}\n")
            previous = stage
        parts.append(render_table(table))
    return "\n".join(parts)


def render_table(table: Table) -> str:
    """Return one entry of the registry as Markdown."""
    facts = ["private" if table.private else "aggregates only"]
    if table.key:
        facts.append("key: " + ", ".join(_code(name) for name in table.key))
    lines = [f"### {_code(table.name)}", "", _prose(table.description), ""]
    lines += [f"*{'; '.join(facts)}*", ""]
    if table.columns:
        lines += ["| column | kind | description |", "|---|---|---|"]
    for column in table.columns:
        cells = (_code(column.name), KINDS[column.kind], _prose(column.description))
        lines.append(
            "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"
        )
    return "\n".join(lines).rstrip("\n") + "\n"


def _stage_of_tables() -> dict[str, str]:
    stages = {}
    for found in iter_modules(genostrat.registry.__path__):
        module = import_module(f"{genostrat.registry.__name__}.{found.name}")
        for table in getattr(module, "TABLES", ()):
            stages[table.name] = found.name
    return stages


def _code(text: str) -> str:
    return f"`{text}`"


def _prose(text: str) -> str:
    """Keep angle brackets outside code from being taken for HTML."""
    pieces = " ".join(text.split()).split("`")
    for position in range(0, len(pieces), 2):
        pieces[position] = pieces[position].replace("<", "&lt;").replace(">", "&gt;")
    return "`".join(pieces)


def main() -> None:
    """Write the page to standard output."""
    sys.stdout.write(render_outputs())


if __name__ == "__main__":
    main()
