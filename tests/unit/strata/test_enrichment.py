import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control

from genostrat.stats.effects import standardised_difference
from genostrat.strata.description.enrichment import (
    SPLIT,
    enrich_strata,
    match_sets,
    score_sets,
)

N, P = 120, 40
LAYERS = ["rna"] * P


@pytest.fixture
def rng():
    return np.random.default_rng(8)


def cohort(rng, values, labels, status="assigned"):
    ids = [f"{i:03d}" for i in range(len(values))]
    values = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    names = [f"rna:g{i}" for i in range(values.shape[1])]
    features = pd.DataFrame(values, columns=names)
    features.insert(0, "sample_id", ids)
    assignments = pd.DataFrame(
        {
            "sample_id": ids,
            "stratum": [f"S{label + 1}" for label in labels],
            "status": status,
            "found_in": "training",
        }
    )
    order = rng.permutation(len(ids))
    return features, assignments.iloc[order].reset_index(drop=True)


def planted(rng):
    """Plant groups in 10 features, a weaker difference in 10, a factor in 10."""
    labels = np.arange(N) % 2
    values = rng.normal(size=(N, P))
    values[:, :10] += 2.0 * labels[:, None]
    values[:, 10:20] += 0.8 * labels[:, None]
    factor = rng.normal(size=(N, 1))
    values[:, 20:30] += factor
    return values, labels


SETS = {
    "defines": [f"g{i}" for i in range(10)],
    "differs": [f"g{i}" for i in range(10, 20)],
    "hangs together": [f"g{i}" for i in range(20, 30)],
    "few": ["g1", "g2", "ABSENT", "g1"],
    "most": [f"g{i}" for i in range(30)],
}


def run(features, assignments, rng, sets=SETS, layers=LAYERS, sizes=(5, 500)):
    table = enrich_strata(
        features, assignments, layers=layers, gene_sets=sets, sizes=sizes, rng=rng
    )
    return table.set_index(["gene_set", "stratum"])


def test_effects_are_those_of_the_mean_of_the_features(rng):
    values, labels = planted(rng)
    features, assignments = cohort(rng, values, labels)
    got = run(features, assignments, rng)
    scores = features.iloc[:, 1:].to_numpy()[:, 10:20].mean(axis=1)
    expected = standardised_difference(scores[:, None], labels == 0)
    row = got.loc[("differs", "S1"), ["effect", "ci_low", "ci_high"]]
    assert row.tolist() == pytest.approx([float(part[0]) for part in expected])
    tested = got["p_value"].notna()
    adjusted = false_discovery_control(got.loc[tested, "p_value"])
    assert got.loc[tested, "p_adjusted"].to_numpy() == pytest.approx(adjusted)


def test_what_other_features_show_is_found_and_what_they_do_not_is_not(rng):
    features, assignments = cohort(rng, *planted(rng))
    got = run(features, assignments, rng)
    assert (got.loc["differs", "p_adjusted"] < 0.001).all()
    assert (got.loc["hangs together", "p_value"] > 0.05).all()
    # Without its members only the weaker set is left to place patients by.
    assert (got.loc["defines", "p_value"] > got.loc["differs", "p_value"]).all()
    assert (got.loc["defines", "effect"].abs() > 3).all()
    assert (got.loc["differs", "valid_because"] == SPLIT).all()


def test_a_set_that_alone_forms_the_groups_has_an_effect_and_no_small_p(rng):
    # Its own members must not place the patients it is tested in.
    values = rng.normal(size=(N, P))
    labels = np.arange(N) % 2
    values[:, :10] += 2.0 * labels[:, None]
    features, assignments = cohort(rng, values, labels)
    got = run(features, assignments, rng, sets={"defines": SETS["defines"]})
    assert (got["effect"].abs() > 3).all()
    assert (got["p_value"] > 0.05).all()


