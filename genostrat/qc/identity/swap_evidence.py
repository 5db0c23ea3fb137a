"""What speaks for and against each sample being the one that its label says.

A label stands on three things that can be mixed up on their own: the row of the
clinical sheet, the genotypes, and the profile in each omics layer. Here a *thing* is
``genotypes`` or the name of a layer; moving a thing between labels changes which facts
contradict one another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

GENOTYPES = "genotypes"

Pair = frozenset[str]
#: Pairs of the fact that is contradicted and the evidence that contradicts it.
Key = tuple[str, ...]
#: Label → the label whose thing is put in its place.
Moves = Mapping[str, str]

EXPECTED_DEGREES = {
    "same_person": 0,
    "parent_child": 1,
    "full_siblings": 1,
    "half_siblings": 2,
    "grandparent": 2,
    "avuncular": 2,
    "second_degree": 2,
}
FOUND_DEGREES = {"duplicate": 0, "first": 1, "second": 2, "third": 3}
#: A pair less related than this that the sheet does not list is no evidence of a swap:
#: distant cousins are common.
FARTHEST_UNEXPECTED = 2

OK, MISMATCH, UNASSESSED = "ok", "mismatch", "not_assessable"


@dataclass(frozen=True)
class FoundRelation:
    """What the genotypes say of a pair."""

    degree: int
    kind: str
    kinship: float


@dataclass(frozen=True)
class Expected:
    """What the sheet says of a pair, and whether the genotypes agree."""

    relation: str
    status: str


@dataclass(frozen=True)
class Contradiction:
    """Two facts that cannot both be right.

    Attributes
    ----------
    kind
        sex, family, replicate or omics.
    samples
        Whose labels are in doubt.
    strong
        Whether it takes a mistake to explain it. Relatives that the sheet does not
        know of are no mistake by themselves.
    """

    kind: str
    samples: tuple[str, ...]
    strong: bool = True


@dataclass
class Evidence:
    """All facts about the samples of a cohort; see :func:`gather_evidence`.

    Attributes
    ----------
    reported, genetic
        Sex in the sheet and by the chromosomes, where known.
    profile_sex, fits
        By layer and sample: sex by the profile; whose genotypes the profile fits.
    expected, found
        By pair: what the sheet says, what the genotypes say.
    near
        Samples that the sheet or the genotypes relate to a sample.
    trios
        Child and parents → whether their genotypes are consistent.
    """

    reported: dict[str, str] = field(default_factory=dict)
    genetic: dict[str, str] = field(default_factory=dict)
    profile_sex: dict[tuple[str, str], str] = field(default_factory=dict)
    fits: dict[tuple[str, str], str] = field(default_factory=dict)
    expected: dict[Pair, Expected] = field(default_factory=dict)
    found: dict[Pair, FoundRelation] = field(default_factory=dict)
    near: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    trios: dict[tuple[str, ...], bool] = field(default_factory=dict)

    @cached_property
    def layers(self) -> list[str]:
        """Names of the omics layers that say anything."""
        return sorted({layer for layer, _ in [*self.fits, *self.profile_sex]})

    def contradictions(
        self, samples: set[str], *, thing: str = GENOTYPES, moves: Moves | None = None
    ) -> dict[Key, Contradiction]:
        """Return what is contradictory about some samples once a thing has moved.

        Parameters
        ----------
        samples
            Labels looked at; pairs are looked at with anybody.
        thing, moves
            What is moved, and where; nothing if None.
        """
        placed = moves or {}
        genotypes = placed if thing == GENOTYPES else {}
        found: dict[Key, Contradiction] = {}
        for sample in sorted(samples):
            own = genotypes.get(sample, sample)
            if _differ(self.reported.get(sample), self.genetic.get(own)):
                found["sex", sample] = Contradiction("sex", (sample,))
            for layer in self.layers:
                profile = placed.get(sample, sample) if layer == thing else sample
                found |= self._of_profile(sample, layer, profile, own)
            for other in self._neighbours(sample, genotypes):
                pair = frozenset((sample, other))
                problem = self._of_pair(pair, genotypes)
                if problem is not None:
                    found["kin", *sorted(pair)] = problem
        return found | self._of_trios(samples, moved=bool(genotypes))

    def confirmations(self, sample: str, *, thing: str) -> list[Key]:
        """Return what only fits if a thing of a sample is its own."""
        if thing != GENOTYPES:
            return (
                [("omics", thing)] if self.fits.get((thing, sample)) == sample else []
            )
        keys: list[Key] = [
            ("omics", layer)
            for layer in self.layers
            if self.fits.get((layer, sample)) == sample
        ]
        for other in self.near.get(sample, ()):
            known = self.expected.get(frozenset((sample, other)))
            if known is not None and known.status == OK:
                keys.append(("kin", sample, other))
        keys += [
            ("trio", *trio)
            for trio, consistent in self.trios.items()
            if consistent and sample in trio
        ]
        return keys

    def _of_profile(
        self, sample: str, layer: str, profile: str, genotypes: str
    ) -> dict[Key, Contradiction]:
        result: dict[Key, Contradiction] = {}
        fits = self.fits.get((layer, profile))
        if fits and fits != genotypes and not self._are_one(fits, genotypes):
            key = ("omics", layer, sample)
            result[key] = Contradiction("omics", (sample,))
        told = self.reported.get(sample) or self.genetic.get(genotypes)
        if _differ(told, self.profile_sex.get((layer, profile))):
            result["profile_sex", layer, sample] = Contradiction("sex", (sample,))
        return result

    def _are_one(self, first: str, second: str) -> bool:
        known = self.found.get(frozenset((first, second)))
        return known is not None and known.degree == 0

    def _neighbours(self, sample: str, genotypes: Moves) -> set[str]:
        """Return whom the sheet or the genotypes in its place relate to a sample."""
        labels = {placed: label for label, placed in genotypes.items()}
        own = genotypes.get(sample, sample)
        found = {labels.get(other, other) for other in self.near.get(own, ())}
        return (found | set(self.near.get(sample, ()))) - {sample}

    def _of_pair(self, pair: Pair, genotypes: Moves) -> Contradiction | None:
        known = self.expected.get(pair)
        placed = frozenset(genotypes.get(label, label) for label in pair)
        samples = tuple(sorted(pair))
        if known is not None:
            kind = "replicate" if known.relation == "same_person" else "family"
            if known.status == UNASSESSED:
                return None
            wrong = known.status == MISMATCH
            if placed != pair:
                wrong = not fits_relation(known.relation, self.found.get(placed))
            return Contradiction(kind, samples) if wrong else None
        found = self.found.get(placed)
        if found is None or found.degree > FARTHEST_UNEXPECTED:
            return None
        return Contradiction("family", samples, strong=False)

    def _of_trios(self, samples: set[str], *, moved: bool) -> dict[Key, Contradiction]:
        """Return trios that are inconsistent, or that a move would make so."""
        result: dict[Key, Contradiction] = {}
        for trio, consistent in self.trios.items():
            if samples.intersection(trio) and (moved or not consistent):
                result["trio", *trio] = Contradiction("family", trio)
        return result


def _differ(first: str | None, second: str | None) -> bool:
    return bool(first and second and first != second)


def fits_relation(relation: str, found: FoundRelation | None) -> bool:
    """Say whether what the genotypes say of a pair is what the sheet says.

    Kinship of the second degree scatters down to that of the third.
    """
    degree = EXPECTED_DEGREES[relation]
    if found is None:
        return False
    if degree == FARTHEST_UNEXPECTED:
        return found.degree in (2, 3)
    if degree == 1 and found.kind and found.kind != relation:
        return False
    return found.degree == degree


def gather_evidence(
    sheet: pd.DataFrame,
    *,
    sex: pd.DataFrame,
    relatedness: pd.DataFrame,
    pedigree: pd.DataFrame,
    mendel: pd.DataFrame,
    omics: pd.DataFrame,
) -> Evidence:
    """Collect the facts of a cohort's tables.

    Parameters
    ----------
    sheet
        ``check/samples.tsv``.
    sex, relatedness, pedigree, mendel, omics
        The tables ``qc/sex.tsv``, ``relatedness.tsv``, ``pedigree.tsv``,
        ``mendel.tsv`` and ``omics_match.tsv``.

    Notes
    -----
    Mendel errors count only where kinship cannot tell the pairs of a trio: both are
    made from the same genotypes.
    """
    evidence = Evidence(
        reported=_known(sheet, "sex"), genetic=_known(sex, "inferred_sex")
    )
    for row in omics.itertuples():
        place = (row.layer, row.sample_id)
        if row.status in (OK, MISMATCH):
            evidence.fits[place] = row.sample_id if row.status == OK else row.best_match
        if row.inferred_sex:
            evidence.profile_sex[place] = row.inferred_sex
    for row in relatedness.itertuples():
        if row.relationship in FOUND_DEGREES:
            _relate(evidence, row.sample_1, row.sample_2)
            evidence.found[frozenset((row.sample_1, row.sample_2))] = FoundRelation(
                FOUND_DEGREES[row.relationship], row.first_degree_kind, row.kinship
            )
    for row in pedigree.itertuples():
        if row.expected in EXPECTED_DEGREES:
            _relate(evidence, row.sample_1, row.sample_2)
            pair = frozenset((row.sample_1, row.sample_2))
            status = row.status if row.status in (OK, MISMATCH) else UNASSESSED
            evidence.expected[pair] = Expected(row.expected, status)
    for row in mendel.itertuples():
        trio = tuple(name for name in (row.child, row.father, row.mother) if name)
        if row.status in ("consistent", "inconsistent") and not _is_told(
            evidence, trio
        ):
            evidence.trios[trio] = row.status == "consistent"
    return evidence


def _known(table: pd.DataFrame, column: str) -> dict[str, str]:
    pairs = zip(table["sample_id"], table[column], strict=True)
    return {name: value for name, value in pairs if value in ("male", "female")}


def _relate(evidence: Evidence, first: str, second: str) -> None:
    evidence.near[first].add(second)
    evidence.near[second].add(first)


def _is_told(evidence: Evidence, trio: tuple[str, ...]) -> bool:
    child, *parents = trio
    pairs = (evidence.expected.get(frozenset((child, p))) for p in parents)
    return any(pair is not None and pair.status != UNASSESSED for pair in pairs)
