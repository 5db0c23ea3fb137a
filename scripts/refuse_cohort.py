"""Say why a cohort cannot be run, and fail."""

from genostrat.errors import GenostratError
from genostrat.job import run_job


def main(*, cohort: str, reason: str) -> None:
    raise GenostratError(f"{cohort} is left out: {reason}")


if __name__ == "__main__":
    with run_job(snakemake):
        main(cohort=snakemake.wildcards.cohort, reason=snakemake.params.reason)
