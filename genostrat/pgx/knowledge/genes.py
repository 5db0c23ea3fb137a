"""From the sequences that each allele may have to a gene as the matcher reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from genostrat.arrays import Words
from genostrat.genome.contigs import canonical_or_same
from genostrat.pgx.definitions import Position

#: Bits of an allele's number at a position.
MAX_SEQUENCES = 64

#: IUPAC codes of the bases that a definition allows.
IUPAC = {
    "R": "AG",
    "Y": "CT",
    "S": "CG",
    "W": "AT",
    "K": "GT",
    "M": "AC",
    "B": "CGT",
    "D": "AGT",
    "H": "ACT",
    "V": "ACG",
    "N": "ACGT",
}


@dataclass(frozen=True)
class Variant:
    """One alternate sequence at one place, as VCF would write it."""

    contig: str
    position: int
    ref: str
    alt: str

    def __str__(self) -> str:
        return f"{self.contig}:{self.position} {self.ref}>{self.alt}"


def parse_variant(name: str) -> Variant:
    """Read a name such as ``10-94842866-A-G``.

    Raises
    ------
    ValueError
        If it has another form.
    """
    contig, position, ref, alt = name.split("-")
    if not position.isdigit() or not 0 < int(position) < 400_000_000:
        raise ValueError(f"no position: {position}")
    for bases in (ref, alt):
        if not bases or set(bases) - set("ACGT") or len(bases) > 1000:
            raise ValueError(f"no bases: {bases}")
    if not contig or ref == alt:
        raise ValueError("no variant")
    return Variant(canonical_or_same(contig), int(position), ref, alt)


def common_reference(refs: Sequence[str]) -> str | None:
    """Return the longest of REFs that begin alike; None where they contradict."""
    longest = max(refs, key=len)
    return longest if all(longest.startswith(ref) for ref in refs) else None


def written_against(variant: Variant, ref: str) -> str:
    """Return a variant's alternate sequence as it is against a longer REF."""
    return variant.alt + ref[len(variant.ref) :]


def core_of(allowed: Words, reference: Words) -> frozenset[tuple[int, int]]:
    """Return what sets an allele apart from the reference allele.

    Parameters
    ----------
    allowed, reference
        One row each: bits of allele numbers, a position a column.

    Returns
    -------
    frozenset
        (position, allele number) wherever the two rows have no number in common.
    """
    apart = np.flatnonzero((allowed & reference == 0) & (allowed != 0))
    return frozenset(
        (int(column), number)
        for column in apart
        for number in numbers_of(int(allowed[column]))
    )


def numbers_of(bits: int) -> list[int]:
    """Return the numbers of the bits that are set."""
    return [number for number in range(MAX_SEQUENCES) if bits >> number & 1]


def bits_of(sequences: Sequence[str], position: Position) -> int:
    """Return the bits of the numbers that sequences have at a position."""
    return sum(1 << position.sequences.index(item) for item in set(sequences))


def phenotype_key(names: Sequence[str], *, inheritance: str) -> tuple[str, ...]:
    """Return the key of :attr:`Gene.effects` for the alleles of a person."""
    if inheritance == "mt" and len(set(names)) == 1:
        return (names[0],)
    return tuple(sorted(names))


def inheritance_of(contig: str) -> str:
    """Return how copies of a gene on a contig are inherited."""
    return {"X": "x", "MT": "mt"}.get(contig, "diploid")


def allowed_matrix(rows: Sequence[Mapping[int, int]], *, n_positions: int) -> Words:
    """Return rows of position → bits as a matrix; a row without any is all zeros."""
    matrix = np.zeros((len(rows), n_positions), dtype=np.uint64)
    for index, row in enumerate(rows):
        for column, bits in row.items():
            matrix[index, column] = bits
    return matrix
