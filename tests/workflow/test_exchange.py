"""What other programs make of finished cohorts: MultiQC, reports, crates."""

import json
import shutil
import subprocess
import zipfile

import pandas as pd
import pytest
from running import finished_toys, snakemake

pytestmark = pytest.mark.workflow
COHORTS = "cohorts=[toy,toy_null]"


@pytest.fixture(scope="module")
def toys(tmp_path_factory):
    """Return the folder in which both toy cohorts were run."""
    return finished_toys(tmp_path_factory)


@pytest.fixture(scope="module")
def patients(toys):
    """Return the identifiers of every patient."""
    sheets = toys.glob("resources/simulated/*/samples.tsv")
    return {
        name
        for sheet in sheets
        for name in pd.read_csv(sheet, sep="\t", dtype=str)["sample_id"]
    }


def test_a_run_is_told_as_a_crate_that_names_no_patient(toys, patients, tmp_path):
    pytest.importorskip(
        "snakemake_report_plugin_fairscape", reason="the reporter is in the dev lock"
    )
    path = tmp_path / "ro-crate-metadata.json"
    words = ("--report-fairscape-author", "a centre")
    words += ("--report-fairscape-path", str(path))
    snakemake(toys, "--config", COHORTS, "--reporter", "fairscape", *words)
    text = path.read_text(encoding="utf-8")
    graph = json.loads(text)["@graph"]
    [about] = [one for one in graph if one["@id"] == "ro-crate-metadata.json"]
    assert about["conformsTo"]["@id"].startswith("https://w3id.org/ro/crate/1.")
    [root] = [one for one in graph if one["@id"] == about["about"]["@id"]]
    assert root["author"] == "a centre"
    by_id = {one["@id"]: one for one in graph}
    place = "results/toy/report/summary.json"
    [summary] = [one for one in graph if one.get("localPath") == place]
    assert int(summary["contentSize"]) == (toys / place).stat().st_size
    [job] = [by_id[made["@id"]] for made in summary["generatedBy"]]
    assert job["name"] == "render_report (cohort=toy)"
    used = {by_id[one["@id"]].get("localPath") for one in job["usedDataset"]}
    assert {"results/toy/qc/decisions.tsv", "results/toy/strata/verdict.json"} <= used
    assert len(patients) == 400
    assert not [name for name in patients if name in text]


def test_snakemakes_own_report_has_the_pages_without_patients(toys, patients, tmp_path):
    path = tmp_path / "report.zip"
    snakemake(toys, "--config", COHORTS, "--report", str(path))
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        texts = {name: archive.read(name).decode("utf-8", "replace") for name in names}
    for wanted in ("cohort.html", "summary.json", "provenance.json", "cohorts.html"):
        assert any(name.endswith(wanted) for name in names), wanted
    told = [(p, name) for name, text in texts.items() for p in patients if p in text]
    assert told == []
    front = next(text for name, text in texts.items() if name.endswith("report.html"))
    for caption in ("Report, aggregates only", "All cohorts side by side"):
        assert any(caption in text for text in (front, *texts.values())), caption


def test_multiqc_finds_the_tables_without_being_told_how(toys, tmp_path):
    program = shutil.which("multiqc")
    if program is None:
        pytest.skip("MultiQC is not installed")
    command = [program, str(toys / "results"), "-o", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = done.stdout + done.stderr
    assert done.returncode == 0, told
    for table, n in (("answers", 8), ("cohort", 2), ("samples", 400)):
        assert f"genostrat_{table}: Found {n} samples" in told
