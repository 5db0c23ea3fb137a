"""The run of single changes: which tests see a module, and what its table says."""

import ast
import json
import sqlite3

import pytest

from benchmarks import mutations
from benchmarks.mutations import (
    confirm,
    digest_of,
    in_order,
    list_tests,
    read_results,
    room_of,
    tabulate,
)

DIFF = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n a\n-  b < 1\n+  b <= 1\n"


def test_every_room_has_tests_of_its_own():
    library = mutations.HOME / "genostrat"
    names = {str(p.relative_to(mutations.HOME)) for p in library.rglob("*.py")}
    for room in {room_of(name) for name in names}:
        assert list_tests(room, home=mutations.HOME), room


def test_tests_that_name_the_module_come_first():
    files = list_tests("stats", home=mutations.HOME)
    files += list_tests("disclosure", home=mutations.HOME)
    first = in_order(files, "genostrat/disclosure/cells.py")[0]
    assert first.name == "test_disclosure.py"
    assert in_order(files, "genostrat/stats/effects.py")[0].name == "test_stats.py"


def test_what_is_equal_is_told_by_the_lines_that_changed():
    moved = DIFF.replace("@@ -1 +1 @@\n a", "@@ -9 +9 @@\n z")
    assert digest_of(DIFF) == digest_of(moved)
    assert digest_of(DIFF) != digest_of(DIFF.replace("<=", ">="))


def test_equal_changes_are_not_among_those_to_see():
    rows = [
        ("genostrat/stats/a.py", "core/X", 1, "KILLED", DIFF),
        ("genostrat/stats/a.py", "core/X", 2, "SURVIVED", DIFF.replace("1", "2")),
        ("genostrat/errors.py", "core/X", 3, "SURVIVED", DIFF),
    ]
    table, survivors = tabulate(rows, {digest_of(DIFF): "no difference"})
    assert "| stats | 2 | 0 | 1 | 1 | 50 % | 9 to 91 % |" in table
    assert "| floor | 1 | 1 | 0 | 0 |  |  |" in table
    assert "| **all** | 3 | 1 | 1 | 1 | 50 % | 9 to 91 % |" in table
    assert [survivor[:2] for survivor in survivors] == [("genostrat/stats/a.py", 2)]


@pytest.fixture
def session(tmp_path):
    path = tmp_path / "session"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE mutation_specs (job_id, module_path, operator_name,"
            " start_pos_row)"
        )
        connection.execute(
            "CREATE TABLE work_results (job_id, output, test_outcome, diff)"
        )
        connection.execute("INSERT INTO mutation_specs VALUES ('1', 'a', 'b', 3)")
        connection.execute("CREATE TABLE work_items (job_id)")
        connection.execute("INSERT INTO work_items VALUES ('1'), ('2')")
        output = "FAILED test_x.py::test_bad[a b] - no\n"
        connection.execute(
            "INSERT INTO work_results VALUES ('1', ?, 'KILLED', '')", (output,)
        )
    connection.close()
    return path


@pytest.mark.parametrize(("body", "n_again"), [("assert False", 1), ("pass", 0)])
def test_a_test_that_fails_anyway_has_seen_nothing(tmp_path, session, body, n_again):
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "test_x.py").write_text(
        "import pytest\n@pytest.mark.parametrize('x', ['a b'])\n"
        f"def test_bad(x):\n    {body}\n"
    )
    assert confirm(tree, session) == n_again
    assert len(list(read_results(session))) == 1 - n_again
    left_out = (tree / "failing.txt").read_text().splitlines()
    assert left_out == ["test_x.py::test_bad[a b]"] * n_again


def test_the_page_has_a_table_for_every_draw(tmp_path, session, monkeypatch, capsys):
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n## Tests that see a change\n\nold\n\n## Next\n\nkept\n")
    monkeypatch.setattr(mutations, "PAGE", page)
    earlier = tmp_path / "earlier"
    earlier.mkdir()
    (earlier / "session").write_bytes(session.read_bytes())
    words = {"per_room": 3, "seed": 9, "rooms": "qc,pgx", "day": "2026-12-01"}
    (earlier / "draw.json").write_text(json.dumps(words))
    mutations.report(tmp_path, per_room=6, seed=1, earlier=[earlier])
    text = page.read_text()
    first = (
        "`--per-room 3 --seed 9 --rooms qc,pgx`, 2026-12-01: of 2 changes that were"
        " drawn 1 were"
    )
    assert text.index(first) < text.index("`--per-room 6 --seed 1`: of 2 changes")
    assert text.count("| **all** | 1 | 0 | 1 | 0 | 100 % | 21 to 100 % |") == 2
    assert "old" not in text
    assert "## Next\n\nkept" in text
    assert "tried" in capsys.readouterr().out


def test_stars_that_are_no_operators_are_not_turned(monkeypatch):
    """Cosmic Ray stands in an environment of its own; the rule needs none of it."""
    path = mutations.HOME / "benchmarks/mutation_session.py"
    tree = ast.parse(path.read_text())
    (rule,) = [n for n in tree.body if getattr(n, "name", "") == "is_no_operator"]
    scope = {}
    exec(compile(ast.Module([rule], []), str(path), "exec"), scope)

    def is_none(line, name):
        start = line.index("*")
        end = start + (2 if line[start : start + 2] == "**" else 1)
        return scope["is_no_operator"](line, start, end, name)

    for line in ("def f(a, *, b):", "    *,", "f(**kept)", "    **kept,", "{**a}"):
        name = "core/X_Pow_Mul" if "**" in line else "core/X_Mul_Div"
        assert is_none(line, name), line
        assert not is_none(line, "core/X_Add_Sub")
    for line in ("x = a * b", "    * np.sqrt(x)", "x = a**2", "f(2 * a)"):
        name = "core/X_Pow_Mul" if "**" in line else "core/X_Mul_Div"
        assert not is_none(line, name), line
