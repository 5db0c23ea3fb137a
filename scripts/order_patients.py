"""Order patients along the axis of a continuum, where there is one."""

from genostrat.job import run_job
from genostrat.strata.cohort import layers_of
from genostrat.strata.description.gradient import find_gradient
from genostrat.strata.handover import read_partition
from genostrat.strata.settings import ClusteringSettings
from genostrat.tables import (
    read_json,
    read_parquet,
    read_table,
    write_json,
    write_table,
)


def main(
    *,
    features,
    dictionary,
    k_selection,
    consensus,
    nulls,
    verdict,
    gradient,
    gradient_features,
    record,
    cohort,
    seed,
) -> None:
    profile = read_parquet(features)
    layers = layers_of(
        read_table(dictionary, table="profile/features.tsv"),
        features=list(profile.columns[1:]),
    )
    settings = ClusteringSettings(ks=(), seed=seed, cohort=cohort)
    found = find_gradient(
        profile,
        read_partition(k_selection, consensus, nulls),
        read_json(verdict),
        layers=layers,
        rng=settings.rng("gradient"),
    )
    write_table(gradient, found.positions, table="strata/gradient.tsv")
    write_table(gradient_features, found.features, table="strata/gradient_features.tsv")
    write_json(record, found.record, entry="strata/gradient.json")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            features=snakemake.input.features,
            dictionary=snakemake.input.dictionary,
            k_selection=snakemake.input.k_selection,
            consensus=snakemake.input.consensus,
            nulls=snakemake.input.nulls,
            verdict=snakemake.input.verdict,
            gradient=snakemake.output.gradient,
            gradient_features=snakemake.output.gradient_features,
            record=snakemake.output.record,
            cohort=snakemake.wildcards.cohort,
            seed=snakemake.params.seed,
        )
