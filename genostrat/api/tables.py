"""Tables: a clinical sheet, and what a workflow wrote."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from genostrat.cells import MISSING_CODES
from genostrat.config.columns import Use
from genostrat.errors import GenostratError, Problem, nearest
from genostrat.registry import all_tables
from genostrat.sheets.clinical import Request, read_sheet
from genostrat.tables import read_parquet, read_table

if TYPE_CHECKING:
    import pandas as pd


def load_sheet(
    path: str | Path,
    *,
    expected: Sequence[str] = (),
    missing_values: Sequence[str] = MISSING_CODES,
) -> pd.DataFrame:
    """Read a clinical sheet and check it, as the workflow does.

    Parameters
    ----------
    path
        Tab-separated text in UTF-8 with a header, one row a patient.
    expected
        Columns of your own that must be there.
    missing_values
        Cells that mean “no value”, next to blank. Never applied to identifiers.

    Returns
    -------
    DataFrame
        All columns as text, ``sample_id`` and ``sex`` (male, female or blank) first.
        Columns that are neither known nor expected are left out.

    Raises
    ------
    GenostratError
        With everything that is wrong, each with its line.

    Examples
    --------
    >>> sheet = load_sheet("toy/samples.tsv", expected=["responded"])
    >>> len(sheet), list(sheet.columns[:2])
    (60, ['sample_id', 'sex'])
    """
    uses = [
        Use(("samples", "extra_columns", number), column, "expected", "text")
        for number, column in enumerate(expected)
    ]
    request = Request(
        uses=uses, unknown_columns="ignore", missing_values=missing_values
    )
    return read_sheet(path, request).frame


def read_result(folder: str | Path, name: str) -> pd.DataFrame:
    """Read a table of a cohort's results, numbers as numbers and text as text.

    Parameters
    ----------
    folder
        ``results/<cohort>``.
    name
        As in ``docs/outputs.md``, such as ``"qc/decisions.tsv"``.

    Raises
    ------
    GenostratError
        If there is no such table, or this run did not make it.

    Examples
    --------
    >>> read_result("results/toy", "qc/decision.tsv")
    Traceback (most recent call last):
        ...
    genostrat.errors.GenostratError: there is no table of this name
        found:   qc/decision.tsv
        fix:     did you mean qc/decisions.tsv?
    """
    names = all_tables()
    if name not in names:
        close = nearest(name, names)
        raise GenostratError(
            Problem(
                "there is no table of this name",
                found=name,
                fix=f"did you mean {close}?" if close else "see docs/outputs.md",
            )
        )
    path = Path(folder, name)
    if not path.is_file():
        raise GenostratError(
            Problem(
                "this run has not made the table",
                file=path,
                fix=f"genostrat run {path}",
            )
        )
    return (
        read_parquet(path)
        if path.suffix == ".parquet"
        else read_table(path, table=name)
    )
