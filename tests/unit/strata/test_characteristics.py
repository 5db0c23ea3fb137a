import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact, ttest_ind

from genostrat.stats.effects import standardised_difference
from genostrat.strata.clustering.rotation import rotate
from genostrat.strata.description import characteristics
from genostrat.strata.description.characteristics import (
    assign_without,
    describe_sheet,
    group_p,
    split_sample_p,
)
from genostrat.strata.description.table import describe_cohort

N, P = 120, 30


@pytest.fixture
def rng():
    return np.random.default_rng(29)


@pytest.fixture
def grouped(rng):
    truth = np.arange(N) % 2
    values = rng.normal(size=(N, P))
    values[:, :10] += 2.5 * truth[:, None]
    return (values - values.mean(axis=0)) / values.std(axis=0, ddof=1), truth


def test_leaving_a_feature_out_equals_doing_so_by_hand(rng):
    values = rng.normal(size=(20, 6))
    rotation = rotate(rng.normal(size=(30, 6)))
    centres = rng.normal(size=(3, 6))
    got = assign_without(values, centres, rotation=rotation)
    for feature in range(6):
        kept = np.arange(6) != feature
        loadings = rotation.loadings[kept]
        points = ((values - rotation.centre) * rotation.weights)[:, kept] @ loadings
        anchors = ((centres - rotation.centre) * rotation.weights)[:, kept] @ loadings
        gaps = ((points[:, None] - anchors) ** 2).sum(axis=2)
        assert np.array_equal(got[:, feature], gaps.argmin(axis=1))


def test_sets_of_one_feature_are_left_out_as_single_features_are(rng):
    values = rng.normal(size=(20, 6))
    rotation = rotate(rng.normal(size=(30, 6)))
    centres = rng.normal(size=(3, 6))
    singles = [np.array([feature]) for feature in range(6)]
    got = assign_without(values, centres, rotation=rotation, left_out=singles)
    assert np.array_equal(got, assign_without(values, centres, rotation=rotation))


def test_leaving_a_set_out_equals_doing_so_by_hand(rng):
    values = rng.normal(size=(40, 9))
    rotation = rotate(rng.normal(size=(30, 9)), layers=["a"] * 4 + ["b"] * 5)
    centres = rng.normal(size=(3, 9))
    sets = [np.array([0, 3, 4]), np.array([8]), np.arange(7)]
    got = assign_without(values, centres, rotation=rotation, left_out=sets)
    for column, left_out in enumerate(sets):
        kept = ~np.isin(np.arange(9), left_out)
        points = ((values - rotation.centre) * rotation.weights)[:, kept]
        anchors = ((centres - rotation.centre) * rotation.weights)[:, kept]
        gaps = (points[:, None] - anchors) @ rotation.loadings[kept]
        assert np.array_equal(got[:, column], (gaps**2).sum(axis=2).argmin(axis=1))


def test_blocks_of_sets_change_no_p_value(rng, grouped, monkeypatch):
    values, truth = grouped
    words = {
        "layers": ["a"] * P,
        "tested": values,
        "left_out": [np.array([i]) for i in range(P)],
    }
    one = split_sample_p(values, truth, rng=np.random.default_rng(1), **words)
    monkeypatch.setattr(characteristics, "BLOCK", 7)
    other = split_sample_p(values, truth, rng=np.random.default_rng(1), **words)
    assert np.array_equal(one, other)


def test_group_p_is_the_larger_of_welch_and_student(rng):
    values = rng.normal(size=(40, 3)) * np.array([1.0, 3.0, 1.0])
    assigned = rng.integers(0, 2, size=(40, 3)).astype(np.int8)
    values[assigned == 1] *= 2
    assigned[:, 2] = 0
    assigned[:2, 2] = 1
    got = group_p(values, assigned, k=2)
    for test in range(2):
        inside = assigned[:, test] == 1
        sides = values[inside, test], values[~inside, test]
        both = [ttest_ind(*sides, equal_var=equal).pvalue for equal in (True, False)]
        assert got[1, test] == pytest.approx(max(both))
        assert got[0, test] == pytest.approx(max(both))
    assert np.isnan(got[:, 2]).all()


