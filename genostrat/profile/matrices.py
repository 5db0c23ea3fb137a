"""Reading omics matrices: features × patients or patients × features."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd

from genostrat.errors import GenostratError, Problem, raise_if_any

#: Ways in which the common programs write "no value".
MISSING = ("", "NA", "NaN", "nan", "N/A", "n/a", "null", "NULL", ".")
#: A matrix can hold thousands of bad cells of one kind; the first few tell it all.
MAX_CELLS_SHOWN = 20

ORIENTATIONS = ("features_by_samples", "samples_by_features")


def read_matrix(
    path: str | Path, *, name: str, orientation: str, cohort_ids: list[str]
) -> pd.DataFrame:
    """Read one omics matrix and check it against the cohort.

    Parameters
    ----------
    path
        TSV (``.gz`` allowed) or Parquet. The first column holds the IDs of the
        rows, the header those of the columns.
    name
        Name of the layer, used in messages.
    orientation
        ``"features_by_samples"`` or ``"samples_by_features"``.
    cohort_ids
        The patients of the cohort.

    Returns
    -------
    DataFrame
        Patients of the cohort that the matrix holds × features; NaN where no value
        was given. Rows in the order of `cohort_ids`.

    Raises
    ------
    GenostratError
        Repeated IDs or features, cells that are no finite number, a matrix lying
        on its side, or one without any patient of the cohort. Messages give line
        and column numbers, not the IDs of patients.
    """
    if orientation not in ORIENTATIONS:
        raise GenostratError(
            Problem(
                f"matrix {name!r}: unknown orientation",
                found=orientation,
                allowed=" or ".join(ORIENTATIONS),
            )
        )
    rows, columns, values = _read_parts(Path(path))
    by_row = orientation == "samples_by_features"
    samples, features = (rows, columns) if by_row else (columns, rows)
    problems = list(_repeats(path, rows, axis="line", offset=2))
    problems += _repeats(path, columns, axis="column", offset=2)
    problems += _overlap(path, samples, features, orientation, cohort_ids)
    problems += _infinite_cells(path, columns, values)
    raise_if_any(problems)
    frame = pd.DataFrame(
        values if by_row else values.T, index=samples, columns=features, dtype=float
    )
    held = set(samples)
    return frame.loc[[sample for sample in cohort_ids if sample in held]]


def read_axes(path: str | Path) -> tuple[str, list[str], list[str]]:
    """Read the names along both sides of a matrix, without its values.

    Parameters
    ----------
    path
        As in :func:`read_matrix`.

    Returns
    -------
    corner, rows, columns
        What stands over the names of the rows (blank where nothing does), and the names
        of rows and columns.

    Raises
    ------
    GenostratError
        If it cannot be read, or has no two columns.
    """
    path = Path(path)
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        try:
            names = [str(name) for name in pq.read_schema(path).names]
            corner = "__index_level_0__" if "__index_level_0__" in names else names[0]
            rows = pq.read_table(path, columns=[corner]).column(0).to_pylist()
        except (OSError, ValueError, IndexError) as error:
            raise GenostratError(
                Problem(f"this matrix cannot be read: {error}", file=path)
            ) from None
        columns = [name for name in names if name != corner]
        corner = "" if corner == "__index_level_0__" else corner
        return corner, [str(row) for row in rows], columns
    header, first = _first_lines(path)
    if len(first) == len(header) + 1:
        header = ["", *header]
    if len(header) < 2 or len(first) != len(header):
        raise GenostratError(_unequal(path, header, first))
    with _open_text(path) as stream:
        next(stream)
        rows = [line.rstrip("\r\n").split("\t", 1)[0] for line in stream]
    return _unquoted(header[:1])[0], _unquoted(rows), _unquoted(header[1:])


def _open_text(path: Path) -> IO[str]:
    opener: Callable[..., IO[str]] = gzip.open if path.suffix == ".gz" else open
    return opener(path, "rt", encoding="utf-8-sig", newline="")


def _unequal(path: Path, header: list[str], first: list[str]) -> Problem:
    return Problem(
        "the lines do not have equally many cells",
        file=path,
        line=2,
        found=f"{len(first)} cells under a header of {len(header)}",
        allowed="tab-separated text with a header and an ID in each line",
    )


def _read_parts(path: Path) -> tuple[list[str], list[str], np.ndarray]:
    if path.suffix == ".parquet":
        return _parquet_parts(path)
    return _tsv_parts(path)


def _tsv_parts(path: Path) -> tuple[list[str], list[str], np.ndarray]:
    header, first = _first_lines(path)
    if len(first) == len(header) + 1:
        # R's write.table leaves the corner out.
        header = ["", *header]
    if len(header) < 2 or len(first) != len(header):
        raise GenostratError(_unequal(path, header, first))
    raise_if_any(_uneven_lines(path, len(header)))
    shared: dict[str, Any] = {
        "sep": "\t",
        "header": None,
        "skiprows": 1,
        "keep_default_na": False,
        "quoting": 3,
        "names": range(len(header)),
        "index_col": False,
        "encoding": "utf-8",
        "skip_blank_lines": False,
    }
    try:
        ids = pd.read_csv(path, usecols=[0], dtype=str, **shared)[0]
        values = pd.read_csv(
            path,
            usecols=range(1, len(header)),
            dtype=float,
            na_values=list(MISSING),
            **shared,
        ).to_numpy()
    except (ValueError, pd.errors.ParserError) as error:
        raise GenostratError(list(_bad_cells(path)) or str(error)) from None
    return _unquoted([str(item) for item in ids]), _unquoted(header[1:]), values


def _unquoted(names: list[str]) -> list[str]:
    """Take away the quotes that R puts around every name."""
    if all(len(n) >= 2 and n.startswith('"') and n.endswith('"') for n in names):
        return [name[1:-1] for name in names]
    return names


def _first_lines(path: Path) -> tuple[list[str], list[str]]:
    opener: Callable = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="") as stream:
            header, first = (
                stream.readline().rstrip("\r\n").split("\t") for _ in range(2)
            )
    except (OSError, UnicodeDecodeError) as error:
        raise GenostratError(
            Problem(f"this matrix cannot be read: {error}", file=path)
        ) from None
    return header, first


def _uneven_lines(path: Path, n_cells: int) -> list[Problem]:
    # pandas fills short lines and, told which columns to use, cuts long ones.
    problems: list[Problem] = []
    opener: Callable = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as stream:
        for number, line in enumerate(stream, start=1):
            found = line.count(b"\t") + 1
            if found != n_cells and number > 1 and len(problems) < MAX_CELLS_SHOWN:
                problems.append(
                    Problem(
                        "a line is longer or shorter than the header",
                        file=path,
                        line=number,
                        found=f"{found} cells",
                        allowed=f"{n_cells} cells",
                    )
                )
    return problems


def _bad_cells(path: Path) -> Iterator[Problem]:
    opener: Callable = gzip.open if path.suffix == ".gz" else open
    shown = 0
    with opener(path, "rt", encoding="utf-8-sig", newline="") as stream:
        next(stream)
        for number, line in enumerate(stream, start=2):
            cells = line.rstrip("\r\n").split("\t")
            for position, cell in enumerate(cells[1:], start=2):
                if cell in MISSING or _is_number(cell):
                    continue
                yield Problem(
                    "a cell is not a number",
                    file=path,
                    line=number,
                    column=position,
                    found=cell,
                    allowed=f"a number, or one of {', '.join(MISSING[1:])}",
                    fix="write decimals with a point and no units; leave the cell"
                    " empty when nothing was measured",
                )
                shown += 1
                if shown >= MAX_CELLS_SHOWN:
                    return


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    # float() accepts 1_000, which is no number in a table.
    return "_" not in text


def _parquet_parts(path: Path) -> tuple[list[str], list[str], np.ndarray]:
    import pyarrow.parquet as pq

    frame = pq.read_table(path).to_pandas(ignore_metadata=True)
    if "__index_level_0__" in frame.columns:
        index = frame.pop("__index_level_0__")
        frame.insert(0, "__index_level_0__", index)
    first = frame.iloc[:, 0]
    if pd.api.types.is_numeric_dtype(first) and not pd.api.types.is_integer_dtype(
        first
    ):
        raise GenostratError(
            Problem(
                "the first column holds numbers, not IDs",
                file=path,
                column=str(frame.columns[0]),
                fix="write the IDs of the rows as the first column, as text",
            )
        )
    problems = [
        Problem(
            "a column is not numeric",
            file=path,
            column=str(column),
            found=str(frame[column].dtype),
            allowed="integers or floating-point numbers",
        )
        for column in frame.columns[1:]
        if not pd.api.types.is_numeric_dtype(frame[column])
    ]
    raise_if_any(problems[:MAX_CELLS_SHOWN])
    values = frame.iloc[:, 1:].to_numpy(dtype=float, na_value=np.nan)
    return first.astype(str).tolist(), [str(c) for c in frame.columns[1:]], values


def _repeats(
    path: str | Path, names: list[str], *, axis: str, offset: int
) -> Iterator[Problem]:
    places: dict[str, list[int]] = {}
    for position, item in enumerate(names, start=offset):
        places.setdefault(item, []).append(position)
    repeated = [found for item, found in places.items() if len(found) > 1]
    for found in repeated[:MAX_CELLS_SHOWN]:
        yield Problem(
            "an ID occurs more than once",
            file=path,
            found=f"the same ID in {axis}s " + ", ".join(map(str, found)),
            allowed="each ID once",
            fix="keep one, or average them, before the matrix is given to genostrat",
        )
    for position in places.get("", [])[:1]:
        yield Problem("an ID is empty", file=path, found=f"{axis} {position}")


def _overlap(
    path: str | Path,
    samples: list[str],
    features: list[str],
    orientation: str,
    cohort_ids: list[str],
) -> Iterator[Problem]:
    cohort = set(cohort_ids)
    on_axis = len(cohort.intersection(samples))
    if len(cohort.intersection(features)) > on_axis:
        other = ORIENTATIONS[1 - ORIENTATIONS.index(orientation)]
        yield Problem(
            "the matrix lies on its side: the cohort's patients are on the other axis",
            file=path,
            found=f"orientation: {orientation}",
            fix=f"set `orientation: {other}` for this matrix",
        )
    elif on_axis == 0:
        yield Problem(
            "the matrix holds no patient of this cohort",
            file=path,
            found=f"0 of the matrix's {len(samples)} sample IDs are in the sheet",
            allowed="sample IDs spelt as in the sheet",
            fix=_likely_fix(samples, cohort_ids),
        )


def _likely_fix(samples: list[str], cohort_ids: list[str]) -> str:
    for change, fold in _FOLDS.items():
        if {fold(item) for item in samples} & {fold(item) for item in cohort_ids}:
            return f"the IDs would match {change}: spell them alike in both files"
    return "check that the matrix belongs to this cohort"


_FOLDS: dict[str, Callable[[str], str]] = {
    "if upper and lower case were ignored": str.casefold,
    "without spaces around them": str.strip,
    "without leading zeros": lambda item: item.lstrip("0"),
    "with '.' in place of '-' and '_'": (
        lambda item: item.replace("-", ".").replace("_", ".")
    ),
    "without what R puts before a number (X)": lambda item: item.removeprefix("X"),
    "up to the first '.', '_', '-', '@' or ':'": (
        lambda item: item.translate(str.maketrans("._-@:", " " * 5)).split(" ")[0]
    ),
}


def _infinite_cells(
    path: str | Path, columns: list[str], values: np.ndarray
) -> Iterator[Problem]:
    for row, column in np.argwhere(np.isinf(values))[:MAX_CELLS_SHOWN]:
        yield Problem(
            "a value is infinite",
            file=path,
            line=int(row) + 2,
            column=int(column) + 2,
            found=str(values[row, column]),
            allowed="finite numbers",
            fix="infinite values come from log(0) or a division by zero; leave the"
            " cell empty or add a pseudocount before the logarithm",
        )
