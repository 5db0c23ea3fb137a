"""Reading a matrix of numbers with names on both sides: text or Parquet.

Text is read line by line, so that a matrix larger than a sheet may be is never held
whole as text, and every cell is a number by :mod:`genostrat.cells` or no number at all.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from genostrat.arrays import Floats
from genostrat.cells import MISSING, MISSING_CODES, has_decimal_comma, parse_number
from genostrat.errors import GenostratError, Problem, printable, raise_if_any
from genostrat.sheets.faults import SHOWN, list_lines
from genostrat.sheets.rows import split_cells, unquote
from genostrat.sheets.texts import MAX_TABLE, check_regular, read_lines, reading

_WHAT = "the matrix"
#: Bytes that a plain decimal number is written with, and the tab between two.
_PLAIN = b"0123456789+-.eE\t"
_BLANKS = frozenset(code.encode() for code in MISSING)
_INFINITE = {"inf", "infinity"}
#: The rest of a cell from the first byte on that is none of these. The beginning is not
#: looked at, since the search would be slow; a number before a code is no number.
_ODD = re.compile(rb"[^\t0-9+\-.eE][^\t]*")
#: Bytes of lines that are turned into numbers at once.
_BLOCK = 2**24
_BYTES_A_VALUE = 8
#: Most rows, and characters of a name: arrays of methylation have a million rows.
MAX_ROWS, MAX_NAME = 5_000_000, 1000


@dataclass(frozen=True)
class RawMatrix:
    """A matrix as it stands in its file.

    Attributes
    ----------
    rows, columns
        Names of rows and columns.
    values
        Rows × columns; NaN where no value was given.
    corner
        What stands over the names of the rows; blank where nothing does.
    has_corner
        Whether the header has as many cells as the rows.
    """

    rows: list[str]
    columns: list[str]
    values: Floats
    corner: str = ""
    has_corner: bool = True


def read_raw_matrix(path: str | Path) -> RawMatrix:
    """Read a matrix.

    Parameters
    ----------
    path
        Tab-separated text, which may be gzip, with a header and a name in front of
        every row (the header may leave the corner out, as R does); or Parquet with
        the names of rows as its first column.

    Raises
    ------
    GenostratError
        If it is no such matrix, is damaged, or holds cells that are no finite numbers.
        Messages give line and column numbers, not names, which may be patients'.
    """
    path = Path(path)
    if path.suffix.casefold() == ".parquet":
        return _read_parquet(path)
    return _read_text(path)


@dataclass
class _Faults:
    """Faulty cells by kind, with line and column."""

    path: Path
    cells: dict[tuple[str, str], list[tuple[int, int, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    counts: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def add(self, what: str, fix: str, line: int, column: int, found: str) -> None:
        kind = what, fix
        self.counts[kind] += 1
        if len(self.cells[kind]) < SHOWN:
            self.cells[kind].append((line, column, found))

    def problems(self) -> Iterator[Problem]:
        for (what, fix), cells in self.cells.items():
            total = self.counts[what, fix]
            line, column, found = cells[0]
            if total > 1:
                found = ", ".join(
                    f"{printable(text, 40)} (line {row}, column {place})"
                    for row, place, text in cells
                )
                found += f" and {total - len(cells)} more" if total > len(cells) else ""
            yield Problem(
                f"{what}, in {total} cells" if total > 1 else what,
                file=self.path,
                line=line,
                column=column,
                found=found,
                allowed="a finite number with a decimal point, or one of"
                f" {', '.join(MISSING_CODES)}, or nothing",
                fix=fix,
            )


def _read_text(path: Path) -> RawMatrix:
    lines = enumerate(read_lines(path, _WHAT), 1)
    _, first = next(lines, (1, b""))
    header = _decode(path, first, 1)
    _refuse_other_forms(path, first, header)
    names: list[str] = []
    faults, uneven, blank = _Faults(path), [], []
    values = _Values(faults)
    width = 0
    for number, line in lines:
        if not line.strip():
            blank.append(number)
            continue
        uneven += [(n, 1) for n in blank]
        blank = []
        width = width or line.count(b"\t") + 1
        found = line.count(b"\t") + 1
        if found != width:
            uneven.append((number, found))
            continue
        if len(names) == MAX_ROWS:
            raise GenostratError(_too_many_rows(path))
        name, _, rest = line.partition(b"\t")
        names.append(_decode(path, name, number)[0])
        values.add(number, rest)
    values.flush()
    has_corner = width == len(header)
    header = _fit_header(path, header, width, n_rows=len(names))
    hidden = _hidden(path, header, names)
    raise_if_any([*_uneven(path, uneven, width), *hidden, *faults.problems()])
    if not names:
        raise GenostratError(Problem(f"{_WHAT} has no rows", file=path))
    table = np.concatenate(values.blocks)
    _refuse_infinite(table, faults, first_line=2)
    raise_if_any(faults.problems())
    corner = _unquoted(header[:1])[0]
    return RawMatrix(_unquoted(names), _unquoted(header[1:]), table, corner, has_corner)


_TOO_LARGE = (
    "a value is infinite",
    "infinite values come from log(0) or a division by zero; leave the cell empty or"
    " add a pseudocount before the logarithm",
)


def _refuse_infinite(values: Floats, faults: _Faults, *, first_line: int) -> None:
    """Note infinite values: some by their places, and how many there are."""
    places = np.argwhere(np.isinf(values)).tolist()
    for row, column in places[:SHOWN]:
        found = str(values[row, column])
        faults.add(*_TOO_LARGE, row + first_line, column + 2, found)
    if places:
        faults.counts[_TOO_LARGE] += len(places[SHOWN:])


@dataclass
class _Values:
    """The numbers of lines, gathered and read in blocks."""

    faults: _Faults
    blocks: list[Floats] = field(default_factory=list)
    waiting: list[tuple[int, bytes]] = field(default_factory=list)
    size: int = 0

    def add(self, line: int, rest: bytes) -> None:
        """Take a line without its name."""
        self.waiting.append((line, rest))
        self.size += len(rest)
        if self.size > _BLOCK:
            self.flush()

    def flush(self) -> None:
        """Read what is waiting."""
        if self.waiting:
            self.blocks.append(_read_block(self.waiting, self.faults))
        self.waiting, self.size = [], 0


def _read_block(lines: list[tuple[int, bytes]], faults: _Faults) -> Floats:
    """Read the numbers of some lines, the fast way where they hold nothing unusual."""
    import pandas as pd

    if all(_is_plain(rest) for _, rest in lines):
        # Of cells written with digits, signs, points and e alone, this parser takes
        # those for numbers that parse_number does, and no others.
        with suppress(ValueError):
            return pd.read_csv(
                io.BytesIO(b"\n".join(rest for _, rest in lines)),
                sep="\t",
                header=None,
                names=range(lines[0][1].count(b"\t") + 1),
                index_col=False,
                dtype=float,
                na_values=list(MISSING),
                keep_default_na=False,
                quoting=csv.QUOTE_NONE,
                skip_blank_lines=False,
            ).to_numpy()
    return np.array([_read_row(rest, line, faults) for line, rest in lines])


def _is_plain(rest: bytes) -> bool:
    """Say whether a line holds decimal numbers and codes of missing values alone."""
    return not rest.translate(None, _PLAIN) or _BLANKS.issuperset(_ODD.findall(rest))


def _read_row(rest: bytes, line: int, faults: _Faults) -> list[float]:
    texts = _decode(faults.path, rest, line)
    numbers = []
    for place, text in enumerate(texts, 2):
        number = float("nan") if text in MISSING else parse_number(text)
        numbers.append(number)
        if number != number and text not in MISSING:
            faults.add(*_say_fault(text), line, place, text)
    return numbers


def _say_fault(text: str) -> tuple[str, str]:
    """Return what is wrong with a cell that is no number, and how to mend it."""
    if has_decimal_comma(text):
        return "a number has a decimal comma", "write decimals with a point"
    if text.lstrip("+-").casefold() in _INFINITE:
        return _TOO_LARGE
    if text.casefold() in {"true", "false"}:
        return "a cell is true or false, not a number", "write 1 and 0"
    return (
        "a cell is not a number",
        "write decimals with a point and no units; leave the cell empty when nothing"
        " was measured",
    )


def _decode(path: Path, line: bytes, number: int) -> list[str]:
    try:
        return split_cells(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise GenostratError(
            Problem(
                f"{_WHAT} is not UTF-8 text",
                file=path,
                line=number,
                fix="save it as tab-separated text, UTF-8: iconv -f LATIN1 -t UTF-8"
                " FILE > NEW",
            )
        ) from None


def _refuse_other_forms(path: Path, first: bytes, header: list[str]) -> None:
    """Name the form of matrices that are not tab-separated, and how to convert them."""
    place: dict[str, Any] = {"file": path, "line": 1, "found": printable(header[0], 80)}
    if first.startswith((b"#1.2", b"#1.3")):
        raise GenostratError(
            Problem(
                f"{_WHAT} is in GCT format",
                fix="take its three first lines' sizes and its descriptions away:"
                " tail -n +3 FILE.gct | cut -f1,3- > FILE.tsv",
                **place,
            )
        )
    if not first.strip():
        raise GenostratError(Problem(f"{_WHAT} is empty", file=path, line=1))
    if len(header) > 1:
        return
    mark = next((m for m in (";", ",") if m in header[0]), None)
    if mark:
        options = ', sep=";", decimal=","' if mark == ";" else ""
        raise GenostratError(
            Problem(
                f"{_WHAT} is separated by {'commas' if mark == ',' else 'semicolons'}",
                allowed="columns separated by tabs",
                fix="save it as tab-separated text; with pandas: read_csv(FILE,"
                f' index_col=0{options}).to_csv(NEW, sep="\\t")',
                **place,
            )
        )


def _fit_header(path: Path, header: list[str], width: int, *, n_rows: int) -> list[str]:
    """Return the header with its corner, which R's write.table leaves out."""
    if n_rows and width == len(header) + 1:
        header = ["", *header]
    if n_rows and (len(header) < 2 or width != len(header)):
        raise GenostratError(
            Problem(
                "the lines do not have equally many cells",
                file=path,
                line=2,
                found=f"{width} cells under a header of {len(header)}",
                allowed="tab-separated text with a header and a name in each line",
            )
        )
    return header


