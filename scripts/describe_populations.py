"""Compare the genotypes of a cohort's centres and ancestry labels."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from genostrat.genotypes.store import Store
from genostrat.job import run_job
from genostrat.qc.kept import read_kept
from genostrat.tables import read_arrays, read_table, write_json, write_table
from genostrat.variants.populations.describe import Options, describe_populations


def main(
    *,
    store: str,
    set_aside: str,
    sheet: str,
    ancestry: str,
    unrelated: str,
    options: Mapping[str, Any],
    max_missing_rate: float,
    threads: int,
    fst: str,
    diversity: str,
    ld_decay: str,
    record: str,
) -> None:
    found = describe_populations(
        Store(Path(store), read_arrays(set_aside)),
        sheet=read_table(sheet, table="check/samples.tsv"),
        ancestry=read_table(ancestry, table="qc/ancestry.tsv"),
        unrelated=read_kept(unrelated),
        options=Options(max_missing_rate=max_missing_rate, **options),
        threads=threads,
    )
    write_table(fst, found.fst, table="variants/fst.tsv")
    write_table(diversity, found.diversity, table="variants/diversity.tsv")
    write_table(ld_decay, found.ld_decay, table="variants/ld_decay.tsv")
    write_json(record, found.record, entry="variants/populations.json")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            store=snakemake.input.store,
            set_aside=snakemake.input.set_aside,
            sheet=snakemake.input.sheet,
            ancestry=snakemake.input.ancestry,
            unrelated=snakemake.input.unrelated,
            options=snakemake.params.options,
            max_missing_rate=snakemake.params.max_missing_rate,
            threads=snakemake.threads,
            fst=snakemake.output.fst,
            diversity=snakemake.output.diversity,
            ld_decay=snakemake.output.ld_decay,
            record=snakemake.output.record,
        )
