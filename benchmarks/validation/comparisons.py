"""Ways to hold two answers against each other; no files."""

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from scipy.spatial import procrustes
from scipy.stats import chi2

from genostrat.qc.relatedness.relationships import name_degree


def compare_kinship(known, ours):
    """Return one row for each known pair: both kinships and both degrees.

    Parameters
    ----------
    known
        Table with sample_1, sample_2 and kinship.
    ours
        frozenset of two samples → kinship; a pair that is not there has none.
    """
    frame = known[["sample_1", "sample_2"]].copy()
    frame["known"] = known["kinship"].to_numpy(float)
    pairs = zip(frame["sample_1"], frame["sample_2"], strict=True)
    frame["ours"] = [ours.get(frozenset(pair), np.nan) for pair in pairs]
    frame["difference"] = frame["ours"] - frame["known"]
    frame["known_degree"] = [name_degree(value) for value in frame["known"]]
    frame["our_degree"] = [
        "" if np.isnan(value) else name_degree(value) for value in frame["ours"]
    ]
    return frame


def pair_values(table, column):
    """Return frozenset of two samples → a column of a table of pairs."""
    rows = zip(table["sample_1"], table["sample_2"], table[column], strict=True)
    return {frozenset((one, two)): value for one, two, value in rows}


def correlate_axes(ours, theirs):
    """Match the axes of two sets of components, each to at most one of the other.

    Returns
    -------
    list of (our axis, their axis, absolute correlation), axes counted from 1, in the
    order of ours. The matching makes the sum of absolute correlations largest.
    """
    together = np.corrcoef(np.asarray(ours).T, np.asarray(theirs).T)
    n_ours = np.asarray(ours).shape[1]
    absolute = np.abs(together[:n_ours, n_ours:])
    rows, columns = linear_sum_assignment(-absolute)
    return [
        (int(i) + 1, int(j) + 1, float(absolute[i, j]))
        for i, j in zip(rows, columns, strict=True)
    ]


def canonical_correlations(ours, theirs):
    """Return the cosines of the angles between the spaces that two sets span."""
    bases = [
        np.linalg.qr(np.asarray(points) - np.asarray(points).mean(axis=0))[0]
        for points in (ours, theirs)
    ]
    cosines = np.linalg.svd(bases[0].T @ bases[1], compute_uv=False)
    return np.clip(cosines, 0.0, 1.0)


def procrustes_disparity(ours, theirs):
    """Return what is left of one set of points once the other is rotated onto it.

    The share of the sum of squares: 0 where the two have the same shape, 1 at most.
    """
    return float(procrustes(np.asarray(theirs), np.asarray(ours))[2])


def neighbour_accuracy(points, labels, *, n_neighbours=5, n_folds=5):
    """Return how often the nearest neighbours tell a label, cross-validated."""
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.neighbors import KNeighborsClassifier

    folds = StratifiedKFold(n_folds, shuffle=True, random_state=1)
    model = KNeighborsClassifier(n_neighbours)
    return float(cross_val_score(model, points, labels, cv=folds).mean())


def compare_labels(given, truth):
    """Count right, wrong and unassigned labels of the samples that both name.

    Parameters
    ----------
    given, truth
        Series of labels by sample; `given` may say ``unassigned``.

    Returns
    -------
    DataFrame
        One row a true label, sorted: n, right, wrong, unassigned.
    """
    known = truth.loc[given.index]
    frame = pd.DataFrame(
        {
            "label": known.to_numpy(),
            "right": (given == known).to_numpy(),
            "unassigned": (given == "unassigned").to_numpy(),
        }
    )
    frame["wrong"] = ~frame["right"] & ~frame["unassigned"]
    groups = frame.groupby("label")
    table = groups[["right", "wrong", "unassigned"]].sum()
    table.insert(0, "n", groups.size())
    return table


def largest_difference(one, two):
    """Return the largest absolute difference of two series; NaN where all are blank."""
    gaps = (one.astype(float) - two.loc[one.index].astype(float)).abs()
    return float(gaps.max())


def logrank_p(times, events, groups):
    """Return the p-value of the log-rank test over any number of groups.

    Parameters
    ----------
    times, events
        Follow-up, and whether it ended in the event.
    groups
        Label of each patient's group.

    Notes
    -----
    Observed minus expected events by group, with the hypergeometric covariance at each
    time of an event (Peto & Peto 1972, doi 10.2307/2344317).
    """
    times, events = np.asarray(times, float), np.asarray(events, bool)
    names, group = np.unique(groups, return_inverse=True)
    gap = np.zeros(len(names))
    spread = np.zeros((len(names), len(names)))
    for time in np.unique(times[events]):
        at_risk = np.bincount(group[times >= time], minlength=len(names))
        died = np.bincount(group[events & (times == time)], minlength=len(names))
        n, d = at_risk.sum(), died.sum()
        share = at_risk / n
        gap += died - d * share
        if n > 1:
            factor = d * (n - d) / (n - 1)
            spread += factor * (np.diag(share) - np.outer(share, share))
    statistic = gap[1:] @ np.linalg.pinv(spread[1:, 1:]) @ gap[1:]
    return float(chi2.sf(statistic, len(names) - 1))
