"""What can be wrong with the treatment and the outcomes of a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from genostrat.errors import Problem, nearest
from genostrat.response.settings import ALL, Outcome, Treatment

if TYPE_CHECKING:
    import pandas as pd

#: More of one kind of mistake in one column are counted, not listed.
MOST_CELLS_LISTED = 10
#: A table's first row of data is line 2 of its file.
FIRST_LINE = 2


def sheet_problems(
    sheet: pd.DataFrame,
    *,
    outcomes: Sequence[Outcome],
    treatment: Treatment | None,
    covariates: Sequence[str] = (),
    file: str | Path = "check/samples.tsv",
) -> list[Problem]:
    """Find everything wrong with the treatment and outcomes of a sheet.

    The same checks can run on the sheet before any compute.
    """
    wanted = {f"outcomes {outcome.name!r}": outcome.columns for outcome in outcomes}
    if treatment is not None:
        wanted["treatment"] = (treatment.column,)
    wanted["response.propensity_covariates"] = tuple(covariates)
    problems = [
        _absent_column(column, sheet.columns, key=key, file=file)
        for key, columns in wanted.items()
        for column in columns
        if column not in sheet.columns
    ]
    if treatment is not None and treatment.column in sheet.columns:
        arm = sheet[treatment.column].to_numpy(dtype=object)
        problems += arm_problems(arm, treatment=treatment, file=file, whole_sheet=True)
    for outcome in outcomes:
        if set(outcome.columns) <= set(sheet.columns):
            problems += _cell_problems(sheet, outcome, file=file)
    return problems


def used_features(features: pd.DataFrame) -> list[str]:
    """Return the names, with layer and as in their source, that formed the strata.

    Parameters
    ----------
    features
        ``profile/features.tsv``.
    """
    used = features[features["status"] == "used"]
    return [*used["feature"], *used["source_name"]]


def leakage_problems(
    outcomes: Sequence[Outcome],
    treatment: Treatment | None,
    *,
    profile_features: Iterable[str],
) -> list[Problem]:
    """Find outcomes or the treatment among the features that formed the strata.

    A feature counts as a column when it has its name, with or without the layer in
    front (``clinical:os_months``) and a level behind (``clinical:responded=1``).
    """
    by_column: dict[str, str] = {}
    for feature in profile_features:
        for name in (feature, feature.partition(":")[2]):
            by_column.setdefault(name, feature)
            by_column.setdefault(name.split("=", maxsplit=1)[0], feature)
    used = {column: outcome.name for outcome in outcomes for column in outcome.columns}
    if treatment is not None:
        used[treatment.column] = ""
    return [
        Problem(
            f"outcome {outcome!r} is read from a column that helped to form the strata,"
            " so no test of it between strata is valid"
            if outcome
            else "the treatment helped to form the strata, so its effect cannot be"
            " compared between them",
            column=column,
            found=f"feature {by_column[column]}",
            fix="take the column out of the profile's layers and run profile and"
            " strata again, or take it out of response",
        )
        for column, outcome in used.items()
        if column in by_column
    ]


def _absent_column(
    column: str, present: Iterable[str], *, key: str, file: str | Path
) -> Problem:
    hint = nearest(column, present)
    return Problem(
        f"the column that {key} names is not in the sheet",
        file=file,
        line=1,
        found=f"no column {column!r}",
        fix=f"did you mean {hint!r}? Correct the config or the sheet's header"
        if hint
        else "correct the name in the config, or add the column to the sheet",
    )


def arm_problems(
    arm: np.ndarray, *, treatment: Treatment, file: str | Path, whole_sheet: bool
) -> list[Problem]:
    """Find what forbids a comparison of arms among some patients."""
    who = "the sheet" if whole_sheet else "the patients who enter the analysis"
    arms = sorted(set(arm) - {""})
    if ALL in arms:
        return [
            Problem(
                "an arm has the name that genostrat gives to all arms together",
                file=file,
                column=treatment.column,
                found=ALL,
                fix="give the arm another name",
            )
        ]
    if treatment.reference not in arms:
        hint = nearest(treatment.reference, arms)
        return [
            Problem(
                f"the reference arm does not occur in {who}",
                file=file,
                column=treatment.column,
                found=", ".join(arms[:20]) or "only blank cells",
                allowed=f"at least one {treatment.reference!r}",
                fix=f"set treatment.reference to {hint!r}"
                if hint
                else "set treatment.reference to one of the arms found",
            )
        ]
    if len(arms) == 1:
        return [
            Problem(
                f"there is one arm only in {who}, so there is nothing to compare",
                file=file,
                column=treatment.column,
                found=arms[0],
                fix="name a column with two or more arms, or set treatment"
                " to null to compare the strata alone",
            )
        ]
    return []


def _cell_problems(
    sheet: pd.DataFrame, outcome: Outcome, *, file: str | Path
) -> list[Problem]:
    if outcome.kind != "survival":
        return _column_problems(
            sheet, outcome.columns[0], binary=outcome.kind == "binary", file=file
        )
    time, event = outcome.columns
    problems = _column_problems(sheet, time, binary=False, at_least=0.0, file=file)
    problems += _column_problems(sheet, event, binary=True, file=file)
    for blank, given in ((time, event), (event, time)):
        halves = np.flatnonzero((sheet[blank] == "") & (sheet[given] != ""))
        problems += _listed(
            f"{blank} is blank although {given} is given",
            halves,
            ["blank"] * len(halves),
            column=blank,
            allowed=f"both, or neither when outcome {outcome.name!r} is unknown",
            fix=f"fill in {blank}, or blank {given} too",
            file=file,
        )
    return problems


def _column_problems(
    sheet: pd.DataFrame,
    column: str,
    *,
    binary: bool,
    file: str | Path,
    at_least: float = -np.inf,
) -> list[Problem]:
    cells = sheet[column].to_numpy(dtype=object)
    numbers = as_numbers(cells)
    bad = (cells != "") & ~np.isfinite(numbers)
    allowed, fix = "a number, or blank when unknown", "write the number or leave blank"
    if binary:
        bad |= (cells != "") & ~np.isin(numbers, (0.0, 1.0))
        allowed = "1 (event), 0 (no event), or blank when unknown"
        fix = "code the column as 0 and 1; leave unknown cells blank"
    rows = np.flatnonzero(bad)
    problems = _listed(
        f"{column} is not {'0 or 1' if binary else 'a finite number'}",
        rows,
        cells[rows],
        column=column,
        allowed=allowed,
        fix=fix,
        file=file,
    )
    rows = np.flatnonzero(np.isfinite(numbers) & (numbers < at_least))
    return problems + _listed(
        f"{column} is negative",
        rows,
        cells[rows],
        column=column,
        allowed="zero or more: time since the start of treatment",
        fix="correct the dates it was computed from",
        file=file,
    )


def _listed(
    what: str,
    rows: np.ndarray,
    found: Sequence[str] | np.ndarray,
    *,
    column: str,
    allowed: str,
    fix: str,
    file: str | Path,
) -> list[Problem]:
    shown = list(zip(rows, found, strict=True))[:MOST_CELLS_LISTED]
    problems = [
        Problem(
            what,
            file=file,
            line=int(row) + FIRST_LINE,
            column=column,
            found=str(cell),
            allowed=allowed,
            fix=fix,
        )
        for row, cell in shown
    ]
    if len(rows) > len(shown):
        more = len(rows) - len(shown)
        problems.append(
            Problem(f"{what} in {more} more cells", file=file, column=column, fix=fix)
        )
    return problems


def as_numbers(cells: np.ndarray) -> np.ndarray:
    """Read text cells as numbers; what is not a plain number becomes missing."""
    numbers = np.full(len(cells), np.nan)
    for row, cell in enumerate(cells):
        # Python reads 1_000 as a number; nobody who writes a sheet means that.
        with suppress(ValueError):
            numbers[row] = np.nan if "_" in cell else float(cell)
    return numbers
