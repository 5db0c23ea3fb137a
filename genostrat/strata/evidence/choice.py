"""Which number of groups is best, which are as good, and which lie within others."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from genostrat.arrays import AnyIntegers, Reals
from genostrat.strata.evidence.boundary import expected_share

#: A number of groups is as good as the best one if it is better by so many of the five
#: measures.
TIED = 2
#: Share of the patients of a group that must lie in one group of the coarser partition.
NESTED = 0.95


def list_measures(table: pd.DataFrame) -> pd.DataFrame:
    """Return the five measures that speak for a k, larger for better.

    Parameters
    ----------
    table
        Rows of ``k_selection.tsv``.
    """
    return pd.DataFrame(
        {
            "rcsi": table["rcsi"],
            "gap": table["gap"],
            "valley": table["valley"].fillna(-np.inf),
            "prediction_strength": table["prediction_strength"],
            "uncrowded": -table["border_share"] / table["k"].map(expected_share),
        }
    )


def candidates(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that the best k is among: eligible, and of the best grade.

    Parameters
    ----------
    table
        ``k_selection.tsv``.
    """
    eligible = table[table["eligible"].astype(bool)]
    for grade in ("full", "partial"):
        if (eligible["evidence"] == grade).any():
            return eligible[eligible["evidence"] == grade]
    return eligible


def grade_of(table: pd.DataFrame) -> int:
    """Return how strong the best evidence of any k is: 0 none, 1 partial, 2 full.

    Parameters
    ----------
    table
        ``k_selection.tsv``.
    """
    grades = ("none", "partial", "full")
    return max(
        (grades.index(grade) for grade in candidates(table)["evidence"]), default=0
    )


def prefers_narrow(wide: pd.DataFrame, narrow: pd.DataFrame) -> bool:
    """Say whether groups are better seen in few features than in all of them.

    Parameters
    ----------
    wide, narrow
        ``k_selection.tsv`` in all features, and in those that hang together.

    Notes
    -----
    Where the evidence of the best k is stronger; where it is as strong, where more of
    the five measures prefer it.
    """
    grades = grade_of(wide), grade_of(narrow)
    if grades[0] != grades[1] or not grades[0]:
        return grades[1] > grades[0]
    best = [
        list_measures(table[table["k"] == choose_k(table)]).iloc[0]
        for table in (wide, narrow)
    ]
    return bool((best[1] > best[0]).sum() > len(best[0]) / 2)


def rank_evidence(table: pd.DataFrame) -> Reals:
    """Rank the candidates by all the evidence.

    Parameters
    ----------
    table
        ``k_selection.tsv``.

    Returns
    -------
    ndarray
        The sum of a k's ranks among the candidates, by stability relative to cohorts
        without groups, cluster index likewise, valley, prediction strength, and
        patients at the borders relative to an even spread; the smallest is the best.
        NaN for a k that is no candidate, and where none has evidence.

    Notes
    -----
    How often that is the planted k, beside each measure alone, is measured by
    ``python -m benchmarks.choice_of_k``.
    """
    among = candidates(table)
    if (among["evidence"] == "none").all():
        return np.full(len(table), np.nan)
    ranks = list_measures(among).rank(ascending=False).sum(axis=1)
    return ranks.reindex(table.index).to_numpy(dtype=float)


def choose_k(table: pd.DataFrame) -> int:
    """Return the best number of groups, whether or not there are groups.

    Parameters
    ----------
    table
        ``k_selection.tsv``.

    Notes
    -----
    Among the k with full evidence, otherwise among those with partial evidence, the
    best by all of it (:func:`rank_evidence`), of equals the more stable one. Otherwise
    the largest relative cluster stability index among the eligible k; without an
    eligible k, the smallest tried.
    """
    among = candidates(table)
    if among.empty:
        return int(table["k"].min())
    if (among["evidence"] == "none").all():
        return int(among.loc[among["rcsi"].idxmax(), "k"])
    ranked = among.assign(rank_sum=pd.Series(rank_evidence(table), index=table.index))
    ordered = ranked.sort_values(["rank_sum", "rcsi"], ascending=[True, False])
    return int(ordered["k"].iloc[0])


def find_ties(table: pd.DataFrame) -> list[bool]:
    """Say which k are as good as the best one, with the same grade of evidence.

    Parameters
    ----------
    table
        ``k_selection.tsv``.

    Notes
    -----
    Those that two or more of the five measures prefer to the best k. Where there is no
    evidence for any k, none is as good as another.
    """
    among = candidates(table)
    if among.empty or (among["evidence"] == "none").all():
        return [False] * len(table)
    measures = list_measures(among)
    best = measures[among["k"] == choose_k(table)].iloc[0]
    tied = (measures > best).sum(axis=1) >= TIED
    return tied.reindex(table.index, fill_value=False).tolist()


def nest_partitions(
    labels: Mapping[int, AnyIntegers], table: pd.DataFrame
) -> list[float]:
    """Say of each k in which fewer groups its groups lie.

    Parameters
    ----------
    labels
        k → group of each patient.
    table
        ``k_selection.tsv``; only a k of the best grade of evidence lies in others, or
        others in it: pieces of clear groups are more stable than chance too.

    Returns
    -------
    list of float
        The largest smaller k with as much evidence, of which each group holds at least
        95 % of the patients of the groups that lie in it; NaN where there is none.
    """
    among = candidates(table)
    stands = set(among.loc[among["evidence"] != "none", "k"])
    found = []
    for k in table["k"]:
        coarser = [
            other
            for other in table["k"]
            if other < k
            and {k, other} <= stands
            and is_nested(labels[k], labels[other])
        ]
        found.append(float(max(coarser)) if coarser else np.nan)
    return found


def is_nested(finer: AnyIntegers, coarser: AnyIntegers) -> bool:
    """Say whether each group of one partition lies in a single one of another.

    Examples
    --------
    >>> import numpy as np
    >>> is_nested(np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 1, 1, 1, 1]))
    True
    """
    shares = [
        np.bincount(coarser[finer == group]).max() / (finer == group).sum()
        for group in np.unique(finer)
    ]
    return bool(min(shares) >= NESTED)
