"""Score every sample for DNA of a second person, by genotypes alone."""

from pathlib import Path

from genostrat.genotypes.store import Store
from genostrat.job import run_job
from genostrat.qc.components.ancestry import AncestryOptions
from genostrat.qc.mixtures import find_mixtures
from genostrat.tables import read_arrays, read_table, write_table


def main(
    *,
    store: str,
    set_aside: str,
    metrics: str,
    core: dict[str, float],
    options: dict[str, float],
    mixtures: str,
    threads: int,
) -> None:
    table = find_mixtures(
        Store(Path(store), read_arrays(set_aside)),
        read_table(metrics, table="qc/sample_metrics.tsv"),
        options=AncestryOptions(**options),
        threads=threads,
        **core,
    )
    write_table(mixtures, table, table="qc/mixtures.tsv")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            store=snakemake.input.store,
            set_aside=snakemake.input.set_aside,
            metrics=snakemake.input.metrics,
            core=snakemake.params.core,
            options=snakemake.params.options,
            mixtures=snakemake.output.mixtures,
            threads=snakemake.threads,
        )
