"""Whether a sample's genotypes are those to be expected of a member of a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Flags, Floats, Indices, Integers
from genostrat.genotypes.blocks import map_blocks
from genostrat.genotypes.store import Store
from genostrat.qc.components.projection import orient

Rows = Mapping[str, Indices]

BLOCK_BYTES = 1 << 19
#: Stretches of the genome that are judged apart, and the fewest sites in each.
MAX_STRETCHES = 100
STRETCH_SITES = 20
#: Share of the stretches that is looked at: those with the smallest misfit.
USED_SHARE = 0.75


@dataclass(frozen=True)
class PanelCounts:
    """Alleles of each group of a panel; each mapping is by contig.

    Parameters
    ----------
    alleles, called
        ALT alleles, and people with a genotype: (n_sites, n_groups).
    """

    alleles: dict[str, Floats]
    called: dict[str, Floats]

    def select(self, groups: Indices) -> PanelCounts:
        """Return the counts of some of the groups."""
        return PanelCounts(
            {name: counts[:, groups] for name, counts in self.alleles.items()},
            {name: counts[:, groups] for name, counts in self.called.items()},
        )


def count_groups(
    store: Store, *, rows: Rows, group_of: Indices, n_groups: int, threads: int = 1
) -> PanelCounts:
    """Count the alleles of each group.

    Parameters
    ----------
    store
        The panel's genotypes.
    rows
        Which variants of which contig.
    group_of
        Group of each sample; −1 for none.
    n_groups
        Number of groups.
    threads
        Blocks of variants worked on at once.
    """
    n_samples = len(store.samples)
    member = (group_of[:, None] == np.arange(n_groups)).astype(np.float32)

    def work(_: slice, block: npt.NDArray[np.int8]) -> tuple[Floats, Floats]:
        genotypes = block[:, :n_samples]
        called = genotypes >= 0
        alleles = np.where(called, genotypes, 0).astype(np.float32)
        # Whole numbers below 2²⁴: single precision is exact, in any order of adding.
        return (alleles @ member).astype(float), (called @ member).astype(float)

    alleles, people = {}, {}
    for contig in store.autosomes:
        found = [(np.empty((0, n_groups)),) * 2]
        found += map_blocks(
            contig,
            work,
            size=_block_size(n_samples),
            rows=rows[contig.name],
            threads=threads,
        )
        alleles[contig.name] = np.concatenate([part for part, _ in found])
        people[contig.name] = np.concatenate([part for _, part in found])
    return PanelCounts(alleles, people)


def measure_misfit(
    store: Store,
    counts: PanelCounts,
    *,
    rows: Rows,
    flipped: Mapping[str, Flags] | None = None,
    group_of: Indices,
    are_members: bool = False,
    threads: int = 1,
) -> Floats:
    """Measure how badly each sample's genotypes fit the frequencies of a group.

    Parameters
    ----------
    store
        The samples' genotypes.
    counts
        Of the panel's groups.
    rows
        Contig → the store's row of each site of `counts`.
    flipped
        Contig → where the store's ALT is the panel's REF; nowhere if None.
    group_of
        The group that each sample is held against; −1 for a sample left out.
    are_members
        Whether the samples are themselves counted in their groups, so that their own
        alleles are to be taken off first.
    threads
        Blocks of variants worked on at once.

    Returns
    -------
    array, length n_samples
        About 1 for a member; NaN for a sample left out.

    Notes
    -----
    For stretches of the genome with equal numbers of sites, Σ(g − 2p)² / Σ2p(1−p), and
    the mean of the three quarters of them that fit best. People whose populations
    parted from the group's by a drift of F have about 1 + F. So have the children of
    related parents, but in a few long stretches: these are in the quarter left out.
    """
    n_sites = sum(len(part) for part in counts.alleles.values())
    n_stretches = int(np.clip(n_sites // STRETCH_SITES, 1, MAX_STRETCHES))
    n_samples, done = len(store.samples), 0
    kept = np.flatnonzero(group_of >= 0)
    totals = np.zeros((2, n_stretches, len(kept)))
    for contig in store.autosomes:
        name = contig.name
        n_own = len(rows.get(name, ()))
        if not n_own:
            continue
        stretch = (np.arange(done, done + n_own) * n_stretches) // n_sites
        turned = np.zeros(n_own, bool) if flipped is None else flipped[name]
        done += n_own

        def work(
            at: slice,
            block: npt.NDArray[np.int8],
            name: str = name,
            turned: Flags = turned,
            stretch: Integers = stretch,
        ) -> tuple[Integers, Floats]:
            genotypes = orient(block[:, :n_samples], turned[at])[:, kept]
            parts = _compare(
                genotypes,
                counts.alleles[name][at],
                counts.called[name][at],
                group_of[kept],
                are_members=are_members,
            )
            own, starts = np.unique(stretch[at], return_index=True)
            return own, np.add.reduceat(parts, starts, axis=1)

        for own, parts in map_blocks(
            contig,
            work,
            size=_block_size(n_samples),
            rows=rows[name],
            threads=threads,
        ):
            totals[:, own] += parts
    misfit = np.full(n_samples, np.nan)
    misfit[kept] = _trim(totals)
    return misfit


def _compare(
    genotypes: npt.NDArray[np.int8],
    alleles: Floats,
    called: Floats,
    group_of: Indices,
    *,
    are_members: bool,
) -> Floats:
    """Return squared deviations and their expectation: (2, n_sites, n_samples)."""
    tables = _tabulate(alleles, called, are_members=are_members)
    known = genotypes >= 0
    cell = 3 * group_of + np.where(known, genotypes, 0)
    site = np.arange(len(cell))[:, None]
    parts: Floats = tables.reshape(2, len(cell), -1)[:, site, cell]
    return parts if known.all() else parts * known


def _tabulate(alleles: Floats, called: Floats, *, are_members: bool) -> Floats:
    """Return squared deviation and expectation by group and genotype.

    The shape is (2, n_sites, n_groups, 3).
    """
    g = np.arange(3.0)
    alleles = alleles[:, :, None] - (g if are_members else 0)
    called = called[:, :, None] - (1 if are_members else 0)
    # Half an allele of either kind more than was seen: none is impossible. A group
    # has no member with a genotype that it has not: such a cell is never looked at.
    p = np.clip((alleles + 0.5) / np.maximum(2 * called + 1, 1), 0, 1)
    seen, expected = (g - 2 * p) ** 2, 2 * p * (1 - p)
    return np.stack([seen, np.broadcast_to(expected, seen.shape)])


def _trim(totals: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = np.sort(totals[0] / totals[1], axis=0)
    # Stretches without a genotype are NaN, and stand last.
    n_known = np.isfinite(ratios).sum(axis=0)
    n_used = np.ceil(USED_SHARE * n_known)
    inside = np.arange(len(ratios))[:, None] < n_used
    total = np.where(inside, ratios, 0).sum(axis=0)
    return np.where(n_used > 0, total / np.maximum(n_used, 1), np.nan)


def _block_size(n_samples: int) -> int:
    return max(16, BLOCK_BYTES // max(n_samples, 1))
