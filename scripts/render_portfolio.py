"""Write the page of the portfolio, and a page in plain words for each study."""

from genostrat.job import run_job
from genostrat.report.studies.lay import render_lay_pages
from genostrat.report.studies.page import render_portfolio
from genostrat.studies.records.store import open_store
from genostrat.tables import read_json, read_table, write_page


def main(
    *,
    store: str,
    reading: str,
    records: str,
    changes: str,
    designs: str,
    criteria: str,
    growth: str,
    slips: str,
    page: str,
    lay: str,
) -> None:
    known = read_table(records, table="studies/records.tsv")
    labels = read_table(designs, table="studies/designs.tsv")
    with open_store(store) as kept:
        summaries = {
            (one.register, one.study_id): one.summary for one in kept.read_current()
        }
    text = render_portfolio(
        reading=read_json(reading),
        records=known,
        designs=labels,
        growth=read_table(growth, table="studies/growth.tsv"),
        slips=read_table(slips, table="studies/slips.tsv"),
        changes=read_table(changes, table="studies/changes.tsv"),
    )
    write_page(page, text, entry="studies/portfolio.html")
    render_lay_pages(
        lay,
        records=known,
        summaries=summaries,
        designs=labels,
        criteria=read_table(criteria, table="studies/criteria.tsv"),
    )


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            store=snakemake.input.store,
            reading=snakemake.input.reading,
            records=snakemake.input.records,
            changes=snakemake.input.changes,
            designs=snakemake.input.designs,
            criteria=snakemake.input.criteria,
            growth=snakemake.input.growth,
            slips=snakemake.input.slips,
            page=snakemake.output.page,
            lay=snakemake.output.lay,
        )
