"""How many patients lie between the groups.

By it the best number of groups is chosen where none has full evidence; the verdict does
not rest on it.
"""

from __future__ import annotations

import numpy as np

from genostrat.arrays import AnyIntegers, Reals

#: Share of the way from the border to the own centre that counts as the border.
ZONE = 0.25


def border_positions(scores: Reals, labels: AnyIntegers) -> Reals:
    """Say how far each patient is from the border to the nearest other group.

    Parameters
    ----------
    scores
        Patients × components.
    labels
        Group numbers 0..k-1, one a patient.

    Returns
    -------
    ndarray
        0 at the border, 1 as far from it as the own centre; negative beyond it.

    Notes
    -----
    Along the line through the two centres, (d²(other) - d²(own)) / d²(own, other),
    smallest over the other groups. The own centre leaves the patient out: with
    many features a patient draws its centre towards itself, which would feign a
    gap in noise.
    """
    k = int(labels.max()) + 1
    sizes = np.bincount(labels, minlength=k)
    centres = np.stack([scores[labels == group].mean(axis=0) for group in range(k)])
    spare = np.maximum(sizes[labels] - 1, 1)[:, None]
    own = (centres[labels] * sizes[labels][:, None] - scores) / spare
    to_own = ((scores - own) ** 2).sum(axis=1)
    nearest = np.full(len(scores), np.inf)
    for group, centre in enumerate(centres):
        others = labels != group
        to_other = ((scores[others] - centre) ** 2).sum(axis=1)
        between = ((own[others] - centre) ** 2).sum(axis=1)
        position = (to_other - to_own[others]) / np.maximum(between, 1e-12)
        nearest[others] = np.minimum(nearest[others], position)
    return nearest


def expected_share(k: int) -> float:
    """Return the share of patients in the border zone when spread evenly on a line.

    Notes
    -----
    Even spread cut into k pieces of equal length: an end piece has one border, a
    middle one two, and a border's zone is an eighth of a piece: 1/4 (1 - 1/k).
    """
    return ZONE * (1 - 1 / k)


def border_test(scores: Reals, labels: AnyIntegers) -> tuple[float, float]:
    """Test whether fewer patients lie at the borders than in a continuum.

    Returns
    -------
    share
        Of patients in the border zone, within a quarter of the way from the border
        to the own centre.
    p_value
        One-sided binomial test against even spread along a line. The reference is
        a worst case: any distribution that is densest in the middle has more.
    """
    from scipy.stats import binom

    k = int(labels.max()) + 1
    inside = int((border_positions(scores, labels) < ZONE).sum())
    n = len(scores)
    return inside / n, float(binom.cdf(inside, n, expected_share(k)))
