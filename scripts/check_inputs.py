"""Check everything a cohort names before anything is computed."""

from collections.abc import Mapping
from typing import Any

from genostrat.genotypes.builds import load_markers
from genostrat.intake.cohort import check_cohort
from genostrat.joblog import job_log, warn_of
from genostrat.tables import write_json, write_lines, write_table


def main(
    *,
    cohort: Mapping[str, Any],
    n_pieces: int,
    markers: str,
    sheet: str,
    overrides: str,
    genotyped: str,
    record: str,
) -> None:
    intake = check_cohort(**cohort, n_pieces=n_pieces, markers=load_markers(markers))
    write_table(sheet, intake.sheet.frame, table="check/samples.tsv")
    write_table(overrides, intake.overrides, table="check/overrides.tsv")
    write_lines(genotyped, intake.genotyped, entry="check/genotyped.txt")
    write_json(record, intake.record, entry="check/inputs.json")
    warn_of(intake.record["warnings"])


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            cohort=snakemake.params.cohort,
            n_pieces=snakemake.params.n_pieces,
            markers=snakemake.input.markers,
            sheet=snakemake.output.sheet,
            overrides=snakemake.output.overrides,
            genotyped=snakemake.output.genotyped,
            record=snakemake.output.record,
        )
