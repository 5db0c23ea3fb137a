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
    GIVES,
    INTENT,
    LOOKS_BACK,
    MEASURES,
    OBSERVES,
    OF_BEFORE,
    ONLY_ASKED,
    SAYS,
    SELECTS,
    TAKES_PART,
    TITLE_LOOKS,
    TITLE_NO_TREATMENT,
    TITLE_OTHER,
    TITLE_THERAPY,
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
    r"|will be (?:enrolled|included|recruited|treated|randomi[sz]ed)|will receive)\b"
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
_PRESENT = re.compile(r"pos|mutat|mutant|ampl|over|high|\(?\+|(?:hyper-?)?methylated")
_ABSENT = re.compile(r"neg|wild|wt|low|unmeth")
_ZYGOUS = re.compile(r"(?i)\bhetero-?zygo|\bhomo-?zygo")
#: What a result may be one of several ways into a study beside.
_ONE_WAY = re.compile(
    r"(?i)^[^.;]{0,60}\bor (?:(?:patients|subjects|those|participants)\b|with\b"
    r"|primary\b|high)"
)
#: After a marker in a title: it is what the study looks for.
_SUBJECT = re.compile(
    r"(?i)^s?\s*(?:mutations? )?(?:frequency|status|test(?:ing|s)|analysis|detection"
    r"|profil\w+|spectrum|rates?"
    r"|in (?:patients|subjects|women|men|children|adults|people|advanced|metastatic))\b"
)
#: After a marker in a sentence: it is what is looked at, not what is asked for.
ASKED_ABOUT = re.compile(
    r"(?i)^[\s)]*(?:types?|status|test\w*|analys\w+|influenc\w+|predict\w*|affects?"
    r"|correlat\w+"
    r"|in (?:available|the available|circulating|plasma|blood|tumou?r)|(?:prostate "
    r")?biops\w+|cells\b)"
)
#: Before a marker: it is what is searched for, in whoever takes part.
_LOOKED_FOR = re.compile(
    r"(?i)\b(?:determin\w+|identif\w+|detect\w*|analy\w+|search for|frequency of"
    r"|(?:test|screen|assess|evaluat|analy[sz]|examin)\w* for|looks? for|role of"
    r"|presence of|risk of|screen\b[^.;]{0,120}\bfor|pressure for|correlat\w+"
    r"|significance of|used for assessing)\s+"
    r"(?:(?!patients|subjects|women|men|those|participants|positive)[\w-]+[ ,/]+){0,4}$"
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
    body = _without_halves(document, list(_in_body(document)))
    if titles and _BOTH_CARRY.search(document.whole):
        titles = [one for one in titles if "arrier" not in document.read(one)]
    return titles + body


_BOTH_CARRY = re.compile(
    r"(?i)\bcarriers?,? (?:and|to|or|versus|vs\.?|with|than in) non-?carriers?"
    r"|\bnon-?carriers?,? (?:and|to|or|versus|vs\.?|with) (?:\w+ )?carriers?"
)


def _without_halves(document: Document, found: list[Evidence]) -> list[Evidence]:
    """Leave out markers of which a record takes both halves, as arms of one study."""
    if not found:
        return []
    text = " ".join(
        document.fields[one.field][one.start : one.end].lower() for one in found
    )
    text = re.sub(r"[^a-z0-9 ]", "", text)
    both = {
        marker
        for marker in re.findall(r"(\w+) positive", text)
        if f"{marker} negative" in text
    }
    if _BOTH_CARRY.search(document.whole):
        both.add("carrier")
    kept = []
    for one in found:
        own = document.fields[one.field][one.start : one.end].lower()
        plain = re.sub(r"[^a-z0-9 ]", "", own)
        if "carrier" in both and "carrier" in plain:
            continue
        if not any(plain.startswith(m) for m in both):
            kept.append(one)
    return kept


def is_enriched(document: Document, evidence: list[Evidence]) -> bool:
    """Say whether a treatment is studied in patients of a molecular result only."""
    if not evidence:
        return False
    treats = TREATS.search(document.whole) or GIVES.search(document.whole)
    if not treats or OBSERVES.search(document.whole):
        return False
    titles = " ".join(title.text for title in document.titles)
    if TITLE_NO_TREATMENT.search(titles) and not TITLE_THERAPY.search(titles):
        return False
    looks = TITLE_LOOKS.search(titles) or LOOKS_BACK.search(document.whole)
    if looks and not GIVES.search(document.whole):
        return False
    return not all(
        _excludes(document, one)
        or _is_one_way(document, one)
        or _is_of_genotype(document, one)
        or _is_one_of_many(document, one)
        for one in evidence
    )


def _excludes(document: Document, evidence: Evidence) -> bool:
    """Say whether a result stands among what excludes patients."""
    if evidence.field != "eligibility":
        return False
    before = document.fields["eligibility"][: evidence.start].lower()
    return before.rfind("exclusion") > before.rfind("inclusion")


_GENOTYPE = re.compile(r"(?i)genotyp|homo-?zyg|hetero-?zyg|\ballele|variant")
_THERAPY = re.compile(
    r"(?i)\b(?:phase|efficacy|therap\w+|treatment of|in treating|prevention)\b"
)


def _is_of_genotype(document: Document, evidence: Evidence) -> bool:
    """Say whether people are drawn by a genotype to see what it does, not to treat."""
    said = document.fields[evidence.field][evidence.start : evidence.end]
    titles = " ".join(title.text for title in document.titles)
    return bool(_GENOTYPE.search(said)) and not _THERAPY.search(titles)


#: Kinds of cancer, one a pattern, that a study may list.
_ORGANS = tuple(
    re.compile(rf"(?i)\b(?:{one})")
    for one in (
        "ovarian|fallopian|peritoneal",
        "gastric|o?esophag|gej",
        "lung|nsclc|sqnsclc|sclc",
        "melanoma",
        "renal|kidney",
        "bladder|urothelial",
        "colorectal|crc|mcrc|colon",
        "prostate|crpc|mcrpc",
        "breast|tnbc",
        "head and neck|hnscc|scchn",
        "pancrea",
        "endometrial",
        "glio",
        "hepatocellular|hcc",
        "thyroid",
        "cervical",
    )
)


def _is_one_of_many(document: Document, evidence: Evidence) -> bool:
    """Say whether a result is asked for in one of several kinds of cancer only."""
    text = document.fields[evidence.field]
    low = max(text.rfind(". ", 0, evidence.start), text.rfind("\n", 0, evidence.start))
    low = max(low + 1, evidence.start - 300, 0)
    before = text[low : evidence.start]
    around = text[low : evidence.end + 160].split("\n")[0]
    if not any(organ.search(before) for organ in _ORGANS):
        return False
    return sum(bool(organ.search(around)) for organ in _ORGANS) >= _MANY_ORGANS


#: From how many kinds of cancer on a list is one.
_MANY_ORGANS = 3


def _is_one_way(document: Document, evidence: Evidence) -> bool:
    """Say whether a result is named as one of several ways into a study."""
    text = document.fields[evidence.field]
    before = text[max(0, evidence.start - 160) : evidence.start]
    before = before[before.rfind("\n") + 1 :]
    return bool(
        _ONE_WAY.match(text[evidence.end : evidence.end + 120])
        or _CONDITION.search(before)
    )


#: Genes of the patient that matter to an infection and its treatment.
_HOST = re.compile(
    r"(?i)\b(?:cd ?(?:19|20|22|30|33)|her-?2|il-?28b|ifnl[34]|hla|cyp ?\d\w+|g6pd"
    r"|slco1b1|ccr5|nat2|ugt1a1|itpa)\b"
)


def _is_of_host(line: Line) -> bool:
    """Say whether a sentence on a pathogen has a gene of the patient for its marker."""
    return any(_HOST.search(one.marker) for one in line.mentions)


def _of_pathogens(document: Document, line: Line) -> bool:
    """Say whether a study is of a pathogen, and no gene of patients is named."""
    of_pathogen = any(title.is_of_pathogen for title in document.titles)
    return of_pathogen and not _is_of_host(line)


def _in_titles(document: Document) -> Iterator[Evidence]:
    for line in document.titles:
        if line.is_of_pathogen and not _is_of_host(line):
            continue
        for mention in line.mentions:
            selects = _selects_in_title(line, mention)
            if selects and not _is_other(line, mention):
                yield line.cite(mention.start, mention.end)


_AT_RISK = re.compile(r"(?i)\brisk (?:of|for) (?:carrying|having) (?:the|an?)?\s*$")
#: Before a marker in a title: patients are described by what they express.
_EXPRESSES = re.compile(r"(?i)\b(?:with|and|whose \w+ have) (?:\w+ ){0,2}$")


def _selects_in_title(line: Line, mention: Mention) -> bool:
    """Say whether a result in a title is one that patients have."""
    if SELECTS.match(mention.result):
        return True
    expressed = mention.result.startswith(("expression", "polymorphism"))
    return expressed and bool(_EXPRESSES.search(line.text[: mention.start]))


def _is_other(line: Line, mention: Mention) -> bool:
    """Say whether a title has the marker as its subject, not as a trait of patients."""
    other = TITLE_OTHER.search(line.text)
    before = line.text[: mention.start]
    if _LOOKED_FOR.search(before) or _AT_RISK.search(before):
        return True
    if _WAIVED.search(before) or _SUBJECT.match(line.text[mention.end :]):
        return True
    return bool(other) and not _describes(line.text, mention)


def _in_body(document: Document) -> Iterator[Evidence]:
    for line in document.body:
        text = line.text
        if not any(SELECTS.match(one.result) for one in line.mentions):
            continue
        if _WAIVED.search(text):
            continue
        if line.is_of_pathogen and not _is_of_host(line):
            continue
        if line.field == "eligibility":
            yield from _in_criteria(line)
            continue
        asked = _ASKED.search(text)
        says = _DEMANDED.search(text) or SAYS.search(text)
        if BACKGROUND.search(text) and not says:
            continue
        states = MEASURES.search(text) or _DEMANDED.search(text)
        looks = CORRELATION.search(text) and not states
        passes = bool(asked) or (not looks and bool(INTENT.search(text)))
        for mention in line.mentions:
            if not SELECTS.match(mention.result) or _has_opposite(line, mention):
                continue
            if mention.result == "carriers" and not _takes_part(text, mention):
                continue
            if mention.result.startswith("carr") and _of_pathogens(document, line):
                continue
            if not passes and not mention.result.startswith("carrier"):
                continue
            if _LOOKED_FOR.search(text[: mention.start]):
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
    for here, there in ((_PRESENT, _ABSENT), (_ABSENT, _PRESENT)):
        if here.match(mention.result):
            same = re.sub(r"\W", "", mention.marker.lower())
            for one in line.mentions:
                marker = re.sub(r"\W", "", one.marker.lower())
                if there.match(one.result) and marker == same:
                    return True
    return mention.result.startswith("wild") and bool(_ZYGOUS.search(line.text))


def _takes_part(text: str, mention: Mention) -> bool:
    """Say whether people who are described by a genotype take part by it."""
    if mention.marker == mention.result:
        return True
    return bool(TAKES_PART.search(text)) and not ONLY_ASKED.search(text)


def _describes(text: str, mention: Mention) -> bool:
    before, after = text[: mention.start], text[mention.end :]
    if 2 * (mention.end - mention.start) > len(text):
        return True
    if mention.result.startswith(("carrier", "carrying")):
        return True
    return bool(
        WHO_BEFORE.search(before) or OF_BEFORE.search(before) or AFTER.match(after)
    )