def test_a_rare_value_that_a_small_group_happens_to_lack_is_not_significant():
    values = np.zeros((200, 1))
    values[:12] = 1.0
    assigned = np.zeros((200, 1), dtype=np.int8)
    assigned[-50:] = 1
    welch = ttest_ind(values[-50:, 0], values[:-50, 0], equal_var=False).pvalue
    fisher = fisher_exact([[0, 50], [12, 138]]).pvalue
    got = group_p(values, assigned, k=2)[1, 0]
    assert welch < 0.001 < 0.03 < got
    assert got == pytest.approx(fisher, abs=0.02)


def test_patients_without_a_clear_stratum_are_tested_too(rng):
    # Who is clear depends on all features: among the clear alone, unrelated features
    # hang together.
    everyone, clear = [], []
    for _ in range(8):
        values = rng.normal(size=(100, 6))
        ids = [f"{i:03d}" for i in range(100)]
        along = rotate(values).scores[:, 0]
        features = pd.DataFrame(values, columns=[f"rna:g{i}" for i in range(6)])
        features.insert(0, "sample_id", ids)
        table = pd.DataFrame(
            {
                "sample_id": ids,
                "stratum": np.where(along > 0, "S1", "S2"),
                "status": np.where(np.abs(along) > 0.5, "assigned", "ambiguous"),
                "found_in": "training",
            }
        )
        sheet = pd.DataFrame({"sample_id": ids})
        for found, chosen in (
            (everyone, table),
            (clear, table[table["status"] == "assigned"]),
        ):
            held = features[features["sample_id"].isin(chosen["sample_id"])]
            got = describe_cohort(
                held, sheet, chosen, layers=["rna"] * 6, exclude=[], rng=rng
            )
            found += list(got["p_value"])
    assert np.mean(np.array(everyone) <= 0.05) <= 0.05
    assert np.mean(np.array(clear) <= 0.05) > 0.2


def test_split_sample_p_finds_what_differs_and_spares_what_does_not(rng, grouped):
    values, truth = grouped
    p = split_sample_p(values, truth, layers=["a"] * P, rng=rng)
    assert (p[:, :10] < 0.001).all()
    assert (p[:, 10:] <= 0.05).mean() <= 0.06
    assert p.shape == (2, P)


def test_split_sample_p_holds_in_noise_where_testing_the_same_patients_does_not(rng):
    naive, split = [], []
    for _ in range(6):
        values = rng.normal(size=(60, 20))
        labels = (rotate(values).scores[:, 0] > 0).astype(np.intp)
        test = ttest_ind(values[labels == 0], values[labels == 1], equal_var=False)
        naive += list(test.pvalue)
        split += list(split_sample_p(values, labels, layers=["a"] * 20, rng=rng)[0])
    assert np.mean(np.array(naive) <= 0.05) > 0.2
    assert np.nanmean(np.array(split) <= 0.05) <= 0.05


def test_sheet_columns_equal_scipy_and_skip_the_excluded(rng):
    strata = pd.Series(rng.choice(["S1", "S2", "S3", ""], N))
    sheet = pd.DataFrame(
        {
            "sample_id": [str(i) for i in range(N)],
            "age": rng.integers(20, 80, N).astype(str),
            "sex": rng.choice(["male", "female"], N),
            "centre": rng.choice(["a", "b", "c"], N),
            "notes": [f"free text {i}" for i in range(N)],
            "responded": rng.choice(["0", "1"], N),
        }
    )
    sheet.loc[::9, "age"] = ""
    got = describe_sheet(sheet, strata, exclude=["sample_id", "responded"])
    assert set(got["feature"]) == {
        "age",
        "sex=male",
        "centre=a",
        "centre=b",
        "centre=c",
    }
    one = got.set_index(["feature", "stratum"])
    age = pd.to_numeric(sheet["age"].replace("", None))
    inside, rest = strata == "S2", strata.isin(["S1", "S3"])
    expected = ttest_ind(age[inside].dropna(), age[rest].dropna(), equal_var=False)
    assert one.loc[("age", "S2"), "p_value"] == pytest.approx(expected.pvalue)
    counts = pd.crosstab(inside[strata != ""], sheet["sex"][strata != ""])
    expected = fisher_exact(counts.to_numpy())
    assert one.loc[("sex=male", "S2"), "p_value"] == pytest.approx(expected.pvalue)
    assert (one["ci_low"] < one["effect"]).all()


