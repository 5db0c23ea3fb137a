"""Bad input through the real workflow: a message, a non-zero exit, nothing left."""

import json
import shutil

import numpy as np
import pytest
import yaml
from running import open_to_others, said, snakemake
from vcf_files import simple_records, vcf_text, write_vcf

pytestmark = pytest.mark.workflow
SAMPLES = [f"p{number:03}" for number in range(8)]


@pytest.fixture
def cohort(tmp_path):
    """Write a small cohort, and return its folder and its config for changing."""
    rng = np.random.default_rng(1)
    write_vcf(tmp_path / "a.vcf.gz", SAMPLES, simple_records(60, 8, rng))
    rows = [f"{name}\tmale\t{i % 2}" for i, name in enumerate(SAMPLES)]
    (tmp_path / "samples.tsv").write_text(
        "\n".join(["sample_id\tsex\tout", *rows]) + "\n"
    )
    config = {
        "samples": {"path": "samples.tsv"},
        "genotypes": {"vcf": "a.vcf.gz", "build": "GRCh38"},
        "outcomes": [{"name": "out", "kind": "binary", "column": "out"}],
        "ingest": {"pieces": 1},
    }
    return tmp_path, config


def run(cohort, target="variants", **changes):
    folder, config = cohort
    (folder / "config/cohorts").mkdir(parents=True, exist_ok=True)
    path = folder / "config/cohorts/ward.yaml"
    path.write_text(yaml.safe_dump(config | changes))
    return snakemake(folder, "--config", "cohorts=[ward]", "--", target, check=False)


def refused(cohort, *expected, target="variants", **changes):
    done = run(cohort, target, **changes)
    text = said(done)
    assert done.returncode != 0
    for part in expected:
        assert part in text
    assert "Traceback" not in text.replace(
        "Traceback (most recent call last):\n  File", ""
    )
    results = cohort[0] / "results/ward"
    # What was wrong is quoted in logs, and may name patients.
    assert open_to_others(cohort[0]) == []
    left = [
        p
        for p in results.rglob("*")
        if p.is_file() and not {"benchmarks", "checksums"} & set(p.parts)
    ]
    return text, sorted(str(path.relative_to(results)) for path in left)


def test_a_sound_cohort_passes(cohort):
    done = run(cohort)
    assert done.returncode == 0, said(done)
    ingest = json.loads((cohort[0] / "results/ward/genotypes/ingest.json").read_text())
    assert ingest["n_stored"] == 60
    assert ingest["build_detected"] == "GRCh38"


def test_a_missing_file_stops_before_any_job(cohort):
    (cohort[0] / "samples.tsv").unlink()
    _, left = refused(cohort, "ward.yaml, line", "samples.tsv", "does not exist")
    assert left == []


def test_without_an_index_the_store_is_the_same(cohort):
    store = cohort[0] / "results/ward/genotypes/store/1.pgen"
    assert run(cohort).returncode == 0
    expected = store.read_bytes()
    (cohort[0] / "a.vcf.gz.tbi").unlink()
    done = run(cohort, ingest={"pieces": 3})
    assert done.returncode == 0, said(done)
    assert store.read_bytes() == expected
    ingest = json.loads((store.parent.parent / "ingest.json").read_text())
    assert any("has no index" in warning for warning in ingest["warnings"])


def test_a_truncated_file(cohort):
    path = cohort[0] / "a.vcf.gz"
    path.write_bytes(path.read_bytes()[:-40])
    shutil.copystat(f"{path}.tbi", path)
    _, left = refused(cohort, "a.vcf.gz: this file was cut short")
    assert left == []


def test_samples_in_one_input_only(cohort):
    sheet = cohort[0] / "samples.tsv"
    sheet.write_text(sheet.read_text().replace("p007", "P007").replace("p006", "6"))
    text, left = refused(
        cohort,
        "2 problems",
        "2 of the sheet's samples are not in the genotypes",
        "2 samples of the genotypes are not in the sheet",
        "upper and lower case",
        "samples.unmatched: drop",
    )
    assert "p005" not in text
    assert left == []


def test_unmatched_samples_can_be_dropped(cohort):
    sheet = cohort[0] / "samples.tsv"
    sheet.write_text(sheet.read_text().replace("p007", "other"))
    samples = {"path": "samples.tsv", "unmatched": "drop"}
    done = run(cohort, samples=samples)
    assert done.returncode == 0, said(done)
    ingest = json.loads((cohort[0] / "results/ward/genotypes/ingest.json").read_text())
    checked = json.loads((cohort[0] / "results/ward/check/inputs.json").read_text())
    assert ingest["n_samples"] == 7
    assert any("they are left out" in warning for warning in checked["warnings"])


def test_sheet_and_genotypes_are_wrong_at_once(cohort):
    sheet = cohort[0] / "samples.tsv"
    sheet.write_text(sheet.read_text() + "p000\tboy\t2\n")
    path = cohort[0] / "a.vcf.gz"
    path.write_bytes(path.read_bytes()[:-40])
    shutil.copystat(f"{path}.tbi", path)
    refused(
        cohort,
        "4 problems",
        "line 10, column sample_id: this sample identifier stands twice",
        "line 10, column sex",
        "line 10, column out",
        "cut short",
    )


