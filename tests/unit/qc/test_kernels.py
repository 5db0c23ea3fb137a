"""Kernels of sample QC against brute force, scikit-allel and plink2."""

import shutil
import subprocess
import sys
from fractions import Fraction
from math import factorial
from pathlib import Path

import allel
import numpy as np
import pandas as pd
import pytest

from genostrat.genotypes.store import Store, write_contig
from genostrat.qc.components.krylov import compute_components, find_eigenvectors
from genostrat.qc.components.pruning import choose_unlinked
from genostrat.qc.lanes import count_block
from genostrat.qc.relatedness.king import estimate_kinship, find_pairs, jackknife_errors
from genostrat.qc.relatedness.pairs import pack_block
from genostrat.qc.sites import count_genotypes
from genostrat.stats.hardy_weinberg import hwe_exact

HOME = Path(__file__).resolve().parents[3]
needs_plink2 = pytest.mark.skipif(
    not shutil.which("plink2"), reason="plink2 is not installed"
)
ALLELES = [("A", "G"), ("A", "C"), ("AT", "A"), ("C", "T"), ("G", "T"), ("A", "<DEL>")]


def make_store(folder, genotypes, *, contig="1", alleles=None, step=1):
    n_variants, n_samples = genotypes.shape
    kinds = alleles or [("A", "G")]
    lines = []
    for i in range(n_variants):
        ref, alt = kinds[i % len(kinds)]
        lines.append(f"{contig}\t{100 + i * step}\tv{i}\t{ref}\t{alt}\t.\tPASS")
    write_contig(
        folder,
        contig,
        blocks=[genotypes.astype(np.int8)],
        n_variants=n_variants,
        pvar_lines=lines,
        samples=[f"s{i:04}" for i in range(n_samples)],
        sexes=[""] * n_samples,
    )
    return Store(folder)


def draw(rng, n_variants, n_samples, *, missing=0.02, rare=0.6):
    """Draw genotypes of which a share is rare, either allele, with hostile rows."""
    frequency = rng.uniform(0.05, 0.95, n_variants)
    few = rng.random(n_variants) < rare
    frequency[few] = rng.choice([0.01, 0.99], few.sum())
    genotypes = rng.binomial(2, frequency[:, None], (n_variants, n_samples))
    holes = rng.random(n_variants) < 0.5
    genotypes[(rng.random(genotypes.shape) < missing) & holes[:, None]] = -9
    for row, value in enumerate((-9, 0, 1, 2)[: min(4, n_variants)]):
        genotypes[row] = value
    return genotypes.astype(np.int8)


def linked(rng, n_variants, n_samples):
    """Draw genotypes in which neighbours are copies of one another with errors."""
    genotypes = draw(rng, n_variants, n_samples)
    for row in range(5, n_variants):
        if rng.random() < 0.7:
            copied = rng.random(n_samples) < 0.85
            genotypes[row, copied] = genotypes[row - rng.integers(1, 5), copied]
    return genotypes


def run_plink2(store, out, *arguments):
    command = ["plink2", "--pfile", str(store.folder / "1"), *arguments]
    subprocess.run([*command, "--out", str(out)], check=True, capture_output=True)


