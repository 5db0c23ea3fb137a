"""Read trial records into the store that keeps their versions."""

import logging
from collections import Counter
from collections.abc import Sequence

from genostrat.job import run_job
from genostrat.joblog import tell, warn_of
from genostrat.studies.matching.ctml_files import read_ctml_files
from genostrat.studies.portfolio.specialties import (
    name_specialty,
    read_champions,
    read_specialties,
)
from genostrat.studies.records.merging import find_same, settle_repeats
from genostrat.studies.records.reading import gather_records, list_files
from genostrat.studies.records.store import open_store
from genostrat.studies.tables import (
    describe_reading,
    tabulate_changes,
    tabulate_records,
)
from genostrat.tables import write_json, write_table

log = logging.getLogger("genostrat")


def main(
    *,
    paths: Sequence[str],
    ctml: Sequence[str],
    champions: str,
    specialty_words: str,
    as_of: str,
    store: str,
    reading: str,
    records: str,
    changes: str,
) -> None:
    specialties = read_specialties(specialty_words)
    if champions:
        read_champions(champions, specialties=list(specialties))
    gathered, findings = gather_records(paths)
    settled, repeats = settle_repeats(gathered)
    trials, of_ctml = read_ctml_files(ctml)
    findings += [*repeats, *of_ctml]
    with open_store(store, create=True) as kept:
        snapshot = kept.add_snapshot(settled, as_of=as_of)
        changed = kept.read_changes()
        table = tabulate_records(
            settled,
            same=find_same(settled),
            versions=kept.count_versions(),
            specialties={
                (r.register, r.study_id): name_specialty(r, specialties)
                for r in settled
            },
        )
        day = kept.as_of
    record = describe_reading(
        settled,
        findings,
        snapshot=snapshot,
        as_of=day,
        changes=Counter(one.what for one in changed),
        n_files=len(list_files(paths)),
        n_ctml=len(trials),
    )
    write_table(records, table, table="studies/records.tsv")
    write_table(changes, tabulate_changes(changed), table="studies/changes.tsv")
    write_json(reading, record, entry="studies/reading.json")
    tell(log, f"{len(settled)} trial records, {len(trials)} curated trials")
    warn_of(f"{n} x {what}" for what, n in record["findings_by_kind"].items())


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            paths=snakemake.params.records,
            ctml=snakemake.input.ctml,
            champions=snakemake.params.champions,
            specialty_words=snakemake.input.specialties,
            as_of=snakemake.params.as_of,
            store=snakemake.output.store,
            reading=snakemake.output.reading,
            records=snakemake.output.records,
            changes=snakemake.output.changes,
        )
