"""Whole records at wanted sites, against htslib's own reading of the same files."""

import stat

import numpy as np
import pytest
from hostile_vcf import WHOLE
from oracle import read_options
from site_files import (
    NAMES,
    SITES,
    M,
    expect,
    random_records,
    read,
    rows_of,
    text_of,
    to_sites,
)
from vcf_files import write_vcf
from vcf_routes import INDEXED, ROUTES, write_route

from genostrat.genotypes.formats import bcf, texts
from genostrat.genotypes.ingest.gathering import gather_pieces
from genostrat.genotypes.ingest.pieces import read_piece
from genostrat.genotypes.ingest.planning import plan_pieces
from genostrat.genotypes.records import (
    HAPLOID,
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
from genostrat.genotypes.vcf import scanned
from genostrat.genotypes.vcf.inspection import inspect_vcfs


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


@pytest.mark.parametrize("route", ROUTES)
def test_a_call_that_the_store_refuses_is_no_call_at_a_site(tmp_path, route):
    data = WHOLE["calls_with_and_without_reads"]()
    plain = tmp_path / "truth.vcf"
    plain.write_bytes(data)
    path = write_route(route, data, tmp_path)
    sites = {"1": [(3_000_000, 3_002_000)], "X": [(3_004_000, 3_009_000)]}
    gathered = read([path], tmp_path / "out", sites=sites)
    truth = expect(plain, gathered.samples, sites=sites)
    assert rows_of(gathered.site_records) == truth
    assert {row[4] for row in truth} == {"", "G", "G,T", "<NON_REF>"}
    assert sum(gathered.sums.sums["n_no_reads"]) > 100
    assert sum(gathered.sums.sums["n_failed_filter"]) > 20


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
