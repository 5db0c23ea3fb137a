"""Largest unrelated sets against brute force, and expected kinship against hand."""

import itertools
import time

import numpy as np
import pandas as pd
import pytest

from genostrat.qc.relatedness.expectation import Expectations, compute_kinship
from genostrat.qc.relatedness.relationships import choose_unrelated, name_first_degree
from genostrat.sheets.pedigree import Pedigree


def to_pairs(edges, kinship=0.25):
    frame = pd.DataFrame(edges, columns=["sample_1", "sample_2"])
    frame["kinship"] = kinship
    return frame


def choose(names, edges, rates, **more):
    pairs = to_pairs(edges, **more)
    return choose_unrelated(names, pairs, min_kinship=0.1, call_rate=rates)


def best_by_brute_force(names, edges, rates):
    """Return the largest set; then the highest call rates, then the first names."""
    linked = {frozenset(edge) for edge in edges}
    sets = []
    for n in range(len(names), 0, -1):
        for some in itertools.combinations(names, n):
            pairs = itertools.combinations(some, 2)
            if not any(frozenset(pair) in linked for pair in pairs):
                rate = sum(round(rates[name] * 1_000_000) for name in some)
                sets.append((-rate, list(some)))
        if sets:
            return min(sets)[1]
    return []


@pytest.mark.parametrize("seed", range(25))
def test_small_families_give_the_largest_set(seed):
    rng = np.random.default_rng(seed)
    names = [f"s{i:02}" for i in range(rng.integers(2, 13))]
    density = rng.uniform(0.1, 0.7)
    edges = [e for e in itertools.combinations(names, 2) if rng.random() < density]
    rates = {name: rng.choice([0.9, 0.95, 1.0]) for name in names}
    unrelated, removed = choose(names, edges, rates)
    assert unrelated == best_by_brute_force(names, edges, rates)
    linked = {frozenset(edge) for edge in edges}
    assert unrelated == sorted(set(names) - removed.keys())
    for name, relative in removed.items():
        assert relative in unrelated
        assert frozenset((name, relative)) in linked


def test_a_greedy_choice_would_be_smaller():
    """The middle of this family has most relatives, and belongs to the largest set."""
    edges = [("h", x) for x in "abc"] + [(x, y) for x in "abc" for y in (x + "1",)]
    edges += [("a", "b"), ("b", "c"), ("a", "c")]
    unrelated, _ = choose(["h", *"abc", "a1", "b1", "c1"], edges, {})
    assert unrelated == ["a1", "b1", "c1", "h"]


def test_the_relative_on_whose_account_is_the_closest_that_stays():
    pairs = to_pairs([("a", "b"), ("b", "c")], kinship=[0.2, 0.25])
    unrelated, removed = choose_unrelated(
        "abc", pairs, min_kinship=0.1, call_rate=dict.fromkeys("abc", 1.0)
    )
    assert (unrelated, removed) == (["a", "c"], {"b": "c"})


def test_only_pairs_of_the_pool_and_above_the_bound_count():
    pairs = to_pairs([("a", "b"), ("b", "c")], kinship=[0.05, 0.25])
    found = choose_unrelated("ab", pairs, min_kinship=0.1, call_rate={})
    assert found == (["a", "b"], {})
    assert choose_unrelated([], pairs, min_kinship=0.1, call_rate={}) == ([], {})


@pytest.mark.parametrize("shape", ["path", "cycle", "dense", "sparse", "grid"])
def test_the_hardest_small_families_take_no_time(shape):
    rng = np.random.default_rng(1)
    names = [str(i) for i in rng.permutation(30)]
    edges = list(itertools.pairwise(names))
    if shape == "cycle":
        edges.append((names[-1], names[0]))
    elif shape == "grid":
        edges += [(names[i], names[i + 5]) for i in range(25)]
    elif shape in ("dense", "sparse"):
        share = 0.4 if shape == "dense" else 0.12
        every = itertools.combinations(names, 2)
        edges += [edge for edge in every if rng.random() < share]
    started = time.perf_counter()
    unrelated, _ = choose(names, edges, {})
    assert time.perf_counter() - started < 1
    if shape in ("path", "cycle"):
        assert len(unrelated) == 15


def test_large_families_give_a_set_to_which_nobody_can_be_added():
    rng = np.random.default_rng(2)
    names = [f"s{i:03}" for i in range(300)]
    edges = [(names[i], names[j]) for i, j in rng.integers(0, 300, (900, 2)) if i != j]
    rates = dict(zip(names, rng.random(300), strict=True))
    unrelated, removed = choose(names, edges, rates)
    linked = {frozenset(edge) for edge in edges}
    pairs = itertools.combinations(unrelated, 2)
    assert not any(frozenset(pair) in linked for pair in pairs)
    assert all(relative in unrelated for relative in removed.values())
    assert len(unrelated) > 80


