"""Decide which variants count, before samples are measured on them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from genostrat.genotypes.store import Store
from genostrat.job import run_job
from genostrat.qc.variants.groups import find_groups
from genostrat.qc.variants.judging import judge_variants
from genostrat.qc.variants.ledger import write_ledger
from genostrat.tables import read_table, write_arrays, write_json, write_table


def main(
    *,
    store: str,
    sheet: str,
    ancestry: str,
    policy: Mapping[str, Any],
    columns: Sequence[str],
    min_sample_call_rate: float,
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
    sexes = patients.set_index("sample_id")["sex"].reindex(genotypes.samples)
    judgement = judge_variants(
        genotypes,
        groups,
        policy=policy,
        min_sample_call_rate=min_sample_call_rate,
        has_two_x=np.asarray(sexes == "female"),
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
            sheet=snakemake.input.sheet,
            ancestry=snakemake.input.ancestry,
            policy=snakemake.params.policy,
            columns=snakemake.params.columns,
            min_sample_call_rate=snakemake.params.min_sample_call_rate,
            decisions=snakemake.output.decisions,
            set_aside=snakemake.output.set_aside,
            record=snakemake.output.record,
            threads=snakemake.threads,
        )
