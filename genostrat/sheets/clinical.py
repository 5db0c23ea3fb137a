"""The clinical sheet: read, checked, and brought to canonical names.

All problems of a sheet are found in one go. What later stages get is a table of
text with our column names, sex as ``male``/``female``/blank, events as 1 and 0, and
blanks for every spelling of a missing value; and a record of what each column is used
as (:mod:`genostrat.sheets.contract.columns`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genostrat.cells import MISSING_CODES, has_decimal_comma, parse_number, plain_number
from genostrat.config.columns import KNOWN_COLUMNS, Origins, Use
from genostrat.config.outcomes import Outcome, Treatment
from genostrat.errors import GenostratError, Problem, counted, raise_if_any
from genostrat.sheets.ancestry import Codes, translate_table
from genostrat.sheets.contract.columns import Contract, check_columns
from genostrat.sheets.contract.consent import SCOPES, check_consent
from genostrat.sheets.contract.header import NamedColumns, name_columns
from genostrat.sheets.contract.outcomes import ONE_ROW
from genostrat.sheets.contract.resolved import describe_columns
from genostrat.sheets.contract.table import SheetTable, build_table
from genostrat.sheets.faults import CellFaults
from genostrat.sheets.identifiers import (
    ALLOWED,
    find_case_twins,
    find_lookalikes,
    is_identifier,
)
from genostrat.sheets.opt_outs import LeftOut, take_out
from genostrat.sheets.pedigree import (
    PARENTS,
    blank_nobody,
    check_pedigree,
    describe_pedigree,
    read_pedigree,
)
from genostrat.sheets.rows import read_rows

if TYPE_CHECKING:
    import pandas as pd

SEXES = {
    "male": "male",
    "m": "male",
    "1": "male",
    "female": "female",
    "f": "female",
    "2": "female",
    "unknown": "",
    "0": "",
}
#: Sexes that are likely those of a flag ("is male"), not those of PLINK.
_HALF_CODED = ({"0", "1"}, {"0", "2"})
MAX_AGE = 130
_WHAT = "the sheet"


@dataclass(frozen=True)
class Request:
    """What the config says of the sheet.

    Attributes
    ----------
    columns
        Our name of a column → its name in the sheet, where they differ.
    uses
        Where the config names columns; see :func:`genostrat.config.columns.find_uses`.
    outcomes, treatment
        As in the config.
    unknown_columns
        ``refuse`` or ``ignore`` columns that nothing names.
    missing_values
        Cells that mean “no value”, next to blank. Never applied to identifiers.
    sex_codes
        What cells of ``sex`` mean, where not as usual.
    ancestry_labels
        What words of ``reported_ancestry`` are among the panel's labels.
    panel_labels
        Labels of the reference panel; None without one.
    origins
        Where the config's names were written.
    opted_out
        Samples or persons who have withdrawn; nothing is read of them.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    uses: Sequence[Use] = ()
    outcomes: Sequence[Outcome] = ()
    treatment: Treatment | None = None
    unknown_columns: str = "refuse"
    missing_values: Sequence[str] = MISSING_CODES
    sex_codes: Mapping[str, str] = field(default_factory=dict)
    ancestry_labels: Codes = field(default_factory=dict)
    panel_labels: Sequence[str] | None = None
    origins: Origins = field(default_factory=Origins)
    opted_out: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sheet:
    """A validated clinical sheet.

    Attributes
    ----------
    frame
        One row a patient, all columns text, ``sample_id`` and ``sex`` first.
    warnings
        What looked odd but does not stop a run; without identifiers.
    columns
        What each column is used as, which are ignored, which defaults were dropped,
        and what later stages work with; see :mod:`genostrat.sheets.contract.resolved`.
    left_out
        Who was taken out before anything was read.
    """

    frame: pd.DataFrame
    warnings: list[str]
    columns: dict[str, Any]
    left_out: LeftOut = field(default_factory=LeftOut)


