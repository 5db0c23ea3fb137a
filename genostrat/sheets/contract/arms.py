"""The arms of a treatment: which there are, in what order, and against which one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from genostrat.cells import parse_number, plain_number
from genostrat.config.columns import Origins
from genostrat.config.outcomes import ALL, Treatment
from genostrat.errors import Problem, nearest, printable
from genostrat.ordering import order_names
from genostrat.sheets.contract.table import SheetTable

#: More arms than this, and the column is likely another one.
_MANY_ARMS = 12
#: Columns that say where and in which run a sample was made.
_PLACES = ("batch", "centre")


@dataclass
class Arms:
    """The arms of a sheet.

    Attributes
    ----------
    counts
        Arm, as it stands in results, in the order in which arms are shown → number of
        patients.
    reference
        The arm that others are compared with, as it stands in results.
    problems, warnings
        What is wrong, and what is odd.
    """

    counts: dict[str, int] = field(default_factory=dict)
    reference: str = ""
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def check_arms(table: SheetTable, treatment: Treatment, origins: Origins) -> Arms:
    """Find the arms, their order and their reference; write them in one way.

    Cells of `table` are rewritten where all arms are numbers: 1 for 1.0.

    Parameters
    ----------
    table
        The sheet.
    treatment
        As in the config.
    origins
        Where names were written.
    """
    result = Arms()
    column, name = treatment.column, table.name(treatment.column)
    place: dict[str, Any] = {"file": table.path, "column": name}
    found = table.levels(column)
    is_dose = all(parse_number(arm) == parse_number(arm) for arm in found)
    if is_dose:
        table.cells[column] = [plain_number(cell) for cell in table.cells[column]]
        found = table.levels(column)
    spelled = {plain_number(arm): arm for arm in found} | {arm: arm for arm in found}
    result.reference = spelled.get(
        treatment.reference,
        spelled.get(plain_number(treatment.reference), treatment.reference),
    )
    if ALL in found:
        line = next(line for line, cell in table.known(column) if cell == ALL)
        result.problems.append(
            Problem(
                "an arm has the name that results give to all arms together",
                line=line,
                found=ALL,
                fix="give the arm another name",
                **place,
            )
        )
    result.problems += _find_reference(result, found, treatment, place, origins)
    listed = [
        spelled.get(arm, spelled.get(plain_number(arm), arm)) for arm in treatment.arms
    ]
    result.problems += _find_listed(found, treatment, listed, place, origins)
    rest = order_names(set(found) - {result.reference})
    rest = sorted(rest, key=parse_number) if is_dose else rest
    order = listed or [result.reference, *rest]
    result.counts = {arm: found[arm] for arm in order if arm in found}
    if len(found) > _MANY_ARMS:
        result.warnings.append(
            f"{name} has {len(found)} arms; if it is not the treatment, correct"
            " treatment.column"
        )
    result.warnings += _find_nested_arms(table, column)
    return result


def _find_nested_arms(table: SheetTable, column: str) -> Iterator[str]:
    """Find columns of where samples were made that each arm has to itself."""
    for place in _PLACES:
        if place not in table.cells or place == column:
            continue
        pairs = {
            (where, arm)
            for where, arm in zip(table.cells[place], table.cells[column], strict=True)
            if where and arm
        }
        arms_at = Counter(where for where, _ in pairs)
        if len({arm for _, arm in pairs}) > 1 and set(arms_at.values()) == {1}:
            name, treatment = table.name(place), table.name(column)
            yield (
                f"every {name} has one arm of {treatment} alone, so no analysis can"
                f" tell what the treatment does from what the {name} does"
            )


def _find_reference(
    result: Arms,
    found: Mapping[str, int],
    treatment: Treatment,
    place: Mapping[str, Any],
    origins: Origins,
) -> Iterator[Problem]:
    where = origins.place(("treatment", "reference"))
    said = f" ({printable(str(where['file']))}" if where.get("file") else ""
    said += f", line {where['line']})" if where.get("line") else ")" if said else ""
    if result.reference not in found:
        close = nearest(treatment.reference, found)
        yield Problem(
            f"no patient has the reference treatment {treatment.reference!r}{said}",
            found=", ".join(order_names(found)[:20]) or "only blanks",
            fix=f"set treatment.reference: {close}"
            if close
            else "set treatment.reference to one of the arms found",
            **place,
        )
    elif len(found) < 2:
        yield Problem(
            "all patients have the same treatment, so none can be compared",
            found=", ".join(found),
            fix="remove `treatment` from the cohort's config",
            **place,
        )


def _find_listed(
    found: Mapping[str, int],
    treatment: Treatment,
    listed: Sequence[str],
    place: Mapping[str, Any],
    origins: Origins,
) -> Iterator[Problem]:
    """Hold `treatment.arms` against the arms of the sheet."""
    if not listed:
        yield from _find_twin_arms(found, place)
        return
    for index, (arm, said) in enumerate(zip(listed, treatment.arms, strict=True)):
        if arm not in found:
            close = nearest(arm, found)
            yield Problem(
                f"no patient has the arm {said!r} of treatment.arms",
                **origins.place(("treatment", "arms", index)),
                found=", ".join(order_names(found)[:20]),
                fix=f"is it {close!r}?" if close else "remove it",
            )
    for arm in order_names(set(found) - set(listed)):
        yield Problem(
            f"treatment.arms does not list the arm {printable(arm)}",
            found=f"{found[arm]} patients",
            fix="add it to treatment.arms, or blank it in the sheet",
            **place,
        )


def _find_twin_arms(
    found: Mapping[str, int], place: Mapping[str, Any]
) -> Iterator[Problem]:
    groups: dict[str, list[str]] = {}
    for arm in sorted(found):
        groups.setdefault("".join(arm.casefold().split()), []).append(arm)
    for twins in groups.values():
        if len(twins) > 1:
            yield Problem(
                "arms differ only in upper and lower case or spaces",
                found=", ".join(f"{arm} ({found[arm]} patients)" for arm in twins),
                fix="spell them alike; if they are different arms, list all in"
                " treatment.arms",
                **place,
            )
