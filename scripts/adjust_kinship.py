"""Estimate kinship allowing for ancestry, and the stretches that pairs share."""

from pathlib import Path

from genostrat.genotypes.store import Store
from genostrat.job import run_job
from genostrat.qc.adjusted.kinship import adjust_kinship
from genostrat.qc.components.ancestry import AncestryOptions, choose_core_samples
from genostrat.qc.relatedness.kinship import KinshipOptions
from genostrat.tables import read_arrays, read_json, read_table, write_json, write_table


def main(
    *,
    store: str,
    set_aside: str,
    metrics: str,
    pairs: str,
    pcs: str,
    components: str,
    core: dict[str, float],
    options: dict[str, float],
    ancestry: dict[str, float],
    adjusted: str,
    record: str,
    threads: int,
) -> None:
    relatives = read_table(pairs, table="qc/relatedness.tsv")
    unrelated = choose_core_samples(
        read_table(metrics, table="qc/sample_metrics.tsv"), relatives, **core
    )
    table, summary = adjust_kinship(
        Store(Path(store), read_arrays(set_aside)),
        pairs=relatives,
        pcs=read_table(pcs, table="qc/pcs.tsv"),
        components=read_json(components),
        unrelated=unrelated,
        options=KinshipOptions(**options),
        ancestry=AncestryOptions(**ancestry),
        threads=threads,
    )
    write_table(adjusted, table, table="qc/kinship_adjusted.tsv")
    write_json(record, summary, entry="qc/kinship_adjusted.json")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            store=snakemake.input.store,
            set_aside=snakemake.input.set_aside,
            metrics=snakemake.input.metrics,
            pairs=snakemake.input.pairs,
            pcs=snakemake.input.pcs,
            components=snakemake.input.components,
            core=snakemake.params.core,
            options=snakemake.params.options,
            ancestry=snakemake.params.ancestry,
            adjusted=snakemake.output.adjusted,
            record=snakemake.output.record,
            threads=snakemake.threads,
        )
