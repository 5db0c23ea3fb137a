"""What later stages ask of the sheet is asked at check, from the config file on.

Every case here passed a check that looked at less, and died in the last stage, or
worse, did not die. The table is of kinds: a name, a number, a coding, an arm, a
feature, a cohort's size.
"""

import json

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
from intake_cases import load

from genostrat.config.columns import KNOWN_COLUMNS, find_uses
from genostrat.config.request import request_check
from genostrat.intake.summary import describe_intake


@pytest.fixture
def columns():
    return make_columns()


# Names -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "more"),
    [
        ("strata.confounders", {"strata": {"confounders": ["plat"]}}),
        ("profile.adjust_for", {"profile": {"adjust_for": ["plat"]}}),
        ("profile.clinical_features", {"profile": {"clinical_features": ["plat"]}}),
        (
            "response.propensity_covariates",
            {"response": {"propensity_covariates": ["plat"]}},
        ),
        ("report.colour_by", {"report": {"colour_by": "plat"}}),
        ("labels", {"labels": ["plat"]}),
        ("samples.extra_columns", {"samples": {"extra_columns": ["plat"]}}),
        ("treatment.column", {"treatment": {"column": "plat", "reference": "x"}}),
        ("outcomes.column", outcome("binary", "plat")),
        ("samples.columns", {"samples": {"columns": {"batch": "plat"}}}),
    ],
)
def test_a_name_that_the_user_wrote_and_the_sheet_lacks_is_refused(
    tmp_path, columns, key, more
):
    columns["plate"] = ["p1", "p2"] * (N // 2)
    config = BASE | more
    config["samples"] = BASE["samples"] | {"unknown_columns": "ignore"}
    config["samples"] |= more.get("samples", {})
    (problem,) = refused(tmp_path, columns, config)
    text = str(problem)
    assert f"the column 'plat' is missing: {key}" in text
    assert "is it 'plate'?" in text
    assert "sheet.tsv does not have it" in text
    assert str(problem.file).endswith("config/cohorts/ward.yaml")
    lines = (tmp_path / "config/cohorts/ward.yaml").read_text().splitlines()
    assert problem.line is not None
    assert "plat" in "".join(lines[problem.line - 1 : problem.line + 1])


def test_a_name_is_refused_wherever_it_was_written(tmp_path, columns):
    site = "strata: {confounders: [plat]}\n"
    (problem,) = refused(tmp_path, columns, site=site)
    # As the user would write it, who is in that folder.
    assert (problem.file, problem.line) == ("config/config.yaml", 1)
    on_line = {"strata": {"confounders": ["plat"]}}
    (problem,) = refused(tmp_path, columns, overrides=on_line, site="{}")
    assert "--config" in str(problem.file)
    # A file that repeats what is shipped, as a copy of it does, has written nothing.
    copy = "strata: {confounders: [centre, batch, sex, age]}\n"
    assert checked(tmp_path, columns, site=copy)


def test_a_default_that_the_sheet_lacks_is_left_out_and_said(tmp_path, columns):
    columns["crp"] = [f"{i}.5" for i in range(N)]
    config = BASE | {"profile": {"clinical_features": ["crp"]}}
    record = checked(tmp_path, columns, config).record
    resolved = record["columns"]["resolved"]
    assert resolved["strata.confounders"] == ["sex", "age"]
    assert resolved["profile.adjust_for"] == ["age", "sex"]
    dropped = {(d["column"], d["key"]) for d in record["columns"]["dropped"]}
    assert dropped == {
        ("batch", "profile.adjust_for"),
        ("batch", "strata.confounders"),
        ("centre", "strata.confounders"),
        ("centre", "response.stratify_by"),
    }
    said = "\n".join(describe_intake(record))
    assert "the sheet has no column batch, a default, so it is left out of" in said


def test_defaults_that_no_stage_uses_are_not_worth_a_word(tmp_path, columns):
    record = checked(tmp_path, columns).record
    used = {one["key"] for one in record["columns"]["dropped"]}
    assert used == {"response.stratify_by"}
    assert "propensity" not in "\n".join(describe_intake(record))


def test_every_shipped_name_is_a_known_column(tmp_path):
    """By this a name that somebody wrote into the shipped file is told from it."""
    uses = find_uses(load(tmp_path, {"samples": {"path": "s.tsv"}}))
    assert uses
    assert all(use.is_default and use.column in KNOWN_COLUMNS for use in uses)


def test_features_carry_their_own_columns(tmp_path, columns):
    columns |= {"wtkg": [f"{60 + i}.2" for i in range(N)], "other": ["x"] * N}
    config = BASE | {"profile": {"clinical_features": ["age", "wtkg"]}}
    config["samples"] = {"path": "sheet.tsv", "unknown_columns": "ignore"}
    intake = checked(tmp_path, columns, config)
    assert intake.sheet.frame["wtkg"].tolist() == columns["wtkg"]
    assert intake.record["columns"]["ignored"] == ["other"]
    assert "other" not in intake.sheet.frame


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"profile": {"clinical_features": ["event"]}}, "uses an outcome"),
        ({"profile": {"adjust_for": ["time"]}}, "uses an outcome"),
        ({"strata": {"confounders": ["event"]}}, "uses an outcome"),
        ({"profile": {"clinical_features": ["arm"]}}, "uses the treatment"),
        ({"response": {"propensity_covariates": ["arm"]}}, "uses the treatment"),
        (survival(time="event"), "are one column"),
        (outcome("binary", "arm"), "is the column of the treatment"),
    ],
)
@pytest.mark.parametrize("where", ["cohort", "site"])
def test_columns_that_exclude_each_other_are_refused(
    tmp_path, columns, more, words, where
):
    if where == "site" and not more.keys() & {"profile", "strata", "response"}:
        pytest.skip("a site's config names no inputs")
    config = BASE | more if where == "cohort" else BASE
    site = json.dumps(more) if where == "site" else None
    problems = refused(tmp_path, columns, config, site=site)
    assert words in str(problems[0])
    name = "ward.yaml" if where == "cohort" else "config.yaml"
    assert str(problems[0].file).endswith(name)
    assert problems[0].line


