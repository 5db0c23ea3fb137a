import numpy as np
from unit.pgx.pgx_fixture import make_gene, scored, tpmt_like

from genostrat.pgx.matching.haplotypes import (
    call_haplotype,
    make_matcher,
    name_variants,
    usual_allele,
)
from genostrat.pgx.matching.lines import FIRST_OTHER
from genostrat.pgx.naming import join_diplotype, sort_names


def call(gene, *content):
    return call_haplotype(make_matcher(gene), np.array(content, np.int8))


def test_names_are_sorted_as_people_do():
    names = ["*10", "*2", "*1", "*3A", "*80+*28", "*28", "[*4 + *17]", "Reference"]
    assert sort_names(names) == [
        "Reference",
        "*1",
        "*2",
        "*3A",
        "[*4 + *17]",
        "*10",
        "*28",
        "*80+*28",
    ]
    assert join_diplotype(["ivacaftor sequence", "G1244E"]) == (
        "G1244E/ivacaftor sequence"
    )


def test_exact_alleles():
    gene = tpmt_like()
    for content, name in [
        ((0, 0, 0), "*1"),
        ((1, 0, 0), "*2"),
        ((0, 1, 0), "*3B"),
        ((0, 1, 1), "*3A"),
    ]:
        found = call(gene, *content)
        assert (found.match, found.name) == ("exact", name)


def test_no_function_settles_a_combination():
    found = call(tpmt_like(), 1, 1, 1)
    assert found.match == "combination"
    assert found.is_abolished
    assert found.name == "*2"
    assert len(found.alleles) == 2


def test_the_lowest_activity_of_a_copy_counts():
    gene = scored()
    found = call(gene, 1, 1, 0)
    assert found.name == "[full + half]"
    assert [gene.alleles[index].name for index in found.readings] == ["half"]
    assert call(gene, 1, 1, 1).name == "none"


def test_what_no_allele_explains_is_named():
    gene = tpmt_like()
    found = call(gene, 1, 0, FIRST_OTHER)
    assert (found.match, found.name) == ("partial", "*2")
    others = ((), (), ("300 T>A",))
    assert name_variants(gene, found.unexplained, others=others) == ["10:300 T>A"]
    alone = call(gene, 0, 0, FIRST_OTHER)
    assert (alone.match, alone.name) == ("", "")


def test_a_variant_that_an_allele_may_carry_is_explained_by_it():
    # *4 may carry what alone is *17; a third variant is *6.
    gene = make_gene(
        [(100, "C", ["T"]), (200, "A", ["G"]), (300, "G", ["A"])],
        [
            ("*1", {}, "", None),
            ("*4", {0: [0, 1], 1: [1]}, "", None),
            ("*6", {2: [1]}, "", None),
            ("*17", {0: [1]}, "", None),
        ],
    )
    assert call(gene, 1, 1, 0).name == "*4"
    assert call(gene, 1, 1, 1).name == "[*4 + *6]"
    assert call(gene, 1, 0, 1).name == "[*6 + *17]"


def test_of_several_exact_alleles_the_most_specific_is_called():
    gene = make_gene(
        [(100, "C", ["T"]), (200, "A", ["G"])],
        [
            ("*1", {}, "", None),
            ("*2", {0: [1], 1: [0, 1]}, "", None),
            ("*3", {0: [1], 1: [1]}, "", None),
        ],
    )
    assert call(gene, 1, 1).name == "*3"
    assert call(gene, 1, 0).name == "*2"


def test_alleles_are_seen_from_the_first_star_and_not_from_the_build():
    # The build carries *38; every other allele, *1 among them, is against it.
    gene = make_gene(
        [(100, "A", ["G"]), (200, "C", ["T"])],
        [
            ("*38", {}, "", None),
            ("*1", {0: [1]}, "", None),
            ("*2", {0: [1], 1: [1]}, "", None),
        ],
        reference="*38",
    )
    assert usual_allele(gene) == "*1"
    matcher = make_matcher(gene)
    assert matcher.cores[2] == {(1, 1)}
    assert matcher.reference.tolist() == [1, 0]
    # *2's variant in the build's background is *2 and *38, not *1 and something.
    assert call(gene, 0, 1).name == "[*2 + *38]"
