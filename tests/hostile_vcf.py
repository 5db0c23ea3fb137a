"""Genotype files that are hard to read and right all the same.

Whole files come as text with every byte in view, and are then written along one of
several routes: compressed and indexed, compressed only, plain, BCF. The BGZF writer
makes blocks of a few hundred bytes, so that records straddle them.
"""

import numpy as np
from vcf_files import FORMATS, simple_records, vcf_text

from genostrat.genotypes.builds import GRCH37, GRCH38


def names(count):
    return [f"s{number}" for number in range(count)]


def compose(records, *, n_samples=3, **options):
    return vcf_text(names(n_samples), records, **options).encode()


def full_records(n_variants, n_samples, rng, *, contig="1", step=1_000_000):
    """Make records with GT, AD, DP and GQ, some alternate alleles frequent."""
    records = []
    for number in range(n_variants):
        cells = []
        for _ in range(n_samples):
            call = rng.choice(["0/0", "0/1", "1/1", "1|1", "./.", "0|.", "1"])
            reads = rng.integers(0, 60, 2)
            quality = rng.choice([".", "0", "19", "20", "99"])
            cell = f"{call}:{reads[0]},{reads[1]}:{reads.sum()}:{quality}"
            keep = rng.choice([4, 4, 4, 4, 3, 2, 1])
            cells.append(":".join(cell.split(":")[:keep]))
        place = f"{contig} {number * step + 7} . A G 50 PASS . GT:AD:DP:GQ"
        records.append(f"{place} {' '.join(cells)}")
    return records


def _calls():
    return compose(
        [
            "1 100 . A C,* 50 PASS . GT:AD:DP:GQ 0/1:10,10,0:20:99 1/2 0/.:1,2,3:.:.",
            "1 200 rs1 A C . . . GT:DP 0:10 . 1",
            "1 300 . A . . PASS . GT:DP 0/0:10 .:5 0|0",
            "1 400 . A G . PASS . GT 0|. ./1 .|.",
            "1 500 . A G . PASS . GT ./. 1|0 1/0",
            "1 600 . A G . PASS . GT 1 0|1 0",
            "1 700 . A G,T . PASS . GT 1|2 2 .",
            "1 800 . A G . PASS . GT:DP .|1:3 1/.:4 .:5",
        ]
    )


def _many_alleles():
    alts = ["C", "G", "T", "AA", "AC", "AG", "AT", "CA", "CC", "CG", "CT"]
    calls = "10/11 11|0 2/10 0/1 1|11 9/10 11 10 ./11 0/0 3/4 7|8"
    records = [
        f"1 100 . A {','.join(alts)} 50 PASS . GT {calls}",
        f"1 200 . A {','.join([*alts, 'GA', '*'])} 50 PASS . GT:DP"
        + "".join(f" {call}:7" for call in calls.replace("10", "13").split()),
    ]
    # 120 alternate alleles: three digits in a genotype
    long = ",".join(
        "AC" + format(i, "07b").translate({48: "G", 49: "T"}) for i in range(120)
    )
    records.append(f"1 300 . A {long} 50 PASS . GT 120/0 99|120 100/10" + " 0/0" * 9)
    return compose(records, n_samples=12)


def _sex_contigs():
    """X in and out of both pseudo-autosomal regions, at their very ends; Y and MT."""
    records = ["1 100 . A G . PASS . GT:DP 0/1:9 1:9 0/0:9 ./.:9"]
    for low, high in GRCH38.par["X"]:
        for position in (low - 1, low, high, high + 1):
            records.append(f"X {position} . A G . PASS . GT:DP 0/1:9 1:9 0/0:9 .:9")
    records += [
        "Y 3000000 . A G . PASS . GT:DP ./.:1 1:8 0:3 .:1",
        "MT 100 . A G . PASS . GT:DP 0:1 1:8 0/1:3 .:1",
        "MT 16569 . A G . PASS . GT:DP 0/0:1 1/1:8 0|1:3 .|.:1",
    ]
    return compose(records, n_samples=4, contigs=("1", "X", "Y", "MT"))


def _odd_contigs():
    order = ("2", "GL000220.1", "10", "Un_KI270742v1", "1", "X", "1_random", "M", "7")
    records = [
        f"{contig} {position} . A G . PASS . GT 0/1 1/1 ./."
        for contig in order
        for position in (100, 200, 1_000_000)
    ]
    return compose(records, contigs=(*sorted(order), "22", "Y"))


