"""Projection without shrinkage, against refitting and against planted places."""

import numpy as np
import pandas as pd
import pytest
from panel_cohorts import World, child_of, make_store

from genostrat.qc.components.ancestry import AncestryOptions, compute_pcs
from genostrat.qc.components.krylov import compute_components
from genostrat.qc.components.projection import (
    correct_shrinkage,
    measure_loadings,
    project_samples,
    share_of_relatives,
)

SIZES = {"N": 30, "E": 30, "S": 30}


@pytest.fixture(scope="module")
def placed(tmp_path_factory):
    """Place 30 new people of each population among the components of 90 others."""
    world = World(1, n_variants=1500)
    genotypes = [world.people(name, 60) for name in SIZES]
    order = [part[:, :30] for part in genotypes] + [part[:, 30:] for part in genotypes]
    both = np.concatenate(order, axis=1)
    folder = tmp_path_factory.mktemp("placed")
    store = make_store(folder, both, names=[f"s{i:03}" for i in range(180)])
    core = np.arange(180) < 90
    found = compute_components(store, n_pcs=2, core=core)
    fixed = correct_shrinkage(
        found.coordinates[~core], strengths=found.strengths, norms=found.norms[~core]
    )
    return store, core, found, fixed


def spread(coordinates, component):
    """Return how far the three populations lie apart on a component."""
    centres = coordinates[:, component].reshape(3, 30).mean(axis=1)
    return np.linalg.norm(centres - centres.mean())


def test_plain_projection_shrinks_and_ours_does_not(placed):
    _, core, found, fixed = placed
    for component in (0, 1):
        known = spread(found.coordinates[core], component)
        plain = spread(found.coordinates[~core], component)
        assert plain / known < 0.92
        assert spread(fixed, component) / known == pytest.approx(1, abs=0.03)


def test_squares_of_genotypes_are_those_of_the_definition(placed):
    store, core, found, _ = placed
    genotypes = store.autosomes[0].read(np.arange(1500)).astype(float)
    p = genotypes[:, core].mean(axis=1, keepdims=True) / 2
    p, genotypes = p[(p > 0) & (p < 1)][:, None], genotypes[((p > 0) & (p < 1))[:, 0]]
    z = (genotypes - 2 * p) / np.sqrt(2 * p * (1 - p))
    np.testing.assert_allclose(found.norms, (z**2).mean(axis=0), rtol=1e-12)


def test_a_member_lies_where_it_would_be_placed_if_left_out(placed):
    store, core, found, _ = placed
    errors, careless = [], []
    for one in range(0, 90, 10):
        rest = core.copy()
        rest[one] = False
        again = compute_components(store, n_pcs=2, core=rest)
        plain = again.coordinates[[one]]
        fixed = correct_shrinkage(
            plain, strengths=again.strengths, norms=again.norms[[one]]
        )
        # Components of equal strength turn among themselves: that is no error.
        cross = again.coordinates[rest].T @ found.coordinates[rest]
        left, _, right = np.linalg.svd(cross)
        own = found.coordinates[one]
        errors.append(np.linalg.norm(fixed[0] @ left @ right - own))
        careless.append(np.linalg.norm(plain[0] @ left @ right - own))
    scale = np.linalg.norm(found.coordinates[core], axis=1).mean()
    assert np.mean(errors) < 0.03 * scale
    assert np.mean(careless) > 4 * np.mean(errors)


