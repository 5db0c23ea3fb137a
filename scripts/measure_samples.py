"""Compute the metrics and the sex of every sample."""

from pathlib import Path

from genostrat.genotypes.builds import BUILDS
from genostrat.genotypes.store import Store
from genostrat.job import run_job
from genostrat.qc.identity.sex import SexThresholds, infer_sex
from genostrat.qc.metrics import measure_samples
from genostrat.tables import read_arrays, read_table, write_table


def main(
    *,
    store: str,
    set_aside: str,
    read_metrics: str,
    sheet: str,
    build: str,
    thresholds: dict[str, float],
    min_sites_contamination: int,
    metrics: str,
    sex: str,
    threads: int,
) -> None:
    genotypes = Store(Path(store), read_arrays(set_aside))
    patients = read_table(sheet, table="check/samples.tsv")
    reads = read_table(read_metrics, table="genotypes/read_metrics.tsv")
    table = measure_samples(
        genotypes,
        reads,
        min_sites_contamination=min_sites_contamination,
        threads=threads,
    )
    inferred = infer_sex(
        genotypes,
        patients.set_index("sample_id")["sex"],
        reads,
        build=BUILDS[build],
        thresholds=SexThresholds(**thresholds),
    )
    write_table(metrics, table, table="qc/sample_metrics.tsv")
    write_table(sex, inferred, table="qc/sex.tsv")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            store=snakemake.input.store,
            set_aside=snakemake.input.set_aside,
            read_metrics=snakemake.input.read_metrics,
            sheet=snakemake.input.sheet,
            build=snakemake.params.build,
            thresholds=snakemake.params.thresholds,
            min_sites_contamination=snakemake.params.min_sites_contamination,
            metrics=snakemake.output.metrics,
            sex=snakemake.output.sex,
            threads=snakemake.threads,
        )
