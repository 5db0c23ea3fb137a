"""Count alleles, phenotypes and results to act on, by group."""

from genostrat.job import run_job
from genostrat.pgx.frequencies import (
    DIPLOTYPE_COLUMNS,
    GUIDANCE_COLUMNS,
    group_patients,
    summarise_pgx,
)
from genostrat.qc.kept import read_kept
from genostrat.tables import read_lines, read_table, write_table


def main(
    *,
    diplotypes: str,
    guidance: str,
    samples: str,
    keep: str,
    unrelated: str,
    ancestry: str,
    assignments: str | None,
    frequencies: str,
) -> None:
    kept = read_kept(keep)
    groups = group_patients(
        kept,
        sheet=read_table(samples, table="check/samples.tsv"),
        ancestry=read_table(ancestry, table="qc/ancestry.tsv"),
        assignments=assignments
        and read_table(assignments, table="strata/assignments.tsv"),
    )
    calls = read_table(
        diplotypes, table="pgx/diplotypes.tsv", columns=DIPLOTYPE_COLUMNS
    )
    table = summarise_pgx(
        calls,
        read_table(guidance, table="pgx/guidance.tsv", columns=GUIDANCE_COLUMNS),
        keep=kept,
        unrelated=read_lines(unrelated),
        groups=groups,
    )
    table["knowledge"] = " ".join(calls["knowledge"].unique())
    write_table(frequencies, table, table="pgx/frequencies.tsv")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            diplotypes=snakemake.input.diplotypes,
            guidance=snakemake.input.guidance,
            samples=snakemake.input.samples,
            keep=snakemake.input.keep,
            unrelated=snakemake.input.unrelated,
            ancestry=snakemake.input.ancestry,
            assignments=snakemake.input.get("assignments") or None,
            frequencies=snakemake.output.frequencies,
        )
