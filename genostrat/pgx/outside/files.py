"""Files of other tools, read with bounds: they are hostile until read."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from genostrat.errors import GenostratError, Problem

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
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or "not readable"
        problems.append(Problem(f"cannot be read: {reason}", file=path))
        return Cells()
    return split_cells(
        raw,
        path,
        delimiter="," if path.suffix.casefold() == ".csv" else "\t",
        problems=problems,
        has_header=has_header,
    )


def split_cells(
    raw: bytes,
    path: Path,
    *,
    delimiter: str,
    problems: list[Problem],
    has_header: bool = True,
) -> Cells:
    """Split a table into cells; blank lines and lines that start with # are left out.

    Parameters
    ----------
    raw
        The whole table.
    path
        For messages.
    delimiter
        Between cells.
    problems
        Gets what is wrong.
    has_header
        Whether the first line names the columns.
    """
    if len(raw) > MAX_BYTES:
        problems.append(
            Problem(
                "larger than any table of calls",
                file=path,
                allowed=f"{MAX_BYTES // 2**20} MiB",
            )
        )
        return Cells()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problems.append(Problem("is not UTF-8 text", file=path, line=line))
        return Cells()
    rows = []
    try:
        stream = io.StringIO(text, newline="")
        if delimiter == ",":
            reader = csv.reader(stream)
        else:
            # A quote is a letter here: an odd one must not swallow the lines after it.
            reader = csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        for row in reader:
            is_comment = bool(row) and row[0].startswith("#")
            if any(cell.strip() for cell in row) and not is_comment:
                rows.append((reader.line_num, row))
    except csv.Error as error:
        problems.append(Problem(f"is not a table: {error}", file=path))
        return Cells()
    if not has_header:
        return Cells((), rows)
    if not rows:
        problems.append(Problem("is empty", file=path))
        return Cells()
    return Cells(rows[0][1], rows[1:])


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
        cells = split_cells(table, path, delimiter="\t", problems=problems)
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


def _read_archive(path: Path, *, problems: list[Problem]) -> tuple[bytes, bytes]:
    """Read the table and the record of an archive; nothing is unpacked to disk."""
    found = {"data.tsv": b"", "metadata.txt": b""}
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise GenostratError("too many entries")
            for entry in entries:
                name = PurePosixPath(entry.filename).name
                if name in found and not entry.is_dir() and not found[name]:
                    # The size in the directory may lie, so reading is bounded too.
                    with archive.open(entry) as stream:
                        found[name] = stream.read(MAX_BYTES + 1)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        problems.append(Problem(f"cannot be read as an archive: {error}", file=path))
    except GenostratError:
        problems.append(
            Problem(
                "the archive is not one of pypgx's results",
                file=path,
                found=f"more than {MAX_ENTRIES} entries",
                allowed="data.tsv and metadata.txt",
            )
        )
    if not found["data.tsv"] and not problems:
        problems.append(
            Problem("no data.tsv in the archive of pypgx's results", file=path)
        )
    return found["data.tsv"], found["metadata.txt"]