@pytest.mark.parametrize(("n_variants", "n_samples"), [(1, 1), (300, 65), (900, 3)])
@pytest.mark.parametrize("threads", [1, 3])
def test_counts_equal_brute_force(
    tmp_path, monkeypatch, n_variants, n_samples, threads
):
    monkeypatch.setattr("genostrat.qc.sites.BLOCK_BYTES", 64 * n_samples)
    rng = np.random.default_rng(n_variants + n_samples)
    genotypes = draw(rng, n_variants, n_samples, missing=0.1)
    store = make_store(tmp_path, genotypes, alleles=ALLELES)
    sites, people = count_genotypes(store.autosomes[0], threads=threads)
    called, het, alt = genotypes >= 0, genotypes == 1, genotypes == 2
    for axis, counts in ((1, sites), (0, people)):
        np.testing.assert_array_equal(counts.n_called, called.sum(axis))
        np.testing.assert_array_equal(counts.n_het, het.sum(axis))
        np.testing.assert_array_equal(counts.n_hom_alt, alt.sum(axis))
        np.testing.assert_array_equal(counts.n_hom_ref, (genotypes == 0).sum(axis))
    kinds = np.arange(n_variants) % len(ALLELES)
    ti, tv = np.isin(kinds, (0, 3)), np.isin(kinds, (1, 4))
    np.testing.assert_array_equal(people.n_ti, (het | alt)[ti].sum(0))
    np.testing.assert_array_equal(people.n_tv, (het | alt)[tv].sum(0))
    single = (het.sum(1) == 1) & (alt.sum(1) == 0)
    np.testing.assert_array_equal(people.n_singleton, het[single].sum(0))
    np.testing.assert_array_equal(people.snv_het, het[ti | tv].sum(0))
    n = np.maximum(2 * called.sum(1), 2)
    p = (het.sum(1) + 2 * alt.sum(1)) / n
    expected = 2 * p * (1 - p) * n / (n - 1)
    wanted = (expected[:, None] * called)[ti | tv].sum(0)
    np.testing.assert_allclose(people.snv_het_expected, wanted, rtol=1e-12)


def test_byte_sums_do_not_run_over():
    """A thousand homozygous alternate rows, and a row as wide as a thousand words."""
    block = np.full((1000, 8), 2, np.int8)
    counts = count_block(block, np.zeros(1000, np.uint8), n_samples=8)
    assert (counts.samples[2] == 1000).all()
    wide = np.full((2, 8000), 2, np.int8)
    counts = count_block(wide, np.zeros(2, np.uint8), n_samples=8000)
    assert (counts.sites == [[8000], [0], [8000]]).all()


@needs_plink2
def test_counts_and_hwe_equal_plink2(tmp_path):
    genotypes = draw(np.random.default_rng(1), 800, 90)
    store = make_store(tmp_path / "store", genotypes)
    run_plink2(store, tmp_path / "x", "--hardy", "--sample-counts", "--missing")
    sites, people = count_genotypes(store.autosomes[0])
    hardy = pd.read_csv(tmp_path / "x.hardy", sep="\t")
    lost = pd.read_csv(tmp_path / "x.vmiss", sep="\t")
    np.testing.assert_array_equal(lost["MISSING_CT"], 90 - sites.n_called)
    np.testing.assert_array_equal(hardy["HET_A1_CT"], sites.n_het)
    p_values = hwe_exact(sites.n_hom_ref, sites.n_het, sites.n_hom_alt)
    # plink2 prints six digits.
    np.testing.assert_allclose(p_values, hardy["P"], rtol=5.1e-6)
    theirs = pd.read_csv(tmp_path / "x.scount", sep="\t")
    # plink2 counts the only carrier of an allele on both chromosomes, too.
    lone = (genotypes == 2)[(sites.n_het == 0) & (sites.n_hom_alt == 1)].sum(0)
    for column, ours in (
        ("HOM_REF_CT", people.n_hom_ref),
        ("HET_SNP_CT", people.n_het),
        ("HOM_ALT_SNP_CT", people.n_hom_alt),
        ("DIPLOID_SINGLETON_CT", people.n_singleton + lone),
        ("DIPLOID_TRANSITION_CT", people.n_ti),
        ("DIPLOID_TRANSVERSION_CT", people.n_tv),
    ):
        np.testing.assert_array_equal(theirs[column], ours, err_msg=column)


def exact_p(ref, het, alt):
    """Return the p-value of the exact test in whole numbers."""
    n, rarer = ref + het + alt, 2 * min(ref, alt) + het
    chances = {}
    for h in range(rarer % 2, rarer + 1, 2):
        r = (rarer - h) // 2
        others = factorial(r) * factorial(h) * factorial(n - h - r)
        chances[h] = Fraction(factorial(n) * 2**h, others)
    low = sum(c for c in chances.values() if c <= chances[het])
    return float(low / sum(chances.values()))


