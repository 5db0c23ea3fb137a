"""The kinds of outcome: one object each, from which everything else derives.

The config's keys, the check of the sheet, the words of tables and of the report come
from here. How outcomes of a kind are compared and tested is one module a kind, in
:mod:`genostrat.response.kinds`. To add a kind, add it to :data:`KINDS`, and its module
to the table there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf

#: What a column of numbers holds, to the least number that it may have.
LEAST: Mapping[str, float] = {
    "time": 0.0,
    "number": -inf,
    "entry": 0.0,
    "count": 0.0,
    "exposure": 0.0,
}
#: What a column of two levels, one of which counts, holds. ``event`` is the status at
#: the end of follow-up, where 1 and 2 have a meaning of their own.
TWO_LEVELS = frozenset({"event", "flag"})
#: What a column of names with a meaning holds, that becomes numbers at the check:
#: ``state`` is what ended follow-up (the event, another that forestalls it, nothing),
#: ``order`` a level of an ordered scale.
CODED = frozenset({"state", "order"})


@dataclass(frozen=True)
class Scale:
    """A scale that effects are estimated on.

    Parameters
    ----------
    name
        As tables have it.
    words
        As the report has it.
    is_ratio
        Whether it is a ratio, which is estimated as its logarithm: 1 is no effect.
    is_share
        Whether it is a difference of shares, which are written in percent.
    has_horizon
        Whether it holds up to a time that tables state.
    follows
        1 where a higher value means more of what the config's ``better`` speaks of, -1
        where it means less (a higher hazard is less time without event), 0 where it
        speaks of something else.
    """

    name: str
    words: str
    is_ratio: bool = False
    is_share: bool = False
    has_horizon: bool = False
    follows: int = 1

    @property
    def no_effect(self) -> float:
        """The value that means no effect."""
        return 1.0 if self.is_ratio else 0.0

    @property
    def has_unit(self) -> bool:
        """Whether effects on it have the unit of the time, or of the measurement."""
        return not self.is_ratio and not self.is_share


@dataclass(frozen=True)
class OutcomeKind:
    """A kind of outcome.

    Parameters
    ----------
    name
        What the config says for it.
    columns
        Key of the config that names a column, to what the column holds: a key of
        :data:`LEAST`, or one of :data:`TWO_LEVELS` or :data:`CODED`. The last is what
        happened, or was measured.
    model
        The model that tests are made with, as tables name it.
    model_words
        As the report has it, before “regression”.
    scales
        The scales of its effects; the first is the one that tests are made on.
    more_is_better
        Whether more of it is better unless the config says otherwise.
    optional
        Further keys that may name a column, as ``columns``.
    """

    name: str
    columns: Mapping[str, str]
    model: str
    model_words: str
    scales: tuple[Scale, ...]
    more_is_better: bool = False
    optional: Mapping[str, str] = field(default_factory=dict)

    @property
    def all_columns(self) -> Mapping[str, str]:
        """Every key that may name a column, to what the column holds."""
        return {**self.columns, **self.optional}

    @property
    def has_events(self) -> bool:
        """Say whether the last column tells who had an event."""
        return list(self.columns.values())[-1] in {*TWO_LEVELS, "state"}


SURVIVAL = OutcomeKind(
    "survival",
    {"time": "time", "event": "event"},
    model="cox",
    model_words="Cox",
    scales=(
        Scale("hazard_ratio", "hazard ratio", is_ratio=True, follows=-1),
        Scale(
            "rmst_difference", "difference in mean time without event", has_horizon=True
        ),
    ),
    more_is_better=True,
    optional={"entry": "entry"},
)
COMPETING = OutcomeKind(
    "competing",
    {"time": "time", "event": "state"},
    model="cause_specific_cox",
    model_words="cause-specific Cox",
    scales=(
        Scale("cause_specific_hazard_ratio", "cause-specific hazard ratio", True),
        Scale(
            "subdistribution_hazard_ratio",
            "subdistribution hazard ratio",
            is_ratio=True,
        ),
        Scale(
            "cumulative_incidence_difference",
            "difference in cumulative incidence",
            is_share=True,
            has_horizon=True,
        ),
        Scale(
            "competing_hazard_ratio",
            "hazard ratio of the competing events",
            is_ratio=True,
            follows=0,
        ),
    ),
)
BINARY = OutcomeKind(
    "binary",
    {"column": "flag"},
    model="logistic",
    model_words="logistic",
    scales=(
        Scale("odds_ratio", "odds ratio", is_ratio=True),
        Scale("risk_difference", "absolute difference in risk", is_share=True),
    ),
)
CONTINUOUS = OutcomeKind(
    "continuous",
    {"column": "number"},
    model="linear",
    model_words="linear",
    scales=(Scale("mean_difference", "difference of means"),),
)
ORDINAL = OutcomeKind(
    "ordinal",
    {"column": "order"},
    model="proportional_odds",
    model_words="proportional odds",
    scales=(
        Scale("common_odds_ratio", "common odds ratio", True),
        Scale(
            "win_difference",
            "chance of a higher level less that of a lower one",
            is_share=True,
        ),
    ),
)
COUNT = OutcomeKind(
    "count",
    {"column": "count"},
    model="quasi_poisson",
    model_words="quasi-Poisson",
    scales=(
        Scale("rate_ratio", "rate ratio", is_ratio=True),
        Scale("rate_difference", "difference of rates"),
    ),
    optional={"exposure": "exposure"},
)
#: All, in the order in which the documentation names them.
KINDS: Mapping[str, OutcomeKind] = {
    kind.name: kind
    for kind in (SURVIVAL, COMPETING, BINARY, ORDINAL, COUNT, CONTINUOUS)
}
SCALES: Mapping[str, Scale] = {
    scale.name: scale for kind in KINDS.values() for scale in kind.scales
}
_BETTER = {"more": 1, "less": -1}


def find_direction(kind: str, better: str | None) -> int:
    """Return 1 if more of an outcome is better, -1 if less is, 0 where nobody said.

    Parameters
    ----------
    kind
        One of :data:`KINDS`.
    better
        The config's key of that name; blank or None without it.

    Examples
    --------
    >>> find_direction("survival", None), find_direction("binary", None)
    (1, 0)
    >>> find_direction("binary", "less")
    -1
    """
    if better:
        return _BETTER[better]
    return 1 if KINDS[kind].more_is_better else 0


#: What each key of the config that names a column says of it.
_KEYS = {
    "time": "Column of the follow-up time",
    "event": "Column of what ended follow-up: the event, censoring, or another event",
    "column": "Column of the value",
    "entry": "Column of the time at which a patient came under observation, where"
    " follow-up did not begin at 0 (left truncation)",
    "exposure": "Column of the time over which events were counted; without it all"
    " patients count alike",
}


def describe_keys() -> dict[str, str]:
    """Say what each key that names a column is for, for the config's documentation."""
    keys = dict.fromkeys(key for kind in KINDS.values() for key in kind.all_columns)
    return {key: f"{_KEYS[key]}, for {_listed(kinds_with(key))}." for key in keys}


