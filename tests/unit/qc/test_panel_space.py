"""Placing samples among a panel's frozen components, each on its own."""

import numpy as np
import pandas as pd
import pytest
from panel_cohorts import World, make_store

from genostrat.qc.panel.labelling import label_with_panel
from genostrat.qc.panel.learning import LabelOptions
from genostrat.qc.panel.sites import SiteRules
from genostrat.qc.panel.space import PanelSpace, no_space, place_samples
from genostrat.tables import read_arrays, write_arrays

RULES = SiteRules(min_maf=0.01, max_missing_rate=0.05, window=100, step=20, max_r2=0.2)
OPTIONS = LabelOptions(min_sites=300, min_probability=0.9, tail=0.02, sites=RULES)
SIZES = {"N": 30, "E": 30, "S": 30}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("panel")
    made = World(6, n_variants=1500)
    panel, people, _ = made.panel(folder / "panel", SIZES)
    genotypes = np.concatenate([made.people(p, 6) for p in "NES"], axis=1)
    holes = made.rng.random(genotypes.shape) < 0.01
    genotypes = np.where(holes, -9, genotypes)
    names = [f"p{i:02d}" for i in range(18)]
    cohort = make_store(folder / "cohort", genotypes, names=names)
    labelled = label_with_panel(
        cohort, panel, people=people, strand_known=True, options=OPTIONS
    )
    return folder, cohort, genotypes, names, labelled


def place(store, space):
    return place_samples(store, space, strand_known=True).set_index("sample_id")


def test_places_are_those_that_labels_are_told_by(world):
    _, cohort, _, names, labelled = world
    placed = place(cohort, labelled.space)
    projected = labelled.projection.set_index("sample_id")
    np.testing.assert_allclose(
        placed[labelled.space.names], projected.loc[names], rtol=1e-5, atol=1e-6
    )


def test_a_sample_lies_in_the_same_place_alone_and_in_a_file_of_other_sites(
    world, tmp_path
):
    _, cohort, genotypes, names, labelled = world
    batch = place(cohort, labelled.space)
    axes = labelled.space.names[:3]
    spread = batch[axes].std()
    for one in (0, 7, 17):
        alone = make_store(tmp_path / f"a{one}", genotypes[:, [one]], names=["me"])
        got = place(alone, labelled.space)
        assert (got.loc["me"] - batch.loc[names[one]]).abs().max() < 1e-6
        # Sites that the file lacks are as those without a genotype.
        fewer = genotypes[:, [one]].copy()
        fewer[::20] = -9
        kept = np.flatnonzero(np.arange(len(fewer)) % 20)
        marked = place(
            make_store(tmp_path / f"m{one}", fewer, names=["me"]), labelled.space
        )
        assert (
            got.loc["me", axes] - marked.loc["me", axes]
        ).abs().max() < spread.max() / 3
        lacking = write_rows(tmp_path / f"l{one}", genotypes[:, [one]], kept)
        pd.testing.assert_frame_equal(place(lacking, labelled.space), marked)


def write_rows(folder, genotypes, kept):
    """Write a store of some of the variants, at the places they had."""
    from genostrat.genotypes.store import Store, write_contig

    write_contig(
        folder,
        "1",
        blocks=[genotypes[kept].astype(np.int8)],
        n_variants=len(kept),
        pvar_lines=[f"1\t{(i + 1) * 1000}\tv{i}\tA\tG\t.\tPASS" for i in kept],
        samples=["me"],
        sexes=[""],
    )
    return Store(folder)


def test_exchanged_alleles_are_turned_back(world, tmp_path):
    _, cohort, genotypes, names, labelled = world
    turned = make_store(
        tmp_path / "t", genotypes, names=names, swapped=range(0, 1500, 3)
    )
    pd.testing.assert_frame_equal(
        place(turned, labelled.space), place(cohort, labelled.space)
    )


def test_with_a_fifth_of_the_sites_missing_nobody_is_placed(world, tmp_path):
    _, _, genotypes, _, labelled = world
    few = np.where(np.arange(len(genotypes))[:, None] % 4 == 0, -9, genotypes)
    got = place(
        make_store(tmp_path / "few", few[:, :2], names=["a", "b"]), labelled.space
    )
    assert got[labelled.space.names].isna().all(axis=None)
    elsewhere = make_store(
        tmp_path / "none", genotypes[:, :2], names=["a", "b"], step=777_777
    )
    assert place(elsewhere, labelled.space)["n_sites"].tolist() == [0, 0]


def test_a_space_survives_its_file(world, tmp_path):
    space = world[-1].space
    write_arrays(tmp_path / "s.npz", entry="qc/panel_space.npz", **space.to_arrays())
    again = PanelSpace.from_arrays(read_arrays(tmp_path / "s.npz"))
    pd.testing.assert_frame_equal(place(world[1], again), place(world[1], space))
    write_arrays(tmp_path / "n.npz", entry="qc/panel_space.npz", **no_space())
    assert PanelSpace.from_arrays(read_arrays(tmp_path / "n.npz")) is None


def test_a_space_tells_nothing_of_the_cohort_it_was_made_in(world):
    _, _, _, names, labelled = world
    arrays = labelled.space.to_arrays()
    assert all(len(names) not in array.shape for array in arrays.values())
    assert not any(name in str(arrays) for name in names)
