"""Hardy–Weinberg equilibrium by the exact test."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Flags, Floats, Indices, Integers

#: Terms this much smaller than the sum so far no longer matter.
NEGLIGIBLE = 1e-17
#: Outcomes whose log-probabilities differ by no more are equally likely: what rounding
#: does to logarithms of factorials of ten thousands.
TIE = 1e-8


def hwe_exact(
    n_hom_ref: npt.ArrayLike, n_het: npt.ArrayLike, n_hom_alt: npt.ArrayLike
) -> Floats:
    """Test genotype counts for Hardy–Weinberg equilibrium.

    Parameters
    ----------
    n_hom_ref, n_het, n_hom_alt
        Counts of each variant, of equal length: over all samples for an autosome, over
        females for chrX outside the pseudo-autosomal regions.

    Returns
    -------
    ndarray
        Two-sided p-values; 1 where nothing was called, 0 where p is below the smallest
        number there is (about 5·10⁻³²⁴).

    Notes
    -----
    Wigginton 2005 (doi 10.1086/429864), without the mid-p correction, as plink2
    ``--hardy``: the probability of all numbers of heterozygotes that are as likely as
    the observed one or less, given the alleles. With n people and a rarer alleles,
    P(h) = n! / (r! h! c!) · 2ʰ · a! (2n − a)! / (2n)!, r and c the two homozygotes. The
    observed outcome starts from logarithms, the tails from ratios of neighbours, so
    that no p-value is lost to underflow before its time.

    Examples
    --------
    In proportion, too few heterozygotes, nothing called:

    >>> [f"{p:.2g}" for p in hwe_exact([81, 85, 0], [18, 10, 0], [1, 5, 0])]
    ['1', '0.0005', '1']
    """
    counts = np.array([n_hom_ref, n_het, n_hom_alt], np.int64)
    rare = np.minimum(counts[0], counts[2])
    common = np.maximum(counts[0], counts[2])
    keys = np.stack([rare, counts[1], common], axis=1)
    unique, places = _unique_rows(keys)
    values = np.empty(len(unique))
    for low in range(0, len(unique), 1 << 16):
        part = slice(low, low + (1 << 16))
        values[part] = _test(*unique[part].T)
    return values[places]


def _unique_rows(keys: Integers) -> tuple[Integers, Indices]:
    """Return the different rows, and which of them each row is."""
    if not len(keys):
        return keys, np.empty(0, np.intp)
    base = int(keys.max()) + 1
    code = (keys[:, 0] * base + keys[:, 1]) * base + keys[:, 2]
    _, first, places = np.unique(code, return_index=True, return_inverse=True)
    return keys[first], places


def _test(rare: Integers, het: Integers, common: Integers) -> Floats:
    n, alleles = rare + het + common, 2 * rare + het
    chances = _LogChances(n, alleles)
    observed, mode = chances.of(het), chances.find_mode()
    other = chances.find_tail(mode, observed, upward=het < mode)
    lower, upper = np.minimum(het, other), np.maximum(het, other)
    total = np.zeros(len(n))
    for start, step in ((lower, -2), (upper, 2)):
        inside = (start >= 0) & (start <= alleles)
        end = alleles % 2 if step < 0 else alleles
        begin = np.where(inside, start, end)
        first = np.where(inside, np.exp(chances.of(begin)), 0.0)
        total += first * _sum_ratios(n, alleles, begin, step)
    # With nothing between the tails, every outcome is as unlikely as the observed one.
    return np.where((het == mode) | (upper - lower <= 2), 1.0, np.minimum(total, 1.0))


class _LogChances:
    """Log-probabilities of numbers of heterozygotes, one variant a place.

    Parameters
    ----------
    n, alleles
        People and rarer alleles of each variant.
    """

    def __init__(self, n: Integers, alleles: Integers) -> None:
        self.n, self.alleles = n, alleles
        # Sums of ten thousands of logarithms, in more digits than they are kept with.
        logs = np.log(np.arange(1, 2 * int(n.max(initial=0)) + 1, dtype=np.longdouble))
        self._log_factorial = np.concatenate([[0], np.cumsum(logs)]).astype(float)
        self._constant = (
            self._log_factorial[n]
            + self._log_factorial[alleles]
            + self._log_factorial[2 * n - alleles]
            - self._log_factorial[2 * n]
        )

    def of(self, het: Integers) -> Floats:
        """Return the log-probability of a possible number of heterozygotes."""
        homozygotes = (self.alleles - het) // 2
        others = self.n - (self.alleles + het) // 2
        chance: Floats = self._constant + het * np.log(2.0)
        for number in (homozygotes, het, others):
            chance = chance - self._log_factorial[number]
        return chance

    def find_mode(self) -> Integers:
        """Return the likeliest number of heterozygotes."""
        share = self.alleles * (2 * self.n - self.alleles) // np.maximum(2 * self.n, 1)
        middle = share - (share + self.alleles) % 2
        near = np.stack([middle, middle - 2, middle + 2])
        near = np.clip(near, self.alleles % 2, self.alleles)
        best = np.array([self.of(het) for het in near]).argmax(axis=0)
        mode: Integers = near[best, np.arange(len(best))]
        return mode

    def find_tail(self, mode: Integers, observed: Floats, *, upward: Flags) -> Integers:
        """Return the first number beyond the mode that is as unlikely as the observed.

        It is out of range where there is none.
        """
        step: Integers = np.where(upward, 2, -2)
        last = np.where(upward, self.alleles - mode, mode - self.alleles % 2) // 2
        low, high = np.zeros_like(mode), last + 1
        while (low < high).any():
            middle = (low + high) // 2
            reached = np.minimum(middle, last)
            found = self.of(mode + step * reached) <= observed + TIE
            found &= middle <= last
            high = np.where(found, middle, high)
            low = np.where(found | (low >= high), low, middle + 1)
        return np.asarray(mode + step * low, np.int64)


def _sum_ratios(n: Integers, alleles: Integers, start: Integers, step: int) -> Floats:
    """Add the chances of the numbers from `start` on, over that of `start`."""
    total, term = np.ones(len(n)), np.ones(len(n))
    live = np.arange(len(n))
    het = start.copy()
    while len(live):
        h = het[live]
        rare, common = (alleles[live] - h) // 2, n[live] - (alleles[live] + h) // 2
        if step > 0:
            ratio = 4.0 * rare * common / ((h + 1.0) * (h + 2.0))
        else:
            ratio = h * (h - 1.0) / (4.0 * (rare + 1.0) * (common + 1.0))
        term[live] *= ratio
        total[live] += term[live]
        het[live] += step
        live = live[term[live] > NEGLIGIBLE * total[live]]
    return total
