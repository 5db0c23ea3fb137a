"""What the views know of each patient: one record each, and links between relatives."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from genostrat.arrays import Floats, Integers
from genostrat.catalogues.quality_rules import OVERRIDE
from genostrat.report.parts.results import SHEET, Results

#: Ancestry components that may be chosen as axes.
MOST_AXES = 6
#: Values of a column of the sheet up to which it may colour the map.
MOST_LEVELS = 12
#: Rows and columns of the heat map, each the mean of neighbouring patients.
MOST_BINS = 50
NO_STRATUM = "no stratum"
#: Kinds of outcome that a curve or a mean shows, and keys that make it another one.
DRAWN = frozenset({"survival", "binary", "continuous", "count"})
RESHAPING = frozenset({"entry", "exposure"})


@dataclass(frozen=True)
class Explored:
    """What the views show.

    Parameters
    ----------
    patients
        One record a patient; None where something is not known.
    axes
        Names of the map's axes among the keys of a record.
    colours
        Key of a record → what it is called.
    links
        Pairs of rows of `patients` that are relatives, and their degree.
    blocks
        Mean consensus of blocks of patients: first and last place of rows and columns.
    outcomes
        The config's outcomes that patients have values of.
    not_drawn
        Names of those that no view does justice to, or nobody has a value of.
    """

    patients: list[dict[str, Any]]
    axes: list[str] = field(default_factory=list)
    colours: dict[str, str] = field(default_factory=dict)
    links: list[dict[str, Any]] = field(default_factory=list)
    blocks: list[dict[str, Any]] = field(default_factory=list)
    outcomes: list[dict[str, Any]] = field(default_factory=list)
    not_drawn: list[str] = field(default_factory=list)


def gather_patients(
    results: Results, settings: Mapping[str, Any], *, show_ids: bool
) -> Explored:
    """Put together what is known of each patient.

    Parameters
    ----------
    results
        Of the run; what is not there is left out.
    settings
        The cohort's config.
    show_ids
        Whether patients are named; otherwise they are numbered anew, in an order that
        tells nothing.
    """
    sheet = results[SHEET]
    names = sorted(sheet["sample_id"], key=None if show_ids else _digest)
    table = sheet.set_index("sample_id").loc[names]
    places = {name: row for row, name in enumerate(names)}
    told: dict[str, list[Any]] = {}
    if show_ids:
        told["id"] = list(names)
    colours = _add_strata(told, results, names) | _add_quality(told, results, names)
    axes = _add_components(told, results, names)
    colours |= _add_levels(told, table, settings)
    outcomes, not_drawn = _add_outcomes(told, table, settings)
    blocks = _add_consensus(told, results, names)
    links = _find_links(results, places)
    told["relatives"] = np.bincount(
        [link[end] for link in links for end in ("one", "two")], minlength=len(names)
    ).tolist()
    patients = [
        {"row": row} | {key: values[row] for key, values in told.items()}
        for row in range(len(names))
    ]
    return Explored(patients, axes, colours, links, blocks, outcomes, not_drawn)


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Return a value that JSON has; None for what is not known."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        # Six digits are more than a screen shows.
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return None if value is None or value is pd.NA else str(value)


def _column(frame: pd.DataFrame, names: list[str], column: str) -> list[Any]:
    values = frame.set_index("sample_id")[column].reindex(names)
    return [_plain(value) for value in values]


def _add_strata(
    told: dict[str, list[Any]], results: Results, names: list[str]
) -> dict[str, str]:
    assignments = results["strata/assignments.tsv"]
    if assignments is None:
        return {}
    strata = _column(assignments, names, "stratum")
    told["stratum"] = [value or NO_STRATUM for value in strata]
    told["status"] = [
        (value or "not clustered").replace("_", " ")
        for value in _column(assignments, names, "status")
    ]
    told["confidence"] = _column(assignments, names, "confidence")
    return {"stratum": "Stratum", "status": "Status of the stratum"}


def _add_quality(
    told: dict[str, list[Any]], results: Results, names: list[str]
) -> dict[str, str]:
    decisions, metrics = results["qc/decisions.tsv"], results["qc/sample_metrics.tsv"]
    if decisions is None:
        return {}
    worst = decisions["outcome"].map({"excluded": 0, "flagged": 1, "kept": 2})
    # A decision by hand counts, and no other.
    ranked = decisions.assign(rank=worst.mask(decisions["rule"] == OVERRIDE, -1))
    first = ranked.sort_values("rank", kind="stable").drop_duplicates("sample_id")
    told["quality"] = [
        value or "not genotyped" for value in _column(first, names, "outcome")
    ]
    told["rule"] = [
        (value or "").replace("_", " ") for value in _column(first, names, "rule")
    ]
    if metrics is not None:
        told["call_rate"] = _column(metrics, names, "call_rate")
    return {"quality": "Quality control"}


def _add_components(
    told: dict[str, list[Any]], results: Results, names: list[str]
) -> list[str]:
    pcs = results["qc/pcs.tsv"]
    if pcs is None:
        return []
    axes = []
    for column in [c for c in pcs.columns if c.startswith("PC")][:MOST_AXES]:
        values = _column(pcs, names, column)
        if any(value is not None for value in values):
            told[column] = values
            axes.append(column)
    return axes if len(axes) > 1 else []


def _add_levels(
    told: dict[str, list[Any]], table: pd.DataFrame, settings: Mapping[str, Any]
) -> dict[str, str]:
    """Add columns of the sheet with few values: centre, batch, the arm and others."""
    arm = (settings.get("treatment") or {}).get("column")
    grouping = (settings.get("report") or {}).get("colour_by")
    colours = {}
    for number, column in enumerate(
        dict.fromkeys(filter(None, (arm, grouping, "centre", "batch", "sex")))
    ):
        if column not in table:
            continue
        values = table[column].map(_plain)
        if 1 < values.nunique() <= MOST_LEVELS:
            key = "arm" if column == arm else f"level{number}"
            told[key] = [value or "not known" for value in values]
            colours[key] = str(column)
    return colours


def _add_outcomes(
    told: dict[str, list[Any]], table: pd.DataFrame, settings: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Add outcomes that a curve or a mean shows as they are; name the others.

    A mean of ranks, of counts over unlike times, or a curve of patients who came late,
    would say something else than the report does.
    """
    found, not_drawn = [], []
    for number, outcome in enumerate(settings.get("outcomes") or []):
        kept = outcome["kind"] in DRAWN and not (RESHAPING & set(_list_given(outcome)))
        keys = ("time", "event") if outcome["kind"] == "survival" else ("column",)
        columns = {f"{key}{number}": outcome.get(key) for key in keys}
        values = {
            key: [_plain(cell) for cell in pd.to_numeric(table[name], errors="coerce")]
            for key, name in columns.items()
            if kept and name in table
        }
        is_known = len(values) == len(keys) and all(
            any(cell is not None for cell in cells) for cells in values.values()
        )
        if not is_known:
            not_drawn.append(str(outcome["name"]))
            continue
        told |= values
        found.append(
            {
                "number": number,
                "name": str(outcome["name"]),
                "kind": outcome["kind"],
                "unit": str(outcome.get("unit") or ""),
            }
        )
    return found, not_drawn


