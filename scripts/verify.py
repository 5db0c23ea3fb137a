"""Hold the results of cohorts against their checksums and their provenance."""

import logging
from collections.abc import Sequence

from genostrat.errors import GenostratError, Problem, raise_if_any
from genostrat.job import run_job
from genostrat.verify import verify_results


def main(*, folders: Sequence[str]) -> None:
    log = logging.getLogger(__name__)
    problems: list[Problem] = []
    for folder in folders:
        try:
            found = verify_results(folder)
        except GenostratError as error:
            problems += error.problems
            continue
        log.info("%s", found.summary())
        problems += [finding.as_problem() for finding in found.findings]
    raise_if_any(problems)


if __name__ == "__main__":
    with run_job(snakemake):
        main(folders=snakemake.params.folders)
