"""Genotypes: what a file is, reading it once, and what was read."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genostrat.api.defaults import section
from genostrat.catalogues.knowledge_sources import PYPGX_TABLES
from genostrat.errors import GenostratError, Problem
from genostrat.genotypes.builds import BUILDS, load_markers
from genostrat.genotypes.ingest.calls import build_store, check_build
from genostrat.genotypes.ingest.fileset_pieces import read_fileset_piece
from genostrat.genotypes.ingest.pieces import Region, read_piece
from genostrat.genotypes.ingest.sources import (
    describe_source,
    gather_build_evidence,
    inspect_source,
)
from genostrat.genotypes.plink.filesets import Fileset
from genostrat.genotypes.records import ReadOptions
from genostrat.genotypes.site_records import (
    SITE_FILE,
    SiteRecords,
    read_site_records,
    sites_of_table,
    write_site_records,
)
from genostrat.genotypes.source_names import SUFFIXES, name_sources
from genostrat.genotypes.store import Store
from genostrat.home import resource
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.pgx.sites import list_sites
from genostrat.tables import read_json, read_table, write_json, write_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from genostrat.genotypes.vcf.inspection import VcfFile

_RECORD, _METRICS, _STORE = "ingest.json", "read_metrics.tsv", "store"


@dataclass(frozen=True)
class GenotypeFile:
    """What a file of genotypes is, as its header and index tell.

    Attributes
    ----------
    kind
        ``vcf`` (a BCF too), ``plink`` or ``pgen``.
    samples
        Identifiers, in the order of the file.
    n_records
        Contig, as the file spells it → number of records.
    build
        ``GRCh37`` or ``GRCh38``; None where nothing tells.
    build_shown_by
        What told the build.
    formats
        FORMAT keys that the header declares; those of a fileset are ``GT``.
    is_annotated
        Whether the header declares annotations of genes that can be read.
    """

    kind: str
    samples: tuple[str, ...] = field(repr=False)
    n_records: dict[str, int]
    build: str | None
    build_shown_by: str
    formats: tuple[str, ...]
    is_annotated: bool


@dataclass(frozen=True)
class Genotypes:
    """Genotypes of a cohort that were read once, and are kept in a folder.

    Attributes
    ----------
    folder
        What :func:`read_genotypes` wrote, or ``genotypes/`` of a cohort's results.
    """

    folder: Path

    @property
    def store(self) -> Store:
        """The genotypes, a PGEN for each contig."""
        return Store(self.folder / _STORE)

    @property
    def samples(self) -> list[str]:
        """Identifiers of the samples, sorted."""
        return self.store.samples

    @cached_property
    def record(self) -> dict[str, Any]:
        """What reading found: build, contigs, records, what was dropped and why."""
        record: dict[str, Any] = read_json(self.folder / _RECORD)
        return record

    @property
    def build(self) -> str:
        """The genome build."""
        return str(self.record["build_declared"])

    @property
    def read_metrics(self) -> pd.DataFrame:
        """Sums over reads of each sample."""
        return read_table(self.folder / _METRICS, table="genotypes/read_metrics.tsv")

    @property
    def site_records(self) -> SiteRecords:
        """Whole records at the positions that pharmacogenes are called from."""
        return read_site_records(self.folder / SITE_FILE)


def inspect_genotypes(path: str | Path) -> GenotypeFile:
    """Find out what a file of genotypes is, without reading genotypes.

    Parameters
    ----------
    path
        A VCF or BCF, or a PLINK or PGEN fileset: any of its files, or its path
        without a suffix.

    Raises
    ------
    GenostratError
        If it is none, or damaged.

    Examples
    --------
    >>> file = inspect_genotypes("toy/cohort.vcf.gz")
    >>> file.kind, len(file.samples), file.build
    ('vcf', 60, 'GRCh38')
    """
    source = _name_source(path)
    files = inspect_source(source)
    build, shown_by = _tell_build(files)
    return GenotypeFile(
        kind=next(iter(source)),
        samples=tuple(files[0].samples),
        n_records=dict(files[0].contigs),
        build=build,
        build_shown_by=shown_by,
        formats=tuple(sorted(files[0].formats)),
        is_annotated=files[0].annotated,
    )


def read_genotypes(
    path: str | Path,
    folder: str | Path,
    *,
    build: str,
    sexes: Mapping[str, str] | None = None,
    settings: Mapping[str, Any] | None = None,
    threads: int = 1,
) -> Genotypes:
    """Read a file of genotypes once, into a folder.

    Parameters
    ----------
    path
        As for :func:`inspect_genotypes`.
    folder
        Where to write. Files in it are replaced.
    build
        ``GRCh37`` or ``GRCh38``; held against the variants.
    sexes
        Sample → ``male`` or ``female``, for the store; others are of unknown sex.
    settings
        Keys of the config's section ``ingest`` with other values than the defaults.
    threads
        Parts of the file read side by side; changes no result.

    Returns
    -------
    Genotypes
        Of all samples of the file.

    Raises
    ------
    GenostratError
        If the file is damaged, on another build, or holds nothing to be stored.

    Examples
    --------
    >>> genotypes = read_genotypes("toy/cohort.vcf.gz", "toy/read", build="GRCh38")
    >>> len(genotypes.samples), genotypes.record["build_detected"]
    (60, 'GRCh38')
    """
    import pandas as pd

    if build not in BUILDS:
        raise GenostratError(
            Problem("no such build", found=build, allowed=", ".join(BUILDS))
        )
    how = section("ingest", settings)
    source = _name_source(path)
    files = inspect_source(source)
    told, shown_by = _tell_build(files, declared=build)
    plan = describe_source(files, section=source, n_pieces=1) | {
        "build_declared": build,
        "build_detected": told,
        "build_shown_by": shown_by,
        "warnings": [],
    }
    samples = sorted(files[0].samples)
    told_sexes = [(sexes or {}).get(name, "") for name in samples]
    known = pd.DataFrame({"sample_id": samples, "sex": told_sexes}, dtype=str)
    kept = Genotypes(Path(folder))
    kept.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.folder) as pieces:
        piece = Path(pieces, "0")
        _read(files, plan, samples=samples, how=how, folder=piece, threads=threads)
        summary, gathered = build_store(
            [piece],
            intake=plan,
            samples=samples,
            sheet=known,
            absent_calls=how["absent_calls"],
            store=kept.folder / _STORE,
        )
    table = "genotypes/read_metrics.tsv"
    write_table(kept.folder / _METRICS, gathered.metrics, table=table)
    if gathered.site_records is not None:
        write_site_records(kept.folder / SITE_FILE, gathered.site_records)
    write_json(kept.folder / _RECORD, summary, entry="genotypes/ingest.json")
    return kept


def open_genotypes(folder: str | Path) -> Genotypes:
    """Open genotypes that were read before, by :func:`read_genotypes` or a workflow.

    Parameters
    ----------
    folder
        A folder that :func:`read_genotypes` wrote, or ``results/<cohort>/genotypes``.

    Raises
    ------
    GenostratError
        If there are none.

    Examples
    --------
    >>> genotypes = open_genotypes("toy/genotypes")
    >>> contig = genotypes.store.contig("22")
    >>> for where, block in contig.read_blocks():
    ...     print(block.shape == (len(contig.variants), len(genotypes.samples)))
    True
    """
    folder = Path(folder)
    missing = [n for n in (_STORE, _RECORD, _METRICS) if not (folder / n).exists()]
    if missing:
        raise GenostratError(
            Problem(
                "there are no genotypes in this folder",
                file=folder,
                found=f"no {', '.join(missing)}",
                allowed="a folder of read_genotypes, or results/<cohort>/genotypes",
            )
        )
    return Genotypes(folder)


def says_reference(path: str | Path) -> bool:
    """Say whether a file tells which allele is the genome's: a PLINK 1 one does not.

    Parameters
    ----------
    path
        As for :func:`inspect_genotypes`.
    """
    files = inspect_source(_name_source(path))
    return not any(getattr(file, "ref_provisional", False) for file in files)


def _name_source(path: str | Path) -> dict[str, str]:
    found = name_sources(str(path))
    if len(found) != 1:
        raise GenostratError(
            Problem(
                "this may be either of two filesets"
                if found
                else "this is no file of genotypes",
                file=path,
                allowed=" ".join(s for group in SUFFIXES.values() for s in group),
            )
        )
    return dict(found)


def _tell_build(
    files: Sequence[VcfFile], *, declared: str | None = None
) -> tuple[str | None, str]:
    markers = load_markers(resource("build_markers.tsv"))
    evidence, _ = gather_build_evidence(files, markers=markers)
    if declared is None:
        return evidence.verdict()
    found = check_build(declared, evidence, files=[file.path for file in files])
    return found.detected, found.shown_by


def _read(
    files: Sequence[VcfFile],
    plan: Mapping[str, Any],
    *,
    samples: list[str],
    how: Mapping[str, Any],
    folder: Path,
    threads: int,
) -> None:
    build = plan["build_declared"]
    regions = [Region(**region) for region in plan["pieces"][0]]
    options = ReadOptions(
        filters=frozenset(how["filters"]),
        half_calls=how["half_calls"],
        absent_is_reference=how["absent_calls"] == "reference",
        build=BUILDS[build],
        markers=load_markers(resource("build_markers.tsv")),
        keep_phase=how["keep_phase"],
        sites=sites_of_table(
            list_sites(load_knowledge(PYPGX_TABLES.word, build=build))
        ),
    )
    if plan["source"] == "vcf":
        read_piece(
            regions,
            files=plan["files"],
            samples=samples,
            file_samples=[file.samples for file in files],
            options=options,
            folder=folder,
            n_threads=threads,
        )
        return
    filesets = [file for file in files if isinstance(file, Fileset)]
    read_fileset_piece(
        regions, files=filesets, samples=samples, options=options, folder=folder
    )
