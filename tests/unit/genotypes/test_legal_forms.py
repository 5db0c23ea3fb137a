"""What formats allow and other readers stumble over: read, or the cure is named."""

import gzip
import struct

import numpy as np
import pgenlib
import pysam
import pytest
from hostile_vcf import LOCAL, as_version, compose
from oracle import read_options
from oracle_comparison import differences, parse_text, read_with_genostrat, refusal
from vcf_files import simple_records, write_vcf
from vcf_routes import bgzf, write_route

from genostrat.errors import GenostratError
from genostrat.genotypes.vcf.inspection import inspect_vcf
from genostrat.genotypes.vcf.local_alleles import translate_line


def complaint(path):
    with pytest.raises(GenostratError) as caught:
        inspect_vcf(path)
    return str(caught.value)


@pytest.mark.parametrize("route", ["tbi", "csi", "stream", "plain", "gzip"])
def test_records_of_the_telomere_are_set_aside_and_counted(tmp_path, route):
    records = [
        "1 0 . N A . PASS . GT 0/1 0/0 0/0",
        "1 0 . N <DEL> . PASS . GT 0/1 0/0 0/0",
        "1 1 . A G . PASS . GT 0/1 0/0 1/1",
        "1 2000000 . A G . PASS . GT 0/1 0/0 1/1",
        "2 0 . A G . LowQual . GT 0/1 0/0 1/1",
        "2 10 . A G . PASS . GT 0/1 0/0 1/1",
    ]
    path = write_route(route, compose(records, contigs=("1", "2")), tmp_path)
    for n_pieces in (1, 5):
        ours = read_with_genostrat(
            [path], tmp_path / f"out{n_pieces}", n_pieces=n_pieces, judge="refuse"
        )
        assert ours.counts["n_records"] == 6
        assert +ours.counts["dropped"] == {"position_zero": 3}
        kept = {c: [row[0] for row in rows] for c, rows in ours.store.items()}
        assert kept == {"1": [1, 2000000], "2": [10]}


@pytest.mark.parametrize("route", ["tbi", "bcf", "stream"])
def test_a_record_of_too_many_alleles_is_set_aside_and_counted(tmp_path, route):
    letters = str.maketrans("0123", "ACGT")
    alts = [np.base_repr(i, 4).zfill(9).translate(letters) for i in range(5000)]
    records = [
        "1 100 . A G . PASS . GT 0/1 0/0 1/1",
        f"1 200 . A {','.join(alts)} . PASS . GT 0/4999 1/2 0/0",
        f"1 300 . A {','.join(alts[:34])} . PASS . GT 0/34 1/2 0/0",
    ]
    path = write_route(route, compose(records), tmp_path, block=50_000)
    ours = read_with_genostrat([path], tmp_path / "out", judge="refuse")
    assert +ours.counts["dropped"] == {"too_many_alleles": 1}
    assert len(ours.store["1"]) == 1 + 34
    assert ours.store["1"][-1][6] == (1, 0, 0)


def test_a_leading_phasing_mark_is_read_from_4_4_on_and_only_then(tmp_path):
    data = compose(["1 100 . A G . PASS . GT /0/1 |0|1 /1"])
    path = write_route("plain", data, tmp_path)
    assert "a genotype is malformed" in refusal([path], tmp_path / "old")
    for version in (b"VCFv4.4", b"VCFv4.5", b"VCFv5.0"):
        path = write_route("plain", as_version(data, version), tmp_path)
        ours = read_with_genostrat([path], tmp_path / "out")
        assert ours.store["1"][0][6] == (1, 1, 2)


