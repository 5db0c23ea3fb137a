"""Relatedness of every pair of samples by KING-robust, and how sure it is."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtr

from genostrat.arrays import Flags, Floats, Indices, Integers
from genostrat.genotypes.store import Store
from genostrat.qc.relatedness.duplicates import IdenticalPairs, find_identical
from genostrat.qc.relatedness.expectation import Expectations
from genostrat.qc.relatedness.king import find_pairs, measure_pairs
from genostrat.qc.relatedness.relationships import name_degree, name_first_degree
from genostrat.qc.sites import choose_common, count_genotypes
from genostrat.sheets.pedigree import Pedigree

log = logging.getLogger(__name__)

#: Neighbouring variants are inherited together, so a standard error is taken over
#: stretches of the genome of this many bases, joined to at most so many blocks.
WINDOW_BASES = 1_000_000
MAX_BLOCKS = 200
#: With fewer blocks a jackknife says nothing.
MIN_BLOCKS = 30
#: Share of the listed pairs that may be there by chance.
FALSE_DISCOVERY_RATE = 0.05
#: From so many candidate pairs on, most are there by chance, and their median shows
#: what standard error is typical.
TYPICAL_PAIRS = 20


@dataclass(frozen=True)
class KinshipOptions:
    """Which variants and pairs count; see the config's ``qc``."""

    min_kinship: float
    min_sites: int
    min_maf: float
    max_missing_rate: float


@dataclass(frozen=True)
class KinshipSites:
    """The variants that kinship is measured on.

    Parameters
    ----------
    rows
        Rows of each autosome.
    blocks
        Jackknife block of each site in turn, from 0 on.
    complete
        Whether no genotype is missing.
    ibs0_of_strangers
        Share of sites where two unrelated people would be opposite homozygotes, by the
        cohort's allele frequencies; 0 without sites.
    heterozygosity
        Of each sample, share of all its autosomal calls; NaN without any.
    """

    rows: dict[str, Indices]
    blocks: Integers
    complete: bool
    ibs0_of_strangers: float
    heterozygosity: Floats

    @property
    def n_blocks(self) -> int:
        """Blocks with a site."""
        return int(self.blocks.max(initial=-1)) + 1


