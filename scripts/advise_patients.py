"""Say what guidelines advise on each drug, and which medicines patients take."""

from genostrat.joblog import job_log
from genostrat.pgx.guidance.drugs import gather_drugs
from genostrat.pgx.guidance.medications import (
    gather_names,
    match_medications,
    read_synonyms,
)
from genostrat.pgx.guidance.patients import COLUMNS, advise_patients
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.qc.kept import read_kept
from genostrat.tables import read_table, write_table


def main(
    *,
    diplotypes: str,
    samples: str,
    keep: str,
    synonyms: str,
    guidance: str,
    medications: str,
    source: str,
    build: str,
) -> None:
    known = load_knowledge(source, build=build)
    kept = read_kept(keep)
    matched = match_medications(
        read_table(samples, table="check/samples.tsv"),
        keep=kept,
        names=gather_names(
            [drug.name for drug in gather_drugs(known)],
            synonyms=read_synonyms(synonyms),
        ),
    )
    advised = advise_patients(
        read_table(diplotypes, table="pgx/diplotypes.tsv", columns=COLUMNS),
        knowledge=known,
        keep=kept,
        taken=matched.taken,
    )
    write_table(guidance, advised, table="pgx/guidance.tsv")
    write_table(medications, matched.table, table="pgx/medications.tsv")


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            diplotypes=snakemake.input.diplotypes,
            samples=snakemake.input.samples,
            keep=snakemake.input.keep,
            synonyms=snakemake.input.synonyms,
            guidance=snakemake.output.guidance,
            medications=snakemake.output.medications,
            source=snakemake.params.source,
            build=snakemake.params.build,
        )
