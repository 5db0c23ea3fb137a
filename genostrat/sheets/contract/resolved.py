"""The record of a sheet's columns: what they are used as, in ``check/inputs.json``.

``resolved`` is what later stages work with: the names that a key of the config lists,
without those that were shipped defaults and that the sheet lacks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from genostrat.catalogues.outcome_kinds import ORDINAL
from genostrat.cells import parse_numbers
from genostrat.config.columns import KNOWN_COLUMNS, Use
from genostrat.config.outcomes import Outcome
from genostrat.sheets.contract.columns import Contract
from genostrat.sheets.contract.header import NamedColumns
from genostrat.sheets.contract.meaning import CATEGORY, NUMBER
from genostrat.sheets.contract.table import SheetTable

#: Keys of the config whose names later stages take from the record.
RESOLVED = (
    "profile.adjust_for",
    "profile.clinical_features",
    "strata.confounders",
    "response.propensity_covariates",
    "response.subgroups",
    "response.adjust_for",
    "response.stratify_by",
    "response.modifiers",
    "labels",
    "report.colour_by",
)


def describe_columns(
    table: SheetTable,
    named: NamedColumns,
    contract: Contract,
    uses: Sequence[Use],
    outcomes: Sequence[Outcome],
) -> dict[str, Any]:
    """Return the record of a sheet's columns; it names no patient."""
    there = [use for use in uses if use.column in table.cells]
    columns = list(dict.fromkeys(use.column for use in there))
    return {
        "used": [_describe(table, contract, column, there) for column in columns],
        "unnamed": [
            column
            for column in table.cells
            if column in KNOWN_COLUMNS and column not in columns
        ],
        "ignored": named.ignored,
        "dropped": [
            {"column": use.column, "key": use.section, "role": use.role}
            for use in named.dropped
            if use.is_needed
        ],
        "resolved": {
            key: [use.column for use in there if use.section == key] for key in RESOLVED
        },
        "kinds": {
            column: meaning.kind
            for column, meaning in contract.meanings.items()
            if meaning.kind
        },
        "outcomes": [
            _describe_outcome(table, contract, outcome) for outcome in outcomes
        ],
        "treatment": contract.arms
        and {"reference": contract.arms.reference, "arms": contract.arms.counts},
        "idle": contract.idle,
    }


#: Keys of the config whose columns a stage works with.
STAGES = {
    "profile": ("profile.adjust_for", "profile.clinical_features"),
    "strata": ("strata.confounders",),
    "response": (
        "response.propensity_covariates",
        "response.subgroups",
        "response.adjust_for",
        "response.stratify_by",
        "response.modifiers",
    ),
}


def columns_of_stage(columns: Mapping[str, Any], stage: str) -> dict[str, Any]:
    """Return what one stage needs of a record of columns, and nothing else of it.

    Parameters
    ----------
    columns
        From :func:`describe_columns`.
    stage
        One of `STAGES`.
    """
    resolved = {key: columns["resolved"][key] for key in STAGES[stage]}
    named = {column for listed in resolved.values() for column in listed}
    return {
        "resolved": resolved,
        "kinds": {
            column: kind for column, kind in columns["kinds"].items() if column in named
        },
        "treatment": columns["treatment"] if stage == "response" else None,
        "idle": sorted(named & set(columns["idle"])),
    }


def _describe(
    table: SheetTable, contract: Contract, column: str, uses: Sequence[Use]
) -> dict[str, Any]:
    # What is a default and used by no stage is not worth a word.
    own = [u for u in uses if u.column == column and (u.is_needed or not u.is_default)]
    meaning = contract.meanings.get(column)
    cells = table.cells[column]
    record: dict[str, Any] = {
        "column": column,
        "in_sheet": table.name(column),
        "as": [{"key": use.section, "role": use.role} for use in own],
        "n_known": sum(map(bool, cells)),
    }
    if column in contract.codings:
        record |= {"kind": "event", **contract.codings[column].to_record()}
    elif meaning is not None and meaning.kind:
        record["kind"] = meaning.kind
        if meaning.kind == CATEGORY:
            record["n_levels"] = len(meaning.levels)
    return record


def _describe_outcome(
    table: SheetTable, contract: Contract, outcome: Outcome
) -> dict[str, Any]:
    cells = [table.cells[column] for column in outcome.all_columns]
    known = [all(row) for row in zip(*cells, strict=True)]
    record: dict[str, Any] = {
        "name": outcome.name,
        "kind": outcome.kind,
        "columns": list(outcome.all_columns),
        "n_known": sum(known),
    }
    last = outcome.last
    if outcome.has_events:
        return record | {"n_events": table.cells[last].count("1")}
    if outcome.kind == ORDINAL.name:
        # The cells are places in the order here, and no values.
        return record | {"n_levels": len({cell for _, cell in table.known(last)})}
    values = parse_numbers(cell for _, cell in table.known(last))
    return record | {"lowest": float(values.min()), "highest": float(values.max())}


def kinds_of(columns: Mapping[str, Any]) -> dict[str, str]:
    """Return column → ``"number"`` or ``"category"``, of a record."""
    return {
        name: kind
        for name, kind in columns["kinds"].items()
        if kind in {NUMBER, CATEGORY}
    }
