"""Say how far apart the strata are in their genotypes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from genostrat.genotypes.store import Store
from genostrat.job import run_job
from genostrat.tables import read_arrays, read_lines, read_table, write_table
from genostrat.variants.populations.describe import Options, compare_strata


def main(
    *,
    store: str,
    set_aside: str,
    assignments: str,
    unrelated: str,
    options: Mapping[str, Any],
    max_missing_rate: float,
    threads: int,
    fst: str,
) -> None:
    table = compare_strata(
        Store(Path(store), read_arrays(set_aside)),
        assignments=read_table(assignments, table="strata/assignments.tsv"),
        unrelated=read_lines(unrelated),
        options=Options(max_missing_rate=max_missing_rate, **options),
        threads=threads,
    )
    write_table(fst, table, table="strata/fst.tsv")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            store=snakemake.input.store,
            set_aside=snakemake.input.set_aside,
            assignments=snakemake.input.assignments,
            unrelated=snakemake.input.unrelated,
            options=snakemake.params.options,
            max_missing_rate=snakemake.params.max_missing_rate,
            threads=snakemake.threads,
            fst=snakemake.output.fst,
        )
