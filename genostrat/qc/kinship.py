"""Relatedness of every pair of samples by KING-robust, and how sure it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t as student

from genostrat.genotypes.store import Store
from genostrat.qc.relationships import (
    expected_relation,
    name_degree,
    name_first_degree,
)
from genostrat.qc.sites import choose_common, count_sites

#: Neighbouring variants are inherited together, so a standard error is taken over
#: stretches of the genome of this many bases, joined to at most so many blocks.
WINDOW_BASES = 1_000_000
MAX_BLOCKS = 200
#: With fewer blocks a jackknife says nothing.
MIN_BLOCKS = 30
#: Share of the listed pairs that may be there by chance.
FALSE_DISCOVERY_RATE = 0.05
BLOCK_VARIANTS = 2048
PAIRS_AT_ONCE = 2000
#: From so many candidate pairs on, most are there by chance, and their median shows
#: what standard error is typical.
TYPICAL_PAIRS = 20


def estimate_kinship(
    blocks: Iterable[npt.NDArray[np.int8]], *, n_samples: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Estimate the kinship of every pair of samples.

    Parameters
    ----------
    blocks
        Genotypes of autosomal SNVs, int8 (n_variants, n_samples), −9 missing.
    n_samples
        Number of samples.

    Returns
    -------
    kinship, ibs0, n_sites
        Matrices (n_samples, n_samples): kinship (NaN without heterozygous calls), share
        of sites where the two are opposite homozygotes, and sites called in both.

    Notes
    -----
    The between-family estimator of Manichaikul 2010 (doi 10.1093/bioinformatics/btq559,
    equation 11), as plink2 ``--make-king-table`` computes it:
    φ = ½ − (4·N_AA,aa + N_het1,hom2 + N_hom1,het2) / (4·min(N_het1, N_het2)), over
    sites called in both. Counts come from matrix products over 0/1 matrices, exact in
    single precision below 2²⁴ sites.
    """
    shape = (n_samples, n_samples)
    both_het, opposite, het_hom, called = (
        np.zeros(shape, np.float32) for _ in range(4)
    )
    for block in blocks:
        ref, het, alt = ((block == g).astype(np.float32) for g in (0, 1, 2))
        hom = ref + alt
        both_het += het.T @ het
        opposite += ref.T @ alt
        het_hom += het.T @ hom
        seen = het + hom
        called += seen.T @ seen
    ibs0_count = (opposite + opposite.T).astype(float)
    one_het = (het_hom + het_hom.T).astype(float)
    fewest_het = both_het + np.minimum(het_hom, het_hom.T).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        kinship = 0.5 - (4 * ibs0_count + one_het) / (4 * fewest_het)
        ibs0 = ibs0_count / called
    kinship[fewest_het == 0] = np.nan
    return kinship, ibs0, called.astype(np.int64)


@dataclass(frozen=True)
class KinshipOptions:
    """Which variants and pairs count; see the config's ``qc``."""

    min_kinship: float
    min_sites: int
    min_maf: float
    max_missing_rate: float


