"""What kind of variant each line of a contig is, and where, read without its texts."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np

from genostrat.arrays import Bytes, Indices, Integers

if TYPE_CHECKING:
    from genostrat.genotypes.store import Contig

TRANSITION, TRANSVERSION, OTHER = 0, 1, 2
PIECE_BYTES = 1 << 19
SPACE = ord(" ")
#: Columns of a .pvar before REF.
BEFORE_REF = 3


def _tabulate_pairs() -> Bytes:
    """Return the kind of every pair of single letters, two bytes as one number."""
    kinds = np.full(1 << 16, TRANSVERSION, np.uint8)
    kinds[np.arange(1 << 8) << 8 | ord(".")] = OTHER
    for ref, alt in (b"AG", b"GA", b"CT", b"TC"):
        kinds[ref << 8 | alt] = TRANSITION
    return kinds


KIND_OF_PAIR = _tabulate_pairs()


def read_kinds(contig: Contig) -> Bytes:
    """Say of each variant whether it is a transition, a transversion, or no SNV.

    Parameters
    ----------
    contig
        A contig of the store.

    Returns
    -------
    uint8 array, length n_variants
        ``TRANSITION``, ``TRANSVERSION`` (any other pair of single letters) or
        ``OTHER`` (longer alleles, and no alternate at all).

    Notes
    -----
    Reads the ``.pvar`` in pieces of half a megabyte and never makes strings of it, so
    that nothing but the kinds grows with the variants.
    """
    kinds, rest = [np.empty(0, np.uint8)], b""
    with (contig.folder / f"{contig.name}.pvar").open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            lines, newline, rest = (rest + piece).rpartition(b"\n")
            kinds.append(_classify(lines + newline))
    if rest:
        kinds.append(_classify(rest + b"\n"))
    found, left = np.concatenate(kinds), contig.rows_left
    return found if left is None else found[left]


def read_positions(contig: Contig) -> Integers:
    """Return the position of each variant of a contig, 1-based, ascending.

    Notes
    -----
    Only this column of the ``.pvar`` is read: the table of all variants
    (:attr:`genostrat.genotypes.store.Contig.variants`) holds a text for each allele.
    """
    positions, left = _positions_in_files(contig), contig.rows_left
    return positions if left is None else positions[left]


def _positions_in_files(contig: Contig) -> Integers:
    import pandas as pd

    column = pd.read_csv(
        contig.folder / f"{contig.name}.pvar",
        sep="\t",
        usecols=["POS"],
        dtype=np.int64,
        encoding_errors="replace",
        quoting=csv.QUOTE_NONE,
    )
    return column["POS"].to_numpy()


def find_biallelic_snvs(
    contig: Contig,
) -> tuple[Indices, Integers]:
    """Return the rows and positions of SNVs that no other variant shares a place with.

    Notes
    -----
    The alleles of a site with several alternates are rows of their own in the store.
    They are left out, all of them, and so are an SNV and an indel that begin at the
    same base. Variants that were set aside count as neighbours: what is left of a site
    with several alternates is no biallelic one.
    """
    positions, left = _positions_in_files(contig), contig.rows_left
    alone = np.ones(len(positions), bool)
    same = positions[1:] == positions[:-1]
    alone[1:] &= ~same
    alone[:-1] &= ~same
    if left is not None:
        positions, alone = positions[left], alone[left]
    rows = np.flatnonzero(alone & (read_kinds(contig) != OTHER))
    return rows, positions[rows]


def _classify(lines: bytes) -> Bytes:
    while lines.startswith(b"#"):
        lines = lines.partition(b"\n")[2]
    if not lines:
        return np.empty(0, np.uint8)
    text = np.frombuffer(lines, np.uint8)
    n_fields = lines.partition(b"\n")[0].count(b"\t") + 1
    # Of printable text, only tabs and newlines end a field.
    ends = np.flatnonzero(text < SPACE).reshape(-1, n_fields)
    before, middle, after = ends[:, BEFORE_REF - 1 : BEFORE_REF + 2].T
    single = np.flatnonzero((middle - before == 2) & (after - middle == 2))
    pairs = text[before[single] + 1].astype(np.uint16) << 8 | text[middle[single] + 1]
    kinds = np.full(len(ends), OTHER, np.uint8)
    kinds[single] = KIND_OF_PAIR[pairs]
    return kinds
