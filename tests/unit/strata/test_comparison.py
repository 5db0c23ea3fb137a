from math import comb

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from genostrat.registry.words.strata import ALGORITHMS, FUSIONS
from genostrat.strata.description.comparison import (
    Grouping,
    compare_groupings,
    count_labels,
    label_groupings,
    other_groupings,
    strata_grouping,
    tabulate_groupings,
)
from genostrat.strata.settings import ClusteringSettings

N = 60
HOSTILE = "<script>alert(1)</script>'\";$(x)"


@pytest.fixture
def rng():
    return np.random.default_rng(17)


def make_grouping(groups, *, name="strata", kind="strata", ids=None):
    ids = [f"p{i:03d}" for i in range(len(groups))] if ids is None else ids
    return Grouping(name, kind, pd.Series(list(groups), index=ids))


def ari_by_pairs(one, other):
    """Count every pair of patients, as Hubert and Arabie define the index."""
    together = [0, 0, 0]
    for i in range(len(one)):
        for j in range(i):
            first, second = one[i] == one[j], other[i] == other[j]
            together[0] += first and second
            together[1] += first
            together[2] += second
    both, first, second = together
    expected = first * second / comb(len(one), 2)
    return (both - expected) / ((first + second) / 2 - expected)


def two_layers(rng, *, k=2):
    """Make two layers of planted groups; the second did not measure ten patients."""
    truth = np.arange(N) % k
    values = rng.normal(size=(N, 24))
    values[:, :6] += 4 * truth[:, None]
    values[:, 12:18] += 4 * truth[:, None]
    measured = {"a": np.ones(N, dtype=bool), "b": np.arange(N) >= 10}
    values[:10, 12:] = values[10:, 12:].mean(axis=0)
    return values, ["a"] * 12 + ["b"] * 12, measured, truth


def settings(**changes):
    return ClusteringSettings(ks=(2,), resamples=100, seed=1, cohort="c", **changes)


def group(values, layers, measured, *, ids=None, **changes):
    return other_groupings(
        values,
        sample_ids=ids or [f"p{i:03d}" for i in range(N)],
        layers=layers,
        measured=measured,
        k=2,
        settings=settings(**changes),
    )


def test_indices_are_those_of_counting_every_pair_and_of_scikit_learn(rng):
    one, other = rng.choice(list("abc"), 40), rng.choice(list("xy"), 40)
    pair = [make_grouping(one), make_grouping(other, name="label:l", kind="label")]
    row = compare_groupings(pair).iloc[0]
    assert row["ari"] == pytest.approx(ari_by_pairs(one, other), abs=1e-8)
    assert row["ari"] == pytest.approx(adjusted_rand_score(one, other), abs=1e-8)
    ami = adjusted_mutual_info_score(one, other)
    assert row["ami"] == pytest.approx(ami, abs=1e-8)
    assert (row["n"], row["k_1"], row["k_2"]) == (40, 3, 2)


def test_only_patients_that_both_divide_count(rng):
    one, other = rng.choice(list("ab"), 30), rng.choice(list("ab"), 30)
    ids = [f"p{i:03d}" for i in range(30)]
    pair = [
        make_grouping(one[:20], ids=ids[:20]),
        make_grouping(other[8:], ids=ids[8:], name="label:l", kind="label"),
    ]
    row = compare_groupings(pair).iloc[0]
    assert row["n"] == 12
    assert row["ari"] == pytest.approx(
        adjusted_rand_score(one[8:20], other[8:20]), abs=1e-8
    )


def test_names_of_groups_and_the_order_of_patients_do_not_matter(rng):
    one, other = rng.choice(list("abc"), 40), rng.choice(list("abc"), 40)
    ids = np.array([f"p{i:03d}" for i in range(40)])
    plain = compare_groupings(
        [make_grouping(one, ids=ids), make_grouping(other, ids=ids, name="x")]
    )
    order = rng.permutation(40)
    renamed = [{"a": HOSTILE, "b": "", "c": "é"}[group] for group in other[order]]
    turned = compare_groupings(
        [make_grouping(one, ids=ids), make_grouping(renamed, ids=ids[order], name="x")]
    )
    pd.testing.assert_frame_equal(plain, turned)


def test_a_grouping_agrees_with_itself_and_the_index_is_symmetric(rng):
    one, other = rng.choice(list("abc"), 40), rng.choice(list("abc"), 40)
    both = [make_grouping(one), make_grouping(other, name="x")]
    same = [make_grouping(one), make_grouping(one, name="x")]
    assert compare_groupings(same)[["ari", "ami"]].to_numpy().tolist() == [[1, 1]]
    forth, back = compare_groupings(both), compare_groupings(both[::-1])
    assert forth["ari"].tolist() == back["ari"].tolist()


def test_every_two_groupings_have_one_row():
    groupings = [make_grouping("ab", name=name) for name in "vwxyz"]
    table = compare_groupings(groupings)
    pairs = {
        frozenset(pair)
        for pair in zip(table.partition_1, table.partition_2, strict=True)
    }
    assert len(pairs) == len(table) == 10


