"""Sample QC against brute force, plink2, scikit-allel, and planted faults."""

import shutil
import subprocess

import allel
import numpy as np
import pandas as pd
import pytest

from genostrat.genotypes.builds import GRCH38
from genostrat.genotypes.records import ReadMetrics
from genostrat.genotypes.store import Store, write_contig
from genostrat.qc.components.krylov import compute_components
from genostrat.qc.identity.sex import SexThresholds, infer_sex
from genostrat.qc.metrics import measure_samples
from genostrat.qc.relatedness.king import estimate_kinship, jackknife_errors
from genostrat.qc.relatedness.kinship import KinshipOptions, find_relatives
from genostrat.qc.relatedness.relationships import choose_unrelated, name_degree
from genostrat.sheets.pedigree import Pedigree
from genostrat.variants.summary import (
    bin_spectrum,
    summarise_variants,
    tabulate_variants,
)

READ_COLUMNS = ReadMetrics.NAMES


def make_store(folder, genotypes, *, contig="1", start=100, step=1):
    n_variants, n_samples = genotypes.shape
    write_contig(
        folder,
        contig,
        blocks=[genotypes.astype(np.int8)],
        n_variants=n_variants,
        pvar_lines=[
            f"{contig}\t{start + i * step}\tv{i}\tA\tG\t.\tPASS"
            for i in range(n_variants)
        ],
        samples=[f"s{i:03}" for i in range(n_samples)],
        sexes=[""] * n_samples,
    )
    return Store(folder)


def no_reads(store, **columns):
    frame = pd.DataFrame(0, index=range(len(store.samples)), columns=READ_COLUMNS)
    frame.insert(0, "sample_id", store.samples)
    return frame.assign(**columns)


def random_genotypes(rng, n_variants, n_samples, missing=0.02):
    frequency = rng.uniform(0.05, 0.95, n_variants)[:, None]
    genotypes = rng.binomial(2, frequency, (n_variants, n_samples))
    genotypes[rng.random(genotypes.shape) < missing] = -9
    return genotypes.astype(np.int8)


def king_by_hand(a, b):
    both = (a >= 0) & (b >= 0)
    a, b = a[both], b[both]
    ibs0 = np.sum(np.abs(a - b) == 2)
    one_het = np.sum((a == 1) ^ (b == 1))
    fewest = min(np.sum(a == 1), np.sum(b == 1))
    return 0.5 - (4 * ibs0 + one_het) / (4 * fewest), ibs0 / len(a), len(a)


def test_kinship_equals_the_formula_pair_by_pair():
    genotypes = random_genotypes(np.random.default_rng(1), 700, 9, missing=0.1)
    blocks = [genotypes[:300], genotypes[300:]]
    kinship, ibs0, n_sites = estimate_kinship(blocks, n_samples=9)
    for i in range(9):
        for j in range(i):
            wanted = king_by_hand(genotypes[:, i], genotypes[:, j])
            found = kinship[i, j], ibs0[i, j], n_sites[i, j]
            np.testing.assert_allclose(found, wanted, rtol=1e-12)
    np.testing.assert_array_equal(kinship, kinship.T)


@pytest.mark.skipif(not shutil.which("plink2"), reason="plink2 is not installed")
def test_kinship_and_store_equal_plink2(tmp_path):
    genotypes = random_genotypes(np.random.default_rng(2), 2000, 12)
    store = make_store(tmp_path / "store", genotypes)
    command = ["plink2", "--pfile", str(tmp_path / "store/1"), "--make-king-table"]
    subprocess.run(
        [*command, "--out", str(tmp_path / "king")], check=True, capture_output=True
    )
    theirs = pd.read_csv(tmp_path / "king.kin0", sep="\t")
    kinship, ibs0, n_sites = estimate_kinship([genotypes], n_samples=12)
    at = tuple(
        theirs[column].map(store.samples.index).to_numpy()
        for column in (theirs.columns[0], "IID2")
    )
    assert len(theirs) == 66
    np.testing.assert_allclose(theirs["KINSHIP"], kinship[at], atol=1e-6)
    np.testing.assert_allclose(theirs["IBS0"], ibs0[at], atol=1e-6)
    np.testing.assert_array_equal(theirs["NSNP"], n_sites[at])


