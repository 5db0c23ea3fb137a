"""Sum the polygenic scores of the patients that quality control kept."""

from pathlib import Path

from genostrat.genotypes.store import Store
from genostrat.job import run_job
from genostrat.profile.scores import pack_scores, score_cohort
from genostrat.qc.kept import read_kept
from genostrat.tables import read_arrays, write_arrays, write_table


def main(
    *,
    files: list[str],
    store: str,
    set_aside: str,
    keep: str,
    scores: str,
    matches: str,
    variants: str,
    build: str,
    min_match: float,
) -> None:
    scored = score_cohort(
        files,
        Store(Path(store), read_arrays(set_aside)),
        build=build,
        keep=read_kept(keep),
        min_match=min_match,
    )
    write_table(scores, scored.scores, table="profile/scores.tsv")
    write_table(matches, scored.matches, table="profile/score_matches.tsv")
    write_arrays(
        variants, entry="profile/score_variants.npz", **pack_scores(scored.frozen)
    )


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            files=list(snakemake.input.files),
            store=snakemake.input.store,
            set_aside=snakemake.input.set_aside,
            keep=snakemake.input.keep,
            scores=snakemake.output.scores,
            matches=snakemake.output.matches,
            variants=snakemake.output.variants,
            build=snakemake.params.build,
            min_match=snakemake.params.min_match,
        )
