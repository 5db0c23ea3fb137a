"""A frozen model and new patients, from their files to their strata."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
import yaml
from panel_cohorts import World
from running import QUICK, said, snakemake
from vcf_files import write_vcf

from genostrat.privacy import FILE_MODES
from genostrat.registry import table_spec

pytestmark = pytest.mark.workflow
N, P = 60, 20
CALLS = {0: "0/0", 1: "0/1", 2: "1/1", -9: "./."}
MODEL = "results/train/strata/model"


def as_records(genotypes):
    return [
        f"1 {1000 * (row + 1)} . A G . PASS . GT " + " ".join(CALLS[g] for g in calls)
        for row, calls in enumerate(genotypes.tolist())
    ]


def write_score(path, rng):
    head = "chr_name\tchr_position\teffect_allele\tother_allele\teffect_weight"
    weights = rng.normal(size=300)
    lines = [f"1\t{1000 * (i + 1)}\tG\tA\t{w}" for i, w in enumerate(weights)]
    path.write_text("\n".join(["#pgs_id=PGS1", "#genome_build=GRCh38", head, *lines]))


def write_cohort(folder, name, who, *, data, **changes):
    sheet, rna, genotypes = data
    names = [f"p{i:02d}" for i in who]
    write_vcf(folder / f"{name}.vcf.gz", names, as_records(genotypes[:, who]))
    sheet.iloc[who].to_csv(folder / f"{name}.tsv", sep="\t", index=False)
    rna.iloc[who].to_csv(folder / f"{name}_rna.tsv", sep="\t", index_label="id")
    config = {
        "samples": {"path": f"{name}.tsv", "extra_columns": ["grade"]},
        "genotypes": {"vcf": f"{name}.vcf.gz", "build": "GRCh38"},
        "matrices": [
            {
                "name": "rna",
                "path": f"{name}_rna.tsv",
                "orientation": "samples_by_features",
            }
        ],
        "scores": ["PGS1.txt"],
        **QUICK,
    }
    (folder / "config/cohorts").mkdir(parents=True, exist_ok=True)
    given = {k: v for k, v in (config | changes).items() if v is not None}
    text = yaml.safe_dump(given)
    (folder / f"config/cohorts/{name}.yaml").write_text(text)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Find strata in a cohort with a panel, a score, a matrix and a grade."""
    folder = tmp_path_factory.mktemp("assign")
    world = World(4, n_variants=1500)
    rng = world.rng
    _, people, panel = world.panel(folder / "panel", {"N": 25, "E": 25, "S": 25})
    write_vcf(folder / "panel.vcf.gz", people["sample_id"], as_records(panel))
    people.to_csv(folder / "labels.tsv", sep="\t", index=False)
    write_score(folder / "PGS1.txt", rng)
    genotypes = np.concatenate([world.people(p, N // 2) for p in "NE"], axis=1)
    genotypes[rng.random(genotypes.shape) < 0.01] = -9
    truth = np.arange(N) % 2
    sheet = pd.DataFrame(
        {
            "sample_id": [f"p{i:02d}" for i in range(N)],
            "age": rng.integers(20, 80, N),
            # Mostly that of the group: layers count alike, whatever they hold.
            "grade": np.where(rng.random(N) < 0.1, "mid", np.array(["a", "b"])[truth]),
        }
    )
    values = rng.normal(size=(N, P)) + 3.0 * truth[:, None] * (np.arange(P) < 16)
    values[:, 12] += np.arange(N) < N // 2
    values[rng.random(values.shape) < 0.01] = np.nan
    rna = pd.DataFrame(values, sheet["sample_id"], [f"g{i}" for i in range(P)])
    data = sheet, rna.round(6), genotypes
    panel = {"vcf": "panel.vcf.gz", "labels": "labels.tsv"}
    adjusted = {"profile": {"clinical_features": ["grade"]}}
    write_cohort(
        folder, "train", range(N), data=data, reference_panel=panel, **adjusted
    )
    snakemake(folder, f"{MODEL}", "--config", "cohorts=[train]")
    return folder, data


def assign(folder, cohort, *, model=MODEL, check=True):
    config = [f"model={model}", f"cohort={cohort}"]
    return snakemake(folder, "assign", "--config", *config, check=check)


def read(folder, path):
    return (folder / "results" / path).read_text().splitlines()


def test_the_model_holds_the_panels_axes_and_the_scores_variants(trained):
    folder, _ = trained
    record = json.loads((folder / MODEL / "model.json").read_text())
    assert record["inputs"]["ancestry_space"] == "panel"
    names = [column["name"] for column in record["adjustment"]["covariates"]]
    assert names == ["age", "panel_PC1", "panel_PC2", "panel_PC3"]
    assert set(record["adjustment"]["layers"]) == {"rna", "scores", "clinical"}
    with np.load(folder / MODEL / "arrays.npz") as arrays:
        assert len(arrays["panel_position"]) > 500
        assert np.unpackbits(arrays["scores_used"], count=300).sum() == 300


def test_alone_in_a_batch_and_in_training_the_answer_is_the_same(trained):
    folder, data = trained
    assign(folder, "train")
    own = {
        line.split("\t")[0]: line
        for line in read(folder, "train/assign/assignments.tsv")
    }
    found = pd.read_csv(
        folder / "results/train/strata/assignments.tsv",
        sep="\t",
        dtype=str,
        keep_default_na=False,
    )
    for row in found.itertuples():
        if row.status != "excluded":
            assert own[row.sample_id].split("\t")[1] == row.stratum
    # New files, without the panel: a handful in another order, and one alone.
    write_cohort(folder, "batch", [41, 3, 20, 59, 7, 30], data=data)
    write_cohort(folder, "alone", [20], data=data)
    for cohort, n in (("batch", 6), ("alone", 1)):
        assign(folder, cohort)
        lines = read(folder, f"{cohort}/assign/assignments.tsv")
        assert len(lines) == n + 1
        for line in lines[1:]:
            assert line == own[line.split("\t")[0]]
    # A copy of the model elsewhere, under a name that Snakemake or a shell could read.
    hostile = "a copy $(x)"
    shutil.copytree(folder / MODEL, folder / hostile)
    expected = read(folder, "alone/assign/assignments.tsv")
    assign(folder, "alone", model=hostile)
    assert read(folder, "alone/assign/assignments.tsv") == expected
    kept = [line for line in own.values() if "\tassigned\t" in line]
    assert len(kept) > 50


def test_tables_follow_the_contract(trained):
    folder, _ = trained
    if not (folder / "results/train/assign").exists():
        assign(folder, "train")
    for name in ("qc/panel_places.tsv", "assign/assignments.tsv"):
        spec = table_spec(name)
        header = read(folder, f"train/{name}")[0].split("\t")
        named = [column.name for column in spec.named]
        assert header[: len(named)] == named
        mode = (folder / "results/train" / name).stat().st_mode & 0o777
        assert mode == FILE_MODES[spec.access] == 0o640
    spec = table_spec("assign/summary.json")
    path = folder / "results/train/assign/summary.json"
    assert list(json.loads(path.read_text())) == [c.name for c in spec.named]
    assert path.stat().st_mode & 0o777 == 0o640


def test_only_what_the_model_needs_is_made(trained):
    folder, data = trained
    write_cohort(folder, "lean", [1, 2], data=data)
    done = snakemake(
        folder, "assign", "-n", "--config", f"model={MODEL}", "cohort=lean"
    )
    planned = {
        line.split()[0] for line in said(done).splitlines() if line[-2:] in (" 1", " 2")
    }
    assert {"assign_patients", "check_inputs", "decide_samples"} <= planned
    unwanted = {"build_profile", "cluster_patients", "score_patients", "place_patients"}
    assert not planned & (unwanted | {"call_diplotypes", "summarise_variants"})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"matrices": []}, "nothing of layer rna"),
        ({"genotypes": {"vcf": "batch.vcf.gz", "build": "GRCh37"}}, "not the model's"),
        ({"genotypes": None, "scores": []}, "has no genotypes to place"),
    ],
)
def test_a_cohort_that_lacks_what_the_model_takes_is_refused_first(
    trained, changes, expected
):
    folder, data = trained
    write_cohort(folder, "poor", [5, 6], data=data, **changes)
    done = assign(folder, "poor", check=False)
    assert done.returncode != 0
    assert expected in said(done)
    assert not (folder / "results/poor").exists()


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (["cohort=batch"], "the key model is missing"),
        ([f"model={MODEL}"], "the key cohort is missing"),
        ([], "nobody to assign"),
        ([f"model={MODEL}", "cohort=nobody"], "there is no cohort 'nobody'"),
        ([f"model={MODEL}", "cohort=../train"], "letters, digits"),
        (["model=results/train", "cohort=batch"], "there is no model"),
        (["model=../../../../etc", "cohort=batch"], "there is no model"),
        (["model={cohort}", "cohort=batch"], "model has a value that is not allowed"),
    ],
)
def test_a_command_that_cannot_be_followed_is_explained(trained, config, expected):
    folder, data = trained
    write_cohort(folder, "batch", [41, 3, 20, 59, 7, 30], data=data)
    extra = config or ["cohorts=[train]"]
    done = snakemake(folder, "assign", "-n", "--config", *extra, check=False)
    assert done.returncode != 0
    assert expected in said(done)
