import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from genostrat.disclosure.estimates import midmeans
from genostrat.errors import GenostratError
from genostrat.profile.adjustment import Adjustment
from genostrat.profile.covariates import design_matrix, fit_covariates
from genostrat.profile.features import Layer, build_profile
from genostrat.profile.screening import encoding_of
from genostrat.profile.transforms import (
    fit_reference,
    size_factors,
    transform_values,
)

N = 60


def cohort(rng, n=N):
    return pd.DataFrame(
        {
            "sample_id": [f"p{i:03d}" for i in range(n)],
            "sex": rng.choice(["male", "female"], n),
            "age": rng.integers(30, 80, n).astype(str),
            "batch": rng.choice(["1", "2", "3"], n),
        }
    )


def layer(rng, table, n_features=8, **kwargs):
    values = rng.normal(size=(len(table), n_features))
    columns = [f"g{i}" for i in range(n_features)]
    frame = pd.DataFrame(values, index=table["sample_id"].to_numpy(), columns=columns)
    return Layer("rna", frame, **kwargs)


def build(layers, table, **changes):
    settings = {
        "adjust_for": ["sex", "age", "batch"],
        "training_ids": set(table["sample_id"]),
        "max_features": 100,
        "max_missing_rate": 0.2,
    }
    return build_profile(layers, table, **(settings | changes))


def values_of(frame):
    return frame.drop(columns="sample_id").to_numpy()


def test_adjusted_features_equal_scaled_residuals_of_least_squares(rng):
    table = cohort(rng)
    data = layer(rng, table)
    got = values_of(build([data], table).features)
    design = np.column_stack(
        [
            np.ones(N),
            table["age"].astype(float),
            table["sex"] == "male",
            *[table["batch"] == b for b in "12"],
        ]
    ).astype(float)
    raw = data.values.to_numpy()
    left = raw - design @ np.linalg.lstsq(design, raw)[0]
    assert np.allclose(got, left / left.std(axis=0, ddof=1))


def test_batch_numbers_are_names_not_amounts(rng):
    table = cohort(rng)
    data = layer(rng, table)
    data.values.iloc[:, 0] += np.where(table["batch"] == "2", 5.0, 0.0)
    adjusted = values_of(build([data], table).features)[:, 0]
    means = [adjusted[table["batch"] == b].mean() for b in "123"]
    assert np.allclose(means, 0, atol=1e-9)


def test_everything_is_learnt_from_training_patients_only(rng):
    table = cohort(rng)
    data = layer(rng, table)
    training = set(table["sample_id"][:40])
    before = build([data], table, training_ids=training)
    data.values.iloc[40:] *= 100
    after = build([data], table, training_ids=training)
    record, arrays = before.adjustment.to_parts()
    other_record, other_arrays = after.adjustment.to_parts()
    assert record == other_record
    assert all(np.array_equal(arrays[k], other_arrays[k]) for k in arrays)
    trained = values_of(after.features)[:40]
    assert np.allclose(trained.mean(axis=0), 0)
    assert np.allclose(trained.std(axis=0, ddof=1), 1)


def test_one_new_patient_gets_what_the_cohort_gave(rng):
    table = cohort(rng)
    rna = layer(rng, table, transform="rank")
    counts = pd.DataFrame(
        rng.poisson(20, (N, 4)).astype(float),
        index=table["sample_id"].to_numpy(),
        columns=list("abcd"),
    )
    rna.values.iloc[3, 2] = np.nan
    profile = build([rna, Layer("counts", counts, "log2")], table)
    record, arrays = profile.adjustment.to_parts()
    frozen = Adjustment.from_parts(record, arrays)
    raw = np.concatenate([rna.values.to_numpy(), counts.to_numpy()], axis=1)
    for patient in range(N):
        one = frozen.adjust(
            frozen.transform(raw[[patient]]), table.iloc[[patient]].reset_index()
        )
        assert np.allclose(one[0], values_of(profile.features)[patient], atol=1e-12)