def test_a_leading_slash_says_that_a_call_is_not_phased(tmp_path):
    record = "1 100 . A G . PASS . GT 0|1 |0|1 /0|1 |0/1 |1|0"
    data = as_version(compose([record], n_samples=5), b"VCFv4.4")
    path = write_route("plain", data, tmp_path)
    read_with_genostrat([path], tmp_path / "out", options=read_options(keep_phase=True))
    alleles, phased = np.empty(10, np.int32), np.empty(5, np.uint8)
    with pgenlib.PgenReader(str(tmp_path / "out/store/1.pgen").encode(), 5) as reader:
        reader.read_alleles_and_phasepresent(0, alleles, phased)
    assert phased.tolist() == [1, 1, 0, 0, 1]
    assert alleles.reshape(-1, 2)[[0, 1, 4]].tolist() == [[0, 1], [0, 1], [1, 0]]


def local(record):
    data = compose([record], n_samples=len(record.split()) - 9)
    return as_version(data, b"VCFv4.5").replace(b"#CHROM", LOCAL + b"#CHROM")


def test_local_alleles_become_those_of_the_record(tmp_path):
    keys = "LGT:LAA:LAD:DP:GQ"
    cells = "0/1:3:9,8:17:50 1|2:1,3:0,7,9:16:50 0/0:.:30:30:60 ./.:.:.:.:."
    path = tmp_path / "a.vcf"
    path.write_bytes(local(f"1 100 . A C,G,T . PASS . {keys} {cells}"))
    ours = read_with_genostrat([path], tmp_path / "out")
    assert [row[3] for row in ours.store["1"]] == ["C", "G", "T"]
    assert [row[6] for row in ours.store["1"]] == [
        (0, 1, 0, -9),
        (0, 0, 0, -9),
        (1, 1, 0, -9),
    ]


@pytest.mark.parametrize("cell", ["0/1:.", "0/2:1", "0/1:9", "1/1:2,3"])
def test_a_local_allele_that_no_list_has_is_no_genotype(tmp_path, cell):
    path = tmp_path / "a.vcf"
    path.write_bytes(local(f"1 100 . A C . PASS . LGT:LAA 0/1:1 {cell}"))
    said = refusal([path], tmp_path / "out")
    assert "names an allele that ALT does not list" in said
    assert "chr1:100" in said


def test_reads_by_local_alleles_weigh_a_call(tmp_path):
    path = tmp_path / "a.vcf"
    cells = "0/0:.:0:0:0 0/0:.:12:12:30 0/1:2:5,7:12:30"
    path.write_bytes(local(f"1 100 . A C,G . PASS . LGT:LAA:LAD:DP:GQ {cells}"))
    ours = read_with_genostrat([path], tmp_path / "out")
    assert ours.store["1"][1][6] == (-9, 0, 1)
    assert ours.metrics["n_no_reads"] == [1, 0, 0]


def test_a_place_in_translated_lines_is_one_in_the_file(tmp_path):
    records = [f"1 {i}00 . A C . PASS . LGT:LAA 0/1:1 0/0:." for i in range(1, 9)]
    data = compose([*records, "1 900 . A C . PASS . LGT:LAA 0/x:1 0/0:."], n_samples=2)
    data = as_version(data, b"VCFv4.5").replace(b"#CHROM", LOCAL + b"#CHROM")
    path = write_route("plain", data, tmp_path)
    assert f"file offset {data.index(b'chr1	900')}" in refusal(
        [path], tmp_path / "out"
    )


def test_a_line_keeps_its_end_and_one_without_local_alleles_is_as_it_was():
    head = b"1\t5\t.\tA\tC,G\t.\t.\t.\t"
    assert translate_line(head + b"LGT:LAA\t0/1:2\r\n") == head + b"GT:LAA\t0/2:2\r\n"
    for rest in (b"GT:LAA:LGT\t0/1:2:0/1\n", b"LGT:DP\t0/1:2\n", b"DP\t2\n"):
        assert translate_line(head + rest) == head + rest


