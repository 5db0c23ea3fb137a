"""Genome builds: contigs, pseudo-autosomal regions, and telling one from another."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from genostrat.registry.words.genotypes import AUTOSOMES as AUTOSOMES
from genostrat.registry.words.genotypes import CONTIGS as CONTIGS

_MITOCHONDRION = {"M": "MT", "MT": "MT"}


@dataclass(frozen=True)
class Build:
    """A reference genome.

    Attributes
    ----------
    lengths
        Contig → length in bases (GRC assembly reports).
    par
        Contig → 1-based inclusive intervals of the pseudo-autosomal regions.
    """

    name: str
    lengths: Mapping[str, int]
    par: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)


def _lengths(text: str) -> dict[str, int]:
    return dict(zip(CONTIGS, (int(word) for word in text.split()), strict=True))


GRCH37 = Build(
    "GRCh37",
    _lengths(
        "249250621 243199373 198022430 191154276 180915260 171115067 159138663"
        " 146364022 141213431 135534747 135006516 133851895 115169878 107349540"
        " 102531392 90354753 81195210 78077248 59128983 63025520 48129895 51304566"
        " 155270560 59373566 16569"
    ),
    {
        "X": ((60001, 2699520), (154931044, 155260560)),
        "Y": ((10001, 2649520), (59034050, 59363566)),
    },
)
GRCH38 = Build(
    "GRCh38",
    _lengths(
        "248956422 242193529 198295559 190214555 181538259 170805979 159345973"
        " 145138636 138394717 133797422 135086622 133275309 114364328 107043718"
        " 101991189 90338345 83257441 80373285 58617616 64444167 46709983 50818468"
        " 156040895 57227415 16569"
    ),
    {
        "X": ((10001, 2781479), (155701383, 156030895)),
        "Y": ((10001, 2781479), (56887903, 57217415)),
    },
)
BUILDS = {build.name: build for build in (GRCH37, GRCH38)}

#: Fewest contig lengths or marker variants that settle the build.
MIN_EVIDENCE = 3


def canonical_contig(name: str) -> str | None:
    """Return the canonical name of a primary contig, or None for any other.

    ``chr7`` and ``7`` are ``7``; ``chrM`` is ``MT``; PLINK's 23 and 24 are not taken
    for X and Y, since a VCF does not use them.
    """
    bare = name[3:] if name[:3].lower() == "chr" else name
    bare = _MITOCHONDRION.get(bare.upper(), bare.upper())
    return bare if bare in CONTIGS else None


def has_prefix(name: str) -> bool:
    """Say whether a contig is named with ``chr``."""
    return name[:3].lower() == "chr"


def in_par(contig: str, position: int, build: Build) -> bool:
    """Say whether a position lies in a pseudo-autosomal region."""
    return any(low <= position <= high for low, high in build.par.get(contig, ()))


def matches_of_lengths(lengths: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Count for each build the contig lengths of a header that are its own."""
    counts = dict.fromkeys(BUILDS, 0)
    for contig, length in lengths:
        canonical = canonical_contig(contig)
        # The mitochondrion has one length in both builds and says nothing.
        if canonical is None or canonical == "MT":
            continue
        for name, build in BUILDS.items():
            counts[name] += build.lengths[canonical] == length
    return counts


def build_of_text(text: str) -> str | None:
    """Return the build that a header's ``##reference`` line names, if it does."""
    folded = text.lower()
    named = {
        "GRCh37": any(w in folded for w in ("grch37", "hg19", "hs37", "b37")),
        "GRCh38": any(w in folded for w in ("grch38", "hg38", "hs38", "b38")),
    }
    found = [name for name, is_named in named.items() if is_named]
    return found[0] if len(found) == 1 else None


@dataclass
class BuildEvidence:
    """What the data say about their build, gathered as they are read.

    Attributes
    ----------
    header_lengths
        Build → contig lengths in the header that are its own.
    reference
        The build the header's reference line names.
    markers
        Build → records that are a known variant of it, position and alleles alike,
        and not of the other.
    beyond
        Build → records past the end of one of its contigs.
    """

    header_lengths: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(BUILDS, 0)
    )
    reference: str | None = None
    markers: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BUILDS, 0))
    beyond: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BUILDS, 0))

    def verdict(self) -> tuple[str | None, str]:
        """Return the build the data are on, or None, and what showed it.

        Variants outweigh the header, which survives a lift-over unchanged.
        """
        one, two = BUILDS
        for name, other in ((one, two), (two, one)):
            if self.markers[name] >= MIN_EVIDENCE and not self.markers[other]:
                return name, f"{self.markers[name]} known variants"
            if self.beyond[other] and not self.beyond[name]:
                return name, f"{self.beyond[other]} records past the ends of {other}"
        for name, other in ((one, two), (two, one)):
            if self.header_lengths[name] > self.header_lengths[other]:
                return name, f"{self.header_lengths[name]} contig lengths in the header"
        if self.reference:
            return self.reference, "the header's reference line"
        return None, "nothing in the data tells the build"


def load_markers(path: str | Path) -> dict[tuple[str, int, str, str], str]:
    """Read the marker table: (contig, position, ref, alt) → the one build it is of.

    Parameters
    ----------
    path
        TSV with rsid, contig, pos37, ref37, pos38, ref38, alt.
    """
    markers: dict[tuple[str, int, str, str], str] = {}
    with Path(path).open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader((r for r in stream if r[0] != "#"), delimiter="\t")
        for row in rows:
            old = (row["contig"], int(row["pos37"]), row["ref37"], row["alt"])
            new = (row["contig"], int(row["pos38"]), row["ref38"], row["alt"])
            if old != new:
                markers[old] = "GRCh37"
                markers[new] = "GRCh38"
    return markers
