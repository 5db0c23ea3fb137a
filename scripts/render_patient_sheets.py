"""Write a page for each patient with what their pharmacogenes mean."""

from genostrat.job import run_job
from genostrat.report.patients.sheet import read_findings, render_patient_sheets


def main(
    *,
    samples: str,
    keep: str,
    diplotypes: str,
    guidance: str,
    medications: str,
    decisions: str,
    knowledge: str,
    positions: str,
    names: str,
    country: str,
    directory: str,
    cohort: str,
    absent: str,
) -> None:
    findings = read_findings(
        samples=samples,
        keep=keep,
        diplotypes=diplotypes,
        guidance=guidance,
        medications=medications,
        decisions=decisions,
        knowledge=knowledge,
        positions=positions,
        names=names,
        country=country,
    )
    render_patient_sheets(findings, directory=directory, cohort=cohort, absent=absent)


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            samples=snakemake.input.samples,
            keep=snakemake.input.keep,
            diplotypes=snakemake.input.diplotypes,
            guidance=snakemake.input.guidance,
            medications=snakemake.input.medications,
            decisions=snakemake.input.decisions,
            knowledge=snakemake.input.knowledge,
            positions=snakemake.input.positions,
            names=snakemake.input.names,
            country=snakemake.params.country,
            directory=snakemake.output.directory,
            cohort=snakemake.wildcards.cohort,
            absent=snakemake.params.absent,
        )
