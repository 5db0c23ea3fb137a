"""Holding what is about to be written against the registry.

A violation is a mistake in the code that made the table, never in what a user gave:
that was checked when it was read. Messages name table, column and row, and no value,
because a value may be a patient's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from genostrat.registry.spec import Column, Table

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

#: What a JSON value of each kind is in Python.
_JSON_TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "record": (dict,),
    "list": (list,),
}
#: Kinds of numpy dtypes that an array of each kind may have.
_ARRAY_KINDS = {"text": "UST", "int": "iu", "float": "f", "bool": "b"}


def settle_columns(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Bring a table's columns into the order and kinds of its entry, and check them.

    Parameters
    ----------
    frame
        One row a record.
    table
        The entry.

    Returns
    -------
    DataFrame
        Rows in the order of the key. Numbers are float64 or Int64, flags the words
        ``true`` and ``false``, what is missing None or NaN.

    Raises
    ------
    ValueError
        Naming every column that is not as registered, with its first row at fault:
        rows are counted from 1 in the order in which they would be written.
    """
    lacking = [c.name for c in table.named if c.name not in frame.columns]
    if lacking:
        raise ValueError(f"{table.name}: columns missing: {lacking}")
    others = [name for name in frame.columns if table.column_of(name) is None]
    if others:
        raise ValueError(f"{table.name}: columns not in the registry: {others}")
    first = [column.name for column in table.named]
    more = [name for name in frame.columns if name not in first]
    frame = frame[first + more].reset_index(drop=True)
    if table.key:
        if frame.duplicated(list(table.key)).any():
            raise ValueError(f"{table.name}: the key {table.key} is not unique")
        try:
            frame = frame.sort_values(list(table.key), kind="stable", ignore_index=True)
        except TypeError:
            raise ValueError(f"{table.name}: the key mixes text and numbers") from None
    settled, faults = {}, []
    for name in frame.columns:
        column = table.column_of(name)
        assert column is not None
        settled[name], wrong = _settle(frame[name], column)
        faults += [f"column {name}, {fault}" for fault in wrong]
    if faults:
        raise ValueError("; ".join([f"{table.name}: {faults[0]}", *faults[1:]]))
    import pandas as pd

    return pd.DataFrame(settled, columns=frame.columns)


def check_matrix(arrow: pa.Table, table: Table) -> None:
    """Hold a Parquet table against its entry.

    Raises
    ------
    ValueError
        If a column is missing, not registered or of another kind.
    """
    import pyarrow as pa

    kinds = {
        "text": lambda t: (
            pa.types.is_string(t)
            or pa.types.is_large_string(t)
            or pa.types.is_dictionary(t)
        ),
        "int": pa.types.is_integer,
        "float": pa.types.is_floating,
        "bool": pa.types.is_boolean,
    }
    names = arrow.column_names
    _check_names(names, table, what="columns")
    for name in names:
        column = table.column_of(name)
        assert column is not None
        if not kinds[column.kind](arrow.schema.field(name).type):
            raise ValueError(f"{table.name}: column {name} is not {column.kind}")
        if not column.blank and arrow[name].null_count:
            raise ValueError(f"{table.name}: column {name} has missing values")


def check_record(record: Any, table: Table) -> None:
    """Hold a JSON record, or each record of a list, against its entry.

    Raises
    ------
    ValueError
        Naming the keys that are missing, not registered, or not as registered.
    """
    for part in record if isinstance(record, list) else [record]:
        _check_names(part, table, what="keys")
        for name, value in part.items():
            column = table.column_of(name)
            assert column is not None
            fault = _json_fault(value, column)
            if fault:
                raise ValueError(f"{table.name}: key {name} {fault}")


def check_arrays(arrays: Mapping[str, np.ndarray], table: Table) -> None:
    """Hold the arrays of an NPZ against its entry.

    Raises
    ------
    ValueError
        If an array is missing, not registered or of another kind.
    """
    _check_names(arrays, table, what="arrays")
    for name, array in arrays.items():
        column = table.column_of(name)
        assert column is not None
        if array.dtype.kind not in _ARRAY_KINDS[column.kind]:
            raise ValueError(f"{table.name}: array {name} is not {column.kind}")
        outside = _is_outside(array, column) if array.dtype.kind in "iuf" else None
        if outside is not None and outside.any():
            raise ValueError(f"{table.name}: array {name} has a number out of range")


def _check_names(names: Any, table: Table, *, what: str) -> None:
    lacking = [c.name for c in table.named if c.name not in names and not c.blank]
    if lacking:
        raise ValueError(f"{table.name}: {what} missing: {lacking}")
    others = [name for name in names if table.column_of(name) is None]
    if others:
        raise ValueError(f"{table.name}: {what} not in the registry: {others}")