def test_sets_too_small_too_large_and_without_a_match_say_so(rng):
    features, assignments = cohort(rng, *planted(rng))
    sets = SETS | {"none": ["X"], "large": [f"g{i}" for i in range(12)]}
    got = run(features, assignments, rng, sets=sets, sizes=(5, 11))
    reasons = got["valid_because"].xs("S1", level="stratum")
    assert reasons["few"] == "not tested: fewer than 5 members in the layer"
    assert reasons["none"] == "not tested: no member in the profile"
    assert got.loc["none", "layer"].tolist() == ["", ""]
    assert reasons["large"] == "not tested: more than 11 members in the layer"
    assert got.loc["few", "n_members"].tolist() == [3, 3]
    assert got.loc["few", "n_matched"].tolist() == [2, 2]
    assert got.loc["few", "effect"].isna().all()
    assert got.loc["large", "effect"].notna().all()
    assert got.loc[["few", "none", "large"], "p_value"].isna().all()
    got = run(features, assignments, rng)
    most = got.loc[("most", "S1")]
    assert most["valid_because"] == "not tested: its members are most of the profile"
    assert np.isfinite(most["effect"])
    assert np.isnan(most["p_value"])


def test_ambiguous_patients_are_tested_and_have_no_part_in_the_effect(rng):
    values, labels = planted(rng)
    features, assignments = cohort(rng, values, labels)
    one = run(features, assignments, np.random.default_rng(1))
    unclear = assignments.copy()
    unclear.loc[::3, "status"] = "ambiguous"
    other = run(features, unclear, np.random.default_rng(1))
    assert np.array_equal(one["p_value"], other["p_value"], equal_nan=True)
    assert not np.allclose(one["effect"].dropna(), other["effect"].dropna())


def test_order_of_sets_patients_and_features_changes_nothing_that_is_seen(rng):
    features, assignments = cohort(rng, *planted(rng))
    one = run(features, assignments, np.random.default_rng(3))
    turned = dict(reversed([(n, genes[::-1]) for n, genes in SETS.items()]))
    other = run(features, assignments[::-1], np.random.default_rng(3), sets=turned)
    pd.testing.assert_frame_equal(one, other)


def test_members_are_matched_by_layer_and_left_out_of_all():
    features = ["rna:A", "rna:B", "protein:A", "burden:B", "burden:My set", "pgx:A"]
    layers = ["rna", "rna", "protein", "burden", "burden", "pgx"]
    sets = {"My set": ["A", "B", "C"], "Other": ["C"], "lower": ["a", "b"]}
    got = {(m.name, m.layer): m for m in match_sets(sets, features, layers=layers)}
    assert set(got) == {
        *(("My set", layer) for layer in ("burden", "protein", "rna")),
        *(("Other", ""), ("lower", "")),
    }
    assert got["My set", "rna"].members.tolist() == [0, 1]
    assert got["My set", "protein"].members.tolist() == [2]
    assert got["My set", "burden"].members.tolist() == [3]
    # The burden of a set counts its genes; a pharmacogene is no measure of one.
    assert got["My set", "rna"].related.tolist() == [0, 1, 2, 3, 4]
    assert got["Other", ""].related.tolist() == []
    assert got["lower", ""].members.tolist() == []
    assert got["My set", "rna"].n_members == 3


def test_scores_of_no_sets_are_no_columns():
    assert score_sets(np.ones((4, 3)), []).shape == (4, 0)


def test_without_strata_or_sets_there_is_a_table_without_rows(rng):
    features, assignments = cohort(rng, *planted(rng))
    none = run(features, assignments, rng, sets={})
    assert len(none) == 0
    single = run(features, assignments.assign(stratum=""), rng)
    assert len(single) == 0


@pytest.mark.parametrize("correlated", [False, True])
def test_null_sets_hold_their_level(correlated):
    # Five sets of eight in each of 40 cohorts; the groups are in other features.
    rng = np.random.default_rng(77)
    found = []
    for _ in range(40):
        labels = rng.integers(0, 2, 80)
        values = rng.normal(size=(80, 50))
        values[:, :10] += 1.5 * labels[:, None]
        if correlated:
            values[:, 10:] += np.repeat(rng.normal(size=(80, 5)), 8, axis=1)
        sets = {f"{i}": [f"g{10 + 8 * i + j}" for j in range(8)] for i in range(5)}
        table = run(*cohort(rng, values, labels), rng, sets=sets, layers=["rna"] * 50)
        found += table["p_value"].xs("S1", level="stratum").tolist()
    assert np.mean(np.array(found) <= 0.05) <= 0.05
    assert np.mean(np.array(found) <= 0.2) <= 0.2
