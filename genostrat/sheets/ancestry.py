"""Reported ancestry: what the sheet's words are among a panel's labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from genostrat.errors import Problem, nearest
from genostrat.sheets.faults import CellFaults

if TYPE_CHECKING:
    from genostrat.sheets.contract.table import SheetTable

#: The column of the sheet, and the key that says what its words are.
COLUMN = "reported_ancestry"
KEY = "samples.ancestry_labels"
#: What a word is that no label of the panel answers to: mixed, other, not stated.
NO_LABEL = "unknown"
#: Between several labels of which any agrees.
SEPARATOR = "|"
#: Labels that a message shows.
_SHOWN = 20

Codes = Mapping[str, str | Sequence[str]]


def translate_word(word: str, *, codes: Codes, labels: Sequence[str]) -> str | None:
    """Return the labels that a word of the sheet stands for.

    Parameters
    ----------
    word
        A cell that is not blank.
    codes
        ``samples.ancestry_labels``: word → label, labels, or ``unknown``.
    labels
        Of the panel.

    Returns
    -------
    str or None
        Labels with ``|`` between; blank where none is to be expected; None where
        nothing says what the word is.

    Examples
    --------
    >>> codes = {"White British": "EUR", "Asian": ["EAS", "SAS"], "mixed": "unknown"}
    >>> labels = ["AFR", "EAS", "EUR", "SAS"]
    >>> words = ("white british", "afr", "Asian", "mixed")
    >>> [translate_word(word, codes=codes, labels=labels) for word in words]
    ['EUR', 'AFR', 'EAS|SAS', '']
    >>> translate_word("Maasai", codes=codes, labels=labels) is None
    True
    """
    told = {name.casefold(): value for name, value in codes.items()}
    given = told.get(word.strip().casefold())
    if given is None:
        own = {label.casefold(): label for label in labels}
        return own.get(word.strip().casefold())
    named = [given] if isinstance(given, str) else list(given)
    return SEPARATOR.join(name for name in named if name != NO_LABEL)


def translate_table(
    table: SheetTable, *, codes: Codes, labels: Sequence[str] | None
) -> tuple[list[Problem], list[str]]:
    """Write reported ancestries as the panel's labels; return problems and warnings.

    Parameters
    ----------
    table
        The sheet; cells of `reported_ancestry` are rewritten.
    codes
        ``samples.ancestry_labels``.
    labels
        Of the panel; None without one: nothing is rewritten.
    """
    if COLUMN not in table.cells:
        said = f"{KEY} says what words mean, but the sheet has no column {COLUMN}"
        return [], [said] if codes else []
    if labels is None:
        return [], [
            f"{table.name(COLUMN)} is compared with nothing, since there is no"
            " reference panel whose labels can be read"
        ]
    problems = list(_find_wrong_codes(codes, labels))
    faults = CellFaults(table.path)
    cells = []
    for line, word in table.rows(COLUMN):
        label = translate_word(word, codes=codes, labels=labels) if word else ""
        cells.append(label or "")
        if label is None:
            faults.add(
                "nothing says which label of the reference panel this ancestry is",
                column=table.name(COLUMN),
                line=line,
                found=word,
                allowed=f"{', '.join(labels[:_SHOWN])}; words of {KEY}; or blank",
                fix=f"add it to {KEY}, as `{{{word[:40]}: LABEL}}` with one of the"
                f" panel's, or as `{{{word[:40]}: {NO_LABEL}}}` where it has none for"
                " such people",
            )
    problems += faults.problems()
    n_blank = sum(not cell for cell in cells)
    table.cells[COLUMN] = cells
    warnings = []
    if n_blank:
        warnings.append(
            f"{table.name(COLUMN)} names no label of the reference panel for {n_blank}"
            f" of {len(cells)} patients: theirs is not compared"
        )
    return problems, warnings


def _find_wrong_codes(codes: Codes, labels: Sequence[str]) -> Iterator[Problem]:
    for word, value in codes.items():
        for label in [value] if isinstance(value, str) else value:
            if label in (*labels, NO_LABEL):
                continue
            close = nearest(label, labels)
            yield Problem(
                f"{KEY} names a label that the reference panel does not have",
                column=COLUMN,
                found=f"{word}: {label}",
                allowed=f"{', '.join(labels[:_SHOWN])}, or {NO_LABEL}",
                fix=(f"is it {close}? " if close else "")
                + f"Correct it, or say {NO_LABEL}",
            )
