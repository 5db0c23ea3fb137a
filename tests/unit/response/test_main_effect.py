"""The effect of treatment in all patients, held against other implementations."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import survdiff

from genostrat.config.outcomes import read_outcomes
from genostrat.response.analysis import analyse_response
from genostrat.response.checks.hazards import check_proportional_hazards
from genostrat.response.checks.power import smallest_interaction
from genostrat.response.likelihoods.cox import CoxRegression
from genostrat.response.likelihoods.likelihood import CoxLikelihood, maximise
from genostrat.response.patients import (
    Planned,
    TreatmentArms,
    gather_patients,
    join_near_times,
)
from genostrat.response.survival import kaplan_meier, median_survival
from genostrat.response.treatment.log_rank import check_log_rank
from genostrat.response.treatment.multiplicity import adjust_holm
from genostrat.seeds import random_generator

ARMS = ("control", "10 mg", "5 mg")
PLANNED = Planned(("stage",), ("age", "sex"), ("centre",))


def make_trial(*, n=240, seed=4, benefit=0.9):
    """5 mg works, 10 mg does not; some have no arm, some no stratum."""
    rng = random_generator(seed, "trial")
    arm = rng.choice(ARMS, n)
    age = rng.normal(60, 8, n).round(0)
    time = rng.exponential(12 * np.exp(benefit * (arm == "5 mg") - 0.03 * (age - 60)))
    censored = rng.uniform(4, 30, n)
    sheet = pd.DataFrame(
        {
            "sample_id": [f"P{i:03d}" for i in range(n)],
            "age": age.astype(str),
            "sex": rng.choice(["female", "male"], n),
            "centre": rng.choice(["a", "b", "c"], n),
            "stage": rng.choice(["I", "II", ""], n, p=[0.5, 0.4, 0.1]),
            "arm": np.where(np.arange(n) < 3, "", arm),
            "t": np.ceil(np.minimum(time, censored)).astype(int).astype(str),
            "e": (time <= censored).astype(int).astype(str),
        }
    )
    status = np.where(np.arange(n) >= n - 4, "excluded", "assigned")
    return sheet, pd.DataFrame(
        {"sample_id": sheet["sample_id"], "stratum": "", "status": status}
    )


def analyse(sheet, assignments, **settings):
    patients = gather_patients(
        sheet,
        assignments,
        outcomes=read_outcomes(
            [{"name": "os", "kind": "survival", "time": "t", "event": "e", "unit": "m"}]
        ),
        treatment=TreatmentArms("arm", "control", ARMS),
        planned=PLANNED,
        use_strata=False,
    )
    return analyse_response(patients, min_events_per_cell=5, seed=1, **settings)


@pytest.fixture(scope="module")
def trial():
    sheet, assignments = make_trial()
    used = sheet[(sheet["arm"] != "") & (assignments["status"] != "excluded")]
    return used, analyse(sheet, assignments)


def test_adjusted_and_stratified_effects_equal_statsmodels(trial):
    used, tables = trial
    rows = tables.treatment.set_index(["contrast", "method"])
    part = used[used["arm"] != "10 mg"]
    time, event = part["t"].astype(float), part["e"].astype(float)
    treated = (part["arm"] == "5 mg").to_numpy(dtype=float)
    age, male = part["age"].astype(float), part["sex"] == "male"
    designs = {
        "plain": (treated[:, None], None),
        "adjusted": (np.column_stack([treated, age, male]).astype(float), None),
        "stratified": (treated[:, None], part["centre"].to_numpy()),
    }
    for method, (design, strata) in designs.items():
        fit = PHReg(time, design, status=event, strata=strata, ties="efron").fit()
        row = rows.loc[("5 mg vs control", method)]
        assert np.log(row["effect"]) == pytest.approx(fit.params[0], abs=1e-6)
        assert row["standard_error"] == pytest.approx(fit.bse[0], abs=1e-6)
    chi2, p = survdiff(time, event, treated)
    row = rows.loc[("5 mg vs control", "log_rank")]
    assert (row["statistic"], row["p_value"]) == pytest.approx((chi2, p), rel=1e-6)
    chi2, p = survdiff(used["t"].astype(float), used["e"].astype(float), used["arm"])
    assert rows.loc[("", "log_rank"), "p_value"] == pytest.approx(p, rel=1e-6)
    assert rows.loc[("", "plain"), "df"] == 2
    mean = rows.loc[("5 mg vs control", "restricted_mean")]
    assert mean["effect"] > 0
    assert mean["unit"] == "m"


def test_arms_are_adjusted_for_each_other_and_stand_in_their_order(trial):
    _, tables = trial
    plain = tables.treatment[tables.treatment["method"] == "plain"].iloc[1:]
    assert plain["contrast"].tolist() == ["10 mg vs control", "5 mg vs control"]
    np.testing.assert_allclose(
        plain["p_adjusted"], adjust_holm(plain["p_value"].to_numpy(dtype=float))
    )
    assert adjust_holm(np.array([0.04, 0.01, 0.03])) == pytest.approx(
        [0.06, 0.03, 0.06]
    )
    assert adjust_holm(np.array([0.02, 0.021])) == pytest.approx([0.04, 0.04])


def test_every_patient_of_the_sheet_is_in_a_population(trial):
    _, tables = trial
    found = tables.populations
    [whole] = found.loc[(found["group"] == "all") & (found["arm"] == "all"), "n"]
    assert whole == 236
    assert found.loc[found["division"] == "excluded", "n"].tolist() == [4]
    arms = found[(found["group"] == "all") & (found["arm"] != "all")]
    assert arms["n"].sum() == 236
    assert arms["arm"].tolist() == [*ARMS, ""]
    assert arms["n"].tolist()[-1] == 3
    assert arms["position"].tolist() == [1, 2, 3, 4]
    levels = found[(found["division"] == "stage") & (found["arm"] == "all")]
    assert levels["group"].tolist() == ["I", "II", ""]
    assert levels["n"].sum() == 236


def test_a_pre_specified_subgroup_is_analysed_without_strata(trial):
    used, tables = trial
    tests = tables.subgroup_tests.set_index("model")
    assert tests.loc["cox", "df"] == 2
    assert tests.loc["cox", "n"] == (used["stage"] != "").sum()
    assert "are in no level of stage" in tests.loc["cox", "note"]
    assert set(tables.subgroups["level"]) == {"I", "II"}
    assert tables.interaction["p_value"].isna().all()
    detectable = tables.checks[tables.checks["check"] == "smallest_interaction"]
    assert (detectable["value"] > 1.2).all()


def test_a_subgroup_with_one_level_is_said_to_be_none():
    sheet, assignments = make_trial(n=90)
    tables = analyse(sheet.assign(stage="I"), assignments)
    assert tables.subgroup_tests["p_value"].isna().all()
    assert tables.subgroup_tests["note"].str.contains("same in every patient").all()


def test_the_balance_that_a_draw_left_is_shown_without_a_test(trial):
    used, tables = trial
    balance = tables.balance.set_index(["contrast", "covariate"])
    assert set(balance.index.get_level_values(1)) == {"age", "sex=female", "sex=male"}
    age = used["age"].astype(float)
    pair = [age[used["arm"] == arm] for arm in ("5 mg", "control")]
    spread = np.sqrt((pair[0].var(ddof=0) + pair[1].var(ddof=0)) / 2)
    expected = (pair[0].mean() - pair[1].mean()) / spread
    found = balance.loc[("5 mg vs control", "age"), "smd_before"]
    assert found == pytest.approx(expected)
    assert balance["overlap"].isna().all()


def test_cox_regression_equals_the_pooled_likelihood():
    rng = random_generator(8, "cox")
    n = 150
    design = rng.integers(0, 2, (n, 2)).astype(float)
    time = np.ceil(rng.exponential(8, n))
    event = (rng.random(n) < 0.6).astype(float)
    baseline = rng.choice(["a", "b"], n)
    dense = CoxRegression(design, time, event, baseline=baseline)
    pooled = CoxLikelihood(design, time, event, weights=np.ones(n), baseline=baseline)
    at = np.array([0.3, -0.4])
    for one, other in zip(dense.derivatives(at), pooled.derivatives(at), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10)
    inverse = np.linalg.inv(pooled.derivatives(at)[2])
    np.testing.assert_allclose(
        dense.bias_score(at, inverse), pooled.bias_score(at, inverse), rtol=1e-8
    )
    penalised = [maximise(one, penalised=True).beta for one in (dense, pooled)]
    np.testing.assert_allclose(*penalised, rtol=1e-8)


def test_separated_arms_have_the_strongest_effect_with_limits():
    """None of 60 against 28 of 60: nothing shown would hide it."""
    rng = random_generator(2, "separated")
    sheet, assignments = make_trial(n=120)
    sheet["arm"] = ["control", "5 mg"] * 60
    events = [0] * 120
    events[:56:2] = [1] * 28
    sheet["e"] = [str(event) for event in events]
    sheet["t"] = rng.integers(5, 60, 120).astype(str)
    tables = analyse(sheet, assignments.assign(status="assigned"))
    rows = tables.treatment.set_index(["contrast", "method"]).loc["5 mg vs control"]
    plain, mean = rows.loc["plain"], rows.loc["restricted_mean"]
    assert 0 < plain["ci_low"] < plain["effect"] < plain["ci_high"] < 0.5
    assert "Firth" in plain["note"]
    assert mean["ci_low"] > 0
    assert rows.loc["log_rank", "p_value"] < 1e-4


@pytest.mark.parametrize(
    ("times", "same"),
    [
        ([3 * 0.1, 0.3, 1.0], True),
        ([1e6, 1e6 + 0.01, 5e5], True),
        ([1.0, 1.0 + 1e-6, 2.0], False),
        ([0.0, 1e-9, 1.0], True),
    ],
)
def test_near_times_are_one_as_in_r(times, same):
    joined = join_near_times(np.array([*times, np.nan]))
    assert (joined[0] == joined[1]) == same
    assert np.isnan(joined[3])
    assert joined[2] == times[2]


def test_proportional_hazards_that_fail_are_found_and_others_are_not():
    rng = random_generator(5, "hazards")
    n = 400
    treated = np.arange(n) % 2 == 0
    # An effect that wears off and turns.
    time = np.where(treated, rng.weibull(2.2, n), rng.weibull(0.8, n)) * 10
    censored = rng.uniform(5, 25, n)
    event = (time <= censored).astype(float)
    design = treated[:, None].astype(float)
    found = check_proportional_hazards(np.minimum(time, censored), event, design)
    assert found.p_value < 1e-4
    p_values = []
    for _ in range(60):
        time = rng.exponential(np.where(treated, 14, 10))
        event = (time <= censored).astype(float)
        p_values.append(
            check_proportional_hazards(
                np.minimum(time, censored), event, design
            ).p_value
        )
    assert np.mean(np.array(p_values) < 0.05) < 0.15
    assert stats.kstest(p_values, "uniform").pvalue > 0.01


def test_smallest_interaction_has_the_power_it_names():
    rng = random_generator(6, "power")
    errors = np.array([0.3, 0.2, 0.4])
    found = smallest_interaction(errors)
    weights = errors**-2
    truth = np.array([0.0, 0.0, found])
    seen = truth + errors * rng.normal(size=(4000, 3))
    mean = (seen @ weights / weights.sum())[:, None]
    p = stats.chi2.sf(((seen - mean) ** 2) @ weights, 2)
    assert (p < 0.05).mean() == pytest.approx(0.8, abs=0.03)
    two = smallest_interaction(np.array([0.3, np.nan, 0.4]))
    assert two == pytest.approx((1.959964 + 0.841621) * 0.5, abs=2e-4)
    assert np.isnan(smallest_interaction(np.array([0.3, np.nan])))


def test_median_is_that_of_the_curve():
    time, event = np.arange(1.0, 11.0), np.ones(10)
    # A curve that is exactly a half between two events: R gives the middle.
    assert median_survival(kaplan_meier(time, event))[0] == 5.5
    median, low, high = median_survival(kaplan_meier(time[:9], event[:9]))
    assert (median, low < median < high) == (5.0, True)
    assert np.isnan(median_survival(kaplan_meier(time, (time < 3) * 1.0))[0])


def test_log_rank_of_many_strata_adds_up():
    rng = random_generator(9, "log-rank")
    n = 180
    time, event = np.ceil(rng.exponential(9, n)), (rng.random(n) < 0.7) * 1.0
    arm, centre = rng.choice(["a", "b", "c"], n), rng.choice(["x", "y"], n)
    found = check_log_rank(time, event, arm=arm, arms=["a", "b", "c"], baseline=centre)
    chi2, p = survdiff(time, event, arm, strata=centre)
    assert (found.statistic, found.p_value) == pytest.approx((chi2, p), rel=1e-6)
