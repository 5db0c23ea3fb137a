import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
import summarise_variants as script
from hypothesis import given, settings

from genostrat.genotypes.store import Store, write_contig
from genostrat.genotypes.tallies import (
    DP_N,
    DP_SUM,
    HET,
    INDEL,
    MNP,
    OTHER,
    RECORDS,
    SAME,
    SINGLETONS,
    SNV,
    TI,
    TV,
    Tallies,
    bin_qualities,
    describe_allele,
    quality_of_bins,
)
from genostrat.qc.panel.labelling import label_without_panel
from genostrat.registry import table_spec
from genostrat.tables import (
    read_json,
    read_parquet,
    read_table,
    write_arrays,
    write_lines,
    write_table,
)
from genostrat.variants.alleles import describe_alleles
from genostrat.variants.counting import BLOCK_ROWS, count_store
from genostrat.variants.equilibrium import choose_tested, find_deviations
from genostrat.variants.groups import tabulate_groups
from genostrat.variants.summary import KEPT, summarise_variants, tabulate_counts
from genostrat.variants.tables import tabulate_samples

HOSTILE = "=cmd|<b>"


def make_store(folder, genotypes, alleles=None, *, contig="20", qualities=None):
    n_variants, n_samples = genotypes.shape
    alleles = alleles or [("A", "G")] * n_variants
    qualities = qualities or ["."] * n_variants
    lines = [
        f"{contig}\t{100 + i}\tv{i}\t{ref}\t{alt}\t{qualities[i]}\tPASS"
        for i, (ref, alt) in enumerate(alleles)
    ]
    write_contig(
        folder,
        contig,
        blocks=[genotypes.astype(np.int8)],
        n_variants=n_variants,
        pvar_lines=lines,
        samples=[f"s{i:03d}" for i in range(n_samples)],
        sexes=[""] * n_samples,
    )
    return Store(folder)


def draw(seed, n_variants, n_samples, *, missing=0.1):
    random = np.random.default_rng(seed)
    shares = [0.6 - missing, 0.25, 0.15, missing]
    return random.choice([0, 1, 2, -9], (n_variants, n_samples), p=shares)


@pytest.mark.parametrize("n_samples", [1, 8, 63, 64, 65, 300])
@pytest.mark.parametrize("missing", [0, 0.1])
def test_counts_of_groups_are_those_of_numpy(tmp_path, n_samples, missing):
    genotypes = draw(n_samples, 2 * BLOCK_ROWS + 7, n_samples, missing=missing)
    store = make_store(tmp_path, genotypes)
    groups = {
        "all": np.ones(n_samples, bool),
        "odd": np.arange(n_samples) % 2 == 1,
        "none": np.zeros(n_samples, bool),
    }
    counts = count_store(store, groups=groups)
    assert counts.sizes == [int(mask.sum()) for mask in groups.values()]
    own = counts.contigs["20"]
    for number, mask in enumerate(groups.values()):
        part = genotypes[:, mask]
        np.testing.assert_array_equal(own.n_called[number], (part >= 0).sum(axis=1))
        np.testing.assert_array_equal(own.n_het[number], (part == 1).sum(axis=1))
        np.testing.assert_array_equal(own.n_hom_alt[number], (part == 2).sum(axis=1))


def test_calls_of_samples_leave_out_rows_that_are_part_of_a_record(tmp_path):
    alleles = [("A", "G"), ("A", "C"), ("A", "AT"), ("AT", "A"), ("AC", "GT")] * 120
    genotypes = draw(5, len(alleles), 33)
    store = make_store(tmp_path, genotypes, alleles)
    part = np.arange(0, len(alleles), 7)
    tallies = count_store(store, groups={}, irregular={"20": part}).tallies
    whole = np.setdiff1d(np.arange(len(alleles)), part)
    kind = whole % 5
    table = tabulate_samples(tallies, samples=store.samples)
    called = genotypes[whole]
    snv = called[kind < 2]
    expected = {
        "n_hom_ref": (called == 0).sum(axis=0),
        "n_missing": (called < 0).sum(axis=0),
        "n_het": (snv == 1).sum(axis=0),
        "n_hom_alt": (snv == 2).sum(axis=0),
        "n_ti": (called[kind == 0] > 0).sum(axis=0),
        "n_tv": (called[kind == 1] > 0).sum(axis=0),
        "n_indel": (called[(kind == 2) | (kind == 3)] > 0).sum(axis=0),
        "n_insertion_het": (called[kind == 2] == 1).sum(axis=0),
        "n_deletion_hom": (called[kind == 3] == 2).sum(axis=0),
        "n_hap_ref": np.zeros(33),
    }
    for name, values in expected.items():
        np.testing.assert_array_equal(table[name], values, err_msg=name)
    assert tallies.records[RECORDS] == len(whole)
    assert table["mean_depth"].isna().all()


