"""A call with missing positions, held against the calls of every filling.

The fillings are called as complete genotypes are, by code that knows nothing of gaps.
"""

import collections
from itertools import combinations_with_replacement, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import HOME
from unit.pgx.pgx_fixture import make_gene, make_test_caller, scored, tpmt_like

from benchmarks.validation.fillings import (
    drawn_gaps,
    hold_gaps,
    list_genes,
    single_gaps,
)
from genostrat.pgx.definitions import Band
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.pgx.matching.diplotypes import Pattern
from genostrat.pgx.matching.lines import FIRST_OTHER, MISSING, SINGLE
from genostrat.pgx.matching.rows import explain_pattern
from genostrat.pgx.phenotypes import INDETERMINATE

PHARMCAT = Path(HOME).parent / "shared/data/pgx_cpic_tables/pharmcat"
FUNCTIONS = ("No Function", "Decreased Function", "Normal Function", "")
N_SITES = 4
OTHERS = (("odd",),) * N_SITES


@st.composite
def genes(draw):
    """Draw a gene of four positions whose alleles overlap in every way."""
    widths = draw(st.lists(st.integers(1, 2), min_size=N_SITES, max_size=N_SITES))
    sites = [
        (100 * (place + 1), "A", ["C", "G"][:width])
        for place, width in enumerate(widths)
    ]
    has_activity = draw(st.booleans())
    alleles = [("*1", {}, "Normal Function", 1.0 if has_activity else None)]
    for number in range(2, 2 + draw(st.integers(1, 6))):
        content = {}
        for place, width in enumerate(widths):
            carried = draw(st.sampled_from([None, None, 1, width, "any"]))
            if carried is not None:
                content[place] = [0, 1] if carried == "any" else [carried]
        # No two alleles of a real gene are told apart by nothing.
        told = {place: own for place, own in content.items() if 0 not in own}
        if not told or told in [allele[1] for allele in alleles]:
            continue
        function = draw(st.sampled_from(FUNCTIONS))
        value = draw(st.sampled_from([0.0, 0.5, 1.0])) if has_activity else None
        alleles.append((f"*{number}", content, function, value))
    names = [allele[0] for allele in alleles]
    words = st.sampled_from(["poor", "intermediate", "normal", ""])
    effects = {pair: draw(words) for pair in combinations_with_replacement(names, 2)}
    effects |= {(name,): draw(words) for name in names}
    return make_gene(sites, alleles, effects=effects)


@st.composite
def patterns(draw, gene):
    """Draw genotypes: unphased, phased, of one copy, half called, with odd bases."""
    n_copies = draw(st.sampled_from([1, 2, 2, 2]))
    copies = []
    for site in gene.positions:
        usual = st.integers(0, len(site.sequences) - 1)
        number = st.one_of(usual, usual, st.sampled_from([MISSING, FIRST_OTHER]))
        copies.append([draw(number) for _ in range(2)])
    alleles = np.array(copies, np.int8)
    is_phased = draw(st.booleans())
    return make_test_pattern(alleles, is_phased=is_phased, n_copies=n_copies)


def make_test_pattern(alleles, *, is_phased, n_copies):
    """Make a pattern: all heterozygous positions in one phase set, or in none."""
    alleles = np.array(alleles, np.int8)
    first, second = alleles[:, 0].copy(), alleles[:, 1].copy()
    group = np.zeros(len(first), np.int64)
    if n_copies == 1:
        return Pattern(first, np.full_like(first, SINGLE), group, 1)
    differs = first != second
    group[differs] = 1 if is_phased else np.arange(1, differs.sum() + 1)
    return Pattern(first, second, group, 2, has_phase=is_phased and differs.any())


def fill(gene, pattern, *, is_phased):
    """Give every complete pattern that a pattern with gaps may be."""
    copies = [pattern.first, pattern.second][: pattern.n_copies]
    choices = []
    for place, site in enumerate(gene.positions):
        numbers = [int(copy[place]) for copy in copies]
        may = [
            range(len(site.sequences)) if number == MISSING else [number]
            for number in numbers
        ]
        choices.append([pair if len(pair) == 2 else pair * 2 for pair in product(*may)])
    for chosen in product(*choices):
        yield make_test_pattern(chosen, is_phased=is_phased, n_copies=pattern.n_copies)


