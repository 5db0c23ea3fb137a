"""Whether a text is in English, the one language in which records are understood."""

from __future__ import annotations

import re

_COMMON = frozenset(
    [
        "the",
        "of",
        "and",
        "to",
        "in",
        "a",
        "is",
        "for",
        "with",
        "or",
        "be",
        "are",
        "at",
        "by",
        "on",
        "as",
        "not",
        "have",
        "will",
        "who",
        "that",
        "this",
        "from",
        "an",
        "patients",
        "study",
        "treatment",
        "no",
        "any",
        "than",
        "older",
        "age",
        "years",
    ]
)
_WORD = re.compile(r"[^\W\d_]+")
#: Words that are looked at, and the fewest that allow an answer.
_MOST, _FEWEST = 400, 20
#: Lowest share of common words: English texts have two fifths, lists of criteria an
#: eighth, texts in other languages less than a twentieth.
_SHARE = 0.07


def is_english(text: str) -> bool:
    """Say whether a text is in English; true where it is too short to tell.

    Examples
    --------
    >>> is_english("Patients who are treated at the centre for the first time")
    True
    >>> is_english("Los pacientes que tienen cáncer y que reciben tratamiento en el "
    ...            "centro por primera vez y que han dado su consentimiento")
    False
    """
    words = [word.lower() for word in _WORD.findall(text[:6000])][:_MOST]
    if len(words) < _FEWEST:
        letters = sum(map(len, words))
        return (
            letters == 0
            or text.isascii()
            or sum(map(str.isascii, words)) * 2 > len(words)
        )
    return sum(word in _COMMON for word in words) >= _SHARE * len(words)