# Numbers -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell", ["1_000", "٣", "inf", "nan1", "1e999", "0x10", "1 000", "True", "ten", "-5"]
)
def test_a_time_is_a_finite_number_in_plain_digits(tmp_path, columns, cell):
    (problem,) = refused(tmp_path, with_columns(columns, first={"time": ["3", cell]}))
    assert (problem.line, problem.column, problem.found) == (3, "time", cell)
    assert str(problem.file) == "sheet.tsv"


def test_decimal_commas_are_one_problem_for_the_sheet(tmp_path, columns):
    commas = [f"{i},5" for i in range(N)]
    table = with_columns(columns, time=commas, age=commas)
    (problem,) = refused(tmp_path, table)
    assert f"{2 * N} numbers have a decimal comma" in problem.what
    assert f"age ({N}), time ({N})" in problem.what


@pytest.mark.parametrize("kind", ["clinical_features", "adjust_for"])
def test_a_number_with_a_slip_is_no_category(tmp_path, columns, kind):
    crp = [f"{i}.5" for i in range(N)]
    table = with_columns(columns, crp=crp, first={"crp": ["<0.5", "4_4"]})
    (problem,) = refused(tmp_path, table, BASE | {"profile": {kind: ["crp"]}})
    assert "2 of 60 values of crp are not numbers" in problem.what
    assert "<0.5 (line 2), 4_4 (line 3)" in problem.found


def test_names_that_are_mostly_numbers_stay_names_and_are_said(tmp_path, columns):
    table = with_columns(columns, plate=[f"{i % 4}" for i in range(N - 6)] + ["3B"] * 6)
    config = BASE | {"profile": {"clinical_features": ["age"]}}
    config |= {"strata": {"confounders": ["plate"]}}
    record = checked(tmp_path, table, config).record
    assert record["columns"]["kinds"]["plate"] == "category"
    assert any("all are taken as names" in text for text in record["warnings"])