def test_threads_change_no_count(tmp_path):
    store = make_store(tmp_path, draw(9, 5 * BLOCK_ROWS, 21))
    groups = {"odd": np.arange(21) % 2 == 1}
    one, four = (count_store(store, groups=groups, threads=n) for n in (1, 4))
    for own, other in zip(one.tallies, four.tallies, strict=True):
        np.testing.assert_array_equal(own, other)
    np.testing.assert_array_equal(one.contigs["20"].n_het, four.contigs["20"].n_het)


def test_singletons_are_records_with_one_carrier(tmp_path):
    genotypes = np.array([[0, 1, 0], [2, 0, 0], [1, 0, 1], [0, -9, 1], [0, 0, 0]])
    tallies = count_store(make_store(tmp_path, genotypes), groups={}).tallies
    assert tallies.samples[SINGLETONS].tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("ref", "alt", "kind", "length"),
    [
        ("A", "G", SNV, 0),
        ("CA", "CG", SNV, 0),
        ("CAT", "CGT", SNV, 0),
        ("A", "AT", INDEL, 1),
        ("ATT", "A", INDEL, -2),
        ("TTA", "TA", INDEL, -1),
        ("GACA", "GCA", INDEL, -1),
        ("AC", "GT", MNP, 0),
        ("TACG", "TGTG", MNP, 0),
        ("ACT", "TCGA", OTHER, 0),
        ("A", ".", SAME, 0),
        ("AC", "AC", SAME, 0),
    ],
)
def test_alleles_are_told_by_what_differs(ref, alt, kind, length):
    found = describe_alleles(pd.DataFrame({"ref": ["A", ref], "alt": ["C", alt]}))
    assert found.kinds.tolist() == [SNV, kind]
    assert found.lengths.tolist() == [0, length]
    assert found.n_ref.tolist() == [1, len(ref)]


BASES = st.text("ACGT", min_size=1, max_size=6)


@given(st.lists(st.tuples(BASES, BASES), min_size=1, max_size=40))
@settings(max_examples=40, deadline=None)
def test_columns_of_alleles_are_described_as_one_by_one(pairs):
    found = describe_alleles(pd.DataFrame(pairs, columns=["ref", "alt"]))
    for row, (ref, alt) in enumerate(pairs):
        kind, length, base = describe_allele(ref.encode(), alt.encode())
        assert found.kinds[row] == kind
        assert found.lengths[row] == (length if kind == INDEL else 0)
        assert found.alt_bases[row] == base
        assert found.ref_bases[row] == "ACGT".index(ref[0])


def test_variants_are_counted_over_the_samples_kept(tmp_path):
    alleles = [("A", "G"), ("A", "C"), ("A", "AT"), ("CAT", "CGT")]
    genotypes = np.array([[0, 1, 2, -9], [0, 0, 0, 1], [2, 2, 2, 2], [1, 0, -9, -9]])
    store = make_store(tmp_path, genotypes, alleles)
    kept = np.array([True, True, True, False])
    table = tabulate_counts(store, count_store(store, groups={KEPT: kept}))
    assert table["type"].tolist() == ["snv", "snv", "indel", "snv"]
    assert table["n_called"].tolist() == [3, 3, 3, 2]
    assert table["alt_frequency"].tolist() == [0.5, 0, 1, 0.25]
    assert table["indel_length"].tolist() == [0, 0, 1, 0]
    assert table["missing_rate"].tolist() == pytest.approx([0, 0, 0, 1 / 3])
    summary = summarise_variants(table)
    assert (summary["n_snv"], summary["n_indel"], summary["n_insertion"]) == (3, 1, 1)
    assert (summary["n_singleton"], summary["n_not_seen"]) == (1, 1)
    assert (summary["ti"], summary["tv"], summary["ti_tv"]) == (2, 1, 2)


