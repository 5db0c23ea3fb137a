"""Write the page of who fits which study, without patients."""

from genostrat.job import run_job
from genostrat.report.studies.page import render_matches
from genostrat.tables import read_table, write_page


def main(*, cohort: str, counts: str, records: str, min_count: int, page: str) -> None:
    text = render_matches(
        cohort,
        counts=read_table(counts, table="studies/counts.tsv"),
        records=read_table(records, table="studies/records.tsv"),
        least=min_count,
    )
    write_page(page, text, entry="studies/matches.html")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            cohort=snakemake.wildcards.cohort,
            counts=snakemake.input.counts,
            records=snakemake.input.records,
            min_count=snakemake.params.min_count,
            page=snakemake.output.page,
        )
