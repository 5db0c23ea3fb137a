"""Decide which variants count, before samples are measured on them."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from genostrat.genome.sequence import Genome
from genostrat.genotypes.builds import BUILDS
from genostrat.genotypes.store import Store
from genostrat.job import run_job
from genostrat.qc.identity.sex import SexThresholds, infer_sex
from genostrat.qc.panel.files import is_strand_known
from genostrat.qc.relatedness.mendel import choose_sexes
from genostrat.qc.variants.groups import find_groups
from genostrat.qc.variants.inheritance import Families
from genostrat.qc.variants.judging import Yardsticks, judge_variants
from genostrat.qc.variants.ledger import write_ledger
from genostrat.qc.variants.panel import count_panel
from genostrat.sheets.pedigree import read_pedigree
from genostrat.tables import (
    read_arrays,
    read_json,
    read_table,
    write_arrays,
    write_json,
    write_table,
)


def main(
    *,
    store: str,
    reads: str,
    read_metrics: str,
    inputs: str,
    sheet: str,
    ancestry: str,
    policy: Mapping[str, Any],
    columns: Sequence[str],
    min_sample_call_rate: float,
    sex_thresholds: Mapping[str, float],
    family_limits: Mapping[str, float],
    build: str,
    fasta: Sequence[str],
    panel_store: str | None,
    panel_inputs: str | None,
    people: str | None,
    decisions: str,
    set_aside: str,
    record: str,
    threads: int,
) -> None:
    genotypes = Store(Path(store))
    patients = read_table(sheet, table="check/samples.tsv")
    groups = find_groups(
        genotypes.samples,
        patients,
        columns=columns,
        ancestry=read_table(ancestry, table="qc/ancestry.tsv"),
    )
    sexes = patients.set_index("sample_id")["sex"]
    inferred = infer_sex(
        genotypes,
        sexes,
        read_table(read_metrics, table="genotypes/read_metrics.tsv"),
        build=BUILDS[build],
        thresholds=SexThresholds(**sex_thresholds),
    )
    told = choose_sexes(inferred)
    families = Families(read_pedigree(patients), told, BUILDS[build], **family_limits)
    panel = None
    if panel_store and panel_inputs and people:
        read_as = read_json(panel_inputs)
        panel = count_panel(
            genotypes,
            Store(Path(panel_store)),
            read_table(people, table="panel/samples.tsv"),
            strand_known=is_strand_known(read_as),
            threads=threads,
        )
    with ExitStack() as stack:
        genome = Genome(fasta[0], build=build) if fasta else None
        if genome is not None:
            stack.enter_context(genome)
        judgement = judge_variants(
            genotypes,
            groups,
            policy=policy,
            min_sample_call_rate=min_sample_call_rate,
            has_two_x=np.array([told[s] == "female" for s in genotypes.samples], bool),
            yardsticks=Yardsticks(
                families,
                genome,
                panel,
                read_arrays(reads),
                strand_known=is_strand_known(read_json(inputs)),
            ),
            threads=threads,
        )
    ledger = write_ledger(genotypes, judgement, groups, policy)
    write_table(decisions, ledger.rows, table="qc/variant_decisions.tsv")
    write_arrays(set_aside, entry="qc/variants_set_aside.npz", **ledger.set_aside)
    write_json(record, ledger.record, entry="qc/variants.json")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            store=snakemake.input.store,
            reads=snakemake.input.reads,
            read_metrics=snakemake.input.read_metrics,
            inputs=snakemake.input.inputs,
            sheet=snakemake.input.sheet,
            ancestry=snakemake.input.ancestry,
            policy=snakemake.params.policy,
            columns=snakemake.params.columns,
            min_sample_call_rate=snakemake.params.min_sample_call_rate,
            sex_thresholds=snakemake.params.sex_thresholds,
            family_limits=snakemake.params.family_limits,
            build=snakemake.params.build,
            fasta=snakemake.input.get("fasta", []),
            panel_store=snakemake.input.get("panel_store") or None,
            panel_inputs=snakemake.input.get("panel_inputs") or None,
            people=snakemake.input.get("people") or None,
            decisions=snakemake.output.decisions,
            set_aside=snakemake.output.set_aside,
            record=snakemake.output.record,
            threads=snakemake.threads,
        )