def _hidden(path: Path, header: list[str], names: list[str]) -> Iterator[Problem]:
    """Refuse names that hold what cannot be seen, or that are too long to be any."""
    places = [("column", header), ("row", names)]
    for what, is_bad, fix in (
        (
            "hold characters that cannot be seen",
            lambda name: not name.isprintable(),
            "remove them; a tab that became another character joins two names",
        ),
        (
            f"have more than {MAX_NAME} characters",
            lambda name: len(name) > MAX_NAME,
            "check that the file has tabs and line feeds where it should",
        ),
    ):
        bad = [
            f"{axis} {place}"
            for axis, side in places
            for place, name in enumerate(side, 1)
            if is_bad(name)
        ]
        if bad:
            yield Problem(
                f"{len(bad)} names of {_WHAT} {what}",
                file=path,
                found=", ".join(bad[:SHOWN]),
                fix=fix,
            )


def _too_many_rows(path: Path) -> Problem:
    return Problem(f"{_WHAT} has more than {MAX_ROWS} rows", file=path)


def _uneven(path: Path, found: list[tuple[int, int]], width: int) -> Iterator[Problem]:
    if not found:
        return
    lines = [line for line, _ in found]
    yield Problem(
        "a line is longer or shorter than the first"
        if len(lines) == 1
        else f"{len(lines)} lines are longer or shorter than the first:"
        f" {list_lines(lines)}",
        file=path,
        line=lines[0],
        found=f"{found[0][1]} cells",
        allowed=f"{width} cells",
    )