def test_a_code_for_no_value_among_numbers_is_refused_unless_told(tmp_path, columns):
    score = [f"{i}.5" for i in range(N)]
    table = with_columns(columns, score=score, first={"score": ["-9", "-9"]})
    table = {n: c for n, c in table.items() if n not in ("time", "event")}
    config = BASE | outcome("continuous", "score")
    (problem,) = refused(tmp_path, table, config)
    assert "looks like a code for “no value”" in problem.what
    told = problem.fix.partition("missing_values: ")[2].partition("; if it")[0]
    samples = {"path": "sheet.tsv", "missing_values": json.loads(told)}
    intake = checked(tmp_path, table, config | {"samples": samples})
    assert intake.sheet.frame["score"].tolist()[:2] == ["", ""]
    samples["missing_values"] = ["NA"]
    intake = checked(tmp_path, table, config | {"samples": samples})
    assert intake.sheet.frame["score"].tolist()[:2] == ["-9", "-9"]
    assert any("taken as a number" in text for text in intake.record["warnings"])
    # A change of blood pressure may be -9.
    table = with_columns(table, first={"score": ["-9", "-9", "-4"]})
    assert checked(tmp_path, table, config)


def test_codes_and_spellings_among_names_are_said(tmp_path, columns):
    centres = ["Leeds", "leeds", "York", "unknown", "-9", "N/A"] * (N // 6)
    table = with_columns(columns, centre=centres)
    config = BASE | {"profile": {"clinical_features": ["age"]}}
    intake = checked(tmp_path, table, config)
    said = "\n".join(intake.record["warnings"])
    assert "unknown (10), -9 (10) may mean “no value”" in said
    assert "(Leeds, leeds)" in said
    assert intake.sheet.frame["centre"].tolist()[:6] == [*centres[:5], ""]


# Arms --------------------------------------------------------------------------


def arms(columns, *names):
    return with_columns(columns, arm=[names[i % len(names)] for i in range(N)])


@pytest.mark.parametrize(
    ("names", "treatment", "words"),
    [
        (("A", "all", "B"), {}, "the name that results give to all arms together"),
        (("A", "A"), {"reference": "A"}, "all patients have the same treatment"),
        (("A", "B"), {"reference": "b"}, "set treatment.reference: B"),
        (("", ""), {}, "only blanks"),
        (("B", "Active", "active"), {}, "differ only in upper and lower case"),
        (("A", "B", "C"), {"arms": ["B", "A"]}, "does not list the arm C"),
        (("A", "B"), {"arms": ["B", "A", "D"]}, "no patient has the arm 'D'"),
    ],
)
def test_arms_that_cannot_be_compared_are_refused(
    tmp_path, columns, names, treatment, words
):
    config = BASE | {"treatment": BASE["treatment"] | treatment}
    problems = refused(tmp_path, arms(columns, *names), config)
    assert any(words in str(problem) for problem in problems)


@pytest.mark.parametrize(
    ("names", "treatment", "order"),
    [
        (("10", "5", "20"), {"reference": 5}, ["5", "10", "20"]),
        (("2.5", "10", "0"), {"reference": 0}, ["0", "2.5", "10"]),
        (
            ("Dose 20 mg", "Dose 5 mg", "B", "Dose 10 mg"),
            {},
            ["B", "Dose 5 mg", "Dose 10 mg", "Dose 20 mg"],
        ),
        (("0.0", "1.0"), {"reference": "0"}, ["0", "1"]),
        (("1", "0"), {"reference": "0.0"}, ["0", "1"]),
        (("A", "B", "C"), {"arms": ["C", "B", "A"]}, ["C", "B", "A"]),
        (("yes", "no"), {"reference": "no"}, ["no", "yes"]),
    ],
)
def test_arms_keep_the_order_of_the_config_or_of_numbers(
    tmp_path, columns, names, treatment, order
):
    config = BASE | {"treatment": BASE["treatment"] | treatment}
    intake = checked(tmp_path, arms(columns, *names), config)
    found = intake.record["columns"]["treatment"]
    assert list(found["arms"]) == order
    assert set(intake.sheet.frame["arm"]) == set(order)
    assert found["reference"] in order


def test_a_treatment_that_was_chosen_needs_something_to_weigh_by(tmp_path, columns):
    config = BASE | {"response": {"randomised": False}}
    record = checked(tmp_path, columns, config).record
    resolved = record["columns"]["resolved"]["response.propensity_covariates"]
    assert resolved == ["age", "sex"]
    assert record["columns"]["dropped"][0]["column"] == "centre"
    bare = {n: c for n, c in columns.items() if n not in ("sex", "age")}
    (problem,) = refused(tmp_path, bare, config)
    assert "no covariate is left to weigh patients by" in problem.what
    config["response"]["propensity_covariates"] = []
    (problem,) = refused(tmp_path, columns, config)
    assert "no covariate is named to weigh patients by" in problem.what


# Labels and sizes --------------------------------------------------------------


def test_a_label_with_a_level_a_patient_is_refused(tmp_path, columns):
    table = with_columns(columns, id2=[f"x{i}" for i in range(N)])
    (problem,) = refused(tmp_path, table, BASE | {"labels": ["id2"]})
    assert "60 different values in 60 patients" in problem.what


def test_columns_that_say_nothing_are_said(tmp_path, columns):
    table = with_columns(
        columns, batch=["b1"] * N, centre=[f"c{i // 2}" for i in range(N)], age=[""] * N
    )
    config = BASE | {"profile": {"clinical_features": ["crp"]}}
    table["crp"] = [f"{i}.5" for i in range(N)]
    record = checked(tmp_path, table, config).record
    assert record["columns"]["idle"] == {
        "batch": "batch is the same in every patient",
        "centre": "no level of centre has 5 patients",
        "age": "age is blank in every patient",
    }
    assert sum("it says nothing as" in text for text in record["warnings"]) == 3


@pytest.mark.parametrize(
    ("n", "more", "words"),
    [
        (8, {}, "too few patients"),
        (15, {}, "too few patients to look for strata in"),
        (24, {"strata": {"k_min": 6}}, "too few patients to look for strata in"),
        (
            21,
            {"profile": {"adjust_for": ["site", "ward", "room"]}},
            "to adjust for the covariates",
        ),
    ],
)
def test_a_cohort_too_small_for_strata_is_refused_before_anything(
    tmp_path, columns, n, more, words
):
    columns["crp"] = [f"{i}.5" for i in range(N)]
    for name in ("site", "ward", "room"):
        columns[name] = [f"s{i // 5}" for i in range(N)]
    table = {name: cells[:n] for name, cells in columns.items()}
    profile = {"clinical_features": ["crp"], "adjust_for": []}
    config = BASE | {"samples": {"path": "sheet.tsv", "unknown_columns": "ignore"}}
    config |= {"profile": profile | more.get("profile", {})}
    config |= {key: value for key, value in more.items() if key != "profile"}
    problems = refused(tmp_path, table, config)
    assert any(words in problem.what for problem in problems)


def test_what_was_understood_is_said_without_names(tmp_path, columns):
    record = checked(tmp_path, columns).record
    said = "\n".join(describe_intake(record))
    assert "60 patients in the sheet" in said
    assert "outcome os (survival) from time and event: known in 60 of 60" in said
    assert "arms: B (30), A (30); compared with B" in said
    assert not any(name in said + json.dumps(record) for name in columns["sample_id"])


def test_where_a_cohort_lies_is_no_part_of_what_is_asked(tmp_path, monkeypatch):
    """Results that are moved with their config are not made again."""
    asked = []
    for name in ("here", "there"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "sheet.tsv").write_text("sample_id\tage\ns1\t40\n")
        monkeypatch.chdir(folder)
        asked.append(request_check(load(folder, {"samples": {"path": "sheet.tsv"}})))
    assert asked[0] == asked[1]
    assert asked[0]["origins"]["file"] == "config/cohorts/ward.yaml"
