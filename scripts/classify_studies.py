"""Recognise stratified designs, and turn eligibility into criteria."""

from collections.abc import Collection

from genostrat.job import run_job
from genostrat.pgx.guidance.medications import read_synonyms
from genostrat.studies.criteria.medicines import index_names
from genostrat.studies.criteria.parsing import parse_record
from genostrat.studies.designs.classification import classify_records
from genostrat.studies.matching.ctml import write_ctml
from genostrat.studies.records.store import open_store
from genostrat.studies.selecting import is_matchable
from genostrat.studies.tables import tabulate_criteria, tabulate_designs
from genostrat.tables import write_json, write_table


def main(
    *,
    store: str,
    synonyms: str,
    match: str,
    statuses: Collection[str],
    processes: int,
    designs: str,
    criteria: str,
    ctml: str,
) -> None:
    names = index_names(read_synonyms(synonyms))
    # The store is read a time each, since the texts of all records need much memory.
    with open_store(store) as kept:
        texts = ((record.study_id, record.texts) for record in kept.read_current())
        labels = [found for _, found in classify_records(texts, processes=processes)]
        table = tabulate_designs(zip(kept.read_current(), labels, strict=True))
        wanted = [
            (record, parse_record(record, medicines=names))
            for record, found in zip(kept.read_current(), labels, strict=True)
            if is_matchable(record.status, found, match=match, statuses=statuses)
        ]
    write_table(designs, table, table="studies/designs.tsv")
    write_table(criteria, tabulate_criteria(wanted), table="studies/criteria.tsv")
    trials = [
        write_ctml(record.study_id, record.shown_title, parsed, is_open=True)
        for record, parsed in wanted
    ]
    write_json(ctml, trials, entry="studies/ctml.json")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            store=snakemake.input.store,
            synonyms=snakemake.input.synonyms,
            match=snakemake.params.match,
            statuses=snakemake.params.statuses,
            processes=snakemake.threads,
            designs=snakemake.output.designs,
            criteria=snakemake.output.criteria,
            ctml=snakemake.output.ctml,
        )
