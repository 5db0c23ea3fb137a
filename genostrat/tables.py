"""Reading and writing the tables that pass between stages.

Every file is written beside its place and renamed into it, so that a reader sees
the whole file or none. Tables are checked against the registry in
:mod:`genostrat.registry`: named columns are present and in order, floats have one
format, and files that hold patient rows are not readable by others.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genostrat.privacy import PATIENT_FILE_MODE, PUBLIC_FILE_MODE
from genostrat.registry import Table, table_spec

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

#: Seven significant digits: enough to recompute from, few enough that the last bits
#: in which BLAS libraries and thread counts differ do not reach the file.
FLOAT_FORMAT = "%.7g"
#: Rows turned into text at once, so that a large table is not held twice.
ROWS_AT_ONCE = 20_000


@contextmanager
def whole_file(path: str | Path, *, private: bool = True) -> Iterator[Path]:
    """Give a temporary path beside `path` that becomes `path` on success.

    On any exception the temporary file is removed and `path` is left as it was.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # One job writes one file, so a fixed name is safe; what a killed job left behind
    # is overwritten when the job runs again.
    temporary = path.with_name(f".{path.name}.part")
    temporary.unlink(missing_ok=True)
    os.close(
        os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PATIENT_FILE_MODE)
    )
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.chmod(PATIENT_FILE_MODE if private else PUBLIC_FILE_MODE)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_table(path: str | Path, frame: pd.DataFrame, *, table: str) -> None:
    """Write a TSV whose name and columns the registry knows.

    Parameters
    ----------
    path
        Where to write.
    frame
        One row a record, without a meaningful index. Rows are sorted by the key
        columns of the registry entry; columns not in the registry follow the named
        ones, in the order given. ``None`` and NaN are written blank.
    table
        Name in the registry, e.g. ``"qc/sample_metrics.tsv"``.

    Raises
    ------
    ValueError
        If a named column is missing or a key is not unique: a mistake in the code.
    """
    spec = table_spec(table)
    frame = _ordered(frame, spec)
    with (
        whole_file(path, private=spec.private) as temporary,
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
        )


def read_table(
    path: str | Path, *, table: str, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Read a TSV that :func:`write_table` wrote, or some of its columns.

    Text columns stay text (``001`` stays ``001``, ``NA`` stays ``NA``); only the
    columns that the registry calls numbers or flags are converted, blank to missing.
    """
    import pandas as pd

    spec = table_spec(table)
    wanted = None if columns is None else list(columns)
    frame = pd.read_csv(
        path, sep="\t", dtype=str, keep_default_na=False, usecols=wanted
    )
    for column in spec.columns:
        if column.name not in frame:
            continue
        values = frame[column.name]
        if column.kind in {"float", "int"}:
            numbers = pd.to_numeric(values.replace("", None))
            if column.kind == "int":
                frame[column.name] = numbers.astype("Int64")
            else:
                frame[column.name] = numbers.astype(float)
        elif column.kind == "bool":
            frame[column.name] = values.map({"true": True, "false": False})
    return frame


def _ordered(frame: pd.DataFrame, spec: Table) -> pd.DataFrame:
    import pandas as pd

    named = [column.name for column in spec.columns]
    missing = [name for name in named if name not in frame.columns]
    if missing:
        raise ValueError(f"{spec.name}: columns missing: {missing}")
    frame = frame[named + [name for name in frame.columns if name not in named]]
    frame = frame.reset_index(drop=True).copy()
    for column in spec.columns:
        if column.kind == "bool":
            labels = {True: "true", False: "false"}
            frame[column.name] = frame[column.name].astype(object).map(labels)
        elif column.kind == "int":
            frame[column.name] = pd.to_numeric(frame[column.name]).astype("Int64")
    if spec.key:
        if frame.duplicated(list(spec.key)).any():
            raise ValueError(f"{spec.name}: the key {spec.key} is not unique")
        frame = frame.sort_values(list(spec.key), kind="stable", ignore_index=True)
    return frame


def write_json(path: str | Path, record: Any, *, private: bool = False) -> None:
    """Write a record as JSON: keys in the order given, UTF-8, no NaN."""
    text = json.dumps(
        rounded(record), indent=2, ensure_ascii=False, allow_nan=False, default=str
    )
    with whole_file(path, private=private) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def read_json(path: str | Path) -> Any:
    """Read a JSON record."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


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


def write_parquet(path: str | Path, frame: pd.DataFrame, *, private: bool) -> None:
    """Write a matrix as Parquet: equal data give equal bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrow = pa.Table.from_pandas(frame, preserve_index=False)
    # The pandas metadata names library versions: bytes must depend on data alone.
    arrow = arrow.replace_schema_metadata(None)
    with whole_file(path, private=private) as temporary:
        pq.write_table(arrow, temporary, compression="zstd", write_statistics=False)


def read_parquet(path: str | Path) -> pd.DataFrame:
    """Read a matrix that :func:`write_parquet` wrote."""
    import pyarrow.parquet as pq

    return pq.read_table(path).to_pandas()


def write_arrays(path: str | Path, *, private: bool, **arrays: np.ndarray) -> None:
    """Write named arrays as an uncompressed NPZ without time stamps."""
    import zipfile

    import numpy as np

    with (
        whole_file(path, private=private) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive,
    ):
        for name in sorted(arrays):
            payload = io.BytesIO()
            np.lib.format.write_array(
                payload, np.ascontiguousarray(arrays[name]), allow_pickle=False
            )
            # numpy.savez stamps the time of writing; a fixed one keeps bytes equal.
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, payload.getvalue())


def read_arrays(path: str | Path) -> dict[str, np.ndarray]:
    """Read an NPZ; object arrays (pickles) are refused."""
    import numpy as np

    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def write_lines(
    path: str | Path, lines: Iterable[str], *, private: bool = True
) -> None:
    """Write one item a line (``qc/keep.txt`` and its kind)."""
    with (
        whole_file(path, private=private) as temporary,
        temporary.open(
            "w", encoding="utf-8", errors="surrogateescape", newline="\n"
        ) as stream,
    ):
        stream.writelines(f"{line}\n" for line in lines)


def read_lines(path: str | Path) -> list[str]:
    """Read one item a line."""
    return Path(path).read_text(encoding="utf-8").splitlines()
