"""Count how the portfolio grows, find what slips, and tell what is new."""

from genostrat.job import run_job
from genostrat.studies.portfolio.specialties import read_champions, read_specialties
from genostrat.studies.portfolio.watching import (
    build_feed,
    count_growth,
    find_all_slips,
    gather_studies,
)
from genostrat.studies.records.store import open_store
from genostrat.studies.tables import tabulate_growth, tabulate_slips
from genostrat.tables import read_table, write_json, write_table


def main(
    *,
    store: str,
    records: str,
    designs: str,
    champions: str,
    specialty_words: str,
    growth: str,
    slips: str,
    feed: str,
) -> None:
    known = read_table(records, table="studies/records.tsv")
    labels = read_table(designs, table="studies/designs.tsv")
    names = list(read_specialties(specialty_words))
    told = read_champions(champions, specialties=names) if champions else {}
    with open_store(store) as kept:
        studies = gather_studies(kept.read_current(), known, labels)
        changes = {(c.register, c.study_id): c.what for c in kept.read_changes()}
        found = find_all_slips(kept, studies)
    write_table(
        growth, tabulate_growth(count_growth(studies)), table="studies/growth.tsv"
    )
    write_table(slips, tabulate_slips(found), table="studies/slips.tsv")
    evidence = {
        (row.register, row.study_id): row.evidence for row in labels.itertuples()
    }
    write_json(
        feed,
        build_feed(studies, changes=changes, evidence=evidence, champions=told),
        entry="studies/feed.json",
    )


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            store=snakemake.input.store,
            records=snakemake.input.records,
            designs=snakemake.input.designs,
            champions=snakemake.params.champions,
            specialty_words=snakemake.input.specialties,
            growth=snakemake.output.growth,
            slips=snakemake.output.slips,
            feed=snakemake.output.feed,
        )
