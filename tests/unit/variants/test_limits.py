"""How many people, sites and stretches an answer needs: at the limit itself."""

import numpy as np
import pandas as pd
import pytest
from genotype_stores import write_store

from genostrat.variants import equilibrium
from genostrat.variants.counting import ContigCounts, StoreCounts
from genostrat.variants.equilibrium import (
    choose_tested,
    find_deviations,
    summarise_equilibrium,
)
from genostrat.variants.populations import linkage
from genostrat.variants.populations.counting import GroupCounts
from genostrat.variants.populations.describe import Options, describe_populations
from genostrat.variants.populations.differentiation import _estimate
from genostrat.variants.populations.diversity import Diversity
from genostrat.variants.populations.groups import ALL, Group
from genostrat.variants.populations.jackknife import jackknife_error
from genostrat.variants.populations.linkage import (
    EDGES,
    N_CLASSES,
    _sum_pairs,
    _to_rows,
)
from genostrat.variants.populations.spectrum import Spectrum


def people(n, label="A"):
    samples = [f"{label}{i}" for i in range(n)]
    ancestry = pd.DataFrame({"sample_id": samples, "ancestry": label})
    sexes = pd.DataFrame({"sample_id": samples, "inferred_sex": "female"})
    return samples, ancestry, sexes


@pytest.mark.parametrize(("n", "groups"), [(19, []), (20, ["ancestry: A"])])
def test_proportions_are_tested_in_twenty_people_of_a_label(n, groups):
    samples, ancestry, sexes = people(n)
    options = {"ancestry": ancestry, "sexes": sexes}
    tested = choose_tested(samples, unrelated=samples, **options)
    assert list(tested.masks) == groups
    tested = choose_tested(samples, unrelated=samples[1:], **options)
    assert not tested.masks
    nobody = ancestry.assign(ancestry="unassigned")
    tested = choose_tested(samples, unrelated=samples, ancestry=nobody, sexes=sexes)
    assert list(tested.masks) == (["ancestry: all"] if groups else [])


def test_proportions_are_tested_where_twenty_were_called_and_some_differ():
    rows = np.array([[20, 10, 0], [19, 10, 0], [20, 0, 0], [20, 0, 20], [20, 0, 1]])
    n_called, n_het, n_hom_alt = rows.T[:, None, :]
    own = ContigCounts(None, n_called, n_het, n_hom_alt)
    tested = equilibrium.Tested({"ancestry: A": None}, {"ancestry: A": None})
    for contig, n_known in (("1", 2), ("X", 2), ("Y", 0), ("MT", 0)):
        counts = StoreCounts(["ancestry: A"], [20], {contig: own}, None)
        (values,) = find_deviations(counts, tested).values()
        assert np.isfinite(values).sum() == n_known
        if n_known:
            assert np.isfinite(values).tolist() == [True, False, False, False, True]


def test_deviations_are_counted_below_one_in_a_million():
    tested = equilibrium.Tested({"ancestry: A": np.ones(30, bool)}, {})
    table = pd.DataFrame({"hwe_p_A": [1e-6, 9.9e-7, 0.5, np.nan]})
    assert summarise_equilibrium(table, tested) == {
        "A": {"n_samples": 30, "n_tested": 3, "n_below_1e-6": 1}
    }


@pytest.mark.parametrize(("n", "is_told"), [(9, False), (10, True)])
def test_an_error_needs_ten_stretches(n, is_told):
    sums = np.random.default_rng(1).random((1, 12))
    used = np.arange(12) < n
    error, n_stretches = jackknife_error(sums, lambda left: left[0], used=used)
    assert n_stretches == n
    assert np.isfinite(error) == is_told
    if is_told:
        left = sums[0, :n].sum() - sums[0, :n]
        assert error == pytest.approx(
            np.sqrt((n - 1) / n * ((left - left.mean()) ** 2).sum())
        )


@pytest.mark.parametrize(("n", "is_told"), [(99, False), (100, True)])
def test_a_distance_between_groups_needs_a_hundred_variants(n, is_told):
    sums = np.zeros((3, 12))
    sums[0], sums[1], sums[2] = 0.1, 0.5, n / 12
    sums[2] = 0
    sums[2, 0] = n
    found = _estimate(sums)
    assert ("fst" in found) == is_told
    assert found["n_variants"] == n
    if is_told:
        assert found["fst"] == pytest.approx(0.2)
        assert found["n_stretches"] == 12
    else:
        assert "99 variants differ, fewer than 100" in found["reason"]