def find_relatives(
    store: Store, *, options: KinshipOptions, parents: Mapping[str, tuple[str, str]]
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """List the related pairs of a cohort.

    Parameters
    ----------
    store
        The genotypes.
    options
        Which variants and pairs count.
    parents
        sample_id → (father_id, mother_id), blank where unknown.

    Returns
    -------
    pairs
        The table ``qc/relatedness.tsv``; empty where the data cannot say.
    record
        assessable, n_sites, n_blocks, n_pairs, n_indistinct: pairs whose kinship
        reaches the threshold but cannot be told from chance.

    Notes
    -----
    A few genes, or a few hundred variants, give thousands of pairs a high kinship by
    chance. A pair is listed only if :func:`tell_from_chance` does so, by a standard
    error from a block jackknife over the genome. Pairs that chance made look close look
    certain, too: where there are many candidates, no error is taken for smaller than
    their median.
    """
    chosen, places = _choose_sites(store, options)
    samples = store.samples
    blocks = _assign_blocks(places)
    n_blocks = int(blocks.max()) + 1 if len(blocks) else 0
    n_pairs = len(samples) * (len(samples) - 1) // 2
    record: dict[str, Any] = {
        "assessable": len(blocks) >= options.min_sites
        and n_blocks >= MIN_BLOCKS
        and n_pairs > 0,
        "n_sites": len(blocks),
        "n_blocks": n_blocks,
        "n_pairs": n_pairs,
        "n_indistinct": 0,
    }
    if not record["assessable"]:
        return _to_table(samples, np.empty((0, 2), int), {}, parents), record
    kinship, ibs0, shared = estimate_kinship(
        _read_sites(store, chosen), n_samples=len(samples)
    )
    with np.errstate(invalid="ignore"):
        high = (kinship >= options.min_kinship) & (shared >= options.min_sites)
    pairs = np.argwhere(np.triu(high, k=1))
    error = jackknife_errors(_read_sites(store, chosen), pairs, blocks=blocks)
    if len(error) >= TYPICAL_PAIRS:
        error = np.fmax(error, np.nanmedian(error))
    at = tuple(pairs.T)
    distinct = tell_from_chance(
        kinship[at], error, n_pairs=n_pairs, degrees_of_freedom=n_blocks - 1
    )
    record["n_indistinct"] = int((~distinct).sum())
    values = {
        "kinship": kinship[at][distinct],
        "ibs0": ibs0[at][distinct],
        "n_sites": shared[at][distinct],
        "kinship_se": error[distinct],
    }
    return _to_table(samples, pairs[distinct], values, parents), record


def tell_from_chance(
    kinship: npt.NDArray[np.float64],
    error: npt.NDArray[np.float64],
    *,
    n_pairs: int,
    degrees_of_freedom: int,
) -> npt.NDArray[np.bool_]:
    """Say which pairs have a kinship above zero, allowing for all pairs looked at.

    Parameters
    ----------
    kinship, error
        Of the candidate pairs, with its standard error.
    n_pairs
        All pairs of the cohort, candidates or not.
    degrees_of_freedom
        Of the standard errors: blocks of the jackknife, less one.

    Notes
    -----
    One-sided t test against zero; Benjamini and Hochberg's step-up rule over `n_pairs`
    at a false discovery rate of 5 %.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        p_values = student.sf(kinship / error, degrees_of_freedom)
    ordered = np.sort(p_values)
    steps = FALSE_DISCOVERY_RATE * np.arange(1, len(ordered) + 1) / max(n_pairs, 1)
    passed = np.flatnonzero(ordered <= steps)
    limit = ordered[passed[-1]] if len(passed) else -1.0
    return np.asarray(p_values <= limit)


def _choose_sites(
    store: Store, options: KinshipOptions
) -> tuple[dict[str, npt.NDArray[np.intp]], npt.NDArray[np.int64]]:
    """Return the rows of each contig, and each site's window along the genome."""
    chosen, places, offset = {}, [np.empty(0, np.int64)], 0
    for contig in store.autosomes:
        rows = choose_common(
            contig,
            count_sites(contig),
            min_maf=options.min_maf,
            max_missing_rate=options.max_missing_rate,
        )
        windows = contig.variants["position"].to_numpy()[rows] // WINDOW_BASES
        chosen[contig.name] = rows
        places.append(windows + offset)
        offset += int(windows.max(initial=0)) + 1
    return chosen, np.concatenate(places)


def _assign_blocks(places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Give each site the number of its block: windows with sites, neighbours joined."""
    if not len(places):
        return places
    numbers = np.unique(places, return_inverse=True)[1]
    n_windows = int(numbers.max()) + 1
    return numbers * min(n_windows, MAX_BLOCKS) // n_windows


def _read_sites(
    store: Store, chosen: Mapping[str, npt.NDArray[np.intp]]
) -> Iterator[npt.NDArray[np.int8]]:
    for contig in store.autosomes:
        rows = chosen[contig.name]
        for start in range(0, len(rows), BLOCK_VARIANTS):
            yield contig.read(rows[start : start + BLOCK_VARIANTS])


def jackknife_errors(
    genotypes: Iterable[npt.NDArray[np.int8]],
    pairs: npt.NDArray[np.intp],
    *,
    blocks: npt.NDArray[np.int64],
) -> npt.NDArray[np.float64]:
    """Return the standard error of the kinship of some pairs.

    Parameters
    ----------
    genotypes
        As for :func:`estimate_kinship`.
    pairs
        Sample numbers, shape (n_pairs, 2).
    blocks
        Block number of each variant, not decreasing, length n_variants.

    Returns
    -------
    ndarray
        Delete-one-block jackknife standard errors, length n_pairs.
    """
    n_blocks = int(blocks.max()) + 1
    # one row a block: IBS0, one heterozygous, heterozygous in the first, in the second
    counts = np.zeros((4, n_blocks, len(pairs)))
    start = 0
    for part in genotypes:
        own = blocks[start : start + len(part)]
        edges = np.flatnonzero(np.r_[True, np.diff(own) > 0])
        for low in range(0, len(pairs), PAIRS_AT_ONCE):
            at = slice(low, low + PAIRS_AT_ONCE)
            one, two = part[:, pairs[at, 0]], part[:, pairs[at, 1]]
            both = (one >= 0) & (two >= 0)
            het_one, het_two = (one == 1) & both, (two == 1) & both
            opposite = both & (np.abs(one - two) == 2)
            for kind, hits in enumerate(
                (opposite, het_one ^ het_two, het_one, het_two)
            ):
                sums = np.add.reduceat(hits, edges, axis=0, dtype=np.int64)
                counts[kind, own[edges], at] += sums
        start += len(part)
    left = counts.sum(axis=1, keepdims=True) - counts
    ibs0, one_het, het_one, het_two = left
    fewest = np.minimum(het_one, het_two)
    with np.errstate(invalid="ignore", divide="ignore"):
        without = 0.5 - (4 * ibs0 + one_het) / (4 * fewest)
    deviation = without - without.mean(axis=0)
    return np.sqrt((n_blocks - 1) / n_blocks * (deviation**2).sum(axis=0))


def _to_table(
    samples: list[str],
    pairs: npt.NDArray[np.intp],
    values: Mapping[str, npt.NDArray[Any]],
    parents: Mapping[str, tuple[str, str]],
) -> pd.DataFrame:
    names = [tuple(sorted((samples[i], samples[j]))) for i, j in pairs]
    frame = pd.DataFrame(
        {
            "sample_1": [first for first, _ in names],
            "sample_2": [second for _, second in names],
            "kinship": values.get("kinship", []),
            "ibs0": values.get("ibs0", []),
            "n_sites": values.get("n_sites", []),
        }
    )
    frame["relationship"] = [name_degree(value) for value in frame["kinship"]]
    frame["expected"] = [expected_relation(a, b, parents) for a, b in names]
    frame["first_degree_kind"] = [
        name_first_degree(degree, ibs0)
        for degree, ibs0 in zip(frame["relationship"], frame["ibs0"], strict=True)
    ]
    frame["kinship_se"] = values.get("kinship_se", [])
    return frame
