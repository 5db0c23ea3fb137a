"""Hold the patients of a cohort against the criteria of studies."""

from collections.abc import Collection, Mapping, Sequence

from genostrat.job import run_job
from genostrat.pgx.guidance.medications import read_synonyms
from genostrat.sheets.alterations import read_alterations
from genostrat.studies.criteria.medicines import index_names
from genostrat.studies.matching.cohort import build_patients
from genostrat.studies.matching.ctml_files import read_ctml_files
from genostrat.studies.matching.table import match_studies
from genostrat.studies.records.store import open_store
from genostrat.studies.selecting import select_studies
from genostrat.tables import read_json, read_table, write_table


def main(
    *,
    sheet: str,
    store: str,
    records: str,
    designs: str,
    synonyms: str,
    ctml: Sequence[str],
    alterations: str | None,
    diplotypes: str | None,
    assignments: str | None,
    verdict: str | None,
    columns: Mapping[str, str],
    match: str,
    statuses: Collection[str],
    min_count: int,
    matches: str,
    volunteers: str,
    counts: str,
) -> None:
    frame = read_table(sheet, table="check/samples.tsv")
    names = index_names(read_synonyms(synonyms))
    results = []
    if alterations:
        results, _ = read_alterations(alterations, samples=set(frame["sample_id"]))
    patients = build_patients(
        frame,
        columns=columns,
        names=names,
        results=results,
        diplotypes=read_table(diplotypes, table="pgx/diplotypes.tsv")
        if diplotypes
        else None,
        assignments=read_table(assignments, table="strata/assignments.tsv")
        if assignments
        else None,
        verdict=read_json(verdict)["verdict"] if verdict else "",
    )
    with open_store(store) as kept:
        studies = select_studies(
            kept.read_current(),
            trials=read_ctml_files(ctml)[0],
            known=read_table(records, table="studies/records.tsv"),
            designs=read_table(designs, table="studies/designs.tsv"),
            match=match,
            statuses=statuses,
            medicines=names,
        )
        found, agreed, counted = match_studies(studies, patients, least=min_count)
    write_table(matches, found, table="studies/matches.tsv")
    write_table(volunteers, agreed, table="studies/volunteers.tsv")
    write_table(counts, counted, table="studies/counts.tsv")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            sheet=snakemake.input.sheet,
            store=snakemake.input.store,
            records=snakemake.input.records,
            designs=snakemake.input.designs,
            synonyms=snakemake.input.synonyms,
            ctml=snakemake.input.ctml,
            alterations=snakemake.params.alterations,
            diplotypes=snakemake.input.get("diplotypes") or None,
            assignments=snakemake.input.get("assignments") or None,
            verdict=snakemake.input.get("verdict") or None,
            columns=snakemake.params.columns,
            match=snakemake.params.match,
            statuses=snakemake.params.statuses,
            min_count=snakemake.params.min_count,
            matches=snakemake.output.matches,
            volunteers=snakemake.output.volunteers,
            counts=snakemake.output.counts,
        )
