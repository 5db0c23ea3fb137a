"""Call the diplotype of every kept sample in every pharmacogene."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from genostrat.genotypes.site_records import read_site_records
from genostrat.job import run_job
from genostrat.pgx.calling import call_diplotypes, choose_sexes
from genostrat.pgx.doubts import withdraw_calls
from genostrat.pgx.knowledge.loading import choose_genes, load_knowledge
from genostrat.pgx.matching.rows import CallPolicy
from genostrat.pgx.outside.calls import read_outside_calls
from genostrat.qc.kept import read_kept
from genostrat.tables import read_lines, read_table, write_table


def main(
    *,
    source: str,
    build: str,
    genes: Sequence[str],
    outside: Sequence[Mapping[str, str]],
    policy: Mapping[str, Any],
    records: str,
    decisions: str,
    genotyped: str,
    keep: str,
    sex: str,
    diplotypes: str,
    alternatives: str,
    coverage: str,
) -> None:
    knowledge = load_knowledge(source, build=build)
    others, findings = read_outside_calls(
        outside, knowledge=knowledge, samples=read_lines(genotyped)
    )
    read, withdrawn = withdraw_calls(
        read_site_records(records),
        read_table(decisions, table="qc/variant_decisions.tsv"),
        knowledge,
    )
    findings = {**findings, **withdrawn}
    for finding in findings:
        logging.getLogger(__name__).warning("%s", finding)
    calls = call_diplotypes(
        read,
        choose_genes(knowledge, genes=genes),
        samples=read_kept(keep),
        sexes=choose_sexes(read_table(sex, table="qc/sex.tsv")),
        policy=CallPolicy(
            absent=policy["absent"],
            force_absent_reference=tuple(policy["force_absent_reference"]),
            max_explanations=policy["max_explanations"],
            panels=tuple(policy["panels"]),
            min_depth=policy["min_depth"],
            min_genotype_quality=policy["min_genotype_quality"],
        ),
        outside=others,
        findings=findings,
    )
    write_table(diplotypes, calls.diplotypes, table="pgx/diplotypes.tsv")
    write_table(alternatives, calls.alternatives, table="pgx/alternatives.tsv")
    write_table(coverage, calls.coverage, table="pgx/coverage.tsv")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            source=snakemake.params.source,
            build=snakemake.params.build,
            genes=snakemake.params.genes,
            outside=snakemake.params.outside,
            policy=snakemake.params.policy,
            records=snakemake.input.records,
            decisions=snakemake.input.decisions,
            genotyped=snakemake.input.genotyped,
            keep=snakemake.input.keep,
            sex=snakemake.input.sex,
            diplotypes=snakemake.output.diplotypes,
            alternatives=snakemake.output.alternatives,
            coverage=snakemake.output.coverage,
        )
