from fractions import Fraction
from math import factorial

import numpy as np
import pytest
from scipy.stats import false_discovery_control, ttest_ind
from scipy.stats.contingency import association
from statsmodels.stats.multitest import multipletests

from genostrat.stats.effects import (
    adjust_bh,
    adjust_max_statistic,
    association_p,
    cramers_v,
    eta_squared,
    permutation_p,
    standardised_difference,
)
from genostrat.stats.hardy_weinberg import hwe_exact


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def test_permutation_p_counts_the_observation_and_ties():
    assert permutation_p(3.0, [1, 2, 3, 4]) == pytest.approx(3 / 5)
    assert permutation_p(9.0, np.zeros(99)) == pytest.approx(0.01)


def test_adjustments_equal_statsmodels_and_skip_what_was_not_tested(rng):
    p = rng.random(30) ** 2
    assert np.allclose(adjust_bh(p), multipletests(p, method="fdr_bh")[1])
    holes = p.copy()
    holes[::7] = np.nan
    tested = ~np.isnan(holes)
    assert np.allclose(adjust_bh(holes)[tested], false_discovery_control(p[tested]))
    assert np.isnan(adjust_bh(holes)[~tested]).all()


def test_max_statistic_of_one_test_is_its_permutation_p(rng):
    null = rng.normal(size=(99, 1))
    observed = np.array([1.7])
    assert adjust_max_statistic(observed, null)[0] == permutation_p(1.7, null)


def test_max_statistic_by_hand_step_down():
    null = np.array([[0.0, 5.0], [0.0, 1.0], [3.0, 0.0], [0.0, 0.0]])
    # Largest first: 4 against row maxima 5 1 3 0; then 2 against 0 0 3 0 alone.
    got = adjust_max_statistic(np.array([2.0, 4.0]), null)
    assert got == pytest.approx([2 / 5, 2 / 5])
    got = adjust_max_statistic(np.array([2.0, 6.0]), null)
    assert got == pytest.approx([2 / 5, 1 / 5])


def test_max_statistic_holds_the_error_rate_for_dependent_tests(rng):
    claims = 0
    for _ in range(400):
        draws = rng.normal(size=(60, 1)) + 0.7 * rng.normal(size=(60, 5))
        claims += adjust_max_statistic(draws[0], draws[1:]).min() <= 0.05
    assert 0.02 <= claims / 400 <= 0.09


def test_cramers_v_equals_bergsma_formula_and_is_zero_on_average(rng):
    a, b = rng.integers(0, 3, 200), rng.integers(0, 4, 200)
    b = np.where(rng.random(200) < 0.6, a, b)
    counts = np.array(
        [[((a == i) & (b == j)).sum() for j in range(4)] for i in range(3)]
    )
    plain = association(counts, method="cramer")
    phi2 = plain**2 * 2
    n = 200
    corrected = max(0, phi2 - 2 * 3 / (n - 1))
    rows, columns = 3 - 4 / (n - 1), 4 - 9 / (n - 1)
    expected = np.sqrt(corrected / (min(rows, columns) - 1))
    assert cramers_v(a, b) == pytest.approx(expected)
    independent = [
        cramers_v(rng.integers(0, 3, 60), rng.integers(0, 5, 60)) for _ in range(50)
    ]
    assert np.median(independent) < 0.06
    assert cramers_v(a, a.astype(str)) == pytest.approx(1)


def test_eta_squared_is_the_anova_share(rng):
    groups = rng.integers(0, 3, 50)
    values = rng.normal(size=50) + groups
    between = sum(
        (groups == g).sum() * (values[groups == g].mean() - values.mean()) ** 2
        for g in range(3)
    )
    expected = between / ((values - values.mean()) ** 2).sum()
    assert eta_squared(values, groups) == pytest.approx(expected)
    assert eta_squared(np.full(50, 0.1), groups) == 0


@pytest.mark.parametrize("categorical", [True, False])
def test_association_p_is_uniform_without_and_small_with_association(rng, categorical):
    def values():
        return rng.integers(0, 3, 40) if categorical else rng.normal(size=40)

    def p_of(column, groups):
        return association_p(
            column, groups, categorical=categorical, n_permutations=59, rng=rng
        )

    null = np.array([p_of(values(), rng.integers(0, 2, 40)) for _ in range(150)])
    assert 0.01 <= (null <= 0.1).mean() <= 0.18
    column = values()
    assert p_of(column, column > np.median(column)) == pytest.approx(1 / 60)


def test_standardised_difference_follows_t_and_covers(rng):
    inside = np.arange(60) < 25
    values = rng.normal(size=(60, 3000)) + 0.8 * inside[:, None]
    effect, low, high = standardised_difference(values, inside)
    t = ttest_ind(values[inside], values[~inside]).statistic
    factor = np.sqrt(1 / 25 + 1 / 35) * (1 - 3 / (4 * 60 - 9))
    assert np.allclose(effect, t * factor)
    assert effect.mean() == pytest.approx(0.8, abs=0.02)
    assert ((low < 0.8) & (high > 0.8)).mean() == pytest.approx(0.95, abs=0.015)


def test_standardised_difference_is_blank_without_spread():
    values = np.column_stack([np.ones(10), np.arange(10.0)])
    effect, low, _ = standardised_difference(values, np.arange(10) < 5)
    assert np.isnan([effect[0], low[0]]).all()
    assert np.isfinite(effect[1])


def hwe_by_enumeration(rare, het, common):
    """P of all numbers of heterozygotes that are as likely as the observed, exactly."""
    n, alleles = rare + het + common, 2 * rare + het
    chances = {}
    for h in range(alleles % 2, min(alleles, 2 * n - alleles) + 1, 2):
        r = (alleles - h) // 2
        ways = factorial(n) * 2**h // (factorial(r) * factorial(h))
        chances[h] = Fraction(ways, factorial(n - r - h))
    total = sum(chances.values())
    return float(sum(c for c in chances.values() if c <= chances[het]) / total)


def test_hardy_weinberg_equals_enumeration_of_every_small_cohort():
    triples = [
        (r, h, c)
        for n in (1, 2, 3, 7, 12, 25)
        for r in range(n + 1)
        for h in range(n - r + 1)
        for c in [n - r - h]
    ]
    expected = [hwe_by_enumeration(min(r, c), h, max(r, c)) for r, h, c in triples]
    found = hwe_exact(*np.array(triples).T)
    assert np.allclose(found, expected, rtol=1e-9)


def test_hardy_weinberg_of_large_cohorts_and_of_nobody():
    triples = [(0, 400, 0), (200, 0, 200), (3, 97, 900), (0, 0, 0), (0, 2, 500)]
    expected = [hwe_by_enumeration(min(r, c), h, max(r, c)) for r, h, c in triples[:3]]
    found = hwe_exact(*np.array(triples).T)
    assert np.allclose(found[:3], expected, rtol=1e-7)
    assert found[3:].tolist() == [1, 1]
