"""Labels of three samples that went round in a circle."""

from __future__ import annotations

from genostrat.qc.identity.suspicion import Suspicion
from genostrat.qc.identity.swap_evidence import GENOTYPES
from genostrat.qc.identity.swap_trials import Trials, independent_lines, is_strong


def try_circles(trials: Trials) -> list[Suspicion]:
    """Return every circle of three that explains something."""
    fitting = trials.fitting_samples()
    circles = {
        (a, b, c)
        for a in fitting
        for b in fitting[a]
        for c in fitting.get(b, ())
        if a < min(b, c) and a in fitting.get(c, ()) and len({a, b, c}) == 3
    }
    tried = (_try_circle(trials, circle) for circle in sorted(circles))
    return [suspicion for suspicion in tried if suspicion is not None]


def _try_circle(trials: Trials, circle: tuple[str, ...]) -> Suspicion | None:
    """Return the circle of the thing that explains most; None if nothing does."""
    moves = dict(zip(circle, circle[1:] + circle[:1], strict=True))
    back = {new: old for old, new in moves.items()}
    found = []
    for thing in trials.things:
        # Genotypes that moved one way look like profiles that moved the other way.
        resolved = trials.move(circle, thing, moves if thing == GENOTYPES else back)
        if resolved is not None and is_strong(resolved):
            lines = independent_lines(resolved, circle)
            found.append(Suspicion((thing,), circle, resolved, lines, circle=True))
    return min(found, key=lambda suspicion: suspicion.rank(), default=None)