def tell(explanation):
    """Return the phenotypes that an explanation leaves open."""
    if not explanation.candidates:
        return {INDETERMINATE}
    first = explanation.candidates[0].phenotype or INDETERMINATE
    return {first, *explanation.other_phenotypes}


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_called_means_that_every_filling_is_called_alike(data):
    gene = data.draw(genes())
    pattern = data.draw(patterns(gene))
    if not pattern.missing.any() or pattern.missing.all():
        return
    caller = make_test_caller(gene, others=OTHERS)
    found = explain_pattern(caller, pattern)
    filled = [
        explain_pattern(caller, own)
        for own in fill(gene, pattern, is_phased=pattern.has_phase)
    ]
    told = set().union(*map(tell, filled))
    if found.status == "called":
        assert {own.status for own in filled} == {"called"}
        assert len(told) == 1
    if found.candidates:
        assert told <= tell(found)


def test_a_gap_may_hold_an_allele_of_no_function_whatever_its_activity_value():
    """Without *2 the copy has *6; with it, it has no function, activity 1 or not."""
    names = ("*1", "*2", "*6")
    effects = dict.fromkeys(combinations_with_replacement(names, 2), "poor")
    effects |= {(name,): "poor" for name in names}
    effects["*2", "*6"] = "intermediate"
    gene = make_gene(
        [(100, "A", ["C"]), (200, "A", ["C", "G"]), (300, "A", ["C"])],
        [
            ("*1", {}, "Normal Function", 1.0),
            ("*2", {2: [1]}, "No Function", 1.0),
            ("*6", {1: [2]}, "Decreased Function", 0.5),
        ],
        effects=effects,
    )
    caller = make_test_caller(gene, others=OTHERS[:3])
    alleles = np.array([[0, 0], [0, 2], [1, MISSING]])
    found = explain_pattern(
        caller, make_test_pattern(alleles, is_phased=True, n_copies=2)
    )
    assert found.status == "ambiguous"
    assert tell(found) == {"poor", "intermediate"}


@pytest.mark.parametrize("build", ["GRCh37", "GRCh38"])
def test_no_gap_of_a_real_gene_is_called_harmless_that_is_not(build):
    check_genes(load_knowledge("pypgx", build=build))


@pytest.mark.shared
def test_no_gap_is_called_harmless_by_the_definitions_of_pharmcat():
    if not PHARMCAT.is_dir():
        pytest.skip("pgx_cpic_tables is not there")
    check_genes(load_knowledge(PHARMCAT, build="GRCh38"))


def check_genes(knowledge):
    """Hold every gene with one gap, and with sets of them, against the fillings."""
    rng = np.random.default_rng(4)
    total = collections.Counter()
    for gene in list_genes(knowledge):
        single, sets = single_gaps(gene), drawn_gaps(gene, n=2)
        if len(single) > 150:
            single = [single[i] for i in rng.choice(len(single), 150, replace=False)]
        counts = hold_gaps(gene, [*single, *sets])
        assert (counts["violated"], counts["unlisted"]) == (0, 0), gene.name
        total += counts
    assert total["called"] > 200
    # To doubt without need is safe, but a call that nobody gets helps nobody.
    assert total["doubted"] < 0.01 * total["rows"]


def test_a_combination_that_a_gap_allows_opens_the_call():
    # The other variant is on the very copy that is called already.
    gene = scored()
    found = explain_pattern(
        make_test_caller(gene),
        make_test_pattern(
            [(0, 0), (1, 1), (MISSING, MISSING)], is_phased=0, n_copies=2
        ),
    )
    assert found.status == "ambiguous"
    assert found.candidates[0].diplotype == "full/full"
    assert found.other_phenotypes == ("intermediate", "poor")
    assert {item.diplotype for item in found.candidates} >= {"full/none", "none/none"}


def test_what_abolishes_both_copies_is_called_whatever_is_missing():
    gene = tpmt_like()
    found = explain_pattern(
        make_test_caller(gene),
        make_test_pattern(
            [(1, 1), (MISSING, MISSING), (MISSING, MISSING)], is_phased=0, n_copies=2
        ),
    )
    assert (found.status, found.other_phenotypes) == ("called", ())
    assert found.candidates[0].diplotype == "*2/*2"


def test_a_half_called_genotype_leaves_the_other_copy_open():
    gene = tpmt_like()
    found = explain_pattern(
        make_test_caller(gene),
        make_test_pattern([(0, MISSING), (0, 0), (0, 0)], is_phased=0, n_copies=2),
    )
    assert (found.status, found.other_phenotypes) == ("ambiguous", ("intermediate",))


def test_a_score_that_a_gap_leaves_open_is_not_given():
    # The gap may make either copy half as active, and all of it is intermediate.
    gene = scored(bands=(Band("poor", 0.0, 0.5), Band("intermediate", 0.5, 2.5)))
    found = explain_pattern(
        make_test_caller(gene),
        make_test_pattern(
            [(MISSING, MISSING), (0, 1), (0, 0)], is_phased=False, n_copies=2
        ),
    )
    assert (found.status, found.other_phenotypes) == ("called", ())
    assert found.scores == {2.0, 1.5, 1.0}
