"""Placing samples among the components of others, without the shrinkage that brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from genostrat.arrays import Flags, Floats, Indices, Integers
from genostrat.genotypes.blocks import map_blocks
from genostrat.genotypes.store import Store
from genostrat.qc.components.krylov import Components

Rows = Mapping[str, Indices]

BLOCK_BYTES = 1 << 20
#: Kinship of a sample with itself, or with a copy of itself.
SELF_KINSHIP = 0.5
#: A component this much weaker than the first is rounding.
NEGLIGIBLE = 1e-9


@dataclass(frozen=True)
class Loadings:
    """What places any sample among the components of a panel.

    Parameters
    ----------
    frequencies
        Contig → frequency of the panel's ALT at each of its sites.
    weights
        Contig → loadings: (n_sites, n_pcs).
    n_used
        Sites that vary among the samples which span the components.
    """

    frequencies: dict[str, Floats]
    weights: dict[str, Floats]
    n_used: int


@dataclass(frozen=True)
class Placement:
    """Where samples lie by loadings alone, before :func:`correct_shrinkage`.

    Parameters
    ----------
    coordinates
        (n_samples, n_pcs).
    norms
        Mean square of each sample's standardised genotypes.
    called
        Sites that each sample has.
    """

    coordinates: Floats
    norms: Floats
    called: Integers


def correct_shrinkage(
    plain: Floats, *, strengths: Floats, norms: Floats, shared: Floats | None = None
) -> Floats:
    """Place samples among components as if they had helped to make them.

    Parameters
    ----------
    plain
        Coordinates by loadings alone: (n_samples, n_pcs).
    strengths
        Eigenvalues of G = ZZᵀ/m over the samples that span the components: (n_pcs).
    norms
        Mean square of each sample's standardised genotypes: (n_samples).
    shared
        What a sample has from relatives among those that span the components, as
        :func:`share_of_relatives` gives it; zero for all if None.

    Returns
    -------
    (n_samples, n_pcs)

    Notes
    -----
    A component of more variants than samples follows the noise of the samples that span
    it. A new sample has other noise, and its coordinates come out too near 0, by about
    (λ − r)/λ for a component of strength λ and a mean square r off the components.

    OADP (Zhang, Dey and Lee 2020, doi 10.1093/bioinformatics/btaa152): the sample is
    added to the decomposition, which takes one of a small matrix of √λ, the plain
    coordinates and √r; the enlarged components are brought back onto the old ones by
    Procrustes' rotation and stretch, and the sample goes with them. So it lies where it
    would as one of those that span the components; and one of those lies, but for terms
    of the order of 1/n, where it would be placed if it were left out.

    A relative has part of the noise of those that span the components, which is not to
    be stretched. So what it has from them is placed where they lie, and only the rest
    goes through OADP. A copy lies where the original does.
    """
    base = np.zeros_like(plain) if shared is None else shared
    known = strengths > NEGLIGIBLE * strengths.max(initial=0)
    rest = np.where(known, plain - base, 0.0)
    if not known.any() or not len(plain):
        return base + rest
    beyond = np.sqrt(np.maximum(norms - (plain**2).sum(axis=1), 0))
    placed = base.copy()
    with threadpool_limits(1, user_api="blas"):
        placed[:, known] += _augment(rest[:, known], np.sqrt(strengths[known]), beyond)
    return placed


def _augment(plain: Floats, roots: Floats, beyond: Floats) -> Floats:
    """Decompose each sample's small matrix, and rotate back: (n_samples, n_pcs)."""
    n_samples, n_pcs = plain.shape
    small = np.zeros((n_samples, n_pcs + 1, n_pcs + 1))
    small[:, range(n_pcs), range(n_pcs)] = roots
    small[:, n_pcs, :n_pcs] = plain
    small[:, n_pcs, n_pcs] = beyond
    left, sizes, _ = np.linalg.svd(small)
    scores = left[:, :, :n_pcs] * sizes[:, None, :n_pcs]
    old, new = scores[:, :n_pcs], scores[:, n_pcs]
    cross = np.swapaxes(old, 1, 2) * roots
    first, strengths, second = np.linalg.svd(cross)
    stretch = strengths.sum(axis=1) / (old**2).sum(axis=(1, 2))
    turned: Floats = np.einsum("si,sij->sj", new, first @ second)
    return stretch[:, None] * turned


def share_of_relatives(
    pairs: pd.DataFrame,
    *,
    samples: list[str],
    core: Flags,
    coordinates: Floats,
) -> Floats:
    """Return what samples have from relatives that span the components.

    Parameters
    ----------
    pairs
        Related pairs: sample_1, sample_2, kinship.
    samples
        In the order of the rows of `coordinates`.
    core
        Which of them span the components.
    coordinates
        (n_samples, n_pcs).

    Notes
    -----
    A relative's genotype regresses on another's by twice their kinship φ, so the share
    is Σ 2φ·c over the relatives in the core, which are not related to one another.
    Samples of the core have none.
    """
    place = {name: number for number, name in enumerate(samples)}
    shared = np.zeros_like(coordinates)
    for row in pairs.itertuples():
        pair = place.get(row.sample_1), place.get(row.sample_2)
        for one, other in (pair, pair[::-1]):
            if one is None or other is None or core[one] or not core[other]:
                continue
            share = 2 * min(float(row.kinship), SELF_KINSHIP)
            shared[one] += share * coordinates[other]
    return shared


