"""Columns with two levels, one of which counts: events, and outcomes of yes and no.

People code them in a dozen ways. What is recognised is turned into 1 and 0 here, once,
and said; what is not is refused with the config key that settles it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from genostrat.cells import plain_number
from genostrat.errors import Problem, nearest, printable
from genostrat.sheets.contract.table import SheetTable
from genostrat.sheets.faults import CellFaults

#: Codings that mean one thing to everybody: what does not count → what does.
_PAIRS = (
    ("0", "1"),
    ("false", "true"),
    ("f", "t"),
    ("no", "yes"),
    ("n", "y"),
    ("alive", "dead"),
    ("alive", "deceased"),
    ("living", "deceased"),
    ("living", "dead"),
    ("censored", "event"),
    ("censored", "dead"),
)
#: R's coding of a status, of survival alone: 1 is censored, 2 is dead.
_STATUS = ("1", "2")
#: Levels that a message shows.
_LEVELS_SHOWN = 8
#: Share of cells in a known coding above which the remaining cells are reported as
#: errors.
_MOSTLY = 0.8


@dataclass(frozen=True)
class Coding:
    """What the levels of a column mean.

    Parameters
    ----------
    events, others
        Cells that count as the event, and those that do not, with how many there are.
    said
        What must be said of it; blank for 0 and 1.
    """

    events: Mapping[str, int] = field(default_factory=dict)
    others: Mapping[str, int] = field(default_factory=dict)
    said: str = ""

    @property
    def n_events(self) -> int:
        """How many cells count as the event."""
        return sum(self.events.values())

    def translate(self, cell: str) -> str:
        """Return 1, 0 or blank for a cell."""
        return "" if not cell else "1" if cell in self.events else "0"

    def to_record(self) -> dict[str, object]:
        """Return what a JSON record says of it."""
        return {"event": list(self.events), "no_event": list(self.others)}


def fold_level(cell: str) -> str:
    """Return a level as it is compared: without case, and 1 for 1.0.

    Examples
    --------
    >>> [fold_level(cell) for cell in ("TRUE", "1.0", "1:DECEASED")]
    ['true', '1', '1']
    """
    text = plain_number(cell.strip()).casefold()
    # cBioPortal numbers its levels: 0:LIVING and 1:DECEASED.
    number, colon, word = text.partition(":")
    return number if colon and number in {"0", "1"} and word else text


def spell_level(cell: str) -> set[str]:
    """Return every way in which a config may name a level."""
    text = cell.strip().casefold()
    return {text, fold_level(cell), text.partition(":")[2] or text}


def read_coding(
    table: SheetTable,
    column: str,
    *,
    outcome: str,
    levels: Sequence[str],
    is_status: bool,
    place: Mapping[str, object],
) -> tuple[Coding, list[Problem]]:
    """Find out which cells of a column count as the event.

    Parameters
    ----------
    table, column
        The column.
    outcome
        Name of the outcome that it belongs to.
    levels
        ``event_level`` of the config; none: the coding is recognised.
    is_status
        Whether it is the status of survival, where 1 and 2 have a meaning.
    place
        File and line of the config, for messages.

    Returns
    -------
    coding, problems
        One of them is empty.
    """
    found = table.levels(column)
    if levels:
        return _take_levels(table, column, found, levels, place)
    folded = {fold_level(cell) for cell in found}
    pairs = (*_PAIRS, _STATUS) if is_status else _PAIRS
    for other, event in pairs:
        if folded and folded <= {other, event}:
            if (other, event) == _STATUS and folded != set(_STATUS):
                continue
            coding = _split(found, {event})
            return _describe(coding, table.name(column)), []
    return Coding(), _unknown_coding(table, column, found, outcome, place)


def _split(found: Counter[str], wanted: set[str]) -> Coding:
    ordered = sorted(found.items())
    events = {cell: n for cell, n in ordered if spell_level(cell) & wanted}
    return Coding(events, {cell: n for cell, n in ordered if cell not in events})


def _describe(coding: Coding, name: str) -> Coding:
    if {*coding.events} <= {"1"} and {*coding.others} <= {"0"}:
        return coding
    said = (
        f"{name}: {count_levels(coding.events) or 'nothing'} is taken for the event,"
        f" and {count_levels(coding.others) or 'nothing'} for none; `event_level` of"
        " the outcome in the config confirms or changes it"
    )
    return Coding(coding.events, coding.others, said)


def _take_levels(
    table: SheetTable,
    column: str,
    found: Counter[str],
    levels: Sequence[str],
    place: Mapping[str, object],
) -> tuple[Coding, list[Problem]]:
    coding = _split(found, {s for level in levels for s in spell_level(level)})
    folded = {spelling for cell in found for spelling in spell_level(cell)}
    known = {level for pair in (*_PAIRS, _STATUS) for level in pair}
    problems = [
        Problem(
            f"no patient has the event level {level!r} in the column"
            f" {table.name(column)} of the sheet {printable(table.path)}",
            **place,  # type: ignore[arg-type]
            found=count_levels(found) or "only blank cells",
            fix=f"is it {close!r}? Correct event_level"
            if (close := nearest(level, found))
            else "correct event_level",
        )
        for level in levels
        if not spell_level(level) & folded
        # An event level without a patient is no error: there may have been no event
        # yet.
        and not (fold_level(level) in known and folded <= known)
    ]
    said = ""
    if len(coding.others) > 1:
        said = (
            f"{table.name(column)}: {count_levels(coding.others)} count as no event,"
            f" since event_level is {', '.join(levels)}"
        )
    return Coding(coding.events, coding.others, said), problems


def _unknown_coding(
    table: SheetTable,
    column: str,
    found: Counter[str],
    outcome: str,
    place: Mapping[str, object],
) -> list[Problem]:
    """Say that the levels mean nothing known, or which few cells do not."""
    total = sum(found.values())
    if not total:
        return []
    counts = {
        pair: sum(n for cell, n in found.items() if fold_level(cell) in pair)
        for pair in _PAIRS
    }
    pair, most = max(counts.items(), key=lambda item: item[1])
    name = table.name(column)
    if _MOSTLY * total <= most:
        faults = CellFaults(table.path)
        for line, cell in table.known(column):
            if fold_level(cell) not in pair:
                faults.add(
                    f"this is neither {pair[0]} nor {pair[1]}",
                    column=name,
                    line=line,
                    found=cell,
                    allowed=f"{pair[1]} (the event), {pair[0]} (none), or blank",
                    fix="correct it, or leave it blank; what means “no value” goes into"
                    f" samples.missing_values, and `event_level: {pair[1]}` of the"
                    f" outcome {outcome} counts every other value as no event",
                )
        return list(faults.problems())
    line, _ = table.known(column)[0]
    commonest = printable(max(found, key=found.__getitem__), 40)
    return [
        Problem(
            f"nothing says which value of {name} is the event of the outcome"
            f" {outcome!r}",
            file=table.path,
            line=line,
            column=name,
            found=count_levels(found),
            allowed="0 and 1, 1 and 2 (survival; 2 is the event), true and false, yes"
            " and no, dead and alive",
            fix=f"add `event_level: {commonest}`, or whichever is the event, to the"
            f" outcome {outcome}"
            + (f" in {printable(str(place['file']))}" if place.get("file") else "")
            + (f", line {place['line']}" if place.get("line") else ""),
        )
    ]


def count_levels(levels: Mapping[str, int]) -> str:
    """Write levels with their counts, the commonest first."""
    ordered = sorted(levels.items(), key=lambda item: (-item[1], item[0]))
    shown = ", ".join(
        f"{printable(level, 40)} ({n})" for level, n in ordered[:_LEVELS_SHOWN]
    )
    rest = len(ordered) - _LEVELS_SHOWN
    return f"{shown} and {rest} more" if rest > 0 else shown
