"""P-values of the treatment's effect, adjusted over arms and over outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

HOLM, HIERARCHICAL, NONE = "holm", "hierarchical", "none"


@dataclass(frozen=True)
class Multiplicity:
    """What the config laid down of several outcomes.

    Parameters
    ----------
    scheme
        ``holm`` over all outcomes and arms; ``hierarchical``: an outcome counts only
        after those before it; ``none``: over arms alone.
    primary
        The primary outcome; blank: none was named. It stands first.
    """

    scheme: str = NONE
    primary: str = ""


def adjust_over_outcomes(
    outcomes: Sequence[list[dict[str, Any]]], plan: Multiplicity | None
) -> list[dict[str, Any]]:
    """Adjust the p-values of every method, and return the rows, the primary first.

    Parameters
    ----------
    outcomes
        The rows of :func:`~genostrat.response.treatment.main_effect.treatment_rows` of
        each outcome, in the order of the config.
    plan
        What was laid down; none: arms alone.

    Notes
    -----
    Ways of testing one effect answer one question, so each is adjusted by itself; tests
    of all arms at once stay as they are. Holm (1979) over k p-values holds the chance
    of any false claim. Hierarchical: with m arms, each arm has its own sequence of
    outcomes at a level of 1/m (Bonferroni), and the adjusted p-value of an outcome is m
    times the largest of it and those before it in the sequence; a test that could not
    be made stops the sequence.
    """
    plan = plan or Multiplicity()
    groups = sorted(
        (rows for rows in outcomes if rows),
        key=lambda rows: rows[0]["outcome"] != plan.primary,
    )
    rows = [row for group in groups for row in group]
    for row in rows if plan.primary else ():
        row["role"] = "primary" if row["outcome"] == plan.primary else "secondary"
    tested = [row for row in rows if row["contrast"]]
    methods = dict.fromkeys(row["method"] for row in tested)
    for method in methods:
        of_method = [row for row in tested if row["method"] == method]
        if plan.scheme == HOLM:
            _adjust_family(of_method)
        elif plan.scheme == HIERARCHICAL:
            _adjust_sequence(tested, method)
        else:
            for outcome in dict.fromkeys(row["outcome"] for row in of_method):
                _adjust_family([r for r in of_method if r["outcome"] == outcome])
    return rows


def adjust_holm(p_values: np.ndarray) -> np.ndarray:
    """Adjust p-values by Holm's method; missing ones stay missing.

    Examples
    --------
    >>> adjust_holm(np.array([0.01, 0.04, np.nan])).tolist()
    [0.02, 0.04, nan]
    """
    adjusted = np.full(len(p_values), np.nan)
    known = np.flatnonzero(np.isfinite(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    steps = np.arange(len(order), 0, -1) * p_values[order]
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return adjusted


def _adjust_family(rows: Sequence[dict[str, Any]]) -> None:
    values = np.array([row["p_value"] for row in rows], dtype=float)
    for row, value in zip(rows, adjust_holm(values), strict=True):
        known = int(np.isfinite(values).sum())
        row |= {"p_adjusted": value, "adjustment": HOLM, "n_adjusted": known}


def _adjust_sequence(rows: Sequence[dict[str, Any]], method: str) -> None:
    """Adjust each arm's sequence of outcomes, by one way of testing.

    An outcome before that is not tested in this way, as levels by a log-rank test,
    stands there by its leading way.
    """
    arms = dict.fromkeys(row["contrast"] for row in rows)
    for contrast in arms:
        own = [row for row in rows if row["contrast"] == contrast]
        largest = 0.0
        for outcome in dict.fromkeys(row["outcome"] for row in own):
            ways = {row["method"]: row for row in own if row["outcome"] == outcome}
            row = ways.get(method) or next(iter(ways.values()))
            # A missing value stays missing from here on: max() would pass over it.
            largest = float(np.maximum(largest, row["p_value"]))
            if method in ways:
                row["p_adjusted"] = float(np.minimum(1.0, len(arms) * largest))
                row |= {"adjustment": HIERARCHICAL, "n_adjusted": len(arms)}