def without_counts(index):
    """Return a .tbi as htsjdk writes it: without the bin that counts records."""
    data = gzip.decompress(index)
    n_contigs, *_, n_names = struct.unpack_from("<8i", data, 4)
    out, at = [data[: 36 + n_names]], 36 + n_names
    for _ in range(n_contigs):
        (n_bins,) = struct.unpack_from("<i", data, at)
        at += 4
        kept = []
        for _ in range(n_bins):
            key, n_chunks = struct.unpack_from("<Ii", data, at)
            size = 8 + 16 * n_chunks
            if key != 37450:
                kept.append(data[at : at + size])
            at += size
        (n_windows,) = struct.unpack_from("<i", data, at)
        size = 4 + 8 * n_windows
        out += [struct.pack("<i", len(kept)), *kept, data[at : at + size]]
        at += size
    return bgzf(b"".join(out))


@pytest.mark.parametrize("n_pieces", [1, 4])
def test_an_index_that_counts_no_records_serves_for_reading(tmp_path, n_pieces):
    records = [
        record
        for contig in ("1", "2")
        for record in simple_records(
            60, 3, np.random.default_rng(1), contig=contig, step=3_000_000
        )
    ]
    path = write_vcf(
        tmp_path / "a.vcf.gz", ["s0", "s1", "s2"], records, contigs=("1", "2")
    )
    index = tmp_path / "a.vcf.gz.tbi"
    index.write_bytes(without_counts(index.read_bytes()))
    with pytest.raises(pysam.SamtoolsError, match="count metadata"):
        pysam.bcftools.index("--stats", str(path))
    file = inspect_vcf(path)
    assert file.indexed
    assert file.contigs == {"chr1": 60, "chr2": 60}
    ours = read_with_genostrat(
        [path], tmp_path / "out", n_pieces=n_pieces, judge="refuse"
    )
    assert not differences(ours, parse_text(pysam.BGZFile(str(path)).read()))


def test_an_index_that_is_none_is_still_refused(tmp_path):
    path = write_vcf(tmp_path / "a.vcf.gz", ["a"], ["1 1 . A G . . . GT 0/1"])
    (tmp_path / "a.vcf.gz.tbi").write_bytes(bgzf(b"TBI\x01" + bytes(10)))
    assert "index is damaged" in complaint(path)


STAND_INS = {
    "zip": (b"PK\x03\x04" + bytes(60), "a zip archive", "unzip"),
    "html": (
        b"<!DOCTYPE html>\n<html><body>Sign in</body></html>\n",
        "web page",
        "head",
    ),
    "html_after_spaces": (b"\n  <html lang='en'>\n" + b" " * 60, "web page", "head"),
    "lfs": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n",
        "a pointer of Git LFS",
        "git lfs pull",
    ),
    "annex": (b"/annex/objects/SHA256E-s12--0.vcf.gz\n", "git-annex", "git annex get"),
    "xz": (b"\xfd7zXZ\x00" + bytes(60), "an xz archive", "unxz"),
    "bed": (b"l\x1b\x01" + bytes(60), "a fileset of PLINK", "genotypes.plink"),
    "table": (
        b"sample_id\tage\tsex\nP1\t4\tmale\n",
        "it begins with sample_id",
        "check",
    ),
}


def test_a_text_fileset_of_plink_is_told_how_to_pack_it(tmp_path):
    path = tmp_path / "chip.ped"
    path.write_text("F1 s1 0 0 1 -9 A G\n" * 9)
    said = complaint(path)
    assert "PLINK's text form" in said
    assert "plink2 --pedmap" in said


@pytest.mark.parametrize("name", STAND_INS)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_what_lies_there_instead_of_a_vcf_is_named(tmp_path, name, pack):
    data, what, cure = STAND_INS[name]
    path = tmp_path / "cohort.vcf.gz"
    path.write_bytes(pack(data))
    said = complaint(path)
    assert said.startswith(str(path))
    assert what in said
    assert cure in said
    assert said.count("tmp") == str(path).count("tmp")


