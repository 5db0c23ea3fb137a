"""Cohorts of omics alone: several layers, shared jobs, strange and wrong matrices."""

import json

import numpy as np
import pandas as pd
import pytest
import yaml
from running import said, snakemake

pytestmark = pytest.mark.workflow
N = 60


def write_cohort(folder, name, layers, *, strata, ids=None):
    """Write a cohort of matrices, samples by features, and its config."""
    ids = ids or [f"{name}{i:02d}" for i in range(N)]
    rows = "".join(f"{sample}\tfemale\n" for sample in ids)
    (folder / f"{name}.tsv").write_text(f"sample_id\tsex\n{rows}")
    matrices = []
    for layer, frame in layers.items():
        frame.to_csv(folder / f"{name}.{layer}.tsv", sep="\t", float_format="%.5g")
        matrices.append(
            {
                "name": layer,
                "path": f"{name}.{layer}.tsv",
                "orientation": "samples_by_features",
            }
        )
    config = {
        "samples": {"path": f"{name}.tsv"},
        "matrices": matrices,
        "strata": {"null_simulations": 20, "resamples": 100, **strata},
    }
    path = folder / f"config/cohorts/{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(config))


def layers_of(name, *, seed=1, n=N, n_features=30):
    """Return two layers of two groups; the last ten patients lack the second."""
    rng = np.random.default_rng(seed)
    ids = [f"{name}{i:02d}" for i in range(n)]
    truth = np.arange(n) % 2
    layers = {}
    for layer in ("rna", "protein"):
        values = rng.normal(size=(n, n_features))
        values[:, :10] += 2.5 * truth[:, None]
        columns = [f"{layer[0]}{i}" for i in range(n_features)]
        layers[layer] = pd.DataFrame(values, index=ids, columns=columns)
    layers["protein"] = layers["protein"].iloc[: n - 10]
    return layers, truth


def strange():
    """Return 25 patients with 100 times as many features, most of them of no use."""
    rng = np.random.default_rng(2)
    ids = [f"odd{i:02d}" for i in range(25)]
    values = rng.normal(size=(25, 2500))
    values[:, 100:200] = 3.0
    values[:, 200:300] = values[:, :100]
    values[7] = np.nan
    frame = pd.DataFrame(values, index=ids, columns=[f"g{i}" for i in range(2500)])
    return ids, frame


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("omics")
    for name, strata in (
        ("joint", {}),
        ("shared", {"parts": 3, "fusion": "late", "algorithm": "ward"}),
        ("fused", {"fusion": "snf", "algorithm": "pam"}),
    ):
        write_cohort(folder, name, layers_of(name)[0], strata=strata)
    ids, frame = strange()
    write_cohort(folder, "odd", {"rna": frame}, strata={"k_max": 9}, ids=ids)
    snakemake(folder, "--config", "cohorts=[joint,shared,fused,odd]")
    return folder / "results"


@pytest.mark.parametrize("cohort", ["joint", "shared", "fused"])
def test_two_layers_give_the_planted_groups(results, cohort):
    verdict = json.loads((results / cohort / "strata/verdict.json").read_text())
    assert (verdict["verdict"], verdict["k"]) == ("supported", 2)
    table = pd.read_csv(results / cohort / "strata/assignments.tsv", sep="\t")
    truth = np.arange(N) % 2
    counts = pd.crosstab(truth, table["stratum"])
    assert counts[["S1", "S2"]].max(axis=1).sum() >= N - 3
    audit = pd.read_csv(results / cohort / "strata/confounders.tsv", sep="\t")
    assert "measured:protein" in set(audit["confounder"])
    assert (results / cohort / "report/report.html").stat().st_size > 10_000


def test_parts_are_put_away_when_they_are_gathered(results):
    # That they find what one job finds is held to the byte in test_strata_cohort.py.
    assert (results / "shared/strata/consensus.npz").is_file()
    assert not list((results / "shared/strata").glob("parts/*"))
    assert len(list((results / "shared/benchmarks").glob("cluster_part.*"))) == 3


def test_far_more_features_than_patients_end_in_a_report(results):
    verdict = json.loads((results / "odd/strata/verdict.json").read_text())
    assert verdict["verdict"] == "none"
    table = pd.read_csv(results / "odd/strata/k_selection.tsv", sep="\t")
    assert table["k"].tolist() == [2, 3, 4]
    table = pd.read_csv(results / "odd/profile/features.tsv", sep="\t")
    status = table.set_index("source_name")["status"]
    assert (status[[f"g{i}" for i in range(100, 200)]] == "constant").all()
    assert (status[[f"g{i}" for i in range(200, 300)]] == "duplicate").all()
    people = pd.read_csv(results / "odd/strata/assignments.tsv", sep="\t")
    nobody = people.set_index("sample_id").loc["odd07"]
    assert nobody["status"] == "excluded"
    assert (results / "odd/report/report.html").stat().st_size > 10_000


WRONG = {
    "turned": (lambda frame: frame.T, "samples_by_features"),
    "endless": (lambda frame: frame.replace(frame.iloc[3, 2], np.inf), "line 5"),
    "strangers": (lambda frame: frame.add_suffix("x", axis=0), "no patient"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_matrix_stops_before_anything_runs(tmp_path, name):
    change, message = WRONG[name]
    layers, _ = layers_of(name)
    layers["rna"] = change(layers["rna"])
    write_cohort(tmp_path, name, layers, strata={})
    run = snakemake(tmp_path, "--config", f"cohorts=[{name}]", check=False)
    assert run.returncode != 0
    assert message in said(run)
    assert not (tmp_path / f"results/{name}/profile").exists()
