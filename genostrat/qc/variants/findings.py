"""What the rules look at: missingness, frequency and proportions of each variant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from genostrat.arrays import Flags, Floats, Integers
from genostrat.qc.variants.counting import GroupedCounts
from genostrat.qc.variants.groups import EVERYBODY, MIN_SAMPLES, Groups, group_name
from genostrat.stats.hardy_weinberg import hwe_exact

#: An uneven share of missing calls is no chance below this p.
CHANCE = 1e-6
#: Median of χ² with one degree of freedom.
MEDIAN_CHI2 = 0.45493642
#: Rarer variants say nothing of how much frequencies differ as a rule.
MIN_MAF = 0.01
#: Smaller departures do no harm, and mixture alone makes them: a difference of
#: frequencies, and the inbreeding coefficient of a variant.
LEAST_DIFFERENCE, LEAST_F = 0.1, 0.2
#: Median inbreeding coefficient of common variants up to which people without ancestry
#: labels are taken for one people. Two peoples of F_ST 0.05 in equal shares have 0.03.
MIXED_F = 0.02
COMMON_MAF = 0.05
#: Fewer heterozygotes expected than this say nothing of how many a group has.
MIN_EXPECTED = 10
#: Inflation of its frequencies up to which a group has the same peoples as the others,
#: so that its heterozygotes may be held against theirs.
ALIKE = 1.5


@dataclass(frozen=True)
class Finding:
    """What a rule found of every variant.

    Parameters
    ----------
    values
        What the rule looks at; NaN where nothing could be looked at.
    caught
        Whether the rule catches the variant.
    groups
        Name of the group that shows it most, blank where none does.
    """

    values: Floats
    caught: Flags
    groups: npt.NDArray[np.object_]


def find_low_call_rates(counts: GroupedCounts, *, least: float) -> Finding:
    """Find variants that were called in too few samples."""
    row = counts.groups.index(EVERYBODY)
    rates = 1 - counts.missing_rates[row]
    return Finding(rates, rates < least, np.full(len(rates), EVERYBODY, object))


def find_uneven_missingness(
    counts: GroupedCounts, groups: Groups, *, most: float
) -> Finding:
    """Find variants that one batch, centre or arm lacks, and others do not.

    Parameters
    ----------
    counts
        Of all groups.
    groups
        Which of them are compared.
    most
        Excess of a group's missing rate over that of the others, beyond what the
        group's samples lack as a rule, above which a variant is caught.

    Notes
    -----
    What a group lacks as a rule is the median of its missing rates over all variants:
    a batch of poor samples lacks some of every variant, and that is no fault of any
    variant. An excess counts if it is no chance (binomial p below :data:`CHANCE`).
    """
    rates = counts.missing_rates
    n_variants = rates.shape[1]
    worst = WorstGroup(n_variants)
    for rows in rows_by_column(counts, groups):
        sizes, lost = counts.group_sizes[rows], counts.n_missing[rows]
        total, whole = lost.sum(axis=0), sizes.sum()
        for row, n, own in zip(rows, sizes, lost, strict=True):
            others = (total - own) / (whole - n)
            usual = np.median(rates[row]) - np.median(others) if n_variants else 0.0
            excess = rates[row] - others - usual
            looked = np.flatnonzero(excess > most)
            expected = np.clip(others[looked] + max(usual, 0), 1 / (whole - n), 1)
            p = stats.binom.sf(own[looked] - 1, n, expected)
            caught = np.zeros(n_variants, bool)
            caught[looked[p < CHANCE]] = True
            worst.add(excess, caught, counts.groups[row])
    return worst.finding()


def find_uneven_frequencies(
    counts: GroupedCounts, groups: Groups, *, least_p: float
) -> tuple[Finding, dict[str, float]]:
    """Find variants whose frequency in one batch, centre or arm is out of line.

    Parameters
    ----------
    counts
        Of all groups.
    groups
        Which of them are compared.
    least_p
        p-value below which a variant is caught.

    Returns
    -------
    finding
        Values are p-values.
    inflation
        Group → by how much the differences of its variants exceed chance as a rule.

    Notes
    -----
    χ² of allele counts, group against the others, divided by the inflation: the median
    χ² of all common variants over that of chance (genomic control, Devlin 1999, doi
    10.1111/j.0006-341X.1999.00997.x). Where centres differ in ancestry every variant
    differs, and only one that stands out is caught, by :data:`LEAST_DIFFERENCE` at
    least.
    """
    n_alt = counts.n_het + 2 * counts.n_hom_alt
    n_variants = n_alt.shape[1]
    worst, inflation = WorstGroup(n_variants, smallest=True), {}
    for rows in rows_by_column(counts, groups):
        alt, typed = n_alt[rows], 2 * counts.n_typed[rows]
        all_alt, all_typed = alt.sum(axis=0), typed.sum(axis=0)
        for row, own_alt, own in zip(rows, alt, typed, strict=True):
            name = counts.groups[row]
            inflation[name] = compare_frequencies(
                (own_alt, own),
                (all_alt - own_alt, all_typed - own),
                least_p=least_p,
                worst=worst,
                name=name,
            )
    return worst.finding(), inflation


def compare_frequencies(
    ours: tuple[Integers, Integers],
    theirs: tuple[Integers, Integers],
    *,
    least_p: float,
    worst: WorstGroup,
    name: str,
) -> float:
    """Compare the frequencies of all variants in two groups of people.

    Parameters
    ----------
    ours, theirs
        Copies of the alternate allele, and copies typed, each of shape (n_variants,).
    least_p
        p-value below which a variant is caught.
    worst
        What the comparison is added to.
    name
        Of the group.

    Returns
    -------
    float
        The inflation by which χ² was divided, at least 1.
    """
    (own_alt, own), (other_alt, other) = ours, theirs
    enough = (own >= 2 * MIN_SAMPLES) & (other >= 2 * MIN_SAMPLES)
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = (own_alt + other_alt) / (own + other)
        difference = own_alt / own - other_alt / other
        spread = pooled * (1 - pooled) * (1 / own + 1 / other)
        chi2 = np.where(enough & (spread > 0), difference**2 / spread, np.nan)
    common = np.minimum(pooled, 1 - pooled) >= MIN_MAF
    usual = chi2[common & ~np.isnan(chi2)]
    inflation = float(np.median(usual)) / MEDIAN_CHI2 if len(usual) else 1.0
    inflation = max(1.0, inflation)
    p = special.erfc(np.sqrt(chi2 / (2 * inflation)))
    caught = (p < least_p) & (np.abs(difference) >= LEAST_DIFFERENCE)
    worst.add(p, caught, name)
    return inflation


def find_disproportions(
    counts: GroupedCounts, groups: Groups, *, least_p: float
) -> Finding:
    """Find variants whose genotypes are out of Hardy–Weinberg proportions.

    Parameters
    ----------
    counts
        Of all groups.
    groups
        Their `peoples` are tested one by one.
    least_p
        p-value of the exact test below which a variant is caught.

    Notes
    -----
    Proportions hold within a people. Where nobody's ancestry is known everybody is one
    group; if the typical common variant has too few heterozygotes there (median
    inbreeding coefficient above :data:`MIXED_F`), peoples are mixed, and only too many
    heterozygotes count. A departure counts where the inbreeding coefficient,
    1 − observed / expected heterozygotes, is at least :data:`LEAST_F` from 0.
    """
    names = [group_name("ancestry", label) for label in groups.peoples]
    worst = WorstGroup(counts.n_het.shape[1], smallest=True)
    for name in names or [EVERYBODY]:
        hom_ref, het, hom_alt = counts.of(name)
        typed = hom_ref + het + hom_alt
        n_alt = het + 2 * hom_alt
        usable = (typed >= MIN_SAMPLES) & (n_alt > 0) & (n_alt < 2 * typed)
        p = np.full(len(het), np.nan)
        p[usable] = hwe_exact(hom_ref[usable], het[usable], hom_alt[usable])
        with np.errstate(invalid="ignore", divide="ignore"):
            frequency = n_alt / (2 * typed)
            f = 1 - het / (2 * typed * frequency * (1 - frequency))
        rarer = np.minimum(frequency, 1 - frequency)
        common = f[usable & (rarer >= COMMON_MAF)]
        is_mixed = not names and (not len(common) or np.median(common) > MIXED_F)
        departs = f <= -LEAST_F if is_mixed else np.abs(f) >= LEAST_F
        worst.add(p, usable & departs & (p < least_p), name)
    return worst.finding()


def find_uneven_heterozygosity(
    counts: GroupedCounts,
    groups: Groups,
    *,
    least_p: float,
    inflation: Mapping[str, float],
) -> Finding:
    """Find variants that have too few or too many heterozygotes in one group alone.

    Parameters
    ----------
    counts
        Of all groups.
    groups
        Which of them are compared.
    least_p
        p-value below which a variant is caught.
    inflation
        Of :func:`find_uneven_frequencies`.

    Notes
    -----
    A plate whose calls lost an allele keeps its frequency, loses no call, and is a part
    of everybody too small to put them out of proportions. z is the difference of the
    inbreeding coefficients (1 − observed / expected heterozygotes) of the group and of
    the others, less the median of all variants, over its standard error: a coefficient
    of n people varies by 1 / n in proportions (Weir 1996, Genetic Data Analysis II,
    chapter 3). z² is divided by its own inflation as that of frequencies is. A normal
    law is wrong where the rarer allele has few homozygotes, so exact tests must say so
    as well: of proportions within the group, and, where heterozygotes are too few,
    Fisher's of heterozygotes against homozygotes among the carriers of the rarer
    allele, in the group and in the others. Where a group's frequencies are inflated
    beyond :data:`ALIKE` it has other peoples than the others, whose mixture may lack
    heterozygotes, and only too many count.
    """
    n_variants = counts.n_het.shape[1]
    worst = WorstGroup(n_variants, smallest=True)
    for rows in rows_by_column(counts, groups):
        parts = np.stack([counts.of(counts.groups[row]) for row in rows])
        whole = parts.sum(axis=0)
        for row, own in zip(rows, parts, strict=True):
            name = counts.groups[row]
            p, excess = _compare_heterozygosity(own, whole - own)
            caught = (p < least_p) & (np.abs(excess) >= LEAST_F)
            if inflation.get(name, 1.0) > ALIKE:
                caught &= excess < 0
            looked = np.flatnonzero(caught)
            ours, theirs = own[:, looked], (whole - own)[:, looked]
            few = np.where(excess[looked] > 0, _compare_carriers(ours, theirs), 0)
            exact = np.maximum(hwe_exact(*ours), few)
            p[looked] = np.maximum(p[looked], exact)
            caught[looked] = p[looked] < least_p
            worst.add(p, caught, name)
    return worst.finding()


def _compare_carriers(own: Integers, others: Integers) -> Floats:
    """Return Fisher's p of heterozygotes among carriers, in a group and in the others.

    Both are homozygous reference, heterozygous and homozygous alternate, shape (3,
    n_variants). Two-sided: twice the smaller tail.
    """
    hom_ref, _, hom_alt = own + others
    rarer = np.where(hom_alt <= hom_ref, 2, 0)
    homozygous, theirs = (
        np.take_along_axis(part, rarer[np.newaxis], axis=0)[0] for part in (own, others)
    )
    het, all_het = own[1], own[1] + others[1]
    n_carriers, n_own = all_het + homozygous + theirs, het + homozygous
    low = stats.hypergeom.cdf(het, n_carriers, all_het, n_own)
    high = stats.hypergeom.sf(het - 1, n_carriers, all_het, n_own)
    p: Floats = np.minimum(1.0, 2 * np.minimum(low, high))
    return p


def _compare_heterozygosity(own: Integers, others: Integers) -> tuple[Floats, Floats]:
    """Return p-values, and the excess of a group's inbreeding coefficients.

    `own` and `others` are homozygous reference, heterozygous and homozygous alternate,
    shape (3, n_variants).
    """
    coefficients, weights = [], []
    enough = np.ones(own.shape[1], bool)
    for hom_ref, het, hom_alt in (own, others):
        typed = hom_ref + het + hom_alt
        with np.errstate(invalid="ignore", divide="ignore"):
            frequency = (het + 2 * hom_alt) / (2 * typed)
            expected = 2 * typed * frequency * (1 - frequency)
            coefficients.append(1 - het / expected)
            weights.append(1 / typed)
        enough &= (typed >= MIN_SAMPLES) & (expected >= MIN_EXPECTED)
    excess = np.where(enough, coefficients[0] - coefficients[1], np.nan)
    if not enough.any():
        return excess, excess
    excess -= np.nanmedian(excess)
    chi2 = excess**2 / (weights[0] + weights[1])
    chi2 /= max(1.0, float(np.nanmedian(chi2)) / MEDIAN_CHI2)
    return special.erfc(np.sqrt(chi2 / 2)), excess


def rows_by_column(counts: GroupedCounts, groups: Groups) -> Iterator[list[int]]:
    """Yield, for each column whose groups are compared, their rows among the counts."""
    for column, masks in groups.compared.items():
        yield [counts.groups.index(group_name(column, value)) for value in masks]


class WorstGroup:
    """The group that shows each variant at its worst."""

    def __init__(self, n_variants: int, *, smallest: bool = False) -> None:
        self._sign = -1.0 if smallest else 1.0
        self._values = np.full(n_variants, np.nan)
        self._caught = np.zeros(n_variants, bool)
        self._groups = np.full(n_variants, "", object)

    def add(self, values: Floats, caught: Flags, group: str) -> None:
        """Add what one group shows."""
        known = ~np.isnan(values)
        worse = np.isnan(self._values)
        both = known & ~worse
        worse |= both & (self._sign * values > self._sign * self._values)
        # A group that is caught is worse than any that is not.
        worse = np.where(caught == self._caught, worse, caught) & known
        self._values[worse], self._groups[worse] = values[worse], group
        self._caught |= caught

    def finding(self) -> Finding:
        """Return what was found of all groups."""
        return Finding(self._values, self._caught, self._groups)
