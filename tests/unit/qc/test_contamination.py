"""Estimates of contamination against what was mixed, and what readers count."""

import numpy as np
import pandas as pd
import pytest
from oracle_comparison import read_with_genostrat

from genostrat.genotypes.records import (
    BALANCE_DEPTHS,
    BALANCE_FREQUENCIES,
    BALANCE_SHARES,
    ReadMetrics,
    balance_name,
    depth_name,
)
from genostrat.qc.contamination import estimate_contamination

COLUMNS = [name for name in ReadMetrics.NAMES if name.startswith("balance_")]


def count_sites(n_ref, n_alt, q):
    """Count the sites of one sample as readers should, given the frequencies."""
    depth = n_ref + n_alt
    low, high = BALANCE_FREQUENCIES[0], BALANCE_FREQUENCIES[-1]
    use = (depth >= 20) & (depth <= 100) & (q >= low) & (q <= high)
    use &= n_ref <= BALANCE_SHARES[-1] * depth + 1e-9
    n_ref, depth, q = n_ref[use], depth[use], q[use]
    at = sum(q >= edge for edge in BALANCE_FREQUENCIES[1:-1]) + 0 * depth
    share = sum(n_ref > edge * depth + 1e-9 for edge in BALANCE_SHARES) + 0 * depth
    deep = sum(depth >= edge for edge in BALANCE_DEPTHS[1:-1]) + 0 * depth
    row = {
        balance_name(f, s): int(((at == f) & (share == s)).sum())
        for f in range(len(BALANCE_FREQUENCIES) - 1)
        for s in range(len(BALANCE_SHARES))
    }
    n_depths = len(BALANCE_DEPTHS) - 1
    return row | {depth_name(d): int((deep == d).sum()) for d in range(n_depths)}


def draw_sites(rng, n_sites, share, *, error=0.003, depth=30):
    p = rng.beta(0.6, 1.2, 4 * n_sites)
    p = p[(p > 0.05) & (p < 0.95)][:n_sites]
    own, other = rng.binomial(2, p), rng.binomial(2, p)
    alt = (1 - share) * own / 2 + share * other / 2
    alt = alt * (1 - error) + (1 - alt) * error
    reads = rng.poisson(depth * rng.gamma(12, 1 / 12, n_sites))
    n_alt = rng.binomial(reads, alt)
    return reads - n_alt, n_alt, 1 - p


@pytest.mark.parametrize("share", [0.0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.25, 0.35])
def test_the_share_of_foreign_reads_is_found(share):
    rng = np.random.default_rng(int(share * 100))
    rows = [count_sites(*draw_sites(rng, 20_000, share)) for _ in range(4)]
    found = estimate_contamination(pd.DataFrame(rows), min_sites=50)
    np.testing.assert_allclose(found, share, atol=max(0.005, 0.08 * share))
    assert abs(found.mean() - share) < max(0.0015, 0.04 * share)


@pytest.mark.parametrize("error", [0.0005, 0.01])
def test_wrong_reads_are_not_taken_for_another_person(error):
    rng = np.random.default_rng(5)
    rows = [count_sites(*draw_sites(rng, 20_000, 0.0, error=error)) for _ in range(3)]
    assert estimate_contamination(pd.DataFrame(rows), min_sites=50).max() < 0.004


def test_depth_does_not_matter():
    rng = np.random.default_rng(6)
    for depth in (25, 60):
        row = count_sites(*draw_sites(rng, 20_000, 0.1, depth=depth))
        found = estimate_contamination(pd.DataFrame([row]), min_sites=50)
        assert found[0] == pytest.approx(0.1, abs=0.015)


def test_too_few_sites_give_no_estimate():
    row = count_sites(*draw_sites(np.random.default_rng(7), 300, 0.1))
    n_sites = sum(
        row[balance_name(f, s)]
        for f in range(len(BALANCE_FREQUENCIES) - 1)
        for s in range(len(BALANCE_SHARES))
        if BALANCE_SHARES[s] <= 0.2
    )
    rows = pd.DataFrame([row, dict.fromkeys(COLUMNS, 0)])
    enough = estimate_contamination(rows, min_sites=n_sites)
    assert np.isfinite(enough[0])
    assert np.isnan(enough[1])
    assert np.isnan(estimate_contamination(rows, min_sites=n_sites + 1)).all()


def test_counts_as_text_are_read_as_numbers():
    row = count_sites(*draw_sites(np.random.default_rng(8), 2000, 0.1))
    rows = pd.DataFrame([row])
    numbers = estimate_contamination(rows, min_sites=50)
    np.testing.assert_array_equal(
        estimate_contamination(rows.astype(str), min_sites=50), numbers
    )


def write_reads(path, genotypes, n_ref, n_alt, *, fields="GT:AD"):
    """Write SNVs with a genotype (−9 missing) and reads for every sample."""
    texts = {0: "0/0", 1: "0/1", 2: "1/1", -9: "./."}
    n_samples = genotypes.shape[1]
    lines = [
        "##fileformat=VCFv4.2",
        "##contig=<ID=chr1,length=248956422>",
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="">',
        '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="">',
        "\t".join(
            ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"]
            + [f"s{i:02}" for i in range(n_samples)]
        ),
    ]
    for site in range(len(genotypes)):
        cells = [
            f"{texts[genotypes[site, i]]}:{n_ref[site, i]},{n_alt[site, i]}"
            for i in range(n_samples)
        ]
        head = ["chr1", str(1000 + 10 * site), ".", "A", "G", ".", "PASS", ".", fields]
        lines.append("\t".join(head + cells))
    path.write_text("\n".join(lines) + "\n")


def test_readers_count_by_the_frequency_in_the_other_samples(tmp_path):
    rng = np.random.default_rng(9)
    n_sites, n_samples = 150, 14
    p = rng.uniform(0.05, 0.95, n_sites)[:, None]
    genotypes = rng.binomial(2, p, (n_sites, n_samples))
    depth = rng.integers(15, 106, genotypes.shape)
    n_alt = rng.binomial(depth, np.clip(genotypes / 2, 0.02, 0.98))
    genotypes[rng.random(genotypes.shape) < 0.1] = -9
    # Exactly on an edge of reads, of depth, and of frequency (7 of 14 alleles differ).
    depth[0, :4], n_alt[0, :4] = [20, 100, 50, 24], [20, 80, 49, 24]
    path = tmp_path / "reads.vcf"
    write_reads(path, genotypes, depth - n_alt, n_alt)
    ours = read_with_genostrat([path], tmp_path / "pieces")
    total = 0
    for i in range(n_samples):
        others = np.delete(genotypes, i, axis=1)
        called = others >= 0
        q = 1 - np.where(called, others, 0).sum(axis=1) / (2 * called.sum(axis=1))
        enough = called.sum(axis=1) >= 10
        wanted = count_sites((depth - n_alt)[enough, i], n_alt[enough, i], q[enough])
        found = {name: ours.metrics[name][i] for name in COLUMNS}
        assert found == wanted
        total += sum(found.values())
    assert total > 500


def test_a_few_people_do_not_tell_a_frequency(tmp_path):
    rng = np.random.default_rng(10)
    genotypes = rng.integers(0, 3, (60, 10))
    reads = np.full(genotypes.shape, 15)
    path = tmp_path / "reads.vcf"
    write_reads(path, genotypes, reads, reads)
    ours = read_with_genostrat([path], tmp_path / "pieces")
    assert not any(sum(ours.metrics[name]) for name in COLUMNS)
