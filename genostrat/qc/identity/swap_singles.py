"""Samples that are somebody else's, where nothing says whose."""

from __future__ import annotations

from collections.abc import Collection

from genostrat.qc.identity.suspicion import Suspicion
from genostrat.qc.identity.swap_evidence import Key
from genostrat.qc.identity.swap_trials import Trials, independent_lines, join_things


def try_singles(
    trials: Trials,
    undecided: Collection[Suspicion],
    *,
    taken: Collection[str],
    explained: Collection[Key],
) -> list[Suspicion]:
    """Return the samples that would explain something by not being themselves.

    Parameters
    ----------
    trials
        The facts.
    undecided
        Exchanges of two that nothing chose between.
    taken
        Samples that an exchange explains already.
    explained
        Contradictions that an exchange explains already.
    """
    found: list[Suspicion] = []
    for name in sorted(trials.odd - set(taken)):
        partners = {
            n for pair in undecided for n in pair.samples if name in pair.samples
        }
        n_partners = len(partners - {name})
        joined = join_things(
            _try_single(trials, name, thing, n_partners, explained=explained)
            for thing in trials.things
        )
        found += sorted(joined, key=lambda suspicion: suspicion.rank())[:1]
    return found


def _try_single(
    trials: Trials,
    name: str,
    thing: str,
    n_partners: int,
    *,
    explained: Collection[Key],
) -> Suspicion | None:
    resolved = {
        key: item
        for key, item in (trials.take_away(name, thing) or {}).items()
        if key not in explained
    }
    if not resolved:
        return None
    lines = independent_lines(resolved, (name,))
    return Suspicion((thing,), (name,), resolved, lines, n_partners)
