"""One polygenic score, summed over the genotypes of each sample."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from genostrat.arrays import Flags, Floats, Indices, Integers
from genostrat.genotypes.store import Contig, Store
from genostrat.sheets.score_files import ScoreFile, weight_spans

COMPLEMENT = str.maketrans("ACGT", "TGCA")
BLOCK_VARIANTS = 1024
#: Share of a score's weight without genotypes above which a patient has no value.
MAX_MISSING_WEIGHT = 0.1

#: Why a variant of a score is not used, in the order of the tests.
REASONS = ("absent", "other_alleles", "palindromic", "several", "repeated")


@dataclass(frozen=True)
class Match:
    """Where a score's variants are in a contig of the store.

    Attributes
    ----------
    rows
        Of the store, ascending.
    items
        Variant of the score for each row.
    is_alt
        Whether the effect allele is the store's ALT; else it is REF.
    """

    rows: Indices
    items: Indices
    is_alt: Flags

    def of(self, wanted: Flags) -> Match:
        """Return the match of some variants of the score."""
        held = wanted[self.items]
        return Match(self.rows[held], self.items[held], self.is_alt[held])


@dataclass(frozen=True)
class Scored:
    """One score in a cohort.

    Attributes
    ----------
    values
        Sum over the variants, one for each sample of the store; NaN where more than a
        tenth of the weight has no genotype.
    n_missing
        Of these variants, those without a genotype, one for each sample.
    counts
        n_variants, n_matched, n_flipped, n_unsupported, and one of each of
        :data:`REASONS`.
    used
        Variants that were summed.
    weight_rate
        Share of the weight of the score's variants that was matched.
    """

    values: Floats
    n_missing: Integers
    counts: dict[str, int]
    used: Flags
    weight_rate: float = 0.0

    @property
    def match_rate(self) -> float:
        """Share of the score's variants that were matched."""
        total = self.counts["n_variants"]
        return self.counts["n_matched"] / total if total else 0.0


def score_samples(
    score: ScoreFile, store: Store, *, used: Flags | None = None
) -> Scored:
    """Add up a polygenic score for every sample of a store.

    Parameters
    ----------
    score
        The weights, on the store's build.
    store
        Genotypes.
    used
        The variants to sum, those of another cohort; one that is not in the store has
        no genotype in anybody. By default those that the store has.

    Returns
    -------
    Scored

    Notes
    -----
    score = Σ w(copies of the effect allele). No other sample plays a part: a missing
    genotype counts as what the scoring file's frequency f of the effect allele leads to
    expect, w(0)(1 − f)² + 2w(1)f(1 − f) + w(2)f². Without a frequency it counts as the
    sample's own mean over the variants that it has: l + s·Σ(w − l)/Σs with l the lowest
    of the three weights of a variant and s their span. Variants match by position and
    both alleles; SNVs whose alleles are those of the other strand are turned round, and
    A/T and C/G SNVs, whose strand cannot be told, are left out (as the PGS Catalog
    Calculator does by default, Lambert 2024, doi 10.1101/2024.05.29.24307783).
    """
    sums = _Sums.start(len(store.samples) if store.contigs else 0)
    wanted = np.ones(len(score.position), bool) if used is None else used
    summed = np.zeros(len(score.position), bool)
    counts: Counter[str] = Counter(dict.fromkeys(("n_matched", "n_flipped"), 0))
    counts.update(dict.fromkeys(REASONS, 0))
    for name in dict.fromkeys(score.contig.tolist()):
        items = np.flatnonzero(score.contig == name)
        contig = store.contig(name)
        if contig is None:
            counts["absent"] += len(items)
            continue
        match = match_variants(score, items, contig.variants, counts=counts)
        _add_up(score, contig, match.of(wanted), sums)
        summed[match.items] = True
    if used is not None:
        sums.add_absent(score, np.flatnonzero(used & ~summed))
    totals = {
        "n_variants": score.n_variants,
        "n_unsupported": score.n_unsupported,
        **counts,
    }
    held = float(weight_spans(score.weights[summed]).sum())
    return Scored(
        sums.values(),
        sums.n_missing,
        totals,
        summed if used is None else used,
        held / score.total_weight if score.total_weight else 0.0,
    )


