"""Compute ancestry components on unrelated, well-called samples."""

from pathlib import Path

from genostrat.genotypes.store import Store
from genostrat.job import run_job
from genostrat.qc.components.ancestry import (
    AncestryOptions,
    choose_core_samples,
    compute_pcs,
)
from genostrat.qc.mixtures import list_suspects
from genostrat.tables import read_arrays, read_table, write_json, write_table


def main(
    *,
    store: str,
    set_aside: str,
    metrics: str,
    mixtures: str,
    pairs: str,
    core: dict[str, float],
    options: dict[str, float],
    pcs: str,
    record: str,
    threads: int,
) -> None:
    relatives = read_table(pairs, table="qc/relatedness.tsv")
    measured = read_table(metrics, table="qc/sample_metrics.tsv")
    suspects = list_suspects(
        read_table(mixtures, table="qc/mixtures.tsv"),
        measured,
        max_contamination=core["max_contamination"],
    )
    unrelated = choose_core_samples(measured, relatives, suspects=suspects, **core)
    table, summary = compute_pcs(
        Store(Path(store), read_arrays(set_aside)),
        unrelated=unrelated,
        pairs=relatives,
        options=AncestryOptions(**options),
        threads=threads,
    )
    write_table(pcs, table, table="qc/pcs.tsv")
    write_json(record, summary, entry="qc/ancestry.json")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            store=snakemake.input.store,
            set_aside=snakemake.input.set_aside,
            metrics=snakemake.input.metrics,
            mixtures=snakemake.input.mixtures,
            pairs=snakemake.input.pairs,
            core=snakemake.params.core,
            options=snakemake.params.options,
            pcs=snakemake.output.pcs,
            record=snakemake.output.record,
            threads=snakemake.threads,
        )
