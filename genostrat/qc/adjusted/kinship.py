"""Kinship with each pair's own expected frequencies, for cohorts of mixed ancestry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from genostrat.arrays import Flags, Floats, Indices, Singles
from genostrat.genotypes.blocks import map_blocks
from genostrat.genotypes.store import Store
from genostrat.qc.adjusted.segments import measure_segments
from genostrat.qc.components.ancestry import AncestryOptions, compute_pcs
from genostrat.qc.relatedness.kinship import KinshipOptions, choose_sites
from genostrat.qc.relatedness.relationships import (
    DEGREES,
    choose_unrelated,
    name_degree,
)

COLUMNS = (
    "sample_1",
    "sample_2",
    "kinship",
    "kinship_adjusted",
    "relationship",
    "relationship_adjusted",
    "n_segments",
    "shared_mb",
    "longest_mb",
)
#: Sites that kinship is adjusted on, spread over the genome: more change a standard
#: error of 0.005 by little, and cost the square of the number of samples each.
MAX_SITES = 20_000
#: An allele that hardly anybody of a person's ancestry has says nothing of the pair.
LEAST_FREQUENCY = 0.01
#: Unrelated samples for each component that expected frequencies rest on.
SAMPLES_A_COMPONENT = 20
#: Rounds of finding relatives and computing components without them.
MAX_ROUNDS = 5
#: Tracy-Widom statistic that one component in a hundred of noise exceeds.
TRACY_WIDOM = 2.0236
BLOCK_ROWS = 512
#: The matrices of more samples take gigabytes.
MAX_SAMPLES = 10_000
#: Share of pairs named by chance that is allowed.
ALPHA = 0.05
#: Lower bound of the third degree.
LEAST_KINSHIP = DEGREES[-1][0]
#: Of the fourth. Relatives bend components until these show less of their kinship, so
#: such pairs are kept out of components.
LEAST_SUSPECTED = LEAST_KINSHIP / 2
#: Median absolute deviation of a normal distribution, to its standard deviation.
MAD_SCALE = 1.4826


@dataclass(frozen=True)
class Expected:
    """What predicts the frequency of an allele in a person.

    Parameters
    ----------
    design
        Intercept and components of every sample, (n_samples, 1 + n_components).
    core
        Unrelated samples that frequencies are learned from.
    """

    design: Floats
    core: Flags


def adjust_kinship(
    store: Store,
    *,
    pairs: pd.DataFrame,
    pcs: pd.DataFrame,
    components: Mapping[str, Any],
    unrelated: list[str],
    options: KinshipOptions,
    ancestry: AncestryOptions,
    threads: int = 1,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Estimate kinship allowing for the ancestry of both, of every pair of samples.

    Parameters
    ----------
    store
        The genotypes.
    pairs
        ``qc/relatedness.tsv``.
    pcs
        ``qc/pcs.tsv``.
    components
        ``qc/ancestry.json``, on these.
    unrelated
        Samples that span the components.
    options
        Which variants count.
    ancestry
        As the components were computed.
    threads
        Threads of the products of matrices.

    Returns
    -------
    table
        ``qc/kinship_adjusted.tsv``: the pairs of `pairs`, and those that only the
        adjusted kinship makes relatives of the third degree or closer.
    record
        assessable, n_sites, n_components, noise (standard deviation of unrelated
        pairs), n_changed (degree), n_new.

    Notes
    -----
    PC-Relate (Conomos 2016, doi 10.1016/j.ajhg.2015.11.022): with the frequency μ that
    the components predict for each person and SNV,
    φ = Σ (g₁ − 2μ₁)(g₂ − 2μ₂) / 4 Σ √(μ₁(1 − μ₁) μ₂(1 − μ₂)), over SNVs called in both
    whose μ lies within 0.01 and 0.99 in both. KING-robust takes two people of different
    ancestry for less related than they are, and two of the same recent mixture for
    more.

    The components are those before the first that noise would explain
    (:func:`count_components`), one for 20 unrelated samples at most. Relatives that
    KING missed bend them, so those found are left out and the components computed anew,
    until nobody is found or :data:`MAX_ROUNDS` rounds are over.

    A pair that KING did not list is new where its kinship reaches the third degree and
    exceeds what chance gives any of all pairs, by their spread (MAD).
    """
    record: dict[str, Any] = {
        "assessable": False,
        "why_not": None,
        "n_sites": 0,
        "n_components": 0,
        "n_rounds": 0,
        "noise": None,
        "n_changed": 0,
        "n_new": 0,
    }
    sites = choose_sites(store, options, threads=threads)
    rows = _spread(sites.rows)
    n_sites = sum(map(len, rows.values()))
    nothing = pd.DataFrame(columns=list(COLUMNS))
    if n_sites < options.min_sites:
        return nothing, record | {"why_not": "there are too few common variants"}
    if len(store.samples) > MAX_SAMPLES:
        why = f"there are more than {MAX_SAMPLES:,} samples"
        return nothing, record | {"why_not": why}
    n_rounds = 0
    while True:
        expected = _make_expected(store.samples, pcs, components, unrelated)
        if expected is None:
            why = "there are no ancestry components, or too few unrelated samples"
            return nothing, record | {"why_not": why}
        n_rounds += 1
        with threadpool_limits(threads):
            kinship = _estimate(store, rows, expected, threads=threads)
        noise, close = _find_close(kinship)
        suspected = _to_table(store.samples, pairs, kinship, close)
        fewer = _leave_relatives_out(suspected, unrelated)
        if len(fewer) == len(unrelated) or n_rounds == MAX_ROUNDS:
            break
        unrelated = fewer
        pcs, components = compute_pcs(
            store, unrelated=unrelated, pairs=pairs, options=ancestry, threads=threads
        )
    is_close = suspected["kinship_adjusted"] >= LEAST_KINSHIP
    table = suspected[is_close | suspected["kinship"].notna()].reset_index(drop=True)
    found = measure_segments(store, table, rows=sites.rows, threads=threads)
    table = pd.concat([table, found], axis=1)[list(COLUMNS)]
    listed = table["kinship"].notna()
    # What could not be adjusted is not assessed, and no other degree.
    told = listed & table["kinship_adjusted"].notna()
    changed = told & (table["relationship"] != table["relationship_adjusted"])
    record |= {
        "assessable": True,
        "n_sites": n_sites,
        "n_components": expected.design.shape[1] - 1,
        "n_rounds": n_rounds,
        "noise": noise,
        "n_changed": int(changed.sum()),
        "n_new": int((~listed).sum()),
    }
    return table, record


