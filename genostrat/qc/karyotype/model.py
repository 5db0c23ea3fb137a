"""Which karyotype fits what was measured of X and Y, with its probability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln
from scipy.stats import norm

from genostrat.arrays import Flags, Floats
from genostrat.qc.karyotype.copies import SPREAD_OF_NONE, Copies, Dosage
from genostrat.qc.karyotype.x_genotypes import XGenotypes
from genostrat.qc.karyotype.y_genotypes import YCounts
from genostrat.registry.words.qc import KARYOTYPES

#: Copies of X and of Y; a Y that only part of the cells has is NaN. In the order of
#: ``KARYOTYPES``.
N_X = np.array([2, 1, 2, 1, 1, 3, 1])
N_Y = np.array([0, 1, 1, 0, 2, 0, np.nan])
#: How common each is before anything is measured. Of newborns (Nielsen and Wohlert
#: 1991, doi 10.1007/BF01213097): XXY 1 in 600 boys, XYY and XXX 1 in 1,000, X0 1 in
#: 2,500 girls; an X0 may also be a man whose blood cells have lost the Y. That part of
#: the cells has lost it is common in elderly men (Forsberg 2014, doi 10.1038/ng.2966).
PRIOR = np.array([0.4935, 0.4935, 0.001, 0.001, 0.0005, 0.0005, 0.01])
#: A share of samples are unlike any of the distributions below; heterozygous calls of
#: a single X are rarer than cell lines that lost parts of one of two.
UNLIKE, UNLIKE_ONE_X = 0.002, 0.0001
#: The same of copies, whose densities are spread over none to four.
UNLIKE_COPIES, MOST_COPIES = 0.0001, 4
#: Odds that a sample written with one X has one, and with two that it has two: a caller
#: or a sheet said so. Genotypes say more.
ODDS_OF_WRITING = 300.0
#: What lies beyond a threshold of the config: one in a hundred.
TAIL = 0.01
#: Shape of the gamma distribution of observed over expected heterozygotes with two X.
SHAPE_OF_TWO = 10.0
#: Weight of a man who has no alternate allele on Y where others have: one whose Y is of
#: the reference's own haplogroup.
LIKE_REFERENCE = 0.02
#: Alternate calls on a Y that is not there.
FALSE_ALT = 0.005
#: Shares of cells that have kept the Y, of a mosaic.
KEPT = np.linspace(0.05, 0.85, 17)


@dataclass(frozen=True)
class Tails:
    """Values that one in a hundred lies beyond; see the config's ``qc``."""

    male_min_x_f: float
    female_max_x_f: float
    absent_y_call_rate: float
    present_y_call_rate: float


def weigh_x(x: XGenotypes, *, tails: Tails) -> Floats:
    """Return log likelihoods of one X and of two or more, shape (2, n_samples).

    Notes
    -----
    Heterozygotes are Poisson about `expected` times a share: with one X an exponential
    share, since they are errors; with two a gamma share of mean 1, for inbreeding,
    linkage and contamination. The thresholds of the config are where one in a hundred
    lies beyond. A small part of those with two X may have any share: cell lines lose
    parts of an X.
    """
    known = (x.expected > 0) & (~x.hidden)
    seen, due = x.observed[known], x.expected[known]
    one = _log_geometric(seen, due * (1 - tails.male_min_x_f) / -np.log(TAIL))
    shape = max(SHAPE_OF_TWO, _shape_for(1 - tails.female_max_x_f))
    two = _log_negative_binomial(seen, due, shape)
    result = np.zeros((2, len(x.expected)))
    result[0, known] = _with_unlike(one, np.maximum(due, seen), UNLIKE_ONE_X)
    result[1, known] = _with_unlike(two, np.maximum(due, seen))
    return result


def _shape_for(low: float) -> float:
    """Return the gamma shape of which one in a hundred is below `low` of its mean."""
    # By the normal approximation: 1 − 2.33 / √shape = low.
    return float((norm.isf(TAIL) / max(1 - low, 0.05)) ** 2)


def weigh_y(
    counts: YCounts, *, present: Flags, likely_two: Flags, tails: Tails
) -> Floats:
    """Return log likelihoods of no Y, a Y, and one in part of the cells.

    Parameters
    ----------
    counts
        Calls at the variants that tell.
    present
        Samples with a Y, as far as is known; what alternate alleles they have tells
        what to expect.
    likely_two
        Samples that have two X by other evidence; how many of them are written 0/0 on
        the Y tells how many are without having one.
    tails
        Thresholds of the call rate.

    Returns
    -------
    ndarray
        Shape (3, n_samples).

    Notes
    -----
    Without a Y few variants are called, or all are written as the reference; then no
    alternate allele is seen. Where no variant's calls tell, since others without a Y
    are called too, a sample without calls still differs from all. With a Y nearly all
    are called, and the number of alternate alleles is that of others with a Y, negative
    binomial; with a small weight it is none, as in the haplogroup of the reference.
    """
    n, called = float(counts.n_live), counts.called
    if not n:
        n, called = float(counts.n_alt_sites), counts.all_called * counts.n_alt_sites
    few = _log_geometric(called, n * tails.absent_y_call_rate / -np.log(TAIL))
    many = _log_geometric(
        n - called, n * (1 - tails.present_y_call_rate) / -np.log(TAIL)
    )
    no_alt, some_alt = _weigh_alt(counts, present)
    written = _share_written(counts, likely_two)
    without = np.logaddexp(np.log1p(-written) + few, np.log(written) + many) + no_alt
    size = (n + 1) * (counts.n_alt_sites + 1)
    partly = np.logaddexp(many, _weigh_partly(called, n, tails)) + np.log(0.5)
    return np.stack(
        [
            _with_unlike(without, size),
            _with_unlike(many + some_alt, size),
            partly + some_alt,
        ]
    )


