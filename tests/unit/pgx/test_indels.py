import pytest

from genostrat.pgx.definitions import Position
from genostrat.pgx.matching.indels import (
    OTHER,
    SILENT,
    KnownBases,
    read_record,
    trim_alleles,
)

REPEAT = Position("2", 1000, "CAT", ("C", "CATAT", "CATATAT"))
SNV = Position("2", 1000, "G", ("A",))


def known_bases(sequence, start=990, contig="2"):
    known = KnownBases()
    known.add(contig, start, sequence)
    return known


def numbers(position, start, ref, alts, *, known=None, end=None):
    known = known or known_bases(position.ref, position.position)
    end = end or start + len(ref) - 1
    reading = read_record(position, start, end, ref, alts, known=known)
    return reading.numbers


def test_trimming_puts_indels_leftmost():
    assert trim_alleles("CATAT", "CAT") == (1, "AT", "")
    assert trim_alleles("GA", "GT") == (1, "A", "T")
    assert trim_alleles("TTCA", "TA") == (1, "TC", "")


@pytest.mark.parametrize(
    ("start", "ref", "alts", "expected"),
    [
        (1000, "CAT", ["C", "CATAT", "CATATAT"], (0, 1, 2, 3)),
        # The same alleles in another order, and without the bases they share.
        (1000, "CAT", ["CATATAT", "C"], (0, 3, 1)),
        (1000, "C", ["CAT", "CATAT"], (0, 2, 3)),
        # With a base more on both sides.
        (999, "GCATA", ["GCATATA", "GCA"], (0, 2, 1)),
        # Put at the right end of the repeat.
        (1006, "T", ["TAT"], (0, 2)),
        (1004, "TAT", ["T"], (0, 1)),
        # Another number of repeats is no defined allele, and not the build's either.
        (1000, "CATAT", ["C"], (0, OTHER)),
        # A substitution before the repeat says nothing of it.
        (1000, "C", ["T"], (SILENT, SILENT)),
        (1000, "CAT", [], (0,)),
        # A call of the base before the repeat alone does not cover it.
        (1000, "C", [], (SILENT,)),
        (998, "AG", ["A"], (SILENT, SILENT)),
        (990, "TTTTTTTTAGCATATATGG", ["T"], (SILENT, OTHER)),
        (1000, "CAT", ["<NON_REF>"], (0, OTHER)),
        (1000, "CAT", ["C", "*"], (0, 1, OTHER)),
        (999, "G", ["<DEL>"], (SILENT, SILENT)),
    ],
)
def test_indels_match_by_content(start, ref, alts, expected):
    known = known_bases("TTTTTTTTAGCATATATGG")
    assert numbers(REPEAT, start, ref, alts, known=known) == expected


def test_an_indel_nearby_that_known_bases_do_not_decide_is_not_reference():
    # Whether the bases between are one repeat is not known.
    assert numbers(REPEAT, 1010, "T", ["TAT"]) == (SILENT, OTHER)
    # Of another length change it is another variant.
    assert numbers(REPEAT, 1010, "T", ["TATG"]) == (SILENT, SILENT)
    # With the bases known it is decided: another variant.
    known = known_bases("CATGGGGGGGGTCC", 1000)
    assert numbers(REPEAT, 1010, "G", ["GAT"], known=known) == (SILENT, SILENT)
    assert numbers(REPEAT, 1100, "T", ["TAT"]) == (SILENT, SILENT)


@pytest.mark.parametrize(
    ("start", "ref", "alts", "expected"),
    [
        (1000, "G", ["A"], (0, 1)),
        (1000, "G", ["T", "A"], (0, OTHER, 1)),
        (1000, "G", [], (0,)),
        (1000, "G", ["*", "A"], (0, OTHER, 1)),
        # A substitution of several bases, taken apart.
        (999, "CG", ["TA", "TG"], (0, 1, 0)),
        (999, "CGT", ["AGA"], (0, 0)),
        # Deletions that span the base, begin behind it, and insertions beside it.
        (998, "ACGT", ["A"], (SILENT, OTHER)),
        (1000, "GTT", ["G"], (SILENT, SILENT)),
        (1000, "G", ["GA"], (SILENT, SILENT)),
        (1000, "GTT", ["G", "ATT"], (0, 0, 1)),
        (1000, "G", ["<DUP>"], (SILENT, SILENT)),
    ],
)
def test_bases_match_by_content(start, ref, alts, expected):
    assert numbers(SNV, start, ref, alts) == expected


def test_blocks_cover_up_to_their_end():
    assert numbers(SNV, 900, "C", ["<NON_REF>"], end=1000) == (0, OTHER)
    assert numbers(SNV, 900, "C", ["<*>"], end=999) == (SILENT, SILENT)
    assert numbers(SNV, 950, "C", [], end=1200) == (0,)
    assert numbers(SNV, 950, "C", ["<DEL>"], end=1200) == (SILENT, OTHER)


@pytest.mark.parametrize(
    ("start", "end", "overlaps"),
    [
        (900, 1000, False),
        (900, 1001, True),
        (999, 1001, True),
        (1001, 1002, True),
        (1002, 1100, False),
        (1100, 1200, False),
    ],
)
def test_a_deletion_without_bases_says_something_of_what_it_deletes(
    start, end, overlaps
):
    """The repeat is bases 1000 to 1002, and 1000 stays whatever their number."""
    known = known_bases("TTTTTTTTAGCATATATGG")
    found = numbers(REPEAT, start, "N", ["<DEL>"], known=known, end=end)
    assert found[1] == (OTHER if overlaps else SILENT)


def test_ref_that_contradicts_the_definition_is_found():
    known = known_bases("G", 1000)
    reading = read_record(SNV, 1000, 1000, "T", ("A",), known=known)
    assert reading.is_mismatch
    assert reading.is_silent
    assert not read_record(SNV, 1000, 1000, "N", ("A",), known=known).is_mismatch
    assert not read_record(SNV, 960, 961, "CT", ("C",), known=known).is_mismatch


def test_other_spellings_of_the_knowledge_base_are_read():
    position = Position("2", 1000, "CAG", ("C",), (), ((1, ((1001, "AGA", "A"),)),))
    assert numbers(position, 1001, "AGA", ["A"]) == (0, 1)