def test_hwe_equals_whole_numbers_and_does_not_mind_large_cohorts():
    rng = np.random.default_rng(2)
    for _ in range(150):
        trio = [int(k) for k in rng.multinomial(rng.integers(0, 40), [0.3, 0.4, 0.3])]
        assert hwe_exact(*([k] for k in trio))[0] == pytest.approx(
            exact_p(*trio), rel=1e-9
        )
    large = [(10_000, 0, 0), (9_999, 1, 0), (5_000, 0, 5_000), (2_500, 5_000, 2_500)]
    p_values = hwe_exact(*np.array(large).T)
    np.testing.assert_allclose(p_values, [1, 1, 0, 1], rtol=1e-9)
    # ratio of neighbours by hand: all alleles in homozygotes, 60 rarer ones
    assert 0 < hwe_exact([9_970], [0], [30])[0] < 1e-60
    assert len(hwe_exact([], [], [])) == 0


def by_hand(one, two):
    both = (one >= 0) & (two >= 0)
    one, two = one[both], two[both]
    ibs0 = np.sum(np.abs(one - two) == 2)
    fewest = min(np.sum(one == 1), np.sum(two == 1))
    if not fewest:
        return np.nan, ibs0, len(one)
    differ = np.sum((one == 1) ^ (two == 1))
    return 0.5 - (4 * ibs0 + differ) / (4 * fewest), ibs0, len(one)


@pytest.mark.parametrize("missing", [0, 0.1])
@pytest.mark.parametrize("n_samples", [1, 2, 67])
def test_kinship_of_listed_and_packed_variants_equals_the_formula(n_samples, missing):
    rng = np.random.default_rng(n_samples)
    genotypes = draw(rng, 700, n_samples, missing=missing)
    blocks = [genotypes[:250], genotypes[250:250], genotypes[250:]]
    if n_samples == 67:
        padded = np.pad(genotypes, ((0, 0), (0, 5)))
        packed = pack_block(padded, n_samples=n_samples)
        assert len(packed.starts) > 100, "some variants are listed"
        assert packed.complete.shape[1] > 1, "and some are packed"
    kinship, ibs0, n_sites = estimate_kinship(blocks, n_samples=n_samples)
    for i in range(n_samples):
        for j in range(i):
            phi, opposite, shared = by_hand(genotypes[:, i], genotypes[:, j])
            np.testing.assert_allclose(kinship[i, j], phi, rtol=1e-12)
            assert round(ibs0[i, j] * n_sites[i, j]) == opposite
            assert n_sites[i, j] == shared


@pytest.mark.parametrize("complete", [True, False])
def test_pairs_do_not_depend_on_passes_or_threads(tmp_path, complete):
    rng = np.random.default_rng(5)
    genotypes = draw(rng, 600, 41, missing=0 if complete else 0.05)
    genotypes[0, genotypes[0] < 0] = 0
    store = make_store(tmp_path, genotypes)
    kinship, ibs0, n_sites = estimate_kinship([genotypes], n_samples=41)
    wanted = np.argwhere(np.triu(kinship >= -0.05, k=1))
    for threads, max_bytes in ((1, 1 << 28), (2, 3000), (3, 1)):
        found = find_pairs(
            store,
            min_kinship=-0.05,
            complete=complete,
            threads=threads,
            max_bytes=max_bytes,
        )
        np.testing.assert_array_equal(found.samples, wanted)
        np.testing.assert_array_equal(found.kinship, kinship[tuple(wanted.T)])
        np.testing.assert_array_equal(found.ibs0, ibs0[tuple(wanted.T)])
        np.testing.assert_array_equal(found.n_sites, n_sites[tuple(wanted.T)])


