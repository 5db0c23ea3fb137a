"""What a knowledge base says, in the one form that the matcher and guidance read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from genostrat.arrays import Words


@dataclass(frozen=True)
class Position:
    """A place in the genome that tells alleles of a gene apart.

    Parameters
    ----------
    contig
        Canonical name (``10``, ``X``, ``MT``).
    position
        1-based, as in a VCF's POS, on the build of the knowledge base.
    ref
        The build's bases; for indels with the base before them, left-aligned.
    alts
        Every other sequence that some definition names, against the same `ref`.
    rsids
        dbSNP identifiers; may be empty.
    synonyms
        Other ways to write one of `alts`: its allele number, and the records
        (position, REF, ALT) that together spell the same sequence.
    """

    contig: str
    position: int
    ref: str
    alts: tuple[str, ...]
    rsids: tuple[str, ...] = ()
    synonyms: tuple[tuple[int, tuple[tuple[int, str, str], ...]], ...] = ()

    @property
    def sequences(self) -> tuple[str, ...]:
        """Every sequence, the build's first; an allele's number is its index here."""
        return (self.ref, *self.alts)

    @property
    def name(self) -> str:
        """How tables name the position."""
        return f"{self.contig}:{self.position}"


@dataclass(frozen=True)
class NamedAllele:
    """A star allele, or what a gene without star nomenclature has in its place.

    Parameters
    ----------
    name
        As the source spells it.
    function
        As the source words it (``No Function``); blank where it gives none.
    activity
        Activity value; None where the source gives none.
    is_structural
        Whether only copy number or a gene conversion defines it, so that genotypes
        at positions cannot show it.
    core
        (position index, allele number) of each sequence that sets it apart from the
        gene's reference allele. The number explained by a match is counted on these.
    """

    name: str
    function: str = ""
    activity: float | None = None
    is_structural: bool = False
    core: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class Effect:
    """What a diplotype does.

    Parameters
    ----------
    phenotype
        As the source words it (``Poor Metabolizer``); blank where it gives none.
    activity_score
        Sum of both alleles' activity; None where the source gives none.
    """

    phenotype: str
    activity_score: float | None = None


@dataclass(frozen=True)
class Band:
    """A range of activity scores and its phenotype.

    A score s is in it where low ≤ s < high, or s == low where `high` equals `low`.
    """

    phenotype: str
    low: float
    high: float


@dataclass(frozen=True)
class Tag:
    """A variant without effect that hints at one with effect, where that is not read.

    Parameters
    ----------
    decides, tag
        (position index, allele number) of the variant that makes the allele, and of the
        one that stands beside it.
    reason
        What is known of the two, with a citation.
    """

    decides: tuple[int, int]
    tag: tuple[int, int]
    reason: str


@dataclass(frozen=True)
class Gene:
    """A gene's definitions on one build.

    Parameters
    ----------
    name
        HGNC symbol.
    contig, start, end
        Region on the build.
    positions
        In order of the genome.
    alleles
        Every named allele, the reference allele among them.
    allowed
        For each allele (row) and position (column), uint64 bits of the allele numbers
        that the definition allows there: bit 0 is the build's own sequence. A row
        of zeros matches nothing (structural alleles).
    reference
        Name of the allele that the others are described against.
    inheritance
        ``diploid``; ``x``: males have one copy; ``mt``: everybody has one.
    method
        ``diplotype``: phenotypes are looked up in `effects`; ``score``: activities are
        summed and looked up in `bands`; ``none``: the source gives no phenotypes.
    effects
        Sorted names of both alleles, or the one name of a single copy → effect.
    bands
        For ``score``.
    not_called_because
        Why genotypes at positions cannot call this gene; blank where they can.
    notes
        What a reader of a call should know, e.g. structural alleles not looked for.
    required
        Indexes of positions without which the source does not want the gene called.
    picks
        For unphased genotypes that several diplotypes explain alike: these diplotypes,
        each a pair of sorted names, and the one that the source takes.
    set_aside
        (called, set aside): two diplotypes, each a pair of sorted names, that unphased
        genotypes do not tell apart → why the second one is too rare to doubt the first.
    tags
        Variants that hint at others.
    """

    name: str
    contig: str
    start: int
    end: int
    positions: tuple[Position, ...]
    alleles: tuple[NamedAllele, ...]
    allowed: Words
    reference: str
    inheritance: str
    method: str
    effects: Mapping[tuple[str, ...], Effect]
    bands: tuple[Band, ...] = ()
    not_called_because: str = ""
    notes: tuple[str, ...] = ()
    required: tuple[int, ...] = ()
    picks: Mapping[frozenset[tuple[str, str]], tuple[str, str]] = field(
        default_factory=dict
    )
    set_aside: Mapping[tuple[tuple[str, str], tuple[str, str]], str] = field(
        default_factory=dict
    )
    tags: tuple[Tag, ...] = ()

    @cached_property
    def activities(self) -> Mapping[str, float | None]:
        """Activity value by name of allele."""
        return {allele.name: allele.activity for allele in self.alleles}


@dataclass(frozen=True)
class Knowledge:
    """A whole knowledge base on one build.

    Parameters
    ----------
    source, version, sha256
        Where it is from: these go into every output. The digest is of all its files.
    build
        ``GRCh37`` or ``GRCh38``.
    genes
        By name, sorted.
    findings
        What the checks at load found and a user should know.
    """

    source: str
    version: str
    sha256: str
    build: str
    genes: Mapping[str, Gene]
    findings: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Source, version and the beginning of the digest, for every table."""
        return f"{self.source} {self.version} sha256:{self.sha256[:16]}"
