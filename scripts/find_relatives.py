"""List the related pairs of a cohort."""

from pathlib import Path

from genostrat.genotypes.store import Store
from genostrat.job import run_job
from genostrat.qc.mixtures import list_suspects
from genostrat.qc.relatedness.kinship import KinshipOptions, find_relatives
from genostrat.qc.relatedness.relationships import mark_doubtful
from genostrat.sheets.pedigree import read_pedigree
from genostrat.tables import read_arrays, read_table, write_json, write_table


def main(
    *,
    store: str,
    set_aside: str,
    sheet: str,
    metrics: str,
    mixtures: str,
    options: dict[str, float],
    max_contamination: float,
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
    suspects = list_suspects(
        read_table(mixtures, table="qc/mixtures.tsv"),
        read_table(metrics, table="qc/sample_metrics.tsv"),
        max_contamination=max_contamination,
    )
    table = mark_doubtful(table, suspects)
    write_table(pairs, table, table="qc/relatedness.tsv")
    write_json(record, summary, entry="qc/relatedness.json")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            store=snakemake.input.store,
            set_aside=snakemake.input.set_aside,
            sheet=snakemake.input.sheet,
            metrics=snakemake.input.metrics,
            mixtures=snakemake.input.mixtures,
            options=snakemake.params.options,
            max_contamination=snakemake.params.max_contamination,
            pairs=snakemake.output.pairs,
            record=snakemake.output.record,
            threads=snakemake.threads,
        )
