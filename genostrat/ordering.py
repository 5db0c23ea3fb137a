"""The order in which people expect names with numbers: S2 before S10."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_DIGITS = re.compile(r"([0-9]+)")


@lru_cache(maxsize=65536)
def natural_key(name: str) -> tuple[object, ...]:
    """Return a key that sorts numbers within names by their size.

    Examples
    --------
    >>> sorted(["S10", "S2", "S1"], key=natural_key)
    ['S1', 'S2', 'S10']
    """
    parts = _DIGITS.split(name.casefold())
    pieces = tuple(
        (0, int(part), "") if index % 2 else (1, 0, part)
        for index, part in enumerate(parts)
        if part
    )
    return (pieces, name)


def order_names(names: Iterable[str]) -> list[str]:
    """Return the different names in natural order."""
    return sorted(set(names), key=natural_key)
