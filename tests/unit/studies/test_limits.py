"""Where a study, a text or a record stops being one: at the limit, not beside it."""

import re

import numpy as np
import pytest

from genostrat.studies.criteria.grammar import _find_ages
from genostrat.studies.matching.counts import derive_bounds, protect_counts
from genostrat.studies.matching.patients import Patient
from genostrat.studies.matching.table import MatchedStudy, match_studies
from genostrat.studies.portfolio.specialties import name_specialty
from genostrat.studies.portfolio.watching import find_shortfall, find_slips
from genostrat.studies.records.ctgov import _is_randomised
from genostrat.studies.records.jsonb import decode_jsonb
from genostrat.studies.records.language import is_english
from genostrat.studies.records.record import (
    MOST_TEXT,
    StudyRecord,
    clean_text,
    read_age,
    read_day,
)


def test_a_text_is_read_up_to_a_million_characters():
    doubts = []
    assert clean_text("x" * MOST_TEXT, doubts, name="n") == "x" * MOST_TEXT
    assert not doubts
    assert len(clean_text("x" * (MOST_TEXT + 1), doubts, name="n")) == MOST_TEXT
    assert len(doubts) == 1


@pytest.mark.parametrize(
    ("day", "is_read"),
    [("1899-12-31", 0), ("1900-01-01", 1), ("2099-12-31", 1), ("2100-01-01", 0)],
)
def test_days_of_studies_lie_in_two_centuries(day, is_read):
    doubts = []
    assert read_day(day, doubts, name="start") == (day if is_read else "")
    assert len(doubts) == 1 - is_read


def test_days_have_the_first_of_the_month_where_none_is_said():
    assert read_day("2024-03", [], name="start") == "2024-03-01"
    assert read_day("March 2024", [], name="start") == "2024-03-01"
    assert read_day("17 March 2024", [], name="start") in ("2024-03-17", "")
    assert read_day("March 17, 2024", [], name="start") == "2024-03-17"
    assert read_day("17/03/2024", [], name="start") == "2024-03-17"


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("2 years", 2),
        ("18 Months", 1.5),
        ("4 weeks", 28 / 365.25),
        ("10 days", 10 / 365.25),
        ("48 hours", 2 / 365.25),
        ("90 minutes", 1.5 / 24 / 365.25),
        ("1 day", 1 / 365.25),
    ],
)
def test_ages_are_read_in_every_unit(text, age):
    assert read_age(text, [], name="age") == pytest.approx(age)


@pytest.mark.parametrize(
    ("text", "age"), [("130 years", 130), ("131 years", None), ("18", 18), ("0", 0)]
)
def test_ages_go_up_to_130(text, age):
    doubts = []
    assert read_age(text, doubts, name="age") == age
    assert bool(doubts) == (age is None)


def test_a_language_is_told_from_twenty_words_on():
    # One common word in fourteen is English; nothing can be told of fewer than twenty.
    spanish = "los pacientes que tienen cáncer y reciben tratamiento en el centro"
    words = (spanish + " por primera vez han dado su consentimiento").split()
    assert len(words) == 18
    assert is_english(" ".join([*words, "ya"]))
    assert not is_english(" ".join([*words, "ya", "bien"]))
    rare = [f"xq{chr(97 + i % 26)}z" for i in range(100)]
    assert is_english(" ".join(["the"] * 8 + rare[8:]))
    assert not is_english(" ".join(["the"] * 6 + rare[6:]))


def test_recruitment_is_behind_below_four_fifths_of_an_even_plan():
    plan = {"start": "2024-01-01", "end": "2024-12-31", "target": 100}
    for enrolled, is_behind in ((40, False), (39, True), (0, True)):
        record = StudyRecord("S", "plain", enrolled=enrolled, **plan)
        found = find_shortfall(record, as_of="2024-07-01")  # 182 of 365 days
        assert (found is not None) == is_behind
    record = StudyRecord("S", "plain", enrolled=0, **plan)
    assert find_shortfall(record, as_of="2024-01-01") is None, "it starts that day"
    after = find_shortfall(record, as_of="2030-01-01")
    assert (after["before"], after["after"]) == ("100", "0"), "no more than all"
    wrong = plan | {"end": "2024-01-01"}
    record = StudyRecord("S", "plain", enrolled=0, **wrong)
    assert find_shortfall(record, as_of="2024-07-01") is None, "no time to recruit in"


def test_what_was_not_known_before_has_not_slipped():
    for what in ("start", "end", "target"):
        value = 50 if what == "target" else "2024-01-01"
        blank, given = (
            StudyRecord("S", "plain"),
            StudyRecord("S", "plain", **{what: value}),
        )
        for pair in ((blank, given), (given, blank), (given, given)):
            versions = list(zip((1, 2), ("a", "b"), pair, strict=True))
            assert not list(find_slips(versions))


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"\x00", None),
        (b"\x01", True),
        (b"\x02", False),
        (b"\x2312", 12),
        (b"\x440x1F", 31),
        (b"\x351.5", 1.5),
        (b"\x455e-1", 0.5),
        (b"\x27ab", "ab"),
        (b"\x2aab", "ab"),
        (b"\x28\\n", "\n"),
        (b"\x29\\n", "\n"),
        (b"\x0b", []),
        (b"\x0c", {}),
        (b"\x3c\x17a\x01", {"a": True}),
        (b"\xc7\x0c" + b"x" * 12, "x" * 12),
        (b"\xd7\x01\x00" + b"x" * 256, "x" * 256),
        (b"\xe7\x00\x00\x00\x02ab", "ab"),
    ],
)
def test_every_type_of_jsonb_is_read(data, value):
    assert decode_jsonb(data) == value
    for damaged in (data + b"\x00", data[:-1]):
        with pytest.raises(ValueError):
            decode_jsonb(damaged)


