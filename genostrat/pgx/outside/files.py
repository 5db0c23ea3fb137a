"""Files of other tools, read with bounds: they are hostile until read."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from genostrat.errors import GenostratError, Problem
from genostrat.sheets.rows import split_cells
from genostrat.sheets.texts import check_regular, read_text, reading

_WHAT, _ARCHIVE = "the table of calls", "the archive of calls"

#: More than any table of calls of a cohort; archives that unpack to more are refused.
MAX_BYTES = 64 * 2**20
#: Entries of an archive of pypgx: its table, its record, and their folder.
MAX_ENTRIES = 20


@dataclass(frozen=True)
class Cells:
    """A table as text: its header and its rows with their line numbers."""

    header: Sequence[str] = ()
    rows: Sequence[tuple[int, list[str]]] = field(default_factory=list)


def read_cells(
    path: Path, *, problems: list[Problem], has_header: bool = True
) -> Cells:
    """Read a TSV, or a CSV by its name, without trusting its size or encoding.

    Parameters
    ----------
    path
        Of the file.
    problems
        Gets what is wrong with the file; the table is empty then.
    has_header
        Whether the first line names the columns.
    """
    try:
        text = read_text(path, _WHAT, limit=MAX_BYTES)
    except GenostratError as error:
        problems += error.problems
        return Cells()
    return split_table(
        text,
        path,
        is_csv=path.suffix.casefold() == ".csv",
        problems=problems,
        has_header=has_header,
    )


def split_table(
    text: str,
    path: Path,
    *,
    problems: list[Problem],
    is_csv: bool = False,
    has_header: bool = True,
) -> Cells:
    """Split a table into cells; blank lines and lines that start with # are left out.

    Parameters
    ----------
    text
        The whole table.
    path
        For messages.
    problems
        Gets what is wrong.
    is_csv
        Whether commas separate cells, which may be quoted; else tabs do, and no cell
        is quoted.
    has_header
        Whether the first line names the columns.
    """
    try:
        lines = list(_read_csv(text) if is_csv else _read_tsv(text))
    except csv.Error as error:
        problems.append(Problem(f"{_WHAT} is not a table: {error}", file=path))
        return Cells()
    rows = [
        (number, row)
        for number, row in lines
        if any(cell.strip() for cell in row) and not row[0].startswith("#")
    ]
    if not has_header:
        return Cells((), rows)
    if not rows:
        problems.append(Problem(f"{_WHAT} is empty", file=path))
        return Cells()
    return Cells(rows[0][1], rows[1:])


def _read_tsv(text: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(text.split("\n"), 1):
        yield number, split_cells(line)


def _read_csv(text: str) -> Iterator[tuple[int, list[str]]]:
    # Strict: a quotation mark that is never closed is an error, and swallows no rows;
    # and two that are rows apart must not either.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    last = 0
    for row in reader:
        if reader.line_num > last + 1:
            raise csv.Error(
                f"the cell that is quoted from line {last + 1} on ends on line"
                f" {reader.line_num}, and a call is one line"
            )
        last = reader.line_num
        if row:
            yield last, row


def read_pypgx_results(
    path: Path, *, genes: Iterable[str], problems: list[Problem]
) -> tuple[str, Cells]:
    """Read results of pypgx: the gene, blank if a column names it, and the table.

    Parameters
    ----------
    path
        The archive that pypgx writes, or the table of one. A table says its gene in a
        column ``Gene``, in the ``metadata.txt`` beside it, or by its file's name.
    genes
        That a name may start with.
    problems
        Gets what is wrong.
    """
    if path.suffix.casefold() == ".zip":
        table, record = _read_archive(path, problems=problems)
        cells = Cells() if problems else split_table(table, path, problems=problems)
    else:
        cells = read_cells(path, problems=problems)
        beside = path.with_name("metadata.txt")
        record = beside.read_bytes()[:65536] if beside.is_file() else b""
    if problems or any(name.strip().casefold() == "gene" for name in cells.header):
        return "", cells
    gene = _gene_of(record)
    if not gene:
        starts = [name for name in genes if path.name.startswith(name)]
        gene = max(starts, key=len, default="")
    names = {name.strip().casefold() for name in cells.header}
    if not gene or "genotype" not in names:
        problems.append(
            Problem(
                "these are not results of pypgx for a gene",
                file=path,
                line=1,
                found="\t".join(cells.header),
                allowed="a column Genotype, and the gene in a column Gene, in"
                " metadata.txt, or in the file's name",
            )
        )
        return "", Cells()
    return gene, cells


def _gene_of(record: bytes) -> str:
    for line in record.decode("utf-8", "replace").splitlines():
        key, _, value = line.partition("=")
        if key.strip() == "Gene":
            return value.strip()
    return ""


def _read_archive(path: Path, *, problems: list[Problem]) -> tuple[str, bytes]:
    """Read the table and the record of an archive; nothing is unpacked to disk."""
    found = {"data.tsv": b"", "metadata.txt": b""}
    try:
        check_regular(path, _ARCHIVE)
        with reading(path, _ARCHIVE), zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            for entry in entries[:MAX_ENTRIES]:
                name = PurePosixPath(entry.filename).name
                if name in found and not entry.is_dir() and not found[name]:
                    # The size in the directory may lie, so reading is bounded too.
                    with archive.open(entry) as stream:
                        found[name] = stream.read(MAX_BYTES + 1)
            table = found["data.tsv"].decode("utf-8-sig")
    except GenostratError as error:
        problems += error.problems
        return "", b""
    problems += _check_archive(path, n_entries=len(entries), size=len(table))
    return table.replace("\r\n", "\n"), found["metadata.txt"]


def _check_archive(path: Path, *, n_entries: int, size: int) -> Iterator[Problem]:
    if n_entries > MAX_ENTRIES:
        yield Problem(
            "the archive is not one of pypgx's results",
            file=path,
            found=f"more than {MAX_ENTRIES} entries",
            allowed="data.tsv and metadata.txt",
        )
    elif not size:
        yield Problem("no data.tsv in the archive of pypgx's results", file=path)
    elif size > MAX_BYTES:
        yield Problem(
            "the table in the archive is larger than any table of calls",
            file=path,
            allowed=f"{MAX_BYTES // 2**20} MiB",
        )
