"""Who is who across two stores, whatever strand and alleles they are written with."""

import numpy as np
import pytest
from panel_cohorts import World, child_of, make_store

from genostrat.exports.identities import find_identities, list_identities
from genostrat.genotypes.store import Store
from genostrat.registry import table_spec
from genostrat.tables import write_json, write_table

N_VARIANTS = 1500


@pytest.fixture(scope="module")
def people():
    world = World(5, n_variants=N_VARIANTS)
    strangers = np.concatenate([world.people(name, 12) for name in ("N", "S")], axis=1)
    child = child_of(world.rng, strangers[:, 0], strangers[:, 1])
    return world.rng, strangers, child


@pytest.fixture(scope="module")
def stores(people, tmp_path_factory):
    """A genome, and an array of some of its people: other strand, alleles, errors."""
    rng, strangers, child = people
    folder = tmp_path_factory.mktemp("two")
    pairs = np.array([("A", "G"), ("C", "A"), ("A", "T"), ("C", "G")])
    alleles = pairs[rng.integers(0, 4, N_VARIANTS)]
    genome = make_store(
        folder / "genome",
        strangers,
        names=[f"p{i:02}" for i in range(24)],
        alleles=alleles,
    )
    on_array = np.column_stack([strangers[:, [3, 7, 20, 9]], child])
    wrong = rng.random(on_array.shape) < 0.01
    on_array = np.where(wrong, rng.integers(0, 3, on_array.shape), on_array)
    on_array[rng.random(on_array.shape) < 0.03] = -9
    swapped = np.flatnonzero(rng.random(N_VARIANTS) < 0.5)
    other = np.char.translate(alleles, str.maketrans("ACGT", "TGCA"))
    array = make_store(
        folder / "array",
        on_array,
        # p03 under its own name, p07 under another's, p20 under a new one.
        names=["p03", "p11", "x20", "x09", "child"],
        alleles=other,
        swapped=swapped,
    )
    return genome, array


def test_one_person_is_found_whatever_the_name_the_strand_and_the_alleles(stores):
    table, record = find_identities(*stores, source="array")
    found = {
        (row.sample_id, row.other_id): row.status
        for row in table.itertuples(index=False)
    }
    assert found == {
        ("p03", "p03"): "same_person",
        ("p07", "p11"): "same_person",
        ("p20", "x20"): "same_person",
        ("p09", "x09"): "same_person",
        # The name says one person, and the genotypes another.
        ("p11", "p11"): "different_person",
        ("p00", "child"): "first_degree",
        ("p01", "child"): "first_degree",
    }
    same = table[table["status"] == "same_person"]
    assert (same["concordance"] > 0.985).all()
    assert (same["concordance"] < 1).all()
    # Two genotypes in 300 are wrong, 1.6 % of those heterozygous in either; strangers
    # share less than half.
    assert (same["het_concordance"] > 0.95).all()
    assert record["n_same_id_differs"] == 1
    assert (
        record["n_sites"] < record["n_sites_shared"] - record["n_sites_palindromic"] + 1
    )
    assert record["n_sites_palindromic"] > 500


def test_kinship_and_concordance_are_those_by_hand(people, stores):
    genome, array = stores
    table, _ = find_identities(genome, array, source="array")
    row = table[table["other_id"] == "p03"].iloc[0]
    variants = genome.contigs[0].variants
    complement = {"A": "T", "C": "G", "G": "C", "T": "A"}
    plain = variants["alt"] != variants["ref"].map(complement)
    one = genome.contigs[0].read(np.arange(N_VARIANTS))
    two = array.contigs[0].read(np.arange(N_VARIANTS))
    turned = array.contigs[0].variants["ref"] == variants["alt"].map(complement)
    two = np.where(turned.to_numpy()[:, None] & (two >= 0), 2 - two, two)
    maf = [np.where(g < 0, np.nan, g) for g in (one, two)]
    maf = [np.nanmean(g, axis=1) / 2 for g in maf]
    common = np.maximum(*(np.minimum(m, 1 - m) for m in maf)) >= 0.05
    called = (two >= 0).mean(axis=1) >= 0.9
    a, b = (g[plain & common & called] for g in (one[:, 3], two[:, 0]))
    both = (a >= 0) & (b >= 0)
    a, b = a[both], b[both]
    assert row["n_sites"] == len(a)
    assert row["concordance"] == pytest.approx(np.mean(a == b))
    fewest = min((a == 1).sum(), (b == 1).sum())
    apart = 4 * (np.abs(a - b) == 2).sum() + ((a == 1) ^ (b == 1)).sum()
    assert row["kinship"] == pytest.approx(0.5 - apart / (4 * fewest))


def test_too_few_sites_are_never_an_answer(stores):
    genome, array = stores
    few = Store(array.folder, {"1": np.arange(150, N_VARIANTS)})
    table, record = find_identities(genome, few, source="array")
    assert not record["assessable"]
    assert "too few" in record["reason"]
    # Pairs of one name are still listed, and not judged.
    assert set(table["status"]) == {"not_assessable"}
    assert set(table["sample_id"]) == {"p03", "p11"}


def test_what_was_not_compared_is_said(stores, tmp_path):
    genome, array = stores
    reasons = {"reference panel": "there is no reference panel"}
    table, records = list_identities(genome, {"array": array}, not_compared=reasons)
    assert [record["source"] for record in records] == ["array", "reference panel"]
    assert records[1]["reason"] == reasons["reference panel"]
    write_table(tmp_path / "identities.tsv", table, table="exports/identities.tsv")
    write_json(tmp_path / "identities.json", records, entry="exports/identities.json")
    nothing, _ = list_identities(genome, {}, not_compared=reasons)
    write_table(tmp_path / "nothing.tsv", nothing, table="exports/identities.tsv")
    assert table_spec("exports/identities.tsv").access == "patient"
