"""Writes ``docs/outputs.md`` from the registry.

Run ``python -m genostrat.registry.document > docs/outputs.md`` after changing an
entry; a test compares the file with what this module makes.
"""

from __future__ import annotations

import sys

from genostrat.registry import Table, tables_by_stage
from genostrat.registry.checks import describe_limits

PREFACE = """\
# Outputs

Every file that genostrat writes. Paths are below `results/<cohort>/`, and from the
folder of the run for the few that begin with `logs/` or `resources/`; a part in angle
brackets stands for anything. This page is generated from `genostrat/registry/`: edit
the entries there and run `python -m genostrat.registry.document > docs/outputs.md`.

* What is written is checked against this page: columns, and what may stand in them. A
  cell is never blank where the page does not say that it may be.
* Tables (TSV) have a header, cells between tabs, rows sorted by their key, and numbers
  with seven significant digits. Nothing is quoted, so no cell holds a tab or a line
  break. A blank cell is a missing value.
* Columns may be added in later versions; the ones named here stay.
* Every file has a class, and its mode follows from it, from the first byte on.
  *Patient*: rows, pages or names of people; mode 0640, and 0600 in `exports/`, whose
  files are made to travel. *Centre*: aggregates that stay, because small groups may
  stand in them; mode 0640. *Shareable*: says nothing of any patient, or passed the
  disclosure check of a bundle; mode 0644.
"""

KINDS = {
    "text": "text",
    "int": "whole number",
    "float": "number",
    "bool": "true or false",
    "record": "record",
    "list": "list",
}
#: What the columns of an entry are in a file of its kind.
PARTS = {"record": "key", "arrays": "array"}
#: When a file is made.
NEEDS = {
    "always": "",
    "genotypes": "with genotypes",
    "panel": "with a reference panel",
    "panel_axes": "with profile.ancestry_space: panel",
    "scores": "with polygenic scores",
    "burden": "with profile.burden",
    "layers": "with a layer of features",
    "strata_of_genotypes": "with genotypes and a layer of features",
    "parts": "with strata.parts above 1",
    "outcomes": "with outcomes",
    "patient_sheets": "with genotypes or a layer, and pgx.patient_sheets",
    "studies": "with studies.records, by the target studies; those of the portfolio"
    " below `results/portfolio/`",
    "bundles": "with bundles, by the target coordinate, below `results/centres/`",
    "several_cohorts": "with several cohorts in a run, below `results/cohorts/`",
    "model": "by the target assign",
    "simulated": "of a simulated cohort",
}


def render_outputs() -> str:
    """Return the page on outputs as Markdown: equal registries give equal bytes."""
    parts = [PREFACE]
    for stage, tables in tables_by_stage().items():
        parts.append(f"## {stage}\n")
        parts += [render_table(table) for table in tables]
    return "\n".join(parts)


def render_table(table: Table) -> str:
    """Return one entry of the registry as Markdown."""
    facts: list[str] = [table.access]
    if NEEDS[table.needs]:
        facts.append(NEEDS[table.needs])
    if table.temporary:
        facts.append("deleted once it has been read")
    if table.key:
        facts.append("key: " + ", ".join(_code(name) for name in table.key))
    lines = [f"### {_code(table.name)}", "", _prose(table.description), ""]
    lines += [f"*{'; '.join(facts)}*", ""]
    if table.columns:
        part = PARTS.get(table.format, "column")
        lines += [f"| {part} | kind | allowed | description |", "|---|---|---|---|"]
    for column in table.columns:
        cells = (
            _code(column.name),
            KINDS[column.kind],
            "; ".join(describe_limits(column)),
            _prose(column.description),
        )
        lines.append(
            "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"
        )
    return "\n".join(lines).rstrip("\n") + "\n"


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
