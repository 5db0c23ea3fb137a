"""The patients who enter the analysis: stratum, arm and outcomes.

The sheet was checked before anything was computed: its columns are there, and its cells
hold what outcomes and treatment need. None of that is asked again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from genostrat.cells import parse_numbers
from genostrat.config.outcomes import ALL, Outcome
from genostrat.errors import GenostratError, Problem
from genostrat.ordering import order_names

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Measured:
    """One outcome of every patient.

    Parameters
    ----------
    outcome
        What was measured.
    value
        The event (1 or 0), the place of the level, the count or the measurement; one a
        patient.
    time
        Follow-up; none unless the outcome has one.
    known
        Whether the outcome is known, one flag a patient.
    entry
        Time of coming under observation; none where that is 0 for all.
    competing
        Whether a competing event ended follow-up, whose ``value`` is then 0; none where
        the outcome knows of none.
    exposure
        Time over which events were counted; none where it is the same for all.
    """

    outcome: Outcome
    value: np.ndarray
    time: np.ndarray | None
    known: np.ndarray
    entry: np.ndarray | None = None
    competing: np.ndarray | None = None
    exposure: np.ndarray | None = None

    def subset(self, mask: np.ndarray) -> Measured:
        """Return the outcome of some patients only."""

        def part(values: np.ndarray | None) -> np.ndarray | None:
            return None if values is None else values[mask]

        return Measured(
            self.outcome,
            self.value[mask],
            part(self.time),
            self.known[mask],
            part(self.entry),
            part(self.competing),
            part(self.exposure),
        )

    @property
    def of_competing(self) -> Measured:
        """Return the outcome with the competing events in place of the event."""
        assert self.competing is not None
        return replace(
            self,
            value=self.competing.astype(float),
            competing=self.value > 0,
        )

    @property
    def n_events(self) -> int | None:
        """Events among those whose outcome is known; none if it has no events."""
        if not self.outcome.has_events:
            return None
        return int(self.value[self.known].sum())


@dataclass(frozen=True)
class Planned:
    """What the config laid down of the analysis, by columns of the sheet.

    Parameters
    ----------
    subgroups
        Pre-specified subgroups, in the order of the config.
    adjust_for, stratify_by
        What the effect of treatment is adjusted for, and within what levels it is
        given.
    modifiers
        By what the effect may differ.
    """

    subgroups: tuple[str, ...] = ()
    adjust_for: tuple[str, ...] = ()
    stratify_by: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()

    @property
    def columns(self) -> list[str]:
        """Return every column, once."""
        named = (*self.subgroups, *self.adjust_for, *self.stratify_by, *self.modifiers)
        return list(dict.fromkeys(named))

    @classmethod
    def from_check(cls, columns: Mapping[str, Any]) -> Planned:
        """Take what was resolved, ``check/columns/response.json``.

        A covariate that is the same in every patient is left out; a subgroup stays, and
        is said to be none.
        """
        resolved = columns["resolved"]
        idle = set(columns.get("idle", ()))

        def named(key: str) -> tuple[str, ...]:
            listed = resolved.get(f"response.{key}", [])
            return tuple(c for c in listed if key == "subgroups" or c not in idle)

        return cls(
            named("subgroups"),
            named("adjust_for"),
            named("stratify_by"),
            named("modifiers"),
        )


@dataclass(frozen=True)
class Patients:
    """The patients who enter the analysis.

    Parameters
    ----------
    stratum, arm
        One label a patient; a blank arm is an unknown one, and who has a blank stratum
        counts among all patients alone.
    reference
        The arm that others are compared with; none without a treatment.
    arms
        All arms of the sheet, the reference first, the others in the order in which
        they are shown; an arm may have nobody left.
    measured
        The outcomes.
    covariates
        Patients × sheet columns of the propensity, as text.
    planned
        What the config laid down of the analysis.
    baseline
        Patients × the columns of it, as text.
    n_excluded
        Patients of the sheet whom quality control left out.
    """

    stratum: np.ndarray
    arm: np.ndarray
    reference: str | None
    measured: tuple[Measured, ...]
    covariates: pd.DataFrame
    arms: tuple[str, ...] = ()
    planned: Planned = Planned()
    baseline: pd.DataFrame | None = None
    n_excluded: int = 0

    @property
    def strata(self) -> list[str]:
        """Return the strata in their natural order: 2 before 10."""
        return order_names(self.stratum[self.stratum != ""])

    @property
    def places(self) -> list[str]:
        """Return the strata, and a blank one where some patients have none."""
        return self.strata + [""] * bool((self.stratum == "").any())

    def column(self, name: str) -> np.ndarray:
        """Return a column of the planned analysis, as text, blank where not known."""
        assert self.baseline is not None
        return self.baseline[name].to_numpy(dtype=object)

    def divided_by(self, labels: np.ndarray) -> Patients:
        """Return the same patients with other groups in place of strata."""
        return replace(self, stratum=labels)

    @property
    def arms_present(self) -> list[str]:
        """Return the arms that a patient here is in, in their order."""
        here = set(self.arm)
        return [arm for arm in self.arms if arm in here]

    def subset(self, mask: np.ndarray) -> Patients:
        """Return some patients only."""
        return replace(
            self,
            stratum=self.stratum[mask],
            arm=self.arm[mask],
            measured=tuple(one.subset(mask) for one in self.measured),
            covariates=self.covariates[mask].reset_index(drop=True),
            baseline=None
            if self.baseline is None
            else self.baseline[mask].reset_index(drop=True),
        )


@dataclass(frozen=True)
class TreatmentArms:
    """The treatment, as the check of the sheet found it.

    Parameters
    ----------
    column
        Of the sheet.
    reference
        The arm that others are compared with.
    arms
        All arms, in the order in which they are shown.
    """

    column: str
    reference: str
    arms: tuple[str, ...]

    @property
    def ordered(self) -> tuple[str, ...]:
        """Return the arms, the reference first."""
        others = (arm for arm in self.arms if arm != self.reference)
        return (self.reference, *others)

    @classmethod
    def from_check(
        cls, treatment: Mapping[str, Any] | None, columns: Mapping[str, Any]
    ) -> TreatmentArms | None:
        """Take what was resolved.

        Parameters
        ----------
        treatment
            As in the config; None without one.
        columns
            ``check/columns/response.json``.
        """
        if treatment is None:
            return None
        found = columns["treatment"]
        return cls(treatment["column"], found["reference"], tuple(found["arms"]))


def gather_patients(
    sheet: pd.DataFrame,
    assignments: pd.DataFrame,
    *,
    outcomes: Sequence[Outcome],
    treatment: TreatmentArms | None,
    covariates: Sequence[str] = (),
    planned: Planned = Planned(),
    use_strata: bool = True,
) -> Patients:
    """Join the sheet with the strata.

    Parameters
    ----------
    sheet
        ``check/samples.tsv``, every column text.
    assignments
        ``strata/assignments.tsv``.
    outcomes
        From the config; see :mod:`genostrat.config.outcomes`.
    treatment
        The column of the treatment and its arms, as the check found them.
    covariates
        Columns for propensity weighting; none for a randomised treatment.
    planned
        What the config laid down of the analysis.
    use_strata
        Without it patients are not divided. All but excluded ones enter in any case:
        who has no stratum was treated and followed too.

    Raises
    ------
    GenostratError
        If the strata are of another sheet.
    """
    entering = assignments[assignments["status"] != "excluded"]
    sheet = _as_text(sheet)
    rows = sheet.set_index("sample_id").reindex(sorted(entering["sample_id"]))
    if not rows.index.isin(sheet["sample_id"]).all():
        raise GenostratError(_stale())
    stratum = np.full(len(rows), ALL, dtype=object)
    if use_strata:
        placed = entering[entering["status"] == "assigned"]
        labels = placed.set_index("sample_id")["stratum"].astype(str)
        stratum = labels.reindex(rows.index).fillna("").to_numpy(dtype=object)
    arm = np.full(len(rows), "", dtype=object)
    if treatment is not None:
        arm = rows[treatment.column].to_numpy(dtype=object)
    return Patients(
        stratum=stratum,
        arm=arm,
        reference=None if treatment is None else treatment.reference,
        measured=tuple(_measure(rows, outcome) for outcome in outcomes),
        covariates=rows[list(covariates)].reset_index(drop=True),
        arms=() if treatment is None else treatment.ordered,
        planned=planned,
        baseline=rows[planned.columns].reset_index(drop=True),
        n_excluded=int((assignments["status"] == "excluded").sum()),
    )


def _as_text(sheet: pd.DataFrame) -> pd.DataFrame:
    """Undo the reading of columns the registry calls numbers."""
    missing = sheet.isna()
    return sheet.astype(object).astype(str).mask(missing, "")


def _stale() -> Problem:
    return Problem(
        "patients with a stratum are missing from the sheet",
        fix="the strata belong to an older sheet: run the workflow again from check",
    )


def _measure(rows: pd.DataFrame, outcome: Outcome) -> Measured:
    columns: Mapping[str, np.ndarray] = {
        holds: parse_numbers(rows[column]) for _, column, holds in outcome.needs
    }
    known = np.all([np.isfinite(values) for values in columns.values()], axis=0)
    value = columns[outcome.needs[-1][2]]
    competing = None
    if "state" in columns:
        competing = value == 2
        value = np.where(np.isfinite(value), (value == 1).astype(float), np.nan)
    time, entry = columns.get("time"), columns.get("entry")
    if time is not None and entry is not None:
        # What is one time must be one among entries and ends together.
        both = join_near_times(np.concatenate([time, entry]))
        time, entry = both[: len(time)], both[len(time) :]
    elif time is not None:
        time = join_near_times(time)
    return Measured(
        outcome, value, time, known, entry, competing, columns.get("exposure")
    )


#: Times closer than this, in themselves or in parts of the mean time, are one.
_ONE_TIME = float(np.sqrt(np.finfo(float).eps))


def join_near_times(time: np.ndarray) -> np.ndarray:
    """Make one time of those that differ by rounding alone, as 3 × 0.1 and 0.3.

    Parameters
    ----------
    time
        One a patient; what is not finite stays.

    Returns
    -------
    numpy.ndarray
        Each time, or the smallest of those that follow each other too closely.

    Notes
    -----
    The tolerance, and what it is compared with, are those of R's survival package
    (``aeqSurv``, on by default): the square root of the machine's precision, of the
    gap itself and of the gap in parts of the mean of the different times.

    Examples
    --------
    >>> join_near_times(np.array([0.3, 3 * 0.1, 1.0])).tolist()
    [0.3, 0.3, 1.0]
    """
    known = np.isfinite(time)
    moments = np.unique(time[known])
    if len(moments) < 2:
        return time
    gaps = np.diff(moments)
    mean = float(np.abs(moments).mean())
    near = (gaps <= _ONE_TIME) | (gaps <= _ONE_TIME * mean)
    first = moments[np.append(True, ~near)]
    joined = time.copy()
    joined[known] = first[np.searchsorted(first, time[known], side="right") - 1]
    return joined
