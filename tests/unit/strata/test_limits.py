"""When a group, a measure or a border counts: at the limit itself, not beside it."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from genostrat.strata.audit.confounders import _is_confounded, _is_lost
from genostrat.strata.audit.restatement import _is_one_axis, _kind_of, _pairs
from genostrat.strata.audit.restatement import _shares_between as shares_between
from genostrat.strata.clustering.focus import find_focus
from genostrat.strata.cohort import isolated_patients
from genostrat.strata.description.characteristics import describe_sheet, group_p
from genostrat.strata.evidence.boundary import border_test, expected_share
from genostrat.strata.evidence.choice import is_nested
from genostrat.strata.evidence.power import SEPARATIONS, PowerCurve
from genostrat.strata.evidence.statistics import log_index_by_k
from genostrat.strata.evidence.valley import neighbouring_pairs, valley_ratios
from genostrat.strata.model.assignment import HeldOut, describe_absence
from genostrat.strata.model.conformal import (
    ConformalRule,
    calibrate,
    explain_kept,
    write_sets,
)


@pytest.mark.parametrize(("n_out", "nests"), [(1, True), (2, False)])
def test_a_group_lies_in_another_with_nineteen_of_twenty(n_out, nests):
    finer = np.repeat([0, 1], [20, 20])
    coarser = np.repeat([0, 1], [20, 20])
    coarser[:n_out] = 1
    assert is_nested(finer, coarser) == nests


def test_the_smallest_separation_is_that_from_which_on_all_are_found():
    n = len(SEPARATIONS)
    for n_good in range(n + 1):
        rates = (0.79,) * (n - n_good) + (0.8,) * n_good
        found = PowerCurve(60, 100, rates, 60).smallest_detectable
        assert found == (SEPARATIONS[n - n_good] if n_good else None)
    rates = (0.9,) + (0.7,) + (0.9,) * (n - 2)
    assert PowerCurve(60, 100, rates, 60).smallest_detectable == SEPARATIONS[2]


def test_borders_are_a_quarter_of_the_way_to_the_own_centre():
    assert expected_share(2) == pytest.approx(0.125)
    rng = np.random.default_rng(1)
    scores = np.r_[rng.normal(-5, 1, (40, 1)), rng.normal(5, 1, (40, 1))]
    labels = np.repeat([0, 1], 40)
    share, p_value = border_test(scores, labels)
    assert share == 0
    assert p_value == pytest.approx((1 - 0.125) ** 80)
    even = np.linspace(-1, 1, 80)[:, None]
    share, p_value = border_test(even, labels)
    assert share == pytest.approx(0.125, abs=0.03)
    assert 0.3 < p_value < 0.8


def test_neighbours_are_the_edges_of_the_shortest_tree():
    centres = np.array([[0.0, 0], [10, 0], [1, 0], [10, 1]])
    pairs = {frozenset(pair) for pair in neighbouring_pairs(centres)}
    assert pairs == {frozenset({0, 2}), frozenset({2, 1}), frozenset({1, 3})}


def test_no_valley_is_told_of_one_group_or_of_few_patients():
    rng = np.random.default_rng(2)
    scores = np.r_[rng.normal(-4, 1, (60, 2)), rng.normal(4, 1, (60, 2))]
    labels = np.repeat([0, 1], 60)
    assert np.isnan(valley_ratios(scores, np.zeros(120, int))).all()
    assert valley_ratios(scores, labels)[0] > 0
    one = rng.normal(0, 1, (120, 2))
    halves = (one[:, 0] > 0).astype(int)
    assert valley_ratios(one, halves)[0] < 0


def far_out(n, n_far, *, by=40.0):
    values = np.random.default_rng(3).normal(size=(n, 6))
    values[:n_far] = by + 0.1 * values[:n_far]
    return isolated_patients(values, layers=["a"] * 6)


def test_four_patients_alike_are_far_from_everybody_and_five_are_a_group():
    assert far_out(60, 4)[:4].all()
    assert not far_out(60, 4)[4:].any()
    assert not far_out(60, 5).any()
    assert far_out(40, 1)[0]
    assert not far_out(39, 1).any(), "fewer than twice the fewest patients"


def test_the_share_of_a_feature_between_strata_is_eta_squared():
    rng = np.random.default_rng(4)
    labels = rng.integers(0, 3, 50)
    values = rng.normal(size=(50, 4)) + labels[:, None] * np.array([0, 1, 2, 0])
    values[:, 3] = labels
    got = shares_between(values, labels)
    for j in range(4):
        column = pd.Series(values[:, j])
        within = column.groupby(labels).transform("mean")
        expected = ((within - column.mean()) ** 2).sum() / (
            (column - column.mean()) ** 2
        ).sum()
        assert got[j] == pytest.approx(expected)
    assert shares_between(np.ones((50, 1)), labels)[0] == 0


def test_levels_are_few_values_and_pairs_are_of_few_levels():
    rng = np.random.default_rng(5)
    near = 0.001 * rng.normal(size=(60, 1))
    assert _kind_of(near + rng.integers(0, 3, (60, 1))) == "levels"
    assert _kind_of(rng.normal(size=(60, 1))) == "pieces"
    assert _kind_of(rng.normal(size=(60, 2))) == "levels"
    assert _pairs(3) == [(0, 1), (0, 2), (1, 2)]
    most = max(n for n in range(2, 60) if _pairs(n))
    assert all(_pairs(n) for n in range(2, most + 1))
    assert not _pairs(most + 1)


def test_a_layer_of_one_axis_moves_together_within_strata_too():
    rng = np.random.default_rng(6)
    labels = np.repeat([0, 1], 30)
    axis = rng.normal(size=(60, 1))
    together = axis @ np.ones((1, 5)) + 0.01 * rng.normal(size=(60, 5))
    assert _is_one_axis(together, labels)
    apart = labels[:, None] * 8.0 + rng.normal(size=(60, 5))
    assert not _is_one_axis(apart, labels), "strata apart are no axis within them"


@pytest.mark.parametrize(("n", "is_tested"), [(2, False), (3, True)])
def test_a_group_is_tested_with_three_patients(n, is_tested):
    values = np.random.default_rng(7).normal(size=(20, 1))
    assigned = np.ones((20, 1), np.int8)
    assigned[:n] = 0
    assert np.isfinite(group_p(values, assigned, k=2)).all() == is_tested
    assert np.isnan(group_p(values, assigned, k=2)).all() != is_tested


@pytest.mark.parametrize(("n_levels", "is_category"), [(20, True), (21, False)])
def test_a_column_of_more_than_twenty_levels_is_no_category(n_levels, is_category):
    cells = [f"l{i}" for i in range(n_levels)] * 10
    strata = pd.Series(np.where(np.arange(len(cells)) % 3, "S1", "S2"))
    sheet = pd.DataFrame({"place": cells})
    assert bool(len(describe_sheet(sheet, strata, exclude=[]))) == is_category
    assert not len(describe_sheet(sheet, strata, exclude=["place"]))


def test_features_in_focus_hang_together_and_are_no_few():
    rng = np.random.default_rng(8)
    values = rng.normal(size=(100, 60))
    shared = rng.normal(size=(100, 1))
    none = find_focus(values)
    assert none is None or not none.any()
    values[:, :10] += 2 * shared
    found = find_focus(values)
    assert found is not None
    assert found[:10].all()
    assert found[10:].sum() <= 2


def test_whoever_is_far_out_is_three_distances_between_quartiles_beyond():
    """Tukey's rule, on logarithms: of 0 to 4 the quartiles are 1 and 3."""
    logs = np.arange(5.0)
    held = HeldOut(own=np.ones(5), nearest=np.exp(logs), residual=np.exp(2 * logs))
    assert held.fences == pytest.approx((np.exp(3 + 3 * 2), np.exp(6 + 3 * 4)))
    assert not held.far_out().any()
    limits = np.quantile(np.exp(logs), 0.995), np.quantile(np.exp(2 * logs), 0.995)
    assert held.limits == pytest.approx(limits)
    one = np.exp(np.r_[np.linspace(0, 1, 30), 9.0])
    usual = np.exp(np.r_[np.linspace(0, 1, 30), 0.5])
    for pair in ((one, usual), (usual, one)):
        assert HeldOut(np.ones(31), *pair).far_out().tolist() == [False] * 30 + [True]


