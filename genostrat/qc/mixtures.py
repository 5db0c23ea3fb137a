"""DNA of two people in one sample, told by genotypes alone.

A mixture shows the alleles of both, so that a caller makes heterozygotes of
homozygotes. Each sample is held against what its own ancestry makes expect, and against
the people nearest to it; components and expectations come from samples that are no
suspects.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import KDTree
from scipy.stats import norm

from genostrat.arrays import Flags, Floats, Indices, Integers
from genostrat.genotypes.store import Store
from genostrat.qc.components.ancestry import AncestryOptions, choose_rows
from genostrat.qc.components.krylov import compute_components
from genostrat.registry.words.qc import MIXTURE_STATUSES
from genostrat.stats.effects import MAD_OF_NORMAL, adjust_bh

log = logging.getLogger(__name__)

#: With fewer samples, or variants, nothing is told.
MIN_SAMPLES, MIN_SITES = 30, 1000
#: More variants, evenly taken, cost time and tell little more.
MOST_SITES = 20_000
#: Stretches of the genome for standard errors, and fewest variants in one.
MOST_BLOCKS, SITES_A_BLOCK = 300, 40
#: Components that make the expectation. One that fewer people shape than this is of a
#: family, or of a bad sample, which it would make look usual.
MAX_COMPONENTS, SPARE_COMPONENTS, MIN_SHAPED_BY = 4, 4, 8
#: Samples for a component.
SAMPLES_A_TERM = 10
#: Frequencies beyond are told badly by a straight line.
LEAST_FREQUENCY = 0.02
#: How often a homozygote turns heterozygous for one foreign allele that differs,
#: against two: at 30 reads and a tenth of foreign ones 6 against 35 in a hundred.
ONE_OF_TWO = 0.17
#: A stretch with less heterozygosity than this share of the sample's median is one that
#: its parents share; inbreeding must not hide a mixture.
SHARED_BY_PARENTS = 0.5
#: People nearest in ancestry whose scores are the baseline.
NEAREST = 30
#: Quantile of theirs that stands for the outbred, and its place in a normal.
UPPER = 0.75
#: A spread beyond this is not of chance.
MOST_SPREAD = 1.5
#: Share of the samples named that may be none.
FALSE_DISCOVERY_RATE = 0.01
ROUNDS = 6

OK, MIXTURE, NOT_ASSESSABLE = MIXTURE_STATUSES


@dataclass(frozen=True)
class _Sums:
    """Sums by stretch and sample, shape (n_blocks, n_samples)."""

    score: Floats
    information: Floats
    n_het: Floats
    n_het_expected: Floats


def find_mixtures(
    store: Store,
    metrics: pd.DataFrame,
    *,
    min_call_rate: float,
    max_contamination: float,
    options: AncestryOptions,
    threads: int = 1,
) -> pd.DataFrame:
    """Score every sample for foreign DNA, by genotypes alone.

    Parameters
    ----------
    store
        The genotypes.
    metrics
        ``qc/sample_metrics.tsv``.
    min_call_rate, max_contamination
        Samples beyond are scored, and are no measure for others.
    options
        Which variants make the components.
    threads
        Blocks of variants worked on at once.

    Returns
    -------
    DataFrame
        The table ``qc/mixtures.tsv``.

    Notes
    -----
    The frequency π that a sample's ancestry makes expect is a straight line in
    components (Conomos 2016, doi 10.1016/j.ajhg.2015.11.022), without the sample's own
    genotype. Foreign DNA turns homozygotes into heterozygotes at a rate r where the
    other person has other alleles, π² for two of them and a share of 2π(1 − π) for one.
    The score is that of the likelihood at r = 0; divided by its information it
    estimates r, the ``flipped_share``. Its standard error is a jackknife over stretches
    of the genome, without those that the parents share.

    The baseline is the upper quartile of the thirty nearest people, less what chance
    makes of it: it follows ancestry, and not the inbreeding of some. Scores in units of
    their error are scaled by the spread of the positive ones, and named by Benjamini
    and Hochberg's rule. Those named are left out of components, expectations and
    baselines, until nothing changes.
    """
    samples = store.samples
    blank = pd.DataFrame(
        {
            "sample_id": samples,
            "flipped_share": np.nan,
            "flipped_share_se": np.nan,
            "score": np.nan,
            "status": NOT_ASSESSABLE,
        }
    )
    table = metrics.set_index("sample_id").loc[samples]
    bad = (table["call_rate"] < min_call_rate) | (
        table["contamination"] > max_contamination
    )
    good = ~bad.to_numpy(bool)
    if good.sum() < MIN_SAMPLES:
        return blank
    rows = _thin(choose_rows(store, good, options, threads=threads)[0])
    n_sites = sum(len(own) for own in rows.values())
    if n_sites < max(MIN_SITES, options.min_sites):
        log.info("%d variants: too few to tell mixtures", n_sites)
        return blank
    scores = _iterate(store, rows, good, threads=threads)
    if scores is None:
        return blank
    share, error, score, named = scores
    log.info("%d of %d samples look like mixtures", named.sum(), len(samples))
    known = np.isfinite(score)
    return blank.assign(
        flipped_share=np.where(known, share, np.nan),
        flipped_share_se=np.where(known, error, np.nan),
        score=score,
        status=np.select([~known, named], [NOT_ASSESSABLE, MIXTURE], OK),
    )


def list_suspects(
    mixtures: pd.DataFrame, metrics: pd.DataFrame, *, max_contamination: float
) -> dict[str, str]:
    """Return samples with foreign DNA → what is wrong with them, in words.

    Parameters
    ----------
    mixtures, metrics
        ``qc/mixtures.tsv`` and ``qc/sample_metrics.tsv``.
    max_contamination
        Highest share of another person's reads.
    """
    by_reads = metrics.loc[metrics["contamination"] > max_contamination, "sample_id"]
    by_calls = mixtures.loc[mixtures["status"] == MIXTURE, "sample_id"]
    return dict.fromkeys(by_calls, "a mixture by its genotypes") | dict.fromkeys(
        by_reads, "contaminated by its reads"
    )


def _iterate(
    store: Store, rows: dict[str, Indices], good: Flags, *, threads: int
) -> tuple[Floats, Floats, Floats, Flags] | None:
    """Name suspects and measure without them, until these are the same."""
    core, before = good, [good]
    for _ in range(ROUNDS):
        if core.sum() < MIN_SAMPLES:
            return None
        axes = _find_axes(store, rows, core, threads=threads)
        share, error = _estimate(_sum_up(store, rows, axes, core))
        score = _scale(share, error, axes, core)
        known = np.isfinite(score)
        p_values = np.where(known, norm.sf(np.where(known, score, 0)), 1.0)
        named = known & (adjust_bh(p_values) <= FALSE_DISCOVERY_RATE)
        core = good & ~named
        if any((core == other).all() for other in before[-2:]):
            break
        before.append(core)
    return share, error, score, named


def _thin(rows: dict[str, Indices]) -> dict[str, Indices]:
    """Return evenly chosen rows, where there are too many."""
    n_sites = sum(len(own) for own in rows.values())
    if n_sites <= MOST_SITES:
        return rows
    kept = np.zeros(n_sites, bool)
    kept[np.linspace(0, n_sites - 1, MOST_SITES).astype(int)] = True
    ends = np.cumsum([len(own) for own in rows.values()])
    parts = np.split(kept, ends[:-1])
    return {
        name: own[part] for (name, own), part in zip(rows.items(), parts, strict=True)
    }


def _find_axes(
    store: Store, rows: dict[str, Indices], core: Flags, *, threads: int
) -> Floats:
    """Return a constant and the components that several people shape."""
    n_wanted = min(MAX_COMPONENTS, int(core.sum()) // SAMPLES_A_TERM - 1)
    found = compute_components(
        store,
        n_pcs=n_wanted + SPARE_COMPONENTS,
        core=core,
        rows=rows,
        threads=threads,
    )
    weights = found.vectors**2
    # The inverse of the sum of squared shares: how many share a component.
    shaped_by = weights.sum(axis=0) ** 2 / (weights**2).sum(axis=0)
    chosen = np.flatnonzero(shaped_by >= MIN_SHAPED_BY)[:n_wanted]
    return np.column_stack([np.ones(len(core)), found.coordinates[:, chosen]])


def _sum_up(store: Store, rows: dict[str, Indices], axes: Floats, core: Flags) -> _Sums:
    """Sum scores, information and heterozygotes by stretch of the genome."""
    n_sites, n_samples = sum(len(own) for own in rows.values()), len(core)
    n_blocks = max(1, min(MOST_BLOCKS, n_sites // SITES_A_BLOCK))
    sums = np.zeros((4, n_blocks, n_samples))
    inverse = np.linalg.pinv(axes[core].T @ axes[core], hermitian=True)
    learn = inverse @ axes[core].T
    leverage = np.einsum("ij,jk,ik->i", axes, inverse, axes)
    own = np.where(core, np.minimum(leverage, 0.95), 0.0)
    for number, block in _read_blocks(store, rows, n_sites, n_blocks):
        missing = block < 0
        mean = np.where(missing, 0, block)[:, core].sum(axis=1)
        mean = mean / np.maximum((~missing[:, core]).sum(axis=1), 1)
        calls = np.where(missing, mean[:, None], block)
        line = (calls[:, core] @ learn.T) @ axes.T
        # Without the sample's own genotype, as if it had had no part in the fit.
        line = (line - own * calls) / (1 - own)
        sums[:, number] += _sum_block(block, line / 2)
    return _Sums(*sums)


def _read_blocks(
    store: Store, rows: dict[str, Indices], n_sites: int, n_blocks: int
) -> Iterator[tuple[int, npt.NDArray[np.int8]]]:
    """Yield the genotypes of each stretch, contig by contig."""
    stretch: Integers = np.arange(n_sites) * n_blocks // n_sites
    done = 0
    for contig in store.autosomes:
        wanted = rows.get(contig.name, np.zeros(0, np.intp))
        own = stretch[done : done + len(wanted)]
        done += len(wanted)
        for number in np.unique(own):
            yield int(number), contig.read(wanted[own == number])


def _sum_block(block: npt.NDArray[np.int8], frequency: Floats) -> Floats:
    """Return the four sums of one stretch, shape (4, n_samples)."""
    p = np.clip(frequency, LEAST_FREQUENCY, 1 - LEAST_FREQUENCY)
    q = 1 - p
    both = 2 * p * q
    # Derivatives of the log probability of each genotype by the rate of flips.
    of_ref, of_alt = -(p * p + both * ONE_OF_TWO), -(q * q + both * ONE_OF_TWO)
    of_het = both / 2 + ONE_OF_TWO * (1 - both)
    score = np.select([block == 1, block == 2, block == 0], [of_het, of_alt, of_ref])
    known = block >= 0
    information = known * (q * q * of_ref**2 + both * of_het**2 + p * p * of_alt**2)
    return np.stack(
        [
            score.sum(axis=0),
            information.sum(axis=0),
            (block == 1).sum(axis=0),
            (known * both).sum(axis=0),
        ]
    )


def _estimate(sums: _Sums) -> tuple[Floats, Floats]:
    """Return the rate of flips and its standard error, by sample."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = sums.n_het / sums.n_het_expected
        kept = ratio >= SHARED_BY_PARENTS * np.nanmedian(ratio, axis=0)
        score, weight = sums.score * kept, sums.information * kept
        whole = score.sum(axis=0) / weight.sum(axis=0)
        without = (score.sum(axis=0) - score) / (weight.sum(axis=0) - weight)
    n = kept.sum(axis=0)
    mean = np.where(kept, without, 0).sum(axis=0) / np.maximum(n, 1)
    squares = np.where(kept, (without - mean) ** 2, 0).sum(axis=0)
    error = np.sqrt((n - 1) / np.maximum(n, 1) * squares)
    usable = (n >= MIN_SITES // SITES_A_BLOCK // 2) & (error > 0)
    return np.where(usable, whole, np.nan), np.where(usable, error, np.nan)


def _scale(share: Floats, error: Floats, axes: Floats, core: Flags) -> Floats:
    """Return scores against the nearest people, in units of their spread."""
    chosen = np.flatnonzero(core & np.isfinite(share))
    if len(chosen) < MIN_SAMPLES:
        return np.full(len(share), np.nan)
    n_near = min(NEAREST, len(chosen) - 1)
    _, near = KDTree(axes[chosen, 1:] if axes.shape[1] > 1 else axes[chosen]).query(
        axes[:, 1:] if axes.shape[1] > 1 else axes, k=n_near + 1
    )
    near = chosen[near]
    # A sample is no measure for itself; of others the farthest is left out.
    itself = near == np.arange(len(share))[:, None]
    itself[~itself.any(axis=1), -1] = True
    near = near[~itself].reshape(len(share), n_near)
    high = np.quantile(share[near], UPPER, axis=1)
    baseline = high - norm.ppf(UPPER) * np.median(error[near], axis=1)
    score = (share - baseline) / error
    positive = score[chosen][score[chosen] > 0]
    spread = float(np.median(positive)) / MAD_OF_NORMAL if len(positive) else 1.0
    return np.asarray(score / min(max(spread, 1.0), MOST_SPREAD))
