"""What one cell of a table that people write may hold: a number, or no value at all.

Every reader of such tables (sheets, labels, outside calls, matrices, scores) takes a
cell for a number, or for missing, by what stands here and by nothing else, so that a
value which passed a check is never another value, or none, to a later stage.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable

import numpy as np

from genostrat.arrays import Floats

#: Ways in which the common programs write "no value"; a blank cell is one as well.
MISSING_CODES = (
    "NA",
    "N/A",
    "n/a",
    "#N/A",
    "<NA>",
    "NaN",
    "nan",
    "null",
    "NULL",
    ".",
)
MISSING = frozenset(MISSING_CODES) | {""}

#: Words that may mean "no value" and may be a value: said, never taken for missing.
SUSPECTED_CODES = frozenset(
    {
        "-",
        "--",
        "?",
        "-9",
        "-99",
        "-999",
        "-9999",
        "999",
        "9999",
        "missing",
        "n.a.",
        "na",
        "nd",
        "not available",
        "not known",
        "not recorded",
        "not reported",
        "unk",
        "unknown",
    }
)
#: Numbers by which programs (PLINK, SPSS) say that there is no value.
SUSPECTED_NUMBERS = frozenset({-9.0, -99.0, -999.0, -9999.0})

#: A decimal number in ASCII digits. Python's own float() also takes ``1_000``, digits
#: of other scripts, ``inf`` and ``nan``.
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")


def parse_number(text: str) -> float:
    """Read a cell as a number; NaN where it is no finite decimal number.

    Parameters
    ----------
    text
        Without spaces around it.

    Examples
    --------
    >>> parse_number("2.5e1")
    25.0
    >>> [parse_number(text) for text in ("1_000", "inf", "1,5", "٣")]
    [nan, nan, nan, nan]
    """
    if NUMBER.fullmatch(text) is None:
        return math.nan
    value = float(text)
    return value if math.isfinite(value) else math.nan


def parse_numbers(cells: Iterable[str]) -> Floats:
    """Read cells as numbers, NaN where one holds none."""
    return np.array([parse_number(cell) for cell in cells], dtype=float)


def has_decimal_comma(text: str) -> bool:
    """Say whether a cell is a number but for a comma in place of the point."""
    return _DECIMAL_COMMA.fullmatch(text) is not None


def plain_number(text: str) -> str:
    """Write a number without a decimal part that is nothing, as ``1`` for ``1.0``.

    Text that is no number, and a number with decimals, stay as they are: identifiers
    of groups are compared as text, and spreadsheets and data frames turn ``1`` into
    ``1.0``.

    Examples
    --------
    >>> [plain_number(text) for text in ("1.0", "2", "01", "0.5", "A", "1e3")]
    ['1', '2', '01', '0.5', 'A', '1e3']
    """
    match = re.fullmatch(r"([+-]?[0-9]+)\.0*", text)
    return match[1] if match else text


def even_spaces(text: str) -> str:
    """Turn every kind of space into the plain one, and take those at the ends away."""
    if not text.isascii():
        text = "".join(" " if unicodedata.category(c) == "Zs" else c for c in text)
    return text.strip()
