"""Sample identifiers: what one may look like, and whether two inputs mean the same.

Identifiers are text from the first read: ``007`` stays ``007``.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from genostrat.errors import Problem, printable
from genostrat.privacy import starts_formula

MAX_LENGTH = 128
ALLOWED = (
    f"1 to {MAX_LENGTH} printable characters without spaces or slashes, not starting"
    " with = + - @"
)
#: Messages name at most so many identifiers; logs are no place for a patient list.
SHOWN = 5


def is_identifier(text: str) -> bool:
    """Say whether text may identify a sample; see :data:`ALLOWED`.

    Spaces break PLINK's files, slashes paths, control characters terminals, and a
    leading ``=`` is run as a formula by spreadsheet programs.

    Examples
    --------
    >>> [is_identifier(text) for text in ("007", "HG00096@1", "a b", "=1+1", "../x")]
    [True, True, False, False, False]
    """
    return (
        0 < len(text) <= MAX_LENGTH
        and text.isprintable()
        and not any(c.isspace() or c in "/\\" for c in text)
        and text not in {".", ".."}
        and not starts_formula(text)
    )


def find_duplicates(ids: Sequence[str]) -> list[str]:
    """Return the identifiers that occur more than once, in order of first use."""
    return [name for name, count in Counter(ids).items() if count > 1]


@dataclass(frozen=True)
class Reconciliation:
    """How the identifiers of two inputs agree.

    Attributes
    ----------
    common
        In both, sorted.
    only_sheet, only_other
        In one of them, sorted.
    hint
        What would make the rest agree, when a common slip explains it; else None. It
        names nobody.
    example
        A pair of identifiers that the slip explains; blank without one. For messages
        to the user's terminal alone.
    """

    common: list[str]
    only_sheet: list[str]
    only_other: list[str]
    hint: str | None
    example: str = ""


#: Letters of Cyrillic and Greek that look like Latin ones.
_LOOKALIKES = str.maketrans(
    "АВЕКМНОРСТУХЅІЈаеорсухѕіјΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
    "ABEKMHOPCTYXSIJaeopcyxsijABEZHIKMNOPTYXo",
)


def _undisguise(name: str) -> str:
    """Return an identifier in Latin letters, composed in one way."""
    return unicodedata.normalize("NFKC", name).translate(_LOOKALIKES)


def find_lookalikes(ids: Sequence[str]) -> int:
    """Count identifiers with look-alikes of Latin letters, where others have Latin."""
    disguised = [name for name in ids if name.translate(_LOOKALIKES) != name]
    has_latin = any(c.isascii() and c.isalpha() for name in ids for c in name)
    return len(disguised) if has_latin else 0


_SLIPS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("they differ in upper and lower case", str.casefold),
    (
        "letters of another alphabet, or composed otherwise, look alike (such as a"
        " Cyrillic А for a Latin A)",
        _undisguise,
    ),
    ("leading zeros were lost (a spreadsheet does that)", lambda s: s.lstrip("0")),
    (
        "numbers were written with a decimal point (a spreadsheet does that)",
        lambda s: s.removesuffix(".0"),
    ),
    ("one has the identifier twice, as FAMILY_SAMPLE", lambda s: _undouble(s)),
    (
        "they differ in punctuation (- _ . :), which R turns into dots",
        lambda s: "".join(c for c in s if c.isalnum()),
    ),
    (
        "R has put an X before a number and dots for other characters",
        lambda s: "".join(c for c in s.removeprefix("X") if c.isalnum()),
    ),
)


def reconcile(sheet: Sequence[str], other: Sequence[str]) -> Reconciliation:
    """Compare identifiers exactly, and look for the slip behind what differs."""
    in_sheet, in_other = set(sheet), set(other)
    only_sheet = sorted(in_sheet - in_other)
    only_other = sorted(in_other - in_sheet)
    hint, example = _find_slip(only_sheet, only_other) or (None, "")
    return Reconciliation(
        common=sorted(in_sheet & in_other),
        only_sheet=only_sheet,
        only_other=only_other,
        hint=hint,
        example=example,
    )


def describe_mismatch(
    match: Reconciliation, *, sheet: str | Path, other: str | Path, what: str
) -> list[Problem]:
    """Turn a disagreement into problems: one for each direction."""
    cause = f"; {match.hint}, e.g. {match.example}" if match.hint else ""
    fix = (
        "correct the identifiers, or set samples.unmatched: drop to go on with the"
        f" {len(match.common)} in both"
    )
    problems = []
    if match.only_sheet:
        problems.append(
            Problem(
                f"{len(match.only_sheet)} of the sheet's samples are not in the {what}"
                f"{cause}",
                file=sheet,
                column="sample_id",
                found=list_some(match.only_sheet),
                allowed=f"the samples of {printable(other)}",
                fix=fix,
            )
        )
    if match.only_other:
        problems.append(
            Problem(
                f"{len(match.only_other)} samples of the {what} are not in the sheet"
                f"{cause}",
                file=other,
                found=list_some(match.only_other),
                allowed=f"the samples of {printable(sheet)}",
                fix=fix,
            )
        )
    return problems


def describe_left_out(match: Reconciliation, *, what: str) -> list[str]:
    """Say without names what is left out where unmatched samples are dropped."""
    cause = f"; {match.hint}" if match.hint else ""
    parts = {
        f"of the sheet's samples are not in the {what}": match.only_sheet,
        f"samples of the {what} are not in the sheet": match.only_other,
    }
    return [
        f"{len(names)} {text}{cause}; they are left out"
        for text, names in parts.items()
        if names
    ]


def list_some(names: Sequence[str]) -> str:
    """Name the first few and count the rest."""
    text = ", ".join(printable(name, 60) for name in names[:SHOWN])
    return text if len(names) <= SHOWN else f"{text} and {len(names) - SHOWN} more"


def find_case_twins(ids: Sequence[str]) -> list[tuple[str, str]]:
    """Return pairs of identifiers that differ only in case."""
    by_folded = defaultdict(list)
    for name in ids:
        by_folded[name.casefold()].append(name)
    return [(twins[0], twin) for twins in by_folded.values() for twin in twins[1:]]


def _undouble(name: str) -> str:
    half = (len(name) - 1) // 2
    if len(name) % 2 and name[half] in "_-" and name[:half] == name[half + 1 :]:
        return name[:half]
    return name


def _find_slip(only_sheet: list[str], only_other: list[str]) -> tuple[str, str] | None:
    """Return what explains most of the differences, and an example of it."""
    found: list[tuple[int, str, str]] = []
    for explanation, normalise in _SLIPS:
        theirs = {normalise(name): name for name in only_other}
        pairs = [
            (n, theirs[normalise(n)]) for n in only_sheet if normalise(n) in theirs
        ]
        if pairs:
            said = f"for {len(pairs)} of them {explanation}"
            found.append((len(pairs), said, _example(*pairs[0])))
    if found:
        # Of slips that explain as many, the first and simplest.
        return max(found, key=lambda one: one[0])[1:]
    return _find_affix(only_sheet, only_other)


def _example(mine: str, theirs: str) -> str:
    return f"{printable(mine)} in the sheet and {printable(theirs)} in the other"


def _find_affix(only_sheet: list[str], only_other: list[str]) -> tuple[str, str] | None:
    """Look for one identifier inside the other (a barcode or a family name added)."""
    for mine in only_sheet[:200]:
        for theirs in only_other:
            short, long = sorted((mine, theirs), key=len)
            if len(short) >= 4 and (long.startswith(short) or long.endswith(short)):
                return "one side carries a prefix or suffix", _example(mine, theirs)
    return None
