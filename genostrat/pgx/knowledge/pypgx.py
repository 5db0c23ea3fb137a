"""The tables of the pypgx package as a knowledge base."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata, util
from pathlib import Path

import numpy as np

from genostrat.catalogues.knowledge_sources import PYPGX
from genostrat.errors import GenostratError, Problem
from genostrat.genome.contigs import canonical_or_same
from genostrat.pgx.definitions import Band, Effect, Gene, NamedAllele, Position
from genostrat.pgx.knowledge.alignment import LEFTMOST, move_left
from genostrat.pgx.knowledge.content import (
    BUILDS,
    Contents,
    Listing,
    Place,
    VariantEntry,
    gather_places,
    work_out_contents,
)
from genostrat.pgx.knowledge.files import check_allele_name, read_csv
from genostrat.pgx.knowledge.genes import (
    Variant,
    allowed_matrix,
    bits_of,
    core_of,
    inheritance_of,
    parse_variant,
    phenotype_key,
)
from genostrat.pgx.knowledge.source import GeneDefinitions

COLUMNS = {
    "gene-table.csv": (
        "Gene Target Control Paralog Variants SV PhenotypeMethod RefAllele"
        " GRCh37Default GRCh38Default Strand GRCh37Region GRCh38Region"
        " GRCh37ExonStarts GRCh37ExonEnds GRCh38ExonStarts GRCh38ExonEnds"
    ),
    "allele-table.csv": (
        "Gene StarAllele ActivityScore Function GRCh37Core GRCh37Tag GRCh38Core"
        " GRCh38Tag SV"
    ),
    "variant-table.csv": (
        "Gene GRCh37Name GRCh38Name rsID Chromosome GRCh37Position GRCh38Position"
        " GRCh37Allele GRCh38Allele Variant Impact GRCh37Synonym GRCh38Synonym"
    ),
    "diplotype-table.csv": "Gene Diplotype Phenotype",
    "equation-table.csv": "Gene Phenotype Equation",
    "phenotype-table.csv": "Gene Phenotype Priority",
    "recommendation-table.csv": "Drug Gene1 Phenotype1 Gene2 Phenotype2 Recommendation",
    "cpic-table.csv": (
        "Gene Drug RxNorm ATC Guideline CPICLevel CPICLevelStatus PharmGKBLevel"
        " FDALabel PMID"
    ),
}
_METHODS = {"Diplotype": "diplotype", "Score": "score", "N/A": "none"}
#: Stands for the X chromosome that a male does not have.
_NO_COPY = "MALE"

Row = Mapping[str, str]


@dataclass(frozen=True)
class Tables:
    """The rows of each table by gene, and the folder for messages."""

    folder: Path
    genes: list[Row]
    by_gene: Mapping[str, Mapping[str, list[Row]]]

    def of(self, table: str, gene: str) -> list[Row]:
        """Return the rows of a gene in a table named without ``-table.csv``."""
        return self.by_gene[table].get(gene, [])


def find_pypgx() -> tuple[Path, str]:
    """Return the folder of the installed package's tables, and its version.

    The package itself is never imported: only its tables are read.

    Raises
    ------
    GenostratError
        If it is not installed.
    """
    spec = util.find_spec("pypgx")
    if spec is None or not spec.submodule_search_locations:
        raise GenostratError(
            Problem(
                "the package pypgx, whose tables are the knowledge base, is missing",
                fix="install the environment anew (make env), or name a directory of"
                " PharmCAT's files under pgx.knowledge",
            )
        )
    folder = Path(spec.submodule_search_locations[0]) / "api" / "data"
    return folder, metadata.version("pypgx")


def list_files(value: str | Path = PYPGX.name) -> list[Path]:
    """Return every file that the definitions are read from."""
    return table_files(find_pypgx()[0])


def read(value: str | Path = PYPGX.name, *, build: str) -> GeneDefinitions:
    """Return the definitions of the installed package on a build.

    Raises
    ------
    GenostratError
        If the package is not installed, or a table is damaged.
    """
    folder, version = find_pypgx()
    return _read(folder, version, build)


@cache
def _read(folder: Path, version: str, build: str) -> GeneDefinitions:
    genes, findings = read_genes(read_tables(folder), build=build)
    return GeneDefinitions(genes, version, tuple(findings))


def table_files(folder: Path) -> list[Path]:
    """Return the files that are read."""
    return [folder / name for name in COLUMNS]


def read_tables(folder: Path) -> Tables:
    """Read the tables of definitions and phenotypes."""
    by_gene: dict[str, dict[str, list[Row]]] = {}
    genes: list[Row] = []
    for name in ("gene", "allele", "variant", "diplotype", "equation", "phenotype"):
        file = f"{name}-table.csv"
        rows = read_csv(folder / file, columns=COLUMNS[file].split())
        grouped: dict[str, list[Row]] = {}
        for row in rows:
            grouped.setdefault(row["Gene"], []).append(row)
        by_gene[name] = grouped
        if name == "gene":
            genes = [row for row in rows if row["Target"] == "TRUE"]
    return Tables(folder, genes, by_gene)


def read_genes(tables: Tables, *, build: str) -> tuple[dict[str, Gene], list[str]]:
    """Return every gene on a build, and what the checks of both builds found."""
    genes, findings = {}, []
    for row in tables.genes:
        gene, found = _read_gene(row, tables, build=build)
        genes[gene.name] = gene
        findings += found
    return dict(sorted(genes.items())), findings


def _read_gene(row: Row, tables: Tables, *, build: str) -> tuple[Gene, list[str]]:
    name = row["Gene"]
    contig, start, end = _parse_region(row, build, tables.folder)
    places, lookup = _read_places(tables, name)
    alleles = [
        item for item in tables.of("allele", name) if item["StarAllele"] != _NO_COPY
    ]
    listings = [
        _read_listing(item, lookup, tables.folder)
        for item in alleles
        if item["SV"] != "TRUE"
    ]
    contents = work_out_contents(
        places,
        listings,
        gene=name,
        reference=row["RefAllele"],
        defaults=[row[f"{item}Default"] for item in BUILDS],
    )
    named = {index for item in listings for side in item.named for index in side}
    positions, columns = _positions_of(places, sorted(named), build=build)
    bits = [
        _allowed_row(contents, item["StarAllele"], positions, columns)
        for item in alleles
    ]
    allowed = allowed_matrix(bits, n_positions=len(positions))
    names = [item["StarAllele"] for item in alleles]
    if names and row["RefAllele"] not in names:
        raise GenostratError(
            Problem(
                f"the reference allele of {name} is not among its alleles",
                file=tables.folder / "allele-table.csv",
                found=row["RefAllele"],
            )
        )
    baseline = (
        allowed[names.index(row["RefAllele"])]
        if names
        else np.zeros(len(positions), dtype=np.uint64)
    )
    inheritance = inheritance_of(contig)
    return (
        Gene(
            name=name,
            contig=contig,
            start=start,
            end=end,
            positions=tuple(positions),
            alleles=tuple(
                _named_allele(item, tables.folder, core_of(allowed[index], baseline))
                for index, item in enumerate(alleles)
            ),
            allowed=allowed,
            reference=row["RefAllele"],
            inheritance=inheritance,
            method=_METHODS.get(row["PhenotypeMethod"], "none"),
            effects=_read_effects(tables, name, inheritance=inheritance),
            bands=_read_bands(tables, name),
        ),
        contents.findings,
    )


def _parse_region(row: Row, build: str, folder: Path) -> tuple[str, int, int]:
    match = re.fullmatch(r"([\w.]+):(\d+)-(\d+)", row[f"{build}Region"])
    if match is None:
        raise GenostratError(
            Problem(
                "a gene has no region",
                file=folder / "gene-table.csv",
                line=int(row[""]),
                column=f"{build}Region",
                found=row[f"{build}Region"],
            )
        )
    # An alternate contig, such as that of GSTT1, names its chromosome first.
    contig = match[1].split("_")[0]
    return canonical_or_same(contig), int(match[2]), int(match[3])


def _read_places(
    tables: Tables, gene: str
) -> tuple[list[Place], dict[tuple[int, Variant], tuple[int, str]]]:
    rows = []
    for row in tables.of("variant", gene):
        try:
            rows.append(_read_entry(row))
            gather_places(rows[-1:])
        except ValueError as error:
            raise GenostratError(
                Problem(
                    "a variant cannot be read",
                    file=tables.folder / "variant-table.csv",
                    line=int(row[""]),
                    found=f"{row['GRCh37Name']}, {row['GRCh38Name']}: {error}",
                    allowed="contig-position-REF-ALT",
                )
            ) from None
    try:
        return gather_places(rows)
    except ValueError as error:
        raise GenostratError(
            Problem(
                f"the variants of {gene} contradict each other",
                file=tables.folder / "variant-table.csv",
                found=str(error),
            )
        ) from None


def _read_entry(row: Row) -> VariantEntry:
    old, new = parse_variant(row["GRCh37Name"]), parse_variant(row["GRCh38Name"])
    aligned = (old, new)
    if (row["Gene"], row["GRCh38Name"]) in LEFTMOST:
        by, base = LEFTMOST[row["Gene"], row["GRCh38Name"]]
        aligned = (move_left(old, by=by, base=base), move_left(new, by=by, base=base))
    synonyms = [row[f"{build}Synonym"].replace("N/A", "") for build in BUILDS]
    return VariantEntry((old, new), aligned, row["rsID"], (synonyms[0], synonyms[1]))


def _read_listing(
    row: Row, lookup: Mapping[tuple[int, Variant], tuple[int, str]], folder: Path
) -> Listing:
    sides: dict[str, list[dict[int, str]]] = {"Core": [], "Tag": []}
    for side, build in enumerate(BUILDS):
        for kind, listed in sides.items():
            cell = row[f"{build}{kind}"]
            names = [] if cell in ("N/A", "") else cell.split(",")
            found = {}
            for name in names:
                try:
                    place, sequence = lookup[side, parse_variant(name)]
                except (ValueError, KeyError):
                    raise GenostratError(
                        Problem(
                            f"{row['Gene']} {row['StarAllele']} has a variant that the"
                            " variant table does not know",
                            file=folder / "allele-table.csv",
                            line=int(row[""]),
                            column=f"{build}{kind}",
                            found=name,
                        )
                    ) from None
                found[place] = sequence
            listed.append(found)
    return Listing(
        row["StarAllele"],
        (sides["Core"][0], sides["Core"][1]),
        (sides["Tag"][0], sides["Tag"][1]),
    )


def _positions_of(
    places: Sequence[Place], wanted: Sequence[int], *, build: str
) -> tuple[list[Position], list[int]]:
    """Return the places that some allele names, in order of the genome, as positions.

    Returns
    -------
    positions
        On the build.
    columns
        The place that each of them is.
    """
    side = BUILDS.index(build)
    columns = sorted(wanted, key=lambda index: (places[index].positions[side], index))
    positions = []
    for index in columns:
        place = places[index]
        ref = place.refs[side]
        alts = [item for item in (*place.alts, place.refs[1 - side]) if item != ref]
        alts = list(dict.fromkeys(alts))
        positions.append(
            Position(
                contig=place.contig,
                position=place.positions[side],
                ref=ref,
                alts=tuple(alts),
                rsids=place.rsids,
                synonyms=tuple(
                    (alts.index(sequence) + 1, records)
                    for sequence, records in place.synonyms[side]
                    if sequence in alts
                ),
            )
        )
    return positions, columns


def _allowed_row(
    contents: Contents,
    name: str,
    positions: Sequence[Position],
    columns: Sequence[int],
) -> dict[int, int]:
    carried = contents.carried.get(name)
    if carried is None:
        return {}
    row = {}
    for column, place in enumerate(columns):
        position = positions[column]
        is_genome = carried[place] == {position.ref}
        row[column] = 1 if is_genome else bits_of(sorted(carried[place]), position)
    return row


def _named_allele(
    row: Row, folder: Path, core: frozenset[tuple[int, int]]
) -> NamedAllele:
    path = folder / "allele-table.csv"
    name = check_allele_name(
        row["StarAllele"], path=path, place=f"line {row['']}, StarAllele"
    )
    activity = None
    if row["ActivityScore"] != "N/A":
        activity = _number(row["ActivityScore"], path, row, "ActivityScore")
    return NamedAllele(
        name=name,
        function="" if row["Function"] == "N/A" else row["Function"],
        activity=activity,
        is_structural=row["SV"] == "TRUE",
        core=core,
    )


def _number(text: str, path: Path, row: Row, column: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 100:
        raise GenostratError(
            Problem(
                "an activity is no number from 0 to 100",
                file=path,
                line=int(row[""]),
                column=column,
                found=text,
            )
        )
    return value


def _read_effects(
    tables: Tables, gene: str, *, inheritance: str
) -> dict[tuple[str, ...], Effect]:
    effects: dict[tuple[str, ...], Effect] = {}
    known = {row["Phenotype"] for row in tables.of("phenotype", gene)}
    for row in tables.of("diplotype", gene):
        # A cut file ends in the middle of a phenotype.
        if row["Phenotype"] not in known:
            raise GenostratError(
                Problem(
                    f"{gene} has a phenotype that the phenotype table does not know",
                    file=tables.folder / "diplotype-table.csv",
                    line=int(row[""]),
                    found=row["Phenotype"],
                    allowed=", ".join(sorted(known)),
                )
            )
        names = [name for name in row["Diplotype"].split("/") if name != _NO_COPY]
        key = phenotype_key(names, inheritance=inheritance)
        if effects.get(key, Effect(row["Phenotype"])) != Effect(row["Phenotype"]):
            raise GenostratError(
                Problem(
                    f"{gene} {'/'.join(key)} has two phenotypes",
                    file=tables.folder / "diplotype-table.csv",
                    line=int(row[""]),
                    found=row["Phenotype"],
                    allowed=effects[key].phenotype,
                )
            )
        effects[key] = Effect(row["Phenotype"])
    return dict(sorted(effects.items()))


def _read_bands(tables: Tables, gene: str) -> tuple[Band, ...]:
    bands = []
    for row in tables.of("equation", gene):
        text = row["Equation"].replace(" ", "")
        number = r"(\d+(?:\.\d+)?)"
        inside = re.fullmatch(rf"{number}<=score(?:<{number})?", text)
        exact = re.fullmatch(rf"{number}==score", text)
        if inside:
            low = float(inside[1])
            high = float(inside[2]) if inside[2] else math.inf
        elif exact:
            low = high = float(exact[1])
        else:
            raise GenostratError(
                Problem(
                    "a range of activity scores cannot be read",
                    file=tables.folder / "equation-table.csv",
                    line=int(row[""]),
                    found=row["Equation"],
                    allowed="0 <= score < 1, 2.5 <= score, or 2 == score",
                )
            )
        bands.append(Band(row["Phenotype"], low, high))
    return tuple(bands)