def _symbolic():
    alts = "<DEL> <NON_REF> <*> * G]chr2:321681] ]chr2:100]A [chr1:5[A G. .G <INS:ME>"
    records = [
        f"1 {100 + i} . A {alt} . PASS SVTYPE=X GT 0/1 1/1 0/0"
        for i, alt in enumerate(alts.split())
    ]
    records += [
        f"1 {200 + i} . A {alt},T,{alt} . PASS . GT 0/1 1/2 3|2"
        for i, alt in enumerate(alts.split())
    ]
    records += [
        "1 300 . A *,<DEL> . PASS . GT 0/1 1/2 0/0",
        "1 400 . A *,T,* . PASS . GT 0/3 1/2 2/2",
    ]
    return compose(records)


def _alleles():
    """Lower case, IUPAC letters, and long alleles."""
    records = [
        "1 100 . a g . PASS . GT 0/1 1/1 0/0",
        "1 100 . A G . PASS . GT 0/0 1/1 0/0",
        "1 200 . R G . PASS . GT 0/1 1/1 0/0",
        "1 300 . n G . PASS . GT 0/1 1/1 0/0",
        "1 400 . A R . PASS . GT 0/1 1/1 0/0",
        "1 500 . A G,n . PASS . GT 0/1 1/2 0/0",
        f"1 600 . {'acgt' * 500} A . PASS . GT 0/1 1/1 0/0",
        f"1 700 . A {'ACGT' * 500},{'G' * 1999} . PASS . GT 0/1 1/2 0/0",
        "1 800 . ACN A . PASS . GT 0/1 1/1 0/0",
    ]
    return compose(records)


def _formats():
    """Every record with another FORMAT; GT first, last, in between and absent."""
    records = [
        "1 100 . A G . PASS . GT 0/1 1/1 0/0",
        "1 200 . A G . PASS . DP:GT 7:0/1 8:1/1 9",
        "1 300 . A G . PASS . DP:GQ:AD 7:9:1,2 8:9:1,2 9",
        "1 400 . A G . PASS . AD:GQ:GT:DP 0,30:99:1/1:30 0,30:99:0/1 .:.:0/0:5",
        "1 500 . A G . PASS . XX:GT:YY a:0/1:b c:1/1 .",
        "1 600 . A G . PASS . GTX:DP 0/1:1 1/1:2 0/0:3",
        "1 700 . A G . PASS . GQ:GT:AD:DP:PL 30:1|1:3,40:50:1,2,3 .:. 20:0/1:5,5:11:1",
        "1 800 . A G . PASS . DP:GQ 1:2 3:4 5:6",
        "1 900 . A G . PASS . GQ:DP:GT 1:2:0/1 3:4:1/1 5:6:0/0",
    ]
    return compose(records)


def _depths():
    """Numbers that are missing, negative, too large, too few or too many."""
    cells = [
        "1/1:1,40:41:99", "1/1:1,40:-3:99", "1/1:1,40:3000000000:99", "1/1:.,40:.:99",
        "1/1:-1,40:5:99", "1/1:40:5:99", "1/1:1,40,7:5:99", "1/1:1,40:5:-7",
        "1/1:10,10:5:20", "1/1:0,19:5:20", "1/1:0,20:5:20", "1/1:0,100:5:19",
        "1/1:50,50:2147483647:21", "1/1:50,51:5:99", "0/0:50,1:5:99", "0/0:9,1:5:99",
        "0/1:9,9:18:99", "./.:9,9:18:99", "1:3,30:33:99", "0/.:3,30:33:99",
        "1/1:.,.:1:40", "1/1", "1/1:7,30", "0/1:0,0:0:0", "1/1:.:5:.",
    ]  # fmt: skip
    records = [
        f"1 {100 * (i + 1)} . A {alt} . PASS . GT:AD:DP:GQ {' '.join(cells)}"
        for i, alt in enumerate(["G", "GG", "G,T", "*", "<X>"])
    ]
    return compose(records, n_samples=len(cells))


def _declared(key, kind):
    """DP, GQ or AD declared otherwise than usual."""
    data = compose(full_records(12, 5, np.random.default_rng(3)), n_samples=5)
    wanted = FORMATS[key].encode()
    assert wanted in data
    if kind is None:
        return data.replace(wanted + b"\n", b"")
    return data.replace(wanted, wanted.replace(b"Type=Integer", b"Type=" + kind))


