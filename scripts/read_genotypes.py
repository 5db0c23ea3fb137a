"""Read one piece of a cohort's genome into packed genotypes."""

from genostrat.genotypes.builds import BUILDS, load_markers
from genostrat.genotypes.ingestion import Region, read_piece
from genostrat.genotypes.inspection import inspect_vcf
from genostrat.genotypes.records import ReadOptions
from genostrat.joblog import job_log
from genostrat.tables import read_json, read_lines


def main(
    *,
    record: str,
    genotyped: str,
    markers: str,
    piece: int,
    filters: list[str],
    half_calls: str,
    absent_calls: str,
    folder: str,
) -> None:
    plan = read_json(record)
    read_piece(
        [Region(**region) for region in plan["pieces"][piece]],
        files=plan["files"],
        samples=read_lines(genotyped),
        file_samples=[inspect_vcf(path).samples for path in plan["files"]],
        options=ReadOptions(
            filters=frozenset(filters),
            half_calls=half_calls,
            absent_is_reference=absent_calls == "reference",
            build=BUILDS[plan["build_declared"]],
            markers=load_markers(markers),
        ),
        folder=folder,
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            record=snakemake.input.record,
            genotyped=snakemake.input.genotyped,
            markers=snakemake.input.markers,
            piece=int(snakemake.wildcards.piece),
            filters=snakemake.params.filters,
            half_calls=snakemake.params.half_calls,
            absent_calls=snakemake.params.absent_calls,
            folder=snakemake.output.folder,
        )
