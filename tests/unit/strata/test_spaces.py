import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from genostrat.registry.words.strata import ALGORITHMS
from genostrat.strata.clustering.consensus import consensus_matrix, cumulative_consensus
from genostrat.strata.clustering.graphs import fuse_graphs, graph_axes, similarity_graph
from genostrat.strata.clustering.resamples import (
    draw_resamples,
    medoid_resamples,
    squared_distances,
)
from genostrat.strata.clustering.rotation import rotate
from genostrat.strata.clustering.spaces import Space, space_builder
from genostrat.strata.evidence.nulls import layer_null
from genostrat.strata.evidence.resampling import (
    ResamplingPart,
    deal_out,
    join_resampled,
    resample_space,
)
from genostrat.strata.evidence.selection import cut_consensus
from genostrat.strata.evidence.statistics import measure
from genostrat.strata.settings import ClusteringSettings

SETTINGS = ClusteringSettings(ks=(2, 3), resamples=120)


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def loss(apart, labels, members):
    """Sum of distances to the best medoid of each cluster."""
    total = 0.0
    for cluster in np.unique(labels[members]):
        own = members[labels[members] == cluster]
        total += apart[np.ix_(own, own)].sum(axis=0).min()
    return total


def best_swap(apart, members, medoids):
    """Lowest sum of distances that any one swap can give, by trying them all."""
    lowest = apart[np.ix_(members, medoids)].min(axis=1).sum()
    for position in range(len(medoids)):
        for candidate in members:
            tried = [*medoids[:position], candidate, *medoids[position + 1 :]]
            lowest = min(lowest, apart[np.ix_(members, tried)].min(axis=1).sum())
    return lowest


def test_no_swap_of_a_medoid_would_help(rng):
    scores = rng.normal(size=(40, 3))
    apart = np.sqrt(squared_distances(scores))
    drawn = draw_resamples(40, n_resamples=12, fraction=0.8, rng=rng)
    labels = medoid_resamples(scores, drawn, ks=[2, 4], rng=rng)
    for k in (2, 4):
        for own, row in zip(labels[k], drawn, strict=True):
            members = np.flatnonzero(row)
            assert (own[~row] == -1).all()
            assert set(own[row]) == set(range(k))
            medoids = [
                group[apart[np.ix_(group, group)].sum(axis=0).argmin()]
                for group in (members[own[members] == c] for c in range(k))
            ]
            reached = apart[np.ix_(members, medoids)].min(axis=1).sum()
            assert reached <= loss(apart, own, members) + 1e-9
            assert best_swap(apart, members, medoids) >= reached - 1e-6 * reached


def test_medoids_of_identical_patients_end(rng):
    scores = np.repeat(rng.normal(size=(2, 3)), 15, axis=0)
    drawn = np.ones((3, 30), dtype=bool)
    labels = medoid_resamples(scores, drawn, ks=[3], rng=rng)[3]
    for own in labels:
        assert set(own[:15]).isdisjoint(own[15:])


def two_layers(rng, n=90):
    """Return groups of which each layer shows another border, and their truth."""
    truth = np.arange(n) % 3
    first, second = rng.normal(size=(n, 12)), rng.normal(size=(n, 20))
    first[truth == 0, :6] += 2.5
    second[truth == 1, :8] += 2.5
    values = np.concatenate([first, second], axis=1)
    values = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    return values, ["a"] * 12 + ["b"] * 20, truth


def everyone(n=90):
    return {"a": np.ones(n, dtype=bool), "b": np.ones(n, dtype=bool)}


def test_graph_is_symmetric_and_nearer_patients_are_more_alike(rng):
    scores = rng.normal(size=(30, 4))
    graph = similarity_graph(scores)
    assert np.allclose(graph, graph.T)
    assert np.allclose(np.diagonal(graph), 1)
    apart = np.sqrt(squared_distances(scores))
    near = np.sort(apart, axis=1)[:, 1:6].mean(axis=1)
    scale = (near[3] + near[8] + apart[3, 8]) / 3
    assert graph[3, 8] == pytest.approx(np.exp(-(apart[3, 8] ** 2) / (0.5 * scale**2)))


def test_graph_of_copies_is_finite():
    graph = fuse_graphs([similarity_graph(np.ones((25, 3)))] * 2)
    assert np.isfinite(graph_axes(graph)).all()


def test_fusion_depends_neither_on_the_order_of_layers_nor_of_patients(rng):
    values, _, _ = two_layers(rng)
    graphs = [similarity_graph(values[:, :12]), similarity_graph(values[:, 12:])]
    fused = fuse_graphs(graphs)
    assert np.allclose(fused, fuse_graphs(graphs[::-1]))
    order = rng.permutation(len(values))
    turned = [graph[np.ix_(order, order)] for graph in graphs]
    assert np.allclose(fuse_graphs(turned), fused[np.ix_(order, order)])


