"""What keeps patients' rows where they belong."""

from __future__ import annotations

#: Files with a row for each patient: the owner writes, the group reads.
PATIENT_FILE_MODE = 0o640
#: A folder whose files are named after patients.
PATIENT_FOLDER_MODE = 0o750
#: Files with aggregates only.
PUBLIC_FILE_MODE = 0o644

#: A cell that starts so is run as a formula by spreadsheet programs.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def starts_formula(text: str) -> bool:
    """Say whether a spreadsheet program would run this text as a formula."""
    return text.startswith(FORMULA_STARTS)
