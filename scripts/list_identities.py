"""List who of a cohort is also in another cohort of the run, or in the panel."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from genostrat.exports.identities import list_identities
from genostrat.genotypes.store import Store
from genostrat.job import run_job
from genostrat.privacy import owner_only
from genostrat.tables import read_arrays, write_json, write_table


def main(
    *,
    store: str,
    set_aside: str,
    others: Sequence[str],
    names: Sequence[str],
    not_compared: Mapping[str, str],
    identities: str,
    record: str,
    threads: int,
) -> None:
    table, records = list_identities(
        Store(Path(store), read_arrays(set_aside)),
        {name: Store(Path(path)) for name, path in zip(names, others, strict=True)},
        not_compared=not_compared,
        threads=threads,
    )
    with owner_only():
        write_table(identities, table, table="exports/identities.tsv")
        write_json(record, records, entry="exports/identities.json")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            store=snakemake.input.store,
            set_aside=snakemake.input.set_aside,
            others=snakemake.input.others,
            names=snakemake.params.names,
            not_compared=snakemake.params.not_compared,
            identities=snakemake.output.identities,
            record=snakemake.output.record,
            threads=snakemake.threads,
        )
