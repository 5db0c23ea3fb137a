import numpy as np
import pytest

from genostrat.seeds import random_generator
from genostrat.simulate.genome import FST, SimulatedCounts, draw_sites
from genostrat.simulate.inheritance import ABSENT, cross, draw_founders
from genostrat.simulate.people import balanced_labels
from genostrat.simulate.pharmacogenes import VARIANTS, gene_haplotypes
from genostrat.simulate.reads import (
    GENOTYPES,
    Contamination,
    call_genotypes,
    sequence_samples,
)


def call(*reads, ploidy=2):
    depths = np.array(reads, float)[:, None, None]
    n_alleles = np.array([3 if reads[2] else 2])
    genotypes, qualities = call_genotypes(
        depths, ploidy=np.array([[ploidy]]), n_alleles=n_alleles
    )
    return int(genotypes[0, 0]), int(qualities[0, 0])


@pytest.mark.parametrize(
    ("reads", "genotype"),
    [
        ((30, 0, 0), (0, 0)),
        ((14, 16, 0), (0, 1)),
        ((0, 30, 0), (1, 1)),
        ((15, 0, 14), (0, 2)),
        ((0, 14, 15), (1, 2)),
        ((1, 0, 29), (2, 2)),
    ],
)
def test_calls_follow_the_reads(reads, genotype):
    assert GENOTYPES[call(*reads)[0]] == genotype


def test_quality_is_the_likelihood_ratio():
    # 10 log10 of (0.99 / 0.5)^6: six reference reads against a heterozygote.
    assert call(6, 0, 0) == (0, round(60 * np.log10(0.99 / 0.5)))
    # Two foreign reads in twelve: the heterozygote wins by a computable margin.
    het, hom = 12 * np.log10(0.5), 10 * np.log10(0.99) + 2 * np.log10(0.01)
    assert call(10, 2, 0) == (1, round(10 * (het - hom)))
    assert call(90, 0, 0)[1] == 99


def test_too_few_reads_are_not_called():
    assert call(3, 0, 0) == (-1, 0)
    assert call(4, 0, 0)[0] == 0


def test_one_copy_is_never_heterozygous():
    assert GENOTYPES[call(9, 8, 0, ploidy=1)[0]] == (0, 0)
    assert GENOTYPES[call(8, 9, 0, ploidy=1)[0]] == (1, 1)


def test_reads_show_error_rate_depth_and_contamination():
    n_sites = 4000
    alleles = np.zeros((2, n_sites, 4), np.int8)
    alleles[:, :, 1] = 1
    alleles[1, :, 2] = ABSENT
    foreign = np.ones((2, n_sites), np.int8)
    calls = sequence_samples(
        random_generator(1, "reads"),
        alleles,
        n_alleles=np.full(n_sites, 2),
        missing_rate=np.array([0.0, 0.25, 0.0, 0.0]),
        contamination=Contamination(3, foreign, 0.15),
    )
    depth = calls.depths.sum(axis=0)
    shares = calls.depths[1].sum(axis=0) / depth.sum(axis=0)
    assert shares[0] == pytest.approx(0.003, abs=0.001)
    assert shares[1] == pytest.approx(0.997, abs=0.001)
    assert shares[3] == pytest.approx(0.15, abs=0.01)
    means = depth.mean(axis=0)
    assert means[0] == pytest.approx(30, rel=0.2)
    assert means[2] == pytest.approx(15, rel=0.2)
    assert depth[:, 0].var() > 2 * means[0]
    assert (calls.genotypes[:, 1] < 0).mean() == pytest.approx(0.25, abs=0.03)


def test_frequencies_drift_by_fst_between_ancestries():
    sites = draw_sites(
        random_generator(1, "sites"), counts=SimulatedCounts(autosomal=8000, spanning=0)
    )
    common = sites.frequencies[sites.region("autosome"), :, 0]
    common = common[(common > 0).all(axis=1) & (common.mean(axis=1) > 0.1)]
    # Hudson's Fst between two populations with known frequencies; twice differentiated
    # from one ancestor by F each, the pair is F apart.
    a, b = common[:, 0], common[:, 1]
    hudson = ((a - b) ** 2).sum() / (a * (1 - b) + b * (1 - a)).sum()
    assert hudson == pytest.approx(FST, abs=0.01)


def test_children_inherit_one_copy_of_each_parent():
    rng = random_generator(2, "family")
    sites = draw_sites(rng, counts=SimulatedCounts(autosomal=600, chrx=80, chry=20))
    ancestry, male = np.array([0, 0]), np.array([False, True])
    mother, father = draw_founders(rng, sites, ancestry=ancestry, male=male)
    son, daughter = (
        cross(rng, sites, mother=mother, father=father, son=is_son)
        for is_son in (True, False)
    )
    on_x, on_y = sites.region("x"), sites.region("y")
    for child in (son, daughter):
        maternal = (child.alleles[0] == mother.alleles).any(axis=0)
        assert maternal[~on_y].all()
        autosomes = sites.region("autosome", "par")
        assert (child.alleles[1] == father.alleles).any(axis=0)[autosomes].all()
        mixed = (child.alleles[0] == mother.alleles).mean(axis=1)
        assert mixed.max() < 0.95
    assert (son.alleles[1, on_x] == ABSENT).all()
    assert (daughter.alleles[1, on_x] == father.alleles[0, on_x]).all()
    assert (son.alleles[0, on_y] == father.alleles[0, on_y]).all()
    assert (daughter.alleles[:, on_y] == ABSENT).all()


def test_star_alleles_travel_with_their_variants():
    rng = random_generator(5, "stars")
    sites = draw_sites(rng, counts=SimulatedCounts(autosomal=200, chrx=10, chry=5))
    rows = {r: i for i, r in enumerate(sites.table["rsid"]) if r != "."}
    carried = {
        (h.gene, h.name): set(h.rsids) for hs in gene_haplotypes().values() for h in hs
    }
    mother, father = draw_founders(
        rng, sites, ancestry=np.array([1, 2]), male=np.array([False, True])
    )
    for _ in range(10):
        child = cross(rng, sites, mother=mother, father=father, son=False)
        for copy in (0, 1):
            expected = set().union(
                *(carried[gene, pair[copy]] for gene, pair in child.stars.items())
            )
            found = {r for r, row in rows.items() if child.alleles[copy, row] == 1}
            assert found == expected


def test_haplotype_frequencies_are_distributions():
    known = {variant.rsid for variant in VARIANTS}
    for gene, haplotypes in gene_haplotypes().items():
        frequencies = np.array([h.frequencies for h in haplotypes])
        assert (frequencies >= 0).all(), gene
        assert frequencies.sum(axis=0) == pytest.approx(1)
        assert {rsid for h in haplotypes for rsid in h.rsids} <= known
    used = {r for hs in gene_haplotypes().values() for h in hs for r in h.rsids}
    assert used == known


def test_balanced_labels_keep_their_shares_within_groups():
    rng = random_generator(1, "labels")
    key = rng.integers(0, 4, 300)
    labels = balanced_labels(rng, (key,), shares=(0.35, 0.35, 0.30))
    assert np.bincount(labels).tolist() == [105, 105, 90]
    for group in range(4):
        inside = np.bincount(labels[key == group], minlength=3)
        expected = np.array([0.35, 0.35, 0.30]) * (key == group).sum()
        assert np.abs(inside - expected).max() < 2
