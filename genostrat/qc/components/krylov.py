"""Principal components of genotypes, by block Krylov iteration over the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from genostrat.arrays import Flags, Floats, Indices, Integers
from genostrat.genotypes.blocks import map_blocks
from genostrat.genotypes.store import Store
from genostrat.qc.components import component_kernels as kernels
from genostrat.seeds import random_generator

Rows = Mapping[str, Indices]

_Projected = tuple[Floats, Integers, Floats, Floats]

#: A block of genotypes, one byte each. Sums are taken block by block, so this number is
#: part of the result's last digits.
BLOCK_BYTES = 1 << 23
#: Bound on the sine of the angle between a component and its limit: |r| > 0.9995.
MAX_SINE = 0.03
#: Passes over the genotypes. Components still apart then are those of noise.
MAX_PASSES = 30
#: Directions this much weaker than the strongest of a block are rounding.
NEGLIGIBLE = 1e-10


@dataclass(frozen=True)
class Components:
    """Principal components of a cohort.

    Parameters
    ----------
    coordinates
        Of every sample: (n_samples, n_pcs). Those outside the core are placed by the
        loadings alone; see
        :func:`genostrat.qc.components.projection.correct_shrinkage`.
    vectors
        Eigenvectors over the core: (n_core, n_pcs).
    strengths
        Eigenvalues of G = ZᵀZ/m: (n_pcs).
    norms
        Mean square of each sample's standardised genotypes: (n_samples).
    shares
        Share of the variance of each component.
    n_variants
        Variants that vary among the samples which span the components.
    n_passes
        Passes over the genotypes.
    """

    coordinates: Floats
    vectors: Floats
    strengths: Floats
    norms: Floats
    shares: Floats
    n_variants: int
    n_passes: int


def compute_components(
    store: Store,
    *,
    n_pcs: int,
    core: Flags | None = None,
    rows: Rows | None = None,
    threads: int = 1,
) -> Components:
    """Compute components on some samples and place all others by the loadings.

    Parameters
    ----------
    store
        The genotypes.
    n_pcs
        Number of components, below the number of samples that span them.
    core
        Samples that span the components, a mask; all of them if None.
    rows
        Which variants of which autosome; all of them if None.
    threads
        Blocks of variants worked on at once.

    Notes
    -----
    Genotypes are scaled as (g − 2p) / √(2p(1−p)) (Patterson 2006, doi
    10.1371/journal.pgen.0020190), missing ones are at the mean. The eigenvectors of
    G = ZᵀZ/m come from the Krylov space of G and a random block of 16 vectors (Musco
    and Musco 2015, arXiv 1504.05477; Halko 2011, doi 10.1137/090771806). Every pass
    over the genotypes adds a block of 16, until the residual of each component over its
    distance to the next eigenvalue bounds the sine of its error by 0.03 (Davis and
    Kahan 1970), or after 30 passes. In up to some hundred samples the space is all
    there is, and the components are exact.

    Memory holds blocks of genotypes and at most 31 · 32 numbers a sample, whatever the
    number of variants. Results do not depend on `threads`: blocks are summed in genome
    order, and linear algebra runs on one thread.
    """
    n_samples = len(store.samples)
    chosen = np.ones(n_samples, bool) if core is None else core
    n_core = int(chosen.sum())
    totals = np.zeros(2)

    def multiply(vectors: Floats) -> Floats:
        product, totals[:] = _multiply(store, rows, chosen, vectors, threads=threads)
        return product / max(totals[kernels.N_USED], 1)

    with threadpool_limits(1, user_api="blas"):
        strengths, vectors, n_passes = find_eigenvectors(
            multiply, n_rows=n_core, n_wanted=n_pcs
        )
        n_used, squares = totals
        whole = np.zeros((n_samples, n_pcs))
        whole[chosen] = vectors
        sums, called, squared, largest = _project(
            store, rows, chosen, whole, threads=threads
        )
    scale = n_used * np.sqrt(np.maximum(strengths, 1e-12))
    # A sample's missing variants say nothing: its sum is scaled up to all of them.
    share_called = np.maximum(called / max(n_used, 1), 1e-12)
    return Components(
        coordinates=sums * np.sign(largest) / scale / share_called[:, None],
        vectors=vectors * np.sign(largest),
        strengths=strengths,
        norms=squared / np.maximum(called, 1),
        shares=strengths * max(n_used, 1) / squares if squares else strengths,
        n_variants=int(n_used),
        n_passes=n_passes,
    )


def find_eigenvectors(
    multiply: Callable[[Floats], Floats], *, n_rows: int, n_wanted: int
) -> tuple[Floats, Floats, int]:
    """Find the leading eigenvectors of a matrix that is known by its products.

    Parameters
    ----------
    multiply
        Returns the symmetric, centred matrix times vectors, (n_rows, 16).
    n_rows
        Rows of the matrix.
    n_wanted
        How many eigenvectors, below `n_rows`.

    Returns
    -------
    values, vectors, n_passes
        Eigenvalues, the largest first; eigenvectors, (n_rows, n_wanted); products
        taken.
    """
    width = kernels.WIDTH
    # The matrix decides, not the seed: any block that is not degenerate will do.
    block = random_generator(0, "components").standard_normal((n_rows, width))
    basis = images = np.empty((n_rows, 0))
    block = _orthonormalise(block - block.mean(axis=0), basis)
    n_passes, finished = 0, False
    while not finished:
        padded = np.zeros((n_rows, width))
        padded[:, : block.shape[1]] = block
        image = multiply(padded)[:, : block.shape[1]]
        n_passes += 1
        basis, images = np.hstack([basis, block]), np.hstack([images, image])
        projected = basis.T @ images
        values, turns = np.linalg.eigh((projected + projected.T) / 2)
        values, turns = values[::-1], turns[:, ::-1][:, :n_wanted]
        vectors = basis @ turns
        block = _orthonormalise(image, basis)
        finished = (
            not block.shape[1]
            or n_passes == MAX_PASSES
            or _are_close(values, images @ turns - vectors * values[:n_wanted])
        )
    missing = n_wanted - vectors.shape[1]
    vectors = np.pad(vectors, ((0, 0), (0, missing)))
    values = np.pad(values, (0, missing))
    return np.maximum(values[:n_wanted], 0), vectors, n_passes


def _orthonormalise(block: Floats, basis: Floats) -> Floats:
    """Return an orthonormal basis of what a block adds to another one."""
    strength = np.linalg.norm(block, axis=0).max(initial=0)
    room = len(block) - 1 - basis.shape[1]
    # Once is not enough in floating point; twice is (Kahan, in Parlett 1980).
    for _ in range(2):
        block = block - basis @ (basis.T @ block)
    left, sizes, _ = np.linalg.svd(block, full_matrices=False)
    n_kept = min(int((sizes > NEGLIGIBLE * max(strength, 1e-300)).sum()), max(room, 0))
    kept = left[:, :n_kept]
    kept = kept - basis @ (basis.T @ kept)
    return np.ascontiguousarray(np.linalg.qr(kept)[0]) if n_kept else kept


def _are_close(values: Floats, residuals: Floats) -> bool:
    n_wanted = residuals.shape[1]
    if len(values) <= n_wanted:
        return False
    near = values[: n_wanted + 1]
    gaps = np.abs(near[:, None] - near)
    np.fill_diagonal(gaps, np.inf)
    errors = np.linalg.norm(residuals, axis=0)
    return bool((errors <= MAX_SINE * gaps.min(axis=1)[:n_wanted]).all())


def _multiply(
    store: Store,
    rows: Rows | None,
    chosen: Flags,
    vectors: Floats,
    *,
    threads: int,
) -> tuple[Floats, Floats]:
    """Return ZᵀZ·V over the samples chosen, and the totals of the kernel."""
    n_core = len(vectors)

    def work(_: slice, block: npt.NDArray[np.int8]) -> tuple[Floats, Floats]:
        out, own = np.zeros_like(vectors), np.zeros(2)
        kernels.add_product(block.view(np.uint64), n_core, vectors, out, own)
        return out, own

    product, totals = np.zeros_like(vectors), np.zeros(2)
    for contig in store.autosomes:
        for out, own in map_blocks(
            contig,
            work,
            size=_block_size(n_core),
            rows=None if rows is None else rows[contig.name],
            samples=chosen,
            threads=threads,
        ):
            product += out
            totals += own
    return product, totals


def _project(
    store: Store,
    rows: Rows | None,
    chosen: Flags,
    vectors: Floats,
    *,
    threads: int,
) -> _Projected:
    """Return sums over the variants, variants called, squares, and largest loadings."""
    n_samples, n_pcs = vectors.shape
    n_groups = -(-n_pcs // kernels.WIDTH)
    padded = np.zeros((n_groups, n_samples, kernels.WIDTH))
    for group in range(n_groups):
        part = vectors[:, group * kernels.WIDTH : (group + 1) * kernels.WIDTH]
        padded[group, :, : part.shape[1]] = part

    def work(_: slice, block: npt.NDArray[np.int8]) -> _Projected:
        out, largest = np.zeros_like(padded), np.zeros((n_groups, kernels.WIDTH))
        for group in range(n_groups):
            called, norms = np.zeros(n_samples, np.int64), np.zeros(n_samples)
            kernels.project(
                block.view(np.uint64),
                chosen,
                padded[group],
                out[group],
                called,
                norms,
                largest[group],
            )
        return out, called, norms, largest

    sums, best = np.zeros_like(padded), np.zeros((n_groups, kernels.WIDTH))
    called, norms = np.zeros(n_samples, np.int64), np.zeros(n_samples)
    for contig in store.autosomes:
        for out, own, squares, largest in map_blocks(
            contig,
            work,
            size=_block_size(n_samples),
            rows=None if rows is None else rows[contig.name],
            threads=threads,
        ):
            sums += out
            called += own
            norms += squares
            best = np.where(np.abs(largest) > np.abs(best), largest, best)
    joined = sums.transpose(1, 0, 2).reshape(n_samples, -1)[:, :n_pcs]
    return joined, called, norms, best.reshape(-1)[:n_pcs]


def _block_size(n_samples: int) -> int:
    return max(64, BLOCK_BYTES // max(n_samples, 1))
