"""New patients and a frozen model: the same answer in any company, or a reason."""

import json
import stat
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_up import write_part, write_plain
from model_cases import N, assign_files, draw_cohort, small_model, write_cohort
from panel_cohorts import World, make_store

from genostrat.errors import GenostratError
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.profile.clinical import clinical_layer
from genostrat.profile.pharmacogenes import allele_values, pgx_layer
from genostrat.qc.panel.labelling import label_with_panel
from genostrat.qc.panel.learning import LabelOptions
from genostrat.qc.panel.sites import SiteRules
from genostrat.qc.panel.space import place_samples
from genostrat.strata.model.assignment import assign_features
from genostrat.strata.model.frozen import load_model, save_model
from genostrat.strata.model.inputs import ModelInputs
from genostrat.strata.model.new_patients import (
    assign_new_patients,
    check_knowledge,
    plan_assignment,
)
from genostrat.tables import read_table, write_arrays, write_lines


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    save_model(folder, small_model())
    return folder


def test_training_patients_get_their_training_strata_from_files(model, tmp_path):
    cohort = draw_cohort()
    frozen = small_model()
    clinical = clinical_layer(cohort.sheet, columns=list(frozen.inputs.clinical))
    raw = np.concatenate(
        [layer.values.to_numpy() for layer in [*cohort.layers, clinical]], axis=1
    )
    own = frozen.adjustment
    names = [
        f"{layer.name}:{name}"
        for layer in [*cohort.layers, clinical]
        for name in layer.values
    ]
    values = pd.DataFrame(raw, columns=names)[list(own.features)].to_numpy()
    features = own.adjust(own.transform(values), cohort.sheet)
    expected = assign_features(frozen, features)
    table, _ = assign_files(model, write_cohort(tmp_path, cohort))
    got = table.loc[cohort.sheet["sample_id"]]
    assert got["stratum"].tolist() == expected["stratum"].tolist()
    assert got["status"].tolist() == expected["status"].tolist()
    assert (got["stratum"] != "").mean() > 0.95


def test_a_patient_gets_the_same_row_alone_in_a_batch_and_in_another_order(
    model, tmp_path
):
    cohort = draw_cohort(seed=9, n=30)
    # One with most of a layer missing, one without a sheet, one far away.
    cohort.layers[0].values.iloc[4, :8] = np.nan
    cohort.layers[0].values.iloc[5, :20] = np.nan
    cohort.sheet.loc[6, ["age", "sex", "batch", "site", "bmi"]] = ""
    cohort.layers[1].values.iloc[7] += 40
    assign_files(model, write_cohort(tmp_path / "batch", cohort))
    lines = (tmp_path / "batch/out/assignments.tsv").read_text().splitlines()
    order = np.random.default_rng(2).permutation(30)
    assign_files(model, write_cohort(tmp_path / "mixed", cohort.of(order)))
    mixed = (tmp_path / "mixed/out/assignments.tsv").read_text().splitlines()
    assert mixed == lines
    for one in [0, 4, 5, 6, 7, 29]:
        folder = write_cohort(tmp_path / f"alone{one}", cohort.of([one]))
        assign_files(model, folder)
        alone = (folder / "out/assignments.tsv").read_text().splitlines()
        assert alone == [lines[0], lines[one + 1]]
    statuses = {line.split("\t")[3] for line in lines[1:]}
    assert {"assigned", "excluded", "outside_model"} <= statuses


def test_reasons_say_what_is_wrong_and_what_would_mend_it(model, tmp_path):
    cohort = draw_cohort(seed=9, n=8)
    cohort.layers[0].values.iloc[0] = np.nan
    cohort.layers[1].values.iloc[1] += 40
    cohort.sheet.loc[2, ["age", "batch"]] = ["", "77"]
    table, record = assign_files(model, write_cohort(tmp_path, cohort))
    said = table["reason"].tolist()
    assert "not measured (nothing of layer rna), at most 20%" in said[0]
    assert "check units, normalisation, tissue; if" in said[1]
    assert "age, batch unknown: counted as the average" in said[2]
    assert table["stratum"].iloc[:2].tolist() == ["", ""]
    assert record["covariates_unknown"] == {"age": 1, "sex": 0, "batch": 1}
    assert record["n_by_status"]["excluded"] == 1
    plain = table.iloc[3:][table["status"].iloc[3:] == "assigned"]
    assert set(plain["reason"]) == {""}


