"""What a planned analysis asks of the sheet is asked at check."""

import numpy as np
import pytest
from intake_cases import check, complaint, write_table
from vcf_files import simple_records, write_vcf

N = 60


@pytest.fixture
def columns():
    rng = np.random.default_rng(7)
    event = rng.integers(0, 2, N).astype(str)
    return {
        "sample_id": [f"P{i:03}" for i in range(N)],
        "age": rng.integers(30, 80, N).astype(str).tolist(),
        "arm": [("B", "A")[i % 2] for i in range(N)],
        "time": rng.exponential(10, N).round(2).astype(str).tolist(),
        "event": event.tolist(),
        "stage": rng.choice(["I", "II", "III ö"], N).tolist(),
        "best": [("SD", "CR")[int(e)] for e in event],
        "crp": rng.exponential(10, N).round(3).astype(str).tolist(),
    }


def config_with(**response):
    return {
        "samples": {"path": "sheet.tsv", "unknown_columns": "ignore"},
        "treatment": {"column": "arm", "reference": "B"},
        "outcomes": [
            {"name": "os", "kind": "survival", "time": "time", "event": "event"}
        ],
        "response": response,
    }


def test_what_was_planned_is_resolved_for_the_response(tmp_path, columns):
    write_table(tmp_path / "sheet.tsv", columns)
    planned = {"subgroups": ["stage"], "adjust_for": ["age", "crp"]}
    planned |= {"modifiers": ["crp"], "stratify_by": ["stage"]}
    record = check(tmp_path, config_with(**planned)).record
    resolved = record["columns"]["resolved"]
    assert {key: resolved[f"response.{key}"] for key in planned} == planned
    assert not record["warnings"] or "age" not in str(record["warnings"])


@pytest.mark.parametrize("key", ["subgroups", "adjust_for", "stratify_by", "modifiers"])
def test_an_outcome_is_no_part_of_its_own_test(tmp_path, columns, key):
    """Neither by its name, nor under another one, nor the treatment."""
    write_table(tmp_path / "sheet.tsv", columns)
    (problem,) = complaint(tmp_path, config_with(**{key: ["event"]}))
    assert f"response.{key} uses an outcome" in problem.what
    (problem,) = complaint(tmp_path, config_with(**{key: ["arm"]}))
    assert f"response.{key} uses the treatment" in problem.what
    (problem,) = complaint(tmp_path, config_with(**{key: ["best"]}))
    assert "best restates the event of the outcome os" in problem.what
    assert f"remove it from response.{key}" in problem.fix


@pytest.mark.parametrize(
    ("section", "key"),
    [("profile", "adjust_for"), ("response", "propensity_covariates")],
)
def test_what_is_taken_away_or_weighed_by_is_no_outcome(
    tmp_path, columns, section, key
):
    config = config_with(randomised=False)
    config["profile"] = {"clinical_features": ["crp"]}
    config[section] = config[section] | {key: ["best", "age"]}
    write_table(tmp_path / "sheet.tsv", columns)
    (problem,) = complaint(tmp_path, config)
    assert "best restates the event of the outcome os" in problem.what
    assert f"remove it from {section}.{key}" in problem.fix
    # A batch of all cases is shipped, not named: the audit of confounders tells it.
    config[section].pop(key)
    write_table(tmp_path / "sheet.tsv", columns | {"centre": columns["best"]})
    check(tmp_path, config)


def test_a_subgroup_is_one_of_groups_with_names_of_their_own(tmp_path, columns):
    write_table(tmp_path / "sheet.tsv", columns)
    (problem,) = complaint(tmp_path, config_with(subgroups=["crp"]))
    assert "too many for a label of groups" in problem.what
    assert "cut into classes" in problem.fix
    (problem,) = complaint(tmp_path, config_with(subgroups=["stagge"]))
    assert "is it 'stage'" in problem.fix
    columns["stage"][4] = "all"
    columns["strata"] = columns["stage"]
    write_table(tmp_path / "sheet.tsv", columns)
    (problem,) = complaint(tmp_path, config_with(subgroups=["stage"]))
    assert "the name that results give to all patients" in problem.what
    assert problem.line == 6
    found = complaint(tmp_path, config_with(subgroups=["strata"]))
    assert "a name that results give to something else" in found[0].what


def test_pairs_of_medicine_and_gene_can_be_answered_or_are_refused(tmp_path, columns):
    write_table(tmp_path / "sheet.tsv", columns)
    pair = {"medicine": "warfarin", "gene": "VKORC1"}
    found = complaint(tmp_path, config_with(medicine_genes=[pair, pair]))
    texts = [problem.what for problem in found]
    assert any("the cohort has no genotypes" in text for text in texts)
    assert any("names a pair twice" in text for text in texts)
    config = config_with(medicine_genes=[pair], pharmacogenes="none")
    texts = [problem.what for problem in complaint(tmp_path, config)]
    assert any("response.pharmacogenes is none" in text for text in texts)
    config = config_with(medicine_genes=[pair]) | {"pgx": {"genes": ["CYP2C19"]}}
    found = complaint(tmp_path, config)
    assert any("gene that is not called" in problem.what for problem in found)
    assert "CYP2C19" in [problem.allowed for problem in found]


def test_a_medicine_that_nobody_could_be_known_to_take_is_refused(tmp_path, columns):
    records = simple_records(5, N, np.random.default_rng(1))
    vcf = write_vcf(tmp_path / "c.vcf.gz", columns["sample_id"], records)
    config = config_with(
        medicine_genes=[
            {"medicine": "warfarin", "gene": "VKORC1"},
            {"medicine": "warfarine", "gene": "VKORC1"},
        ]
    )
    config["genotypes"] = {"vcf": str(vcf), "build": "GRCh38"}
    columns["medications"] = ["warfarin"] * N
    write_table(tmp_path / "sheet.tsv", columns)
    [problem] = complaint(tmp_path, config)
    assert "neither guidance nor an arm names" in problem.what
    assert problem.found == "warfarine"
    assert problem.fix == "did you mean warfarin?"
    assert problem.line
    # Who is in an arm is known, whatever guidance says.
    columns["arm"] = [("usual", "Warfarine ")[i % 2] for i in range(N)]
    write_table(tmp_path / "sheet.tsv", columns)
    config["treatment"]["reference"] = "usual"
    check(tmp_path, config)


@pytest.mark.parametrize("unit", ["", "a\tb", "x" * 25])
def test_a_unit_is_a_short_text_on_one_line(tmp_path, columns, unit):
    write_table(tmp_path / "sheet.tsv", columns)
    config = config_with()
    config["outcomes"][0]["unit"] = unit
    assert complaint(tmp_path, config)
