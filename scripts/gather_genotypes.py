"""Join the pieces of a cohort's genome into its genotype store."""

from collections.abc import Mapping

from genostrat.genotypes.ingest.calls import (
    build_store,
)
from genostrat.genotypes.site_records import write_site_records
from genostrat.job import run_job
from genostrat.joblog import warn_of
from genostrat.tables import (
    read_json,
    read_lines,
    read_table,
    write_arrays,
    write_json,
    write_table,
)


def main(
    *,
    record: str,
    genotyped: str,
    sheet: str,
    pieces: list[str],
    absent_calls: str,
    limits: Mapping[str, int],
    store: str,
    ingest: str,
    metrics: str,
    tallies: str,
    irregular: str,
    reads: str | None,
    site_records: str | None,
) -> None:
    intake = read_json(record)
    summary, gathered = build_store(
        pieces,
        intake=intake,
        samples=read_lines(genotyped),
        sheet=read_table(sheet, table="check/samples.tsv"),
        absent_calls=absent_calls,
        limits=limits,
        store=store,
    )
    write_table(metrics, gathered.metrics, table="genotypes/read_metrics.tsv")
    known = {} if gathered.tallies is None else gathered.tallies.to_arrays()
    write_arrays(tallies, entry="genotypes/tallies.npz", **known)
    write_arrays(irregular, entry="genotypes/irregular.npz", **gathered.irregular)
    if reads:
        write_arrays(reads, entry="genotypes/variant_reads.npz", **gathered.reads)
    if site_records and gathered.site_records is not None:
        write_site_records(site_records, gathered.site_records)
    write_json(ingest, summary, entry="genotypes/ingest.json")
    warn_of(text for text in summary["warnings"] if text not in intake["warnings"])


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            record=snakemake.input.record,
            genotyped=snakemake.input.genotyped,
            sheet=snakemake.input.sheet,
            pieces=snakemake.input.pieces,
            absent_calls=snakemake.params.absent_calls,
            limits=snakemake.params.limits,
            store=snakemake.output.store,
            ingest=snakemake.output.ingest,
            metrics=snakemake.output.metrics,
            tallies=snakemake.output.tallies,
            irregular=snakemake.output.irregular,
            reads=snakemake.output.get("reads"),
            site_records=snakemake.output.get("site_records"),
        )
