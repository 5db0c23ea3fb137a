"""Whole records at wanted sites, against htslib's own reading of the same files."""

import json
import re
import stat

import numpy as np
import pandas as pd
import pysam
import pytest
from oracle import read_options
from plink_files import needs_plink2, run_plink2, write_bed, write_pgen
from vcf_files import write_vcf
from vcf_routes import INDEXED, ROUTES, write_route

from genostrat.errors import GenostratError
from genostrat.genotypes import bcf, scanned, texts
from genostrat.genotypes.builds import CONTIGS, GRCH38
from genostrat.genotypes.gathering import gather_pieces
from genostrat.genotypes.ingestion import build_store
from genostrat.genotypes.inspection import count_records, inspect_vcfs
from genostrat.genotypes.pieces import read_piece
from genostrat.genotypes.planning import plan_pieces
from genostrat.genotypes.plink import inspect_pgen, inspect_plink
from genostrat.genotypes.plink_pieces import read_fileset_piece
from genostrat.genotypes.records import (
    HAPLOID,
    NO_CALL,
    PHASE_SET_ZERO,
    PHASED,
    UNPHASED,
)
from genostrat.genotypes.site_records import (
    join_site_records,
    make_site_records,
    merge_intervals,
    read_site_records,
    write_site_records,
)
from genostrat.genotypes.store import Store
from genostrat.variants.callset import summarise_callset

M = NO_CALL
NAMES = ["s3", "s1", "s5", "s2", "s4"]
HEADER = [
    "##fileformat=VCFv4.2",
    '##FILTER=<ID=LowQual,Description="x">',
    '##ALT=<ID=NON_REF,Description="x">',
    '##ALT=<ID=DEL,Description="x">',
    '##INFO=<ID=END,Number=1,Type=Integer,Description="x">',
    '##INFO=<ID=XEND,Number=1,Type=Integer,Description="x">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="x">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="x">',
    '##FORMAT=<ID=PS,Number=1,Type=Integer,Description="x">',
]
SITES = {
    "1": [(1000, 1000), (1500, 1620), (4000, 4003), (9_000_000, 9_000_100)],
    "2": [(2000, 2100)],
    "X": [(500, 510), (700, 700)],
    "MT": [(1, 100)],
}


def to_sites(bounds):
    return {name: merge_intervals(np.array(own)) for name, own in bounds.items()}


def text_of(records, *, names=NAMES, contigs=("1", "2", "X"), prefix="chr"):
    """Compose a VCF; a record is a line without the prefix of its contig."""
    lines = list(HEADER)
    for contig in contigs:
        lines.append(f"##contig=<ID={prefix}{contig},length={GRCH38.lengths[contig]}>")
    fixed = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
    lines.append("\t".join([fixed, *names]))
    lines += [prefix + "\t".join(record.split()) for record in records]
    return ("\n".join(lines) + "\n").encode()


def read(paths, folder, *, sites=SITES, n_pieces=1, n_threads=1, samples=None):
    """Read VCFs piece by piece as the workflow does; return what was gathered."""
    files = inspect_vcfs(paths)
    samples = sorted(files[0].samples) if samples is None else samples
    folders = []
    for number, regions in enumerate(plan_pieces(files, n_pieces=n_pieces)):
        folders.append(folder / f"piece{number}")
        read_piece(
            regions,
            files=paths,
            samples=samples,
            file_samples=[file.samples for file in files],
            options=read_options(sites=None if sites is None else to_sites(sites)),
            folder=folders[-1],
            n_threads=n_threads,
        )
    return gather_pieces(
        folders, samples=samples, sexes=[""] * len(samples), store=folder / "store"
    )


def rows_of(records):
    """Return records as plain values."""
    return [
        (
            records.contig[n],
            int(records.position[n]),
            int(records.end[n]),
            records.ref[n],
            records.alts[n],
            bool(records.passed[n]),
            list(map(tuple, records.alleles[n].tolist())),
            records.phase_set[n].tolist(),
        )
        for n in range(len(records))
    ]