def read_sheet(path: str | Path, request: Request) -> Sheet:
    """Read and validate a clinical sheet.

    Parameters
    ----------
    path
        Tab-separated text with a header; lines starting ``#`` are comments.
    request
        What the config says of it.

    Raises
    ------
    GenostratError
        With every problem found.
    """
    path = Path(path)
    rows = read_rows(path, what=_WHAT)
    named = name_columns(
        rows,
        path=path,
        columns=request.columns,
        uses=request.uses,
        unknown_columns=request.unknown_columns,
        origins=request.origins,
    )
    problems = [*named.problems, *rows.problems]
    if "sample_id" not in named.places:
        # The line taken for the header is likely none: what else it lacks says little.
        raise GenostratError(named.problems[-1:] if named.is_no_header else problems)
    missing = request.missing_values
    n_rows = len(rows.rows)
    rows, left_out = take_out(rows, named.places, request.opted_out, missing=missing)
    table = build_table(rows, path=path, places=named.places, missing=missing)
    problems += _check_identifiers(table, has_outcomes=bool(request.outcomes))
    problems += _check_sex(table, request.sex_codes)
    problems += _check_age(table)
    problems += _check_scopes(table)
    problems += _check_pedigree(table)
    wrong, said = translate_table(
        table, codes=request.ancestry_labels, labels=request.panel_labels
    )
    problems += wrong
    contract = check_columns(
        table,
        request.uses,
        outcomes=request.outcomes,
        treatment=request.treatment,
        origins=request.origins,
        is_told=list(missing) != list(MISSING_CODES),
    )
    problems += contract.problems
    if not rows.rows and not rows.problems:
        problems.append(_nobody_there(path, rows.line, n_rows))
    raise_if_any(sorted(problems, key=lambda p: (str(p.file), p.line or 0)))
    warnings = [*rows.warnings, *left_out.describe(), *said]
    sheet = _build_sheet(table, named, contract, request, warnings=warnings)
    return replace(sheet, left_out=left_out)


def _nobody_there(path: Path, line: int, n_rows: int) -> Problem:
    if not n_rows:
        return Problem(
            "the sheet has a header and no rows",
            file=path,
            line=line,
            fix="add one row for each patient",
        )
    return Problem(
        "nobody of the sheet is left: all have opted out, or research_consent says yes"
        " of none",
        file=path,
        found=f"{n_rows} rows",
        fix="write yes into research_consent where a patient agreed, or remove the"
        " column if consent is recorded elsewhere",
    )


def _build_sheet(
    table: SheetTable,
    named: NamedColumns,
    contract: Contract,
    request: Request,
    *,
    warnings: list[str],
) -> Sheet:
    import pandas as pd

    frame = pd.DataFrame(table.cells, dtype=str)
    for column in PARENTS.keys() & set(frame.columns):
        frame[column] = blank_nobody(frame[column], known=set(frame["sample_id"]))
    if "sex" not in frame:
        frame.insert(1, "sex", "")
    known = _sexes(request.sex_codes)
    frame["sex"] = [known.get(_fold_sex(cell), "") for cell in frame["sex"]]
    first = ["sample_id", "sex"]
    frame = frame[first + [c for c in frame.columns if c not in first]]
    said = [*warnings, *_find_oddities(frame), *contract.warnings]
    record = describe_columns(table, named, contract, request.uses, request.outcomes)
    return Sheet(frame, list(dict.fromkeys(said)), record)


def _check_identifiers(table: SheetTable, *, has_outcomes: bool) -> list[Problem]:
    column = table.name("sample_id")
    faults = CellFaults(table.path)
    first_line: dict[str, int] = {}
    for line, name in table.rows("sample_id"):
        if not is_identifier(name):
            faults.add(
                "this is not a sample identifier"
                if name
                else "the sample identifier is blank",
                column=column,
                line=line,
                found=name,
                allowed=ALLOWED,
                fix="rename the sample here and in the genotypes",
            )
        elif name in first_line:
            faults.add(
                "this sample identifier stands twice",
                column=column,
                line=line,
                found=name,
                fix=f"keep one row a patient; the first is line {first_line[name]}"
                + f"; {ONE_ROW}" * has_outcomes,
            )
        first_line.setdefault(name, line)
    return list(faults.problems())


def _sexes(codes: Mapping[str, str]) -> dict[str, str]:
    """Return what cells of the sex mean; given codes replace the usual ones."""
    if not codes:
        return SEXES
    words = {"male": "male", "female": "female", "unknown": ""}
    return words | {_fold_sex(cell): words[sex] for cell, sex in codes.items()}