@needs_plink2
def test_king_equals_plink2(tmp_path):
    store = make_store(tmp_path / "store", draw(np.random.default_rng(6), 1500, 70))
    run_plink2(store, tmp_path / "x", "--make-king-table", "--king-table-filter", "-9")
    theirs = pd.read_csv(tmp_path / "x.kin0", sep="\t")
    ours = find_pairs(store, min_kinship=-9)
    places = np.sort(
        [theirs[column].map(store.samples.index) for column in ("#IID1", "IID2")],
        axis=0,
    )
    order = np.lexsort(places[::-1])
    np.testing.assert_array_equal(ours.samples, places.T[order])
    np.testing.assert_allclose(ours.kinship, theirs["KINSHIP"].iloc[order], atol=1e-6)
    # plink2 2.00a3.5 finds one site more than there is in one of these pairs.
    np.testing.assert_allclose(ours.n_sites, theirs["NSNP"].iloc[order], atol=1)


def test_jackknife_equals_leaving_blocks_out():
    rng = np.random.default_rng(7)
    genotypes = draw(rng, 400, 6, missing=0.1, rare=0)
    blocks = np.sort(rng.integers(0, 8, 400))
    pairs = np.array([[0, 1], [2, 5]])
    errors = jackknife_errors([genotypes[:90], genotypes[90:]], pairs, blocks=blocks)
    for (one, two), error in zip(pairs, errors, strict=True):
        left = [
            by_hand(genotypes[blocks != b, one], genotypes[blocks != b, two])[0]
            for b in range(8)
        ]
        wanted = np.sqrt(7 / 8 * np.sum((left - np.mean(left)) ** 2))
        assert error == pytest.approx(wanted, rel=1e-9)


@needs_plink2
@pytest.mark.parametrize(
    ("window", "step", "max_r2"), [(50, 5, 0.5), (100, 20, 0.2), (7, 7, 0.1)]
)
def test_pruning_equals_plink2(tmp_path, window, step, max_r2):
    genotypes = linked(np.random.default_rng(window), 1200, 70)
    store = make_store(tmp_path / "store", genotypes)
    values = [str(value) for value in (window, step, max_r2)]
    try:
        run_plink2(
            store, tmp_path / "x", "--indep-pairwise", *values, "--indep-order", "1"
        )
    except subprocess.CalledProcessError:
        run_plink2(store, tmp_path / "x", "--indep-pairwise", *values)
    theirs = (tmp_path / "x.prune.in").read_text().split()
    ours = choose_unlinked(
        store.autosomes[0],
        np.arange(1200),
        window=window,
        step=step,
        max_r2=max_r2,
        threads=2,
    )
    assert 10 < len(theirs) < 1100
    assert [f"v{row}" for row in ours] == theirs


def test_pruning_leaves_no_linked_pair_in_a_window(tmp_path):
    """What is left is so by scikit-allel's r², too."""
    genotypes = linked(np.random.default_rng(8), 300, 80)[4:]
    genotypes[genotypes < 0] = 0
    store = make_store(tmp_path, genotypes)
    rows = np.arange(len(genotypes))
    kept = choose_unlinked(store.autosomes[0], rows, window=300, step=10, max_r2=0.3)
    r2 = allel.rogers_huff_r(genotypes[kept].astype(np.int8)) ** 2
    assert 5 < len(kept) < 250
    assert r2.max() <= 0.31


def structured(rng, n_variants, n_samples):
    base = rng.uniform(0.1, 0.9, n_variants)[:, None]
    groups = rng.integers(0, 4, n_samples)
    shift = rng.normal(0, 0.1, (n_variants, 4))
    frequency = np.clip(base + shift[:, groups], 0.02, 0.98)
    return rng.binomial(2, frequency).astype(np.int8)


def eigen(genotypes):
    """Return eigenvalues and vectors of the standardised, mean-filled genotypes."""
    called = genotypes >= 0
    p = np.where(called, genotypes, 0).sum(1) / (2 * called.sum(1))
    z = (genotypes - 2 * p[:, None]) / np.sqrt(2 * p * (1 - p))[:, None]
    z[~called] = 0
    values, vectors = np.linalg.eigh(z.T @ z / len(z))
    return values[::-1], vectors[:, ::-1]


