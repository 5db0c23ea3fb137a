"""Genome builds: pseudo-autosomal regions, and telling one build from another."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from genostrat.genome.assemblies import LENGTHS
from genostrat.registry.words.genotypes import AUTOSOMES as AUTOSOMES
from genostrat.registry.words.genotypes import BUILD_NAMES
from genostrat.registry.words.genotypes import CONTIGS as CONTIGS


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


GRCH37 = Build(
    "GRCh37",
    LENGTHS["GRCh37"],
    {
        "X": ((60001, 2699520), (154931044, 155260560)),
        "Y": ((10001, 2649520), (59034050, 59363566)),
    },
)
GRCH38 = Build(
    "GRCh38",
    LENGTHS["GRCh38"],
    {
        "X": ((10001, 2781479), (155701383, 156030895)),
        "Y": ((10001, 2781479), (56887903, 57217415)),
    },
)
BUILDS = {build.name: build for build in (GRCH37, GRCH38)}

#: Fewest marker variants that settle the build.
MIN_EVIDENCE = 3
#: What the data are on where neither build has so long a contig.
NEITHER = f"neither {' nor '.join(BUILD_NAMES)}"


def in_par(contig: str, position: int, build: Build) -> bool:
    """Say whether a position lies in a pseudo-autosomal region."""
    return any(low <= position <= high for low, high in build.par.get(contig, ()))


def count_beyond(
    contig: str, positions: npt.NDArray[np.integer[Any]]
) -> dict[str, int]:
    """Count for each build the positions past the end of one of its contigs.

    One base past it stands for the telomere (VCF specification, section 1.6.1). The
    mitochondrion of hg19 is two bases longer than that of both builds.
    """
    if contig == "MT":
        return dict.fromkeys(BUILDS, 0)
    return {
        name: int((positions > build.lengths[contig] + 1).sum())
        for name, build in BUILDS.items()
    }


@dataclass
class BuildEvidence:
    """What the data say about the assembly that they are on, gathered as they are read.

    Attributes
    ----------
    header_lengths
        Assembly → contig lengths in the header that are its own.
    n_lengths, n_too_long
        Contig lengths in the header, and those that exceed both builds'.
    names
        Assembly → contigs whose own names say that they are of it.
    reference
        The assembly that the header's lines of the reference name.
    markers
        Build → records that are a known variant of it, position and alleles alike,
        and not of the other.
    beyond
        Build → records past the end of one of its contigs.
    """

    header_lengths: Counter[str] = field(default_factory=Counter)
    n_lengths: int = 0
    n_too_long: int = 0
    names: Counter[str] = field(default_factory=Counter)
    reference: str | None = None
    markers: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BUILDS, 0))
    beyond: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BUILDS, 0))

    def verdict(self) -> tuple[str | None, str]:
        """Return the assembly the data are on, or None, and what showed it.

        Variants outweigh the header, which survives a lift-over unchanged. It may be
        one that this package does not work on.
        """
        one, two = BUILDS
        for name, other in ((one, two), (two, one)):
            if self.markers[name] >= MIN_EVIDENCE and not self.markers[other]:
                return name, f"{self.markers[name]} known variants"
        if self.beyond[one] and self.beyond[two]:
            least = min(self.beyond.values())
            return NEITHER, f"{least} records or more past the ends of both"
        for name, other in ((one, two), (two, one)):
            if self.beyond[other]:
                return name, f"{self.beyond[other]} records past the ends of {other}"
        return self._verdict_of_header()

    def _verdict_of_header(self) -> tuple[str | None, str]:
        for counts, what in (
            (self.names, "contigs named as its own"),
            (self.header_lengths, "contig lengths in the header"),
        ):
            ranked = (+counts).most_common(2)
            if ranked and (len(ranked) == 1 or ranked[0][1] > ranked[1][1]):
                return ranked[0][0], f"{ranked[0][1]} {what}"
        if self.n_too_long and not any(self.header_lengths.values()):
            return NEITHER, (
                f"{self.n_too_long} of {self.n_lengths} contig lengths in the header"
                " are longer than in either"
            )
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
