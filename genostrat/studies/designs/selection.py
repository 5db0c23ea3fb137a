"""Whether a molecular result decides who may enter a study, and whether all need it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from genostrat.studies.designs.document import Document, Evidence, Line
from genostrat.studies.designs.markers import Mention
from genostrat.studies.designs.words import (
    AFTER,
    BACKGROUND,
    CORRELATION,
    INTENT,
    MEASURES,
    OBSERVES,
    OF_BEFORE,
    SELECTS,
    TITLE_OTHER,
    TREATS,
    WHO_BEFORE,
)

#: A result that is asked for outright.
_ASKED = re.compile(
    r"(?i)\b(?:must (?:have|be|carry|harbou?r)|required? to|needs? to be|to be eligible"
    r"|eligib\w+|only (?:patients|subjects|those)|(?:enroll?|recruit|includ)\w* (?:only"
    r"|patients"
    r"|subjects|participants|women|\d+)|will be (?:enrolled|included|recruited)"
    r"|entry criteri\w+|inclusion criteri\w+|confirmed|documented|above a "
    r"pre-?defined)\b"
)
#: The same, so plainly that what else the sentence says does not matter.
_DEMANDED = re.compile(
    r"(?i)\b(?:this is an? (?:[\w-]+ ){0,5}(?:phase|trial|study)|"
    r"enriched (?:with|for)|above a pre-?defined|must (?:have|be|carry|harbou?r)"
    r"|required? to have|needs? to be|eligib\w+"
    r"|only (?:patients|subjects|those)|(?:enroll?|recruit)\w* only"
    r"|will be (?:enrolled|included|recruited))\b"
)
#: A requirement that is said not to be one.
_WAIVED = re.compile(
    r"(?i)\b(?:(?:is|are|was|were) not (?:required|necessary|mandatory)|not (?:a "
    r")?requirement"
    r"|regardless of|irrespective of|independent(?:ly)? of|without regard|any \w+ "
    r"status"
    r"|unselected|with (?:or|and) without|need not|or not\b|when an?|particular "
    r"characteristics)\b"
)
#: Results of which a sentence about all patients names both.
_HALVES = {"positive": "negative", "negative": "positive", "high": "low", "low": "high"}
_ZYGOUS = re.compile(r"(?i)\bhetero-?zygo|\bhomo-?zygo")
#: What a result may be one of several ways into a study beside.
_ONE_WAY = re.compile(
    r"(?i)^[^.;]{0,60}\bor (?:(?:patients|subjects|those|participants)\b|with\b"
    r"|primary\b|high)"
)
#: After a marker in a title: it is what the study looks for.
_SUBJECT = re.compile(
    r"(?i)^s?\s*(?:frequency|status|test(?:ing|s)|analysis|detection|profil\w+|spectrum|rates?"
    r"|in (?:patients|subjects|women|men|children|adults|people|advanced|metastatic))\b"
)
#: After a marker in a sentence: it is what is looked at, not what is asked for.
ASKED_ABOUT = re.compile(
    r"(?i)^[\s)]*(?:types?|status|test\w*|analys\w+|influenc\w+|predict\w*|affects?|correlat\w+"
    r"|in (?:available|the available|circulating|plasma|blood|tumou?r)|(?:prostate "
    r")?biops\w+|cells\b)"
)
_CONDITION = re.compile(
    r"(?i)\b(?:if (?:the )?(?:pathology|patients?|tumou?r)|such as|including|either"
    r"|and/or)\b[^.;]{0,120}$"
)


def find_selection(document: Document) -> list[Evidence]:
    """Return where a record says that a molecular result decides who enters.

    Titles come first. Nothing where a record only waives it, reports what is known, or
    looks for an association.
    """
    titles = list(_in_titles(document))
    return titles + _without_halves(document, list(_in_body(document)))


def _without_halves(document: Document, found: list[Evidence]) -> list[Evidence]:
    """Leave out markers of which a record takes both halves, as arms of one study."""
    text = " ".join(
        document.fields[one.field][one.start : one.end].lower() for one in found
    )
    text = re.sub(r"[^a-z0-9 ]", "", text)
    both = {
        marker
        for marker in re.findall(r"(\w+) positive", text)
        if f"{marker} negative" in text
    }
    kept = []
    for one in found:
        own = document.fields[one.field][one.start : one.end].lower()
        if not any(re.sub(r"[^a-z0-9 ]", "", own).startswith(m) for m in both):
            kept.append(one)
    return kept


def is_enriched(document: Document, evidence: list[Evidence]) -> bool:
    """Say whether a treatment is studied in patients of a molecular result only."""
    if not evidence:
        return False
    if not TREATS.search(document.whole) or OBSERVES.search(document.whole):
        return False
    return not all(
        _excludes(document, one) or _is_one_way(document, one) for one in evidence
    )


def _excludes(document: Document, evidence: Evidence) -> bool:
    """Say whether a result stands among what excludes patients."""
    if evidence.field != "eligibility":
        return False
    before = document.fields["eligibility"][: evidence.start].lower()
    return before.rfind("exclusion") > before.rfind("inclusion")


def _is_one_way(document: Document, evidence: Evidence) -> bool:
    """Say whether a result is named as one of several ways into a study."""
    text = document.fields[evidence.field]
    before = text[max(0, evidence.start - 160) : evidence.start]
    before = before[before.rfind("\n") + 1 :]
    return bool(
        _ONE_WAY.match(text[evidence.end : evidence.end + 120])
        or _CONDITION.search(before)
    )


def _in_titles(document: Document) -> Iterator[Evidence]:
    for line in document.titles:
        if line.is_of_pathogen:
            continue
        for mention in line.mentions:
            if SELECTS.match(mention.result) and not _is_other(line, mention):
                yield line.cite(mention.start, mention.end)


def _is_other(line: Line, mention: Mention) -> bool:
    """Say whether a title has the marker as its subject, not as a trait of patients."""
    other = TITLE_OTHER.search(line.text)
    before = line.text[: mention.start]
    if _WAIVED.search(before) or _SUBJECT.match(line.text[mention.end :]):
        return True
    return bool(other) and not _describes(line.text, mention)


def _in_body(document: Document) -> Iterator[Evidence]:
    for line in document.body:
        text = line.text
        if not any(SELECTS.match(one.result) for one in line.mentions):
            continue
        if line.is_of_pathogen or _WAIVED.search(text):
            continue
        if line.field == "eligibility":
            yield from _in_criteria(line)
            continue
        asked = _ASKED.search(text)
        if BACKGROUND.search(text) and not _DEMANDED.search(text):
            continue
        states = MEASURES.search(text) or _DEMANDED.search(text)
        looks = CORRELATION.search(text) and not states
        if not asked and (looks or not INTENT.search(text)):
            continue
        for mention in line.mentions:
            if not SELECTS.match(mention.result) or _has_opposite(line, mention):
                continue
            if ASKED_ABOUT.match(text[mention.end :]):
                continue
            if _describes(text, mention):
                yield line.cite(mention.start, mention.end)
                break


def _in_criteria(line: Line) -> Iterator[Evidence]:
    """Yield the markers of a criterion: what stands there selects, whoever is named."""
    for mention in line.mentions:
        if SELECTS.match(mention.result) and not _has_opposite(line, mention):
            yield line.cite(mention.start, mention.end)


def _has_opposite(line: Line, mention: Mention) -> bool:
    """Say whether a sentence speaks of both results of a marker: it selects neither."""
    if "versus" in line.text[mention.start : mention.end]:
        return True
    if mention.result in _HALVES:
        other = _HALVES[mention.result]
        same = re.sub(r"\W", "", mention.marker.lower())
        for one in line.mentions:
            if one.result == other and re.sub(r"\W", "", one.marker.lower()) == same:
                return True
    return mention.result.startswith("wild") and bool(_ZYGOUS.search(line.text))


def _describes(text: str, mention: Mention) -> bool:
    before, after = text[: mention.start], text[mention.end :]
    if mention.result.startswith("carrier"):
        return True
    return bool(
        WHO_BEFORE.search(before) or OF_BEFORE.search(before) or AFTER.match(after)
    )
