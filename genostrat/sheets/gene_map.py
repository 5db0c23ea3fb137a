"""Where genes lie, in a table or BED file that stands in for annotations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Integers
from genostrat.errors import Problem, nearest, raise_if_any
from genostrat.genome.assemblies import assembly_of_contig
from genostrat.genome.contigs import canonical_or_same
from genostrat.sheets.gene_sets import is_gene_name
from genostrat.sheets.rows import split_cells
from genostrat.sheets.texts import read_text

_WHAT = "the gene map"
_COLUMNS = ("chrom", "start", "end", "gene")
MAX_POSITION = 2**31 - 1
MAX_DIGITS = len(str(MAX_POSITION))
#: Number of faults of one kind that are shown.
SHOWN = 20


@dataclass(frozen=True)
class GeneMap:
    """Intervals of genes; a gene may have several, such as its exons.

    Attributes
    ----------
    path
        The file.
    contig
        By its canonical name; another contig as the file calls it.
    start, end
        int64, 1-based, both included, whatever the file counts from.
    gene
        Its name.
    line
        Of the file.
    assemblies
        Those that the names of its chromosomes are of, where they tell.
    """

    path: Path
    contig: npt.NDArray[np.str_]
    start: Integers
    end: Integers
    gene: npt.NDArray[np.str_]
    line: Integers
    assemblies: frozenset[str] = frozenset()


def read_gene_map(path: str | Path) -> GeneMap:
    """Read a gene map.

    Parameters
    ----------
    path
        With a name that ends in ``.bed``: BED, whose first four columns are contig,
        start (counted from 0), end (not included) and gene, without a header. Else
        tab-separated text with a header that has chrom, start, end and gene; positions
        count from 1 and both ends are included. Lines starting ``#`` are passed over.

    Raises
    ------
    GenostratError
        With every problem found.
    """
    path = Path(path)
    is_bed = path.suffix == ".bed"
    rows = list(_split(path, is_bed=is_bed))
    places = dict(zip(_COLUMNS, range(4), strict=True))
    if not is_bed:
        header_line, header = rows.pop(0) if rows else (1, [])
        raise_if_any(_check_header(path, header_line, header))
        places = {name: header.index(name) for name in _COLUMNS}
    problems: list[Problem] = []
    found = []
    for line, cells in rows:
        if len(cells) <= max(places.values()):
            problems.append(
                Problem(
                    "this row has too few columns",
                    file=path,
                    line=line,
                    found=f"{len(cells)} columns",
                    allowed=f"{max(places.values()) + 1} or more, tabs between",
                )
            )
            continue
        row = {name: cells[place] for name, place in places.items()}
        problems += _check_row(path, line, row, places, first=0 if is_bed else 1)
        found.append((line, row))
    if not found and not problems:
        problems.append(Problem(f"{_WHAT} has no rows", file=path))
    raise_if_any(problems[:SHOWN])
    return GeneMap(
        path=path,
        contig=np.array([canonical_or_same(row["chrom"]) for _, row in found], str),
        assemblies=frozenset(
            assembly
            for name in {row["chrom"] for _, row in found}
            if (assembly := assembly_of_contig(name)) is not None
        ),
        start=np.array([int(row["start"]) + is_bed for _, row in found], np.int64),
        end=np.array([int(row["end"]) for _, row in found], np.int64),
        gene=np.array([row["gene"] for _, row in found], str),
        line=np.array([line for line, _ in found], np.int64),
    )


def _split(path: Path, *, is_bed: bool) -> Iterator[tuple[int, list[str]]]:
    for line, text in enumerate(read_text(path, _WHAT).split("\n"), 1):
        said = text.startswith(("track", "browser")) if is_bed else False
        if text.strip() and not text.startswith("#") and not said:
            yield line, split_cells(text)


def _check_header(path: Path, line: int, header: list[str]) -> Iterator[Problem]:
    for name in _COLUMNS:
        if header.count(name) != 1:
            close = nearest(name, header)
            yield Problem(
                f"the column {name!r} is missing"
                if name not in header
                else "this column stands twice",
                file=path,
                line=line,
                column=name,
                found=", ".join(header) or "nothing",
                allowed=", ".join(_COLUMNS) + "; positions count from 1",
                fix=f"is it {close!r}? Rename it"
                if close and close != name
                else "add a header, or name the file .bed if it is one",
            )


def _check_row(
    path: Path, line: int, row: dict[str, str], places: dict[str, int], *, first: int
) -> Iterator[Problem]:
    counts_from = "counted from 0" if first == 0 else "counted from 1"
    bounds = []
    for name in ("start", "end"):
        text = row[name]
        # Not more digits than positions have: leading zeros would hide what follows.
        is_digits = text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS
        whole = is_digits and int(text) <= MAX_POSITION
        bounds.append(int(text) if whole else -1)
        if not whole or bounds[-1] < (first if name == "start" else 1):
            yield Problem(
                "this is no position",
                file=path,
                line=line,
                column=places[name] + 1,
                found=text,
                allowed=f"a whole number, {counts_from}",
            )
    start, end = bounds
    if start >= first and end >= 1 and end < start + (first == 0):
        yield Problem(
            "the end lies before the start",
            file=path,
            line=line,
            column=places["end"] + 1,
            found=f"{row['start']} to {row['end']}",
            allowed="start counted from 0, end not included"
            if first == 0
            else "start and end counted from 1, both included",
        )
    if not row["chrom"]:
        yield Problem(
            "the chromosome is blank", file=path, line=line, column=places["chrom"] + 1
        )
    if not is_gene_name(row["gene"]):
        yield Problem(
            "this cannot be a gene",
            file=path,
            line=line,
            column=places["gene"] + 1,
            found=row["gene"],
            allowed="1 to 64 printable characters without spaces, quotes and commas",
        )
