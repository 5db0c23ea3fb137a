"""Which studies patients are held against."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from genostrat.studies.criteria.parsing import parse_record
from genostrat.studies.matching.ctml import CtmlTrial
from genostrat.studies.matching.table import MatchedStudy
from genostrat.studies.records.record import StudyRecord

if TYPE_CHECKING:
    import pandas as pd

#: Register of curated trials.
CTML = "ctml"
#: Status of a study whose register does not say where it stands.
_UNKNOWN = "unknown"


def is_matchable(
    status: str, labels: Collection[str], *, match: str, statuses: Collection[str]
) -> bool:
    """Say whether patients are held against a study.

    Parameters
    ----------
    status
        Of the study; blank where unknown.
    labels
        Of its design.
    match
        ``stratified`` or ``all``.
    statuses
        Those that are wanted.
    """
    return (status or _UNKNOWN) in statuses and (match == "all" or bool(labels))


def select_studies(
    records: Iterable[StudyRecord],
    *,
    trials: Sequence[CtmlTrial],
    known: pd.DataFrame,
    designs: pd.DataFrame,
    match: str,
    statuses: Collection[str],
    medicines: Mapping[str, str],
) -> Iterator[MatchedStudy]:
    """Yield the studies that patients are held against, with their criteria.

    A study that several registers name counts once. A curated trial stands for the
    record of its identifier.

    Parameters
    ----------
    records
        Of the last snapshot.
    trials
        That were curated in CTML.
    known, designs
        ``studies/records.tsv`` and ``studies/designs.tsv``.
    match, statuses
        As in the config.
    medicines
        Name → generic name.
    """
    curated = {trial.study_id for trial in trials}
    repeated = known[known["same_as"] != ""]
    same = set(zip(repeated["register"], repeated["study_id"], strict=True))
    labels: dict[tuple[str, str], set[str]] = {}
    for row in designs.itertuples():
        labels.setdefault((row.register, row.study_id), set()).add(row.label)
    for record in records:
        key = (record.register, record.study_id)
        if key in same or record.study_id in curated:
            continue
        if is_matchable(
            record.status, labels.get(key, ()), match=match, statuses=statuses
        ):
            criteria = parse_record(record, medicines=medicines)
            yield MatchedStudy(
                record.study_id, record.register, record.shown_title, criteria
            )
    for trial in trials:
        if trial.is_open and any(clause.is_open for clause in trial.clauses):
            yield MatchedStudy(trial.study_id, CTML, trial.title, trial.criteria)
