import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact, ttest_ind

from genostrat.strata.characteristics import (
    assign_without_each,
    describe_sheet,
    split_sample_p,
)
from genostrat.strata.description import describe_cohort
from genostrat.strata.rotation import rotate

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
    got = assign_without_each(values, centres, rotation=rotation)
    for feature in range(6):
        kept = np.arange(6) != feature
        loadings = rotation.loadings[kept]
        points = ((values - rotation.centre) * rotation.weights)[:, kept] @ loadings
        anchors = ((centres - rotation.centre) * rotation.weights)[:, kept] @ loadings
        gaps = ((points[:, None] - anchors) ** 2).sum(axis=2)
        assert np.array_equal(got[:, feature], gaps.argmin(axis=1))


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
