"""Records in tables and lines of one's own: a column, or a key, a field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genostrat.registry.words.studies import STATUSES
from genostrat.studies.records.ctgov import read_phase, read_sex, read_status
from genostrat.studies.records.record import (
    MOST_TEXT,
    StudyRecord,
    clean_text,
    clean_texts,
    read_age,
    read_count,
    read_day,
)

#: Our name → names that it may have.
NAMES: dict[str, tuple[str, ...]] = {
    "study_id": ("study_id", "id", "nct_id", "trial_id", "protocol_no"),
    "title": ("title", "brief_title"),
    "official_title": ("official_title",),
    "summary": ("summary", "brief_summary"),
    "description": ("description", "detailed_description"),
    "eligibility": ("eligibility", "criteria", "eligibility_criteria"),
    "text": ("text",),
    "other_ids": ("other_ids",),
    "status": ("status",),
    "phase": ("phase",),
    "kind": ("kind", "study_type"),
    "specialty": ("specialty",),
    "countries": ("countries", "country"),
    "regions": ("regions", "region"),
    "conditions": ("conditions", "condition", "disease"),
    "medicines": ("medicines", "interventions"),
    "min_age": ("min_age", "minimum_age"),
    "max_age": ("max_age", "maximum_age"),
    "sex": ("sex", "gender"),
    "first_posted": ("first_posted",),
    "updated": ("updated", "last_update"),
    "start": ("start", "start_date"),
    "end": ("end", "end_date", "completion_date"),
    "target": ("target", "enrolment", "enrollment"),
    "enrolled": ("enrolled", "recruited"),
}
_TEXTS = (
    "study_id",
    "title",
    "official_title",
    "summary",
    "description",
    "eligibility",
)
_DAYS = ("first_posted", "updated", "start", "end")
_LISTS = ("other_ids", "countries", "regions", "conditions", "medicines")


def read_plain(values: Mapping[str, Any]) -> StudyRecord:
    """Return the record of a row or a JSON object; lists are parted by ``|`` or ``;``.

    Examples
    --------
    >>> record = read_plain({"id": "S1", "title": "A trial", "min_age": "18"})
    >>> record.study_id, record.register, record.min_age
    ('S1', 'plain', 18.0)
    """
    doubts: list[str] = []

    def find(name: str) -> Any:
        return next((values[n] for n in NAMES[name] if values.get(n)), "")

    texts: dict[str, Any] = {
        name: clean_text(str(find(name)), doubts, name=name)
        for name in (*_TEXTS, "kind", "specialty")
    }
    # The place of a span must be that in the text as it was given.
    whole = find("text")
    days: dict[str, Any] = {
        name: read_day(find(name), doubts, name=name) for name in _DAYS
    }
    lists: dict[str, Any] = {
        name: clean_texts(_split(find(name)), doubts) for name in _LISTS
    }
    if isinstance(whole, str) and len(whole) > MOST_TEXT:
        doubts.append(f"text has {len(whole)} characters: {MOST_TEXT} were read")
    said = str(find("status")).strip()
    status = said.lower()
    status = status if status in STATUSES else read_status(status)
    if said and not status:
        doubts.append(f"status is {said[:40]}, which is none that is known: unknown")
    return StudyRecord(
        register="plain",
        **texts,
        **days,
        **lists,
        text=whole[:MOST_TEXT] if isinstance(whole, str) else "",
        status=status,
        phase=read_phase(_name_phase(find("phase"))),
        sex=read_sex(find("sex")),
        min_age=read_age(find("min_age"), doubts, name="least age"),
        max_age=read_age(find("max_age"), doubts, name="greatest age"),
        target=read_count(find("target"), doubts, name="target"),
        enrolled=read_count(find("enrolled"), doubts, name="enrolled"),
        doubts=tuple(doubts),
    )


def _split(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(item) for item in value]
    return [part.strip() for part in str(value).replace(";", "|").split("|")]


def _name_phase(value: Any) -> str:
    text = str(value or "")
    return text if "phase" in text.lower() or not text else f"phase {text}"
