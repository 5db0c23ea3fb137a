"""Summarise the variant calls of a cohort."""

from collections.abc import Mapping
from pathlib import Path

from genostrat.genotypes.store import Store
from genostrat.job import run_job
from genostrat.qc.kept import read_kept
from genostrat.tables import (
    read_arrays,
    read_lines,
    read_table,
    write_json,
    write_parquet,
    write_table,
)
from genostrat.variants.callset import summarise_callset


def main(
    *,
    store: str,
    irregular: str,
    tallies: str,
    sheet: str,
    sexes: str,
    ancestry: str,
    keep: str,
    unrelated: str,
    n_bins: int,
    threads: int,
    variants: str,
    summary: str,
    tables: Mapping[str, str],
) -> None:
    callset = summarise_callset(
        Store(Path(store)),
        irregular=read_arrays(irregular),
        tallies=read_arrays(tallies),
        sheet=read_table(sheet, table="check/samples.tsv"),
        sexes=read_table(sexes, table="qc/sex.tsv"),
        ancestry=read_table(ancestry, table="qc/ancestry.tsv"),
        keep=read_kept(keep),
        unrelated=read_lines(unrelated),
        n_bins=n_bins,
        threads=threads,
    )
    write_parquet(variants, callset.variants, entry="variants/variants.parquet")
    write_json(summary, callset.summary, entry="variants/summary.json")
    for name, path in tables.items():
        write_table(path, callset.tables[name], table=f"variants/{name}.tsv")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            store=snakemake.input.store,
            irregular=snakemake.input.irregular,
            tallies=snakemake.input.tallies,
            sheet=snakemake.input.sheet,
            sexes=snakemake.input.sexes,
            ancestry=snakemake.input.ancestry,
            keep=snakemake.input.keep,
            unrelated=snakemake.input.unrelated,
            n_bins=snakemake.params.n_bins,
            threads=snakemake.threads,
            variants=snakemake.output.variants,
            summary=snakemake.output.summary,
            tables={
                name: path
                for name, path in snakemake.output.items()
                if name not in ("variants", "summary")
            },
        )
