"""Whether neighbouring groups are two peaks, or one spread cut in two."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genostrat.arrays import AnyIntegers, Reals

#: Where the one peak may lie, how it is blurred, and how far it may reach, in halves of
#: the distance between two centres.
MODES = np.linspace(-1.2, 1.2, 9)
BLURS = np.array([0.1, 0.2, 0.3, 0.45, 0.65])
REACHES = np.array([0.25, 0.5, 0.75, 1, 1.3, 1.6, 2, 2.4, 3, 4.5, 8, 20, 60])
#: Steps after which a fit of two peaks is taken as it stands.
MAX_STEPS = 100
#: Fewer patients than this in either group are no peak.
LEAST_PATIENTS = 3
#: Log likelihood ratio that a border must exceed along a straight line, where it is
#: the only one, and where it is one of several; and along a bent line. Chosen on
#: simulated cohorts of 120 patients, so that about 1 in 50 continua of the worst kind
#: pass at any k.
ONLY, ONE_OF_SEVERAL, BENT = -0.5, -1.4, 3.5
#: How far the weakest of several borders may stay below that beside clear ones.
SLACK = 2.6
#: Below so many patients a bend is often overlooked, so limits rise by half a unit of
#: log likelihood over the last half of them. Chosen on cohorts of 60 simulated patients
#: like the limits themselves.
ENOUGH_PATIENTS, CAUTION = 120, 1.0
#: Correlation, in standard errors, from which a line counts as bent.
BEND = 3.0


def valley_ratios(scores: Reals, labels: AnyIntegers) -> Reals:
    """Weigh two peaks against one for each pair of neighbouring groups.

    Parameters
    ----------
    scores
        Patients × components.
    labels
        Group numbers 0..k-1, one a patient.

    Returns
    -------
    ndarray
        For each of the k - 1 borders, the log likelihood ratio of two peaks to one,
        less what it must exceed; NaN where a group has fewer than 3 patients.

    Notes
    -----
    Neighbours are the edges of the shortest tree through the centres. The patients of
    two neighbours are put on the line through their centres, by distances from which
    each patient's own part in its centre is taken out. Two peaks are two normal
    densities of one width. One peak is any density that falls off on both sides of its
    mode, blurred by a normal: a mixture of slabs that end at the mode, fitted without
    further assumptions by expectation-maximisation. So continua with flat, skewed or
    long-tailed spread are all among the single peaks. The ratio uses all of the shape,
    also that groups have tails where a cut continuum has edges, and sees groups that
    overlap too much to leave a visible gap. One peak has far more freedom than two, and
    fits continua better by 7 or so in the median; hence limits below 0.

    A ring or an arc, looked at along a chord, has two peaks without any gap along it.
    But then the other coordinates depend on how far from the border a patient is, which
    those of two normal groups do not (:func:`bend`); there, two peaks must be the
    better description by odds of 30 to 1.
    """
    from genostrat.strata.evidence.valley_kernels import fit_one_peak, fit_two_peaks

    k = int(labels.max()) + 1
    if k < 2:
        return np.array([np.nan])
    centres = np.stack([scores[labels == group].mean(axis=0) for group in range(k)])
    straight = ONLY if k == 2 else ONE_OF_SEVERAL
    caution = CAUTION * max(0.0, 1 - len(scores) / ENOUGH_PATIENTS)
    ratios = []
    for first, second in neighbouring_pairs(centres):
        one, other = scores[labels == first], scores[labels == second]
        positions, member = positions_between(one, other)
        if min(member.sum(), len(member) - member.sum()) < LEAST_PATIENTS:
            ratios.append(np.nan)
            continue
        two = fit_two_peaks(positions, member, MAX_STEPS)
        limit = BENT if bend(one, other) > BEND else straight
        one_peak = fit_one_peak(positions, MODES, BLURS, REACHES)
        ratios.append(two - one_peak - limit - caution)
    return np.array(ratios)


def neighbouring_pairs(centres: Reals) -> list[tuple[int, int]]:
    """Return the edges of the shortest tree through the centres (Prim)."""
    apart = ((centres[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    inside, edges = [0], []
    outside = list(range(1, len(centres)))
    while outside:
        block = apart[np.ix_(inside, outside)]
        row, column = np.unravel_index(int(block.argmin()), block.shape)
        edges.append((inside[row], outside[column]))
        inside.append(outside.pop(column))
    return edges


def positions_between(first: Reals, second: Reals) -> tuple[Reals, NDArray[np.int8]]:
    """Put the patients of two groups on the line through the centres.

    Parameters
    ----------
    first, second
        Patients × components of either group.

    Returns
    -------
    positions
        -1 at the first centre, 0 at the border, 1 at the second centre.
    member
        1 for patients of the second group, else 0.
    """
    left = _towards(first, second.mean(axis=0))
    right = _towards(second, first.mean(axis=0))
    member = np.repeat(np.array([0, 1], dtype=np.int8), [len(left), len(right)])
    return np.concatenate([-left, right]), member


def _towards(own: Reals, other: Reals) -> Reals:
    n = len(own)
    centre = (own.mean(axis=0) * n - own) / max(n - 1, 1)
    to_other = ((own - other) ** 2).sum(axis=1)
    to_own = ((own - centre) ** 2).sum(axis=1)
    between = ((centre - other) ** 2).sum(axis=1)
    return (to_other - to_own) / np.maximum(between, 1e-12)


def bend(first: Reals, second: Reals) -> float:
    """Measure how far from straight the patients of two groups lie.

    Parameters
    ----------
    first, second
        Patients × components of either group.

    Returns
    -------
    float
        Largest correlation, in standard errors, of the squared distance from the border
        with a coordinate across the line through the centres, or with its square.
    """
    points = np.concatenate([first, second])
    left, right = first.mean(axis=0), second.mean(axis=0)
    along = (right - left) / max(float(np.linalg.norm(right - left)), 1e-12)
    centred = points - (left + right) / 2
    position = centred @ along
    across = centred - position[:, None] * along
    across -= across.mean(axis=0)
    axes = np.linalg.svd(across, full_matrices=False)[2][: points.shape[1] - 1]
    turned = across @ axes.T
    squared = position**2 - (position**2).mean()
    columns = np.column_stack([turned, turned**2])
    columns -= columns.mean(axis=0)
    lengths = np.linalg.norm(columns, axis=0) * np.linalg.norm(squared)
    products = np.abs(columns.T @ squared)
    correlations = np.divide(
        products, lengths, out=np.zeros_like(products), where=lengths > 1e-9
    )
    return float(correlations.max(initial=0) * np.sqrt(len(points)))


def combine_ratios(ratios: Reals) -> float:
    """Return what speaks for all borders together, above 0 for separate peaks.

    Notes
    -----
    The mean over the borders, since each is seen by only a part of the patients; but a
    border that is likely to be false is not made good by others that are clear.
    """
    return float(min(ratios.mean(), ratios.min() + SLACK * (len(ratios) > 1)))


def has_valleys(combined: float) -> bool:
    """Say whether the borders together speak for separate peaks."""
    return combined > 0
