"""Shares of ancestry: against another solver, planted mixtures, and people unknown."""

import numpy as np
import pandas as pd
import pytest
from panel_cohorts import World, make_store
from scipy.optimize import minimize

from genostrat.qc.panel.fit import count_groups
from genostrat.qc.panel.share_kernels import solve_shares
from genostrat.qc.panel.shares import (
    draw_blocks,
    estimate_shares,
    measure_frequencies,
    no_shares,
    tabulate_shares,
)
from genostrat.tables import write_table

N_VARIANTS = 3000
LABELS = ["E", "N", "S"]
#: Sites 100 kb apart: 50 a block, 60 blocks.
STEP = 100_000


def test_shares_are_those_of_another_solver():
    rng = np.random.default_rng(2)
    matrices, vectors = [], []
    for _ in range(25):
        root = rng.normal(size=(6, 4))
        matrices.append(root.T @ root)
        vectors.append(rng.normal(size=4))
    found = np.full((25, 4), 0.25)
    solve_shares(np.array(matrices), np.array(vectors), found)
    assert (found >= 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-9)
    for matrix, vector, shares in zip(matrices, vectors, found, strict=True):

        def objective(q, matrix=matrix, vector=vector):
            return q @ matrix @ q - 2 * vector @ q

        other = minimize(
            objective,
            np.full(4, 0.25),
            bounds=[(0, 1)] * 4,
            constraints={"type": "eq", "fun": lambda q: q.sum() - 1},
            options={"ftol": 1e-12, "maxiter": 500},
        )
        assert objective(shares) <= other.fun + 1e-6


@pytest.fixture(scope="module")
def world():
    return World(8, n_variants=N_VARIANTS)


@pytest.fixture(scope="module")
def panel(world, tmp_path_factory):
    """A small panel, so that its sampling error is large."""
    people = np.concatenate([world.people(label, 25) for label in LABELS], axis=1)
    names = [f"r{i:02}" for i in range(75)]
    folder = tmp_path_factory.mktemp("panel")
    return make_store(folder, people, names=names, step=STEP)


@pytest.fixture(scope="module")
def frequencies(panel):
    rows = {"1": np.arange(N_VARIANTS)}
    groups = np.repeat(np.arange(3), 25)
    counts = count_groups(panel, rows=rows, group_of=groups, n_groups=3)
    return measure_frequencies(
        panel, counts, rows=rows, label_of=np.arange(3), labels=LABELS
    )


ROWS = {"1": np.arange(N_VARIANTS)}


def plant(world, shares, n_people):
    mixed = sum(q * world.frequency[label] for label, q in shares.items())
    size = (N_VARIANTS, n_people)
    return world.rng.binomial(2, mixed[:, None], size).astype(np.int8)


@pytest.mark.parametrize(
    "shares", [{"E": 1.0}, {"E": 0.3, "N": 0.7}, {"E": 0.05, "N": 0.5, "S": 0.45}]
)
def test_planted_shares_are_found_without_bias(world, frequencies, tmp_path, shares):
    genotypes = plant(world, shares, 60)
    genotypes[world.rng.random(genotypes.shape) < 0.05] = -9
    swapped = np.arange(0, N_VARIANTS, 3)
    names = [f"m{i:02}" for i in range(60)]
    store = make_store(tmp_path, genotypes, names=names, swapped=swapped, step=STEP)
    flipped = {"1": np.isin(np.arange(N_VARIANTS), swapped)}
    draws = draw_blocks(frequencies.n_blocks, seed=1)
    found = estimate_shares(store, frequencies, rows=ROWS, flipped=flipped, draws=draws)
    truth = np.array([shares.get(label, 0.0) for label in LABELS])
    error = found.shares - truth
    # The mean of 60 has a standard error below 0.01; at an end it can err one way only.
    np.testing.assert_allclose(error.mean(axis=0), 0, atol=0.025)
    covered = (found.low <= truth) & (found.high >= truth)
    assert covered.mean() > 0.9
    assert (found.low <= found.shares + 1e-9).all()
    assert (found.high >= found.shares - 1e-9).all()
    assert (found.called < N_VARIANTS).all()


def test_a_small_panel_does_not_draw_shares_together(world, frequencies, tmp_path):
    """Without taking its sampling error off, 0.7 and 0.3 come out nearer to a half."""
    store = make_store(
        tmp_path, plant(world, {"E": 0.3, "N": 0.7}, 60), names=range(60), step=STEP
    )
    plain = frequencies.__class__(
        LABELS,
        frequencies.alleles,
        frequencies.people,
        np.zeros_like(frequencies.noise),
        frequencies.weights,
        frequencies.block_of,
    )
    biased = estimate_shares(store, plain, rows=ROWS).shares.mean(axis=0)
    mended = estimate_shares(store, frequencies, rows=ROWS).shares.mean(axis=0)
    wanted = np.array([0.3, 0.7, 0])
    assert np.abs(biased - wanted).max() > 2 * np.abs(mended - wanted).max()


def test_people_of_no_label_are_doubtful_and_few_sites_no_answer(
    world, panel, frequencies, tmp_path
):
    parts = [plant(world, {"E": 0.5, "S": 0.5}, 20), world.people("other", 20)]
    genotypes = np.concatenate(parts, axis=1)
    genotypes[500:, 0] = -9
    names = [f"m{i:02}" for i in range(40)]
    store = make_store(tmp_path / "s", genotypes, names=names, step=STEP)
    found = estimate_shares(store, frequencies, rows=ROWS)
    table = tabulate_shares(
        names,
        found,
        LABELS,
        of_panel=estimate_shares(
            panel,
            frequencies,
            rows=ROWS,
            label_of_sample=np.repeat(np.arange(3), 25),
        ),
        enough=found.called > 2000,
        tail=0.02,
    )
    status = table.drop_duplicates("sample_id")["status"].to_numpy()
    assert status[0] == "not_assessed"
    assert table["share"][:3].isna().all()
    assert np.mean(status[1:20] == "ok") > 0.8
    assert set(status[20:]) == {"doubtful"}
    # No blocks were drawn, so there are no intervals.
    assert table["low"].isna().all()
    write_table(tmp_path / "t.tsv", table, table="qc/ancestry_shares.tsv")
    write_table(tmp_path / "n.tsv", no_shares(), table="qc/ancestry_shares.tsv")


def test_too_few_blocks_give_no_interval(world, panel, frequencies, tmp_path):
    rows = {"1": np.arange(300)}
    groups = np.repeat(np.arange(3), 25)
    counts = count_groups(panel, rows=rows, group_of=groups, n_groups=3)
    few = measure_frequencies(
        panel, counts, rows=rows, label_of=np.arange(3), labels=LABELS
    )
    assert few.n_blocks < 20
    draws = draw_blocks(few.n_blocks, seed=1)
    found = estimate_shares(panel, few, rows=rows, draws=draws)
    assert np.isnan(found.low).all()
    assert isinstance(no_shares(), pd.DataFrame)
