"""Pieces that the schema of the configuration is put together from."""

from __future__ import annotations

from typing import Any

#: What may be done with a sample that a QC rule catches.
ACTIONS = ["keep", "flag", "exclude"]


def mapping(
    description: str, properties: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """Return a mapping with these keys and no others."""
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "additionalProperties": False,
        **more,
    }


def number(description: str, low: float, high: float | None = None) -> dict[str, Any]:
    """Return a number between bounds."""
    bounds = {"minimum": low} | ({} if high is None else {"maximum": high})
    return {"type": "number", "description": description, **bounds}


def whole(description: str, low: int, high: int | None = None) -> dict[str, Any]:
    """Return a whole number between bounds."""
    return number(description, low, high) | {"type": "integer"}


def choice(description: str, options: list[str]) -> dict[str, Any]:
    """Return one of several words."""
    return {"type": "string", "description": description, "enum": options}


def action(what: str) -> dict[str, Any]:
    """Return what may be done with a sample that a QC rule catches."""
    return choice(f"What is done with {what}.", ACTIONS)


def text(description: str) -> dict[str, Any]:
    """Return text that is not empty."""
    return {"type": "string", "minLength": 1, "description": description}


def paths(description: str) -> dict[str, Any]:
    """Return one path, or a list of them."""
    path = {"type": "string", "minLength": 1}
    paths = {"type": "array", "minItems": 1, "uniqueItems": True, "items": path}
    return {
        "type": ["string", "array"],
        "description": description,
        "oneOf": [path, paths],
    }


def texts(description: str, **more: Any) -> dict[str, Any]:
    """Return a list of different texts."""
    items = {"type": "string"}
    return {
        "type": "array",
        "items": items,
        "uniqueItems": True,
        "description": description,
        **more,
    }
