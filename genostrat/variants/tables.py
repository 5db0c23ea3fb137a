"""Tables of a call set: what ``bcftools stats -s -`` writes, under clear names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from genostrat.arrays import Floats
from genostrat.genotypes.tallies import (
    DEEPEST,
    DP_N,
    DP_SUM,
    FREQUENCY_COUNTS,
    LONGEST_INDEL,
    N_SHARES,
    READ_SHARE_UNIT,
    RECORD_COUNTS,
    SAMPLE_COUNTS,
    Tallies,
    quality_of_bins,
)


def count_records(tallies: Tallies) -> dict[str, int | float | None]:
    """Return the numbers of a call set: records by kind, alleles seen once, Ti/Tv.

    Notes
    -----
    They are bcftools' SN, TSTV and SiS: a record with several kinds of alternate
    allele counts for each; transitions and transversions count alleles, those of the
    first alternate allele apart; ``once`` are alleles with one copy.
    """
    names = [name for name in RECORD_COUNTS if not name.endswith("first_alt")]
    numbers: dict[str, int | float | None] = {
        name: int(count)
        for name, count in zip(RECORD_COUNTS, tallies.records, strict=True)
    }
    _, ti, tv, _ = tallies.frequencies.sum(axis=1)
    first = (numbers["n_ti_first_alt"], numbers["n_tv_first_alt"])
    once = dict(zip(FREQUENCY_COUNTS, tallies.frequencies[:, 0], strict=True))
    return (
        {name: numbers[name] for name in names}
        | {"n_ti": int(ti), "n_tv": int(tv), "ti_tv": _ratio(ti, tv)}
        | {"n_ti_first_alt": first[0], "n_tv_first_alt": first[1]}
        | {"ti_tv_first_alt": _ratio(first[0], first[1])}
        | {f"{name}_once": int(count) for name, count in once.items()}
    )


def _ratio(top: float | None, bottom: float | None) -> float | None:
    return float(top or 0) / float(bottom) if bottom else None


def tabulate_samples(tallies: Tallies, *, samples: Sequence[str]) -> pd.DataFrame:
    """Return one row for each sample: the table ``variants/per_sample.tsv``."""
    table = pd.DataFrame({"sample_id": list(samples)})
    for name, counts in zip(SAMPLE_COUNTS, tallies.samples, strict=True):
        if not name.startswith("dp_"):
            table[name] = counts
    table["mean_depth"] = divide(tallies.samples[DP_SUM], tallies.samples[DP_N])
    return table


def tabulate_substitutions(tallies: Tallies) -> pd.DataFrame:
    """Return SNV alleles by base: the table ``variants/substitutions.tsv``."""
    counts = tallies.substitutions.reshape(4, 4)
    return pd.DataFrame(
        [
            (ref, alt, int(counts[i, j]))
            for i, ref in enumerate("ACGT")
            for j, alt in enumerate("ACGT")
            if i != j
        ],
        columns=["ref", "alt", "n_alleles"],
    )


def tabulate_indel_lengths(tallies: Tallies) -> pd.DataFrame:
    """Return indel alleles by length: the table ``variants/indel_lengths.tsv``."""
    n_alleles, n_genotypes, shares = tallies.lengths
    table = pd.DataFrame(
        {
            "length": np.arange(-LONGEST_INDEL, LONGEST_INDEL + 1),
            "n_alleles": n_alleles,
            "n_genotypes": n_genotypes,
            "mean_read_share": divide(shares / READ_SHARE_UNIT, n_genotypes),
        }
    )
    return table[n_alleles > 0].reset_index(drop=True)


def tabulate_frequencies(tallies: Tallies) -> pd.DataFrame:
    """Return alleles by frequency: the table ``variants/frequencies.tsv``.

    Notes
    -----
    Bins as of :func:`genostrat.genotypes.tallies.bin_frequencies`, named and merged as
    bcftools writes them; bins without alleles are left out.
    """
    counts = tallies.frequencies[:, 1:].copy()
    counts[:, 0] += tallies.frequencies[:, 0]
    n_bins = counts.shape[1]
    table = pd.DataFrame({"allele_frequency": np.arange(n_bins) / n_bins})
    for name, row in zip(FREQUENCY_COUNTS, counts, strict=True):
        table[name] = row
    return table[counts.any(axis=0)].reset_index(drop=True)


def tabulate_heterozygosity(tallies: Tallies) -> pd.DataFrame:
    """Return quartiles of the share of heterozygotes, by allele frequency.

    Returns
    -------
    DataFrame
        The table ``variants/heterozygosity.tsv``. Bins of frequency as in
        :func:`tabulate_frequencies`; a quartile is the lower end, in steps of 0.01, of
        the bin that reaches it.
    """
    counts = tallies.het_shares[1:].copy()
    counts[0] += tallies.het_shares[0]
    frequency = np.arange(len(counts)) / len(counts)
    totals = counts.sum(axis=1)
    seen = totals > 0
    reached = np.cumsum(counts[seen], axis=1).astype(np.float32)
    reached /= totals[seen, np.newaxis].astype(np.float32)
    table = pd.DataFrame(
        {"allele_frequency": frequency[seen], "n_records": totals[seen]}
    )
    for name, level in (("q25", 0.25), ("median", 0.5), ("q75", 0.75)):
        table[f"het_share_{name}"] = (reached >= level).argmax(axis=1) / N_SHARES
    return table


def tabulate_qualities(tallies: Tallies) -> pd.DataFrame:
    """Return records by QUAL: the table ``variants/qualities.tsv``."""
    bins = np.flatnonzero(tallies.qualities.any(axis=0))
    ti, tv, indel = tallies.qualities[:, bins]
    return pd.DataFrame(
        {
            "quality": quality_of_bins(bins),
            "n_snv": ti + tv,
            "n_ti": ti,
            "n_tv": tv,
            "n_indel": indel,
        }
    )


def tabulate_depths(tallies: Tallies) -> pd.DataFrame:
    """Return calls and records by depth: the table ``variants/depths.tsv``."""
    n_genotypes, n_sites = tallies.depths
    # The place before the last stays empty, as in bcftools.
    labels = np.r_[-1 : DEEPEST + 2, DEEPEST + 1]
    table = pd.DataFrame(
        {"depth": labels, "n_genotypes": n_genotypes, "n_sites": n_sites}
    )
    return table[(n_genotypes > 0) | (n_sites > 0)].reset_index(drop=True)


def divide(top: npt.ArrayLike, bottom: npt.ArrayLike) -> Floats:
    """Divide arrays; anything by nothing is NaN."""
    numerator, denominator = np.asarray(top, float), np.asarray(bottom, float)
    result = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result
