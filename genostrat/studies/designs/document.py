"""A record as the rules of designs read it: fields cut into sentences, read once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from genostrat.studies.designs.markers import ANCHORS, PATHOGEN, Mention, find_mentions
from genostrat.studies.designs.sentences import split_sentences

#: Fields that are read, in the order in which evidence is preferred.
FIELDS = ("title", "official_title", "eligibility", "summary", "description", "text")
#: Fields that name a study.
TITLES = ("title", "official_title")
#: Title in a text that has all in one: before the first stop or line end.
_FIRST = re.compile(r"\s*(?:\(\w+Quint\))?([^\n]{3,300})")
_MARK = "@highlight"


@dataclass(frozen=True)
class Evidence:
    """A stretch of a record by which a label holds."""

    field: str
    start: int
    end: int


@dataclass(frozen=True)
class Line:
    """A sentence of a field, and whether it names the study."""

    field: str
    start: int
    text: str
    is_title: bool = False

    @cached_property
    def lower(self) -> str:
        """The sentence in lower case, for a search for plain words."""
        return self.text.lower()

    def has(self, *groups: tuple[str, ...]) -> bool:
        """Say whether a word of every group stands there, also as part of another."""
        return all(any(word in self.lower for word in words) for words in groups)

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """Markers with a result beside them."""
        return tuple(find_mentions(self.text))

    @cached_property
    def is_of_pathogen(self) -> bool:
        """Whether it speaks of a pathogen, whose genes are not the patient's."""
        return PATHOGEN.search(self.text) is not None

    def cite(self, start: int, end: int) -> Evidence:
        """Return where a part of the sentence stands."""
        return Evidence(self.field, self.start + start, self.start + end)


class Document:
    """The fields of one record.

    Parameters
    ----------
    fields
        Field → text, of those in `FIELDS`; others are passed over.
    """

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = {name: fields[name] for name in FIELDS if fields.get(name)}
        self.whole = "\n".join(self.fields.values())

    @cached_property
    def lower(self) -> str:
        """All of it in lower case, for a search for plain words."""
        return self.whole.lower()

    def has(self, *groups: tuple[str, ...]) -> bool:
        """Say whether a word of every group stands anywhere, as in a sentence."""
        return all(any(word in self.lower for word in words) for words in groups)

    def read(self, evidence: Evidence) -> str:
        """Return the words of a piece of evidence."""
        return self.fields[evidence.field][evidence.start : evidence.end]

    @property
    def may_have_design(self) -> bool:
        """Whether any word stands there without which no rule holds."""
        return any(self._places.values())

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        """Field → where such words stand in it."""
        return {
            name: find_words(text.lower(), ANCHORS)
            for name, text in self.fields.items()
        }

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """All sentences that name a design or a marker, titles first."""
        return tuple(self._lines())

    @cached_property
    def titles(self) -> tuple[Line, ...]:
        """What names the study."""
        return tuple(line for line in self.lines if line.is_title)

    @cached_property
    def body(self) -> tuple[Line, ...]:
        """All other sentences."""
        return tuple(line for line in self.lines if not line.is_title)

    def _lines(self) -> Iterator[Line]:
        later = []
        for name, text in self.fields.items():
            if name in TITLES:
                yield Line(name, 0, text, is_title=True)
                continue
            start = 0
            if not any(title in self.fields for title in TITLES):
                for low, high in _find_titles(text):
                    yield Line(name, low, text[low:high], is_title=True)
                found = _FIRST.match(text)
                start = found.end() if found and "\n" in text else 0
            later.append((name, text, start))
        for name, text, start in later:
            for sentence in split_sentences(text, start=start, at=self._places[name]):
                if _MARK not in sentence.text:
                    yield Line(name, sentence.start, sentence.text)


def _find_titles(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a text names its study: its first line, and where it is repeated."""
    found = _FIRST.match(text)
    if found is not None:
        yield found.span(1)
    mark = text.find(_MARK)
    if mark > 0:
        yield max(text.rfind("\n", 0, mark) + 1, mark - 400), mark


def find_words(text: str, words: tuple[str, ...]) -> list[int]:
    """Return where words stand in a text, in order.

    Examples
    --------
    >>> find_words("a gene and a genotype", ("gene", "genotyp"))
    [2, 13]
    """
    places = []
    for word in words:
        place = text.find(word)
        while place >= 0:
            places.append(place)
            place = text.find(word, place + 1)
    return sorted(places)
