"""The scripts of guidance and frequencies, on files of a few patients."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest
from made_up import write_part

from genostrat.tables import read_table, write_lines

HOME = Path(__file__).resolve().parents[3]
KEEP = [f"s{i}" for i in range(6)]


def load_script(name):
    spec = importlib.util.spec_from_file_location(name, HOME / f"scripts/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_columns(path, table, **columns):
    write_part(path, pd.DataFrame(columns), table=table)


@pytest.fixture
def folder(tmp_path):
    samples = [*KEEP, "excluded"]
    write_columns(
        tmp_path / "samples.tsv",
        "check/samples.tsv",
        sample_id=samples,
        centre="Leeds",
        medications=["Plavix 75mg; <b>odd</b>", *["metformin"] * 5, "clopidogrel"],
    )
    write_columns(
        tmp_path / "diplotypes.tsv",
        "pgx/diplotypes.tsv",
        sample_id=KEEP,
        gene="CYP2C19",
        diplotype=["*2/*2", *["*1/*1"] * 5],
        allele_1=["*2", *["*1"] * 5],
        allele_2=["*2", *["*1"] * 5],
        phenotype=["Poor Metabolizer", *["Normal Metabolizer"] * 5],
        status="called",
        knowledge="pypgx 0 sha256:0",
    )
    write_columns(
        tmp_path / "ancestry.tsv",
        "qc/ancestry.tsv",
        sample_id=KEEP,
        ancestry="unassigned",
    )
    write_lines(tmp_path / "keep.txt", KEEP, entry="qc/keep.txt")
    write_lines(tmp_path / "unrelated.txt", KEEP[1:], entry="qc/unrelated.txt")
    return tmp_path


def test_from_diplotypes_to_frequencies(folder):
    load_script("advise_patients").main(
        diplotypes=folder / "diplotypes.tsv",
        samples=folder / "samples.tsv",
        keep=folder / "keep.txt",
        synonyms=HOME / "resources/drug_synonyms.tsv",
        interactions=HOME / "resources/pgx_interactions.tsv",
        guidance=folder / "guidance.tsv",
        medications=folder / "medications.tsv",
        source="pypgx",
        build="GRCh38",
        guidelines=["genostrat"],
    )
    guidance = read_table(folder / "guidance.tsv", table="pgx/guidance.tsv")
    mine = guidance[
        (guidance["drug"] == "clopidogrel")
        & (guidance["indication"] == "acute coronary syndrome or PCI")
    ].set_index("sample_id")
    assert list(mine.index) == KEEP
    assert mine["category"].tolist() == ["avoid", *["standard"] * 5]
    assert mine["on_medication"].tolist() == [True, *[False] * 5]
    assert (folder / "guidance.tsv").stat().st_mode & 0o007 == 0
    medications = read_table(folder / "medications.tsv", table="pgx/medications.tsv")
    assert dict(zip(medications["medicine"], medications["status"], strict=True)) == {
        "Plavix 75mg": "matched",
        "b odd /b": "unknown",
        "metformin": "no_pgx_guidance",
    }
    load_script("summarise_pgx").main(
        diplotypes=folder / "diplotypes.tsv",
        guidance=folder / "guidance.tsv",
        samples=folder / "samples.tsv",
        keep=folder / "keep.txt",
        unrelated=folder / "unrelated.txt",
        ancestry=folder / "ancestry.tsv",
        assignments=None,
        frequencies=folder / "frequencies.tsv",
    )
    table = read_table(folder / "frequencies.tsv", table="pgx/frequencies.tsv")
    table = table.set_index(["kind", "value", "group"]).sort_index()
    assert table.loc[("allele", "*1", "all"), "n"] == 10
    assert ("allele", "*2", "all") not in table.index, "a relative carries it"
    assert table.loc[("actionable", "clopidogrel", "all"), "count"] == 1
    assert table.loc[("actionable_on_medication", "any", "all"), "frequency"] == (
        pytest.approx(1 / 6)
    )
    assert ("status", "called", "centre=Leeds") in table.index
