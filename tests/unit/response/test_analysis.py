import runpy
import stat
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up import write_part, write_plain

from benchmarks.real_data import DATA as SHARED
from genostrat.config.outcomes import read_outcomes
from genostrat.response.analysis import analyse_response, subgroup_note
from genostrat.response.patients import TreatmentArms, gather_patients
from genostrat.seeds import random_generator
from genostrat.tables import read_table

OUTCOMES = [
    {"name": "os", "kind": "survival", "time": "os_months", "event": "os_event"},
    {"name": "responded", "kind": "binary", "column": "responded"},
    {"name": "change", "kind": "continuous", "column": "change"},
]
TREATMENT = {"column": "treatment", "reference": "control"}
SCRIPT = Path(__file__).parents[3] / "scripts" / "test_response.py"


def make_cohort(*, n=300, seed=1):
    """The new treatment helps stratum 2 and harms stratum 1."""
    rng = random_generator(seed, "cohort")
    stratum = rng.integers(1, 4, n).astype(str)
    new = rng.random(n) < 0.5
    effect = new * np.select([stratum == "1", stratum == "2"], [-1.2, 1.2], 0.0)
    time = rng.exponential(12 * np.exp(effect))
    censored = rng.uniform(6, 36, n)
    sheet = pd.DataFrame(
        {
            "sample_id": [f"{i:04d}" for i in range(n)],
            "sex": rng.choice(["male", "female"], n),
            "age": rng.normal(60, 8, n).round(1).astype(str),
            "treatment": np.where(new, "new", "control"),
            "os_months": np.minimum(time, censored).round(2).astype(str),
            "os_event": (time <= censored).astype(int).astype(str),
            "responded": (rng.random(n) < 1 / (1 + np.exp(-effect)))
            .astype(int)
            .astype(str),
            "change": (effect + rng.normal(size=n)).round(3).astype(str),
        },
        dtype=str,
    )
    assignments = pd.DataFrame(
        {
            "sample_id": sheet["sample_id"],
            "stratum": stratum,
            "confidence": 0.95,
            "status": "assigned",
        }
    )
    return sheet, assignments


def arms_of(sheet, treatment):
    """Return the treatment as the check of the sheet would find it."""
    if treatment is None:
        return None
    arms = sorted(set(sheet[treatment["column"]]) - {""})
    return TreatmentArms(treatment["column"], treatment["reference"], tuple(arms))


def analyse(
    sheet,
    assignments,
    *,
    outcomes=OUTCOMES,
    treatment=TREATMENT,
    verdict="supported",
    minimum=5,
):
    use_strata, note = subgroup_note({"verdict": verdict}, assignments=assignments)
    patients = gather_patients(
        sheet,
        assignments,
        outcomes=read_outcomes(outcomes),
        treatment=arms_of(sheet, treatment),
        use_strata=use_strata,
    )
    return analyse_response(patients, min_events_per_cell=minimum, seed=1, note=note)


def test_planted_qualitative_interaction_is_found_on_every_scale():
    tables = analyse(*make_cohort())
    tests = tables.interaction.set_index(["outcome", "model"])
    for outcome, model in (
        ("os", "cox"),
        ("responded", "logistic"),
        ("change", "linear"),
    ):
        assert tests.loc[(outcome, model), "p_adjusted"] < 0.001
        assert tests.loc[(outcome, model), "df"] == 2
        assert tests.loc[(outcome, "gail_simon"), "p_value"] < 0.02
    effects = tables.effects.set_index(["outcome", "stratum", "scale"])["effect"]
    assert effects["os", "1", "hazard_ratio"] > 1.5
    assert effects["os", "2", "hazard_ratio"] < 1 / 1.5
    assert (
        effects["os", "1", "rmst_difference"]
        < 0
        < effects["os", "2", "rmst_difference"]
    )
    assert effects["responded", "1", "risk_difference"] < -0.1
    assert effects["change", "2", "mean_difference"] == pytest.approx(1.2, abs=0.6)


