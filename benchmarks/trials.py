"""Simulated trials of every kind of outcome, for benchmarks of error rates."""

import numpy as np
import pandas as pd

from genostrat.catalogues.outcome_kinds import KINDS
from genostrat.config.outcomes import Outcome
from genostrat.response.patients import Measured, Patients, Planned
from genostrat.seeds import random_generator

N_COVARIATES = 6
#: Cuts of an ordered scale, events a unit of time, and their size: the smaller it is,
#: the more counts vary beyond Poisson's.
_CUTS, _RATE, _SIZE = (-1.0, 0.4, 1.6), 0.8, 1.5


def draw_trial(kind, *, n, seed, planted, effect=0.4):
    """Simulate one trial, with six covariates of which two change the outcome.

    Parameters
    ----------
    kind
        Of the outcome.
    n
        Patients.
    seed
        Of the trial.
    planted
        Whether the effect changes its sign with a covariate.
    effect
        Of treatment on everybody alike, where it does not.
    """
    rng = random_generator(seed, "trial", kind)
    x = rng.normal(size=(n, N_COVARIATES))
    treated = rng.random(n) < 0.5
    gain = np.where(x[:, 2] > 0, 0.9, -0.9) if planted else effect
    signal = 0.6 * x[:, 0] - 0.4 * x[:, 1] + gain * treated
    measured = draw_outcome(kind, signal, rng)
    frame = pd.DataFrame(x, columns=[f"x{i}" for i in range(N_COVARIATES)]).astype(str)
    return gather(measured, np.where(treated, "new", "old"), frame, arms=("old", "new"))


def draw_outcome(kind, signal, rng):
    """Draw an outcome of every patient, from a signal on the scale of its model."""
    n = len(signal)
    time = competing = exposure = None
    if kind == "continuous":
        value = signal + rng.normal(size=n)
    elif kind == "binary":
        value = (rng.random(n) < 1 / (1 + np.exp(-signal))).astype(float)
    elif kind == "ordinal":
        value = 1.0 + np.digitize(signal + rng.logistic(size=n), _CUTS)
    elif kind == "count":
        exposure = rng.uniform(0.5, 3.0, n)
        mean = _RATE * exposure * np.exp(signal)
        value = rng.poisson(mean * rng.gamma(_SIZE, 1 / _SIZE, n)).astype(float)
    else:
        event = rng.exponential(10 * np.exp(signal))
        censored = rng.uniform(4, 30, n)
        other = rng.exponential(25, n) if kind == "competing" else np.full(n, np.inf)
        time = np.minimum(np.minimum(event, other), censored)
        value = (event <= np.minimum(other, censored)).astype(float)
        competing = other < np.minimum(event, censored) if kind == "competing" else None
    outcome = Outcome("outcome", kind, tuple(KINDS[kind].columns))
    known = np.ones(n, dtype=bool)
    return Measured(outcome, value, time, known, competing=competing, exposure=exposure)


def gather(measured, arm, frame, *, arms):
    """Return patients without strata, whose columns may all change the effect."""
    return Patients(
        stratum=np.full(len(arm), "all", dtype=object),
        arm=arm.astype(object),
        reference=arms[0],
        measured=(measured,),
        covariates=frame[[]],
        arms=arms,
        planned=Planned(modifiers=tuple(frame.columns)),
        baseline=frame,
    )
