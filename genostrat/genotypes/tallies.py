"""Counts of a call set, as ``bcftools stats -s -`` makes them.

All are whole numbers, so tallies of parts of a genome can be added in any order. The
kernels that fill them while a file is read are in
:mod:`genostrat.genotypes.kernels.tallies`; this module is light to import.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from genostrat.arrays import Floats, Integers, Singles
from genostrat.genotypes.characters import (
    CASELESS,
    CLOSED,
    DOT,
    LESS,
    OPENED,
    STAR,
    A,
    C,
    G,
    T,
    X,
)

#: Kinds of allele, after bases that it shares with REF are left aside. A reference
#: kind is REF itself, an ALT equal to it, and the "any other allele" of a gVCF.
SAME, SNV, INDEL, MNP, OTHER, BREAKEND, OVERLAP = range(7)

ACGT = (A, C, G, T)
#: "Any other allele" of a gVCF.
NON_REF = tuple(b"<NON_REF>")

#: Rows of `samples`, one value a sample.
SAMPLE_COUNTS = (
    "n_hom_ref",
    "n_hom_alt",
    "n_het",
    "n_ti",
    "n_tv",
    "n_indel",
    "n_singleton",
    "n_hap_ref",
    "n_hap_alt",
    "n_missing",
    "n_insertion_het",
    "n_deletion_het",
    "n_insertion_hom",
    "n_deletion_hom",
    "dp_sum",
    "dp_n",
)
(
    HOM_REF,
    HOM_ALT,
    HET,
    TI,
    TV,
    INDELS,
    SINGLETONS,
    HAP_REF,
    HAP_ALT,
    ABSENT,
    INSERTION_HET,
    DELETION_HET,
    INSERTION_HOM,
    DELETION_HOM,
    DP_SUM,
    DP_N,
) = range(len(SAMPLE_COUNTS))

#: Places in `records`.
RECORD_COUNTS = (
    "n_records",
    "n_no_alt",
    "n_snv",
    "n_mnv",
    "n_indel",
    "n_other",
    "n_multiallelic",
    "n_multiallelic_snv",
    "n_ti_first_alt",
    "n_tv_first_alt",
)
(
    RECORDS,
    NO_ALT,
    SNV_RECORDS,
    MNV_RECORDS,
    INDEL_RECORDS,
    OTHER_RECORDS,
    MULTIALLELIC,
    MULTIALLELIC_SNV,
    TI_FIRST,
    TV_FIRST,
) = range(len(RECORD_COUNTS))

#: Rows of `frequencies` and of `qualities` (which has no row for all SNVs).
FREQUENCY_COUNTS = ("n_snv", "n_ti", "n_tv", "n_indel")
QUALITY_COUNTS = ("n_ti", "n_tv", "n_indel")
#: Rows of `lengths`.
LENGTH_COUNTS = ("n_alleles", "n_genotypes", "read_share_sum")
#: Rows of `depths`.
DEPTH_COUNTS = ("n_genotypes", "n_sites")

#: Longer indels are counted with those of this length.
LONGEST_INDEL = 60
#: Depths 0 to 500, and one place each for less and for more.
DEEPEST = 500
#: In tenths up to 10,000, then in steps of five significant digits.
EXACT_QUALITIES, QUALITIES_A_LEVEL = 100_000, 90_000
N_QUALITIES = EXACT_QUALITIES + 5 * QUALITIES_A_LEVEL + 1
#: Shares of heterozygotes are binned into so many bins.
N_SHARES = 100
#: Shares of reads are summed in this unit: exact, and the same in any order.
READ_SHARE_UNIT = 1 << 32
#: Stands for a whole number that a record does not have.
NO_NUMBER = -(1 << 31)


class Tallies(NamedTuple):
    """Counts of some records; int64 arrays, which kernels add to.

    Parameters
    ----------
    samples
        Shape (n_counts, n_samples); rows as in :data:`SAMPLE_COUNTS`.
    records
        As in :data:`RECORD_COUNTS`.
    substitutions
        SNV alleles by 4·REF + ALT, bases in the order ACGT.
    lengths
        Shape (3, 121): indel alleles by length −60 to 60, rows as in
        :data:`LENGTH_COUNTS`.
    frequencies
        Shape (4, n_bins): alleles by frequency, rows as in :data:`FREQUENCY_COUNTS`.
        The first bin is for alleles seen once.
    qualities
        Shape (3, n_bins): rows as in :data:`QUALITY_COUNTS`.
    depths
        Shape (2, 504): rows as in :data:`DEPTH_COUNTS`.
    het_shares
        Shape (n_bins, 100): records by the frequency bin of the first alternate allele,
        and by the share of heterozygotes among diploid calls.
    """

    samples: Integers
    records: Integers
    substitutions: Integers
    lengths: Integers
    frequencies: Integers
    qualities: Integers
    depths: Integers
    het_shares: Integers

    @classmethod
    def zeros(cls, n_samples: int) -> Tallies:
        """Return tallies of no records."""
        n_bins = n_frequency_bins(n_samples)
        return cls(
            np.zeros((len(SAMPLE_COUNTS), n_samples), np.int64),
            np.zeros(len(RECORD_COUNTS), np.int64),
            np.zeros(16, np.int64),
            np.zeros((len(LENGTH_COUNTS), 2 * LONGEST_INDEL + 1), np.int64),
            np.zeros((len(FREQUENCY_COUNTS), n_bins), np.int64),
            np.zeros((len(QUALITY_COUNTS), N_QUALITIES), np.int64),
            np.zeros((len(DEPTH_COUNTS), DEEPEST + 4), np.int64),
            np.zeros((n_bins, N_SHARES), np.int64),
        )

    def add(self, other: Tallies) -> None:
        """Add the tallies of other records of the same samples."""
        for own, more in zip(self, other, strict=True):
            own += more

    def to_arrays(self) -> dict[str, Integers]:
        """Return the arrays to be written; of the large ones, bins that are not empty.

        ``<name>_at`` are places in the flattened array, ``<name>_n`` the counts there.
        """
        arrays = self._asdict()
        for name in _SPARSE:
            counts = arrays.pop(name).ravel()
            arrays[f"{name}_at"] = np.flatnonzero(counts)
            arrays[f"{name}_n"] = counts[arrays[f"{name}_at"]]
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Integers]) -> Tallies:
        """Undo :meth:`to_arrays`."""
        tallies = cls.zeros(arrays["samples"].shape[1])
        for name in cls._fields:
            own = getattr(tallies, name)
            if name in _SPARSE:
                own.reshape(-1)[arrays[f"{name}_at"]] = arrays[f"{name}_n"]
            else:
                own[...] = arrays[name]
        return tallies


_SPARSE = ("qualities", "het_shares")


def n_frequency_bins(n_samples: int) -> int:
    """Return how many bins of allele frequency bcftools uses, with the first one."""
    return max(101, n_samples + 1)


def bin_frequencies(n_alt: Integers, n_alleles: Integers, *, n_bins: int) -> Integers:
    """Return the bin of each allele frequency, as bcftools places it.

    Parameters
    ----------
    n_alt, n_alleles
        Copies of the allele, and of all alleles.
    n_bins
        From :func:`n_frequency_bins`.

    Notes
    -----
    Bin 0 is for alleles seen once; otherwise the bin is 1 + ⌊f (n_bins − 2)⌋, in
    single precision. bcftools labels bin i with (i − 1) / (n_bins − 1), and adds bin 0
    to bin 1 where it writes them out.
    """
    total = np.maximum(n_alleles, 1).astype(np.float32)
    frequency = np.clip(n_alt.astype(np.float32) / total, 0, 1)
    bins = 1 + (frequency * np.float32(n_bins - 2)).astype(np.int64)
    return np.where(n_alt == 1, 0, np.where(n_alleles == 0, 1, bins))


def bin_qualities(qualities: Singles) -> Integers:
    """Return the bin of each QUAL, as bcftools places it; absent is NaN or negative.

    Notes
    -----
    Bin 0 is for absent values, then tenths: 1 + ⌊10 Q⌋ in single precision, up to
    100,000. Above, five significant digits are kept.
    """
    known = np.nan_to_num(qualities, nan=-1.0, posinf=1e9).astype(np.float32)
    tenths = np.minimum(known * np.float32(10), np.float32(2e9)).astype(np.int64)
    values = np.where(known < 0, 0, 1 + tenths)
    powers = np.floor(np.log10(np.maximum(values, 1))).astype(np.int64)
    level = np.maximum(powers - 4, 1)
    above = (values - 10**powers) // 10**level
    coarse = EXACT_QUALITIES + QUALITIES_A_LEVEL * (level - 1) + above
    return np.where(values <= EXACT_QUALITIES, values, coarse)


def quality_of_bins(bins: Integers) -> Floats:
    """Return the lowest QUAL of each bin; NaN for absent values."""
    level, place = np.divmod(bins - EXACT_QUALITIES, QUALITIES_A_LEVEL)
    coarse = 10.0 ** (level + 5) + 10.0 ** (level + 1) * place
    values = np.where(bins < EXACT_QUALITIES, bins, coarse)
    return np.where(bins == 0, np.nan, 0.1 * (values - 1))


def describe_allele(ref: Sequence[int], alt: Sequence[int]) -> tuple[int, int, int]:
    """Return the kind, length difference and first base of an alternate allele.

    Parameters
    ----------
    ref, alt
        Bytes of the alleles as they stand in the file.

    Returns
    -------
    kind
        One of :data:`SAME` … :data:`OVERLAP`.
    length
        For indels, bases gained (positive) or lost.
    base
        0 to 3 for A, C, G, T as the first base of `alt`; −1 for anything else.

    Notes
    -----
    The rules are those of htslib 1.16 (``bcf_get_variant_type``): what both alleles
    begin with is left aside, then what both end with; what is left on one side only is
    an indel, one base on both sides an SNV, equal numbers an MNP, anything else other.
    """
    n_ref, n_alt, head = len(ref), len(alt), alt[0]
    base = -1
    for code in range(4):
        if head & CASELESS == ACGT[code]:
            base = code
    if n_alt == 1 and head == STAR:
        return OVERLAP, 0, base
    if n_ref == 1 and n_alt == 1:
        # mpileup writes X where it saw no other base.
        same = head in (DOT, X) or head == ref[0]
        return (SAME if same else SNV), 0, base
    if head == LESS:
        other = n_alt == 3 and (alt[1] == X or alt[1] == STAR)
        if n_alt == len(NON_REF):
            other = True
            for place in range(n_alt):
                other &= alt[place] == NON_REF[place]
        return (SAME if other else OTHER), 0, base
    if head in (OPENED, CLOSED):
        return BREAKEND, 0, base
    start = 0
    while start < n_ref and start < n_alt and (ref[start] ^ alt[start]) & CASELESS == 0:
        start += 1
    if start == n_ref and start == n_alt:
        return SAME, 0, base
    if start == n_ref and (alt[start] == OPENED or alt[start] == CLOSED):
        return BREAKEND, 0, base
    if start in (n_ref, n_alt):
        return INDEL, n_alt - n_ref, base
    r, a = n_ref - 1, n_alt - 1
    while r > start and a > start and (ref[r] ^ alt[a]) & CASELESS == 0:
        r -= 1
        a -= 1
    if r == start and a == start:
        return SNV, 0, base
    if r == start or a == start:
        return (INDEL if (ref[r] ^ alt[a]) & CASELESS == 0 else OTHER), a - r, base
    return (MNP if r == a else OTHER), 0, base
