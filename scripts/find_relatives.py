"""List the related pairs of a cohort."""

from pathlib import Path

from genostrat.genotypes.store import Store
from genostrat.joblog import job_log
from genostrat.qc.kinship import find_relatives, read_parents
from genostrat.tables import read_table, write_json, write_table


def main(
    *,
    store: str,
    sheet: str,
    min_kinship: float,
    min_sites: int,
    min_maf: float,
    max_missing_rate: float,
    pairs: str,
    record: str,
) -> None:
    table, n_sites = find_relatives(
        Store(Path(store)),
        min_kinship=min_kinship,
        min_sites=min_sites,
        min_maf=min_maf,
        max_missing_rate=max_missing_rate,
        parents=read_parents(read_table(sheet, table="check/samples.tsv")),
    )
    write_table(pairs, table, table="qc/relatedness.tsv")
    write_json(record, {"n_sites": n_sites, "assessable": n_sites >= min_sites})


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            store=snakemake.input.store,
            sheet=snakemake.input.sheet,
            min_kinship=snakemake.params.min_kinship,
            min_sites=snakemake.params.min_sites,
            min_maf=snakemake.params.min_maf,
            max_missing_rate=snakemake.params.max_missing_rate,
            pairs=snakemake.output.pairs,
            record=snakemake.output.record,
        )
