"""Declared against found relatives, in simulated families with planted mistakes."""

import functools

import numpy as np
import pytest

from genostrat.genotypes.store import Store, write_contig
from genostrat.qc.relatedness.kinship import KinshipOptions, find_relatives
from genostrat.qc.relatedness.pedigree import check_pedigree
from genostrat.sheets.pedigree import Doubt, Pedigree

OPTIONS = KinshipOptions(0.0442, 500, 0.01, 0.05)


def make_store(folder, people, *, step=50_000):
    genotypes = np.column_stack(list(people.values())).astype(np.int8)
    write_contig(
        folder,
        "1",
        blocks=[genotypes],
        n_variants=len(genotypes),
        pvar_lines=[
            f"1\t{100 + i * step}\tv{i}\tA\tG\t.\tPASS" for i in range(len(genotypes))
        ],
        samples=list(people),
        sexes=[""] * len(people),
    )
    return Store(folder)


@functools.cache
def draw_people(n_variants=4000, seed=1):
    """Three generations, with a replicate and strangers."""
    rng = np.random.default_rng(seed)
    frequency = rng.uniform(0.05, 0.95, n_variants)
    names = ["gf", "gm", "mum", "uncle", *(f"x{i:02}" for i in range(30))]
    people = {name: rng.binomial(2, frequency) for name in names}

    def cross(one, two):
        return sum(rng.binomial(1, people[parent] / 2) for parent in (one, two))

    for child, parents in {
        "dad": ("gf", "gm"),
        "aunt": ("gf", "gm"),
        "kid": ("dad", "mum"),
        "kid2": ("dad", "mum"),
        "cousin": ("uncle", "aunt"),
    }.items():
        people[child] = cross(*parents)
    people["kid_again"] = people["kid"].copy()
    return people


TRUTH = {
    "dad": ("gf", "gm"),
    "aunt": ("gf", "gm"),
    "kid": ("dad", "mum"),
    "kid2": ("dad", "mum"),
    "cousin": ("uncle", "aunt"),
}


def check(folder, people, parents, *, subjects=None, doubts=(), step=50_000):
    store = make_store(folder, people, step=step)
    person_of = {name: (subjects or {}).get(name, name) for name in people}
    pedigree = Pedigree(person_of=person_of, parents=parents, doubts=doubts)
    pairs, record = find_relatives(store, options=OPTIONS, pedigree=pedigree)
    table = check_pedigree(store, pairs, pedigree=pedigree, options=OPTIONS)
    return table.set_index(["sample_1", "sample_2"]), record


def test_a_true_pedigree_is_confirmed_throughout(tmp_path):
    table, record = check(tmp_path, draw_people(), TRUTH, subjects={"kid_again": "kid"})
    assert record["assessable"]
    near = table[table["expected"] != "third_degree"]
    assert set(near["status"]) == {"ok"}
    assert set(table["status"]) <= {"ok", "not_assessable"}
    assert table.loc[("kid", "kid_again"), "expected"] == "same_person"
    assert table.loc[("kid", "kid_again"), "relationship"] == "duplicate"
    assert table.loc[("dad", "kid_again"), "relationship"] == "parent_child"
    assert table.loc[("kid", "kid2"), "relationship"] == "full_siblings"
    assert table.loc[("aunt", "kid"), "expected"] == "avuncular"
    assert table.loc[("gf", "kid"), "expected"] == "grandparent"
    # Everybody who is related in the truth, and nobody else.
    counts = table["expected"].value_counts().to_dict()
    assert counts == {
        "same_person": 1,
        "parent_child": 4 + 3 * 2 + 2,
        "full_siblings": 1 + 2,
        "grandparent": 3 * 2 + 2,
        "avuncular": 3 + 1,
        "third_degree": 3,
    }
    assert not set(table.index.get_level_values(0)) & {f"x{i:02}" for i in range(30)}


def test_exchanged_samples_are_mismatches_and_found_where_they_are(tmp_path):
    people = dict(draw_people())
    people["kid2"], people["x00"] = people["x00"], people["kid2"]
    table, _ = check(tmp_path, people, TRUTH)
    wrong = table.loc[("dad", "kid2")]
    assert (wrong["status"], wrong["relationship"]) == ("mismatch", "unrelated")
    assert wrong["expected_kinship"] == 0.25
    assert abs(wrong["kinship"]) < 0.05
    assert "parent and child" in wrong["reason"]
    found = table.loc[("dad", "x00")]
    assert (found["status"], found["relationship"]) == ("unexpected", "parent_child")
    assert found["expected"] == "unrelated"
    assert "does not relate them" in found["reason"]
    assert table.loc[("kid", "x00"), "relationship"] == "full_siblings"
    assert table.loc[("dad", "kid"), "status"] == "ok"


def test_replicates_that_differ_and_undeclared_ones_are_told(tmp_path):
    table, _ = check(tmp_path, draw_people(), TRUTH, subjects={"x01": "mum"})
    assert table.loc[("mum", "x01"), "status"] == "mismatch"
    assert table.loc[("kid", "kid_again"), "status"] == "unexpected"
    assert table.loc[("kid", "kid_again"), "relationship"] == "duplicate"


def test_parents_and_siblings_are_told_apart_both_ways(tmp_path):
    people = draw_people()
    as_parent, _ = check(tmp_path / "a", people, {"kid": ("kid2", "")})
    row = as_parent.loc[("kid", "kid2")]
    assert (row["status"], row["relationship"]) == ("mismatch", "full_siblings")
    assert "which rule it out" in row["reason"]
    siblings = {"kid": ("f", "m"), "dad": ("f", "m")}
    as_siblings, _ = check(tmp_path / "b", people, siblings)
    row = as_siblings.loc[("dad", "kid")]
    assert (row["status"], row["relationship"]) == ("mismatch", "parent_child")


