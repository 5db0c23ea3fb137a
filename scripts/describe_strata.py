"""Describe what distinguishes the strata."""

from genostrat.joblog import job_log
from genostrat.strata.cohort import layers_of
from genostrat.strata.description import describe_cohort
from genostrat.strata.evidence import Settings
from genostrat.tables import read_parquet, read_table, write_table


def main(
    *,
    samples,
    features,
    dictionary,
    assignments,
    characteristics,
    cohort,
    exclude,
    seed,
) -> None:
    sheet = read_table(samples, table="check/samples.tsv")
    assigned = read_table(assignments, table="strata/assignments.tsv")
    profile = read_parquet(features)
    table = describe_cohort(
        profile,
        sheet,
        assigned,
        layers=layers_of(
            read_table(dictionary, table="profile/features.tsv"),
            features=list(profile.columns[1:]),
        ),
        exclude=exclude,
        rng=Settings(ks=(), seed=seed, cohort=cohort).rng("description"),
    )
    write_table(characteristics, table, table="strata/characteristics.tsv")


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            samples=snakemake.input.samples,
            features=snakemake.input.features,
            dictionary=snakemake.input.dictionary,
            assignments=snakemake.input.assignments,
            characteristics=snakemake.output.characteristics,
            cohort=snakemake.wildcards.cohort,
            exclude=snakemake.params.exclude,
            seed=snakemake.params.seed,
        )
