"""Lines on the terminal about a cohort: whole sentences, and names at their limit."""

import pytest

from genostrat.intake.summary import describe_intake

COLUMNS = {
    "outcomes": [],
    "treatment": None,
    "used": [],
    "idle": {},
    "dropped": [],
    "ignored": [],
}


def say(n=9, matched=(), **columns):
    record = {"n_sheet": n, "matched": matched, "columns": COLUMNS | columns}
    return list(describe_intake(record))


def used(column, *keys, **more):
    return {"column": column, "as": [{"key": key} for key in keys]} | more


def name_an_arm(name):
    return say(treatment={"reference": "x", "arms": {name: 3}})


def name_the_reference(name):
    return say(treatment={"reference": name, "arms": {"x": 3}})


def name_a_column(name):
    return say(used=[used(name, "profile.adjust_for", kind="number")])


def name_columns_of_an_outcome(name):
    outcome = {"name": "o", "kind": "binary", "columns": [name]}
    return say(outcomes=[outcome | {"n_known": 8, "n_events": 3}])


def name_what_is_ignored(name):
    return say(ignored=[name])


@pytest.mark.parametrize(
    ("most", "name_it"),
    [
        (40, name_an_arm),
        (40, name_the_reference),
        (40, name_a_column),
        (80, name_columns_of_an_outcome),
        (60, name_what_is_ignored),
    ],
)
def test_a_name_is_shown_whole_up_to_its_limit(most, name_it):
    whole, longer = "x" * most, "x" * (most + 1)
    assert any(whole in line for line in name_it(whole))
    assert not any(longer in line for line in name_it(longer))
    assert not any(whole in line for line in name_it(longer))


def test_outcomes_are_described_by_events_or_by_their_range():
    survival = {"name": "os", "kind": "survival", "columns": ["days", "dead"]}
    change = {"name": "crp", "kind": "continuous", "columns": ["crp"]}
    said = say(
        outcomes=[
            survival | {"n_known": 8, "n_events": 0},
            change | {"n_known": 9, "lowest": -0.25, "highest": 1234.5},
        ]
    )
    assert said == [
        "9 patients in the sheet",
        "outcome os (survival) from days and dead: known in 8 of 9, 0 with the event",
        "outcome crp (continuous) from crp: known in 9 of 9, from -0.25 to 1234.5",
    ]


def test_columns_are_described_by_what_they_are_used_for():
    said = say(
        1,
        used=[
            used("age", "profile.adjust_for", "outcomes.os", kind="number"),
            used("site", "profile.adjust_for", kind="category", n_levels=4),
            used("none", "strata.confounders", kind="category", n_levels=0),
            used("flat", "strata.confounders", kind="number"),
            used("note", "samples.extra_columns", kind="text"),
            used("arm", "treatment", "samples.columns.arm", kind="category"),
            used("odd", "strata.confounders"),
        ],
        idle={"flat": "it is the same of all"},
        ignored=["a", ""],
        dropped=[
            {"column": "sex", "key": "profile.adjust_for"},
            {"column": "sex", "key": "strata.confounders"},
        ],
    )
    assert said == [
        "1 patient in the sheet",
        "profile.adjust_for: age (number), site (4 levels)",
        "strata.confounders: none (category), flat (says nothing), odd",
        "samples.extra_columns: note",
        "2 columns ignored, since nothing names them: a, (blank)",
        "the sheet has no column sex, a default, so it is left out of"
        " profile.adjust_for and strata.confounders",
    ]