def test_siblings_with_one_parent_given_may_be_full_or_half(tmp_path):
    parents = {"kid": ("", "mum"), "kid2": ("", "mum")}
    table, _ = check(tmp_path, draw_people(), parents)
    row = table.loc[("kid", "kid2")]
    assert (row["expected"], row["status"]) == ("half_siblings", "ok")
    both = {"kid": ("f1", "mum"), "kid2": ("f2", "mum")}
    table, _ = check(tmp_path / "both", draw_people(), both)
    assert table.loc[("kid", "kid2"), "status"] == "mismatch"


@pytest.mark.parametrize(("n_variants", "step"), [(60, 5_000_000), (4000, 100)])
def test_too_few_variants_or_regions_are_not_assessable(tmp_path, n_variants, step):
    people = {name: calls[:n_variants] for name, calls in draw_people().items()}
    table, record = check(tmp_path, people, TRUTH, step=step)
    assert not record["assessable"]
    # Who is the same everywhere is found even so, if not by one region alone.
    twice = table["status"] == "unexpected"
    assert set(table.loc[twice, "relationship"]) <= {"duplicate"}
    assert twice.sum() == (step > 100)
    table = table[~twice]
    assert set(table["status"]) == {"not_assessable"}
    assert set(table["relationship"]) == {""}
    assert "too few" in table["reason"].iloc[0]


def test_few_variants_confirm_replicates_before_cousins(tmp_path):
    """Too few for a search among all pairs, enough for close pairs in the sheet."""
    people = {name: calls[:300] for name, calls in draw_people().items()}
    table, record = check(
        tmp_path, people, TRUTH, subjects={"kid_again": "kid"}, step=200_000
    )
    assert not record["assessable"]
    assert table.loc[("kid", "kid_again"), "status"] == "ok"
    by_relation = table.groupby("expected")["status"].agg(set)
    assert "not_assessable" in by_relation["avuncular"]
    assert by_relation["full_siblings"] == {"ok"}
    assert "mismatch" not in set(table["status"])


def test_a_link_that_was_set_aside_is_shown_and_not_judged(tmp_path):
    doubt = Doubt("kid", "mum", "mother", "sex", "the sheet says she is male")
    parents = {"kid": ("dad", "")}
    table, _ = check(tmp_path, draw_people(), parents, doubts=(doubt,))
    row = table.loc[("kid", "mum")]
    assert (row["expected"], row["status"]) == ("parent_child", "not_assessable")
    assert row["relationship"] == "parent_child"
    assert row["reason"].startswith("set aside: the sheet says she is male")
    assert "show parent and child" in row["reason"]


def test_one_sample_and_strangers_alone_give_an_empty_table(tmp_path):
    people = draw_people()
    one, record = check(tmp_path / "one", {"kid": people["kid"]}, TRUTH)
    assert len(one) == 0
    assert record["n_pairs"] == 0
    strangers = {name: people[name] for name in ("x01", "x02", "x03")}
    none, _ = check(tmp_path / "none", strangers, {})
    assert len(none) == 0


def test_everybody_related_is_still_judged(tmp_path):
    people = {n: draw_people()[n] for n in ("dad", "mum", "kid", "kid2")}
    table, _ = check(tmp_path, people, TRUTH)
    first_degree = table[table["expected_kinship"] == 0.25]
    assert len(first_degree) == 5
    assert set(first_degree["status"]) == {"ok"}


def test_people_without_heterozygous_calls_are_not_assessable(tmp_path):
    people = dict(draw_people())
    people["mum"] = np.where(people["mum"] == 1, 0, people["mum"])
    table, _ = check(tmp_path, people, TRUTH)
    row = table.loc[("kid", "mum")]
    assert row["status"] == "not_assessable"
    assert "no heterozygous call" in row["reason"]


def test_a_few_megabases_are_enough_for_what_is_shared_everywhere(tmp_path):
    """One person, or parent and child, share as much there as in all of the genome."""
    people = {name: calls[:300] for name, calls in draw_people().items()}
    subjects = {"kid_again": "kid", "x01": "x02"}
    parents = TRUTH | {"x03": ("x04", "")}
    table, record = check(tmp_path, people, parents, subjects=subjects, step=27_000)
    assert record["n_blocks"] == 9
    assert table.loc[("kid", "kid_again"), "status"] == "ok"
    assert table.loc[("x01", "x02"), "status"] == "mismatch"
    assert table.loc[("x03", "x04"), "status"] == "mismatch"
    others = table[~table["expected"].isin(["same_person", "parent_child"])]
    assert set(others["status"]) == {"not_assessable"}
    assert "at least 100 in 30 are needed" in others["reason"].iloc[0]


def test_opposite_homozygotes_speak_where_kinship_is_too_uncertain(tmp_path):
    """Linked variants leave kinship wide open; but one person has one genotype."""
    people = {name: np.repeat(c[:40], 8) for name, c in draw_people().items()}
    subjects = {"kid_again": "kid", "x01": "x02"}
    parents = TRUTH | {"x03": ("x04", "")}
    table, _ = check(tmp_path, people, parents, subjects=subjects, step=27_000)
    for pair in (("x01", "x02"), ("x03", "x04")):
        assert table.loc[pair, "status"] == "mismatch"
        assert "opposite homozygotes" in table.loc[pair, "reason"]
    assert table.loc[("kid", "kid_again"), "status"] == "ok"
    assert "mismatch" not in set(table.drop([("x01", "x02"), ("x03", "x04")])["status"])