def test_a_header_that_cannot_be_read_names_the_file_and_no_copy_of_it(tmp_path):
    path = tmp_path / "cohort.vcf"
    path.write_text("##fileformat=VCFv4.2\n#CHROM\tPOS\n1\t5\n")
    said = complaint(path)
    assert said.startswith(str(path))
    assert said.replace(str(path), "").count("/tmp") == 0


@pytest.mark.parametrize("route", ["stream", "plain", "gzip"])
def test_files_put_one_after_another_are_told_before_anything_is_read(tmp_path, route):
    data = compose(["1 100 . A G . PASS . GT 0/1 0/0 1/1"])
    path = write_route(route, data + data.replace(b"\t100\t", b"\t200\t"), tmp_path)
    said = complaint(path)
    assert "a second header stands between the records" in said
    assert "bcftools concat" in said
    assert "bcftools merge" in said


def test_an_index_does_not_hide_a_second_header(tmp_path):
    data = compose(["1 100 . A G . PASS . GT 0/1 0/0 1/1"])
    path = write_route("tbi", data + data.replace(b"\t100\t", b"\t200\t"), tmp_path)
    assert "a second header stands between the records" in refusal(
        [path], tmp_path / "out"
    )


@pytest.mark.parametrize("route", ["tbi", "plain", "gzip"])
def test_several_bad_records_are_told_at_once(tmp_path, route):
    records = [f"1 {i}00 . A G 50 PASS . GT 0/1 0/0 1/1" for i in range(1, 30)]
    records[3] = records[3].replace("0/0", "0/x")
    records[7] = records[7].replace(" 50 ", " 3,5 ")
    records[9] = records[9].replace("1/1", "1/2")
    path = write_route(route, compose(records), tmp_path)
    said = refusal([path], tmp_path / "out")
    assert said.startswith("3 problems")
    for place, what in (("400", "0/x"), ("800", "3,5"), ("1000", "1/2")):
        assert f"chr1:{place} " in said
        assert what in said


def test_of_many_bad_records_the_first_are_told(tmp_path):
    records = [f"1 {i}00 . A G 50 PASS . GT 0/1 0/0 1/x" for i in range(1, 30)]
    path = write_route("plain", compose(records), tmp_path)
    said = refusal([path], tmp_path / "out")
    assert said.startswith("8 problems")
    assert "chr1:100 " in said


def test_room_grows_after_a_bad_record_too(tmp_path):
    """More rows than there is room for at first, behind a record that is refused."""
    alts = ",".join("A" * n for n in range(2, 1500))
    records = [
        "1 100 . A G . PASS . GT 0/x",
        *(f"1 {i}00 . A {alts} . PASS . GT 0/1" for i in range(2, 5)),
        "1 900 . A G . PASS . GT 0/y",
    ]
    path = write_route("plain", compose(records, n_samples=1), tmp_path)
    said = refusal([path], tmp_path / "out")
    assert said.startswith("2 problems")
    assert "chr1:900 " in said


@pytest.mark.parametrize(
    ("keys", "cell", "cure"),
    [
        ("DS", "0.3", "plink2 --vcf FILE dosage=DS"),
        ("GP:DS", "0.7,0.3,0:0.3", "--GP-to-GT"),
        ("PL", "0,3,30", "--PL-to-GT"),
        ("LGT:DP", "0/1:3", "LAA"),
        ("DP", "3", "give the file with the genotypes"),
    ],
)
@pytest.mark.parametrize("route", ["stream", "plain", "bcf"])
def test_records_without_calls_are_told_before_anything_is_read(
    tmp_path, keys, cell, cure, route
):
    records = [
        f"1 {i}00 . A G . PASS . {keys} {cell} {cell} {cell}" for i in range(1, 5)
    ]
    data = compose(records)
    start = data.index(b"##FORMAT=<ID=GT")
    data = data[:start] + data[data.index(b"\n", start) + 1 :]
    said = complaint(write_route(route, data, tmp_path))
    assert "the records have no genotypes (GT)" in said
    assert cure in said
