"""What is said of files that cannot be read."""

import gzip
import os
import shutil

import numpy as np
import pysam
import pytest
from oracle_comparison import read_with_genostrat
from vcf_files import simple_records, vcf_text, write_vcf

from genostrat.errors import GenostratError
from genostrat.genotypes.ingest.sources import count_unread, gather_build_evidence
from genostrat.genotypes.vcf.inspection import count_records, inspect_vcf, inspect_vcfs


@pytest.fixture
def whole(tmp_path):
    records = simple_records(50, 3, np.random.default_rng(1))
    return write_vcf(tmp_path / "whole.vcf.gz", ["a", "b", "c"], records)


def complaint(function, argument):
    with pytest.raises(GenostratError) as caught:
        function(argument)
    return str(caught.value)


def test_a_whole_file_is_described(whole):
    file = inspect_vcf(whole)
    assert file.samples == ("a", "b", "c")
    assert file.contigs == {"chr1": 50}
    assert file.lengths == {"chr1": 248956422}
    assert file.prefixed is True
    assert {"GT", "AD", "DP", "GQ"} <= file.formats


def test_missing_file(tmp_path):
    text = complaint(inspect_vcf, tmp_path / "no.vcf.gz")
    assert "No such file" in text
    assert "genotypes.vcf" in text


def test_without_an_index_records_are_counted(whole):
    (whole.parent / "whole.vcf.gz.tbi").unlink()
    file = inspect_vcf(whole)
    assert not file.indexed
    assert file.contigs == {"chr1": 50}


def test_index_older_than_the_file(whole):
    os.utime(f"{whole}.tbi", (1, 1))
    assert "older than the file" in complaint(inspect_vcf, whole)


@pytest.mark.parametrize("keep", [0.5, 0.99])
def test_truncated_file(whole, keep):
    data = whole.read_bytes()
    whole.write_bytes(data[: int(len(data) * keep)])
    shutil.copystat(f"{whole}.tbi", whole)
    assert "cut short" in complaint(inspect_vcf, whole)


def test_zero_bytes(tmp_path):
    path = tmp_path / "empty.vcf.gz"
    path.touch()
    assert "0 bytes" in complaint(inspect_vcf, path)


@pytest.mark.parametrize("compress", [gzip.compress, bytes])
def test_text_and_plain_gzip_are_taken(tmp_path, compress):
    path = tmp_path / "a.vcf"
    text = vcf_text(["a"], ["1 1 . A G . . . GT 0/1", "2 1 . A G . . . GT 0/1"])
    path.write_bytes(compress(text.encode()))
    file = inspect_vcf(path)
    assert not file.indexed
    assert file.samples == ("a",)
    assert file.contigs == {"chr1": 1, "chr2": 1}
    assert "GT" in file.formats


def test_text_cut_short_within_a_line(tmp_path):
    path = tmp_path / "a.vcf"
    path.write_text(vcf_text(["a"], ["1 1 . A G . . . GT 0/1"])[:-3])
    assert "ends in the middle of a line" in complaint(inspect_vcf, path)


def test_gzip_cut_short(tmp_path):
    path = tmp_path / "a.vcf.gz"
    whole = gzip.compress(vcf_text(["a"], ["1 1 . A G . . . GT 0/1"]).encode())
    path.write_bytes(whole[:-12])
    assert "damaged or cut short" in complaint(inspect_vcf, path)


def write_sites_only(tmp_path):
    plain = tmp_path / "a.txt"
    header = "##fileformat=VCFv4.2\n##contig=<ID=chr1>\n"
    columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    plain.write_text(header + columns + "chr1\t100\t.\tA\tG\t.\tPASS\t.\n")
    path = tmp_path / "a.vcf.gz"
    pysam.tabix_compress(str(plain), str(path))
    pysam.tabix_index(str(path), preset="vcf")
    return path


def test_sites_only(tmp_path):
    path = write_sites_only(tmp_path)
    assert "no samples" in complaint(inspect_vcf, path)


def test_a_sample_named_twice(tmp_path):
    path = write_vcf(tmp_path / "a.vcf.gz", ["a", "a"], [], index=False)
    (tmp_path / "a.vcf.gz.tbi").touch()
    assert "names samples twice" in complaint(inspect_vcf, path)


def test_empty_vcf(tmp_path):
    path = write_vcf(tmp_path / "a.vcf.gz", ["a"], [])
    text = complaint(inspect_vcfs, [path])
    assert "no records on chromosomes" in text
    assert "no records at all" in text


def test_only_other_contigs(tmp_path):
    records = ["GL000192.1 100 . A G . PASS . GT 0/1"]
    path = write_vcf(
        tmp_path / "a.vcf.gz", ["a"], records, contigs=("GL000192.1",), prefix=""
    )
    assert "GL000192.1" in complaint(inspect_vcfs, [path])


def test_prefix_mixed_between_files(tmp_path):
    record = "PASS . GT 0/1"
    one = write_vcf(tmp_path / "1.vcf.gz", ["a"], [f"1 100 . A G . {record}"])
    two = write_vcf(
        tmp_path / "2.vcf.gz",
        ["a"],
        [f"2 100 . A G . {record}"],
        contigs=("2",),
        prefix="",
    )
    text = complaint(inspect_vcfs, [one, two])
    assert "carry chr in one file and not in another" in text
    assert str(one) in text
    assert str(two) in text


