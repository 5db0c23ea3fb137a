"""Judging partitions that hold no strata: groups of one patient, and outliers."""

import numpy as np
import pandas as pd
import pytest

from genostrat.profile.features import Layer, build_profile
from genostrat.strata.clustering.classifier import (
    MIN_PATIENTS_A_STRATUM,
    absorb_small_groups,
)
from genostrat.strata.cohort import isolated_patients
from genostrat.strata.handover import cluster_cohort
from genostrat.strata.judgement import (
    AuditedCohort,
    JudgedProfile,
    judge_partition,
)
from genostrat.strata.partition import Partition
from genostrat.strata.settings import ClusteringSettings

N, P = 60, 40


def judge(noise, *, seed, shift=0.0):
    """Cluster and judge a cohort whose patients have unequal noise."""
    rng = np.random.default_rng(seed)
    ids = [f"P{i:02d}" for i in range(N)]
    values = rng.normal(size=(N, P)) * np.asarray(noise)[:, None]
    values[: N // 2, :15] += shift
    raw = pd.DataFrame(values, index=ids, columns=[f"g{i}" for i in range(P)])
    sheet = pd.DataFrame({"sample_id": ids, "batch": rng.choice(["a", "b"], N)})
    profile = build_profile(
        [Layer("m", raw)],
        sheet,
        adjust_for=[],
        training_ids=set(ids),
        max_features=100,
        max_missing_rate=0.2,
    )
    coverage = pd.DataFrame({"sample_id": ids, "layer": "m", "n_measured": P})
    settings = ClusteringSettings(
        ks=(2, 3), resamples=40, null_simulations=40, seed=seed, cohort="c"
    )
    selection, clustered, record = cluster_cohort(
        profile.features,
        profile.dictionary[profile.dictionary["status"] == "used"],
        coverage,
        unrelated=None,
        settings=settings,
        threads=1,
    )
    return judge_partition(
        Partition(
            selection.table,
            selection.k,
            clustered,
            selection.labels,
            selection.consensus,
            n_isolated=record["n_isolated"],
        ),
        JudgedProfile(profile.features, profile.raw, ["m"] * P, profile.adjustment),
        AuditedCohort(sheet, ["batch"]),
        settings=settings,
        min_confidence=0.8,
        build=None,
        with_power=False,
    )


@pytest.mark.parametrize("seed", range(6))
def test_one_patient_of_ten_times_the_noise_is_outside_and_no_stratum(seed):
    noise = np.ones(N)
    noise[17] = 10
    found = judge(noise, seed=seed)
    assert found.verdict["verdict"] == "none"
    assert found.model is None
    status = found.assignments.set_index("sample_id")["status"]
    assert list(status.index[status == "outside_model"]) == ["P17"]
    assert set(status) == {"assigned", "outside_model"}


def test_groups_are_found_beside_patients_who_are_unlike_all_others():
    noise = np.ones(N)
    noise[[17, 41]] = 10
    found = judge(noise, seed=1, shift=2.5)
    assert (found.verdict["verdict"], found.verdict["k"]) == ("supported", 2)
    assert "2 patients are unlike all others" in " ".join(found.verdict["reasons"])
    rows = found.assignments.set_index("sample_id")
    assert (rows.loc[["P17", "P41"], "status"] == "outside_model").all()
    assert (rows.loc[["P17", "P41"], "found_in"] == "model").all()
    known = rows[rows["found_in"] == "training"]
    first = known["stratum"][known.index < "P30"]
    assert first.value_counts().max() == len(first) == 29


def test_who_is_far_from_everybody_is_set_aside_and_a_small_group_is_not():
    rng = np.random.default_rng(2)
    values = rng.normal(size=(N, P))
    assert not isolated_patients(values, layers=["m"] * P).any()
    values[:6, :20] += 12
    values[7] *= 9
    found = isolated_patients(values, layers=["m"] * P)
    assert np.flatnonzero(found).tolist() == [7]
    codes = np.repeat(np.arange(3.0), 20)[:, None]
    assert not isolated_patients(codes, layers=["m"]).any()


@pytest.mark.parametrize("seed", range(6))
def test_patients_of_unequal_noise_are_judged_and_nobody_is_lost(seed):
    noise = np.exp(np.random.default_rng(seed).normal(0, 0.7, N))
    found = judge(noise, seed=seed)
    assert found.verdict["verdict"] in {"none", "suggestive"}
    assert len(found.assignments) == N
    assert found.assignments["status"].isin(["assigned", "ambiguous"]).mean() > 0.8


def test_without_outliers_nobody_is_outside():
    outside = 0
    for seed in range(5):
        status = judge(np.ones(N), seed=seed).assignments["status"]
        outside += (status == "outside_model").sum()
    assert outside == 0


def test_small_groups_go_to_the_nearest_large_one():
    scores = np.array([[0.0]] * 6 + [[10.0]] * 6 + [[9.0]] * 2 + [[1.0]])
    labels = np.array([3] * 6 + [5] * 6 + [1] * 2 + [0])
    merged = absorb_small_groups(scores, labels)
    assert merged.tolist() == [0] * 6 + [1] * 6 + [1] * 2 + [0]
    alone = absorb_small_groups(scores, np.array([0] * 14 + [1]))
    assert not alone.any()
    sizes = np.bincount(absorb_small_groups(scores, np.arange(15) % 5))
    assert sizes.min() >= MIN_PATIENTS_A_STRATUM
