"""Swapped samples: which exchange of labels would explain what does not fit.

Sex, relatives, declared replicates and omics profiles each say something about whose
genotypes stand under a label. An exchange is suspected where it would resolve several
contradictions and make none.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from genostrat.errors import printable
from genostrat.qc.identity.suspicion import Suspicion
from genostrat.qc.identity.swap_circles import try_circles
from genostrat.qc.identity.swap_evidence import (
    Evidence,
    Key,
    gather_evidence,
)
from genostrat.qc.identity.swap_pairs import try_pairs
from genostrat.qc.identity.swap_singles import try_singles
from genostrat.qc.identity.swap_trials import Trials
from genostrat.qc.identity.swap_words import describe_suspicion

log = logging.getLogger(__name__)

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
    found = explain_contradictions(evidence, places=_places(sheet))
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


def explain_contradictions(
    evidence: Evidence, *, places: Mapping[str, str]
) -> list[Suspicion]:
    """Return exchanges that explain contradictions, no sample in two; the best first.

    Parameters
    ----------
    evidence
        The facts.
    places
        Where each sample was handled, in words.
    """
    everything = evidence.contradictions(_everybody(evidence))
    odd = {n for item in everything.values() if item.strong for n in item.samples}
    trials = Trials(evidence, frozenset(odd), places)
    choice = _Choice()
    pairs = try_pairs(trials)
    choice.take_best([*try_circles(trials), *pairs])
    # Samples with several partners that would do equally well are left for these.
    undecided = [pair for pair in pairs if choice.taken.isdisjoint(pair.samples)]
    choice.take_best(
        try_singles(trials, undecided, taken=choice.taken, explained=choice.explained)
    )
    return sorted(choice.chosen, key=lambda suspicion: suspicion.rank())


def _everybody(evidence: Evidence) -> set[str]:
    names = set(evidence.reported) | set(evidence.genetic) | set(evidence.near)
    return names | {name for _, name in [*evidence.fits, *evidence.profile_sex]}


@dataclass
class _Choice:
    """Suspicions taken one after the other, none with a sample of another's.

    Attributes
    ----------
    chosen
        What was taken.
    taken
        Samples of what was taken.
    explained
        Contradictions that what was taken explains.
    """

    chosen: list[Suspicion] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    explained: set[Key] = field(default_factory=set)

    def take_best(self, candidates: list[Suspicion]) -> None:
        """Take candidates in order of rank, while one is clearly the best."""
        ordered = sorted(candidates, key=lambda suspicion: suspicion.rank())
        while best := self._first_clear(ordered):
            self.chosen.append(best)
            self.taken.update(best.samples)
            self.explained.update(best.resolved)

    def _first_clear(self, ordered: list[Suspicion]) -> Suspicion | None:
        """Return the best candidate whose samples no rival explains as well."""
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
        """Say whether it explains something that nothing taken has explained."""
        return self.taken.isdisjoint(candidate.samples) and any(
            item.strong and key not in self.explained
            for key, item in candidate.resolved.items()
        )


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
