"""Ancestry as principal components of LD-pruned common variants."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from genostrat.arrays import Flags, Indices
from genostrat.genotypes.store import Store
from genostrat.qc.components.krylov import compute_components
from genostrat.qc.components.projection import correct_shrinkage, share_of_relatives
from genostrat.qc.components.pruning import choose_unlinked
from genostrat.qc.relatedness.relationships import choose_unrelated
from genostrat.qc.sites import choose_common, count_sites

log = logging.getLogger(__name__)


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


def choose_core_samples(
    metrics: pd.DataFrame,
    pairs: pd.DataFrame,
    *,
    min_call_rate: float,
    max_contamination: float,
    min_kinship: float,
    suspects: Collection[str] = (),
) -> list[str]:
    """Return unrelated samples of good quality, which may define the others' ancestry.

    Whatever the ledger does with bad samples, and with `suspects`, which hold DNA of
    somebody else, they must not bend the components.
    """
    bad = (metrics["call_rate"] < min_call_rate) | (
        metrics["contamination"] > max_contamination
    )
    bad |= metrics["sample_id"].isin(list(suspects))
    good = metrics.loc[~bad, "sample_id"]
    call_rate = dict(zip(metrics["sample_id"], metrics["call_rate"], strict=True))
    return choose_unrelated(good, pairs, min_kinship=min_kinship, call_rate=call_rate)[
        0
    ]


def compute_pcs(
    store: Store,
    *,
    unrelated: list[str],
    pairs: pd.DataFrame,
    options: AncestryOptions,
    threads: int = 1,
) -> tuple[pd.DataFrame, dict[str, object]]:
    """Compute ancestry components on unrelated samples and place all others.

    Parameters
    ----------
    store
        The genotypes.
    unrelated
        Samples that span the components.
    pairs
        ``qc/relatedness.tsv``.
    options
        Which variants, how many components.
    threads
        Blocks of variants worked on at once.

    Returns
    -------
    pcs
        The table ``qc/pcs.tsv``; blank components where there are too few variants or
        samples.
    record
        n_sites, n_sites_pruned, n_unrelated, variance_explained.

    Notes
    -----
    Variants are pruned as :func:`genostrat.qc.components.pruning.choose_unlinked` says,
    components computed as :func:`genostrat.qc.components.krylov.compute_components`
    says. With G = ZZᵀ/m over the unrelated samples, they are the eigenvectors of G
    times √eigenvalue. The others are placed by the loadings, over the variants they
    have, and the shrinkage that this brings is taken back, with their kinship to the
    unrelated samples allowed for
    (:func:`genostrat.qc.components.projection.correct_shrinkage`). A component's sign
    makes its largest loading positive.
    """
    samples = store.samples
    core = np.isin(samples, unrelated)
    n_core = int(core.sum())
    rows, n_sites = choose_rows(store, core, options, threads=threads)
    n_pruned = sum(len(own) for own in rows.values())
    names = [f"PC{number}" for number in range(1, options.n_pcs + 1)]
    pcs = pd.DataFrame(np.nan, index=range(len(samples)), columns=names)
    pcs.insert(0, "sample_id", samples)
    record: dict[str, object] = {
        "n_sites": n_sites,
        "n_sites_pruned": n_pruned,
        "n_unrelated": n_core,
        "variance_explained": [],
    }
    log.info(
        "%d of %d common variants are unlinked, over %d unrelated samples of %d",
        n_pruned,
        n_sites,
        n_core,
        len(samples),
    )
    n_pcs = min(options.n_pcs, n_core - 1)
    if n_pruned < options.min_sites or n_pcs < 1:
        log.info("too few for components: ancestry is not assessable")
        return pcs, record
    components = compute_components(
        store, n_pcs=n_pcs, core=core, rows=rows, threads=threads
    )
    coordinates = components.coordinates.copy()
    shared = share_of_relatives(
        pairs, samples=samples, core=core, coordinates=coordinates
    )
    coordinates[~core] = correct_shrinkage(
        coordinates[~core],
        strengths=components.strengths,
        norms=components.norms[~core],
        shared=shared[~core],
    )
    pcs.loc[:, names[:n_pcs]] = coordinates
    record["variance_explained"] = [float(share) for share in components.shares]
    return pcs, record


def choose_rows(
    store: Store,
    core: Flags,
    options: AncestryOptions,
    *,
    threads: int,
) -> tuple[dict[str, Indices], int]:
    """Choose LD-pruned common SNVs of each autosome; also count them before pruning.

    Parameters
    ----------
    store
        The genotypes.
    core
        Samples that count, a mask.
    options
        Which variants.
    threads
        Blocks of variants worked on at once.
    """
    chosen, n_sites = {}, 0
    for contig in store.autosomes:
        counts = count_sites(contig, samples=core, threads=threads)
        rows = choose_common(
            contig,
            counts,
            min_maf=options.min_maf,
            max_missing_rate=1.0,
        )
        fewest = (1 - options.max_missing_rate) * core.sum()
        rows = rows[counts.n_called[rows] >= fewest]
        n_sites += len(rows)
        chosen[contig.name] = choose_unlinked(
            contig,
            rows,
            window=options.window,
            step=options.step,
            max_r2=options.max_r2,
            samples=core,
            threads=threads,
        )
    return chosen, n_sites
