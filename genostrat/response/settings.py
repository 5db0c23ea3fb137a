"""What the config says about outcomes and treatment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from genostrat.errors import Problem, nearest, raise_if_any

#: Which keys an outcome of each kind needs, all of them names of sheet columns.
OUTCOME_COLUMNS = {
    "survival": ("time", "event"),
    "binary": ("column",),
    "continuous": ("column",),
}
#: Stands for every patient in the stratum and arm columns of the tables.
ALL = "all"


@dataclass(frozen=True)
class Outcome:
    """An outcome named in the config.

    Parameters
    ----------
    name
        The name used in every table.
    kind
        ``survival``, ``binary`` or ``continuous``.
    columns
        Columns of the sheet: time and event for survival, else one.
    """

    name: str
    kind: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Treatment:
    """The treatment column and the arm that others are compared with."""

    column: str
    reference: str


@dataclass(frozen=True)
class Settings:
    """What the response stage needs of a cohort's config.

    Parameters
    ----------
    outcomes, treatment
        What to compare; without a treatment, strata are compared with each other.
    covariates
        Sheet columns for propensity weighting; none if it is not needed.
    """

    outcomes: list[Outcome]
    treatment: Treatment | None
    covariates: list[str]


def read_settings(
    *,
    treatment: Mapping[str, Any] | None,
    outcomes: Iterable[Mapping[str, Any]],
    randomised: bool,
    propensity_covariates: Iterable[str],
) -> Settings:
    """Read the config's values for the response stage.

    Parameters
    ----------
    treatment
        Column and reference, or nothing.
    outcomes
        One record an outcome: name, kind, and the columns its kind needs.
    randomised, propensity_covariates
        Whether the treatment was randomised, and the columns to weigh by if not.

    Raises
    ------
    GenostratError
        With every outcome that is not well formed.
    """
    parsed, problems = parse_outcomes(outcomes)
    if not parsed and not problems:
        problems = [Problem("no outcome is named", fix="name one under outcomes")]
    arms = parse_treatment(treatment)
    weighed = arms is not None and not randomised
    covariates = list(propensity_covariates) if weighed else []
    if weighed and not covariates:
        problems.append(
            Problem(
                "the treatment was not randomised, and no covariate is named to weigh"
                " patients by",
                found="response.propensity_covariates: []",
                fix="name the sheet columns that led to the choice of treatment",
            )
        )
    raise_if_any(problems)
    return Settings(parsed, arms, covariates)


def parse_outcomes(
    records: Iterable[Mapping[str, Any]],
) -> tuple[list[Outcome], list[Problem]]:
    """Read `outcomes`.

    Returns
    -------
    outcomes, problems
        The well-formed outcomes in the order given, and what is wrong with others.
    """
    outcomes: list[Outcome] = []
    problems: list[Problem] = []
    for number, record in enumerate(records, start=1):
        where = f"outcomes[{number}]"
        name, kind = str(record.get("name", "")), str(record.get("kind", ""))
        wrong = _outcome_problems(record, name=name, kind=kind, where=where)
        if name in {outcome.name for outcome in outcomes}:
            wrong.append(
                Problem(
                    f"{where}: two outcomes have one name",
                    found=name,
                    fix="give each outcome its own name",
                )
            )
        problems += wrong
        if not wrong:
            columns = tuple(str(record[key]) for key in OUTCOME_COLUMNS[kind])
            outcomes.append(Outcome(name, kind, columns))
    return outcomes, problems


def _outcome_problems(
    record: Mapping[str, Any], *, name: str, kind: str, where: str
) -> list[Problem]:
    if not name:
        return [Problem(f"{where}: an outcome has no name", fix="add name: ...")]
    if kind not in OUTCOME_COLUMNS:
        hint = nearest(kind, OUTCOME_COLUMNS)
        return [
            Problem(
                f"{where}: unknown kind of outcome",
                found=kind or "nothing",
                allowed=", ".join(OUTCOME_COLUMNS),
                fix=f"write kind: {hint}" if hint else "name the kind of the outcome",
            )
        ]
    return [
        Problem(
            f"{where}: {kind} outcome {name!r} does not name its {key} column",
            fix=f"add {key}: <a column of the sheet>",
        )
        for key in OUTCOME_COLUMNS[kind]
        if not record.get(key)
    ]


def parse_treatment(record: Mapping[str, Any] | None) -> Treatment | None:
    """Read `treatment`; nothing, or a blank column, means no treatment."""
    if not record or not record.get("column"):
        return None
    reference = record.get("reference")
    # A reference of 0 is a level like any other.
    return Treatment(
        str(record["column"]), "control" if reference is None else str(reference)
    )
