"""Shares of ancestry: each sample as a mixture of the panel's labels, with intervals.

Supervised: the labels' frequencies are the panel's, and only the shares are estimated,
for each sample on its own. So who else is in a cohort plays no part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from genostrat.arrays import Flags, Floats, Indices
from genostrat.genotypes.blocks import map_blocks
from genostrat.genotypes.store import Store
from genostrat.qc.components.projection import orient
from genostrat.qc.panel.fit import PanelCounts
from genostrat.qc.panel.share_kernels import solve_shares
from genostrat.registry.words.qc import (
    SHARES_DOUBTFUL,
    SHARES_NOT_ASSESSED,
    SHARES_OK,
)
from genostrat.seeds import random_generator
from genostrat.stats.effects import MAD_OF_NORMAL

COLUMNS = [
    "sample_id",
    "label",
    "share",
    "low",
    "high",
    "status",
    "misfit",
    "n_sites",
]
#: Length of a block; variants further apart are taken for unlinked.
BLOCK_BASES = 5_000_000
#: Fewest blocks that intervals are drawn from.
MIN_BLOCKS = 20
#: Bootstrap samples of the blocks, and what lies outside of an interval.
DRAWS, OUTSIDE = 200, 0.05
#: Lowest p(1 − p) that a site is weighted by.
MIN_VARIANCE = 0.01
#: Normal equations held at once, of samples that are worked on together.
EQUATIONS_BYTES = 1 << 25


@dataclass(frozen=True)
class LabelFrequencies:
    """Frequencies of the panel's labels at the sites used.

    Parameters
    ----------
    labels
        Names.
    alleles
        Frequency of ALT: (n_sites, n_labels).
    people
        Whom it was counted in: (n_sites, n_labels).
    noise
        Its sampling variance, from the number of people: (n_sites, n_labels).
    weights
        Of the sites: one over their mean variance.
    block_of
        Block of each site, ascending.
    """

    labels: Sequence[str]
    alleles: Floats
    people: Floats
    noise: Floats
    weights: Floats
    block_of: Indices

    @property
    def n_blocks(self) -> int:
        """Number of blocks."""
        return int(self.block_of[-1]) + 1 if len(self.block_of) else 0


def measure_frequencies(
    panel: Store,
    counts: PanelCounts,
    *,
    rows: Mapping[str, Indices],
    label_of: Indices,
    labels: Sequence[str],
) -> LabelFrequencies:
    """Return the labels' frequencies, and where blocks of linked sites end.

    Parameters
    ----------
    panel
        The panel's genotypes.
    counts
        Alleles of its groups.
    rows
        Contig → the panel's sites.
    label_of
        Label of each group.
    labels
        Their names.
    """
    member = (label_of[:, None] == np.arange(len(labels))).astype(float)
    alleles, people, blocks = [], [], []
    done = 0
    for contig in panel.autosomes:
        own = rows[contig.name]
        people.append(np.maximum(counts.called[contig.name] @ member, 1))
        alleles.append(counts.alleles[contig.name] @ member / (2 * people[-1]))
        positions = contig.variants["position"].to_numpy(np.int64)[own]
        numbers = np.unique(positions // BLOCK_BASES, return_inverse=True)[1]
        blocks.append(numbers + done)
        done += int(numbers[-1]) + 1 if len(numbers) else 0
    frequency, counted = np.concatenate(alleles), np.concatenate(people)
    mean = frequency.mean(axis=1)
    return LabelFrequencies(
        labels,
        frequency,
        counted,
        # Unbiased: p(1 − p) of a sample is too small by what its mean varies.
        frequency * (1 - frequency) / np.maximum(2 * counted - 1, 1),
        1 / np.maximum(mean * (1 - mean), MIN_VARIANCE),
        np.concatenate(blocks).astype(np.intp),
    )


@dataclass(frozen=True)
class Shares:
    """Shares of some samples.

    Parameters
    ----------
    shares
        (n_samples, n_labels).
    low, high
        Ends of 95 % intervals; NaN where there are too few blocks, or none were drawn.
    ratio
        Mean square of what the mixture leaves unexplained, over what is expected.
    called
        Sites that each sample has.
    """

    shares: Floats
    low: Floats
    high: Floats
    ratio: Floats
    called: Indices


def estimate_shares(
    store: Store,
    frequencies: LabelFrequencies,
    *,
    rows: Mapping[str, Indices],
    flipped: Mapping[str, Flags] | None = None,
    draws: npt.NDArray[np.float64] | None = None,
    label_of_sample: Indices | None = None,
    threads: int = 1,
) -> Shares:
    """Estimate each sample's shares of the labels.

    Parameters
    ----------
    store
        The samples' genotypes.
    frequencies
        Of the labels.
    rows, flipped
        The sites in the store, and where its ALT is the panel's REF.
    draws
        How often each block counts in each bootstrap sample: (n_draws, n_blocks); None
        for no intervals.
    label_of_sample
        The label that each sample is itself counted in, and taken out of before its
        fit is measured; −1, or None for all, where it is in none.
    threads
        Blocks of variants read at once.

    Notes
    -----
    Shares q minimise Σ w (g/2 − Σₖ qₖpₖ)² over the sites, none below zero, together 1;
    w is one over the mean variance of the labels. That pₖ are frequencies of a few
    people would draw the shares together: their sampling variance, which is known, is
    taken off the squares of pₖ. Intervals are of bootstrap samples of blocks of 5 Mb,
    which hold the linkage within the sample's own genome: what the percentile and the
    basic interval (Davison and Hinkley 1997) span together. Near 0 and 1, where shares
    end, the first misses what the estimate is biased by, and the second has no width.
    """
    n_samples, n_labels = len(store.samples), len(frequencies.labels)
    shares = np.full((n_samples, n_labels), 1 / max(n_labels, 1))
    low, high = np.full((2, n_samples, n_labels), np.nan)
    ratio, called = np.full(n_samples, np.nan), np.zeros(n_samples, np.intp)
    with threadpool_limits(1, user_api="blas"):
        held = 8 * max(frequencies.n_blocks, 1) * n_labels**2
        at_once = max(8, EQUATIONS_BYTES // max(held, 1))
        for start in range(0, n_samples, at_once):
            part = slice(start, min(start + at_once, n_samples))
            genotypes = _read(store, rows, flipped, part, threads=threads)
            matrices, vectors = _sum_blocks(genotypes, frequencies)
            own = shares[part]
            solve_shares(_square(matrices.sum(axis=1)), vectors.sum(axis=1), own)
            homes = None if label_of_sample is None else label_of_sample[part]
            ratio[part] = _measure_ratio(genotypes, frequencies, own, homes)
            called[part] = (genotypes >= 0).sum(axis=0)
            if draws is not None and frequencies.n_blocks >= MIN_BLOCKS:
                for number, (matrix, vector) in enumerate(
                    zip(matrices, vectors, strict=True), start
                ):
                    drawn = np.repeat(shares[number][None], len(draws), axis=0)
                    solve_shares(_square(draws @ matrix), draws @ vector, drawn)
                    low[number], high[number] = _span(drawn, shares[number])
    return Shares(shares, low, high, ratio, called)


def _span(drawn: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Return what two kinds of bootstrap interval cover together."""
    low, high = np.quantile(drawn, (OUTSIDE / 2, 1 - OUTSIDE / 2), axis=0)
    lowest = np.minimum(low, 2 * share - high)
    highest = np.maximum(high, 2 * share - low)
    return np.clip(lowest, 0, 1), np.clip(highest, 0, 1)