#: What a call may say of what it rests on; many say that it rests on nothing.
EVIDENCE = {
    "AD": ["0,0", "0,0", "12,0", "0,9", ".,.", ".", "0,.", "0", ".,0", "00,0"],
    "DP": ["0", "0", "12", ".", "1"],
    "GQ": ["0", "0", "1", "36", ".", "19"],
    "PL": ["0,0,0", "0,0,0", "0,36,400", "0,0,800", "5,5,5", ".", "0", "0,.,0", "0,0"],
    "RGQ": ["0", "30", "."],
    "MIN_DP": ["0", "3", "."],
    "FT": ["PASS", ".", "LowGQ", "LowGQ;LowDP", "PASS;LowGQ", "q"],
    "DS": ["0", "0.02", "."],
}
WITH_EVIDENCE = (
    *("GT:AD:DP:GQ:PL", "GT:AD:DP:GQ", "GT:DP:GQ", "GT:DP", "GT:AD", "GT:PL"),
    *("PL:GT", "AD:GT:DP", "GT:DP:GQ:MIN_DP:PL", "GT:DP:RGQ", "GT:GQ:FT", "FT:GT"),
    *("GT:AD:DP:FT:GQ:PL", "GT:DS:DP:GQ", "GT:DP:DS", "GT:AD:DP:GQ:FT:PL", "GT:GQ"),
)


def _evidence(seed=0):
    """Calls with and without reads behind them, in every FORMAT and of every kind."""
    rng = np.random.default_rng(seed)
    records = []
    for number, keys in enumerate(WITH_EVIDENCE * 4):
        cells = []
        for _ in range(12):
            call = rng.choice(["0/0", "0|0", "0/1", "1|1", "0", "1", "0/.", "./.", "."])
            alt = ["G", "G", "G,T", "<NON_REF>", "."][number % 5]
            if rng.random() < 0.5 or alt == ".":
                call = "0/0"
            said = [
                call if k == "GT" else rng.choice(EVIDENCE[k]) for k in keys.split(":")
            ]
            kept = len(said) if rng.random() < 0.8 else rng.integers(1, len(said) + 1)
            cells.append(":".join(said[:kept]))
        contig = "1" if number < 40 else "X"
        counts = "AC=1;AN=24" if number % 3 == 0 else "."
        place = f"{contig} {3_000_000 + 100 * number} . A {alt} 50 PASS {counts} {keys}"
        records.append(f"{place} {' '.join(cells)}")
    data = compose(records, n_samples=12, contigs=("1", "X"))
    info = (
        b'##INFO=<ID=AC,Number=A,Type=Integer,Description="x">\n'
        b'##INFO=<ID=AN,Number=1,Type=Integer,Description="x">\n'
    )
    return data.replace(b"#CHROM", info + b"#CHROM")


def _float_numbers():
    """Depth and quality as floats, cut to whole numbers where they are used."""
    data = compose(
        [
            "1 100 . A G . PASS . GT:AD:DP:GQ 1/1:1,40:41.9:19.9 1/1:1,40:.:20.75 0/0",
            "1 200 . A G . PASS . GT:AD:DP:GQ 1/1:1,40:4e1:1e2 1/1:9:-1.5:-1 0/0:.:.5",
            "1 300 . A G . PASS . GT:AD:DP:GQ 1/1:1,40:0:99 1/1:1,40:7:2.01e1 0/0:9,9",
        ]
    )
    for key in ("DP", "GQ"):
        line = FORMATS[key].encode()
        data = data.replace(line, line.replace(b"Integer", b"Float"))
    return data


def _duplicates():
    """The same variant again: at once, after another, in other letters, split."""
    records = [
        "1 100 . A G . PASS . GT 0/1 1/1 0/0",
        "1 100 . A G . PASS . GT 1/1 1/1 0/0",
        "1 100 . A T . PASS . GT 0/1 0/0 0/0",
        "1 100 . A G . PASS . GT 0/0 1/1 0/0",
        "1 100 . A T,G,C . PASS . GT 0/3 1/2 0/0",
        "1 100 . a t . PASS . GT 0/1 0/0 0/0",
        "1 200 . A G,G . PASS . GT 0/1 1/2 0/0",
        "1 200 . A . . PASS . GT 0/0 0/0 0/0",
        "1 200 . A . . PASS . GT 0/0 0/0 ./.",
        "1 200 . AC A . PASS . GT 0/1 0/0 0/0",
        "1 300 . A G . LowQual . GT 0/1 1/1 0/0",
        "1 300 . A G . PASS . GT 0/1 1/1 0/0",
    ]
    return compose(records)


