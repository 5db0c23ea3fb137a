"""Columns of more than two levels with a meaning: competing events, ordered scales.

What ended follow-up becomes 0 (censored), 1 (the event) and 2 (a competing event), a
level its place from 1 on, here, once; what is not recognised is refused with the key of
the config that settles it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from genostrat.cells import parse_number
from genostrat.config.outcomes import Outcome
from genostrat.errors import Problem, nearest, printable
from genostrat.sheets.contract.coding import count_levels, fold_level, spell_level
from genostrat.sheets.contract.table import SheetTable

CENSORED, EVENT, COMPETING = "0", "1", "2"
#: More different numbers than this are no ordered scale but a measurement.
MOST_LEVELS = 20
_WORDS = {CENSORED: "censored", EVENT: "the event", COMPETING: "a competing event"}


@dataclass(frozen=True)
class LevelCoding:
    """What the levels of a column become.

    Parameters
    ----------
    places
        Cell → what it becomes.
    counts
        Cell → how many there are.
    kind
        ``state`` or ``order``.
    said
        What must be said of it; blank where cells stay as they are.
    """

    places: Mapping[str, str]
    counts: Mapping[str, int]
    kind: str
    said: str = ""

    def _of(self, place: str) -> dict[str, int]:
        return {c: n for c, n in self.counts.items() if self.places.get(c) == place}

    @property
    def n_events(self) -> int:
        """How many cells count as the event, or are of more than the lowest level."""
        if self.kind == "state":
            return sum(self._of(EVENT).values())
        return sum(self.counts.values()) - sum(self._of("1").values())

    @property
    def others(self) -> Mapping[str, int]:
        """Cells that do not count as the event, or of the lowest level."""
        if self.kind == "state":
            return {c: n for c, n in self.counts.items() if self.places[c] != EVENT}
        return self._of("1")

    def translate(self, cell: str) -> str:
        """Return what a cell becomes; a blank one stays."""
        return self.places.get(cell, "")

    def to_record(self) -> dict[str, object]:
        """Return what a JSON record says of it."""
        if self.kind == "state":
            return {
                "event": list(self._of(EVENT)),
                "competing": list(self._of(COMPETING)),
                "no_event": list(self._of(CENSORED)),
            }
        ordered = sorted(self.places, key=lambda cell: int(self.places[cell]))
        return {"kind": "order", "levels": ordered}


def read_state(
    table: SheetTable, outcome: Outcome, place: Mapping[str, object]
) -> tuple[LevelCoding, list[Problem]]:
    """Find out which cells are the event, a competing one, and censoring.

    Parameters
    ----------
    table
        The sheet.
    outcome
        Whose last column it is.
    place
        File and line of the config, for messages.

    Returns
    -------
    coding, problems
        A coding says nothing where there is a problem.
    """
    found, name = table.levels(outcome.last), table.name(outcome.last)
    folded = {fold_level(cell) for cell in found}
    event, competing = outcome.event_level, outcome.competing_level
    if not event and not competing:
        if not folded <= {CENSORED, EVENT, COMPETING}:
            return LevelCoding({}, {}, "state"), [_unknown_state(table, outcome)]
        places = {cell: fold_level(cell) for cell in found}
        plain = all(cell == places[cell] for cell in found)
        coding = LevelCoding(places, found, "state")
        return (coding if plain else _say_state(coding, name)), []
    problems = [
        _lacking(key, table, outcome, place)
        for key, given in (("event_level", event), ("competing_level", competing))
        if not given
    ]
    chosen = {
        EVENT: {s for level in event for s in spell_level(level)},
        COMPETING: {s for level in competing for s in spell_level(level)},
    }
    both = chosen[EVENT] & chosen[COMPETING]
    if both:
        problems.append(
            Problem(
                f"a level of the outcome {outcome.name!r} is the event and a competing"
                " one",
                **place,  # type: ignore[arg-type]
                found=", ".join(sorted(both)),
                fix="leave it in event_level or in competing_level",
            )
        )
    known = {spelling for cell in found for spelling in spell_level(cell)}
    for level in (*event, *competing):
        if not spell_level(level) & known:
            problems.append(_absent(level, table, outcome, place))
    places = {
        cell: next((p for p in chosen if spell_level(cell) & chosen[p]), CENSORED)
        for cell in found
    }
    if problems:
        return LevelCoding({}, {}, "state"), problems
    return _say_state(LevelCoding(places, found, "state"), name), []


def read_order(
    table: SheetTable, outcome: Outcome, place: Mapping[str, object]
) -> tuple[LevelCoding, list[Problem]]:
    """Find out the order of the levels of a column; see :func:`read_state`."""
    found, name = table.levels(outcome.last), table.name(outcome.last)
    if not outcome.levels:
        numbers = {cell: parse_number(cell) for cell in found}
        wrong = [cell for cell, number in numbers.items() if number != number]
        values = sorted(set(numbers.values())) if not wrong else []
        if wrong or len(values) > MOST_LEVELS:
            return LevelCoding({}, {}, "order"), [_unknown_order(table, outcome)]
        places = {c: str(values.index(n) + 1) for c, n in numbers.items()}
        said = (
            f"{name}: the order is {', '.join(f'{v:g}' for v in values)}, from low to"
        )
        return LevelCoding(places, found, "order", f"{said} high"), []
    problems, places = [], {}
    for cell in found:
        own = [i for i, lv in enumerate(outcome.levels, 1) if cell == lv]
        own = own or [
            i
            for i, level in enumerate(outcome.levels, 1)
            if spell_level(cell) & spell_level(level)
        ]
        if len(own) == 1:
            places[cell] = str(own[0])
            continue
        line = next(line for line, other in table.known(outcome.last) if other == cell)
        close = nearest(cell, outcome.levels)
        problems.append(
            Problem(
                f"a level of the outcome {outcome.name!r} is not in its list of levels"
                if not own
                else f"a level of the outcome {outcome.name!r} is several of its list",
                file=table.path,
                line=line,
                column=name,
                found=cell,
                allowed=", ".join(printable(level, 40) for level in outcome.levels),
                fix=f"is it {close!r}? Correct the cell, or add it to `levels` in its"
                " place"
                if close
                else "correct the cell, or add it to `levels` in its place",
            )
        )
    return LevelCoding(places, found, "order"), problems


def _say_state(coding: LevelCoding, name: str) -> LevelCoding:
    parts = [
        f"{count_levels(coding._of(state)) or 'nothing'} is taken for {words}"
        for state, words in _WORDS.items()
    ]
    said = (
        f"{name}: {', '.join(parts)}; `event_level` and `competing_level` of the"
        " outcome in the config confirm or change it"
    )
    return LevelCoding(coding.places, coding.counts, coding.kind, said)


def _unknown_state(table: SheetTable, outcome: Outcome) -> Problem:
    line, _ = table.known(outcome.last)[0]
    return Problem(
        f"nothing says which value of {table.name(outcome.last)} is the event of the"
        f" outcome {outcome.name!r}, and which is a competing one",
        file=table.path,
        line=line,
        column=table.name(outcome.last),
        found=count_levels(table.levels(outcome.last)),
        allowed="0 (censored), 1 (the event) and 2 (a competing event)",
        fix="add `event_level` and `competing_level` to the outcome; every other value"
        " is censoring",
    )


def _unknown_order(table: SheetTable, outcome: Outcome) -> Problem:
    line, _ = table.known(outcome.last)[0]
    return Problem(
        f"nothing says in which order the levels of {table.name(outcome.last)} stand,"
        f" the outcome {outcome.name!r}",
        file=table.path,
        line=line,
        column=table.name(outcome.last),
        found=count_levels(table.levels(outcome.last)),
        allowed=f"numbers, {MOST_LEVELS} different ones at most, or levels that the"
        " config puts in order",
        fix="add `levels: [lowest, …, highest]` to the outcome; a measurement is of"
        " kind continuous",
    )


def _lacking(
    key: str, table: SheetTable, outcome: Outcome, place: Mapping[str, object]
) -> Problem:
    return Problem(
        f"the outcome {outcome.name!r} lacks {key}",
        **place,  # type: ignore[arg-type]
        found=count_levels(table.levels(outcome.last)),
        fix=f"add `{key}`; without competing events the kind is survival",
    )


def _absent(
    level: str, table: SheetTable, outcome: Outcome, place: Mapping[str, object]
) -> Problem:
    found = table.levels(outcome.last)
    close = nearest(level, found)
    return Problem(
        f"no patient has the level {level!r} in the column"
        f" {table.name(outcome.last)} of the sheet {printable(table.path)}",
        **place,  # type: ignore[arg-type]
        found=count_levels(found) or "only blank cells",
        fix=f"is it {close!r}? Correct it" if close else "correct it",
    )
