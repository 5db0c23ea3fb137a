"""Cutting the text of a record into sentences that keep their places in it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

#: Between sentences: a blank line, or a stop before a capital that ends no short form.
_BREAK = re.compile(
    r"\n\s*\n|(?<=[a-z0-9)\]][.?!])\s+(?=[A-Z(])|(?<=[.;])\s*\n|\n\s*(?=[-*•]|\d{1,2}[.)]\s)"
)
#: Longest stretch that is looked at as one sentence: a text without any stop is no
#: sentence, and the patterns of a mention reach less far.
MOST = 1500


@dataclass(frozen=True)
class Sentence:
    """A sentence, and where it begins in its text."""

    start: int
    text: str


def split_sentences(
    text: str, *, start: int = 0, at: Sequence[int] | None = None
) -> Iterator[Sentence]:
    """Yield the sentences of a text.

    Parameters
    ----------
    text
        Any text.
    start
        Where to begin.
    at
        Places in order: only sentences that hold one are yielded. None: all are.

    Examples
    --------
    >>> [(s.start, s.text) for s in split_sentences("Of men. Of women, i.e. all.")]
    [(0, 'Of men.'), (8, 'Of women, i.e. all.')]
    >>> [s.text for s in split_sentences("Of men. Of women.", at=[12])]
    ['Of women.']
    """
    if at is not None and not at:
        return
    for match in _BREAK.finditer(text, start):
        if at is None or _holds(at, start, match.start()):
            yield from _pieces(text, start, match.start())
        start = match.end()
    if at is None or _holds(at, start, len(text)):
        yield from _pieces(text, start, len(text))


def _holds(places: Sequence[int], start: int, end: int) -> bool:
    index = bisect_left(places, start)
    return index < len(places) and places[index] < end


def _pieces(text: str, start: int, end: int) -> Iterator[Sentence]:
    for low in range(start, end, MOST):
        piece = text[low : min(low + MOST, end)]
        stripped = piece.lstrip()
        if stripped:
            yield Sentence(low + len(piece) - len(stripped), stripped.rstrip())
