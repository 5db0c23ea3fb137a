"""Render a cohort's report, its summary for machines, and its provenance."""

from collections.abc import Mapping, Sequence
from typing import Any

from genostrat.job import run_job
from genostrat.report.render import render_report


def main(
    *,
    tables: Sequence[str],
    inputs: Sequence[str],
    html: str,
    summary: str,
    provenance: str,
    cohort: str,
    settings: Mapping[str, Any],
) -> None:
    render_report(
        tables,
        html=html,
        summary=summary,
        provenance=provenance,
        cohort=cohort,
        settings=settings,
        inputs=inputs,
    )


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            tables=list(snakemake.input.tables),
            inputs=snakemake.input.cohort_files,
            html=snakemake.output.html,
            summary=snakemake.output.summary,
            provenance=snakemake.output.provenance,
            cohort=snakemake.wildcards.cohort,
            settings=snakemake.params.settings,
        )
