"""Columns whose levels are features, and strata that are nothing but one of them."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.calibrate import judge_task
from benchmarks.calibration.records import Task
from genostrat.profile.clinical import clinical_layer, learn_clinical
from genostrat.profile.features import Layer, build_profile
from genostrat.strata.audit.restatement import find_restated
from genostrat.strata.clustering.spaces import Space
from genostrat.strata.cohort import Making, skewed_quantiles
from genostrat.strata.evidence.nulls import margin_null
from genostrat.strata.handover import cluster_cohort
from genostrat.strata.judgement import AuditedCohort, JudgedProfile, judge_partition
from genostrat.strata.partition import Partition
from genostrat.strata.settings import ClusteringSettings

N = 120


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def scaled(values):
    return (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)


def levels_of(codes):
    return (codes[:, None] == np.unique(codes)).astype(float)


def sheet_of(rng, n_levels):
    columns = {f"x{i}": np.char.mod("%.3f", rng.normal(size=N)) for i in range(4)}
    return pd.DataFrame(
        {
            "sample_id": [f"P{i:03d}" for i in range(N)],
            "site": rng.choice([f"L{i}" for i in range(n_levels)], N),
            **columns,
        }
    )


def judge(sheet, *, seed, more=()):
    ids = set(sheet["sample_id"])
    names = [name for name in sheet if name != "sample_id"]
    kinds = {name: "category" if name == "site" else "number" for name in names}
    columns = learn_clinical(sheet, columns=names, training_ids=ids, kinds=kinds)
    profile = build_profile(
        [*more, clinical_layer(sheet, columns=columns)],
        sheet,
        adjust_for=[],
        training_ids=ids,
        max_features=100,
        max_missing_rate=0.2,
    )
    used = profile.dictionary[profile.dictionary["status"] == "used"]
    settings = ClusteringSettings(
        ks=(2, 3, 4, 5), resamples=50, null_simulations=40, seed=seed
    )
    selection, clustered, _ = cluster_cohort(
        profile.features,
        used,
        profile.coverage,
        unrelated=None,
        settings=settings,
        threads=1,
    )
    partition = Partition(
        selection.table, selection.k, clustered, selection.labels, selection.consensus
    )
    layers, origins = list(profile.adjustment.layers), used["made_of"].tolist()
    return judge_partition(
        partition,
        JudgedProfile(
            profile.features, profile.raw, layers, profile.adjustment, origins
        ),
        AuditedCohort(sheet.assign(batch="a"), ["batch"]),
        settings=settings,
        min_confidence=0.8,
        build=None,
        with_power=False,
    ).verdict


@pytest.mark.parametrize("n_levels", [3, 4])
def test_levels_of_a_random_column_are_no_strata_and_are_named(n_levels):
    for seed in range(3):
        sheet = sheet_of(np.random.default_rng(seed), n_levels)
        found = judge(sheet, seed=seed)
        assert found["verdict"] == "none"
        assert found["restates"]["names"] == ["clinical:site"]
        said = " ".join(found["reasons"])
        assert "the levels of site" in said
        assert "molecular" not in said


def test_subgroups_of_a_layer_stand_beside_a_column_of_their_names():
    rng = np.random.default_rng(5)
    sheet = sheet_of(rng, 3)
    truth = np.unique(sheet["site"], return_inverse=True)[1]
    values = rng.normal(size=(N, 60))
    for group in range(3):
        values[np.ix_(truth == group, np.arange(20) + 20 * group)] += 1.5
    names = [f"g{i}" for i in range(60)]
    rna = Layer("rna", pd.DataFrame(values, index=sheet["sample_id"], columns=names))
    found = judge(sheet, seed=5, more=[rna])
    assert found["restates"] == {}
    assert found["k"] == 3
    assert found["verdict"] == "supported"


def test_one_feature_or_one_axis_is_named_and_several_measurements_are_not(rng):
    labels = np.arange(N) % 2
    axis = labels * 6 + rng.normal(size=N)
    noise = rng.normal(size=(N, 8))

    def find(values, layers):
        names = [f"f{i}" for i in range(values.shape[1])]
        return find_restated(
            scaled(values), labels, origins=names, layers=layers, rng=rng
        )

    single = find(np.column_stack([axis, noise]), ["m"] * 9)
    assert (single.names, single.kind) == (("f0",), "pieces")
    # Ten readings of one thing: without any one of them the others show it.
    readings = axis[:, None] + 0.05 * rng.normal(size=(N, 10))
    layer = find(np.hstack([readings, noise]), ["assay"] * 10 + ["m"] * 8)
    assert (layer.names, layer.kind) == (("assay",), "layer")
    shown = labels[:, None] * 6 + rng.normal(size=(N, 10))
    assert find(np.hstack([shown, noise]), ["rna"] * 10 + ["m"] * 8) is None


def test_a_drawn_patient_has_one_level_of_each_column(rng):
    codes = rng.choice(3, N, p=[0.5, 0.3, 0.2])
    other = np.where(rng.random(N) < 0.8, codes, rng.choice(3, N))
    numbers = codes[:, None] + rng.normal(size=(N, 2))
    values = scaled(np.hstack([levels_of(codes), levels_of(other), numbers]))
    draw = margin_null(
        values,
        margins=values,
        kept=np.array([True] * 6 + [False] * 2),
        unmeasured=np.zeros(values.shape, dtype=bool),
        build=Space.of,
        origins=["a"] * 3 + ["b"] * 3 + ["x", "y"],
    )
    observed = np.corrcoef(values.T)
    drawn = [draw(rng).scores for _ in range(30)]
    for one in drawn:
        for block in (slice(0, 3), slice(3, 6)):
            before = np.unique(values[:, block].round(6), axis=0, return_counts=True)
            after = np.unique(one[:, block].round(6), axis=0, return_counts=True)
            assert np.array_equal(before[0], after[0])
            assert np.array_equal(before[1], after[1])
    kept = np.mean([np.corrcoef(one.T) for one in drawn], axis=0)
    assert np.abs(kept - observed).max() < 0.2


def test_long_tails_are_kept_and_peaks_are_not(rng):
    counts = rng.negative_binomial(1, 0.05, N).astype(float)
    peaks = np.where(np.arange(N) % 2, 100, 20) + rng.integers(0, 10, N)
    raw = np.column_stack([counts, peaks, rng.normal(size=N)])
    layer = Layer("m", pd.DataFrame(raw, columns=["c", "p", "x"]))
    encodings = ["count", "count", "continuous"]
    table = pd.DataFrame(
        {
            "feature": ["c", "p", "x"],
            "encoding": encodings,
            "transform": layer.transform,
            "made_of": ["c", "p", "x"],
        }
    )
    values = scaled(raw)
    making = Making.of(table, values, features=["c", "p", "x"])
    assert making.skewed.tolist() == [True, False, False]
    assert not making.is_plain
    tail = skewed_quantiles(values[:, 0])
    assert np.corrcoef(tail, np.sort(values[:, 0]))[0, 1] > 0.97
    logged = Making.of(table.assign(transform="log2"), values, features=["c", "p", "x"])
    assert logged.is_plain


@pytest.mark.parametrize("family", ["clinical", "clinical_omics"])
def test_random_columns_of_all_kinds_are_not_supported(family):
    found = [
        judge_task(Task(family, 60, number, "brief"), seed=3)["verdict"]
        for number in range(8)
    ]
    assert found.count("supported") == 0
