"""How alleles and diplotypes are put in order and spelled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from genostrat import ordering


@lru_cache(maxsize=65536)
def natural_key(name: str) -> tuple[object, ...]:
    """Return a key that sorts ``*2`` before ``*10``, and ``Reference`` first."""
    bare = name.strip("[] ")
    return (bare.casefold() != "reference", ordering.natural_key(bare)[0], name)


def sort_names(names: Iterable[str]) -> list[str]:
    """Sort names of alleles or diplotypes as people do."""
    return sorted(names, key=natural_key)


def join_diplotype(names: Sequence[str]) -> str:
    """Spell a diplotype, or the one allele of a single copy."""
    return "/".join(sort_names(names))


def join_combination(names: Iterable[str]) -> str:
    """Spell alleles whose variants stand on one chromosome: ``[*4 + *17]``."""
    return "[" + " + ".join(sort_names(names)) + "]"


def split_combination(name: str) -> list[str]:
    """Undo :func:`join_combination`; any other name is its one component."""
    if name.startswith("[") and name.endswith("]"):
        return [part.strip() for part in name[1:-1].split(" + ") if part.strip()]
    return [name]


def join_some(items: Sequence[str], *, most: int = 5) -> str:
    """Join the first few items and say how many are left out."""
    shown = ", ".join(items[:most])
    left = len(items) - most
    return f"{shown} and {left} more" if left > 0 else shown
