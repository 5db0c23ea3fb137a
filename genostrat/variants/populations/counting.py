"""Allele counts of groups of people, block by block over the autosomes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Floats, Indices, Integers
from genostrat.genotypes.blocks import map_blocks
from genostrat.genotypes.builds import AUTOSOMES
from genostrat.genotypes.group_counts import count_flags_by_group, pack_flags
from genostrat.genotypes.kinds import find_biallelic_snvs
from genostrat.genotypes.store import Store
from genostrat.variants.populations.groups import Group

#: Genotypes read at once: 8 MB.
BLOCK_BYTES = 1 << 23
#: Bases of a stretch of the genome that the jackknife leaves out: linkage
#: disequilibrium reaches less far, as the 5 cM of ADMIXTOOLS (Patterson 2012, doi
#: 10.1534/genetics.112.145037).
STRETCH = 5_000_000
#: Stretches a contig has room for; the longest has 50.
STRETCHES_PER_CONTIG = 60
N_STRETCHES = STRETCHES_PER_CONTIG * len(AUTOSOMES)


@dataclass(frozen=True)
class GroupCounts:
    """Allele counts at consecutive variants of a contig.

    Parameters
    ----------
    counts
        Reference and alternate alleles of each group: shape (n_groups, n_variants, 2).
    stretches
        Number of the stretch of the genome that each variant lies in, ascending.
    positions
        Of the variants.
    """

    counts: Integers
    stretches: Indices
    positions: Integers


def count_alleles(
    store: Store,
    groups: Sequence[Group],
    *,
    max_missing_rate: float,
    threads: int = 1,
) -> Iterator[GroupCounts]:
    """Yield the allele counts of groups at autosomal, biallelic, well-called SNVs.

    Parameters
    ----------
    store
        The genotypes.
    groups
        The first is of everybody who is in any of the groups.
    max_missing_rate
        Highest share of missing genotypes of a variant, over the first group. All
        groups are counted at the same variants.
    threads
        Blocks of variants counted at once.
    """
    everybody = groups[0].members
    packed = pack_flags(np.stack([group.members[everybody] for group in groups]))
    sizes = np.array([group.size for group in groups])
    fewest = (1 - max_missing_rate) * sizes[0]

    for contig in store.autosomes:
        rows, positions = find_biallelic_snvs(contig)
        stretches = number_stretches(contig.name, positions)

        def work(at: slice, block: npt.NDArray[np.int8]) -> tuple[slice, Integers]:
            block = block[:, : sizes[0]]
            missing = [block < 0] if block.min() < 0 else []
            counts = np.zeros((3, len(packed), len(block)), np.int64)
            flags = [block == 1, block == 2, *missing]
            counts[: len(flags)] = count_flags_by_group(flags, packed)
            return at, counts

        for at, (n_het, n_hom_alt, n_missing) in map_blocks(
            contig,
            work,
            size=max(1, BLOCK_BYTES // max(1, sizes[0])),
            rows=rows,
            samples=everybody,
            threads=threads,
        ):
            n_called = sizes[:, np.newaxis] - n_missing
            n_alt = n_het + 2 * n_hom_alt
            counts = np.stack([2 * n_called - n_alt, n_alt], axis=-1)
            good = n_called[0] >= fewest
            yield GroupCounts(counts[:, good], stretches[at][good], positions[at][good])


def number_stretches(contig: str, positions: Integers) -> Indices:
    """Return the number of the stretch of the genome that positions lie in."""
    within = np.minimum(positions // STRETCH, STRETCHES_PER_CONTIG - 1)
    return (AUTOSOMES.index(contig) * STRETCHES_PER_CONTIG + within).astype(np.intp)


def add_by_stretch(
    sums: Floats,
    values: Floats,
    stretches: Indices,
) -> None:
    """Add values of variants to the sums of their stretches; NaN adds nothing.

    Parameters
    ----------
    sums
        Shape (n, :data:`N_STRETCHES`); changed.
    values
        Shape (n, n_variants).
    stretches
        Ascending, length n_variants.
    """
    if not len(stretches):
        return
    starts = np.flatnonzero(np.r_[True, stretches[1:] != stretches[:-1]])
    known = np.where(np.isnan(values), 0.0, values)
    sums[:, stretches[starts]] += np.add.reduceat(known, starts, axis=1)
