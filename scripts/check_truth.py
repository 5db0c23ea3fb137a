"""Compare a finished run of a toy cohort with what was planted in it."""

from genostrat.job import run_job
from genostrat.simulate.truth import check_truth
from genostrat.tables import read_json, read_table, write_table


def main(
    *,
    truth: str,
    relatedness: str,
    sex: str,
    decisions: str,
    pcs: str,
    verdict: str,
    assignments: str,
    interaction: str,
    effects: str,
    diplotypes: str,
    guidance: str,
    table: str,
) -> None:
    rows = check_truth(
        read_json(truth),
        relatedness=read_table(relatedness, table="qc/relatedness.tsv"),
        sex=read_table(sex, table="qc/sex.tsv"),
        decisions=read_table(decisions, table="qc/decisions.tsv"),
        pcs=read_table(pcs, table="qc/pcs.tsv"),
        verdict=read_json(verdict),
        assignments=read_table(assignments, table="strata/assignments.tsv"),
        interaction=read_table(interaction, table="response/interaction.tsv"),
        effects=read_table(effects, table="response/effects.tsv"),
        diplotypes=read_table(diplotypes, table="pgx/diplotypes.tsv"),
        guidance=read_table(guidance, table="pgx/guidance.tsv"),
    )
    write_table(table, rows, table="truth_check.tsv")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            truth=snakemake.input.truth,
            relatedness=snakemake.input.relatedness,
            sex=snakemake.input.sex,
            decisions=snakemake.input.decisions,
            pcs=snakemake.input.pcs,
            verdict=snakemake.input.verdict,
            assignments=snakemake.input.assignments,
            interaction=snakemake.input.interaction,
            effects=snakemake.input.effects,
            diplotypes=snakemake.input.diplotypes,
            guidance=snakemake.input.guidance,
            table=snakemake.output.table,
        )
