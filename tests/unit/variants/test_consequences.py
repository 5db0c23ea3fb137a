"""Variants by what they do: the worst of each, and those without a word."""

from types import SimpleNamespace

import pandas as pd

from genostrat.genotypes.consequences import TERMS
from genostrat.variants.consequences import tabulate_consequences


def contig(n_variants, told):
    annotations = None
    if told is not None:
        annotations = pd.DataFrame(told, columns=["variant", "consequence"])
    return SimpleNamespace(annotations=annotations, variants=range(n_variants))


def count(*contigs, hets):
    table = pd.DataFrame({"n_het": hets, "n_hom_alt": [1] * len(hets)})
    found = tabulate_consequences(SimpleNamespace(contigs=contigs), table)
    return {
        row.consequence: (row.n_variants, row.n_alleles) for row in found.itertuples()
    }


def test_the_worst_of_a_variant_counts_over_contigs():
    bad, mild = TERMS[0], TERMS[-1]
    first = contig(2, [(0, mild), (0, bad), (1, mild)])
    second = contig(2, [(1, bad)])
    found = count(first, second, hets=[5, 6, 7, 8])
    assert found == {bad: (2, 17), mild: (1, 8), "not_annotated": (1, 9)}


def test_where_every_variant_is_annotated_none_is_counted_as_not():
    first = contig(2, [(0, TERMS[0]), (1, TERMS[1])])
    assert count(first, hets=[1, 2]) == {TERMS[0]: (1, 3), TERMS[1]: (1, 4)}


def test_a_file_without_annotations_has_no_rows():
    assert count(contig(2, None), hets=[1, 2]) == {}
