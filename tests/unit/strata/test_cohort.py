import json
import shutil
import stat
from pathlib import Path

import build_profile
import cluster_part
import cluster_patients
import compare_partitions
import describe_strata
import judge_strata
import numpy as np
import pandas as pd
import pytest
from made_up import write_plain

from genostrat.errors import GenostratError
from genostrat.privacy import FILE_MODES
from genostrat.registry import table_spec
from genostrat.strata.cohort import restrict_ks
from genostrat.strata.model.assignment import assign_patients
from genostrat.strata.model.frozen import load_model
from genostrat.strata.settings import ClusteringSettings
from genostrat.tables import read_table, write_lines, write_table

N, P = 90, 30
RELATIVE, EXCLUDED, UNMEASURED = "003", "005", "007"
HOSTILE = "'\"<b>&;$(x)"


def write_inputs(folder, *, shift):
    rng = np.random.default_rng(41)
    ids = [f"{i:03d}" for i in range(N - 1)] + [HOSTILE]
    truth = np.arange(N) % 2
    sheet = pd.DataFrame(
        {
            "sample_id": ids,
            "sex": rng.choice(["male", "female"], N),
            "age": rng.integers(20, 80, N).astype(str),
            "batch": rng.choice(["1", "2"], N),
            "subtype": np.where(truth == 1, "<i>x</i>", "y"),
            "responded": rng.choice(["0", "1"], N),
        }
    )
    values = rng.normal(size=(N, P))
    values[:, :10] += shift * truth[:, None]
    values += 0.03 * sheet["age"].astype(float).to_numpy()[:, None]
    matrix = pd.DataFrame(values, index=ids, columns=[f"g{i}" for i in range(P)])
    matrix = matrix.drop(index=UNMEASURED).round(4)
    write_table(folder / "samples.tsv", sheet, table="check/samples.tsv")
    text = "\n".join(
        ["\t".join(["id", *matrix.columns])]
        + ["\t".join([i, *map(str, row)]) for i, row in matrix.T.items()]
    )
    (folder / "rna.tsv").write_text(text + "\n")
    resolved = {
        "profile.adjust_for": ["age", "sex", "batch"],
        "strata.confounders": ["batch", "sex", "age"],
    }
    kinds = {"age": "number", "sex": "category", "batch": "category"}
    write_plain(folder / "inputs.json", {"resolved": resolved, "kinds": kinds})
    noise = "\t".join(f"g{i}" for i in range(20, 32))
    (folder / "sets.gmt").write_text(
        f"<b>& $x$</b>\tdiffers\tg0\tg1\tg2\tg3\nnoise\t\t{noise}\n"
    )
    kept = [i for i in ids if i != EXCLUDED]
    write_lines(folder / "keep.txt", kept, entry="qc/keep.txt")
    unrelated = [i for i in kept if i != RELATIVE]
    write_lines(folder / "unrelated.txt", unrelated, entry="qc/unrelated.txt")
    return sheet, matrix, truth


SETTINGS = {
    "max_patients": 1000,
    "k_min": 2,
    "k_max": 3,
    "algorithm": "kmeans",
    "fusion": "joint",
    "resamples": 120,
    "resample_fraction": 0.8,
    "null_simulations": 39,
    "alpha": 0.05,
}


def profile_of(out):
    return {
        "features": out / "profile/features.parquet",
        "features_raw": out / "profile/features_raw.parquet",
        "dictionary": out / "profile/features.tsv",
        "coverage": out / "profile/coverage.tsv",
        "adjustment": out / "profile/adjustment.json",
        "adjustment_arrays": out / "profile/adjustment.npz",
    }


def clusters_of(out):
    return {
        "k_selection": out / "strata/k_selection.tsv",
        "consensus": out / "strata/consensus.npz",
        "nulls": out / "strata/nulls.json",
    }


