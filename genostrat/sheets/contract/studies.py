"""Columns that criteria of studies ask about: consent to contact, performance."""

from __future__ import annotations

from collections.abc import Sequence

from genostrat.cells import parse_number
from genostrat.config.columns import Use
from genostrat.errors import Problem
from genostrat.sheets.contract.coding import fold_level
from genostrat.sheets.contract.table import SheetTable
from genostrat.sheets.faults import CellFaults

#: Cells that give consent, and that do not. Anything else stops the check: a word that
#: is not understood must not become a consent, nor be lost as none.
CONSENTS = frozenset({"yes", "y", "true", "t", "1"})
REFUSES = frozenset({"no", "n", "false", "f", "0"})


def gives_consent(cell: str) -> bool:
    """Say whether a checked cell gives consent; a blank one does not."""
    return fold_level(cell) in CONSENTS


def check_study_columns(table: SheetTable, uses: Sequence[Use]) -> list[Problem]:
    """Find cells of these columns that mean nothing."""
    faults = CellFaults(table.path)
    for use in uses:
        if use.column not in table.cells:
            continue
        if use.holds == "consent":
            _check_consent(table, use.column, faults)
        elif use.holds == "performance":
            _check_performance(table, use.column, faults)
    return list(faults.problems())


def _check_consent(table: SheetTable, column: str, faults: CellFaults) -> None:
    for line, cell in table.known(column):
        if fold_level(cell) not in CONSENTS | REFUSES:
            faults.add(
                "this is neither consent to be contacted nor its refusal",
                column=table.name(column),
                line=line,
                found=cell,
                allowed="yes or no (also true, false, 1, 0), or blank, which is no",
                fix="write yes only where the patient agreed",
            )


def _check_performance(table: SheetTable, column: str, faults: CellFaults) -> None:
    for line, cell in table.known(column):
        if parse_number(cell) not in {0.0, 1.0, 2.0, 3.0, 4.0, 5.0}:
            faults.add(
                "this is no ECOG performance status",
                column=table.name(column),
                line=line,
                found=cell,
                allowed="0, 1, 2, 3, 4, 5, or blank",
                fix="turn other scales, such as Karnofsky's, into ECOG's",
            )