def expect(plain, samples, *, sites=SITES):
    """Read a VCF by htslib, and choose and convert its records one at a time."""
    found = []
    with pysam.VariantFile(str(plain)) as stream:
        for record in stream:
            contig = record.contig.removeprefix("chr")
            wanted = sites.get(contig, [])
            if not any(record.pos <= b and a <= record.stop for a, b in wanted):
                continue
            # as text: pysam gives no genotypes where GT is not the first key
            keys, *columns = str(record).rstrip("\n").split("\t")[8:]
            own = dict(zip(stream.header.samples, columns, strict=True))
            calls, sets = [], []
            for name in samples:
                entry = dict(zip(keys.split(":"), own[name].split(":"), strict=False))
                written = entry.get("GT", ".")
                call = [M if a == "." else int(a) for a in re.split("[/|]", written)]
                if len(call) == 1:
                    call = [call[0], HAPLOID] if call[0] >= 0 else [M, M]
                calls.append(tuple(call) if len(call) == 2 else (M, M))
                named = entry.get("PS", ".")
                phased = len(call) == 2 and "|" in written
                sets.append(int(named.replace(".", "0")) if phased else UNPHASED)
            alts = ",".join(record.alts or ())
            passed = set(record.filter) <= {"PASS"}
            row = (contig, record.pos, record.stop, record.ref, alts, passed)
            found.append((*row, calls, sets))
    order = sorted(range(len(found)), key=lambda n: CONTIGS.index(found[n][0]))
    return [found[n] for n in order]


def random_call(rng, n_alleles, *, ploidy_3):
    kind = rng.integers(12)
    a, b = (str(number) for number in rng.integers(n_alleles, size=2))
    if kind == 0:
        return "."
    if kind == 1:
        return a
    if kind == 2:
        return f"{a}/."
    if kind == 3:
        return f".|{b}"
    if kind == 4:
        return "./." if a == "0" else ".|."
    if kind == 5 and ploidy_3:
        return f"{a}/{b}/{a}"
    return f"{a}{'/' if kind < 8 else '|'}{b}"


def random_record(rng, contig, position, n_samples):
    """Return a record of any kind at a place."""
    kinds = ["snv", "multi", "deletion", "insertion", "dot", "block", "block_dot"]
    kind = rng.choice([*kinds, "symbolic", "star", "no_gt"])
    ref, alt, info = "A", "C", "."
    if kind == "multi":
        alt = "C,G,AT"
    elif kind == "deletion":
        ref, alt = "A" * int(rng.integers(2, 400)), "A"
    elif kind == "insertion":
        alt = "ACGTACGT"
    elif kind in ("dot", "block_dot"):
        alt = "."
    elif kind == "block":
        alt = "<NON_REF>"
    elif kind == "symbolic":
        alt = "<DEL>"
    elif kind == "star":
        alt = "T,*"
    if kind in ("block", "block_dot", "symbolic"):
        reach = position + int(rng.integers(0, 900))
        info = rng.choice([f"END={reach}", f"XEND=9999;END={reach}", "XEND=9999"])
    keys = str(rng.choice(["GT", "GT:PS", "DP:GT:PS", "GT:DP:PS", "GT:PS:DP"]))
    keys = "DP" if kind == "no_gt" else keys
    flag = str(rng.choice(["PASS", ".", "LowQual"], p=[0.6, 0.2, 0.2]))
    n_alleles = 1 if alt == "." else alt.count(",") + 2
    columns = []
    for _ in range(n_samples):
        values = {
            "GT": random_call(rng, n_alleles, ploidy_3=flag == "LowQual"),
            "PS": str(rng.choice([".", "77", "2147483647", str(position)])),
            "DP": str(rng.integers(40)),
        }
        cells = [values[key] for key in keys.split(":")]
        if len(cells) > 1 and rng.random() < 0.3:  # values at the end may be left out
            cells = cells[:-1]
        columns.append(":".join(cells))
    head = f"{contig} {position} . {ref} {alt} 50 {flag} {info} {keys}"
    return f"{head} {' '.join(columns)}"


