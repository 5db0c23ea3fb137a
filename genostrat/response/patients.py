"""The patients who enter the analysis: stratum, arm and outcomes, all checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from genostrat.errors import GenostratError, Problem, raise_if_any
from genostrat.ordering import order_names
from genostrat.response.checks import (
    arm_problems,
    as_numbers,
    leakage_problems,
    sheet_problems,
)
from genostrat.response.settings import ALL, Outcome, Treatment

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
        The event (1 or 0) or the measurement; one a patient.
    time
        Follow-up; none unless the outcome is survival.
    known
        Whether the outcome is known, one flag a patient.
    """

    outcome: Outcome
    value: np.ndarray
    time: np.ndarray | None
    known: np.ndarray

    def subset(self, mask: np.ndarray) -> Measured:
        """Return the outcome of some patients only."""
        time = None if self.time is None else self.time[mask]
        return Measured(self.outcome, self.value[mask], time, self.known[mask])

    @property
    def n_events(self) -> int | None:
        """Events among those whose outcome is known; none if it is continuous."""
        if self.outcome.kind == "continuous":
            return None
        return int(self.value[self.known].sum())


@dataclass(frozen=True)
class Patients:
    """The patients who enter the analysis.

    Parameters
    ----------
    stratum, arm
        One label a patient; a blank arm is an unknown one.
    reference
        The arm that others are compared with; none without a treatment.
    measured
        The outcomes.
    covariates
        Patients × sheet columns, as text.
    """

    stratum: np.ndarray
    arm: np.ndarray
    reference: str | None
    measured: tuple[Measured, ...]
    covariates: pd.DataFrame

    @property
    def strata(self) -> list[str]:
        """Return the strata in their natural order: 2 before 10."""
        return order_names(self.stratum)

    @property
    def arms(self) -> list[str]:
        """Return the arms, the reference first."""
        if self.reference is None:
            return []
        others = set(self.arm) - {"", self.reference}
        return [self.reference, *sorted(others)]

    def subset(self, mask: np.ndarray) -> Patients:
        """Return some patients only."""
        return replace(
            self,
            stratum=self.stratum[mask],
            arm=self.arm[mask],
            measured=tuple(one.subset(mask) for one in self.measured),
            covariates=self.covariates[mask].reset_index(drop=True),
        )


def gather_patients(
    sheet: pd.DataFrame,
    assignments: pd.DataFrame,
    *,
    outcomes: Sequence[Outcome],
    treatment: Treatment | None,
    covariates: Sequence[str] = (),
    profile_features: Iterable[str] = (),
    use_strata: bool = True,
    file: str | Path = "check/samples.tsv",
) -> Patients:
    """Join the sheet with the strata and check everything the analysis reads.

    Parameters
    ----------
    sheet
        The validated sheet, every column text.
    assignments
        ``strata/assignments.tsv``.
    outcomes, treatment
        From the config; see :mod:`genostrat.response.settings`.
    covariates
        Columns for propensity weighting; none for a randomised treatment.
    profile_features
        Names of the features that strata were formed from.
    use_strata
        Without it patients are not divided, and all but excluded ones enter.
    file
        The sheet's path, for messages.

    Raises
    ------
    GenostratError
        With every problem of the sheet's treatment, outcomes and covariates at once.
    """
    sheet = _as_text(sheet)
    problems = sheet_problems(
        sheet, outcomes=outcomes, treatment=treatment, covariates=covariates, file=file
    )
    problems += leakage_problems(outcomes, treatment, profile_features=profile_features)
    raise_if_any(problems)
    if use_strata:
        entering = assignments[assignments["status"] == "assigned"]
    else:
        entering = assignments[assignments["status"] != "excluded"]
    rows = sheet.set_index("sample_id").reindex(sorted(entering["sample_id"]))
    if not rows.index.isin(sheet["sample_id"]).all():
        raise GenostratError(_stale(file))
    stratum = np.full(len(rows), ALL, dtype=object)
    if use_strata:
        labels = entering.set_index("sample_id")["stratum"].astype(str)
        stratum = labels.reindex(rows.index).to_numpy(dtype=object)
    arm = np.full(len(rows), "", dtype=object)
    if treatment is not None:
        arm = rows[treatment.column].to_numpy(dtype=object)
        raise_if_any(
            arm_problems(arm, treatment=treatment, file=file, whole_sheet=False)
        )
    return Patients(
        stratum=stratum,
        arm=arm,
        reference=None if treatment is None else treatment.reference,
        measured=tuple(_measure(rows, outcome) for outcome in outcomes),
        covariates=rows[list(covariates)].reset_index(drop=True),
    )


def _as_text(sheet: pd.DataFrame) -> pd.DataFrame:
    """Undo the reading of columns the registry calls numbers."""
    missing = sheet.isna()
    return sheet.astype(object).astype(str).mask(missing, "")


def _stale(file: str | Path) -> Problem:
    return Problem(
        "patients with a stratum are missing from the sheet",
        file=file,
        fix="the strata belong to an older sheet: run the workflow again from check",
    )


def _measure(rows: pd.DataFrame, outcome: Outcome) -> Measured:
    columns: Mapping[str, np.ndarray] = {
        column: as_numbers(rows[column].to_numpy(dtype=object))
        for column in outcome.columns
    }
    known = np.all([np.isfinite(values) for values in columns.values()], axis=0)
    value = columns[outcome.columns[-1]]
    time = columns[outcome.columns[0]] if outcome.kind == "survival" else None
    return Measured(outcome, value, time, known)
