import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from genostrat.errors import GenostratError
from genostrat.profile.features import Layer, build_profile
from genostrat.strata.clustering.classifier import fit_classifier, settle_labels
from genostrat.strata.clustering.resamples import kmeans
from genostrat.strata.clustering.rotation import rotate
from genostrat.strata.model.assignment import (
    assign_features,
    assign_patients,
    held_out,
    item_consensus,
)
from genostrat.strata.model.conformal import calibrate
from genostrat.strata.model.frozen import (
    freeze_model,
    load_model,
    save_model,
    save_no_model,
)

N, P = 90, 30


#: What a model says of its making that no test is about.
RECORD = {"n_training": 90, "version": "0", "seed": 1}


@pytest.fixture
def rng():
    return np.random.default_rng(17)


@pytest.fixture
def cohort(rng):
    truth = np.repeat([0, 1, 2], [40, 30, 20])
    means = np.zeros((3, P))
    for group in range(3):
        means[group, group * 8 : group * 8 + 8] = 2.5
    table = pd.DataFrame(
        {
            "sample_id": [f"{i:03d}" for i in range(N)],
            "age": rng.integers(20, 80, N).astype(str),
            "batch": rng.choice(["1", "2"], N),
        }
    )
    values = rng.normal(size=(N, P)) + means[truth]
    values += 0.02 * table["age"].astype(float).to_numpy()[:, None]
    values[5, 3] = np.nan
    raw = pd.DataFrame(values, columns=[f"g{i}" for i in range(P)])
    raw.index = table["sample_id"].to_numpy()
    profile = build_profile(
        [Layer("rna", raw)],
        table,
        adjust_for=["age", "batch"],
        training_ids=set(table["sample_id"]),
        max_features=100,
        max_missing_rate=0.2,
    )
    raw.columns = [f"rna:{name}" for name in raw.columns]
    raw.insert(0, "sample_id", table["sample_id"].to_numpy())
    return raw.reset_index(drop=True), table, profile, truth


def freeze(profile, rng, labels=None, **record):
    values = profile.features.iloc[:, 1:].to_numpy()
    rotation = rotate(values)
    if labels is None:
        labels, _, _ = kmeans(rotation.scores, k=3, rng=rng)
    classifier, settled = settle_labels(rotation.scores, labels.astype(np.intp))
    held = held_out(
        values,
        settled,
        layers=["rna"] * values.shape[1],
        n_components=rotation.n_components,
        rng=rng,
    )
    own, limits = held.own, held.limits
    model = freeze_model(
        rotation,
        classifier,
        settled,
        adjustment=profile.adjustment,
        limits=limits,
        conformal=calibrate(own, settled, k=3, confidence=0.8),
        record={**RECORD, "build": "GRCh38", "verdict": "supported", **record},
    )
    return model, settled, own


def test_probabilities_equal_discriminant_analysis(rng):
    scores = rng.normal(size=(80, 4))
    labels = rng.integers(0, 3, 80)
    scores[:, 0] += labels
    classifier = fit_classifier(scores, labels)
    oracle = LinearDiscriminantAnalysis(
        solver="lsqr", shrinkage=None, priors=[1 / 3] * 3
    ).fit(scores, labels)
    oracle.covariance_ = np.linalg.inv(classifier.precision)
    oracle.coef_ = classifier.centroids @ classifier.precision
    oracle.intercept_ = -0.5 * np.diag(oracle.coef_ @ classifier.centroids.T)
    assert np.allclose(classifier.probabilities(scores), oracle.predict_proba(scores))


def test_settled_labels_are_the_classifiers_predictions(rng):
    scores = rng.normal(size=(60, 3))
    labels, _, _ = kmeans(scores, k=3, rng=rng)
    classifier, settled = settle_labels(scores, labels.astype(np.intp))
    assert np.array_equal(classifier.predict(scores), settled)


def test_saved_model_reproduces_training_labels_alone_and_in_a_batch(
    cohort, rng, tmp_path
):
    raw, table, profile, truth = cohort
    model, settled, _ = freeze(profile, rng)
    save_model(tmp_path, model)
    loaded = load_model(tmp_path)
    frozen = assign_features(model, profile.features.iloc[:, 1:].to_numpy())
    batch = assign_patients(loaded, raw, table)
    kept = batch.drop(columns=["sample_id", "missing_share"])
    pd.testing.assert_frame_equal(kept, frozen)
    shuffled = assign_patients(loaded, raw.sample(frac=1, random_state=1), table)
    shuffled = shuffled.sort_values("sample_id", ignore_index=True)
    pd.testing.assert_frame_equal(shuffled, batch)
    for row in range(0, N, 7):
        alone = assign_patients(loaded, raw.iloc[[row]], table.iloc[[row]])
        assert alone.iloc[0].tolist() == batch.iloc[row].tolist()
    inside = batch["stratum"] != ""
    sizes = np.bincount(settled)
    names = {number: f"S{rank + 1}" for rank, number in enumerate(np.argsort(-sizes))}
    expected = pd.Series(settled).map(names)
    assert (batch["stratum"][inside] == expected[inside]).all()
    assert inside.mean() > 0.95
    assert (
        pd.crosstab(truth, batch["stratum"])[["S1", "S2", "S3"]].max(axis=1).sum() > 85
    )


