from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from genostrat.profile.features import Layer, build_profile
from genostrat.strata.clustering.focus import find_focus, layers_in_focus
from genostrat.strata.clustering.rotation import LEFT_OUT, rotate
from genostrat.strata.cohort import prepare_cohort
from genostrat.strata.evidence.nulls import layer_null
from genostrat.strata.evidence.resampling import ResamplingPart
from genostrat.strata.evidence.selection import select_strata
from genostrat.strata.evidence.statistics import Statistics
from genostrat.strata.handover import cluster_cohort, cluster_part, gather_parts
from genostrat.strata.settings import ClusteringSettings

QUICK = ClusteringSettings(ks=(2, 3), resamples=50, null_simulations=40)


def grouped(seed, *, n=120, p=100, moved=8, step=2.0):
    rng = np.random.default_rng(seed)
    truth = np.repeat([0, 1], [n // 2, n - n // 2])
    values = rng.normal(size=(n, p))
    signs = rng.choice([-1, 1], moved)
    values[:, :moved] += step * np.outer(truth, signs)
    return (values - values.mean(axis=0)) / values.std(axis=0, ddof=1), truth


def cohort_of(values):
    """Return the tables of a profile of two layers of one size."""
    ids = [f"P{i:03d}" for i in range(len(values))]
    half = values.shape[1] // 2
    layers = [
        Layer(name, pd.DataFrame(part, index=ids).add_prefix("f"))
        for name, part in (("a", values[:, :half]), ("b", values[:, half:]))
    ]
    profile = build_profile(
        layers,
        pd.DataFrame({"sample_id": ids}),
        adjust_for=[],
        training_ids=set(ids),
        max_features=1000,
        max_missing_rate=0.2,
    )
    used = profile.dictionary[profile.dictionary["status"] == "used"]
    return profile.features, used, profile.coverage


def test_the_features_that_groups_move_are_the_focus():
    values, _ = grouped(1)
    assert np.flatnonzero(find_focus(values)).tolist() == list(range(8))


def test_noise_has_no_focus_in_19_of_20_cohorts():
    found = [
        find_focus(np.random.default_rng(seed).normal(size=(80, 60)))
        for seed in range(60)
    ]
    assert sum(focus is not None for focus in found) <= 6


@pytest.mark.parametrize("moved", [2, 60])
def test_two_features_or_most_of_them_are_no_focus(moved):
    values, _ = grouped(2, moved=moved)
    assert find_focus(values) is None


def test_levels_of_one_column_do_not_hang_together():
    rng = np.random.default_rng(3)
    levels = np.eye(3)[rng.integers(0, 3, 120)]
    values = np.column_stack([levels, rng.normal(size=(120, 30))])
    values = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    origins = ["clinical:smoking"] * 3 + [f"rna:f{i}" for i in range(30)]
    assert find_focus(values) is not None
    assert find_focus(values, origins=origins) is None


def test_features_left_out_weigh_nothing_and_the_rest_is_as_if_alone():
    values, _ = grouped(4, p=40)
    layers = layers_in_focus(["a"] * 20 + ["b"] * 20, find_focus(values))
    assert layers.count("a") == 8
    assert layers.count(LEFT_OUT) == 32
    whole, alone = rotate(values, layers=layers), rotate(values[:, :8])
    assert np.allclose(np.abs(whole.scores), np.abs(alone.scores))
    assert not whole.weights[8:].any()
    assert not whole.loadings[8:].any()


def test_gaussian_cohorts_without_groups_have_the_same_focus():
    values, _ = grouped(5, n=90, p=60)
    drawn = []
    draw = layer_null(
        values,
        unmeasured=np.zeros(values.shape, dtype=bool),
        build=lambda simulated: drawn.append(simulated),
    )
    for seed in range(5):
        draw(np.random.default_rng(seed))
    expected = find_focus(values)
    assert expected.any()
    for simulated in drawn:
        assert np.array_equal(find_focus(simulated), expected)


def test_groups_in_8_of_100_features_of_one_of_two_layers_are_found():
    values, truth = grouped(6)
    selection, ids, record = cluster_cohort(
        *cohort_of(values), unrelated=None, settings=QUICK, threads=1
    )
    assert record["focus"] == [f"a:f{i}" for i in range(8)]
    assert record["n_focus_tried"] == 8
    row = selection.table.set_index("k").loc[selection.k]
    assert (selection.k, row["evidence"]) == (2, "full")
    assert [int(name[1:]) for name in ids] == list(range(120))
    assert adjusted_rand_score(truth, selection.labels) > 0.9


def test_two_sets_of_features_make_the_tests_twice_as_strict():
    values, _ = grouped(7, p=40)
    prepared = prepare_cohort(*cohort_of(values), unrelated=None, settings=QUICK)
    assert prepared.n_views == 2
    part = cluster_part(prepared.focused)
    given = {
        "observed": Statistics(np.array([0.3, 0.4]), np.array([-0.3, -0.4])),
        "null": Statistics.stack(part.null),
        "settings": prepared.settings,
    }
    scores = prepared.focused.space.scores
    once, twice = (
        select_strata(scores, part.resampled, n_views=views, **given).table
        for views in (1, 2)
    )
    for name in ("p_value", "joint_p", "sigclust_p"):
        assert np.allclose(twice[name], np.minimum(1, 2 * once[name]))
    less = once["valley"] - np.log(2)
    assert np.allclose(twice["valley"], less, equal_nan=True)


def test_parts_carry_what_they_found_in_the_focus():
    values, _ = grouped(8, p=60)
    tables = cohort_of(values)
    prepared = prepare_cohort(*tables, unrelated=None, settings=QUICK)
    parts = [cluster_part(prepared, part=part, parts=2) for part in range(2)]
    again = [ResamplingPart.from_arrays(part.to_arrays()) for part in parts]
    one, record = gather_parts(prepared, again)
    other, expected = gather_parts(prepared, [cluster_part(prepared)])
    assert record["focus"] == expected["focus"] != []
    pd.testing.assert_frame_equal(one.table, other.table)


def test_other_ways_of_fusing_layers_look_at_them_whole():
    values, _ = grouped(9, p=60)
    settings = replace(QUICK, fusion="late")
    prepared = prepare_cohort(*cohort_of(values), unrelated=None, settings=settings)
    assert prepared.focused is None
    assert prepared.n_views == 1
