import numpy as np
import pytest
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.metrics import adjusted_rand_score

from genostrat.strata.clustering.consensus import (
    ambiguous_share,
    consensus_by_k,
    consensus_matrix,
)
from genostrat.strata.clustering.resamples import (
    cluster_resamples,
    draw_resamples,
    kmeans,
    squared_distances,
    ward_resamples,
)
from genostrat.strata.clustering.rotation import count_components, rotate
from genostrat.strata.evidence.shown import prediction_strength


def proportion_ambiguous(consensus):
    """Return the PAC (Şenbabaoğlu 2014, doi 10.1038/srep06207) from its definition."""
    pairs = consensus[np.triu_indices(len(consensus), 1)]
    return float(((pairs > 0.1 + 1e-9) & (pairs < 0.9 - 1e-9)).mean())


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def blobs(rng, sizes=(30, 20, 25), distance=8.0, n_features=6):
    truth = np.repeat(np.arange(len(sizes)), sizes)
    centres = distance * np.eye(len(sizes), n_features)
    return rng.normal(size=(len(truth), n_features)) + centres[truth], truth


def test_resamples_have_the_size_asked_for_and_no_repeats(rng):
    drawn = draw_resamples(50, n_resamples=20, fraction=0.8, rng=rng)
    assert (drawn.sum(axis=1) == 40).all()
    assert len({row.tobytes() for row in drawn}) == 20


def test_batched_kmeans_reaches_a_lloyd_fixed_point_in_every_resample(rng):
    scores = rng.normal(size=(60, 4))
    drawn = draw_resamples(60, n_resamples=25, fraction=0.8, rng=rng)
    labels = cluster_resamples(scores, drawn, k=3, rng=rng)
    for own, row in zip(labels, drawn, strict=True):
        centres = np.stack([scores[row & (own == g)].mean(axis=0) for g in range(3)])
        gaps = ((scores[:, None] - centres) ** 2).sum(axis=2)
        assert np.array_equal(gaps.argmin(axis=1), own)


def test_batched_kmeans_is_as_good_as_scikit_learn(rng):
    scores, _ = blobs(rng, distance=3.0)
    drawn = draw_resamples(len(scores), n_resamples=40, fraction=0.8, rng=rng)
    labels = cluster_resamples(scores, drawn, k=3, rng=rng)

    def within(points, own):
        return sum(
            ((points[own == g] - points[own == g].mean(axis=0)) ** 2).sum()
            for g in np.unique(own)
        )

    ratio = []
    for own, row in zip(labels, drawn, strict=True):
        oracle = KMeans(3, n_init=10, random_state=0).fit(scores[row])
        ratio.append(within(scores[row], own[row]) / oracle.inertia_)
    # One start against the best of ten: the optimum, but for 1 in 20 starts or so.
    assert min(ratio) > 1 - 1e-6
    assert np.mean(np.array(ratio) > 1.02) < 0.15
    assert np.mean(ratio) < 1.03


def test_best_of_several_runs_equals_scikit_learn(rng):
    scores = rng.normal(size=(80, 5))
    for k in (2, 4):
        labels, centres, within = kmeans(scores, k=k, rng=rng, n_starts=50)
        oracle = KMeans(k, n_init=50, random_state=0).fit(scores)
        assert within <= oracle.inertia_ * 1.005
        assert within == pytest.approx(((scores - centres[labels]) ** 2).sum())


def test_identical_patients_do_not_break_the_start(rng):
    scores = np.repeat(rng.normal(size=(2, 3)), 10, axis=0)
    labels, _, within = kmeans(scores, k=4, rng=rng)
    assert within == pytest.approx(0, abs=1e-9)
    assert adjusted_rand_score(labels, np.repeat([0, 1], 10)) > 0.4


def test_ward_equals_scikit_learn_on_each_resample(rng):
    scores, _ = blobs(rng, distance=2.0)
    drawn = draw_resamples(len(scores), n_resamples=5, fraction=0.8, rng=rng)
    labels = ward_resamples(scores, drawn, ks=[2, 4])
    for k in (2, 4):
        for own, row in zip(labels[k], drawn, strict=True):
            oracle = AgglomerativeClustering(k).fit_predict(scores[row])
            assert adjusted_rand_score(own[row], oracle) == 1
            assert (own[~row] == -1).all()


def test_consensus_matrix_by_counting(rng):
    drawn = draw_resamples(12, n_resamples=9, fraction=0.7, rng=rng)
    labels = rng.integers(0, 3, drawn.shape).astype(np.int8)
    got = consensus_matrix(labels, drawn)
    for i in range(12):
        for j in range(12):
            both = drawn[:, i] & drawn[:, j]
            same = (labels[:, i] == labels[:, j]) & both
            expected = 1 if i == j else same.sum() / max(both.sum(), 1)
            assert got[i, j] == pytest.approx(expected)