@pytest.mark.parametrize("n_samples", [30, 700])
def test_components_equal_a_full_decomposition(tmp_path, n_samples):
    rng = np.random.default_rng(9)
    genotypes = structured(rng, 1500, n_samples)
    genotypes[rng.random(genotypes.shape) < 0.01] = -9
    found = compute_components(make_store(tmp_path, genotypes), n_pcs=5)
    values, vectors = eigen(genotypes)
    assert found.n_variants == 1500
    np.testing.assert_allclose(found.shares, values[:5] / values.sum(), rtol=1e-3)
    for number in range(3 if n_samples == 700 else 5):
        ours = found.coordinates[:, number]
        assert abs(np.corrcoef(ours, vectors[:, number])[0, 1]) > 0.999


def test_components_are_the_same_bytes_at_any_number_of_threads(tmp_path, monkeypatch):
    monkeypatch.setattr("genostrat.qc.components.krylov.BLOCK_BYTES", 1 << 15)
    genotypes = structured(np.random.default_rng(10), 800, 300)
    store = make_store(tmp_path, genotypes)
    once, again = (
        compute_components(store, n_pcs=4, threads=threads) for threads in (1, 3)
    )
    assert once.coordinates.tobytes() == again.coordinates.tobytes()


@needs_plink2
def test_components_equal_plink2(tmp_path):
    genotypes = structured(np.random.default_rng(11), 3000, 120)
    store = make_store(tmp_path / "store", genotypes)
    run_plink2(store, tmp_path / "x", "--pca", "3")
    theirs = np.loadtxt(tmp_path / "x.eigenvec", skiprows=1, usecols=(1, 2, 3))
    ours = compute_components(store, n_pcs=3).coordinates
    for number in range(3):
        r = np.corrcoef(ours[:, number], theirs[:, number])[0, 1]
        assert abs(r) > 0.999


def test_eigenvectors_of_a_matrix_of_small_rank():
    """Fewer components than asked for, and as many as there can be."""
    rng = np.random.default_rng(12)
    factor = np.repeat([1.0, -1.0], 20)[:, None] @ rng.normal(size=(1, 1))
    matrix = factor @ factor.T
    values, vectors, _ = find_eigenvectors(lambda v: matrix @ v, n_rows=40, n_wanted=3)
    assert values[0] == pytest.approx(np.trace(matrix))
    np.testing.assert_allclose(values[1:], 0, atol=1e-9)
    np.testing.assert_allclose(np.abs(vectors[:, 0]), 40**-0.5)
    centred = np.array([[1.0, -1.0], [-1.0, 1.0]])
    values, _, n_passes = find_eigenvectors(lambda v: centred @ v, n_rows=2, n_wanted=1)
    assert (values[0], n_passes) == (pytest.approx(2), 1)


MEASURE = """
import sys
from pathlib import Path
from genostrat.genotypes.store import Store
from genostrat.qc.components.krylov import compute_components
from genostrat.qc.relatedness.king import find_pairs
from genostrat.qc.sites import count_genotypes
store = Store(Path(sys.argv[1]))
count_genotypes(store.autosomes[0])
find_pairs(store, min_kinship=0.4)
compute_components(store, n_pcs=2)
for line in Path("/proc/self/status").read_text().splitlines():
    if line.startswith("VmHWM"):
        print(line.split()[1])
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="not Linux")
def test_memory_does_not_grow_with_variants(tmp_path, monkeypatch):
    """Four times the variants, 36 MB of genotypes more: the same memory."""
    monkeypatch.setenv("PYTHONPATH", str(HOME))
    rng = np.random.default_rng(13)
    piece = structured(rng, 500, 500)
    peaks = []
    for name, copies in (("once", 48), ("often", 192)):
        store = make_store(tmp_path / name, np.tile(piece, (copies, 1)))
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, str(store.folder)],
            check=True,
            capture_output=True,
            text=True,
        )
        peaks.append(int(done.stdout) / 1024)
    # Counts of each variant are results, about 30 bytes.
    assert peaks[1] - peaks[0] < 15
