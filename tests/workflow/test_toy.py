"""The toy cohorts end to end: what was planted is found, and found again the same."""

import json
import os
import re
import shutil

import pandas as pd
import pytest
from running import (
    finished_toys,
    open_to_others,
    said,
    snakemake,
    without_class,
)

from genostrat.privacy import FILE_MODES
from genostrat.registry import all_tables, tables_by_stage
from genostrat.verify import verify_results

pytestmark = pytest.mark.workflow
#: Keys of the two records that contract readers rely on, next to the tables.
RECORDS = {
    "genotypes/ingest.json": {
        "build_declared",
        "build_detected",
        "contigs",
        "n_samples",
        "n_records",
        "n_stored",
        "dropped",
        "chr_prefix",
        "joint_called",
        "warnings",
    },
    "strata/verdict.json": {"verdict", "k", "reasons", "power", "seed"},
    "report/summary.json": set(),
    "provenance.json": set(),
}


@pytest.fixture(scope="module")
def toys(tmp_path_factory):
    """Return the folder in which both toy cohorts were run."""
    return finished_toys(tmp_path_factory)


def test_everything_planted_is_found(toys):
    for cohort in ("toy", "toy_null"):
        table = pd.read_csv(toys / f"results/{cohort}/truth_check.tsv", sep="\t")
        assert len(table) > 8
        wrong = table[table["verdict"] != "found"]
        assert wrong.empty, wrong.to_string()


def test_the_reports_say_what_is_so(toys):
    for cohort, verdict in (("toy", "supported"), ("toy_null", "none")):
        record = json.loads(
            (toys / f"results/{cohort}/strata/verdict.json").read_text()
        )
        assert record["verdict"] == verdict
        page = (toys / f"results/{cohort}/report/report.html").read_text()
        found = "No subgroups were found" in page
        assert found == (verdict == "none")


def test_reports_are_self_contained_and_name_no_patient(toys):
    for cohort in ("toy", "toy_null"):
        page = (toys / f"results/{cohort}/report/report.html").read_text()
        assert not re.search(
            r'(src|href)="(?!#|data:|figures/|tables/|explore\.html|\.\./)', page
        )
        aggregates = (toys / f"results/{cohort}/report/cohort.html").read_text()
        assert not re.search(r'(src|href)="(?!#|data:)', aggregates)
        assert "TOY-0" not in aggregates
        assert "Content-Security-Policy" in page
        for name in ("report/report.html", "report/summary.json", "provenance.json"):
            assert "TOY-0" not in (toys / f"results/{cohort}" / name).read_text()
        for log in (toys / f"logs/{cohort}").glob("*.log"):
            assert "TOY-0" not in log.read_text(), log


def test_every_log_says_what_its_job_did(toys):
    logs = sorted((toys / "logs").rglob("*.log"))
    assert len(logs) > 40
    for path in logs:
        text = path.read_text()
        assert re.search(r"began: \w", text), path
        assert re.search(r"finished after .*MB at most", text), path
    said = (toys / "logs/toy/decide_samples.log").read_text()
    assert re.search(r"kept \d+ of \d+ samples, \d+ of them unrelated", said)
    said = (toys / "logs/toy/judge_strata.log").read_text()
    assert "verdict supported, k 3" in said


def test_every_kept_patient_has_a_sheet_that_names_nobody_else(toys):
    results = toys / "results/toy"
    kept = (results / "qc/keep.txt").read_text().splitlines()
    folder = results / "report/patients"
    # Snakemake adds a hidden timestamp to a folder that is an output.
    names = {path.name for path in folder.glob("[!.]*")}
    assert names == {f"{sample}.html" for sample in kept} | {"index.html"}
    for sample in kept:
        page = (folder / f"{sample}.html").read_text()
        assert set(re.findall(r"TOY-\d{4}", page)) == {sample}


#: What toys do not have; held against the contract in the tests named.
ELSEWHERE = {
    "test_scores.py": (
        "profile/scores.tsv",
        "profile/score_matches.tsv",
        "profile/score_variants.npz",
    ),
    "test_burden.py": (
        "profile/burden.tsv",
        "profile/burden_genes.tsv",
        "profile/burden_sets.tsv",
    ),
    "test_assign.py": (
        "qc/panel_places.tsv",
        "assign/assignments.tsv",
        "assign/summary.json",
    ),
}


#: Of a PLINK fileset, of the command that verifies, and of a cohort that is refused.
NOT_OF_THIS_RUN = (
    "genotypes/store/samples.psam",
    "logs/verify.log",
    "check/refused.txt",
)


#: Stages of targets of their own.
ON_DEMAND = ("bundle", "exports", "studies")