def test_missing_value_carries_no_trace_of_covariates(rng):
    table = cohort(rng)
    data = layer(rng, table)
    data.values.iloc[:, 0] += 5 * (table["sex"] == "male").to_numpy()
    data.values.iloc[:6, 0] = np.nan
    profile = build([data], table)
    filled = values_of(profile.features)[:6, 0]
    assert np.ptp(filled) == pytest.approx(0, abs=1e-12)
    measured = data.values.iloc[6:, 0]
    expected = midmeans(measured.to_numpy()[:, None])
    assert np.allclose(profile.raw.iloc[:6, 1], expected)
    assert profile.dictionary.set_index("feature")["n_missing"]["rna:g0"] == 6


def test_dictionary_says_what_became_of_every_feature(rng):
    table = cohort(rng)
    data = layer(rng, table).values
    data["constant"] = 3.0
    data["copy"] = data["g0"]
    data["holes"] = np.where(np.arange(N) < 20, np.nan, data["g1"])
    data["sexlike"] = (table["sex"] == "male").to_numpy().astype(float)
    data["small"] = rng.normal(size=N) * 0.001
    profile = build([Layer("rna", data)], table, max_features=8)
    status = profile.dictionary.set_index("source_name")["status"]
    assert status["constant"] == "constant"
    assert status["copy"] == "duplicate"
    assert status["holes"] == "missing"
    assert status["sexlike"] == "explained"
    assert status["small"] == "low_variance"
    used = profile.dictionary.query("status == 'used'")["feature"].tolist()
    assert used == profile.features.columns[1:].tolist()
    encoding = profile.dictionary.set_index("source_name")["encoding"]
    assert (encoding["sexlike"], encoding["g0"]) == ("binary", "continuous")


def test_encodings():
    assert encoding_of(np.array([0, 1, 1, np.nan])) == "binary"
    assert encoding_of(np.tile([0, 0.25, 0.5, 1], 5)) == "discrete"
    assert encoding_of(np.concatenate([np.zeros(30), np.arange(20)])) == "sparse"
    assert encoding_of(np.concatenate([np.zeros(10), np.arange(20)])) == "spiked"
    assert encoding_of(np.arange(30.0)) == "count"
    assert encoding_of(np.linspace(0, 1, 30)) == "proportion"
    assert encoding_of(np.linspace(0, 2, 30)) == "continuous"
    assert encoding_of(np.arange(-5.0, 25)) == "continuous"


def test_selection_is_by_what_adjustment_left(rng):
    table = cohort(rng)
    data = layer(rng, table, n_features=3)
    data.values.iloc[:, 0] *= 0.5
    data.values.iloc[:, 0] += 10 * (table["batch"] == "1").to_numpy()
    profile = build([data], table, max_features=2)
    assert profile.features.columns.tolist() == ["sample_id", "rna:g1", "rna:g2"]


def test_patients_without_any_value_are_left_out_and_partial_overlap_is_kept(rng):
    table = cohort(rng)
    first = Layer("a", layer(rng, table).values.iloc[:40])
    second = Layer("b", layer(rng, table).values.iloc[20:55])
    profile = build([first, second], table)
    assert profile.features["sample_id"].tolist() == sorted(table["sample_id"])[:55]
    only_b = values_of(profile.features)[45, :8]
    assert np.allclose(only_b, values_of(profile.features)[50, :8])


def test_unseen_level_and_unknown_covariates_count_as_average(rng):
    table = cohort(rng)
    encoding = fit_covariates(
        table, names=["sex", "age", "batch"], training=np.ones(N, dtype=bool)
    )
    new = pd.DataFrame({"sex": [""], "batch": ["9"]})
    assert np.array_equal(design_matrix(new, encoding), np.zeros((1, 6)))
    assert np.allclose(design_matrix(table, encoding).mean(axis=0), 0)


def test_rare_level_gets_no_coefficient(rng):
    table = cohort(rng)
    table.loc[:2, "batch"] = "tiny"
    (encoding,) = fit_covariates(
        table, names=["batch"], training=np.ones(N, dtype=bool)
    )
    assert encoding.levels == ("1", "2", "3")


