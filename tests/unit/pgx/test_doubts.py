"""Genotypes that variant QC does not believe: never read as reference."""

import pandas as pd
import pytest
from unit.pgx.pgx_fixture import make_gene_records, make_knowledge

from genostrat.catalogues.quality_rules import VARIANT_RULES
from genostrat.genotypes.records import HAPLOID, NO_CALL
from genostrat.pgx.calling import call_diplotypes
from genostrat.pgx.doubts import withdraw_calls
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.pgx.matching.rows import CallPolicy

TWO = "rs4244285"  # CYP2C19*2, GRCh38 chr10:94781859


def gene_and_records(n):
    gene = load_knowledge("pypgx", build="GRCh38").genes["CYP2C19"]
    # Turned round on one plate: who has *2 twice reads as reference.
    read = {TWO: ["0/0"] * n}
    return gene, make_gene_records(gene, n, read, others="0/0")


def decisions(gene, rule, outcome="excluded"):
    (position,) = (p for p in gene.positions if TWO in p.rsids)
    row = (position.contig, position.position, TWO, position.ref, position.alts[0])
    names = ["contig", "position", "identifier", "ref", "alt"]
    table = pd.DataFrame([row], columns=names)
    return table.assign(rule=rule, outcome=outcome)


def call(gene, records, findings):
    calls = call_diplotypes(
        records,
        make_knowledge(gene, build="GRCh38"),
        samples=records.samples,
        sexes={},
        policy=CallPolicy(),
        findings=findings,
    )
    return calls.diplotypes.set_index("sample_id"), " ".join(calls.coverage["notes"])


@pytest.mark.parametrize("rule", VARIANT_RULES, ids=lambda rule: rule.name)
def test_calls_of_a_variant_whose_genotypes_are_doubted_count_as_missing(rule):
    gene, records = gene_and_records(3)
    knowledge = make_knowledge(gene, build="GRCh38")
    before, _ = call(gene, records, {})
    assert (before["status"] == "called").all()
    left, findings = withdraw_calls(records, decisions(gene, rule.name), knowledge)
    after, notes = call(gene, left, findings)
    if not rule.doubts_calls:
        assert not findings
        assert (after["status"] == "called").all()
        return
    assert (after["status"] != "called").all()
    assert (after["other_phenotypes"] != "").all()
    (text,) = findings
    assert rule.words in text
    assert text in notes


def test_a_variant_that_is_only_flagged_is_read():
    gene, records = gene_and_records(2)
    knowledge = make_knowledge(gene, build="GRCh38")
    for table in (
        decisions(gene, "disproportion", "flagged"),
        decisions(gene, "disproportion").assign(alt="C"),
        decisions(gene, "disproportion").iloc[:0],
    ):
        left, findings = withdraw_calls(records, table, knowledge)
        assert not findings
        assert (call(gene, left, findings)[0]["status"] == "called").all()


def test_one_copy_stays_one_copy():
    gene, records = gene_and_records(2)
    knowledge = make_knowledge(gene, build="GRCh38")
    records.alleles[:, 1, 1] = HAPLOID
    left, _ = withdraw_calls(records, decisions(gene, "mendel_errors"), knowledge)
    changed = (left.alleles != records.alleles).any(axis=(1, 2))
    assert changed.sum() == 1
    assert left.alleles[changed].tolist() == [[[NO_CALL, NO_CALL], [NO_CALL, HAPLOID]]]
