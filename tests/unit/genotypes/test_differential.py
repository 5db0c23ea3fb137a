"""The reading of genotypes held against htslib's full parse, file by hostile file."""

import functools
import gzip
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hostile_vcf import EVIDENCE, LAYOUTS, WHOLE, compose, full_records, names
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import MISSING, read_options, read_with_pysam
from oracle_comparison import differences, parse_text, read_with_genostrat, refusal
from vcf_files import simple_records
from vcf_routes import OTHER_SUBFIELD, ROUTES, STREAMED, bgzf, write_route

from benchmarks.fuzz_reading import findings_of, run_cases
from genostrat.errors import GenostratError
from genostrat.genotypes.builds import GRCH38
from genostrat.genotypes.ingest.planning import (
    plan_pieces,
)
from genostrat.genotypes.vcf.inspection import inspect_vcfs

HOME = Path(__file__).resolve().parents[3]

#: Routes of one text to the reader, and in how many pieces it is read.
READINGS = [("tbi", 1), ("tbi", 7), ("csi", 3), ("bcf", 2)]
READINGS += [(route, 1) for route in STREAMED] + [("stream", 3)]
READING_IDS = [f"{route}-{n}" for route, n in READINGS]


@functools.cache
def truth(name):
    return parse_text(WHOLE[name]())


@pytest.mark.parametrize(("route", "n_pieces"), READINGS, ids=READING_IDS)
@pytest.mark.parametrize("name", WHOLE)
def test_store_counts_and_metrics_equal_a_full_parse(tmp_path, name, route, n_pieces):
    path = write_route(route, WHOLE[name](), tmp_path)
    if route == "plain" and not WHOLE[name]().endswith(b"\n"):
        # Nothing else tells a whole file of plain text from one cut short.
        assert "cut short" in refusal([path], tmp_path / "out")
        return
    ours = read_with_genostrat([path], tmp_path / "out", n_pieces=n_pieces)
    assert not differences(ours, truth(name))


def test_the_hostile_files_reach_what_they_are_for():
    """A file that no longer holds its hazard would pass for nothing."""
    counted = [truth(name).counts for name in WHOLE]
    dropped = set().union(*(counts["dropped"] for counts in counted))
    assert dropped == {
        "filter",
        "reference_not_acgt",
        "symbolic_allele",
        "no_genotypes",
        "duplicate_variant",
    }
    measured = set()
    for name in WHOLE:
        sums = truth(name).metrics
        measured |= {metric for metric, values in sums.items() if any(values)}
    # Counts by bin are held against the oracle where there is enough to count.
    bins = {metric for metric in measured if metric.startswith("balance_")}
    assert bins
    wanted = {m for m in truth("one_sample").metrics if not m.startswith("balance_")}
    wanted = {m for m in wanted if "lrr_" not in m}  # test_reading has it
    limited = {"n_low_depth", "n_low_quality"}
    assert measured - bins == wanted - limited
    data = WHOLE["calls_with_and_without_reads"]()
    options = read_options(min_depth=12, min_genotype_quality=20)
    sums = parse_text(data, options=options).metrics
    assert all(sum(sums[name]) > 10 for name in limited)
    assert any(counts["beyond"] for counts in counted)
    rows = truth("ten_and_more_alleles").store["1"]
    last = next(row for row in rows if row[0] == 100 and row[3] == "CT")
    assert last[6] == (1, 1, 0, 0, 0, 0, 1, 0, 2, 0, MISSING, 0)


