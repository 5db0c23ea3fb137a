"""Render a cohort's report, its summary for machines, and its provenance."""

from collections.abc import Mapping, Sequence
from typing import Any

from genostrat.job import run_job
from genostrat.report.render import render_report


def main(
    *,
    files: Sequence[str],
    inputs: Sequence[str],
    outputs: Mapping[str, str],
    cohort: str,
    settings: Mapping[str, Any],
) -> None:
    render_report(files, **outputs, cohort=cohort, settings=settings, inputs=inputs)


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            files=list(snakemake.input.tables),
            inputs=snakemake.input.cohort_files,
            outputs=dict(snakemake.output.items()),
            cohort=snakemake.wildcards.cohort,
            settings=snakemake.params.settings,
        )
