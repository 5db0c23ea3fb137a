"""From the alleles of a patient to what the gene does in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations_with_replacement, product

import numpy as np

from genostrat.arrays import Indices
from genostrat.pgx.definitions import Effect, Gene
from genostrat.pgx.naming import sort_names

#: What a call with unexplained variants may turn out to be: no source can say.
INDETERMINATE = "Indeterminate"
#: Sums of activity values such as 0.1 + 0.2 are compared with bounds to this precision.
_DIGITS = 6


@dataclass(frozen=True)
class EffectTable:
    """Phenotypes of all pairs of a gene's alleles, in numbers.

    Parameters
    ----------
    names
        The phenotype of each number; one that the source does not give is
        :data:`INDETERMINATE`. For a gene without phenotypes the diplotypes stand in
        their place.
    scores
        Its activity score; the same phenotype may have several.
    kinds
        int (n_alleles,): alleles of one kind have the same effect with any other.
    pairs
        int (n_kinds, n_kinds): number of the effect.
    singles
        int (n_kinds,): of a single copy.
    """

    names: tuple[str, ...]
    scores: tuple[float | None, ...]
    kinds: Indices
    pairs: Indices
    singles: Indices


@dataclass(frozen=True)
class EffectBook:
    """Effects of a gene's diplotypes by the places of their alleles in the gene.

    Parameters
    ----------
    gene
        Whose effects.
    memory
        What was looked up before.
    """

    gene: Gene
    memory: dict[tuple[int, ...], Effect | None] = field(default_factory=dict)

    def read(self, alleles: Sequence[int]) -> Effect | None:
        """Return what a diplotype, or a single copy, does; None where unknown."""
        key = tuple(sorted(alleles))
        if key not in self.memory:
            names = [self.gene.alleles[index].name for index in key]
            self.memory[key] = find_effect(self.gene, names)
        return self.memory[key]

    def read_all(self, readings: Sequence[Sequence[int]]) -> list[Effect | None]:
        """Return the effects of every choice of one allele for each copy."""
        return [self.read(choice) for choice in product(*readings)]

    @property
    def has_phenotypes(self) -> bool:
        """Whether the source gives this gene any phenotype."""
        return self.gene.method != "none"

    @cached_property
    def table(self) -> EffectTable:
        """Every pair's phenotype; made once, as a gene may have 50,000 pairs."""
        n_alleles = len(self.gene.alleles)
        numbers: dict[tuple[str, float | None], int] = {}
        pairs = np.zeros((n_alleles, n_alleles), np.intp)
        for one, other in combinations_with_replacement(range(n_alleles), 2):
            told = self._tell(one, other)
            pairs[one, other] = pairs[other, one] = numbers.setdefault(
                told, len(numbers)
            )
        alone = [self._tell(one) for one in range(n_alleles)]
        singles = np.array(
            [numbers.setdefault(told, len(numbers)) for told in alone], np.intp
        )
        rows = np.column_stack([pairs, singles])
        _, first, kinds = np.unique(
            rows, axis=0, return_index=True, return_inverse=True
        )
        kinds = kinds.reshape(-1)
        return EffectTable(
            names=tuple(name for name, _ in numbers),
            scores=tuple(score for _, score in numbers),
            kinds=kinds,
            pairs=pairs[np.ix_(first, first)],
            singles=singles[first],
        )

    def _tell(self, *alleles: int) -> tuple[str, float | None]:
        if not self.has_phenotypes:
            return "/".join(str(index) for index in alleles), None
        effect = self.read(alleles)
        if effect is None:
            return INDETERMINATE, None
        return effect.phenotype or INDETERMINATE, effect.activity_score


def find_effect(gene: Gene, names: Sequence[str]) -> Effect | None:
    """Return what a diplotype does by the knowledge base.

    Parameters
    ----------
    gene
        With its effects, or its activity values and bands.
    names
        Both alleles in any order, or the one of a single copy.

    Returns
    -------
    Effect or None
        None where the source says nothing of this diplotype.

    Notes
    -----
    For genes scored by activity the score is the sum of both alleles' values (Caudle
    2020, doi 10.1111/cts.12692), and the phenotype is that of the band it is in.
    """
    if gene.method == "diplotype":
        pair = tuple(names)
        found = gene.effects.get(pair) or gene.effects.get(pair[::-1])
        return found or gene.effects.get(tuple(sort_names(names)))
    if gene.method == "score":
        values = gene.activities
        if not all(name in values for name in names):
            return None
        return score_effect(gene, [values[name] for name in names])
    return None


def score_effect(gene: Gene, values: Iterable[float | None]) -> Effect:
    """Return the effect of a sum of activity values.

    An allele whose activity is not known makes it indeterminate, as CPIC words it.
    """
    total = 0.0
    for value in values:
        if value is None:
            return Effect(INDETERMINATE)
        total += value
    total = round(total, _DIGITS)
    for band in gene.bands:
        if band.low <= total < band.high or total == band.low == band.high:
            return Effect(band.phenotype, total)
    return Effect("", total)
