"""Reading and writing the files that pass between stages.

Every file is written beside its place and renamed into it, so that a reader sees
the whole file or none. What is written is held against the registry in
:mod:`genostrat.registry`: columns, keys and arrays, what may stand in them, and who
may read the file. Floats have one format.

Tables are plain: cells stand between tabs, lines end with a line feed, and nothing is
quoted. So every line of a whole table has the same number of tabs, and a reader can
tell a table that was cut.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genostrat.errors import GenostratError, Problem
from genostrat.privacy import FILE_MODES, Access, make_folder
from genostrat.registry import table_spec
from genostrat.registry.checks import (
    check_arrays,
    check_matrix,
    check_record,
    settle_columns,
)

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

#: Seven significant digits: enough to recompute from, few enough that the last bits
#: in which BLAS libraries and thread counts differ do not reach the file.
FLOAT_FORMAT = "%.7g"
#: Rows turned into text at once, so that a large table is not held twice.
ROWS_AT_ONCE = 20_000
#: Bytes of a table that are taken apart at once; the most that can be.
_BLOCK = 1 << 22
_LONGEST_BLOCK = (1 << 31) - 1
#: What to do about a file of a run that cannot be what the run wrote.
MAKE_ANEW = "delete it and run the workflow again: it is made anew"


@contextmanager
def whole_file(path: str | Path, *, access: Access = "patient") -> Iterator[Path]:
    """Give a temporary path beside `path` that becomes `path` on success.

    On any exception the temporary file is removed and `path` is left as it was. It
    is closed to others from the first byte on; only a shareable file is opened to
    them, when it is whole.
    """
    path = Path(path)
    make_folder(path.parent)
    # One job writes one file, so a fixed name is safe; what a killed job left behind
    # is overwritten when the job runs again.
    temporary = path.with_name(f".{path.name}.part")
    temporary.unlink(missing_ok=True)
    os.close(
        os.open(
            temporary,
            os.O_CREAT | os.O_EXCL | os.O_WRONLY,
            min(FILE_MODES.values()),
        )
    )
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        if access == "shareable":
            temporary.chmod(FILE_MODES[access])
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_table(path: str | Path, frame: pd.DataFrame, *, table: str) -> None:
    """Write a TSV as the registry has it.

    Parameters
    ----------
    path
        Where to write.
    frame
        One row a record, without a meaningful index. Rows are sorted by the key
        columns of the registry entry; columns whose names it has as patterns follow
        the others, in the order given. ``None`` and NaN are written blank.
    table
        Name in the registry, e.g. ``"qc/sample_metrics.tsv"``.

    Raises
    ------
    ValueError
        If a column is missing or not registered, a key is not unique, or a cell holds
        what its column may not hold: a mistake in the code.
    """
    spec = table_spec(table)
    frame = settle_columns(frame, spec)
    with (
        whole_file(path, access=spec.access) as temporary,
        temporary.open("w", encoding="utf-8", newline="\n") as stream,
    ):
        frame.to_csv(
            stream,
            sep="\t",
            index=False,
            float_format=FLOAT_FORMAT,
            na_rep="",
            lineterminator="\n",
            chunksize=ROWS_AT_ONCE,
            quoting=csv.QUOTE_NONE,
        )


def read_table(
    path: str | Path, *, table: str, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Read a TSV that :func:`write_table` wrote, or some of its columns.

    Text columns stay text (``001`` stays ``001``, ``NA`` stays ``NA``); only the
    columns that the registry calls numbers or flags are converted, blank to missing.

    Raises
    ------
    GenostratError
        If it is no table of this name: lines of different lengths, no end of the last
        line, columns that are missing, a word where a number stands.
    """
    import pandas as pd

    spec = table_spec(table)
    path = Path(path)
    wanted = [c.name for c in spec.named if columns is None or c.name in columns]
    with _reading(path):
        frame = _read_text(path, wanted=wanted, columns=columns)
    for name in frame.columns:
        column = spec.column_of(name)
        if column is None or column.kind == "text":
            continue
        values = frame[name]
        if column.kind == "bool":
            frame[name] = values.map({"true": True, "false": False})
            strange = frame[name].isna() & (values != "")
        else:
            numbers = pd.to_numeric(values.replace("", None), errors="coerce")
            strange = numbers.isna() & (values != "") & (values.str.lower() != "nan")
            frame[name] = numbers.astype("Int64" if column.kind == "int" else float)
        if strange.any():
            line = int(strange.to_numpy().argmax()) + 2
            what = "true or false" if column.kind == "bool" else "a number"
            raise _damaged(path, f"in column {name} not {what}", line=line)
    return frame