def _duplicates_across_blocks():
    """More variants than one block of the reader holds, the last of it repeated."""
    records = [
        f"1 {i + 1} . A G . PASS . GT {'0/1' if i % 3 else '1/1'} 0/0 {i % 2}/1"
        for i in range(2048)
    ]
    records += [records[-1].replace(" G ", " T "), records[-1], records[-1]]
    records += [f"1 {3000 + i} . A G . PASS . GT 0/0 0/1 1/1" for i in range(100)]
    return compose(records)


def _filters():
    words = ["PASS", ".", "LowQual", "q10;LowQual", "PASS;LowQual", "undeclared"]
    return compose(
        [f"1 {i + 1}00 . A G . {w} . GT 0/1 1/1 0/0" for i, w in enumerate(words)]
    )


def _qualities():
    words = ["0", "30", "30.50", "1e2", "1.5E-3", "123456.789", "999999999", "+5", ".5"]
    words += ["inf", "Infinity", "-Inf", "+INFINITY", "nan", "NaN", "1e400", "-10"]
    return compose(
        [f"1 {i + 1}00 . A G {w} PASS . GT 0/1 1/1 0/0" for i, w in enumerate(words)]
    )


def as_version(data, version):
    """Return a VCF that says it is of another version."""
    assert b"VCFv4.2" in data
    return data.replace(b"VCFv4.2", version)


def _leading_marks():
    """Phasing marks before the first allele, which are right from VCF 4.4 on."""
    records = [
        "1 100 . A G . PASS . GT /0/1 |0|1 /1",
        "1 200 . A G . PASS . GT |1 /.|1 |./.",
        "1 300 . A G,T . PASS . GT:DP /1|2:7 |2/1:8 0|1:9",
        "1 400 . A G . PASS . GT 0/1 /0/1 1|1",
        "1 500 . A G . PASS . DP:GT 9:/0/1 9:|1|0 9:|0",
        "X 3000000 . A G . PASS . GT /1 |0 /0/1",
    ]
    return as_version(compose(records, contigs=("1", "X")), b"VCFv4.4")


LOCAL = "".join(
    f'##FORMAT=<ID={key},Number={number},Type={kind},Description="x">\n'
    for key, number, kind in [
        ("LAA", ".", "Integer"),
        ("LGT", "1", "String"),
        ("LAD", ".", "Integer"),
        ("LPL", ".", "Integer"),
    ]
).encode()


def _local_alleles():
    """Genotypes by the alleles of each sample (VCF 4.5), and some by all alleles."""
    keys = "LAA:LGT:LAD:DP:GQ:LPL"
    records = [
        f"1 100 . A C,G,T 50 PASS . {keys} 2:0/1:7,9:16:60:9,0,9 .:0/0:30:30:90:0"
        " 1,3:1|2:0,9,8:17:50:.",
        f"1 200 . A C,AT 50 PASS . {keys} 2:1/1:0,22:22:40 1,2:0/2:9,.,8:17:9 .:./.",
        f"1 300 . A G 50 PASS . {keys} 1:0/1:5,5:10:20:9,0,9 .:0/0:0:0:0:0,0,0"
        " 1:1:0,25:25:50",
        "1 400 . A G 50 PASS . GT:AD:DP 0/1:5,5:10 1/1:0,9:9 0/0",
        "1 500 . A G 50 PASS . LGT:DP 0/1:5 1/1:9 0/0:3",
        "1 600 . A G,T 50 PASS . LGT:LAA 0/1:2 1/1:2 0/0",
        "X 3000000 . A G 50 PASS . LAA:LGT 1:1 .:0 1:0/1",
    ]
    data = compose(records, contigs=("1", "X"))
    return as_version(data, b"VCFv4.5").replace(b"#CHROM", LOCAL + b"#CHROM")


def _identifiers():
    words = [
        "rs1;rs2",
        "<script>alert(1)</script>",
        "$(reboot)",
        '"quoted"',
        "sé",
        "-9",
    ]
    records = [
        f"1 {i + 1}00 {w} A G . PASS . GT 0/1 1/1 0/0" for i, w in enumerate(words)
    ]
    return compose([*records, "1 900 . a g,t . PASS . GT 0/1 1/2 0/0"])


def _info(value):
    """Records with a hostile INFO between ordinary ones."""
    records = [
        f"1 {i}00 . A G . PASS {'@' if i % 2 else '.'} GT 0/1 1/1 {i % 2}/0"
        for i in range(1, 6)
    ]
    return compose(records).replace(b"@", value)


