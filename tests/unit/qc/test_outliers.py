"""Fair outliers: whom a rule catches, and whom it would catch without ancestry."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact, median_abs_deviation

from genostrat.qc.ledger.exclusions import independence_p, tabulate_exclusions
from genostrat.qc.ledger.outliers import METRICS, find_outliers, score_samples

POLICY = {"max_het_mads": 6.0, "max_outlier_mads": 6.0}


def make_metrics(rng, n):
    """Metrics of one ancestry, on their usual scales."""
    return pd.DataFrame(
        {
            "sample_id": [f"s{i:04}" for i in range(n)],
            "f_het": rng.normal(0, 0.01, n),
            "het_hom_ratio": rng.normal(1.6, 0.05, n),
            "ti_tv": rng.normal(2.05, 0.01, n),
            "n_singleton": rng.lognormal(9, 0.08, n).astype(int),
        }
    )


def make_pcs(ids, *axes):
    frame = pd.DataFrame(np.column_stack(axes))
    frame.columns = [f"PC{i + 1}" for i in range(frame.shape[1])]
    frame.insert(0, "sample_id", list(ids))
    return frame


def two_ancestries(rng, *, n=400, share=0.1):
    """A majority, and a minority that differs from it by many MADs everywhere."""
    minority = np.arange(n) < share * n
    metrics = make_metrics(rng, n)
    metrics.loc[minority, "f_het"] -= 0.12
    metrics.loc[minority, "het_hom_ratio"] += 0.6
    metrics.loc[minority, "n_singleton"] *= 4
    axis = np.where(minority, 1.0, -0.1) + rng.normal(0, 0.03, n)
    noise = rng.normal(0, 0.05, (n, 5))
    return metrics, make_pcs(metrics["sample_id"], axis, noise), minority


def score(metrics, pcs, usable=None):
    usable = metrics["sample_id"] if usable is None else usable
    return score_samples(metrics, pcs, usable=list(usable), policy=POLICY)


def caught(scores, by="fair_score", metric=None):
    rows = find_outliers(scores, by=by)
    if metric is not None:
        rows = rows[rows["metric"] == metric]
    return set(rows["sample_id"])


def test_one_cut_would_delete_the_minority_and_the_fair_rule_does_not():
    metrics, pcs, minority = two_ancestries(np.random.default_rng(1))
    bad_minority, bad_majority = metrics.index[3], metrics.index[300]
    # Bad for its own ancestry, and by the naive rule better than the others of it.
    metrics.loc[bad_minority, "f_het"] = -0.03
    metrics.loc[bad_majority, "f_het"] = -0.15
    metrics.loc[[bad_minority + 1, bad_majority + 1], "n_singleton"] *= 5
    scores = score(metrics, pcs)
    ids = metrics["sample_id"]
    planted = {ids[i + d] for i in (bad_minority, bad_majority) for d in (0, 1)}
    naive, fair = caught(scores, "naive_score"), caught(scores)
    assert set(ids[minority]) <= naive
    assert fair == planted
    assert caught(scores, metric="f_het") == {ids[bad_minority], ids[bad_majority]}
    assert (scores["n_pcs"] == 4).all()


def test_admixed_people_are_no_outliers():
    """Heterozygosity is highest half-way between two ancestries: a curve, no line."""
    rng = np.random.default_rng(2)
    share = np.concatenate([np.zeros(150), np.ones(150), rng.uniform(0.3, 0.7, 40)])
    metrics = make_metrics(rng, len(share))
    metrics["f_het"] -= 0.6 * share * (1 - share)
    pcs = make_pcs(metrics["sample_id"], share + rng.normal(0, 0.01, len(share)))
    scores = score(metrics, pcs)
    admixed = set(metrics["sample_id"][300:])
    assert len(admixed & caught(scores, "naive_score")) > 30
    assert not caught(scores)


def test_a_bad_centre_stays_visible():
    metrics, pcs, _ = two_ancestries(np.random.default_rng(3))
    centre = np.arange(400) % 10 == 7
    metrics.loc[centre, "ti_tv"] -= 0.3
    assert caught(score(metrics, pcs)) == set(metrics["sample_id"][centre])


def test_scores_without_ancestry_are_distances_in_scaled_mads():
    metrics = make_metrics(np.random.default_rng(4), 25)
    scores = score(metrics, make_pcs(metrics["sample_id"], np.full(25, np.nan)))
    for metric in METRICS:
        values = metrics[metric.name].to_numpy(float)
        values = np.log1p(values) if metric.name == "n_singleton" else values
        spread = median_abs_deviation(values, scale="normal")
        own = scores[scores["metric"] == metric.name]
        wanted = (values - np.median(values)) / spread
        np.testing.assert_allclose(own["naive_score"], wanted, rtol=1e-9)
        np.testing.assert_allclose(own["fair_score"], wanted, rtol=1e-9)
        np.testing.assert_array_equal(own["value"], metrics[metric.name])
    assert (scores["n_pcs"] == 0).all()


def test_few_singletons_are_no_fault():
    metrics = make_metrics(np.random.default_rng(5), 60)
    metrics.loc[0, "n_singleton"] = 10
    metrics.loc[1, "n_singleton"] = 900_000
    pcs = make_pcs(metrics["sample_id"], np.arange(60.0))
    assert caught(score(metrics, pcs)) == {"s0001"}


@pytest.mark.parametrize("n", [0, 1, 9])
def test_a_handful_of_samples_has_no_outliers(n):
    metrics = make_metrics(np.random.default_rng(6), n)
    metrics.loc[:0, "f_het"] = 5.0
    scores = score(metrics, make_pcs(metrics["sample_id"], np.arange(float(n))))
    assert len(scores) == n * len(METRICS)
    assert scores[["naive_score", "fair_score"]].isna().all(axis=None)
    assert not caught(scores)


def test_values_without_spread_and_blank_values_give_blank_scores():
    metrics = make_metrics(np.random.default_rng(7), 60)
    metrics["f_het"] = 0.1
    # More than half are equal: the MAD is 0, and any distance would be endless.
    metrics["ti_tv"] = [2.0] * 40 + [2.5] * 20
    metrics["het_hom_ratio"] = np.nan
    metrics.loc[3, "n_singleton"] = np.nan
    pcs = make_pcs(metrics["sample_id"], np.random.default_rng(8).normal(size=60))
    scores = score(metrics, pcs).set_index(["metric", "sample_id"])
    by = ["naive_score", "fair_score"]
    for metric in ("f_het", "het_hom_ratio"):
        assert scores.loc[metric, by].isna().all(axis=None)
    assert scores.loc["ti_tv", "naive_score"].isna().all()
    singletons = scores.loc["n_singleton", by]
    assert singletons.loc["s0003"].isna().all()
    assert singletons.drop("s0003").notna().all(axis=None)


def test_a_sample_without_peers_is_not_judged_fairly():
    metrics, pcs, _ = two_ancestries(np.random.default_rng(9), share=0.0)
    pcs.loc[5, "PC2"] = 40.0
    metrics.loc[5, "f_het"] = -0.5
    scores = score(metrics, pcs).set_index(["metric", "sample_id"])
    assert np.isnan(scores.loc[("f_het", "s0005"), "fair_score"])
    assert scores.loc[("f_het", "s0005"), "naive_score"] < -6
    assert scores.loc["f_het", "fair_score"].isna().sum() == 1


def test_samples_that_are_out_do_not_say_what_is_usual():
    metrics = make_metrics(np.random.default_rng(10), 80)
    metrics.loc[:39, "ti_tv"] = np.linspace(0.5, 1.5, 40)
    pcs = make_pcs(metrics["sample_id"], np.random.default_rng(11).normal(size=80))
    good = metrics["sample_id"][40:]
    assert caught(score(metrics, pcs, good)) == set(metrics["sample_id"][:40])


def test_components_may_come_as_text():
    metrics, pcs, _ = two_ancestries(np.random.default_rng(12))
    as_text = pcs.astype({f"PC{i}": str for i in range(2, 7)})
    pd.testing.assert_frame_equal(score(metrics, pcs), score(metrics, as_text))


@pytest.mark.parametrize(
    ("caught_in", "sizes"),
    [((1, 9), (10, 10)), ((0, 3), (40, 5)), ((2, 3), (20, 30)), ((5, 40), (50, 60))],
)
def test_the_test_of_two_groups_is_fishers(caught_in, sizes):
    found = independence_p(
        np.array(caught_in), np.array(sizes), rng=np.random.default_rng(1)
    )
    table = [caught_in, [n - c for n, c in zip(sizes, caught_in, strict=True)]]
    wanted = fisher_exact(table).pvalue
    assert found == pytest.approx(wanted, abs=4 * np.sqrt(wanted / 9999) + 1.5e-4)


def test_the_test_of_three_groups_equals_enumeration():
    sizes, found = np.array([8, 5, 4]), np.array([1, 4, 1])
    ways = {}
    for a in range(9):
        for b in range(6):
            c = found.sum() - a - b
            if 0 <= c <= 4:
                n = [
                    np.prod(range(s - k + 1, s + 1)) / max(1, np.prod(range(1, k + 1)))
                    for s, k in zip(sizes, (a, b, c), strict=True)
                ]
                ways[a, b, c] = float(np.prod(n))
    total = sum(ways.values())
    rare = sum(w for w in ways.values() if w <= ways[tuple(found)] * (1 + 1e-9))
    p = independence_p(found, sizes, rng=np.random.default_rng(2))
    assert p == pytest.approx(rare / total, abs=0.015)


def test_there_is_no_p_value_where_nothing_can_differ():
    rng = np.random.default_rng(3)
    for caught_in, sizes in (([0, 0], [5, 9]), ([5, 9], [5, 9]), ([2], [9])):
        p = independence_p(np.array(caught_in), np.array(sizes), rng=rng)
        assert np.isnan(p)


def make_groups(labels, centres=None):
    ids = [f"s{i}" for i in range(len(labels))]
    ancestry = pd.DataFrame({"sample_id": ids, "ancestry": labels})
    # One more patient, without genotypes.
    sheet = pd.DataFrame({"sample_id": [*ids, "else"]})
    if centres is not None:
        sheet["centre"] = [*centres, "Leeds"]
    return ancestry, sheet


def test_exclusions_are_counted_by_ancestry_centre_and_both():
    labels = ["EUR"] * 30 + ["AFR"] * 10
    centres = ["Leeds", "York"] * 19 + ["", "York"]
    ancestry, sheet = make_groups(labels, centres)
    naive = [f"s{i}" for i in range(30, 40)]
    table = tabulate_exclusions(
        ancestry, sheet, naive=naive, fair=["s1"], excluded=["s1", "s3"], seed=1
    )
    rows = table.set_index(["grouping", "group"])
    assert rows.loc[("ancestry", "AFR"), ["n", "n_naive", "n_fair"]].tolist() == [
        *(10, 10, 0)
    ]
    assert rows.loc[("ancestry", "AFR"), "share_naive"] == 1.0
    assert rows.loc[("ancestry", "EUR"), "p_value_naive"] == pytest.approx(1e-4)
    assert rows.loc[("ancestry", "EUR"), "p_value_fair"] == 1.0
    assert rows.loc[("centre", "York"), ["n", "n_excluded"]].tolist() == [20, 2]
    assert rows.loc[("centre", "not given"), "n"] == 1
    assert rows.loc[("ancestry_and_centre", "AFR / York"), "n"] == 5
    by_grouping = table.groupby("grouping")["n"].sum()
    assert by_grouping.tolist() == [40, 40, 40]


def test_without_labels_or_centres_there_is_nothing_to_compare():
    nobody = {"naive": [], "fair": [], "excluded": [], "seed": 1}
    ancestry, sheet = make_groups(["unassigned"] * 5, ["York"] * 5)
    assert set(tabulate_exclusions(ancestry, sheet, **nobody)["grouping"]) == {"centre"}
    ancestry, sheet = make_groups(["unassigned"] * 5)
    table = tabulate_exclusions(ancestry, sheet, **nobody)
    assert len(table) == 0
    assert "p_value_excluded" in table
    ancestry, sheet = make_groups(["EUR"] * 4 + ["unassigned"])
    table = tabulate_exclusions(ancestry, sheet, **nobody)
    assert table["group"].tolist() == ["EUR", "unassigned"]
    assert table["p_value_naive"].isna().all()


def test_the_same_seed_gives_the_same_p_value():
    ancestry, sheet = make_groups(["a", "b", "c"] * 20)
    inputs = {"naive": ["s0", "s3", "s7", "s9"], "fair": [], "excluded": []}
    first, again, other = (
        tabulate_exclusions(ancestry, sheet, **inputs, seed=seed) for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first, again)
    assert (first["p_value_naive"] != other["p_value_naive"]).all()