def test_the_summary_warns_and_names_nobody(model, tmp_path):
    cohort = draw_cohort(seed=9, n=8)
    cohort.layers[0].values.iloc[:] = cohort.layers[0].values * 50
    _, record = assign_files(model, write_cohort(tmp_path, cohort))
    text = json.dumps(record)
    assert "likely in other units" in text
    assert "batch 1, 2: taken for the training cohort's batch" in text
    assert "supported in the cohort of the model" in text
    assert record["model"]["checksum"] == load_model(model).record["checksum"]
    assert not any(sample in text for sample in cohort.sheet["sample_id"])
    for name in ("assignments.tsv", "summary.json"):
        mode = stat.S_IMODE((tmp_path / "out" / name).stat().st_mode)
        assert mode == 0o640


def test_nobody_new_is_surer_of_a_stratum_than_its_training_patients(tmp_path):
    model = small_model()
    save_model(tmp_path / "m", replace(model, ceilings=np.array([0.6, 0.9])))
    cohort = draw_cohort(seed=9, n=20)
    table, record = assign_files(tmp_path / "m", write_cohort(tmp_path, cohort))
    vague = table[table["stratum"] == "S1"]
    assert len(vague) > 3
    assert set(vague["status"]) == {"ambiguous"}
    assert vague["confidence"].max() == 0.6
    assert vague["reason"].str.contains("S1 were themselves less sure than 0.8").all()
    assert "Nobody is assigned to S1:" in " ".join(record["sentences"])
    clear = table[table["stratum"] == "S2"]
    assert clear["confidence"].max() == 0.9
    assert "assigned" in set(clear["status"])


@pytest.mark.parametrize("verdict", ["suggestive", "confounded"])
def test_a_doubtful_model_says_so(tmp_path, verdict):
    model = small_model()
    model.record["verdict"] = verdict
    save_model(tmp_path / "m", model)
    cohort = draw_cohort(seed=9, n=4)
    _, record = assign_files(tmp_path / "m", write_cohort(tmp_path, cohort))
    expected = {"suggestive": "hypothesis", "confounded": "they are no finding"}
    assert expected[verdict] in record["sentences"][0]


def test_whom_quality_control_left_out_gets_no_stratum(model, tmp_path):
    cohort = draw_cohort(seed=9, n=4)
    folder = write_cohort(tmp_path, cohort)
    write_lines(folder / "keep.txt", cohort.sheet["sample_id"][1:], entry="qc/keep.txt")
    table, _ = assign_files(model, folder, keep=folder / "keep.txt")
    assert table["status"].tolist()[0] == "excluded"
    assert "qc/decisions.tsv" in table["reason"].iloc[0]
    assert table["stratum"].iloc[0] == ""
    assert np.isnan(table["confidence"].iloc[0])


def config(**changes):
    matrices = [
        {"name": "rna", "path": "r", "orientation": "o", "transform": "log2"},
        {"name": "protein", "path": "p", "orientation": "o", "transform": "none"},
        {"name": "lipids", "path": "l", "orientation": "o", "transform": "none"},
    ]
    return {
        "file": "ward.yaml",
        "matrices": matrices,
        "genotypes": None,
        "scores": [],
        "assign": {"unknown_ancestry": "refuse", "platform": "same"},
    } | changes


def test_a_plan_takes_what_the_model_needs_and_no_more(model):
    plan = plan_assignment(model, config(genotypes={"build": "GRCh37"}))
    assert [matrix["name"] for matrix in plan.matrices] == ["rna", "protein"]
    assert not plan.genotypes


def test_what_a_config_cannot_offer_is_said_at_once(model):
    few = config()["matrices"][:1]
    few[0]["transform"] = "none"
    with pytest.raises(GenostratError) as caught:
        plan_assignment(model, config(matrices=few))
    said = str(caught.value)
    assert "2 problems" in said
    assert "transform: log2" in said
    assert "nothing of layer protein" in said
    assert "ward.yaml" in said


