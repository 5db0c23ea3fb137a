"""Compare the strata with what other choices give, and with labels known before."""

from dataclasses import replace

from genostrat.job import run_job
from genostrat.strata.clustering.focus import layers_in_focus
from genostrat.strata.cohort import layers_of, measured_layers
from genostrat.strata.description.comparison import (
    compare_groupings,
    count_labels,
    label_groupings,
    other_groupings,
    strata_grouping,
    tabulate_groupings,
)
from genostrat.strata.handover import read_partition
from genostrat.strata.partition import values_of
from genostrat.strata.settings import ClusteringSettings
from genostrat.tables import read_parquet, read_table, write_table


def main(
    *,
    samples,
    features,
    dictionary,
    coverage,
    k_selection,
    consensus,
    nulls,
    assignments,
    partitions,
    agreement,
    label_counts,
    cohort,
    labels,
    clustering,
    seed,
) -> None:
    sheet = read_table(samples, table="check/samples.tsv")
    profile = read_parquet(features)
    settings = ClusteringSettings.from_config(clustering, seed=seed, cohort=cohort)
    best = read_partition(k_selection, consensus, nulls)
    names = list(profile.columns[1:])
    layers = layers_in_focus(
        layers_of(read_table(dictionary, table="profile/features.tsv"), features=names),
        best.among(names),
    )
    measured = measured_layers(
        read_table(coverage, table="profile/coverage.tsv"), sample_ids=best.sample_ids
    )
    strata = strata_grouping(
        read_table(assignments, table="strata/assignments.tsv"),
        sample_ids=best.sample_ids,
        labels=best.labels,
    )
    known = label_groupings(sheet, labels=labels)
    others = other_groupings(
        values_of(profile, best.sample_ids),
        sample_ids=best.sample_ids,
        layers=layers,
        measured={layer: measured[layer] for layer in measured if layer in layers},
        k=best.k,
        settings=replace(settings, ks=(best.k,)),
    )
    groupings = [strata, *others, *known]
    table = tabulate_groupings(groupings, sample_ids=sheet["sample_id"].tolist())
    write_table(partitions, table, table="strata/partitions.tsv")
    write_table(agreement, compare_groupings(groupings), table="strata/agreement.tsv")
    write_table(
        label_counts, count_labels(strata, known), table="strata/label_counts.tsv"
    )


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            samples=snakemake.input.samples,
            features=snakemake.input.features,
            dictionary=snakemake.input.dictionary,
            coverage=snakemake.input.coverage,
            k_selection=snakemake.input.k_selection,
            consensus=snakemake.input.consensus,
            nulls=snakemake.input.nulls,
            assignments=snakemake.input.assignments,
            partitions=snakemake.output.partitions,
            agreement=snakemake.output.agreement,
            label_counts=snakemake.output.label_counts,
            cohort=snakemake.wildcards.cohort,
            labels=snakemake.params.labels,
            seed=snakemake.params.seed,
            clustering=snakemake.params.clustering,
        )