class OfShares:
    """What of a model says how much of it is missing: one share a feature."""

    adjustment = SimpleNamespace(features=("a", "b", "c"), layers=("x", "x", "y"))

    def missing_share(self, is_absent):
        return np.array([0.1, 0.1, 0.2]) @ is_absent


@pytest.mark.parametrize(
    ("absent", "said"),
    [
        ([1, 1, 0], None),
        ([0, 0, 1], None),
        ([1, 0, 1], "2 of 3 absent, 30% of the model, e.g. a; nothing of layer y"),
        ([1, 1, 1], "3 of 3 absent, 40% of the model, e.g. a; nothing of layer x, y"),
    ],
)
def test_a_fifth_of_a_model_may_be_missing(absent, said):
    problems = describe_absence(OfShares(), np.array(absent, bool))
    assert [problem.found for problem in problems] == ([said] if said else [])


@pytest.mark.parametrize(
    ("pair_accuracy", "ari", "is_lost", "is_confounded"),
    [
        (0.5, 0.49, True, True),
        (0.5, 0.5, False, False),
        (0.49, 0.1, False, False),
        (0.8, 0.9, False, True),
        (0.79, 0.9, False, False),
    ],
)
def test_strata_are_confounded_at_limits(pair_accuracy, ari, is_lost, is_confounded):
    joint = {"pair_accuracy": pair_accuracy, "ari_after_adjustment": ari}
    assert _is_lost(joint) == is_lost
    assert _is_confounded(joint) == is_confounded


