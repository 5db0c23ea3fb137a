"""Cohorts that leave most questions open: the run goes on with the others."""

import json

import numpy as np
import pandas as pd
import pytest
import yaml
from running import snakemake
from vcf_files import simple_records, write_vcf

pytestmark = pytest.mark.workflow
SAMPLES = [f"p{number}" for number in range(6)]


def genome(n_samples, *, seed=4):
    """Records of 80 variants on every autosome, and 80 on chrX."""
    rng = np.random.default_rng(seed)
    records = []
    for number in range(1, 23):
        records += simple_records(80, n_samples, rng, contig=str(number), step=500_000)
    return records, simple_records(80, n_samples, rng, contig="X", step=1_000_000)


def with_calls(record, change):
    """Return a record with other genotype columns."""
    fields = record.split()
    return " ".join(fields[:9] + change(fields[9:]))


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Run three cohorts to their reports; return the folder of the results."""
    folder = tmp_path_factory.mktemp("odd")
    autosomes, x = genome(1)
    six = [with_calls(record, lambda calls: calls * 6) for record in autosomes + x]
    many, many_x = genome(6)
    silent = [
        with_calls(record, lambda calls: ["0/0" + call[3:] for call in calls])
        for record in many_x
    ]
    cohorts = {
        "one": (SAMPLES[:1], autosomes + x),
        "copies": (SAMPLES, six),
        "silent_x": (SAMPLES, many + silent),
        # Forced calls of one person: no variant, but calls of two pharmacogenes.
        "forced": (
            SAMPLES[:1],
            [
                "4 88131171 . G . . PASS . GT 0/0",
                "16 31096368 . C T . PASS . GT 0/0",
            ],
        ),
    }
    (folder / "config/cohorts").mkdir(parents=True)
    contigs = tuple([*map(str, range(1, 23)), "X"])
    for name, (samples, records) in cohorts.items():
        write_vcf(folder / f"{name}.vcf.gz", samples, records, contigs=contigs)
        rows = ["sample_id\tsex", *(f"{sample}\t" for sample in samples)]
        (folder / f"{name}.tsv").write_text("\n".join(rows) + "\n")
        config = {
            "samples": {"path": f"{name}.tsv"},
            "genotypes": {"vcf": f"{name}.vcf.gz", "build": "GRCh38"},
            "ingest": {"pieces": 1},
        }
        (folder / f"config/cohorts/{name}.yaml").write_text(yaml.safe_dump(config))
    snakemake(folder, "--config", f"cohorts=[{','.join(cohorts)}]")
    return folder / "results"


def read(results, cohort, table):
    return pd.read_csv(results / cohort / "qc" / table, sep="\t", dtype=str)


@pytest.mark.parametrize("cohort", ["one", "copies", "silent_x", "forced"])
def test_every_odd_cohort_gets_its_report(results, cohort):
    assert (results / cohort / "report/report.html").stat().st_size > 10_000
    json.loads((results / cohort / "report/summary.json").read_text())
    assert (read(results, cohort, "ancestry.tsv")["ancestry"] == "unassigned").all()
    assert read(results, cohort, "swaps.tsv").empty


def test_one_sample_is_kept_and_has_no_relatives(results):
    assert read(results, "one", "relatedness.tsv").empty
    assert (results / "one/qc/keep.txt").read_text().split() == ["p0"]
    assert read(results, "one", "outliers.tsv")["fair_score"].isna().all()
    assert read(results, "one", "pcs.tsv")["PC1"].isna().all()


def test_of_six_copies_of_a_person_one_stays(results):
    pairs = read(results, "copies", "relatedness.tsv")
    assert len(pairs) == 15
    assert set(pairs["relationship"]) == {"duplicate"}
    assert len((results / "copies/qc/keep.txt").read_text().split()) == 1
    rules = read(results, "copies", "decisions.tsv")["rule"]
    assert (rules == "duplicate").sum() == 5


def test_an_x_without_variation_tells_no_sex(results):
    sex = read(results, "silent_x", "sex.tsv")
    assert set(sex["status"]) == {"not_assessable"}
    assert sex["x_f"].isna().all()
    assert len((results / "silent_x/qc/keep.txt").read_text().split()) == 6


def test_forced_reference_calls_are_results_though_nothing_is_stored(results):
    ingest = json.loads((results / "forced/genotypes/ingest.json").read_text())
    assert ingest["n_at_sites"] == 2
    calls = pd.read_csv(
        results / "forced/pgx/diplotypes.tsv", sep="\t", dtype=str, index_col="gene"
    )
    for gene in ("ABCG2", "VKORC1"):
        assert calls.loc[gene, "diplotype"] == "Reference/Reference"
        assert calls.loc[gene, "status"] == "called"
    assert set(calls["status"].drop(["ABCG2", "VKORC1"])) == {"not_called"}
    sheets = list((results / "forced/report/patients").glob("*.html"))
    assert len(sheets) == 2, "the patient's, and the list of all"


def test_a_cohort_without_a_pharmacogene_position_has_a_list_and_no_sheets(results):
    folder = results / "one/report/patients"
    assert [path.name for path in folder.glob("*.html")] == ["index.html"]
    assert "Not assessable" in (folder / "index.html").read_text(encoding="utf-8")
