"""Runs of homozygosity against brute force, planted runs, bcftools and PLINK."""

import shutil
import subprocess

import numpy as np
import pandas as pd
import pysam
import pytest
from genotype_stores import write_store
from hypothesis import given, settings
from hypothesis import strategies as st

from genostrat.genotypes.builds import AUTOSOMES
from genostrat.qc.homozygosity import calling
from genostrat.qc.homozygosity.calling import LONG, SHORT, Population, call_runs
from genostrat.qc.homozygosity.coverage import find_covered, overlap
from genostrat.qc.homozygosity.model import Model
from genostrat.qc.homozygosity.table import measure_homozygosity
from genostrat.tables import read_table, write_table

MODEL = Model()
bcftools = pytest.mark.skipif(not shutil.which("bcftools"), reason="needs bcftools")
plink = pytest.mark.skipif(not shutil.which("plink1.9"), reason="needs plink1.9")


def viterbi(genotypes, positions, frequency, model):
    """Return the likeliest states by the textbook's matrix, for one person."""
    evidence = model.evidence(frequency)
    scores = np.zeros((len(positions), 2))
    back = np.zeros((len(positions), 2), int)
    for i, genotype in enumerate(genotypes):
        gain = evidence[i, genotype] if genotype >= 0 else 0.0
        fresh = i == 0 or positions[i] - positions[i - 1] > model.max_gap
        if fresh:
            best = scores[i - 1].max() if i else 0.0
            back[i] = scores[i - 1].argmax() if i else 0
            scores[i] = best + np.log([1 - model.prior, model.prior])
        else:
            distance = positions[i] - positions[i - 1]
            logs = model.transitions(np.array([distance]))[0].reshape(2, 2)
            paths = scores[i - 1][:, None] + logs
            back[i], scores[i] = paths.argmax(axis=0), paths.max(axis=0)
        scores[i, 1] += gain
    states = np.zeros(len(positions), int)
    states[-1] = scores[-1].argmax()
    for i in range(len(positions) - 1, 0, -1):
        states[i - 1] = back[i, states[i]]
    return states


def runs_of(states, positions, max_gap):
    """Return (first, last) places of the stretches of state 1 without a gap."""
    runs = []
    for i, state in enumerate(states):
        joined = i and states[i - 1] and positions[i] - positions[i - 1] <= max_gap
        if state and joined:
            runs[-1][1] = i
        elif state:
            runs.append([i, i])
    return runs


def everybody(store, n_founders=None):
    judged = np.ones(len(store.samples), bool)
    founders = np.arange(len(judged)) < (n_founders or len(judged))
    return Population("all", judged, founders)


