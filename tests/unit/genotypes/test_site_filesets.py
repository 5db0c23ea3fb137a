"""Whole records at wanted sites of PLINK 1 and PGEN filesets."""

import numpy as np
import pytest
from oracle import read_options
from plink_files import (
    inspect_pgen,
    inspect_plink,
    needs_plink2,
    run_plink2,
    write_bed,
    write_pgen,
)
from site_files import NAMES, SITES, M, expect, rows_of, text_of, to_sites

from genostrat.genotypes.ingest.fileset_pieces import read_fileset_piece
from genostrat.genotypes.ingest.gathering import gather_pieces
from genostrat.genotypes.ingest.planning import plan_pieces
from genostrat.genotypes.records import (
    PHASED,
    UNPHASED,
)


def read_fileset(file, folder, *, n_pieces=1, samples=("s1", "s5", "s3"), sites=SITES):
    folders = []
    for number, regions in enumerate(plan_pieces([file], n_pieces=n_pieces)):
        folders.append(folder / f"piece{number}")
        read_fileset_piece(
            regions,
            files=[file],
            samples=samples,
            options=read_options(sites=to_sites(sites)),
            folder=folders[-1],
        )
    return gather_pieces(
        folders,
        samples=list(samples),
        sexes=[""] * len(samples),
        store=folder / "store",
    )


@pytest.mark.parametrize("n_pieces", [1, 5])
def test_a_bed_gives_unphased_records(tmp_path, n_pieces):
    # contig, position, name, A1 (taken for ALT) and A2
    variants = [
        "1 990 v1 A ACCCCCCCCCC",
        "1 999 v2 C T",
        "1 1000 v3 0 T",
        "1 1550 v4 C T",
        "1 1550 v5 G T",
        "25 505 v6 C T",
        "26 50 v7 C T",
    ]
    calls = [[0, 1, 2, M, 0], *[[0] * 5] * 5, [2, 1, M, 0, 1]]
    file = inspect_plink(write_bed(tmp_path / "a", NAMES, variants, calls))
    records = read_fileset(file, tmp_path / "out", n_pieces=n_pieces).site_records
    assert [row[:6] for row in rows_of(records)] == [
        ("1", 990, 1000, "ACCCCCCCCCC", "A", True),
        ("1", 1000, 1000, "T", "", True),
        ("1", 1550, 1550, "T", "C", True),
        ("1", 1550, 1550, "T", "G", True),
        ("X", 505, 505, "T", "C", True),
        ("MT", 50, 50, "T", "C", True),
    ]
    assert records.alleles[0].tolist() == [[0, 1], [1, 1], [0, 0]]
    assert records.alleles[-1].tolist() == [[0, 1], [M, M], [1, 1]]
    assert (records.phase_set == UNPHASED).all()


def test_a_pgen_says_which_filters_failed(tmp_path):
    header = "#CHROM\tPOS\tID\tREF\tALT\tFILTER"
    variants = ["1 1000 . A C PASS", "1 1000 . A G q1", "1 1000 . A T ."]
    calls = [[0, 1, 2, M, 0]] * 3
    prefix = write_pgen(tmp_path / "a", NAMES, variants, calls, header=header)
    records = read_fileset(inspect_pgen(prefix), tmp_path / "out").site_records
    assert records.passed.tolist() == [True, False, True]
    assert records.alts.tolist() == ["C", "G", "T"]


@needs_plink2
@pytest.mark.parametrize("n_pieces", [1, 6])
def test_a_pgen_holds_what_the_vcf_did(tmp_path, n_pieces):
    rng = np.random.default_rng(3)
    records = []
    for position in np.sort(rng.integers(900, 4500, size=150)).tolist():
        ref, alt = [("A", "C"), ("A", "C,G,AT"), ("ACC", "A")][int(rng.integers(3))]
        calls = []
        for _ in NAMES:
            a, b = rng.integers(alt.count(",") + 2, size=2).tolist()
            shown = f"{a}|{b}" if rng.random() < 0.5 else f"{min(a, b)}/{max(a, b)}"
            calls.append("./." if rng.random() < 0.1 else shown)
        flag = str(rng.choice(["PASS", "LowQual"]))
        head = f"1 {position} . {ref} {alt} 50 {flag} . GT"
        records.append(f"{head} {' '.join(calls)}")
    plain = tmp_path / "truth.vcf"
    plain.write_bytes(text_of(records, contigs=("1",)))
    run_plink2("--vcf", plain, "--make-pgen", "--out", tmp_path / "a")
    samples = ["s1", "s5", "s3"]
    truth = expect(plain, samples)
    # a .pgen keeps phase where it matters: of heterozygous calls
    for *_, calls, sets in truth:
        sets[:] = [
            s if a != b else UNPHASED for s, (a, b) in zip(sets, calls, strict=True)
        ]
    file = inspect_pgen(tmp_path / "a")
    gathered = read_fileset(file, tmp_path / "out", n_pieces=n_pieces, samples=samples)
    assert rows_of(gathered.site_records) == truth
    assert {PHASED, UNPHASED} == set(gathered.site_records.phase_set.ravel().tolist())
