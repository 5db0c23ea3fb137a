"""Whether a fileset's reference alleles are those of the genome, and its build."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from genostrat.genotypes.builds import BuildEvidence, count_beyond
from genostrat.genotypes.plink.filesets import Fileset
from genostrat.genotypes.plink.tables import VariantTable

#: Contig, position, reference and alternate allele.
Marker = tuple[str, int, str, str]

#: Of a variant that is its own complement, the other strand looks like other alleles.
_COMPLEMENTS = ({"A", "T"}, {"C", "G"})


@dataclass
class ReferenceCheck:
    """What known variants say about a fileset.

    Attributes
    ----------
    evidence
        Of the build: known variants, their alleles either way round, and positions
        past the ends of contigs.
    n_known
        Known variants of one build, but for A/T and C/G, which are their own
        complement.
    n_swapped
        Those whose reference allele is the fileset's ALT.
    doubts
        What a reader of the results should know, as sentences.
    """

    evidence: BuildEvidence = field(default_factory=BuildEvidence)
    n_known: int = 0
    n_swapped: int = 0
    doubts: list[str] = field(default_factory=list)


def check_references(file: Fileset, markers: Mapping[Marker, str]) -> ReferenceCheck:
    """Look known variants up in a fileset, with their alleles either way round.

    Alleles are never swapped on this evidence: it is only reported.

    Parameters
    ----------
    file
        The fileset.
    markers
        Known variant → the build it is of; see
        :func:`genostrat.genotypes.builds.load_markers`.
    """
    check = ReferenceCheck()
    by_contig: dict[str, list[tuple[int, str, str, str]]] = defaultdict(list)
    for (contig, position, ref, alt), build_name in markers.items():
        by_contig[contig].append((position, ref, alt, build_name))
    for contig, rows in file.rows.items():
        positions = file.variants.positions[rows]
        for name, n_beyond in count_beyond(contig, positions).items():
            check.evidence.beyond[name] += n_beyond
        for position, ref, alt, build_name in by_contig[contig]:
            low, high = np.searchsorted(positions, (position, position + 1))
            found = [_alleles(file.variants, row) for row in rows[low:high]]
            forward, swapped = found.count((ref, alt)), found.count((alt, ref))
            check.evidence.markers[build_name] += forward + swapped
            if {ref, alt} not in _COMPLEMENTS:
                check.n_known += forward + swapped
                check.n_swapped += swapped
    check.doubts += _describe_doubts(file, check)
    return check


def _describe_doubts(file: Fileset, check: ReferenceCheck) -> Iterator[str]:
    if file.n_unplaced:
        yield (
            f"{file.n_unplaced} of {len(file.variants)} variants of"
            f" {file.variants.path.name} are not on chromosomes 1-22, X, Y or MT, or"
            " have no position; they are left out"
        )
    if file.n_dosages:
        yield (
            f"{file.n_dosages} of {len(file.variants)} variants of {file.path.name}"
            " have dosages; they are not used, and scores too are of the hard calls"
            " beside them"
        )
    if file.kind == "plink":
        cause = "a PLINK 1 fileset does not say which allele is the reference (A2 is"
        cause += " taken for it)"
    elif file.ref_provisional:
        cause = "reference alleles of this fileset are marked as provisional"
    elif check.n_swapped:
        cause = "not every reference allele is that of the genome"
    else:
        return
    seen = (
        f"; of {check.n_known} known variants, {check.n_swapped} have the genome's"
        " reference allele as the alternate one"
        if check.n_known
        else ""
    )
    yield (
        f"{file.path.name}: {cause}{seen}; alleles are read as they stand and never"
        " swapped. To mend them: plink2 --ref-from-fa force --fasta GENOME --make-pgen"
    )


def _alleles(variants: VariantTable, row: int) -> tuple[str, str]:
    ref, alt = (variants.text[name][int(row)].as_py() for name in ("REF", "ALT"))
    return ref.upper(), alt.upper()