def spectrum_of(n_segregating, n_chromosomes, *, part):
    found = Spectrum(n_chromosomes, n_segregating)
    found.n_rare_expected = 100.0
    found.n_rare = int(100 * part)
    return found


@pytest.mark.parametrize(
    ("n_segregating", "n_chromosomes", "part", "verdict"),
    [
        (200, 20, 0.5, "unselected"),
        (200, 20, 0.49, "ascertained"),
        (199, 20, 0.5, "not_assessable"),
        (200, 19, 0.5, "not_assessable"),
    ],
)
def test_sites_are_judged_by_enough_of_them(
    n_segregating, n_chromosomes, part, verdict
):
    assert spectrum_of(n_segregating, n_chromosomes, part=part).verdict == verdict
    assert np.isnan(Spectrum(30).part)


def test_rare_variants_have_one_or_two_copies():
    """Of n chromosomes 1/i + 1/(n − i) sites have i copies of an allele, over Σ 1/i."""
    spectrum = Spectrum(10)
    total = sum(1 / i for i in range(1, 10))
    expected = (1 / 1 + 1 / 9 + 1 / 2 + 1 / 8) / total
    assert spectrum._shares[10] == pytest.approx(expected)
    assert spectrum._shares[4] == pytest.approx(1), (
        "three copies of one are one of other"
    )
    assert spectrum._shares[2] == pytest.approx(1)
    assert spectrum._shares[3] == pytest.approx(1)
    assert spectrum._shares[5] == pytest.approx(1)
    assert spectrum._shares[6] < 1


def group(n=30, reason=""):
    return Group(ALL, "all", np.ones(n, bool), reason)


def decay(n_pairs):
    sums = np.zeros((2, N_CLASSES))
    sums[0, : len(n_pairs)] = n_pairs
    sums[1] = 0.25 * sums[0]
    return _to_rows(group(), sums, n_people=30)


def test_a_decay_needs_fifty_pairs_in_three_classes_one_of_them_near():
    assert len(decay([50, 50, 50])) == len(EDGES) - 1
    for few in ([50, 50, 49], [50, 50]):
        (row,) = decay(few)
        assert "too few pairs of common variants within 50 kb" in row["reason"]
    first_far = int((EDGES[:-1] < 50_000).sum())
    (row,) = decay([0] * first_far + [90] * 3)
    assert row["reason"]
    rows = decay([0] * (first_far - 1) + [90] * 3)
    assert len(rows) == len(EDGES) - 1
    assert rows[first_far]["r2"] == 0.25
    assert rows[first_far]["r2_adjusted"] == pytest.approx(
        (0.25 - 1 / 29) / (1 - 1 / 29)
    )
    assert np.isnan(rows[0]["r2"])


def test_pairs_are_of_common_variants_and_of_classes_of_distance():
    rng = np.random.default_rng(2)
    genotypes = rng.integers(0, 3, (3, 60)).astype(np.int8)
    places = np.array([1000, 1000 + int(EDGES[1]), 1001 + int(EDGES[1])])
    sums = _sum_pairs(genotypes, places)
    # A distance of just an edge is in the class that ends there.
    assert sums[0, 0] == 2
    assert sums[0, 1] == 1
    r = np.corrcoef(genotypes)
    assert sums[1, 1] == pytest.approx(r[0, 2] ** 2, abs=1e-4)
    assert not _sum_pairs(genotypes[:1], places[:1]).any()
    assert _sum_pairs(genotypes[:2], places[:2])[0].sum() == 1


@pytest.mark.parametrize(("n", "is_told"), [(99, False), (100, True)])
def test_a_spectrum_needs_a_hundred_varying_sites(n, is_told):
    diversity = Diversity([group()], n_few=10)
    alt = np.r_[np.full(n, 20), np.zeros(50)].astype(np.int64)
    counts = np.stack([60 - alt, alt], axis=1)[None]
    stretches = np.arange(len(alt)) % 12
    order = np.argsort(stretches, kind="stable")
    diversity.add(
        GroupCounts(counts[:, order], stretches[order], np.arange(len(alt)) * 100 + 1)
    )
    (row,) = diversity.tabulate(
        span=10_000_000, accessible_bases=None, spectrum_reason=""
    ).to_dict("records")
    assert row["n_segregating"] == n
    assert row["n_sites"] == n + 50
    assert (row["spectrum_reason"] == "") == is_told