def test_jsonb_is_read_as_deep_as_it_can_be_trusted():
    def nest(depth):
        data = b"\x00"
        for _ in range(depth):
            size = len(data)
            data = b"\xeb" + size.to_bytes(4, "big") + data
        return data

    deepest = 0
    while True:
        try:
            decode_jsonb(nest(deepest + 1))
        except ValueError:
            break
        deepest += 1
    assert 50 <= deepest <= 500
    for kind in (13, 14, 15):
        with pytest.raises(ValueError, match="none of JSONB"):
            decode_jsonb(bytes([kind]))


def patients_of(centres, *, shares=True):
    return [
        Patient(sample_id=f"P{i}", centre=centre, shares=shares)
        for i, centre in enumerate(centres)
    ]


def test_counts_by_centre_name_those_that_gave_none():
    """A study without criteria has everybody; rounded down, small ones not told."""
    study = MatchedStudy("S", "plain", "t", ())
    people = patients_of(["York"] * 23 + [""] * 20 + ["Leeds"] * 9)
    _, _, counts = match_studies([study], people, least=10)
    rows = counts.set_index("centre")
    assert set(rows.index) == {"York", "not given", "Leeds", "all"}
    assert rows.loc["York", "n_patients"] == 20
    assert rows.loc["not given", "n_patients"] == 20
    assert np.isnan(rows.loc["Leeds", "n_patients"])
    assert rows.loc["all", "n_patients"] == 50
    assert rows["suppressed"].all(), "that nobody fits not is as telling"


def test_who_does_not_share_is_in_no_count():
    study = MatchedStudy("S", "plain", "t", ())
    people = [*patients_of(["York"] * 20), *patients_of(["York"] * 5, shares=False)]
    _, _, counts = match_studies([study], people, least=10)
    assert counts["n_patients"].tolist() == [20]


@pytest.mark.parametrize(("n", "is_hidden"), [(9, True), (10, False)])
def test_a_count_is_told_from_the_least_on(n, is_hidden):
    safe = protect_counts(np.array([[n, 40, 60]]), centres=["all"], least=10)
    assert safe.hidden[0, 0] == is_hidden
    assert safe.hidden.any() == is_hidden


def test_bounds_hold_what_they_bound():
    rng = np.random.default_rng(3)
    for _ in range(40):
        table = rng.integers(0, 40, (3, 3))
        table = np.vstack([table, table.sum(axis=0)])
        hidden = rng.random(table.shape) < 0.4
        low, high = derive_bounds(table, hidden)
        assert (low <= table).all()
        assert (table <= high).all()
        shown = ~hidden
        assert (high - low)[shown].max(initial=0) <= 4


@pytest.mark.parametrize(
    ("conditions", "title", "specialty"),
    [
        (("asthma",), "heart", "lung"),  # a condition outweighs a word of the title
        (("asthma",), "heart heart", "heart"),  # two of these are as much: the first
        (("asthma",), "heart heart heart", "heart"),
        (("asthma", "copd"), "heart heart heart", "lung"),
        ((), "nothing", "other"),
    ],
)
def test_words_of_conditions_count_twice(conditions, title, specialty):
    words = {"heart": re.compile("heart"), "lung": re.compile("asthma|copd")}
    record = StudyRecord("S", "plain", title=title, conditions=conditions)
    assert name_specialty(record, words) == specialty


@pytest.mark.parametrize(
    ("design", "is_random"),
    [
        ("allocation: randomized|masking: none", True),
        ("allocation: non_randomized|masking: none", False),
        ("allocation: non-randomized", False),
        ("allocation: na", None),
        ("", None),
    ],
)
def test_a_design_that_says_nothing_of_allocation_is_neither(design, is_random):
    assert _is_randomised(design) is is_random


@pytest.mark.parametrize(
    "text",
    [
        "Age >=18 years<65 years",
        "< 65 years>=18 years of age",
        "age >= 18 years, < 65 years",
        "18 years or older<65 years",
    ],
)
def test_two_limits_of_age_may_touch_each_other(text):
    found = sorted(_find_ages(text), key=lambda piece: piece.start)
    leaves = [piece.leaf for piece in found]
    assert {leaf.low for leaf in leaves} == {18, None}
    assert {leaf.high for leaf in leaves} == {65, None}
    assert len(leaves) == 2


def test_one_limit_of_age_is_one_question():
    """A pattern that fits a part of what another one took says nothing new."""
    for text in ("age at least 18 years", "aged 18 to 65 years", "18 years and older"):
        assert len(list(_find_ages(text))) == 1, text
