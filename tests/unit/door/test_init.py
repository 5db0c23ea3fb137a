"""``genostrat init``: what it writes is read back as it was meant, or nothing is."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from plink_files import CALLS, SAMPLES, VARIANTS, write_bed, write_pgen
from vcf_files import simple_records, write_vcf

from genostrat.config.settings import load_settings
from genostrat.door.drafts import quote
from genostrat.door.main import main
from genostrat.errors import GenostratError
from genostrat.home import workflow_home
from genostrat.sheets.clinical import Request, read_sheet

RNG = np.random.default_rng(1)


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def vcf(path, samples, **options):
    return str(
        write_vcf(path, samples, simple_records(5, len(samples), RNG), **options)
    )


def matrix(path, rows, columns, corner="x"):
    header = "\t".join([corner, *columns])
    lines = ["\t".join([row, *(["1.5"] * len(columns))]) for row in rows]
    path.write_text("\n".join([header, *lines]) + "\n")
    return str(path)


def read_back(name="ward"):
    """Return the cohort as a run would see it, and the identifiers of its sheet."""
    cohort = load_settings({"cohorts": [name]}, home=workflow_home()).cohorts[name]
    sheet = read_sheet(cohort["samples"]["path"], Request(missing_values=["NA"]))
    return cohort, sheet.frame["sample_id"].tolist()


@pytest.mark.parametrize("suffix", ["vcf.gz", "bcf"])
def test_a_vcf_gives_samples_and_build(place, suffix, capsys):
    # "NA" and "007" are identifiers like any other
    samples = ["007", "NA", 'q"u,o;te', "Ünï", "{{x}}", "a:b"]
    path = vcf(place / "in.vcf.gz", samples, contigs=("1", "2", "3"))
    if suffix == "bcf":
        import pysam.bcftools

        pysam.bcftools.view("-Ob", "-o", "in.bcf", path, catch_stdout=False)
        path = "in.bcf"
    assert main(["init", "ward", path]) == 0
    cohort, ids = read_back()
    assert ids == samples
    assert cohort["genotypes"] == {"vcf": path, "build": "GRCh38"}
    said = capsys.readouterr().out
    assert "6 samples with genotypes, GRCh38 (3 contig lengths" in said
    assert not any(name in said for name in samples), "identifiers stay in the sheet"
    assert (place / "ward_samples.tsv").stat().st_mode & 0o007 == 0


@pytest.mark.parametrize(
    ("kind", "write", "named"),
    [
        ("plink", write_bed, "set.bed"),
        ("plink", write_bed, "set"),
        ("plink", write_bed, "set.fam"),
        ("pgen", write_pgen, "set.pgen"),
        ("pgen", write_pgen, "set"),
    ],
)
def test_a_fileset_is_named_without_its_suffix(place, kind, write, named):
    variants = (
        VARIANTS
        if kind == "plink"
        else [f"{c} {p} {n} {a2} {a1}" for c, p, n, a1, a2 in map(str.split, VARIANTS)]
    )
    write(place / "set", SAMPLES, variants, np.array(CALLS, np.int8))
    assert main(["init", "ward", named, "--build", "GRCh37"]) == 0
    cohort, ids = read_back()
    assert cohort["genotypes"] == {kind: "set", "build": "GRCh37"}
    assert ids == SAMPLES


def test_a_build_that_nothing_tells_is_not_guessed(place, capsys):
    path = vcf(place / "in.vcf.gz", ["a", "b"], lengths=False)
    assert main(["init", "ward", path]) == 0
    assert "do not tell their build" in capsys.readouterr().out
    with pytest.raises(GenostratError, match=r"genotypes\.build"):
        read_back()


def test_a_build_that_the_header_contradicts_is_refused(place, capsys):
    path = vcf(place / "in.vcf.gz", ["a", "b"], contigs=("1", "2", "3"))
    assert main(["init", "ward", path, "--build", "GRCh37"]) == 1
    assert "on another build" in capsys.readouterr().err
    assert not (place / "config").exists()


@pytest.mark.parametrize("turned", [False, True])
def test_the_genotypes_tell_how_a_matrix_lies(place, turned):
    samples = [f"s{n}" for n in range(4)]
    genes = ["A", "B", "C"]
    sides = (samples, genes) if turned else (genes, samples)
    found = matrix(place / "my data (1).tsv", *sides)
    assert main(["init", "ward", vcf(place / "in.vcf.gz", samples), found]) == 0
    cohort, ids = read_back()
    assert ids == samples
    assert cohort["matrices"] == [
        {
            "name": "my_data_1",
            "path": found,
            "orientation": ("features_by_samples", "samples_by_features")[turned],
            "transform": "none",
        }
    ]


def test_how_a_matrix_lies_is_never_guessed(place, capsys):
    path = matrix(place / "m.tsv", ["p1", "p2"], ["g1", "g2", "g3"])
    assert main(["init", "ward", path]) == 1
    assert "--orientation" in capsys.readouterr().err
    assert main(["init", "ward", path, "--orientation", "samples_by_features"]) == 0
    assert read_back()[1] == ["p1", "p2"]
    other = matrix(place / "n.tsv", ["p1", "p2"], ["g1"], corner="Patient_ID")
    assert main(["init", "other", other]) == 0
    assert read_back("other")[1] == ["p1", "p2"]


def test_a_parquet_matrix_and_one_of_r(place):
    frame = pd.DataFrame({"p1": [1.0, 2.0], "p2": [3.0, 4.0]}, index=["g1", "g2"])
    frame.to_parquet("m.parquet")
    frame.to_csv("r.tsv", sep="\t", index_label=False)  # one header cell too few
    arguments = ["--orientation", "features_by_samples"]
    assert main(["init", "ward", "m.parquet", "r.tsv", *arguments]) == 0
    cohort, ids = read_back()
    assert ids == ["p1", "p2"]
    assert [m["name"] for m in cohort["matrices"]] == ["m", "r"]


def test_a_matrix_of_other_patients_is_refused(place, capsys):
    path = vcf(place / "in.vcf.gz", ["a", "b"])
    strange = matrix(place / "m.tsv", ["A"], ["X.a", "X.b"])
    assert main(["init", "ward", path, strange]) == 1
    assert "no row or column" in capsys.readouterr().err
    assert not (place / "config").exists()


def test_nothing_is_overwritten_and_nothing_half_written(place, capsys):
    path = vcf(place / "in.vcf.gz", ["a", "b"])
    (place / "ward_samples.tsv").write_text("mine\n")
    assert main(["init", "ward", path]) == 1
    assert "ward_samples.tsv: this file is there already" in capsys.readouterr().err
    assert (place / "ward_samples.tsv").read_text() == "mine\n"
    assert not (place / "config/cohorts/ward.yaml").exists()
    # not through a link that leads nowhere, either
    (place / "other_samples.tsv").symlink_to(place / "elsewhere")
    assert main(["init", "other", path]) == 1
    assert not (place / "elsewhere").exists()
    (place / "config/cohorts").mkdir(parents=True)
    (place / "config/cohorts").chmod(0o500)
    if os.geteuid():
        assert main(["init", "third", path]) == 1
        assert not (place / "third_samples.tsv").exists()


def test_a_sheet_that_is_there_is_named_and_left_alone(place):
    path = vcf(place / "in.vcf.gz", ["a", "b"])
    (place / "clinic.tsv").write_text("sample_id\tsex\na\tmale\nb\t\n")
    assert main(["init", "ward", path, "--sheet", "clinic.tsv"]) == 0
    assert read_back()[1] == ["a", "b"]
    assert not (place / "ward_samples.tsv").exists()


@pytest.mark.parametrize(
    "bad", ["=cmd|x", "#a", "a b", "+1", "a/b", "x" * 200], ids=lambda t: t[:6]
)
def test_names_that_would_do_harm_are_refused(place, bad, capsys):
    path = matrix(place / "m.tsv", ["g1"], ["good", bad], corner="gene")
    assert main(["init", "ward", path]) == 1
    assert "1 names of samples cannot be used" in capsys.readouterr().err
    assert not list(place.glob("*_samples.tsv"))


@pytest.mark.parametrize(
    "name", ["../up", "a b", "", "-x", "a\n", "a/b", "$(touch x)", "x" * 65]
)
def test_names_of_cohorts_are_text(place, name, capsys):
    path = vcf(place / "in.vcf.gz", ["a", "b"])
    assert main(["init", "--", name, path]) == 1
    assert "cannot have this name" in capsys.readouterr().err
    assert all(p.name.startswith("in.vcf") for p in place.iterdir())


def test_what_is_wrong_with_files_is_said_at_once(place, capsys):
    (place / "a.csv").write_text("a,b\n")
    (place / "what.ped").touch()
    assert main(["init", "ward", "a.csv", "gone.vcf", "what", "x\ny.tsv"]) == 1
    said = capsys.readouterr().err
    for part in (
        "tabs in place of commas",
        "gone.vcf: there is no such",
        "plink2 --pedmap what --make-bed --out what",
        "4 problems",
    ):
        assert part in said
    assert "x\\ny.tsv" in said, "escaped"


def test_paths_that_no_config_can_name_are_refused(place, capsys):
    path = vcf(place / "in.vcf.gz", ["a", "b"])
    for odd in ("x{y}.vcf.gz", "x\n.vcf.gz"):
        Path(place / odd).symlink_to(path)
        assert main(["init", "ward", odd]) == 1
        assert "cannot stand in a config" in capsys.readouterr().err


def test_odd_paths_come_back_as_they_were(place):
    odd = place / "1e5 #no: [x] 'q' \"d\" %s é.vcf.gz"
    path = vcf(place / "in.vcf.gz", ["a", "b"], contigs=("1", "2", "3"))
    Path(path).rename(odd)
    assert main(["init", "ward", odd.name]) == 0
    assert read_back()[0]["genotypes"]["vcf"] == odd.name


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_text_survives_quoting(text):
    assert yaml.safe_load(f"key: {quote(text)}  # said") == {"key": text}
