"""Likelihoods of the Cox and the logistic model, and one way to maximise both.

Both are written over distinct rows of the design ("patterns"). Arms and strata are
categories, so there are few patterns however many patients there are, and the same
code serves plain, weighted and penalised fits.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from genostrat.config.outcomes import EFRON
from genostrat.response.likelihoods.risk_sets import check_ties, number_groups
from genostrat.response.survival import sums_at_risk

ITERATIONS = 60
TOLERANCE = 1e-9
#: A hazard or odds ratio of e^15 between two groups is no estimate but a separation.
LARGEST_COEFFICIENT = 15.0
LONGEST_STEP = 4.0


class Likelihood(Protocol):
    """What :func:`maximise` needs to know of a model."""

    @property
    def size(self) -> int:
        """Number of coefficients."""

    def derivatives(self, beta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """Return log-likelihood, score and information at `beta`."""

    def bias_score(self, beta: np.ndarray, inverse: np.ndarray) -> np.ndarray:
        """Return the derivative of half the log-determinant of the information."""

    def restrict(self, columns: np.ndarray) -> Likelihood:
        """Return the model of some of the coefficients."""


@dataclass(frozen=True)
class Fit:
    """A maximised likelihood.

    Parameters
    ----------
    beta
        Coefficients; those held at zero are zero.
    covariance
        Inverse information of the coefficients that were free, zero elsewhere.
    log_likelihood
        Penalised where the fit was.
    converged
        False when a coefficient runs to infinity (separation).
    """

    beta: np.ndarray
    covariance: np.ndarray
    log_likelihood: float
    converged: bool


class LogisticLikelihood:
    """Binomial log-likelihood with logit link.

    Parameters
    ----------
    patterns
        Rows × coefficients, with a column of ones for the intercept.
    total, events
        Weight in each row, and the part of it that had the event.
    """

    def __init__(
        self, patterns: np.ndarray, *, total: np.ndarray, events: np.ndarray
    ) -> None:
        self.patterns, self.total, self.events = patterns, total, events

    @property
    def size(self) -> int:
        """Return the number of coefficients."""
        return self.patterns.shape[1]

    def derivatives(self, beta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """Return log-likelihood, score and information at `beta`."""
        eta = self.patterns @ beta
        risk = 1.0 / (1.0 + np.exp(-eta))
        value = float(self.events @ eta - self.total @ np.logaddexp(0.0, eta))
        score = self.patterns.T @ (self.events - self.total * risk)
        spread = self.total * risk * (1.0 - risk)
        return value, score, (self.patterns.T * spread) @ self.patterns

    def bias_score(self, beta: np.ndarray, inverse: np.ndarray) -> np.ndarray:
        """Return the derivative of half the log-determinant of the information."""
        risk = 1.0 / (1.0 + np.exp(-self.patterns @ beta))
        leverage = np.einsum("gp,pq,gq->g", self.patterns, inverse, self.patterns)
        third = self.total * risk * (1.0 - risk) * (1.0 - 2.0 * risk)
        return 0.5 * self.patterns.T @ (third * leverage)

    def restrict(self, columns: np.ndarray) -> LogisticLikelihood:
        """Return the model of some of the coefficients."""
        return LogisticLikelihood(
            self.patterns[:, columns], total=self.total, events=self.events
        )


def pooled_logistic(design: np.ndarray, event: np.ndarray) -> LogisticLikelihood:
    """Pool patients with equal rows of the design into one row each."""
    patterns, index = np.unique(design, axis=0, return_inverse=True)
    index, count = index.reshape(-1), len(patterns)
    return LogisticLikelihood(
        patterns,
        total=np.bincount(index, minlength=count).astype(float),
        events=np.bincount(index, event, count),
    )


class CoxLikelihood:
    """Cox partial log-likelihood, ties as Efron or Breslow takes them.

    Parameters
    ----------
    design
        Patients × coefficients, without an intercept.
    time, event
        Follow-up and 1 (event) or 0 (censored); one value a patient.
    weights
        One non-negative weight a patient.
    baseline
        Each patient's group; groups have baseline hazards of their own.
    entry
        Time of coming under observation; none: 0 for all.
    ties
        ``efron``, or ``breslow``: tied events are all at risk at each of them (Breslow
        1974, doi 10.2307/2529620).

    Raises
    ------
    ValueError
        If `ties` is another way.

    Notes
    -----
    One row of ``risk`` is one event: the weight at risk in each pattern, from which
    the r-th of d tied events has r/d of the tied weight taken out (Efron 1977, doi
    10.1080/01621459.1977.10480613). With weights, tied events share their mean.
    """

    def __init__(
        self,
        design: np.ndarray,
        time: np.ndarray,
        event: np.ndarray,
        *,
        weights: np.ndarray,
        baseline: np.ndarray | None = None,
        entry: np.ndarray | None = None,
        ties: str = EFRON,
    ) -> None:
        check_ties(ties)
        groups = number_groups(baseline, n_patients=len(time))
        rows, index = np.unique(
            np.column_stack([groups, design]), axis=0, return_inverse=True
        )
        self.patterns = rows[:, 1:]
        index = index.reshape(-1)
        happened = (event > 0) & (weights > 0)
        self.observed = weights[happened] @ design[happened]
        blocks = [
            _risk_rows(
                index,
                time,
                happened,
                weights,
                members=np.flatnonzero(rows[:, 0] == group),
                count=len(rows),
                entry=entry,
                ties=ties,
            )
            for group in np.unique(groups)
        ]
        self.risk = np.concatenate([block[0] for block in blocks])
        self.event_weight = np.concatenate([block[1] for block in blocks])

    @property
    def size(self) -> int:
        """Return the number of coefficients."""
        return self.patterns.shape[1]

    def _at_risk(self, beta: np.ndarray) -> tuple[np.ndarray, float]:
        eta = self.patterns @ beta
        shift = float(eta.max(initial=-np.inf)) if len(eta) else 0.0
        mass = self.risk * np.exp(eta - shift)
        total = mass.sum(axis=1)
        value = float(self.observed @ beta)
        value -= float(self.event_weight @ (np.log(total) + shift))
        return mass / total[:, None], value

    def derivatives(self, beta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """Return log-likelihood, score and information at `beta`."""
        share, value = self._at_risk(beta)
        mean = share @ self.patterns
        score = self.observed - self.event_weight @ mean
        second = (self.patterns.T * (self.event_weight @ share)) @ self.patterns
        return value, score, second - (mean.T * self.event_weight) @ mean

    def bias_score(self, beta: np.ndarray, inverse: np.ndarray) -> np.ndarray:
        """Return the derivative of half the log-determinant of the information."""
        share, _ = self._at_risk(beta)
        centred = self.patterns[None] - (share @ self.patterns)[:, None]
        leverage = np.einsum("egp,egp->eg", centred @ inverse, centred)
        weight = share * self.event_weight[:, None] * leverage
        return 0.5 * np.einsum("eg,egp->p", weight, centred)

    def restrict(self, columns: np.ndarray) -> CoxLikelihood:
        """Return the model of some of the coefficients."""
        other = copy(self)
        other.patterns = self.patterns[:, columns]
        other.observed = self.observed[columns]
        return other


def _risk_rows(
    index: np.ndarray,
    time: np.ndarray,
    happened: np.ndarray,
    weights: np.ndarray,
    *,
    members: np.ndarray,
    count: int,
    entry: np.ndarray | None,
    ties: str,
) -> tuple[np.ndarray, np.ndarray]:
    """Weight at risk by pattern for every event of one baseline group."""
    of_group = happened & np.isin(index, members)
    moments, tied = np.unique(time[of_group], return_counts=True)
    at_risk = np.zeros((len(moments), count))
    dying = np.zeros((len(moments), count))
    for pattern in members:
        mine = index == pattern
        at_risk[:, pattern] = sums_at_risk(
            moments,
            time[mine],
            entry=None if entry is None else entry[mine],
            values=weights[mine],
        )
        deaths = mine & happened
        slot = np.searchsorted(moments, time[deaths])
        np.add.at(dying[:, pattern], slot, weights[deaths])
    repeat = np.repeat(np.arange(len(moments)), tied)
    turn = np.arange(len(repeat)) - np.repeat(np.cumsum(tied) - tied, tied)
    fraction = (turn / tied[repeat])[:, None] * (ties == EFRON)
    risk = at_risk[repeat] - fraction * dying[repeat]
    return risk, dying.sum(axis=1)[repeat] / tied[repeat]


def estimable_columns(information: np.ndarray) -> np.ndarray:
    """Return the coefficients that add information to those before them.

    Parameters
    ----------
    information
        Coefficients × coefficients, at zero.
    """
    kept: list[int] = []
    for column in range(len(information)):
        left = information[column, column]
        if kept:
            cross = information[kept, column]
            left -= cross @ np.linalg.solve(information[np.ix_(kept, kept)], cross)
        if left > 1e-9 * max(information[column, column], 1e-12):
            kept.append(column)
    return np.array(kept, dtype=int)


def maximise(
    likelihood: Likelihood,
    *,
    free: np.ndarray | None = None,
    penalised: bool = False,
) -> Fit:
    """Maximise a likelihood by Newton's method with step halving.

    Parameters
    ----------
    likelihood
        The model.
    free
        Which coefficients may move, one flag each; the others stay at zero.
    penalised
        Add half the log-determinant of the information of *all* coefficients
        (Jeffreys prior), which keeps estimates finite under separation.

    Notes
    -----
    Firth 1993 (doi 10.1093/biomet/80.1.27); for Cox, Heinze & Schemper 2001 (doi
    10.1111/j.0006-341X.2001.00114.x). Holding coefficients at zero under the penalty
    of the full model makes penalised likelihood ratios independent of which level of
    a factor is the reference.
    """
    free = np.ones(likelihood.size, dtype=bool) if free is None else free
    block = np.ix_(free, free)
    point = _visit(likelihood, np.zeros(likelihood.size), penalised=penalised)
    converged = not free.any()
    for _ in range(ITERATIONS if free.any() else 0):
        try:
            score = point.score
            if penalised:
                inverse = np.linalg.inv(point.information)
                score = score + likelihood.bias_score(point.beta, inverse)
            step = np.linalg.solve(point.information[block], score[free])
        except np.linalg.LinAlgError:
            break
        step *= min(1.0, LONGEST_STEP / max(np.abs(step).max(), 1e-300))
        point, moved = _line_search(
            likelihood, point, step, free=free, penalised=penalised
        )
        if np.abs(point.beta).max() > LARGEST_COEFFICIENT:
            break
        if moved < TOLERANCE:
            converged = True
            break
    covariance = _covariance(point.information, free)
    return Fit(point.beta, covariance, point.value, converged)


@dataclass(frozen=True)
class _Point:
    """Where the search is, and what the likelihood is there."""

    beta: np.ndarray
    value: float
    score: np.ndarray
    information: np.ndarray


def _visit(likelihood: Likelihood, beta: np.ndarray, *, penalised: bool) -> _Point:
    value, score, information = likelihood.derivatives(beta)
    if penalised:
        sign, logarithm = np.linalg.slogdet(information)
        value = value + 0.5 * float(logarithm) if sign > 0 else -np.inf
    return _Point(beta, value, score, information)


def _line_search(
    likelihood: Likelihood,
    point: _Point,
    step: np.ndarray,
    *,
    free: np.ndarray,
    penalised: bool,
) -> tuple[_Point, float]:
    for _ in range(40):
        beta = point.beta.copy()
        beta[free] += step
        reached = _visit(likelihood, beta, penalised=penalised)
        # At the maximum the value changes by rounding only.
        if reached.value >= point.value - 1e-10 * (1.0 + abs(point.value)):
            return reached, float(np.abs(step).max())
        step = step / 2.0
    return point, 0.0


def _covariance(information: np.ndarray, free: np.ndarray) -> np.ndarray:
    covariance = np.zeros_like(information)
    block = np.ix_(free, free)
    try:
        covariance[block] = np.linalg.inv(information[block])
    except np.linalg.LinAlgError:
        covariance[block] = np.nan
    return covariance
