"""Write a toy cohort with planted truth."""

from pathlib import Path

from genostrat.job import run_job
from genostrat.simulate.cohort import simulate_cohort


def main(
    *, directory: str | Path, name: str, seed: int, n_samples: int, n_subgroups: int
) -> None:
    simulate_cohort(
        directory, name=name, seed=seed, n_samples=n_samples, n_subgroups=n_subgroups
    )


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            directory=Path(snakemake.output.truth).parent,
            name=snakemake.wildcards.cohort,
            seed=snakemake.params.seed,
            n_samples=snakemake.params.n_samples,
            n_subgroups=snakemake.params.n_subgroups,
        )