def _find_close(kinship: Singles) -> tuple[float, Indices]:
    """Return the noise of kinship, and the pairs (n, 2) that it does not explain."""
    rows = [kinship[i, i + 1 :] for i in range(len(kinship))]
    known = np.concatenate([row[np.isfinite(row)] for row in rows])
    noise = MAD_SCALE * float(np.median(np.abs(known - np.median(known))))
    least = noise * NormalDist().inv_cdf(1 - ALPHA / max(len(known), 2))
    least = max(LEAST_SUSPECTED, least)
    close = [
        (i, i + 1 + j)
        for i in range(len(rows))
        for j in np.flatnonzero(rows[i] >= least)
    ]
    return noise, np.array(close, np.intp).reshape(-1, 2)


def _leave_relatives_out(table: pd.DataFrame, unrelated: list[str]) -> list[str]:
    """Return the largest part of some samples without suspected relatives in it."""
    return choose_unrelated(
        unrelated,
        table.assign(kinship=table["kinship_adjusted"]),
        min_kinship=LEAST_SUSPECTED,
        call_rate={},
    )[0]


def _make_expected(
    samples: list[str],
    pcs: pd.DataFrame,
    components: Mapping[str, Any],
    unrelated: list[str],
) -> Expected | None:
    """Return the design; None where there are no components at all."""
    names = [name for name in pcs.columns if name != "sample_id"]
    values = pcs.set_index("sample_id").reindex(samples)[names].to_numpy(float)
    n_known = int(np.isfinite(values).all(axis=0).sum())
    core = np.isin(samples, unrelated) & np.isfinite(values[:, : max(n_known, 1)]).all(
        1
    )
    most = min(n_known, int(core.sum()) // SAMPLES_A_COMPONENT)
    if most < 1:
        return None
    n_used = count_components(
        components["variance_explained"][:most],
        n_samples=int(core.sum()),
        n_sites=components["n_sites_pruned"],
    )
    design = np.column_stack([np.ones(len(samples)), values[:, :n_used]])
    return Expected(design, core)


def count_components(shares: Sequence[float], *, n_samples: int, n_sites: int) -> int:
    """Return how many of the first components are ancestry.

    Parameters
    ----------
    shares
        Of the variance, of each component.
    n_samples
        Unrelated samples that span them.
    n_sites
        Variants that the components were computed on.

    Notes
    -----
    Patterson 2006 (doi 10.1371/journal.pgen.0020190): the share of a component in what
    those before it leave, against the largest of noise (Tracy and Widom).
    """
    left = 1.0
    for number, share in enumerate(shares):
        m = n_samples - number - 1
        if m < 2 or left <= 0:
            return number
        root, other = np.sqrt(n_sites - 1), np.sqrt(m)
        mean = (root + other) ** 2 / n_sites
        spread = (root + other) / n_sites * (1 / root + 1 / other) ** (1 / 3)
        statistic = (m * share / left - mean) / spread
        if not statistic > TRACY_WIDOM:
            return number
        left -= share
    return len(shares)


def _spread(rows: dict[str, Indices]) -> dict[str, Indices]:
    """Return at most so many of the rows, evenly spread over them."""
    total = sum(map(len, rows.values()))
    if total <= MAX_SITES:
        return rows
    chosen = np.floor(np.arange(MAX_SITES) * (total / MAX_SITES)).astype(np.int64)
    spread, done = {}, 0
    for name, own in rows.items():
        mine = chosen[(chosen >= done) & (chosen < done + len(own))] - done
        spread[name] = own[mine]
        done += len(own)
    return spread


def _estimate(
    store: Store, rows: dict[str, Indices], expected: Expected, *, threads: int
) -> Singles:
    """Return the kinship of all pairs, (n_samples, n_samples); NaN without sites."""
    n = len(store.samples)
    products, scales = np.zeros((2, n, n), np.float32)
    for residuals, spreads in _standardise(store, rows, expected, threads):
        products += residuals.T @ residuals
        scales += spreads.T @ spreads
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(scales > 0, products / (4 * scales), np.float32(np.nan))


def _standardise(
    store: Store, rows: dict[str, Indices], expected: Expected, threads: int
) -> Iterator[tuple[Singles, Singles]]:
    """Yield g − 2μ and √(μ(1 − μ)) of blocks, (n_variants, n_samples); 0 where unused.

    A missing genotype of a sample that frequencies are learned from counts as the mean.
    """
    own = expected.design[expected.core]
    solve = np.linalg.pinv(own)
    n_samples = len(store.samples)

    def work(_: slice, block: npt.NDArray[np.int8]) -> tuple[Singles, Singles]:
        calls = block[:, :n_samples].astype(np.float32)
        called = calls >= 0
        known = called[:, expected.core]
        of_core = np.where(known, calls[:, expected.core], 0)
        means = of_core.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        of_core = np.where(known, of_core, means[:, None])
        slopes = of_core @ solve.T.astype(np.float32)
        frequencies = slopes @ expected.design.T.astype(np.float32) / 2
        used = called & (np.abs(frequencies - 0.5) <= 0.5 - LEAST_FREQUENCY)
        residuals = np.where(used, calls - 2 * frequencies, 0).astype(np.float32)
        variances = np.where(used, frequencies * (1 - frequencies), 0)
        return residuals, np.sqrt(variances).astype(np.float32)

    for contig in store.autosomes:
        yield from map_blocks(
            contig, work, size=BLOCK_ROWS, rows=rows[contig.name], threads=threads
        )


def _to_table(
    samples: list[str], pairs: pd.DataFrame, kinship: Singles, close: Indices
) -> pd.DataFrame:
    """Return the listed pairs and the close ones with both kinships and degrees."""
    place = {sample: number for number, sample in enumerate(samples)}
    listed = {
        (one, two): value
        for one, two, value in zip(
            pairs["sample_1"], pairs["sample_2"], pairs["kinship"], strict=True
        )
    }
    found = {tuple(sorted((samples[i], samples[j]))) for i, j in close}
    rows = []
    for one, two in sorted(listed.keys() | found):
        by_king = listed.get((one, two), np.nan)
        adjusted = float(kinship[place[one], place[two]])
        degree = name_degree(by_king) if np.isfinite(by_king) else ""
        rows.append((one, two, by_king, adjusted, degree, name_degree(adjusted)))
    return pd.DataFrame(rows, columns=list(COLUMNS[:6]))
