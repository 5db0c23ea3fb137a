"""Whether sites were chosen for being common, by their allele frequency spectrum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from genostrat.arrays import Floats
from genostrat.variants.populations.counting import GroupCounts

Verdict = Literal["ascertained", "unselected", "not_assessable"]

#: A variant is rare with so many copies of its rarer allele, or fewer.
MOST_COPIES = 2
#: Sites whose share of rare variants is below this part of what a constant population
#: has were chosen, or filtered by frequency. Human populations have grown and have more
#: rare variants, not fewer; in 1000 Genomes' founder populations the part is above 0.8,
#: on genotyping arrays below 0.15.
MIN_PART = 0.5
#: Fewer varying sites than this do not tell.
MIN_SITES = 200
#: Nor do fewer chromosomes: with ten people every second variant is rare anyway.
MIN_CHROMOSOMES = 20


def harmonic(n: int) -> Floats:
    """Return Σ 1/j for j below i, for each i up to n: a₁ of Watterson (1975)."""
    below = np.arange(n + 1, dtype=float)
    below[0] = np.inf
    return np.r_[0.0, np.cumsum(1 / below)[:-1]]


@dataclass
class Spectrum:
    """Rare variants seen and expected, over the first of the counted groups.

    Parameters
    ----------
    n_chromosomes
        Of that group, twice its people.
    """

    n_chromosomes: int
    n_segregating: int = 0
    n_rare: int = 0
    n_rare_expected: float = 0.0

    def __post_init__(self) -> None:
        n = np.arange(self.n_chromosomes + 1, dtype=float)
        first = harmonic(self.n_chromosomes)
        self._shares = np.zeros(len(n))
        for copies in range(1, MOST_COPIES + 1):
            # With few chromosomes, n − copies may be copies itself: count it once.
            known = n > 2 * copies
            self._shares[known] += 1 / copies + 1 / (n[known] - copies)
            middle = n == 2 * copies
            self._shares[middle] += 1 / copies
        several = n >= 2
        self._shares[several] /= first[several]
        self._shares[several] = np.minimum(self._shares[several], 1)

    def add(self, block: GroupCounts) -> None:
        """Add consecutive variants."""
        counts = block.counts[0]
        total, minor = counts.sum(axis=1), counts.min(axis=1)
        varies = minor > 0
        self.n_segregating += int(varies.sum())
        self.n_rare += int((varies & (minor <= MOST_COPIES)).sum())
        self.n_rare_expected += float(self._shares[total[varies]].sum())

    @property
    def part(self) -> float:
        """Rare variants as a part of what a population of constant size would have."""
        if not self.n_rare_expected:
            return float("nan")
        return self.n_rare / self.n_rare_expected

    @property
    def verdict(self) -> Verdict:
        """Whether the sites were chosen."""
        few = self.n_segregating < MIN_SITES or self.n_chromosomes < MIN_CHROMOSOMES
        if few:
            return "not_assessable"
        return "unselected" if self.part >= MIN_PART else "ascertained"
