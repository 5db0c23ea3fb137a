"""Write the page of what several centres say together."""

from genostrat.job import run_job
from genostrat.report.centres.page import render_coordination
from genostrat.tables import read_json, read_table, write_page


def main(*, record: str, effects: str, phenotypes: str, strata: str, page: str) -> None:
    text = render_coordination(
        read_json(record)["bundles"],
        effects=read_table(effects, table="coordinate/effects.tsv"),
        phenotypes=read_table(phenotypes, table="coordinate/phenotypes.tsv"),
        strata=read_table(strata, table="coordinate/strata.tsv"),
    )
    write_page(page, text, entry="coordinate/page.html")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            record=snakemake.input.record,
            effects=snakemake.input.effects,
            phenotypes=snakemake.input.phenotypes,
            strata=snakemake.input.strata,
            page=snakemake.output.page,
        )
