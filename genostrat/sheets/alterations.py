"""Results of molecular tests of tumours: the file in which a centre gives them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from genostrat.errors import Problem, nearest, raise_if_any
from genostrat.registry.words.studies import RESULTS
from genostrat.sheets.faults import CellFaults
from genostrat.sheets.rows import read_rows

REQUIRED = ("sample_id", "gene", "result")
OPTIONAL = ("protein_change",)
_WHAT = "the table of alterations"


@dataclass(frozen=True)
class TestResult:
    """One row: a patient, a gene, what was found."""

    sample_id: str
    gene: str
    result: str
    protein_change: str = ""


def read_alterations(
    path: str | Path, *, samples: Collection[str]
) -> tuple[list[TestResult], list[str]]:
    """Read results of molecular tests.

    Parameters
    ----------
    path
        Tab-separated: `sample_id`, `gene` (a symbol, or ``*`` for all genes without a
        row), `result`, and, where known, `protein_change`.
    samples
        Identifiers of the sheet; rows of others are left out, and said.

    Returns
    -------
    results, warnings
        Warnings name nobody.

    Raises
    ------
    GenostratError
        With everything that is wrong.
    """
    path = Path(path)
    found = read_rows(
        path, what=_WHAT, begin=f"begin it with: {', '.join((*REQUIRED, *OPTIONAL))}"
    )
    problems = [*found.problems, *_check_header(found.header, path, found.line)]
    raise_if_any(problems)
    faults = CellFaults(path)
    known, results, n_other = set(samples), [], 0
    for line, cells in found.rows:
        row = dict(zip(found.header, cells, strict=True))
        _check_row(row, line, faults)
        if row["sample_id"] not in known:
            n_other += 1
            continue
        names = {key: row.get(key, "") for key in (*REQUIRED, *OPTIONAL)}
        results.append(TestResult(**names))
    raise_if_any(faults.problems())
    said = []
    if n_other:
        said.append(
            f"{n_other} of {len(found.rows)} rows of alterations are of nobody in the"
            " sheet; they are left out"
        )
    return results, [*found.warnings, *said]


def _check_row(row: dict[str, str], line: int, faults: CellFaults) -> None:
    if not row["gene"]:
        faults.add(
            "no gene is named",
            column="gene",
            line=line,
            found="",
            allowed="a symbol, or * for all genes without a row",
        )
    if row["result"] not in RESULTS:
        close = nearest(row["result"], RESULTS)
        faults.add(
            "this is no result",
            column="result",
            line=line,
            found=row["result"],
            allowed=", ".join(RESULTS),
            fix=f"did you mean {close}?" if close else None,
        )
    elif row["gene"] == "*" and row["result"] != "negative":
        faults.add(
            "all genes without a row can only be without a finding",
            column="result",
            line=line,
            found=row["result"],
            allowed="negative",
        )


def _check_header(header: list[str], path: Path, line: int) -> list[Problem]:
    known = (*REQUIRED, *OPTIONAL)
    problems = [
        Problem(
            f"the column {name!r} is missing",
            file=path,
            line=line,
            found=", ".join(header),
            allowed=", ".join(known),
            fix="add the column",
        )
        for name in REQUIRED
        if name not in header
    ]
    return problems + [
        Problem(
            "nothing says what this column is",
            file=path,
            line=line,
            column=name,
            allowed=", ".join(known),
            fix="remove it",
        )
        for name in header
        if name not in known
    ]
