"""The comparisons behind the page's rows on pharmacogenes."""

from types import SimpleNamespace

import pandas as pd
import pytest

from benchmarks.validation import pgx
from benchmarks.validation.star_alleles import sort_diplotype, told_diplotypes
from genostrat.pgx.definitions import Position
from genostrat.pgx.knowledge.loading import load_knowledge

MISSING = (-9, -9)


@pytest.fixture(scope="module")
def tpmt():
    return load_knowledge("pypgx", build="GRCh38").genes["TPMT"]


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ([("A", "C"), ("G", "T")], [("G", "T"), ("A", "C")], "the same genotypes"),
        ([("A", "C"), ("G", "T")], [("A", "T"), ("G", "C")], "the same, phased"),
        ([("A", "C"), ("G", "T")], [("A", "C"), ("A", "T")], "other genotypes"),
    ],
)
def test_genotypes_are_told_apart_from_their_phase(one, other, said):
    assert pgx.tell_apart(one, other).startswith(said)


def test_sequences_are_the_same_on_both_builds_whatever_is_ref():
    one = Position("2", 100, "CAT", ("CATAT", "C"))
    other = Position("2", 900, "CATAT", ("CAT", "C"))
    assert set(pgx.spell(one).values()) == set(pgx.spell(other).values())
    assert pgx.spell(one)[0] == pgx.spell(other)[1]


def test_every_diplotype_of_a_row_counts_in_one_order():
    row = {"diplotype": "*3/*1", "alternatives": "*2/*1|"}
    assert told_diplotypes(row) == {"*1/*3", "*1/*2"}
    assert sort_diplotype("*80+*28/*6") == "*6/*80+*28"


def test_a_missing_position_could_change_what_is_not_settled(tpmt):
    typed = [(0, 0)] * len(tpmt.positions)
    assert not pgx.could_change(tpmt, typed)
    (third,) = [allele for allele in tpmt.alleles if allele.name == "*3C"]
    of_3c = {place for place, _ in third.core}
    open_one = [MISSING if place in of_3c else pair for place, pair in enumerate(typed)]
    assert pgx.could_change(tpmt, open_one)


def asserted(expected, *, diplotype, alternatives, gene, missing="", flag=""):
    row = {
        "diplotype": diplotype,
        "alternatives": alternatives,
        "missing_positions": missing,
    }
    calls = SimpleNamespace(
        diplotypes=pd.DataFrame([row]), alternatives=pd.DataFrame({"diplotype": []})
    )
    case = {"expected_diplotypes": expected, "matcher_flag": flag}
    return pgx.judge_case(case, calls, gene)


def test_asserted_cases_are_judged_by_all_that_a_row_leaves_open(tpmt):
    both = {"diplotype": "*1/*3A", "alternatives": "*3B/*3C", "gene": tpmt}
    assert asserted("*1/*3A|*3C/*3B", **both) == "the same"
    assert asserted("*1/*3A", **both) == "different"
    assert asserted("*1/*3A", flag="topCandidateOnly", **both).endswith("the best")
    place = next(a for a in tpmt.alleles if a.name == "*2").core
    missing = tpmt.positions[min(place)[0]].name
    wider = both | {"alternatives": "*3B/*3C|*2/*3A", "missing": missing}
    assert "untyped" in asserted("*1/*3A|*3B/*3C", **wider)
    assert asserted("NO_CALL", **both) == "different"