def judge(inputs, out, profile, clusters, min_confidence):
    judge_strata.main(
        samples=inputs / "samples.tsv",
        checked=inputs / "inputs.json",
        metrics=None,
        pcs=None,
        ancestry=None,
        relatedness=None,
        score_variants=None,
        panel_space=None,
        knowledge=None,
        verdict=out / "strata/verdict.json",
        assignments=out / "strata/assignments.tsv",
        confounders=out / "strata/confounders.tsv",
        model=out / "strata/model",
        cohort="c",
        build=None,
        ancestry_pcs=3,
        min_confidence=min_confidence,
        seed=1,
        **profile,
        **clusters,
        clustering=SETTINGS,
    )


def run(inputs, out, *, threads=1, parts=1):
    profile = profile_of(out)
    build_profile.main(
        samples=inputs / "samples.tsv",
        checked=inputs / "inputs.json",
        keep=inputs / "keep.txt",
        unrelated=inputs / "unrelated.txt",
        pcs=None,
        places=None,
        matrices=[inputs / "rna.tsv"],
        scores=None,
        burden=None,
        diplotypes=None,
        knowledge={},
        layers=[{"name": "rna", "orientation": "samples_by_features"}],
        clinical_columns=[],
        ancestry_pcs=3,
        ancestry_space="auto",
        max_features=100,
        max_missing_rate=0.2,
        **profile,
    )
    clusters = clusters_of(out)
    shared = {
        "features": profile["features"],
        "dictionary": profile["dictionary"],
        "coverage": profile["coverage"],
        "unrelated": inputs / "unrelated.txt",
        "cohort": "c",
        "seed": 1,
        "threads": threads,
        "clustering": SETTINGS,
    }
    pieces = [
        out / f"strata/parts/{part}.npz" for part in range(parts if parts > 1 else 0)
    ]
    for part, path in enumerate(pieces):
        cluster_part.main(arrays=path, part=part, parts=parts, **shared)
    cluster_patients.main(
        parts=pieces,
        consensus_cdf=out / "strata/consensus_cdf.tsv",
        **clusters,
        **shared,
    )
    judge(inputs, out, profile, clusters, 0.8)
    describe_strata.main(
        samples=inputs / "samples.tsv",
        features=profile["features"],
        dictionary=profile["dictionary"],
        assignments=out / "strata/assignments.tsv",
        nulls=out / "strata/nulls.json",
        gene_sets=[inputs / "sets.gmt"],
        characteristics=out / "strata/characteristics.tsv",
        enrichment=out / "strata/enrichment.tsv",
        cohort="c",
        exclude=["responded", "subtype"],
        min_set_members=3,
        max_set_members=500,
        seed=1,
    )
    compare_partitions.main(
        samples=inputs / "samples.tsv",
        features=profile["features"],
        dictionary=profile["dictionary"],
        coverage=profile["coverage"],
        assignments=out / "strata/assignments.tsv",
        partitions=out / "strata/partitions.tsv",
        agreement=out / "strata/agreement.tsv",
        label_counts=out / "strata/label_counts.tsv",
        cohort="c",
        labels=["subtype"],
        clustering=SETTINGS,
        seed=1,
        **clusters,
    )


@pytest.fixture(scope="module", autouse=True)
def quick_power():
    from genostrat.strata.evidence import power

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(power, "N_REPLICATES", 2)
        patch.setattr(power, "N_NULL", 5)
        yield


@pytest.fixture(scope="module")
def grouped(tmp_path_factory):
    folder = tmp_path_factory.mktemp("grouped")
    inputs = write_inputs(folder, shift=2.5)
    run(folder, folder / "one")
    return folder, *inputs


