"""What the cells of a column are: numbers, or names of groups.

A column that is a number to one stage and a name to another, or a number but for one
cell with a slip, would be used otherwise than its owner thinks. So it is decided here,
once, and every stage takes the answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from genostrat.cells import (
    MISSING_CODES,
    SUSPECTED_CODES,
    SUSPECTED_NUMBERS,
    has_decimal_comma,
    parse_number,
    plain_number,
)
from genostrat.config.columns import CATEGORIES
from genostrat.errors import Problem, printable
from genostrat.sheets.contract.table import SheetTable
from genostrat.sheets.faults import SHOWN, CellFaults, list_cells

#: A level held by fewer patients is not given a coefficient, or a feature, of its own:
#: it would be fitted from next to nothing and would travel in the frozen model.
MIN_PATIENTS_A_LEVEL = 5
#: Share of cells that are numbers from which the others are slips, in a column of more
#: than so many different numbers: plates 1 to 12 and "3B" are names.
_MOSTLY, _MANY_NUMBERS = 0.8, 12
#: Patients a level on average below which a column of names is no label of groups.
_PATIENTS_A_LABEL, _FEW_LEVELS = 3, 10
_NO_VALUE = "further spellings of “no value” go into samples.missing_values"
NUMBER, CATEGORY = "number", "category"


@dataclass
class Meaning:
    """What a column is.

    Attributes
    ----------
    kind
        ``"number"``, ``"category"``, or blank where nothing is known of anybody.
    n_known
        Patients with a value.
    levels
        Different values, sorted; of a category alone.
    problems, warnings
        What is wrong, and what is odd.
    """

    kind: str = ""
    n_known: int = 0
    levels: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_numbers(
    table: SheetTable, column: str, *, at_least: float, is_told: bool
) -> Meaning:
    """Read a column that must hold numbers.

    Parameters
    ----------
    table, column
        The column.
    at_least
        The lowest number allowed.
    is_told
        Whether the config lists the codes of missing values itself, so that a number
        which looks like one is a number.
    """
    name = table.name(column)
    faults = CellFaults(table.path)
    known = table.known(column)
    for line, cell in known:
        value = parse_number(cell)
        if value == value and value >= at_least:
            continue
        if has_decimal_comma(cell):
            # Said for the whole sheet at once.
            continue
        is_number = value == value
        faults.add(
            f"the value of {name} is "
            + (f"below {at_least:g}" if is_number else "not a number"),
            column=name,
            line=line,
            found=cell,
            allowed="a finite number with a decimal point"
            + ("" if at_least == float("-inf") else f", {at_least:g} or more")
            + ", or blank",
            fix=f"correct it, or leave it blank; {_NO_VALUE}",
        )
    meaning = Meaning(NUMBER if known else "", len(known))
    meaning.problems += faults.problems()
    _find_codes(table, column, meaning, is_told=is_told)
    return meaning


def read_measure(table: SheetTable, column: str, *, is_told: bool) -> Meaning:
    """Read a column that may hold numbers or names; see :func:`read_numbers`."""
    known = table.known(column)
    numbers = {cell for _, cell in known if parse_number(cell) == parse_number(cell)}
    others = [(line, cell) for line, cell in known if cell not in numbers]
    if column in CATEGORIES or not known:
        return read_label(table, column)
    commas = [cell for _, cell in others if has_decimal_comma(cell)]
    share = (len(known) - len(others) + len(commas)) / len(known)
    if share == 1:
        return read_numbers(table, column, at_least=float("-inf"), is_told=is_told)
    words = [(line, cell) for line, cell in others if not has_decimal_comma(cell)]
    name = table.name(column)
    if share < _MOSTLY or len(numbers) + len(set(commas)) <= _MANY_NUMBERS:
        meaning = read_label(table, column)
        if share >= _MOSTLY:
            meaning.warnings.append(
                f"{name} holds numbers and other values ({list_cells(words)}); all are"
                " taken as names of groups"
            )
        return meaning
    meaning = Meaning(NUMBER, len(known))
    meaning.problems.append(
        Problem(
            f"{len(words)} of {len(known)} values of {name} are not numbers, and the"
            " others are",
            file=table.path,
            line=words[0][0],
            column=name,
            found=list_cells(words),
            allowed="finite numbers with a decimal point, or blanks",
            fix=f"correct them, or leave them blank; {_NO_VALUE}",
        )
    )
    return meaning


def read_label(table: SheetTable, column: str) -> Meaning:
    """Read a column of names; say which of them may be one level written twice."""
    levels = sorted(table.levels(column))
    n_known = sum(table.levels(column).values())
    meaning = Meaning(CATEGORY if levels else "", n_known, levels)
    meaning.warnings += _find_twins(table, column)
    meaning.warnings += _find_code_levels(table, column)
    return meaning


def find_crowd(table: SheetTable, column: str) -> Problem | None:
    """Return a problem where a label has too many levels to be one of groups."""
    levels, name = table.levels(column), table.name(column)
    n_known = sum(levels.values())
    if len(levels) <= max(_FEW_LEVELS, n_known / _PATIENTS_A_LABEL):
        return None
    return Problem(
        f"{name} has {len(levels)} different values in {n_known} patients, too many for"
        " a label of groups",
        file=table.path,
        column=name,
        allowed=f"{_FEW_LEVELS} levels, or {_PATIENTS_A_LABEL} patients a level on"
        " average",
        fix="name a column of groups; numbers must be cut into classes first",
    )


def has_usable_level(table: SheetTable, column: str) -> bool:
    """Say whether a category can be told apart: two levels, one of them not rare."""
    counts = table.levels(column).values()
    return len(counts) > 1 and max(counts) >= MIN_PATIENTS_A_LEVEL


def find_decimal_commas(table: SheetTable, columns: Sequence[str]) -> Iterator[Problem]:
    """Yield one problem for all cells of a sheet with a decimal comma."""
    found = {}
    for column in columns:
        cells = [(n, c) for n, c in table.known(column) if has_decimal_comma(c)]
        if cells:
            found[table.name(column)] = cells
    if not found:
        return
    (column, cells), *_ = found.items()
    total = sum(map(len, found.values()))
    counts = ", ".join(f"{name} ({len(cells)})" for name, cells in found.items())
    yield Problem(
        f"{total} numbers have a decimal comma, in the columns {counts}"
        if total > 1
        else "this number has a decimal comma",
        file=table.path,
        line=cells[0][0],
        column=column,
        found=list_cells(cells) if total > 1 else cells[0][1],
        allowed="a decimal point: 1.5",
        fix="replace the commas in these columns, or save it with decimal points",
    )


def _find_codes(
    table: SheetTable, column: str, meaning: Meaning, *, is_told: bool
) -> None:
    """Find numbers that stand for “no value” in PLINK, SPSS and the like."""
    known = table.known(column)
    cells = [(n, c) for n, c in known if parse_number(c) in SUSPECTED_NUMBERS]
    rest = [parse_number(c) for _, c in known]
    lowest = min((v for v in rest if v == v and v not in SUSPECTED_NUMBERS), default=0)
    if not cells or lowest < 0 or meaning.problems:
        return
    name, codes = table.name(column), sorted({cell for _, cell in cells})
    what = (
        f"{len(cells)} of {len(known)} values of {name} are {' or '.join(codes)}, and"
        " no other is negative: this looks like a code for “no value”"
    )
    if is_told or len(cells) == 1:
        meaning.warnings.append(f"{what}; it is taken as a number")
        return
    # YAML takes a bare # for the start of a comment.
    listed = json.dumps([*MISSING_CODES, *codes], ensure_ascii=False)
    meaning.problems.append(
        Problem(
            what,
            file=table.path,
            line=cells[0][0],
            column=name,
            found=list_cells(cells),
            fix=f"add it, as samples.missing_values: {listed}; if it is a measurement,"
            " write the key without it",
        )
    )


def _find_code_levels(table: SheetTable, column: str) -> Iterator[str]:
    found = {
        cell: n
        for cell, n in table.levels(column).items()
        if cell.casefold() in SUSPECTED_CODES
    }
    if found:
        listed = ", ".join(f"{printable(cell)} ({n})" for cell, n in found.items())
        yield (
            f"{table.name(column)}: {listed} may mean “no value”, and"
            f" {'is' if len(found) == 1 else 'are'} taken as a level; if so, add"
            f" {'it' if len(found) == 1 else 'them'} to samples.missing_values"
        )


def _find_twins(table: SheetTable, column: str) -> Iterator[str]:
    """Say which levels are one word in several spellings."""
    groups: dict[str, list[str]] = {}
    for level in sorted(table.levels(column)):
        folded = "".join(plain_number(level).casefold().split()).replace("-", "")
        groups.setdefault(folded.replace("_", ""), []).append(level)
    twins = [group for group in groups.values() if len(group) > 1]
    if twins:
        shown = "; ".join(
            ", ".join(printable(level, 40) for level in group)
            for group in twins[:SHOWN]
        )
        yield (
            f"{table.name(column)}: levels that differ only in upper and lower case,"
            f" spaces or hyphens are taken for different ones ({shown}); if they are"
            " one, spell them alike"
        )
