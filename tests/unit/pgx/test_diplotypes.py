from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.pgx.pgx_fixture import make_gene, make_test_caller, scored, tpmt_like

from genostrat.pgx.matching.diplotypes import Pattern, find_pairs, list_phasings
from genostrat.pgx.matching.haplotypes import make_matcher
from genostrat.pgx.matching.lines import FIRST_OTHER, MISSING
from genostrat.pgx.matching.rows import explain_pattern

ALLELES = [
    ("*1", {}, "", None),
    ("*2", {0: [1]}, "", None),
    ("*3", {0: [2], 1: [0, 1]}, "", None),
    ("*4", {1: [1], 2: [1]}, "", None),
    ("*5", {2: [1]}, "", None),
    ("*6", {3: [1], 0: [0, 1]}, "", None),
]
GENE = make_gene(
    [(100, "A", ["C", "G"]), (200, "A", ["C"]), (300, "A", ["C"]), (400, "A", ["C"])],
    ALLELES,
)


def pattern(*genotypes, n_copies=2):
    """Make a pattern of (first, second[, group]); unphased where no group is given."""
    first, second, group = [], [], []
    for place, (one, other, *block) in enumerate(genotypes):
        first.append(one)
        second.append(other)
        group.append(0 if one == other else (block[0] if block else 10 + place))
    return Pattern(
        np.array(first, np.int8),
        np.array(second, np.int8),
        np.array(group, np.int64),
        n_copies,
    )


def explain(gene, genotypes, others=None):
    return explain_pattern(make_test_caller(gene, others=others), genotypes)


def spelled(explanation):
    return [candidate.diplotype for candidate in explanation.candidates]


def brute_force(gene, genotypes):
    """Every pair of alleles that some phasing and filling fits, by listing them."""
    n_numbers = [len(position.sequences) for position in gene.positions]
    found = set()
    names = [allele.name for allele in gene.alleles]
    for contents in list_phasings(genotypes):
        fits = []
        for content in contents:
            choices = [
                range(n_numbers[place]) if number == MISSING else [number]
                for place, number in enumerate(content.tolist())
            ]
            fits.append(
                {
                    name
                    for filled in product(*choices)
                    for name, row in zip(names, gene.allowed, strict=True)
                    if all(
                        int(bits) >> number & 1
                        for bits, number in zip(row, filled, strict=True)
                    )
                }
            )
        found |= {tuple(sorted(pair)) for pair in product(*fits)}
    return found


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0, 0, 1, 2, MISSING]),
            st.sampled_from([0, 0, 1, MISSING]),
            st.sampled_from([1, 2, None]),
        ),
        min_size=4,
        max_size=4,
    )
)
def test_pairs_are_those_of_every_phasing_and_filling(drawn):
    genotypes = pattern(
        *(
            (min(one, len(site.sequences) - 1), other, *([block] if block else []))
            for (one, other, block), site in zip(drawn, GENE.positions, strict=True)
        )
    )
    matcher = make_matcher(GENE)
    pairs = find_pairs(matcher, genotypes)
    found = {
        tuple(sorted((matcher.name(one), matcher.name(other))))
        for one, other in zip(pairs.first, pairs.second, strict=True)
    }
    assert found == brute_force(GENE, genotypes)


def test_unphased_compound_heterozygotes_keep_both_explanations():
    found = explain(tpmt_like(), pattern((0, 0), (0, 1), (0, 1)))
    assert spelled(found) == ["*1/*3A", "*3B/*3C"]
    assert found.status == "ambiguous"
    assert found.candidates[0].phenotype == "intermediate"
    assert found.other_phenotypes == ("poor",)


def test_phase_decides():
    cis = explain(tpmt_like(), pattern((0, 0), (0, 1, 1), (0, 1, 1)))
    trans = explain(tpmt_like(), pattern((0, 0), (0, 1, 1), (1, 0, 1)))
    assert (spelled(cis), cis.status) == (["*1/*3A"], "called")
    assert (spelled(trans), trans.status) == (["*3B/*3C"], "called")
    sets = explain(tpmt_like(), pattern((0, 0), (0, 1, 1), (0, 1, 2)))
    assert spelled(sets) == ["*1/*3A", "*3B/*3C"]