OPTIONS = KinshipOptions(0.0884, 500, 0.01, 0.05)


def child_of(mother, father, rng):
    return rng.binomial(1, mother / 2) + rng.binomial(1, father / 2)


def test_relatives_get_their_degree(tmp_path):
    rng = np.random.default_rng(3)
    founders = random_genotypes(rng, 4000, 8, missing=0)
    mother, father, stranger = founders[:, 0], founders[:, 1], founders[:, 2]
    one, two = child_of(mother, father, rng), child_of(mother, father, rng)
    half = child_of(mother, stranger, rng)
    genotypes = np.column_stack([founders, one, two, half, one])
    store = make_store(tmp_path, genotypes, step=50_000)
    known = Pedigree(parents={"s008": ("s001", "s000"), "s009": ("s001", "s000")})
    pairs, record = find_relatives(store, options=OPTIONS, pedigree=known)
    assert record["assessable"]
    assert record["n_sites"] > 3500
    assert record["n_blocks"] == 200
    found = {
        (row.sample_1, row.sample_2): (row.relationship, row.first_degree_kind)
        for row in pairs.itertuples()
    }
    assert found[("s008", "s011")] == ("duplicate", "")
    assert found[("s000", "s008")] == ("first", "parent_child")
    assert found[("s008", "s009")] == ("first", "full_siblings")
    assert found[("s008", "s010")][0] == "second"
    assert ("s000", "s001") not in found
    expected = pairs.set_index(["sample_1", "sample_2"])["expected"]
    assert expected["s000", "s008"] == "parent_child"
    assert expected["s008", "s009"] == "full_siblings"
    assert expected["s009", "s010"] == ""


@pytest.mark.parametrize(
    ("n_sites", "step", "expected"),
    # Two who are the same everywhere are one person, but not by one region alone.
    [(50, 10_000_000, [("s000", "s001", "duplicate")]), (3000, 100, [])],
)
def test_too_few_sites_or_one_region_give_identical_pairs_alone(
    tmp_path, n_sites, step, expected
):
    genotypes = random_genotypes(np.random.default_rng(4), n_sites, 6)
    genotypes[:, 1] = genotypes[:, 0]
    store = make_store(tmp_path, genotypes, step=step)
    pairs, record = find_relatives(store, options=OPTIONS, pedigree=Pedigree())
    columns = ["sample_1", "sample_2", "relationship"]
    assert list(pairs[columns].itertuples(index=False, name=None)) == expected
    assert not record["assessable"]


def test_linked_variants_make_no_relatives_out_of_strangers(tmp_path):
    """Forty genes, each one haplotype block: many variants, little information."""
    rng = np.random.default_rng(20)
    blocks = np.repeat(random_genotypes(rng, 40, 60, missing=0), 50, axis=0)
    store = make_store(tmp_path, blocks, step=20_000)
    pairs, record = find_relatives(store, options=OPTIONS, pedigree=Pedigree())
    assert record["n_blocks"] == 40
    kinship, *_ = estimate_kinship([blocks], n_samples=60)
    naive = (np.triu(kinship, 1) >= OPTIONS.min_kinship).sum()
    assert naive > 50
    assert record["n_indistinct"] + len(pairs) == naive
    assert len(pairs) <= 3


def test_the_jackknife_error_is_the_spread_over_data_sets():
    rng = np.random.default_rng(21)
    found = []
    for _ in range(200):
        one = random_genotypes(rng, 1000, 2, missing=0)
        kinship, *_ = estimate_kinship([one], n_samples=2)
        error = jackknife_errors(
            [one[:300], one[300:]],
            np.array([[0, 1]]),
            blocks=np.repeat(np.arange(50), 20),
        )
        found.append((kinship[0, 1], error[0]))
    spread, errors = np.std([k for k, _ in found]), [e for _, e in found]
    assert np.mean(errors) == pytest.approx(spread, rel=0.15)


