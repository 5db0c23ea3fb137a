"""Check the bundles of several centres, and pool what they say."""

from collections.abc import Sequence

from genostrat.centres.bundles import describe_bundles, read_bundles
from genostrat.centres.pooling import (
    tabulate_effects,
    tabulate_phenotypes,
    tabulate_strata,
)
from genostrat.job import run_job
from genostrat.tables import write_json, write_table


def main(
    *, folders: Sequence[str], record: str, effects: str, phenotypes: str, strata: str
) -> None:
    bundles = read_bundles(folders)
    write_table(effects, tabulate_effects(bundles), table="coordinate/effects.tsv")
    found = tabulate_phenotypes(bundles)
    write_table(phenotypes, found, table="coordinate/phenotypes.tsv")
    write_table(strata, tabulate_strata(bundles), table="coordinate/strata.tsv")
    write_json(record, describe_bundles(bundles), entry="coordinate/bundles.json")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            folders=snakemake.params.folders,
            record=snakemake.output.record,
            effects=snakemake.output.effects,
            phenotypes=snakemake.output.phenotypes,
            strata=snakemake.output.strata,
        )
