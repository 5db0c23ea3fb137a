"""Fields, numbers and counts at their limits, one function at a time."""

import itertools

import numpy as np
import pytest
from genotype_stores import write_store

from genostrat.genotypes import kinds
from genostrat.genotypes.builds import MIN_EVIDENCE, BuildEvidence
from genostrat.genotypes.ingest.doubts import doubt_drops
from genostrat.genotypes.ingest.merges import looks_merged
from genostrat.genotypes.kernels.evidence import (
    find_keys,
    has_evidence,
    has_zero_list,
    is_always_weighed,
    is_doubtful,
    rests_on_nothing,
)
from genostrat.genotypes.kernels.fields import is_quality, read_decimal, read_quality
from genostrat.genotypes.kernels.reads import bin_frequency
from genostrat.genotypes.kernels.sites import first_site_from, read_end
from genostrat.genotypes.kernels.tallies import depth_bin, quality_bin
from genostrat.genotypes.tallies import bin_qualities, quality_of_bins

NAMES = {
    "gt": "GT",
    "dp": "DP",
    "gq": "GQ",
    "ad": "AD",
    "likelihoods": "PL",
    "least": "MIN_DP",
    "reference_quality": "RGQ",
    "filters": "FT",
    "intensity": "LRR",
}


def buffer_of(text):
    return np.frombuffer(text.encode() + b"\t" * 64, np.uint8)


def keys_of(text):
    return find_keys(buffer_of(text), 0, len(text))


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_key_is_found_wherever_it_stands_and_once(name):
    key = NAMES[name]
    for place in range(3):
        others = ["XX", "YYY", "MIN_DX", "ZZZZZZZ"]
        others.insert(place, key)
        found = keys_of(":".join(others))
        assert getattr(found, name) == place
        assert all(getattr(found, other) == -1 for other in NAMES if other != name)
        assert found.number == 5
        assert not found.imputed
    # Twice, also where the first is the first of all: a record that says so is refused.
    for text in (f"{key}:XX:{key}", f"XX:{key}:{key}", f"{key}:{key}"):
        assert keys_of(text).number == -1
    assert keys_of(f"{key}::XX").number == -1, "an empty key"
    assert keys_of("").number == -1


@pytest.mark.parametrize("key", ["DS", "GP", "HDS"])
def test_a_format_with_dosages_is_imputed(key):
    assert keys_of(f"GT:{key}").imputed
    for other in (key[::-1], key[:-1] + "X", "X" + key[1:]):
        assert not keys_of(f"GT:{other}").imputed


def test_which_formats_are_weighed():
    for text, is_weighed in (
        ("GT", False),
        ("XX", False),
        *(
            (f"GT:{key}", True)
            for key in ("DP", "GQ", "AD", "PL", "MIN_DP", "RGQ", "FT")
        ),
        *((key, True) for key in ("DP", "GQ", "AD", "PL", "MIN_DP", "RGQ", "FT")),
    ):
        assert has_evidence(keys_of(text)) == is_weighed, text
    for text, is_always in (
        ("GT:AD:PL", False),
        ("AD:GT", True),
        ("PL:GT", True),
        ("GT:RGQ", True),
        ("RGQ", True),
        ("FT", True),
        ("DP:AD", False),
    ):
        assert is_always_weighed(keys_of(text)) == is_always, text


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("0/0:0,0:9", True),
        ("0/0:00:9", True),
        ("0/0:0,1:9", False),
        ("0/0:1,0:9", False),
        ("0/0:10,0", False),
        ("0" * 26 + ":0,0", True),
        ("0" * 28 + ":0,0", True),
        ("0" * 60 + ":0,0", True),
        ("0" * 60 + ":0,1", False),
    ],
)
def test_lists_of_zeros_are_seen_in_columns_of_any_length(text, may):
    buffer = buffer_of(text)
    assert has_zero_list(buffer.ctypes.data, len(text)) == may
    after = buffer_of("0/0:9:9\t0/0:0,0")
    assert not has_zero_list(after.ctypes.data, 7), "the next column is another's"