def random_records(seed, *, n_samples=5):
    rng = np.random.default_rng(seed)
    records = []
    for contig, top in (("1", 4500), ("2", 2600), ("X", 1200)):
        places = np.sort(rng.integers(1, top, size=top // 15))
        records += [random_record(rng, contig, int(p), n_samples) for p in places]
    return records


@pytest.mark.parametrize("route", ROUTES)
def test_every_kind_of_file_gives_the_records_that_htslib_reads(tmp_path, route):
    data = text_of(random_records(1))
    plain = tmp_path / "truth.vcf"
    plain.write_bytes(data)
    path = write_route(route, data, tmp_path)
    gathered = read([path], tmp_path / "out", samples=["s1", "s5", "s3"])
    truth = expect(plain, ["s1", "s5", "s3"])
    assert rows_of(gathered.site_records) == truth
    kinds = {row[4] for row in truth}
    assert kinds >= {"", "C", "C,G,AT", "<NON_REF>", "<DEL>", "T,*"}
    assert any(row[1] < 1500 < row[2] < 4000 for row in truth)  # reaches a site


@pytest.mark.parametrize("route", INDEXED)
@pytest.mark.parametrize("seed", [1, 2])
def test_neither_pieces_nor_threads_show_in_the_records(
    tmp_path, monkeypatch, route, seed
):
    # parts of a few records, and room for three found records at a time
    monkeypatch.setattr(texts, "PART_BYTES", 1500)
    monkeypatch.setattr(bcf, "PART_BYTES", 1500)
    monkeypatch.setattr(scanned, "SITE_LINES", 3)
    data = text_of(random_records(seed))
    plain = tmp_path / "truth.vcf"
    plain.write_bytes(data)
    path = write_route(route, data, tmp_path)
    truth = expect(plain, sorted(NAMES))
    files = []
    for n_pieces, n_threads in ((1, 1), (1, 3), (9, 2)):
        folder = tmp_path / f"out{n_pieces}-{n_threads}"
        gathered = read([path], folder, n_pieces=n_pieces, n_threads=n_threads)
        assert rows_of(gathered.site_records) == truth
        assert gathered.counts["n_records"] == data.count(b"\nchr")
        write_site_records(folder / "records.npz", gathered.site_records)
        files.append((folder / "records.npz").read_bytes())
    assert len(set(files)) == 1


def cut_at(path, contig, cuts):
    """Return regions of a file, cut where a plan might cut them."""
    files = inspect_vcfs([path])
    whole = [region for piece in plan_pieces(files, n_pieces=1) for region in piece]
    bounds = [*zip([1, *(c + 1 for c in cuts)], [*cuts, 2**31 - 1], strict=True)]
    return [
        [type(whole[0])(0, r.contig_in_file, r.contig, start, end)]
        for r in whole
        if r.contig == contig
        for start, end in bounds
    ]


@pytest.mark.parametrize("route", INDEXED)
def test_a_piece_that_ends_in_or_beside_a_site_loses_and_repeats_nothing(
    tmp_path, route
):
    records = [
        "1 900 . A <NON_REF> . PASS END=1200 GT 0/0 0/0 0/0 0/0 0/0",
        f"1 990 . A{'C' * 20} A . PASS . GT 0|1 0/0 0/0 0/0 0/0",
        *["1 1000 . A C . PASS . GT 0/1 0/0 0/0 0/0 0/0"] * 2,
        "1 1001 . A C . PASS . GT 0/1 0/0 0/0 0/0 0/0",
    ]
    path = write_route(route, text_of(records), tmp_path)
    for cuts in ([899], [900], [989, 990], [999], [1000], [900, 990, 999, 1000, 1001]):
        folders = []
        for number, regions in enumerate(cut_at(path, "1", cuts)):
            folders.append(tmp_path / f"{cuts}-{number}")
            read_piece(
                regions,
                files=[path],
                samples=NAMES,
                file_samples=[NAMES],
                options=read_options(sites=to_sites(SITES)),
                folder=folders[-1],
            )
        gathered = gather_pieces(
            folders, samples=NAMES, sexes=[""] * 5, store=tmp_path / "store"
        )
        assert gathered.site_records.position.tolist() == [900, 990, 1000, 1000]
        assert gathered.site_records.end.tolist() == [1200, 1010, 1000, 1000]


def read_one(tmp_path, record, *, names=("a", "b", "c"), **options):
    path = tmp_path / "one.vcf"
    path.write_bytes(text_of([record], names=names))
    gathered = read([path], tmp_path / "out", samples=list(names), **options)
    return gathered.site_records


@pytest.mark.parametrize(
    ("calls", "alleles", "phase_set"),
    [
        ("0|1:7 1|0:. 1|1", [[0, 1], [1, 0], [1, 1]], [7, PHASED, PHASED]),
        ("0/1:7 1:7 .:7", [[0, 1], [1, HAPLOID], [M, M]], [UNPHASED] * 3),
        ("0/.:. .|1:3 .|.:3", [[0, M], [M, 1], [M, M]], [UNPHASED, 3, 3]),
        # what is not known to be one set is not taken for one
        ("0|1:0 0|1:x 0|1:-4", [[0, 1]] * 3, [PHASE_SET_ZERO, UNPHASED, UNPHASED]),
        (
            "0|1:99999999999 1|0:1,2 0|1:2147483647",
            [[0, 1], [1, 0], [0, 1]],
            [UNPHASED, UNPHASED, 2147483647],
        ),
    ],
)
def test_calls_and_phase_sets(tmp_path, calls, alleles, phase_set):
    line = f"1 1000 . A C . PASS . GT:PS {calls}"
    records = read_one(tmp_path, line)
    assert records.alleles.tolist() == [alleles]
    assert records.phase_set.tolist() == [phase_set]


def test_malformed_calls_of_a_record_that_failed_are_no_calls(tmp_path):
    line = "1 1000 . A C . LowQual . GT 0/1/1 0/7 x"
    records = read_one(tmp_path, line)
    assert not records.passed[0]
    assert (records.alleles == M).all()
    assert (records.phase_set == UNPHASED).all()


def test_lower_case_bases_are_raised_and_symbols_are_kept(tmp_path):
    line = "1 1000 . acg a,<Ins:me>,acgt . PASS . GT 0/1 0/3 ./."
    records = read_one(tmp_path, line)
    assert (records.ref[0], records.alts[0]) == ("ACG", "A,<Ins:me>,ACGT")


def test_a_wrong_end_never_shortens_a_record(tmp_path):
    line = "1 998 . ACG <DEL> . PASS END=5 GT 0/1 0/0 ./."
    assert read_one(tmp_path, line).end.tolist() == [1000]


def test_an_allele_number_that_has_no_room_is_no_call(tmp_path):
    alts = ",".join("A" * n for n in range(2, 132))
    line = f"1 1000 . A {alts} . PASS . GT 0/127 0/128 130"
    records = read_one(tmp_path, line)
    assert records.alleles[0].tolist() == [[0, 127], [0, M], [M, M]]


def test_filters_of_the_config_say_what_passes(tmp_path):
    path = tmp_path / "a.vcf"
    path.write_bytes(
        text_of(
            [f"1 1000 . A C . {f} . GT 0/1" for f in ("PASS", "q1", "q1;PASS")],
            names=["a"],
        )
    )
    for filters, passed in (
        ({"PASS"}, [True, False, False]),
        ({"PASS", "q1"}, [True] * 3),
        (set(), [True] * 3),
    ):
        read_piece(
            plan_pieces(inspect_vcfs([path]), n_pieces=1)[0],
            files=[path],
            samples=["a"],
            file_samples=[["a"]],
            options=read_options(filters=frozenset(filters), sites=to_sites(SITES)),
            folder=tmp_path / "piece",
        )
        records = read_site_records(tmp_path / "piece/site_records.npz")
        assert records.passed.tolist() == passed


def test_without_sites_no_records_are_kept(tmp_path):
    path = write_vcf(tmp_path / "a.vcf.gz", ["a"], ["1 1000 . A C . . . GT 0/1"])
    assert read([path], tmp_path / "out", sites=None).site_records is None
    assert not (tmp_path / "out/piece0/site_records.npz").exists()
    records = read([path], tmp_path / "none", sites={}).site_records
    assert len(records) == 0
    assert records.alleles.shape == (0, 1, 2)


def test_files_of_one_contig_each_come_in_the_order_of_the_genome(tmp_path):
    records = random_records(5)
    paths = []
    for contig in ("X", "2", "1"):
        own = [record for record in records if record.startswith(f"{contig} ")]
        (tmp_path / contig).mkdir()
        paths.append(write_route("tbi", text_of(own), tmp_path / contig))
    plain = tmp_path / "truth.vcf"
    plain.write_bytes(text_of(records))
    truth = expect(plain, sorted(NAMES))
    for n_pieces in (1, 4):
        gathered = read(paths, tmp_path / f"out{n_pieces}", n_pieces=n_pieces)
        assert rows_of(gathered.site_records) == truth


def test_the_store_is_the_same_with_sites_and_without(tmp_path):
    path = write_route("tbi", text_of(random_records(8)), tmp_path)
    stores = []
    for sites in (SITES, None):
        folder = tmp_path / str(sites is None)
        gathered = read([path], folder, sites=sites, n_pieces=2)
        files = sorted((folder / "store").rglob("*.*"))
        stores.append(([f.read_bytes() for f in files], gathered.counts))
    assert stores[0] == stores[1]


def test_records_survive_writing_and_are_private(tmp_path):
    long = "A" * 70_000
    rows = [
        ("2", 5, 5, "A", ".", True),
        ("1", 7, 70_006, long, "A,<é>", False),
        ("1", 7, 7, "C", "T", True),
    ]
    alleles = np.array([[[0, 1]], [[M, M]], [[1, HAPLOID]]], np.int8)
    for sets in ([[-1], [0], [0]], [[2**31 - 1], [0], [-1]]):
        phase_set = np.array(sets, np.int32)
        made = make_site_records(["<p>"], rows, alleles=alleles, phase_set=phase_set)
        joined = join_site_records([made], samples=["<p>"])
        write_site_records(tmp_path / "r.npz", joined)
        again = read_site_records(tmp_path / "r.npz")
        assert rows_of(again) == rows_of(joined)
        assert again.phase_set.dtype == np.int32
        assert again.samples == ["<p>"]
        # same place: as they came; other contig: by the genome
        assert [row[3][:1] for row in rows_of(again)] == ["A", "C", "A"]
        assert [row[0] for row in rows_of(again)] == ["1", "1", "2"]
    assert (tmp_path / "r.npz").stat().st_size < 80_000
    assert stat.S_IMODE((tmp_path / "r.npz").stat().st_mode) == 0o640


def test_intervals_that_overlap_or_touch_are_joined():
    bounds = np.array([[50, 60], [1, 5], [6, 9], [55, 58], [20, 20]])
    assert merge_intervals(bounds).tolist() == [[1, 9], [20, 20], [50, 60]]
    assert merge_intervals(np.zeros((0, 2), np.int64)).shape == (0, 2)


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


def build(tmp_path, records, *, sites=SITES):
    """Gather a cohort of one sample from a VCF without an index."""
    path = tmp_path / "a.vcf"
    path.write_bytes(text_of(records, names=["a"]))
    read([path], tmp_path, sites=sites)
    files = inspect_vcfs([path])
    intake = {
        "files": [str(path)],
        "records": count_records(files),
        "build_declared": "GRCh38",
        "build_detected": None,
        "build_shown_by": "",
        "chr_prefix": True,
        "formats": ["GT"],
        "warnings": [],
    }
    return build_store(
        [tmp_path / "piece0"],
        intake=intake,
        samples=["a"],
        sheet=pd.DataFrame({"sample_id": ["a"], "sex": [""]}),
        absent_calls="refuse",
        store=tmp_path / "store",
    )


def test_records_at_sites_alone_make_a_cohort(tmp_path):
    records = [
        "1 1000 . A C . LowQual . GT 0/1",
        "1 1550 . A <NON_REF> . PASS END=1600 GT 0/0",
    ]
    summary, gathered = build(tmp_path, records)
    assert (summary["n_stored"], summary["n_at_sites"]) == (0, 2)
    assert "1 filter, 1 symbolic_allele" in summary["warnings"][0]
    assert gathered.site_records.position.tolist() == [1000, 1550]
    assert Store(tmp_path / "store").contigs == []
    assert Store(tmp_path / "store").samples == ["a"]
    json.dumps(summary)


@pytest.mark.parametrize("sites", [{"1": [(5, 6)]}, None])
def test_nothing_stored_and_nothing_at_sites_is_refused(tmp_path, sites):
    records = ["1 1000 . A C . LowQual . GT 0/1"]
    with pytest.raises(GenostratError, match="no variant is left to work with"):
        build(tmp_path, records, sites=sites)


def test_a_store_without_variants_is_summarised_as_one(tmp_path):
    _, gathered = build(tmp_path, ["1 1000 . A C . LowQual . GT 0/1"])
    sheet = pd.DataFrame({"sample_id": ["a"], "sex": [""]})
    callset = summarise_callset(
        Store(tmp_path / "store"),
        irregular=gathered.irregular,
        tallies=gathered.tallies.to_arrays(),
        sheet=sheet,
        sexes=sheet.assign(inferred_sex="", status="not_assessable"),
        ancestry=sheet.assign(ancestry="unassigned"),
        keep=["a"],
        unrelated=["a"],
        n_bins=10,
    )
    assert callset.summary["n_variants"] == 0
    assert callset.variants.empty
    assert callset.variants["position"].dtype == np.int64
