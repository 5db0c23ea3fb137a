"""Stretches of the genome that two people share, where sites are dense."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from genostrat.arrays import Floats, Indices, Integers
from genostrat.genotypes.blocks import map_blocks
from genostrat.genotypes.store import Contig, Store

#: A shared stretch has no opposite homozygotes over so many bases and sites: strangers
#: have one every few dozen common SNVs, so a stretch of these is no chance.
LEAST_BASES, LEAST_SITES = 5_000_000, 400
#: One opposite homozygote within so many sites of a shared stretch may be an error of
#: genotyping.
SITES_A_ERROR = 400
#: Fewer common SNVs for each megabase than this cannot show where a stretch ends.
LEAST_SITES_A_MEGABASE = 20
#: Nobody saw what lies between two sites further apart than this, as on either side of
#: a centromere: so much of it counts as shared at most.
LARGEST_GAP = 500_000
BLOCK_ROWS = 2048
MEGABASE = 1_000_000
COLUMNS = ("n_segments", "shared_mb", "longest_mb")


def measure_segments(
    store: Store,
    pairs: pd.DataFrame,
    *,
    rows: dict[str, Indices],
    threads: int = 1,
) -> pd.DataFrame:
    """Measure the stretches that each pair shares at least one chromosome copy in.

    Parameters
    ----------
    store
        The genotypes.
    pairs
        sample_1 and sample_2.
    rows
        Common SNVs of each autosome.
    threads
        Blocks of variants read at once.

    Returns
    -------
    DataFrame
        n_segments, shared_mb and longest_mb of each pair; blank where sites are fewer
        than :data:`LEAST_SITES_A_MEGABASE` a megabase.

    Notes
    -----
    A stretch without opposite homozygotes, of five megabases and 400 SNVs at least; one
    opposite homozygote is passed over as an error where the 400 SNVs before it and
    those after it have none (as IBIS does, Seidman 2020, doi
    10.1016/j.ajhg.2020.02.012). Lengths are of bases: a megabase is about a
    centimorgan; what has no sites, as centromeres have none, is no part of one. The
    shares that add up to a whole genome, 2,900 Mb, are those of a parent and child; a
    grandchild, half-sibling, aunt or uncle shares half.
    """
    places = {sample: number for number, sample in enumerate(store.samples)}
    found = pd.DataFrame(
        {name: np.full(len(pairs), np.nan) for name in COLUMNS}, index=pairs.index
    )
    if pairs.empty or not _is_dense(store, rows):
        return found
    columns = np.array(
        [[places[name] for name in pairs[key]] for key in ("sample_1", "sample_2")],
        np.int32,
    )
    totals = np.zeros((3, len(pairs)))
    for contig in store.autosomes:
        _add_contig(contig, rows[contig.name], columns, totals, threads)
    found[COLUMNS[0]], found[COLUMNS[1]], found[COLUMNS[2]] = totals
    return found


def skip_gaps(positions: Integers) -> Integers:
    """Return positions in which gaps are cut down to :data:`LARGEST_GAP`.

    Parameters
    ----------
    positions
        Ascending.

    Examples
    --------
    >>> skip_gaps(np.array([1_000_000, 1_400_000, 22_000_000])).tolist()
    [1000000, 1400000, 1900000]
    """
    excess = np.diff(positions, prepend=positions[:1]) - LARGEST_GAP
    cut: Integers = positions - np.cumsum(np.maximum(excess, 0))
    return cut


def _is_dense(store: Store, rows: dict[str, Indices]) -> bool:
    """Say whether the stretches that have sites at all have enough of them."""
    n_sites, n_windows = 0, 0
    for contig in store.autosomes:
        positions = contig.variants["position"].to_numpy()[rows[contig.name]]
        n_sites += len(positions)
        n_windows += len(np.unique(positions // MEGABASE))
    return n_windows > 0 and n_sites >= LEAST_SITES_A_MEGABASE * n_windows


def _add_contig(
    contig: Contig,
    rows: Indices,
    columns: npt.NDArray[np.int32],
    totals: Floats,
    threads: int,
) -> None:
    from genostrat.qc.adjusted.segment_kernels import close_stretches, take_block

    positions = contig.variants["position"].to_numpy()[rows]
    if not len(positions):
        return
    positions = skip_gaps(positions)
    state = np.zeros((5, columns.shape[1]), np.int64)
    state[0] = positions[0]
    limits = (LEAST_BASES, LEAST_SITES, SITES_A_ERROR)

    def work(
        at: slice, block: npt.NDArray[np.int8]
    ) -> tuple[slice, npt.NDArray[np.int8]]:
        return at, block.copy()

    # The state of a pair runs from block to block, so these are taken one by one.
    for at, block in map_blocks(
        contig, work, size=BLOCK_ROWS, rows=rows, threads=threads
    ):
        take_block(block, positions[at], columns, state, limits, totals)
    close_stretches(int(positions[-1]), state, limits, totals)