def test_numbers_that_leave_a_call_open():
    def doubtful(*, limits=(0, 0), **changes):
        given = {"depth": 30, "quality": 99, "ref": 30, "alt": 0, "least": -1} | changes
        return bool(is_doubtful(*given.values(), limits))

    assert not doubtful()
    assert doubtful(quality=0)
    assert doubtful(depth=0, quality=-1)
    assert not doubtful(depth=0), "imputed calls have depth 0"
    assert doubtful(ref=0)
    assert doubtful(ref=0, alt=-1)
    assert not doubtful(ref=0, alt=1)
    assert doubtful(least=0)
    assert doubtful(limits=(10, 0)), "no least depth is told: it is looked at"
    for number, is_open in ((9, True), (10, False)):
        assert doubtful(least=30, depth=number, limits=(10, 0)) == is_open
        assert doubtful(least=number, limits=(10, 0)) == is_open
        assert doubtful(quality=number, limits=(0, 10)) == is_open
    assert not doubtful(quality=-1, limits=(0, 10)), "nothing is said of it"


def test_on_nothing_rests_what_no_read_speaks_for():
    names = ("is_reference", "depth", "quality", "least", "no_reads", "no_likelihood")
    choices = (
        [True, False],
        [-1, 0, 5],
        [-1, 0, 5],
        [-1, 0, 5],
        [True, False],
        [True, False],
    )
    for values in itertools.product(*choices, [True, False]):
        given = dict(zip((*names, "blank"), values, strict=True))
        nothing = given["no_likelihood"] or (
            given["depth"] == 0 and given["quality"] == 0
        )
        if given["is_reference"]:
            nothing |= given["least"] == 0 or (given["depth"] == 0 and given["blank"])
            nothing |= given["no_reads"] and not (
                given["depth"] > 0 and given["quality"] > 0
            )
        assert bool(rests_on_nothing(*values)) == nothing, given


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "12",
        "-3",
        "+4",
        "1.5",
        ".5",
        "5.",
        "1e3",
        "1E-3",
        "2.5e+2",
        "-0.25",
        "00012.50",
    ],
)
def test_decimals_are_read_as_python_reads_them(text):
    value, end, n_digits = read_decimal(buffer_of(text), 0)
    assert value == float(text)
    assert end == len(text)
    assert n_digits == sum(c.isdigit() for c in text.lower().partition("e")[0])


def test_what_is_no_decimal_has_no_digits():
    for text in ("", ".", "-", "x", "1e", "1e+"):
        assert read_decimal(buffer_of(text), 0)[2] == 0
    digits = "123456789012345678901234567890"
    assert read_decimal(buffer_of(digits), 0)[0] == pytest.approx(float(digits))
    small = "0.000000000000000000001234567890123456789"
    assert read_decimal(buffer_of(small), 0)[0] == pytest.approx(float(small))


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("END=5", 5),
        ("A=1;END=15;B", 15),
        ("XEND=5", -1),
        ("END=", -1),
        ("END=5x", -1),
        ("END2=5", -1),
        ("A;END=7", 7),
        ("END", -1),
        (f"END={2**31 - 1}", 2**31 - 1),
        (f"END={2**31}", -1),
    ],
)
def test_the_end_of_a_record_is_read(text, end):
    assert read_end(buffer_of(text), 0, len(text)) == end


def test_the_first_site_is_one_that_ends_there_or_later():
    sites = np.array([[1, 5], [8, 9], [20, 30]])
    for position, number in ((1, 0), (5, 0), (6, 1), (9, 1), (10, 2), (30, 2), (31, 3)):
        assert first_site_from(sites, 0, position) == number
    assert first_site_from(sites, 2, 1) == 2


def test_depths_and_qualities_fall_into_the_bins_of_bcftools():
    assert [depth_bin(d) for d in (-1, 0, 1, 500)] == [0, 1, 2, 501]
    assert depth_bin(501) == depth_bin(10_000) == 503
    values = np.array(
        [np.nan, -1, 0, 0.05, 0.1, 9.99, 10, 99.9, 9999.9, 10_000, 12_345.6]
    )
    values = np.r_[values, 99_999, 100_000, 1e6, 3e7, 1e9].astype(np.float32)
    bins = bin_qualities(values)
    assert [quality_bin(v) for v in values] == bins.tolist()
    lowest = quality_of_bins(bins)
    assert np.isnan(lowest[:2]).all()
    known = values[2:].astype(float)
    known = np.minimum(known, 2e8)
    assert (lowest[2:] <= known + 1e-3).all()
    assert (known - lowest[2:] <= np.maximum(0.1, 1.01e-4 * known) + 1e-3).all()


