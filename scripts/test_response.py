"""Test whether treatment effects differ between strata, and describe them."""

from collections.abc import Mapping, Sequence
from typing import Any

from genostrat.job import run_job
from genostrat.response.analysis import (
    analyse_response,
    patients_without_strata,
    subgroup_note,
)
from genostrat.response.checks import used_features
from genostrat.response.patients import gather_patients
from genostrat.response.settings import read_settings
from genostrat.tables import read_json, read_lines, read_table, write_table


def main(
    *,
    samples: str,
    keep: str | None,
    assignments: str | None,
    verdict: str | None,
    features: str | None,
    interaction: str,
    effects: str,
    survival_curves: str,
    balance: str,
    treatment: Mapping[str, str] | None,
    outcomes: Sequence[Mapping[str, Any]],
    min_events_per_cell: int,
    randomised: bool,
    propensity_covariates: Sequence[str],
    seed: int,
) -> None:
    settings = read_settings(
        treatment=treatment,
        outcomes=outcomes,
        randomised=randomised,
        propensity_covariates=propensity_covariates,
    )
    sheet = read_table(samples, table="check/samples.tsv")
    if assignments is None:
        use_strata, used = False, []
        kept = None if keep is None else read_lines(keep)
        assigned, note = patients_without_strata(sheet, keep=kept)
    else:
        assigned = read_table(assignments, table="strata/assignments.tsv")
        use_strata, note = subgroup_note(read_json(verdict), assignments=assigned)
        used = used_features(read_table(features, table="profile/features.tsv"))
    patients = gather_patients(
        sheet,
        assigned,
        outcomes=settings.outcomes,
        treatment=settings.treatment,
        covariates=settings.covariates,
        profile_features=used,
        use_strata=use_strata,
        file=samples,
    )
    tables = analyse_response(
        patients,
        min_events_per_cell=min_events_per_cell,
        seed=seed,
        randomised=randomised,
        note=note,
    )
    write_table(interaction, tables.interaction, table="response/interaction.tsv")
    write_table(effects, tables.effects, table="response/effects.tsv")
    write_table(
        survival_curves, tables.survival_curves, table="response/survival_curves.tsv"
    )
    write_table(balance, tables.balance, table="response/balance.tsv")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            samples=snakemake.input.samples,
            keep=snakemake.input.get("keep") or None,
            assignments=snakemake.input.get("assignments") or None,
            verdict=snakemake.input.get("verdict") or None,
            features=snakemake.input.get("features") or None,
            interaction=snakemake.output.interaction,
            effects=snakemake.output.effects,
            survival_curves=snakemake.output.survival_curves,
            balance=snakemake.output.balance,
            treatment=snakemake.params.treatment,
            outcomes=snakemake.params.outcomes,
            min_events_per_cell=snakemake.params.min_events_per_cell,
            randomised=snakemake.params.randomised,
            propensity_covariates=snakemake.params.propensity_covariates,
            seed=snakemake.params.seed,
        )
