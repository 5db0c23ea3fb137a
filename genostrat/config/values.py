"""Bringing values of the configuration to the types that the schema names."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from genostrat.cells import NUMBER
from genostrat.config.source import KeyPath

#: Marks the schema of a cell of the sheet: text, even where YAML takes it for a number
#: or a flag.
CELL = "x-cell"

_LEADING_ZERO = re.compile(r"[+-]?0[0-9].*")

Spell = Callable[[KeyPath], str | None]


def settle(
    value: Any,
    schema: dict[str, Any],
    *,
    spell: Spell = lambda key_path: None,
    at: KeyPath = (),
) -> Any:
    """Return plain data with whole numbers as such, days and cells as text.

    A number that is spelled as people do not read it becomes text as well, which the
    schema then refuses.

    Parameters
    ----------
    value
        As it was read.
    schema
        The JSON Schema of the value.
    spell
        From the path of a value to how it is spelled in its file.
    at
        The path of the value.

    Examples
    --------
    >>> settle(3.0, {"type": "integer"})
    3
    >>> settle(True, {"x-cell": True})
    'True'
    """
    if isinstance(value, dict):
        inner, rest = schema.get("properties", {}), schema.get("additionalProperties")
        other = rest if isinstance(rest, dict) else {}
        return {
            key: settle(item, inner.get(key, other), spell=spell, at=(*at, key))
            for key, item in value.items()
        }
    if isinstance(value, list):
        items = schema.get("items", {})
        return [
            settle(item, items, spell=spell, at=(*at, index))
            for index, item in enumerate(value)
        ]
    if schema.get(CELL) and isinstance(value, (bool, int, float)):
        return spell(at) or str(value)
    if schema.get("type") == "string" and isinstance(value, date):
        # Snakemake reads an unquoted day of a --configfile as one.
        return value.isoformat()
    if schema.get("type") in ("integer", "number") and _is_misread(spell(at)):
        return spell(at)
    if schema.get("type") == "integer" and isinstance(value, float):
        return int(value) if math.isfinite(value) and value == int(value) else value
    return value


def _is_misread(text: str | None) -> bool:
    """Say whether YAML reads a number otherwise than people do.

    ``010`` is 8 to YAML, ``1:30`` is 90, ``0x1F`` is 31, and ``1_000`` a thousand. As
    the text that it is, it is refused where a number is wanted.
    """
    if text is None or NUMBER.fullmatch(text) is None:
        return text is not None
    return _LEADING_ZERO.fullmatch(text) is not None


def find_infinite(value: Any, at: KeyPath = ()) -> Iterator[tuple[KeyPath, float]]:
    """Yield the path of every number that is not finite."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from find_infinite(item, (*at, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from find_infinite(item, (*at, index))
    elif isinstance(value, float) and not math.isfinite(value):
        yield at, value