def test_a_frequency_in_others_has_a_bin():
    few = next(
        n for n in range(1, 200) if any(bin_frequency(n, a) >= 0 for a in range(2 * n))
    )
    assert bin_frequency(few - 1, few // 2) == -1
    bins = [bin_frequency(100, n_alt) for n_alt in range(201)]
    told = [b for b in bins if b >= 0]
    assert told == sorted(told, reverse=True)
    assert set(told) == set(range(max(told) + 1))


@pytest.mark.parametrize(
    ("missing", "hom_ref", "other", "n", "is_merged"),
    [
        (900, 0, 100, 10, True),
        (900, 0, 100, 2, True),
        (900, 0, 100, 1, False),
        (900, 0, 0, 10, False),  # all missing is another fault
        (20, 0, 20, 10, True),
        (19, 0, 20, 10, False),
        (900, 1, 99, 10, True),  # fewer than a fiftieth of the calls
        (900, 2, 98, 10, False),
        (30, 0, 970, 10, False),  # more than three hundredths are missing
        (31, 0, 970, 10, True),
        (200, 10, 990, 10, True),  # twenty times as many as reference genotypes
        (199, 10, 990, 10, False),
    ],
)
def test_what_looks_merged_has_hardly_a_reference_genotype(
    missing, hom_ref, other, n, is_merged
):
    counts = {"missing": missing, "hom_ref": hom_ref, "het": other}
    assert looks_merged(counts, n_samples=n) == is_merged


def test_much_that_is_left_out_is_said():
    counts = {"n_records": 100, "dropped": {"filter": 0, "symbolic": 0}, "filters": {}}
    said = [
        n
        for n in range(101)
        if list(doubt_drops(counts | {"dropped": {"symbolic": n}}))
    ]
    assert said == list(range(said[0], 101))
    assert 5 < said[0] <= 51


def test_variants_outweigh_the_header():
    evidence = BuildEvidence()
    one, two = evidence.markers
    for n, is_told in ((MIN_EVIDENCE - 1, False), (MIN_EVIDENCE, True)):
        evidence = BuildEvidence()
        evidence.markers[two] = n
        told, why = evidence.verdict()
        assert (told == two) == is_told
        assert (why == f"{n} known variants") == is_told
    evidence.markers[one] = 1
    assert evidence.verdict()[0] != two
    evidence = BuildEvidence()
    evidence.beyond[one] = 1
    assert evidence.verdict()[0] == two
    evidence.beyond[two] = 3
    assert "1 records or more past the ends of both" in evidence.verdict()[1]


KINDS = {
    ("A", "G"): kinds.TRANSITION,
    ("T", "C"): kinds.TRANSITION,
    ("A", "C"): kinds.TRANSVERSION,
    ("G", "C"): kinds.TRANSVERSION,
    ("A", "."): kinds.OTHER,
    ("A", "AT"): kinds.OTHER,
    ("AT", "A"): kinds.OTHER,
}


@pytest.mark.parametrize("piece", [None, 7, 64])
def test_kinds_of_variants_are_read_in_pieces(tmp_path, monkeypatch, piece):
    if piece:
        monkeypatch.setattr(kinds, "PIECE_BYTES", piece)
    pairs = [*KINDS, *KINDS]
    positions = [*range(100, 107), 107, 107, *range(109, 114)]
    store = write_store(tmp_path, {"1": (positions, np.zeros((14, 3)))}, alleles=pairs)
    contig = store.contig("1")
    assert kinds.read_kinds(contig).tolist() == [*KINDS.values(), *KINDS.values()]
    assert kinds.read_positions(contig).tolist() == positions
    rows, places = kinds.find_biallelic_snvs(contig)
    # Two at 107: neither is alone.
    assert rows.tolist() == [0, 1, 2, 3, 9, 10]
    assert places.tolist() == [positions[row] for row in rows]


@pytest.mark.parametrize(
    ("text", "quality"),
    [
        *[(word, -1.0) for word in (".", "nan", "NaN", "+nan", "-nan", "-inf")],
        *[(word, np.inf) for word in ("inf", "Inf", "+inf", "infinity")],
        *[("30", 30.0), ("0", 0.0), ("99.5", 99.5), ("1e3", 1000.0)],
    ],
)
def test_a_quality_that_is_no_usual_number_is_read_as_htslib_reads_it(text, quality):
    buffer = buffer_of(text)
    assert is_quality(buffer, 0, len(text))
    assert read_quality(buffer, 0, len(text)) == quality