@dataclass
class _Sums:
    """What a score is made of, one item a sample.

    `known` is the sum over genotypes, `expected` over missing ones by frequency, and
    `lowest` over those without; `above` is what genotypes are over the least they could
    be, out of `span`; `unknown` and `missing` are the spans of missing genotypes
    without a frequency, and of all.
    """

    n_missing: Integers
    known: Floats
    expected: Floats
    lowest: Floats
    above: Floats
    span: Floats
    unknown: Floats
    missing: Floats

    @classmethod
    def start(cls, n_samples: int) -> _Sums:
        sums = [np.zeros(n_samples) for _ in range(7)]
        return cls(np.zeros(n_samples, np.int64), *sums)

    def add(
        self,
        added: Floats,
        is_missing: Flags,
        weights: Floats,
        frequency: Floats,
    ) -> None:
        low, span = weights.min(axis=1), np.ptp(weights, axis=1)
        f = frequency
        shares = np.column_stack([(1 - f) ** 2, 2 * f * (1 - f), f**2])
        by_frequency = np.isfinite(f)
        expected = np.where(by_frequency, (weights * shares).sum(axis=1), 0.0)
        holes = is_missing.astype(float)
        self.known += added.sum(axis=0)
        self.above += (added - (1 - holes) * low[:, None]).sum(axis=0)
        self.span += span @ (1 - holes)
        self.expected += expected @ holes
        self.lowest += (low * ~by_frequency) @ holes
        self.unknown += (span * ~by_frequency) @ holes
        self.missing += span @ holes
        self.n_missing += is_missing.sum(axis=0)

    def add_absent(self, score: ScoreFile, items: Indices) -> None:
        """Add variants that have no genotype in anybody."""
        holes = np.ones((len(items), len(self.known)), bool)
        self.add(
            np.zeros(holes.shape), holes, score.weights[items], score.frequency[items]
        )

    def values(self) -> Floats:
        """Return the scores."""
        whole = self.span + self.missing
        share = np.divide(
            self.above, self.span, out=np.zeros(len(whole)), where=self.span > 0
        )
        total = self.known + self.expected + self.lowest + share * self.unknown
        return np.where(self.missing > MAX_MISSING_WEIGHT * whole, np.nan, total)


def match_variants(
    score: ScoreFile,
    items: Indices,
    variants: pd.DataFrame,
    *,
    counts: Counter[str],
) -> Match:
    """Find a score's variants of one contig in the store's.

    Parameters
    ----------
    score
        The weights.
    items
        Its variants on this contig.
    variants
        The store's: position, ref, alt, sorted by position.
    counts
        Added to: n_matched, n_flipped, and the reasons of the others.
    """
    positions = variants["position"].to_numpy()
    wanted = score.position[items]
    first = np.searchsorted(positions, wanted, "left").tolist()
    stop = np.searchsorted(positions, wanted, "right").tolist()
    near = np.unique(
        np.concatenate([np.arange(a, b) for a, b in zip(first, stop, strict=True)])
        if len(items)
        else np.zeros(0, np.intp)
    ).astype(np.intp)
    alleles = dict(
        zip(
            near.tolist(),
            zip(variants["ref"].iloc[near], variants["alt"].iloc[near], strict=True),
            strict=True,
        )
    )
    found: dict[int, tuple[int, bool]] = {}
    for item, a, b in zip(items.tolist(), first, stop, strict=True):
        here = {row: alleles[row] for row in range(a, b)}
        effect, other = str(score.effect[item]), str(score.other[item])
        outcome = _match_one(effect, other, here)
        if isinstance(outcome, str):
            counts[outcome] += 1
            continue
        row, is_alt, is_flipped = outcome
        if row in found:
            counts["repeated"] += 1
            continue
        found[row] = (item, is_alt)
        counts["n_matched"] += 1
        counts["n_flipped"] += is_flipped
    rows = np.array(sorted(found), np.intp)
    chosen = [found[row] for row in rows.tolist()]
    return Match(
        rows,
        np.array([item for item, _ in chosen], np.intp),
        np.array([is_alt for _, is_alt in chosen], bool),
    )


def _match_one(
    effect: str, other: str, here: dict[int, tuple[str, str]]
) -> tuple[int, bool, bool] | str:
    """Return (row, effect is ALT, strand was turned), or why there is none."""
    if not here:
        return "absent"
    for is_flipped in (False, True):
        if is_flipped and (len(effect) > 1 or len(other) > 1):
            break
        mine = effect.translate(COMPLEMENT) if is_flipped else effect
        rest = other.translate(COMPLEMENT) if is_flipped else other
        fits = [
            (row, mine == alt)
            for row, (ref, alt) in here.items()
            if {mine, rest} == {ref, alt} or (not rest and mine in (ref, alt))
        ]
        if len(fits) > 1:
            return "several"
        if fits:
            row, is_alt = fits[0]
            ref, alt = here[row]
            if len(ref) == 1 and ref.translate(COMPLEMENT) == alt:
                return "palindromic"
            return row, is_alt, is_flipped
    return "other_alleles"


def _add_up(
    score: ScoreFile,
    contig: Contig,
    match: Match,
    sums: _Sums,
) -> None:
    for start in range(0, len(match.rows), BLOCK_VARIANTS):
        part = slice(start, start + BLOCK_VARIANTS)
        genotypes = contig.read(match.rows[part])
        # Columns of the table: 0, 1 and 2 copies of ALT, and a missing genotype.
        items = match.items[part]
        own = score.weights[items]
        weights = np.where(match.is_alt[part, None], own, own[:, ::-1])
        is_missing = genotypes < 0
        codes = np.where(is_missing, 3, genotypes)
        table = np.column_stack([weights, np.zeros(len(weights))])
        added = np.take_along_axis(table, codes, axis=1)
        sums.add(added, is_missing, own, score.frequency[items])