def find_relatives(
    store: Store,
    *,
    options: KinshipOptions,
    pedigree: Pedigree,
    threads: int = 1,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """List the related pairs of a cohort.

    Parameters
    ----------
    store
        The genotypes.
    options
        Which variants and pairs count.
    pedigree
        What the sheet says of the samples.
    threads
        Blocks of variants, or tiles of pairs, worked on at once.

    Returns
    -------
    pairs
        The table ``qc/relatedness.tsv``. Where the data cannot say, it has nothing but
        pairs whose genotypes are identical.
    record
        assessable, n_sites, n_blocks, n_pairs, n_indistinct: pairs whose kinship
        reaches the threshold but cannot be told from chance; n_identical: pairs found
        by identity where kinship is not assessable; n_alike: identical ones who may be
        relatives, or be alike by chance; ibs0_of_strangers.

    Notes
    -----
    A few genes, or a few hundred variants, give thousands of pairs a high kinship by
    chance. A pair is listed only if :func:`tell_from_chance` does so, by a standard
    error from a block jackknife over the genome. Pairs that chance made look close look
    certain, too: where there are many candidates, no error is taken for smaller than
    their median.
    """
    sites = choose_sites(store, options, threads=threads)
    samples, expected = store.samples, Expectations(pedigree)
    n_pairs = len(samples) * (len(samples) - 1) // 2
    record: dict[str, Any] = {
        "assessable": len(sites.blocks) >= options.min_sites
        and sites.n_blocks >= MIN_BLOCKS
        and n_pairs > 0,
        "n_sites": len(sites.blocks),
        "n_blocks": sites.n_blocks,
        "n_pairs": n_pairs,
        "n_indistinct": 0,
        "n_identical": 0,
        "n_alike": 0,
        "ibs0_of_strangers": sites.ibs0_of_strangers,
    }
    log.info(
        "%d pairs of %d samples by %d variants in %d blocks%s",
        n_pairs,
        len(samples),
        len(sites.blocks),
        sites.n_blocks,
        "" if record["assessable"] else ": too few, relatives are not assessable",
    )
    if not record["assessable"]:
        same = find_identical(store, threads=threads)
        record["n_identical"], record["n_alike"] = len(same.samples), same.n_alike
        log.info("%(n_identical)d pairs are one person, %(n_alike)d are alike", record)
        return _list_identical(store, same, expected), record
    found = find_pairs(
        store,
        min_kinship=options.min_kinship,
        min_sites=options.min_sites,
        rows=sites.rows,
        complete=sites.complete,
        threads=threads,
    )
    _, error = measure_pairs(
        store, sites.rows, found.samples, sites.blocks, threads=threads
    )
    if len(error) >= TYPICAL_PAIRS:
        error = np.fmax(error, np.nanmedian(error))
    distinct = tell_from_chance(
        found.kinship, error, n_pairs=n_pairs, degrees_of_freedom=sites.n_blocks - 1
    )
    record["n_indistinct"] = int((~distinct).sum())
    values = {
        "kinship": found.kinship[distinct],
        "ibs0": found.ibs0[distinct],
        "n_sites": found.n_sites[distinct],
        "kinship_se": error[distinct],
    }
    table = _to_table(
        samples,
        found.samples[distinct],
        values,
        expected,
        of_strangers=sites.ibs0_of_strangers,
    )
    log.info(
        "%d related pairs, and %d not told from chance",
        len(table),
        record["n_indistinct"],
    )
    return table, record


def _list_identical(
    store: Store, same: IdenticalPairs, expected: Expectations
) -> pd.DataFrame:
    """List the pairs that are one person without measuring kinship."""
    n_found = len(same.samples)
    # What KING and its jackknife come to where genotypes do not differ.
    values = {
        "kinship": np.full(n_found, 0.5),
        "ibs0": np.zeros(n_found),
        "n_sites": same.n_sites,
        "kinship_se": np.zeros(n_found),
    }
    return _to_table(store.samples, same.samples, values, expected, of_strangers=0.0)


def tell_from_chance(
    kinship: Floats,
    error: Floats,
    *,
    n_pairs: int,
    degrees_of_freedom: int,
) -> Flags:
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
        p_values = stdtr(degrees_of_freedom, -kinship / error)
    ordered = np.sort(p_values)
    steps = FALSE_DISCOVERY_RATE * np.arange(1, len(ordered) + 1) / max(n_pairs, 1)
    passed = np.flatnonzero(ordered <= steps)
    limit = ordered[passed[-1]] if len(passed) else -1.0
    return np.asarray(p_values <= limit)


def choose_sites(
    store: Store, options: KinshipOptions, *, threads: int = 1
) -> KinshipSites:
    """Choose the common, well-called SNVs of the autosomes.

    Parameters
    ----------
    store
        The genotypes.
    options
        Which variants count.
    threads
        Blocks of variants worked on at once.
    """
    chosen, places, offset, complete = {}, [np.empty(0, np.int64)], 0, True
    ibs0, (n_het, n_called) = 0.0, np.zeros((2, len(store.samples)), np.int64)
    for contig in store.autosomes:
        counts, people = count_genotypes(contig, threads=threads)
        n_het, n_called = n_het + people.n_het, n_called + people.n_called
        rows = choose_common(
            contig,
            counts,
            min_maf=options.min_maf,
            max_missing_rate=options.max_missing_rate,
        )
        complete &= bool((counts.n_called[rows] == len(contig.samples)).all())
        frequency = counts.alt_frequency[rows]
        ibs0 += float((2 * (frequency * (1 - frequency)) ** 2).sum())
        windows = contig.variants["position"].to_numpy()[rows] // WINDOW_BASES
        chosen[contig.name] = rows
        places.append(windows + offset)
        offset += int(windows.max(initial=0)) + 1
    blocks = _assign_blocks(np.concatenate(places))
    with np.errstate(invalid="ignore"):
        heterozygosity = np.true_divide(n_het, n_called)
    return KinshipSites(
        rows=chosen,
        blocks=blocks,
        complete=complete,
        ibs0_of_strangers=ibs0 / max(len(blocks), 1),
        heterozygosity=heterozygosity,
    )


def _assign_blocks(places: Integers) -> Integers:
    """Give each site the number of its block: windows with sites, neighbours joined."""
    if not len(places):
        return places
    numbers = np.unique(places, return_inverse=True)[1]
    n_windows = int(numbers.max()) + 1
    return numbers * min(n_windows, MAX_BLOCKS) // n_windows


def _to_table(
    samples: list[str],
    pairs: Indices,
    values: Mapping[str, npt.NDArray[Any]],
    expected: Expectations,
    *,
    of_strangers: float,
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
    relations = (expected.of(a, b).relation for a, b in names)
    frame["expected"] = ["" if r == "unrelated" else r for r in relations]
    frame["first_degree_kind"] = [
        name_first_degree(degree, ibs0, of_strangers=of_strangers)
        for degree, ibs0 in zip(frame["relationship"], frame["ibs0"], strict=True)
    ]
    frame["kinship_se"] = values.get("kinship_se", [])
    return frame
