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

#: “Based on CYP2C9 status, …”; not “Based on genotype, …”, which is an advice.
_PREAMBLE = re.compile(r"^based (?:on )?(?!genotype)[a-z0-9-]+(?: status)?, ")

#: Tried in this order at the beginning of a text, in lower case.
_FIRST_ADVICE = (
    (NO_GUIDANCE, r"no recommendation for "),
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
    (AVOID, r"if the patient has a family history [^.:]*: advise [\w ]+ to avoid "),
    (CHANGE_DOSE, r"consider a \d+(?:-\d+)?% reduction of recommended starting dose"),
    (CHANGE_DOSE, r"reduce starting doses? "),
    (CHANGE_DOSE, r"increase starting (?:daily )?dose "),
    (CHANGE_DOSE, r"start with (?:drastically )?reduced (?:starting )?doses "),
    (CHANGE_DOSE, r"for malignancy, (?:start with drastically reduced|initiate dose)"),
    (CHANGE_DOSE, r"initiate therapy with \d+-\d+% of the lowest recommended"),
    (CHANGE_DOSE, r"consider initiating \w+ with decreased dose"),
    (CHANGE_DOSE, r"prescribe <=? ?\d+ ?mg "),
    # Slower than the product's titration, which the next rule but one describes.
    (CHANGE_DOSE, r"initiate with a dose of \d+ mg/day and if no clinical response"),
    (STANDARD, r"avoid [\w ]+ inhibitors\. initiate therapy with recommended standard"),
    (STANDARD, r"initiate with a dose of \d+ mg/day and increase to \d+ mg/day after"),
    (STANDARD, r"there is no need to avoid prescribing "),
    (STANDARD, r"implications for (?=.*weighs in favor of using)"),
    (MONITOR, r"implications for (?=.*consider implications before initiating)"),
)

#: Beginnings of an advice to prescribe as usual; what follows may still qualify it.
_AS_USUAL = (
    r"initiate therapy with (?:recommended|standard) ",
    r"initiate \w+ with standard dosing",
    r"initiate standard starting daily dose",
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
    r"if patient does not respond [^.]*\bconsider ",
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


def find_unknown_wordings(texts: Iterable[str]) -> list[str]:
    """Return a sentence for the recommendations that no rule knows, if there are any.

    The sentence counts them and gives their digests, as :func:`digest_text` makes
    them; not the texts, which belong to the source.
    """
    unknown = sorted({digest_text(t) for t in texts if categorise_text(t) is None})
    if not unknown:
        return []
    shown = ", ".join(unknown[:5]) + (", …" if len(unknown) > 5 else "")
    return [
        f"{len(unknown)} recommendation text(s) are worded in a way that no rule for"
        f" categories knows ({shown}): they are shown as they are, without a category."
    ]
