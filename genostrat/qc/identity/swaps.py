"""Swapped samples: which exchange of labels would explain what does not fit.

Sex, relatives, declared replicates and omics profiles each say something about whose
genotypes stand under a label. An exchange is suspected where it would resolve several
contradictions and make none.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product

import pandas as pd

from genostrat.errors import printable
from genostrat.qc.identity.suspicion import Line, Suspicion
from genostrat.qc.identity.swap_evidence import (
    EXPECTED_DEGREES,
    GENOTYPES,
    Contradiction,
    Evidence,
    Key,
    fits_relation,
    gather_evidence,
)
from genostrat.qc.identity.swap_words import describe_suspicion

log = logging.getLogger(__name__)

#: Samples of each sex with a sex that does not fit, above which exchanges between them
#: are not tried one by one: nothing could tell them apart.
MAX_SEX_CANDIDATES = 60

COLUMNS = [
    "sample_1",
    "sample_2",
    "confidence",
    "n_evidence",
    "evidence",
    "swapped",
    "kinds",
    "evidence_unnamed",
]


def detect_swaps(
    sheet: pd.DataFrame,
    *,
    sex: pd.DataFrame,
    relatedness: pd.DataFrame,
    pedigree: pd.DataFrame,
    mendel: pd.DataFrame,
    omics: pd.DataFrame,
) -> pd.DataFrame:
    """List suspected exchanges of labels.

    Parameters
    ----------
    sheet
        ``check/samples.tsv``.
    sex, relatedness, pedigree, mendel, omics
        The tables ``qc/sex.tsv``, ``relatedness.tsv``, ``pedigree.tsv``,
        ``mendel.tsv`` and ``omics_match.tsv``; each may be empty.

    Returns
    -------
    DataFrame
        The table ``qc/swaps.tsv``; empty where nothing contradicts anything.

    Notes
    -----
    Every exchange of two labels that some contradiction points to is tried, for the
    genotypes and for each omics layer: sex, expected and found relatives, replicates
    and omics matches are looked up as if the two had been exchanged. What makes a
    contradiction anywhere is dropped; of the rest the one that resolves most comes
    first, and explains what it resolves. Where nothing tells several partners apart,
    none is named. A sample whose genotypes fit a relative, a replicate or a profile is
    never taken for somebody else: its contradictions are slips in the sheet.
    """
    evidence = gather_evidence(
        sheet,
        sex=sex,
        relatedness=relatedness,
        pedigree=pedigree,
        mendel=mendel,
        omics=omics,
    )
    found = _Detective(evidence, _places(sheet)).explain()
    log.info("%d exchanges of labels are suspected", len(found))
    rows = [row for suspicion in found for row in _to_rows(suspicion, evidence)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _to_rows(suspicion: Suspicion, evidence: Evidence) -> list[dict[str, object]]:
    """Return the row of two samples, or one for each sample without known partner."""
    samples = suspicion.samples
    pairs = [samples] if len(samples) == 2 else [(name, "") for name in samples]
    shared = {
        "confidence": suspicion.confidence,
        "n_evidence": len(suspicion.resolved),
        "evidence": "; ".join(describe_suspicion(suspicion, evidence, named=True)),
        "swapped": " or ".join(suspicion.things),
        "kinds": ", ".join(suspicion.kinds),
        "evidence_unnamed": "; ".join(
            describe_suspicion(suspicion, evidence, named=False)
        ),
    }
    return [{"sample_1": first, "sample_2": second} | shared for first, second in pairs]


def _places(sheet: pd.DataFrame) -> dict[str, str]:
    """Return where each sample was handled: its batch, else its centre, in words."""
    for column in ("batch", "centre"):
        if column in sheet:
            pairs = zip(sheet["sample_id"], sheet[column], strict=True)
            # Semicolons separate sentences.
            return {
                name: f"{column} {printable(value).replace(';', ',')}"
                for name, value in pairs
                if value
            }
    return {}


@dataclass
class _Detective:
    """Explains the contradictions of a cohort, the best explanation first.

    Parameters
    ----------
    evidence
        The facts.
    places
        Where each sample was handled.
    """

    evidence: Evidence
    places: Mapping[str, str]
    explained: set[Key] = field(default_factory=set)
    used: set[str] = field(default_factory=set)

    def explain(self) -> list[Suspicion]:
        """Return disjoint suspicions, and note what they explain."""
        open_keys = self.evidence.contradictions(self._everybody())
        strong = {key: item for key, item in open_keys.items() if item.strong}
        odd = {name for item in strong.values() for name in item.samples}
        circles = [c for c in self._circles(odd) if c is not None]
        pairs = [p for p in self._pairs(odd) if p is not None]
        found = self._choose([*circles, *pairs])
        # Whoever has several partners that would do equally well is left for these.
        left = [pair for pair in pairs if self.used.isdisjoint(pair.samples)]
        singles = [s for s in self._singles(odd, left) if s is not None]
        found += self._choose(singles)
        return sorted(found, key=lambda suspicion: suspicion.rank())

    def _everybody(self) -> set[str]:
        facts = self.evidence
        names = set(facts.reported) | set(facts.genetic) | set(facts.near)
        return names | {name for _, name in [*facts.fits, *facts.profile_sex]}

    def _choose(self, candidates: list[Suspicion]) -> list[Suspicion]:
        """Take candidates in order of rank, none with a sample of another's."""
        chosen: list[Suspicion] = []
        ordered = sorted(candidates, key=lambda suspicion: suspicion.rank())
        while best := self._first_clear(ordered):
            chosen.append(best)
            self.used.update(best.samples)
            self.explained.update(best.resolved)
        return chosen

    def _first_clear(self, ordered: list[Suspicion]) -> Suspicion | None:
        """Return the best candidate that no other is as good as, or better, nearby."""
        left = [candidate for candidate in ordered if self._is_open(candidate)]
        rivals, unclear = _count_rivals(left), set[str]()
        for candidate in left:
            if unclear.isdisjoint(candidate.samples):
                pairs = ((name, candidate.strength) for name in candidate.samples)
                if all(rivals[pair] < 2 for pair in pairs):
                    return candidate
            unclear.update(candidate.samples)
        return None

    def _is_open(self, candidate: Suspicion) -> bool:
        """Say whether it explains something that nothing else has explained."""
        return self.used.isdisjoint(candidate.samples) and any(
            item.strong and key not in self.explained
            for key, item in candidate.resolved.items()
        )

    def _resolve(
        self, samples: tuple[str, ...], thing: str, moves: Mapping[str, str]
    ) -> dict[Key, Contradiction] | None:
        """Return what a move resolves; None if it makes a contradiction."""
        before = self.evidence.contradictions(set(samples))
        after = self.evidence.contradictions(set(samples), thing=thing, moves=moves)
        if set(after) - set(before):
            return None
        return {key: item for key, item in before.items() if key not in after}

    # Exchanges of two.

    def _pairs(self, odd: set[str]) -> list[Suspicion | None]:
        found: list[Suspicion | None] = []
        for first, second in sorted(self._candidate_pairs(odd)):
            tried = [
                self._try_pair(first, second, thing)
                for thing in (GENOTYPES, *self.evidence.layers)
            ]
            found += _join_things([item for item in tried if item is not None])
        return found

    def _candidate_pairs(self, odd: set[str]) -> set[tuple[str, str]]:
        """Return pairs that some contradiction points to."""
        pairs = {
            tuple(sorted((place, label)))
            for place, labels in self._places_of(odd).items()
            for label in labels
        }
        for layer in (GENOTYPES, *self.evidence.layers):
            women: list[str] = []
            men: list[str] = []
            for name in sorted(odd):
                told = self.evidence.reported.get(name)
                sex = self._sex_of(name, layer)
                if told and sex and told != sex:
                    (women if told == "female" else men).append(name)
            if max(len(women), len(men)) <= MAX_SEX_CANDIDATES:
                pairs |= {tuple(sorted(pair)) for pair in product(women, men)}
        return {(a, b) for a, b in pairs if a != b}

    def _sex_of(self, name: str, thing: str) -> str | None:
        if thing == GENOTYPES:
            return self.evidence.genetic.get(name)
        return self.evidence.profile_sex.get((thing, name))

    def _places_of(self, odd: set[str]) -> dict[str, set[str]]:
        """Return for a label whose genotypes would do in its place, as far as shown."""
        evidence = self.evidence
        doing: dict[str, set[str]] = defaultdict(set)
        for (_, name), label in evidence.fits.items():
            if label != name:
                doing[name].add(label)
        for name in odd:
            for relative in evidence.near.get(name, ()):
                known = evidence.expected.get(frozenset((name, relative)))
                if known is None or known.relation not in EXPECTED_DEGREES:
                    continue
                if known.status != "mismatch":
                    continue
                for other in evidence.near[relative] - {name}:
                    found = evidence.found.get(frozenset((relative, other)))
                    if fits_relation(known.relation, found):
                        doing[name].add(other)
        return doing

    def _try_pair(self, first: str, second: str, thing: str) -> Suspicion | None:
        resolved = self._resolve((first, second), thing, {first: second, second: first})
        if not resolved or not any(item.strong for item in resolved.values()):
            return None
        # A partner that explains nothing of its own is anybody.
        for name in (first, second):
            alone = self._drop(name, thing)
            if alone is not None and len(alone) >= len(resolved):
                return None
        return Suspicion(
            (thing,),
            (first, second),
            resolved,
            _lines(resolved, (first, second)),
            shared=self._shared((first, second)),
        )

    def _shared(self, samples: Iterable[str]) -> str:
        places = {self.places.get(name, "") for name in samples}
        return places.pop() if len(places) == 1 else ""

    # One sample with an unknown partner.

    def _drop(self, name: str, thing: str) -> dict[Key, Contradiction] | None:
        """Return what is resolved if a thing of a sample is somebody else's.

        None where something shows that it is its own.
        """
        if self.evidence.confirmations(name, thing=thing):
            return None
        found = self.evidence.contradictions({name})
        return {
            key: item
            for key, item in found.items()
            if item.strong and _rests_on(key, thing)
        }

    def _singles(self, odd: set[str], pairs: list[Suspicion]) -> list[Suspicion | None]:
        found: list[Suspicion | None] = []
        for name in sorted(odd - self.used):
            partners = {n for p in pairs for n in p.samples if name in p.samples}
            tried = [
                self._try_single(name, thing, len(partners - {name}))
                for thing in (GENOTYPES, *self.evidence.layers)
            ]
            joined = _join_things([item for item in tried if item is not None])
            found += sorted(joined, key=lambda suspicion: suspicion.rank())[:1]
        return found

    def _try_single(self, name: str, thing: str, n_partners: int) -> Suspicion | None:
        resolved = self._drop(name, thing)
        resolved = {
            k: v for k, v in (resolved or {}).items() if k not in self.explained
        }
        if not resolved:
            return None
        return Suspicion(
            (thing,), (name,), resolved, _lines(resolved, (name,)), n_partners
        )

    # Circles of three.

    def _circles(self, odd: set[str]) -> list[Suspicion | None]:
        doing = self._places_of(odd)
        circles = {
            (a, b, c) if a < min(b, c) else ()
            for a in doing
            for b in doing[a]
            for c in doing.get(b, ())
            if a in doing.get(c, ()) and len({a, b, c}) == 3
        }
        return [self._try_circle(circle) for circle in sorted(circles) if circle]

    def _try_circle(self, circle: tuple[str, ...]) -> Suspicion | None:
        moves = dict(zip(circle, circle[1:] + circle[:1], strict=True))
        best = None
        for thing in (GENOTYPES, *self.evidence.layers):
            way = moves if thing == GENOTYPES else {b: a for a, b in moves.items()}
            resolved = self._resolve(circle, thing, way)
            if resolved and any(item.strong for item in resolved.values()):
                lines = _lines(resolved, circle)
                found = Suspicion((thing,), circle, resolved, lines, circle=True)
                best = found if best is None or found.rank() < best.rank() else best
        return best


def _rests_on(key: Key, thing: str) -> bool:
    """Say whether a contradiction goes when a thing is taken away."""
    if key[0] in ("omics", "profile_sex"):
        return thing == key[1] or (thing == GENOTYPES and key[0] == "omics")
    return thing == GENOTYPES


def _lines(
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


def _join_things(found: list[Suspicion]) -> list[Suspicion]:
    """Join suspicions of the same samples that explain the same."""
    by_resolved: dict[tuple[object, ...], Suspicion] = {}
    for item in found:
        key = (item.samples, tuple(sorted(item.resolved)))
        if key in by_resolved:
            first = by_resolved[key]
            item = Suspicion(
                first.things + item.things,
                first.samples,
                first.resolved,
                first.lines,
                first.n_partners,
                first.shared,
            )
        by_resolved[key] = item
    return list(by_resolved.values())


def _count_rivals(
    candidates: list[Suspicion],
) -> Counter[tuple[str, tuple[object, ...]]]:
    """Count exchanges of two by each sample and strength.

    Where a sample has several of one strength, nothing tells its partners apart.
    """
    return Counter(
        (name, candidate.strength)
        for candidate in candidates
        if len(candidate.samples) == 2
        for name in candidate.samples
    )