def test_everybody_related_leaves_the_best_called():
    names = [f"s{i}" for i in range(60)]
    rates = dict.fromkeys(names, 0.9) | {"s33": 0.99}
    assert choose(names, itertools.combinations(names, 2), rates)[0] == ["s33"]
    few = [*names[:20], "s33"]
    assert choose(few, itertools.combinations(few, 2), rates)[0] == ["s33"]


def test_ten_thousand_samples_take_a_moment():
    trios = [(f"c{i}", f"{p}{i}") for i in range(3300) for p in "fm"]
    names = sorted({name for edge in trios for name in edge})
    started = time.perf_counter()
    unrelated, _ = choose(names, trios, {})
    assert time.perf_counter() - started < 2
    assert len(unrelated) == 6600


def test_first_degree_kinds_go_by_what_strangers_of_the_cohort_have():
    assert name_first_degree("first", 0.004, of_strangers=0.06) == "parent_child"
    # In rare variants strangers, and so siblings, are seldom opposite homozygotes.
    assert name_first_degree("first", 0.004, of_strangers=0.016) == "full_siblings"
    assert name_first_degree("second", 0.0, of_strangers=0.06) == ""


def family():
    """Grandparents, their two children, cousins, and a half-sibling's line."""
    parents = {
        "aunt": ("gf", "gm"),
        "dad": ("gf", "gm"),
        "half": ("gf", "gm2"),
        "kid": ("dad", "mum"),
        "kid2": ("dad", "mum"),
        "step": ("", "mum"),
        "cousin": ("uncle", "aunt"),
        "second": ("", "cousin"),
        "inbred": ("kid", "cousin"),
    }
    names = {name for child in parents for name in (child, *parents[child])} - {""}
    return Pedigree(person_of={name: name for name in names}, parents=parents)


@pytest.mark.parametrize(
    ("one", "two", "relation", "kinship"),
    [
        ("kid", "dad", "parent_child", 1 / 4),
        ("kid", "kid2", "full_siblings", 1 / 4),
        ("dad", "half", "half_siblings", 1 / 8),
        ("step", "kid", "half_siblings", 1 / 8),
        ("gm", "kid", "grandparent", 1 / 8),
        ("kid", "aunt", "avuncular", 1 / 8),
        ("kid", "half", "third_degree", 1 / 16),
        ("kid", "cousin", "third_degree", 1 / 16),
        ("second", "gf", "third_degree", 1 / 16),
        ("kid", "second", "distant", 1 / 32),
        ("gf", "gm2", "unrelated", 0),
        ("mum", "aunt", "unrelated", 0),
        ("kid", "nobody", "unrelated", 0),
        # Parents who are first cousins: 1/4 and half of 1/16 on top.
        ("inbred", "kid", "parent_child", 1 / 4 + 1 / 32),
        ("inbred", "aunt", "grandparent", 1 / 8 + 1 / 16),
    ],
)
def test_relations_and_kinship_are_those_of_the_textbook(one, two, relation, kinship):
    expected = Expectations(family())
    for pair in ((one, two), (two, one)):
        found = expected.of(*pair)
        assert found.relation == relation
        assert found.kinship == pytest.approx(kinship)
    assert expected.of(one, two).at_least == ((one, two) == ("step", "kid"))


def test_an_inbred_child_has_half_its_parents_kinship_with_itself():
    pedigree = family()
    [people] = pedigree.families
    kinship = compute_kinship(people, pedigree.parents)
    own = dict(zip(people, np.diag(kinship), strict=True))
    assert own["inbred"] == pytest.approx((1 + 1 / 16) / 2)
    assert own["gf"] == 0.5
    np.testing.assert_array_equal(kinship, kinship.T)


def test_replicates_stand_for_their_person():
    pedigree = Pedigree(
        person_of={"k1": "kid", "k2": "kid", "d": "d"}, parents={"kid": ("d", "")}
    )
    expected = Expectations(pedigree)
    assert expected.of("k1", "k2").relation == "same_person"
    assert expected.of("k2", "d").relation == "parent_child"
    assert set(expected.close_pairs(["k1", "k2", "d"])) == {
        ("k1", "k2"),
        ("d", "k1"),
        ("d", "k2"),
    }
    assert set(expected.close_pairs(["k2", "d"])) == {("d", "k2")}
