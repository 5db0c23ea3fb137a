import numpy as np
import pytest
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.stats import gamma, norm, t, uniform
from sklearn.mixture import GaussianMixture

from genostrat.strata.clustering.resamples import kmeans
from genostrat.strata.evidence.valley import (
    BEND,
    BLURS,
    MAX_STEPS,
    MODES,
    REACHES,
    bend,
    combine_ratios,
    has_valleys,
    neighbouring_pairs,
    positions_between,
    valley_ratios,
)
from genostrat.strata.evidence.valley_kernels import (
    fill_slabs,
    fit_one_peak,
    fit_two_peaks,
    improve_weights,
)


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def ratio(scores, rng, *, k=2):
    labels, _, _ = kmeans(scores, k=k, rng=rng)
    return combine_ratios(valley_ratios(scores, labels))


def test_positions_by_hand():
    first, second = np.array([[-1.0], [1.0]]), np.array([[9.0], [11.0], [10.0]])
    positions, member = positions_between(first, second)
    # The patient at 1: its own centre without it is -1, the other 10; (81 - 4) / 121.
    assert positions[1] == pytest.approx(-77 / 121)
    assert positions[4] == pytest.approx(1)
    assert member.tolist() == [0, 0, 1, 1, 1]


def test_neighbours_are_the_shortest_tree(rng):
    centres = rng.normal(size=(7, 3))
    apart = np.sqrt(((centres[:, None] - centres) ** 2).sum(axis=2))
    oracle = minimum_spanning_tree(apart)
    found = neighbouring_pairs(centres)
    assert len(found) == 6
    assert sum(apart[pair] for pair in found) == pytest.approx(oracle.sum())


def test_two_peaks_are_as_likely_as_scikit_learn_makes_them(rng):
    positions = np.concatenate([rng.normal(-1, 0.4, 70), rng.normal(1, 0.4, 40)])
    member = np.repeat(np.array([0, 1], dtype=np.int8), [70, 40])
    oracle = GaussianMixture(
        2, covariance_type="tied", tol=1e-9, max_iter=1000, random_state=0
    ).fit(positions[:, None])
    wanted = oracle.score(positions[:, None]) * 110
    assert fit_two_peaks(positions, member, 1000) == pytest.approx(wanted, abs=0.05)


def em_by_hand(x, weight, n_steps):
    """Return log likelihoods of two normal peaks of one width, step by step."""
    found = []
    for _ in range(n_steps):
        share = min(max(weight.mean(), 0.02), 0.98)
        means = [np.average(x, weights=w) for w in (1 - weight, weight)]
        variance = ((1 - weight) * (x - means[0]) ** 2).mean()
        variance += (weight * (x - means[1]) ** 2).mean()
        own = [norm.pdf(x, mean, np.sqrt(variance)) for mean in means]
        density = (1 - share) * own[0] + share * own[1]
        found.append(np.log(density).sum())
        weight = share * own[1] / density
    return found


def test_two_peaks_are_fitted_step_by_step_from_any_groups(rng):
    """As long as a step gains a thousandth; here a third begin in the wrong peak."""
    x = np.concatenate([rng.normal(-1, 0.4, 70), rng.normal(1, 0.4, 40)])
    member = np.repeat(np.array([0, 1], dtype=np.int8), [70, 40])
    member[::3] = 1 - member[::3]
    expected = em_by_hand(x, member.astype(float), 200)
    for n_steps in (1, 2, 3, 8):
        found = fit_two_peaks(x, member, n_steps)
        assert found == pytest.approx(expected[n_steps - 1])
    assert expected[-1] > expected[0] + 20
    stop = np.flatnonzero(np.diff(expected) < 1e-3)[0] + 1
    assert fit_two_peaks(x, member, 200) == pytest.approx(expected[stop])


def test_slabs_are_densities():
    line = np.linspace(-65, 65, 130001)
    slabs = np.empty((2 * len(REACHES) + 1, len(line)))
    fill_slabs(line, 0.3, 0.2, REACHES, slabs)
    assert np.allclose(np.trapezoid(slabs, line, axis=1), 1, atol=1e-6)
    # To the right of the mode, then to the left of it, then at it.
    means = np.trapezoid(slabs * line, line, axis=1)
    expected = [*(0.3 + REACHES / 2), *(0.3 - REACHES / 2), 0.3]
    assert np.allclose(means, expected, atol=1e-6)