def digest(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_two_planted_groups_become_two_strata(grouped):
    folder, sheet, _, truth = grouped
    verdict = json.loads((folder / "one/strata/verdict.json").read_text())
    assert (verdict["verdict"], verdict["k"]) == ("supported", 2)
    assert not verdict["confounding"]["is_confounded"]
    got = read_table(
        folder / "one/strata/assignments.tsv", table="strata/assignments.tsv"
    ).set_index("sample_id")
    assert sorted(got.index) == sorted(sheet["sample_id"])
    assert got.loc[[EXCLUDED, UNMEASURED], "status"].tolist() == ["excluded"] * 2
    assert got.loc[RELATIVE, "found_in"] == "model"
    sure = got["status"] == "assigned"
    assert sure.sum() > 75
    table = pd.crosstab(truth, got.loc[sheet["sample_id"], "stratum"].to_numpy())
    assert table[["S1", "S2"]].max(axis=1).sum() > 80
    agreement = read_table(
        folder / "one/strata/agreement.tsv", table="strata/agreement.tsv"
    )
    own = agreement[agreement["partition_1"] == "strata"].set_index("partition_2")
    assert own.loc["label:subtype", "ari"] > 0.9
    assert own.loc["algorithm:kmeans", "ari"] > 0.9


def test_assigned_are_those_for_whom_one_stratum_is_left(grouped):
    folder = grouped[0]
    got = read_table(
        folder / "one/strata/assignments.tsv", table="strata/assignments.tsv"
    )
    sure = got["status"] == "assigned"
    assert (got["conformal_set"][sure] == got["stratum"][sure]).all()
    assert (got["confidence"][sure] >= 0.8).all()
    unclear = got["status"] == "ambiguous"
    assert (got["conformal_set"][unclear] == "S1|S2").all()
    assert set(got["conformal_set"][~sure & ~unclear]) == {""}
    verdict = json.loads((folder / "one/strata/verdict.json").read_text())
    assert not any("ruled out" in reason for reason in verdict["reasons"])


def test_strata_too_small_for_the_confidence_are_a_reason(grouped, tmp_path):
    folder = grouped[0]
    (tmp_path / "profile").symlink_to(folder / "one/profile")
    judge(folder, tmp_path, profile_of(tmp_path), clusters_of(folder / "one"), 0.99)
    verdict = json.loads((tmp_path / "strata/verdict.json").read_text())
    said = [reason for reason in verdict["reasons"] if "ruled out" in reason]
    assert [text[:2] for text in said] == ["S1", "S2"]
    got = read_table(
        tmp_path / "strata/assignments.tsv", table="strata/assignments.tsv"
    )
    assert "assigned" not in set(got["status"])
    assert (got["conformal_set"][got["status"] == "ambiguous"] == "S1|S2").all()


def test_a_set_that_differs_is_told_from_one_that_does_not(grouped):
    folder = grouped[0]
    got = read_table(
        folder / "one/strata/enrichment.tsv", table="strata/enrichment.tsv"
    ).set_index(["gene_set", "stratum"])
    assert len(got) == 4
    assert got.loc["noise", "n_members"].tolist() == [12, 12]
    assert got.loc["noise", "n_matched"].tolist() == [10, 10]
    assert (got.loc["<b>& $x$</b>", "p_adjusted"] < 0.001).all()
    assert (got.loc["<b>& $x$</b>", "effect"].abs() > 2).all()
    assert (got.loc["noise", "effect"].abs() < 0.5).all()
    assert (got.loc["noise", "p_value"] > 0.01).all()


def test_the_model_gives_every_patient_the_stratum_in_the_table(grouped):
    folder, sheet, matrix, _ = grouped
    table = read_table(
        folder / "one/strata/assignments.tsv", table="strata/assignments.tsv"
    ).set_index("sample_id")
    raw = matrix.add_prefix("rna:").rename_axis("sample_id").reset_index()
    model = load_model(folder / "one/strata/model")
    got = assign_patients(model, raw, sheet).set_index("sample_id")
    held = got.index.difference([EXCLUDED])
    assert (got.loc[held, "stratum"] == table.loc[held, "stratum"]).all()
    assert got.loc[RELATIVE, "confidence"] == table.loc[RELATIVE, "confidence"]
    trained = table[(table["found_in"] == "training") & (table["stratum"] != "")]
    means = trained.groupby("stratum")["confidence"].mean()
    for name, ceiling in zip(model.strata, model.ceilings, strict=True):
        assert ceiling == pytest.approx(means[name], abs=0.01)
        assert got.loc[got["stratum"] == name, "confidence"].max() <= ceiling
    assert list(model.sizes) == sorted(model.sizes, reverse=True)


def test_same_inputs_give_the_same_bytes_with_more_threads(grouped):
    folder = grouped[0]
    run(folder, folder / "two", threads=2, parts=3)
    shutil.rmtree(folder / "two/strata/parts")
    assert digest(folder / "one") == digest(folder / "two")


def test_tables_have_their_columns_and_patients_files_are_private(grouped):
    folder = grouped[0] / "one"
    for path in folder.rglob("*.*"):
        name = str(path.relative_to(folder))
        spec = table_spec(name)
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == FILE_MODES[spec.access], name
        named = [column.name for column in spec.named]
        if path.suffix == ".tsv":
            columns = pd.read_csv(path, sep="\t", nrows=0).columns.tolist()
            assert columns[: len(named)] == named, name
        elif path.suffix == ".npz":
            with np.load(path) as arrays:
                always = {column.name for column in spec.named if not column.blank}
                assert always <= set(arrays.files) <= set(named), name
        elif path.suffix == ".json":
            assert set(named) <= set(json.loads(path.read_text())), name


def test_public_files_hold_no_identifier(grouped):
    folder = grouped[0] / "one"
    for path in folder.rglob("*.*"):
        if table_spec(str(path.relative_to(folder))).access == "patient":
            continue
        content = path.read_bytes()
        assert HOSTILE.encode() not in content, path.name
        assert HOSTILE.encode("utf-32-le") not in content, path.name


def test_one_group_gets_no_strata_and_no_model(tmp_path):
    write_inputs(tmp_path, shift=0.0)
    run(tmp_path, tmp_path / "out")
    strata = tmp_path / "out/strata"
    verdict = json.loads((strata / "verdict.json").read_text())
    assert (verdict["verdict"], verdict["k"]) == ("none", 1)
    assert verdict["power"]["sentence"]
    got = read_table(strata / "assignments.tsv", table="strata/assignments.tsv")
    assert set(got["stratum"]) == {""}
    assert set(got["status"]) == {"assigned", "excluded"}
    assert got["confidence"].isna().all()
    assert json.loads((strata / "model/model.json").read_text())["strata"] == []
    for name in ("strata/characteristics.tsv", "strata/enrichment.tsv"):
        assert len(read_table(tmp_path / "out" / name, table=name)) == 0


def test_too_few_patients_are_refused(grouped, tmp_path):
    folder = grouped[0]
    few = tmp_path / "few.txt"
    write_lines(few, [f"{i:03d}" for i in range(12)], entry="qc/unrelated.txt")
    with pytest.raises(Exception, match="too few patients to look for strata"):
        cluster_patients.main(
            features=folder / "one/profile/features.parquet",
            dictionary=folder / "one/profile/features.tsv",
            coverage=folder / "one/profile/coverage.tsv",
            unrelated=few,
            parts=[],
            consensus_cdf=Path("x"),
            k_selection=Path("x"),
            consensus=Path("x"),
            nulls=Path("x"),
            cohort="c",
            clustering=SETTINGS | {"max_patients": 10},
            seed=1,
            threads=1,
        )


def test_numbers_of_groups_that_few_patients_cannot_hold_are_not_tried(caplog):
    settings = ClusteringSettings(ks=(2, 3, 4, 5, 6))
    assert restrict_ks(settings, n_patients=30) == settings
    assert not caplog.records
    assert restrict_ks(settings, n_patients=24).ks == (2, 3, 4)
    assert "24 patients can hold 4 groups of 5" in caplog.text
    with pytest.raises(
        GenostratError, match=r"strata.k_min is too large(.|\n)*at most 4"
    ):
        restrict_ks(ClusteringSettings(ks=(6, 7)), n_patients=24)
