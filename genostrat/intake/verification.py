"""Rows in are rows out: what was written of the sheet is read back and compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from genostrat.tables import read_table

if TYPE_CHECKING:
    import pandas as pd


def verify_written(path: str | Path, frame: pd.DataFrame) -> None:
    """Make sure that later stages read the patients and cells that were checked.

    Parameters
    ----------
    path
        ``check/samples.tsv``, just written.
    frame
        The sheet that was checked.

    Raises
    ------
    RuntimeError
        If a patient or a cell is another one, or is lost: a mistake in the code. The
        file is removed.
    """
    written = read_table(path, table="check/samples.tsv")
    expected = frame.sort_values("sample_id", kind="stable", ignore_index=True)
    is_same = list(written.columns) == list(expected.columns) and written.astype(
        str
    ).equals(expected.astype(str))
    if not is_same:
        Path(path).unlink()
        raise RuntimeError(
            f"{len(frame)} patients were checked, and {len(written)} are read back with"
            " other cells: the table of the sheet was not written faithfully"
        )
