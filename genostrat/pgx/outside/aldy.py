"""Genotypes of Aldy: its table of solutions, and its simple form."""

from __future__ import annotations

from pathlib import Path

from genostrat.errors import GenostratError, Problem
from genostrat.pgx.definitions import Knowledge
from genostrat.pgx.outside.files import MAX_BYTES
from genostrat.pgx.outside.records import OutsideCall, OutsideCalls, add_call
from genostrat.sheets.rows import split_cells
from genostrat.sheets.texts import read_text

_COLUMNS = ("Sample", "Gene", "SolutionID", "Major")
_ENDINGS = (".aldy", ".simple")


def read_aldy(path: Path, knowledge: Knowledge, known: frozenset[str]) -> OutsideCalls:
    """Read results of Aldy: a file, or a directory of ``.aldy`` and ``.simple`` files.

    Notes
    -----
    Solutions that explain the reads equally well are alternatives. In the table each
    has a line for each mutation; in the simple form a line has the sample, the gene,
    and for each solution its major and its minor star-alleles.
    """
    read = OutsideCalls()
    files = [path]
    if path.is_dir():
        files = sorted(f for f in path.rglob("*") if f.name.endswith(_ENDINGS))
    if not files:
        read.problems.append(
            Problem(
                "no outside calls in the directory",
                file=path,
                allowed="files of Aldy, named *.aldy or *.simple",
            )
        )
    unknown: set[str] = set()
    for file in files:
        for (sample, gene), (line, spelled) in _read_file(file, read).items():
            read.genes.add(gene)
            if sample not in known:
                unknown.add(sample)
                continue
            add_call(
                read,
                OutsideCall(sample, gene, "Aldy", ()),
                list(dict.fromkeys(spelled)),
                knowledge=knowledge,
                line=line,
            )
    read.n_unknown = len(unknown)
    return read


def _read_file(
    path: Path, read: OutsideCalls
) -> dict[tuple[str, str], tuple[int, list[str]]]:
    """Return for each sample and gene where it stands first, and its diplotypes."""
    try:
        text = read_text(path, "the table of calls", limit=MAX_BYTES)
    except GenostratError as error:
        read.problems += error.problems
        return {}
    found: dict[tuple[str, str], tuple[int, list[str]]] = {}
    has_header = False
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in split_cells(line)]
        if line.startswith("#"):
            has_header |= tuple(cells[:4]) == (f"#{_COLUMNS[0]}", *_COLUMNS[1:])
            continue
        if has_header:
            solutions = cells[3:4] if len(cells) > 3 and cells[2].isdigit() else None
        else:
            solutions = _solutions_of_line(cells)
        if solutions is None:
            read.problems.append(
                Problem(
                    "this is not a line of Aldy's results",
                    file=path,
                    line=number,
                    found=line[:80],
                    allowed="\t".join(_COLUMNS)
                    + " … below a header that begins with #Sample; or, without one,"
                    " sample, gene, and for each solution its major and minor alleles",
                )
            )
            return {}
        known = found.setdefault((cells[0], cells[1]), (number, []))
        known[1].extend(solutions)
    if not found and not has_header:
        read.problems.append(
            Problem(
                "these are not results of Aldy",
                file=path,
                line=1,
                found=text.strip()[:80],
                allowed="a header that begins with #Sample, or the simple form",
            )
        )
    return found


def _solutions_of_line(cells: list[str]) -> list[str] | None:
    """Return the major alleles of each solution of the simple form; None if it is not.

    A gene that Aldy could not solve has a line without any.
    """
    if len(cells) < 2 or not all(cells[:2]):
        return None
    majors = [cell for cell in cells[2::2] if cell]
    return majors if all("*" in major for major in majors) else None
