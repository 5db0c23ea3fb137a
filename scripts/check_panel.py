"""Check a reference panel's files before anything is computed from them."""

from collections.abc import Mapping
from typing import Any

from genostrat.genotypes.builds import load_markers
from genostrat.job import run_job
from genostrat.qc.panel.files import check_panel
from genostrat.tables import write_json, write_lines, write_table


def main(
    *,
    panel: Mapping[str, Any],
    build: str,
    n_pieces: int,
    markers: str,
    sheet: str,
    genotyped: str,
    record: str,
) -> None:
    intake = check_panel(
        panel=panel, build=build, n_pieces=n_pieces, markers=load_markers(markers)
    )
    write_table(sheet, intake.people, table="panel/samples.tsv")
    write_lines(genotyped, intake.people["sample_id"], entry="panel/genotyped.txt")
    write_json(record, intake.record, entry="panel/inputs.json")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            panel=snakemake.params.panel,
            build=snakemake.params.build,
            n_pieces=snakemake.params.n_pieces,
            markers=snakemake.input.markers,
            sheet=snakemake.output.sheet,
            genotyped=snakemake.output.genotyped,
            record=snakemake.output.record,
        )