def _weigh_partly(called: Floats, n: float, tails: Tails) -> Floats:
    """Return log likelihoods of a number of calls between the two thresholds."""
    low, high = tails.absent_y_call_rate * n, tails.present_y_call_rate * n
    width = -np.log(max(high - low, 1.0))
    return np.where((called >= low) & (called <= high) & (n > 0), width, -np.inf)


def _share_written(counts: YCounts, likely_two: Flags) -> Floats:
    """Return, by sample, how many others without a Y are written as the reference."""
    as_ref = (counts.all_called >= 0.5) & (counts.alt <= FALSE_ALT * counts.n_alt_sites)
    found = (as_ref & likely_two).sum() - (as_ref & likely_two)
    others = likely_two.sum() - likely_two
    return np.asarray((found + 0.001) / (others + 1))


def _weigh_alt(counts: YCounts, present: Flags) -> tuple[Floats, Floats]:
    """Return log likelihoods of the alternate calls without and with a Y."""
    alt, n_sites = counts.alt, counts.n_alt_sites
    if not n_sites:
        return np.zeros(len(alt)), np.zeros(len(alt))
    no_y = _log_geometric(alt, 0.02 + FALSE_ALT * n_sites)
    have = present & (counts.all_called >= 0.2)
    if not have.any():
        return no_y, np.full(len(alt), -np.log(n_sites + 1))
    rates = alt[have] / counts.all_called[have]
    if np.median(rates) > 0:
        rates = rates[rates > 0]
    mean = max(float(rates.mean()), 0.01)
    spread = float(rates.var()) - mean
    shape = np.clip(mean**2 / spread if spread > 0 else 50.0, 0.5, 50.0)
    usual = _log_negative_binomial(
        alt, mean * np.maximum(counts.all_called, 0.01), shape
    )
    like = np.log(LIKE_REFERENCE / (have.sum() + 1)) + no_y
    return no_y, np.logaddexp(usual, like)


def weigh_copies(dosage: Dosage) -> Floats:
    """Return log likelihoods of each karyotype by copies, (n_karyotypes, n_samples)."""
    total = np.zeros((len(KARYOTYPES), len(dosage.x.values)))
    for row, (n_x, n_y) in enumerate(zip(N_X, N_Y, strict=True)):
        total[row] += _weigh_chromosome(dosage.x, np.array([n_x], float))
        share = KEPT if np.isnan(n_y) else np.array([n_y])
        total[row] += _weigh_chromosome(dosage.y, share)
    return total


def _weigh_chromosome(copies: Copies, numbers: Floats) -> Floats:
    """Return log likelihoods, the mean over several numbers of copies."""
    known = np.isfinite(copies.values)
    spread = np.hypot(copies.spread * numbers, SPREAD_OF_NONE)[:, None]
    density = norm.pdf(copies.values[known], numbers[:, None], spread).mean(axis=0)
    result = np.zeros(len(copies.values))
    result[known] = np.log((1 - UNLIKE_COPIES) * density + UNLIKE_COPIES / MOST_COPIES)
    return result


def weigh_writing(x: XGenotypes) -> Floats:
    """Return log likelihoods of how ploidy was written, (n_karyotypes, n_samples).

    A sample with one X and no Y was written by what its sex was taken for.
    """
    odds = np.log(ODDS_OF_WRITING)
    result = np.zeros((len(KARYOTYPES), len(x.f)))
    for row, (n_x, n_y) in enumerate(zip(N_X, N_Y, strict=True)):
        if n_x == 1 and n_y == 0:
            continue
        against = x.written_two if n_x == 1 else x.written_one
        # With an XXY either is usual.
        result[row, against] -= 0.0 if n_x == 2 and n_y == 1 else odds
    return result


def combine(x: Floats, y: Floats, rest: Floats) -> Floats:
    """Return the probability of each karyotype, shape (n_karyotypes, n_samples).

    Parameters
    ----------
    x, y
        From :func:`weigh_x` and :func:`weigh_y`.
    rest
        Log likelihoods by karyotype.
    """
    total = np.log(PRIOR)[:, None] + rest
    total = total + x[np.where(N_X == 1, 0, 1)]
    total = total + y[np.where(np.isnan(N_Y), 2, np.where(N_Y > 0, 1, 0)).astype(int)]
    total = np.exp(total - total.max(axis=0))
    return np.asarray(total / total.sum(axis=0))


def _with_unlike(logs: Floats, size: Floats | float, weight: float = UNLIKE) -> Floats:
    """Mix in a flat distribution over `size` numbers."""
    flat = np.log(weight / np.maximum(size, 1.0))
    return np.asarray(np.logaddexp(np.log1p(-weight) + logs, flat))


def _log_geometric(number: Floats, mean: Floats | float) -> Floats:
    """Return log chances of counts that are Poisson about an exponential mean."""
    mean = np.maximum(mean, 1e-9)
    return np.asarray(number * np.log(mean / (1 + mean)) - np.log1p(mean))


def _log_negative_binomial(number: Floats, mean: Floats, shape: float) -> Floats:
    """Return log chances of counts that are Poisson about a gamma mean."""
    return np.asarray(
        gammaln(number + shape)
        - gammaln(shape)
        - gammaln(number + 1)
        + shape * np.log(shape / (shape + mean))
        + number * np.log(np.maximum(mean, 1e-300) / (shape + mean))
    )