def test_tables_follow_the_contract(toys):
    results = toys / "results/toy"
    on_demand = {t.name for stage in ON_DEMAND for t in tables_by_stage()[stage]}
    for name, table in all_tables().items():
        if name in on_demand:
            continue
        away = any(name in names for names in ELSEWHERE.values())
        absent = ("panel", "parts", "model", "burden", "scores", "panel_axes")
        if away or table.needs in absent or table.temporary or "<" in name:
            continue
        path = (toys if table.is_outside else results) / name
        if table.needs == "several_cohorts":
            path = toys / "results/cohorts" / name
        if name in NOT_OF_THIS_RUN:
            continue
        if table.format == "table":
            header = path.read_text().split("\n", 1)[0].split("\t")
            named = [column.name for column in table.named]
            assert header[: len(named)] == named, name
        else:
            assert path.exists(), name
        assert path.stat().st_mode & 0o777 == FILE_MODES[table.access], name
    for name, keys in RECORDS.items():
        assert keys <= set(json.loads((results / name).read_text())), name
    for suffix in ("pgen", "pvar", "psam"):
        assert (results / f"genotypes/store/22.{suffix}").is_file()
    for name in ("keep.txt", "unrelated.txt"):
        ids = (results / "qc" / name).read_text().splitlines()
        assert ids == sorted(ids)
        assert len(ids) > 180
    for name in ("model.json", "arrays.npz"):
        assert (results / "strata/model" / name).is_file()


def test_what_leaves_is_made_when_it_is_asked_for(toys, tmp_path):
    copy = tmp_path / "toys"
    shutil.copytree(toys, copy, symlinks=True)
    snakemake(copy, "--config", "cohorts=[toy]", "--", "bundle", "exports")
    results = copy / "results/toy"
    made = [t for t in tables_by_stage()["bundle"] if t.name.startswith("bundle")]
    for table in made:
        path = results / table.name
        assert path.stat().st_mode & 0o777 == FILE_MODES[table.access], table.name
        if table.access == "shareable":
            assert "TOY-0" not in path.read_text(), table.name
    assert (results / "exports/cleaned/cleaned.pgen").is_file()
    assert len((results / "exports/keep.txt").read_text().splitlines()) == 194
    assert open_to_others(copy) == without_class(copy) == []
    assert verify_results(results).holds


def test_every_file_has_a_class_and_its_mode(toys):
    assert open_to_others(toys) == []
    assert without_class(toys) == []


def test_results_hold_against_their_checksums_and_are_told_when_they_do_not(
    toys, tmp_path
):
    assert "finding" not in said(snakemake(toys, "--", "verify"))
    for cohort in ("toy", "toy_null"):
        assert verify_results(toys / "results" / cohort).holds
    copy = tmp_path / "toys"
    shutil.copytree(toys, copy, symlinks=True)
    path = copy / "results/toy/strata/assignments.tsv"
    times = path.stat()
    path.write_bytes(path.read_bytes()[:2000])
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    # Snakemake goes by times and sees nothing to do; who reads the file does not.
    assert "Nothing to be done" in said(snakemake(copy, "--dry-run"))
    done = snakemake(copy, "--", "verify", check=False)
    assert done.returncode != 0
    assert "assignments.tsv: truncated: this file was cut short" in said(done)
    report = "results/toy/report/report.html"
    page = (copy / report).read_bytes()
    done = snakemake(copy, "--forcerun", "render_report", "--", report, check=False)
    assert done.returncode != 0
    assert "assignments.tsv: this file was cut short: 2,000 of" in said(done)
    assert not (copy / report).exists() or (copy / report).read_bytes() == page


def test_a_finished_run_has_nothing_to_do(toys):
    assert "Nothing to be done" in said(snakemake(toys, "--dry-run"))


def jobs_left(folder, *settings):
    """Return the rules that Snakemake would run for the toy cohort."""
    done = snakemake(folder, "--dry-run", "--config", "cohorts=[toy]", *settings)
    rules = set(re.findall(r"^(\w+) +\d+$", said(done), flags=re.M))
    return rules - {"total", "all"}


def test_a_changed_setting_runs_the_rules_that_use_it_and_nothing_else(toys):
    assert jobs_left(toys, "report={show_ids: true}") == {"render_report"}
    assert jobs_left(toys, "response={min_events_per_cell: 6}") == AFTER_RESPONSE


#: The toy's planted truth is checked after the response; frequencies of pharmacogenes
#: are told by stratum; sheets say what a stratum means for treatment.
AFTER_RESPONSE = {
    *("test_response", "check_truth", "render_report", "render_patient_sheets"),
    "associate_pharmacogenes",
}
AFTER_VERDICT = AFTER_RESPONSE - {"associate_pharmacogenes"} | {
    *("judge_strata", "describe_strata", "compare_strata", "compare_partitions"),
    *("order_patients", "replicate_strata", "summarise_pgx"),
}


@pytest.mark.parametrize(
    ("setting", "rules"),
    [
        ("report={colour_by: batch}", {"render_report"}),
        ("strata={confounders: [centre, batch]}", AFTER_VERDICT),
        ("response={propensity_covariates: [age]}", AFTER_RESPONSE),
    ],
)
def test_another_column_runs_what_uses_it_once_the_sheet_is_checked(
    toys, tmp_path, setting, rules
):
    copy = tmp_path / "toys"
    shutil.copytree(toys, copy, symlinks=True)
    snakemake(copy, "--config", "cohorts=[toy]", setting, "--", "check")
    assert jobs_left(copy, setting) == rules