@pytest.mark.parametrize("shared", [0, 1])
def test_fewer_than_two_patients_leave_the_index_blank(shared):
    pair = [
        make_grouping("ab", ids=["p", "q"]),
        make_grouping("ab", ids=["p", "r"] if shared else ["r", "s"], name="x"),
    ]
    row = compare_groupings(pair).iloc[0]
    assert row["n"] == shared
    assert np.isnan(row["ari"])
    assert np.isnan(row["ami"])


@pytest.mark.parametrize(("groups", "index"), [("xy", 1), ("aa", 0)])
def test_two_patients_are_enough_for_the_index(groups, index):
    """Apart in both groupings, they agree; apart in one and together in the other not.

    Of one pair chance expects what is there: of alike partitions the index is 1 by
    definition, of others 0.
    """
    pair = [make_grouping("ab"), make_grouping(groups, name="x")]
    row = compare_groupings(pair).iloc[0]
    assert (row["n"], row["k_1"], row["k_2"]) == (2, 2, len(set(groups)))
    assert (row["ari"], row["ami"]) == (index, index)


def test_no_grouping_gives_a_table_with_its_columns():
    assert compare_groupings([]).empty
    assert "ari" in compare_groupings([make_grouping("ab")]).columns


def test_ambiguous_patients_count_with_the_strata_and_excluded_ones_do_not():
    assignments = pd.DataFrame(
        {
            "sample_id": ["a", "b", "c"],
            "stratum": ["S1", "S2", ""],
            "status": ["assigned", "ambiguous", "excluded"],
        }
    )
    got = strata_grouping(assignments, sample_ids=["a"], labels=np.array([0]))
    assert got.groups.to_dict() == {"a": "S1", "b": "S2"}


def test_without_strata_the_best_partition_stands_in_named_by_size():
    assignments = pd.DataFrame(
        {"sample_id": list("abcde"), "stratum": [""] * 5, "status": ["assigned"] * 5}
    )
    got = strata_grouping(
        assignments, sample_ids=list("abcd"), labels=np.array([3, 7, 7, 7])
    )
    assert got.groups.to_dict() == {"a": "C2", "b": "C1", "c": "C1", "d": "C1"}


def test_every_choice_finds_planted_groups(rng):
    values, layers, measured, truth = two_layers(rng)
    got = {one.name: one for one in group(values, layers, measured)}
    wanted = [f"algorithm:{name}" for name in ALGORITHMS] + ["layer:a", "layer:b"]
    wanted += [f"fusion:{name}" for name in FUSIONS if name != "joint"]
    assert list(got) == wanted
    for name, one in got.items():
        at = [int(i.removeprefix("p")) for i in one.groups.index]
        if name == "layer:b":
            assert at == list(range(10, N)), "of those that the layer measured"
        if name != "fusion:late":
            assert adjusted_rand_score(truth[at], one.groups) > 0.8, name
        assert set(one.groups) == {"C1", "C2"}, name


def test_one_layer_is_compared_by_algorithm_only(rng):
    values, _, measured, _ = two_layers(rng)
    got = group(values, ["a"] * 24, {"a": measured["a"]})
    assert [one.kind for one in got] == ["algorithm"] * len(ALGORITHMS)


def test_a_layer_that_cannot_hold_the_groups_is_left_out(rng):
    values, layers, measured, _ = two_layers(rng)
    few = measured | {"b": np.arange(N) < 9}
    assert "layer:b" not in [one.name for one in group(values, layers, few)]
    values[10:, 12:] = 1.5
    assert "layer:b" not in [one.name for one in group(values, layers, measured)]


def test_the_same_data_give_the_same_groups_whatever_was_drawn_before(rng):
    values, layers, measured, _ = two_layers(rng)
    first = group(values, layers, measured)
    np.random.default_rng().normal(size=9)
    again = group(values, layers, measured)
    for one, other in zip(first, again, strict=True):
        pd.testing.assert_series_equal(one.groups, other.groups)


def test_labels_of_the_sheet_are_taken_as_they_are():
    sheet = pd.DataFrame({"sample_id": ["a", "b", "c"], "l": [HOSTILE, "", "y"]})
    (got,) = label_groupings(sheet, labels=["l"])
    assert got.name == "label:l"
    assert got.groups.to_dict() == {"a": HOSTILE, "c": "y"}


def test_counts_of_labels_are_a_cross_table(rng):
    strata, levels = rng.choice(["S1", "S2"], 50), rng.choice(list("xyz"), 50)
    label = make_grouping(levels, name="label:l", kind="label")
    table = count_labels(make_grouping(strata), [label])
    oracle = pd.crosstab(levels, strata)
    assert table["n"].sum() == 50
    for level, stratum, n in table[["level", "stratum", "n"]].itertuples(index=False):
        assert oracle.loc[level, stratum] == n
    assert count_labels(make_grouping(strata), []).columns.tolist() == [
        "label",
        "level",
        "stratum",
        "n",
    ]


def test_partitions_have_a_row_for_every_patient_of_the_sheet():
    strata = make_grouping(["S1"], ids=["b"])
    got = tabulate_groupings([strata], sample_ids=["a", "b"])
    assert got.to_dict("list") == {"sample_id": ["a", "b"], "strata": ["", "S1"]}