def describe_kinds() -> str:
    """Say which keys each kind takes, for the config's documentation."""
    own = [kind for kind in KINDS.values() if "column" not in kind.columns]
    said = [
        f"{kind.name} takes {_listed(f'`{key}`' for key in kind.columns)}"
        for kind in own
    ]
    more = [
        f"{kind.name} may have {_listed(f'`{key}`' for key in kind.optional)}"
        for kind in KINDS.values()
        if kind.optional
    ]
    return f"{'; '.join([*said, 'the others take `column`', *more])}."


def describe_scales() -> str:
    """Name the scales of each kind, for the documentation of tables."""
    return ", ".join(
        f"{_listed(scale.name for scale in kind.scales)} ({kind.name})"
        for kind in KINDS.values()
    )


def describe_no_events() -> str:
    """Say of which kinds counts of events are blank."""
    names = (kind.name for kind in KINDS.values() if not kind.has_events)
    return f"blank if {_listed(names, 'or')}"


def kinds_with(key: str) -> list[str]:
    """Return the kinds that take a key of the config."""
    return [kind.name for kind in KINDS.values() if key in kind.all_columns]


def _listed(words: Iterable[str], last: str = "and") -> str:
    *others, end = words
    return f"{', '.join(others)} {last} {end}" if others else end


def list_models(mark: str = "") -> str:
    """Name the models of tests, for the documentation of tables."""
    return _listed((f"{mark}{k.model}{mark}" for k in KINDS.values()), "or")


def list_test_scales() -> str:
    """Name the scales that tests are made on, for the documentation of tables."""
    return _listed((kind.scales[0].name for kind in KINDS.values()), "or")
