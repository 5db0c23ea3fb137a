"""Gene sets, from their files to the report."""

import json

import numpy as np
import pytest
import yaml
from running import QUICK, said, snakemake

from genostrat.tables import read_table

pytestmark = pytest.mark.workflow
N, P = 60, 40
DIFFERS = "DIFFERS <b>& $x$</b>"


def write_cohort(folder, sets, *, name="sets"):
    rng = np.random.default_rng(11)
    groups = np.arange(N) % 2
    values = rng.normal(size=(N, P))
    values[:, :20] += 2.0 * groups[:, None]
    header = "\t".join(["id", *(f"G{i}" for i in range(P))])
    rows = ["\t".join([f"p{i:02d}", *map(str, row)]) for i, row in enumerate(values)]
    (folder / "rna.tsv").write_text("\n".join([header, *rows]) + "\n")
    sheet = ["sample_id\tsex", *(f"p{i:02d}\tfemale" for i in range(N))]
    (folder / "sheet.tsv").write_text("\n".join(sheet) + "\n")
    (folder / f"{name}.gmt").write_text(sets)
    (folder / "config/cohorts").mkdir(parents=True, exist_ok=True)
    config = {
        "samples": {"path": "sheet.tsv"},
        "matrices": [
            {"name": "rna", "path": "rna.tsv", "orientation": "samples_by_features"}
        ],
        "gene_sets": [f"{name}.gmt"],
        "strata": QUICK["strata"],
    }
    path = folder / f"config/cohorts/{name}.yaml"
    path.write_text(yaml.safe_dump(config))


def gmt(**sets):
    return "".join(
        f"{name}\t\t" + "\t".join(genes) + "\n" for name, genes in sets.items()
    )


def genes(*numbers):
    return [f"G{i}" for i in range(*numbers)]


def test_sets_reach_the_table_and_the_report(tmp_path):
    sets = gmt(**{DIFFERS: genes(8), "CALM": genes(28, 40), "FEW": ["G1", "TP53"]})
    write_cohort(tmp_path, sets)
    snakemake(tmp_path, "--config", "cohorts=[sets]")
    folder = tmp_path / "results/sets"
    got = read_table(
        folder / "strata/enrichment.tsv", table="strata/enrichment.tsv"
    ).set_index("gene_set")
    assert (got.loc[DIFFERS, "p_adjusted"] < 0.01).all()
    assert (got.loc["CALM", "p_adjusted"] > 0.01).all()
    assert got.loc["FEW", "p_value"].isna().all()
    page = (folder / "report/report.html").read_text()
    assert "Gene sets" in page
    assert "DIFFERS &lt;b&gt;&amp; $x$&lt;/b&gt;" in page
    assert "DIFFERS <b>" not in page
    inputs = json.loads((folder / "provenance.json").read_text())
    assert "sets.gmt" in json.dumps(inputs)


def test_a_bad_set_stops_the_run_before_anything_is_computed(tmp_path):
    write_cohort(tmp_path, "A\tx\tG1\nB\tno genes\nA\tx\tG2\n", name="bad")
    done = snakemake(tmp_path, "--config", "cohorts=[bad]", check=False)
    assert done.returncode != 0
    assert "bad.gmt, line 2" in said(done)
    assert "bad.gmt, line 3, column 1" in said(done)
    assert not (tmp_path / "results/bad/check/samples.tsv").exists()
    assert not (tmp_path / "results/bad/profile").exists()


def test_sets_named_otherwise_than_the_matrix_are_warned_of(tmp_path):
    write_cohort(tmp_path, gmt(A=["ENSG01", "ENSG02"]), name="other")
    snakemake(tmp_path, "check", "--config", "cohorts=[other]")
    record = json.loads((tmp_path / "results/other/check/inputs.json").read_text())
    (warning,) = [text for text in record["warnings"] if "gene sets" in text]
    assert "ENSG01" in warning
    assert "G0" in warning
