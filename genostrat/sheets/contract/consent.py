"""What patients agreed to: research, being contacted, and sharing with others."""

from __future__ import annotations

from genostrat.sheets.contract.coding import fold_level
from genostrat.sheets.contract.table import SheetTable
from genostrat.sheets.faults import CellFaults

#: Columns of the sheet → what a patient agrees to with them.
SCOPES = {
    "research_consent": "consent to research",
    "contact_consent": "consent to be contacted",
    "sharing_consent": "consent to sharing",
}
RESEARCH, CONTACT, SHARING = SCOPES
#: Cells that give consent, and that do not. Anything else stops the check: a word that
#: is not understood must not become a consent, nor be lost as none.
CONSENTS = frozenset({"yes", "y", "true", "t", "1"})
REFUSES = frozenset({"no", "n", "false", "f", "0"})


def gives_consent(cell: str) -> bool:
    """Say whether a checked cell gives consent; a blank one does not.

    >>> [gives_consent(cell) for cell in ("yes", "1.0", "no", "")]
    [True, True, False, False]
    """
    return fold_level(cell) in CONSENTS


def gives_none(cell: str) -> bool:
    """Say whether a cell refuses consent or is silent; unclear words do neither.

    >>> [gives_none(cell) for cell in ("no", "", "yes", "perhaps")]
    [True, True, False, False]
    """
    return not cell or fold_level(cell) in REFUSES


def check_consent(
    table: SheetTable, column: str, what: str, faults: CellFaults
) -> None:
    """Find cells of a column that neither give a consent nor refuse it."""
    for line, cell in table.known(column):
        if fold_level(cell) not in CONSENTS | REFUSES:
            faults.add(
                f"this is neither {what} nor its refusal",
                column=table.name(column),
                line=line,
                found=cell,
                allowed="yes or no (also true, false, 1, 0), or blank, which is no",
                fix="write yes only where the patient agreed",
            )
