"""Strata of real cohorts whose classes are known."""

import pandas as pd
import pytest

from benchmarks.real_data import DATA
from benchmarks.validation import strata, strata_cohorts
from benchmarks.validation.workbench import Workbench
from genostrat.tables import read_arrays

pytestmark = pytest.mark.shared


def bench_of(name, folder):
    if not (DATA / name).is_dir():
        pytest.skip(f"{name} is not there")
    return Workbench(DATA, folder)


def agreement(run, cohort):
    """Return k and label → ARI of all clustered patients."""
    arrays = read_arrays(run.results / "strata/consensus.npz")
    ids = [str(sample) for sample in arrays["sample_id"]]
    sheet = cohort.sheet.set_index("sample_id").loc[ids]
    found = {n: strata.agree(arrays["labels"], sheet[n])[1] for n in cohort.labels}
    table = pd.crosstab(arrays["labels"], sheet[cohort.labels[0]].to_numpy())
    return found, table


@pytest.mark.workflow
def test_leukaemias_are_told_apart(tmp_path):
    cohort = strata_cohorts.golub(bench_of("golub38", tmp_path))
    run = strata.run_cohort(bench_of("golub38", tmp_path), cohort)
    assert run.record("strata/verdict.json")["verdict"] in {"supported", "suggestive"}
    found, table = agreement(run, cohort)
    assert found["class"] > 0.4
    # Each group is of one class but for a patient or two.
    assert table.max(axis=1).sum() >= 36


@pytest.mark.workflow
def test_breast_cancers_without_oestrogen_receptor_are_a_stratum(tmp_path):
    cohort = strata_cohorts.nki(bench_of("breast_nkis", tmp_path))
    run = strata.run_cohort(bench_of("breast_nkis", tmp_path), cohort)
    assert run.record("strata/verdict.json")["verdict"] in {"supported", "suggestive"}
    found, _ = agreement(run, cohort)
    assert found["er"] > 0.6
    assert found["grade"] < 0.2


def test_mutated_patients_are_as_many_as_the_index_counts(tmp_path):
    cohort = strata_cohorts.laml(bench_of("tcga_laml", tmp_path))
    matrix = pd.read_csv(cohort.matrices[0]["path"], sep="\t", index_col=0)
    counts = {"FLT3": 52, "DNMT3A": 48, "NPM1": 33, "IDH2": 20, "IDH1": 18, "TET2": 17}
    assert matrix.loc[list(counts)].sum(axis=1).to_dict() == counts
    assert matrix.shape[1] == 193
    assert set(matrix.columns) <= set(cohort.sheet["sample_id"])


def test_pooled_studies_have_all_their_patients(tmp_path):
    cohort = strata_cohorts.icb(bench_of("icb_predictior", tmp_path))
    matrix = pd.read_csv(cohort.matrices[0]["path"], sep="\t", index_col=0)
    assert list(matrix.columns) == list(cohort.sheet["sample_id"])
    counts = {"Liu": 74, "Padron": 45, "Van_Allen": 42, "Miao": 33, "Hugo": 27}
    counts |= {"Nathanson": 24, "Riaz": 23}
    assert cohort.sheet["centre"].value_counts().to_dict() == counts
    assert len(matrix) > 1500
    missing = matrix.isna().sum()
    assert set(matrix.columns[missing > 0].str.split("_").str[0]) == {"Nathanson"}
