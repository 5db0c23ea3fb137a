"""ClinicalTrials.gov: the JSON of API v2, its older shapes, and the CSV export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from genostrat.studies.records.record import (
    StudyRecord,
    clean_text,
    clean_texts,
    read_age,
    read_count,
    read_day,
)

#: Words of the register for where a study stands.
STATUS = {
    "not yet recruiting": "planned",
    "recruiting": "recruiting",
    "enrolling by invitation": "recruiting",
    "available": "recruiting",
    "active, not recruiting": "closed",
    "active not recruiting": "closed",
    "suspended": "paused",
    "temporarily not available": "paused",
    "completed": "completed",
    "no longer available": "completed",
    "approved for marketing": "completed",
    "terminated": "stopped",
    "withdrawn": "stopped",
}


def dig(value: Any, *keys: str) -> Any:
    """Return what stands below some keys; None where there is nothing."""
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def as_list(value: Any) -> list[Any]:
    """Return a list as it is, nothing as an empty one, anything else as one item."""
    if value in (None, ""):
        return []
    return value if isinstance(value, list) else [value]


def read_phase(words: object) -> str:
    """Return a phase in digits.

    Examples
    --------
    >>> [read_phase(w) for w in (["PHASE1", "PHASE2"], "Phase III", "N/A")]
    ['1/2', '3', '']
    """
    text = " ".join(map(str, as_list(words))).lower()
    for roman, digit in (("iv", "4"), ("iii", "3"), ("ii", "2")):
        text = text.replace(roman, digit)
    text = text.replace("phase i", "phase 1").replace("(phase 1", "phase 1")
    digits = sorted({c for c in text if c in "1234"}) if "phase" in text else []
    return "/".join(digits)


def read_sex(word: object) -> str:
    """Return ``female``, ``male``, ``all``, or blank."""
    text = str(word or "").strip().lower()
    if text in ("all", "both") or ("female" in text and "," in text):
        return "all"
    return text if text in ("female", "male") else ""


def read_status(word: object) -> str:
    """Return where a study stands in our words; blank where that is not understood."""
    return STATUS.get(str(word or "").strip().lower().replace("_", " "), "")


def find_protocols(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the studies of a file of API v2: one, a list, or a page of a search."""
    if isinstance(value, list):
        for item in value:
            yield from find_protocols(item)
    elif isinstance(value, Mapping):
        if "protocolSection" in value:
            yield value
        elif isinstance(value.get("studies"), list):
            yield from find_protocols(value["studies"])


def read_v2(study: Mapping[str, Any]) -> StudyRecord:
    """Return the record of a study in the JSON of API v2."""
    doubts: list[str] = []
    section = study["protocolSection"]
    ids, status = dig(section, "identificationModule"), dig(section, "statusModule")
    design = dig(section, "designModule")
    who = dig(section, "eligibilityModule")
    about = dig(section, "descriptionModule")
    sites = as_list(dig(section, "contactsLocationsModule", "locations"))
    arms = as_list(dig(section, "armsInterventionsModule", "interventions"))
    enrolment = dig(design, "enrollmentInfo")
    count = read_count(dig(enrolment, "count"))
    is_actual = str(dig(enrolment, "type") or "").upper() == "ACTUAL"
    allocation = str(dig(design, "designInfo", "allocation") or "").upper()

    def text(value: Any, name: str) -> str:
        return clean_text(value, doubts, name=name)

    return StudyRecord(
        study_id=text(dig(ids, "nctId"), "nctId"),
        register="ctgov",
        title=text(dig(ids, "briefTitle"), "title"),
        official_title=text(dig(ids, "officialTitle"), "title"),
        summary=text(dig(about, "briefSummary"), "summary"),
        description=text(dig(about, "detailedDescription"), "description"),
        eligibility=text(dig(who, "eligibilityCriteria"), "eligibility"),
        other_ids=clean_texts(
            (dig(one, "id") for one in as_list(dig(ids, "secondaryIdInfos"))), doubts
        ),
        status=read_status(dig(status, "overallStatus")),
        phase=read_phase(dig(design, "phases")),
        kind=text(dig(design, "studyType"), "type").lower(),
        countries=clean_texts(
            sorted({str(dig(s, "country") or "") for s in sites}), doubts
        ),
        regions=clean_texts(
            sorted({str(dig(s, "state") or dig(s, "city") or "") for s in sites}),
            doubts,
        ),
        conditions=clean_texts(
            as_list(dig(section, "conditionsModule", "conditions")), doubts
        ),
        medicines=clean_texts((dig(one, "name") for one in arms), doubts),
        min_age=read_age(dig(who, "minimumAge"), doubts, name="least age"),
        max_age=read_age(dig(who, "maximumAge"), doubts, name="greatest age"),
        sex=read_sex(dig(who, "sex")),
        healthy=dig(who, "healthyVolunteers"),
        first_posted=read_day(
            dig(status, "studyFirstPostDateStruct", "date")
            or dig(status, "studyFirstSubmitDate"),
            doubts,
            name="first posted",
        ),
        updated=read_day(
            dig(status, "lastUpdatePostDateStruct", "date")
            or dig(status, "lastUpdateSubmitDate"),
            doubts,
            name="last update",
        ),
        start=read_day(dig(status, "startDateStruct", "date"), doubts, name="start"),
        end=read_day(
            dig(status, "primaryCompletionDateStruct", "date")
            or dig(status, "completionDateStruct", "date"),
            doubts,
            name="end",
        ),
        target=None if is_actual else count,
        enrolled=count if is_actual else None,
        randomised=None if not allocation else allocation == "RANDOMIZED",
        doubts=tuple(doubts),
    )


