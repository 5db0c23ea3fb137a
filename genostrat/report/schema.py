"""The published schema of ``report/summary.json``.

``python -m genostrat.report.schema > config/schema/summary.schema.json`` writes it; a
test holds the file against the registry, and summaries against the file.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from genostrat.registry import table_spec
from genostrat.registry.spec import Column
from genostrat.report.parts.summary import SCHEMA_VERSION

_KINDS = {
    "text": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "record": "object",
    "list": "array",
}
_COUNT = {"type": "integer", "minimum": 0}
_MAYBE_COUNT = {"type": ["integer", "null"], "minimum": 0}
_TEXT = {"type": "string"}
_TONE = {"enum": ["good", "note", "warn", "plain"]}
_QUESTION = {"enum": ["trust", "medicines", "subgroups", "treatment"]}


def _whole(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a record that has these keys and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


#: Nothing good, no number and no certainty where nothing was assessed.
_HONEST = {
    "if": {"properties": {"n_assessed": {"const": 0}}},
    "then": {
        "properties": {
            "tone": {"enum": ["note", "warn", "plain"]},
            "number": {"const": ""},
            "uncertainty": {"const": ""},
        }
    },
}
#: What the registry tells in words only.
_KNOWN: dict[str, Any] = {
    "schema": {"const": "genostrat/cohort-summary"},
    "schema_version": {"const": SCHEMA_VERSION},
    "dates": _whole(
        {
            "run": {"type": ["string", "null"], "format": "date"},
            "data": {"type": ["string", "null"], "format": "date"},
            "knowledge": {"type": ["string", "null"]},
        }
    ),
    "relatedness": _whole(
        {
            "assessable": {"type": "boolean"},
            "n_sites": _MAYBE_COUNT,
            "n_pairs": _MAYBE_COUNT,
            "n_alike": _COUNT,
            "duplicate": _COUNT,
            "first": _MAYBE_COUNT,
            "second": _MAYBE_COUNT,
            "third": _MAYBE_COUNT,
        }
    ),
    "answers": {
        "type": "array",
        "minItems": 4,
        "maxItems": 4,
        "items": _whole(
            {
                "name": _QUESTION,
                "question": _TEXT,
                "verdict": {"type": "string", "minLength": 1},
                "tone": _TONE,
                "number": _TEXT,
                "meaning": _TEXT,
                "uncertainty": _TEXT,
                "not_assessed": {"type": "array", "items": _TEXT},
                "n_assessed": _COUNT,
                "section": _TEXT,
            }
        )
        | _HONEST,
    },
    "in_short": {
        "type": "array",
        "items": _whole(
            {
                "text": {"type": "string", "minLength": 1},
                "tone": _TONE,
                "n_assessed": _MAYBE_COUNT,
                "about": _QUESTION,
            }
        )
        | _HONEST,
    },
}


def build_schema() -> dict[str, Any]:
    """Return the schema of the summary, as the registry and this version have it."""
    columns = table_spec("report/summary.json").columns
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"genostrat/cohort-summary/{SCHEMA_VERSION}",
        "title": "Summary of a cohort's report",
        **_whole({column.name: _describe(column) for column in columns}),
    }


def _describe(column: Column) -> dict[str, Any]:
    known = dict(_KNOWN.get(column.name, {"type": _KINDS[column.kind]}))
    if column.values:
        known["enum"] = [*column.values]
    if column.blank:
        known = {"anyOf": [known, {"type": "null"}]}
    return {"description": column.description, **known}


def main() -> None:
    """Write the schema to standard output."""
    sys.stdout.write(json.dumps(build_schema(), indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
