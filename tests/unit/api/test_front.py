"""The library's front: what it takes, what it refuses, and what it hands on."""

import numpy as np
import pandas as pd
import pytest
from plink_files import write_pgen

from genostrat.api.defaults import section
from genostrat.api.genotypes import inspect_genotypes, open_genotypes, read_genotypes
from genostrat.api.panels import build_panel
from genostrat.api.subgroups import LAYER, _make_cohort, _make_layers, judge_matrix
from genostrat.api.tables import load_sheet, read_result
from genostrat.errors import GenostratError
from genostrat.tables import write_table

PATIENTS = ["P1", "P2", "P3"]


def matrix(**columns):
    return pd.DataFrame({"a": [1, 2, 3], **columns}, index=PATIENTS)


def test_a_matrix_is_a_layer_and_several_are_several():
    (one,) = _make_layers(matrix(), "log2")
    assert (one.name, one.transform) == (LAYER, "log2")
    assert one.values["a"].tolist() == [1.0, 2.0, 3.0]
    named = _make_layers({"rna": matrix(), "protein": matrix()}, "none")
    assert [layer.name for layer in named] == ["rna", "protein"]
    (other,) = _make_layers(matrix(), "none", name="rna")
    assert other.name == "rna"


@pytest.mark.parametrize("side", ["patient", "feature"])
def test_a_name_that_stands_twice_is_refused(side):
    values = matrix(b=[1, 2, 3])
    if side == "patient":
        values.index = ["P1", "P2", "P1"]
    else:
        values.columns = ["a", "a"]
    with pytest.raises(GenostratError, match=f"a {side} stands twice") as caught:
        _make_layers(values, "none")
    assert len(caught.value.problems) == 1
    assert "1 repeated names" in str(caught.value)


def test_covariates_have_a_row_for_everybody():
    layers = _make_layers(
        {"x": matrix(), "y": matrix().rename(index={"P3": "P0"})}, "none"
    )
    covariates = pd.DataFrame(
        {"age": [40, None, 60, 70, 1], "sex": ["m", "f", None, "m", "f"]},
        index=["P0", "P1", "P2", "P3", "elsewhere"],
    )
    cohort = _make_cohort(layers, covariates, wanted=["age", "age"])
    assert cohort["sample_id"].tolist() == ["P0", "P1", "P2", "P3"]
    assert cohort["age"].tolist() == ["40.0", "", "60.0", "70.0"]
    assert list(cohort) == ["sample_id", "age"]
    assert list(_make_cohort(layers, None, wanted=[])) == ["sample_id"]
    for table, wanted, words in (
        (covariates, ["bmi"], "no column 'bmi'"),
        (covariates.drop(index=["P0", "P2"]), ["age"], "2 patients without a row"),
        (pd.concat([covariates, covariates[:1]]), ["age"], "several rows"),
        (None, ["age"], "no column 'age'"),
    ):
        with pytest.raises(GenostratError, match=words):
            _make_cohort(layers, table, wanted=wanted)


def test_too_few_patients_hold_no_subgroups():
    values = pd.DataFrame(np.random.default_rng(1).normal(size=(19, 5)))
    with pytest.raises(GenostratError, match="too few patients to look for strata"):
        judge_matrix(values)


def test_defaults_are_those_that_are_shipped_unless_changed():
    shipped = section("strata")
    assert section("strata", {"k_max": shipped["k_max"] + 1}) == shipped | {
        "k_max": shipped["k_max"] + 1
    }
    assert section("strata") == shipped, "a change stays with who asked for it"
    with pytest.raises(GenostratError, match="strata"):
        section("strata", {"k_max": "many"})


def test_a_sheet_is_read_as_the_workflow_reads_it(tmp_path):
    path = tmp_path / "s.tsv"
    path.write_text("sample_id\tsex\tgrade\tother\nA\tM\t-9\tx\nB\tfemale\t2\ty\n")
    sheet = load_sheet(path, expected=["grade"], missing_values=["-9"])
    assert list(sheet) == ["sample_id", "sex", "grade"]
    assert sheet["sex"].tolist() == ["male", "female"]
    assert sheet["grade"].tolist() == ["", "2"]
    with pytest.raises(GenostratError, match="stage"):
        load_sheet(path, expected=["stage"])


