"""Ancestry labels of real people, by the 1000 Genomes panel; see test_real_cohorts."""

import json

import pandas as pd
import pytest
import yaml
from running import snakemake

from benchmarks.real_data import DATA

PANEL = DATA / "kg3_panel_2504"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.workflow,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no real cohorts at {DATA}"),
]


def people(name):
    return pd.read_csv(DATA / name / "labels.tsv", sep="\t").set_index("sample")


def run_labels(folder, cohort, vcf, *, build="GRCh37", people_of, panel_people=None):
    """Label people of a VCF by the panel, or by some of the panel's people."""
    labels, sheet = folder / f"{cohort}_panel.tsv", folder / f"{cohort}.tsv"
    table = people("kg3_panel_2504")
    table = table if panel_people is None else table.loc[panel_people]
    table.to_csv(labels, sep="\t")
    people_of.to_csv(sheet, sep="\t")
    config = {
        "samples": {
            "path": str(sheet),
            "columns": {"sample_id": "sample"},
            "unknown_columns": "ignore",
            "unmatched": "drop",
        },
        "genotypes": {"vcf": str(vcf), "build": build},
        "reference_panel": {
            "vcf": str(PANEL / f"kg3_panel_2504.{build}.vcf.gz"),
            "labels": str(labels),
            "columns": {"sample_id": "sample", "ancestry": "superpopulation"},
        },
        "ingest": {"pieces": 1},
    }
    (folder / "config/cohorts").mkdir(parents=True, exist_ok=True)
    path = folder / f"config/cohorts/{cohort}.yaml"
    path.write_text(yaml.safe_dump(config))
    qc = f"results/{cohort}/qc"
    snakemake(folder, "--config", f"cohorts=[{cohort}]", "--", f"{qc}/ancestry.tsv")
    table = pd.read_csv(folder / qc / "ancestry.tsv", sep="\t").set_index("sample_id")
    return table, json.loads((folder / qc / "labels.json").read_text())


def test_an_array_of_two_chromosomes_by_a_panel_without_its_people(tmp_path):
    """Labels that are given are right, and 424 sites do not give many to Europeans."""
    cohort = "kg1_array_255"
    known = people(cohort)
    others = people("kg3_panel_2504").index.difference(known.index)
    vcf = DATA / cohort / f"{cohort}.GRCh37.vcf.gz"
    table, record = run_labels(
        tmp_path, cohort, vcf, people_of=known, panel_people=others
    )
    given = table.loc[table["ancestry"] != "unassigned", "ancestry"]
    right = given == known.loc[given.index, "superpopulation"]
    assert right.mean() > 0.95
    assert (given == "EAS").sum() > 0.9 * (known["superpopulation"] == "EAS").sum()
    assert 300 < record["n_sites_used"] < 446
    assert record["leave_one_out"]["accuracy"] > 0.98
    assert record["leave_one_out"]["by_label"]["EUR"]["n_unassigned"] > 100


def test_nineteen_sites_are_too_few_for_any_label(tmp_path):
    cohort = "kg1_chr22_1092"
    vcf = DATA / cohort / f"{cohort}.GRCh37.vcf.gz"
    table, record = run_labels(tmp_path, cohort, vcf, people_of=people(cohort))
    assert set(table["ancestry"]) == {"unassigned"}
    assert set(table["unassigned_because"]) == {"too_few_sites"}
    assert record["n_sites_shared"] < 20


def test_half_the_panel_labels_the_other_alike_on_both_builds(tmp_path):
    known = people("kg3_panel_2504")
    found = {}
    for build in ("GRCh37", "GRCh38"):
        vcf = PANEL / f"kg3_panel_2504.{build}.vcf.gz"
        found[build], record = run_labels(
            tmp_path,
            f"half_{build}",
            vcf,
            build=build,
            people_of=known[1::2],
            panel_people=known.index[::2],
        )
        strangers = record["leave_one_label_out"]
        for label in ("AFR", "EAS", "SAS"):
            assert strangers[label]["share_unassigned"] > 0.98
        assert strangers["AMR"]["share_unassigned"] > 0.9
    old, new = found["GRCh37"]["ancestry"], found["GRCh38"]["ancestry"]
    assert (old == new).mean() > 0.97
    both = (old != "unassigned") & (new != "unassigned")
    assert (old[both] == new[both]).all()
    right = old[both] == known.loc[old[both].index, "superpopulation"]
    assert right.mean() > 0.995
    assert both.mean() > 0.94
