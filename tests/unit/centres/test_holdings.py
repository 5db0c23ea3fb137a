"""What still holds people who have withdrawn."""

import hashlib
import json

import pytest

from genostrat.centres.holdings import (
    MADE_BEFORE,
    MADE_OF,
    NAMES,
    RELEASED,
    find_holdings,
)
from genostrat.door.main import main
from genostrat.errors import GenostratError
from genostrat.integrity import record_path, write_record

ABOUT = {
    "rule": "r",
    "script": "s",
    "code": "c",
    "parameters": "p",
    "software": "1",
    "environment": "e",
}


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def job(root, name, outputs, inputs=()):
    """Write files and record that a job made them of others."""
    for path, text in outputs.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    write_record(
        root,
        name,
        outputs=[root / path for path in outputs],
        inputs={path: digest((root / path).resolve()) for path in inputs},
        **ABOUT,
    )


@pytest.fixture
def results(tmp_path):
    ward = tmp_path / "results/ward"
    sheet = "sample_id\tsex\nP1\tmale\nP10\tmale\nP2\tfemale\n"
    job(ward, "check_inputs", {"check/samples.tsv": sheet})
    job(ward, "read", {"genotypes/store/1.pgen": "bytes"}, ["check/samples.tsv"])
    job(ward, "judge", {"strata/model/arrays.npz": "mean"}, ["genotypes/store/1.pgen"])
    job(ward, "sites", {"pgx/sites.tsv": "gene\tposition\nCYP2C19\t1\n"})
    other = tmp_path / "results/icb"
    model = "../ward/strata/model/arrays.npz"
    job(other, "assign", {"assign/summary.json": "{}"}, [model])
    return tmp_path / "results"


def find(results, *names, **more):
    folders = sorted(results.iterdir())
    return {
        str(one.path.relative_to(results)): (one.reason, one.job)
        for one in find_holdings(folders, names, **more)
    }


def test_everything_that_was_made_of_a_person_is_found(results):
    assert find(results, "P1") == {
        "ward/check/samples.tsv": (NAMES, "ward/check_inputs"),
        "ward/genotypes/store/1.pgen": (MADE_OF, "ward/read"),
        "ward/strata/model/arrays.npz": (MADE_OF, "ward/judge"),
        "icb/assign/summary.json": (MADE_OF, "icb/assign"),
    }
    assert find(results) == {}
    assert find(results, "P") == {}, "a part of a name is nobody"


def test_what_no_run_made_anew_stays_found(results):
    ward = results / "ward"
    job(ward, "check_inputs", {"check/samples.tsv": "sample_id\tsex\nP2\tfemale\n"})
    job(ward, "read", {"genotypes/store/1.pgen": "other"}, ["check/samples.tsv"])
    assert find(results, "P1") == {
        "ward/strata/model/arrays.npz": (MADE_BEFORE, "ward/judge"),
        "icb/assign/summary.json": (MADE_OF, "icb/assign"),
    }
    new = ["genotypes/store/1.pgen"]
    job(ward, "judge", {"strata/model/arrays.npz": "new"}, new)
    assert set(find(results, "P1")) == {"icb/assign/summary.json"}
    job(
        results / "icb",
        "assign",
        {"assign/summary.json": "{}"},
        ["../ward/strata/model/arrays.npz"],
    )
    assert find(results, "P1") == {}


def test_files_of_nobody_knows_whom_and_sisters_of_a_named_one(results):
    (results / "ward/notes.txt").write_text("call P1 back\n")
    job(results / "ward", "bundle", {"bundle/strata.tsv": "n\n9\n", "m.tsv": "P1\n"})
    found = find(results, "P1")
    assert found["ward/notes.txt"] == (NAMES, "")
    assert found["ward/bundle/strata.tsv"] == (NAMES, "ward/bundle")


def test_a_release_cannot_be_run_again(results):
    releases = {results / "r.tsv": {"may": {"strata.tsv": frozenset({"P1", "P2"})}}}
    assert find(results, "P1", releases=releases)["r.tsv"] == (RELEASED, "may")
    assert "r.tsv" not in find(results, "P10", releases=releases)


def test_a_damaged_record_proves_nothing(results):
    path = record_path(results / "ward", "read")
    record = json.loads(path.read_text())
    record["inputs"] = {}
    path.write_text(json.dumps(record))
    with pytest.raises(GenostratError, match="cut short or changed"):
        find(results, "P1")


def test_the_command_names_files_and_nobody(results, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    listed = tmp_path / "opt_out.tsv"
    listed.write_text("sample_id\tdate\nP10\t2026-05-31\n")
    (tmp_path / "releases").mkdir()
    record = "release\tpart\tsample_id\nmay\tstrata.tsv\tP10\n"
    (tmp_path / "releases/ward.tsv").write_text(record)
    assert main(["held", "opt_out.tsv"]) == 1
    said = capsys.readouterr().out
    assert "results/ward/strata/model/arrays.npz" in said
    assert "the release may has left the centre" in said
    assert "P10" not in said
    listed.write_text("sample_id\tdate\nP77\t2026-05-31\n")
    assert main(["held", "opt_out.tsv"]) == 0
    assert "no result and no release" in capsys.readouterr().out
    assert main(["held", "opt_out.tsv", "--results", "elsewhere"]) == 1
