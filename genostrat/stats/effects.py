"""Effect sizes and permutation tests, on plain arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import ArrayLike

from genostrat.arrays import Flags, Reals

#: The median absolute deviation of a normal distribution, in standard deviations.
MAD_OF_NORMAL = 0.6744897501960817


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Keep linear algebra to one thread, so that sums are taken in one order.

    The last bits of a matrix product depend on how many threads share it, and a
    cluster boundary can turn on them.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(limits=1, user_api="blas"):
        yield


def permutation_p(observed: float, null: ArrayLike) -> float:
    """Return the share of null statistics at least as large as the observed one.

    Notes
    -----
    (b + 1) / (m + 1), never 0: the observed arrangement is one of the possible ones
    (Phipson & Smyth 2010, doi 10.2202/1544-6115.1585). Statistics that differ by
    rounding only count as equal.

    Examples
    --------
    Nothing of 99 permutations reaches what was observed, then four do:

    >>> permutation_p(3.2, [1.0] * 99)
    0.01
    >>> permutation_p(3.2, [1.0] * 95 + [3.2] * 4)
    0.05
    """
    drawn = np.asarray(null, dtype=float)
    tolerance = 1e-10 * max(1.0, abs(observed))
    return float((1 + (drawn >= observed - tolerance).sum()) / (1 + drawn.size))


def adjust_bh(p_values: ArrayLike) -> Reals:
    """Benjamini–Hochberg adjusted p-values; NaN (not tested) stays NaN."""
    from scipy.stats import false_discovery_control

    return _adjust_tested(p_values, false_discovery_control)


def _adjust_tested(p_values: ArrayLike, adjust: Callable) -> Reals:
    values = np.asarray(p_values, dtype=float)
    adjusted = np.full(values.shape, np.nan)
    tested = ~np.isnan(values)
    if tested.any():
        adjusted[tested] = adjust(values[tested])
    return adjusted


def adjust_max_statistic(observed: Reals, null: Reals) -> Reals:
    """Adjust several tests on the same data by the null of their largest statistic.

    Parameters
    ----------
    observed
        One statistic a test; larger is more extreme. The statistics must be on one
        scale, for instance in standard deviations of their nulls.
    null
        Draws × tests: the same statistics on data without the effect.

    Returns
    -------
    ndarray
        One adjusted p-value a test.

    Notes
    -----
    Step-down maxT (Westfall & Young 1993, algorithm 4.1). Controls the chance of any
    false claim like Holm's procedure, but uses how the tests hang together, and its
    smallest value is 1 / (draws + 1) however many tests there are.
    """
    order = np.argsort(-observed, kind="stable")
    sorted_null = null[:, order]
    largest = np.maximum.accumulate(sorted_null[:, ::-1], axis=1)[:, ::-1]
    p_values = [
        permutation_p(float(observed[test]), largest[:, position])
        for position, test in enumerate(order)
    ]
    adjusted = np.empty(len(observed))
    adjusted[order] = np.maximum.accumulate(p_values)
    return adjusted


def indicators(labels: ArrayLike) -> Reals:
    """Return one 0/1 column for each different label, in sorted order."""
    values = np.asarray(labels)
    return (values[:, None] == np.unique(values)[None, :]).astype(float)


def cramers_v(first: ArrayLike, second: ArrayLike) -> float:
    """Return the bias-corrected Cramér's V of two categorical variables.

    Notes
    -----
    Bergsma 2013, doi 10.1016/j.jkss.2012.10.002: φ² is lowered by its expectation
    under independence and the numbers of levels are lowered alike; 0 for
    independent variables on average, 1 where each determines the other.
    """
    a, b = indicators(first), indicators(second)
    n = len(a)
    rows, columns = a.shape[1], b.shape[1]
    if n < 2 or min(rows, columns) < 2:
        return 0.0
    phi2 = max(0.0, _phi_squared(a, b) - (rows - 1) * (columns - 1) / (n - 1))
    rows_left = rows - (rows - 1) ** 2 / (n - 1)
    columns_left = columns - (columns - 1) ** 2 / (n - 1)
    return float(np.sqrt(min(1.0, phi2 / max(min(rows_left, columns_left) - 1, 1e-12))))


def _phi_squared(a: Reals, b: Reals) -> float:
    counts = a.T @ b
    expected = np.outer(a.sum(axis=0), b.sum(axis=0)) / len(a)
    return float(((counts - expected) ** 2 / expected).sum() / len(a))


def eta_squared(values: ArrayLike, groups: ArrayLike) -> float:
    """Return the share of a number's variance that lies between groups."""
    numbers = np.asarray(values, dtype=float)
    centred = numbers - numbers.mean()
    member = indicators(groups)
    total = float(centred @ centred)
    if total <= 1e-24 * float(numbers @ numbers):
        return 0.0
    return float(((centred @ member) ** 2 / member.sum(axis=0)).sum() / total)


