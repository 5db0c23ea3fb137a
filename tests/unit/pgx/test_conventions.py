"""What unphased genotypes are read as, where several diplotypes fit."""

from dataclasses import replace

import pytest
from unit.pgx.pgx_fixture import (
    make_gene_records,
    make_knowledge,
    make_records,
    tpmt_like,
)

from genostrat.pgx.calling import call_diplotypes
from genostrat.pgx.knowledge.conventions import read_conventions
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.pgx.matching.rows import CallPolicy

SITES = [(100, "C", "G"), (200, "C", "T"), (300, "T", "C")]
ASIDE = {(("*1", "*3A"), ("*3B", "*3C")): "it is hardly ever seen (a paper)"}


def call(*columns, gene):
    """Call one gene; a column is a sample's genotypes at the sites."""
    lines = [
        (*site, [column.split()[row] for column in columns])
        for row, site in enumerate(SITES)
    ]
    records = make_records(lines)
    calls = call_diplotypes(
        records,
        make_knowledge(gene),
        samples=records.samples,
        sexes={},
        policy=CallPolicy(),
        findings={},
    )
    return list(calls.diplotypes.astype(object).itertuples())


def test_the_rare_one_stays_an_alternative_and_does_not_open_the_call():
    gene = tpmt_like()
    (plain,) = call("0/0 0/1 0/1", gene=gene)
    (read,) = call("0/0 0/1 0/1", gene=replace(gene, set_aside=ASIDE))
    assert plain.status == "ambiguous"
    assert read.status == "called"
    assert read.diplotype == plain.diplotype == "*1/*3A"
    assert read.alternatives == plain.alternatives == "*3B/*3C"
    assert read.phenotype == plain.phenotype
    assert read.other_phenotypes == ""
    assert "*3B/*3C fits as well" in read.reason
    assert "a paper" in read.reason


def test_phase_and_other_genotypes_are_read_as_before():
    gene = replace(tpmt_like(), set_aside=ASIDE)
    trans, cis, missing = call("0/0 0|1 1|0", "0/0 0|1 0|1", "./. 0/1 0/1", gene=gene)
    assert (trans.diplotype, trans.status) == ("*3B/*3C", "called")
    assert (cis.diplotype, cis.alternatives) == ("*1/*3A", "")
    assert missing.status == "ambiguous", "the missing position still matters"
    assert set(missing.alternatives.split("|")) > {"*3B/*3C"}


@pytest.mark.parametrize("build", ["GRCh37", "GRCh38"])
def test_what_is_shipped_speaks_of_diplotypes_with_the_same_genotypes(build):
    knowledge = load_knowledge("pypgx", build=build)
    for gene_name, pairs in read_conventions().items():
        gene = knowledge.genes[gene_name]
        rows = {a.name: gene.allowed[i] for i, a in enumerate(gene.alleles)}
        for called, aside in pairs:
            for place in range(len(gene.positions)):
                mine = {int(rows[name][place]) for name in called}
                other = {int(rows[name][place]) for name in aside}
                shared = {a & b for a in mine for b in other}
                assert shared != {0}, (gene_name, called, aside, place)
            assert gene.effects[called] != gene.effects[aside], "else it is no matter"


def test_without_phase_the_least_active_reading_of_dpyd_stands_first():
    knowledge = load_knowledge("pypgx", build="GRCh38")
    het = ["0/1"]
    records = make_records(
        [
            (97082391, "T", "A", het),  # c.2846A>T, 0.5
            (97450058, "C", "T", het),  # *2A, 0
            (97883329, "A", "G", het),  # *9A, 1
        ],
        contig="1",
    )
    calls = call_diplotypes(
        records,
        replace(knowledge, genes={"DPYD": knowledge.genes["DPYD"]}),
        samples=records.samples,
        sexes={},
        policy=CallPolicy(absent="reference"),
        findings={},
    )
    (row,) = calls.diplotypes.astype(object).itertuples()
    assert row.status == "ambiguous"
    assert (row.phenotype, row.activity_score) == ("Poor Metabolizer", 0.5)
    assert row.other_phenotypes == "Intermediate Metabolizer"
    assert "c.2846A>T" in row.diplotype
    assert "*2A" in row.diplotype


DECIDES, TAG = "rs75017182", "rs56038477"
HAPB3 = "c.1129-5923C>G, c.1236G>A (HapB3)"


def call_dpyd(build, changes, *, samples, **policy):
    """Call DPYD with all positions as the build has them but for some."""
    knowledge = load_knowledge("pypgx", build=build)
    gene = knowledge.genes["DPYD"]
    if build == "GRCh37":
        # Its genome has c.85C, so two copies of the reference allele are 1/1 there.
        changes = {"rs1801265": ["1/1"] * samples} | changes
    calls = call_diplotypes(
        make_gene_records(gene, samples, changes),
        replace(knowledge, genes={"DPYD": gene}),
        samples=[f"s{number}" for number in range(samples)],
        sexes={},
        policy=CallPolicy(**policy),
    )
    return list(calls.diplotypes.astype(object).itertuples())


@pytest.mark.parametrize("build", ["GRCh37", "GRCh38"])
def test_the_intronic_variant_of_hapb3_decides(build):
    changes = {
        DECIDES: ["0/1", "0/1", "0/1", "0/0", "0|1", "1/1"],
        TAG: ["0/0", "0/1", "./.", "0/1", "1|0", "0/1"],
    }
    rows = call_dpyd(build, changes, samples=6)
    assert {row.status for row in rows} == {"called"}
    assert [row.activity_score for row in rows] == [1.5, 1.5, 1.5, 2.0, 1.5, 1.0]
    assert [HAPB3 in row.diplotype for row in rows] == [1, 1, 1, 0, 1, 1]


@pytest.mark.parametrize("build", ["GRCh37", "GRCh38"])
@pytest.mark.parametrize("absent", ["missing", "reference"])
def test_the_tag_of_hapb3_speaks_where_the_intron_was_not_read(build, absent):
    changes = {DECIDES: None, TAG: ["0/1", "1/1", "0/0"]}
    het, hom, none = call_dpyd(build, changes, samples=3, absent=absent)
    for row, score in ((het, 1.5), (hom, 1.0)):
        assert (row.status, row.activity_score) == ("ambiguous", score)
        assert row.phenotype == "Intermediate Metabolizer"
        assert "Normal Metabolizer" in row.other_phenotypes
        assert "was not read" in row.reason
        assert "Turner 2024" in row.reason
    assert none.phenotype == "Normal Metabolizer"
    wanted = "called" if absent == "reference" else "ambiguous"
    assert none.status == wanted
