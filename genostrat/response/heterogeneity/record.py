"""What is said of heterogeneity, and of why it was not assessed."""

from __future__ import annotations

from typing import Any

import numpy as np

from genostrat.catalogues.contrasts import name_contrast
from genostrat.catalogues.outcome_kinds import find_direction
from genostrat.registry.words.response import RIDGE
from genostrat.response.covariates import code_covariates, scale_columns
from genostrat.response.groups import common_horizon, shortage
from genostrat.response.heterogeneity.targets import target_values
from genostrat.response.heterogeneity.verdict import (
    ALPHA,
    FEWEST_PATIENTS,
    FOUND,
    NOT_ASSESSED,
    NOT_FOUND,
    judge_heterogeneity,
)
from genostrat.response.patients import Measured, Patients
from genostrat.response.treatment.multiplicity import adjust_holm


def describe_heterogeneity(
    patients: Patients,
    *,
    randomised: bool,
    minimum: int,
    seed: int,
    learner: str = RIDGE,
    repeats: int | None = None,
) -> dict[str, Any]:
    """Judge heterogeneity of every outcome and arm against the reference.

    Parameters
    ----------
    patients
        The patients who enter the analysis.
    randomised
        Whether treatment was allocated at random.
    minimum
        Fewest events that either arm must expect.
    seed, repeats
        Of the splits; None: as many as the learner has.
    learner
        What predicts: ``ridge``, or ``causal_forest``, which EconML grows.

    Returns
    -------
    dict
        ``response/heterogeneity.json``.
    """
    modifiers = list(patients.planned.modifiers)
    record: dict[str, Any] = {
        "verdict": NOT_ASSESSED,
        "reason": _why_not(patients, randomised=randomised),
        "modifiers": modifiers,
        "seed": seed,
        "alpha": ALPHA,
        "judged": [],
    }
    if record["reason"]:
        return record
    judged = [
        _judge(
            patients,
            measured,
            arm,
            minimum=minimum,
            seed=seed,
            learner=learner,
            repeats=repeats,
        )
        for measured in patients.measured
        for arm in patients.arms[1:]
    ]
    values = [np.nan if one["p_value"] is None else one["p_value"] for one in judged]
    for one, adjusted in zip(judged, adjust_holm(np.array(values)), strict=True):
        known = bool(np.isfinite(adjusted))
        one["p_adjusted"] = float(adjusted) if known else None
        if known:
            one["verdict"] = FOUND if adjusted < ALPHA else NOT_FOUND
        if one["verdict"] != FOUND:
            # A tree of noise reads like any other.
            one["tree"] = None
    _judge_ratios(judged)
    verdicts = {one["verdict"] for one in judged}
    if FOUND in verdicts:
        record["verdict"] = FOUND
    elif verdicts == {NOT_FOUND}:
        record["verdict"] = NOT_FOUND
    else:
        single = len({one["outcome"] for one in judged}) == 1
        first, *others = dict.fromkeys(
            one["reason"] if single else f"{one['outcome']}: {one['reason']}"
            for one in judged
            if one["reason"]
        )
        more = f", and {len(others)} more reasons in the table" if others else ""
        record["reason"] = first + more
    return record | {"judged": judged}


def _judge_ratios(judged: list[dict[str, Any]]) -> None:
    """Say of what differs whether its ratio differs too; else nothing is claimed."""
    asked = [one for one in judged if one["ratio"]]
    values = np.array([one["ratio"]["p_value"] for one in asked])
    for one, adjusted in zip(asked, adjust_holm(values), strict=True):
        one["ratio"] |= {"p_adjusted": float(adjusted), "verdict": NOT_ASSESSED}
        if one["verdict"] == FOUND:
            one["ratio"]["verdict"] = FOUND if adjusted < ALPHA else NOT_FOUND


def _why_not(patients: Patients, *, randomised: bool) -> str:
    if patients.reference is None:
        return "there is no treatment"
    if not randomised:
        return "treatment was not randomised"
    if not patients.planned.modifiers:
        return "response.modifiers names no column"
    return ""


def _judge(
    patients: Patients,
    measured: Measured,
    arm: str,
    *,
    minimum: int,
    seed: int,
    learner: str,
    repeats: int | None,
) -> dict[str, Any]:
    """Judge one outcome of one arm against the reference."""
    mask = measured.known & np.isin(patients.arm, [arm, patients.arms[0]])
    part, treated = measured.subset(mask), patients.arm[mask] == arm
    contrast = name_contrast(arm, patients.arms[0])
    horizon = common_horizon(part, (treated, ~treated))
    outcome = measured.outcome
    record: dict[str, Any] = {
        "outcome": outcome.name,
        "contrast": contrast,
        "verdict": NOT_ASSESSED,
        "reason": "",
        "p_value": None,
        "p_adjusted": None,
        "n": len(part.value),
        "n_events": part.n_events,
        "ratio": None,
        "tree": None,
        "horizon": float(horizon) if np.isfinite(horizon) else None,
        "unit": "" if outcome.has_levels and not outcome.time else outcome.unit,
    }
    fewest = int(min(treated.sum(), (~treated).sum()))
    reason = shortage(part, treated, minimum=minimum)
    if part.entry is not None:
        reason = "patients came under observation after time 0"
    if fewest < FEWEST_PATIENTS:
        reason = f"too few patients ({fewest} in an arm, of at least {FEWEST_PATIENTS})"
    assert patients.baseline is not None
    columns = patients.baseline[mask][list(patients.planned.modifiers)]
    names, values = code_covariates(columns.reset_index(drop=True))
    varying = np.ptp(values, axis=0) > 0
    names = [name for name, varies in zip(names, varying, strict=True) if varies]
    values = values[:, varying]
    design = scale_columns(values)
    if not reason and not design.shape[1]:
        reason = "no column of response.modifiers differs between patients"
    if reason:
        return record | {"reason": reason}
    return record | judge_heterogeneity(
        design,
        treated,
        target_values(part, treated, horizon=horizon),
        seed=seed,
        name=(outcome.name, contrast),
        sign=direction_of(measured),
        stratum=patients.stratum[mask],
        counts=part if outcome.needs[-1][2] == "count" else None,
        columns=(names, values),
        learner=learner,
        repeats=repeats,
    )


def direction_of(measured: Measured) -> float:
    """Return 1 if more of an outcome is better, -1 if less is, missing if unsaid."""
    outcome = measured.outcome
    return find_direction(outcome.kind, outcome.better) or np.nan
