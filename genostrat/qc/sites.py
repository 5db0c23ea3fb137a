"""Choosing variants for a purpose, and counting genotypes on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Flags, Floats, Indices, Integers
from genostrat.genotypes.blocks import count_variants, map_blocks
from genostrat.genotypes.kinds import OTHER, TRANSITION, read_kinds
from genostrat.qc.lanes import BlockCounts, count_block

if TYPE_CHECKING:
    from genostrat.genotypes.store import Contig

#: Variants counted at once: two megabytes of genotypes.
BLOCK_BYTES = 1 << 21


@dataclass(frozen=True)
class SiteCounts:
    """Genotype counts of each variant of a contig; arrays of length n_variants."""

    n_called: Integers
    n_het: Integers
    n_hom_alt: Integers

    @property
    def n_hom_ref(self) -> Integers:
        """Homozygous reference genotypes."""
        return self.n_called - self.n_het - self.n_hom_alt

    @property
    def alt_frequency(self) -> Floats:
        """Frequency of the alternate allele among called genotypes; NaN if none."""
        alleles = self.n_het + 2 * self.n_hom_alt
        with np.errstate(invalid="ignore"):
            return alleles / (2 * self.n_called)

    @property
    def minor_frequency(self) -> Floats:
        """Frequency of the rarer allele; NaN where nothing was called."""
        return np.minimum(self.alt_frequency, 1 - self.alt_frequency)


@dataclass(frozen=True)
class SampleCounts:
    """Genotype counts of each sample over a contig; arrays of length n_samples."""

    n_called: Integers
    n_het: Integers
    n_hom_alt: Integers
    n_singleton: Integers
    n_ti: Integers
    n_tv: Integers
    snv_het: Integers
    snv_het_expected: Floats

    @property
    def n_hom_ref(self) -> Integers:
        """Homozygous reference genotypes."""
        return self.n_called - self.n_het - self.n_hom_alt


def count_genotypes(
    contig: Contig,
    *,
    samples: Flags | None = None,
    threads: int = 1,
) -> tuple[SiteCounts, SampleCounts]:
    """Count the genotypes of every variant and of every sample, in one pass.

    Parameters
    ----------
    contig
        A contig of the store.
    samples
        Which samples count, a mask; all of them if None. The sample counts have one
        entry for each of these.
    threads
        Blocks of variants counted at once.

    Returns
    -------
    sites, people
        Counts of each variant, and of each sample.

    Notes
    -----
    Singletons are variants of which the samples carry one allele in all.
    ``snv_het_expected`` sums 2p(1−p)·2n/(2n−1) over the SNVs called in a sample that
    vary, with p and n from the samples counted.
    """
    n_samples = len(contig.samples) if samples is None else int(np.sum(samples))
    if not n_samples:
        return _count_nobody(contig)
    kinds = read_kinds(contig)

    def work(at: slice, block: npt.NDArray[np.int8]) -> BlockCounts:
        return count_block(block, kinds[at], n_samples=n_samples)

    sites, done = np.zeros((3, len(kinds)), np.int64), 0
    whole, expected = np.zeros((7, n_samples), np.int64), np.zeros(n_samples)
    size = max(1, BLOCK_BYTES // n_samples)
    for part in map_blocks(contig, work, size=size, samples=samples, threads=threads):
        stop = done + part.sites.shape[1]
        sites[:, done:stop] = part.sites
        whole += part.samples
        expected += part.expected
        done = stop
    return SiteCounts(*sites), _to_people(whole, expected)


def _to_people(counts: Integers, expected: Floats) -> SampleCounts:
    called, het, hom_alt, singleton, ti, tv, snv_het = counts
    return SampleCounts(
        called, het, hom_alt, singleton, ti, tv, snv_het, snv_het_expected=expected
    )


def _count_nobody(contig: Contig) -> tuple[SiteCounts, SampleCounts]:
    n_variants = count_variants(contig)
    nothing = np.zeros((7, 0), np.int64)
    return (
        SiteCounts(*np.zeros((3, n_variants), np.int64)),
        _to_people(nothing, np.zeros(0)),
    )


def count_sites(
    contig: Contig,
    *,
    samples: Flags | None = None,
    threads: int = 1,
) -> SiteCounts:
    """Count the genotypes of every variant, over all or some samples.

    Parameters
    ----------
    contig
        A contig of the store.
    samples
        Which samples count, length n_samples.
    threads
        Blocks of variants counted at once.
    """
    return count_genotypes(contig, samples=samples, threads=threads)[0]


def is_snv(contig: Contig) -> Flags:
    """Say which variants are single-nucleotide ones."""
    return read_kinds(contig) != OTHER


def is_transition(contig: Contig) -> Flags:
    """Say which variants are A↔G or C↔T."""
    return read_kinds(contig) == TRANSITION


def choose_common(
    contig: Contig, counts: SiteCounts, *, min_maf: float, max_missing_rate: float
) -> Indices:
    """Return the rows of common, well-called SNVs of a contig."""
    n_samples = len(contig.samples)
    with np.errstate(invalid="ignore"):
        good = (
            is_snv(contig)
            & (counts.n_called >= (1 - max_missing_rate) * n_samples)
            & (counts.minor_frequency >= max(min_maf, 1e-9))
        )
    return np.flatnonzero(good)