def association_p(
    values: ArrayLike,
    groups: ArrayLike,
    *,
    categorical: bool,
    n_permutations: int,
    rng: np.random.Generator,
) -> float:
    """Test the association of a variable with groups by permuting the groups.

    Parameters
    ----------
    values
        One a patient: labels if `categorical`, else numbers.
    groups
        One label a patient.
    categorical
        Whether to use χ² (labels) or the variance between groups (numbers).
    n_permutations
        Number of random arrangements.
    rng
        Source of the arrangements.

    Notes
    -----
    Cramér's V and η² grow with χ² and with the variance between groups, so this is
    the permutation test of either.
    """
    member = indicators(groups)
    sizes = member.sum(axis=0)
    if categorical:
        first = indicators(values)
        weights = first.sum(axis=0)
    else:
        numbers = np.asarray(values, dtype=float)
        first = (numbers - numbers.mean())[:, None]
        weights = np.ones(1)

    def statistic(shuffled: Reals) -> float:
        sums = first.T @ shuffled
        return float((sums**2 / (weights[:, None] * sizes)).sum())

    null = [statistic(rng.permutation(member)) for _ in range(n_permutations)]
    return permutation_p(statistic(member), null)


def standardised_difference(
    values: Reals, inside: Flags, *, level: float = 0.95
) -> tuple[Reals, Reals, Reals]:
    """Return Hedges' g of one group against the others, with its interval.

    Parameters
    ----------
    values
        Patients × features.
    inside
        True for the patients of the group.
    level
        Coverage of the interval.

    Returns
    -------
    effect, low, high
        One a feature, in pooled standard deviations; NaN where the feature does not
        vary or a group has fewer than two patients.

    Notes
    -----
    Hedges & Olkin 1985: g = J (m₁ - m₂) / s with J = 1 - 3 / (4 (n₁ + n₂) - 9), and
    the large-sample variance (n₁ + n₂) / (n₁ n₂) + g² / (2 (n₁ + n₂)).
    """
    from scipy.special import ndtri

    a, b = values[inside], values[~inside]
    n_a, n_b = len(a), len(b)
    if min(n_a, n_b) < 2:
        empty = np.full(values.shape[1], np.nan)
        return empty, empty.copy(), empty.copy()
    pooled = (n_a - 1) * a.var(axis=0, ddof=1) + (n_b - 1) * b.var(axis=0, ddof=1)
    spread = np.sqrt(pooled / (n_a + n_b - 2))
    varies = spread > 0
    difference = a.mean(axis=0) - b.mean(axis=0)
    effect = np.where(varies, difference / np.where(varies, spread, 1), np.nan)
    effect = effect * (1 - 3 / (4 * (n_a + n_b) - 9))
    error = np.sqrt((n_a + n_b) / (n_a * n_b) + effect**2 / (2 * (n_a + n_b)))
    reach = ndtri(0.5 + level / 2) * error
    return effect, effect - reach, effect + reach


def wilson_interval(
    count: ArrayLike, total: ArrayLike, *, level: float = 0.95
) -> tuple[Reals, Reals]:
    """Return Wilson's score interval of shares.

    Parameters
    ----------
    count, total
        How many of how many; one pair a share.
    level
        Coverage of the interval.

    Returns
    -------
    low, high
        Between 0 and 1; NaN where the total is 0.

    Notes
    -----
    Wilson 1927, doi 10.1080/01621459.1927.10502953, without continuity correction:
    (p + z²/2n ± z √(p (1 - p) / n + z²/4n²)) / (1 + z²/n).
    """
    from scipy.special import ndtri

    n = np.asarray(total, dtype=float)
    n = np.where(n > 0, n, np.nan)
    share = np.asarray(count, dtype=float) / n
    z = ndtri(0.5 + level / 2)
    centre = share + z**2 / (2 * n)
    reach = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    scale = 1 + z**2 / n
    low = np.where(share == 0, 0.0, (centre - reach) / scale)
    high = np.where(share == 1, 1.0, (centre + reach) / scale)
    return low, high
