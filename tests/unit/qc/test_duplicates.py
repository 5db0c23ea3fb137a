"""Duplicates by identity of genotypes, where there are too few sites for kinship."""

import numpy as np
import pytest
from genotype_stores import write_store

from genostrat.genotypes.store import Store
from genostrat.qc.relatedness.duplicates import find_identical, match_of_strangers
from genostrat.qc.relatedness.kinship import KinshipOptions, find_relatives
from genostrat.seeds import random_generator
from genostrat.sheets.pedigree import Pedigree

OPTIONS = KinshipOptions(
    min_kinship=0.04, min_sites=1000, min_maf=0.05, max_missing_rate=0.05
)


def draw(rng, n_sites, n_samples):
    frequency = rng.uniform(0.2, 0.8, (n_sites, 1))
    genotypes = rng.binomial(2, frequency, (n_sites, n_samples))
    genotypes[rng.random(genotypes.shape) < 0.01] = -9
    return genotypes


def make_store(folder, *, contigs=12, per_contig=12, apart=10_000_000, copies=True):
    rng = random_generator(1, "duplicates", contigs)
    parts = {}
    for number in range(1, contigs + 1):
        genotypes = draw(rng, per_contig, 20)
        if copies:
            genotypes[:, 7] = genotypes[:, 3]
        positions = [1000 + apart * site for site in range(per_contig)]
        parts[str(number)] = (positions, genotypes)
    return write_store(folder, parts)


def find(store):
    return find_relatives(store, options=OPTIONS, pedigree=Pedigree())


def test_a_copy_is_found_on_sites_too_few_for_kinship(tmp_path):
    pairs, record = find(make_store(tmp_path))
    assert not record["assessable"]
    assert record["n_identical"] == 1
    row = pairs.iloc[0]
    assert (row["sample_1"], row["sample_2"]) == ("s0003", "s0007")
    assert (row["relationship"], row["kinship"], row["ibs0"]) == ("duplicate", 0.5, 0)
    assert 0 < row["n_sites"] <= 12 * 12


def test_people_who_are_not_identical_are_not_called_so(tmp_path):
    pairs, record = find(make_store(tmp_path, copies=False))
    assert pairs.empty
    assert record["n_identical"] == 0


@pytest.mark.parametrize(
    ("contigs", "apart", "is_shown"),
    [
        (1, 1000, False),  # a gene: siblings have all of it in common
        (1, 100_000, False),  # six million bases: siblings may
        (4, 1000, False),  # four genes: strangers may be the same there
        (1, 900_000, True),  # a chromosome
    ],
)
def test_what_others_could_share_shows_no_duplicate(tmp_path, contigs, apart, is_shown):
    # However many sites lie side by side, they are a few stretches of the genome.
    store = make_store(tmp_path, contigs=contigs, per_contig=60, apart=apart)
    record = find(store)[1]
    assert record["n_identical"] == is_shown
    assert record["n_alike"] == (not is_shown)


def test_one_differing_genotype_is_no_copy(tmp_path):
    store = make_store(tmp_path)
    assert len(find_identical(store).samples) == 1
    genotypes = store.contig("3").read(np.arange(12))
    genotypes[5, 7] = (genotypes[5, 3] + 1) % 3
    write_store(tmp_path, {"3": ([1000 + 10**7 * i for i in range(12)], genotypes)})
    found = find_identical(Store(tmp_path))
    assert (len(found.samples), found.n_alike) == (0, 0)


def test_samples_without_calls_are_not_alike(tmp_path):
    genotypes = np.full((30, 4), -9)
    store = write_store(tmp_path, {"1": (range(1000, 1030), genotypes)})
    assert find_identical(store).n_alike == 0


def test_strangers_match_as_often_as_people_who_are_drawn():
    rng = random_generator(1, "strangers")
    one, two = rng.binomial(2, 0.3, (2, 200_000))
    found = match_of_strangers(np.array([0.3]))[0]
    assert found == pytest.approx((one == two).mean(), abs=0.005)
