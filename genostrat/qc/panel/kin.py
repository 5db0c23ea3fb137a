"""Samples of a cohort that are copies or close relatives of a panel's people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from genostrat.arrays import Flags, Floats, Indices, Singles
from genostrat.genotypes.store import Store
from genostrat.qc.components.krylov import Components
from genostrat.qc.components.projection import SELF_KINSHIP, orient
from genostrat.qc.panel.sites import SharedSites

Genotypes = npt.NDArray[np.int8]

#: Sites that are looked at, evenly over those shared.
MAX_SITES = 1000
#: First-degree relatives, or as far above 0 as chance does not reach in any pair.
MIN_KINSHIP = 0.177
MIN_ERRORS = 6.0
#: Standard error of kinship of strangers at one site; it falls with the root of sites.
ERROR_OF_ONE = 0.7
#: Samples of the cohort compared at once.
AT_ONCE = 256


@dataclass(frozen=True)
class PanelKin:
    """Close pairs across cohort and panel; arrays of length n_pairs.

    Parameters
    ----------
    cohort, panel
        Places in either store.
    kinship
        By KING-robust.
    """

    cohort: Indices
    panel: Indices
    kinship: Floats


def find_panel_kin(cohort: Store, panel: Store, sites: SharedSites) -> PanelKin:
    """Find copies and close relatives of a panel's people in a cohort.

    Parameters
    ----------
    cohort, panel
        The genotypes.
    sites
        The sites that they share.

    Notes
    -----
    KING-robust (Manichaikul 2010, equation 11) over at most 1,000 of the sites, as sums
    of products of whole numbers. With few sites only copies are told.
    """
    total = sites.n_used
    picked = np.zeros(total, bool)
    picked[np.linspace(0, max(total - 1, 0), min(total, MAX_SITES)).astype(int)] = True
    picks, done = {}, 0
    for name, rows in sites.panel.items():
        picks[name] = picked[done : done + len(rows)]
        done += len(rows)
    theirs = _read(panel, sites.panel, picks, None)
    own = _read(cohort, sites.cohort, picks, sites.flipped)
    bound = max(MIN_KINSHIP, MIN_ERRORS * ERROR_OF_ONE / np.sqrt(max(len(own), 1)))
    found = [(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0))]
    with threadpool_limits(1, user_api="blas"):
        right = _split(theirs)
        for start in range(0, own.shape[1], AT_ONCE):
            kinship = _compare(_split(own[:, start : start + AT_ONCE]), right)
            one, two = np.nonzero(kinship >= bound)
            found.append((one + start, two, kinship[one, two].astype(float)))
    joined = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return PanelKin(*joined)


def take_off_kin(
    plain: Floats, kin: PanelKin, *, components: Components, core: Flags
) -> Floats:
    """Take off what samples have in common with relatives that made the components.

    Parameters
    ----------
    plain
        Coordinates of the cohort by loadings alone: (n_samples, n_pcs).
    kin
        Its relatives in the panel.
    components
        Of the panel.
    core
        Panel samples that span them.

    Notes
    -----
    A member's own genotypes give Gᵢᵢvᵢₖ/√λₖ of its coordinate on component k, and those
    of a relative twice the kinship of that. Without it, the correction of shrinkage
    places a copy of a member where the member itself lies.
    """
    number = np.cumsum(core) - 1
    roots = np.sqrt(np.maximum(components.strengths, 1e-12))
    freed = plain.copy()
    for one, two, kinship in zip(kin.cohort, kin.panel, kin.kinship, strict=True):
        if core[two]:
            share = 2 * min(kinship, SELF_KINSHIP) * components.norms[two]
            freed[one] -= share * components.vectors[number[two]] / roots
    return freed


def _read(
    store: Store,
    rows: Mapping[str, Indices],
    picks: Mapping[str, Flags],
    flipped: Mapping[str, Flags] | None,
) -> Genotypes:
    """Return the genotypes at the sites picked: (n_sites, n_samples)."""
    parts = [np.empty((0, len(store.samples)), np.int8)]
    for contig in store.autosomes:
        picked = picks.get(contig.name)
        if picked is None or not picked.any():
            continue
        genotypes = contig.read(rows[contig.name][picked])
        if flipped is not None:
            genotypes = orient(genotypes, flipped[contig.name][picked])
        parts.append(genotypes)
    return np.concatenate(parts)


def _split(genotypes: Genotypes) -> Singles:
    """Return flags of REF/REF, heterozygous and ALT/ALT: (3, n_sites, n_samples)."""
    return np.stack([genotypes == value for value in (0, 1, 2)]).astype(np.float32)


def _compare(own: Singles, theirs: Singles) -> Singles:
    """Return the kinship of every pair: (n_own, n_theirs). Sums below 2²⁴ are exact."""
    ref, het, alt = own
    their_ref, their_het, their_alt = theirs
    opposite = ref.T @ their_alt + alt.T @ their_ref
    both = het.T @ their_het
    own_het = het.T @ theirs.sum(axis=0)
    other_het = own.sum(axis=0).T @ their_het
    fewest = np.maximum(np.minimum(own_het, other_het), 1)
    one = own_het + other_het - 2 * both
    kinship: Singles = 0.5 - (4 * opposite + one) / (4 * fewest)
    return np.where(fewest > 1, kinship, -1).astype(np.float32)
