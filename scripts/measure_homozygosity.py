"""Find the runs of homozygosity of every sample."""

from pathlib import Path

from genostrat.genotypes.store import Store
from genostrat.job import run_job
from genostrat.qc.homozygosity.table import measure_homozygosity
from genostrat.tables import (
    read_arrays,
    read_lines,
    read_table,
    write_json,
    write_table,
)


def main(
    *,
    store: str,
    set_aside: str,
    ancestry: str,
    unrelated: str,
    max_missing_rate: float,
    max_mads: float,
    threads: int,
    samples: str,
    runs: str,
    record: str,
) -> None:
    found = measure_homozygosity(
        Store(Path(store), read_arrays(set_aside)),
        ancestry=read_table(ancestry, table="qc/ancestry.tsv"),
        unrelated=read_lines(unrelated),
        max_missing_rate=max_missing_rate,
        max_mads=max_mads,
        threads=threads,
    )
    write_table(samples, found.samples, table="qc/roh.tsv")
    write_table(runs, found.runs, table="qc/roh_runs.tsv")
    write_json(record, found.record, entry="qc/roh.json")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            store=snakemake.input.store,
            set_aside=snakemake.input.set_aside,
            ancestry=snakemake.input.ancestry,
            unrelated=snakemake.input.unrelated,
            max_missing_rate=snakemake.params.max_missing_rate,
            max_mads=snakemake.params.max_mads,
            threads=snakemake.threads,
            samples=snakemake.output.samples,
            runs=snakemake.output.runs,
            record=snakemake.output.record,
        )