def with_inputs(tmp_path, **inputs):
    """Save a model adjusted for two of a cohort's own components."""
    cohort = draw_cohort()
    rng = np.random.default_rng(8)
    sheet = cohort.sheet.copy()
    for name in ("PC1", "PC2"):
        sheet[name] = rng.normal(size=N)
    model = small_model(
        cohort, covariates=sheet, adjust_for=("age", "PC1", "PC2"), **inputs
    )
    save_model(tmp_path / "m", model)
    return tmp_path / "m"


def test_components_of_the_training_cohort_place_nobody_else(tmp_path):
    folder = with_inputs(tmp_path, ancestry_space="own")
    with pytest.raises(GenostratError) as caught:
        plan_assignment(folder, config(genotypes={"build": "GRCh38"}))
    said = str(caught.value)
    assert "reference_panel" in said
    assert "assign.unknown_ancestry: mean" in said
    mean = config(assign={"unknown_ancestry": "mean"})
    assert not plan_assignment(folder, mean).genotypes


def test_unknown_ancestry_counts_as_the_mean_whatever_the_sheet_says(tmp_path):
    folder = with_inputs(tmp_path, ancestry_space="own")
    cohort = draw_cohort(seed=9, n=6)
    table, record = assign_files(
        folder, write_cohort(tmp_path / "a", cohort), unknown_ancestry="mean"
    )
    assert table["reason"].str.contains("PC1, PC2 unknown").sum() == 6
    assert "Ancestry of some or all" in json.dumps(record)
    cohort.sheet["PC1"] = "9"
    other, _ = assign_files(
        folder, write_cohort(tmp_path / "b", cohort), unknown_ancestry="mean"
    )
    pd.testing.assert_frame_equal(table, other)


RULES = SiteRules(min_maf=0.01, max_missing_rate=0.05, window=100, step=20, max_r2=0.2)
OPTIONS = LabelOptions(min_sites=300, min_probability=0.9, tail=0.02, sites=RULES)


