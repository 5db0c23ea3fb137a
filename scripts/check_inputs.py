"""Check everything a cohort names before anything is computed."""

import logging
from collections.abc import Mapping
from typing import Any

from genostrat.genotypes.builds import load_markers
from genostrat.intake.cohort import check_cohort
from genostrat.intake.summary import describe_intake
from genostrat.intake.verification import verify_written
from genostrat.job import run_job
from genostrat.joblog import tell, warn_of
from genostrat.sheets.contract.resolved import STAGES, columns_of_stage
from genostrat.tables import write_json, write_lines, write_table

log = logging.getLogger("genostrat")


def main(
    *,
    request: Mapping[str, Any],
    n_pieces: int,
    markers: str,
    sheet: str,
    overrides: str,
    genotyped: str,
    record: str,
    reading: str,
    columns: Mapping[str, str],
) -> None:
    intake = check_cohort(request, n_pieces=n_pieces, markers=load_markers(markers))
    for line in describe_intake(intake.record):
        tell(log, line)
    write_table(sheet, intake.sheet.frame, table="check/samples.tsv")
    verify_written(sheet, intake.sheet.frame)
    write_table(overrides, intake.overrides, table="check/overrides.tsv")
    write_lines(genotyped, intake.genotyped, entry="check/genotyped.txt")
    write_json(record, intake.record, entry="check/inputs.json")
    write_json(reading, intake.reading, entry="check/genotypes.json")
    for stage, path in columns.items():
        write_json(
            path,
            columns_of_stage(intake.sheet.columns, stage),
            entry=f"check/columns/{stage}.json",
        )
    warn_of(intake.record["warnings"])


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            request=snakemake.params.request,
            n_pieces=snakemake.params.n_pieces,
            markers=snakemake.input.markers,
            sheet=snakemake.output.sheet,
            overrides=snakemake.output.overrides,
            genotyped=snakemake.output.genotyped,
            record=snakemake.output.record,
            reading=snakemake.output.reading,
            columns={stage: snakemake.output[stage] for stage in STAGES},
        )
