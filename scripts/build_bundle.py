"""Build what a centre may give to others, or say why it may not leave."""

from collections.abc import Sequence

import pandas as pd

from genostrat.bundle.checking import find_disclosures
from genostrat.bundle.effects import release_effects, release_survival
from genostrat.bundle.parts import Part
from genostrat.bundle.pharmacogenes import count_phenotypes
from genostrat.bundle.releases import read_releases
from genostrat.bundle.subgroups import count_strata
from genostrat.bundle.writing import write_bundle
from genostrat.errors import raise_if_any
from genostrat.job import run_job
from genostrat.tables import read_json, read_lines, read_table, write_table


def main(
    *,
    cohort: str,
    build: str | None,
    threshold: int,
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
    patients = list(read_table(sheet, table="check/samples.tsv")["sample_id"])
    parts = [
        *_pharmacogenes(unrelated, ancestry, diplotypes, threshold),
        *_strata(assignments, verdict, threshold),
        *_response(effects, curves, patients, threshold),
    ]
    problems = find_disclosures(
        parts,
        identifiers=patients,
        releases=read_releases(releases),
        threshold=threshold,
        path=releases,
    )
    raise_if_any(list(problems))
    write_bundle(bundle, parts, cohort=cohort, build=build, threshold=threshold)
    rows = [(part.name, person) for part in parts for person in sorted(part.members)]
    table = pd.DataFrame(rows, columns=["part", "sample_id"])
    write_table(members, table, table="bundle_members.tsv")


def _pharmacogenes(
    unrelated: str | None,
    ancestry: str | None,
    diplotypes: str | None,
    threshold: int,
) -> list[Part]:
    if not (unrelated and ancestry and diplotypes):
        return []
    return [
        count_phenotypes(
            read_table(diplotypes, table="pgx/diplotypes.tsv"),
            unrelated=read_lines(unrelated),
            ancestry=read_table(ancestry, table="qc/ancestry.tsv"),
            threshold=threshold,
        )
    ]


def _strata(assignments: str | None, verdict: str | None, threshold: int) -> list[Part]:
    if not (assignments and verdict):
        return []
    table = read_table(assignments, table="strata/assignments.tsv")
    return [count_strata(table, read_json(verdict), threshold=threshold)]


def _response(
    effects: str | None, curves: str | None, patients: Sequence[str], threshold: int
) -> list[Part]:
    if not (effects and curves):
        return []
    found = read_table(effects, table="response/effects.tsv")
    survival = read_table(curves, table="response/survival_curves.tsv")
    return [
        release_effects(found, members=patients, threshold=threshold),
        release_survival(survival, members=patients, threshold=threshold),
    ]


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            cohort=snakemake.wildcards.cohort,
            build=snakemake.params.build,
            threshold=snakemake.params.threshold,
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