def test_a_stratum_is_ruled_out_by_enough_patients():
    """Of n patients the (n + 1)-fold of the confidence is a rank, if there is one."""
    certainty = np.r_[np.linspace(0.5, 0.95, 10), np.full(4, 0.9)]
    labels = np.repeat([0, 1], [10, 4])
    rule = calibrate(certainty, labels, k=2, confidence=0.8)
    strange = np.sort(1 - certainty[:10])
    assert rule.limits[0] == pytest.approx(strange[8], abs=1e-6)  # ⌈11 · 0.8⌉ = 9
    assert rule.limits[1] == pytest.approx(0.1, abs=1e-6)  # ⌈5 · 0.8⌉ = 4
    assert explain_kept(["S1", "S2"], [10, 4], rule) == []
    rule = calibrate(certainty, labels, k=2, confidence=0.9)
    assert rule.limits[1] == 1
    (said,) = explain_kept(["S1", "S2"], [10, 4], rule)
    assert said.startswith("S2 has 4 patients, too few to be ruled out")
    assert "strata.min_confidence of 0.8 or less" in said
    unsure = ConformalRule(0.8, np.array([0.999, 0.998]))
    (said,) = explain_kept(["S1", "S2"], [10, 10], unsure)
    assert said.startswith("S1 (10 patients) is so unstable")
    included = np.array([[1, 0, 1], [0, 0, 0]], bool)
    assert write_sets(included, ["S1", "S2", "S3"]) == ["S1|S3", ""]


def test_the_cluster_index_knows_no_units():
    """The share of the squares that lies within clusters; 1 of one spread has none."""
    rng = np.random.default_rng(9)
    scores = np.r_[rng.normal(-3, 1, (30, 2)), rng.normal(3, 1, (30, 2))]
    found = [
        log_index_by_k(scores * unit, ks=(2, 3), rng=np.random.default_rng(1))
        for unit in (1.0, 1e-3, 1e3)
    ]
    assert found[1] == pytest.approx(found[0])
    assert found[2] == pytest.approx(found[0])
    labels = np.repeat([0, 1], 30)
    means = np.stack([scores[labels == g].mean(axis=0) for g in (0, 1)])[labels]
    within = ((scores - means) ** 2).sum() / ((scores - scores.mean(axis=0)) ** 2).sum()
    assert found[0][0] == pytest.approx(np.log(within))
    assert found[0][1] < found[0][0] < 0
