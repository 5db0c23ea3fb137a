"""Omics matrices of a cohort: features × patients or patients × features."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from genostrat.errors import GenostratError, Problem, printable, raise_if_any
from genostrat.privacy import starts_formula
from genostrat.sheets.faults import SHOWN
from genostrat.sheets.matrices import read_raw_matrix

ORIENTATIONS = ("features_by_samples", "samples_by_features")


#: What people write over the names of rows.
_CORNERS = frozenset(
    {
        *("gene", "genes", "gene_id", "gene_name", "gene_symbol", "symbol", "feature"),
        *("feature_id", "probe", "probe_id", "id", "name", "sample", "sample_id"),
        *("patient", "patient_id", "protein", "mirna", "cpg", "rowname", "rownames"),
    }
)


@dataclass(frozen=True)
class Matrix:
    """A matrix, held against a cohort.

    Attributes
    ----------
    frame
        Patients of the cohort that the matrix holds × features; NaN where no value was
        given. Rows in the order of the cohort.
    samples
        Every sample of the matrix, whether in the cohort or not.
    """

    frame: pd.DataFrame
    samples: list[str]


def read_matrix(
    path: str | Path, *, name: str, orientation: str, cohort_ids: list[str]
) -> pd.DataFrame:
    """Read one omics matrix and check it against the cohort; see :func:`open_matrix`.

    Returns
    -------
    DataFrame
        Patients of the cohort that the matrix holds × features.
    """
    matrix = open_matrix(
        path, name=name, orientation=orientation, cohort_ids=cohort_ids
    )
    return matrix.frame


def open_matrix(
    path: str | Path, *, name: str, orientation: str, cohort_ids: list[str]
) -> Matrix:
    """Read one omics matrix and check it against the cohort.

    Parameters
    ----------
    path
        TSV (gzip allowed) or Parquet; see
        :func:`genostrat.sheets.matrices.read_raw_matrix`.
    name
        Name of the layer, used in messages.
    orientation
        ``"features_by_samples"`` or ``"samples_by_features"``.
    cohort_ids
        The patients of the cohort.

    Raises
    ------
    GenostratError
        Repeated IDs or features, names that a spreadsheet would run, cells that are no
        finite number, a matrix lying on its side, or one without any patient of the
        cohort. Messages give line and column numbers, not the IDs of patients.
    """
    if orientation not in ORIENTATIONS:
        raise GenostratError(
            Problem(
                f"matrix {name!r}: unknown orientation",
                found=orientation,
                allowed=" or ".join(ORIENTATIONS),
            )
        )
    raw = read_raw_matrix(path)
    by_row = orientation == "samples_by_features"
    samples, features = (raw.rows, raw.columns) if by_row else (raw.columns, raw.rows)
    problems = list(_repeats(path, raw.rows, axis="line"))
    problems += _repeats(path, raw.columns, axis="column")
    problems += _bad_features(path, features, axis="column" if by_row else "line")
    problems += _overlap(path, samples, features, orientation, cohort_ids)
    if not raw.has_corner:
        problems += _shifted(path, raw.columns, set(cohort_ids) if not by_row else None)
    raise_if_any(problems)
    frame = pd.DataFrame(
        raw.values if by_row else raw.values.T,
        index=samples,
        columns=features,
        dtype=float,
    )
    held = set(samples)
    frame = frame.loc[[sample for sample in cohort_ids if sample in held]]
    return Matrix(frame, samples)


def read_axes(path: str | Path) -> tuple[str, list[str], list[str]]:
    """Read the names along both sides of a matrix.

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
        If it cannot be read.
    """
    raw = read_raw_matrix(path)
    return raw.corner, raw.rows, raw.columns


def _shifted(
    path: str | Path, columns: Sequence[str], known: set[str] | None
) -> Iterator[Problem]:
    """Refuse a header that lacks a name, but hardly that of its corner.

    A header of one name less than its rows have cells is R's. It is also what is left
    where two names were joined by mistake; every column before them would then be
    taken for the next one's.
    """
    first = columns[0]
    is_corner = first.casefold() in _CORNERS
    if is_corner or (known and first not in known and known & set(columns)):
        yield Problem(
            "the header has one name less than the rows have cells, and its first name"
            + (" is that of a corner" if is_corner else " is no patient's"),
            file=path,
            line=1,
            found=f"{len(columns)} names",
            allowed=f"{len(columns) + 1} names; or, as R writes it, one less, if only"
            " that of the column of names is missing",
            fix="look for two names of the header that lost the tab between them; or"
            " begin the header with a tab",
        )


def _bad_features(
    path: str | Path, features: Sequence[str], *, axis: str
) -> Iterator[Problem]:
    """Refuse names that would be run, or hidden, wherever results are opened."""
    bad = [
        (place, name)
        for place, name in enumerate(features, 2)
        if starts_formula(name) or not name.isprintable()
    ]
    if bad:
        yield Problem(
            f"{len(bad)} names of features begin as a formula does, or hold characters"
            " that cannot be seen",
            file=path,
            found=", ".join(
                f"{printable(name, 40)} ({axis} {place})" for place, name in bad[:SHOWN]
            ),
            allowed="names that do not begin with = + - @",
            fix="rename them",
        )


def _repeats(path: str | Path, names: list[str], *, axis: str) -> Iterator[Problem]:
    places: dict[str, list[int]] = {}
    for position, item in enumerate(names, start=2):
        places.setdefault(item, []).append(position)
    repeated = [found for item, found in places.items() if len(found) > 1]
    for found in repeated[:SHOWN]:
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
