"""A suspected exchange of labels, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from genostrat.qc.identity.swap_evidence import GENOTYPES, Contradiction, Key

#: Independent lines of evidence for a likely exchange.
LIKELY_LINES = 2

Line = tuple[str, ...]


@dataclass(frozen=True)
class Suspicion:
    """That a thing of some labels was exchanged.

    Attributes
    ----------
    things
        ``genotypes`` or layers, any one of which would explain the same.
    samples
        Two labels, or one where the partner is not known, or a circle of more.
    resolved
        What an exchange would resolve.
    lines
        Independent lines of evidence.
    n_partners
        How many samples would do as the partner equally well; 0 for none.
    shared
        What the labels have in common, such as ``batch b1``; no evidence.
    """

    things: tuple[str, ...]
    samples: tuple[str, ...]
    resolved: dict[Key, Contradiction]
    lines: frozenset[Line]
    n_partners: int = 0
    shared: str = ""
    circle: bool = False

    @property
    def confidence(self) -> str:
        """``likely`` with two independent lines of evidence, else ``possible``."""
        return "likely" if len(self.lines) >= LIKELY_LINES else "possible"

    @property
    def kinds(self) -> list[str]:
        """Kinds of evidence: family, omics, replicate, sex."""
        return sorted({line[0] for line in self.lines})

    @cached_property
    def strength(self) -> tuple[object, ...]:
        """How well it explains what does not fit; the best sorts first."""
        strong = sum(item.strong for item in self.resolved.values())
        return (
            -len(self.resolved),
            -strong,
            -len(self.lines),
            self.things[0] != GENOTYPES,
            not self.shared,
        )

    def rank(self) -> tuple[object, ...]:
        """Return what suspicions are sorted by: strength, then names."""
        return (*self.strength, self.samples)
