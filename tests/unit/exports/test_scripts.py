"""The scripts of the target, one after the other, as a run calls them."""

import json
import runpy
import stat
from pathlib import Path

import numpy as np
import pandas as pd
import pysam
import pytest
from export_cases import CALLS, NAMES, SEX, write_mixed_store
from plink_files import write_bed

from genostrat.exports.cleaned import read_source_families
from genostrat.registry import table_spec
from genostrat.tables import (
    read_table,
    write_arrays,
    write_json,
    write_lines,
    write_table,
)

HOME = Path(__file__).resolve().parents[3]
LISTS = ("keep", "remove", "exclude", "prune_in", "prune_out")


def run(name, **arguments):
    runpy.run_path(str(HOME / f"scripts/{name}.py"))["main"](**arguments)


def empty(table):
    return pd.DataFrame({column.name: [] for column in table_spec(table).named})


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Exports of the small store: sample d is not kept, two variants are set aside."""
    root = tmp_path_factory.mktemp("results") / "ward"
    write_mixed_store(root / "genotypes/store")
    fam = write_bed(root.parent / "ours", NAMES, ["1 100 v1 G A"], [[0] * 5])
    sexes = {"1": "male", "2": "female", "0": ""}
    sheet = pd.DataFrame({"sample_id": NAMES, "sex": [sexes[code] for code in SEX]})
    sheet["father_id"] = ["", "a", "", "", ""]
    write_table(root / "check/samples.tsv", sheet, table="check/samples.tsv")
    for table in ("pedigree", "relatedness", "sex"):
        write_table(
            root / f"qc/{table}.tsv", empty(f"qc/{table}.tsv"), table=f"qc/{table}.tsv"
        )
    for name in ("keep", "unrelated"):
        write_lines(
            root / f"qc/{name}.txt", ["a", "b", "c", "e"], entry=f"qc/{name}.txt"
        )
    aside = {"1": np.array([0]), "Y": np.array([0])}
    path = root / "qc/variants_set_aside.npz"
    write_arrays(path, entry="qc/variants_set_aside.npz", **aside)
    reading = {
        "source": "plink",
        "files": [f"{fam}.bed"],
        "ref_provisional": False,
        "warnings": [],
    }
    write_json(root / "check/genotypes.json", reading, entry="check/genotypes.json")
    out = root / "exports"
    run(
        "draw_families",
        sheet=root / "check/samples.tsv",
        sex=root / "qc/sex.tsv",
        pedigree=root / "qc/pedigree.tsv",
        pairs=root / "qc/relatedness.tsv",
        keep=root / "qc/keep.txt",
        ped=out / "families.ped",
        links=out / "family_links.tsv",
        record=out / "families.json",
    )
    common = {
        "store": root / "genotypes/store",
        "set_aside": path,
        "inputs": root / "check/genotypes.json",
        "families": out / "families.ped",
        "build": "GRCh37",
        "threads": 1,
    }
    sites = {"min_maf": 0.01, "max_missing_rate": 0.05, "window": 5, "step": 1}
    run(
        "export_cleaned",
        **common,
        unrelated=root / "qc/unrelated.txt",
        formats=["pgen", "bed", "vcf"],
        contig_names="chr",
        sites=sites | {"max_r2": 0.2},
        folder=out / "cleaned",
        lists={name: out / f"{name}.txt" for name in LISTS},
        record=out / "cleaned.json",
    )
    run(
        "export_imputation",
        **common,
        fasta=[],
        rules={
            "leave_out": ["monomorphic"],
            "max_palindromic_maf": 0.4,
            "contig_names": "auto",
        },
        folder=out / "imputation",
        left_out=out / "imputation_left_out.tsv",
        record=out / "imputation.json",
    )
    run(
        "list_identities",
        store=root / "genotypes/store",
        set_aside=path,
        others=[root / "genotypes/store"],
        names=["again"],
        not_compared={"reference panel": "there is no reference panel"},
        identities=out / "identities.tsv",
        record=out / "identities.json",
        threads=1,
    )
    return root


def test_every_file_is_the_owners_alone(results):
    files = [p for p in (results / "exports").rglob("*") if p.is_file()]
    assert len(files) > 20
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    # What other stages write is as it was.
    assert stat.S_IMODE((results / "qc/keep.txt").stat().st_mode) == 0o640


def test_lists_are_those_that_plink_reads(results):
    lists = {n: (results / f"exports/{n}.txt").read_text().splitlines() for n in LISTS}
    # FIDs are those of the cohort's own fileset.
    assert lists["keep"] == ["F0\ta", "F1\tb", "F2\tc", "F4\te"]
    assert lists["remove"] == ["F3\td"]
    assert lists["exclude"] == ["rs1", "y1"]
    record = json.loads((results / "exports/cleaned.json").read_text())
    assert (record["n_samples"], record["n_removed"], record["n_excluded"]) == (4, 1, 2)
    assert record["n_variants"] == len(CALLS) - 2
    with pysam.VariantFile(str(results / "exports/cleaned/cleaned.vcf.gz")) as file:
        assert {"chr1", "chrX", "chrM"} <= set(file.header.contigs)
    fam = (results / "exports/cleaned/cleaned.fam").read_text().splitlines()
    assert fam[1].split("\t") == ["F1", "b", "a", "0", "2", "-9"]


def test_few_sites_are_no_identity_although_the_names_are_the_same(results):
    table = read_table(
        results / "exports/identities.tsv", table="exports/identities.tsv"
    )
    assert set(table["status"]) == {"not_assessable"}
    assert list(table["sample_id"]) == NAMES
    records = json.loads((results / "exports/identities.json").read_text())
    assert [record["assessable"] for record in records] == [False, False]


def test_a_vcf_has_no_families(tmp_path):
    assert read_source_families("vcf", ["a.vcf.gz"]) == {}
