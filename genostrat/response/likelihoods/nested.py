"""Tests of nested models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from genostrat.response.likelihoods.likelihood import (
    Likelihood,
    estimable_columns,
    maximise,
)

PENALISED = (
    "penalised likelihood (Firth), because some cell has no events, or events only"
)


@dataclass(frozen=True)
class Comparison:
    """A test of nested models.

    Parameters
    ----------
    statistic, df, p_value
        Missing (df zero) when nothing can be estimated.
    method
        How the p-value was found.
    note
        What a reader must know, or nothing.
    """

    statistic: float
    df: int
    p_value: float
    method: str
    note: str = ""


def indicators(labels: np.ndarray, levels: Sequence[str]) -> np.ndarray:
    """Return patients × (levels - 1) indicators; the first level is the reference."""
    return np.column_stack(
        [np.empty((len(labels), 0)), *(labels == level for level in levels[1:])]
    ).astype(float)


def main_effects(baseline: np.ndarray) -> np.ndarray:
    """Return the columns of an intercept and of the groups that differ in any case."""
    levels = sorted(set(baseline))
    return np.column_stack([np.ones(len(baseline)), indicators(baseline, levels)])


def compare_likelihoods(likelihood: Likelihood, *, n_added: int) -> Comparison:
    """Test the last columns of a model by a likelihood ratio against chi-squared.

    Parameters
    ----------
    likelihood
        Of the larger model.
    n_added
        How many of its columns, the last, the smaller model lacks.

    Notes
    -----
    Where the likelihood has no maximum, since some cell has no events or events only,
    the penalised likelihood ratio of Heinze & Schemper (2002, doi 10.1002/sim.1047).
    """
    first_added = likelihood.size - n_added
    information = likelihood.derivatives(np.zeros(likelihood.size))[2]
    kept = estimable_columns(information)
    df = int((kept >= first_added).sum())
    if df == 0:
        return nothing_to_test("likelihood ratio")
    larger = np.isin(np.arange(likelihood.size), kept)
    smaller = larger & (np.arange(likelihood.size) < first_added)
    fits = [maximise(likelihood, free=free) for free in (smaller, larger)]
    method, note = "likelihood ratio", lost_df(df, n_added)
    if not all(fit.converged for fit in fits):
        reduced = likelihood.restrict(kept)
        stays = kept < first_added
        fits = [
            maximise(reduced, free=free, penalised=True)
            for free in (stays, np.ones(len(kept), dtype=bool))
        ]
        method = "penalised likelihood ratio"
        note = "; ".join(filter(None, [PENALISED, note]))
    statistic = max(0.0, 2.0 * (fits[1].log_likelihood - fits[0].log_likelihood))
    p_value = float(stats.chi2.sf(statistic, df))
    return Comparison(statistic, df, p_value, method, note)


def nothing_to_test(method: str) -> Comparison:
    """Return a test that could not be made."""
    note = "cannot be estimated: too few patients, events or differences"
    return Comparison(np.nan, 0, np.nan, method, note)


def lost_df(df: int, full: int) -> str:
    """Say that a test has fewer degrees of freedom than its design, or nothing."""
    if df == full:
        return ""
    return f"{df} instead of {full} degrees of freedom: some cells hold no information"


@dataclass(frozen=True)
class Estimates:
    """Coefficients of the last columns of a model.

    Parameters
    ----------
    values
        One a column.
    covariance
        Columns × columns.
    freedom
        Degrees of freedom of the errors; infinite where they are normal.
    note
        What a reader must know, or nothing.
    """

    values: np.ndarray
    covariance: np.ndarray
    freedom: float = np.inf
    note: str = ""


def no_estimates(n_added: int, note: str) -> Estimates:
    """Return estimates that could not be made."""
    return Estimates(
        np.full(n_added, np.nan), np.full((n_added, n_added), np.nan), note=note
    )


def estimate_added(likelihood: Likelihood, *, n_added: int) -> Estimates:
    """Estimate the coefficients of the last columns of a model.

    Parameters
    ----------
    likelihood
        Of the model.
    n_added
        How many of its columns, the last, are wanted.

    Notes
    -----
    Where the likelihood has no maximum, Firth's penalised one.
    """
    first = likelihood.size - n_added
    information = likelihood.derivatives(np.zeros(likelihood.size))[2]
    # What is added is looked at first, so that covariates give way to it.
    order = np.r_[first : likelihood.size, :first]
    kept = np.sort(order[estimable_columns(information[np.ix_(order, order)])])
    if not set(range(first, likelihood.size)) <= set(kept):
        return no_estimates(n_added, "too few events or differences")
    free = np.isin(np.arange(likelihood.size), kept)
    fit, note = maximise(likelihood, free=free), ""
    if not fit.converged:
        reduced = likelihood.restrict(kept)
        penalised = maximise(reduced, penalised=True)
        if not penalised.converged:
            return no_estimates(n_added, "the model does not converge")
        last = np.arange(len(kept))[-n_added:]
        return Estimates(
            penalised.beta[last],
            penalised.covariance[np.ix_(last, last)],
            note=PENALISED,
        )
    last = np.arange(first, likelihood.size)
    return Estimates(fit.beta[last], fit.covariance[np.ix_(last, last)], note=note)
