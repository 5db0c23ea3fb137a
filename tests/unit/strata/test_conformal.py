import numpy as np
import pytest

from genostrat.strata.model.conformal import (
    ConformalRule,
    calibrate,
    explain_kept,
    write_sets,
)


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def sets_of(rule, probabilities, certainty=None):
    included = rule.include(np.array(probabilities), certainty)
    return write_sets(included, [f"S{i + 1}" for i in range(len(rule.limits))])


def test_strata_are_kept_until_they_reach_the_confidence():
    rule = ConformalRule(0.8, np.zeros(3))
    got = sets_of(
        rule, [[0.85, 0.1, 0.05], [0.1, 0.6, 0.3], [0.4, 0.35, 0.25], [0.0, 0.2, 0.8]]
    )
    assert got == ["S1", "S2|S3", "S1|S2|S3", "S3"]


def test_a_stratum_with_patients_as_strange_is_kept():
    rule = ConformalRule(0.8, np.array([0.5, 0.95, 0.5]))
    got = sets_of(rule, [[0.9, 0.06, 0.04], [0.9, 0.04, 0.06], [0.06, 0.0, 0.94]])
    assert got == ["S1|S2", "S1", "S3"]


def test_a_stratum_without_a_limit_is_never_ruled_out():
    rule = ConformalRule(0.9, np.array([0.2, 1.0]))
    assert sets_of(rule, [[1.0, 0.0], [0.0, 1.0]]) == ["S1|S2", "S2"]


def test_certainty_from_elsewhere_bounds_the_most_likely_stratum():
    rule = ConformalRule(0.8, np.zeros(2))
    bound = np.array([0.5, np.nan, 0.8])
    got = sets_of(rule, [[0.99, 0.01], [0.99, 0.01], [0.01, 0.99]], bound)
    assert got == ["S1|S2", "S1", "S2"]


def test_a_set_is_never_empty_and_one_alone_is_as_likely_as_asked(rng):
    for confidence in (0.5, 0.8, 0.95):
        rule = ConformalRule(confidence, rng.random(4))
        probabilities = rng.dirichlet(np.full(4, 0.3), 500)
        included = rule.include(probabilities)
        assert included.any(axis=1).all()
        one = included.sum(axis=1) == 1
        assert (probabilities[one].max(axis=1) >= confidence - 1e-6).all()
        assert included[np.arange(500), probabilities.argmax(axis=1)].all()


def test_a_higher_confidence_never_makes_a_set_smaller(rng):
    labels = np.repeat([0, 1, 2], [60, 30, 12])
    certainty = rng.beta(4, 1, len(labels))
    probabilities = rng.dirichlet(np.full(3, 0.5), 300)
    before = None
    for confidence in (0.6, 0.8, 0.9, 0.95):
        rule = calibrate(certainty, labels, k=3, confidence=confidence)
        included = rule.include(probabilities)
        assert before is None or (included >= before).all()
        before = included


def test_limits_are_the_split_conformal_quantiles_of_each_stratum():
    certainty = np.array([0.9, 0.7, 0.8, 0.6, 0.95, 0.5, 0.99, 0.4, 0.3, 0.2])
    labels = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
    rule = calibrate(certainty, labels, k=2, confidence=0.5)
    # The third smallest of five: ceil(6 * 0.5).
    assert rule.limits == pytest.approx([0.2, 0.6], abs=2e-6)
    rule = calibrate(certainty, labels, k=2, confidence=0.8)
    assert rule.limits == pytest.approx([0.4, 0.8], abs=2e-6)
    rule = calibrate(certainty, labels, k=2, confidence=0.9)
    assert rule.limits.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("confidence", "least"), [(0.5, 1), (0.8, 4), (0.9, 9), (0.95, 19), (0.99, 99)]
)
def test_strata_too_small_to_be_ruled_out_are_named(confidence, least):
    for size in (least - 1, least):
        labels = np.zeros(size, dtype=int)
        rule = calibrate(np.full(size, 0.9), labels, k=1, confidence=confidence)
        said = explain_kept(["S1"], [size], rule)
        assert (rule.limits[0] == 1.0) == (size < least)
        assert len(said) == (size < least)
    assert explain_kept(["S1"], [6], ConformalRule(1.0, np.zeros(1)))


def test_the_confidence_that_is_advised_suffices():
    for size in range(5, 40):
        (said,) = explain_kept(["S1"], [size], ConformalRule(0.99, np.zeros(1)))
        advised = float(said.split("min_confidence of ")[1].split()[0])
        rule = ConformalRule(advised, np.zeros(1))
        assert explain_kept(["S1"], [size], rule) == []


def test_a_stratum_that_does_not_know_its_own_patients_is_named():
    own = np.r_[np.full(20, 0.9), 0.0, 0.0, 0.6, 0.7, 0.8]
    labels = np.repeat([0, 1], [20, 5])
    rule = calibrate(own, labels, k=2, confidence=0.8)
    (said,) = explain_kept(["S1", "S2"], [20, 5], rule)
    assert said.startswith("S2 (5 patients) is so unstable")
    assert sets_of(rule, [[0.99, 0.01]]) == ["S1|S2"]


def test_exchangeable_patients_are_covered_stratum_by_stratum(rng):
    # The certainty of new patients comes from the same distribution as the training
    # patients', whatever the model's probabilities are worth; sizes are small, so
    # that the correction by n + 1 matters.
    covered = {0: [], 1: []}
    for _ in range(1500):
        labels = np.repeat([0, 1], [25, 9])
        own = np.where(labels == 0, rng.beta(2, 1, 34), rng.beta(0.6, 0.9, 34))
        rule = calibrate(own, labels, k=2, confidence=0.8)
        for stratum, new in ((0, rng.beta(2, 1)), (1, rng.beta(0.6, 0.9))):
            row = np.array([[new, 1 - new]]) if stratum == 0 else [[1 - new, new]]
            covered[stratum].append(
                (1 - np.array(row)[0, stratum]) <= rule.limits[stratum]
            )
            assert rule.include(np.array(row))[0, stratum] >= covered[stratum][-1]
    for stratum in (0, 1):
        assert 0.78 <= np.mean(covered[stratum]) <= 0.86


def test_the_rule_follows_its_strata():
    rule = ConformalRule(0.8, np.array([0.1, 0.2, 0.3]))
    assert rule.reordered(np.array([2, 0, 1])).limits.tolist() == [0.3, 0.1, 0.2]
