"""Pharmacogenes of real people: both builds, an array, and cases with known answers."""

import pytest
from running import HOME

from benchmarks.real_data import DATA
from benchmarks.validation import pgx
from benchmarks.validation.workbench import Workbench

pytestmark = pytest.mark.shared


def rows_of(name):
    check = next(check for check in pgx.CHECKS if check.name == name)
    bench = Workbench(DATA, HOME / "results/validation")
    reason = bench.missing(check)
    if reason:
        pytest.skip(reason)
    return check.run(bench)


@pytest.fixture(scope="module")
def bench():
    if not (DATA / "pgx_kg_share_500").is_dir():
        pytest.skip("pgx_kg_share_500 is not there")
    return Workbench(DATA, HOME / "results/validation")


@pytest.mark.parametrize("gene", pgx.GENES)
def test_both_builds_give_the_same_calls_for_the_same_genotypes(bench, gene):
    first, second, kinds = pgx.compare_builds(bench, gene)
    same = kinds == "the same genotypes"
    assert same.sum() > 440
    for column in ("diplotype", "alternatives", "status", "phenotype", "match"):
        assert (first[column][same] == second[column][same]).all(), column


def test_counts_are_those_of_htslib_and_as_published():
    rows = rows_of("pgx_frequencies")
    assert len(rows) >= 10
    # One of 28 is expected outside such intervals in every fourth cohort.
    outside = [row.name for row in rows if row.name != "pgx_frequencies"]
    assert outside in ([], ["pgx_frequencies_CYP2C19"])
    assert all("htslib, over all people: none" in row.difference for row in rows)


def test_an_array_gives_nobody_a_silent_reference():
    coverage, silent = rows_of("pgx_array")
    assert coverage.difference == "called without a typed position: 0"
    assert silent.difference == "another phenotype possible: 0"
    assert int(silent.ours.split(" rows")[0].replace(",", "")) > 100


def test_asserted_cases_are_answered_as_asserted():
    rows = {row.name: row for row in rows_of("pgx_asserted")}
    explained = {f"pgx_asserted_{name}" for name in ("same", "best", "untyped")}
    (odd,) = set(rows) - explained
    assert rows[odd].difference == "s2s35: *2/*38, ambiguous"
