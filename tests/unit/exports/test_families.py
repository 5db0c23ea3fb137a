"""The family graph: what is reported, what the genotypes add, and what they deny."""

import pandas as pd
import pytest

from genostrat.exports.families import draw_families
from genostrat.tables import write_json, write_table

PAIRS = ["sample_1", "sample_2", "relationship", "first_degree_kind"]
PEDIGREE = ["sample_1", "sample_2", "status", "reason"]


def draw(people, *, pairs=(), pedigree=(), kept=None):
    """Draw from rows of the sheet: sample_id, sex, father_id, mother_id, age."""
    names = ["sample_id", "sex", "father_id", "mother_id", "age"]
    sheet = pd.DataFrame(people, columns=names)
    sex = pd.DataFrame({"sample_id": sheet["sample_id"], "inferred_sex": "male"})
    return draw_families(
        sheet,
        pedigree=pd.DataFrame(pedigree, columns=PEDIGREE),
        pairs=pd.DataFrame(pairs, columns=PAIRS),
        sex=sex,
        kept=list(sheet["sample_id"]) if kept is None else kept,
    )


def parent_child(one, two):
    return (*sorted((one, two)), "first", "parent_child")


def parents(families):
    return {row[1]: row[2:4] for row in families.rows}


TRIO = [
    ("child", "female", "dad", "mum", "5"),
    ("dad", "male", "", "", "40"),
    ("mum", "female", "", "", "38"),
]


def test_reported_parents_are_written_where_the_genotypes_bear_them_out():
    ok = [("child", "dad", "ok", "x"), ("child", "mum", "ok", "x")]
    families = draw(TRIO, pedigree=ok)
    assert parents(families)["child"] == ("dad", "mum")
    assert len({row[0] for row in families.rows}) == 1
    assert list(families.links["status"]) == ["ok", "ok"]


def test_a_parent_whom_the_genotypes_deny_is_none():
    denied = [("child", "dad", "mismatch", "not closely related")]
    families = draw(TRIO, pedigree=[*denied, ("child", "mum", "ok", "x")])
    assert parents(families)["child"] == ("0", "mum")
    link = families.links[families.links["role"] == "father"].iloc[0]
    assert (link["status"], link["is_written"]) == ("mismatch", False)


def test_what_was_not_assessed_is_written_as_reported_and_said():
    families = draw(TRIO)
    assert parents(families)["child"] == ("dad", "mum")
    assert set(families.links["status"]) == {"not_assessable"}


def test_an_ungenotyped_parent_of_children_who_are_no_siblings_is_none():
    people = [
        ("one", "female", "gone", "", ""),
        ("two", "male", "gone", "", ""),
        ("three", "male", "away", "", ""),
    ]
    families = draw(people, pedigree=[("one", "two", "mismatch", "not related")])
    assert parents(families) == {
        "one": ("0", "0"),
        "two": ("0", "0"),
        "three": ("away", "0"),
    }
    assert len(families.rows) == 3, "nobody is invented"


@pytest.mark.parametrize(
    ("ages", "wanted"),
    [(("5", "40"), ("b", "0")), (("40", "38"), ("0", "0")), (("", ""), ("0", "0"))],
)
def test_years_tell_an_unreported_parent_from_the_child(ages, wanted):
    people = [("a", "male", "", "", ages[0]), ("b", "male", "", "", ages[1])]
    families = draw(people, pairs=[parent_child("a", "b")])
    assert parents(families) == {"a": wanted, "b": ("0", "0")}
    # They are of one family all the same.
    assert families.rows[0][0] == families.rows[1][0]


def test_two_unrelated_people_next_to_a_third_are_its_parents():
    people = [
        ("c", "male", "", "", ""),
        *((n, s, "", "", "") for n, s in (("f", "male"), ("m", "female"))),
    ]
    trio = [parent_child("c", "f"), parent_child("c", "m")]
    families = draw(people, pairs=trio)
    assert parents(families) == {"c": ("f", "m"), "f": ("0", "0"), "m": ("0", "0")}
    assert set(families.links["source"]) == {"inferred"}
    # A grandparent and a grandchild are related, and of neither kind is a parent told.
    related = [*trio, ("f", "m", "second", "")]
    assert set(parents(draw(people, pairs=related)).values()) == {("0", "0")}


def test_an_inferred_parent_never_takes_a_reported_ones_place():
    people = [*TRIO, ("other", "male", "", "", "50")]
    pairs = [parent_child("child", "other")]
    families = draw(people, pairs=pairs, pedigree=[("child", "dad", "mismatch", "x")])
    assert parents(families)["child"] == ("0", "mum")


def test_siblings_share_a_family_and_no_parent_is_made_up():
    people = [(n, "female", "", "", "30") for n in ("a", "b", "c")]
    families = draw(people, pairs=[("a", "b", "first", "full_siblings")])
    assert [row[0] for row in families.rows] == ["F1", "F1", "F2"]
    assert set(parents(families).values()) == {("0", "0")}


def test_only_kept_samples_have_lines_and_the_tables_hold(tmp_path):
    ok = [("child", "dad", "ok", "x"), ("child", "mum", "ok", "x")]
    families = draw(TRIO, pedigree=ok, kept=["child", "mum"])
    assert [row[1] for row in families.rows] == ["child", "mum"]
    assert families.rows[0] == ("F1", "child", "dad", "mum", "2", "-9")
    write_table(
        tmp_path / "links.tsv", families.links, table="exports/family_links.tsv"
    )
    write_json(
        tmp_path / "families.json", families.record, entry="exports/families.json"
    )
    assert families.record["n_links_written"] == 2


def test_people_without_parents_are_those_who_have_neither():
    one_parent = [("half", "male", "dad", "", "3"), *TRIO]
    record = draw(one_parent).record
    assert record["n_samples"] == 4
    assert record["n_without_parents"] == 2, "the parents themselves; not the half"
    assert record["n_families"] == 1
