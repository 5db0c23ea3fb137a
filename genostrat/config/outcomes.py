"""What an outcome and a treatment are: the columns they need, and what those hold.

:mod:`genostrat.catalogues.outcome_kinds` says which kinds of outcome there are. The
schema of the configuration, the check of the sheet and the response stage all ask here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from genostrat.catalogues.outcome_kinds import CODED, KINDS, TWO_LEVELS

#: Stands for every patient in the stratum and arm columns of the tables.
ALL = "all"
#: How Cox models take events at one time.
EFRON, BRESLOW, EXACT = "efron", "breslow", "exact"


@dataclass(frozen=True)
class Outcome:
    """An outcome named in the config.

    Parameters
    ----------
    name
        The name used in every table.
    kind
        A key of :data:`genostrat.catalogues.outcome_kinds.KINDS`.
    columns
        Columns of the sheet, in the order of the kind's keys: time and event for
        survival, else one. The last is what happened, or was measured.
    event_level
        Cells that count as the event, as text; none: the coding is recognised.
    unit
        Of the follow-up time, or of the measurement; blank where nobody said it.
    better
        ``more`` or ``less``; blank where nobody said it.
    optional
        Key → column, of the kind's further keys that the config gives.
    competing_level
        Cells of a competing event, as text; none: the coding is recognised.
    levels
        Levels of an ordered scale, the lowest first; none: numbers decide.
    ties
        How Cox models take events at one time: ``efron``, ``breslow`` or ``exact``.
    """

    name: str
    kind: str
    columns: tuple[str, ...]
    event_level: tuple[str, ...] = ()
    unit: str = ""
    better: str = ""
    optional: tuple[tuple[str, str], ...] = ()
    competing_level: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    ties: str = EFRON

    @property
    def needs(self) -> list[tuple[str, str, str]]:
        """Return the config's key of each of its columns, the column, what it holds.

        What happened, or was measured, is the last.
        """
        kind = KINDS[self.kind]
        own = [
            (key, column, holds)
            for (key, holds), column in zip(
                kind.columns.items(), self.columns, strict=True
            )
        ]
        further = [(key, column, kind.optional[key]) for key, column in self.optional]
        return [*further, *own]

    @property
    def all_columns(self) -> tuple[str, ...]:
        """Return every column; what happened, or was measured, is the last."""
        return tuple(column for _, column, _ in self.needs)

    def column_of(self, holds: str) -> str:
        """Return the column that holds something; blank where there is none."""
        return next((column for _, column, held in self.needs if held == holds), "")

    @property
    def last(self) -> str:
        """Return the column of what happened, or was measured."""
        return self.columns[-1]

    @property
    def time(self) -> str:
        """Return the column of the follow-up time; blank where the kind has none."""
        return self.column_of("time")

    @property
    def is_status(self) -> bool:
        """Say whether the last column is the status at the end of follow-up."""
        return self.needs[-1][2] == "event"

    @property
    def has_levels(self) -> bool:
        """Say whether that column holds two levels, one of which counts."""
        return self.needs[-1][2] in TWO_LEVELS

    @property
    def has_events(self) -> bool:
        """Say whether patients are counted who had an event."""
        return KINDS[self.kind].has_events

    @property
    def coding(self) -> tuple[object, ...]:
        """Return what the levels of the last column are said to mean."""
        holds = self.needs[-1][2]
        said = self.event_level, self.competing_level, self.levels
        return (holds, *said) if self.has_levels or holds in CODED else ()


@dataclass(frozen=True)
class Treatment:
    """The treatment column, and the arm that others are compared with.

    Parameters
    ----------
    column
        Of the sheet.
    reference
        The arm that others are compared with.
    arms
        All arms, in the order in which they are shown; none: the natural order.
    """

    column: str
    reference: str
    arms: tuple[str, ...] = ()


def read_outcomes(records: Iterable[Mapping[str, Any]]) -> list[Outcome]:
    """Read `outcomes` of a validated config.

    Examples
    --------
    >>> record = {"name": "os", "kind": "survival", "time": "t", "event": "e"}
    >>> read_outcomes([record])[0].needs
    [('time', 't', 'time'), ('event', 'e', 'event')]
    """
    return [
        Outcome(
            record["name"],
            record["kind"],
            tuple(record[key] for key in KINDS[record["kind"]].columns),
            _listed(record.get("event_level")),
            record.get("unit", ""),
            record.get("better", ""),
            tuple(
                (key, record[key])
                for key in KINDS[record["kind"]].optional
                if key in record
            ),
            _listed(record.get("competing_level")),
            _listed(record.get("levels")),
            record.get("ties", EFRON),
        )
        for record in records
    ]


def read_treatment(record: Mapping[str, Any] | None) -> Treatment | None:
    """Read `treatment` of a validated config; None where there is none."""
    if record is None:
        return None
    arms = _listed(record.get("arms"))
    return Treatment(record["column"], record["reference"], arms)


def outcome_columns(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the sheet columns that the outcomes of a cohort stand in, each once."""
    columns = [c for outcome in read_outcomes(records) for c in outcome.all_columns]
    return list(dict.fromkeys(columns))


def needed_keys() -> list[dict[str, Any]]:
    """Return what the schema of an outcome says of the keys that each kind needs."""
    return [
        {
            "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
            "then": {"required": list(described.columns)},
        }
        for kind, described in KINDS.items()
    ]


def idle_keys(record: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Return the keys of an outcome that its kind does not read, and kinds that do.

    Examples
    --------
    >>> idle_keys({"name": "a", "kind": "binary", "column": "x", "entry": "y"})
    [('entry', ['survival'])]
    """
    held = {kind.name: list(kind.columns.values())[-1] for kind in KINDS.values()}
    read = {
        key: [kind.name for kind in KINDS.values() if key in kind.all_columns]
        for kind in KINDS.values()
        for key in kind.all_columns
    } | {
        "event_level": [
            k for k, last in held.items() if last in {*TWO_LEVELS, "state"}
        ],
        "competing_level": [k for k, last in held.items() if last == "state"],
        "ties": [kind.name for kind in KINDS.values() if "time" in kind.columns],
        "levels": [k for k, last in held.items() if last == "order"],
    }
    return [
        (key, kinds)
        for key, kinds in read.items()
        if key in record and record["kind"] not in kinds
    ]


def _listed(value: str | Iterable[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
