"""Relatedness of every pair of samples by KING-robust, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtr

from genostrat.genotypes.store import Store
from genostrat.qc.king import find_pairs, jackknife_store
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


def find_relatives(
    store: Store,
    *,
    options: KinshipOptions,
    parents: Mapping[str, tuple[str, str]],
    threads: int = 1,
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
    threads
        Blocks of variants, or tiles of pairs, worked on at once.

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
    chosen, places, complete = _choose_sites(store, options, threads=threads)
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
    found = find_pairs(
        store,
        min_kinship=options.min_kinship,
        min_sites=options.min_sites,
        rows=chosen,
        complete=complete,
        threads=threads,
    )
    error = jackknife_store(store, chosen, found.samples, blocks, threads=threads)
    if len(error) >= TYPICAL_PAIRS:
        error = np.fmax(error, np.nanmedian(error))
    distinct = tell_from_chance(
        found.kinship, error, n_pairs=n_pairs, degrees_of_freedom=n_blocks - 1
    )
    record["n_indistinct"] = int((~distinct).sum())
    values = {
        "kinship": found.kinship[distinct],
        "ibs0": found.ibs0[distinct],
        "n_sites": found.n_sites[distinct],
        "kinship_se": error[distinct],
    }
    return _to_table(samples, found.samples[distinct], values, parents), record


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
        p_values = stdtr(degrees_of_freedom, -kinship / error)
    ordered = np.sort(p_values)
    steps = FALSE_DISCOVERY_RATE * np.arange(1, len(ordered) + 1) / max(n_pairs, 1)
    passed = np.flatnonzero(ordered <= steps)
    limit = ordered[passed[-1]] if len(passed) else -1.0
    return np.asarray(p_values <= limit)


def _choose_sites(
    store: Store, options: KinshipOptions, *, threads: int
) -> tuple[dict[str, npt.NDArray[np.intp]], npt.NDArray[np.int64], bool]:
    """Return the rows of each contig, each site's window, and if none has a gap."""
    chosen, places, offset, complete = {}, [np.empty(0, np.int64)], 0, True
    for contig in store.autosomes:
        counts = count_sites(contig, threads=threads)
        rows = choose_common(
            contig,
            counts,
            min_maf=options.min_maf,
            max_missing_rate=options.max_missing_rate,
        )
        complete &= bool((counts.n_called[rows] == len(contig.samples)).all())
        windows = contig.variants["position"].to_numpy()[rows] // WINDOW_BASES
        chosen[contig.name] = rows
        places.append(windows + offset)
        offset += int(windows.max(initial=0)) + 1
    return chosen, np.concatenate(places), complete


def _assign_blocks(places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Give each site the number of its block: windows with sites, neighbours joined."""
    if not len(places):
        return places
    numbers = np.unique(places, return_inverse=True)[1]
    n_windows = int(numbers.max()) + 1
    return numbers * min(n_windows, MAX_BLOCKS) // n_windows


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
