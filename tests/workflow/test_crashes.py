"""Runs broken in several ways; the long form is `benchmarks/crashes.py`, by command."""

import pytest

from benchmarks.crashes import tabulate, try_all

pytestmark = pytest.mark.workflow


def test_broken_runs_go_on_to_the_same_bytes(tmp_path):
    rows = list(try_all(tmp_path, seed=3, n_kills=1, is_short=True))
    assert [what for what, *_ in rows] == [
        *("scheduler killed", "limit of the size of files", "second run at once"),
    ]
    for what, broke, wrong in rows:
        assert not wrong, (what, wrong)
        assert broke or what == "second run at once", what


def test_what_was_not_assessed_and_what_went_wrong_is_said():
    rows = [
        ("scheduler killed", 3, []),
        ("scheduler killed", 2, ["other bytes"]),
        ("disk full, late", None, []),
    ]
    table = tabulate(rows)
    assert "| scheduler killed | 5 | 1 of 2 |" in table
    assert "| disk full, late | – | not assessed" in table