@pytest.mark.parametrize(
    ("ascertained", "verdict", "by"),
    [("auto", "not_assessable", "spectrum"), (True, "ascertained", "config")],
)
def test_the_record_of_populations_says_what_was_compared(
    tmp_path, ascertained, verdict, by
):
    rng = np.random.default_rng(6)
    parts = {
        contig: (np.array(places), rng.integers(0, 3, (3, 12)).astype(np.int8))
        for contig, places in (("1", [100, 200, 1_000_099]), ("2", [50, 60, 500_049]))
    }
    store = write_store(tmp_path, parts)
    nobody = pd.DataFrame({"sample_id": store.samples, "ancestry": ""})
    found = describe_populations(
        store,
        sheet=nobody[["sample_id"]],
        ancestry=nobody,
        unrelated=store.samples,
        options=Options(
            max_missing_rate=0.1,
            min_group_samples=5,
            ascertained=ascertained,
            accessible_bases=0,
        ),
    )
    record = found.record
    assert record["span_mb"] == pytest.approx(1.0 + 0.5), "both ends are counted"
    assert record["stretch_mb"] == 5
    assert record["n_sites"] == 6
    assert record["n_unrelated"] == 12
    assert record["accessible_bases"] is None
    assert (record["sites"]["verdict"], record["sites"]["by"]) == (verdict, by)
    assert bool(record["sites"]["reason"])


@pytest.mark.parametrize(("enough", "n_read"), [(1, 1), (100, 4)])
def test_windows_are_read_until_there_are_pairs_enough(
    tmp_path, monkeypatch, enough, n_read
):
    """Four windows of five common variants: ten pairs of each."""
    rng = np.random.default_rng(7)
    places = np.concatenate([w * 1_000_000 + 100 * np.arange(1, 6) for w in range(4)])
    genotypes = rng.integers(0, 3, (20, 60)).astype(np.int8)
    store = write_store(tmp_path, {"1": (places, genotypes)})
    monkeypatch.setattr(linkage, "ENOUGH_PAIRS", enough)
    everybody = np.ones(60, bool)
    windows = list(
        linkage._read_windows(store, everybody, max_missing_rate=0.1, threads=1)
    )
    assert len(windows) == n_read
    for block, positions in windows:
        assert block.shape == (5, 60)
        assert len(set(positions // 1_000_000)) == 1


def carried(n_alt, *, n=40, n_missing=0):
    """Return genotypes of so many people with so many copies of an allele."""
    called = n - n_missing
    own = np.full(n, -9, np.int8)
    own[:called] = 0
    own[: min(n_alt, called)] = 1
    own[: max(0, n_alt - called)] = 2
    return own


@pytest.mark.parametrize(
    ("n_alt", "n_missing", "is_common"),
    [
        (3, 0, False),  # of 80 copies 4 are a twentieth
        (4, 0, True),
        (76, 0, True),
        (77, 0, False),
        (40, 4, True),  # a tenth may be missing
        (40, 5, False),
        (3, 4, False),  # of 72 copies 3.6 are a twentieth
        (4, 4, True),
    ],
)
def test_common_variants_have_a_twentieth_of_the_copies(
    tmp_path, n_alt, n_missing, is_common
):
    others = [carried(30), carried(40)]
    genotypes = np.stack([*others, carried(n_alt, n_missing=n_missing)])
    store = write_store(tmp_path, {"1": (np.array([100, 200, 300]), genotypes)})
    everybody = np.ones(40, bool)
    ((block, positions),) = linkage._read_windows(
        store, everybody, max_missing_rate=0.1, threads=1
    )
    assert positions.tolist() == [100, 200, *([300] if is_common else [])]
    assert block.shape == (len(positions), 40)


@pytest.mark.parametrize(
    ("n_alt", "n_missing", "n_pairs"),
    [(3, 0, 1), (4, 0, 3), (77, 0, 1), (40, 10, 3), (40, 11, 1)],
)
def test_pairs_are_of_variants_common_among_thirty_people(n_alt, n_missing, n_pairs):
    rng = np.random.default_rng(3)
    others = [rng.permutation(carried(n)) for n in (30, 20)]
    genotypes = np.stack([*others, carried(n_alt, n_missing=n_missing)])
    sums = _sum_pairs(genotypes, np.array([1000, 1100, 1200]))
    assert sums[0].sum() == n_pairs