def test_degrees_are_named_by_their_bounds():
    bounds = [0.36, 0.354, 0.2, 0.1, 0.05, 0.04]
    names = ["duplicate", "duplicate", "first", "second", "third", ""]
    assert [name_degree(kinship) for kinship in bounds] == names


def related(*pairs):
    return pd.DataFrame(
        [
            {"sample_1": a, "sample_2": b, "kinship": k, "relationship": name_degree(k)}
            for a, b, k in pairs
        ],
        columns=["sample_1", "sample_2", "kinship", "relationship"],
    )


def test_of_a_pair_the_better_called_stays_and_a_hub_goes_first():
    pairs = related(("a", "b", 0.25), ("h", "x", 0.25), ("h", "y", 0.25))
    rates = {"a": 0.97, "b": 0.99, "h": 1.0, "x": 0.96, "y": 0.96}
    unrelated, removed = choose_unrelated(
        rates, pairs, min_kinship=0.1, call_rate=rates
    )
    assert unrelated == ["b", "x", "y"]
    assert removed == {"a": "b", "h": "x"}


def test_metrics_equal_brute_force(tmp_path):
    genotypes = random_genotypes(np.random.default_rng(5), 3000, 7, missing=0.1)
    genotypes[0] = [1, 0, 0, 0, 0, 0, -9]
    store = make_store(tmp_path, genotypes)
    charr = {"charr_sum": 3.0, "charr_n": 60, "dp_sum": 300, "dp_n": 10}
    table = measure_samples(
        store, no_reads(store, **charr), min_sites_contamination=60
    ).set_index("sample_id")
    called = genotypes >= 0
    frequency = np.where(called, genotypes, 0).sum(1) / (2 * called.sum(1))
    n = 2 * called.sum(1)
    expected = 2 * frequency * (1 - frequency) * n / (n - 1)
    for index, sample in enumerate(store.samples):
        mine, row = genotypes[:, index], table.loc[sample]
        assert row["n_called"] == (mine >= 0).sum()
        assert row["call_rate"] == pytest.approx((mine >= 0).mean())
        assert (row["n_hom_ref"], row["n_het"], row["n_hom_alt"]) == tuple(
            (mine == g).sum() for g in (0, 1, 2)
        )
        use = called[:, index] & (frequency > 0) & (frequency < 1)
        wanted = 1 - (mine[use] == 1).sum() / expected[use].sum()
        assert row["f_het"] == pytest.approx(wanted)
        assert row["charr"] == pytest.approx(0.05)
        assert row["mean_dp"] == 30
    assert table["n_singleton"].iloc[0] >= 1
    assert table["mean_gq"].isna().all()
    few = measure_samples(store, no_reads(store, **charr), min_sites_contamination=61)
    assert few["charr"].isna().all()
    assert few["contamination"].isna().all()


THRESHOLDS = SexThresholds(0.8, 0.6, 0.2, 0.5, 50, 20, 0.05, 0.05, 0.9)


def sexed_store(tmp_path, rng, *, y=True):
    """Six females, six males; s011 has two X and a Y, s005 one X and no Y."""
    frequency = rng.uniform(0.2, 0.8, 300)[:, None]
    two = rng.binomial(2, frequency, (300, 6))
    one = 2 * rng.binomial(1, frequency, (300, 6))
    x = np.column_stack([two[:, :5], one[:, :1], one[:, 1:], two[:, 5:]])
    store = make_store(tmp_path, x, contig="X", start=5_000_000)
    if y:
        calls = np.full((40, 12), -9)
        calls[:, 6:] = 0
        make_store(tmp_path, calls, contig="Y", start=5_000_000)
    return store


def test_sex_and_what_is_not_assessable(tmp_path):
    store = sexed_store(tmp_path, np.random.default_rng(6))
    told = pd.Series(["female"] * 6 + ["male"] * 5 + ["male"], index=store.samples)
    told["s000"], told["s001"] = "male", ""
    table = infer_sex(
        store, told, no_reads(store), build=GRCH38, thresholds=THRESHOLDS
    ).set_index("sample_id")
    assert table.loc["s000", "status"] == "mismatch"
    assert table.loc["s001", "status"] == "ok"
    assert table.loc["s002", "inferred_sex"] == "female"
    assert table.loc["s006", ["inferred_sex", "status"]].tolist() == ["male", "ok"]
    assert table.loc["s005", "status"] == "ambiguous"
    assert table.loc["s011", "status"] == "ambiguous"


