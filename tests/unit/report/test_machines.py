"""What other programs read: the summary by its schema, and MultiQC's tables."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from unit.report.report_fixture import make_run
from unit.report.test_render import Reader, render

from genostrat.errors import GenostratError
from genostrat.report.cohorts import render_cohorts
from genostrat.report.multiqc import write_multiqc
from genostrat.report.parts.results import read_results
from genostrat.report.schema import build_schema
from genostrat.tables import read_json

SCHEMA = Path(__file__).parents[3] / "config/schema/summary.schema.json"


def faults_of(record):
    return [
        error.message
        for error in Draft202012Validator(build_schema()).iter_errors(record)
    ]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    ids = ["# id: stolen", *(f"TOY-{i:02d}" for i in range(1, 20))]
    return make_run(tmp_path_factory.mktemp("run"), n=20, ids=ids)


@pytest.fixture(scope="module")
def summary(run, tmp_path_factory):
    # Without what is drawn, which takes longest.
    drawn = ("variants/", "profile/", "qc/pcs", "strata/c", "strata/k", "strata/a")
    names = [n for n in run.files if not n.startswith(drawn)]
    out = render(tmp_path_factory.mktemp("out"), {n: run.files[n] for n in names})
    return read_json(out["summary"])


def test_the_published_schema_is_that_of_this_version():
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == build_schema(), (
        "write it anew: make docs"
    )
    Draft202012Validator.check_schema(build_schema())


def test_summaries_have_the_published_form(run, summary, tmp_path):
    assert faults_of(summary) == []
    sheet = {"check/samples.tsv": run.files["check/samples.tsv"]}
    alone = read_json(render(tmp_path, sheet, settings={"seed": 1})["summary"])
    assert faults_of(alone) == []
    assert [a["n_assessed"] for a in alone["answers"]] == [0, 0, 0, 0]


def test_the_schema_refuses_what_a_summary_must_not_say(summary):
    assert faults_of(summary | {"schema_version": "0.1.0"})
    assert faults_of({k: v for k, v in summary.items() if k != "answers"})
    assert faults_of(summary | {"unknown": 1})
    first = summary["answers"][0]
    for change in ({"tone": "good"}, {"number": "0 %"}, {"uncertainty": "0 to 1 %"}):
        silent = first | {"n_assessed": 0, "number": "", "uncertainty": ""}
        silent |= {"tone": "note"}
        answers = [silent, *summary["answers"][1:]]
        assert faults_of(summary | {"answers": answers}) == []
        answers = [silent | change, *summary["answers"][1:]]
        assert faults_of(summary | {"answers": answers})


def read_multiqc(path):
    """Read a file as MultiQC does: settings in comments, then rows."""
    lines = path.read_text(encoding="utf-8").splitlines()
    head = "\n".join(line[2:] for line in lines if line.startswith("# "))
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return yaml.safe_load(head), rows


def test_multiqc_is_given_tables_with_their_settings(run, summary, tmp_path):
    results = read_results(run.files.values())
    write_multiqc(results, summary, directory=tmp_path / "multiqc")
    found = {}
    for path in (tmp_path / "multiqc").iterdir():
        assert path.name.endswith("_mqc.tsv")
        assert path.stat().st_mode & 0o777 == 0o640
        settings, rows = read_multiqc(path)
        assert settings["plot_type"] == "table"
        assert {len(row) for row in rows} == {len(rows[0])}
        # The first column is a key.
        assert len({row[0] for row in rows}) == len(rows)
        found[settings["id"]] = rows
    assert set(found) == {"genostrat_answers", "genostrat_cohort", "genostrat_samples"}
    assert [row[0] for row in found["genostrat_answers"][1:]] == [
        *("toy: trust", "toy: medicines", "toy: subgroups", "toy: treatment"),
    ]
    samples = found["genostrat_samples"]
    assert len(samples) == 1 + len(run.ids)
    # An identifier cannot become a setting.
    assert {row[0] for row in samples[1:]} >= {" id: stolen", "TOY-01"}


def test_what_was_not_assessed_is_blank_for_multiqc(run, summary, tmp_path):
    results = read_results([run.files["check/samples.tsv"]])
    silent = summary | {"pgx": None, "strata": None, "variants": None}
    silent |= {"relatedness": summary["relatedness"] | {"first": None}}
    silent["samples"] = summary["samples"] | {"n_genotyped": None}
    write_multiqc(results, silent, directory=tmp_path / "multiqc")
    names = {path.name for path in (tmp_path / "multiqc").iterdir()}
    assert "genostrat_samples_mqc.tsv" not in names
    _, (header, row) = read_multiqc(tmp_path / "multiqc/genostrat_cohort_mqc.tsv")
    cells = dict(zip(header, row, strict=True))
    for name in ("kept", "excluded", "first_degree_pairs", "result_to_act_on"):
        assert cells[name] == ""


def test_cohorts_stand_side_by_side_with_what_was_not_assessed(summary, tmp_path):
    silent = {"tone": "note", "number": "", "uncertainty": "", "n_assessed": 0}
    silent |= {"verdict": "Not assessed", "not_assessed": ["no genotypes were given"]}
    other = summary | {"cohort": "b <script>"}
    other["answers"] = [summary["answers"][0] | silent, *summary["answers"][1:]]
    summaries = [tmp_path / name / "report/summary.json" for name in "ab"]
    for path, record in zip(summaries, (summary, other), strict=True):
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(record), encoding="utf-8")
    page = tmp_path / "cohorts.html"
    render_cohorts(summaries, path=page, left_out=["c <b>"])
    assert page.stat().st_mode & 0o777 == 0o640
    read = Reader(page.read_text(encoding="utf-8"))
    assert read.tags.count("script") == 1
    assert "b <script>" in read.text
    assert "Not here, because it could not be run: c <b>." in read.text
    assert "Not assessed Not assessed: no genotypes were given." in read.text
    links = [v for n, v in read.attributes if n == "href"]
    assert links == [
        *("a/report/report.html", "a/report/cohort.html"),
        *("b/report/report.html", "b/report/cohort.html"),
    ]
    path.write_text(json.dumps(other | {"schema_version": "1.4.0"}), encoding="utf-8")
    with pytest.raises(GenostratError, match="another version"):
        render_cohorts(summaries, path=page)