def _spanning():
    """Records that reach over the ends of regions: long REF, and END in INFO."""
    n = 40
    step = GRCH38.lengths["1"] // n
    records = []
    for i in range(n):
        position, end = i * step + 1, (i + 2) * step
        records += [
            f"1 {position} . {'AC' * 50} A . PASS . GT 0/1 1/1 0/0",
            f"1 {position + 3} . A <DEL>,T . PASS END={end} GT 1/2 0/0 2/2",
        ]
    end = b'##INFO=<ID=END,Number=1,Type=Integer,Description="End">\n#CHROM'
    return compose(records).replace(b"#CHROM", end)


def _beyond():
    """Records past the end of a chromosome in one build, and at the very end."""
    ends = [GRCH38.lengths["1"], GRCH38.lengths["1"] + 1, GRCH37.lengths["1"] + 1]
    return compose(
        [f"1 {end} . A G . PASS . GT 0/1 1/1 0/0" for end in [1, 2, *ends, 500_000_000]]
    )


def _random(n_samples, *, records=simple_records, n_variants=60, seed=0):
    rng = np.random.default_rng(seed + n_samples)
    lines = [
        line
        for contig in ("1", "2", "X")
        for line in records(n_variants, n_samples, rng, contig=contig, step=2_000_000)
    ]
    return compose(lines, n_samples=n_samples, contigs=("1", "2", "X"))


def _bare_header():
    """No contig lines, no lengths, a reference line, and a header of many blocks."""
    data = _random(3)
    lines = [line for line in data.split(b"\n") if not line.startswith(b"##contig")]
    padding = [b"##note_%d=%s" % (i, b"x" * 300) for i in range(20)]
    return b"\n".join([lines[0], *padding, *lines[1:]])


def _crlf():
    return _calls().replace(b"\n", b"\r\n")


#: id → bytes of a whole VCF that must be read as htslib reads it
WHOLE = {
    "calls_of_every_kind": _calls,
    "ten_and_more_alleles": _many_alleles,
    "x_y_mt_and_par": _sex_contigs,
    "contigs_in_odd_order_with_unknown_between": _odd_contigs,
    "symbolic_and_breakend_alleles": _symbolic,
    "lower_case_iupac_and_long_alleles": _alleles,
    "another_format_in_every_record": _formats,
    "depths_missing_negative_overflowing": _depths,
    "calls_with_and_without_reads": _evidence,
    "dp_undeclared": lambda: _declared("DP", None),
    "dp_a_string": lambda: _declared("DP", b"String"),
    "dp_and_gq_floats": _float_numbers,
    "ad_a_string": lambda: _declared("AD", b"String"),
    "gt_undeclared": lambda: _calls().replace(FORMATS["GT"].encode() + b"\n", b""),
    "same_variant_again": _duplicates,
    "same_variant_again_across_blocks": _duplicates_across_blocks,
    "filters": _filters,
    "qualities": _qualities,
    "phasing_marks_before_the_first_allele": _leading_marks,
    "local_alleles": _local_alleles,
    "identifiers": _identifiers,
    "info_of_200_kb": lambda: _info(b"X=" + b"ACGT:/|\\," * 22_000),
    "info_percent_encoded": lambda: _info(b"X=a%3Bb%25%0A;Y=%%%"),
    "info_latin_1": lambda: _info(b"X=caf\xe9;Y=\xff\xfe"),
    "info_utf_8": lambda: _info("X=é→α".encode()),
    "records_that_span_regions": _spanning,
    "records_past_the_end_of_a_contig": _beyond,
    "one_sample": lambda: _random(1),
    "three_samples": lambda: _random(3),
    "five_samples_all_fields": lambda: _random(5, records=full_records),
    "63_samples": lambda: _random(63, n_variants=20),
    "64_samples": lambda: _random(64, n_variants=20),
    "130_samples_all_fields": lambda: _random(130, records=full_records, n_variants=4),
    "header_without_contigs_of_many_blocks": _bare_header,
    "crlf": _crlf,
    "no_newline_at_the_end": lambda: _calls().rstrip(b"\n"),
    "crlf_and_no_newline_at_the_end": lambda: _crlf().rstrip(b"\r\n"),
}

#: id → keywords of `bgzf`: one text in blocks of many shapes
LAYOUTS = {
    "blocks_of_3_bytes": {"block": 3},
    "blocks_of_17_bytes": {"block": 17},
    "blocks_of_200_bytes": {"block": 200},
    "one_block": {"block": 65280},
    "stored_blocks": {"level": 0},
    "stored_blocks_of_the_largest_size": {"level": 0, "block": 65280},
    "empty_block_after_every_block": {"empty_every": 1},
    "empty_blocks_now_and_then": {"empty_every": 5, "block": 100},
}
