"""What is asked of outcomes at check: what their cells mean, and what restates them."""

import json

import numpy as np
import pytest
from contract_cases import (
    BASE,
    N,
    checked,
    make_columns,
    outcome,
    refused,
    survival,
    with_columns,
)


@pytest.fixture
def columns():
    return make_columns()


CODINGS = {
    ("1", "0"): ("", False),
    ("1.0", "0.0"): ("1.0 (", True),
    ("2", "1"): ("2 (", True),
    ("TRUE", "FALSE"): ("TRUE (", True),
    ("Dead", "Alive"): ("Dead (", True),
    ("yes", "no"): ("yes (", True),
    ("1:DECEASED", "0:LIVING"): ("1:DECEASED (", True),
}


@pytest.mark.parametrize("coding", CODINGS)
def test_events_are_recognised_and_said_however_they_are_coded(
    tmp_path, columns, coding
):
    event, none = coding
    table = with_columns(
        columns, event=[event if e == "1" else none for e in columns["event"]]
    )
    intake = checked(tmp_path, table)
    assert intake.sheet.frame["event"].tolist() == columns["event"]
    words, is_said = CODINGS[coding]
    said = [text for text in intake.record["warnings"] if "taken for the event" in text]
    assert bool(said) is is_said
    assert not said or words in said[0]
    confirmed = checked(tmp_path, table, BASE | survival(event_level=event))
    assert confirmed.sheet.frame["event"].tolist() == columns["event"]
    assert not [w for w in confirmed.record["warnings"] if "event" in w]
    turned = checked(tmp_path, table, BASE | survival(event_level=none))
    flipped = {"0": "1", "1": "0"}
    assert turned.sheet.frame["event"].tolist() == [
        flipped[e] for e in columns["event"]
    ]


def test_a_level_may_be_a_number_or_a_flag_to_yaml(tmp_path, columns):
    text = json.dumps(BASE).replace('"event": "event"', '"event": "event", EVENT')
    for coding, level in (("2", "2"), ("True", "true"), ("01", "01")):
        table = with_columns(
            columns, event=[coding if e == "1" else "x" for e in columns["event"]]
        )
        config = text.replace("EVENT", f'"event_level": {level}')
        intake = checked(tmp_path, table, config)
        assert intake.sheet.frame["event"].tolist() == columns["event"]


@pytest.mark.parametrize("kind", ["survival", "binary"])
def test_words_that_say_nothing_need_a_level(tmp_path, columns, kind):
    words = ["progressed" if e == "1" else "stable" for e in columns["event"]]
    table = with_columns(columns, event=words)
    more = survival if kind == "survival" else lambda **m: outcome(kind, "event", **m)
    (problem,) = refused(tmp_path, _drop_time(table, kind), BASE | more())
    assert "nothing says which value of event is the event" in problem.what
    assert "event_level: " in problem.fix
    assert "ward.yaml" in problem.fix
    (problem,) = refused(
        tmp_path, _drop_time(table, kind), BASE | more(event_level="progresed")
    )
    assert "no patient has the event level 'progresed'" in problem.what
    assert "is it 'progressed'?" in problem.fix
    intake = checked(
        tmp_path, _drop_time(table, kind), BASE | more(event_level=["progressed"])
    )
    assert intake.sheet.frame["event"].tolist() == columns["event"]


def _drop_time(table, kind):
    return {n: c for n, c in table.items() if n != "time" or kind == "survival"}


def test_one_and_two_of_a_yes_and_no_say_nothing(tmp_path, columns):
    """PLINK's cases are 2, and in many sheets yes is 1: nobody can tell."""
    coded = ["2" if e == "1" else "1" for e in columns["event"]]
    table = with_columns(columns, resp=coded)
    config = BASE | outcome("binary", "resp")
    config["samples"] = {"path": "sheet.tsv", "unknown_columns": "ignore"}
    (problem,) = refused(tmp_path, table, config)
    assert "nothing says which value" in problem.what


def test_a_few_cells_in_no_coding_are_named(tmp_path, columns):
    table = with_columns(columns, first={"event": ["2", "0", "2"]})
    (problem,) = refused(tmp_path, table)
    assert problem.what == "this is neither 0 nor 1, in 2 cells"
    assert problem.found == "2 (line 2), 2 (line 4)"


@pytest.mark.parametrize(("blank", "given"), [("event", "time"), ("time", "event")])
def test_half_an_outcome_is_one_problem(tmp_path, columns, blank, given):
    table = with_columns(columns, first={blank: ["", "", "NA"]})
    (problem,) = refused(tmp_path, table)
    assert problem.what == f"{blank} is blank although {given} is given, in 3 cells"
    assert (str(problem.file), problem.line, problem.column) == ("sheet.tsv", 2, blank)


@pytest.mark.parametrize(
    ("cells", "more", "words"),
    [
        ({"out": ["3"] * N}, outcome("continuous", "out"), "the same in every patient"),
        ({"out": ["1"] * N}, outcome("binary", "out"), "every patient has the event"),
        ({"event": ["0"] * N}, survival(), "no patient has the event"),
        ({"event": ["0"] * N}, survival(event_level=1), "no patient has the event"),
    ],
)
def test_an_outcome_that_does_not_differ_is_said(tmp_path, columns, cells, more, words):
    table = with_columns(columns, **cells)
    if "out" in cells:
        table = {n: c for n, c in table.items() if n not in ("time", "event")}
    record = checked(tmp_path, table, BASE | more).record
    assert any(words in text for text in record["warnings"])


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"event": [""] * N, "time": ["NA"] * N}, "is not known of any patient"),
        ({"time": ["0"] * N}, "follow-up is 0 in every patient"),
    ],
)
def test_an_outcome_that_says_nothing_is_refused(tmp_path, columns, cells, words):
    problems = refused(tmp_path, with_columns(columns, **cells))
    assert all(words in problem.what for problem in problems)


def test_one_column_is_not_read_with_two_event_levels(tmp_path, columns):
    own = BASE["outcomes"][0]
    config = BASE | {
        "outcomes": [own | {"event_level": "1"}, own | {"name": "b", "event_level": 0}]
    }
    (problem,) = refused(tmp_path, columns, config)
    assert "with two meanings of its levels" in problem.what


@pytest.mark.parametrize("exact", [True, False])
def test_a_feature_that_restates_an_outcome_is_refused_or_named(
    tmp_path, columns, exact
):
    rng = np.random.default_rng(2)
    best = [
        rng.choice(["CR", "PR"] if e == "1" else ["SD", "PD"]) for e in columns["event"]
    ]
    if not exact:
        best[0] = "SD" if best[0] in ("CR", "PR") else "CR"
    crp = rng.exponential(5, N).round(2).astype(str).tolist()
    table = with_columns(columns, resp=columns["event"], best=best, crp=crp)
    table = {n: c for n, c in table.items() if n not in ("time", "event")}
    config = BASE | outcome("binary", "resp")
    config |= {"profile": {"clinical_features": ["crp", "best"]}}
    if exact:
        (problem,) = refused(tmp_path, table, config)
        assert "best restates the outcome out" in problem.what
    else:
        record = checked(tmp_path, table, config).record
        assert any("best tells the outcome out almost" in w for w in record["warnings"])
        assert not any("crp tells" in w for w in record["warnings"])
