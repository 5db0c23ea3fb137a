"""Cutting eligibility text into the criteria that it lists, with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Side = Literal["inclusion", "exclusion"]

#: A head of a list: "Inclusion Criteria:", "KEY EXCLUSION", "Criteria for exclusion".
_HEAD = re.compile(
    r"(?im)(?:^|(?<=[.\n])[ \t]*)[\W_]*(?:(?:key|main|major|principal|participant"
    r"|patient|general"
    r"|subject|additional|other|part \w+|phase \w+)[ \t]+)*"
    r"(?:(?P<side>inclusion|exclusion|eligibility)(?:[ \t]+criteri(?:a|on))?"
    r"|criteria for (?P<other>inclusion|exclusion))\b[^\n:]{0,80}?(?::|[ \t]*$|(?=\n)"
    r"|(?=[ \t]+-[ \t])|(?=[ \t]+1\.))"
)
_EXCLUDES = re.compile(
    r"(?i)\b(?:will be excluded|are excluded|not eligible (?:if|for)|ineligible|must "
    r"not)\b[^\n]{0,80}:?$"
)
#: What begins an item of a list.
_BULLET = re.compile(
    r"(?:^|\n)[ \t]*(?:[-*•·–◦▪o]+[ \t]+|\(?\d{1,2}(?:\.\d{1,2})*[.):][ \t]*"
    r"|\(?[a-z][.)][ \t]+|[A-Z][.)][ \t]+)"
)
_INLINE = re.compile(
    r"(?:(?<=[.;:])|(?<=\s))\s+(?:[-*•]\s+|\d{1,2}[.)]\s+)(?=[A-Z≥≤<>(])"
)
#: Longest criterion that is looked at; one that is longer is no single criterion.
MOST = 2000


@dataclass(frozen=True)
class Clause:
    """One criterion as it is written.

    Parameters
    ----------
    side
        Whether patients must meet it, or must not.
    text
        Without its bullet.
    start, end
        Where it stands in the text.
    """

    side: Side
    text: str
    start: int
    end: int


def split_criteria(text: str, *, from_head: bool = False) -> list[Clause]:
    r"""Return the criteria that a text lists, in order.

    Text before any head, and text without heads, counts as inclusion.

    Parameters
    ----------
    text
        Any text.
    from_head
        Whether what stands before the first head is no criterion.

    Examples
    --------
    >>> text = "Inclusion Criteria:\n* Over 18\n\nExclusion Criteria:\n- Pregnant"
    >>> [(c.side, c.text) for c in split_criteria(text)]
    [('inclusion', 'Over 18'), ('exclusion', 'Pregnant')]
    """
    return [
        clause
        for side, start, end in _sections(text, from_head=from_head)
        for clause in _items(text, start, end, side)
    ]


def _sections(text: str, *, from_head: bool) -> Iterator[tuple[Side, int, int]]:
    side: Side = "inclusion"
    start = 0
    is_list = not from_head
    for match in _HEAD.finditer(text):
        if is_list:
            yield side, start, match.start()
        is_list = True
        named = (match["side"] or match["other"]).lower()
        side = "exclusion" if named == "exclusion" else "inclusion"
        start = match.end()
    if is_list:
        yield side, start, len(text)


def _items(text: str, start: int, end: int, side: Side) -> Iterator[Clause]:
    part = text[start:end]
    marks = [(m.start(), m.end()) for m in _BULLET.finditer(part)]
    if len(marks) < 2:
        marks += [(m.start(), m.end()) for m in _INLINE.finditer(part)]
    if not marks:
        marks = [(m.start(), m.end()) for m in re.finditer(r"\n\s*", part)]
    edges = sorted({(0, 0), *marks})
    for (_, low), (high, _) in zip(edges, [*edges[1:], (len(part), 0)], strict=True):
        item = part[low:high]
        stripped = item.strip(" \t\r\n.;:")
        if len(stripped) < 3:
            continue
        if _EXCLUDES.search(stripped) and len(stripped) < 120:
            side = "exclusion"
            continue
        offset = start + low + item.index(stripped[:3])
        text_of = " ".join(stripped.split())
        yield Clause(side, text_of[:MOST], offset, offset + len(stripped))
