"""What the files of a new cohort are, and whose they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from genostrat.config.schema.parts import PATH
from genostrat.errors import GenostratError, Problem, printable, raise_if_any
from genostrat.genome.assemblies import match_lengths
from genostrat.genome.assembly_names import assembly_of_text
from genostrat.genotypes.builds import BuildEvidence, load_markers
from genostrat.genotypes.ingest.sources import gather_build_evidence
from genostrat.genotypes.plink.filesets import inspect_filesets
from genostrat.genotypes.source_names import SUFFIXES, name_sources
from genostrat.genotypes.vcf.inspection import read_header
from genostrat.home import resource
from genostrat.profile.matrices import ORIENTATIONS, read_axes
from genostrat.provenance import packing_of_text
from genostrat.sheets.identifiers import (
    ALLOWED,
    find_duplicates,
    is_identifier,
    list_some,
)

_MATRICES = (".tsv", ".txt", ".tab", ".tsv.gz", ".txt.gz", ".tab.gz", ".parquet")
_INDEXES = (".tbi", ".csi")
_FEATURES, _SAMPLES = ORIENTATIONS
#: Headers of a first column of identifiers → what the rows are.
_CORNERS = {
    **dict.fromkeys(
        ("sample_id", "sample", "samples", "sampleid", "patient", "patient_id"),
        _SAMPLES,
    ),
    **dict.fromkeys(
        ("gene", "genes", "gene_id", "feature", "features", "probe", "probe_id"),
        _FEATURES,
    ),
    **dict.fromkeys(("symbol", "protein", "transcript", "mirna", "cpg"), _FEATURES),
}


@dataclass(frozen=True)
class FoundMatrix:
    """A matrix: its path, what its rows are, and how that is known."""

    path: str
    orientation: str
    because: str
    samples: list[str] = field(repr=False)


@dataclass(frozen=True)
class FoundInputs:
    """What the files of a cohort hold.

    Attributes
    ----------
    kind
        ``vcf``, ``plink`` or ``pgen``; blank without genotypes.
    genotypes
        Paths of the genotypes, as a cohort's config names them.
    build
        Genome build; blank where nothing tells it.
    because
        What told the build.
    matrices
        The matrices.
    samples
        Identifiers of the patients: those of the genotypes or, without any, those of
        all matrices.
    """

    kind: str
    genotypes: list[str]
    build: str
    because: str
    matrices: list[FoundMatrix]
    samples: list[str] = field(repr=False)


def inspect_files(
    files: Sequence[str], *, build: str | None, orientation: str | None
) -> FoundInputs:
    """Find out what files are and which samples they hold.

    Parameters
    ----------
    files
        Paths, as the user wrote them.
    build, orientation
        What the user says of them; None where nothing.

    Raises
    ------
    GenostratError
        With everything that is wrong with any of them.
    """
    kind, genotypes, tables = _sort_files(files)
    samples: list[str] = []
    told, because = "", ""
    if kind:
        inspect = _inspect_vcfs if kind == "vcf" else _inspect_filesets
        samples, evidence = inspect(genotypes, kind)
        told, because = _choose_build(evidence, build)
    matrices = _inspect_matrices(tables, samples, orientation)
    if not kind:
        samples = list(dict.fromkeys(name for m in matrices for name in m.samples))
    raise_if_any(_check_names(samples, (genotypes or tables)[0]))
    return FoundInputs(kind, genotypes, told, because, matrices, samples)


def _sort_files(files: Sequence[str]) -> tuple[str, list[str], list[str]]:
    """Return the kind of the genotypes, their paths, and those of the matrices."""
    paths: dict[str, list[str]] = {kind: [] for kind in (*SUFFIXES, "matrix")}
    problems = []
    for file in dict.fromkeys(files):
        if file.endswith(_INDEXES):
            continue  # a pattern such as ward.vcf.gz* names it too
        try:
            kind, path = _kind_of(file)
            paths[kind] += [path] if path not in paths[kind] else []
        except GenostratError as error:
            problems += error.problems
    kinds = [kind for kind in SUFFIXES if paths[kind]]
    if len(kinds) > 1:
        problems.append(
            Problem(
                "the genotypes of a cohort come from one kind of file",
                found=", ".join(paths[kind][0] for kind in kinds),
                fix="name one of them",
            )
        )
    raise_if_any(problems)
    if not (kinds or paths["matrix"]):
        raise GenostratError(Problem("these are indexes alone", found=files[0]))
    kind = kinds[0] if kinds else ""
    return kind, paths[kind] if kind else [], paths["matrix"]


def _kind_of(file: str) -> tuple[str, str]:
    """Return the kind of a file, and its path as a config names it."""
    raise_if_any(_check_path(file))
    sources = name_sources(file)
    if file.lower().endswith(_MATRICES):
        sources = [("matrix", file)]
    if len(sources) != 1:
        raise GenostratError(_unknown_kind(file, is_either=bool(sources)))
    kind, path = sources[0]
    if kind in ("vcf", "matrix") and not Path(file).is_file():
        raise GenostratError(Problem("there is no such file", file=file))
    return kind, path


def _unknown_kind(file: str, *, is_either: bool) -> Problem:
    if is_either:
        return Problem(
            "this may be either of two filesets",
            file=file,
            allowed=f"{file}.bed or {file}.pgen",
            fix="name one",
        )
    packing = packing_of_text(file)
    commas = file.lower().endswith((".csv", ".csv.gz"))
    return Problem(
        "this is no file of a cohort",
        file=file,
        allowed="a VCF or BCF, a PLINK or PGEN fileset, or a matrix: "
        + ", ".join([*(s for group in SUFFIXES.values() for s in group), *_MATRICES]),
        fix="write the table anew, with tabs in place of commas" if commas else packing,
    )


def _check_path(file: str) -> list[Problem]:
    """Refuse a path that no config can name."""
    try:
        file.encode("utf-8")
    except UnicodeEncodeError:
        return [Problem("this path is not UTF-8, so no config can name it", file=file)]
    if not file.isprintable() or not re.fullmatch(PATH, file):
        return [
            Problem(
                "this path cannot stand in a config",
                file=file,
                allowed="printable characters without { and }, which are patterns to"
                " Snakemake",
                fix="rename the file, or make a link to it",
            )
        ]
    return []


def _inspect_vcfs(paths: list[str], _: str) -> tuple[list[str], BuildEvidence]:
    evidence, problems = BuildEvidence(), []
    first: list[str] | None = None
    for path in paths:
        try:
            samples = _read_vcf(path, evidence)
        except GenostratError as error:
            problems += error.problems
            continue
        first = samples if first is None else first
        if samples != first:
            problems.append(
                Problem(
                    f"the samples of this file are not those of {printable(paths[0])}",
                    file=path,
                    found=f"{len(samples)} samples",
                    allowed=f"the same {len(first)}, in the same order",
                    fix="one file for each chromosome, or all samples in one file",
                )
            )
    raise_if_any(problems)
    return first or [], evidence


def _read_vcf(path: str, evidence: BuildEvidence) -> list[str]:
    """Return the samples of a VCF or BCF; add to the evidence what its header says."""
    header = read_header(path)
    try:
        samples = [str(name) for name in header.samples]
        lengths = [(name, entry.length or 0) for name, entry in header.contigs.items()]
        texts = [r.value or "" for r in header.records if r.key == "reference"]
    except (ValueError, AssertionError) as error:
        # pysam says so of names that are not UTF-8, and of a damaged dictionary
        raise GenostratError(
            Problem(f"this header cannot be read: {error}", file=path)
        ) from None
    for name, n in match_lengths(lengths).items():
        evidence.header_lengths[name] = evidence.header_lengths.get(name, 0) + n
    named = assembly_of_text(texts[0]) if texts else None
    evidence.reference = evidence.reference or named
    return samples


def _inspect_filesets(paths: list[str], kind: str) -> tuple[list[str], BuildEvidence]:
    files = inspect_filesets(paths, kind=kind)
    markers = load_markers(resource("build_markers.tsv"))
    evidence, _ = gather_build_evidence(files, markers=markers)
    return list(files[0].samples), evidence


def _choose_build(evidence: BuildEvidence, said: str | None) -> tuple[str, str]:
    """Return the build and what told it; blank where nothing does."""
    told, because = evidence.verdict()
    if told and said and told != said:
        raise GenostratError(
            Problem(
                "the files are on another build than --build says",
                found=f"{told}, by {because}",
                allowed=said,
                fix=f"leave --build out, or say --build {told}",
            )
        )
    return (said, "as said by --build") if said and not told else (told or "", because)


def _inspect_matrices(
    paths: list[str], genotyped: list[str], said: str | None
) -> list[FoundMatrix]:
    problems, matrices = [], []
    for path in paths:
        try:
            matrices.append(_inspect_matrix(path, set(genotyped), said))
        except GenostratError as error:
            problems += error.problems
    raise_if_any(problems)
    return matrices


def _inspect_matrix(path: str, genotyped: set[str], said: str | None) -> FoundMatrix:
    corner, rows, columns = read_axes(path)
    sides = {_SAMPLES: rows, _FEATURES: columns}
    shared = {name: len(genotyped.intersection(side)) for name, side in sides.items()}
    told = _CORNERS.get(corner.strip().casefold())
    if shared[_SAMPLES] != shared[_FEATURES]:
        orientation = max(shared, key=lambda name: shared[name])
        because = f"{shared[orientation]} of its samples are in the genotypes"
    elif genotyped:
        raise GenostratError(
            Problem(
                "no row or column of this matrix is a sample of the genotypes",
                file=path,
                found=f"{len(rows)} rows and {len(columns)} columns",
                allowed="identifiers spelt as in the genotypes",
                fix="spell them alike, or leave the matrix out for now",
            )
        )
    elif said or told:
        orientation = said or told or ""
        because = "as said by --orientation" if said else f"column one is {corner!r}"
    else:
        raise GenostratError(
            Problem(
                "nothing tells whether patients are the rows of this matrix, or its"
                " columns",
                file=path,
                found=f"{len(rows)} rows and {len(columns)} columns",
                fix="say it: --orientation features_by_samples, or"
                " samples_by_features; a clinical sheet is no matrix: --sheet FILE",
            )
        )
    return FoundMatrix(path, orientation, because, sides[orientation])


def _check_names(samples: list[str], file: str) -> list[Problem]:
    problems = []
    if not samples:
        problems.append(Problem("there are no samples in this file", file=file))
    # A sheet's lines that start with # are comments.
    bad = [s for s in samples if not is_identifier(s) or s.startswith("#")]
    if bad:
        problems.append(
            Problem(
                f"{len(bad)} names of samples cannot be used",
                file=file,
                found=list_some(bad),
                allowed=f"{ALLOWED} or #",
                fix="rename them in the file: bcftools reheader -s, plink2"
                " --update-ids",
            )
        )
    twice = find_duplicates(samples)
    if twice:
        problems.append(
            Problem(
                f"{len(twice)} names of samples stand in this file more than once",
                file=file,
                found=list_some(twice),
                fix="rename or leave out one of each",
            )
        )
    return problems
