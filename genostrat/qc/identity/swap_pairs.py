"""Exchanges of two labels."""

from __future__ import annotations

from itertools import product

from genostrat.qc.identity.suspicion import Suspicion
from genostrat.qc.identity.swap_evidence import GENOTYPES
from genostrat.qc.identity.swap_trials import (
    Trials,
    independent_lines,
    is_strong,
    join_things,
)

#: Exchanges are tried only up to this many samples of each sex with the wrong sex: with
#: more, the evidence cannot tell which pair was exchanged.
MAX_SEX_CANDIDATES = 60


def try_pairs(trials: Trials) -> list[Suspicion]:
    """Return every exchange of two that explains something and contradicts nothing."""
    found: list[Suspicion] = []
    for first, second in sorted(_candidates(trials)):
        found += join_things(
            _try_pair(trials, first, second, thing) for thing in trials.things
        )
    return found


def _candidates(trials: Trials) -> set[tuple[str, str]]:
    """Return pairs that some contradiction points to."""
    pairs = {
        tuple(sorted((label, other)))
        for label, others in trials.fitting_samples().items()
        for other in others
    }
    for thing in trials.things:
        women, men = _wrong_sexes(trials, thing)
        if max(len(women), len(men)) <= MAX_SEX_CANDIDATES:
            pairs |= {tuple(sorted(pair)) for pair in product(women, men)}
    return {(a, b) for a, b in pairs if a != b}


def _wrong_sexes(trials: Trials, thing: str) -> tuple[list[str], list[str]]:
    """Return reported women, and reported men, whom a thing shows to be the other."""
    evidence = trials.evidence
    women: list[str] = []
    men: list[str] = []
    for name in sorted(trials.odd):
        reported = evidence.reported.get(name)
        if thing == GENOTYPES:
            shown = evidence.genetic.get(name)
        else:
            shown = evidence.profile_sex.get((thing, name))
        if reported and shown and reported != shown:
            (women if reported == "female" else men).append(name)
    return women, men


def _try_pair(trials: Trials, first: str, second: str, thing: str) -> Suspicion | None:
    resolved = trials.move((first, second), thing, {first: second, second: first})
    if resolved is None or not is_strong(resolved):
        return None
    for name in (first, second):
        alone = trials.take_away(name, thing)
        # If one of the two samples explains as much by itself, the choice of its
        # partner is a guess.
        if alone is not None and len(alone) >= len(resolved):
            return None
    samples = (first, second)
    lines = independent_lines(resolved, samples)
    place = trials.common_place(samples)
    return Suspicion((thing,), samples, resolved, lines, shared=place)
