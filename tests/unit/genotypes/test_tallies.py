"""What one record adds to the tallies of a call set, counted by hand."""

import numpy as np
import pytest

from genostrat.genotypes.kernels.tallies import (
    find_info,
    tally_depths,
    tally_reads,
    tally_record,
)
from genostrat.genotypes.tallies import (
    FREQUENCY_COUNTS,
    LONGEST_INDEL,
    NO_NUMBER,
    RECORD_COUNTS,
    SAMPLE_COUNTS,
    Tallies,
)

NO_AC = np.zeros(0, np.int64)


def spell(alleles):
    """Return the bytes of alleles, where each begins and how long it is."""
    lengths = np.array([len(a) for a in alleles], np.int64)
    buffer = np.frombuffer("".join(alleles).encode(), np.uint8)
    return buffer, np.cumsum(lengths) - lengths, lengths


def calls_of(texts):
    """Return allele numbers of calls such as 0/1, 1 and ./. (absent)."""
    pairs = [[-1 if a == "." else int(a) for a in text.split("/")] for text in texts]
    first = np.array([pair[0] for pair in pairs], np.int64)
    second = np.array([pair[1] if len(pair) > 1 else -2 for pair in pairs], np.int64)
    return first, second


def tally(alleles, calls, *, quality=-1.0, info_ac=NO_AC, info_an=NO_NUMBER):
    tallies = Tallies.zeros(len(calls))
    first, second = calls_of(calls)
    buffer, at, lengths = spell(alleles)
    tally_record(
        *(first, second, True, buffer, at, lengths, len(alleles)),
        *(np.float32(quality), info_ac, info_an, tallies),
    )
    return tallies


def records_of(tallies):
    named = zip(RECORD_COUNTS, tallies.records.tolist(), strict=True)
    return {name: n for name, n in named if n}


def sample_of(tallies, place):
    named = zip(SAMPLE_COUNTS, tallies.samples[:, place].tolist(), strict=True)
    return {name: n for name, n in named if n}


@pytest.mark.parametrize(
    ("call", "counted"),
    [
        ("0/0", {"n_hom_ref": 1}),
        ("0/1", {"n_het": 1, "n_ti": 1}),
        ("1/0", {"n_het": 1, "n_ti": 1}),
        ("1/1", {"n_hom_alt": 1, "n_ti": 1}),
        ("0/2", {"n_het": 1, "n_tv": 1}),
        ("2/2", {"n_hom_alt": 1, "n_tv": 1}),
        # Of two alternate alleles the first one's change is counted.
        ("1/2", {"n_het": 1, "n_ti": 1}),
        ("0/3", {"n_indel": 1, "n_insertion_het": 1}),
        ("3/3", {"n_indel": 1, "n_insertion_hom": 1}),
        ("4/0", {"n_indel": 1, "n_deletion_het": 1}),
        ("4/4", {"n_indel": 1, "n_deletion_hom": 1}),
        ("3/4", {"n_indel": 1, "n_deletion_het": 1, "n_insertion_het": 1}),
        ("0", {"n_hap_ref": 1}),
        ("1", {"n_hap_alt": 1}),
        ("./.", {"n_missing": 1}),
        ("./0", {"n_missing": 1}),
        ("0/.", {"n_missing": 1}),
    ],
)
def test_a_call_counts_for_its_sample(call, counted):
    """An A that may be G, T, AC or, with the base after it, gone."""
    alleles = ["AA", "GA", "TA", "AAC", "A"]
    tallies = tally(alleles, [call, "0/1", "1/1"])
    assert sample_of(tallies, 0) == counted
    assert sample_of(tallies, 1) == {"n_het": 1, "n_ti": 1}
    assert sample_of(tallies, 2) == {"n_hom_alt": 1, "n_ti": 1}


@pytest.mark.parametrize(
    ("calls", "whose"),
    [
        (["0/0", "0/1", "0/0"], 1),
        (["0/0", "0/0", "1/1"], 2),
        (["0/1", "0/1", "0/0"], None),
        (["0/0", "./.", "1"], None),  # one copy alone is not looked at
        (["0/0", "0/0", "0/0"], None),
    ],
)
def test_a_variant_of_one_diploid_person_is_a_singleton(calls, whose):
    row = SAMPLE_COUNTS.index("n_singleton")
    found = np.flatnonzero(tally(["A", "G"], calls).samples[row]).tolist()
    assert found == ([] if whose is None else [whose])


@pytest.mark.parametrize(
    ("alleles", "counted"),
    [
        (["A", "G"], {"n_snv": 1, "n_ti_first_alt": 1}),
        (["C", "T"], {"n_snv": 1, "n_ti_first_alt": 1}),
        (["A", "C"], {"n_snv": 1, "n_tv_first_alt": 1}),
        (["A", "T"], {"n_snv": 1, "n_tv_first_alt": 1}),
        (
            ["A", "C", "G"],
            {
                **{"n_snv": 1, "n_tv_first_alt": 1},
                **{"n_multiallelic": 1, "n_multiallelic_snv": 1},
            },
        ),
        (
            ["A", "AT", "G"],
            {"n_snv": 1, "n_indel": 1, "n_multiallelic": 1},
        ),
        (["AC", "GT"], {"n_mnv": 1}),
        (["A"], {"n_no_alt": 1}),
    ],
)
def test_a_record_counts_for_what_its_alleles_are(alleles, counted):
    assert records_of(tally(alleles, ["0/0"] * 3)) == {"n_records": 1} | counted