def _unquoted(names: list[str]) -> list[str]:
    """Take away the quotes that R puts around every name."""
    return [unquote(name) for name in names]


def _read_parquet(path: Path) -> RawMatrix:
    import pandas as pd
    import pyarrow.parquet as pq

    check_regular(path, _WHAT)
    with reading(path, _WHAT, is_text=False):
        shape = pq.ParquetFile(path).metadata
        n_cells = shape.num_rows * shape.num_columns
    if n_cells * _BYTES_A_VALUE > MAX_TABLE:
        raise GenostratError(
            Problem(f"{_WHAT} holds more than {MAX_TABLE} bytes", file=path)
        )
    if shape.num_rows > MAX_ROWS:
        raise GenostratError(_too_many_rows(path))
    with reading(path, _WHAT, is_text=False):
        # Text is decoded only where it is used, unless it is validated here.
        table = pq.read_table(path, page_checksum_verification=True)
        table.validate(full=True)
        frame = table.to_pandas(ignore_metadata=True)
    if frame.shape[1] < 2 or not len(frame):
        raise GenostratError(Problem(f"{_WHAT} has no rows or columns", file=path))
    if "__index_level_0__" in frame.columns:
        index = frame.pop("__index_level_0__")
        frame.insert(0, "__index_level_0__", index)
    first, kinds = frame.iloc[:, 0], pd.api.types
    if kinds.is_numeric_dtype(first) and not kinds.is_integer_dtype(first):
        raise GenostratError(
            Problem(
                "the first column holds numbers, not IDs",
                file=path,
                column=str(frame.columns[0]),
                fix="write the IDs of the rows as the first column, as text",
            )
        )
    raise_if_any(_not_numeric(path, frame))
    values = frame.iloc[:, 1:].to_numpy(dtype=float, na_value=np.nan)
    faults = _Faults(path)
    _refuse_infinite(values, faults, first_line=1)
    raise_if_any(faults.problems())
    if first.isna().any():
        raise GenostratError(
            Problem(
                "a row has no name",
                file=path,
                line=int(first.isna().to_numpy().argmax()) + 1,
                column=1,
                fix="write the IDs of the rows as the first column, as text",
            )
        )
    corner = str(frame.columns[0])
    rows, columns = first.astype(str).tolist(), [str(n) for n in frame.columns[1:]]
    raise_if_any(_hidden(path, [corner, *columns], rows))
    return RawMatrix(
        rows=rows,
        columns=columns,
        values=values,
        corner="" if corner == "__index_level_0__" else corner,
    )


def _not_numeric(path: Path, frame: Any) -> Iterator[Problem]:
    import pandas as pd

    kinds = pd.api.types
    odd = [
        position
        for position, dtype in enumerate(frame.dtypes)
        if position
        and (not kinds.is_numeric_dtype(dtype) or kinds.is_bool_dtype(dtype))
    ]
    if odd:
        yield Problem(
            "a column is not numeric"
            if len(odd) == 1
            else f"{len(odd)} columns are not numeric",
            file=path,
            column=odd[0] + 1,
            found=str(frame.dtypes.iloc[odd[0]]),
            allowed="integers or floating-point numbers",
        )
