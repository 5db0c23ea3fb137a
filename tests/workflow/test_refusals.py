"""What the user sees where a cohort is refused: one message, and the others go on."""

import json

import numpy as np
import pytest
import yaml
from intake_cases import write_table
from running import said, snakemake
from vcf_files import simple_records, write_vcf

pytestmark = pytest.mark.workflow
N = 24


@pytest.fixture
def folder(tmp_path):
    """Three cohorts: one is sound, one names no file, one has a wrong key."""
    rng = np.random.default_rng(3)
    columns = {
        "sample_id": [f"P{i:02}" for i in range(N)],
        "arm": ["A", "B"] * (N // 2),
        "resp": rng.integers(0, 2, N).tolist(),
    }
    write_table(tmp_path / "sheet.tsv", columns)
    good = {
        "samples": {"path": "sheet.tsv"},
        "treatment": {"column": "arm", "reference": "B"},
        "outcomes": [{"name": "resp", "kind": "binary", "column": "resp"}],
    }
    write_cohort(tmp_path, "good", good)
    write_cohort(tmp_path, "gone", good | {"samples": {"path": "nowhere.tsv"}})
    write_cohort(tmp_path, "wrong", good | {"treatmnt": {}})
    write_cohort(tmp_path, "slip", good | {"strata": {"confounders": ["plat"]}})
    return tmp_path


def write_cohort(folder, name, config):
    (folder / "config/cohorts").mkdir(parents=True, exist_ok=True)
    path = folder / f"config/cohorts/{name}.yaml"
    path.write_text(yaml.safe_dump(config))


def run(folder, cohorts, *arguments, target="response"):
    config = ["--config", f"cohorts=[{','.join(cohorts)}]"]
    return snakemake(folder, *config, *arguments, "--", target, check=False)


def results_of(folder, cohort):
    below = folder / "results" / cohort
    return [p for p in below.rglob("*") if p.is_file() and "benchmarks" not in p.parts]


def test_a_refused_cohort_stops_no_other_that_is_told_to_go_on(folder):
    done = run(folder, ["gone", "good", "wrong"], "--keep-going")
    text = said(done)
    assert done.returncode != 0
    assert (folder / "results/good/response/effects.tsv").is_file()
    assert not results_of(folder, "gone")
    assert not results_of(folder, "wrong")
    assert "left out, since they cannot be run: wrong, gone" in text
    assert text.count("gone is left out: ") == 1
    assert text.count("wrong is left out: ") == 1
    assert "does not exist" in text
    assert "did you mean treatment?" in text
    assert "Traceback" not in text


def test_without_that_nothing_is_started(folder):
    done = run(folder, ["gone", "good", "wrong"])
    text = said(done)
    assert done.returncode != 0
    assert not results_of(folder, "good")
    assert "gone: cannot be run" in text or "wrong, gone: cannot be run" in text
    assert "--keep-going runs the other cohorts" in text
    assert text.count("nowhere.tsv") == 1
    assert text.count("did you mean treatment?") == 1
    assert "Traceback" not in text


def test_a_cohort_that_is_refused_alone_is_refused_at_once(folder):
    done = run(folder, ["gone"], "--keep-going")
    assert done.returncode != 0
    assert said(done).count("nowhere.tsv") == 1
    assert "checking the inputs" not in said(done)


def test_a_failure_is_printed_once(folder):
    done = run(folder, ["slip"], target="check")
    text = said(done)
    assert done.returncode != 0
    assert text.count("the column 'plat' is missing") == 1
    assert "config/cohorts/slip.yaml, line" in text
    assert "fix:" in text
    assert not results_of(folder, "slip")


def test_what_was_understood_is_on_the_terminal_and_in_the_report(folder):
    done = run(folder, ["good"], target="report")
    text = said(done)
    assert done.returncode == 0, text
    assert "24 patients in the sheet" in text
    assert "outcome resp (binary) from resp: known in 24 of 24" in text
    assert "arms: B (12), A (12); compared with B" in text
    page = (folder / "results/good/report/report.html").read_text()
    record = json.loads((folder / "results/good/check/inputs.json").read_text())
    assert record["columns"]["treatment"]["arms"] == {"B": 12, "A": 12}
    assert "Columns of the sheet, and what they are used as" in page


@pytest.fixture(scope="module")
def excluded(tmp_path_factory):
    """A cohort of which quality control keeps nobody."""
    folder = tmp_path_factory.mktemp("excluded")
    rng = np.random.default_rng(1)
    ids = [f"P{i:02}" for i in range(N)]
    records = simple_records(80, N, rng, contig="1")
    records += simple_records(80, N, rng, contig="2")
    write_vcf(folder / "a.vcf.gz", ids, records, contigs=("1", "2"))
    columns = {"sample_id": ids, "crp": [f"{i}.5" for i in range(N)]}
    columns["resp"] = rng.integers(0, 2, N).tolist()
    write_table(folder / "sheet.tsv", columns)
    overrides = {"sample_id": ids, "decision": ["exclude"] * N}
    overrides |= {"reason": ["withdrew"] * N, "who": ["lab"] * N}
    write_table(folder / "overrides.tsv", overrides)
    config = {
        "samples": {
            "path": "sheet.tsv",
            "overrides": "overrides.tsv",
            "extra_columns": ["crp"],
        },
        "genotypes": {"vcf": "a.vcf.gz", "build": "GRCh38"},
        "outcomes": [{"name": "resp", "kind": "binary", "column": "resp"}],
        "ingest": {"pieces": 1},
    }
    write_cohort(folder, "bare", config)
    write_cohort(folder, "layer", config | {"profile": {"clinical_features": ["crp"]}})
    return folder


@pytest.mark.parametrize(
    ("cohort", "target"),
    [
        ("bare", "variants"),
        ("bare", "pgx"),
        ("bare", "response"),
        ("layer", "strata"),
        ("bare", "report"),
    ],
)
def test_a_cohort_of_which_nobody_is_kept_ends_with_a_sentence(
    excluded, cohort, target
):
    done = run(excluded, [cohort], target=target)
    text = said(done)
    assert done.returncode != 0
    assert "quality control left no sample of this cohort" in text
    assert "decisions.tsv" in text
    assert f"excluded by override (samples.overrides): {N}" in text
    assert "Traceback" not in text
    assert "did not foresee" not in text


def test_quality_control_itself_ends_well_with_nobody_kept(excluded):
    done = run(excluded, ["bare"], target="qc")
    assert done.returncode == 0, said(done)
    assert (excluded / "results/bare/qc/keep.txt").read_text() == ""
