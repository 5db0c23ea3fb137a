"""The binary JSON of SQLite, which older SQLite libraries cannot turn into text.

The format is documented at https://sqlite.org/jsonb.html: each element has a header
with its type in the low and its size, or the width of its size, in the high half byte.
"""

from __future__ import annotations

import json
from typing import Any

_WIDTHS = {12: 1, 13: 2, 14: 4, 15: 8}
_DEEPEST = 200


def decode_jsonb(data: bytes) -> Any:
    """Return the value that a JSONB holds.

    Raises
    ------
    ValueError
        If the bytes are no JSONB.

    Examples
    --------
    >>> decode_jsonb(bytes([0x4B, 0x13, 0x37, 0x17, 0x61]))
    [7, 'a']
    """
    value, end = _decode(data, 0, len(data), 0)
    if end != len(data):
        raise ValueError("bytes after the end")
    return value


def _decode(data: bytes, start: int, limit: int, depth: int) -> tuple[Any, int]:
    if start >= limit or depth > _DEEPEST:
        raise ValueError("cut short, or too deep")
    kind, size = data[start] & 15, data[start] >> 4
    start += 1
    if size > 11:
        width = _WIDTHS[size]
        size = int.from_bytes(data[start : start + width], "big")
        start += width
    end = start + size
    if end > limit:
        raise ValueError("cut short")
    if kind in (11, 12):
        return _decode_container(data, start, end, kind, depth), end
    return _decode_scalar(kind, data[start:end]), end


def _decode_container(data: bytes, start: int, end: int, kind: int, depth: int) -> Any:
    items = []
    while start < end:
        item, start = _decode(data, start, end, depth + 1)
        items.append(item)
    if kind == 11:
        return items
    if len(items) % 2:
        raise ValueError("a key without a value")
    return dict(zip(items[::2], items[1::2], strict=True))


def _decode_scalar(kind: int, raw: bytes) -> Any:
    if kind in (0, 1, 2):
        return (None, True, False)[kind]
    text = raw.decode("utf-8")
    if kind in (3, 4):
        return int(text, 0)
    if kind in (5, 6):
        return float(text)
    if kind in (7, 10):
        return text
    if kind in (8, 9):
        return json.loads(f'"{text}"', strict=False)
    raise ValueError(f"type {kind} is none of JSONB")
