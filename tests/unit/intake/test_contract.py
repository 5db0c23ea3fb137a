"""What later stages ask of the sheet is asked at check, from the config file on.

Every case here passed a check that looked at less, and died in the last stage, or
worse, did not die. The table is of kinds: a name, a number, a coding, an arm, a
feature, a cohort's size.
"""

import json

import numpy as np
import pytest
from intake_cases import check, complaint, load, write_table

from genostrat.config.columns import KNOWN_COLUMNS, find_uses
from genostrat.config.request import request_check
from genostrat.intake.summary import describe_intake

N = 60
BASE = {
    "samples": {"path": "sheet.tsv"},
    "treatment": {"column": "arm", "reference": "B"},
    "outcomes": [{"name": "os", "kind": "survival", "time": "time", "event": "event"}],
}


@pytest.fixture
def columns():
    rng = np.random.default_rng(5)
    return {
        "sample_id": [f"P{i:03}" for i in range(N)],
        "sex": rng.choice(["M", "F"], N).tolist(),
        "age": rng.integers(30, 80, N).astype(str).tolist(),
        "arm": [("B", "A")[i % 2] for i in range(N)],
        "time": rng.exponential(10, N).round(2).astype(str).tolist(),
        "event": rng.integers(0, 2, N).astype(str).tolist(),
    }


def with_columns(columns, *, first=None, **more):
    """Replace or add columns; `first` puts cells into the first rows of some."""
    table = {**columns, **more}
    for name, cells in (first or {}).items():
        table[name] = [*cells, *table[name][len(cells) :]]
    return {name: cells for name, cells in table.items() if cells is not None}


def checked(folder, columns, config=BASE, **options):
    write_table(folder / "sheet.tsv", columns)
    return check(folder, config, **options)


def refused(folder, columns, config=BASE, **options):
    write_table(folder / "sheet.tsv", columns)
    return complaint(folder, config, **options)


def survival(**more):
    return {"outcomes": [BASE["outcomes"][0] | more]}


def outcome(kind, column, **more):
    own = {"name": "out", "kind": kind, "column": column, **more}
    return {"outcomes": [own]}


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


# Outcomes ----------------------------------------------------------------------

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
