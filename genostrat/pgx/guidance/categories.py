"""Sorting recommendations by what they ask a prescriber to do.

The rules read the source's own wording, and its first advice decides: “consider a
lower dose or an alternative” changes the dose, “consider an alternative; if the drug
is warranted, lower the dose” avoids the drug. A text that no rule knows gets no
category: it is for a person to read, not for a rule to guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256

from genostrat.registry.words.pgx import GUIDANCE_CATEGORIES as CATEGORIES

#: Most pressing first.
AVOID, CHANGE_DOSE, MONITOR, STANDARD, NO_GUIDANCE = CATEGORIES
#: What a prescriber has to act on.
ACTIONABLE = (AVOID, CHANGE_DOSE)
#: How pages name them.
CATEGORY_WORDS = {
    AVOID: "Avoid or replace",
    CHANGE_DOSE: "Change dose",
    MONITOR: "Monitor",
    STANDARD: "Standard use",
    NO_GUIDANCE: "No recommendation",
}
#: Order of what pages lead with: the category, whether it is certain, and whether what
#: is possible was left open by a result (True) or by a gene that nobody assessed. What
#: may have to be avoided comes before a certain change of dose if something was found
#: that allows it; a gene without a result allows everything, in every patient alike,
#: and would bury those in whom something was found.
_RANKS: tuple[tuple[str, bool, bool], ...] = (
    (AVOID, True, True),
    (AVOID, False, True),
    (CHANGE_DOSE, True, True),
    (AVOID, False, False),
    (CHANGE_DOSE, False, True),
    (CHANGE_DOSE, False, False),
    (MONITOR, True, True),
    (MONITOR, False, True),
    (MONITOR, False, False),
    (STANDARD, True, True),
    (NO_GUIDANCE, True, True),
)

#: “Based on CYP2C9 status, …”; not “Based on genotype, …”, which is an advice.
_PREAMBLE = re.compile(r"^based (?:on )?(?!genotype)[a-z0-9-]+(?: status)?, ")

#: Tried in this order at the beginning of a text, in lower case.
_FIRST_ADVICE = (
    (NO_GUIDANCE, r"no recommendation (?:for|due to) |no recommendation\.?$"),
    (NO_GUIDANCE, r"no action recommended based on genotype [^.]*minimal evidence"),
    (
        NO_GUIDANCE,
        r"no (?:ryr1|cacna1s) genotype is available\. based on \w+ status, clinical"
        r" findings",
    ),
    (NO_GUIDANCE, r"the guideline does not provide a recommendation"),
    # A genotype without a known variant does not rule the susceptibility out.
    (NO_GUIDANCE, r"clinical findings, family history, further genetic testing"),
    (MONITOR, r"(?:neither )?[\w -]*phenotype could (?:not )?be assigned"),
    (AVOID, r"avoid (?![^.;]*(?:inhibitor|\bdos))"),
    (AVOID, r"avoid standard dose [^.]*\. use \w+ or \w+ at standard dose"),
    (AVOID, r"(?:consider|choose|prescribe|recommend|select) (?:an )?alternative "),
    (AVOID, r"for non-malignant conditions, consider alternative "),
    (AVOID, r"consider hormonal therapy such as an aromatase inhibitor"),
    (AVOID, r"(?![^.]*\bnot (?:\w+ )?contraindicated)[^.]*\bcontraindicated\b"),
    (AVOID, r"\w+ is not recommended\b"),
    (AVOID, r"avoid\.?$"),
    (AVOID, r"if patient is [\w-]+-naïve[^.]*, do not use "),
    (AVOID, r"if patient is \w+-naive, do not use "),
    (AVOID, r"consider a clinically appropriate (?:alternative )?antidepressant "),
    (AVOID, r"if the patient has a family history [^.:]*: advise [\w ]+ to avoid "),
    (CHANGE_DOSE, r"consider a \d+(?:-\d+)?% reduction of recommended starting dose"),
    (CHANGE_DOSE, r"reduce starting doses? "),
    (CHANGE_DOSE, r"increase starting (?:daily )?dose "),
    (CHANGE_DOSE, r"start with (?:drastically )?reduced (?:starting )?doses "),
    (CHANGE_DOSE, r"for malignancy, (?:start with drastically reduced|initiate dose)"),
    (CHANGE_DOSE, r"initiate therapy with \d+-\d+% of the lowest recommended"),
    (CHANGE_DOSE, r"consider initiating \w+ with decreased dose"),
    (CHANGE_DOSE, r"prescribe (?:<=?|≤) ?\d+ ?mg "),
    (CHANGE_DOSE, r"consider a (?:[\d-]+% )?lower starting dose"),
    (CHANGE_DOSE, r"consider a \d+% reduction in recommended starting dose"),
    (
        CHANGE_DOSE,
        r"initiate therapy with recommended starting dose\. consider a slower titration"
        r" schedule and lower maintenance dose",
    ),
    (CHANGE_DOSE, r"initiate therapy with (?:the )?lowest recommended starting dose"),
    (CHANGE_DOSE, r"initiate therapy with \d+% of the lowest recommended"),
    (CHANGE_DOSE, r"initiate \d+% of starting dose"),
    (
        CHANGE_DOSE,
        r"for first dose, use typical initial or loading dose\. for subsequent doses,?"
        r" use approximately \d+% less",
    ),
    (
        CHANGE_DOSE,
        r"initiate with a dose of 0\.5 mg/kg/day and if no clinical",
    ),
    # Slower than the product's titration, which the next rule but one describes.
    (CHANGE_DOSE, r"initiate with a dose of \d+ mg/day and if no clinical response"),
    (STANDARD, r"avoid [\w ]+ inhibitors\. initiate therapy with recommended standard"),
    (STANDARD, r"initiate with a dose of \d+ mg/day and increase to \d+ mg/day after"),
    (
        STANDARD,
        r"initiate with a dose of 0\.5 mg/kg(?:/day)? and increase to 1\.2",
    ),
    (STANDARD, r"there is no need to avoid prescribing "),
    (STANDARD, r"no reason to avoid "),
    (STANDARD, r"use \w+ per standard dosing guidelines"),
    (STANDARD, r"no adjustments needed from typical dosing strategies"),
    (
        STANDARD,
        r"no action is (?:needed|required) for th(?:is|e) gene-drug",
    ),
    (MONITOR, r"to ascertain g6pd status, enzyme activity must be measured"),
    (MONITOR, r"if deemed necessary to ascertain g6pd status, enzyme activity must"),
    (STANDARD, r"implications for (?=.*weighs in favor of using)"),
    (MONITOR, r"implications for (?=.*consider implications before initiating)"),
)

#: Beginnings of an advice to prescribe as usual; what follows may still qualify it.
_AS_USUAL = (
    r"initiate therapy with (?:recommended|standard) ",
    r"initiate \w+ with standard dosing",
    r"initiate standard (?:starting daily dose|dosing)",
    r"insufficient evidence [^.]*\. initiate therapy with recommended starting dose",
    r"if considering \w+, use at standard dose",
    r"prescribe desired starting dose",
    r"start with normal starting dose",
    r"use \w+ label recommended ",
    r"use \w+ according to the product label",
    r"based on genotype, there is no indication to change dose or therapy",
)

#: Qualifications that ask to watch the patient, or to adjust later.
_WATCH = (
    r"monitor closely for toxicity",
    r"should be aware of possible increased risk",
    r"if no response and [^.]*\bconsider ",
    r"if patient does not (?:adequately )?respond [^.]*\bconsider ",
    r"consider increasing dose by ",
    r"consider \d+% reduction in daily dose",
)

#: A text that begins as usual and holds one of these says more than the rules know.
_UNEXPLAINED = re.compile(
    r"avoid|alternative|contraindic|not recommended|reduc|increas|decreas|lower|higher"
    r"|discontinu|caution|withh|stop"
)

_RULES = tuple((category, re.compile(wording)) for category, wording in _FIRST_ADVICE)
_BEGINS_AS_USUAL = re.compile("|".join(_AS_USUAL))
_WATCHES = re.compile("|".join(_WATCH))


@lru_cache(maxsize=4096)
def categorise_text(text: str) -> str | None:
    """Say what a recommendation asks for.

    Parameters
    ----------
    text
        As the source words it; blank or ``None`` in letters where it has nothing to
        say.

    Returns
    -------
    str or None
        One of :data:`CATEGORIES`; None where no rule knows the wording.

    Notes
    -----
    avoid: do not use, or an alternative is the first advice. change_dose: another
    dose or titration. monitor: as usual, but watch the patient, weigh the result, or
    adjust later. standard: as the label says. no_guidance: the source has no advice
    for this result.
    """
    words = normalise_text(text)
    if not words:
        return NO_GUIDANCE
    advice = _PREAMBLE.sub("", words)
    for category, wording in _RULES:
        if wording.match(advice):
            return category
    start = _BEGINS_AS_USUAL.match(advice)
    if start is None:
        return None
    rest = advice[start.end() :]
    if _WATCHES.search(rest):
        return MONITOR
    return None if _UNEXPLAINED.search(rest) else STANDARD


#: Words by which a text that no rule knows asks for each category.
_CUES = {
    AVOID: re.compile(
        r"\bavoid\b|contra-?indicated|\b(?:do|should) not (?:be )?use|not recommended"
        r"|\b(?:choose|select|consider|prescribe|recommend)[\w\s,-]{0,60}\balternative"
        r"|\ban alternative (?:can|should)|or choose an alternative"
    ),
    CHANGE_DOSE: re.compile(
        r"\breduc|\bincreas|\blower\b|\bhigher\b|\bno more than\b|\bexceed"
        r"|\b\d+(?:-\d+)?% (?:of|less)|\d(?:\.\d+)?x? (?:times|higher)|\bhalf of\b"
        r"|\bmaximum dose\b|\bdouble the\b|\btitrat|\b\d+-fold|dosage is \d"
    ),
    MONITOR: re.compile(
        r"\bmonitor|\bbe (?:extra )?alert|\bcaution|\bguide the dose|\bregularly\b"
    ),
}


#: A first sentence that says what cannot be advised; what can comes after it.
_DISCLAIMER = re.compile(
    r"^(?:for pain: )?(?:it is not possible to|as the total|there is insufficient"
    r" information)[^.]*\. "
)


@lru_cache(maxsize=4096)
def categorise_guideline(
    text: str, *, dosing: bool, alternative: bool, other: bool
) -> str | None:
    """Say what a recommendation asks for, by its text and a curator's marks.

    Parameters
    ----------
    text
        As the source words it.
    dosing, alternative, other
        Whether the curator marked it as advice on the dose, as naming an alternative,
        and as other advice.

    Returns
    -------
    str or None
        As :func:`categorise_text` for a wording that its rules know. Any other text
        is sorted by the first word that asks for something, of those that the marks
        allow; None where there is neither a mark nor a known wording.
    """
    known = categorise_text(text)
    if known is not None:
        return known
    words = _DISCLAIMER.sub("", normalise_text(text))
    marks = {AVOID: alternative, CHANGE_DOSE: dosing, MONITOR: other}
    found = {
        category: match.start()
        for category, cue in _CUES.items()
        if marks[category] and (match := cue.search(words)) is not None
    }
    if found:
        return min(found, key=lambda category: found[category])
    return next((category for category, marked in marks.items() if marked), None)


@lru_cache(maxsize=4096)
def provides_for_unknown(text: str) -> bool:
    """Say whether a text tells what to do while a gene's status is unknown."""
    return "status is unknown, monitor closely" in normalise_text(text)


