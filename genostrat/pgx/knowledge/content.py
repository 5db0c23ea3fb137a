"""What each allele of pypgx's tables carries at each place, from both builds at once.

pypgx lists an allele's variants relative to the genome of a build, and leaves out what
the genome carries already. The genome is not always the reference allele: GRCh37 has
the third allele of CYP3A5 and Leiden of F5, both builds the twelfth of NAT2. What an
allele carries at a place that it does not name follows from these rules, in order:

1. Named on either build: that base. The other build must name the same base or, where
   it names none, have it in its genome.
2. Named as a tag: either the tag or what the rules below give.
3. The genomes of the builds differ: the base of the gene's reference allele; either
   base where the reference allele names none (G6PD rs2230037, synonymous).
4. The genomes agree, and the reference allele carries something else: the genome's base
   for the allele that the genome is, and for every allele where some allele besides the
   reference spells the reference's base out (SLC22A2, UGT2B15); either base otherwise
   (NAT2, CYP2E1, UGT2B7: the names cover both).
5. The genome's base.

Before rules 3 to 5 come the places in `SIGNATURES`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from genostrat.pgx.knowledge.alignment import Records, placements_left
from genostrat.pgx.knowledge.genes import (
    Variant,
    common_reference,
    parse_variant,
    written_against,
)

BUILDS = ("GRCh37", "GRCh38")

#: Gene and place → the alleles that are told apart there. NAT2's names stand for a
#: signature variant, such as 341T>C of the fifth allele, whatever its haplotype has at
#: 282C>T and 481C>T, which are synonymous, and at 803A>G (PMC1434721, table 1).
SIGNATURES = {
    ("NAT2", "rs1041983"): {"*4", "*11", "*13"},
    ("NAT2", "rs1799929"): {"*4", "*11", "*13"},
    ("NAT2", "rs1208"): {"*4", "*11", "*12", "*13"},
}


#: A sequence, and the records (position, REF, ALT) that together spell it too.
Spelling = tuple[str, Records]


@dataclass(frozen=True)
class VariantEntry:
    """A row of the variant table, on each build.

    Parameters
    ----------
    variants
        As the table writes them.
    aligned
        The same, with indels at their leftmost place where it is known.
    rsid, synonyms
        As in the table.
    """

    variants: tuple[Variant, Variant]
    aligned: tuple[Variant, Variant]
    rsid: str
    synonyms: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Place:
    """A row or several of the variant table at one place of both builds.

    Parameters
    ----------
    positions
        On each of the builds.
    refs
        The genome's sequence on each of the builds.
    alts
        Every other sequence that is named, by the table's order.
    rsids
        dbSNP identifiers.
    synonyms
        On each of the builds.
    """

    contig: str
    positions: tuple[int, int]
    refs: tuple[str, str]
    alts: tuple[str, ...]
    rsids: tuple[str, ...] = ()
    synonyms: tuple[tuple[Spelling, ...], tuple[Spelling, ...]] = ((), ())

    def genome(self, build: str) -> str:
        """Return the genome's sequence on a build."""
        return self.refs[BUILDS.index(build)]

    @property
    def is_flipped(self) -> bool:
        """Whether the builds carry different sequences here."""
        return self.refs[0] != self.refs[1]


@dataclass(frozen=True)
class Listing:
    """What the table lists for one allele: place → sequence, on each build."""

    name: str
    named: tuple[Mapping[int, str], Mapping[int, str]]
    tags: tuple[Mapping[int, str], Mapping[int, str]]

    def speaks_of(self, index: int) -> bool:
        """Whether the allele names a place on either build, as a tag or not."""
        return any(index in listed for listed in (*self.named, *self.tags))


@dataclass
class Contents:
    """What the alleles of a gene carry, whatever the build.

    Parameters
    ----------
    carried
        Allele → place → sequences that it may have there.
    findings
        Where the builds disagree.
    """

    carried: dict[str, dict[int, frozenset[str]]]
    findings: list[str] = field(default_factory=list)


def gather_places(
    rows: Sequence[VariantEntry],
) -> tuple[list[Place], dict[tuple[int, Variant], tuple[int, str]]]:
    """Gather the rows of a gene's variant table by place.

    Returns
    -------
    places
        In the table's order.
    lookup
        (number of the build, variant) → place and sequence.

    Raises
    ------
    ValueError
        If rows at one place contradict each other on the genome's bases.
    """
    by_key: dict[tuple[int, int], list[VariantEntry]] = {}
    for row in rows:
        old, new = row.aligned
        by_key.setdefault((old.position, new.position), []).append(row)
    places: list[Place] = []
    lookup: dict[tuple[int, Variant], tuple[int, str]] = {}
    for key, members in by_key.items():
        refs = [_common(members, side) for side in (0, 1)]
        sequences: list[str] = []
        synonyms: tuple[list[Spelling], list[Spelling]] = ([], [])
        for member in members:
            for side in (0, 1):
                sequence = written_against(member.aligned[side], refs[side])
                sequences.append(sequence)
                lookup[side, member.variants[side]] = (len(places), sequence)
                synonyms[side].extend(
                    (sequence, records) for records in _other_spellings(member, side)
                )
        rsids = [member.rsid for member in members if member.rsid != "N/A"]
        places.append(
            Place(
                contig=members[0].aligned[0].contig,
                positions=key,
                refs=(refs[0], refs[1]),
                alts=tuple(dict.fromkeys(sequences)),
                rsids=tuple(dict.fromkeys(rsids)),
                synonyms=(tuple(synonyms[0]), tuple(synonyms[1])),
            )
        )
    return places, lookup


