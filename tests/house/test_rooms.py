"""The floors and rooms of ``docs/architecture.md``, held against the code's imports."""

import ast
import re
from collections import Counter, defaultdict
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[2]
PACKAGE = HOME / "genostrat"
FILES = sorted(PACKAGE.rglob("*.py"))
#: More modules than this and a stranger cannot find one by its name.
MOST_MODULES = 15


def read_floors():
    """Return room → floor, as the page on the architecture states them."""
    page = (HOME / "docs/architecture.md").read_text()
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", page, flags=re.M)
    return {name: int(n) for n, cell in rows for name in re.findall(r"`(\w+)`", cell)}


FLOORS = read_floors()


def name_of(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in FILES}


def imports_of(path):
    """Return the modules of the package that a file imports, wherever it does."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    inside = {n.removeprefix("genostrat.") for n in names if n.startswith("genostrat.")}
    return sorted((inside & MODULES.keys()) - {name_of(path)})


IMPORTS = {name: imports_of(path) for name, path in MODULES.items()}


def test_every_room_has_a_floor_and_every_floor_its_rooms():
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    rooms |= {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    assert set(FLOORS) == rooms


@pytest.mark.parametrize("name", sorted(MODULES.keys() - {""}))
def test_imports_never_go_up_a_floor(name):
    own = name.split(".")[0]
    for other in IMPORTS[name]:
        room = other.split(".")[0]
        assert FLOORS[room] <= FLOORS[own], f"{name} imports {other}"
        if own not in ("simulate", "report"):
            assert room != "simulate", f"{name} imports {other}"


def test_no_modules_import_each_other_in_a_circle():
    try:
        list(TopologicalSorter(IMPORTS).static_order())
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_no_folders_import_each_other_in_a_circle():
    """A folder and one inside it may: what they share stands in the outer one."""
    folders = defaultdict(set)
    for name, others in IMPORTS.items():
        for other in others:
            first, second = (name_of(MODULES[m].parent / "x.py") for m in (name, other))
            first, second = first.rpartition(".")[0], second.rpartition(".")[0]
            outer = first.startswith(second) or second.startswith(first)
            if not outer:
                folders[first].add(second)
    try:
        list(TopologicalSorter(folders).static_order())
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_only_one_module_knows_where_the_workflow_lies():
    """In an installed package it is not where it is in a checkout."""
    for name, path in MODULES.items():
        if name != "home":
            assert not re.search(
                r"PACKAGE\.parent|__file__\)\.resolve", path.read_text()
            )


def test_no_folder_is_crowded():
    counts = defaultdict(int)
    for path in FILES:
        counts[path.parent.relative_to(HOME)] += path.name != "__init__.py"
    crowded = {str(folder): n for folder, n in counts.items() if n > MOST_MODULES}
    assert not crowded


def test_no_file_repeats_the_name_of_its_folder():
    for path in FILES:
        if path.parent != PACKAGE:
            assert not path.stem.startswith(f"{path.parent.name}_"), path


def test_nothing_is_defined_that_nobody_uses():
    """A name of the package stands somewhere besides its own definition."""
    users = [
        p
        for d in ("genostrat", "scripts", "rules", "benchmarks")
        for p in (HOME / d).rglob("*")
        if p.suffix in (".py", ".smk", ".html")
    ]
    words = Counter()
    for path in [*users, HOME / "Snakefile", HOME / "docs/api.md"]:
        if path.exists():
            words.update(re.findall(r"\w+", path.read_text()))
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                names = [node.name]
            elif isinstance(node, ast.Assign):
                names = [getattr(t, "id", "") for t in node.targets]
            for name in names:
                if name and not name.startswith("__"):
                    assert words[name] > 1, f"{path}: {name}"
