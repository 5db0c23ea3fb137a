"""Outcomes of every kind, as the check of a cohort sees them."""

import pytest
from intake_cases import check, complaint, write_table

from genostrat.intake.summary import describe_intake

N = 60


def columns(**more):
    table = {
        "sample_id": [f"P{i:02}" for i in range(N)],
        "arm": ["A", "B"] * (N // 2),
        "entry": [str(i % 5) for i in range(N)],
        "time": [str(6 + i % 7) for i in range(N)],
        "state": [str(i % 3) for i in range(N)],
        "level": [str(i % 4) for i in range(N)],
        "count": [str(i % 6) for i in range(N)],
        "years": [str(1 + i % 3) for i in range(N)],
    }
    return table | more


OUTCOMES = {
    "survival": {"time": "time", "event": "state", "entry": "entry", "event_level": 1},
    "competing": {"time": "time", "event": "state"},
    "ordinal": {"column": "level"},
    "count": {"column": "count", "exposure": "years"},
}


def config(folder, outcome, table, **more):
    outcomes = [outcome, *more.get("others", [])]
    named = {str(c) for one in outcomes for c in one.values()}
    used = {k: v for k, v in table.items() if k in named or k in ("sample_id", "arm")}
    used |= {k: v for k, v in table.items() if k == "subject_id"}
    path = write_table(folder / "sheet.tsv", used)
    return {
        "samples": {"path": str(path)},
        "treatment": {"column": "arm", "reference": "A"},
        "outcomes": outcomes,
        "response": more.get("response", {}),
    }


def outcome(kind, **more):
    return {"name": "o", "kind": kind, **OUTCOMES[kind], **more}


def accepted(folder, kind, table=None, **more):
    return check(folder, config(folder, outcome(kind, **more), table or columns()))


def refused(folder, kind, table=None, **more):
    return complaint(folder, config(folder, outcome(kind, **more), table or columns()))


@pytest.mark.parametrize("kind", OUTCOMES)
def test_every_kind_is_read(tmp_path, kind):
    intake = accepted(tmp_path, kind)
    [told] = intake.sheet.columns["outcomes"]
    assert told["n_known"] == N
    if kind in {"survival", "competing"}:
        assert told["n_events"] == 20


def test_words_of_competing_events_become_states_and_are_said(tmp_path):
    words = {"0": "follow-up ended", "1": "relapse", "2": "died of else"}
    table = columns(state=[words[str(i % 3)] for i in range(N)])
    levels = {"event_level": "relapse", "competing_level": ["died of else"]}
    intake = accepted(tmp_path, "competing", table, **levels)
    assert list(intake.sheet.frame["state"][:3]) == ["0", "1", "2"]
    assert any("a competing event" in said for said in intake.record["warnings"])
    [problem] = refused(tmp_path, "competing", table)
    assert "which is a competing one" in problem.what
    [problem] = refused(tmp_path, "competing", table, event_level="relapse")
    assert "lacks competing_level" in problem.what
    [problem] = refused(
        tmp_path, "competing", table, event_level="relapse", competing_level="dead"
    )
    assert "no patient has the level 'dead'" in problem.what
    [problem] = refused(
        tmp_path, "competing", table, event_level="relapse", competing_level="Relapse"
    )
    assert "is the event and a competing one" in problem.what


def test_words_of_levels_need_an_order(tmp_path):
    words = ["none", "mild", "severe fever", "gravè"]
    table = columns(level=[words[i % 4] for i in range(N)])
    [problem] = refused(tmp_path, "ordinal", table)
    assert "in which order" in problem.what
    assert "levels: [lowest" in problem.fix
    intake = accepted(tmp_path, "ordinal", table, levels=words)
    assert list(intake.sheet.frame["level"][:4]) == ["1", "2", "3", "4"]
    [told] = [line for line in describe_intake(intake.record) if "(ordinal)" in line]
    assert told.endswith(f"known in {N} of {N}, in 4 levels")
    [problem] = refused(tmp_path, "ordinal", table, levels=words[:3])
    assert (problem.found, problem.line) == ("gravè", 5)


def test_numbers_of_levels_stand_in_their_own_order(tmp_path):
    table = columns(level=[("10", "9", "2.5", "-1")[i % 4] for i in range(N)])
    intake = accepted(tmp_path, "ordinal", table)
    assert list(intake.sheet.frame["level"][:4]) == ["4", "3", "2", "1"]
    table = columns(level=[str(i) for i in range(N)])
    [problem] = refused(tmp_path, "ordinal", table)
    assert "kind continuous" in problem.fix


def test_who_comes_after_the_end_is_named(tmp_path):
    table = columns()
    table["entry"][7], table["time"][7] = "9", "9"
    [problem] = refused(tmp_path, "survival", table)
    assert "is not before" in problem.what
    assert problem.line == 9
    table = columns()
    table["entry"][3] = "-1"
    [problem] = refused(tmp_path, "survival", table)
    assert "below 0" in problem.what


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("count", "1.5", "no whole number"),
        ("count", "-1", "below 0"),
        ("years", "0", "nothing can be counted in no time"),
        ("years", "", "is blank although"),
        ("count", "many", "not a number"),
    ],
)
def test_counts_that_are_none_are_named(tmp_path, column, cell, words):
    table = columns()
    table[column][4] = cell
    [problem] = refused(tmp_path, "count", table)
    assert words in problem.what
    assert problem.line == 6


def test_recurrent_rows_of_a_person_are_refused_with_the_cure(tmp_path):
    table = columns(subject_id=[f"S{i // 2}" for i in range(N)])
    problems = refused(tmp_path, "competing", table)
    [problem] = [p for p in problems if "recurrent" in p.what]
    assert "30 people have several rows" in problem.what
    assert "kind count" in problem.fix
    same = columns(subject_id=[f"S{i // 2}" for i in range(N)])
    for name in ("time", "state"):
        same[name] = [same[name][2 * (i // 2)] for i in range(N)]
    said = accepted(tmp_path, "competing", same).record["warnings"]
    assert any("blank the outcome in all but one" in one for one in said)
    twice = columns()
    twice["sample_id"][5] = "P04"
    [problem] = refused(tmp_path, "competing", twice)
    assert "recurrent events the time to the first" in problem.fix


@pytest.mark.parametrize(
    ("kind", "more", "read_by"),
    [
        ("competing", {"entry": "entry"}, "survival"),
        ("ordinal", {"exposure": "years"}, "count"),
        ("count", {"event_level": 1}, "binary"),
        ("survival", {"levels": ["a"]}, "ordinal"),
        ("survival", {"competing_level": 2}, "competing"),
    ],
)
def test_a_key_that_the_kind_does_not_read_is_refused(tmp_path, kind, more, read_by):
    [problem] = refused(tmp_path, kind, **more)
    assert f"does not read {next(iter(more))}" in problem.what
    assert read_by in problem.allowed


def test_a_plan_names_outcomes_that_are_there(tmp_path):
    two = [outcome("count") | {"name": "c"}]
    own = config(
        tmp_path, outcome("competing"), columns(), others=two,
        response={"primary": "os"},
    )  # fmt: skip
    [problem] = complaint(tmp_path, own)
    assert (problem.found, problem.allowed) == ("os", "o, c")