def _common(members: Sequence[VariantEntry], side: int) -> str:
    ref = common_reference([member.aligned[side].ref for member in members])
    if ref is None:
        raise ValueError(f"the bases at {members[0].aligned[side]} contradict")
    return ref


def _other_spellings(member: VariantEntry, side: int) -> list[Records]:
    listed, aligned = member.variants[side], member.aligned[side]
    spellings = placements_left(aligned)
    if listed != aligned:
        spellings.append(((listed.position, listed.ref, listed.alt),))
    if member.synonyms[side]:
        spelled = [parse_variant(name) for name in member.synonyms[side].split(",")]
        if not _is_padded(spelled, aligned):
            spellings.append(tuple((v.position, v.ref, v.alt) for v in spelled))
    return spellings


def _is_padded(spelled: Sequence[Variant], variant: Variant) -> bool:
    """Whether a spelling is the variant itself with more bases after it."""
    return (
        len(spelled) == 1
        and spelled[0].position == variant.position
        and spelled[0].ref.startswith(variant.ref)
        and spelled[0].alt == written_against(variant, spelled[0].ref)
    )


def work_out_contents(
    places: Sequence[Place],
    listings: Sequence[Listing],
    *,
    gene: str,
    reference: str,
    defaults: Sequence[str],
) -> Contents:
    """Work out what every allele carries at every place, by the rules of this module.

    Parameters
    ----------
    places, listings
        Of one gene.
    gene
        For the findings.
    reference
        The allele that the others are described against.
    defaults
        The allele that each build's genome is.
    """
    contents = Contents({listing.name: {} for listing in listings})
    own = next((item for item in listings if item.name == reference), None)
    is_spelled_out = own is not None and any(
        not places[index].is_flipped and _named(listing, index) == _named(own, index)
        for listing in listings
        if listing.name != reference
        for index in {*own.named[0], *own.named[1]}
    )
    for index, place in enumerate(places):
        base = None if own is None else _named(own, index)
        as_genome = frozenset({place.refs[0]})
        told_apart = next(
            (SIGNATURES[gene, rs] for rs in place.rsids if (gene, rs) in SIGNATURES),
            None,
        )
        for listing in listings:
            if told_apart is not None and _named(listing, index) is None:
                contents.carried[listing.name][index] = _at_signature(
                    place,
                    base=base,
                    is_default=listing.name in defaults,
                    is_told_apart=listing.name in told_apart,
                )
                continue
            if base is None and not place.is_flipped and not listing.speaks_of(index):
                contents.carried[listing.name][index] = as_genome
                continue
            carried = _carried(
                place,
                index,
                listing,
                base=base,
                is_default=listing.name in defaults,
                is_spelled_out=is_spelled_out,
            )
            contents.carried[listing.name][index] = carried
            contents.findings += _disagreements(
                place, index, listing, carried, gene=gene
            )
    return contents


def _named(listing: Listing, index: int) -> str | None:
    """Return the sequence that an allele names; GRCh38 wins where the builds differ."""
    return listing.named[1].get(index, listing.named[0].get(index))


def _carried(
    place: Place,
    index: int,
    listing: Listing,
    *,
    base: str | None,
    is_default: bool,
    is_spelled_out: bool,
) -> frozenset[str]:
    named = _named(listing, index)
    if named is not None:
        if index not in listing.named[1] and place.refs[1] != named:
            return frozenset({place.refs[1]})
        return frozenset({named})
    if place.is_flipped:
        otherwise = frozenset(place.refs) if base is None else frozenset({base})
    elif base is None or is_default or is_spelled_out:
        otherwise = frozenset({place.refs[0]})
    else:
        otherwise = frozenset({place.refs[0], base})
    tags = {side[index] for side in listing.tags if index in side}
    return otherwise | tags


def _at_signature(
    place: Place, *, base: str | None, is_default: bool, is_told_apart: bool
) -> frozenset[str]:
    if not is_told_apart:
        return frozenset({place.refs[0], *place.alts})
    return frozenset({place.refs[0] if base is None or is_default else base})


def _disagreements(
    place: Place, index: int, listing: Listing, carried: frozenset[str], *, gene: str
) -> list[str]:
    """Say where what is listed on a build is not what the allele is taken to carry."""
    found = []
    for side, build in enumerate(BUILDS):
        read = listing.named[side].get(index)
        if read is None and index in listing.named[1 - side]:
            read = place.refs[side]
        if read is not None and read not in carried:
            found.append(
                f"{gene} {listing.name}: {build} gives {read} at"
                f" {place.contig}:{place.positions[side]}, the other build"
                f" {'/'.join(sorted(carried))}; the GRCh38 reading is used"
            )
    return found