def read_old(study: Mapping[str, Any]) -> StudyRecord:
    """Return the record of a study in the older form, as ctrdata keeps it."""
    doubts: list[str] = []
    sites = as_list(dig(study, "location"))
    places = [dig(site, "facility", "address") for site in sites]
    allocation = str(dig(study, "study_design_info", "allocation") or "")

    def text(value: Any, name: str) -> str:
        return clean_text(value, doubts, name=name)

    return StudyRecord(
        study_id=text(dig(study, "id_info", "nct_id"), "nct_id"),
        register="ctgov",
        title=text(dig(study, "brief_title"), "title"),
        official_title=text(dig(study, "official_title"), "title"),
        summary=text(dig(study, "brief_summary", "textblock"), "summary"),
        description=text(
            dig(study, "detailed_description", "textblock"), "description"
        ),
        eligibility=text(
            dig(study, "eligibility", "criteria", "textblock"), "eligibility"
        ),
        other_ids=clean_texts(as_list(dig(study, "id_info", "secondary_id")), doubts),
        status=read_status(dig(study, "overall_status")),
        phase=read_phase(dig(study, "phase")),
        kind=text(dig(study, "study_type"), "type").lower(),
        countries=clean_texts(
            as_list(dig(study, "location_countries", "country")), doubts
        ),
        regions=clean_texts(
            sorted({str(dig(p, "state") or dig(p, "city") or "") for p in places}),
            doubts,
        ),
        conditions=clean_texts(as_list(dig(study, "condition")), doubts),
        medicines=clean_texts(
            (
                dig(one, "intervention_name")
                for one in as_list(dig(study, "intervention"))
            ),
            doubts,
        ),
        min_age=read_age(
            dig(study, "eligibility", "minimum_age"), doubts, name="least age"
        ),
        max_age=read_age(
            dig(study, "eligibility", "maximum_age"), doubts, name="greatest age"
        ),
        sex=read_sex(dig(study, "eligibility", "gender")),
        first_posted=read_day(
            dig(study, "study_first_posted"), doubts, name="first posted"
        ),
        updated=read_day(dig(study, "last_update_posted"), doubts, name="last update"),
        start=read_day(dig(study, "start_date"), doubts, name="start"),
        end=read_day(dig(study, "primary_completion_date"), doubts, name="end"),
        target=read_count(dig(study, "enrollment")),
        randomised=None if not allocation else allocation.lower() == "randomized",
        doubts=tuple(doubts),
    )


#: Columns of the CSV export, of the present site and of the one before.
CSV_COLUMNS = {
    "study_id": ("NCT Number",),
    "title": ("Study Title", "Title"),
    "summary": ("Brief Summary",),
    "status": ("Study Status", "Status"),
    "conditions": ("Conditions",),
    "medicines": ("Interventions",),
    "sex": ("Sex", "Gender"),
    "age": ("Age",),
    "phase": ("Phases",),
    "target": ("Enrollment",),
    "kind": ("Study Type", "Study Types"),
    "design": ("Study Design", "Study Designs"),
    "other_ids": ("Other IDs",),
    "start": ("Start Date",),
    "end": ("Primary Completion Date",),
    "first_posted": ("First Posted",),
    "updated": ("Last Update Posted",),
    "places": ("Locations",),
}


def read_csv_row(row: Mapping[str, str]) -> StudyRecord:
    """Return the record of a row of the CSV export. It has no eligibility."""
    doubts: list[str] = ["the CSV export has no eligibility criteria"]

    def cell(name: str) -> str:
        values = (row.get(column) for column in CSV_COLUMNS[name])
        return clean_text(next((v for v in values if v), ""), doubts, name=name)

    def several(name: str) -> list[str]:
        return [part.split(": ", 1)[-1].strip() for part in cell(name).split("|")]

    design = cell("design").lower()
    places = [place.split(",") for place in cell("places").split("|") if place.strip()]
    return StudyRecord(
        study_id=cell("study_id"),
        register="ctgov",
        title=cell("title"),
        summary=cell("summary"),
        other_ids=clean_texts(several("other_ids"), doubts),
        status=read_status(cell("status")),
        phase=read_phase(cell("phase").replace("|", " ")),
        kind=cell("kind").lower(),
        countries=clean_texts(sorted({p[-1].strip() for p in places}), doubts),
        conditions=clean_texts(several("conditions"), doubts),
        medicines=clean_texts(several("medicines"), doubts),
        sex=read_sex(cell("sex")),
        first_posted=read_day(cell("first_posted"), doubts, name="first posted"),
        updated=read_day(cell("updated"), doubts, name="last update"),
        start=read_day(cell("start"), doubts, name="start"),
        end=read_day(cell("end"), doubts, name="end"),
        target=read_count(cell("target"), doubts, name="target"),
        randomised=_is_randomised(design),
        doubts=tuple(doubts),
    )


def _is_randomised(design: str) -> bool | None:
    if "randomized" not in design:
        return None
    return "non_randomized" not in design and "non-randomized" not in design
