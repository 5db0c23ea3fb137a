"""Pedigrees as drawings: who stands where, what is pointed out, and what is hidden."""

import itertools
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from genostrat.report.figures.families import (
    find_families,
    has_families,
    plot_families,
)
from genostrat.report.figures.family_layout import lay_out_family
from genostrat.sheets.pedigree import read_pedigree

PEDIGREE = ["sample_1", "sample_2", "expected", "relationship", "status", "reason"]


def texts_of(view):
    elements = ET.fromstring(view.svg).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(element.itertext()) for element in elements]


def make_sheet(*rows):
    columns = ["sample_id", "sex", "subject_id", "father_id", "mother_id"]
    return pd.DataFrame([row.split("|") for row in rows], columns=columns)


def make_pedigree(*rows):
    return pd.DataFrame([row.split("|") for row in rows], columns=PEDIGREE)


NO_MENDEL = pd.DataFrame({"child": [], "status": []}, dtype=str)
SHEET = make_sheet(
    "gf|male|||",
    "gm|female|||",
    "dad|male||gf|gm",
    "aunt|female||gf|gm",
    "mum|female|||",
    "kid1|male||dad|mum",
    "kid2|female||dad|mum",
    "kid2b|female|kid2||",
    "lone|male|||",
    "pal|female|||",
)


def draw(sheet=SHEET, pedigree=None, mendel=NO_MENDEL, **more):
    pedigree = make_pedigree() if pedigree is None else pedigree
    genotyped = list(sheet["sample_id"])
    return plot_families(sheet, pedigree, mendel, genotyped=genotyped, **more)


def test_parents_stand_above_children_and_couples_side_by_side():
    known = read_pedigree(SHEET)
    [people] = known.families
    places = lay_out_family(people, known.parents).places
    rows = {person: row for person, (_, row) in places.items()}
    assert rows == {
        **{"gf": 0, "gm": 0, "dad": 1, "aunt": 1, "mum": 1},
        **{"kid1": 2, "kid2": 2},
    }
    across = {person: x for person, (x, _) in places.items()}
    assert abs(across["dad"] - across["mum"]) == pytest.approx(1, abs=0.01)
    assert abs(across["gf"] - across["gm"]) == pytest.approx(1, abs=0.01)
    children = (across["kid1"] + across["kid2"]) / 2
    assert children == pytest.approx((across["dad"] + across["mum"]) / 2, abs=0.1)


def test_no_two_people_stand_in_one_place():
    parents = {f"c{i}": (f"f{i % 3}", f"m{i % 4}") for i in range(20)}
    parents |= {f"g{i}": (f"c{i}", f"c{i + 1}") for i in range(6)}
    people = sorted({name for child in parents for name in (child, *parents[child])})
    places = lay_out_family(people, parents).places
    for one, two in itertools.combinations(places.values(), 2):
        assert one[1] != two[1] or abs(one[0] - two[0]) > 0.99
    for child, both in parents.items():
        assert all(places[parent][1] < places[child][1] for parent in both)


def test_a_father_of_his_own_grandchild_still_has_a_place():
    parents = {"girl": ("man", "wife"), "child": ("man", "girl")}
    places = lay_out_family(["child", "girl", "man", "wife"], parents).places
    rows = [places[name][1] for name in ("man", "girl", "child")]
    assert rows == [0, 1, 2]


def test_people_are_numbers_unless_identifiers_may_be_shown():
    hostile = SHEET.replace({"kid1": "<b>$x$"})
    view = draw(hostile)
    assert not {"dad", "kid2", "<b>$x$"} & set(texts_of(view))
    assert {"1", "7", "2×"} <= set(texts_of(view))
    assert "Numbers only tell people apart" in view.caption
    named = draw(hostile, show_ids=True)
    assert {"dad", "kid2", "<b>$x$"} <= set(texts_of(named))
    assert "<b>" not in named.svg


def test_problems_come_first_and_what_is_not_drawn_is_counted():
    pedigree = make_pedigree("lone|pal|unrelated|duplicate|unexpected|r")
    known = read_pedigree(SHEET)
    families = find_families(known, pedigree, NO_MENDEL)
    assert families[0].people == ["lone", "pal"]
    assert len(families) == 2
    view = draw(pedigree=pedigree, max_families=1)
    assert "same genotypes" in texts_of(view)
    assert "1\u00a0further family, 0 of them with a question" in view.caption


def test_each_kind_of_contradiction_is_drawn_once():
    pedigree = make_pedigree(
        "dad|kid1|parent_child|unrelated|mismatch|r",
        "gf|kid1|grandparent|unrelated|mismatch|r",
        "kid2|kid2b|same_person|unrelated|mismatch|r",
        "kid1|mum|parent_child|parent_child|not_assessable|set aside: because",
        "gm|lone|unrelated|second|unexpected|r",
        "kid1|pal|unrelated|parent_child|unexpected|r",
        "aunt|dad|full_siblings|full_siblings|ok|r",
        "aunt|kid1|avuncular||not_assessable|too few",
    )
    mendel = pd.DataFrame({"child": ["kid1"], "status": ["inconsistent"]})
    [family] = find_families(read_pedigree(SHEET), pedigree, mendel)
    assert {(link.one, link.two, link.kind) for link in family.links} == {
        ("dad", "kid1", "mismatch"),
        ("kid1", "mum", "set_aside"),
        ("gm", "lone", "unexpected"),
        ("kid1", "pal", "unexpected"),
    }
    assert family.ringed == {"kid1", "kid2"}
    texts = texts_of(draw(pedigree=pedigree, mendel=mendel))
    assert {"unrelated", "2nd degree", "does not fit"} <= set(texts)
    assert "in the sheet, but found otherwise" in texts


def test_a_cohort_without_families_has_nothing_to_draw():
    sheet = make_sheet("a|male|||", "b|female|||")
    assert not has_families(sheet, make_pedigree())
    assert has_families(sheet, make_pedigree("a|b|unrelated|second|unexpected|r"))
    assert has_families(SHEET, make_pedigree())


def test_the_drawing_is_the_same_every_time():
    pedigree = make_pedigree("lone|pal|unrelated|duplicate|unexpected|r")
    assert draw(pedigree=pedigree).svg == draw(pedigree=pedigree).svg


def test_a_very_large_family_is_said_and_not_drawn():
    rows = [f"c{i}|male||f|m" for i in range(60)]
    sheet = make_sheet("f|male|||", "m|female|||", *rows, "x|male||y|")
    view = draw(sheet)
    assert "Family 1" in texts_of(view)
    assert "c1" not in texts_of(draw(sheet, show_ids=True))
    assert "1\u00a0further family" in view.caption
