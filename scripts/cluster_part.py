"""Cluster a share of a cohort's resamples, and of the cohorts without groups."""

from genostrat.job import run_job
from genostrat.stats.effects import one_blas_thread
from genostrat.strata.cohort import prepare_cohort
from genostrat.strata.handover import cluster_part
from genostrat.strata.settings import ClusteringSettings
from genostrat.tables import read_lines, read_parquet, read_table, write_arrays


def main(
    *,
    features,
    dictionary,
    coverage,
    unrelated,
    arrays,
    cohort,
    clustering,
    seed,
    part,
    parts,
    threads,
) -> None:
    settings = ClusteringSettings.from_config(clustering, seed=seed, cohort=cohort)
    with one_blas_thread():
        prepared = prepare_cohort(
            read_parquet(features),
            read_table(dictionary, table="profile/features.tsv"),
            read_table(coverage, table="profile/coverage.tsv"),
            unrelated=set(read_lines(unrelated)) if unrelated else None,
            settings=settings,
        )
    found = cluster_part(prepared, part=part, parts=parts, threads=threads)
    write_arrays(arrays, entry="strata/parts/<part>.npz", **found.to_arrays())


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            features=snakemake.input.features,
            dictionary=snakemake.input.dictionary,
            coverage=snakemake.input.coverage,
            unrelated=snakemake.input.get("unrelated") or None,
            arrays=snakemake.output.arrays,
            cohort=snakemake.wildcards.cohort,
            seed=snakemake.params.seed,
            part=int(snakemake.wildcards.part),
            parts=snakemake.params.parts,
            threads=snakemake.threads,
            clustering=snakemake.params.clustering,
        )
