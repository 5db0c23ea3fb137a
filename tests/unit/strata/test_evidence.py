from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest

from genostrat.strata.clustering.resamples import kmeans
from genostrat.strata.clustering.rotation import rotate
from genostrat.strata.clustering.spaces import Space, space_builder
from genostrat.strata.evidence.boundary import (
    border_positions,
    border_test,
    expected_share,
)
from genostrat.strata.evidence.choice import (
    choose_k,
    find_ties,
    nest_partitions,
    rank_evidence,
)
from genostrat.strata.evidence.nulls import gaussian_null, margin_null
from genostrat.strata.evidence.power import PowerCurve, plant_groups
from genostrat.strata.evidence.resampling import resample_space
from genostrat.strata.evidence.selection import (
    _grade_evidence,
    cut_consensus,
    select_strata,
)
from genostrat.strata.evidence.statistics import (
    BATCH,
    Statistics,
    gather_nulls,
    log_index_by_k,
    log_pac,
    measure,
    observe,
    pac_by_k,
    relative_to_null,
    simulate_nulls,
)
from genostrat.strata.settings import ClusteringSettings

QUICK = ClusteringSettings(ks=(2, 3, 4), resamples=20, null_simulations=39)


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def select(scores, *, settings, draw=None):
    space = Space.of(scores)
    observed = measure(space, settings=settings, rng=settings.rng("observed"))
    return select_strata(
        scores,
        resample_space(space, settings=settings),
        observed=observed,
        null=simulate_nulls(
            draw or gaussian_null(scores), settings=settings, observed=observed
        ),
        settings=settings,
    )


def margins(values, *, discrete, n_components):
    layers = ["a"] * values.shape[1]
    everyone = {"a": np.ones(len(values), dtype=bool)}
    build = space_builder(
        layers=layers, measured=everyone, fusion="joint", n_components=n_components
    )
    unmeasured = np.zeros(values.shape, dtype=bool)
    return margin_null(
        values, margins=values, kept=discrete, unmeasured=unmeasured, build=build
    )


def scaled(values):
    return (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)


