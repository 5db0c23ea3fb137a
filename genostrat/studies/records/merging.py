"""One study, several records: in one register, and across registers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from genostrat.registry.words.studies import REGISTERS
from genostrat.studies.records.reading import Finding
from genostrat.studies.records.record import StudyRecord

#: Identifiers of registers, wherever they stand in a field of other identifiers.
_IDENTIFIER = re.compile(
    r"(NCT\d{8})|(ISRCTN\d{8})|(\d{4}-5\d{5}-\d{2}-\d{2})|(\d{4}-\d{6}-\d{2})(?![-\d])"
)


def settle_repeats(
    records: Iterable[StudyRecord],
) -> tuple[list[StudyRecord], list[Finding]]:
    """Return records with every identifier of a register once.

    Of several the one that was updated last stands, with the countries of all. Equal
    ones count as one without a word.
    """
    kept: dict[tuple[str, str], StudyRecord] = {}
    findings = []
    for record in records:
        key = (record.register, record.study_id)
        other = kept.get(key)
        if other is None or other == record:
            kept[key] = record
            continue
        newer, older = sorted(
            (other, record), key=lambda one: one.updated, reverse=True
        )
        countries = tuple(sorted({*newer.countries, *older.countries}))
        kept[key] = replace(newer, countries=countries)
        if record.register != "euctr":
            findings.append(
                Finding(
                    "",
                    "several records of one identifier that differ: the one that was"
                    " updated last stands",
                    study_id=record.study_id,
                )
            )
    return [kept[key] for key in sorted(kept)], findings


def find_same(records: Sequence[StudyRecord]) -> dict[tuple[str, str], str]:
    """Return which records name a study that another register's record stands for.

    Parameters
    ----------
    records
        Of one snapshot.

    Returns
    -------
    dict
        Register and identifier → identifier of the record that stands for both: that
        of the register which comes first in `REGISTERS`.
    """
    by_id = {record.study_id: record for record in records}
    order = {register: number for number, register in enumerate(REGISTERS)}
    leader: dict[str, str] = {}

    def lead(name: str) -> str:
        while leader.get(name, name) != name:
            name = leader[name]
        return name

    for record in records:
        named = _IDENTIFIER.findall(" ".join(record.other_ids))
        for other in ("".join(groups) for groups in named):
            if other not in by_id or other == record.study_id:
                continue
            pair = sorted(
                (lead(record.study_id), lead(other)),
                key=lambda name: (order[by_id[name].register], name),
            )
            leader[pair[1]] = pair[0]
    return {
        (record.register, record.study_id): lead(record.study_id)
        for record in records
        if lead(record.study_id) != record.study_id
    }
