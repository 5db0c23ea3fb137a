"""What the schema of the configuration is put together from."""

from __future__ import annotations

from typing import Any

from genostrat.catalogues.quality_rules import OUTCOMES, Rule
from genostrat.config.values import CELL
from genostrat.home import resource

#: The panels of variants of pharmacogenes; the first column names them.
PANELS = resource("pgx_panels.tsv")
#: A path that Snakemake takes as it stands: braces are patterns to it.
PATH = r"^[^{}\x00-\x1f]*$"
#: What a cohort, a layer or an outcome may be called.
COHORT_NAME = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"


def make_object(
    description: str, properties: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """Return the schema of a mapping with nothing but these keys."""
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "additionalProperties": False,
        **more,
    }


def make_number(
    description: str, low: float, high: float | None = None
) -> dict[str, Any]:
    """Return the schema of a number between two bounds."""
    bounds = {"minimum": low} | ({} if high is None else {"maximum": high})
    return {"type": "number", "description": description, **bounds}


def make_whole(description: str, low: int, high: int | None = None) -> dict[str, Any]:
    """Return the schema of a whole number between two bounds."""
    return make_number(description, low, high) | {"type": "integer"}


def make_choice(description: str, options: list[str]) -> dict[str, Any]:
    """Return the schema of one of several words."""
    return {"type": "string", "description": description, "enum": options}


def make_action(rule: Rule) -> dict[str, Any]:
    """Return the key that says what is done with a caught sample, and its schema."""
    choice = make_choice(f"What is done with {rule.whom}.", list(OUTCOMES))
    return {rule.action_key: choice}


def make_text(description: str) -> dict[str, Any]:
    """Return the schema of a text that is not blank."""
    return {"type": "string", "minLength": 1, "description": description}


def make_path(description: str) -> dict[str, Any]:
    """Return the schema of a path."""
    return make_text(description) | {"pattern": PATH}


def make_cell(description: str) -> dict[str, Any]:
    """Return the schema of what may stand in a cell of the sheet.

    YAML takes 0, 2.0 and no for numbers and flags; they are read as text.
    """
    types = ["string", "number", "boolean"]
    return {"type": types, "minLength": 1, "description": description, CELL: True}


def make_paths(description: str) -> dict[str, Any]:
    """Return the schema of a path, or a list of them."""
    path = {"type": "string", "minLength": 1, "pattern": PATH}
    paths = {"type": "array", "minItems": 1, "uniqueItems": True, "items": path}
    return {
        "type": ["string", "array"],
        "description": description,
        "oneOf": [path, paths],
    }


def make_texts(description: str, **more: Any) -> dict[str, Any]:
    """Return the schema of a list of texts."""
    items = {"type": "string"}
    return {
        "type": "array",
        "items": items,
        "uniqueItems": True,
        "description": description,
        **more,
    }


def list_panels() -> list[str]:
    """Return the names of the panels of variants that a config may accept."""
    lines = PANELS.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line and not line.startswith("#")]
    return [row.split("\t", 1)[0] for row in rows[1:]]
