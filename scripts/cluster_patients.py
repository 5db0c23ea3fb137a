"""Cluster a cohort at every k and compare it with cohorts without groups."""

from genostrat.joblog import job_log
from genostrat.strata.evidence import Settings
from genostrat.strata.handover import cluster_cohort, consensus_arrays
from genostrat.tables import (
    read_lines,
    read_parquet,
    read_table,
    write_arrays,
    write_json,
    write_table,
)


def main(
    *,
    features,
    dictionary,
    unrelated,
    k_selection,
    consensus,
    nulls,
    cohort,
    k_min,
    k_max,
    algorithm,
    resamples,
    resample_fraction,
    null_simulations,
    alpha,
    max_patients,
    seed,
    threads,
) -> None:
    selection, sample_ids, record = cluster_cohort(
        read_parquet(features),
        read_table(dictionary, table="profile/features.tsv"),
        unrelated=set(read_lines(unrelated)) if unrelated else None,
        settings=Settings(
            ks=tuple(range(k_min, k_max + 1)),
            algorithm=algorithm,
            resamples=resamples,
            fraction=resample_fraction,
            null_simulations=null_simulations,
            alpha=alpha,
            seed=seed,
            cohort=cohort,
        ),
        max_patients=max_patients,
        threads=threads,
    )
    write_table(k_selection, selection.table, table="strata/k_selection.tsv")
    write_arrays(consensus, private=True, **consensus_arrays(selection, sample_ids))
    write_json(nulls, record)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            features=snakemake.input.features,
            dictionary=snakemake.input.dictionary,
            unrelated=snakemake.input.get("unrelated") or None,
            k_selection=snakemake.output.k_selection,
            consensus=snakemake.output.consensus,
            nulls=snakemake.output.nulls,
            cohort=snakemake.wildcards.cohort,
            seed=snakemake.params.seed,
            threads=snakemake.threads,
            **snakemake.params.strata,
        )