def draw_blocks(n_blocks: int, *, seed: int) -> npt.NDArray[np.float64]:
    """Return how often each block counts in each bootstrap sample."""
    rng = random_generator(seed, "ancestry shares")
    even = np.full(n_blocks, 1 / max(n_blocks, 1))
    return rng.multinomial(n_blocks, even, size=DRAWS).astype(float)


def tabulate_shares(
    samples: Sequence[str],
    found: Shares,
    labels: Sequence[str],
    *,
    of_panel: Shares,
    enough: Flags,
    tail: float,
) -> pd.DataFrame:
    """Return the table ``qc/ancestry_shares.tsv``.

    Parameters
    ----------
    samples
        Of the cohort.
    found
        Their shares.
    labels
        The panel's.
    of_panel
        The shares of the panel's own people.
    enough
        Which samples have enough sites.
    tail
        Share of the panel's people that lie too far out for theirs to be sure.

    Notes
    -----
    A sample whose genotypes a mixture explains worse than those of nearly all of the
    panel's people is *doubtful*: it may be of people whom the panel lacks.
    """
    known = of_panel.ratio[np.isfinite(of_panel.ratio)]
    centre = np.median(known)
    spread = max(np.median(np.abs(known - centre)) / MAD_OF_NORMAL, 1e-6)
    misfit = (found.ratio - centre) / spread
    limit = (np.quantile(known, 1 - tail) - centre) / spread
    # One that is not a number is beyond every limit.
    status = np.where(misfit <= limit, SHARES_OK, SHARES_DOUBTFUL)
    status = np.where(enough, status, SHARES_NOT_ASSESSED)
    n_labels = len(labels)
    blank = ~np.repeat(enough, n_labels)
    table = pd.DataFrame(
        {
            "sample_id": np.repeat(np.array(samples, object), n_labels),
            "label": np.tile(np.array(labels, object), len(samples)),
            "status": np.repeat(status, n_labels),
            "n_sites": np.repeat(found.called, n_labels),
        }
    )
    for name, values in (
        ("share", found.shares.ravel()),
        ("low", found.low.ravel()),
        ("high", found.high.ravel()),
        ("misfit", np.repeat(misfit, n_labels)),
    ):
        table[name] = np.where(blank, np.nan, values)
    return table[COLUMNS]