def _list_given(outcome: Mapping[str, Any]) -> list[str]:
    """Return the keys of an outcome that the config gives a value."""
    return [key for key, value in outcome.items() if value]


def _add_consensus(
    told: dict[str, list[Any]], results: Results, names: list[str]
) -> list[dict[str, Any]]:
    """Add each clustered patient's place in the heat map; return its blocks."""
    consensus = results["strata/consensus.npz"]
    if consensus is None or not len(consensus["order"]):
        return []
    order: Integers = consensus["order"]
    clustered = [str(name) for name in consensus["sample_id"]]
    places = {clustered[row]: place for place, row in enumerate(order)}
    told["place"] = [places.get(name) for name in names]
    matrix: Floats = consensus["matrix"][np.ix_(order, order)]
    edges = np.linspace(0, len(order), min(MOST_BINS, len(order)) + 1).astype(int)
    sums = np.add.reduceat(np.add.reduceat(matrix, edges[:-1], 0), edges[:-1], 1)
    sizes = np.diff(edges)
    means = sums / np.outer(sizes, sizes)
    return [
        {
            "place": int(edges[i]),
            "place_end": int(edges[i + 1]),
            "other": int(edges[j]),
            "other_end": int(edges[j + 1]),
            "consensus": _plain(means[i, j]),
        }
        for i in range(len(sizes))
        for j in range(len(sizes))
    ]


def _find_links(results: Results, places: Mapping[str, int]) -> list[dict[str, Any]]:
    pairs = results["qc/relatedness.tsv"]
    if pairs is None:
        return []
    return [
        {"one": places[one], "two": places[two], "degree": str(degree)}
        for one, two, degree in zip(
            pairs["sample_1"], pairs["sample_2"], pairs["relationship"], strict=True
        )
        if one in places and two in places
    ]
