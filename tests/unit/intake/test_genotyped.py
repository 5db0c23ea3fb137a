"""What genotypes, decisions by hand and layers of a cohort have in common."""

import numpy as np
import pytest
from intake_cases import check, complaint, write_table
from vcf_files import simple_records, write_vcf

IDS = [f"P{i:02}" for i in range(30)]
SAMPLES = {"path": "sheet.tsv", "unmatched": "drop"}
GENOTYPES = {"vcf": "a.vcf.gz", "build": "GRCh38"}


def write_cohort(folder, *, n_sheet, first, n_genotyped, **columns):
    """Write a sheet of the first patients, and genotypes of some from one on."""
    samples = IDS[first : first + n_genotyped]
    records = simple_records(40, len(samples), np.random.default_rng(2))
    write_vcf(folder / "a.vcf.gz", samples, records)
    write_table(folder / "sheet.tsv", {"sample_id": IDS[:n_sheet]} | columns)


def write_overrides(folder, ids):
    decisions = {"sample_id": ids, "decision": ["keep"] * len(ids)}
    decisions |= {"reason": ["r"] * len(ids), "who": ["w"] * len(ids)}
    write_table(folder / "o.tsv", decisions)


def test_matches_are_counted_from_either_side(tmp_path):
    write_cohort(tmp_path, n_sheet=10, first=4, n_genotyped=9)
    intake = check(tmp_path, {"samples": SAMPLES, "genotypes": GENOTYPES})
    assert intake.genotyped == IDS[4:10]
    (match,) = intake.record["matched"]
    assert match == {
        "input": "genotypes",
        "file": "a.vcf.gz",
        "n_both": 6,
        "n_sheet_only": 4,
        "n_input_only": 3,
    }
    assert intake.record["n_sheet"] == 10
    assert intake.record["n_genotyped"] == intake.reading["n_genotyped"] == 6
    said = " ".join(intake.record["warnings"])
    assert "4 of the sheet's samples are not in the genotypes" in said


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        (IDS[4:6], None),
        (IDS[3:6], "1 of 3 decisions by hand"),
        (IDS[:2], "2 of 2 decisions by hand"),
    ],
)
def test_decisions_about_samples_without_genotypes_are_counted(tmp_path, ids, said):
    write_cohort(tmp_path, n_sheet=10, first=4, n_genotyped=6)
    write_overrides(tmp_path, ids)
    samples = SAMPLES | {"overrides": "o.tsv"}
    intake = check(tmp_path, {"samples": samples, "genotypes": GENOTYPES})
    assert intake.overrides["sample_id"].tolist() == ids
    found = [text for text in intake.record["warnings"] if "by hand" in text]
    assert [text.startswith(said) for text in found] == ([True] if said else [])


def arms_of(letters, **samples):
    treatment = {"column": "arm", "reference": "A"}
    config = {"samples": SAMPLES | samples, "genotypes": GENOTYPES}
    return config | {"treatment": treatment}, {"arm": list(letters)}


def test_an_arm_is_lost_when_none_of_it_has_genotypes(tmp_path):
    """A blank cell is no arm; one patient of an arm is enough."""
    config, columns = arms_of(["C", "", "B", "A", "A", "B", "A", "", "A", "A"])
    write_cohort(tmp_path, n_sheet=10, first=3, n_genotyped=7, **columns)
    (problem,) = complaint(tmp_path, config)
    assert (problem.column, problem.found) == ("arm", "C")
    config, columns = arms_of(["B", "", "B", "A", "A", "B", "A", "", "A", "A"])
    write_cohort(tmp_path, n_sheet=10, first=3, n_genotyped=7, **columns)
    assert check(tmp_path, config).genotyped == IDS[3:10]


def clinical(n_known, *, n=30, cells=None):
    age = [str(30 + i) if i < n_known else "" for i in range(n)]
    site = ["" if i < 20 else "x" for i in range(n)]
    config = {
        "samples": {"path": "sheet.tsv"},
        "profile": {"clinical_features": ["age", "site"], "adjust_for": []},
        "strata": {"k_min": 2},
    }
    return config, {"sample_id": IDS[:n], "age": cells or age, "site": site}


@pytest.mark.parametrize(("n_known", "n_profiles"), [(9, 19), (10, 20), (20, 30)])
def test_a_patient_with_one_clinical_value_has_a_profile(tmp_path, n_known, n_profiles):
    """Ten have a site; twenty patients are enough to look for strata in."""
    config, columns = clinical(n_known)
    write_table(tmp_path / "sheet.tsv", columns)
    if n_profiles >= 20:
        check(tmp_path, config)
        return
    (problem,) = complaint(tmp_path, config)
    assert problem.found == f"{n_profiles} patients with a profile"


def test_clinical_features_of_which_none_differs_are_refused(tmp_path):
    config, columns = clinical(20, cells=["50"] * 30)
    write_table(tmp_path / "sheet.tsv", columns)
    (problem,) = complaint(tmp_path, config)
    assert "no column of profile.clinical_features differs" in problem.what
    config, columns = clinical(20)
    write_table(tmp_path / "sheet.tsv", columns)
    assert check(tmp_path, config).sheet.columns["idle"].keys() == {"site"}


@pytest.mark.parametrize(("column", "words"), [("crp", "outcome o"), ("arm", "treatm")])
def test_a_feature_called_as_what_is_to_be_explained_is_refused(
    tmp_path, column, words
):
    crp = [f"{i}.5" for i in range(30)]
    columns = {"sample_id": IDS, "arm": ["A", "B"] * 15, "crp": crp}
    write_table(tmp_path / "sheet.tsv", columns)
    noise = np.random.default_rng(5).normal(size=(2, 30)).tolist()
    write_table(tmp_path / "m.tsv", {"id": IDS, "g": noise[0], column: noise[1]})
    matrix = {"name": "rna", "path": "m.tsv", "orientation": "samples_by_features"}
    config = {
        "samples": {"path": "sheet.tsv"},
        "matrices": [matrix],
        "outcomes": [{"name": "o", "kind": "continuous", "column": "crp"}],
        "treatment": {"column": "arm", "reference": "A"},
    }
    (problem,) = complaint(tmp_path, config)
    assert f"has a feature with the name of the {words}" in problem.what
    assert problem.found == column
