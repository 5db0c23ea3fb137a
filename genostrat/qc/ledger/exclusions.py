"""Whom the rules catch: outliers and exclusions by ancestry and centre."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from scipy.special import gammaln

from genostrat.arrays import Floats, Integers
from genostrat.seeds import random_generator

COLUMNS = [
    "grouping",
    "group",
    "n",
    "n_naive",
    "n_fair",
    "share_naive",
    "share_fair",
    "p_value_naive",
    "p_value_fair",
    "n_excluded",
    "share_excluded",
    "p_value_excluded",
]
#: Tables drawn for a p-value; the smallest that can be found is 1 / (DRAWS + 1).
DRAWS = 9999
NOT_GIVEN = "not given"
#: The label of a sample that no label fits, or of all where there is no panel.
UNASSIGNED = "unassigned"


def tabulate_exclusions(
    ancestry: pd.DataFrame,
    sheet: pd.DataFrame,
    *,
    naive: Collection[str],
    fair: Collection[str],
    excluded: Collection[str],
    seed: int,
) -> pd.DataFrame:
    """Count caught samples by ancestry label, by centre, and by both.

    Parameters
    ----------
    ancestry
        ``qc/ancestry.tsv``: every genotyped sample. Where none has a label there is
        no grouping by ancestry.
    sheet
        ``check/samples.tsv``. Without a column ``centre`` there is no grouping by it.
    naive, fair
        Samples beyond the limits of outliers, with one cut for all and by the scores
        adjusted for ancestry.
    excluded
        Samples that are not kept, for whatever reason.
    seed
        Of the run.

    Returns
    -------
    pandas.DataFrame
        ``qc/exclusions.tsv``. The p-values are those of the whole grouping, the same
        in each of its rows, from :func:`independence_p`.
    """
    table = _label_samples(ancestry, sheet)
    for name, caught in (("naive", naive), ("fair", fair), ("excluded", excluded)):
        table[name] = table["sample_id"].isin(set(caught))
    parts = [
        _count(table, grouping, seed=seed)
        for grouping in ("ancestry", "centre", "ancestry_and_centre")
        if grouping in table
    ]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def _label_samples(ancestry: pd.DataFrame, sheet: pd.DataFrame) -> pd.DataFrame:
    table = ancestry[["sample_id"]].copy()
    labels = ancestry["ancestry"].fillna("").replace("", UNASSIGNED)
    if (labels != UNASSIGNED).any():
        table["ancestry"] = labels
    if "centre" in sheet and (sheet["centre"] != "").any():
        centres = sheet.set_index("sample_id")["centre"]
        table["centre"] = table["sample_id"].map(centres).fillna("")
        table["centre"] = table["centre"].replace("", NOT_GIVEN)
    if {"ancestry", "centre"} <= set(table):
        table["ancestry_and_centre"] = table["ancestry"] + " / " + table["centre"]
    return table


def _count(table: pd.DataFrame, grouping: str, *, seed: int) -> pd.DataFrame:
    groups = table.groupby(grouping, sort=True)
    counts = pd.DataFrame({"n": groups.size()})
    for name in ("naive", "fair", "excluded"):
        caught = groups[name].sum().astype(int)
        counts[f"n_{name}"] = caught
        counts[f"share_{name}"] = caught / counts["n"]
        counts[f"p_value_{name}"] = independence_p(
            caught.to_numpy(np.int64),
            counts["n"].to_numpy(np.int64),
            rng=random_generator(seed, "exclusions", grouping, name),
        )
    counts = counts.rename_axis("group").reset_index()
    return counts.assign(grouping=grouping)


def independence_p(
    caught: Integers,
    sizes: Integers,
    *,
    rng: np.random.Generator,
) -> float:
    """Test whether groups differ in the share of their samples that was caught.

    Parameters
    ----------
    caught, sizes
        Samples caught, and all samples, of each group.
    rng
        Source of the random tables.

    Returns
    -------
    float
        The p-value; NaN where nobody or everybody was caught, or for one group.

    Notes
    -----
    The exact test of Fisher, Freeman and Halton (Freeman and Halton 1951, doi
    10.1093/biomet/38.1-2.141), by Monte Carlo: given the sizes of the groups and the
    number caught, under independence each group's share is a multivariate
    hypergeometric draw. p is the share of draws that are no more probable than what
    was found, which holds however small the counts are.
    """
    total = int(caught.sum())
    if len(sizes) < 2 or total in (0, int(sizes.sum())):
        return float("nan")
    drawn = rng.multivariate_hypergeometric(
        sizes, total, size=DRAWS, method="marginals"
    )
    found = _log_ways(caught, sizes)
    # Equal probabilities may differ in their last bits.
    as_rare = (_log_ways(drawn, sizes) <= found + 1e-9).sum()
    return float((as_rare + 1) / (DRAWS + 1))


def _log_ways(caught: Integers, sizes: Integers) -> Floats:
    """Return the logarithm of in how many ways the groups can have so many caught."""
    ways = gammaln(sizes + 1) - gammaln(caught + 1) - gammaln(sizes - caught + 1)
    return np.asarray(ways.sum(axis=-1))
