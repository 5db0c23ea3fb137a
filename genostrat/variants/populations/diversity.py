"""Nucleotide diversity, Watterson's theta and Tajima's D of groups of people."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import allel
import numpy as np
import pandas as pd
from scipy.special import gammaln

from genostrat.arrays import Floats, Integers
from genostrat.variants.populations.counting import (
    N_STRETCHES,
    GroupCounts,
    add_by_stretch,
)
from genostrat.variants.populations.groups import Group
from genostrat.variants.populations.jackknife import jackknife_error
from genostrat.variants.populations.spectrum import harmonic

#: Fewer varying sites than this give neither theta nor D.
MIN_SEGREGATING = 100
#: What is added up for each group, by stretch of the genome.
_PI, _SEGREGATING, _THETA, _CHROMOSOMES, _FEW_SEGREGATING, _FEW_PI, _SITES = range(7)

COLUMNS = [
    *("kind", "group", "n_samples", "n_sites", "n_segregating", "heterozygosity"),
    *("pi", "theta_w", "pi_per_kb", "theta_w_per_kb", "pi_per_base"),
    *("theta_w_per_base", "tajima_d", "tajima_d_se", "n_chromosomes_rarefied"),
    *("n_segregating_rarefied", "tajima_d_rarefied", "tajima_d_rarefied_se"),
    *("reason", "spectrum_reason"),
]


def tajima_d(
    pi: Floats, theta: Floats, n_segregating: Floats, *, n_chromosomes: int
) -> Floats:
    """Return Tajima's D from sums over sites.

    Parameters
    ----------
    pi
        Mean pairwise differences.
    theta
        Watterson's estimate on the same scale: varying sites over a₁.
    n_segregating
        Varying sites.
    n_chromosomes
        Chromosomes in the sample.

    Notes
    -----
    Tajima 1989 (doi 10.1093/genetics/123.3.585), equations 28 to 38; equal to
    :func:`allel.tajima_d` where no genotype is missing.
    """
    n = float(n_chromosomes)
    below = np.arange(1, n_chromosomes)
    a1, a2 = (1 / below).sum(), (1 / below**2).sum()
    b1 = (n + 1) / (3 * (n - 1))
    b2 = 2 * (n**2 + n + 3) / (9 * n * (n - 1))
    c1 = b1 - 1 / a1
    c2 = b2 - (n + 2) / (a1 * n) + a2 / a1**2
    e1, e2 = c1 / a1, c2 / (a1**2 + a2)
    variance = e1 * n_segregating + e2 * n_segregating * (n_segregating - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        d: Floats = (pi - theta) / np.sqrt(variance)
    return d


class Diversity:
    """Sums of diversity over the genome, for every assessed group.

    Parameters
    ----------
    groups
        In the order of the counts.
    n_few
        Chromosomes that groups are brought down to, so that their numbers of varying
        sites can be compared.
    """

    def __init__(self, groups: Sequence[Group], *, n_few: int) -> None:
        self._groups = list(groups)
        self._assessed = [i for i, group in enumerate(groups) if not group.reason]
        self._sums = np.zeros((7, len(self._assessed), N_STRETCHES))
        most = 2 * max((groups[i].size for i in self._assessed), default=0)
        self._harmonic = harmonic(max(most, 2))
        self._log_factorial = gammaln(np.arange(most + 2, dtype=float) + 1)
        self._n_few = n_few

    def add(self, block: GroupCounts) -> None:
        """Add consecutive variants."""
        for row, group in enumerate(self._assessed):
            values = self._measure(block.counts[group])
            add_by_stretch(self._sums[:, row], values, block.stretches)

    def _measure(self, counts: Integers) -> Floats:
        """Return what each variant adds: shape (7, n_variants)."""
        values = np.zeros((7, len(counts)))
        total = counts.sum(axis=1)
        differences = allel.mean_pairwise_difference(counts, total, fill=np.nan)
        varies = (counts > 0).all(axis=1)
        values[_PI] = differences
        values[_SEGREGATING] = varies
        values[_THETA, varies] = 1 / self._harmonic[total[varies]]
        values[_CHROMOSOMES, varies] = total[varies]
        values[_SITES] = total >= 2
        enough = total >= self._n_few
        values[_FEW_PI, enough] = differences[enough]
        chosen = varies & enough
        values[_FEW_SEGREGATING, chosen] = self._rarefy(counts[chosen], total[chosen])
        return values

    def _rarefy(self, counts: Integers, total: Integers) -> Floats:
        """Return the chance that a draw of ``n_few`` chromosomes varies at each site.

        1 − [C(r, m) + C(a, m)] / C(r + a, m), with r and a copies of the two alleles
        (rarefaction; Hurlbert 1971, doi 10.2307/1934145).
        """
        logs, few = self._log_factorial, self._n_few
        same = np.zeros(len(counts))
        for copies in counts.T:
            able = copies >= few
            same[able] += np.exp(
                logs[copies[able]]
                - logs[copies[able] - few]
                - logs[total[able]]
                + logs[total[able] - few]
            )
        rarefied: Floats = 1 - same
        return rarefied

    def tabulate(
        self, *, span: int, accessible_bases: int | None, spectrum_reason: str
    ) -> pd.DataFrame:
        """Return one row for each group.

        Parameters
        ----------
        span
            Bases between the first and the last variant, over all autosomes.
        accessible_bases
            Bases in which a variant would have been called, if known.
        spectrum_reason
            Why nothing that rests on rare variants is told; blank where it is.

        Returns
        -------
        DataFrame
            The table ``variants/diversity.tsv``.

        Notes
        -----
        Where genotypes are missing, each site has its own number of chromosomes n:
        Watterson's estimate is Σ 1/a₁(n) over varying sites, and D's variance takes
        their mean n.
        """
        rows = {group: row for row, group in enumerate(self._assessed)}
        records = []
        for number, group in enumerate(self._groups):
            record: dict[str, object] = {
                "kind": group.kind,
                "group": group.name,
                "n_samples": group.size,
                "reason": group.reason,
            }
            if number in rows:
                sums = self._sums[:, rows[number]]
                record |= self._describe(sums, spectrum_reason=spectrum_reason)
                record |= _per_length(record, span=span, accessible=accessible_bases)
            records.append(record)
        return pd.DataFrame(records, columns=COLUMNS)

    def _describe(self, sums: Floats, *, spectrum_reason: str) -> dict[str, object]:
        whole = sums.sum(axis=1)
        n_sites, n_segregating = int(whole[_SITES]), int(whole[_SEGREGATING])
        record: dict[str, object] = {
            "n_sites": n_sites,
            "n_segregating": n_segregating,
            "heterozygosity": whole[_PI] / n_sites if n_sites else np.nan,
        }
        if not spectrum_reason and n_segregating < MIN_SEGREGATING:
            spectrum_reason = (
                f"{n_segregating} varying sites, fewer than {MIN_SEGREGATING}"
            )
        record["spectrum_reason"] = spectrum_reason
        if spectrum_reason:
            return record
        used = sums[_SITES] > 0
        record |= {
            "pi": whole[_PI],
            "theta_w": whole[_THETA],
            "n_chromosomes_rarefied": self._n_few,
            "n_segregating_rarefied": whole[_FEW_SEGREGATING],
        }
        n_chromosomes = round(whole[_CHROMOSOMES] / n_segregating)
        few = sums[[_FEW_PI, _FEW_SEGREGATING, _FEW_SEGREGATING]]
        few[1] /= harmonic(self._n_few)[self._n_few]
        for name, parts, n in (
            ("tajima_d", sums[[_PI, _THETA, _SEGREGATING]], n_chromosomes),
            ("tajima_d_rarefied", few, self._n_few),
        ):
            compute = partial(_compare_estimates, n_chromosomes=n)
            record[name] = float(compute(parts.sum(axis=1)))
            record[f"{name}_se"] = jackknife_error(parts, compute, used=used)[0]
        return record


def _compare_estimates(sums: Floats, *, n_chromosomes: int) -> Floats:
    """Return Tajima's D of sums of pi, theta and varying sites."""
    pi, theta, n_segregating = sums
    return tajima_d(pi, theta, n_segregating, n_chromosomes=n_chromosomes)


def _per_length(
    record: dict[str, object], *, span: int, accessible: int | None
) -> dict[str, object]:
    """Return diversity by length of the genome; nothing where there is none."""
    lengths: dict[str, float] = {"per_kb": span / 1000} if span else {}
    if accessible:
        lengths["per_base"] = accessible
    return {
        f"{name}_{unit}": record[name] / length  # type: ignore[operator]
        for name in ("pi", "theta_w")
        if name in record
        for unit, length in lengths.items()
    }