def test_alleles_are_counted_by_change_and_length():
    tallies = tally(["C", "T", "G"], ["0/1", "1/2"])
    places = np.flatnonzero(tallies.substitutions).tolist()
    assert places == [4 * 1 + 2, 4 * 1 + 3], "C to G, and C to T"
    for ref, alt, length in (
        ("A", "ACC", 2),
        ("ACCC", "A", -3),
        ("A", "A" + "C" * 60, 60),
        ("A", "A" + "C" * 61, 60),
        ("A" + "C" * 99, "A", -60),
    ):
        lengths = tally([ref, alt], ["0/1"]).lengths
        assert np.argwhere(lengths).tolist() == [[0, LONGEST_INDEL + length]]


@pytest.mark.parametrize(
    ("calls", "place"),
    [
        (["0/1", "0/0", "0/0"], 0),  # seen once
        (["0/1", "0/1", "0/0"], 1 + 33),  # two of six
        (["1/1", "1", "./."], 1 + 99 + 0),  # three of three
        (["0/0", "0/0", "0/0"], 1),
        (["./.", "./.", "./."], 1),
    ],
)
def test_alleles_are_counted_by_their_frequency(calls, place):
    """In bins of a hundredth after one for those seen once."""
    frequencies = tally(["A", "G"], calls).frequencies
    rows = [FREQUENCY_COUNTS.index("n_snv"), FREQUENCY_COUNTS.index("n_ti")]
    n_bins = frequencies.shape[1]
    at = min(place, n_bins - 1)
    assert np.argwhere(frequencies).tolist() == [[row, at] for row in rows]


def test_counts_that_the_file_gives_go_before_the_calls():
    own = tally(["A", "G"], ["0/1"] * 3, info_ac=np.array([4]), info_an=8)
    assert np.flatnonzero(own.frequencies[0]).tolist() == [1 + 49]
    # As many as alternate alleles, or they say nothing.
    odd = tally(["A", "G"], ["0/1"] * 3, info_ac=np.array([4, 1]), info_an=8)
    assert np.flatnonzero(odd.frequencies[0]).tolist() == [0]


def test_depths_of_calls_and_of_the_site_are_counted():
    tallies = Tallies.zeros(4)
    tally_depths(np.array([0, 500, 501, -1]), 7, tallies)
    tally_depths(np.array([3, -1, 9, -1]), NO_NUMBER, tallies)
    names = ("dp_sum", "dp_n")
    rows = [tallies.samples[SAMPLE_COUNTS.index(n)].tolist() for n in names]
    assert rows == [[3, 500, 510, 0], [2, 1, 2, 0]]
    # One place for less than 0, then 0 to 500, an empty one, and one for more.
    assert np.flatnonzero(tallies.depths[0]).tolist() == [1, 4, 10, 501, 503]
    assert np.flatnonzero(tallies.depths[1]).tolist() == [8]


def test_reads_that_show_an_indel_are_those_of_heterozygotes():
    """Three of four, and none of five; others have no share."""
    tallies = Tallies.zeros(6)
    first, second = calls_of(["0/1", "1/0", "1/1", "0/1", "1", "0/0"])
    reads = np.array([[1, 3], [5, 0], [0, 9], [0, 0], [4, 4], [4, 4]])
    buffer, at, lengths = spell(["A", "ACC"])
    tally_reads(first, second, reads, buffer, at, lengths, 2, tallies)
    n, total = tallies.lengths[1:, LONGEST_INDEL + 2].tolist()
    assert (n, total / 2**32) == (2, 0.75)
    assert tallies.lengths[1:].sum() == n + total


@pytest.mark.parametrize(
    ("info", "found"),
    [
        ("AC=3,4;AN=20;DP=99", (2, 20, 99)),
        ("DP=.;XAC=1;AN=2", (0, 2, -1)),
        ("AC=5;AF=0.5", (1, NO_NUMBER, NO_NUMBER)),
        ("AN=.;END=7", (0, NO_NUMBER, NO_NUMBER)),
        ("AC=1,2,3;AN=6", (-1, 6, NO_NUMBER)),
        ("AC=;AN=6;DP=0", (0, 6, 0)),
        (".", (0, NO_NUMBER, NO_NUMBER)),
    ],
)
def test_counts_and_depth_are_found_in_info(info, found):
    buffer = np.frombuffer(f"xx{info}\txx".encode(), np.uint8)
    room = np.zeros(2, np.int64)
    assert find_info(buffer, 2, 2 + len(info), room) == found
    if found[0] == 2:
        assert room.tolist() == [3, 4]
