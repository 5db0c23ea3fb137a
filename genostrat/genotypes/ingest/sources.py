"""The genotype files that a config names, looked at before they are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from genostrat.errors import printable
from genostrat.genome.assemblies import (
    assembly_of_contig,
    count_too_long,
    match_lengths,
)
from genostrat.genome.assembly_names import assembly_of_text
from genostrat.genotypes.builds import BUILDS, BuildEvidence
from genostrat.genotypes.ingest.planning import plan_pieces
from genostrat.genotypes.plink.filesets import Fileset, inspect_filesets
from genostrat.genotypes.plink.references import Marker, check_references
from genostrat.genotypes.vcf.inspection import (
    VcfFile,
    count_records,
    find_unread,
    inspect_vcfs,
)
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
        evidence.header_lengths.update(match_lengths(file.lengths.items()))
        n_lengths, n_too_long = count_too_long(file.lengths.items())
        evidence.n_lengths += n_lengths
        evidence.n_too_long += n_too_long
        named = map(assembly_of_contig, file.contigs)
        evidence.names.update(name for name in named if name is not None)
        evidence.reference = evidence.reference or assembly_of_text(file.reference)
        if isinstance(file, Fileset):
            seen = check_references(file, markers)
            doubts += seen.doubts
            for name in BUILDS:
                evidence.markers[name] += seen.evidence.markers[name]
                evidence.beyond[name] += seen.evidence.beyond[name]
    return evidence, doubts


def count_unread(files: Sequence[VcfFile]) -> tuple[dict[str, int], list[str]]:
    """Return how many records of files are not read, by why, and say so.

    Parameters
    ----------
    files
        As :func:`inspect_source` found them.
    """
    filesets = [file for file in files if isinstance(file, Fileset)]
    if filesets:  # check_references says so of each
        n_unplaced = sum(file.n_unplaced for file in filesets)
        return ({"other_contig": n_unplaced} if n_unplaced else {}), []
    doubts = []
    unread = find_unread(files)
    for why, contigs in unread.items():
        listed = ", ".join(
            f"{printable(name, 60)} ({count})"
            for name, count in sorted(contigs.items(), key=lambda item: -item[1])[:5]
        )
        more = f" and {len(contigs) - 5} more" if len(contigs) > 5 else ""
        doubts.append(
            f"{sum(contigs.values())} records on {_CONTIGS_NOT_READ[why]} are not read:"
            f" {listed}{more}"
        )
    return {why: sum(contigs.values()) for why, contigs in unread.items()}, doubts


_CONTIGS_NOT_READ = {
    "other_contig": "contigs other than chromosomes 1-22, X, Y and MT",
    "pseudo_autosomal_code": "what PLINK calls parts of X (write them as X: plink2"
    " --merge-par or --merge-x before the export)",
}


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
        "unread": count_unread(files)[0],
        "formats": sorted(set.intersection(*(set(f.formats) for f in files))),
        "pieces": [[asdict(region) for region in piece] for piece in pieces],
    }
