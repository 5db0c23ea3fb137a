"""Cluster a cohort at every k and compare it with cohorts without groups."""

from genostrat.job import run_job
from genostrat.stats.effects import one_blas_thread
from genostrat.strata.cohort import prepare_cohort
from genostrat.strata.evidence.resampling import ResamplingPart
from genostrat.strata.handover import cluster_part, consensus_arrays, gather_parts
from genostrat.strata.settings import ClusteringSettings
from genostrat.tables import (
    read_arrays,
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
    coverage,
    unrelated,
    parts,
    k_selection,
    consensus,
    consensus_cdf,
    nulls,
    cohort,
    clustering,
    seed,
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
    done = [ResamplingPart.from_arrays(read_arrays(path)) for path in parts] or [
        cluster_part(prepared, threads=threads)
    ]
    selection, record = gather_parts(prepared, done)
    write_table(k_selection, selection.table, table="strata/k_selection.tsv")
    write_arrays(
        consensus,
        entry="strata/consensus.npz",
        **consensus_arrays(selection, prepared.sample_ids),
    )
    write_table(consensus_cdf, selection.distribution, table="strata/consensus_cdf.tsv")
    write_json(nulls, record, entry="strata/nulls.json")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            features=snakemake.input.features,
            dictionary=snakemake.input.dictionary,
            coverage=snakemake.input.coverage,
            unrelated=snakemake.input.get("unrelated") or None,
            parts=list(snakemake.input.get("parts", [])),
            k_selection=snakemake.output.k_selection,
            consensus=snakemake.output.consensus,
            consensus_cdf=snakemake.output.consensus_cdf,
            nulls=snakemake.output.nulls,
            cohort=snakemake.wildcards.cohort,
            seed=snakemake.params.seed,
            threads=snakemake.threads,
            clustering=snakemake.params.clustering,
        )