@pytest.mark.parametrize("quality", [0, 0.05, 17.3, 9999.8, 12345.6, 1e5, 123456, 4e7])
def test_a_quality_lies_in_the_bin_that_is_named_after_it(quality):
    at = bin_qualities(np.array([quality], np.float32))
    low, high = quality_of_bins(np.r_[at, at + 1])
    assert low <= quality + 0.01
    assert quality < high + 1e-6 * quality


def test_absent_qualities_have_a_bin_of_their_own():
    bins = bin_qualities(np.array([np.nan, -1, 0], np.float32))
    assert bins.tolist() == [0, 0, 1]
    assert np.isnan(quality_of_bins(bins)).tolist() == [True, True, False]


def test_groups_pool_the_calls_of_their_samples():
    tallies = Tallies.zeros(5)
    tallies.samples[HET] = [10, 20, 30, 40, 50]
    tallies.samples[TI] = [2, 4, 8, 1, 1]
    tallies.samples[TV] = [1, 2, 0, 1, 0]
    tallies.samples[DP_SUM] = [300, 100, 0, 90, 1]
    tallies.samples[DP_N] = [10, 10, 0, 9, 1]
    samples = list("abcde")
    sheet = pd.DataFrame(
        {
            "sample_id": ["x", *"edcba"],
            "centre": ["Leeds", "", "York", HOSTILE, HOSTILE, HOSTILE],
        }
    )
    table = tabulate_groups(tallies, samples=samples, sheet=sheet)
    assert table["kind"].tolist() == ["centre", "centre"]
    rows = table.set_index("group")
    assert rows.loc[HOSTILE, "n_samples"] == 3
    assert rows.loc[HOSTILE, "mean_n_het"] == 20
    assert rows.loc[HOSTILE, "ti_tv"] == pytest.approx(14 / 3)
    assert rows.loc[HOSTILE, "mean_depth"] == 20
    assert rows.loc["York", "ti_tv"] == 1


def test_groups_are_none_without_centre_and_batch():
    sheet = pd.DataFrame({"sample_id": ["a", "b"]})
    table = tabulate_groups(Tallies.zeros(2), samples=["a", "b"], sheet=sheet)
    assert table.empty
    assert "mean_depth" in table


def make_people(n_samples, labels, sexes):
    samples = [f"s{i:03d}" for i in range(n_samples)]
    ancestry = pd.DataFrame({"sample_id": samples[::-1], "ancestry": labels[::-1]})
    sex = pd.DataFrame({"sample_id": samples, "inferred_sex": sexes})
    return samples, ancestry, sex


def test_proportions_are_tested_within_each_ancestry():
    labels = ["EUR"] * 30 + ["AFR"] * 25 + ["SAS"] * 19 + ["unassigned"] * 40
    samples, ancestry, sexes = make_people(114, labels, ["male", "female"] * 57)
    tested = choose_tested(
        samples, unrelated=samples[1:], ancestry=ancestry, sexes=sexes
    )
    assert list(tested.columns.values()) == ["hwe_p_AFR", "hwe_p_EUR"]
    afr, eur = tested.masks.values()
    assert np.flatnonzero(eur).tolist() == list(range(1, 30))
    assert np.flatnonzero(afr).tolist() == list(range(30, 55))
    assert next(iter(tested.masks_on_x.values())).sum() == 12


def test_without_labels_all_unrelated_samples_are_tested():
    samples, ancestry, sexes = make_people(30, ["unassigned"] * 30, [""] * 30)
    tested = choose_tested(
        samples, unrelated=samples[:25], ancestry=ancestry, sexes=sexes
    )
    assert list(tested.columns.values()) == ["hwe_p_all"]
    assert next(iter(tested.masks.values())).sum() == 25


