"""No reads is no genotype: by hand, call for call, and what is said of it."""

import pytest
from oracle import read_options
from oracle_comparison import read_with_genostrat
from vcf_files import write_vcf

from genostrat.genotypes.ingest.doubts import count_refused, doubt_calls
from genostrat.genotypes.records import ReadMetrics

MISSING = -9

#: FORMAT, a call, and the genotype that the store must have of it.
CALLS = [
    # no read, as callers write it
    ("GT:DP:GQ", "0/0:0:0", MISSING),
    ("GT:DP:GQ", "0|0:0:0", MISSING),
    ("GT:DP:GQ", "0:0:0", MISSING),
    ("GT:AD:DP:GQ:PL", "0/0:0,0:0:0:0,0,0", MISSING),
    ("GT:AD:DP:GQ:PL", "0/0:0,0:0:1:0,0,0", MISSING),
    ("GT:AD:DP:GQ:PL", "0/0:0,0:.:.:.", MISSING),
    ("GT:AD:DP:GQ:PL", "0/0:.:0:.:.", MISSING),
    ("GT:AD:DP:GQ:PL", "0/0:3,0:3:0:0,0,0", MISSING),
    ("GT:AD", "0/0:0,0", MISSING),
    ("GT:AD", "0/0:0,.", MISSING),
    ("GT:PL", "0/0:0,0,0", MISSING),
    ("GT:PL", "0/0:0,0", MISSING),
    ("GT:DP:GQ:MIN_DP:PL", "0/0:4:3:0:0,3,40", MISSING),
    ("GT:DP:RGQ", "0/0:0:0", MISSING),
    ("GT:GQ:DP:AD:PL:PGT:PID", "0/0:7:0:0,0:0,0,0:.:.", MISSING),
    ("GT:DP:GQ", "0/1:0:0", MISSING),
    ("GT:PL", "0/1:0,0,0", MISSING),
    # a read, or nothing said of reads
    ("GT:DP", "0/0:0", 0),
    ("GT:DS:DP", "0/0:0.02:0", 0),
    ("GT:DP:DS:GQ", "0/0:0:0.02:.", 0),
    ("GT:GQ", "0/0:0", 0),
    ("GT:DP:GQ", "0/0:0:30", 0),
    ("GT:DP:GQ", "0/0:1:0", 0),
    ("GT:AD", "0/0:.,.", 0),
    ("GT:AD", "0/0:.,0", 0),
    ("GT:AD", "0/0:0", 0),  # the reads of ALT alone, as VarScan writes them
    ("GT:AD:DP:GQ", "0/0:0,0:3:9", 0),  # uninformative reads, or of another allele
    ("GT:AD:DP:GQ:PL", "0/0:1,0:1:3:0,3,40", 0),
    ("GT:PL", "0/0:0,0,40", 0),
    ("GT:PL", "0/0:5,5,5", 0),
    ("GT:PL", "0/0:0", 0),
    ("GT:PL", "0/0:0,.,.", 0),
    ("GT:AD:DP:GQ:PL", "0/0", 0),
    ("GT:AD:DP:GQ", "0/1:0,0:0:12", 1),
    ("GT:AD:DP", "1/1:0,0:0", 2),
    # filters of calls
    ("GT:FT", "0/0:LowGQ", MISSING),
    ("GT:FT", "1/1:PASS;LowGQ", MISSING),
    ("FT:GT", "LowDP;LowGQ:0/1", MISSING),
    ("GT:DP:FT", "0/1:30:PASS", 1),
    ("GT:DP:FT", "0/1:30:.", 1),
    ("GT:DP:FT", "0/1:30", 1),
]


@pytest.mark.parametrize(("keys", "cell", "wanted"), CALLS)
def test_a_call_is_what_its_reads_say(tmp_path, keys, cell, wanted):
    record = f"1 100 . A G . PASS . {keys} {cell} {cell}"
    path = write_vcf(tmp_path / "a.vcf.gz", ["p1", "p2"], [record])
    for absent in (False, True):  # what was refused is not absent
        options = read_options(absent_is_reference=absent)
        read = read_with_genostrat([path], tmp_path / str(absent), options=options)
        assert read.store["1"][0][-1] == (wanted, wanted)


LIMITS = [
    ("GT:DP", "0/1:9", MISSING),
    ("GT:DP", "0/1:10", 1),
    ("GT:DP", "0/1:.", 1),
    ("GT:AD", "0/1:5,4", MISSING),
    ("GT:AD", "0/1:5,5", 1),
    ("GT:DP:MIN_DP", "0/0:30:9", MISSING),
    ("GT:DP:MIN_DP", "0/0:9:10", 0),
    ("GT:GQ", "0/1:19", MISSING),
    ("GT:GQ", "0/1:20", 1),
    ("GT:AD:DP:GQ:PL", "0/0:9,0:9:99:0,99,800", MISSING),
    ("GT:AD:DP:GQ:PL", "0/0:10,0:10:19:0,19,800", MISSING),
    ("GT:AD:DP:GQ:PL", "0/0:10,0:10:20:0,20,800", 0),
    ("GT", "0/1", 1),
]


@pytest.mark.parametrize(("keys", "cell", "wanted"), LIMITS)
def test_limits_hold_for_calls_that_say_their_own(tmp_path, keys, cell, wanted):
    record = f"1 100 . A G . PASS . {keys} {cell} {cell}"
    path = write_vcf(tmp_path / "a.vcf.gz", ["p1", "p2"], [record])
    options = read_options(min_depth=10, min_genotype_quality=20)
    read = read_with_genostrat([path], tmp_path / "out", options=options)
    assert read.store["1"][0][-1] == (wanted, wanted)


def test_a_limit_holds_for_a_decimal_that_the_header_does_not_declare(tmp_path):
    head = "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT p1 p2 p3"
    record = "1 100 . A G . PASS . GT:AD:DP:GQ 0/1:5,5:10:19.5 0/1:5,5:10:20.5 0/1"
    lines = [*("\t".join(line.split()) for line in (head, record))]
    lines.insert(0, "##fileformat=VCFv4.2")
    path = tmp_path / "a.vcf"
    path.write_text("\n".join(lines) + "\n")
    options = read_options(min_genotype_quality=20)
    read = read_with_genostrat([path], tmp_path / "out", options=options)
    assert read.store["1"][0][-1] == (MISSING, 1, 1)


def test_refused_calls_are_counted_and_told():
    metrics = ReadMetrics(4)
    metrics.sums["n_no_reads"][:] = [0, 7, 0, 5]
    metrics.sums["n_quality_zero"][:] = [1, 0, 0, 0]
    refused = count_refused(metrics)
    assert refused["no_reads"] == {"calls": 12, "samples": 2}
    said = list(
        doubt_calls(
            refused,
            n_samples=4,
            limits={"min_depth": 8, "min_genotype_quality": 0},
            formats=["GT", "GQ"],
        )
    )
    assert len(said) == 3
    assert said[0].startswith("12 calls in 2 of 4 samples rest on no read")
    assert "quality (GQ) of 0" in said[1]
    assert "ingest.min_depth is 8" in said[2]
