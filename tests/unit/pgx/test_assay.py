import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.pgx.pgx_fixture import make_gene, make_records

from genostrat.errors import GenostratError
from genostrat.pgx.matching.assay import assay_gene, open_assay, refuse_mismatches
from genostrat.pgx.matching.lines import (
    ABSENT,
    ASSUMED,
    CONTRADICTORY,
    FILTERED,
    FIRST_OTHER,
    MISMATCH,
    MISSING,
    NO_CALL,
    PRESENT,
)

SYNONYM = ((1, ((101, "A", "G"), (103, "C", "A"))),)


def gene_of(*sites):
    return make_gene(list(sites), [("*1", {}, "", None)])


def assay(lines, *sites, assumed=False):
    records = make_records(lines)
    gene = gene_of(*sites or [(100, "G", ["A", "C"])])
    opened = open_assay(records, [gene], samples=records.samples)
    return assay_gene(opened, gene, is_absent_reference=assumed)


def calls(lines, *sites, assumed=False):
    found = assay(lines, *sites, assumed=assumed)
    return found.alleles[:, 0].tolist(), found.why[:, 0].tolist()


def test_one_record_is_translated():
    lines = [(100, "G", "C,A", ["0/1", "1|2", "./.", "0/.", "2", "2/2"])]
    alleles, why = calls(lines)
    assert alleles == [[0, 2], [2, 1], [-9, -9], [0, -9], [1, -1], [1, 1]]
    assert why == [PRESENT, PRESENT, NO_CALL, NO_CALL, PRESENT, PRESENT]


def test_a_split_record_is_put_together():
    lines = [
        (100, "G", "A", ["0/1", "1/0", "0/0", "1|0", "0/1", "1/1"]),
        (100, "G", "C", ["0/1", "0/0", "0/1", "0|1", "./.", "0/1"]),
    ]
    alleles, why = calls(lines)
    assert [sorted(pair) for pair in alleles[:4]] == [[1, 2], [0, 1], [0, 2], [1, 2]]
    # What is not ALT 1 may be ALT 2, which was not called.
    assert sorted(alleles[4]) == [MISSING, 1]
    assert alleles[5] == [MISSING, MISSING]
    assert why[4:] == [NO_CALL, CONTRADICTORY]


@settings(max_examples=60, deadline=None)
@given(
    genotypes=st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=6
    ),
    is_phased=st.booleans(),
)
def test_splitting_a_record_changes_nothing(genotypes, is_phased):
    mark = "|" if is_phased else "/"

    def spell(number):
        return [
            mark.join(str(int(allele == number)) for allele in pair)
            for pair in genotypes
        ]

    whole = [(100, "G", "A,C", [mark.join(map(str, pair)) for pair in genotypes])]
    split = [(100, "G", "A", spell(1)), (100, "G", "C", spell(2))]
    one, two = assay(whole), assay(split)
    if is_phased:
        assert one.alleles.tolist() == two.alleles.tolist()
        assert one.phase.tolist() == two.phase.tolist()
    assert np.array_equal(np.sort(one.alleles, axis=2), np.sort(two.alleles, axis=2))
    assert one.why.tolist() == two.why.tolist()


def test_duplicates_must_agree():
    lines = [
        (100, "G", "A", ["0/1", "0/1", "./.", "0/0"]),
        (100, "G", "A", ["1/0", "1/1", "1/1", "0/0"]),
        (100, "G", "", ["./.", "./.", "./.", "0/0"]),
    ]
    alleles, why = calls(lines)
    assert alleles == [[0, 1], [-9, -9], [1, 1], [0, 0]]
    assert why == [PRESENT, CONTRADICTORY, PRESENT, PRESENT]


def test_a_deletion_from_elsewhere_takes_the_place_of_a_ref():
    lines = [
        (98, "ACGT", "A", ["0/1", "0/0", "1/1", "0|1", "0/1"]),
        (100, "G", "A", ["0/0", "0/1", "./.", "1|0", "1/1"]),
    ]
    found = assay(lines)
    other = FIRST_OTHER
    assert found.alleles[:, 0].tolist() == [
        [0, other],
        [0, 1],
        [other, other],
        [1, other],
        [-9, -9],
    ]
    assert found.others == (("98 ACGT>A",),)
    assert found.why[4, 0] == CONTRADICTORY


