"""Choose single changes of the library for `mutations.py`: a session of Cosmic Ray.

Runs in the environment of Cosmic Ray, from the folder of the copy that is changed:

    python benchmarks/mutation_session.py SESSION --per-room 8 --seed 1

A session that is there is added to, so that a larger number goes on where a smaller one
stopped. Changes are those that a slip of the pen makes: a comparison turned or moved by
its limit, a sign, a factor, a constant, and/or, not, true/false.
"""

import argparse
import hashlib
from itertools import zip_longest
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec, WorkItem

LIBRARY = Path("genostrat")
_COMPARISONS = (
    "Lt_LtE LtE_Lt Gt_GtE GtE_Gt Lt_Gt Gt_Lt LtE_GtE GtE_LtE Eq_NotEq NotEq_Eq"
)
# Of | nothing is changed: in most places it stands in a type.
_BINARY = "Add_Sub Sub_Add Mul_Div Div_Mul FloorDiv_Mul Mod_Mul Pow_Mul BitAnd_BitXor"
OPERATORS = [
    *(f"core/ReplaceComparisonOperator_{name}" for name in _COMPARISONS.split()),
    *(f"core/ReplaceBinaryOperator_{name}" for name in _BINARY.split()),
    *("core/ReplaceUnaryOperator_USub_UAdd", "core/ReplaceUnaryOperator_Delete_Not"),
    *("core/AddNot", "core/ReplaceTrueWithFalse", "core/ReplaceFalseWithTrue"),
    *("core/ReplaceAndWithOr", "core/ReplaceOrWithAnd", "core/NumberReplacer"),
    *("core/ReplaceBreakWithContinue", "core/ReplaceContinueWithBreak"),
]
#: Modules of a room in which changes are looked for: enough, and read in seconds.
MODULES = 24


def room_of(path: Path) -> str:
    """Return the room of a module: its folder, or ``floor`` for what lies beside it."""
    inside = path.relative_to(LIBRARY)
    return inside.parts[0] if len(inside.parts) > 1 else "floor"


def draw(seed: int, *words: object) -> str:
    """Return a place in a random order that no other change moves."""
    return hashlib.sha256(repr((seed, *words)).encode()).hexdigest()


def changes_of(path: Path) -> list[MutationSpec]:
    """Return every change of a module."""
    tree = get_ast_from_path(path)
    lines = path.read_text(encoding="utf-8").split("\n")
    found = []
    for name in OPERATORS:
        operator = get_operator(name)()
        spans = (
            s for node in ast_nodes(tree) for s in operator.mutation_positions(node)
        )
        for occurrence, (start, end) in enumerate(spans):
            if not is_no_operator(lines[start[0] - 1], start[1], end[1], name):
                found.append(MutationSpec(path, name, occurrence, start, end))
    return found


def is_no_operator(line: str, start: int, end: int, name: str) -> bool:
    """Return whether a star neither multiplies nor raises.

    One before a comma says that what follows is named; one after a bracket, a comma or
    nothing unpacks. The first changes nothing, and without the second no module loads.
    """
    if not name.endswith(("Mul_Div", "Pow_Mul")):
        return False
    before, after = line[:start].rstrip(), line[end:]
    unpacks = not after.startswith(" ") and (not before or before[-1] in "([{,=:")
    return after.startswith(",") or unpacks


def kind_of(operator: str) -> str:
    """Return the kind of a change, so that no kind crowds out the others."""
    words = {"Comparison": "comparison", "ReplaceBinary": "sign", "Unary": "sign"}
    words |= {"Number": "constant"}
    return next((kind for word, kind in words.items() if word in operator), "logic")


def sample(paths: list[Path], n: int, *, seed: int) -> list[MutationSpec]:
    """Return `n` changes of a room: every kind in turn, no two on one line."""
    paths = sorted(paths, key=lambda path: draw(seed, str(path)))[:MODULES]
    changes = [change for path in paths for change in changes_of(path)]
    changes.sort(key=lambda change: draw(seed, *place_of(change)))
    lines: set[tuple[Path, int]] = set()
    by_kind: dict[str, list[MutationSpec]] = {}
    for change in changes:
        line = change.module_path, change.start_pos[0]
        if line not in lines:
            lines.add(line)
            by_kind.setdefault(kind_of(change.operator_name), []).append(change)
    turns = zip_longest(*(by_kind[kind] for kind in sorted(by_kind)))
    return [change for turn in turns for change in turn if change is not None][:n]


def place_of(change: MutationSpec) -> tuple[object, ...]:
    """Return what tells a change from all others."""
    path, name = str(change.module_path), change.operator_name
    return path, name, tuple(change.start_pos), change.occurrence


def main() -> None:
    """Add changes to a session, the rooms in turn."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("session")
    parser.add_argument("--per-room", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--rooms", default="", help="of these alone, by commas")
    words = parser.parse_args()
    asked = set(filter(None, words.rooms.split(",")))
    rooms: dict[str, list[Path]] = {}
    for path in sorted(LIBRARY.rglob("*.py")):
        if not asked or room_of(path) in asked:
            rooms.setdefault(room_of(path), []).append(path)
    if unknown := asked - set(rooms):
        parser.error(f"no such room: {', '.join(sorted(unknown))}")
    samples = [
        sample(paths, words.per_room, seed=words.seed) for paths in rooms.values()
    ]
    mode = WorkDB.Mode.open if Path(words.session).exists() else WorkDB.Mode.create
    with use_db(words.session, mode) as session:
        known = {item.job_id for item in session.work_items}
        for turn in range(words.per_room):
            for changes in samples:
                for change in changes[turn : turn + 1]:
                    name = draw(words.seed, *place_of(change))[:32]
                    if name not in known:
                        session.add_work_items([WorkItem.single(name, change)])


if __name__ == "__main__":
    main()
