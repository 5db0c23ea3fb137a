"""How a portfolio grows, what slips in it, and what is new."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from genostrat.studies.records.record import StudyRecord
from genostrat.studies.records.store import RecordStore

if TYPE_CHECKING:
    import pandas as pd

#: Share of the planned recruitment by a day below which it counts as behind.
BEHIND = 0.8


@dataclass(frozen=True)
class Study:
    """A study of the portfolio, as far as watching needs it.

    Parameters
    ----------
    labels
        Of its design; none where it is not stratified.
    """

    record: StudyRecord
    labels: tuple[str, ...]
    specialty: str


def name_quarter(day: str) -> str:
    """Return the quarter of a day; blank where there is none.

    Examples
    --------
    >>> name_quarter("2024-05-01"), name_quarter("")
    ('2024-Q2', '')
    """
    return f"{day[:4]}-Q{(int(day[5:7]) + 2) // 3}" if day else ""


def count_growth(studies: Iterable[Study]) -> list[dict[str, Any]]:
    """Count studies by the quarter in which they were first posted.

    Parameters
    ----------
    studies
        Each once, whatever registers name it.

    Returns
    -------
    list of dict
        `grouping`, `group`, `quarter`, `n_studies`, `n_stratified`; by all, label,
        specialty, country, region and phase. A study without a day is counted under a
        blank quarter.
    """
    counted: Counter[tuple[str, str, str]] = Counter()
    stratified: Counter[tuple[str, str, str]] = Counter()
    for study in studies:
        quarter = name_quarter(study.record.first_posted or study.record.start)
        for grouping, group in _groups(study):
            counted[grouping, group, quarter] += 1
            stratified[grouping, group, quarter] += bool(study.labels)
    return [
        {
            "grouping": grouping,
            "group": group,
            "quarter": quarter,
            "n_studies": n,
            "n_stratified": stratified[grouping, group, quarter],
        }
        for (grouping, group, quarter), n in sorted(counted.items())
        # Towns in which nothing stratified is studied would be most of the table.
        if grouping != "region" or stratified[grouping, group, quarter]
    ]


def _groups(study: Study) -> Iterator[tuple[str, str]]:
    record = study.record
    yield "all", "all"
    yield "specialty", study.specialty
    yield "phase", record.phase or "not given"
    for label in study.labels:
        yield "label", label
    for country in record.countries or ("not given",):
        yield "country", country
    for region in record.regions:
        yield "region", region


def find_slips(
    versions: Sequence[tuple[int, str, StudyRecord]],
) -> Iterator[dict[str, Any]]:
    """Yield what slipped between versions of a record, oldest first.

    Parameters
    ----------
    versions
        Number and day of a reading, and the record.
    """
    for (*_, old), (number, seen, new) in itertools.pairwise(versions):
        for what in ("start", "end"):
            before, after = getattr(old, what), getattr(new, what)
            if before and after and before != after:
                yield {
                    "what": what,
                    "reading": number,
                    "as_of": seen,
                    "before": before,
                    "after": after,
                    "slip_days": count_days(before, after),
                }
        if (
            old.target is not None
            and new.target is not None
            and old.target != new.target
        ):
            yield {
                "what": "target",
                "reading": number,
                "as_of": seen,
                "before": str(old.target),
                "after": str(new.target),
                "slip_days": None,
            }


def find_shortfall(record: StudyRecord, *, as_of: str) -> dict[str, Any] | None:
    """Return how far recruitment is behind its plan; None where it is not, or unknown.

    The plan is taken to be even between start and end.
    """
    known = (
        record.target and record.enrolled is not None and record.start and record.end
    )
    if not known or not as_of or not record.start < as_of or record.end <= record.start:
        return None
    assert record.target is not None
    assert record.enrolled is not None
    share = count_days(record.start, min(as_of, record.end)) / count_days(
        record.start, record.end
    )
    expected = record.target * share
    if record.enrolled >= BEHIND * expected:
        return None
    return {
        "what": "recruitment",
        "as_of": as_of,
        "before": f"{expected:.0f}",
        "after": str(record.enrolled),
        "slip_days": None,
    }


def count_days(before: str, after: str) -> int:
    """Return the days between two days.

    Examples
    --------
    >>> count_days("2024-01-31", "2024-03-01")
    30
    """
    return (date.fromisoformat(after) - date.fromisoformat(before)).days


def gather_studies(
    records: Iterable[StudyRecord], known: pd.DataFrame, designs: pd.DataFrame
) -> list[Study]:
    """Return the studies of a portfolio, each once.

    Parameters
    ----------
    records
        Of the last snapshot.
    known, designs
        ``studies/records.tsv`` and ``studies/designs.tsv``.
    """
    labels: dict[tuple[str, str], list[str]] = {}
    for row in designs.itertuples():
        labels.setdefault((row.register, row.study_id), []).append(row.label)
    first = known[known["same_as"] == ""]
    keys = zip(first["register"], first["study_id"], strict=True)
    specialties = dict(zip(keys, first["specialty"], strict=True))
    return [
        Study(record, tuple(sorted(labels.get(key, ()))), specialties[key])
        for record in records
        if (key := (record.register, record.study_id)) in specialties
    ]


def find_all_slips(
    store: RecordStore, studies: Iterable[Study]
) -> list[dict[str, Any]]:
    """Return what slipped in every study, and whose recruitment is behind its plan."""
    versions = store.count_versions()
    found = []
    for study in studies:
        record = study.record
        key = {"study_id": record.study_id, "register": record.register}
        slips: list[dict[str, Any]] = []
        if versions[record.register, record.study_id] > 1:
            slips += find_slips(store.read_versions(record.register, record.study_id))
        if record.status == "recruiting":
            behind = find_shortfall(record, as_of=store.as_of)
            slips += [{**behind, "reading": store.n_snapshots}] if behind else []
        found += [key | slip for slip in slips]
    return found


def build_feed(
    studies: Iterable[Study],
    *,
    changes: Mapping[tuple[str, str], str],
    evidence: Mapping[tuple[str, str], str],
    champions: Mapping[str, Sequence[Any]],
) -> list[dict[str, Any]]:
    """Return the stratified studies that are new, or are open again.

    Parameters
    ----------
    studies
        Of the last snapshot.
    changes
        Register and identifier → what the snapshot says of it.
    evidence
        The same → the words by which the design was recognised.
    champions
        Specialty → who is told.
    """
    feed = []
    for study in studies:
        record = study.record
        key = (record.register, record.study_id)
        what = changes.get(key)
        if not study.labels or what not in ("new", "reopened", "back"):
            continue
        if record.status not in ("planned", "recruiting", "paused", ""):
            continue
        feed.append(
            {
                "study_id": record.study_id,
                "register": record.register,
                "title": record.shown_title,
                "what": what,
                "status": record.status or "unknown",
                "labels": list(study.labels),
                "evidence": evidence.get(key, ""),
                "specialty": study.specialty,
                "phase": record.phase,
                "countries": list(record.countries),
                "first_posted": record.first_posted,
                "champions": [
                    {"name": one.name, "contact": one.contact}
                    for one in champions.get(study.specialty, ())
                ],
            }
        )
    return feed