def test_missing_positions_open_the_call():
    found = explain(tpmt_like(), pattern((0, 0), (0, 1), (MISSING, MISSING)))
    assert spelled(found)[0] == "*1/*3B"
    assert set(spelled(found)) == {"*1/*3B", "*1/*3A", "*3B/*3C", "*3A/*3C"}
    assert found.status == "ambiguous"
    needs = {item.diplotype: item.needs for item in found.candidates}
    assert needs["*1/*3B"] == frozenset()
    assert needs["*1/*3A"] == {(2, 1)}
    assert found.sentences == ("the phenotype depends on 10:300",)
    assert found.deciding == (2,)


def test_a_missing_position_that_changes_no_phenotype_leaves_the_call():
    found = explain(tpmt_like(), pattern((0, 0), (1, 1), (MISSING, MISSING)))
    assert found.status == "called"
    assert spelled(found) == ["*3B/*3B", "*3A/*3B", "*3A/*3A"]


def test_a_half_called_position_keeps_what_is_known():
    found = explain(tpmt_like(), pattern((0, 0), (0, 0), (1, MISSING)))
    assert spelled(found) == ["*1/*3C", "*3C/*3C"]
    assert found.status == "ambiguous"


def test_a_single_copy():
    found = explain(tpmt_like(), pattern((1, -1), (0, -1), (0, -1), n_copies=1))
    assert spelled(found) == ["*2"]


def test_combinations_by_activity():
    found = explain(scored(), pattern((0, 1, 1), (0, 1, 1), (0, 0)))
    assert spelled(found) == ["Reference/[full + half]"]
    assert (found.match, found.status) == ("combination", "called")
    assert found.candidates[0].effect.activity_score == 1.5
    assert "lowest activity, that of half" in found.sentences[0]


def test_no_function_settles_a_combination_without_activities():
    found = explain(tpmt_like(), pattern((0, 1, 1), (0, 1, 1), (0, 0)))
    assert spelled(found) == ["*1/*2"]
    assert (found.match, found.status) == ("combination", "called")
    assert "*2 and *3B" in found.sentences[0]


def test_components_that_disagree_are_ambiguous():
    gene = make_gene(
        [(100, "A", ["C"]), (200, "A", ["C"])],
        [
            ("*1", {}, "Normal Function", None),
            ("*2", {0: [1]}, "Increased Function", None),
            ("*3", {1: [1]}, "Decreased Function", None),
        ],
        effects={("*1", "*2"): "rapid", ("*1", "*3"): "slow", ("*2", "*3"): "normal"},
    )
    found = explain(gene, pattern((0, 1, 1), (0, 1, 1)))
    assert spelled(found) == ["*1/[*2 + *3]"]
    assert found.status == "ambiguous"
    assert {found.candidates[0].phenotype, *found.other_phenotypes} == {"rapid", "slow"}
    # In trans they are two named alleles.
    assert spelled(explain(gene, pattern((0, 1, 1), (1, 0, 1)))) == ["*2/*3"]


def test_an_undefined_base_is_not_reference():
    others = ((), (), ("300 T>A",))
    alone = explain(tpmt_like(), pattern((0, 0), (0, 0), (0, FIRST_OTHER)), others)
    assert alone.status == "not_called"
    assert alone.sentences == ("no allele definition explains 10:300 T>A",)
    beside = explain(scored(), pattern((0, 1, 1), (0, 0), (0, FIRST_OTHER, 1)), others)
    assert (beside.match, beside.status) == ("partial", "ambiguous")
    assert "Indeterminate" in beside.other_phenotypes
    # What makes no product makes none whatever else is there.
    settled = explain(
        tpmt_like(), pattern((0, 1, 1), (0, 0), (0, FIRST_OTHER, 1)), others
    )
    assert (settled.match, settled.status) == ("partial", "called")
    assert spelled(settled) == ["*1/*2"]


def test_where_every_allele_is_one_variant_phase_is_not_listed():
    sites = [(100 * number, "A", ["C"]) for number in range(1, 11)]
    alleles = [("*1", {}, "", None)]
    alleles += [(f"*{number + 2}", {number: [1]}, "", None) for number in range(10)]
    gene = make_gene(sites, alleles)
    found = explain(gene, pattern((1, 1), (1, 1), *[(0, 1)] * 8))
    assert found.n_candidates == 128
    assert len(found.candidates) == 1
    assert found.status == "ambiguous"
    assert "128 phasings explain the genotypes equally well" in found.sentences[0]