def recover_levels(table, sizes):
    """Return feature → patients who have the level, from its effects alone.

    Whoever knows how many patients the strata have tries all numbers out.
    """
    found = {}
    inside = np.arange(sum(sizes)) < sizes[0]
    first = table[table["stratum"] == "S1"].set_index("feature")["effect"]
    for feature, effect in first.items():
        for a, b in itertools.product(range(sizes[0] + 1), range(sizes[1] + 1)):
            cells = np.zeros((sum(sizes), 1))
            cells[:a] = cells[sizes[0] : sizes[0] + b] = 1
            told, _, _ = standardised_difference(cells, inside)
            if np.isclose(told[0], effect, rtol=1e-7, atol=0):
                found.setdefault(feature, set()).add(a + b)
    return found


@pytest.mark.parametrize(
    ("levels", "shown"),
    [
        ({"a": 13, "b": 14, "c": 3}, {"b"}),  # with a, the rest would be three
        ({"a": 10, "b": 14, "c": 9}, {"b"}),
        ({"a": 10, "b": 14, "c": 10}, {"a", "b", "c"}),
        ({"a": 20, "b": 6, "c": 5}, {"a"}),  # eleven in two small levels
        ({"a": 24, "b": 9}, set()),
        ({"a": 24, "b": 10}, {"b"}),  # of two levels one says all
        ({"a": 5, "b": 4}, set()),
    ],
)
def test_effects_give_no_level_of_a_few_back(levels, shown):
    column = [level for level, n in levels.items() for _ in range(n)]
    n = len(column)
    strata = pd.Series(np.where(np.arange(n) % 3, "S1", "S2"))
    sheet = pd.DataFrame({"sample_id": [str(i) for i in range(n)], "centre": column})
    got = describe_sheet(sheet, strata, exclude=["sample_id"])
    assert set(got["feature"]) == {f"centre={level}" for level in shown}
    sizes = [int((strata == name).sum()) for name in ("S1", "S2")]
    recovered = recover_levels(got, sizes)
    told = {level: levels[level] for level in shown}
    for level, count in told.items():
        assert count in recovered[f"centre={level}"], "what is shown can be worked out"
        assert min(count, n - count) >= 10
    rest = n - sum(told.values())
    assert not told or rest == 0 or rest >= 10


def test_a_number_that_nearly_nobody_has_is_not_described(rng):
    strata = pd.Series(["S1", "S2"] * 20)
    for n, is_shown in ((9, False), (10, True)):
        cells = [
            f"{value:.3f}" if i < n else "" for i, value in enumerate(rng.random(40))
        ]
        sheet = pd.DataFrame({"sample_id": "x", "crp": cells})
        got = describe_sheet(sheet, strata, exclude=["sample_id"])
        assert ("crp" in set(got["feature"])) == is_shown


def test_description_of_a_cohort(rng, grouped):
    values, truth = grouped
    ids = [f"{i:03d}" for i in range(N)]
    features = pd.DataFrame(values, columns=[f"rna:g{i}" for i in range(P)])
    features.insert(0, "sample_id", ids)
    sheet = pd.DataFrame({"sample_id": ids[::-1], "age": [str(i) for i in range(N)]})
    assignments = pd.DataFrame(
        {
            "sample_id": ids,
            "stratum": np.where(truth == 1, "S1", "S2"),
            "status": ["ambiguous"] * 5 + ["assigned"] * (N - 5),
            "found_in": "training",
        }
    )
    got = describe_cohort(
        features, sheet, assignments, layers=["rna"] * P, exclude=[], rng=rng
    )
    effects = got.set_index(["feature", "stratum"])["effect"]
    assert effects["rna:g0", "S1"] > 1.5
    assert effects["rna:g0", "S1"] == pytest.approx(-effects["rna:g0", "S2"])
    assert len(got) == 2 * (P + 1)
    tested = got["p_value"].notna()
    assert (got.loc[~tested, "valid_because"].str.startswith("defined")).all()
    age = got.set_index(["feature", "stratum"]).loc[("age", "S1")]
    assert age["valid_because"] == "not used to find the strata"
    none = assignments.assign(stratum="", status="assigned")
    empty = describe_cohort(
        features, sheet, none, layers=["rna"] * P, exclude=[], rng=rng
    )
    assert empty.empty
    assert set(empty.columns) == set(got.columns)
