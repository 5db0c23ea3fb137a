"""Describe what distinguishes the strata."""

from genostrat.job import run_job
from genostrat.sheets.gene_sets import read_all_gene_sets
from genostrat.strata.cohort import layers_of
from genostrat.strata.description.enrichment import enrich_strata
from genostrat.strata.description.table import describe_cohort
from genostrat.strata.partition import features_in_focus
from genostrat.strata.settings import ClusteringSettings
from genostrat.tables import read_json, read_parquet, read_table, write_table


def main(
    *,
    samples,
    features,
    dictionary,
    assignments,
    nulls,
    gene_sets,
    characteristics,
    enrichment,
    cohort,
    exclude,
    min_set_members,
    max_set_members,
    seed,
) -> None:
    sheet = read_table(samples, table="check/samples.tsv")
    assigned = read_table(assignments, table="strata/assignments.tsv")
    profile = read_parquet(features)
    names = list(profile.columns[1:])
    layers = layers_of(
        read_table(dictionary, table="profile/features.tsv"), features=names
    )
    focus = features_in_focus(read_json(nulls), names)
    settings = ClusteringSettings(ks=(), seed=seed, cohort=cohort)
    table = describe_cohort(
        profile,
        sheet,
        assigned,
        layers=layers,
        focus=focus,
        exclude=exclude,
        rng=settings.rng("description"),
    )
    sets = enrich_strata(
        profile,
        assigned,
        layers=layers,
        gene_sets=read_all_gene_sets(gene_sets),
        sizes=(min_set_members, max_set_members),
        rng=settings.rng("enrichment"),
        focus=focus,
    )
    write_table(characteristics, table, table="strata/characteristics.tsv")
    write_table(enrichment, sets, table="strata/enrichment.tsv")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            samples=snakemake.input.samples,
            features=snakemake.input.features,
            dictionary=snakemake.input.dictionary,
            assignments=snakemake.input.assignments,
            nulls=snakemake.input.nulls,
            gene_sets=list(snakemake.input.gene_sets),
            characteristics=snakemake.output.characteristics,
            enrichment=snakemake.output.enrichment,
            cohort=snakemake.wildcards.cohort,
            exclude=snakemake.params.exclude,
            seed=snakemake.params.seed,
            **snakemake.params.strata,
        )