@pytest.fixture(scope="module")
def placed(tmp_path_factory):
    """Train a model adjusted for a panel's components on a cohort with genotypes."""
    folder = tmp_path_factory.mktemp("placed")
    world = World(6, n_variants=1200)
    panel, people, _ = world.panel(folder / "panel", {"N": 25, "E": 25, "S": 25})
    cohort = draw_cohort()
    genotypes = np.concatenate([world.people(p, N // 2) for p in "NE"], axis=1)
    genotypes[world.rng.random(genotypes.shape) < 0.01] = -9
    store = make_store(folder / "store", genotypes, names=cohort.sheet["sample_id"])
    labelled = label_with_panel(
        store, panel, people=people, strand_known=True, options=OPTIONS
    )
    places = place_samples(store, labelled.space, strand_known=True)
    for layer in cohort.layers:
        layer.values[:] += 0.2 * np.sign(places[["panel_PC1"]].to_numpy())
        layer.values[:] = layer.values.abs()
    names = labelled.space.names[:2]
    table = cohort.sheet.merge(places.drop(columns="n_sites"), on="sample_id")
    model = small_model(
        cohort,
        covariates=table,
        adjust_for=("age", *names),
        ancestry_space="panel",
        panel=labelled.space,
    )
    save_model(folder / "m", model)
    return folder / "m", cohort, genotypes, model, table


def with_store(folder, cohort, genotypes):
    write_cohort(folder, cohort)
    names = cohort.sheet["sample_id"]
    make_store(folder / "store", genotypes, names=names)
    write_plain(folder / "inputs.json", {})
    write_lines(folder / "keep.txt", names, entry="qc/keep.txt")
    aside = folder / "set_aside.npz"
    write_arrays(aside, entry="qc/variants_set_aside.npz")
    return {
        "store": folder / "store",
        "set_aside": aside,
        "keep": folder / "keep.txt",
        "build": "",
    }


def test_a_panels_components_place_patients_alone_as_in_training(placed, tmp_path):
    folder, cohort, genotypes, model, _ = placed
    given = with_store(tmp_path / "all", cohort, genotypes)
    table, record = assign_files(folder, tmp_path / "all", **given)
    assert record["model"]["ancestry_space"] == "panel"
    assert record["covariates_unknown"]["panel_PC1"] == 0
    for one in (0, 41, 79):
        where = tmp_path / f"one{one}"
        given = with_store(where, cohort.of([one]), genotypes[:, [one]])
        alone, _ = assign_files(folder, where, **given)
        pd.testing.assert_frame_equal(alone, table.iloc[[one]])
    known = cohort.truth[: len(table)]
    agreement = pd.crosstab(known, table["stratum"].to_numpy())
    assert agreement.max(axis=1).sum() > 70
    assert sum(model.sizes) == N


def test_ancestry_is_adjusted_for_and_not_only_carried_along(placed, tmp_path):
    folder, cohort, genotypes, _, _ = placed
    given = with_store(tmp_path / "own", cohort, genotypes)
    table, _ = assign_files(folder, tmp_path / "own", **given)
    swapped = np.roll(genotypes, N // 2, axis=1)
    given = with_store(tmp_path / "other", cohort, swapped)
    other, _ = assign_files(folder, tmp_path / "other", **given)
    assert (table["distance"] - other["distance"]).abs().max() > 0.05


def test_a_patient_who_cannot_be_placed_is_refused_or_counts_as_the_mean(
    placed, tmp_path
):
    folder, cohort, genotypes, _, _ = placed
    few = genotypes[:, :2].copy()
    few[::3, 0] = -9
    given = with_store(tmp_path / "a", cohort.of([0, 1]), few)
    table, _ = assign_files(folder, tmp_path / "a", **given)
    assert table["status"].tolist()[0] == "excluded"
    assert "fewer than 80 % of the panel's sites" in table["reason"].iloc[0]
    assert table["status"].tolist()[1] != "excluded"
    given["unknown_ancestry"] = "mean"
    table, _ = assign_files(folder, tmp_path / "a", **given)
    assert "panel_PC1, panel_PC2 unknown" in table["reason"].iloc[0]
    with pytest.raises(GenostratError, match="has no genotypes"):
        plan_assignment(folder, config())


def test_pharmacogenes_are_a_layer_of_new_patients_too(tmp_path):
    """Genes without a call are missing, in training and after."""
    source = {"source": "pypgx", "build": "GRCh38"}
    values = allele_values(load_knowledge(**source))
    cohort = draw_cohort()
    cohort.layers.pop()
    ids = cohort.sheet["sample_id"]
    rng = np.random.default_rng(4)
    table = pd.DataFrame(
        [
            (sample, gene, *map(str, rng.choice(alleles, 2)), None, str(status))
            for sample in ids
            for gene, alleles in (("TPMT", ["*1", "*3A"]), ("CYP2C19", ["*1", "*2"]))
            for status in rng.choice([*["called"] * 9, "ambiguous"], 1)
        ],
        columns=[
            "sample_id",
            "gene",
            "allele_1",
            "allele_2",
            "activity_score",
            "status",
        ],
    )
    # One patient without any call: alone, no gene has a value.
    table.loc[table["sample_id"] == ids[8], "status"] = "not_called"
    write_part(tmp_path / "diplotypes.tsv", table, table="pgx/diplotypes.tsv")
    read = read_table(tmp_path / "diplotypes.tsv", table="pgx/diplotypes.tsv")
    cohort.layers.append(pgx_layer(read, ids=list(ids), values=values))
    record = {"source": "pypgx", "version": "1", "sha256": "a" * 64}
    small = small_model(cohort, knowledge=record)
    assert "pgx:TPMT" in small.adjustment.features
    save_model(tmp_path / "m", small)
    write_plain(tmp_path / "knowledge.json", record)
    given = {
        "diplotypes": tmp_path / "diplotypes.tsv",
        "knowledge_record": tmp_path / "knowledge.json",
        "knowledge": source,
        "layers": ["rna"],
    }
    whole, _ = assign_files(
        tmp_path / "m", write_cohort(tmp_path / "a", cohort), **given
    )
    for one in (8, 7):
        alone = cohort.of([one])
        alone.layers.pop()
        got, _ = assign_files(
            tmp_path / "m", write_cohort(tmp_path / "b", alone), **given
        )
        pd.testing.assert_frame_equal(got, whole.loc[got.index])
    assert whole.loc[ids[8], "status"] == "excluded"
    assert "nothing of layer pgx" in whole.loc[ids[8], "reason"]
    assert whole["stratum"].isin(["S1", "S2"]).mean() > 0.9
    write_plain(tmp_path / "knowledge.json", record | {"sha256": "b" * 64})
    with pytest.raises(GenostratError, match="another knowledge base"):
        assign_files(tmp_path / "m", tmp_path / "b", **given)


def test_pharmacogenes_of_another_knowledge_base_are_refused():
    inputs = ModelInputs(knowledge={"source": "pypgx", "version": "1", "sha256": "a"})
    model = replace(small_model(), inputs=inputs)
    check_knowledge(model, {"source": "pypgx", "version": "1", "sha256": "a"})
    with pytest.raises(GenostratError, match="another knowledge base"):
        check_knowledge(model, {"source": "pypgx", "version": "2", "sha256": "b"})


def test_a_small_layer_counts_by_its_weight_and_not_by_its_features(model):
    """Six proteins of 34 features are 18 %, but their layer decides as much as rna."""
    frozen = load_model(model)
    layers = np.array(frozen.adjustment.layers)
    share = frozen.missing_share(layers == "protein")
    assert (layers == "protein").mean() < 0.2 < share


def test_a_model_has_no_room_for_a_patient(placed, model):
    """No array is as long as the training cohort, and no text is an identifier."""
    for folder, cohort in ((placed[0], placed[1]), (model, draw_cohort())):
        ids = [*cohort.sheet["sample_id"]]
        text = (folder / "model.json").read_text()
        assert not any(sample in text for sample in ids)
        with np.load(folder / "arrays.npz") as arrays:
            for name in arrays.files:
                assert N not in arrays[name].shape, name
                if arrays[name].dtype.kind == "U":
                    assert not set(ids) & set(arrays[name].ravel().tolist())
        record = json.loads(text)
        assert min(record["sizes"]) >= 5

        def lengths(value):
            inner = value.values() if isinstance(value, dict) else value
            if not isinstance(value, (dict, list)):
                return []
            return [len(value), *(n for item in inner for n in lengths(item))]

        assert N not in lengths(record)


def test_values_of_one_patient_are_not_in_the_model(model):
    cohort = draw_cohort()
    with np.load(model / "arrays.npz") as arrays:
        kept = np.concatenate(
            [arrays[name].ravel() for name in arrays.files if arrays[name].dtype != "U"]
        ).astype(float)
    for layer in cohort.layers:
        values = layer.values.to_numpy()
        of_one = np.round(values[np.isfinite(values)], 9)
        # A median of an odd number of patients is one of them, once transformed.
        assert np.isin(of_one, np.round(kept, 9)).mean() < 0.02


def test_assigning_draws_nothing_at_random(model, tmp_path):
    cohort = draw_cohort(seed=9, n=5)
    one, _ = assign_files(model, write_cohort(tmp_path / "a", cohort))
    two, _ = assign_files(model, write_cohort(tmp_path / "b", cohort))
    pd.testing.assert_frame_equal(one, two)
    _, record = assign_files(model, tmp_path / "a")
    summary = (tmp_path / "a/out/summary.json").read_bytes()
    assert summary == (tmp_path / "b/out/summary.json").read_bytes()
    frame, again = assign_new_patients(
        load_model(model),
        cohort.sheet,
        [
            *cohort.layers,
            clinical_layer(
                cohort.sheet, columns=list(load_model(model).inputs.clinical)
            ),
        ],
        keep=None,
        places=None,
        build=None,
        unknown_ancestry="refuse",
    )
    assert frame["stratum"].tolist() == one["stratum"].tolist()
    assert again["sentences"] == record["sentences"]
