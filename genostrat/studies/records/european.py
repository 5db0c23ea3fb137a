"""ISRCTN, CTIS and EUCTR, in the form in which ctrdata keeps their records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from genostrat.studies.records.ctgov import as_list, dig, read_phase, read_sex
from genostrat.studies.records.record import (
    StudyRecord,
    clean_text,
    clean_texts,
    read_age,
    read_count,
    read_day,
)

#: First and last year of life of the age groups that registers name in words.
_AGES = {
    "neonate": (0.0, 28 / 365.25),
    "child": (0.0, 17.0),
    "adult": (18.0, None),
    "senior": (65.0, None),
    "0-17": (0.0, 17.0),
    "18-64": (18.0, 64.0),
    "65+": (65.0, None),
}
_CTIS_STATUS = {
    "1": "planned",
    "2": "planned",
    "3": "planned",
    "4": "recruiting",
    "5": "closed",
    "6": "paused",
    "7": "stopped",
    "8": "completed",
}
#: The first that a register's words hold counts, so that "ended" does not speak for
#: "prematurely ended", nor "authorised" for "not authorised".
_EU_STATUS = {
    "not authorised": "stopped",
    "prohibited": "stopped",
    "prematurely": "stopped",
    "revoked": "stopped",
    "cancelled": "stopped",
    "expired": "stopped",
    "temporarily": "paused",
    "halted": "paused",
    "suspended": "paused",
    "restarted": "recruiting",
    "not started": "planned",
    "recruitment pending": "planned",
    "recruitment ended": "closed",
    "recruiting": "recruiting",
    "ongoing": "recruiting",
    "completed": "completed",
    "ended": "completed",
    "authorised": "planned",
}


def read_isrctn(trial: Mapping[str, Any]) -> StudyRecord:
    """Return the record of a trial of the ISRCTN register."""
    doubts: list[str] = []
    about, design = dig(trial, "trialDescription"), dig(trial, "trialDesign")
    who, refs = dig(trial, "participants"), dig(trial, "externalRefs")
    conditions = as_list(dig(trial, "conditions", "condition"))
    arms = as_list(dig(trial, "interventions", "intervention"))
    centres = as_list(dig(who, "trialCentres", "trialCentre"))

    def text(value: Any, name: str) -> str:
        return clean_text(value, doubts, name=name)

    inclusion, exclusion = (text(dig(who, k), k) for k in ("inclusion", "exclusion"))
    low, high = _read_ages([dig(who, "ageRange")], doubts)
    seen = read_day(dig(trial, "record_last_import"), doubts, name="import")
    dates = {
        name: read_day(value, doubts, name=name)
        for name, value in (
            ("start", dig(who, "recruitmentStart")),
            ("end", dig(who, "recruitmentEnd")),
            ("over", dig(design, "overallEndDate")),
        )
    }
    drug = (
        name for arm in arms for name in str(dig(arm, "drugNames") or "").split(",")
    )
    other = (dig(refs, k) for k in ("clinicalTrialsGovNumber", "eudraCTNumber"))
    return StudyRecord(
        study_id=f"ISRCTN{text(str(dig(trial, 'isrctn') or ''), 'isrctn')}",
        register="isrctn",
        title=text(dig(about, "title"), "title"),
        official_title=text(dig(about, "scientificTitle"), "title"),
        summary=text(dig(about, "plainEnglishSummary"), "summary"),
        description=text(dig(about, "studyHypothesis"), "description"),
        eligibility=join_criteria(inclusion, exclusion),
        other_ids=clean_texts(
            (o for o in other if "nil" not in str(o).lower()), doubts
        ),
        status=_status_by_dates(dig(who, "recruitmentStatusOverride"), dates, seen),
        phase=read_phase([dig(arm, "phase") for arm in arms]),
        kind=text(dig(design, "primaryStudyDesign"), "design").lower(),
        specialty=text(
            next((dig(c, "diseaseClass1") for c in conditions), ""), "class"
        ),
        countries=clean_texts(
            as_list(dig(who, "recruitmentCountries", "country")), doubts
        ),
        regions=clean_texts((dig(one, "city") for one in centres), doubts),
        conditions=clean_texts((dig(c, "description") for c in conditions), doubts),
        medicines=clean_texts(drug, doubts),
        min_age=low,
        max_age=high,
        sex=read_sex(dig(who, "gender")),
        updated=seen,
        start=dates["start"],
        end=dates["end"],
        target=read_count(dig(who, "targetEnrolment"), doubts, name="target"),
        enrolled=read_count(dig(who, "totalFinalEnrolment")),
        randomised=_says_random(dig(design, "studyDesign")),
        doubts=tuple(doubts),
    )


def _status_by_dates(override: object, dates: Mapping[str, str], seen: str) -> str:
    word = str(override or "").lower()
    if word:
        return "paused" if "suspend" in word else "stopped"
    if not seen or not dates["start"]:
        return ""
    if dates["over"] and dates["over"] < seen:
        return "completed"
    if dates["end"] and dates["end"] < seen:
        return "closed"
    return "planned" if seen < dates["start"] else "recruiting"


def _says_random(words: object) -> bool | None:
    text = str(words or "").lower()
    if "random" not in text:
        return None
    return "non-random" not in text and "nonrandom" not in text


def read_ctis(trial: Mapping[str, Any]) -> StudyRecord:
    """Return the record of a trial of the European register, CTIS."""
    doubts: list[str] = []
    part = dig(trial, "authorizedPartI") or dig(
        trial, "authorizedApplication", "authorizedPartI"
    )
    details, facts = (
        dig(part, "trialDetails"),
        dig(part, "trialDetails", "trialInformation"),
    )
    names = dig(details, "clinicalTrialIdentifiers")
    criteria = dig(facts, "eligibilityCriteria")

    def text(value: Any, name: str) -> str:
        return clean_text(value, doubts, name=name)

    def listed(key: str) -> str:
        items = (text(dig(one, key), key) for one in as_list(dig(criteria, f"{key}")))
        return "\n".join(f"* {item}" for item in items if item)

    low, high = _read_ages(str(dig(trial, "ageGroup") or "").split(","), doubts)
    conditions = as_list(dig(facts, "medicalCondition", "partIMedicalConditions"))
    products = as_list(dig(part, "products"))
    countries = dig(trial, "trialCountries")
    joined = (
        countries
        if isinstance(countries, str)
        else "; ".join(map(str, as_list(countries)))
    )
    listed_in = re.findall(r"([A-Za-z][A-Za-z ]+):", joined)
    return StudyRecord(
        study_id=text(dig(trial, "ctNumber"), "ctNumber"),
        register="ctis",
        title=text(dig(names, "publicTitle") or dig(trial, "ctTitle"), "title"),
        official_title=text(dig(names, "fullTitle"), "title"),
        summary=text(dig(facts, "trialObjective", "mainObjective"), "objective"),
        eligibility=join_criteria(
            listed("principalInclusionCriteria"), listed("principalExclusionCriteria")
        ),
        other_ids=clean_texts([dig(trial, "eudraCtInfo", "eudraCtCode")], doubts),
        status=_ctis_status(dig(trial, "ctStatus")),
        phase=read_phase(dig(trial, "trialPhase")),
        kind="interventional",
        specialty=text(_first_of(dig(trial, "therapeuticAreas")), "area"),
        countries=clean_texts(listed_in, doubts),
        conditions=clean_texts(
            (dig(c, "medicalCondition") for c in conditions), doubts
        ),
        medicines=clean_texts(
            (dig(p, "productDictionaryInfo", "activeSubstanceName") for p in products),
            doubts,
        ),
        min_age=low,
        max_age=high,
        sex=read_sex(_sort_sexes(dig(trial, "gender"))),
        first_posted=read_day(dig(trial, "submissionDate"), doubts, name="submission"),
        updated=read_day(dig(trial, "lastUpdated"), doubts, name="last update"),
        start=read_day(
            dig(trial, "startDateEU")
            or dig(facts, "trialDuration", "estimatedRecruitmentStartDate"),
            doubts,
            name="start",
        ),
        end=read_day(
            dig(facts, "trialDuration", "estimatedEndDate"), doubts, name="end"
        ),
        target=read_count(dig(trial, "totalNumberEnrolled"), doubts, name="target"),
        randomised=_says_random(dig(names, "fullTitle")),
        doubts=tuple(doubts),
    )


def _first_of(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _sort_sexes(value: object) -> str:
    words = {word.strip().lower() for word in str(value or "").split(",")}
    return "all" if {"female", "male"} <= words else next(iter(words), "")


def _ctis_status(value: object) -> str:
    text = str(value or "").strip().lower()
    if text in _CTIS_STATUS:
        return _CTIS_STATUS[text]
    return _eu_status(text)


def read_euctr(trial: Mapping[str, Any]) -> StudyRecord:
    """Return the record of a trial of the older European register, EUCTR.

    A trial has a record in each of its countries; all of them name one study.
    """
    doubts: list[str] = []

    def text(key: str) -> str:
        return clean_text(dig(trial, key), doubts, name=key)

    number = text("a2_eudract_number") or text("eudractNumber")
    low, high = _read_ages(
        (
            group
            for key, group in (
                ("f11_trial_has_subjects_under_18", "0-17"),
                ("f12_adults_1864_years", "18-64"),
                ("f13_elderly_65_years", "65+"),
            )
            if _is_yes(trial, key)
        ),
        doubts,
    )
    phases = (("i", "e71"), ("ii", "e72"), ("iii", "e73"), ("iv", "e74"))
    phase = [
        f"phase {roman}"
        for roman, start in phases
        if any(k.startswith(start + "_") and _is_yes(trial, k) for k in trial)
    ]
    target = dig(trial, "f422_in_the_whole_clinical_trial")
    return StudyRecord(
        study_id=number,
        register="euctr",
        title=text(
            "a31_title_of_the_trial_for_lay_people_in_easily_understood"
            "_ie_nontechnical_language"
        ),
        official_title=text("a3_full_title_of_the_trial"),
        summary=text("e21_main_objective_of_the_trial"),
        eligibility=join_criteria(
            text("e3_principal_inclusion_criteria"),
            text("e4_principal_exclusion_criteria"),
        ),
        other_ids=clean_texts(
            [
                dig(trial, "a52_us_nct_clinicaltrialsgov_registry_number"),
                dig(
                    trial,
                    "a51_isrctn_international_standard_randomised_controlled_trial_number",
                ),
                dig(trial, "trialInformation", "usctnIdentifier"),
            ],
            doubts,
        ),
        status=_eu_status(
            dig(trial, "p_end_of_trial_status") or dig(trial, "x5_trial_status")
        ),
        phase=read_phase(phase),
        kind="interventional",
        specialty=text("e112_therapeutic_area"),
        countries=clean_texts(
            [text("a1_member_state_concerned").split(" - ")[0]], doubts
        ),
        conditions=clean_texts(
            [text("e11_medical_conditions_being_investigated")], doubts
        ),
        medicines=clean_texts(
            (
                dig(one, "d38_inn__proposed_inn") or dig(one, "d31_product_name")
                for one in as_list(dig(trial, "dimp"))
            ),
            doubts,
        ),
        min_age=low,
        max_age=high,
        sex=_eu_sex(trial),
        first_posted=read_day(
            dig(
                trial,
                "x6_date_on_which_this_record_was_first_entered_in_the_eudract_database",
            ),
            doubts,
            name="first entered",
        ),
        updated=read_day(dig(trial, "record_last_import"), doubts, name="import"),
        start=read_day(
            dig(trial, "trialInformation", "recruitmentStartDate"), doubts, name="start"
        ),
        end=read_day(
            dig(trial, "p_date_of_the_global_end_of_the_trial"), doubts, name="end"
        ),
        target=read_count(target, doubts, name="target"),
        randomised=_is_yes(trial, "e811_randomised")
        if "e811_randomised" in trial
        else None,
        doubts=tuple(doubts),
    )


def _is_yes(trial: Mapping[str, Any], key: str) -> bool:
    return str(trial.get(key) or "").strip().lower() in ("yes", "true")


def _eu_sex(trial: Mapping[str, Any]) -> str:
    female, male = _is_yes(trial, "f21_female"), _is_yes(trial, "f22_male")
    if female and male:
        return "all"
    return "female" if female else "male" if male else ""


def _eu_status(value: object) -> str:
    text = str(value or "").strip().lower()
    return next((ours for word, ours in _EU_STATUS.items() if word in text), "")


def _read_ages(groups: Any, doubts: list[str]) -> tuple[float | None, float | None]:
    """Return the limits of age groups that registers name in words."""
    lows: list[float] = []
    highs: list[float | None] = []
    for group in groups:
        word = str(group or "").lower()
        for name, (low, high) in _AGES.items():
            if name in word:
                lows.append(low)
                highs.append(high)
    if not lows:
        limit = next(iter(groups), None) if isinstance(groups, list) else None
        return read_age(limit, doubts, name="least age"), None
    known = [high for high in highs if high is not None]
    return min(lows), (max(known) if len(known) == len(highs) else None)


def join_criteria(inclusion: str, exclusion: str) -> str:
    """Return criteria that a register gives apart as one text with two heads."""
    parts = []
    if inclusion:
        head = (
            "" if inclusion.lower().startswith("inclusion") else "Inclusion Criteria:\n"
        )
        parts.append(f"{head}{inclusion}")
    if exclusion:
        head = (
            "" if exclusion.lower().startswith("exclusion") else "Exclusion Criteria:\n"
        )
        parts.append(f"{head}{exclusion}")
    return "\n\n".join(parts)