def test_axes_are_eigenvectors_of_the_walk_on_the_graph(rng):
    graph = fuse_graphs([similarity_graph(rng.normal(size=(40, 3)))])
    axes = graph_axes(graph)
    walk = graph / graph.sum(axis=1, keepdims=True)
    turned = walk @ axes
    for axis, image in zip(axes.T, turned.T, strict=True):
        value = (axis @ image) / (axis @ axis)
        assert np.allclose(image, value * axis, atol=1e-8)
        assert value < 1 - 1e-6


# Layers on their own see two groups each, which agree with the three by 0.5 or so.
@pytest.mark.parametrize(
    ("fusion", "algorithm", "least"),
    [
        *(("joint", algorithm, 0.9) for algorithm in ALGORITHMS),
        ("snf", "kmeans", 0.6),
        ("late", "kmeans", 0.9),
        ("late", "ward", 0.9),
    ],
)
def test_groups_of_two_layers_are_found(rng, fusion, algorithm, least):
    values, layers, truth = two_layers(rng)
    build = space_builder(layers=layers, measured=everyone(), fusion=fusion)
    settings = ClusteringSettings(
        ks=(3,), resamples=100, algorithm=algorithm, fusion=fusion
    )
    found = resample_space(build(values), settings=settings)
    consensus = consensus_matrix(found.labels[3], found.drawn)
    labels = cut_consensus(consensus, k=3)
    assert adjusted_rand_score(truth, labels) > least


def test_late_consensus_leaves_unmeasured_patients_out_of_a_layer(rng):
    values, layers, _ = two_layers(rng)
    measured = everyone()
    measured["b"] = np.arange(90) >= 20
    build = space_builder(layers=layers, measured=measured, fusion="late")
    space = build(
        np.where(~measured["b"][:, None] & (np.array(layers) == "b"), 0, values)
    )
    assert len(space.views) == 2
    found = resample_space(space, settings=SETTINGS)
    assert len(found.drawn) == 240
    # Chunks of 50, 50 and 20 resamples, layer a before layer b in each.
    rows = np.r_[50:100, 150:200, 220:240]
    assert not found.drawn[np.ix_(rows, range(20))].any()
    assert found.drawn[:50, :20].any()


def test_null_of_layers_keeps_correlation_and_who_was_measured(rng):
    values, layers, _ = two_layers(rng)
    unmeasured = np.zeros(values.shape, dtype=bool)
    unmeasured[:15, 12:] = True
    values = np.where(unmeasured, 0, values)
    seen = []

    def build(drawn):
        seen.append(drawn)
        return Space.of(rotate(drawn, layers=layers).scores)

    whole = layer_null(values, unmeasured=np.zeros_like(unmeasured), build=build)
    whole(rng)
    centred = values - values.mean(axis=0)
    assert np.allclose(seen[0].T @ seen[0], centred.T @ centred, atol=1e-6)
    layer_null(values, unmeasured=unmeasured, build=build)(rng)
    assert (seen[1][:15, 12:] == 0).all()
    assert (seen[1][:15, :12] != 0).all()


def test_parts_find_what_one_job_finds(rng):
    values, layers, _ = two_layers(rng)
    space = space_builder(layers=layers, measured=everyone(), fusion="late")(values)
    whole = resample_space(space, settings=SETTINGS)
    parts = [
        resample_space(space, settings=SETTINGS, part=part, parts=4)
        for part in range(4)
    ]
    assert len(parts[3].drawn) == 0
    joined = join_resampled(parts, ks=[2, 3], n_patients=90)
    for k in (2, 3):
        assert np.array_equal(
            consensus_matrix(whole.labels[k], whole.drawn),
            consensus_matrix(joined.labels[k], joined.drawn),
        )


def test_part_survives_its_file(rng):
    space = Space.of(rng.normal(size=(40, 3)))
    rows = [measure(space, settings=SETTINGS, rng=rng)]
    part = ResamplingPart(resample_space(space, settings=SETTINGS), [7], rows)
    again = ResamplingPart.from_arrays(part.to_arrays())
    assert again.numbers == [7]
    assert np.array_equal(again.null[0].pac, rows[0].pac)
    assert np.array_equal(again.resampled.labels[3], part.resampled.labels[3])
    empty = ResamplingPart(join_resampled([], ks=[2, 3], n_patients=40), [], [])
    assert ResamplingPart.from_arrays(empty.to_arrays()).null == []


def test_every_item_is_dealt_to_one_part():
    dealt = [deal_out(11, part=part, parts=3) for part in range(3)]
    assert sorted(n for numbers in dealt for n in numbers) == list(range(11))


def test_cumulative_consensus_by_hand():
    consensus = np.array([[1, 0.5, 0], [0.5, 1, 0.2], [0, 0.2, 1]], dtype=np.float32)
    table = cumulative_consensus(consensus, k=2).set_index("consensus")["cdf"]
    table.index = table.index.to_series().round(2)
    assert table[0] == pytest.approx(1 / 3)
    assert table[0.2] == pytest.approx(2 / 3)
    assert table[0.48] == pytest.approx(2 / 3)
    assert table[0.5] == 1
