import numpy as np
import pandas as pd
import pytest

from genostrat.config.outcomes import Outcome
from genostrat.errors import GenostratError
from genostrat.response.analysis import analyse_response
from genostrat.response.patients import TreatmentArms, gather_patients

SURVIVAL = Outcome("os", "survival", ("os_months", "os_event"))
BINARY = Outcome("responded", "binary", ("responded",))
CHANGE = Outcome("change", "continuous", ("change",))
TREATMENT = TreatmentArms("treatment", "control", ("new", "control"))


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
    assert patients.covariates["age"].tolist() == ["61", "", "60", "63"]
    survival = patients.measured[0]
    assert survival.known.tolist() == [True, False, True, True]
    assert survival.time[[0, 2, 3]].tolist() == [3.0, 12.5, 40.0]
    assert survival.n_events == 2
    assert patients.measured[2].value[[0, 2]].tolist() == [20.0, -1.5]


def test_who_has_no_stratum_stays_among_all_patients():
    status = ["assigned", "ambiguous", "assigned", "excluded"]
    assignments = make_assignments(status=status)
    divided = gather(assignments=assignments)
    assert divided.stratum.tolist() == ["10", "", "2"]
    assert divided.strata == ["2", "10"]
    whole = gather(assignments=assignments, use_strata=False)
    assert whole.stratum.tolist() == ["all"] * 3
    assert whole.strata == ["all"]


def test_strata_of_an_older_sheet_are_refused():
    with pytest.raises(GenostratError, match="older sheet"):
        gather(make_sheet().iloc[1:])


def test_arms_keep_the_order_of_the_check_behind_the_reference():
    arms = TreatmentArms("arm", "placebo", ("5 mg", "10 mg", "placebo", "20 mg"))
    assert arms.ordered == ("placebo", "5 mg", "10 mg", "20 mg")
    found = {"reference": "0", "arms": {"0": 3, "5": 3, "10": 3}}
    arms = TreatmentArms.from_check({"column": "dose"}, {"treatment": found})
    assert arms.ordered == ("0", "5", "10")
    assert TreatmentArms.from_check(None, {}) is None


@pytest.mark.parametrize("lost", ["new", "control"])
@pytest.mark.parametrize("randomised", [True, False])
@pytest.mark.parametrize("use_strata", [True, False])
def test_an_arm_of_which_nobody_is_left_is_said_and_stops_nothing(
    lost, randomised, use_strata
):
    n = 80
    rng = np.random.default_rng(3)
    ids = [f"p{i:02d}" for i in range(n)]
    arm = np.array([("control", "new", "other")[i % 3] for i in range(n)])
    sheet = pd.DataFrame(
        {
            "sample_id": ids,
            "treatment": arm,
            "os_months": rng.exponential(10, n).round(2).astype(str),
            "os_event": rng.integers(0, 2, n).astype(str),
            "responded": rng.integers(0, 2, n).astype(str),
            "change": rng.normal(size=n).round(3).astype(str),
            "age": rng.integers(30, 80, n).astype(str),
        }
    )
    assignments = pd.DataFrame(
        {
            "sample_id": ids,
            "stratum": [f"S{i % 2 + 1}" for i in range(n)],
            "status": np.where(arm == lost, "excluded", "assigned"),
        }
    )
    patients = gather(
        sheet,
        assignments,
        treatment=TreatmentArms("treatment", "control", ("control", "new", "other")),
        covariates=["age"],
        use_strata=use_strata,
    )
    tables = analyse_response(
        patients, min_events_per_cell=5, seed=1, randomised=randomised, draws=20
    )
    empty = tables.effects[tables.effects["contrast"].str.contains(lost)]
    assert len(empty)
    assert empty["effect"].isna().all()
    assert empty["note"].str.contains("too few").all()
    both = tables.effects["contrast"] == "other vs control"
    assert tables.effects.loc[both, "effect"].notna().any() == (lost == "new")


def test_a_cohort_of_which_nobody_is_left_gives_tables_without_effects():
    assignments = make_assignments(status=["excluded"] * 4)
    patients = gather(assignments=assignments, use_strata=False)
    tables = analyse_response(patients, min_events_per_cell=5, seed=1)
    assert tables.effects["effect"].isna().all()
    assert (tables.effects["n"] == 0).all()
