"""Phase in the store against pysam's reading, and the store as plink2 opens it."""

import shutil
import subprocess

import numpy as np
import pgenlib
import pysam
import pytest
from oracle import read_options
from oracle_comparison import read_with_genostrat
from vcf_files import write_vcf

RECORDS = [
    "1 100 . A G . PASS . GT 0|1 1|0 0/1 1|1 .|. 0|0",
    "1 200 . A G,T . PASS . GT 1|2 2|1 1/2 0|2 2|0 0|1",
    "1 300 . A G . PASS . GT:DP 0|1:3 1|0 0/1 .|1 0 1",
    "1 400 . A G,* . PASS . GT 1|2 2|1 0|1 1|0 1|1 0/1",
]


def phased_pairs(path, samples):
    """For each (position, alt) the two haplotypes of phased het calls, else None."""
    rows = {}
    with pysam.VariantFile(str(path)) as stream:
        for record in stream:
            for number, alt in enumerate(record.alts, 1):
                if alt == "*":
                    continue
                spanning = {i for i, a in enumerate(record.alts, 1) if a == "*"}
                calls = []
                for name in samples:
                    call = record.samples[name]
                    pair = [allele == number for allele in call["GT"]]
                    whole = len(pair) == 2 and None not in call["GT"]
                    whole &= not spanning & set(call["GT"])
                    het = whole and pair[0] != pair[1]
                    calls.append(tuple(pair) if het and call.phased else None)
                rows[record.pos, alt] = calls
    return rows


def stored_pairs(store, n_samples):
    lines = (store / "1.pvar").read_text().splitlines()[1:]
    rows = {}
    with pgenlib.PgenReader(str(store / "1.pgen").encode(), n_samples) as reader:
        assert reader.hardcall_phase_present()
        for row, line in enumerate(lines):
            alleles = np.empty(2 * n_samples, np.int32)
            phased = np.empty(n_samples, np.uint8)
            reader.read_alleles_and_phasepresent(row, alleles, phased)
            _, position, _, _, alt, *_ = line.split("\t")
            pairs = alleles.reshape(-1, 2)
            rows[int(position), alt] = [
                (bool(one), bool(two)) if known and one != two else None
                for (one, two), known in zip(pairs, phased, strict=True)
            ]
    return rows


@pytest.mark.parametrize("n_columns", [6, 4])
def test_phase_is_kept_where_asked(tmp_path, n_columns):
    names = ["f", "b", "a", "d", "c", "e"][:n_columns]
    records = [" ".join(text.split()[: 9 + n_columns]) for text in RECORDS]
    path = write_vcf(tmp_path / "a.vcf.gz", names, records)
    read_with_genostrat(
        [path], tmp_path / "out", options=read_options(keep_phase=True), n_pieces=2
    )
    found = stored_pairs(tmp_path / "out/store", n_columns)
    assert found == phased_pairs(path, sorted(names))
    assert any(pair for row in found.values() for pair in row)


def test_without_being_asked_no_phase_is_kept(tmp_path):
    path = write_vcf(tmp_path / "a.vcf.gz", list("abcdef"), RECORDS)
    read_with_genostrat([path], tmp_path / "out")
    pgen = str(tmp_path / "out/store/1.pgen").encode()
    with pgenlib.PgenReader(pgen, 6) as reader:
        assert not reader.hardcall_phase_present()


@pytest.mark.skipif(not shutil.which("plink2"), reason="needs plink2")
@pytest.mark.parametrize("keep_phase", [False, True])
def test_plink2_opens_the_store_unchanged(tmp_path, keep_phase):
    path = write_vcf(tmp_path / "a.vcf.gz", list("abcdef"), RECORDS[:3])
    reading = read_with_genostrat(
        [path], tmp_path / "out", options=read_options(keep_phase=keep_phase)
    )
    base = tmp_path / "out/store/1"
    words = ["plink2", "--pfile", str(base), "--out", str(tmp_path / "x"), "--threads"]
    subprocess.run([*words, "1", "--validate"], check=True, capture_output=True)
    subprocess.run([*words, "1", "--freq", "counts"], check=True, capture_output=True)
    lines = (tmp_path / "x.acount").read_text().splitlines()
    header = lines[0].split("\t")
    counts = [dict(zip(header, line.split("\t"), strict=True)) for line in lines[1:]]
    for row, count in zip(reading.store["1"], counts, strict=True):
        known = [genotype for genotype in row[6] if genotype >= 0]
        assert int(count["ALT_CTS"]) == sum(known)
        assert int(count["OBS_CT"]) == 2 * len(known)
