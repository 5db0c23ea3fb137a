"""Sum the polygenic scores of the patients that quality control kept."""

from pathlib import Path

from genostrat.genotypes.store import Store
from genostrat.joblog import job_log
from genostrat.profile.scores import score_cohort
from genostrat.tables import read_lines, write_table


def main(
    *,
    files: list[str],
    store: str,
    keep: str,
    scores: str,
    matches: str,
    build: str,
    min_match: float,
) -> None:
    table, found = score_cohort(
        files,
        Store(Path(store)),
        build=build,
        keep=read_lines(keep),
        min_match=min_match,
    )
    write_table(scores, table, table="profile/scores.tsv")
    write_table(matches, found, table="profile/score_matches.tsv")


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            files=list(snakemake.input.files),
            store=snakemake.input.store,
            keep=snakemake.input.keep,
            scores=snakemake.output.scores,
            matches=snakemake.output.matches,
            build=snakemake.params.build,
            min_match=snakemake.params.min_match,
        )
