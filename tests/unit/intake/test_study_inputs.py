"""What matching with studies asks of a cohort: said at check, all of it at once."""

import json
from datetime import date

import pytest
from intake_cases import HOME, check, complaint, load, write_table

from genostrat.config.settings import load_settings
from genostrat.errors import GenostratError

N = 24
IDS = [f"P{i:02}" for i in range(N)]
RECORD = {"study_id": "S1", "title": "Gefitinib in EGFR-mutated lung cancer"}
BASE = {
    "samples": {"path": "sheet.tsv"},
    "matrices": [
        {"name": "rna", "path": "m.tsv", "orientation": "samples_by_features"}
    ],
}


@pytest.fixture
def ward(tmp_path):
    """Return a folder with records, a matrix and a sheet of three columns."""
    (tmp_path / "own.jsonl").write_text(json.dumps(RECORD) + "\n")
    values = [str(i) for i in range(N)]
    write_table(tmp_path / "m.tsv", {"id": IDS, "g1": values, "g2": values[::-1]})
    write_sheet(tmp_path)
    return tmp_path


def write_sheet(folder, **more):
    age = [str(40 + i) for i in range(N)]
    write_table(folder / "sheet.tsv", {"sample_id": IDS, "age": age} | more)


def site(folder, **more):
    studies = {"records": [str(folder / "own.jsonl")]} | more
    return json.dumps({"studies": studies})


def test_what_the_sheet_lacks_is_said_and_does_not_stop(ward):
    said = " ".join(check(ward, BASE, site=site(ward)).record["warnings"])
    lacking = "sex, medicines, diagnoses, performance status"
    assert f"the sheet says nothing of {lacking}: criteria" in said
    assert "no column contact_consent: no patient stands on a list" in said
    quiet = " ".join(check(ward, BASE, site="{}").record["warnings"])
    assert "consent" not in quiet
    assert "criteria of studies" not in quiet


def test_a_word_that_is_no_consent_stops_with_its_line(ward):
    cells = ["yes", "No", "", "maybe", *["TRUE"] * (N - 4)]
    write_sheet(ward, contact_consent=cells)
    (problem,) = complaint(ward, BASE, site=site(ward))
    assert "neither consent to be contacted nor its refusal" in problem.what
    assert (problem.line, problem.column) == (5, "contact_consent")
    assert "yes or no" in problem.allowed


def test_another_scale_of_performance_stops_with_its_line(ward):
    write_sheet(ward, ecog=["0", "1", "90", *["2"] * (N - 3)])
    (problem,) = complaint(ward, BASE, site=site(ward))
    assert "no ECOG performance status" in problem.what
    assert (problem.line, problem.column) == (4, "ecog")


def test_columns_may_have_other_names(ward):
    write_sheet(ward, agreed=["perhaps", *["yes"] * (N - 1)])
    chosen = site(ward, columns={"consent": "agreed"})
    (problem,) = complaint(ward, BASE, site=chosen)
    assert (problem.line, problem.column) == (2, "agreed")


def test_all_that_is_wrong_with_alterations_is_said_at_once(ward):
    (ward / "tests.tsv").write_text(
        "sample_id\tgene\tresult\nP00\tEGFR\tmutatd\nP01\t\tmutated\nP02\t*\tmutated\n"
    )
    problems = complaint(ward, BASE | {"alterations": str(ward / "tests.tsv")})
    assert [problem.line for problem in problems] == [2, 3, 4]
    assert "did you mean mutated" in problems[0].fix
    (ward / "tests.tsv").write_text("sample_id\tgene\tvaf\nP00\tEGFR\t0.3\n")
    first, second = complaint(ward, BASE | {"alterations": str(ward / "tests.tsv")})
    assert "'result' is missing" in first.what
    assert second.column == "vaf"


def test_results_of_people_who_are_not_in_the_sheet_are_left_out(ward):
    (ward / "tests.tsv").write_text(
        "sample_id\tgene\tresult\nP00\tEGFR\tmutated\nX99\tEGFR\tmutated\n"
    )
    config = BASE | {"alterations": str(ward / "tests.tsv")}
    said = " ".join(check(ward, config).record["warnings"])
    assert "1 of 2 rows of alterations are of nobody in the sheet" in said
    assert "X99" not in said


def test_a_cohort_cannot_change_the_portfolio(ward):
    with pytest.raises(GenostratError) as caught:
        load(ward, BASE | {"studies": {"min_count": 5}})
    assert "studies" in str(caught.value)


def test_a_cohort_cannot_be_called_as_the_portfolio_is(ward):
    load(ward, BASE)
    folder = ward / "config/cohorts"
    (folder / "ward.yaml").rename(folder / "portfolio.yaml")
    with pytest.raises(GenostratError) as caught:
        load_settings({"cohorts": ["portfolio"]}, home=HOME, directory=ward)
    assert "cannot be called portfolio" in str(caught.value)


def test_without_cohorts_there_must_be_records(ward):
    chosen = {"cohorts": []}
    (ward / "config").mkdir(exist_ok=True)
    with pytest.raises(GenostratError) as caught:
        load_settings(chosen, home=HOME, directory=ward).raise_if_none()
    assert "no cohort, no trial record and no bundle" in str(caught.value)
    (ward / "config/config.yaml").write_text(site(ward))
    load_settings(chosen, home=HOME, directory=ward).without_missing()


def test_a_day_may_be_written_without_quotes(ward):
    chosen = {"cohorts": [], "studies": {"as_of": date(2024, 6, 30)}}
    (ward / "config").mkdir(exist_ok=True)
    (ward / "config/config.yaml").write_text(site(ward))
    settings = load_settings(chosen, home=HOME, directory=ward)
    assert settings.studies["as_of"] == "2024-06-30"
    wrong = {"cohorts": [], "studies": {"as_of": "30 June"}}
    with pytest.raises(GenostratError, match="as_of"):
        load_settings(wrong, home=HOME, directory=ward)


@pytest.mark.parametrize("key", ["records", "ctml"])
def test_records_that_are_not_there_are_named(ward, key):
    (ward / "config").mkdir(exist_ok=True)
    (ward / "config/config.yaml").write_text(site(ward, **{key: ["gone.json"]}))
    settings = load_settings({"cohorts": []}, home=HOME, directory=ward)
    with pytest.raises(GenostratError) as caught:
        settings.without_missing()
    assert "gone.json" in str(caught.value)
    assert f"studies.{key}" in str(caught.value)
