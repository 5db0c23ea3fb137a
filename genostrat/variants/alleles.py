"""What kind of variant each row of the store is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from genostrat.arrays import Bytes, Flags, Integers
from genostrat.genotypes.tallies import (
    ACGT,
    INDEL,
    MNP,
    OTHER,
    SAME,
    SNV,
    describe_allele,
)

#: Names of kinds in tables.
KIND_NAMES = {
    SAME: "reference",
    SNV: "snv",
    INDEL: "indel",
    MNP: "mnv",
    OTHER: "complex",
}


@dataclass(frozen=True)
class Alleles:
    """Kinds of the alternate alleles of a contig; arrays of length n_variants.

    Parameters
    ----------
    kinds
        As :func:`genostrat.genotypes.tallies.describe_allele` names them.
    lengths
        Bases that an indel adds (positive) or takes away; 0 for other kinds.
    ref_bases, alt_bases
        First bases, 0 to 3 for A, C, G and T; −1 for none.
    n_ref, n_alt
        Letters of the alleles.
    """

    kinds: npt.NDArray[np.int8]
    lengths: Integers
    ref_bases: npt.NDArray[np.int8]
    alt_bases: npt.NDArray[np.int8]
    n_ref: Integers
    n_alt: Integers

    @property
    def names(self) -> pd.Series:
        """The kinds in words."""
        codes = np.full(max(KIND_NAMES) + 1, "", object)
        for code, name in KIND_NAMES.items():
            codes[code] = name
        return pd.Series(codes[self.kinds], dtype="str")

    @property
    def is_transition(self) -> Flags:
        """Whether an SNV is A↔G or C↔T."""
        step = np.abs(self.ref_bases - self.alt_bases)
        return (self.kinds == SNV) & (step == 2)

    @property
    def is_substitution(self) -> Flags:
        """Whether an SNV changes the first base of REF, as written.

        An SNV that is written with bases around it may not (CA to CG): bcftools then
        counts a site, but no type of substitution.
        """
        known = (self.ref_bases >= 0) & (self.alt_bases >= 0)
        return (self.kinds == SNV) & known & (self.ref_bases != self.alt_bases)


def describe_alleles(variants: pd.DataFrame) -> Alleles:
    """Return the kinds of alleles of the variants of a contig.

    Parameters
    ----------
    variants
        :attr:`genostrat.genotypes.store.Contig.variants`.
    """
    n_ref, ref_first = _first_letters(variants["ref"])
    n_alt, alt_first = _first_letters(variants["alt"])
    codes = np.full(256, -1, np.int8)
    codes[list(ACGT)] = range(4)
    kinds = np.full(len(variants), SNV, np.int8)
    single = (n_ref == 1) & (n_alt == 1)
    kinds[single & ((ref_first == alt_first) | (alt_first == ord(".")))] = SAME
    # Most indels are one base against several that begin with it.
    anchored = ~single & ((n_ref == 1) | (n_alt == 1)) & (ref_first == alt_first)
    kinds[anchored] = INDEL
    lengths = np.where(anchored, n_alt - n_ref, 0)
    for row in np.flatnonzero(~single & ~anchored):
        ref, alt = variants["ref"].iat[row], variants["alt"].iat[row]
        kind, length, _ = describe_allele(ref.encode(), alt.encode())
        kinds[row], lengths[row] = kind, length if kind == INDEL else 0
    bases = codes[ref_first], codes[alt_first]
    return Alleles(kinds, lengths, *bases, n_ref, n_alt)


def _first_letters(
    alleles: pd.Series,
) -> tuple[Integers, Bytes]:
    # Straight from the column's buffers: a Python text for each allele takes longer
    # than counting the genotypes.
    column = pa.Array.from_pandas(alleles, type=pa.large_string())
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    _, offsets, letters = column.buffers()
    ends = np.frombuffer(offsets, np.int64)[column.offset :][: len(alleles) + 1]
    return np.diff(ends), np.frombuffer(letters, np.uint8)[ends[:-1]]