def test_steps_never_make_a_fit_worse_and_keep_weights(rng):
    positions = rng.normal(size=50)
    slabs = np.empty((2 * len(REACHES) + 1, 50))
    fill_slabs(positions, 0.0, 0.3, REACHES, slabs)
    turned = np.ascontiguousarray(slabs.T)
    weights = np.full(len(slabs), 1 / len(slabs))
    likelihoods = [improve_weights(slabs, turned, weights, 3) for _ in range(10)]
    assert (np.diff(likelihoods) >= -1e-9).all()
    assert weights.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    "truth",
    [uniform(-2, 4), norm(0, 0.9), gamma(2, -1), t(3)],
    ids=["flat", "normal", "skewed", "long tails"],
)
def test_one_peak_describes_any_spread_with_one_peak(truth, rng):
    positions = truth.rvs(size=400, random_state=rng)
    found = fit_one_peak(positions, MODES, BLURS, REACHES)
    # As likely as what the positions were drawn from, but for edges without blur.
    assert found > truth.logpdf(positions).sum() - 10
    member = (positions > np.median(positions)).astype(np.int8)
    assert fit_two_peaks(positions, member, MAX_STEPS) < found


def test_one_peak_does_not_describe_two(rng):
    positions = np.concatenate([rng.normal(-1, 0.4, 60), rng.normal(1, 0.4, 60)])
    member = np.repeat(np.array([0, 1], dtype=np.int8), 60)
    two = fit_two_peaks(positions, member, MAX_STEPS)
    assert two > fit_one_peak(positions, MODES, BLURS, REACHES) + 5


@pytest.mark.parametrize("shape", ["line", "ring", "square", "skewed"])
def test_continua_have_no_valley(shape, rng):
    passed = 0
    for _ in range(12):
        angle = rng.uniform(0, 2 * np.pi, 120)
        scores = {
            "line": rng.uniform(-4, 4, (120, 2)) * [1, 0],
            "ring": 4 * np.column_stack([np.cos(angle), np.sin(angle)]),
            "square": rng.uniform(-4, 4, (120, 2)),
            "skewed": rng.gamma(1, 4, (120, 2)) * [1, 0],
        }[shape] + rng.normal(size=(120, 2))
        passed += has_valleys(ratio(scores, rng))
    assert passed <= 2


@pytest.mark.parametrize("k", [2, 3])
def test_overlapping_groups_have_valleys(k, rng):
    truth = np.arange(150) % k
    passed = 0
    for _ in range(10):
        scores = rng.normal(size=(150, 3)) + 3.0 * np.eye(3)[truth]
        passed += has_valleys(ratio(scores, rng, k=k))
    assert passed >= 9


def test_bent_lines_are_told_from_two_groups(rng):
    def bends(make):
        found = []
        for _ in range(20):
            scores = make() + rng.normal(size=(120, 2))
            labels, _, _ = kmeans(scores, k=2, rng=rng)
            found.append(bend(scores[labels == 0], scores[labels == 1]))
        return np.array(found)

    def ring(most):
        angle = rng.uniform(0, most, 120)
        return 4 * np.column_stack([np.cos(angle), np.sin(angle)])

    assert (bends(lambda: ring(2 * np.pi)) > BEND).all()
    assert (bends(lambda: ring(np.pi)) > BEND).all()
    groups = np.repeat([[-2, 0], [2, 0]], [40, 80], axis=0)
    assert (bends(lambda: groups) > BEND).mean() <= 0.1


def test_bend_does_not_depend_on_turns_and_scale(rng):
    scores = rng.normal(size=(50, 3))
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    whole = bend(scores[:25], scores[25:])
    assert bend(5 * scores[:25] @ turn, 5 * scores[25:] @ turn) == pytest.approx(whole)
    assert bend(scores[:25, :1], scores[25:, :1]) == 0


def test_one_false_border_spoils_the_others(rng):
    scores = rng.normal(size=(120, 2))
    scores[60:, 0] += 12
    assert has_valleys(ratio(scores, rng, k=2))
    assert not has_valleys(ratio(scores, rng, k=3))


@pytest.mark.parametrize(
    ("ratios", "passes"),
    [
        ([0.1], True),
        ([-0.1], False),
        ([4.0, -2.0], True),
        ([1.5, -2.0], False),
        ([40.0, 40.0, -3.0], False),
        ([9.0, np.nan], False),
    ],
)
def test_clear_borders_help_doubtful_ones_but_not_false_ones(ratios, passes):
    assert has_valleys(combine_ratios(np.array(ratios))) == passes


def test_hardly_any_patients_and_copies_of_one():
    scores = np.array([[0.0], [0.1], [5.0], [5.1], [5.2], [5.3]])
    few = valley_ratios(scores, np.array([0, 0, 1, 1, 1, 1]))
    assert np.isnan(few).all()
    assert np.isnan(valley_ratios(scores, np.zeros(6, dtype=int))).all()
    assert not has_valleys(combine_ratios(few))
    same = valley_ratios(np.zeros((8, 2)), np.repeat([0, 1], 4))
    assert np.isfinite(same).all()