def test_loadings_place_another_store_as_the_components_do(placed, tmp_path):
    store, core, found, _ = placed
    rows = {"1": np.arange(0, 1500, 2)}
    found = compute_components(store, n_pcs=2, core=core, rows=rows)
    genotypes = store.autosomes[0].read(np.arange(1500))
    genotypes[np.random.default_rng(5).random(genotypes.shape) < 0.05] = -9
    swapped = range(0, 1500, 6)
    other = make_store(tmp_path, genotypes, names=store.samples, swapped=swapped)
    # The same people with gaps: as if they had been in the first store like this.
    holes = make_store(tmp_path / "holes", genotypes, names=store.samples)
    loadings = measure_loadings(store, found, core=core, rows=rows)
    flipped = {"1": np.isin(rows["1"], swapped)}
    ours = project_samples(other, loadings, rows=rows, flipped=flipped)
    plain = project_samples(
        holes, loadings, rows=rows, flipped={"1": ~flipped["1"] & 0}
    )
    np.testing.assert_allclose(ours.coordinates, plain.coordinates, rtol=1e-9)
    full = project_samples(
        store, loadings, rows=rows, flipped={"1": np.zeros(750, bool)}
    )
    np.testing.assert_allclose(full.coordinates, found.coordinates, rtol=1e-9)
    np.testing.assert_allclose(full.norms, found.norms, rtol=1e-9)
    assert (full.called == 750).all()
    called = (genotypes[rows["1"]] >= 0).sum(axis=0)
    np.testing.assert_array_equal(ours.called, called)
    apart = np.abs(ours.coordinates - full.coordinates).mean(axis=0)
    assert (apart < 0.1 * np.abs(full.coordinates).mean(axis=0)).all()


def test_threads_change_nothing(placed):
    store, core, found, _ = placed
    rows = {"1": np.arange(1500)}
    flipped = {"1": np.zeros(1500, bool)}
    places = []
    for threads in (1, 3):
        loadings = measure_loadings(store, found, core=core, rows=rows, threads=threads)
        placed = project_samples(
            store, loadings, rows=rows, flipped=flipped, threads=threads
        )
        places.append(placed.coordinates.tobytes())
    assert places[0] == places[1]


def test_a_relative_lies_where_its_parents_do_and_a_copy_on_its_original(tmp_path):
    world = World(2, n_variants=1500)
    core_people = np.concatenate([world.people(name, 40) for name in SIZES], axis=1)
    couples = [(i, i + 1) for i in range(0, 120, 6)]
    children = [
        child_of(world.rng, core_people[:, i], core_people[:, j]) for i, j in couples
    ]
    copies = core_people[:, :3]
    both = np.column_stack([core_people, *children, copies])
    names = [f"s{i:03}" for i in range(both.shape[1])]
    store = make_store(tmp_path, both, names=names)
    pairs = [
        (f"s{120 + number:03}", f"s{parent:03}", 0.25)
        for number, couple in enumerate(couples)
        for parent in couple
    ]
    pairs += [(f"s{i:03}", f"s{140 + i:03}", 0.5) for i in range(3)]
    table = pd.DataFrame(pairs, columns=["sample_1", "sample_2", "kinship"])
    core = np.arange(len(names)) < 120
    found = compute_components(store, n_pcs=5, core=core)
    shared = share_of_relatives(
        table, samples=names, core=core, coordinates=found.coordinates
    )
    fixed, careless = (
        correct_shrinkage(
            found.coordinates,
            strengths=found.strengths,
            norms=found.norms,
            shared=part,
        )
        for part in (shared, None)
    )
    np.testing.assert_allclose(fixed[140:], found.coordinates[:3], rtol=1e-6)
    # Of a component of noise, a child has the mean of its parents' noise.
    parents = found.coordinates[np.array(couples)].mean(axis=1)
    for component in (0, 1):
        slope = np.polyfit(parents[:, component], fixed[120:140, component], 1)[0]
        assert slope == pytest.approx(1, abs=0.03)
    noisy = slice(2, 5)
    assert (
        np.abs(careless[120:140, noisy] - parents[:, noisy]).mean()
        > 1.1 * np.abs(fixed[120:140, noisy] - parents[:, noisy]).mean()
    )
    options = AncestryOptions(5, 100, 0.01, 0.05, 50, 5, 0.9)
    pcs, _ = compute_pcs(store, unrelated=names[:120], pairs=table, options=options)
    pcs = pcs.set_index("sample_id")
    np.testing.assert_allclose(pcs.iloc[140:], pcs.iloc[:3], rtol=1e-6)


def test_components_of_nothing_place_nobody():
    plain = np.zeros((4, 2))
    fixed = correct_shrinkage(plain, strengths=np.zeros(2), norms=np.ones(4))
    np.testing.assert_array_equal(fixed, plain)
    empty = correct_shrinkage(plain[:0], strengths=np.ones(2), norms=np.ones(0))
    assert empty.shape == (0, 2)
