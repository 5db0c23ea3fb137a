"""Read one piece of a cohort's genome into packed genotypes."""

from collections.abc import Mapping

from genostrat.genotypes.builds import BUILDS, load_markers
from genostrat.genotypes.ingest.fileset_pieces import read_fileset_piece
from genostrat.genotypes.ingest.pieces import (
    Region,
    read_piece,
)
from genostrat.genotypes.plink.filesets import inspect_fileset
from genostrat.genotypes.records import ReadOptions
from genostrat.genotypes.site_records import read_sites
from genostrat.genotypes.vcf.inspection import read_header
from genostrat.job import run_job
from genostrat.tables import read_json, read_lines


def main(
    *,
    record: str,
    genotyped: str,
    markers: str,
    sites: str | None,
    piece: int,
    filters: list[str],
    half_calls: str,
    absent_calls: str,
    keep_phase: bool,
    genotype_filters: list[str],
    limits: Mapping[str, int],
    annotations: bool,
    threads: int,
    folder: str,
) -> None:
    plan = read_json(record)
    regions = [Region(**region) for region in plan["pieces"][piece]]
    samples = read_lines(genotyped)
    options = ReadOptions(
        filters=frozenset(filters),
        half_calls=half_calls,
        absent_is_reference=absent_calls == "reference",
        build=BUILDS[plan["build_declared"]],
        markers=load_markers(markers),
        keep_phase=keep_phase,
        annotations=annotations,
        genotype_filters=frozenset(genotype_filters),
        **limits,
        sites=read_sites(sites) if sites else None,
    )
    if plan["source"] == "vcf":
        read_piece(
            regions,
            files=plan["files"],
            samples=samples,
            file_samples=[tuple(read_header(path).samples) for path in plan["files"]],
            options=options,
            folder=folder,
            n_threads=threads,
        )
    else:
        read_fileset_piece(
            regions,
            files=[inspect_fileset(path) for path in plan["files"]],
            samples=samples,
            options=options,
            folder=folder,
        )


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            record=snakemake.input.record,
            genotyped=snakemake.input.genotyped,
            markers=snakemake.input.markers,
            sites=snakemake.input.get("sites"),
            piece=int(snakemake.wildcards.piece),
            filters=snakemake.params.filters,
            half_calls=snakemake.params.half_calls,
            absent_calls=snakemake.params.absent_calls,
            keep_phase=snakemake.params.keep_phase,
            genotype_filters=snakemake.params.genotype_filters,
            limits=snakemake.params.limits,
            annotations=snakemake.params.annotations,
            threads=snakemake.threads,
            folder=snakemake.output.folder,
        )
