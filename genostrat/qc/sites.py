"""Choosing variants for a purpose, and counting genotypes on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from genostrat.genotypes.store import Contig

TRANSITIONS = frozenset({("A", "G"), ("G", "A"), ("C", "T"), ("T", "C")})


@dataclass(frozen=True)
class SiteCounts:
    """Genotype counts of each variant of a contig; arrays of length n_variants."""

    n_called: npt.NDArray[np.int64]
    n_het: npt.NDArray[np.int64]
    n_hom_alt: npt.NDArray[np.int64]

    @property
    def alt_frequency(self) -> npt.NDArray[np.float64]:
        """Frequency of the alternate allele among called genotypes; NaN if none."""
        alleles = self.n_het + 2 * self.n_hom_alt
        with np.errstate(invalid="ignore"):
            return alleles / (2 * self.n_called)

    @property
    def minor_frequency(self) -> npt.NDArray[np.float64]:
        """Frequency of the rarer allele; NaN where nothing was called."""
        return np.minimum(self.alt_frequency, 1 - self.alt_frequency)


def count_sites(
    contig: Contig, *, samples: npt.NDArray[np.bool_] | None = None
) -> SiteCounts:
    """Count the genotypes of every variant, over all or some samples.

    Parameters
    ----------
    contig
        A contig of the store.
    samples
        Which samples count, length n_samples.
    """
    counts = np.zeros((3, len(contig.variants)), np.int64)
    for rows, block in contig.read_blocks():
        genotypes = block if samples is None else block[:, samples]
        counts[0, rows] = (genotypes >= 0).sum(axis=1)
        counts[1, rows] = (genotypes == 1).sum(axis=1)
        counts[2, rows] = (genotypes == 2).sum(axis=1)
    return SiteCounts(*counts)


def is_snv(contig: Contig) -> npt.NDArray[np.bool_]:
    """Say which variants are single-nucleotide ones."""
    variants = contig.variants
    single = (variants["ref"].str.len() == 1) & (variants["alt"].str.len() == 1)
    return np.asarray(single & (variants["alt"] != "."))


def is_transition(contig: Contig) -> npt.NDArray[np.bool_]:
    """Say which variants are A↔G or C↔T."""
    pairs = zip(contig.variants["ref"], contig.variants["alt"], strict=True)
    return np.array([pair in TRANSITIONS for pair in pairs], bool)


def choose_common(
    contig: Contig, counts: SiteCounts, *, min_maf: float, max_missing_rate: float
) -> npt.NDArray[np.intp]:
    """Return the rows of common, well-called SNVs of a contig."""
    n_samples = len(contig.samples)
    with np.errstate(invalid="ignore"):
        good = (
            is_snv(contig)
            & (counts.n_called >= (1 - max_missing_rate) * n_samples)
            & (counts.minor_frequency >= max(min_maf, 1e-9))
        )
    return np.flatnonzero(good)


def classify_variants(variants: pd.DataFrame) -> pd.Series:
    """Return the type of each variant: snv, indel, mnv or reference (no alternate)."""
    n_ref, n_alt = variants["ref"].str.len(), variants["alt"].str.len()
    kind = pd.Series("indel", index=variants.index)
    kind[n_ref == n_alt] = "mnv"
    kind[(n_ref == 1) & (n_alt == 1)] = "snv"
    kind[variants["alt"] == "."] = "reference"
    return kind