def test_counts_add_up():
    sheet, assignments = make_cohort()
    sheet.loc[:9, ["os_months", "os_event"]] = ""
    sheet.loc[10:14, "treatment"] = ""
    tables = analyse(sheet, assignments)
    effects = tables.effects[tables.effects["scale"] == "hazard_ratio"]
    effects = effects.set_index("stratum")
    parts = effects.drop(index="all")
    for column in ("n", "n_events", "n_arm", "n_events_reference"):
        assert effects.loc["all", column] == parts[column].sum()
    assert effects.loc["all", "n"] == 285
    test = tables.interaction.set_index("model").loc["cox"]
    assert test["n"] == 285
    assert "15 patients left out" in test["note"]


def test_no_subgroups_leave_the_overall_effect_and_a_reason():
    tables = analyse(*make_cohort(), verdict="none")
    assert set(tables.effects["stratum"]) == {"all"}
    assert tables.effects["effect"].notna().all()
    assert tables.interaction["p_value"].isna().all()
    assert list(tables.interaction["model"]) == ["cox", "logistic", "linear"]
    assert tables.interaction["note"].str.contains("no subgroups were found").all()
    assert set(tables.survival_curves["stratum"]) == {"all"}


def test_one_stratum_is_no_subgroup():
    sheet, assignments = make_cohort()
    assert subgroup_note(
        {"verdict": "supported"}, assignments=assignments.assign(stratum="1")
    ) == (False, "there is one stratum, so no subgroup analysis")
    tables = analyse(sheet, assignments.assign(stratum="1"))
    assert tables.interaction["p_value"].isna().all()


def test_confounded_strata_are_tested_and_marked():
    tables = analyse(*make_cohort(), verdict="confounded")
    assert tables.interaction["p_value"].notna().all()
    for table in (tables.interaction, tables.effects):
        assert table["note"].str.contains("confounded").all()


def test_small_cells_have_no_effect_but_a_reason():
    sheet, assignments = make_cohort()
    stratum = assignments["stratum"].to_numpy()
    new = (sheet["treatment"] == "new").to_numpy()
    for arm, n in ((new, 3), (~new, 2)):
        chosen = np.flatnonzero((stratum == "3") & arm)
        sheet.loc[chosen, "os_event"] = "0"
        sheet.loc[chosen[:n], "os_event"] = "1"
    tables = analyse(sheet, assignments)
    effects = tables.effects.set_index(["outcome", "stratum"]).loc[("os", "3")]
    assert effects[["effect", "ci_low", "ci_high", "arm_value"]].isna().all(axis=None)
    assert effects["note"].str.contains(r"too few events \(2\.\d expected").all()
    assert (effects["n_events_arm"] == 3).all()
    test = tables.interaction.set_index("model").loc["cox"]
    assert "1 of the compared groups" in test["note"]


def test_without_treatment_strata_are_compared_with_each_other():
    tables = analyse(*make_cohort(), treatment=None)
    assert set(tables.interaction["model"]) == {"prognostic"}
    assert set(tables.effects["contrast"]) == {"stratum vs rest"}
    assert set(tables.effects["stratum"]) == {"1", "2", "3"}
    assert set(tables.survival_curves["arm"]) == {"all"}
    nothing = analyse(*make_cohort(), treatment=None, verdict="none")
    assert nothing.effects.empty
    assert nothing.interaction["note"].str.contains("no subgroups").all()


def test_adjustment_is_within_each_question():
    tests = analyse(*make_cohort()).interaction
    linear = tests[tests["model"].isin(["cox", "logistic", "linear"])]
    p = np.sort(linear["p_value"].to_numpy())
    expected = np.minimum.accumulate((p * 3 / [1, 2, 3])[::-1])[::-1]
    np.testing.assert_allclose(np.sort(linear["p_adjusted"]), expected)


def test_curves_do_not_show_when_a_patient_had_the_event():
    sheet, assignments = make_cohort()
    curves = analyse(sheet, assignments).survival_curves
    times = np.unique(curves["time"])
    assert len(times) <= 60
    np.testing.assert_allclose(np.diff(times), times[1])
    assert 4 <= curves.loc[curves["is_tick"], "time"].nunique() <= 6
    one = curves[(curves["stratum"] == "2") & (curves["arm"] == "new")]
    assert (one["survival"].diff().dropna() <= 0).all()
    inside = (assignments["stratum"] == "2") & (sheet["treatment"] == "new")
    at_risk = (sheet.loc[inside, "os_months"].astype(float) >= times[20]).sum()
    assert one.iloc[20]["n_at_risk"] == at_risk


