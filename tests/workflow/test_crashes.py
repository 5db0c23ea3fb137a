"""Runs broken in several ways; the long form is `benchmarks/crashes.py`, by command."""

import os

import pytest

from benchmarks.crashes import WholeRuns, tabulate, try_all

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


def test_a_broken_run_is_held_against_a_whole_one_of_its_day(tmp_path, monkeypatch):
    """Reports name the day of the check, so that bytes change at midnight."""
    checked = tmp_path / "results/brief/check/samples.tsv"
    checked.parent.mkdir(parents=True)
    checked.write_text("")
    wholes, made = WholeRuns(tmp_path), []

    def run(_):
        made.append(len(made))
        wholes._days["1970-01-02"] = {"page": "as of the second"}

    monkeypatch.setattr(WholeRuns, "run", run)
    wholes._days["1970-01-01"] = {"page": "as of the first"}
    os.utime(checked, (86_399, 86_399))
    assert wholes.like(tmp_path) == {"page": "as of the first"}
    assert not made
    os.utime(checked, (86_400, 86_400))
    assert wholes.like(tmp_path) == {"page": "as of the second"}
    assert wholes.like(tmp_path) == {"page": "as of the second"}
    assert made == [0]
    os.utime(checked, (9 * 86_400, 9 * 86_400))
    assert wholes.like(tmp_path) == {}, "no run can be made of another day than today"
