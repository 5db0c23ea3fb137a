"""Which genotypes are read for a search: of no chromosome, of few sites, of some."""

import numpy as np
import pytest
from genotype_stores import write_store

from genostrat.qc.identity import omics_associations
from genostrat.qc.identity.omics_associations import read_search_variants
from genostrat.qc.panel.shares import _read

N = 40


def with_copies(n_alt, seed):
    """Return genotypes of forty people with so many copies of an allele."""
    copies = np.zeros(2 * N, np.int8)
    copies[:n_alt] = 1
    return np.random.default_rng(seed).permutation(copies).reshape(N, 2).sum(axis=1)


def search(store):
    options = {"min_maf": 0.1, "max_missing_rate": 0.1, "threads": 1}
    return read_search_variants(store, **options)


def test_a_store_without_autosomes_has_nothing_to_search(tmp_path):
    store = write_store(tmp_path, {"X": ([5], with_copies(30, 1)[None])})
    genotypes, n_found = search(store)
    assert (len(genotypes), n_found) == (0, 0)


@pytest.mark.parametrize(("most", "kept"), [(9, [20, 30, 40, 36]), (2, [40, 36])])
def test_those_of_the_largest_variance_are_kept(tmp_path, monkeypatch, most, kept):
    """2p(1 − p) of 80 copies is largest at forty; of seven the allele is too rare."""
    monkeypatch.setattr(omics_associations, "MAX_VARIANTS", most)
    contigs = {"1": [20, 7, 30, 40], "2": [36]}
    parts = {
        name: (
            1_000 + 10_000_000 * np.arange(len(counts)),
            np.stack([with_copies(n, seed) for seed, n in enumerate(counts)]),
        )
        for name, counts in contigs.items()
    }
    genotypes, n_found = search(write_store(tmp_path, parts))
    assert n_found == 4
    assert genotypes.sum(axis=1).tolist() == kept


def test_sites_are_read_of_the_chromosomes_that_have_any(tmp_path):
    """Turned round where the panel counts the other allele."""
    first = np.arange(4 * 6).reshape(4, 6) % 3
    second = 2 - first
    places = np.arange(1, 5) * 100
    store = write_store(tmp_path, {"1": (places, first), "2": (places, second)})
    rows = {
        "1": np.array([0, 2]),
        "2": np.array([], np.int64),
        "3": np.array([0]),
    }
    found = _read(store, rows, None, slice(1, 4), threads=1)
    assert found.tolist() == first[[0, 2], 1:4].tolist()
    flipped = {"1": np.array([False, True])}
    found = _read(store, rows, flipped, slice(1, 4), threads=1)
    assert found.tolist() == [first[0, 1:4].tolist(), (2 - first[2, 1:4]).tolist()]
    none = _read(store, {"2": rows["2"]}, None, slice(0, 2), threads=1)
    assert none.shape == (0, 2)