def measure_loadings(
    store: Store,
    components: Components,
    *,
    core: Flags,
    rows: Rows,
    threads: int = 1,
) -> Loadings:
    """Compute the loadings of components, which place samples of another store.

    Parameters
    ----------
    store
        The panel's genotypes.
    components
        Of its samples.
    core
        Samples that span them.
    rows
        The variants they were computed over.
    threads
        Blocks of variants worked on at once.
    """
    vectors = components.vectors
    n_core = int(core.sum())

    def work(_: slice, block: npt.NDArray[np.int8]) -> tuple[Floats, Floats]:
        genotypes = block[:, :n_core]
        frequency = _frequency(genotypes)
        return frequency, _standardise(genotypes, frequency) @ vectors

    frequencies, weights = {}, {}
    roots = np.sqrt(np.maximum(components.strengths, 1e-12))
    with threadpool_limits(1, user_api="blas"):
        for contig in store.autosomes:
            parts = map_blocks(
                contig,
                work,
                size=_block_size(n_core),
                rows=rows[contig.name],
                samples=core,
                threads=threads,
            )
            found = [(np.empty(0), np.empty((0, vectors.shape[1]))), *parts]
            frequencies[contig.name] = np.concatenate([part for part, _ in found])
            own = np.concatenate([part for _, part in found])
            weights[contig.name] = own / roots / max(components.n_variants, 1)
    return Loadings(frequencies, weights, components.n_variants)


def project_samples(
    store: Store,
    loadings: Loadings,
    *,
    rows: Rows,
    flipped: Mapping[str, Flags],
    threads: int = 1,
) -> Placement:
    """Place the samples of a store by loadings alone.

    Parameters
    ----------
    store
        The genotypes of the samples to place.
    loadings
        Of the panel.
    rows
        Contig → the store's row of each of the panel's sites, in the order of the
        loadings and ascending.
    flipped
        Contig → where the store's ALT is the panel's REF.
    threads
        Blocks of variants worked on at once.

    Notes
    -----
    A missing genotype says nothing: sums are scaled up to all sites.
    """
    n_samples = len(store.samples)
    n_pcs = next((w.shape[1] for w in loadings.weights.values()), 0)
    sums, squares = np.zeros((n_samples, n_pcs)), np.zeros(n_samples)
    called = np.zeros(n_samples, np.int64)
    with threadpool_limits(1, user_api="blas"):
        for contig in store.autosomes:
            if not len(rows.get(contig.name, ())):
                continue
            frequency = loadings.frequencies[contig.name]
            weights, turned = loadings.weights[contig.name], flipped[contig.name]

            def work(
                at: slice,
                block: npt.NDArray[np.int8],
                frequency: Floats = frequency,
                weights: Floats = weights,
                turned: Flags = turned,
            ) -> tuple[Floats, Floats, Integers]:
                genotypes = orient(block[:, :n_samples], turned[at])
                z = _standardise(genotypes, frequency[at])
                # The same sites for the count as for the sums: those that vary.
                varies = (frequency[at] > 0) & (frequency[at] < 1)
                n_called = (genotypes[varies] >= 0).sum(axis=0)
                return z.T @ weights[at], (z**2).sum(axis=0), n_called

            for part, squared, own in map_blocks(
                contig,
                work,
                size=_block_size(n_samples),
                rows=rows[contig.name],
                threads=threads,
            ):
                sums += part
                squares += squared
                called += own
    share = np.maximum(called / max(loadings.n_used, 1), 1e-12)
    return Placement(sums / share[:, None], squares / np.maximum(called, 1), called)


def orient(genotypes: npt.NDArray[np.int8], flipped: Flags) -> npt.NDArray[np.int8]:
    """Return genotypes with the two alleles exchanged at some sites."""
    if not flipped.any():
        return genotypes
    turned = np.where(genotypes >= 0, 2 - genotypes, genotypes)
    return np.where(flipped[:, None], turned, genotypes).astype(np.int8)


def _frequency(genotypes: npt.NDArray[np.int8]) -> Floats:
    called = genotypes >= 0
    alleles = np.where(called, genotypes, 0).sum(axis=1, dtype=np.int64)
    return np.asarray(alleles / np.maximum(2 * called.sum(axis=1), 1), float)


def _standardise(genotypes: npt.NDArray[np.int8], frequency: Floats) -> Floats:
    """Scale as Patterson 2006; zero where missing or where nothing varies."""
    deviation = 2 * frequency * (1 - frequency)
    scale = np.where(deviation > 0, 1 / np.sqrt(np.maximum(deviation, 1e-12)), 0.0)
    z = (genotypes - 2 * frequency[:, None]) * scale[:, None]
    z[genotypes < 0] = 0
    return np.asarray(z, float)


def _block_size(n_samples: int) -> int:
    return max(16, BLOCK_BYTES // max(n_samples, 1))
