"""Trying exchanges: what would fit, and what would no longer, if labels moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from genostrat.qc.identity.suspicion import Line, Suspicion
from genostrat.qc.identity.swap_evidence import (
    EXPECTED_DEGREES,
    GENOTYPES,
    Contradiction,
    Evidence,
    Key,
    fits_relation,
)

Resolved = dict[Key, Contradiction]


@dataclass(frozen=True)
class Trials:
    """Exchanges that are tried on the facts of a cohort.

    Parameters
    ----------
    evidence
        The facts.
    odd
        Samples that something strong speaks against.
    places
        Where each sample was handled, in words; exchanges happen within a place.
    """

    evidence: Evidence
    odd: frozenset[str]
    places: Mapping[str, str]

    @property
    def things(self) -> tuple[str, ...]:
        """What may have been exchanged: genotypes, or the profile of a layer."""
        return (GENOTYPES, *self.evidence.layers)

    def move(
        self, samples: tuple[str, ...], thing: str, moves: Mapping[str, str]
    ) -> Resolved | None:
        """Return what a move resolves; None if it makes a contradiction."""
        before = self.evidence.contradictions(set(samples))
        after = self.evidence.contradictions(set(samples), thing=thing, moves=moves)
        if set(after) - set(before):
            return None
        return {key: item for key, item in before.items() if key not in after}

    def take_away(self, name: str, thing: str) -> Resolved | None:
        """Return what is resolved if a thing of a sample is somebody else's.

        None where something shows that the thing is its own.
        """
        if self.evidence.confirmations(name, thing=thing):
            return None
        found = self.evidence.contradictions({name})
        return {
            key: item
            for key, item in found.items()
            if item.strong and _rests_on(key, thing)
        }

    def fitting_samples(self) -> dict[str, set[str]]:
        """Return, for each label, whose genotypes would fit there."""
        evidence = self.evidence
        fitting: dict[str, set[str]] = defaultdict(set)
        for (_, name), label in evidence.fits.items():
            if label != name:
                fitting[name].add(label)
        for name in self.odd:
            for relative in evidence.near.get(name, ()):
                known = evidence.expected.get(frozenset((name, relative)))
                if known is None or known.relation not in EXPECTED_DEGREES:
                    continue
                if known.status != "mismatch":
                    continue
                for other in evidence.near[relative] - {name}:
                    found = evidence.found.get(frozenset((relative, other)))
                    if fits_relation(known.relation, found):
                        fitting[name].add(other)
        return fitting

    def common_place(self, samples: Iterable[str]) -> str:
        """Return where all of the samples were handled; blank if there is none."""
        places = {self.places.get(name, "") for name in samples}
        return places.pop() if len(places) == 1 else ""


def is_strong(resolved: Resolved | None) -> bool:
    """Say whether anything strong is resolved."""
    return any(item.strong for item in (resolved or {}).values())


def _rests_on(key: Key, thing: str) -> bool:
    """Say whether a contradiction goes when a thing is taken away."""
    if key[0] in ("omics", "profile_sex"):
        return thing == key[1] or (thing == GENOTYPES and key[0] == "omics")
    return thing == GENOTYPES


def independent_lines(
    resolved: Mapping[Key, Contradiction], samples: tuple[str, ...]
) -> frozenset[Line]:
    """Return the independent lines of evidence among what is resolved.

    Relatives or replicates of the one label and of the other are two lines, if they are
    different people; both sexes, and both omics profiles, are one.
    """
    lines: set[Line] = set()
    witnesses: set[str] = set()
    for _, item in sorted(resolved.items()):
        if not item.strong:
            continue
        if item.kind in ("sex", "omics"):
            lines.add((item.kind,))
            continue
        others = [name for name in item.samples if name not in samples]
        own = [name for name in item.samples if name in samples]
        if own and not witnesses.intersection(others):
            lines.add((item.kind, own[0]))
        witnesses.update(others)
    return frozenset(lines)


def join_things(found: Iterable[Suspicion | None]) -> list[Suspicion]:
    """Join suspicions of the same samples that explain the same by another thing."""
    joined: dict[tuple[object, ...], Suspicion] = {}
    for item in found:
        if item is None:
            continue
        key = (item.samples, tuple(sorted(item.resolved)))
        first = joined.get(key)
        if first is not None:
            item = replace(first, things=first.things + item.things)
        joined[key] = item
    return list(joined.values())