@given(
    seed=st.integers(0, 10_000),
    gap=st.sampled_from([2_000, 60_000, 400_000]),
    errors=st.sampled_from([0.0, 0.02]),
)
@settings(max_examples=40, deadline=None)
def test_the_path_is_viterbis_whatever_the_blocks(tmp_path_factory, seed, gap, errors):
    """Frequent changes of state, gaps, missing genotypes, blocks of three variants."""
    rng = np.random.default_rng(seed)
    model = Model(leave_rate=2e-6, enter_rate=5e-7, error=0.01, max_gap=300_000)
    n, n_people = 150, 25
    positions = np.cumsum(rng.integers(1, gap, n))
    p = rng.uniform(0.1, 0.9, n)
    haplotypes = rng.random((n, n_people, 2)) < p[:, None, None]
    same = np.cumsum(rng.random((n, n_people)) < 0.05, axis=0) % 2 == 1
    haplotypes[..., 1] = np.where(same, haplotypes[..., 0], haplotypes[..., 1])
    genotypes = haplotypes.sum(axis=2).astype(np.int8)
    genotypes[rng.random(genotypes.shape) < errors] = 1
    genotypes[rng.random(genotypes.shape) < errors] = -9
    store = write_store(tmp_path_factory.mktemp("s"), {"4": (positions, genotypes)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calling, "SHORT", 1)
        patch.setattr(calling, "BLOCK_BYTES", n_people * 3)
        calls = call_runs(store, [everybody(store)], max_missing_rate=1.0, model=model)
    found = calls["all"]
    called = genotypes >= 0
    n_alt = np.where(called, genotypes, 0).sum(axis=1)
    frequency = n_alt / (2 * called.sum(axis=1))
    used = np.minimum(frequency, 1 - frequency) >= 0.05
    where, chosen = positions[used], genotypes[used]
    alleles = 2 * called[used].sum(axis=1)
    expected = 2 * frequency[used] * (1 - frequency[used]) * alleles / (alleles - 1)
    wanted = []
    for person in range(n_people):
        own = chosen[:, person]
        states = viterbi(own, where, frequency[used], model)
        for first, last in runs_of(states, where, model.max_gap):
            inside = slice(first, last + 1)
            known = own[inside] >= 0
            wanted.append(
                (
                    *(person, where[first], where[last], known.sum()),
                    *((own[inside] == 1).sum(), expected[inside][known].sum()),
                )
            )
    order = np.lexsort(found.runs[:, [1, 0]].T)
    np.testing.assert_allclose(found.runs[order], np.array(wanted).reshape(-1, 6))
    assert found.n_sites == used.sum()
    np.testing.assert_array_equal(found.sums[:, 1], (chosen == 1).sum(axis=0))


def draw_genome(rng, n_people, *, spacing, contigs=AUTOSOMES, length=60_000_000):
    """Return contig → (positions, genotypes) of unrelated people, without linkage."""
    genome = {}
    for contig in contigs:
        n = length // spacing
        positions = np.sort(rng.choice(length, n, replace=False)) + 1
        p = rng.uniform(0.1, 0.9, (n, 1, 1))
        genome[contig] = (positions, (rng.random((n, n_people, 2)) < p).sum(axis=2))
    return genome


def plant(rng, genome, person, contig, start, end):
    """Make a person homozygous in a stretch; what the person has of two is drawn."""
    positions, genotypes = genome[contig]
    inside = np.flatnonzero((positions >= start) & (positions <= end))
    het = genotypes[inside, person] == 1
    genotypes[inside[het], person] = 2 * rng.integers(0, 2, het.sum())
    return end - start + 1


def measure(store, *, unrelated=None, ancestry=None):
    table = pd.DataFrame({"sample_id": store.samples, "ancestry": ancestry or ""})
    return measure_homozygosity(
        store,
        ancestry=table,
        unrelated=store.samples if unrelated is None else unrelated,
        max_missing_rate=0.05,
        max_mads=6.0,
    )


@pytest.fixture(scope="module")
def consanguineous(tmp_path_factory):
    """A genome of 1,320 Mb at the density of an array, with planted people."""
    rng = np.random.default_rng(1)
    genome = draw_genome(rng, 60, spacing=25_000)
    lengths = {0: [12e6, 9e6, 20e6, 7e6, 15e6], 1: [2.4e6, 3e6], 2: [45e6]}
    planted = {
        person: sum(
            plant(rng, genome, person, AUTOSOMES[i], 10_000_001, 10_000_000 + size)
            for i, size in enumerate(sizes)
        )
        for person, sizes in lengths.items()
    }
    for _, genotypes in genome.values():
        # Person 3 has lost one of the two alleles at a tenth of the sites, person 4
        # has another's alleles at as many, person 5 has few calls, in 0 are errors.
        lost = rng.random(len(genotypes)) < 0.1
        genotypes[lost & (genotypes[:, 3] == 1), 3] = 0
        foreign = rng.random(len(genotypes)) < 0.1
        genotypes[foreign & (genotypes[:, 4] != 1), 4] = 1
        genotypes[rng.random(len(genotypes)) < 0.4, 5] = -9
        genotypes[rng.random(len(genotypes)) < 0.001, 0] = 1
    store = write_store(tmp_path_factory.mktemp("consanguineous"), genome)
    return store, planted, measure(store)


def test_planted_runs_are_found_and_nothing_else(consanguineous):
    store, planted, found = consanguineous
    table = found.samples.set_index("sample_id").loc[store.samples]
    covered = table["covered_mb"].iloc[0]
    assert covered > 0.95 * 22 * 60
    for person, total in planted.items():
        row = table.iloc[person]
        assert row["f_roh"] == pytest.approx(total / 1e6 / covered, rel=0.02)
    others = table.drop(index=[store.samples[i] for i in (*planted, 5)])
    assert (others["f_roh"] == 0).all()
    assert found.runs["sample_id"].value_counts().tolist() == [5, 2, 1]
    assert found.runs["n_het"].max() <= 8


def test_consanguinity_is_told_from_bad_data(consanguineous):
    store, _, found = consanguineous
    table = found.samples.set_index("sample_id").loc[store.samples]
    readings = ["long_runs", "usual", "single_long_run", "diffuse", "heterozygous"]
    assert table["reading"].iloc[:5].tolist() == readings
    assert (table["reading"].iloc[6:] == "usual").all()
    kin, bad = table.iloc[0], table.iloc[3]
    # Both have an F above the others', and only one of them has it in runs.
    assert kin["f_sites"] > 0.03
    assert bad["f_sites"] > 0.03
    assert abs(kin["f_outside"]) < 0.02
    assert bad["f_outside"] == bad["f_sites"]
    assert found.record["readings"]["long_runs"] == 1


def test_a_sample_with_few_calls_is_not_assessable_and_not_zero(consanguineous):
    store, _, found = consanguineous
    row = found.samples.set_index("sample_id").loc[store.samples[5]]
    assert row["reading"] == "not_assessable"
    assert row["reason"] == "fewer than 80% of variants called"
    told = ["n_runs", "longest_mb", "f_roh", "n_long_runs", "f_roh_long", "f_outside"]
    assert row[told].isna().all()
    assert row["f_sites"] < 0.1


@pytest.mark.parametrize(
    ("spacing", "contigs", "short", "long"),
    [
        # As an array, as a sparse panel, as an exome's common variants, as one contig.
        (25_000, AUTOSOMES[:12], True, True),
        (120_000, AUTOSOMES, False, True),
        (700_000, AUTOSOMES, False, False),
        (25_000, AUTOSOMES[:2], False, False),
    ],
)
def test_sparse_variants_are_not_assessable_and_not_zero(
    tmp_path, spacing, contigs, short, long
):
    rng = np.random.default_rng(2)
    genome = draw_genome(rng, 40, spacing=spacing, contigs=contigs)
    plant(rng, genome, 0, "1", 5_000_000, 45_000_000)
    store = write_store(tmp_path, genome)
    found = measure(store)
    table = found.samples.set_index("sample_id")
    assert table["f_roh"].notna().all() == short
    assert table["n_runs"].notna().all() == short
    assert table["f_roh_long"].notna().all() == long
    assert (table["reading"] != "not_assessable").all() == long
    assert (table["reason"] == "").all() == long
    assert len(found.runs) == (1 if long else 0)
    if long:
        row = table.loc[store.samples[0]]
        assert row["longest_mb"] == pytest.approx(40, abs=1)
    path = tmp_path / "roh.tsv"
    write_table(path, found.samples, table="qc/roh.tsv")
    assert read_table(path, table="qc/roh.tsv")["f_roh"].notna().any() == short


def test_without_founders_nothing_is_assessable(tmp_path):
    rng = np.random.default_rng(3)
    genome = draw_genome(rng, 25, spacing=50_000, contigs=AUTOSOMES[:3])
    store = write_store(tmp_path, genome)
    found = measure(store, unrelated=store.samples[:19])
    assert (found.samples["reading"] == "not_assessable").all()
    assert found.samples["reason"].str.contains("fewer than 20 unrelated").all()
    assert found.samples["sample_id"].tolist() == store.samples
    assert found.record["populations"] == []


def test_each_sample_is_held_against_its_own_ancestry(tmp_path):
    rng = np.random.default_rng(4)
    labels = ["a"] * 30 + ["all"] * 30 + ["few"] * 5 + ["unassigned"] * 3 + [""] * 2
    genome = draw_genome(rng, 70, spacing=20_000, contigs=AUTOSOMES[:8])
    for _, genotypes in genome.values():
        # Fixed in one ancestry and common in the other: homozygous by descent, not kin.
        rows = rng.random(len(genotypes)) < 0.5
        genotypes[np.ix_(rows, range(30))] = 0
    store = write_store(tmp_path, genome)
    found = measure(store, ancestry=labels)
    table = found.samples.set_index("sample_id").loc[store.samples]
    assert table["frequencies"].tolist() == (
        ["a"] * 30 + ["all"] * 30 + ["all_samples"] * 10
    )
    assert table["f_sites"].iloc[:60].abs().max() < 0.05
    assert (table["f_roh"].iloc[:60] == 0).all()
    counts = {p["frequencies"]: p["n_founders"] for p in found.record["populations"]}
    assert counts == {"a": 30, "all": 30, "all_samples": 70}


def test_covered_is_where_a_run_is_found(tmp_path):
    """Runs planted in the covered stretches are found; those outside are not told."""
    rng = np.random.default_rng(5)
    dense = np.sort(rng.choice(8_000_000, 260, replace=False))
    sparse = 9_000_000 + np.arange(20) * 350_000
    late = 18_000_000 + np.sort(rng.choice(6_000_000, 200, replace=False))
    positions = np.r_[dense, sparse, late] + 1
    n_people = 60
    p = rng.uniform(0.2, 0.8, (len(positions), 1, 1))
    genotypes = (rng.random((len(positions), n_people, 2)) < p).sum(axis=2)
    genome = {"1": (positions, genotypes)}
    starts = np.linspace(1, 22_000_000, n_people - 20).astype(int)
    for person, start in enumerate(starts):
        plant(rng, genome, person, "1", start, start + SHORT - 1)
    store = write_store(tmp_path, genome)
    calls = call_runs(store, [everybody(store)], max_missing_rate=0.05)["all"]
    covered = calls.covered[SHORT]["1"]
    assert (np.diff(covered, axis=1) + 1 >= SHORT).all()
    assert (covered[1:, 0] > covered[:-1, 1]).all()
    assert not overlap(np.array([9_500_000.0]), np.array([15_000_000.0]), covered)[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calling, "SHORT", 500_000)
        calls = call_runs(store, [everybody(store)], max_missing_rate=0.05)["all"]
    found = 0
    inside = [
        (i, s)
        for i, s in enumerate(starts)
        if any(low <= s and s + SHORT - 1 <= high for low, high in covered)
    ]
    for person, start in inside:
        own = calls.runs[calls.runs[:, 0] == person]
        ends = np.minimum(own[:, 2], start + SHORT - 1)
        shared = ends - np.maximum(own[:, 1], start)
        found += bool((shared > 0.8 * SHORT).any())
    assert len(inside) >= 15
    assert found >= 0.93 * len(inside)


def test_overlap_counts_bases():
    rng = np.random.default_rng(6)
    edges = np.sort(rng.choice(1000, 12, replace=False))
    covered = edges.reshape(-1, 2)
    marked = np.zeros(1100, bool)
    for low, high in covered:
        marked[low : high + 1] = True
    starts = rng.integers(0, 1000, 200)
    ends = starts + rng.integers(0, 99, 200)
    wanted = [marked[s : e + 1].sum() for s, e in zip(starts, ends, strict=True)]
    got = overlap(starts.astype(float), ends.astype(float), covered)
    np.testing.assert_array_equal(got, wanted)
    assert not overlap(starts.astype(float), ends.astype(float), covered[:0]).any()


def test_no_run_goes_across_a_gap(tmp_path):
    positions = np.r_[np.arange(200) * 20_000, 30_000_000 + np.arange(200) * 20_000] + 1
    rng = np.random.default_rng(7)
    genotypes = rng.binomial(2, 0.5, (400, 40))
    genotypes[:, 0] = np.where(genotypes[:, 0] == 1, 2, genotypes[:, 0])
    store = write_store(tmp_path, {"1": (positions, genotypes)})
    calls = call_runs(store, [everybody(store)], max_missing_rate=0.05)["all"]
    own = calls.runs[calls.runs[:, 0] == 0]
    assert own[:, 1:3].tolist() == [[1, 3_980_001], [30_000_001, 33_980_001]]
    assert calls.covered[LONG]["1"].shape == (0, 2)
    whole = calls.covered[SHORT]["1"]
    assert overlap(np.array([4_000_000.0]), np.array([29_999_999.0]), whole)[0] < 1


def test_covered_of_no_and_one_variant():
    for n in (0, 1):
        covered = find_covered(np.arange(n), np.ones(n), length=SHORT, model=MODEL)
        assert covered.shape == (0, 2)


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_change_nothing(consanguineous, threads):
    store, _, before = consanguineous
    table = pd.DataFrame({"sample_id": store.samples, "ancestry": ""})
    again = measure_homozygosity(
        store,
        ancestry=table,
        unrelated=store.samples,
        max_missing_rate=0.05,
        max_mads=6.0,
        threads=threads,
    )
    pd.testing.assert_frame_equal(before.samples, again.samples)
    pd.testing.assert_frame_equal(before.runs, again.runs)


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """One contig of sixty people with runs of all lengths, as a store and as a VCF."""
    rng = np.random.default_rng(8)
    folder = tmp_path_factory.mktemp("people")
    genome = draw_genome(rng, 60, spacing=12_000, contigs=("1",))
    for person in range(20):
        start = rng.integers(1, 30_000_000)
        plant(rng, genome, person, "1", start, start + rng.integers(8e5, 9e6))
    store = write_store(folder / "store", genome)
    vcf = folder / "people.vcf"
    columns = np.array(["0/0", "0/1", "1/1"])
    head = ["##fileformat=VCFv4.2", "##contig=<ID=1,length=249250621>"]
    head.append('##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">')
    names = "\t".join(store.samples)
    head.append(f"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{names}")
    positions, genotypes = genome["1"]
    rows = [
        f"1\t{p}\t.\tA\tG\t.\tPASS\t.\tGT\t" + "\t".join(columns[row])
        for p, row in zip(positions, genotypes, strict=True)
    ]
    vcf.write_text("\n".join([*head, *rows]) + "\n")
    pysam.tabix_compress(str(vcf), f"{vcf}.gz", force=True)
    pysam.tabix_index(f"{vcf}.gz", preset="vcf", force=True)
    calls = call_runs(store, [everybody(store)], max_missing_rate=0.05)["all"]
    ours = pd.DataFrame(
        calls.runs[:, :3].astype(int), columns=["person", "start", "end"]
    )
    return store, f"{vcf}.gz", ours


def compare(ours, theirs, n_people):
    """Return the bases in runs of SHORT and more by person, ours and theirs."""
    sums = np.zeros((2, n_people))
    for row, table in enumerate((ours, theirs)):
        lengths = table["end"] - table["start"] + 1
        long = lengths >= SHORT
        np.add.at(sums[row], table.loc[long, "person"], lengths[long])
    return sums


@bcftools
def test_runs_are_those_of_bcftools_roh_at_the_same_rates(people, tmp_path):
    store, vcf, ours = people
    out = tmp_path / "roh.txt"
    rates = ["-a", str(MODEL.enter_rate), "-H", str(MODEL.leave_rate), "-G", "30"]
    command = ["bcftools", "roh", *rates, "-e", "GT,-", "-Or", "-o", str(out), vcf]
    subprocess.run(command, check=True, capture_output=True)
    rows = [
        line.split("\t") for line in out.read_text().splitlines() if line[:2] == "RG"
    ]
    place = {name: i for i, name in enumerate(store.samples)}
    theirs = pd.DataFrame(
        [(place[row[1]], int(row[3]), int(row[4])) for row in rows],
        columns=["person", "start", "end"],
    )
    mine, other = compare(ours, theirs, 60)
    assert (mine > 0).sum() >= 12
    np.testing.assert_array_equal(mine > 0, other > 0)
    # They tell errors by another model: an end may lie a variant or two off.
    np.testing.assert_allclose(mine, other, atol=60_000)


@plink
def test_runs_are_near_those_of_plinks_windows(people, tmp_path):
    store, vcf, ours = people
    command = ["plink1.9", "--vcf", vcf, "--double-id", "--homozyg"]
    command += ["--homozyg-kb", "1500", "--out", str(tmp_path / "roh")]
    subprocess.run(command, check=True, capture_output=True)
    table = pd.read_csv(tmp_path / "roh.hom", sep=r"\s+")
    place = {name: i for i, name in enumerate(store.samples)}
    theirs = pd.DataFrame(
        {
            "person": table["IID"].map(place),
            "start": table["POS1"],
            "end": table["POS2"],
        }
    )
    mine, other = compare(ours, theirs, 60)
    assert np.corrcoef(mine, other)[0, 1] > 0.98
