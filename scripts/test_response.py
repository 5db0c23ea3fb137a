"""Test whether treatment effects differ between strata, and describe them."""

from collections.abc import Mapping, Sequence
from typing import Any

from genostrat.config.outcomes import read_outcomes
from genostrat.job import run_job
from genostrat.qc.kept import read_kept
from genostrat.response.analysis import (
    analyse_response,
    patients_without_strata,
    subgroup_note,
)
from genostrat.response.heterogeneity.record import describe_heterogeneity
from genostrat.response.patients import Planned, TreatmentArms, gather_patients
from genostrat.response.treatment.multiplicity import Multiplicity
from genostrat.tables import read_json, read_table, write_json, write_table


def main(
    *,
    samples: str,
    checked: str,
    keep: str | None,
    assignments: str | None,
    verdict: str | None,
    interaction: str,
    effects: str,
    survival_curves: str,
    incidence_curves: str,
    balance: str,
    main_effect: str,
    populations: str,
    subgroup_tests: str,
    subgroups: str,
    checks: str,
    credibility: str,
    net_benefit: str,
    heterogeneity: str,
    treatment: Mapping[str, str] | None,
    outcomes: Sequence[Mapping[str, Any]],
    min_events_per_cell: int,
    primary: str | None,
    multiplicity: str,
    randomised: bool,
    learner: str,
    seed: int,
) -> None:
    columns = read_json(checked)
    weighed = treatment is not None and not randomised
    covariates = columns["resolved"]["response.propensity_covariates"]
    sheet = read_table(samples, table="check/samples.tsv")
    if assignments is None:
        use_strata = False
        kept = None if keep is None else read_kept(keep)
        assigned, note = patients_without_strata(sheet, keep=kept)
    else:
        assigned = read_table(assignments, table="strata/assignments.tsv")
        use_strata, note = subgroup_note(read_json(verdict), assignments=assigned)
    patients = gather_patients(
        sheet,
        assigned,
        outcomes=read_outcomes(outcomes),
        treatment=TreatmentArms.from_check(treatment, columns),
        covariates=covariates if weighed else [],
        planned=Planned.from_check(columns),
        use_strata=use_strata,
    )
    tables = analyse_response(
        patients,
        min_events_per_cell=min_events_per_cell,
        seed=seed,
        randomised=randomised,
        note=note,
        plan=Multiplicity(multiplicity, primary or ""),
    )
    write_table(interaction, tables.interaction, table="response/interaction.tsv")
    write_table(effects, tables.effects, table="response/effects.tsv")
    write_table(
        survival_curves, tables.survival_curves, table="response/survival_curves.tsv"
    )
    write_table(
        incidence_curves, tables.incidence_curves, table="response/incidence_curves.tsv"
    )
    write_table(balance, tables.balance, table="response/balance.tsv")
    write_table(main_effect, tables.treatment, table="response/treatment.tsv")
    write_table(populations, tables.populations, table="response/populations.tsv")
    write_table(
        subgroup_tests, tables.subgroup_tests, table="response/subgroup_tests.tsv"
    )
    write_table(subgroups, tables.subgroups, table="response/subgroups.tsv")
    write_table(checks, tables.checks, table="response/checks.tsv")
    write_table(credibility, tables.credibility, table="response/credibility.tsv")
    write_table(net_benefit, tables.net_benefit, table="response/net_benefit.tsv")
    judged = describe_heterogeneity(
        patients,
        randomised=randomised,
        minimum=min_events_per_cell,
        seed=seed,
        learner=learner,
    )
    write_json(heterogeneity, judged, entry="response/heterogeneity.json")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            samples=snakemake.input.samples,
            checked=snakemake.input.checked,
            keep=snakemake.input.get("keep") or None,
            assignments=snakemake.input.get("assignments") or None,
            verdict=snakemake.input.get("verdict") or None,
            interaction=snakemake.output.interaction,
            effects=snakemake.output.effects,
            survival_curves=snakemake.output.survival_curves,
            incidence_curves=snakemake.output.incidence_curves,
            balance=snakemake.output.balance,
            main_effect=snakemake.output.main_effect,
            populations=snakemake.output.populations,
            subgroup_tests=snakemake.output.subgroup_tests,
            subgroups=snakemake.output.subgroups,
            checks=snakemake.output.checks,
            credibility=snakemake.output.credibility,
            net_benefit=snakemake.output.net_benefit,
            heterogeneity=snakemake.output.heterogeneity,
            treatment=snakemake.params.treatment,
            outcomes=snakemake.params.outcomes,
            min_events_per_cell=snakemake.params.min_events_per_cell,
            primary=snakemake.params.primary,
            multiplicity=snakemake.params.multiplicity,
            randomised=snakemake.params.randomised,
            learner=snakemake.params.learner,
            seed=snakemake.params.seed,
        )
