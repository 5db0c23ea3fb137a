"""Texts of registers as cells of tables: they are hostile input."""

from __future__ import annotations

from genostrat.privacy import FORMULA_STARTS

#: Longest text of a register in a cell.
MOST_SHOWN = 300


def make_cell(text: str, *, most: int = MOST_SHOWN) -> str:
    r"""Return a text of a register as a cell: one line, no formula, of bounded length.

    Examples
    --------
    >>> make_cell("=HER2\npositive")
    'HER2 positive'
    """
    line = " ".join(c for c in text.split()).lstrip("".join(FORMULA_STARTS) + " '\"")
    line = "".join(c if c.isprintable() else " " for c in line)
    return line if len(line) <= most else line[: most - 1] + "…"
