"""List the related pairs of a cohort."""

from pathlib import Path

from genostrat.genotypes.store import Store
from genostrat.job import run_job
from genostrat.qc.relatedness.kinship import KinshipOptions, find_relatives
from genostrat.sheets.pedigree import read_pedigree
from genostrat.tables import read_arrays, read_table, write_json, write_table


def main(
    *,
    store: str,
    set_aside: str,
    sheet: str,
    options: dict[str, float],
    pairs: str,
    record: str,
    threads: int,
) -> None:
    table, summary = find_relatives(
        Store(Path(store), read_arrays(set_aside)),
        options=KinshipOptions(**options),
        pedigree=read_pedigree(read_table(sheet, table="check/samples.tsv")),
        threads=threads,
    )
    write_table(pairs, table, table="qc/relatedness.tsv")
    write_json(record, summary, entry="qc/relatedness.json")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            store=snakemake.input.store,
            set_aside=snakemake.input.set_aside,
            sheet=snakemake.input.sheet,
            options=snakemake.params.options,
            pairs=snakemake.output.pairs,
            record=snakemake.output.record,
            threads=snakemake.threads,
        )
