import pytest
from unit.pgx.pgx_fixture import make_gene, scored, tpmt_like

from genostrat.pgx.definitions import Effect
from genostrat.pgx.phenotypes import EffectBook, find_effect, score_effect


@pytest.mark.parametrize(
    ("names", "score", "phenotype"),
    [
        (["Reference", "Reference"], 2.0, "normal"),
        (["half", "Reference"], 1.5, "intermediate"),
        (["half", "half"], 1.0, "intermediate"),
        (["half", "none"], 0.5, "poor"),
        (["none", "none"], 0.0, "poor"),
        (["Reference"], 1.0, "intermediate"),
    ],
)
def test_activity_scores(names, score, phenotype):
    assert find_effect(scored(), names) == Effect(phenotype, score)


def test_scores_outside_every_band_and_unknown_activities():
    assert score_effect(scored(), [1.0, 1.5]) == Effect("", 2.5)
    assert score_effect(scored(), [1.0, None]) == Effect("Indeterminate")
    assert find_effect(scored(), ["half", "not an allele"]) is None
    # 0.1 + 0.2 is more than 0.3 in binary.
    assert score_effect(scored(), [0.7, 0.1, 0.2]) == Effect("intermediate", 1.0)


def test_diplotypes_are_found_in_any_order():
    gene = tpmt_like()
    assert find_effect(gene, ["*3A", "*1"]) == find_effect(gene, ["*1", "*3A"])
    assert find_effect(gene, ["*1", "*99"]) is None
    assert EffectBook(gene).read((2, 0)) == Effect("intermediate")


def test_a_gene_without_phenotypes():
    gene = make_gene([(1, "A", ["C"])], [("*1", {}, "", None)])
    assert find_effect(gene, ["*1", "*1"]) is None
    assert not EffectBook(gene).has_phenotypes