def test_aliased_covariates_do_not_break_the_fit(rng):
    table = cohort(rng)
    table["centre"] = "c" + table["batch"]
    data = layer(rng, table)
    one = build([data], table, adjust_for=["batch"])
    both = build([data], table, adjust_for=["batch", "centre"])
    assert np.allclose(values_of(one.features), values_of(both.features))


def test_too_few_patients_for_the_covariates(rng):
    table = cohort(rng, n=12)
    with pytest.raises(GenostratError, match="adjust_for"):
        build([layer(rng, table)], table)


def test_a_column_of_names_is_one_where_the_training_patients_have_numbers(rng):
    table = cohort(rng).assign(plate=[str(i % 7) for i in range(N)])
    whom = {"names": ["plate"], "training": np.ones(N, dtype=bool)}
    (number,) = fit_covariates(table, **whom)
    (name,) = fit_covariates(table, **whom, kinds={"plate": "category"})
    assert (number.kind, name.kind) == ("number", "category")


def test_rank_is_within_the_patient_and_skips_missing_values():
    values = np.array([[5.0, np.nan, -1.0, 7.0], [1, 2, 2, 9]])
    got = transform_values(values, transform="rank")
    assert np.allclose(got[0, [0, 2, 3]], norm.ppf([2 / 4, 1 / 4, 3 / 4]))
    assert np.isnan(got[0, 1])
    assert np.allclose(got[1], norm.ppf([1 / 5, 2.5 / 5, 2.5 / 5, 4 / 5]))


def test_order_of_patients_does_not_matter(rng):
    table = cohort(rng)
    data = layer(rng, table)
    shuffled = data.values.sample(frac=1, random_state=3)
    one = build([data], table)
    other = build([Layer("rna", shuffled)], table.sample(frac=1, random_state=4))
    pd.testing.assert_frame_equal(one.features, other.features)


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def counted(rng, *, n=40, p=60):
    """Return counts of patients of unequal depth, and the depths."""
    depth = np.exp(rng.normal(0, 1, n))
    means = np.exp(rng.normal(5, 1, p))
    return rng.poisson(depth[:, None] * means).astype(float), depth


def test_counts_are_divided_by_the_median_of_ratios(rng):
    values, depth = counted(rng)
    # A tenth of the features is high in half of the patients: a total follows it.
    values[:20, :6] *= 20
    reference = fit_reference(values, transform="counts")
    factors = size_factors(values, reference=reference)
    assert np.std(np.log(factors / depth)) < 0.05
    assert np.std(np.log(values.sum(axis=1) / depth)) > 0.3
    got = transform_values(values, transform="counts")
    assert np.allclose(got, np.log2(values / factors[:, None] + 1))
    values[0, 0] = np.nan
    assert np.isnan(transform_values(values, transform="counts")[0, 0])
    assert size_factors(np.zeros((1, 60)), reference=reference).tolist() == [1]


def test_a_new_patients_counts_are_normalised_alone(rng):
    values, _ = counted(rng, n=60)
    table = cohort(rng).iloc[:60].reset_index(drop=True)
    ids = table["sample_id"].tolist()
    frame = pd.DataFrame(values[: len(ids)], index=ids)
    profile = build([Layer("rna", frame, "counts")], table, max_features=30)
    adjustment = profile.adjustment
    record, arrays = adjustment.to_parts()
    again = Adjustment.from_parts(record, arrays)
    columns = [int(name.removeprefix("rna:")) for name in adjustment.features]
    raw = values[: len(ids), columns]
    whole = again.adjust(again.transform(raw), table)
    assert np.allclose(whole, values_of(profile.features))
    one = again.adjust(again.transform(raw[3:4]), table.iloc[3:4])
    assert np.array_equal(one[0], whole[3])


def test_beta_values_become_m_values():
    got = transform_values(np.array([[0.5, 0.8, 0, 1, np.nan]]), transform="m_values")
    assert got[0, :2] == pytest.approx([0, 2])
    assert got[0, 2] == pytest.approx(-got[0, 3])
    assert np.isfinite(got[0, :4]).all()
    assert np.isnan(got[0, 4])
    with pytest.raises(ValueError, match="at most 1"):
        transform_values(np.array([[1.5]]), transform="m_values")