def test_numeric_and_zero_padded_identifiers(cohort):
    folder, _ = cohort
    names = ["001", "1", "1e3", "01", "0x1", "NaN", "1.0", "None"]
    records = simple_records(60, 8, np.random.default_rng(2))
    write_vcf(folder / "a.vcf.gz", names, records)
    rows = [f"{name}\tmale\t0" for name in names[:-1]] + ["None\tmale\t1"]
    text = "\n".join(["sample_id\tsex\tout", *rows]) + "\n"
    (folder / "samples.tsv").write_text(text)
    done = run(cohort)
    assert done.returncode == 0, said(done)
    keep = (folder / "results/ward/qc/decisions.tsv").read_text().splitlines()[1:]
    assert {line.split("\t")[0] for line in keep} == set(names)


def test_empty_vcf(cohort):
    write_vcf(cohort[0] / "a.vcf.gz", SAMPLES, [])
    _, left = refused(cohort, "no records on chromosomes", "no records at all")
    assert left == []


def test_no_variant_passing_filters(cohort):
    record = "1 100 . A G . LowQual . GT " + " ".join(["0/1"] * 8)
    write_vcf(cohort[0] / "a.vcf.gz", SAMPLES, [record])
    _, left = refused(cohort, "no variant is left", "1 filter", "ingest.filters")
    assert not any(path.startswith("genotypes/store") for path in left)
    assert "genotypes/ingest.json" not in left


def test_an_unknown_column(cohort):
    sheet = cohort[0] / "samples.tsv"
    sheet.write_text(sheet.read_text().replace("\tsex\t", "\tgender\t"))
    refused(cohort, "column gender: nothing says what this column is")


def test_a_wrong_build(cohort):
    refused(
        cohort,
        "says GRCh37, but the data are on GRCh38",
        "set genotypes.build: GRCh38",
        genotypes={"vcf": "a.vcf.gz", "build": "GRCh37"},
    )


def test_nothing_disappears_without_a_word(cohort):
    """What is left out is counted by why, in the record and on the terminal."""
    folder, _ = cohort
    cells = " ".join(["0/1", "0/0"] * 4)
    records = [f"1 {n}00 . A G . LowQual;q10 . GT {cells}" for n in range(1, 21)]
    records += [f"1 {n}00 . A G . PASS . GT {cells}" for n in range(21, 31)]
    records += [f"1 9000 . A G . PASS . GT:DP:GQ {'0/0:0:0 ' * 4}{'0/1:9:9 ' * 4}"]
    for contig in ("23", "24", "25", "GL000192.1"):
        records += [f"{contig} {n}000000 . A G . PASS . GT {cells}" for n in (3, 4)]
    contigs = ("1", "23", "24", "25", "GL000192.1")
    write_vcf(
        folder / "a.vcf.gz", SAMPLES, records, contigs=contigs, prefix="", lengths=False
    )
    done = run(cohort)
    text = said(done)
    assert done.returncode == 0, text
    ingest = json.loads((folder / "results/ward/genotypes/ingest.json").read_text())
    assert ingest["contigs"] == {"1": 11, "X": 2, "Y": 2}
    assert ingest["dropped"] == {
        "filter": 20,
        "other_contig": 2,
        "pseudo_autosomal_code": 2,
    }
    assert ingest["filters"] == {"LowQual": 20, "q10": 20}
    assert ingest["refused_calls"]["no_reads"] == {"calls": 4, "samples": 4}
    for wanted in (
        "20 filter (LowQual 20, q10 20)",
        "2 records on what PLINK calls parts of X",
        "GL000192.1 (2)",
        "4 calls in 4 of 8 samples rest on no read",
    ):
        assert wanted in text
        assert any(wanted in warning for warning in ingest["warnings"])


def test_another_assembly_is_a_contradiction_with_an_override(cohort):
    path = cohort[0] / "a.vcf.gz"
    text = vcf_text(SAMPLES, simple_records(60, 8, np.random.default_rng(1)))
    text = text.replace("length=248956422", "length=247249719")
    path.with_suffix("").write_text(text)
    genotypes = {"vcf": "a.vcf", "build": "GRCh38"}
    refused(cohort, "but the data are on NCBI36 (hg18)", genotypes=genotypes)
    done = run(cohort, genotypes=genotypes | {"build_contradiction": "warn"})
    assert done.returncode == 0, said(done)
    assert "read as GRCh38 all the same" in said(done)
    ingest = json.loads((cohort[0] / "results/ward/genotypes/ingest.json").read_text())
    assert ingest["build_detected"] == "NCBI36 (hg18)"


def test_a_prefix_mixed_between_files(cohort):
    folder, _ = cohort
    records = simple_records(9, 8, np.random.default_rng(3), contig="2")
    write_vcf(folder / "b.vcf.gz", SAMPLES, records, contigs=("2",), prefix="")
    refused(
        cohort,
        "carry chr in one file and not in another",
        genotypes={"vcf": ["a.vcf.gz", "b.vcf.gz"], "build": "GRCh38"},
    )


def test_hostile_names_stay_data(cohort):
    """Paths and identifiers reach no shell, whatever they hold."""
    folder, _ = cohort
    evil = "$(touch pwned);`touch pwned`&'.vcf.gz"
    names = ["a&b", "$(touch_pwned)", "`x`", "a;b", "*", "a'b", 'a"b', "<img>"]
    records = simple_records(60, 8, np.random.default_rng(4))
    write_vcf(folder / evil, names, records)
    rows = [f"{name}\tmale\t0" for name in names]
    text = "\n".join(["sample_id\tsex\tout", *rows]) + "\n"
    (folder / "samples.tsv").write_text(text)
    done = run(cohort, genotypes={"vcf": evil, "build": "GRCh38"})
    assert done.returncode == 0, said(done)
    assert not list(folder.rglob("pwned"))
    decisions = (folder / "results/ward/qc/decisions.tsv").read_text()
    assert "<img>" in decisions
