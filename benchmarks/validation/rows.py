"""A row of the page: what was known, what came out, how they differ, and why."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

NOTES = Path(__file__).with_name("notes.md")
HEAD = "| data | known answer | ours | difference | why |\n|---|---|---|---|---|"


@dataclass(frozen=True)
class Row:
    """One comparison; `name` is the heading of its note."""

    name: str
    data: str
    known: str
    ours: str
    difference: str


@dataclass(frozen=True)
class Check:
    """A comparison, or several on the same data.

    Parameters
    ----------
    name
        What ``--only`` takes; notes are looked up by the names of rows.
    needs
        Folders below the data folder.
    run
        Takes a Workbench, returns rows.
    tools
        Programs without which it cannot run.
    """

    name: str
    needs: tuple[str, ...]
    run: Callable
    tools: tuple[str, ...] = ()


def write_rows(path, rows):
    """Keep the rows of a check, so that others can be repeated without it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(row) for row in rows], indent=1))


def read_rows(path):
    """Return the rows of a check that ran before, or none."""
    return (
        [Row(**row) for row in json.loads(path.read_text())] if path.is_file() else []
    )


def row_not_run(check, reason):
    """Return the row of a check that could not be run."""
    return Row(check.name, ", ".join(check.needs), "", f"not run: {reason}", "")


def read_notes(path=NOTES):
    """Return row name → why ours is as it is."""
    parts = re.split(r"^## (\S+)\n", path.read_text(), flags=re.M)[1:]
    return {
        name: " ".join(text.split())
        for name, text in zip(parts[::2], parts[1::2], strict=True)
    }


def write_row(row, notes):
    """Return a row as a line of a Markdown table."""
    why = "" if row.ours.startswith("not run") else notes.get(row.name, "")
    cells = (row.data, row.known, row.ours, row.difference, why)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def count(number, noun):
    """Return a number with its noun: 1 pair, 2 pairs."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def tally(values):
    """Return how often each value is there, most frequent first: "3 ok, 1 mismatch"."""
    counts = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
    return ", ".join(f"{number:,} {value}" for value, number in ordered) or "none"