@pytest.mark.parametrize("k", [1, 2, 3, 8, 9])
def test_ambiguous_pairs_are_those_of_the_matrix(rng, k):
    drawn = draw_resamples(20, n_resamples=70, fraction=0.5, rng=rng)
    # Half of the patients keep their cluster, so that all kinds of pairs occur.
    labels = rng.integers(0, k, drawn.shape).astype(np.int8)
    labels[:, :10] = rng.integers(0, k, 10)
    matrix = consensus_matrix(labels, drawn)
    assert ambiguous_share(labels, drawn) == proportion_ambiguous(matrix)
    assert ambiguous_share(labels, drawn) < 1 or k == 2


def test_patients_drawn_in_one_resample_alone_are_never_together():
    drawn = np.eye(3, dtype=bool)
    matrix = consensus_matrix(np.zeros((3, 3), dtype=np.int8), drawn)
    assert np.array_equal(matrix, np.eye(3))


def test_clusters_do_not_depend_on_scale_or_order_of_components(rng):
    scores, _ = blobs(rng, distance=3.0)
    drawn = draw_resamples(len(scores), n_resamples=10, fraction=0.8, rng=rng)

    def labels(values):
        same = np.random.default_rng(5)
        return cluster_resamples(values, drawn, k=3, rng=same)

    assert np.array_equal(labels(scores), labels(1024 * scores))
    assert (labels(scores) == labels(scores[:, ::-1])).mean() > 0.99


def test_pac_by_hand():
    matrix = np.eye(4)
    pairs = {
        (0, 1): 0.05,
        (0, 2): 0.5,
        (0, 3): 0.95,
        (1, 2): 0.11,
        (1, 3): 0,
        (2, 3): 1,
    }
    for (i, j), value in pairs.items():
        matrix[i, j] = matrix[j, i] = value
    assert proportion_ambiguous(matrix) == pytest.approx(2 / 6)


@pytest.mark.parametrize("algorithm", ["kmeans", "ward"])
def test_clear_groups_have_no_ambiguous_pair_at_their_k_only(rng, algorithm):
    scores, truth = blobs(rng)
    settings = {"n_resamples": 30, "fraction": 0.8, "rng": rng, "algorithm": algorithm}
    pac = {}
    for k, matrix in consensus_by_k(scores, ks=[2, 3, 5], **settings):
        pac[k] = proportion_ambiguous(matrix)
        if k == 3:
            assert np.allclose(matrix, truth[:, None] == truth)
    assert pac[3] == 0
    assert pac[5] > 0.02


def test_rotation_keeps_distances_and_projects_training_patients(rng):
    values = rng.normal(size=(40, 15))
    whole = rotate(values, n_components=15)
    assert np.allclose(squared_distances(whole.scores), squared_distances(values))
    part = rotate(values)
    assert np.allclose(part.project(values), part.scores)
    flipped = rotate(values[::-1])
    assert np.allclose(flipped.scores[::-1], part.scores)


def test_layers_are_balanced_by_their_first_component(rng):
    shared = rng.normal(size=(100, 1))
    many = shared + 0.3 * rng.normal(size=(100, 50))
    few = rng.normal(size=(100, 1)) + 0.3 * rng.normal(size=(100, 3))
    layers = ["many"] * 50 + ["few"] * 3
    weights = rotate(np.hstack([many, few]), layers=layers).weights
    for name, block in (("many", many), ("few", few)):
        chosen = np.array(layers) == name
        centred = (block - block.mean(axis=0)) * weights[chosen]
        assert np.linalg.norm(centred, 2) ** 2 / 99 == pytest.approx(1)


def test_noise_edge_counts_planted_components(rng):
    noise = rng.normal(size=(200, 80))
    assert (
        count_components(np.linalg.svd(noise, compute_uv=False), shape=(200, 80)) == 3
    )
    signal = noise + 3 * rng.normal(size=(200, 6)) @ rng.normal(size=(6, 80))
    values = np.linalg.svd(signal - signal.mean(axis=0), compute_uv=False)
    assert count_components(values, shape=(200, 80)) == 6


def test_prediction_strength_is_high_for_the_true_k_only(rng):
    scores, _ = blobs(rng)
    assert prediction_strength(scores, k=3, rng=rng) > 0.95
    assert prediction_strength(scores, k=5, rng=rng) < 0.8