def _fold_sex(cell: str) -> str:
    return plain_number(cell).casefold()


def _check_sex(table: SheetTable, codes: Mapping[str, str]) -> list[Problem]:
    known = _sexes(codes)
    found = {_fold_sex(cell) for cell in table.cells.get("sex", [])} - {""}
    if not codes and found in _HALF_CODED:
        return [_half_coded(table, found)]
    faults = CellFaults(table.path)
    for line, cell in table.known("sex") if "sex" in table.cells else ():
        if _fold_sex(cell) not in known:
            faults.add(
                "this is no sex that is understood",
                column=table.name("sex"),
                line=line,
                found=cell,
                allowed="male, female, M, F, 1, 2, or blank"
                if not codes
                else f"{', '.join(known)}, or blank",
                fix="correct it, or say in samples.sex_codes what it means, as"
                f" `{{{cell[:20]}: female}}`",
            )
    return list(faults.problems())


def _half_coded(table: SheetTable, found: set[str]) -> Problem:
    """Return the problem of a sex of 0 and 1, of which 0 usually is unknown."""
    other = max(found)
    n_zero = sum(_fold_sex(cell) == "0" for cell in table.cells["sex"])
    line = next(line for line, cell in table.known("sex") if _fold_sex(cell) == "0")
    return Problem(
        f"the sexes are 0 and {other} alone, and 0 usually means that the sex is not"
        " known",
        file=table.path,
        line=line,
        column=table.name("sex"),
        found=f"0 in {counted(n_zero, 'patient')}",
        allowed="male, female, M, F, 1 (male), 2 (female), or blank",
        fix=f"say what they mean: samples.sex_codes: {{0: female, {other}: male}}, the"
        f" other way round, or {{0: unknown, {other}: {SEXES[other]}}}",
    )


def _check_age(table: SheetTable) -> list[Problem]:
    faults = CellFaults(table.path)
    for line, cell in table.known("age") if "age" in table.cells else ():
        if not 0 <= parse_number(cell) <= MAX_AGE and not has_decimal_comma(cell):
            faults.add(
                "the value of age is not allowed",
                column=table.name("age"),
                line=line,
                found=cell,
                allowed=f"years between 0 and {MAX_AGE}, or blank",
                fix="correct it, or leave it blank; further spellings of “no value” go"
                " into samples.missing_values",
            )
    return list(faults.problems())


def _check_scopes(table: SheetTable) -> list[Problem]:
    faults = CellFaults(table.path)
    for column, what in SCOPES.items():
        if column in table.cells:
            check_consent(table, column, what, faults)
    return list(faults.problems())


def _check_pedigree(table: SheetTable) -> list[Problem]:
    known = set(table.cells["sample_id"])
    names = [n for n in ("sample_id", "subject_id", *PARENTS) if n in table.cells]
    rows = []
    for position, line in enumerate(table.lines):
        cells = {name: table.cells[name][position] for name in names}
        for name in PARENTS.keys() & cells.keys():
            [cells[name]] = blank_nobody([cells[name]], known=known)
        rows.append((line, cells))
    return check_pedigree(rows, path=table.path)


def _find_oddities(frame: pd.DataFrame) -> list[str]:
    warnings = []
    ids = list(frame["sample_id"])
    twins = find_case_twins(ids)
    if twins:
        warnings.append(
            f"{len(twins)} pairs of sample identifiers differ only in upper and lower"
            " case; they are taken for different patients"
        )
    n_foreign = find_lookalikes(ids)
    if n_foreign:
        warnings.append(
            f"letters of another alphabet that look like Latin ones (such as a Cyrillic"
            f" А) stand in {counted(n_foreign, 'sample identifier')}, and Latin ones in"
            " others"
        )
    if (frame["sex"] == "").any():
        n_blank = int((frame["sex"] == "").sum())
        warnings.append(f"sex is blank for {counted(n_blank, 'patient')}")
    return warnings + describe_pedigree(read_pedigree(frame), frame)


__all__ = ["KNOWN_COLUMNS", "Request", "Sheet", "read_sheet"]
