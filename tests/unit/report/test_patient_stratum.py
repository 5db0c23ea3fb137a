"""What a patient's sheet says of the stratum, and of treatment in it."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from unit.report.patient_fixture import NAMES, Reader, findings, run, write

from genostrat.report.patients.sheet import read_findings
from genostrat.report.patients.stratum import Strata
from genostrat.tables import read_json, read_table, write_json

__all__ = ["findings", "run"]

ROWS = [
    ("a", "S1", 0.97, "assigned", "S1"),
    ("b", "S1", 0.9995, "assigned", "S1"),
    ("c", "S2", 0.9, "assigned", "S2"),
    ("d", "S1", 0.55, "ambiguous", "S1|S2"),
    ("e", "", None, "outside_model", ""),
    ("f", "", None, "excluded", ""),
]
ASSIGNMENTS = pd.DataFrame(
    ROWS, columns=["sample_id", "stratum", "confidence", "status", "conformal_set"]
)


def make_tests(p, model="cox"):
    row = {"outcome": "os", "model": model, "p_adjusted": p, "n": 3, "note": ""}
    return pd.DataFrame([row])


def effects_of(value):
    row = {"outcome": "os", "contrast": "new vs old", "scale": "hazard_ratio"}
    numbers = {"effect": value, "ci_low": 0.1, "ci_high": 0.6, "n": 2, "note": ""}
    return pd.DataFrame(
        [row | numbers | {"stratum": "S1"}, row | numbers | {"stratum": "S2"}]
    )


def describe(verdict="supported", *, tests=None, effects=None):
    views = Strata({"verdict": verdict}, ASSIGNMENTS, tests, effects).describe_all()
    assert set(views) == set("abcdef")
    return views


def test_a_stratum_stands_with_its_confidence_and_an_abstention_with_its_reason():
    views = describe()
    assert (views["a"].name, views["a"].verdict) == ("S1", "S1, confidence 0.97")
    assert views["a"].why == "2 of 3 assigned patients are in S1."
    # What is not certain is not rounded to it.
    assert views["b"].verdict == "S1, confidence >\u00a00.99"
    assert {views[p].name for p in "def"} == {""}
    assert {views[p].short for p in "def"} == {"none"}
    assert views["d"].why == (
        "S1 and S2 cannot be told apart in this patient; the likeliest is S1, with"
        " confidence 0.55 only."
    )
    assert "unlike the patients" in views["e"].why
    assert views["f"].verdict == "Not assessed"


@pytest.mark.parametrize("verdict", ["none", "confounded"])
def test_without_a_verdict_nobody_has_a_stratum(verdict):
    views = describe(verdict, tests=make_tests(0.001), effects=effects_of(0.3))
    assert {view.name for view in views.values()} == {""}
    assert not any(view.meaning for view in views.values())
    told = views["a"].why
    assert (
        ("mirror something else" in told)
        or ("No subgroups" in told)
        or ("none may guide treatment" in told)
    )
    assert "S1" not in told


def test_treatment_is_spoken_of_only_where_strata_are_supported_and_differ():
    (told,) = describe(tests=make_tests(0.004), effects=effects_of(0.3))["a"].meaning
    assert told.replace("\u00a0", " ") == (
        "On “os”, treatment works differently between the strata (p = 0.004). In S1,"
        " new vs old (n = 2): hazard ratio 0.30 (95 % interval 0.10 to 0.60). That is"
        " the mean of the group, not a forecast for this patient."
    )
    (told,) = describe(tests=make_tests(0.4), effects=effects_of(0.3))["a"].meaning
    assert "no evidence that treatment works differently" in told
    assert "hazard" not in told
    (told,) = describe(tests=make_tests(0.004), effects=effects_of(None))["a"].meaning
    assert told.endswith("was not estimated.")
    (told,) = describe(tests=make_tests(None), effects=effects_of(0.3))["a"].meaning
    assert "could not be assessed" in told
    tests = make_tests(0.001, model="prognostic")
    (told,) = describe(tests=tests, effects=effects_of(0.3))["a"].meaning
    assert "could not be assessed" in told
    views = describe("suggestive", tests=make_tests(0.001), effects=effects_of(0.3))
    assert "this is a hypothesis" in views["a"].why
    (told,) = views["a"].meaning
    assert "nothing on how to treat" in told
    assert not describe()["a"].meaning
    for patient in "def":
        assert not views[patient].meaning


def strata_files(run):
    return {
        "verdict": run.files["strata/verdict.json"],
        "assignments": run.files["strata/assignments.tsv"],
        "tests": run.files["response/interaction.tsv"],
        "effects": run.files["response/effects.tsv"],
    }


@pytest.fixture(scope="module")
def without_genes(run, tmp_path_factory):
    found = read_findings(
        samples=run.files["check/samples.tsv"],
        names=NAMES,
        country="GB",
        **strata_files(run),
    )
    return write(found, tmp_path_factory.mktemp("sheets") / "patients")


def test_a_cohort_without_genotypes_has_sheets_of_its_strata(run, without_genes):
    names = {path.name for path in without_genes.iterdir()}
    assert names == {f"{sample}.html" for sample in run.ids} | {"index.html"}
    table = read_table(
        run.files["strata/assignments.tsv"], table="strata/assignments.tsv"
    ).set_index("sample_id")
    assigned = table.index[table["status"] == "assigned"][0]
    text = Reader((without_genes / f"{assigned}.html").read_text("utf-8")).text
    assert f"{table.loc[assigned, 'stratum']}, confidence" in text
    assert "Pharmacogenes were not assessed in this cohort." in text
    assert "clears no medicine for use" in text
    for word in ("Standard use", "Medicines taken now", "If prescribed later"):
        assert word not in text
    index = Reader((without_genes / "index.html").read_text("utf-8"))
    assert "nothing here clears a medicine" in index.text
    assert "If prescribed" not in index.text


def test_neither_genes_nor_strata_leave_a_word_of_why_and_no_sheets(run, tmp_path):
    verdict = tmp_path / "strata/verdict.json"
    verdict.parent.mkdir()
    record = read_json(run.files["strata/verdict.json"])
    write_json(verdict, record | {"verdict": "none"}, entry="strata/verdict.json")
    found = read_findings(
        samples=run.files["check/samples.tsv"],
        names=NAMES,
        country="GB",
        **(strata_files(run) | {"verdict": verdict}),
    )
    folder = write(found, tmp_path / "patients")
    assert [path.name for path in folder.iterdir()] == ["index.html"]
    text = Reader((folder / "index.html").read_text("utf-8")).text
    assert f"none of the {len(run.ids)} patients has a stratum" in text
    assert "rules nothing out" in text


def test_the_list_has_strata_and_is_searched_by_all_that_is_taken(
    run, findings, tmp_path
):
    found = replace(
        findings,
        samples=findings.samples.assign(medications="Plavix 75 mg tablets; amlodipine"),
        strata=Strata(
            read_json(run.files["strata/verdict.json"]),
            read_table(
                run.files["strata/assignments.tsv"], table="strata/assignments.tsv"
            ),
        ),
    )
    text = (write(found, tmp_path / "p") / "index.html").read_text(encoding="utf-8")
    rows = re.findall(r'<tr data-now="\d" data-find="([^"]*)">', text)
    assert len(rows) == len(findings.keep)
    # As the sheet names it, as the guidance does, and what no guidance speaks of.
    assert set(rows) == {"Plavix 75 mg tablets; clopidogrel; amlodipine"}
    assert ">Stratum</button>" in text
    assert '<td data-key="S1" data-label="Stratum">S1</td>' in text


def test_who_did_not_agree_to_be_contacted_has_no_sheet(run, tmp_path):
    samples = pd.read_csv(run.files["check/samples.tsv"], sep="\t", dtype=str)
    agreed = list(samples["sample_id"][:3])
    samples["contact_consent"] = ["yes"] * 3 + [""] * (len(samples) - 3)
    path = tmp_path / "samples.tsv"
    samples.to_csv(path, sep="\t", index=False)
    files = strata_files(run)
    found = read_findings(samples=path, names=NAMES, country="GB", **files)
    folder = write(found, tmp_path / "patients")
    names = {page.name for page in folder.iterdir()}
    assert names == {f"{sample}.html" for sample in agreed} | {"index.html"}
    n = len(samples) - 3
    assert f"{n} patients who passed" in (folder / "index.html").read_text("utf-8")
    samples["contact_consent"] = ""
    samples.to_csv(path, sep="\t", index=False)
    found = read_findings(samples=path, names=NAMES, country="GB", **files)
    text = (write(found, folder) / "index.html").read_text("utf-8")
    assert "Nobody who passed quality control agreed to be contacted" in text