def _read_text(
    path: Path, *, wanted: Iterable[str], columns: Sequence[str] | None
) -> pd.DataFrame:
    """Read a table, or columns of it, as text; check that each line is whole."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    head, n_rows = _check_lines(path)
    names = head.split("\t")
    lacking = sorted({*wanted, *(columns or ())} - set(names))
    if lacking or len(set(names)) < len(names):
        found = f"no column {lacking[0]}" if lacking else "two columns of one name"
        raise _damaged(path, found)
    size = path.stat().st_size
    # A line has to fit into a block; nearly all tables have short ones.
    for block in (min(_BLOCK, size), min(size, _LONGEST_BLOCK)):
        try:
            frame: pd.DataFrame = arrow_csv.read_csv(
                path,
                read_options=arrow_csv.ReadOptions(block_size=block),
                parse_options=arrow_csv.ParseOptions(
                    delimiter="\t",
                    quote_char=False,
                    double_quote=False,
                    ignore_empty_lines=False,
                ),
                convert_options=arrow_csv.ConvertOptions(
                    include_columns=None if columns is None else list(columns),
                    column_types=dict.fromkeys(names, pa.large_string()),
                    strings_can_be_null=False,
                ),
            ).to_pandas()
        except pa.ArrowInvalid:
            if block == size:
                raise
            continue
        if len(frame) != n_rows:
            raise _damaged(path, f"{len(frame)} rows in {n_rows} lines")
        return frame
    raise _damaged(path, "a line too long to be read")


def _check_lines(path: Path) -> tuple[str, int]:
    """Check that every line has as many cells as the first, and an end.

    Returns
    -------
    tuple
        The first line, and how many follow.
    """
    with path.open("rb") as stream:
        head = stream.readline()
        width = head.count(b"\t")
        last, number = head, 1
        for number, last in enumerate(stream, 2):
            tabs = last.count(b"\t")
            if tabs != width:
                found = f"{tabs + 1} cells where the first line has {width + 1}"
                raise _damaged(path, found, line=number)
            # None is written, and the reader of cells would take it for an end.
            if b"\r" in last:
                raise _damaged(path, "a carriage return", line=number)
    if not last.endswith(b"\n"):
        raise _damaged(path, "a last line without an end", line=number)
    return head.decode().removesuffix("\n"), number - 1


def _damaged(
    path: str | Path, found: str, *, line: int | None = None
) -> GenostratError:
    return GenostratError(
        Problem(
            "this file was cut short or changed after it was written",
            file=path,
            line=line,
            found=found,
            fix=MAKE_ANEW,
        )
    )


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn whatever a parser says of a damaged file into a message that names it.

    What parsers raise is not listed: a damaged file can make them raise anything. The
    text of their errors is left out, since it may quote a patient's row.
    """
    try:
        yield
    except (GenostratError, MemoryError):
        raise
    except FileNotFoundError:
        raise GenostratError(
            Problem("a file of the run does not exist", file=path, fix=MAKE_ANEW)
        ) from None
    except Exception as error:
        raise _damaged(path, type(error).__name__) from error


def write_json(path: str | Path, record: Any, *, entry: str) -> None:
    """Write a record as JSON: keys in the order given, UTF-8, no NaN.

    Parameters
    ----------
    path
        Where to write.
    record
        The record, or a list of records with the same keys.
    entry
        Name in the registry, e.g. ``"qc/flow.json"``.

    Raises
    ------
    ValueError
        If a key is missing, not registered, or not as registered.
    """
    spec = table_spec(entry)
    plain = rounded(record)
    check_record(plain, spec)
    text = json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False, default=str)
    with whole_file(path, access=spec.access) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def read_json(path: str | Path) -> Any:
    """Read a JSON record.

    Raises
    ------
    GenostratError
        If it cannot be read.
    """
    path = Path(path)
    with _reading(path):
        return json.loads(path.read_text(encoding="utf-8"))