def test_a_deletion_that_was_not_found_tells_no_base():
    lines = [(98, "ACGT", "A", ["0/0", "0/1"])]
    alleles, why = calls(lines)
    assert alleles == [[-9, -9], [-9, FIRST_OTHER]]
    assert why == [ABSENT, ABSENT]
    alleles, why = calls(lines, assumed=True)
    assert alleles == [[0, 0], [0, FIRST_OTHER]]


def test_absent_is_assumed_only_without_any_record():
    lines = [
        (100, "G", "A", ["./."]),
        (200, "G", "A", ["0/0"], False),
        (300, "C", "A", ["0/0"]),
    ]
    sites = [(place, "G", ["A"]) for place in (100, 200, 300, 400)]
    found = assay(lines, *sites, assumed=True)
    assert found.why[0].tolist() == [NO_CALL, FILTERED, MISMATCH, ASSUMED]
    assert found.alleles[0, :, 0].tolist() == [-9, -9, -9, 0]
    assert assay(lines, *sites).why[0, 3] == ABSENT


def test_reference_blocks_are_reference():
    lines = [(50, "T", "<NON_REF>", ["0/0"], True, 150)]
    assert calls(lines) == ([[0, 0]], [PRESENT])


def test_another_spelling_in_two_records_is_one_allele():
    lines = [
        (101, "A", "G", ["0/1", "1/1", "0/1", "0|1", "1|0"]),
        (103, "C", "A", ["0/1", "1/1", "0/0", "0|1", "0|1"]),
    ]
    alleles, _ = calls(lines, (100, "G", ["GGC"], SYNONYM))
    assert [sorted(pair) for pair in alleles[:2]] == [[0, 1], [1, 1]]
    assert alleles[2] == [-9, -9]
    assert alleles[3] == [0, 1]
    assert alleles[4] == [-9, -9]


def test_exchanged_bases_may_be_written_one_by_one():
    lines = [
        (100, "T", "A", ["0/1", "1/1", "0/0", "0/1", "./."]),
        (101, "C", "G", ["0/1", "1/1", "0/0", "0/0", "0/0"]),
    ]
    alleles, why = calls(lines, (100, "TC", ["AG"]))
    assert [sorted(pair) for pair in alleles[:3]] == [[0, 1], [1, 1], [0, 0]]
    # One of them alone is no defined allele, and not the build's sequence.
    assert alleles[3:] == [[-9, -9], [-9, -9]]
    assert why[:3] == [PRESENT] * 3


def test_single_bases_without_alt_cover_a_deletion():
    lines = [
        (100, "T", "", ["0/0", "0/0", "0", "0/0"]),
        (101, "G", "", ["0/0", "./.", "0", "0/0"]),
    ]
    site = (100, "TG", ["T"])
    alleles, why = calls(lines, site)
    assert alleles == [[0, 0], [-9, -9], [0, -1], [0, 0]]
    assert why[0] == PRESENT
    assert calls(lines[:1], site)[0] == [[-9, -9]] * 4
    # Where the deletion has a record of its own, that one counts.
    lines.append((100, "TG", "T", ["0/1", "0/1", "1", "./."]))
    assert calls(lines, site)[0] == [[0, 1], [0, 1], [1, -1], [-9, -9]]


def test_the_wrong_build_is_refused():
    sites = [(place, "G", ["A"]) for place in range(100, 110)]
    gene = gene_of(*sites)

    def check(n_wrong):
        lines = [
            (place, "C" if number < n_wrong else "G", "A", ["0/0"])
            for number, (place, _, _) in enumerate(sites)
        ]
        records = make_records(lines)
        opened = open_assay(records, [gene], samples=records.samples)
        found = assay_gene(opened, gene, is_absent_reference=False)
        refuse_mismatches({"GENE1": found}, build="GRCh38")

    check(3)
    with pytest.raises(GenostratError, match="7 of 10 pharmacogene positions"):
        check(7)