def grouped(rng, *, k=3, n=120, p=50, shift=2.0):
    truth = np.arange(n) % k
    means = np.zeros((k, p))
    for group in range(k):
        means[group, rng.choice(p, p // 5, replace=False)] = shift
    return scaled(rng.normal(size=(n, p)) + means[truth]), truth


def continuum(rng, n=100, p=40):
    along = rng.uniform(-1.7, 1.7, size=(n, 1))
    return scaled(2 * along @ rng.normal(size=(1, p)) + rng.normal(size=(n, p)))


def heavy(rng, n=100, p=40):
    return scaled(rng.normal(size=(n, p)) * np.sqrt(3 / rng.chisquare(3, (n, 1))))


def test_gaussian_null_has_the_observed_spectrum_and_no_mean(rng):
    scores = rotate(rng.normal(size=(40, 12))).scores
    drawn = gaussian_null(scores)(rng).scores
    assert np.allclose(drawn.T @ drawn, np.diag((scores**2).sum(axis=0)))
    assert np.allclose(drawn.mean(axis=0), 0)


def test_gaussian_null_is_exact_for_gaussian_cohorts(rng):
    loadings = rng.normal(size=(3, 20))

    def p_value():
        values = scaled(rng.normal(size=(30, 3)) @ loadings + rng.normal(size=(30, 20)))
        scores = rotate(values).scores
        draw = gaussian_null(scores)
        observed = log_index_by_k(scores, ks=(2,), rng=rng)[0]
        null = [
            log_index_by_k(draw(rng).scores, ks=(2,), rng=rng)[0] for _ in range(19)
        ]
        return (1 + sum(value <= observed for value in null)) / 20

    p_values = np.array([p_value() for _ in range(60)]) - rng.random(60) / 20
    assert kstest(p_values, "uniform").pvalue > 0.01


def test_relative_to_null_has_mean_zero_and_unit_spread(rng):
    null = rng.normal(3, 2, size=(200, 4))
    statistic, drawn = relative_to_null(null[0], null)
    assert np.allclose(drawn.mean(axis=0), 0)
    assert np.allclose(drawn.std(axis=0, ddof=1), 1)
    assert np.allclose(statistic, drawn[0])


def test_nulls_do_not_depend_on_threads(rng):
    scores = rotate(rng.normal(size=(40, 10))).scores
    settings = ClusteringSettings(ks=(2, 3), resamples=20, null_simulations=6)
    draw = gaussian_null(scores)
    one = simulate_nulls(draw, settings=settings)
    two = simulate_nulls(draw, settings=settings, threads=3)
    assert np.array_equal(one.pac, two.pac)
    assert np.array_equal(one.log_index, two.log_index)


def test_nulls_stop_when_nothing_can_become_significant(rng):
    settings = ClusteringSettings(ks=(2, 3), resamples=20, null_simulations=60)
    scores = rotate(rng.normal(size=(50, 10))).scores
    draw = gaussian_null(scores)
    whole = simulate_nulls(draw, settings=settings)
    dull = Statistics(whole.pac.mean(axis=0), whole.log_index.mean(axis=0))
    part = simulate_nulls(draw, settings=settings, observed=dull)
    assert len(part.pac) == BATCH
    assert np.array_equal(part.pac, whole.pac[:BATCH])
    clear = Statistics(whole.pac.min(axis=0) / 2, whole.log_index.min(axis=0) - 1)
    assert len(simulate_nulls(draw, settings=settings, observed=clear).pac) == 60
    # One statistic that could still become significant keeps the simulation going.
    mixed = Statistics(dull.pac, clear.log_index)
    assert len(simulate_nulls(draw, settings=settings, observed=mixed).pac) == 60


def test_margin_null_keeps_margins_and_correlation(rng):
    latent = rng.normal(size=(400, 1)) + 0.8 * rng.normal(size=(400, 5))
    values = np.column_stack([latent[:, :3] > 0.5, latent[:, 3:]]).astype(float)
    discrete = np.array([True] * 3 + [False] * 2)
    draw = margins(scaled(values), discrete=discrete, n_components=5)
    spectra = [(draw(rng).scores ** 2).sum(axis=0) for _ in range(20)]
    observed = (rotate(scaled(values), n_components=5).scores ** 2).sum(axis=0)
    assert np.allclose(np.mean(spectra, axis=0), observed, rtol=0.2, atol=20)


def test_few_binary_features_are_no_groups_beside_their_margin_null(rng):
    values = scaled((rng.random((100, 4)) < [0.3, 0.4, 0.5, 0.25]).astype(float))
    scores = rotate(values).scores
    discrete = np.ones(4, dtype=bool)
    draw = margins(values, discrete=discrete, n_components=scores.shape[1])
    settings = replace(QUICK, ks=(2, 4, 6))
    naive = select(scores, settings=settings).table
    kept = select(scores, settings=settings, draw=draw).table
    assert naive["joint_p"].min() <= 0.05
    assert (kept["evidence"] != "full").all()
    assert kept["joint_p"].min() > 0.05


def test_border_positions_by_hand():
    scores = np.array([[-1.0], [1.0], [9.0], [11.0], [10.0]])
    labels = np.array([0, 0, 1, 1, 1])
    # Patient 1: own centre without it is -1, the other 10; (81 - 4) / 121.
    assert border_positions(scores, labels)[1] == pytest.approx(77 / 121)


def test_border_test_is_exact_or_strict_for_even_spread(rng):
    small = 0
    for _ in range(200):
        line = rng.uniform(size=(100, 1))
        labels, _, _ = kmeans(line, k=2, rng=rng)
        small += border_test(line, labels.astype(int))[1] <= 0.05
    assert small / 200 <= 0.07
    assert expected_share(2) == 0.125


def test_border_test_sees_a_gap(rng):
    line = np.concatenate([rng.normal(0, 1, 60), rng.normal(6, 1, 60)])[:, None]
    share, p_value = border_test(line, np.repeat([0, 1], 60))
    assert share < 0.05
    assert p_value < 0.01


def test_three_planted_groups_are_found_with_full_evidence(rng):
    values, truth = grouped(rng)
    selection = select(rotate(values).scores, settings=QUICK)
    row = selection.table.set_index("k").loc[3]
    assert selection.k == 3
    assert row["evidence"] == "full"
    table = pd.crosstab(truth, selection.labels).to_numpy()
    assert table.max(axis=1).sum() >= 118
    assert selection.table["p_adjusted"].min() == pytest.approx(1 / 40)


@pytest.mark.parametrize("make", [continuum, heavy], ids=["continuum", "heavy tails"])
def test_continua_and_outliers_never_get_full_evidence(rng, make):
    selection = select(rotate(make(rng)).scores, settings=QUICK)
    assert (selection.table["evidence"] != "full").all()
    assert selection.table["sigclust_p"].min() <= 0.05 or make is heavy


def test_selection_is_reproducible_and_depends_on_seed_and_cohort(rng):
    scores = rotate(grouped(rng, n=60, p=20)[0]).scores

    def pac(**changes):
        settings = {"resamples": 20, "null_simulations": 5, **changes}
        draw = gaussian_null(scores)
        null = simulate_nulls(draw, settings=ClusteringSettings(ks=(2, 3), **settings))
        return null.pac.tobytes()

    assert pac() == pac()
    assert len({pac(), pac(seed=2), pac(cohort="other")}) == 3


def selection_table(**columns):
    base = {
        "k": [2, 3, 4],
        "rcsi": [0.5, 0.9, 1.2],
        "gap": [0.1, 0.3, 0.2],
        "valley": [1.0, 2.0, -1.0],
        "prediction_strength": [0.9, 0.8, 0.5],
        "border_share": [0.05, 0.1, 0.2],
        "eligible": [True, True, True],
        "evidence": ["none", "none", "none"],
    }
    return pd.DataFrame(base | columns)


def test_choice_of_k():
    assert choose_k(selection_table()) == 4
    assert choose_k(selection_table(evidence=["partial", "none", "none"])) == 2
    assert choose_k(selection_table(evidence=["partial", "partial", "none"])) == 3
    assert choose_k(selection_table(evidence=["full", "full", "partial"])) == 3
    assert choose_k(selection_table(eligible=[False, True, False])) == 3
    assert choose_k(selection_table(eligible=[False] * 3)) == 2
    # Stability, index and valley prefer 4, the borders 2: most of the evidence counts.
    table = selection_table(
        evidence=["partial"] * 3, gap=[0.1, 0.2, 0.3], valley=[-3.0, -2.0, -1.0]
    )
    assert choose_k(table) == 4
    assert find_ties(table) == [True, True, False]
    assert rank_evidence(table).tolist() == [11, 10, 9]
    assert not any(find_ties(selection_table()))
    assert np.isnan(rank_evidence(selection_table())).all()


def test_partitions_that_lie_in_each_other_are_named():
    two = np.repeat([0, 1], 40)
    four = np.repeat([0, 1, 2, 3], 20)
    three = np.arange(80) % 3
    labels = {2: two, 3: three, 4: four}
    table = selection_table(evidence=["full", "full", "full"])
    assert np.array_equal(
        nest_partitions(labels, table), [np.nan, np.nan, 2], equal_nan=True
    )
    # Pieces of clear groups are no strata in them.
    table = selection_table(evidence=["full", "full", "partial"])
    assert np.isnan(nest_partitions(labels, table)).all()
    # A coarser partition without evidence is not worth naming.
    table = selection_table(evidence=["none", "full", "full"])
    assert np.isnan(nest_partitions(labels, table)).all()


def test_signs_of_groups_ask_for_stability_above_chance():
    table = pd.DataFrame(
        {
            "eligible": True,
            "joint_p": [0.01, 0.01, 0.01, np.nan],
            "p_value": [0.01, 0.4, 0.4, 0.01],
            "valley": [-1.0, -1.0, 1.0, 1.0],
        }
    )
    assert _grade_evidence(table, alpha=0.05) == ["partial", "none", "full", "none"]


def test_cut_consensus_finds_blocks():
    truth = np.array([0, 1, 0, 2, 1, 2, 0])
    matrix = np.where(truth[:, None] == truth, 0.9, 0.1)
    labels = cut_consensus(matrix, k=3)
    assert len({*zip(truth, labels, strict=True)}) == 3


def test_planted_shift_has_the_size_asked_for(rng):
    rows = np.linalg.cholesky(0.5 * np.eye(10) + 0.5).T * np.arange(1, 11)
    plain = plant_groups(rows, n_patients=4000, separation=0.0, rng=rng)
    planted = plant_groups(rows, n_patients=4000, separation=2.0, rng=rng)
    assert np.allclose(np.corrcoef(plain.T)[0, 1], 0.5, atol=0.05)
    gap = planted[2000:].mean(axis=0) - planted[:2000].mean(axis=0)
    within = planted[:2000].std(axis=0)
    shifted = np.abs(gap / within) > 1
    assert shifted.sum() == 2
    assert np.allclose(np.abs(gap / within)[shifted], 2, atol=0.15)


def test_smallest_detectable_needs_all_larger_ones():
    assert PowerCurve(100, 20, (0.9, 0.5, 0.8, 1.0), 100).smallest_detectable == 2.0
    assert PowerCurve(100, 20, (0.0, 0.1, 0.2, 0.7), 100).smallest_detectable is None
    sentence = PowerCurve(100, 20, (0.0, 0.9, 1, 1), 100).to_record()["sentence"]
    assert "1.5 SD" in sentence
    assert "90 %" in sentence


def test_power_of_fewer_than_the_cohort_says_nothing_of_all():
    # 500 of a larger cohort are simulated: what they miss, all of them may not.
    missed = PowerCurve(500, 20, (0.0, 0.1, 0.2, 0.7), 1999).to_record()["sentence"]
    assert "neither show nor exclude" not in missed
    assert "The cohort has 1,999" in missed
    whole = PowerCurve(500, 20, (0.0, 0.1, 0.2, 0.7), 500).to_record()["sentence"]
    assert "neither show nor exclude" in whole


def gathered(observed_pac, *, n_patients, n_views=1):
    """Gather nulls whose log PAC is normal; return how many were drawn."""
    rng = np.random.default_rng(5)
    settings = ClusteringSettings(ks=(2, 3), null_simulations=100)

    def measured(numbers):
        return [
            Statistics(np.exp(rng.normal(-1, 0.3, 2)), rng.normal(-0.5, 0.1, 2))
            for _ in numbers
        ]

    observed = Statistics(np.array(observed_pac), np.array([-0.9, -0.5]))
    null = gather_nulls(
        measured,
        observed,
        settings=settings,
        n_patients=n_patients,
        n_views=n_views,
    )
    return len(null.pac)


def test_more_cohorts_are_drawn_only_where_chance_in_drawing_decides():
    # Log PAC 1.65 standard deviations below the mean has a p-value of 0.05.
    close, clear = np.exp([-1 - 1.65 * 0.3, -1.0]), np.exp([-1 - 4 * 0.3, -1.0])
    assert gathered(close, n_patients=150) == 500
    assert gathered(close, n_patients=350) == 200
    assert gathered(close, n_patients=500) == 100
    assert gathered(close, n_patients=5000) == 100
    assert gathered(close, n_patients=None) == 100
    assert gathered(clear, n_patients=150) == 100


def test_the_cohorts_own_stability_varies_less_than_one_set_of_resamples_does(rng):
    values = rng.normal(size=(80, 20))
    values[:40, 0] += 2
    space = Space.of(rotate(values).scores)
    settings = ClusteringSettings(ks=(2,), resamples=40)
    often = [
        log_pac(observe(space, settings=replace(settings, seed=seed)).pac)[0]
        for seed in range(12)
    ]
    once = [
        log_pac(pac_by_k(space, settings=settings, rng=np.random.default_rng(seed)))[0]
        for seed in range(40)
    ]
    assert np.std(often) < 0.5 * np.std(once)
    assert np.mean(often) == pytest.approx(np.mean(once), abs=np.std(once))
