"""Phenotypes as CPIC's papers give them, against what the knowledge bases give.

``curated_phenotypes.tsv`` was written from the papers' tables, not from the tables
under test. Columns ``pypgx`` and ``pharmcat`` say what a knowledge base gives instead,
and ``why``; each such difference is asserted too, so that none comes or goes unseen.
"""

import csv
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.real_data import DATA
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.pgx.outside.names import find_outside_effect
from genostrat.pgx.phenotypes import find_effect

HERE = Path(__file__).resolve().parent
PHARMCAT = DATA / "pgx_cpic_tables/pharmcat"

with (HERE / "curated_phenotypes.tsv").open(newline="") as _stream:
    ROWS = list(csv.DictReader(_stream, delimiter="\t", quoting=csv.QUOTE_NONE))

#: Terms of older guidelines → those agreed on since (Caudle 2017, PMID 27441996), and
#: one that tables spell otherwise.
TERMS = {
    "Extensive Metabolizer": "Normal Metabolizer",
    "Malignant Hyperthermia Susceptible": "Malignant Hyperthermia Susceptibility",
}

#: Alleles that PharmCAT names by base.
PHARMCAT_NAMES = {
    "ABCG2": ("rs2231142 reference (G)", "rs2231142 variant (T)"),
    "IFNL3": ("rs12979860 reference (C)", "rs12979860 variant (T)"),
    "VKORC1": ("rs9923231 reference (C)", "rs9923231 variant (T)"),
}

#: Genes that a directory of PharmCAT's allele definitions does not define.
NOT_IN_PHARMCAT = {"MT-RNR1"}


def name_row(row):
    return f"{row['gene']} {row['diplotype']} {row['pmid']}"


def alleles_of(row):
    return row["diplotype"].split("/")


def effect_of(gene, alleles):
    """Look an effect up; copies (``*1x2``) are known to other tools' calls only."""
    find = find_outside_effect if gene.name == "CYP2D6" else find_effect
    return find(gene, alleles)


def as_told(effect):
    """Return an effect in the words of the list: "none" where there is no phenotype."""
    return effect.phenotype if effect and effect.phenotype else "none"


def expected(row, column):
    return row[column] or TERMS.get(row["phenotype"], row["phenotype"])


def differs(row, effect, column):
    """Say how a knowledge base departs from the list, or blank."""
    told, wanted = as_told(effect), expected(row, column)
    if told.lower() != wanted.lower():
        return f"{name_row(row)}: {told}, not {wanted}"
    score = row["activity_score"]
    if score and effect.activity_score != pytest.approx(float(score)):
        return f"{name_row(row)}: score {effect.activity_score}, not {score}"
    return ""


def test_the_list_is_long_enough_and_says_where_it_is_from():
    pairs = {(row["gene"], *sorted(alleles_of(row))) for row in ROWS}
    assert len(pairs) >= 150
    assert len({row["gene"] for row in ROWS}) >= 15
    assert all(row["pmid"].isdigit() and row["where"] for row in ROWS)
    for row in ROWS:
        told_otherwise = row["pypgx"] or row["pharmcat"]
        assert bool(told_otherwise) == bool(row["why"]), name_row(row)


def test_no_row_stands_twice():
    assert max(Counter(name_row(row) for row in ROWS).values()) == 1


@pytest.fixture(scope="module", params=["GRCh37", "GRCh38"])
def pypgx(request):
    return load_knowledge("pypgx", build=request.param)


def test_pypgx_gives_the_phenotypes_of_the_papers(pypgx):
    found = []
    for row in ROWS:
        gene = pypgx.genes[row["gene"]]
        found.append(differs(row, effect_of(gene, alleles_of(row)), "pypgx"))
    assert [text for text in found if text] == []


def test_papers_that_score_activity_agree_with_what_alleles_are_worth(pypgx):
    scored = {row["gene"] for row in ROWS if row["activity_score"]}
    assert scored == {name for name in scored if pypgx.genes[name].method == "score"}


@pytest.mark.shared
@pytest.mark.skipif(not PHARMCAT.is_dir(), reason=f"no tables of PharmCAT at {DATA}")
def test_pharmcat_gives_the_phenotypes_of_the_papers():
    knowledge = load_knowledge(PHARMCAT, build="GRCh38")
    found, n_looked_up = [], 0
    for row in ROWS:
        name = row["gene"]
        if name in NOT_IN_PHARMCAT:
            continue
        reference, *variant = PHARMCAT_NAMES.get(name, ("Reference", None))
        spelled = {"Reference": reference} | (
            {text: variant[0] for text in alleles_of(row) if text.startswith("rs")}
            if name in PHARMCAT_NAMES
            else {}
        )
        alleles = [spelled.get(text, text) for text in alleles_of(row)]
        effect = effect_of(knowledge.genes[name], alleles)
        found.append(differs(row, effect, "pharmcat"))
        n_looked_up += 1
    assert [text for text in found if text] == []
    assert n_looked_up >= 180
