"""Say why a cohort cannot be run, and fail."""

from genostrat.errors import GenostratError
from genostrat.joblog import job_log


def main(*, cohort: str, reason: str) -> None:
    raise GenostratError(f"{cohort} is left out: {reason}")


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(cohort=snakemake.wildcards.cohort, reason=snakemake.params.reason)
