"""What is known of a gene, and whether it meets a condition: yes, no, or perhaps."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genostrat.pgx.guidance.sources.own import read_condition
from genostrat.pgx.guidance.states import (
    OPEN,
    SCORE_BANDS,
    State,
    canonical_phenotype,
    read_states,
    split_diplotype,
    vkorc1_genotype,
)
from genostrat.pgx.knowledge.loading import load_knowledge

NM, IM, PM = "Normal Metabolizer", "Intermediate Metabolizer", "Poor Metabolizer"


@pytest.mark.parametrize(
    ("gene", "phenotype", "canonical"),
    [
        ("G6PD", "G6PD Deficient with CNSHA", "deficient with cnsha"),
        ("CYP2C19", "CYP2C19 Poor Metabolizer", "poor metabolizer"),
        ("CYP2C19", "Likely Intermediate Metaboliser", "intermediate metabolizer"),
        ("TPMT", "Possible Intermediate Metabolizer", "intermediate metabolizer"),
        ("CYP2D6", "Extensive Metabolizer", "normal metabolizer"),
        ("NAT2", "Slow Acetylator", "poor metabolizer"),
        ("CFTR", "ivacaftor responsive in CF patients", "favorable response"),
        ("CYP2D6", "n/a", ""),
    ],
)
def test_words_for_one_phenotype_are_one(gene, phenotype, canonical):
    assert canonical_phenotype(gene, phenotype) == canonical


@pytest.mark.parametrize(
    ("gene", "condition", "state", "expected"),
    [
        ("HLA-B", "with *57:01", State("", None, ("*07:02", "*57:01")), True),
        ("HLA-B", "with *57:01", State("", None, ("*07:02", "*57:01:01:01")), True),
        ("HLA-B", "with *57:01", State("", None, ("*07:02", "*57:03")), False),
        ("HLA-B", "without *57:01", State("", None, ("*07:02", "*57:03")), True),
        # Two fields are asked for; one leaves it open, and so does a lone copy.
        ("HLA-B", "with *57:01", State("", None, ("*07:02", "*57")), None),
        ("HLA-B", "with *57:01", State("", None, ("*07:02",)), None),
        ("HLA-B", "with *57:01", State("", None, ("*57:01",)), True),
        # An allele that is not expressed is no proof of either.
        ("HLA-B", "with *15:02", State("", None, ("*07:02", "*15:02:01N")), None),
        ("HLA-B", "with *57:01", State("*57:01 positive"), True),
        ("HLA-B", "without *57:01", State("*57:01 negative; *58:01 positive"), True),
        ("HLA-B", "with *58:01", State("*57:01 negative; *58:01 positive"), True),
        ("HLA-B", "with *58:01", State("*57:01 negative"), None),
        ("HLA-B", "with *57:01", None, None),
        ("HLA-B", "unknown", None, True),
        ("HLA-B", "unknown", State("", None, ("*07:02", "*08:01")), False),
        ("CYP2D6", "score 0.25-0.5", State(IM, 0.5), True),
        ("CYP2D6", "score 0.25-0.5", State(IM, 1.0), False),
        # Without a score the phenotype says how far it may reach.
        ("CYP2D6", "score 0.25-0.5", State(IM), None),
        ("CYP2D6", "score 0.25-1", State(IM), True),
        ("CYP2D6", "score 2.5-", State(IM), False),
        ("CYP2D6", "score 2.75-", State("Ultrarapid Metabolizer"), None),
        ("CYP2D6", "score 0", State("Indeterminate"), None),
        ("CYP2C9", "is *3/*3", State(PM, 0.0, ("*3", "*3")), True),
        ("CYP2C9", "is *3/*3", State(PM, 0.5, ("*2", "*3")), False),
        ("CYP2C9", "is *3/*3", State(PM), None),
        ("CYP2C19", PM, State("Likely Poor Metabolizer"), True),
        ("CYP2C19", PM, State("Indeterminate"), None),
        ("CYP2C19", PM, State("", None, ("*2", "*99")), None),
        ("CYP2C19", "unknown", State("", None, ("*2", "*99")), True),
        ("VKORC1", "-1639 AG", State("", None, ("Reference", "rs9923231")), True),
    ],
)
def test_conditions(gene, condition, state, expected):
    assert read_condition(gene, condition).match(state) is expected


@pytest.mark.parametrize(
    "text", ["", "score", "score x", "with *57", "with 57:01", "is *3", "without"]
)
def test_what_is_no_condition_is_refused(text):
    assert read_condition("HLA-B", text) is None


@pytest.mark.parametrize("gene", sorted(SCORE_BANDS))
@settings(deadline=None)
@given(quarters=st.integers(0, 40))
def test_bands_of_scores_are_those_of_the_knowledge_base(gene, quarters):
    score = quarters / 4
    if gene != "CYP2D6" and score > 2:
        return
    bands = {
        name for name, (low, high) in SCORE_BANDS[gene].items() if low <= score <= high
    }
    known = load_knowledge("pypgx", build="GRCh38").genes[gene].bands
    theirs = {
        band.phenotype
        for band in known
        if band.low <= score < band.high or score == band.low == band.high
    }
    # Activities of CYP2C9 and DPYD are halves: quarters between them do not occur.
    assert bands == theirs or (gene != "CYP2D6" and quarters % 2)


def row(status, diplotype="", phenotype="", **more):
    return {"status": status, "diplotype": diplotype, "phenotype": phenotype, **more}


@pytest.fixture(scope="module")
def genes():
    return load_knowledge("pypgx", build="GRCh38").genes


def test_a_gene_without_a_result_leaves_no_possibility(genes):
    assert read_states(row("not_called", "*1/*1", NM), gene=genes["CYP2C19"]) == ()
    assert read_states(row("called"), gene=None) == ()


def test_alternatives_bring_their_own_scores(genes):
    found = read_states(
        row(
            "ambiguous",
            "*1/*3",
            IM,
            activity_score="1",
            alternatives="*3/*3|*1/*1",
            other_phenotypes=f"{NM}|{PM}",
        ),
        gene=genes["CYP2C9"],
    )
    assert found == (
        State(IM, 1.0, ("*1", "*3")),
        State(PM, 0.0, ("*3", "*3")),
        State(NM, 2.0, ("*1", "*1")),
    )


def test_a_phenotype_that_no_alternative_has_is_possible_too(genes):
    found = read_states(
        row("ambiguous", "*1/*1", NM, other_phenotypes=f"{PM}|Indeterminate"),
        gene=genes["CYP2C19"],
    )
    assert found == (State(NM, None, ("*1", "*1")), State(PM), State("Indeterminate"))


def test_an_alternative_of_unknown_effect_is_told_by_the_phenotypes_of_its_row(genes):
    """Of a gene that has no phenotypes the alleles alone say which it is."""
    found = read_states(
        row("ambiguous", "*1/*1", NM, alternatives="*1/*999", other_phenotypes=PM),
        gene=genes["CYP2C19"],
    )
    assert found == (State(NM, None, ("*1", "*1")), State(PM))
    assert genes["ABCB1"].method == "none"
    for gene in (genes["ABCB1"], None):
        found = read_states(row("ambiguous", "a/b", alternatives="c/a"), gene=gene)
        assert found == (State("", None, ("a", "b")), State("", None, ("a", "c")))


def test_an_ambiguous_call_that_names_nothing_else_is_open(genes):
    found = read_states(row("ambiguous", "*1/*1", NM), gene=genes["CYP2C19"])
    assert found == (State(NM, None, ("*1", "*1")), OPEN)


def test_alternatives_of_a_gene_without_phenotypes_are_its_alleles():
    found = read_states(
        row("ambiguous", "*57:01/*07:02", alternatives="*57:03/*07:02"), gene=None
    )
    condition = read_condition("HLA-B", "with *57:01")
    assert [condition.match(state) for state in found] == [True, False]


@pytest.mark.parametrize(
    ("alleles", "genotype"),
    [
        ("Reference/Reference", "GG"),
        ("rs9923231/Reference", "AG"),
        ("rs9923231 variant (T)/rs9923231 variant (T)", "AA"),
        ("rs9923231 reference (C)/rs9923231 variant (T)", "AG"),
        ("Reference", ""),
        ("rs7294/Reference", ""),
    ],
)
def test_vkorc1_is_named_as_guidelines_do(alleles, genotype):
    assert vkorc1_genotype(State("", None, split_diplotype(alleles))) == genotype