def test_a_stranger_is_outside_and_a_patient_between_is_ambiguous(cohort, rng):
    _, _, profile, _ = cohort
    model, _, _ = freeze(profile, rng)
    values = profile.features.iloc[:, 1:].to_numpy()
    stranger = values[[0]] + 6
    noisy = values[[0]] + 5 * rng.normal(size=(1, P))
    centres = model.classifier.centroids[:2].mean(axis=0)
    between = (model.loadings @ centres / model.weights + model.centre)[None]
    got = assign_features(model, np.concatenate([stranger, noisy, between]))
    assert got["status"].tolist() == ["outside_model"] * 3
    assert got["stratum"].tolist() == [""] * 3
    roomy = replace(model, distance_limit=100.0)
    got = assign_features(roomy, between)
    assert got["status"].tolist() == ["ambiguous"]
    assert got["confidence"][0] == pytest.approx(0.5, abs=0.01)
    assert got["stratum"][0] in {"S1", "S2"}


def test_about_one_new_patient_in_a_hundred_is_outside(rng):
    truth = rng.integers(0, 2, 1200)
    values = rng.normal(size=(1200, 20)) + 2.0 * truth[:, None] * (np.arange(20) < 6)
    rotation = rotate(values[:200])
    labels, _, _ = kmeans(rotation.scores, k=2, rng=rng)
    layers = ["a"] * 20
    limits = held_out(
        values[:200], labels, layers=layers, n_components=3, rng=rng
    ).limits
    classifier = fit_classifier(rotation.scores, labels)
    new = (values[200:] - rotation.centre) @ rotation.loadings
    far = np.sqrt(classifier.distances(new).min(axis=1)) > limits[0]
    left = (values[200:] - rotation.centre) - new @ rotation.loadings.T
    odd = np.linalg.norm(left, axis=1) > limits[1]
    assert 0.001 <= (far | odd).mean() <= 0.04


def test_held_out_probability_is_calibrated_where_groups_overlap(rng):
    truth = rng.integers(0, 2, 600)
    values = rng.normal(size=(600, 10)) + 1.0 * truth[:, None] * (np.arange(10) < 3)
    own = held_out(values, truth, layers=["a"] * 10, n_components=5, rng=rng).own
    for low, high in ((0.5, 0.7), (0.7, 0.9)):
        sure = np.maximum(own, 1 - own)
        chosen = (sure > low) & (sure <= high)
        assert (own[chosen] > 0.5).mean() == pytest.approx(sure[chosen].mean(), abs=0.1)


def test_certainty_from_the_cohort_lowers_confidence(cohort, rng):
    _, _, profile, _ = cohort
    model, _, _ = freeze(profile, rng)
    values = profile.features.iloc[:2, 1:].to_numpy()
    got = assign_features(model, values, certainty=np.array([0.4, np.nan]))
    assert got["status"].tolist() == ["ambiguous", "assigned"]
    assert got["confidence"][0] == 0.4


def test_item_consensus_by_hand():
    matrix = np.array([[1, 0.8, 0.2], [0.8, 1, 0.4], [0.2, 0.4, 1]])
    assert item_consensus(matrix, np.array([0, 0, 1])).tolist() == [0.8, 0.8, 0.0]


def test_too_many_missing_features_are_refused_by_table_and_by_patient(cohort, rng):
    raw, table, profile, _ = cohort
    model, _, _ = freeze(profile, rng)
    with pytest.raises(GenostratError, match="7 of 30 absent"):
        assign_patients(model, raw.drop(columns=raw.columns[1:8]), table)
    holes = raw.copy()
    holes.iloc[1, 1:8] = np.nan
    holes.iloc[2, 1:6] = np.nan
    got = assign_patients(model, holes, table)
    assert got["status"].tolist()[1] == "excluded"
    assert got["stratum"][1] == ""
    assert got["status"][2] != "excluded"


def test_other_build_is_refused(cohort, rng):
    raw, table, profile, _ = cohort
    model, _, _ = freeze(profile, rng)
    with pytest.raises(GenostratError, match="GRCh37"):
        assign_patients(model, raw, table, build="GRCh37")
    assign_patients(model, raw, table, build="GRCh38")


@pytest.mark.parametrize("file", ["model.json", "arrays.npz"])
def test_a_changed_model_is_refused(cohort, rng, tmp_path, file):
    _, _, profile, _ = cohort
    save_model(tmp_path, freeze(profile, rng)[0])
    load_model(tmp_path)
    path = tmp_path / file
    if file == "model.json":
        record = json.loads(path.read_text())
        record["sizes"][0] += 1
        path.write_text(json.dumps(record))
    else:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    with pytest.raises(GenostratError, match=r"changed|do not belong"):
        load_model(tmp_path)


def test_model_holds_no_patient(cohort, rng, tmp_path):
    _, table, profile, _ = cohort
    save_model(tmp_path, freeze(profile, rng)[0])
    text = (tmp_path / "model.json").read_text()
    assert not any(f'"{sample}"' in text for sample in table["sample_id"])
    with np.load(tmp_path / "arrays.npz") as arrays:
        assert all(N not in arrays[name].shape for name in arrays.files)
        values = profile.features.iloc[:, 1:].to_numpy()
        kept = np.concatenate([arrays[name].ravel() for name in arrays.files])
    assert not np.isin(np.round(values[:, 0], 9), np.round(kept, 9)).any()


def test_a_stratum_below_five_patients_is_not_frozen(cohort, rng):
    _, _, profile, _ = cohort
    values = profile.features.iloc[:, 1:].to_numpy()
    rotation = rotate(values)
    labels = (np.arange(N) < 4).astype(np.intp)
    with pytest.raises(GenostratError, match="4 patients"):
        freeze_model(
            rotation,
            fit_classifier(rotation.scores, labels),
            labels,
            adjustment=profile.adjustment,
            limits=(1.0, 1.0),
            conformal=calibrate(np.ones(N), labels, k=2, confidence=0.8),
            record={},
        )


def test_a_cohort_without_strata_says_so(tmp_path):
    save_no_model(tmp_path, record={**RECORD, "verdict": "none", "build": ""})
    with pytest.raises(GenostratError, match="no strata were found"):
        load_model(tmp_path)
