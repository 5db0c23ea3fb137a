"""A cohort with a reference panel through the real workflow."""

import json

import pandas as pd
import pytest
import yaml
from panel_cohorts import World
from running import said, snakemake
from vcf_files import write_vcf

pytestmark = pytest.mark.workflow
CALLS = ["0/0", "0/1", "1/1"]
SIZES = {"N": 25, "E": 25, "S": 25}


def as_records(genotypes):
    return [
        f"1 {1000 * (row + 1)} . A G . PASS . GT "
        + " ".join(CALLS[genotype] for genotype in calls)
        for row, calls in enumerate(genotypes)
    ]


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    """Write a cohort and a panel; return their folder and the config."""
    folder = tmp_path_factory.mktemp("cohort")
    world = World(4, n_variants=1500)
    _, people, genotypes = world.panel(folder / "store", SIZES)
    write_vcf(folder / "panel.vcf.gz", people["sample_id"], as_records(genotypes))
    people.to_csv(folder / "labels.tsv", sep="\t", index=False)
    own = world.people("S", 8)
    names = [f"p{i}" for i in range(8)]
    write_vcf(folder / "a.vcf.gz", names, as_records(own))
    (folder / "samples.tsv").write_text("\n".join(["sample_id", *names]) + "\n")
    config = {
        "samples": {"path": "samples.tsv"},
        "genotypes": {"vcf": "a.vcf.gz", "build": "GRCh38"},
        "reference_panel": {"vcf": "panel.vcf.gz", "labels": "labels.tsv"},
        "ingest": {"pieces": 2},
    }
    return folder, config


def run(cohort, *targets, **changes):
    folder, config = cohort
    (folder / "config/cohorts").mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(config | changes)
    (folder / "config/cohorts/ward.yaml").write_text(text)
    return snakemake(folder, "--config", "cohorts=[ward]", "--", *targets, check=False)


TARGET = "results/ward/qc/ancestry.tsv"


def test_a_cohort_is_labelled_and_then_there_is_nothing_to_do(cohort):
    done = run(cohort, TARGET)
    assert done.returncode == 0, said(done)
    results = cohort[0] / "results/ward"
    table = pd.read_csv(results / "qc/ancestry.tsv", sep="\t")
    assert (table["ancestry"] == "S").sum() >= 7
    record = json.loads((results / "qc/labels.json").read_text())
    assert record["n_sites_used"] > 1000
    assert len(pd.read_csv(results / "qc/panel_pcs.tsv", sep="\t")) == 75
    assert not (results / "panel/pieces").exists()
    assert "Nothing to be done" in said(run(cohort, TARGET))
    # Another panel is no reason to read the cohort again.
    labels = cohort[0] / "labels.tsv"
    labels.write_text(labels.read_text() + "# touched\n")
    done = said(run(cohort, TARGET, qc={"label_tail": 0.004}))
    assert "label_ancestry" in done
    assert "read_genotypes" not in done


def test_a_panel_on_another_build_stops_with_a_message(cohort):
    text = said(
        run(
            cohort,
            "results/ward/panel/inputs.json",
            genotypes={"vcf": "a.vcf.gz", "build": "GRCh37"},
        )
    )
    assert "the reference panel is on another build than the cohort" in text