def _settle(values: pd.Series, column: Column) -> tuple[pd.Series, list[str]]:
    """Return a column as it is written, and what is wrong with it."""
    missing = values.isna()
    if column.kind == "text":
        settled, wrong = values, _text_faults(values, missing, column)
    elif column.kind == "bool":
        settled = values.astype(object).map({True: "true", False: "false"})
        wrong = _where(~missing & settled.isna(), "neither true nor false")
    else:
        settled, wrong = _settle_numbers(values, missing, column)
    if not column.blank:
        blank = missing | (values == "") if column.kind == "text" else missing
        wrong += _where(blank, "blank, which it may not be")
    return settled, wrong


def _settle_numbers(
    values: pd.Series, missing: pd.Series, column: Column
) -> tuple[pd.Series, list[str]]:
    import numpy as np
    import pandas as pd

    if not pd.api.types.is_numeric_dtype(values) or values.dtype == bool:
        unlike = values.map(type).isin([str, bool, np.bool_]) & ~missing
        if unlike.any():
            return values, _where(unlike, "not a number")
    numbers = pd.to_numeric(values)
    floats = numbers.astype("Float64").to_numpy(float, na_value=np.nan)
    wrong = _where(_is_outside(floats, column), _range_words(column))
    if column.kind == "float":
        return numbers, wrong
    broken = np.isfinite(floats) & (floats != np.floor(floats))
    if broken.any():
        return numbers, _where(broken, "not a whole number")
    return (numbers if wrong else numbers.astype("Int64")), wrong


def _is_outside(numbers: np.ndarray, column: Column) -> np.ndarray:
    """Say which numbers are out of a column's range; those missing are not."""
    import numpy as np

    low = -np.inf if column.low is None else column.low
    high = np.inf if column.high is None else column.high
    inside = (numbers >= low) & (numbers <= high)
    if not column.infinite and numbers.dtype.kind == "f":
        inside &= ~np.isinf(numbers)
    return ~(inside | np.isnan(numbers))


def _range_words(column: Column) -> str:
    low = "" if column.low is None else f"{column.low:g}"
    high = "" if column.high is None else f"{column.high:g}"
    return f"outside {low} to {high}" if low or high else "not finite"


def _text_faults(values: pd.Series, missing: pd.Series, column: Column) -> list[str]:
    import pandas as pd

    distinct = [value for value in pd.unique(values) if not pd.isna(value)]
    odd = [value for value in distinct if not isinstance(value, str)]
    if odd:
        return _where(~missing & ~values.map(lambda v: isinstance(v, str)), "not text")
    broken = {value for value in distinct if set(value) & _BREAKS}
    if broken:
        return _where(values.isin(broken), "a tab, a line break or a null in its text")
    if column.values:
        known = set(column.values)
        strange = {v for v in distinct if v and not set(_split(v, column)) <= known}
        if strange:
            return _where(values.isin(strange), f"none of {', '.join(column.values)}")
    return []


#: A line of a table ends at any of these for one reader or another.
_BREAKS = set("\t\n\r\0")


def _split(value: str, column: Column) -> list[str]:
    return value.split(column.joined_by) if column.joined_by else [value]


def _where(at_fault: Any, what: str) -> list[str]:
    import numpy as np

    rows = np.flatnonzero(np.asarray(at_fault, bool))
    if not len(rows):
        return []
    more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
    return [f"row {rows[0] + 1}{more}: {what}"]


def _json_fault(value: Any, column: Column) -> str:
    if value is None:
        return "" if column.blank else "is null"
    types = _JSON_TYPES[column.kind]
    if not isinstance(value, types) or (type(value) is bool) != (types == (bool,)):
        return f"is not {column.kind}"
    if isinstance(value, str) and column.values:
        if not set(_split(value, column)) <= set(column.values):
            return f"is none of {', '.join(column.values)}"
    elif isinstance(value, (int, float)):
        low, high = column.low, column.high
        if (low is not None and value < low) or (high is not None and value > high):
            return _range_words(column)
    return ""


def describe_limits(column: Column) -> Iterator[str]:
    """Yield what may stand in a column, in words: for ``docs/outputs.md``."""
    if column.values:
        words = ", ".join(f"`{value}`" for value in column.values)
        joined = f", several joined by `{column.joined_by}`" if column.joined_by else ""
        yield words + joined
    if column.low is not None and column.high is not None:
        yield f"{column.low:g} to {column.high:g}"
    elif column.low is not None:
        yield f"{column.low:g} or more"
    elif column.high is not None:
        yield f"{column.high:g} or less"
    if column.infinite:
        yield "±inf"
    if column.unit:
        yield f"in {column.unit}"
    if column.blank:
        yield "may be blank"