def test_absent_sex_chromosomes_are_not_assessable(tmp_path):
    store = make_store(tmp_path, random_genotypes(np.random.default_rng(7), 99, 4))
    table = infer_sex(
        store,
        pd.Series("male", index=store.samples),
        no_reads(store),
        build=GRCH38,
        thresholds=THRESHOLDS,
    )
    assert set(table["status"]) == {"not_assessable"}
    assert table[["x_f", "y_call_rate"]].isna().all(axis=None)


def test_one_x_in_a_sample_called_with_two_is_ambiguous(tmp_path):
    store = sexed_store(tmp_path, np.random.default_rng(8), y=False)
    reads = no_reads(store, n_called_x=300)
    reads.loc[6:10, "n_haploid_x"] = 300
    table = infer_sex(
        store,
        pd.Series("female", index=store.samples),
        reads,
        build=GRCH38,
        thresholds=THRESHOLDS,
    ).set_index("sample_id")
    assert table.loc["s005", "status"] == "ambiguous"
    assert table.loc["s006", "inferred_sex"] == "male"


def test_components_equal_scikit_allel_and_project_duplicates_onto_themselves(tmp_path):
    rng = np.random.default_rng(9)
    genotypes = random_genotypes(rng, 1500, 40, missing=0)
    genotypes[:300, :20] = 2 - genotypes[:300, :20]
    core = genotypes[(genotypes.std(axis=1) > 0)]
    theirs, _ = allel.pca(core, n_components=3, scaler="patterson")
    both = np.concatenate([core, core[:, :3]], axis=1)
    chosen = np.arange(43) < 40
    found = compute_components(make_store(tmp_path, both), n_pcs=3, core=chosen)
    ours, shares = found.coordinates, found.shares
    for number in range(3):
        correlation = np.corrcoef(ours[:40, number], theirs[:, number])[0, 1]
        assert abs(correlation) > 0.9999
    np.testing.assert_allclose(ours[40:], ours[:3], rtol=1e-9)
    assert (np.diff(shares) <= 0).all()
    assert 0 < shares.sum() < 1


def test_missing_genotypes_do_not_pull_a_projection_to_the_centre(tmp_path):
    rng = np.random.default_rng(10)
    genotypes = random_genotypes(rng, 4000, 60, missing=0)
    genotypes[:800, :30] = 2 - genotypes[:800, :30]
    holes = genotypes[:, :1].copy()
    holes[rng.random(4000) < 0.3] = -9
    store = make_store(tmp_path, np.concatenate([genotypes, holes], axis=1))
    ours = compute_components(store, n_pcs=1, core=np.arange(61) < 60).coordinates
    assert ours[60, 0] == pytest.approx(ours[0, 0], rel=0.1)


def test_variant_summary_counts_kept_samples_only(tmp_path):
    genotypes = np.array([[0, 1, 2, -9], [0, 0, 0, 1], [2, 2, 2, 2]])
    store = make_store(tmp_path, genotypes)
    table = tabulate_variants(store, keep=["s000", "s001", "s002"])
    assert table["n_called"].tolist() == [3, 3, 3]
    assert table["alt_frequency"].tolist() == [0.5, 0.0, 1.0]
    summary = summarise_variants(table)
    assert (summary["n_snv"], summary["ti"], summary["tv"]) == (3, 3, 0)
    assert summary["n_not_seen"] == 1
    assert summary["ti_tv"] is None
    spectrum = bin_spectrum(table, n_bins=4)
    snv = spectrum[spectrum["class"] == "snv"]
    assert snv["n_unfolded"].tolist() == [0, 0, 1, 1]
    assert snv["n_folded"].tolist() == [1, 0, 1, 0]