def test_prefix_mixed_within_a_file(tmp_path):
    records = ["chr1 100 . A G . PASS . GT 0/1", "2 100 . A G . PASS . GT 0/1"]
    path = write_vcf(
        tmp_path / "a.vcf.gz", ["a"], records, contigs=("chr1", "2"), prefix=""
    )
    assert "mixed in this file" in complaint(inspect_vcfs, [path])


def test_files_with_other_samples_or_the_same_contig(tmp_path):
    record = "1 100 . A G . PASS . GT 0/1"
    one = write_vcf(tmp_path / "1.vcf.gz", ["a"], [record])
    two = write_vcf(tmp_path / "2.vcf.gz", ["b"], [record])
    text = complaint(inspect_vcfs, [one, two])
    assert "1 missing: a; 1 more: b" in text
    assert "contig 1 stands in two files" in text


def test_problems_of_several_files_come_together(tmp_path, whole):
    (tmp_path / "empty.vcf.gz").touch()
    text = complaint(inspect_vcfs, [tmp_path / "no.vcf.gz", tmp_path / "empty.vcf.gz"])
    assert text.startswith("2 problems")


@pytest.mark.parametrize(
    ("contigs", "prefix", "stored"),
    [
        (("1", "23", "24", "26"), "", {"1": 1, "X": 1, "Y": 1, "MT": 1}),
        (("01", "02"), "CHR", {"1": 1, "2": 1}),
        (("000001.11", "000023.11"), "NC_", {"1": 1, "X": 1}),
        (("1", "M"), "GRCh38#0#chr", {"1": 1, "MT": 1}),
    ],
)
def test_contigs_are_read_by_any_name(tmp_path, contigs, prefix, stored):
    records = [f"{contig} 16000 . A G . PASS . GT 0/1 0/0" for contig in contigs]
    path = write_vcf(
        tmp_path / "a.vcf.gz", ["a", "b"], records, contigs=contigs, prefix=prefix
    )
    assert count_records(inspect_vcfs([path])) == stored
    read = read_with_genostrat([path], tmp_path / "out", n_pieces=2)
    assert {contig: len(rows) for contig, rows in read.store.items()} == stored


def test_records_on_other_contigs_are_counted(tmp_path):
    contigs = ("1", "25", "GL000192.1", "XY")
    records = [
        f"{contig} {n} . A G . PASS . GT 0/1" for contig in contigs for n in (5, 9)
    ]
    path = write_vcf(tmp_path / "a.vcf.gz", ["a"], records, contigs=contigs, prefix="")
    unread, said = count_unread(inspect_vcfs([path]))
    assert unread == {"pseudo_autosomal_code": 4, "other_contig": 2}
    assert "4 records on what PLINK calls parts of X" in said[0]
    assert "25 (2), XY (2)" in said[0]
    assert "GL000192.1 (2)" in said[1]


def test_a_contig_by_two_names_in_one_file(tmp_path):
    records = [f"{contig} 5 . A G . PASS . GT 0/1" for contig in ("1", "X", "23")]
    contigs = ("1", "X", "23")
    path = write_vcf(tmp_path / "a.vcf.gz", ["a"], records, contigs=contigs, prefix="")
    text = complaint(inspect_vcfs, [path])
    assert "contig X stands in this file by two names" in text
    assert "X and 23" in text
    assert "--rename-chrs" in text


def test_chromosomes_by_names_that_nobody_knows(tmp_path):
    path = write_vcf(
        tmp_path / "a.vcf.gz",
        ["a"],
        ["1 5 . A G . PASS . GT 0/1"],
        prefix="HG002#1#chr",
        lengths=False,
    )
    text = complaint(inspect_vcfs, [path])
    assert "contigs: HG002#1#chr1" in text
    assert "bcftools annotate --rename-chrs" in text


@pytest.mark.parametrize(
    ("lines", "assembly"),
    [
        ("##reference=file:///ref/human_g1k_v37.fasta", "GRCh37"),
        ("##contig=<ID=chr9,length=5,assembly=b37>", "GRCh37"),
        ("##contig=<ID=chr9,assembly=NCBI36>", "NCBI36 (hg18)"),
        ("##reference=chm13v2.0.fa", "T2T-CHM13"),
        ("##contig=<ID=chr20,length=62435964>", "NCBI36 (hg18)"),
        ("##contig=<ID=chr1,length=195471971>", "mouse GRCm38 (mm10)"),
    ],
)
def test_what_a_header_says_of_its_assembly(tmp_path, lines, assembly):
    text = vcf_text(["a"], ["2 5 . A G . PASS . GT 0/1"], lengths=False)
    path = tmp_path / "a.vcf"
    path.write_text(text.replace("##contig=<ID=chr1>\n", f"{lines}\n"))
    evidence, _ = gather_build_evidence(inspect_vcfs([path]), markers={})
    assert evidence.verdict()[0] == assembly


def test_a_pipe_is_no_file_of_genotypes(tmp_path):
    os.mkfifo(tmp_path / "a.vcf")
    with pytest.raises(GenostratError, match="not a regular file"):
        inspect_vcf(tmp_path / "a.vcf")
