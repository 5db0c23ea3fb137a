"""Ancestry as principal components of LD-pruned common variants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import allel
import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.linalg

from genostrat.genotypes.store import Store
from genostrat.qc.sites import choose_common, count_sites

#: r² is estimated on at most so many samples, evenly spaced: enough for pruning.
PRUNING_SAMPLES = 500
BLOCK_VARIANTS = 2048


@dataclass(frozen=True)
class AncestryOptions:
    """Which variants make the components, and how many; see the config's ``qc``."""

    n_pcs: int
    min_sites: int
    min_maf: float
    max_missing_rate: float
    window: int
    step: int
    max_r2: float


def compute_pcs(
    store: Store, *, unrelated: list[str], options: AncestryOptions
) -> tuple[pd.DataFrame, dict[str, object]]:
    """Compute ancestry components on unrelated samples and project all others.

    Parameters
    ----------
    store
        The genotypes.
    unrelated
        Samples that span the components.
    options
        Which variants, how many components.

    Returns
    -------
    pcs
        The table ``qc/pcs.tsv``; blank components where there are too few variants or
        samples.
    record
        n_sites, n_sites_pruned, n_unrelated, variance_explained.

    Notes
    -----
    Genotypes are scaled as (g − 2p) / √(2p(1−p)) (Patterson 2006, doi
    10.1371/journal.pgen.0020190); missing ones are at the mean. With G = ZZᵀ/m over the
    unrelated samples, components are the eigenvectors of G times √eigenvalue; the
    others are placed by the loadings, over the variants they have. A component's sign
    makes its largest loading positive.
    """
    samples = store.samples
    chosen = np.isin(samples, unrelated)
    genotypes, n_sites = _read_pruned(store, chosen, options)
    names = [f"PC{number}" for number in range(1, options.n_pcs + 1)]
    pcs = pd.DataFrame(np.nan, index=range(len(samples)), columns=names)
    pcs.insert(0, "sample_id", samples)
    record: dict[str, object] = {
        "n_sites": n_sites,
        "n_sites_pruned": len(genotypes),
        "n_unrelated": int(chosen.sum()),
        "variance_explained": [],
    }
    n_pcs = min(options.n_pcs, int(chosen.sum()) - 1)
    if len(genotypes) < options.min_sites or n_pcs < 1:
        return pcs, record
    coordinates, shares = project_on_components(genotypes, chosen, n_pcs=n_pcs)
    pcs.loc[:, names[:n_pcs]] = coordinates
    record["variance_explained"] = [float(share) for share in shares]
    return pcs, record


def label_without_panel(pcs: pd.DataFrame) -> pd.DataFrame:
    """Return the table ``qc/ancestry.tsv`` for a cohort without a reference panel.

    Components alone do not name an ancestry: everybody is unassigned.
    """
    return pd.DataFrame(
        {
            "sample_id": pcs["sample_id"],
            "ancestry": "unassigned",
            "probability": np.nan,
        }
    )


def _read_pruned(
    store: Store, chosen: npt.NDArray[np.bool_], options: AncestryOptions
) -> tuple[npt.NDArray[np.int8], int]:
    """Read the LD-pruned common SNVs of the autosomes, (n_variants, n_samples)."""
    kept, n_sites = [np.empty((0, len(chosen)), np.int8)], 0
    pool = np.flatnonzero(chosen)
    few = pool[:: max(1, -(-len(pool) // PRUNING_SAMPLES))]
    for contig in store.autosomes:
        counts = count_sites(contig, samples=chosen)
        rows = choose_common(
            contig,
            counts,
            min_maf=options.min_maf,
            max_missing_rate=1.0,
        )
        well_called = counts.n_called[rows] >= (1 - options.max_missing_rate) * len(
            pool
        )
        rows = rows[well_called]
        n_sites += len(rows)
        if not len(rows):
            continue
        block = contig.read(rows)
        unlinked = np.ones(len(rows), bool)
        if len(rows) > 1:
            unlinked = allel.locate_unlinked(
                np.maximum(block[:, few], -1),
                size=min(options.window, len(rows)),
                step=options.step,
                threshold=options.max_r2,
            )
        kept.append(block[unlinked])
    return np.concatenate(kept), n_sites


def project_on_components(
    genotypes: npt.NDArray[np.int8], chosen: npt.NDArray[np.bool_], *, n_pcs: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return coordinates of all samples and the variance share of each component.

    Parameters
    ----------
    genotypes
        int8 (n_variants, n_samples), −9 missing.
    chosen
        Samples that span the components, length n_samples.
    n_pcs
        Number of components.
    """
    core = int(chosen.sum())
    relationship, n_used = np.zeros((core, core)), 0
    for scaled, _ in _scale(genotypes, chosen):
        part = scaled[:, chosen]
        relationship += part.T @ part
        n_used += len(part)
    relationship /= max(n_used, 1)
    strength, vectors = scipy.linalg.eigh(
        relationship, subset_by_index=[core - n_pcs, core - 1]
    )
    strength, vectors = np.maximum(strength[::-1], 0), vectors[:, ::-1]
    parts, share_called = [], np.zeros(genotypes.shape[1])
    coordinates = np.zeros((genotypes.shape[1], n_pcs))
    for scaled, called in _scale(genotypes, chosen):
        loadings = scaled[:, chosen] @ vectors
        coordinates += scaled.T @ loadings
        share_called += called.sum(axis=0)
        parts.append(loadings)
    scale = n_used * np.sqrt(np.maximum(strength, 1e-12))
    every = np.concatenate(parts)
    signs = np.sign(every[np.abs(every).argmax(axis=0), np.arange(n_pcs)])
    # A sample's missing variants say nothing: its sum is scaled up to all of them.
    share_called = np.maximum(share_called / max(n_used, 1), 1e-12)
    coordinates = coordinates * signs / scale / share_called[:, None]
    return coordinates, strength / np.trace(relationship)


def _scale(
    genotypes: npt.NDArray[np.int8], chosen: npt.NDArray[np.bool_]
) -> Iterator[tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]]:
    """Yield blocks of scaled genotypes, and which of them were called."""
    for start in range(0, len(genotypes), BLOCK_VARIANTS):
        block = genotypes[start : start + BLOCK_VARIANTS]
        called = block >= 0
        values = np.where(called, block, 0).astype(np.float64)
        n_alleles = np.maximum(2 * called[:, chosen].sum(axis=1), 1)
        frequency = values[:, chosen].sum(axis=1) / n_alleles
        spread = np.sqrt(2 * frequency * (1 - frequency))
        usable = spread > 0
        centre = 2 * frequency[usable, None]
        scaled = (values[usable] - centre) / spread[usable, None]
        scaled[~called[usable]] = 0.0
        yield scaled, called[usable]
