"""What PharmCAT's matcher leaves out or prefers, gene by gene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from genostrat.errors import GenostratError
from genostrat.pgx.knowledge.files import read_object, take, wrong_value


@dataclass(frozen=True)
class Exemptions:
    """How one gene is called otherwise than its definition alone would say.

    Parameters
    ----------
    required_positions
        Without which it is not called.
    ignored_positions
        Position and REF of what is left out: another variant may share the position.
    ignored_alleles
        That are left out.
    picks
        See :attr:`genostrat.pgx.definitions.Gene.picks`.
    """

    required_positions: frozenset[int] = frozenset()
    ignored_positions: frozenset[tuple[int, str]] = frozenset()
    ignored_alleles: frozenset[str] = frozenset()
    picks: Mapping[frozenset[tuple[str, str]], tuple[str, str]] = field(
        default_factory=dict
    )


NONE = Exemptions()


def read_exemptions(path: Path) -> dict[str, Exemptions]:
    """Read ``definition/exemptions.json``; nothing where there is none."""
    if not path.exists():
        return {}
    record = read_object(path)
    return {
        str(name): _read_gene(name, record, path)
        for name in record
        if take(record, name, dict, path=path)
    }


def _read_gene(name: str, record: Mapping[str, Any], path: Path) -> Exemptions:
    def listed(key: str) -> list[Any]:
        return take({key: record[name].get(key, [])}, key, list, path=path, inside=name)

    required = listed("requiredPositions")
    ignored = listed("ignoredPositions")
    alleles = listed("ignoredAlleles")
    if not all(isinstance(item, int) for item in required):
        raise GenostratError(
            wrong_value(path, f"{name}.requiredPositions", required, "positions")
        )
    if not all(isinstance(item, str) for item in alleles):
        raise GenostratError(
            wrong_value(path, f"{name}.ignoredAlleles", alleles, "names of alleles")
        )
    picks = {}
    for item in listed("unphasedDiplotypePriorities"):
        choices = take(item, "list", list, path=path, inside=name)
        pick = take(item, "pick", str, path=path, inside=name)
        if pick not in choices:
            raise GenostratError(
                wrong_value(path, f"{name}.pick", pick, f"one of {choices}")
            )
        picks[frozenset(_pair(text, path, name) for text in choices)] = _pair(
            pick, path, name
        )
    return Exemptions(
        required_positions=frozenset(required),
        ignored_positions=frozenset(
            (
                take(item, "position", int, path=path, inside=name),
                take(item, "ref", str, path=path, inside=name),
            )
            for item in ignored
        ),
        ignored_alleles=frozenset(alleles),
        picks=picks,
    )


def _pair(text: Any, path: Path, name: str) -> tuple[str, str]:
    names = sorted(text.split("/")) if isinstance(text, str) else []
    if len(names) != 2:
        raise GenostratError(wrong_value(path, f"{name}.list", text, "a diplotype"))
    return names[0], names[1]
