"""Calls at every position that defines a pharmacogene's alleles, carried or not.

A joint caller writes no record in which nobody differs from the reference, and then
nobody knows whether such a position was looked at. A centre that wants its alleles
called has the positions forced: that is what a toy cohort does for its pharmacogenes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from genostrat.pgx.definitions import Knowledge, Position
from genostrat.simulate.genome import CONTIG_LENGTHS
from genostrat.simulate.reads import SimulatedCalls

#: Share of forced calls without reads: less than of variants found by a caller.
MISSING_RATE = 0.0005


def forced_sites(
    knowledge: Knowledge, *, genes: Collection[str], known: pd.DataFrame
) -> pd.DataFrame:
    """List the defining positions of genes that a cohort has no record for.

    Parameters
    ----------
    knowledge
        Definitions on GRCh38.
    genes
        Genes to list the positions of; one that `knowledge` lacks is passed over.
    known
        The cohort's records: contig, position, ref and alt.

    Returns
    -------
    pandas.DataFrame
        contig, position, rsid, ref, alt and filter; a record for each alternate
        sequence, trimmed to the fewest bases, in order of the genome.
    """
    taken = set(zip(*(known[c] for c in _KEY), strict=True))
    rows: dict[tuple[str, int, str, str], str] = {}
    for gene in genes:
        positions = knowledge.genes[gene].positions if gene in knowledge.genes else ()
        for position in positions:
            for key in _records_of(position):
                if key not in taken:
                    rows.setdefault(key, ";".join(position.rsids) or ".")
    table = pd.DataFrame(list(rows), columns=list(_KEY))
    table.insert(2, "rsid", list(rows.values()))
    return in_genome_order(table.assign(filter="PASS"))


_KEY = ("contig", "position", "ref", "alt")


def _records_of(position: Position) -> Iterator[tuple[str, int, str, str]]:
    contig = f"chr{position.contig}"
    for sequence in position.alts:
        start, ref, alt = position.position, position.ref, sequence
        if contig not in CONTIG_LENGTHS or not set(ref + alt) <= set("ACGT"):
            continue
        while min(len(ref), len(alt)) > 1 and ref[-1] == alt[-1]:
            ref, alt = ref[:-1], alt[:-1]
        while min(len(ref), len(alt)) > 1 and ref[0] == alt[0]:
            start, ref, alt = start + 1, ref[1:], alt[1:]
        yield contig, start, ref, alt


def in_genome_order(table: pd.DataFrame) -> pd.DataFrame:
    """Sort records by contig as in the VCF's header, position and alleles."""
    contig = table["contig"].map(list(CONTIG_LENGTHS).index)
    keys = [table["alt"], table["ref"], table["position"], contig]
    return table.iloc[np.lexsort([key.to_numpy() for key in keys])]


def join_calls(first: SimulatedCalls, second: SimulatedCalls) -> SimulatedCalls:
    """Put the calls of some sites below those of others."""
    return SimulatedCalls(
        np.concatenate([first.depths, second.depths], axis=1),
        np.concatenate([first.genotypes, second.genotypes]),
        np.concatenate([first.qualities, second.qualities]),
        np.concatenate([first.ploidy, second.ploidy]),
    )


def without_reads(
    calls: SimulatedCalls, *, rows: list[int], samples: list[int]
) -> None:
    """Take the reads of some samples away at some sites, in place."""
    for row in rows:
        calls.depths[:, row, samples] = 0
        calls.genotypes[row, samples] = -1
        calls.qualities[row, samples] = 0