def test_order_of_rows_does_not_matter():
    sheet, assignments = make_cohort(n=120)
    forward = analyse(sheet, assignments)
    backward = analyse(sheet.iloc[::-1], assignments.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(forward.effects, backward.effects)
    pd.testing.assert_frame_equal(forward.interaction, backward.interaction)


def run_script(folder, sheet, assignments, **values):
    folder.mkdir()
    sheet.to_csv(folder / "samples.tsv", sep="\t", index=False)
    write_part(folder / "assignments.tsv", assignments, table="strata/assignments.tsv")
    write_plain(folder / "verdict.json", {"verdict": "supported", "k": 3})
    arms = {"reference": "control", "arms": {"control": 1, "new": 1}}
    resolved = {"response.propensity_covariates": ["age", "sex"]}
    write_plain(folder / "inputs.json", {"treatment": arms, "resolved": resolved})
    outputs = {
        name: name for name in ("interaction", "effects", "survival_curves", "balance")
    }
    more = ("incidence_curves", "credibility", "net_benefit")
    outputs |= {name: name for name in more}
    outputs |= {"main_effect": "treatment", "checks": "checks"}
    outputs |= {name: name for name in ("populations", "subgroups", "subgroup_tests")}
    defaults = {
        "treatment": TREATMENT,
        "outcomes": OUTCOMES,
        "min_events_per_cell": 5,
        "primary": None,
        "multiplicity": "holm",
        "learner": "ridge",
        "randomised": True,
        "seed": 1,
    }
    runpy.run_path(str(SCRIPT))["main"](
        samples=folder / "samples.tsv",
        keep=None,
        assignments=folder / "assignments.tsv",
        verdict=folder / "verdict.json",
        checked=folder / "inputs.json",
        **{name: folder / f"{table}.tsv" for name, table in outputs.items()},
        heterogeneity=folder / "heterogeneity.json",
        **(defaults | values),
    )
    return {table: folder / f"{table}.tsv" for table in outputs.values()}


def test_script_writes_the_same_bytes_twice(tmp_path):
    cohort = make_cohort(n=90)
    first = run_script(tmp_path / "first", *cohort)
    second = run_script(tmp_path / "second", *cohort)
    for name, path in first.items():
        assert path.read_bytes() == second[name].read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        frame = read_table(path, table=f"response/{name}.tsv")
        empty = {"balance", "subgroups", "subgroup_tests", "incidence_curves"}
        assert frame.empty == (name in empty)


def test_script_weighs_observational_data(tmp_path):
    cohort = make_cohort(n=60)
    files = run_script(
        tmp_path / "run", *cohort, randomised=False, outcomes=OUTCOMES[2:]
    )
    effects = read_table(files["effects"], table="response/effects.tsv")
    assert effects["note"].str.contains("observational").all()
    balance = read_table(files["balance"], table="response/balance.tsv")
    assert set(balance["covariate"]) == {"age", "sex=female", "sex=male"}
    curves = read_table(files["survival_curves"], table="response/survival_curves.tsv")
    assert curves.empty


def shared_table(name):
    path = SHARED / name / f"{name}.tsv"
    if not path.exists():
        pytest.skip(f"{name} is not on this machine")
    table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    return table.assign(sample_id=[f"P{i:04d}" for i in range(len(table))])


def effects_of(tables):
    """Return the rows of the effect in all patients, by contrast and method."""
    return tables.treatment.set_index(["contrast", "method"]).sort_index()


def assign(table, stratum):
    return pd.DataFrame(
        {"sample_id": table["sample_id"], "stratum": stratum, "status": "assigned"}
    )


@pytest.mark.shared
def test_actg175_shows_a_benefit_and_no_interaction():
    table = shared_table("actg175")
    tables = analyse(
        table,
        assign(table, table["str2"]),
        outcomes=[{"name": "os", "kind": "survival", "time": "days", "event": "cens"}],
        treatment={"column": "treat", "reference": "0"},
    )
    ratios = tables.effects[tables.effects["scale"] == "hazard_ratio"]
    ratios = ratios.set_index("stratum")
    overall = ratios.loc["all", ["effect", "ci_low", "ci_high"]].astype(float)
    np.testing.assert_allclose(overall, [0.535, 0.45, 0.64], atol=0.005)
    assert ratios.loc["0", "effect"] == pytest.approx(0.51, abs=0.005)
    assert ratios.loc["1", "effect"] == pytest.approx(0.54, abs=0.005)
    assert tables.interaction.set_index("model").loc["cox", "p_value"] > 0.5
    # Hazards are not proportional, which the restricted mean answers.
    hazards = tables.checks[tables.checks["check"] == "proportional_hazards"]
    assert hazards["p_value"].tolist() == pytest.approx([0.00367], abs=5e-5)
    mean = effects_of(tables).loc[("1 vs 0", "restricted_mean")]
    assert 60 < mean["ci_low"] < mean["effect"] < 120


@pytest.mark.shared
def test_actg175_names_its_four_arms():
    table = shared_table("actg175")
    tables = analyse(
        table,
        assign(table, table["str2"]).assign(status="ambiguous"),
        outcomes=[{"name": "os", "kind": "survival", "time": "days", "event": "cens"}],
        treatment={"column": "arms", "reference": "0"},
    )
    plain = effects_of(tables).xs("plain", level="method")
    assert plain.index.tolist() == ["", "1 vs 0", "2 vs 0", "3 vs 0"]
    expected = [0.4947, 0.5272, 0.5896]
    assert plain["effect"].tolist()[1:] == pytest.approx(expected, abs=1e-4)
    assert plain.loc["", "n"] == 2139
    whole = tables.populations.query("group == 'all' and arm == 'all'")
    assert whole["n"].tolist() == [2139]


@pytest.mark.shared
def test_gbsg2_shows_the_benefit_of_hormones():
    table = shared_table("gbsg2")
    positive = table["estrec"].astype(int) >= 20
    tables = analyse(
        table,
        assign(table, np.where(positive, "ER+", "ER-")),
        outcomes=[{"name": "rfs", "kind": "survival", "time": "time", "event": "cens"}],
        treatment={"column": "horTh", "reference": "no"},
    )
    ratios = tables.effects[tables.effects["scale"] == "hazard_ratio"]
    ratios = ratios.set_index("stratum")
    overall = ratios.loc["all", ["effect", "ci_low", "ci_high"]].astype(float)
    np.testing.assert_allclose(overall, [0.69, 0.54, 0.89], atol=0.006)
    assert ratios.loc["ER+", "effect"] == pytest.approx(0.66, abs=0.005)
    assert ratios.loc["ER-", "effect"] == pytest.approx(0.80, abs=0.005)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("case", "reference", "expected"),
    [
        # R's survival with its defaults; without its tolerance for ties .74856.
        ("12-nearties", "B", {"A vs B": (0.75237, 5e-6)}),
        ("24-multiarm-headline", "control", {"B cure vs control": (0.40, 0.01)}),
        ("07-separated", "B", {"A vs B": (0.0164, 1e-4)}),
    ],
)
def test_cases_of_trials_have_the_effect_that_they_hold(case, reference, expected):
    path = SHARED.parent / "cases/strata_response" / case / "sheet.tsv"
    if not path.exists():
        pytest.skip(f"{case} is not on this machine")
    table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    tables = analyse(
        table,
        assign(table, "").assign(status="ambiguous"),
        outcomes=[{"name": "os", "kind": "survival", "time": "time", "event": "event"}],
        treatment={"column": "arm", "reference": reference},
    )
    found = effects_of(tables)
    for contrast, (value, tolerance) in expected.items():
        row = found.loc[(contrast, "plain")]
        assert row["effect"] == pytest.approx(value, abs=tolerance)
        assert np.isfinite([row["ci_low"], row["ci_high"], row["p_value"]]).all()
        assert np.isfinite(found.loc[(contrast, "restricted_mean"), "ci_low"])
    assert set(found.index.get_level_values(0)) - {""} == {
        f"{arm} vs {reference}" for arm in set(table["arm"]) - {reference}
    }
