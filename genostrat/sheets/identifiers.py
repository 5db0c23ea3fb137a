"""Sample identifiers: what one may look like, and whether two inputs mean the same.

Identifiers are text from the first read: ``007`` stays ``007``.
"""

from __future__ import annotations

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
        What would make the rest agree, when a common slip explains it; else None.
    """

    common: list[str]
    only_sheet: list[str]
    only_other: list[str]
    hint: str | None


_SLIPS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("they differ in upper and lower case", str.casefold),
    ("leading zeros were lost (a spreadsheet does that)", lambda s: s.lstrip("0")),
    (
        "numbers were written with a decimal point (a spreadsheet does that)",
        lambda s: s.removesuffix(".0"),
    ),
    ("one has the identifier twice, as FAMILY_SAMPLE", lambda s: _undouble(s)),
    (
        "they differ in punctuation (- _ . :)",
        lambda s: "".join(c for c in s if c.isalnum()),
    ),
)


def reconcile(sheet: Sequence[str], other: Sequence[str]) -> Reconciliation:
    """Compare identifiers exactly, and look for the slip behind what differs."""
    in_sheet, in_other = set(sheet), set(other)
    only_sheet = sorted(in_sheet - in_other)
    only_other = sorted(in_other - in_sheet)
    return Reconciliation(
        common=sorted(in_sheet & in_other),
        only_sheet=only_sheet,
        only_other=only_other,
        hint=_find_slip(only_sheet, only_other),
    )


def describe_mismatch(
    match: Reconciliation, *, sheet: str | Path, other: str | Path, what: str
) -> list[Problem]:
    """Turn a disagreement into problems: one for each direction."""
    cause = f"; {match.hint}" if match.hint else ""
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


def _find_slip(only_sheet: list[str], only_other: list[str]) -> str | None:
    if not only_sheet or not only_other:
        return None
    for explanation, normalise in _SLIPS:
        theirs = {normalise(name): name for name in only_other}
        pairs = [
            (n, theirs[normalise(n)]) for n in only_sheet if normalise(n) in theirs
        ]
        if pairs:
            return (
                f"for {len(pairs)} of them {explanation}, e.g. {printable(pairs[0][0])}"
                f" in the sheet and {printable(pairs[0][1])} in the other"
            )
    return _find_affix(only_sheet, only_other)


def _find_affix(only_sheet: list[str], only_other: list[str]) -> str | None:
    """Look for one identifier inside the other (a barcode or a family name added)."""
    for mine in only_sheet[:200]:
        for theirs in only_other:
            short, long = sorted((mine, theirs), key=len)
            if len(short) >= 4 and (long.startswith(short) or long.endswith(short)):
                return (
                    "one side carries a prefix or suffix, e.g."
                    f" {printable(mine)} in the sheet and {printable(theirs)} in the"
                    " other"
                )
    return None
