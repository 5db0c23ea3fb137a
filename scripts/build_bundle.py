"""Build what a centre may give to others, or say why it may not leave."""

from genostrat.bundle.building import (
    Results,
    build_parts,
    describe_consent,
    find_sharers,
    list_members,
)
from genostrat.bundle.checking import find_disclosures
from genostrat.bundle.releases import read_releases
from genostrat.bundle.writing import write_bundle
from genostrat.errors import raise_if_any
from genostrat.job import run_job
from genostrat.tables import read_table, write_table


def main(
    *,
    cohort: str,
    build: str | None,
    threshold: int,
    genes: list[str],
    sheet: str,
    unrelated: str | None,
    ancestry: str | None,
    diplotypes: str | None,
    assignments: str | None,
    verdict: str | None,
    effects: str | None,
    curves: str | None,
    releases: str,
    bundle: str,
    members: str,
) -> None:
    frame = read_table(sheet, table="check/samples.tsv")
    patients = list(frame["sample_id"])
    parts = build_parts(
        Results(unrelated, ancestry, diplotypes, assignments, verdict, effects, curves),
        patients=patients,
        sharers=find_sharers(frame),
        threshold=threshold,
        genes=genes,
    )
    problems = find_disclosures(
        parts,
        identifiers=patients,
        releases=read_releases(releases),
        threshold=threshold,
        path=releases,
    )
    raise_if_any(list(problems))
    write_bundle(
        bundle,
        parts,
        cohort=cohort,
        build=build,
        threshold=threshold,
        consent=describe_consent(frame),
    )
    write_table(members, list_members(parts), table="bundle_members.tsv")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            cohort=snakemake.wildcards.cohort,
            build=snakemake.params.build,
            threshold=snakemake.params.threshold,
            genes=list(snakemake.params.genes),
            sheet=snakemake.input.sheet,
            unrelated=snakemake.input.get("unrelated") or None,
            ancestry=snakemake.input.get("ancestry") or None,
            diplotypes=snakemake.input.get("diplotypes") or None,
            assignments=snakemake.input.get("assignments") or None,
            verdict=snakemake.input.get("verdict") or None,
            effects=snakemake.input.get("effects") or None,
            curves=snakemake.input.get("curves") or None,
            releases=snakemake.params.releases,
            bundle=snakemake.output.bundle,
            members=snakemake.output.members,
        )
