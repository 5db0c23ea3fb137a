"""Share of reads from another person, from how reads divide over two alleles."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd

from genostrat.arrays import Floats
from genostrat.genotypes.records import (
    BALANCE_DEPTHS,
    BALANCE_FREQUENCIES,
    BALANCE_SHARES,
    balance_name,
    depth_name,
)

#: Shares of foreign reads tried; the best is refined between its neighbours.
SHARES = np.concatenate(
    [
        np.arange(0, 0.01, 0.001),
        np.arange(0.01, 0.05, 0.0025),
        np.arange(0.05, 0.16, 0.01),
        np.arange(0.16, 0.41, 0.02),
    ]
)
#: Shares of wrong reads tried.
ERRORS = np.array([0.0002, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02])
#: Reads of a heterozygous site scatter more than coins do: capture, mapping.
HET_SCATTER = 0.005
#: Rounds of estimating how many sites are homozygous. They converge within a few.
ROUNDS = 12
#: A site with fewer reference reads than this share is homozygous alternate, or nearly.
HOMOZYGOUS = 0.2


def estimate_contamination(read_metrics: pd.DataFrame, *, min_sites: int) -> Floats:
    """Estimate the share of reads from another person in each sample.

    Parameters
    ----------
    read_metrics
        ``genotypes/read_metrics.tsv``.
    min_sites
        Fewest homozygous alternate SNVs for an estimate.

    Returns
    -------
    ndarray
        One a sample, 0 to 0.4; NaN where there are too few sites.

    Notes
    -----
    Maximum likelihood over counts of SNVs by the share of reference reads and the
    frequency q of the reference allele in the other samples. A site where the sample is
    homozygous for the alternate allele shows reference reads at c·h, one where it is
    heterozygous at (1 − c)/2 + c·h, with c the share of foreign reads and h = 0, ½, 1
    the reference alleles of the other person, who has them in Hardy–Weinberg
    proportions. Reads are binomial at the depths of the sample, wrong at a rate that is
    estimated with c; so are the numbers of sites of each kind for each frequency.
    Genotypes as called are not used, since contamination changes them. Sites with
    mostly reference reads are not used either: callers that summarise them do not count
    their other reads. The likelihood is that of Jun 2012 (doi
    10.1016/j.ajhg.2012.09.004), over counts whose number does not grow with the sites.
    """
    n_samples = len(read_metrics)
    counts = np.zeros((n_samples, len(_bins(BALANCE_FREQUENCIES)), len(BALANCE_SHARES)))
    for frequency in range(counts.shape[1]):
        for share in range(counts.shape[2]):
            name = balance_name(frequency, share)
            counts[:, frequency, share] = pd.to_numeric(read_metrics[name])
    depths = np.stack(
        [
            pd.to_numeric(read_metrics[depth_name(number)]).to_numpy(float)
            for number in range(len(_bins(BALANCE_DEPTHS)))
        ],
        axis=1,
    )
    is_homozygous = np.array(BALANCE_SHARES) <= HOMOZYGOUS
    enough = counts[:, :, is_homozygous].sum(axis=(1, 2)) >= max(min_sites, 1)
    result = np.full(n_samples, np.nan)
    for sample in np.flatnonzero(enough):
        result[sample] = _maximise(counts[sample], depths[sample])
    return result


def _bins(edges: tuple[float, ...]) -> list[tuple[float, float]]:
    return list(pairwise(edges))


def _maximise(counts: Floats, depths: Floats) -> float:
    """Return the share of foreign reads with the highest likelihood."""
    weights = depths / depths.sum()
    homozygous, heterozygous = _shapes()
    hom = np.einsum("cefdb,d->cefb", homozygous, weights)
    het = np.einsum("cfdb,d->cfb", heterozygous, weights)[:, None]
    is_hom = np.full(hom.shape[:3], 0.5)
    total = np.maximum(counts.sum(axis=1), 1e-9)
    for _ in range(ROUNDS):
        part = is_hom[..., None] * hom
        whole = part + (1 - is_hom[..., None]) * het
        is_hom = (counts * part / np.maximum(whole, 1e-300)).sum(axis=-1) / total
    whole = is_hom[..., None] * hom + (1 - is_hom[..., None]) * het
    logs = np.log(np.maximum(whole, 1e-300))
    likelihood = (counts * logs).sum(axis=(2, 3)).max(axis=1)
    return _refine(likelihood)


def _refine(likelihood: Floats) -> float:
    """Return the top of the parabola through the best share and its neighbours."""
    best = int(likelihood.argmax())
    if best in (0, len(likelihood) - 1):
        return float(SHARES[best])
    low, mid, high = SHARES[best - 1 : best + 2]
    below, top, above = likelihood[best - 1 : best + 2]
    rise, fall = (top - below) * (high - mid), (top - above) * (mid - low)
    if rise + fall <= 0:
        return float(mid)
    shift = 0.5 * (rise * (high - mid) - fall * (mid - low)) / (rise + fall)
    return float(mid + shift)


@cache
def _shapes() -> tuple[Floats, Floats]:
    """Return how sites divide over the shares of reference reads, by depth.

    Shapes (shares tried, errors tried, frequencies, depths, bins), and the same without
    errors; the bins of each depth sum to one.
    """
    of_hom, of_het = _other_person()
    foreign = SHARES[:, None] * np.array([0, 0.5, 1])
    wrong = ERRORS[None, :, None]
    homozygous = foreign[:, None] * (1 - wrong) + (1 - foreign[:, None]) * wrong
    hom = np.einsum("cehdb,hf->cefdb", _spread(homozygous), of_hom)
    middle = (1 - SHARES[:, None]) / 2 + foreign
    # Gauss-Hermite points of a normal scatter about the mean.
    points, weights = np.polynomial.hermite_e.hermegauss(5)
    scatter = np.sqrt(HET_SCATTER * middle * (1 - middle))
    around = np.clip(middle[..., None] + scatter[..., None] * points, 0.001, 0.999)
    het = np.einsum(
        "chpdb,hf,p->cfdb", _spread(around), of_het, weights / weights.sum()
    )
    return _to_seen(hom), _to_seen(het)


def _other_person() -> tuple[Floats, Floats]:
    """Return chances of the other's 0, 1, 2 reference alleles: (3, frequencies).

    Of sites where the sample is homozygous alternate, and where it is heterozygous.
    In a bin of frequency most sites are rare ones, by 1 / (1 − q) as in a population
    of constant size; the sample's genotype makes them less so.
    """
    edges = np.array(BALANCE_FREQUENCIES)
    steps = (np.arange(20) + 0.5) / 20
    q = edges[:-1, None] + np.diff(edges)[:, None] * steps
    other = np.stack([(1 - q) ** 2, 2 * q * (1 - q), q**2])
    of_hom, of_het = (
        (other * weight).sum(axis=-1) / weight.sum(axis=-1) for weight in (1 - q, q)
    )
    return of_hom, of_het


def _to_seen(shape: Floats) -> Floats:
    """Return chances among the sites that are counted at all."""
    return shape / np.maximum(shape.sum(axis=-1, keepdims=True), 1e-12)


def _spread(share: Floats) -> Floats:
    """Return the binomial chance of each bin at each depth: (…, depths, bins)."""
    from scipy.special import bdtr

    edges = np.array(BALANCE_SHARES)
    result = np.zeros((*share.shape, len(_bins(BALANCE_DEPTHS)), len(edges)))
    for number, (low, high) in enumerate(_bins(BALANCE_DEPTHS)):
        for depth in range(int(low), int(high)):
            most = np.floor(edges * depth + 1e-9)
            below = bdtr(most, depth, share[..., None])
            result[..., number, :] += np.diff(below, axis=-1, prepend=0)
        result[..., number, :] /= high - low
    return result
