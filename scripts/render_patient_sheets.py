"""Write a page for each patient with what genes and stratum mean for them."""

from collections.abc import Mapping

from genostrat.job import run_job
from genostrat.report.patients.sheet import read_findings, render_patient_sheets


def main(
    *,
    files: Mapping[str, str | None],
    country: str,
    contact: str,
    directory: str,
    cohort: str,
    absent: str,
) -> None:
    findings = read_findings(**files, country=country, contact=contact)
    render_patient_sheets(findings, directory=directory, cohort=cohort, absent=absent)


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            # What a cohort does not have is an empty list.
            files={name: path or None for name, path in snakemake.input.items()},
            country=snakemake.params.country,
            contact=snakemake.params.contact,
            directory=snakemake.output.directory,
            cohort=snakemake.wildcards.cohort,
            absent=snakemake.params.absent,
        )