def rounded(value: Any) -> Any:
    """Bring numbers in a nested record to the one float format; NaN becomes None."""
    if isinstance(value, dict):
        return {str(key): rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item) for item in value]
    if hasattr(value, "tolist"):
        return rounded(value.tolist())
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return None
        return float(FLOAT_FORMAT % value)
    return value


def write_parquet(path: str | Path, frame: pd.DataFrame, *, entry: str) -> None:
    """Write a matrix as Parquet: equal data give equal bytes.

    Every page carries a checksum, so that a reader sees a bit that has changed.

    Raises
    ------
    ValueError
        If a column is missing, not registered or of another kind.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    spec = table_spec(entry)
    arrow = pa.Table.from_pandas(frame, preserve_index=False)
    check_matrix(arrow, spec)
    # The pandas metadata names library versions: bytes must depend on data alone.
    arrow = arrow.replace_schema_metadata(None)
    with whole_file(path, access=spec.access) as temporary:
        pq.write_table(
            arrow,
            temporary,
            compression="zstd",
            write_statistics=False,
            write_page_checksum=True,
        )


def read_parquet(path: str | Path) -> pd.DataFrame:
    """Read a matrix that :func:`write_parquet` wrote.

    Raises
    ------
    GenostratError
        If it cannot be read, or a page does not have its checksum.
    """
    import pyarrow.parquet as pq

    path = Path(path)
    with _reading(path):
        return pq.read_table(path, page_checksum_verification=True).to_pandas()


def write_arrays(path: str | Path, *, entry: str, **arrays: np.ndarray) -> None:
    """Write named arrays as an uncompressed NPZ without time stamps.

    Raises
    ------
    ValueError
        If an array is missing, not registered or of another kind.
    """
    import zipfile

    import numpy as np

    spec = table_spec(entry)
    check_arrays(arrays, spec)
    with (
        whole_file(path, access=spec.access) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive,
    ):
        for name in sorted(arrays):
            payload = io.BytesIO()
            np.lib.format.write_array(
                payload, np.ascontiguousarray(arrays[name]), allow_pickle=False
            )
            # numpy.savez stamps the time of writing; a fixed one keeps bytes equal.
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(member, payload.getvalue())


def read_arrays(path: str | Path) -> dict[str, np.ndarray]:
    """Read an NPZ; object arrays (pickles) are refused.

    Raises
    ------
    GenostratError
        If it cannot be read, or an array does not have its checksum.
    """
    import numpy as np

    path = Path(path)
    with (
        _reading(path),
        path.open("rb") as stream,
        np.load(stream, allow_pickle=False) as archive,
    ):
        arrays = {name: archive[name] for name in archive.files}
        if not all(isinstance(array, np.ndarray) for array in arrays.values()):
            raise _damaged(path, "a member that is no array")
        return arrays


def write_lines(path: str | Path, lines: Iterable[str], *, entry: str) -> None:
    """Write one item a line (``qc/keep.txt`` and its kind)."""
    with (
        whole_file(path, access=table_spec(entry).access) as temporary,
        temporary.open(
            "w", encoding="utf-8", errors="surrogateescape", newline="\n"
        ) as stream,
    ):
        stream.writelines(f"{line}\n" for line in lines)


def read_lines(path: str | Path) -> list[str]:
    """Read one item a line.

    Raises
    ------
    GenostratError
        If it cannot be read, or its last line has no end.
    """
    path = Path(path)
    with _reading(path):
        text = path.read_text(encoding="utf-8")
    if text and not text.endswith("\n"):
        raise _damaged(path, "a last line without an end", line=text.count("\n") + 1)
    # Of all the line ends that Python knows only one is ours.
    return text.split("\n")[:-1]


def write_page(path: str | Path, text: str, *, entry: str) -> None:
    """Write a page or another text as it is."""
    with whole_file(path, access=table_spec(entry).access) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
