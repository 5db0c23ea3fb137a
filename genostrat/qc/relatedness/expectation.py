"""What a pedigree expects of every pair of samples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from genostrat.arrays import Floats
from genostrat.sheets.pedigree import Pedigree

#: Kinship from which a relation is called after its degree.
SECOND, THIRD = 0.0884, 0.0442
#: What KING gives for two samples of one person.
SAME_PERSON = 0.5


@dataclass(frozen=True)
class Expectation:
    """What is expected of a pair.

    Parameters
    ----------
    relation
        same_person, parent_child, full_siblings, half_siblings, grandparent,
        avuncular, second_degree, third_degree, distant or unrelated.
    kinship
        Probability that an allele of one and an allele of the other are copies of one
        ancestor's.
    at_least
        The two share a parent and another parent is not given, so they may be closer.
    """

    relation: str
    kinship: float
    at_least: bool = False


class Expectations:
    """The relations that a pedigree implies.

    Parameters
    ----------
    pedigree
        Founders are taken as unrelated and not inbred.
    """

    def __init__(self, pedigree: Pedigree) -> None:
        self._pedigree = pedigree
        self._families = pedigree.families
        self._kinship = [
            compute_kinship(family, pedigree.parents) for family in self._families
        ]
        self._place = {
            person: (number, place)
            for number, family in enumerate(self._families)
            for place, person in enumerate(family)
        }

    def of(self, first: str, second: str) -> Expectation:
        """Return what is expected of two samples."""
        one, two = (self._pedigree.person_of.get(s, s) for s in (first, second))
        if one == two:
            return Expectation("same_person", SAME_PERSON)
        here, there = self._place.get(one), self._place.get(two)
        if here is None or there is None or here[0] != there[0]:
            return Expectation("unrelated", 0.0)
        kinship = float(self._kinship[here[0]][here[1], there[1]])
        mine, theirs = self._parents(one), self._parents(two)
        shared = (set(mine) & set(theirs)) - {""}
        if one in theirs or two in mine:
            return Expectation("parent_child", kinship)
        if len(shared) == 2:
            return Expectation("full_siblings", kinship)
        if shared:
            return Expectation("half_siblings", kinship, "" in (*mine, *theirs))
        return Expectation(self._name_further(one, two, kinship), kinship)

    def close_pairs(
        self, samples: Iterable[str], *, min_kinship: float = THIRD
    ) -> Iterator[tuple[str, str]]:
        """Yield the pairs of samples that are expected to be so close, each sorted."""
        chosen = set(samples)
        samples_of = {
            person: [sample for sample in own if sample in chosen]
            for person, own in self._pedigree.samples_of.items()
        }
        for own in samples_of.values():
            yield from ((a, b) for i, a in enumerate(own) for b in own[i + 1 :])
        for family, kinship in zip(self._families, self._kinship, strict=True):
            for i, j in np.argwhere(np.triu(kinship, 1) >= min_kinship):
                for a in samples_of.get(family[i], ()):
                    for b in samples_of.get(family[j], ()):
                        yield min(a, b), max(a, b)

    def _parents(self, person: str) -> tuple[str, str]:
        return self._pedigree.parents.get(person, ("", ""))

    def _name_further(self, one: str, two: str, kinship: float) -> str:
        for old, young in ((one, two), (two, one)):
            for parent in set(self._parents(young)) - {""}:
                if old in self._parents(parent):
                    return "grandparent"
                both = set(self._parents(parent)) - {""}
                if len(both) == 2 and both == set(self._parents(old)):
                    return "avuncular"
        if kinship >= SECOND:
            return "second_degree"
        if kinship >= THIRD:
            return "third_degree"
        return "distant" if kinship > 0 else "unrelated"


def compute_kinship(
    family: list[str], parents: Mapping[str, tuple[str, str]]
) -> Floats:
    """Return the kinship of all members of a family, shape (n, n), in their order.

    Notes
    -----
    The tabular method (Emik and Terrill 1949, doi
    10.1093/oxfordjournals.jhered.a106000): parents before children,
    φ(i, j) = ½ (φ(father of i, j) + φ(mother of i, j)) for every earlier j, and
    φ(i, i) = ½ (1 + φ(father of i, mother of i)).
    """
    order = _parents_first(family, parents)
    place = {person: number for number, person in enumerate(order)}
    # The last row stands for parents that are not known.
    kinship = np.zeros((len(order) + 1, len(order) + 1))
    for person, i in place.items():
        father, mother = (
            place.get(parent, len(order)) for parent in parents.get(person, ("", ""))
        )
        row = (kinship[father, :i] + kinship[mother, :i]) / 2
        kinship[i, :i] = kinship[:i, i] = row
        kinship[i, i] = (1 + kinship[father, mother]) / 2
    back = np.array([place[person] for person in family], np.intp)
    return kinship[np.ix_(back, back)]


def _parents_first(
    family: list[str], parents: Mapping[str, tuple[str, str]]
) -> list[str]:
    """Sort a family so that everybody follows their parents."""
    order: dict[str, None] = {}
    waiting = list(reversed(family))
    while waiting:
        person = waiting[-1]
        ahead = [p for p in parents.get(person, ()) if p and p not in order]
        if person in order or not ahead:
            order.setdefault(waiting.pop())
        else:
            waiting += ahead
    return list(order)