@pytest.mark.parametrize("route", ["tbi", "stream"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_blocks_of_any_shape_hold_the_same_store(tmp_path, layout, route):
    name = "five_samples_all_fields"
    path = write_route(route, WHOLE[name](), tmp_path, **LAYOUTS[layout])
    ours = read_with_genostrat([path], tmp_path / "out", n_pieces=3)
    assert not differences(ours, truth(name))


def test_bgzf_with_other_subfields_before_its_own_is_read(tmp_path):
    name = "five_samples_all_fields"
    path = write_route("stream", WHOLE[name](), tmp_path, extra=OTHER_SUBFIELD)
    ours = read_with_genostrat([path], tmp_path / "out")
    assert not differences(ours, truth(name))


def test_bgzf_files_one_after_another_are_one_file(tmp_path):
    data = WHOLE["five_samples_all_fields"]()
    path = tmp_path / "a.vcf.gz"
    middle = data.index(b"\n", len(data) // 2) + 1
    path.write_bytes(bgzf(data[:middle]) + bgzf(data[middle:]))
    ours = read_with_genostrat([path], tmp_path / "out")
    assert not differences(ours, truth("five_samples_all_fields"))


def test_plain_gzip_of_several_members_is_one_file(tmp_path):
    data = WHOLE["five_samples_all_fields"]()
    path = tmp_path / "a.vcf.gz"
    parts = [data[start : start + 1000] for start in range(0, len(data), 1000)]
    path.write_bytes(b"".join(gzip.compress(part) for part in parts))
    ours = read_with_genostrat([path], tmp_path / "out")
    assert not differences(ours, truth("five_samples_all_fields"))


@pytest.mark.parametrize("name", ["five_samples_all_fields", "calls_of_every_kind"])
def test_no_route_or_scatter_changes_a_byte(tmp_path, name):
    seen = {}
    for route, n_pieces in READINGS:
        folder = tmp_path / f"{route}{n_pieces}"
        folder.mkdir()
        path = write_route(route, WHOLE[name](), folder)
        ours = read_with_genostrat([path], folder / "out", n_pieces=n_pieces)
        stored = sorted((folder / "out/store").iterdir())
        seen[route, n_pieces] = [(f.name, f.read_bytes()) for f in stored], ours.metrics
    first = seen["tbi", 1]
    assert len(first[0]) >= 3
    assert [key for key, value in seen.items() if value != first] == []


OPTIONS = {
    "half_calls_as_reference": {"half_calls": "reference"},
    "absent_as_reference": {"absent_is_reference": True},
    "both": {"half_calls": "reference", "absent_is_reference": True},
    "least_depth": {"min_depth": 12},
    "least_quality": {"min_genotype_quality": 20},
    "any_genotype_filter": {"genotype_filters": frozenset()},
    "one_genotype_filter": {"genotype_filters": frozenset({"PASS", ".", "LowGQ"})},
    "all_filters": {"filters": frozenset()},
    "one_filter": {"filters": frozenset({"LowQual"})},
    "markers": {
        "markers": {
            ("1", 100, "A", "C"): "GRCh37",
            ("1", 500, "A", "G"): "GRCh38",
            ("1", 700, "A", "T"): "GRCh38",
            ("1", 800, "A", "T"): "GRCh38",
        }
    },
}


@pytest.mark.parametrize("changes", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize(
    "name",
    [
        "calls_of_every_kind",
        "calls_with_and_without_reads",
        "filters",
        "x_y_mt_and_par",
        "same_variant_again",
    ],
)
def test_options_mean_the_same_to_both(tmp_path, name, changes):
    options = read_options(**changes)
    path = write_route("tbi", WHOLE[name](), tmp_path)
    ours = read_with_genostrat([path], tmp_path / "out", options=options)
    assert not differences(ours, parse_text(WHOLE[name](), options=options))


def test_quality_filter_and_identifier_are_kept_to_the_letter(tmp_path):
    words = ["30.50", "1e2", "007", "123456.789", "."]
    records = [
        f"1 {i + 1}00 rs{i};x A G {word} PASS;LowQual . GT 0/1 1/1 0/0"
        for i, word in enumerate(words)
    ]
    path = write_route("stream", compose(records), tmp_path)
    options = read_options(filters=frozenset())
    ours = read_with_genostrat([path], tmp_path / "out", options=options)
    assert [row[4] for row in ours.store["1"]] == words
    assert {row[5] for row in ours.store["1"]} == {"PASS;LowQual"}
    assert [row[1] for row in ours.store["1"]] == [f"rs{i};x" for i in range(5)]


@pytest.mark.parametrize("route", ROUTES)
def test_samples_may_be_some_of_the_file_in_any_order(tmp_path, route):
    data = WHOLE["130_samples_all_fields"]()
    samples = [*np.random.default_rng(1).permutation(names(130))[:37]]
    path = write_route(route, data, tmp_path)
    ours = read_with_genostrat([path], tmp_path / "out", n_pieces=2, samples=samples)
    assert not differences(ours, parse_text(data, samples=samples))


@pytest.mark.parametrize(
    "routes", [("tbi", "bcf"), ("stream", "plain"), ("tbi", "gzip")]
)
@pytest.mark.parametrize("n_pieces", [1, 4])
def test_several_files_with_samples_in_other_orders(tmp_path, routes, n_pieces):
    rng = np.random.default_rng(2)
    paths, plain = [], []
    for contig, route in zip(("2", "1"), routes, strict=True):
        folder = tmp_path / contig
        folder.mkdir()
        lines = full_records(15, 4, rng, contig=contig)
        data = compose(lines, n_samples=4, contigs=(contig,))
        data = data.replace(b"s0\ts1\ts2\ts3", b"\t".join(rng.permutation(4 * [b"s"])))
        order = [f"s{number}".encode() for number in rng.permutation(4)]
        data = data.replace(b"s\ts\ts\ts", b"\t".join(order))
        plain.append(folder / "truth.vcf")
        plain[-1].write_bytes(data)
        paths.append(write_route(route, data, folder))
    ours = read_with_genostrat(paths, tmp_path / "out", n_pieces=n_pieces)
    assert not differences(ours, read_with_pysam(plain, samples=names(4)))


@pytest.mark.parametrize("n_pieces", [2, 3, 7, 16])
def test_records_at_the_cuts_between_pieces_are_read_once(tmp_path, n_pieces):
    even = np.linspace(1, GRCH38.lengths["1"], 60).astype(int)
    places = set(map(int, even))
    while True:
        records = [
            f"1 {position} . {ref} A . PASS . GT 0/1 1/1 {position % 2}/0"
            for position in sorted(places)
            for ref in ("G", "ACGTACGT")
        ]
        path = write_route("tbi", compose(records), tmp_path)
        pieces = plan_pieces(inspect_vcfs([path]), n_pieces=n_pieces)
        ends = {region.end for piece in pieces for region in piece} - {2**31 - 1}
        cuts = {end + shift for end in ends for shift in (-6, -1, 0, 1, 2)}
        if cuts <= places or len(places) > 2000:
            break
        places |= cuts
    ours = read_with_genostrat([path], tmp_path / "out", n_pieces=n_pieces)
    assert not differences(ours, parse_text(compose(records)))


def test_a_contig_without_records_takes_nothing_from_the_others(tmp_path):
    records = simple_records(9, 3, np.random.default_rng(0), contig="3")
    data = compose(records, contigs=("1", "2", "3", "4", "X"))
    for route, n_pieces in READINGS:
        folder = tmp_path / f"{route}{n_pieces}"
        folder.mkdir()
        path = write_route(route, data, folder)
        ours = read_with_genostrat([path], folder / "out", n_pieces=n_pieces)
        assert not differences(ours, parse_text(data)), route


NUMBERS = {
    "Integer": ["0", "7", "20", "33", "99", ".", "-3", "5000000000"],
    "Float": ["0.5", "20", "33.9", "9e1", ".", "-3.5"],
    "String": ["x", "7", "."],
    None: ["x", "7", "."],
}


@st.composite
def vcf_bytes(draw):
    """Draw the bytes of a VCF that is right, however odd."""
    n_samples = draw(st.integers(1, 6))
    kinds = st.sampled_from(["Integer"] * 5 + ["Float", "String", None])
    declared = {key: draw(kinds) for key in ("DP", "GQ", "AD")}
    contigs = draw(
        st.lists(
            st.sampled_from(["1", "9", "X", "M", "GL5.1"]), min_size=1, unique=True
        )
    )
    records = []
    for contig in contigs:
        places = st.integers(1, 40) | st.integers(2_781_470, 2_781_490)
        for position in sorted(draw(st.lists(places, max_size=6))):
            records.append(f"{contig} {position} {draw(_records(declared, n_samples))}")
    data = compose(records, n_samples=n_samples, contigs=sorted(contigs))
    for key, kind in declared.items():
        line = b"##FORMAT=<ID=" + key.encode()
        start = data.index(line)
        end = data.index(b"\n", start) + 1
        new = data[start:end].replace(b"Integer", (kind or "").encode())
        data = data[:start] + (new if kind else b"") + data[end:]
    return data.replace(b"\n", b"\r\n") if draw(st.booleans()) else data


@st.composite
def _records(draw, declared, n_samples):
    alleles = ["G", "T", "AC", "g", "*", "<DEL>", "N", "C", "TT", "GTA", "A[1:5["]
    alts = draw(st.lists(st.sampled_from(alleles), max_size=12))
    keys = draw(st.permutations(["GT", "DP", "GQ", "AD", "XX", "PL", "FT", "MIN_DP"]))
    keys = keys[: draw(st.integers(1, 8))]
    cells = [draw(_cells(keys, declared, len(alts))) for _ in range(n_samples)]
    identifier = draw(st.sampled_from([".", "rs1", "a;b"]))
    ref = draw(st.sampled_from(["A", "A", "A", "a", "AC", "N"]))
    quality = draw(st.sampled_from([".", "0", "29.3", "1e3"]))
    filters = draw(st.sampled_from(["PASS", "PASS", ".", "LowQual", "q1;LowQual"]))
    fixed = [identifier, ref, ",".join(alts) or ".", quality, filters, "."]
    return " ".join([*fixed, ":".join(keys), *cells])


@st.composite
def _cells(draw, keys, declared, n_alts):
    allele = st.sampled_from([".", "0", "0", *map(str, range(1, n_alts + 1))])
    values = []
    for key in keys:
        if key == "GT":
            two = draw(st.booleans()) or draw(st.booleans())
            mark = draw(st.sampled_from("/|"))
            values.append(mark.join(draw(allele) for _ in range(1 + two)))
        elif key == "AD":
            number = st.sampled_from(NUMBERS[declared[key]])
            size = draw(st.sampled_from([1, 2, n_alts + 1]))
            values.append(",".join(draw(number) for _ in range(size)))
        elif key in EVIDENCE and key not in declared:
            values.append(draw(st.sampled_from(EVIDENCE[key])))
        else:
            values.append(draw(st.sampled_from(NUMBERS[declared.get(key)])))
    return ":".join(values[: draw(st.integers(1, len(values)))])


@pytest.mark.parametrize("route", ROUTES)
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    data=vcf_bytes(),
    n_pieces=st.sampled_from([1, 2, 5]),
    block=st.integers(20, 500),
    half=st.sampled_from(["missing", "reference"]),
    absent=st.booleans(),
)
def test_any_right_file_is_read_as_htslib_reads_it(
    route, data, n_pieces, block, half, absent
):
    options = read_options(half_calls=half, absent_is_reference=absent)
    theirs = parse_text(data, options=options)
    with tempfile.TemporaryDirectory() as folder:
        path = write_route(route, data, folder, block=block)
        try:
            ours = read_with_genostrat(
                [path], Path(folder) / "out", n_pieces=n_pieces, options=options
            )
        except GenostratError:
            # Files with nothing on a primary contig are refused, and only those.
            assert not theirs.counts["n_records"]
        else:
            assert not differences(ours, theirs)


def test_a_short_fuzz_run_finds_nothing():
    """The long one is `benchmarks/fuzz_reading.py`, run by hand."""
    records = run_cases(150, seed=0)
    assert findings_of(records) == []
    outcomes = Counter(record["outcome"] for record in records)
    assert outcomes["same"] > 20
    assert outcomes["refused"] > 20
