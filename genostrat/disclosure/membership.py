"""Whether somebody with a person's data can tell that the person is in a table."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from genostrat.arrays import Floats

#: Area under the curve of the best attack up to which a mean counts as shareable.
MOST_AUC = 0.55


def count_effective(values: Floats) -> float:
    """Return how many independent features a matrix is worth.

    Parameters
    ----------
    values
        Shape (n_people, n_features), no value missing.

    Returns
    -------
    float
        (Σλ)² / Σλ², λ the eigenvalues of the correlation matrix of the features that
        vary: their number if none depends on another, 1 if all say the same.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> one = rng.normal(size=(2000, 1))
    >>> round(count_effective(np.hstack([one, one, one])), 2)
    1.0
    """
    varying = values[:, values.std(axis=0) > 0]
    if not varying.shape[1]:
        return 0.0
    scaled = (varying - varying.mean(axis=0)) / varying.std(axis=0)
    n, p = scaled.shape
    product = scaled @ scaled.T if n < p else scaled.T @ scaled
    # Over few people chance alone correlates features: Σλ² exceeds its share by p²/n.
    squares = float((product**2).sum()) / n**2 - p * p / n
    return min(float(p), p * p / max(squares, 1.0))


def expected_auc(n_people: int, n_effective: float) -> float:
    """Return the area under the curve of the best attack on a vector of means.

    Parameters
    ----------
    n_people
        People that the means are of.
    n_effective
        Independent features among them.

    Notes
    -----
    The likelihood-ratio attack (Sankararaman 2009, doi 10.1038/ng.436, after Homer
    2008): members lie nearer to the means than others by √(m/n) standard deviations of
    the statistic, so the area is Φ(√(m/2n)). Rounding does not help: it moves all.

    Examples
    --------
    >>> round(expected_auc(81, 384), 2), round(expected_auc(1000, 5), 2)
    (0.94, 0.52)
    """
    return NormalDist().cdf(np.sqrt(n_effective / (2 * n_people)))


def most_features(n_people: int, *, most_auc: float = MOST_AUC) -> float:
    """Return how many independent means of so many people may be shared.

    Examples
    --------
    >>> round(most_features(100), 1), round(most_features(1000))
    (3.2, 32)
    """
    return 2 * n_people * NormalDist().inv_cdf(most_auc) ** 2


def count_allowed(n_people: int) -> int:
    """Return how many free numbers about so many people may be shared.

    Counts, shares and estimates are means over people too: what holds of features
    holds of them. Those that depend on each other are fewer than they seem, so that
    counting all of them is on the safe side.

    Examples
    --------
    >>> [count_allowed(n) for n in (25, 41, 81, 120, 300)]
    [0, 1, 2, 3, 9]
    """
    return int(most_features(n_people))


def count_needed(n_numbers: int) -> int:
    """Return how many people it takes to share so many free numbers.

    Examples
    --------
    >>> count_needed(9), count_allowed(count_needed(9)), count_allowed(284)
    (285, 9, 8)
    """
    return int(np.ceil(n_numbers / most_features(1)))
