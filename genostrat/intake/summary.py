"""What was understood of a cohort's inputs, in a few lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from genostrat.errors import counted, printable

#: Names that a line shows.
_SHOWN = 12


def describe_intake(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield sentences on a cohort's inputs; they name no patient.

    Parameters
    ----------
    record
        ``check/inputs.json``.
    """
    n = record["n_sheet"]
    yield f"{counted(n, 'patient')} in the sheet" + "".join(
        f"; {_describe_match(match, n)}" for match in record["matched"]
    )
    columns = record["columns"]
    for outcome in columns["outcomes"]:
        yield _describe_outcome(outcome, n)
    if columns["treatment"]:
        arms = ", ".join(
            f"{printable(arm, 40)} ({count})"
            for arm, count in columns["treatment"]["arms"].items()
        )
        reference = printable(columns["treatment"]["reference"], 40)
        yield f"arms: {arms}; compared with {reference}"
    yield from _describe_uses(columns)
    if columns["ignored"]:
        yield (
            f"{counted(len(columns['ignored']), 'column')} ignored, since nothing names"
            f" them: {_listed(columns['ignored'])}"
        )
    for column, keys in _dropped(columns).items():
        yield (
            f"the sheet has no column {column}, a default, so it is left out of"
            f" {' and '.join(keys)}"
        )


def _describe_match(match: Mapping[str, Any], n: int) -> str:
    both = "all" if match["n_both"] == n else str(match["n_both"])
    extra = match["n_input_only"]
    others = f" ({extra} others left out)" if extra else ""
    return f"{both} in the {match['input']}{others}"


def _describe_outcome(outcome: Mapping[str, Any], n: int) -> str:
    columns = " and ".join(outcome["columns"])
    text = (
        f"outcome {outcome['name']} ({outcome['kind']}) from {printable(columns, 80)}:"
        f" known in {outcome['n_known']} of {n}"
    )
    if "n_events" in outcome:
        return f"{text}, {outcome['n_events']} with the event"
    if "n_levels" in outcome:
        return f"{text}, in {outcome['n_levels']} levels"
    return f"{text}, from {outcome['lowest']:g} to {outcome['highest']:g}"


def _describe_uses(columns: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each key of the config that names columns."""
    by_key: dict[str, list[str]] = {}
    for used in columns["used"]:
        kind = used.get("kind", "")
        if used.get("n_levels"):
            kind = f"{used['n_levels']} levels"
        if used["column"] in columns["idle"]:
            kind = "says nothing"
        name = printable(used["column"], 40)
        for use in used["as"]:
            if not use["key"].startswith(("outcomes", "treatment", "samples.columns")):
                is_told = kind and use["key"] != "samples.extra_columns"
                text = f"{name} ({kind})" if is_told else name
                by_key.setdefault(use["key"], []).append(text)
    for key, names in by_key.items():
        yield f"{key}: {_listed(names)}"


def _dropped(columns: Mapping[str, Any]) -> dict[str, list[str]]:
    by_column: dict[str, list[str]] = {}
    for dropped in columns["dropped"]:
        by_column.setdefault(dropped["column"], []).append(dropped["key"])
    return by_column


def _listed(names: list[str]) -> str:
    shown = ", ".join(printable(name, 60) or "(blank)" for name in names[:_SHOWN])
    rest = len(names) - _SHOWN
    return f"{shown} and {rest} more" if rest > 0 else shown
