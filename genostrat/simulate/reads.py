"""Reads over each site, and the genotypes called from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from genostrat.simulate.inheritance import ABSENT

#: Mean depth of a diploid site.
MEAN_DEPTH = 30
#: Share of reads that show an allele which is not in the sample.
READ_ERROR = 0.003
#: What the caller believes the error to be, as callers do with base quality 20.
CALLER_ERROR = 0.01
#: Fewer reads than this are not called.
MIN_DEPTH = 4
#: Genotypes in the order of the VCF specification, for up to three alleles.
GENOTYPES = ((0, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 2))
#: Shape of the gamma that spreads depth: variance = mean + mean^2 / shape.
_DEPTH_SHAPE = 12


@dataclass(frozen=True)
class SimulatedCalls:
    """What a caller writes for each site and sample.

    Parameters
    ----------
    depths
        Reads of each allele: shape (3, sites, samples).
    genotypes
        Index into :data:`GENOTYPES`, -1 where not called: shape (sites, samples).
    qualities
        Phred-scaled genotype quality, 0-99.
    ploidy
        Copies of the site that the sample has: 0, 1 or 2.
    """

    depths: np.ndarray
    genotypes: np.ndarray
    qualities: np.ndarray
    ploidy: np.ndarray

    def subset(self, rows: np.ndarray) -> SimulatedCalls:
        """Return the calls of some sites."""
        return SimulatedCalls(
            self.depths[:, rows],
            self.genotypes[rows],
            self.qualities[rows],
            self.ploidy[rows],
        )


@dataclass(frozen=True)
class Contamination:
    """Reads of another person in one sample's library."""

    sample: int
    alleles: np.ndarray
    fraction: float


def sequence_samples(
    rng: np.random.Generator,
    alleles: np.ndarray,
    *,
    n_alleles: np.ndarray,
    missing_rate: np.ndarray,
    contamination: Contamination,
) -> SimulatedCalls:
    """Draw reads for every sample and call genotypes from them.

    Parameters
    ----------
    rng
        Random stream.
    alleles
        Shape (2, sites, samples); -1 where there is no copy.
    n_alleles
        Number of alleles of each site, reference included: 2 or 3.
    missing_rate
        Share of sites without reads, by sample.
    contamination
        The one sample that holds another person's reads too.

    Notes
    -----
    Depth is negative binomial with mean 30 for two copies and 15 for one. Each read
    shows one of the sample's copies, or with probability 0.003 another allele.
    Genotypes are the most likely ones with an assumed error of 0.01; the quality is
    10 log10 of the likelihood ratio of the best genotype to the second best.
    """
    ploidy = (alleles != ABSENT).sum(axis=0).astype(np.int8)
    shares = _allele_shares(alleles)
    other = _allele_shares(contamination.alleles[:, :, None])[:, :, 0]
    own = shares[:, :, contamination.sample]
    shares[:, :, contamination.sample] += contamination.fraction * (other - own)
    wrong = READ_ERROR / (n_alleles - 1)[:, None]
    shares = shares * (1 - READ_ERROR) + (1 - shares) * wrong
    shares[2, n_alleles == 2] = 0

    mean = MEAN_DEPTH / 2 * ploidy * rng.normal(1, 0.05, ploidy.shape[1])
    depth = rng.poisson(mean * rng.gamma(_DEPTH_SHAPE, 1 / _DEPTH_SHAPE, mean.shape))
    depth[rng.random(depth.shape) < missing_rate] = 0
    third = rng.binomial(depth, shares[2])
    second = rng.binomial(depth - third, np.clip(shares[1] / (1 - shares[2]), 0.0, 1.0))
    depths = np.stack([depth - second - third, second, third])
    genotypes, qualities = call_genotypes(depths, ploidy=ploidy, n_alleles=n_alleles)
    return SimulatedCalls(depths, genotypes, qualities, ploidy)


def _allele_shares(alleles: np.ndarray) -> np.ndarray:
    """Return the share of a sample's copies that are each of the three alleles."""
    copies = np.maximum((alleles != ABSENT).sum(axis=0), 1)
    return np.stack([(alleles == k).sum(axis=0) / copies for k in range(3)])


def call_genotypes(
    depths: np.ndarray, *, ploidy: np.ndarray, n_alleles: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the most likely genotypes and their Phred-scaled qualities.

    Parameters
    ----------
    depths
        Reads of each allele: shape (3, sites, samples).
    ploidy
        Copies of the site in the sample; a single copy cannot be heterozygous.
    n_alleles
        Number of alleles of each site, 2 or 3.
    """
    wrong = CALLER_ERROR / (n_alleles - 1)[:, None]
    likelihoods = np.empty((len(GENOTYPES), *ploidy.shape))
    for row, genotype in enumerate(GENOTYPES):
        total = np.zeros(ploidy.shape)
        for allele in range(3):
            share = genotype.count(allele) / 2
            total += depths[allele] * np.log(
                share * (1 - CALLER_ERROR) + (1 - share) * wrong
            )
        total[n_alleles <= max(genotype)] = -np.inf
        if genotype[0] != genotype[1]:
            total[ploidy < 2] = -np.inf
        likelihoods[row] = total
    genotypes = likelihoods.argmax(axis=0).astype(np.int8)
    likelihoods.sort(axis=0)
    ratio = 10 / np.log(10) * (likelihoods[-1] - likelihoods[-2])
    qualities = np.minimum(np.rint(ratio), 99).astype(int)
    uncalled = depths.sum(axis=0) < MIN_DEPTH
    genotypes[uncalled] = -1
    qualities[uncalled] = 0
    return genotypes, qualities