def test_a_result_is_found_by_its_name(tmp_path):
    for name, words in (
        ("strata/characteristic.tsv", "did you mean strata/characteristics.tsv"),
        ("a/b/c/zzzzzzzzzzzzz", "see docs/outputs.md"),
        ("strata/characteristics.tsv", "this run has not made the table"),
    ):
        with pytest.raises(GenostratError) as caught:
            read_result(tmp_path, name)
        assert words in str(caught.value)
    table = pd.DataFrame({"name": ["x"], "sample_id": ["007"]})
    path = tmp_path / "bundle_members.tsv"
    members = pd.DataFrame({"part": ["strata.tsv"], "sample_id": ["007"]})
    write_table(path, members, table="bundle_members.tsv")
    assert read_result(tmp_path, "bundle_members.tsv").equals(members)
    assert len(table) == 1


@pytest.fixture(scope="module")
def fileset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fileset")
    rng = np.random.default_rng(2)
    names = ["B", "A", "C"]
    lines = [f"{1 + i // 10} {1000 * (i + 1)} v{i} A G" for i in range(20)]
    genotypes = rng.integers(0, 3, (20, 3)).astype(np.int8)
    write_pgen(folder / "x", names, lines, genotypes)
    return folder / "x.pgen", genotypes


def test_genotypes_are_read_once_and_opened_again(fileset, tmp_path):
    path, genotypes = fileset
    file = inspect_genotypes(path)
    assert (file.kind, file.samples) == ("pgen", ("B", "A", "C"))
    assert sum(file.n_records.values()) == 20
    with pytest.raises(GenostratError, match="no such build"):
        read_genotypes(path, tmp_path / "g", build="hg19")
    read = read_genotypes(path, tmp_path / "g", build="GRCh38", sexes={"A": "male"})
    assert read.samples == ["A", "B", "C"]
    assert read.build == "GRCh38"
    again = open_genotypes(tmp_path / "g")
    contig = again.store.contig("2")
    got = np.array(contig.read(np.arange(10)))
    assert (got == genotypes[10:][:, [1, 0, 2]]).all()
    for name in ("ingest.json", "read_metrics.tsv"):
        (tmp_path / "g" / name).rename(tmp_path / name)
        with pytest.raises(GenostratError, match="there are no genotypes") as caught:
            open_genotypes(tmp_path / "g")
        assert f"no {name}" in str(caught.value)
        (tmp_path / name).rename(tmp_path / "g" / name)


def test_a_panel_of_one_source_has_the_sites_that_it_calls_well(tmp_path):
    """Of twenty people nineteen are enough, eighteen are not."""
    rng = np.random.default_rng(3)
    n_variants = 60
    genotypes = rng.integers(0, 3, (n_variants, 20)).astype(np.int8)
    genotypes[0, 0] = -9
    genotypes[1, :2] = -9
    names = [f"p{i:02}" for i in range(20)]
    lines = [f"1 {1000 * (i + 1)} v{i} A G" for i in range(n_variants)]
    write_pgen(tmp_path / "public", names, lines, genotypes)
    labels = [f"{n}\t{'N' if i < 10 else 'E'}" for i, n in enumerate(names)]
    (tmp_path / "public.tsv").write_text(
        "\n".join(["sample_id\tancestry", *labels]) + "\n"
    )
    source = (tmp_path / "public.pgen", tmp_path / "public.tsv")
    record = build_panel(tmp_path / "new", [source], build="GRCh38")
    assert record["n_sites"] == n_variants - 1
    again = build_panel(tmp_path / "new", [source], build="GRCh38")
    assert again == record, "into a folder that is there"
    assert record["n_in_two_sources"] == 0
    text = (tmp_path / "new/panel.pvar").read_text()
    assert "\t1000\t" in text
    assert "\t2000\t" not in text
    assert record["n_sites"] == sum(line[0] != "#" for line in text.splitlines())