def test_p_values_are_blank_where_nothing_can_be_told(tmp_path):
    n = 40
    samples, ancestry, sexes = make_people(n, ["EUR"] * n, ["female", "male"] * 20)
    autosomal = np.zeros((4, n), int)
    autosomal[1, 0] = 1
    autosomal[2, :] = 1
    autosomal[3, 3:] = -9
    autosomal[3, 0] = 1
    store = make_store(tmp_path, autosomal)
    # Haploid men are written as homozygous; by them alone X would be out of proportion.
    on_x = np.tile([[0, 2]], (1, 20))
    on_x[0, 0] = 1
    make_store(tmp_path, on_x, contig="X")
    make_store(tmp_path, autosomal[1:2], contig="Y")
    tested = choose_tested(samples, unrelated=samples, ancestry=ancestry, sexes=sexes)
    counts = count_store(store, groups=tested.masks, groups_on_x=tested.masks_on_x)
    p = find_deviations(counts, tested)["hwe_p_EUR"]
    assert np.isnan(p).tolist() == [True, False, False, True, False, True]
    assert p[1] == pytest.approx(1)
    assert p[2] < 1e-9
    assert p[4] == pytest.approx(1)


def test_script_writes_every_table(tmp_path):
    genotypes = draw(7, 60, 30)
    make_store(tmp_path / "store", genotypes)
    samples, _, sexes = make_people(30, ["unassigned"] * 30, ["female"] * 30)
    given = {name: tmp_path / f"{name}.tsv" for name in ("sheet", "sexes", "ancestry")}
    sheet = pd.DataFrame({"sample_id": samples, "sex": "", "batch": ["a", "b"] * 15})
    write_table(given["sheet"], sheet, table="check/samples.tsv")
    columns = table_spec("qc/sex.tsv").columns
    blank = {column.name: None for column in columns if column.blank}
    sexes = pd.DataFrame(
        {"karyotype": "XX", "status": "ok"} | blank, index=sexes.index
    ).assign(**sexes)
    write_table(given["sexes"], sexes, table="qc/sex.tsv")
    ancestry = label_without_panel(samples[::-1]).ancestry
    write_table(given["ancestry"], ancestry, table="qc/ancestry.tsv")
    write_lines(tmp_path / "keep.txt", samples[:25], entry="qc/keep.txt")
    more = Tallies.zeros(30)
    more.records[RECORDS] = 5
    more.samples[DP_SUM], more.samples[DP_N] = 60, 2
    write_arrays(
        tmp_path / "tallies.npz",
        entry="genotypes/tallies.npz",
        **more.to_arrays(),
    )
    rows = {"20": np.array([3, 4], np.int64)}
    write_arrays(tmp_path / "irregular.npz", entry="genotypes/irregular.npz", **rows)
    names = ("spectrum", "per_sample", "by_group", "substitutions", "indel_lengths")
    names += ("frequencies", "heterozygosity", "qualities", "depths", "consequences")
    script.main(
        store=str(tmp_path / "store"),
        irregular=str(tmp_path / "irregular.npz"),
        tallies=str(tmp_path / "tallies.npz"),
        **{name: str(path) for name, path in given.items()},
        keep=str(tmp_path / "keep.txt"),
        unrelated=str(tmp_path / "keep.txt"),
        n_bins=10,
        threads=2,
        variants=str(tmp_path / "variants.parquet"),
        summary=str(tmp_path / "summary.json"),
        tables={name: str(tmp_path / f"{name}.out") for name in names},
    )
    summary = read_json(tmp_path / "summary.json")
    assert summary["n_variants"] == 60
    assert summary["calls"]["n_records"] == 58 + 5
    assert summary["hardy_weinberg"]["all"]["n_samples"] == 25
    assert "hwe_p_all" in read_parquet(tmp_path / "variants.parquet")
    table = read_table(tmp_path / "per_sample.out", table="variants/per_sample.tsv")
    assert table["mean_depth"].tolist() == [30] * 30
    whole = np.delete(genotypes, [3, 4], axis=0)
    assert table["n_missing"].tolist() == (whole < 0).sum(axis=0).tolist()
    assert not any((tmp_path / f"{n}.out").stat().st_mode & 0o7 for n in names)
