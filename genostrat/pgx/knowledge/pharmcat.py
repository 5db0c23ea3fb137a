"""A directory of PharmCAT's allele definitions and phenotypes as a knowledge base.

Each allele of a definition has, for each variant, the sequence that it carries; null
where the definition does not name one, which PharmCAT takes for that of the reference
allele. An IUPAC code allows several bases.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from genostrat.catalogues.knowledge_sources import PHARMCAT_DEFINITIONS, PYPGX
from genostrat.errors import GenostratError, Problem, raise_if_any
from genostrat.genome.contigs import canonical_or_same
from genostrat.genotypes.builds import BUILDS
from genostrat.pgx.definitions import Gene, NamedAllele, Position
from genostrat.pgx.knowledge import pypgx
from genostrat.pgx.knowledge.exemptions import NONE, Exemptions, read_exemptions
from genostrat.pgx.knowledge.files import (
    check_allele_name,
    read_object,
    take,
    wrong_value,
)
from genostrat.pgx.knowledge.genes import (
    IUPAC,
    MAX_SEQUENCES,
    allowed_matrix,
    bits_of,
    core_of,
    inheritance_of,
)
from genostrat.pgx.knowledge.phenotypes import add_phenotypes, read_phenotypes
from genostrat.pgx.knowledge.source import GeneDefinitions

(BUILD,) = PHARMCAT_DEFINITIONS.builds
_DEFINITION, _EXEMPTIONS, _PHENOTYPE = PHARMCAT_DEFINITIONS.patterns
MAX_GENES = 1000
_SEQUENCE = re.compile("[ACGT]{1,1000}")
_GENE = re.compile("[A-Za-z0-9][A-Za-z0-9-]{0,29}")


def list_files(value: str | Path) -> list[Path]:
    """Return the files of a directory, and of pypgx, which lends it phenotypes."""
    return [*pypgx.list_files(), *pharmcat_files(Path(value))]


def read(value: str | Path, *, build: str) -> GeneDefinitions:
    """Read every definition and phenotype of a directory.

    The regions of pypgx's genes are used, and their phenotypes where the directory has
    none for a gene.

    Raises
    ------
    GenostratError
        If a file is missing, damaged, or holds what it must not.
    """
    return _read(Path(value), pypgx.read(build=build).genes)


def pharmcat_files(folder: Path) -> list[Path]:
    """Return the files of a directory that are read.

    Raises
    ------
    GenostratError
        If there are no definitions in it, or far too many.
    """
    files = PHARMCAT_DEFINITIONS.find_files(folder)
    definitions = [path for path in files if path.match(_DEFINITION)]
    if not definitions or len(definitions) > MAX_GENES:
        raise GenostratError(
            Problem(
                "the knowledge base has no allele definitions"
                if not definitions
                else "the knowledge base has too many allele definitions",
                file=folder,
                found=f"{len(definitions)} files {_DEFINITION}",
                allowed=f"1 to {MAX_GENES}",
                fix="let pgx.knowledge name the folder that holds PharmCAT's folders"
                f" definition and phenotype, or say {PYPGX.name}",
            )
        )
    return files


def _read(folder: Path, theirs: Mapping[str, Gene]) -> GeneDefinitions:
    files = pharmcat_files(folder)
    exemptions = read_exemptions(folder / _EXEMPTIONS)
    genes: dict[str, Gene] = {}
    findings: list[str] = []
    versions = set()
    for path in files:
        if not path.match(_DEFINITION):
            continue
        record = read_object(path)
        gene, found = read_definition(record, path=path, exemptions=exemptions)
        if gene.name in genes:
            raise GenostratError(
                Problem("a gene has two definitions", file=path, found=gene.name)
            )
        known = theirs.get(gene.name)
        if known is not None and known.contig == gene.contig:
            gene = replace(
                gene,
                start=min(gene.start, known.start),
                end=max(gene.end, known.end),
            )
        genes[gene.name] = gene
        versions.add(take(record, "version", str, path=path))
        findings += found
    phenotypes = read_phenotypes(p for p in files if p.match(_PHENOTYPE))
    genes, found = add_phenotypes(genes, phenotypes, pypgx=theirs)
    if len(versions) > 1:
        findings.append(f"The definitions are of {len(versions)} different versions")
    return GeneDefinitions(
        dict(sorted(genes.items())), ", ".join(sorted(versions)), findings + found
    )


def read_definition(
    record: Mapping[str, Any],
    *,
    path: Path,
    exemptions: Mapping[str, Exemptions] | None = None,
) -> tuple[Gene, list[str]]:
    """Return the gene of one definition file, without phenotypes, and findings."""
    name = take(record, "gene", str, path=path)
    if not _GENE.fullmatch(name):
        raise GenostratError(wrong_value(path, "gene", name, "a gene symbol"))
    build = take(record, "genomeBuild", str, path=path)
    if build.split(".")[0] not in (BUILD, "b38"):
        raise GenostratError(wrong_value(path, "genomeBuild", build, BUILD))
    contig = canonical_or_same(take(record, "chromosome", str, path=path))
    if contig not in BUILDS[BUILD].lengths:
        raise GenostratError(wrong_value(path, "chromosome", contig, "chr1 to chrM"))
    exempt = (exemptions or {}).get(name, NONE)
    variants = take(record, "variants", list, path=path)
    positions, maps = _read_positions(variants, contig, path)
    names, rows = _read_alleles(record, positions, maps, path)
    reference = names[0]
    findings: list[str] = []
    kept = [
        i
        for i, p in enumerate(positions)
        if (p.position, p.ref) not in exempt.ignored_positions
    ]
    kept.sort(key=lambda i: (positions[i].position, i))
    allowed = allowed_matrix(
        [{new: row[old] for new, old in enumerate(kept) if old in row} for row in rows],
        n_positions=len(kept),
    )
    wanted = []
    for index, allele in enumerate(names):
        is_void = len(kept) < len(positions) and index > 0 and bool(rows[index])
        if allele in exempt.ignored_alleles:
            findings.append(f"{name}: {allele} is ignored, as exemptions.json says")
        elif is_void and (allowed[index] == allowed[0]).all():
            findings.append(
                f"{name}: {allele} is ignored; only positions that exemptions.json"
                " ignores tell it from the reference allele"
            )
        else:
            wanted.append(index)
    chosen = tuple(positions[i] for i in kept)
    gene = Gene(
        name=name,
        contig=contig,
        start=min((p.position for p in chosen), default=1),
        end=max((p.position + len(p.ref) - 1 for p in chosen), default=1),
        positions=chosen,
        alleles=tuple(
            NamedAllele(
                names[i],
                is_structural=not rows[i],
                core=core_of(allowed[i], allowed[0]),
            )
            for i in wanted
        ),
        allowed=allowed[wanted],
        reference=reference,
        inheritance=inheritance_of(contig),
        method="none",
        effects={},
        required=tuple(
            i for i, p in enumerate(chosen) if p.position in exempt.required_positions
        ),
        picks=exempt.picks,
    )
    return gene, findings


def _read_positions(
    variants: Sequence[Any], contig: str, path: Path
) -> tuple[list[Position], list[dict[str, str]]]:
    positions, maps = [], []
    problems = []
    length = BUILDS[BUILD].lengths[contig]
    for index, item in enumerate(variants):
        inside = f"variants[{index}]"
        place = take(item, "position", int, path=path, inside=inside)
        ref = take(item, "ref", str, path=path, inside=inside)
        alts = take(item, "alts", list, path=path, inside=inside)
        spelling = take(item, "cpicToVcfAlleleMap", dict, path=path, inside=inside)
        if not 1 <= place <= length:
            problems.append(wrong_value(path, inside, place, f"1 to {length:,}"))
        sequences = [ref, *alts]
        if (
            any(
                not isinstance(text, str) or not _SEQUENCE.fullmatch(text)
                for text in sequences
            )
            or len(set(sequences)) != len(sequences)
            or len(sequences) > MAX_SEQUENCES
        ):
            problems.append(
                wrong_value(path, inside, sequences, "different sequences of A C G T")
            )
            continue
        unknown = [v for v in spelling.values() if v not in sequences]
        if unknown:
            problems.append(
                wrong_value(
                    path, f"{inside}.cpicToVcfAlleleMap", unknown, ", ".join(sequences)
                )
            )
        rsid = item.get("rsid")
        positions.append(
            Position(
                contig,
                place,
                ref,
                tuple(alts),
                (rsid,) if isinstance(rsid, str) and len(rsid) < 20 else (),
            )
        )
        maps.append(spelling)
    raise_if_any(problems)
    return positions, maps


def _read_alleles(
    record: Mapping[str, Any],
    positions: Sequence[Position],
    maps: Sequence[Mapping[str, str]],
    path: Path,
) -> tuple[list[str], list[dict[int, int]]]:
    """Return the names of alleles, the reference first, and bits by position.

    Subtypes of a core allele (``*45.001`` of SLCO1B1) give way to the core allele
    itself, which is the one that has a phenotype.
    """
    named = list(take(record, "namedAlleles", list, path=path))
    subtypes = record.get("suballelesMap") or {}
    named = [
        a for a in named if not isinstance(a, dict) or a.get("name") not in subtypes
    ]
    named += list(record.get("hiddenCoreAlleles") or [])
    references = [
        a for a in named if isinstance(a, dict) and a.get("reference") is True
    ]
    if len(references) != 1:
        raise GenostratError(
            wrong_value(
                path, "namedAlleles", f"{len(references)} reference alleles", "one"
            )
        )
    named = references + [a for a in named if a is not references[0]]
    names: list[str] = []
    rows: list[dict[int, int]] = []
    for item in named:
        name = check_allele_name(
            take(item, "name", str, path=path, inside="namedAlleles"),
            path=path,
            place="namedAlleles.name",
        )
        if name in names:
            raise GenostratError(wrong_value(path, "namedAlleles", name, "names once"))
        cells = take(item, "alleles", list, path=path, inside=name)
        if len(cells) != len(positions):
            raise GenostratError(
                wrong_value(
                    path, f"{name}.alleles", f"{len(cells)} cells", f"{len(positions)}"
                )
            )
        row: dict[int, int] = {}
        if item.get("structuralVariant") is not True:
            for index, cell in enumerate(cells):
                if cell is None and rows:
                    row[index] = rows[0][index]
                else:
                    row[index] = _bits(cell, positions[index], maps[index], path, name)
        names.append(name)
        rows.append(row)
    return names, rows


def _bits(
    cell: Any, position: Position, spelling: Mapping[str, str], path: Path, name: str
) -> int:
    if isinstance(cell, str):
        if cell in position.sequences:
            return bits_of([cell], position)
        if cell in spelling:
            return bits_of([spelling[cell]], position)
        bases = IUPAC.get(cell)
        # N says that the position does not matter; the others name their bases.
        if bases and (cell == "N" or set(bases) <= set(position.sequences)):
            return bits_of([b for b in bases if b in position.sequences], position)
    raise GenostratError(
        wrong_value(
            path,
            f"{name} at {position.name}",
            cell,
            ", ".join(position.sequences) + ", or an IUPAC code of these",
        )
    )
