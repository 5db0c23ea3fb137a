"""Whether the alleles of variants are those of the genome, on its forward strand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Flags
from genostrat.genome.sequence import Genome
from genostrat.genotypes.store import Contig, Store
from genostrat.qc.panel.sites import COMPLEMENT
from genostrat.qc.variants.counting import judged_contigs

#: What the alleles of a variant are, in words of the ledger. An A/T or C/G variant with
#: its alleles exchanged may as well be of the other strand.
AGREES = "as the genome"
SWAPPED = "exchanged"
EITHER = "exchanged or of the other strand"
OTHER_STRAND = "of the other strand"
NEITHER = "not the genome's"
NOT_ASSESSED = ""
KINDS = (AGREES, SWAPPED, EITHER, OTHER_STRAND, NEITHER)
#: Bases; a FASTA file may have others where the sequence is not known.
_BASES = frozenset(COMPLEMENT)


@dataclass(frozen=True)
class AlleleKinds:
    """What the alleles of every judged variant are.

    Parameters
    ----------
    kinds
        One of :data:`KINDS`, or blank where nothing could be told; in the order of
        :func:`genostrat.qc.variants.counting.judged_contigs`.
    """

    kinds: npt.NDArray[np.object_]

    @property
    def exchanged(self) -> Flags:
        """Variants whose alternate allele is the genome's."""
        return np.isin(self.kinds, (SWAPPED, EITHER))

    @property
    def foreign(self) -> Flags:
        """Variants neither of whose alleles is the genome's."""
        return np.isin(self.kinds, (OTHER_STRAND, NEITHER))

    def count(self) -> dict[str, int]:
        """Return kind → variants, of those that could be told."""
        return {kind: int((self.kinds == kind).sum()) for kind in KINDS}


def compare_with_sequence(store: Store, genome: Genome) -> AlleleKinds:
    """Hold the alleles of all judged variants against a sequence.

    Parameters
    ----------
    store
        The genotypes.
    genome
        The sequence of their build.

    Notes
    -----
    REF is what the sequence has from POS on. If ALT is, the two are exchanged; if the
    complement of either is, both are of the other strand. A place where the sequence is
    not known (N) tells nothing.
    """
    parts: list[list[str]] = [
        list(_compare_contig(contig, genome)) for contig in judged_contigs(store)
    ]
    return AlleleKinds(np.array([kind for part in parts for kind in part], object))


def _compare_contig(contig: Contig, genome: Genome) -> Iterator[str]:
    variants = contig.variants
    refs, alts = variants["ref"].tolist(), variants["alt"].tolist()
    positions: Sequence[int] = variants["position"].tolist()
    lengths = [max(len(ref), len(alt)) for ref, alt in zip(refs, alts, strict=True)]
    stretches = genome.read(contig.name, positions, lengths)
    for ref, alt, stretch in zip(refs, alts, stretches, strict=True):
        yield tell_alleles(ref, alt, stretch)


def tell_alleles(ref: str, alt: str, stretch: str) -> str:
    """Say what the alleles of a variant are, given the sequence from its position on.

    Examples
    --------
    >>> tell_alleles("A", "G", "A"), tell_alleles("G", "A", "A")
    ('as the genome', 'exchanged')
    >>> tell_alleles("T", "C", "A"), tell_alleles("C", "G", "A")
    ('of the other strand', "not the genome's")
    >>> tell_alleles("T", "A", "A"), tell_alleles("T", "A", "N")
    ('exchanged or of the other strand', '')
    """
    ref, alt = ref.upper(), alt.upper()
    own = stretch[: len(ref)]
    if len(own) < len(ref) or not set(own) <= _BASES or not set(ref) <= _BASES:
        return NOT_ASSESSED
    if own == ref:
        return AGREES
    complements = [_complement(ref), _complement(alt)]
    if alt and set(alt) <= _BASES and stretch.startswith(alt):
        return EITHER if complements[0] == alt else SWAPPED
    if any(text and stretch.startswith(text) for text in complements):
        return OTHER_STRAND
    return NEITHER


def _complement(allele: str) -> str:
    """Return the other strand's bases of a SNV; of longer alleles the place moves."""
    return COMPLEMENT.get(allele, "")
