"""The run of single changes: which tests see a module, and what its table says."""

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
    assert "| stats | 2 | 0 | 1 | 1 | 50 % |" in table
    assert "| floor | 1 | 1 | 0 | 0 |  |" in table
    assert "| **all** | 3 | 1 | 1 | 1 | 50 % |" in table
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
        output = "FAILED test_x.py::test_bad - no\n"
        connection.execute(
            "INSERT INTO work_results VALUES ('1', ?, 'KILLED', '')", (output,)
        )
    connection.close()
    return path


@pytest.mark.parametrize(("body", "n_again"), [("assert False", 1), ("pass", 0)])
def test_a_test_that_fails_anyway_has_seen_nothing(tmp_path, session, body, n_again):
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "test_x.py").write_text(f"def test_bad():\n    {body}\n")
    assert confirm(tree, session) == n_again
    assert len(list(read_results(session))) == 1 - n_again
    left_out = (tree / "failing.txt").read_text().split()
    assert left_out == ["test_x.py::test_bad"] * n_again
