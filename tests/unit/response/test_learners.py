"""What predicts effects, and the tree that says for whom, against planted truth."""

import numpy as np
import pytest

from genostrat.config.conflicts import find_conflicts
from genostrat.registry.words.response import CAUSAL_FOREST, LEARNERS, RIDGE
from genostrat.response.heterogeneity import learners
from genostrat.response.heterogeneity.crossfit import cross_fit
from genostrat.response.heterogeneity.measures import mean_of
from genostrat.response.heterogeneity.tree import (
    describe_leaves,
    grow_tree,
    mark_ends,
)
from genostrat.response.heterogeneity.verdict import REPEATS, judge_heterogeneity
from genostrat.seeds import random_generator
from genostrat.stats.effects import one_blas_thread


def draw(seed, *, n=400, gain=0.0):
    rng = random_generator(seed, "learners")
    design = rng.normal(size=(n, 4))
    treated = rng.permutation(n) < n // 2
    effect = 0.4 + gain * np.sign(design[:, 1])
    value = design[:, 0] + effect * treated + rng.normal(size=n)
    return design, treated, value, effect, rng


def test_every_learner_has_a_function_and_a_number_of_splits():
    assert set(LEARNERS) == set(learners.LEARNERS) == set(REPEATS)
    assert min(REPEATS.values()) >= 20


@pytest.mark.parametrize("name", LEARNERS)
def test_a_learner_predicts_planted_effects_of_new_patients(name):
    if name == CAUSAL_FOREST:
        pytest.importorskip("econml")
    design, treated, value, _, rng = draw(1, n=1200, gain=1.0)
    new = rng.normal(size=(500, 4))
    predict = learners.LEARNERS[name](design, treated, value, rng)
    means = predict(new)
    assert means.shape == (500, 2)
    gained = means[:, 1] - means[:, 0]
    assert np.corrcoef(gained, np.sign(new[:, 1]))[0, 1] > 0.7
    assert gained.mean() == pytest.approx(0.4, abs=0.25)
    assert np.corrcoef(means[:, 0], new[:, 0])[0, 1] > 0.7


def test_a_forest_gives_the_same_answer_to_the_same_seed():
    pytest.importorskip("econml")
    design, treated, value, _, _ = draw(2)
    found = [
        learners.learn_by_forest(
            design, treated, value, random_generator(seed, "forest")
        )(design[:20])
        for seed in (5, 5, 6)
    ]
    assert (found[0] == found[1]).all()
    assert (found[0] != found[2]).any()


@pytest.mark.parametrize("name", LEARNERS)
def test_only_a_planted_difference_is_found(name):
    if name == CAUSAL_FOREST:
        pytest.importorskip("econml")
    p_values = []
    for gain in (0.0, 1.0):
        design, treated, value, _, _ = draw(3, gain=gain)
        record = judge_heterogeneity(
            design, treated, value, seed=1, name=("o",), learner=name, repeats=4
        )
        assert record["learner"] == name
        assert record["package"].startswith("econml ") == (name == CAUSAL_FOREST)
        p_values.append(record["p_value"])
    assert p_values[0] > 0.05 > p_values[1]


def test_a_learner_that_is_not_installed_is_refused_before_anything_runs(monkeypatch):
    from genostrat.config import conflicts

    class Here:
        def place_in_cohort(self, key):
            return {"file": "cohort.yaml", "line": 7}

    cohort = {"response": {"learner": CAUSAL_FOREST, "modifiers": ["age"]}}
    monkeypatch.setattr(conflicts, "find_spec", lambda name: None)
    [problem] = conflicts._missing_learner(cohort, Here())
    assert "econml" in str(problem)
    assert "line 7" in str(problem)
    assert "make env-hte" in str(problem)
    cohort["response"]["modifiers"] = []
    assert not list(conflicts._missing_learner(cohort, Here()))
    cohort["response"] |= {"modifiers": ["age"], "learner": RIDGE}
    assert not list(conflicts._missing_learner(cohort, Here()))
    assert "_missing_learner" in find_conflicts.__code__.co_names


