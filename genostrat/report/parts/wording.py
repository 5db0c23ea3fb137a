"""How numbers are put into words, in one way across the report."""

from __future__ import annotations

import math
from collections.abc import Iterable

from genostrat.errors import printable

#: Keeps a number and its unit, or "p" and its value, on one line.
NBSP = "\u00a0"
DASH = "–"
#: With more decimals a number is written with a power of ten.
MOST_DECIMALS = 6
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

_WORDS = (
    *("no", "one", "two", "three", "four", "five"),
    *("six", "seven", "eight", "nine", "ten"),
)


def count_text(n: float | None) -> str:
    """Write a count with thousands separators; a dash when it is missing."""
    return DASH if is_missing(n) else f"{int(n):,}"  # type: ignore[arg-type]


def brief_count(n: float | None) -> str:
    """Write a count for a narrow place: millions as ``12.3 M``."""
    if n is None or is_missing(n) or n < 1e6:
        return count_text(n)
    return f"{n / 1e6:,.1f}{NBSP}M"


def number_word(n: int) -> str:
    """Write a small count as a word, a larger one in figures.

    Examples
    --------
    >>> number_word(3), number_word(1200)
    ('three', '1,200')
    """
    return _WORDS[n] if 0 <= n < len(_WORDS) else f"{n:,}"


def plural(n: int, noun: str, nouns: str | None = None) -> str:
    """Write a count with its noun: ``1 sample``, ``2 samples``."""
    return f"{n:,}{NBSP}{noun if n == 1 else nouns or noun + 's'}"


def percent_text(share: float | None, digits: int = 0) -> str:
    """Write a share in percent; what is not all or nothing is not rounded to it.

    Examples
    --------
    >>> [percent_text(share).replace(NBSP, " ") for share in (0.5, 0.0004, 0.9996, 1)]
    ['50 %', '< 1 %', '> 99 %', '100 %']
    """
    if share is None or is_missing(share):
        return DASH
    smallest = 10.0**-digits
    percent = 100 * float(share)
    if 0 < percent < smallest / 2:
        return f"<{NBSP}{smallest:.{digits}f}{NBSP}%"
    if 100 - smallest / 2 <= percent < 100:
        return f">{NBSP}{100 - smallest:.{digits}f}{NBSP}%"
    return f"{percent:.{digits}f}{NBSP}%".replace("-", "−")


def number_text(value: float | None, digits: int = 3) -> str:
    """Write a number with so many significant digits and a true minus.

    One too small for six decimals is written with a power of ten.

    Examples
    --------
    >>> [number_text(value) for value in (0.012345, -1.5, 1234.4, None)]
    ['0.0123', '−1.50', '1,234', '–']
    """
    if is_missing(value):
        return DASH
    number = float(value)  # type: ignore[arg-type]
    if math.isinf(number):
        return "∞" if number > 0 else "−∞"
    if number == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(number))))
    if decimals > MOST_DECIMALS:
        figures, power = f"{number:.{digits - 1}e}".split("e")
        text = f"{figures}{NBSP}×{NBSP}10{str(int(power)).translate(_RAISED)}"
    else:
        text = f"{number:,.{decimals}f}"
    return text.replace("-", "−")


def plain_number(value: float) -> str:
    """Write a setting or a tick as people do: 0.95, 2, 40."""
    return f"{float(value):g}".replace("-", "−")


def p_text(p: float | None, *, bare: bool = False) -> str:
    """Write a p-value; `bare` leaves the ``p`` out.

    Examples
    --------
    >>> [p_text(p).replace(NBSP, " ") for p in (0.0124, 0.00001, 0.5)]
    ['p = 0.012', 'p < 0.001', 'p = 0.50']
    """
    if is_missing(p):
        return DASH
    p = float(p)  # type: ignore[arg-type]
    if p < 0.001:
        relation, figure = "<", "0.001"
    else:
        relation, figure = "=", f"{p:.3f}" if p < 0.1 else f"{p:.2f}"
    if bare:
        return figure if relation == "=" else f"<{NBSP}{figure}"
    return f"p{NBSP}{relation}{NBSP}{figure}"


def interval_text(low: float | None, high: float | None) -> str:
    """Write a confidence interval: ``0.18 to 0.44``."""
    if is_missing(low) or is_missing(high):
        return DASH
    return f"{number_text(low, 2)} to {number_text(high, 2)}"


def listing(items: Iterable[str]) -> str:
    """Join words as a sentence does.

    Examples
    --------
    >>> listing(["age", "sex", "batch"])
    'age, sex and batch'
    """
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def label_text(value: object, limit: int = 28) -> str:
    """Make a value of the data fit for a figure's label or a table's cell."""
    return printable(value, limit)


def readable(name: str) -> str:
    """Turn a name of a column or rule into words: ``call_rate`` to ``call rate``."""
    return label_text(name, 60).replace("_", " ")


def is_missing(value: object) -> bool:
    """Say whether a value is absent: None, NaN, pandas NA or blank text."""
    if value is None or isinstance(value, str):
        return not value
    try:
        return bool(value != value)
    except TypeError:
        # Only pandas NA refuses to say whether it equals itself.
        return True


def sentence(text: str) -> str:
    """Give text a capital at its start and a full stop at its end.

    A name that begins it stays as it is.

    Examples
    --------
    >>> sentence("two samples were made twice")
    'Two samples were made twice.'
    >>> sentence("batch_7.vcf.gz has no index.")
    'batch_7.vcf.gz has no index.'
    """
    text = text.strip()
    if not text:
        return text
    ended = text if text[-1] in ".!?" else text + "."
    first = ended.split(maxsplit=1)[0].strip("“”\"'(),;:.!?")
    is_word = first.replace("-", "").replace("’", "").isalpha()
    return ended[0].upper() + ended[1:] if is_word else ended
