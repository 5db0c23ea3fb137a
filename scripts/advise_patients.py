"""Say what guidelines advise on each drug, and which medicines patients take."""

from collections.abc import Sequence

from genostrat.job import run_job
from genostrat.pgx.guidance.calls import COLUMNS
from genostrat.pgx.guidance.medications import (
    gather_names,
    match_medications,
    read_synonyms,
)
from genostrat.pgx.guidance.patients import Cohort, advise_patients
from genostrat.pgx.guidance.phenoconversion import read_interactions
from genostrat.pgx.guidance.sources.loading import load_guidance
from genostrat.pgx.guidance.warfarin import read_clinical
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.qc.kept import read_kept
from genostrat.tables import read_table, write_table


def main(
    *,
    diplotypes: str,
    samples: str,
    keep: str,
    synonyms: str,
    interactions: str,
    guidance: str,
    medications: str,
    source: str,
    build: str,
    guidelines: Sequence[str],
) -> None:
    advised_on = load_guidance(guidelines)
    kept = read_kept(keep)
    sheet = read_table(samples, table="check/samples.tsv")
    interacting = read_interactions(interactions)
    matched = match_medications(
        sheet,
        keep=kept,
        names=gather_names(
            advised_on.drugs,
            interacting=interacting.medicines,
            synonyms=read_synonyms(synonyms),
        ),
    )
    advised = advise_patients(
        read_table(diplotypes, table="pgx/diplotypes.tsv", columns=COLUMNS),
        guidance=advised_on,
        knowledge=load_knowledge(source, build=build),
        cohort=Cohort(
            keep=kept,
            taken=matched.taken,
            interactions=interacting,
            clinical=read_clinical(sheet, kept),
        ),
    )
    write_table(guidance, advised, table="pgx/guidance.tsv")
    write_table(medications, matched.table, table="pgx/medications.tsv")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            diplotypes=snakemake.input.diplotypes,
            samples=snakemake.input.samples,
            keep=snakemake.input.keep,
            synonyms=snakemake.input.synonyms,
            interactions=snakemake.input.interactions,
            guidance=snakemake.output.guidance,
            medications=snakemake.output.medications,
            source=snakemake.params.source,
            build=snakemake.params.build,
            guidelines=snakemake.params.guidelines,
        )
