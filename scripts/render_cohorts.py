"""Set the answers of all cohorts of a run side by side."""

from collections.abc import Sequence

from genostrat.job import run_job
from genostrat.report.cohorts import render_cohorts


def main(*, summaries: Sequence[str], left_out: Sequence[str], page: str) -> None:
    render_cohorts(summaries, path=page, left_out=left_out)


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            summaries=snakemake.input.summaries,
            left_out=snakemake.params.left_out,
            page=snakemake.output.page,
        )
