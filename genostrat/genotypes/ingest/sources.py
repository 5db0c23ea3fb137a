"""The genotype files that a config names, looked at before they are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from genostrat.genotypes.builds import (
    BUILDS,
    BuildEvidence,
    build_of_text,
    matches_of_lengths,
)
from genostrat.genotypes.ingest.planning import plan_pieces
from genostrat.genotypes.plink.filesets import Fileset, inspect_filesets
from genostrat.genotypes.plink.references import Marker, check_references
from genostrat.genotypes.vcf.inspection import VcfFile, count_records, inspect_vcfs
from genostrat.provenance import genotype_source


def inspect_source(section: Mapping[str, Any]) -> Sequence[VcfFile]:
    """Look at the files of a config's section `genotypes` or `reference_panel`.

    Raises
    ------
    GenostratError
        With what is wrong with them.
    """
    kind, paths = genotype_source(section)
    return inspect_vcfs(paths) if kind == "vcf" else inspect_filesets(paths, kind=kind)


def gather_build_evidence(
    files: Sequence[VcfFile], *, markers: Mapping[Marker, str]
) -> tuple[BuildEvidence, list[str]]:
    """Collect what files say about the build before their records are read.

    Parameters
    ----------
    files
        As :func:`inspect_source` found them.
    markers
        Known variants, by which filesets are judged; see
        :func:`genostrat.genotypes.builds.load_markers`.

    Returns
    -------
    evidence, doubts
        The evidence, and what is doubtful about the reference alleles of filesets.
    """
    evidence, doubts = BuildEvidence(), list[str]()
    for file in files:
        for name, n in matches_of_lengths(file.lengths.items()).items():
            evidence.header_lengths[name] += n
        evidence.reference = evidence.reference or build_of_text(file.reference)
        if isinstance(file, Fileset):
            seen = check_references(file, markers)
            doubts += seen.doubts
            for name in BUILDS:
                evidence.markers[name] += seen.evidence.markers[name]
                evidence.beyond[name] += seen.evidence.beyond[name]
    return evidence, doubts


def describe_source(
    files: Sequence[VcfFile], *, section: Mapping[str, Any], n_pieces: int
) -> dict[str, Any]:
    """Return what the reading of files needs to know; without identifiers.

    Parameters
    ----------
    files
        As :func:`inspect_source` found them.
    section
        Of the config.
    n_pieces
        Parts of the genome that will be read in parallel.
    """
    filesets = [file for file in files if isinstance(file, Fileset)]
    pieces = plan_pieces(files, n_pieces=n_pieces)
    return {
        "source": genotype_source(section)[0],
        "ref_provisional": any(fileset.ref_provisional for fileset in filesets),
        "files": [str(file.path) for file in files],
        "chr_prefix": files[0].prefixed,
        "records": count_records(files),
        "formats": sorted(set.intersection(*(set(f.formats) for f in files))),
        "pieces": [[asdict(region) for region in piece] for piece in pieces],
    }
