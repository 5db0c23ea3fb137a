"""Test whether outcomes of those who take a medicine go with their pharmacogenes."""

from collections.abc import Mapping, Sequence
from typing import Any

from genostrat.config.outcomes import read_outcomes
from genostrat.job import run_job
from genostrat.response.patients import TreatmentArms
from genostrat.response.pharmacogenes.record import (
    analyse_pharmacogenes,
    gather_genotyped,
    no_pharmacogenes,
)
from genostrat.response.pharmacogenes.takers import (
    DIPLOTYPE_COLUMNS,
    GUIDANCE_COLUMNS,
    Pair,
)
from genostrat.tables import read_json, read_lines, read_table, write_json, write_table


def main(
    *,
    samples: str,
    checked: str,
    unrelated: str | None,
    ancestry: str | None,
    diplotypes: str | None,
    guidance: str | None,
    record: str,
    associations: str,
    treatment: Mapping[str, str] | None,
    outcomes: Sequence[Mapping[str, Any]],
    asked: str,
    named: Sequence[Mapping[str, str]],
    min_events_per_cell: int,
    randomised: bool,
) -> None:
    if asked == "none":
        found, table = no_pharmacogenes("response.pharmacogenes is none")
    elif diplotypes is None:
        found, table = no_pharmacogenes("the cohort has no genotypes")
    else:
        cohort = gather_genotyped(
            read_table(samples, table="check/samples.tsv"),
            unrelated=read_lines(unrelated),
            ancestry=read_table(ancestry, table="qc/ancestry.tsv"),
            diplotypes=read_table(
                diplotypes, table="pgx/diplotypes.tsv", columns=DIPLOTYPE_COLUMNS
            ),
            guidance=read_table(
                guidance, table="pgx/guidance.tsv", columns=GUIDANCE_COLUMNS
            ),
            outcomes=read_outcomes(outcomes),
            treatment=TreatmentArms.from_check(treatment, read_json(checked)),
        )
        found, table = analyse_pharmacogenes(
            cohort,
            minimum=min_events_per_cell,
            randomised=randomised,
            named=[Pair(one["medicine"], one["gene"]) for one in named],
        )
    write_json(record, found, entry="response/pharmacogenes.json")
    write_table(associations, table, table="response/pharmacogenes.tsv")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            samples=snakemake.input.samples,
            checked=snakemake.input.checked,
            unrelated=snakemake.input.get("unrelated") or None,
            ancestry=snakemake.input.get("ancestry") or None,
            diplotypes=snakemake.input.get("diplotypes") or None,
            guidance=snakemake.input.get("guidance") or None,
            record=snakemake.output.record,
            associations=snakemake.output.associations,
            treatment=snakemake.params.treatment,
            outcomes=snakemake.params.outcomes,
            asked=snakemake.params.asked,
            named=snakemake.params.named,
            min_events_per_cell=snakemake.params.min_events_per_cell,
            randomised=snakemake.params.randomised,
        )