def test_a_tree_names_what_was_planted():
    rng = random_generator(4, "tree")
    age = rng.integers(20, 80, 300).astype(float)
    stage = rng.integers(0, 3, 300)
    levels = (stage[:, None] == np.arange(3)).astype(float)
    names = ["age", "stage=I", "stage=II", "stage=>=III"]
    effect = np.where(stage == 2, 2.0, np.where(age > 50, 1.0, 0.0))
    tree = grow_tree(np.column_stack([age, levels]), effect)
    leaves = describe_leaves(tree, names, np.column_stack([age, levels]))
    assert [leaf["predicted"] for leaf in leaves] == pytest.approx([0, 1, 2])
    assert sum(leaf["n"] for leaf in leaves) == 300
    assert leaves[-1]["rules"] == [
        {"column": "stage", "operator": "is", "value": ">=III"}
    ]
    young = leaves[0]["rules"]
    assert {"column": "stage", "operator": "is_not", "value": ">=III"} in young
    assert {"column": "age", "operator": "at_most", "value": "50.5"} in young


def test_what_is_missing_is_named_and_rules_are_not_told_twice():
    number = np.repeat([1.0, 2, 3, 4], 50)
    unknown = np.tile([0.0, 1.0], 100)
    design = np.column_stack([number, unknown])
    leaves = describe_leaves(grow_tree(design, unknown), ["x", "x missing"], design)
    assert leaves[1]["rules"] == [{"column": "x", "operator": "is", "value": "missing"}]
    tree = grow_tree(number[:, None], number**2)
    [first, *_] = describe_leaves(tree, ["x"], number[:, None])
    assert first["rules"] == [{"column": "x", "operator": "at_most", "value": "1.5"}]


def test_no_tree_without_differences_or_with_too_few_in_a_leaf():
    x = np.arange(100.0)[:, None]
    assert grow_tree(x, np.ones(100)) is None
    assert grow_tree(np.empty((0, 1)), np.empty(0)) is None
    rare = np.arange(100) < 5
    tree = grow_tree(rare[:, None].astype(float), rare.astype(float))
    assert tree is None
    assert (mark_ends(None, x, x) == 0).all()


def test_effects_in_end_leaves_of_others_trees_are_honest():
    """Without a difference, end leaves do not differ; with one, they do as planted."""
    gaps = {0.0: [], 0.6: []}
    with one_blas_thread():
        for gain, found in gaps.items():
            for seed in range(150):
                design, treated, value, effect, rng = draw(seed, n=300, gain=gain)
                split = cross_fit(design, treated, value, random=rng)
                ends = [split.leaf == end for end in (-1, 1)]
                least, greatest = (mean_of(split.score[end]) for end in ends)
                true = effect[ends[1]].mean() - effect[ends[0]].mean()
                gap = greatest.estimate - least.estimate - true
                error = np.hypot(least.standard_error, greatest.standard_error)
                found.append((gap, gap / error, true))
    for found in gaps.values():
        gap, score, _ = np.array(found).T
        assert abs(gap.mean()) < 3 * gap.std() / np.sqrt(len(gap))
        assert np.mean(score > 1.96) <= 0.06
    assert np.mean([true for *_, true in gaps[0.6]]) > 0.6


def test_a_tree_is_in_the_record_only_where_columns_are_named():
    design, treated, value, _, _ = draw(5, gain=1.0)
    settings = {"seed": 1, "name": ("o",), "repeats": 3}
    bare = judge_heterogeneity(design, treated, value, **settings)
    assert bare["tree"] is None
    names = ["a", "b", "c", "d"]
    tree = judge_heterogeneity(
        design, treated, value, columns=(names, design), **settings
    )["tree"]
    assert tree["leaves"][0]["rules"][0]["column"] == "b"
    assert tree["least"]["estimate"] < 0 < tree["greatest"]["estimate"]
