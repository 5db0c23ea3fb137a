import pandas as pd
import pytest

from genostrat.errors import GenostratError
from genostrat.response.checks import used_features
from genostrat.response.patients import gather_patients
from genostrat.response.settings import (
    Outcome,
    Treatment,
    parse_outcomes,
    parse_treatment,
    read_settings,
)

SURVIVAL = Outcome("os", "survival", ("os_months", "os_event"))
BINARY = Outcome("responded", "binary", ("responded",))
CHANGE = Outcome("change", "continuous", ("change",))
TREATMENT = Treatment("treatment", "control")


def make_sheet(**columns):
    sheet = {
        "sample_id": ["003", "001", "002", "004"],
        "treatment": ["control", "new", "control", "new"],
        "os_months": ["12.5", "3", "", "40"],
        "os_event": ["1", "0", "", "1.0"],
        "responded": ["1", "0", "", "0"],
        "change": ["-1.5", "2e1", "", "0"],
        "age": ["60", "61", "", "63"],
    }
    return pd.DataFrame(sheet | columns, dtype=str)


def make_assignments(**columns):
    assignments = {
        "sample_id": ["001", "002", "003", "004"],
        "stratum": ["10", "2", "2", "10"],
        "status": ["assigned"] * 4,
    }
    return pd.DataFrame(assignments | columns, dtype=str)


def gather(sheet=None, assignments=None, **settings):
    defaults = {"outcomes": [SURVIVAL, BINARY, CHANGE], "treatment": TREATMENT}
    return gather_patients(
        make_sheet() if sheet is None else sheet,
        make_assignments() if assignments is None else assignments,
        **(defaults | settings),
    )


def test_patients_are_joined_by_identifier():
    patients = gather(covariates=["age"])
    assert patients.stratum.tolist() == ["10", "2", "2", "10"]
    assert patients.arm.tolist() == ["new", "control", "control", "new"]
    assert patients.strata == ["2", "10"]
    assert patients.arms == ["control", "new"]
    assert patients.covariates["age"].tolist() == ["61", "", "60", "63"]
    survival = patients.measured[0]
    assert survival.known.tolist() == [True, False, True, True]
    assert survival.time[[0, 2, 3]].tolist() == [3.0, 12.5, 40.0]
    assert survival.n_events == 2
    assert patients.measured[2].value[[0, 2]].tolist() == [20.0, -1.5]


def test_only_assigned_patients_enter_unless_nothing_is_divided():
    status = ["assigned", "ambiguous", "assigned", "excluded"]
    assignments = make_assignments(status=status)
    assert gather(assignments=assignments).stratum.tolist() == ["10", "2"]
    whole = gather(assignments=assignments, use_strata=False)
    assert whole.stratum.tolist() == ["all"] * 3
    assert whole.strata == ["all"]


@pytest.mark.parametrize(
    ("columns", "settings", "words"),
    [
        ({}, {"treatment": Treatment("treatmnt", "control")}, ["'treatment'"]),
        ({}, {"treatment": Treatment("treatment", "controls")}, ["'control'"]),
        ({"treatment": ["control"] * 4}, {}, ["one arm only", "null"]),
        ({"treatment": [""] * 4}, {}, ["only blank cells"]),
        ({"treatment": ["all", "control"] * 2}, {}, ["another name"]),
        (
            {},
            {"outcomes": [Outcome("x", "binary", ("respnded",))]},
            ["no column 'respnded'", "did you mean 'responded'"],
        ),
        (
            {"os_event": ["1", "2", "", "dead"]},
            {},
            ["line 3, column os_event", "line 5, column os_event", "dead", "0 and 1"],
        ),
        ({"os_months": ["-3", "1", "", "2"]}, {}, ["line 2", "negative"]),
        ({"os_months": ["", "1", "", "2"]}, {}, ["line 2", "os_months is blank"]),
        ({"os_event": ["1", "", "", "1"]}, {}, ["line 3", "os_event is blank"]),
        ({"os_months": ["-Inf", "NA", "", "2"]}, {}, ["-Inf", "NA", "finite"]),
        ({"change": ["1", "high", "nan", "1_0"]}, {}, ["high", "nan", "1_0"]),
        ({"responded": ["yes", "0", "", "0.5"]}, {}, ["yes", "0.5", "blank when"]),
        ({}, {"covariates": ["centre"]}, ["propensity_covariates", "centre"]),
        (
            {},
            {"profile_features": ["clinical:os_months"]},
            ["outcome 'os'", "clinical:os_months", "no test"],
        ),
        ({}, {"profile_features": ["clinical:responded=1"]}, ["'responded'"]),
        ({}, {"profile_features": ["treatment"]}, ["treatment helped"]),
    ],
)
def test_problems_are_explained(columns, settings, words):
    with pytest.raises(GenostratError) as caught:
        gather(make_sheet(**columns), **settings)
    for word in words:
        assert word in str(caught.value)


