"""Indels of the tables that do not stand at their leftmost place.

Variant callers write an indel in a repeat at its leftmost place. A table that writes it
further right would never be matched. Whether it could move left by a base can be seen
from the table alone (the base before it equals its own last base); how far it moves can
be seen only in the genome, or from a source that has it right.
"""

from __future__ import annotations

from genostrat.pgx.knowledge.genes import Variant

#: Gene and variant on GRCh38 as pypgx 0.27.0 writes it → bases to the left, and the
#: base before the indel there: as in CPIC's allele definitions, which PharmCAT ships.
LEFTMOST = {
    ("CYP2C9", "10-94942210-GAAAGAAATGG-G"): (5, "C"),
    ("G6PD", "X-154532057-CTTC-C"): (2, "C"),
    ("G6PD", "X-154533014-TGGGGTCGTCCAGGTACCCTTTGGT-T"): (2, "C"),
    ("G6PD", "X-154534075-CAGTGCC-C"): (1, "T"),
    ("G6PD", "X-154534418-GGAG-G"): (4, "G"),
    ("G6PD", "X-154535369-TTCT-T"): (2, "G"),
    ("G6PD", "X-154546046-ATGA-A"): (1, "C"),
}

Records = tuple[tuple[int, str, str], ...]


def move_left(variant: Variant, *, by: int, base: str) -> Variant:
    """Return the same indel written some bases further left.

    Parameters
    ----------
    variant
        A deletion or insertion, with the one base before it.
    by
        Number of bases.
    base
        The base before the indel at the new place.

    Notes
    -----
    Moving a repeat of length n left by k turns it by k modulo n bases.
    """
    moved = indel_sequence(variant)
    turn = by % len(moved)
    turned = moved[len(moved) - turn :] + moved[: len(moved) - turn]
    place = variant.position - by
    if len(variant.ref) > len(variant.alt):
        return Variant(variant.contig, place, base + turned, base)
    return Variant(variant.contig, place, base, base + turned)


def indel_sequence(variant: Variant) -> str:
    """Return what is deleted or inserted; blank where it is not only that."""
    if variant.ref[0] != variant.alt[0] or 1 not in (
        len(variant.ref),
        len(variant.alt),
    ):
        return ""
    return variant.ref[1:] or variant.alt[1:]


def could_move(variant: Variant) -> bool:
    """Whether an indel is certainly not at its leftmost place."""
    return indel_sequence(variant)[-1:] == variant.ref[0]


def placements_left(variant: Variant) -> list[Records]:
    """Return how callers may have written an indel whose leftmost place is not known.

    Returns
    -------
    list
        A record for each of up to its own length bases to the left, with every base
        that may stand before it.

    Notes
    -----
    A deletion that reads so is the same: its REF spells the bases in between. Of an
    insertion this is all but certain, as it would have to be a turned copy by chance.
    """
    if not could_move(variant):
        return []
    found: list[Records] = []
    for by in range(1, len(indel_sequence(variant)) + 1):
        for base in "ACGT":
            moved = move_left(variant, by=by, base=base)
            found.append(((moved.position, moved.ref, moved.alt),))
    return found