def no_shares() -> pd.DataFrame:
    """Return the table of a cohort without a panel."""
    return pd.DataFrame(columns=COLUMNS)


def _read(
    store: Store,
    rows: Mapping[str, Indices],
    flipped: Mapping[str, Flags] | None,
    part: slice,
    *,
    threads: int,
) -> npt.NDArray[np.int8]:
    """Return the genotypes of some samples at all sites: (n_sites, n_samples)."""
    n_samples = part.stop - part.start
    chosen = np.zeros(len(store.samples), bool)
    chosen[part] = True
    parts = [np.empty((0, n_samples), np.int8)]
    for name, own in rows.items():
        contig = store.contig(name)
        if contig is None or not len(own):
            continue

        def copy(_: slice, block: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
            return block[:, :n_samples].copy()

        found = map_blocks(
            contig, copy, size=1024, rows=own, samples=chosen, threads=threads
        )
        genotypes = np.concatenate(list(found))
        parts.append(genotypes if flipped is None else orient(genotypes, flipped[name]))
    return np.concatenate(parts)


def _sum_blocks(
    genotypes: npt.NDArray[np.int8], frequencies: LabelFrequencies
) -> tuple[Floats, Floats]:
    """Sum the normal equations over the sites of each block, for each sample.

    The shapes are (n_samples, n_blocks, n_labels²) and (n_samples, n_blocks, n_labels).
    """
    n_labels, n_samples = len(frequencies.labels), genotypes.shape[1]
    n_blocks = frequencies.n_blocks
    matrices = np.empty((n_samples, n_blocks, n_labels**2))
    vectors = np.empty((n_samples, n_blocks, n_labels))
    for block, sites in enumerate(_slices(frequencies)):
        p, w = frequencies.alleles[sites], frequencies.weights[sites, None]
        squares = p[:, :, None] * p[:, None, :]
        diagonal = np.arange(n_labels)
        squares[:, diagonal, diagonal] -= frequencies.noise[sites]
        squares = squares.reshape(len(p), -1) * w
        known = genotypes[sites] >= 0
        matrices[:, block] = known.T.astype(float) @ squares
        doses = np.where(known, genotypes[sites], 0) / 2
        vectors[:, block] = doses.T @ (p * w)
    return matrices, vectors


def _slices(frequencies: LabelFrequencies) -> Iterator[slice]:
    ends = np.searchsorted(
        frequencies.block_of, np.arange(frequencies.n_blocks + 1), side="left"
    )
    for start, stop in pairwise(ends):
        yield slice(int(start), int(stop))


def _square(flat: Floats) -> Floats:
    n_labels = round(flat.shape[-1] ** 0.5)
    return np.ascontiguousarray(flat.reshape(-1, n_labels, n_labels))


def _measure_ratio(
    genotypes: npt.NDArray[np.int8],
    frequencies: LabelFrequencies,
    shares: Floats,
    homes: Indices | None,
) -> Floats:
    """Return the mean square of what shares leave unexplained, over its expectation.

    With the sampling variance v of a mixture's frequency π, the expectation is
    2π(1 − π) + 4v, and 2π(1 − π) itself comes out too small by 2v.
    """
    mean = frequencies.alleles @ shares.T
    noise = frequencies.noise @ (shares**2).T
    known = genotypes >= 0
    if homes is not None:
        mean += _without_themselves(genotypes, frequencies, shares, homes)
    seen = np.where(known, (genotypes - 2 * mean) ** 2, 0).sum(axis=0)
    expected = np.where(known, 2 * mean * (1 - mean) + 6 * noise, 0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio: Floats = seen / expected
    return ratio


def _without_themselves(
    genotypes: npt.NDArray[np.int8],
    frequencies: LabelFrequencies,
    shares: Floats,
    homes: Indices,
) -> Floats:
    """Return what mean frequencies change by where samples leave their own label."""
    change = np.zeros(genotypes.shape)
    for sample in np.flatnonzero(homes >= 0):
        home, own = homes[sample], genotypes[:, sample]
        known = own >= 0
        others = np.maximum(frequencies.people[known, home] - 1, 1)
        p = frequencies.alleles[known, home]
        change[known, sample] = shares[sample, home] * (p - own[known] / 2) / others
    return change