def test_all_problems_come_at_once():
    sheet = make_sheet(
        os_months=["-1", "x", "", "2"], responded=["2", "0", "", "0"]
    ).drop(columns="change")
    with pytest.raises(GenostratError) as caught:
        gather(sheet, treatment=Treatment("treatment", "nobody"))
    assert len(caught.value.problems) == 5


def test_many_bad_cells_are_counted():
    n = 500
    ids = [f"{i:04d}" for i in range(n)]
    sheet = pd.DataFrame({"sample_id": ids, "responded": ["NA"] * n})
    assignments = pd.DataFrame({"sample_id": ids, "stratum": "1", "status": "assigned"})
    with pytest.raises(GenostratError) as caught:
        gather_patients(sheet, assignments, outcomes=[BINARY], treatment=None)
    assert len(caught.value.problems) == 11
    assert "490 more" in str(caught.value)


def test_names_that_resemble_an_outcome_are_no_leak():
    gather(profile_features=["rna:os", "rna:change_rate", "rna:age=change"])


def test_only_used_features_formed_the_strata():
    features = pd.DataFrame(
        {
            "feature": ["a:x", "a:y"],
            "source_name": ["X", "Y"],
            "status": ["used", "low_variance"],
        }
    )
    assert used_features(features) == ["a:x", "X"]


def test_strata_of_an_older_sheet_are_refused():
    with pytest.raises(GenostratError, match="older sheet"):
        gather(make_sheet().iloc[1:])


def test_arms_are_checked_among_those_who_enter():
    status = ["assigned", "excluded", "excluded", "assigned"]
    with pytest.raises(GenostratError, match="patients who enter"):
        gather(assignments=make_assignments(status=status))


def test_settings_explain_what_is_wrong():
    records = [
        {"name": "os", "kind": "survivl", "time": "t", "event": "e"},
        {"name": "x", "kind": "survival", "time": "t"},
        {"kind": "binary"},
        {"name": "y", "kind": "binary", "column": "y"},
        {"name": "y", "kind": "binary", "column": "z"},
    ]
    outcomes, problems = parse_outcomes(records)
    assert outcomes == [Outcome("y", "binary", ("y",))]
    text = "\n".join(str(problem) for problem in problems)
    for words in ("kind: survival", "its event column", "no name", "one name"):
        assert words in text
    with pytest.raises(GenostratError, match="not randomised"):
        read_settings(
            treatment={"column": "treatment"},
            outcomes=records[3:4],
            randomised=False,
            propensity_covariates=[],
        )
    with pytest.raises(GenostratError, match="no outcome"):
        read_settings(
            treatment=None, outcomes=[], randomised=True, propensity_covariates=[]
        )


def test_treatment_may_be_absent():
    assert parse_treatment(None) is None
    assert parse_treatment({"column": None}) is None
    assert parse_treatment({"column": "arm", "reference": 0}) == Treatment("arm", "0")
