"""What outcomes may hold, row by row: follow-up that has a length, whole counts.

Each patient has one row. Rows of one person with outcomes of their own are recurrent
events, which no model here takes for what they are: they are refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from genostrat.cells import parse_number
from genostrat.config.outcomes import Outcome
from genostrat.errors import Problem
from genostrat.sheets.contract.table import SheetTable
from genostrat.sheets.faults import CellFaults

#: What to give of recurrent events.
ONE_ROW = (
    "of recurrent events the time to the first (kind survival), or their number and the"
    " time over which they were counted (kind count, with exposure)"
)


def find_wrong_follow_up(table: SheetTable, outcome: Outcome) -> Iterator[Problem]:
    """Find patients who were followed for no time at all, and counts of parts.

    Parameters
    ----------
    table
        The sheet, cells as they stand there.
    outcome
        Whose columns are all in it.
    """
    faults = CellFaults(table.path)
    entry, time = outcome.column_of("entry"), outcome.time
    if entry:
        ends = table.cells[time]
        for (line, cell), end in zip(table.rows(entry), ends, strict=True):
            if parse_number(cell) >= parse_number(end):
                faults.add(
                    f"{table.name(entry)} is not before {table.name(time)}",
                    column=table.name(entry),
                    line=line,
                    found=f"{cell}, and {table.name(time)} {end}",
                    allowed="a time before the end of follow-up",
                    fix="correct it, or blank both and the event: who came under"
                    " observation at the end tells nothing",
                )
    exposure = outcome.column_of("exposure")
    for line, cell in table.known(exposure) if exposure else ():
        if parse_number(cell) == 0:
            faults.add(
                f"{table.name(exposure)} is 0: nothing can be counted in no time",
                column=table.name(exposure),
                line=line,
                found=cell,
                allowed="more than 0, or blank",
                fix="correct it, or blank it and the count",
            )
    count = outcome.column_of("count")
    for line, cell in table.known(count) if count else ():
        value = parse_number(cell)
        if value == value and value != round(value):
            faults.add(
                f"{table.name(count)} is no whole number",
                column=table.name(count),
                line=line,
                found=cell,
                allowed="0, 1, 2, …, or blank",
                fix="give the number of events and, in `exposure`, the time; a rate or"
                " a measurement is of kind continuous",
            )
    yield from faults.problems()


def find_recurrent_rows(
    table: SheetTable, outcomes: Sequence[Outcome]
) -> tuple[list[Problem], list[str]]:
    """Find people with several rows, and with outcomes in more than one of them.

    Parameters
    ----------
    table
        The sheet.
    outcomes
        As in the config.

    Returns
    -------
    problems, warnings
        Rows of one person that differ in an outcome are recurrent events, or one
        outcome told twice: a problem. Rows that agree are repeated samples: a warning.
    """
    problems, warnings = [], []
    key = "subject_id"
    rows: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(table.cells.get(key, ())):
        if name:
            rows[name].append(place)
    several = [places for places in rows.values() if len(places) > 1]
    for outcome in outcomes:
        columns = outcome.all_columns
        if not several or not set(columns) <= table.cells.keys():
            continue
        told = [
            [p for p in places if all(table.cells[c][p] for c in columns)]
            for places in several
        ]
        told = [places for places in told if len(places) > 1]
        differing = [
            places
            for places in told
            if len({tuple(table.cells[c][p] for c in columns) for p in places}) > 1
        ]
        if differing:
            first, second, *_ = differing[0]
            problems.append(
                Problem(
                    f"{_people(len(differing))} several rows with different values of"
                    f" the outcome {outcome.name!r}: recurrent events are not analysed"
                    " row by row, since rows of one person are not independent",
                    file=table.path,
                    line=table.lines[second],
                    column=table.name(outcome.last),
                    found=f"another value than in line {table.lines[first]} of the same"
                    f" {table.name(key)}",
                    allowed="the outcome in one row a person, blank in the others",
                    fix=f"keep one row a patient: {ONE_ROW}",
                )
            )
        elif told:
            warnings.append(
                f"{_people(len(told))} several rows with the outcome {outcome.name}:"
                " each row counts unless quality control leaves it out; blank the"
                " outcome in all but one"
            )
    return problems, warnings


def _people(n: int) -> str:
    return "1 person has" if n == 1 else f"{n} people have"