def normalise_text(text: str) -> str:
    """Bring a recommendation to lower case and single spaces; blank for ``None``."""
    words = " ".join(text.split()).casefold()
    return "" if words in {"none", "n/a"} else words


def digest_text(text: str) -> str:
    """Identify a recommendation without repeating it: 12 hexadecimal digits."""
    return sha256(normalise_text(text).encode()).hexdigest()[:12]


def sort_categories(categories: Iterable[str]) -> list[str]:
    """Return the different categories, most pressing first."""
    return sorted(set(categories), key=CATEGORIES.index)


def judge_category(category: str, possible: Iterable[str]) -> tuple[str, bool]:
    """Return what a page leads with: the most pressing, certain or only possible.

    Parameters
    ----------
    category
        What is certain.
    possible
        Every category that is left open. Where one of them asks for more than what is
        certain, it leads.

    Returns
    -------
    category
        One of :data:`CATEGORIES`.
    is_certain
        False for what is only possible; what is certain then still holds as the least.
    """
    worst = sort_categories({category, *possible})[0]
    if worst in (category, STANDARD, NO_GUIDANCE):
        return category, True
    return worst, False


def rank_category(
    category: str, possible: Iterable[str], *, is_assessed: bool = True
) -> int:
    """Return how pressing advice is: 0 for what comes first on a page.

    Parameters
    ----------
    category, possible
        As for :func:`judge_category`.
    is_assessed
        Whether every gene has a result, sure or not.
    """
    leading, is_certain = judge_category(category, possible)
    if leading == AVOID and category == CHANGE_DOSE:
        # A change is due in any case, so it is no matter why more is possible.
        is_assessed = True
    return rank_verdict(leading, is_certain=is_certain, is_assessed=is_assessed)


def rank_certain(category: str, possible: Iterable[str]) -> int:
    """Return how pressing what is certain is, where that decides: 0 comes first.

    A certain change comes before all that is only possible, which is ranked as by
    :func:`rank_category`.
    """
    if category in ACTIONABLE:
        return ACTIONABLE.index(category)
    return len(ACTIONABLE) + rank_category(category, possible)


def rank_verdict(category: str, *, is_certain: bool, is_assessed: bool) -> int:
    """Return how pressing what a page leads with is: 0 for what comes first."""
    return _RANKS.index((category, is_certain, is_certain or is_assessed))
