"""Summarise the variant calls of the samples kept."""

from pathlib import Path

from genostrat.genotypes.store import Store
from genostrat.joblog import job_log
from genostrat.tables import read_lines, write_json, write_parquet, write_table
from genostrat.variants.summary import (
    bin_spectrum,
    summarise_variants,
    tabulate_variants,
)


def main(
    *,
    store: str,
    keep: str,
    n_bins: int,
    variants: str,
    summary: str,
    spectrum: str,
) -> None:
    table = tabulate_variants(Store(Path(store)), keep=read_lines(keep))
    write_parquet(variants, table, private=True)
    write_json(summary, summarise_variants(table))
    write_table(
        spectrum, bin_spectrum(table, n_bins=n_bins), table="variants/spectrum.tsv"
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            store=snakemake.input.store,
            keep=snakemake.input.keep,
            n_bins=snakemake.params.n_bins,
            variants=snakemake.output.variants,
            summary=snakemake.output.summary,
            spectrum=snakemake.output.spectrum,
        )
