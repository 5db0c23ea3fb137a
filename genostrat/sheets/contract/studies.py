"""Columns that criteria of studies ask about: consent to contact, performance."""

from __future__ import annotations

from collections.abc import Sequence

from genostrat.cells import parse_number
from genostrat.config.columns import Use
from genostrat.errors import Problem
from genostrat.sheets.contract.consent import CONTACT, SCOPES, check_consent
from genostrat.sheets.contract.table import SheetTable
from genostrat.sheets.faults import CellFaults


def check_study_columns(table: SheetTable, uses: Sequence[Use]) -> list[Problem]:
    """Find cells of these columns that mean nothing."""
    faults = CellFaults(table.path)
    for use in uses:
        if use.column not in table.cells:
            continue
        # A column of a consent is checked whether studies are asked about or not.
        if use.holds == "consent" and use.column not in SCOPES:
            check_consent(table, use.column, SCOPES[CONTACT], faults)
        elif use.holds == "performance":
            _check_performance(table, use.column, faults)
    return list(faults.problems())


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
