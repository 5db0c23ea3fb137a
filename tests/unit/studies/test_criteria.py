"""Criteria: what is understood, what stays unknown, and three-valued logic."""

import itertools

import pytest

from genostrat.studies.criteria.grammar import find_pieces
from genostrat.studies.criteria.logic import (
    UNKNOWN,
    All,
    Any,
    Leaf,
    Not,
    evaluate,
    find_deciders,
)
from genostrat.studies.criteria.medicines import index_names, read_medicines
from genostrat.studies.criteria.parsing import parse_record
from genostrat.studies.criteria.splitting import split_criteria
from genostrat.studies.criteria.titles import find_title_groups
from genostrat.studies.records.record import StudyRecord

NAMES = {"warfarin": "warfarin", "coumadin": "warfarin", "prednisone": "prednisone"}


def tell(text):
    return [piece.leaf.tell() for piece in find_pieces(text, medicines=NAMES)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Age ≥ 18 years", ["age ≥ 18"]),
        ("Aged 18 to 65 years", ["age ≥ 18 and < 66"]),
        ("6 months to 12 years old", ["age ≥ 0.5 and < 13"]),
        ("Older than 50 years", ["age > 50"]),
        ("Patients under 18 years of age", ["age < 18"]),
        ("Men or women", ["sex all"]),
        ("Female patients", ["sex female"]),
        ("ECOG performance status 0-2", ["ECOG ≥ 0 and ≤ 2"]),
        ("Documented EGFR mutation", ["gene EGFR mutated"]),
        ("HER2-negative disease", ["gene ERBB2 negative"]),
        (
            "CYP2C19 poor or intermediate metabolizer",
            ["phenotype CYP2C19 poor|intermediate"],
        ),
        ("Carriers of HLA-B*57:01", ["allele HLA-B *57:01"]),
        ("Currently taking Coumadin", ["medicine warfarin current"]),
        ("Prior warfarin", ["medicine warfarin prior"]),
        # What is no condition on the patient's own facts.
        ("Allergy to warfarin", []),
        ("Surgery within 2 years", []),
        ("Gestational age at least 34 weeks", []),
        ("Life expectancy of at least 2 years", []),
        ("Tissue for EGFR mutation testing", []),
        ("Lansky score (for patients ≤ 16 years of age)", []),
        ("Women of childbearing potential must use contraception", []),
        ("Pregnant or breast-feeding women", ["pregnancy"]),
    ],
)
def test_the_grammar_of_criteria(text, told):
    assert tell(text) == told


def test_lists_are_cut_and_keep_their_places():
    text = (
        "KEY INCLUSION CRITERIA\n1. Age over 18 years\n2. Able to consent\n\n"
        "Exclusion criteria:\n- Pregnant women\n- Smokers"
    )
    clauses = split_criteria(text)
    assert [(c.side[:2], c.text) for c in clauses] == [
        ("in", "Age over 18 years"),
        ("in", "Able to consent"),
        ("ex", "Pregnant women"),
        ("ex", "Smokers"),
    ]
    assert all(text[c.start : c.end] == c.text for c in clauses)


def criteria_of(text, **more):
    record = StudyRecord("S", "plain", eligibility=text, **more)
    return parse_record(record, medicines=NAMES)


def test_what_is_left_over_keeps_a_criterion_unknown():
    one, *_ = criteria_of("Age over 18 years and able to climb stairs")
    assert one.grasp == "part"
    assert evaluate(one.node, lambda leaf: True) is None
    assert evaluate(one.node, lambda leaf: False) is False


@pytest.mark.parametrize(
    "text", ["No EGFR mutation", "EGFR mutation unless treated", "Willing to walk"]
)
def test_what_is_turned_round_or_not_understood_is_unknown(text):
    one, *_ = criteria_of(text)
    assert evaluate(one.node, lambda leaf: True) is None
    assert evaluate(one.node, lambda leaf: False) is None


def test_each_of_a_list_excludes_by_itself():
    *_, one, _ = criteria_of("Exclusion Criteria:\n* Taking warfarin or prednisone")
    asked = {"warfarin": True, "prednisone": False}
    assert evaluate(one.node, lambda leaf: asked[leaf.subject]) is False
    assert evaluate(one.node, lambda leaf: False) is True


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("", {}),
        ("", {"conditions": ("Asthma",)}),
        ("Age over 18 years", {}),
        (
            "Los pacientes que tienen cáncer y reciben tratamiento en el centro por"
            " primera vez y que han dado su consentimiento por escrito deben tener",
            {"conditions": ("Asthma",)},
        ),
    ],
)
def test_silence_makes_nobody_eligible(text, more):
    criteria = criteria_of(text, **more)
    node = All(tuple(one.node for one in criteria))
    assert evaluate(node, lambda leaf: True) is None


def test_fields_of_the_register_and_titles_ask_too():
    criteria = criteria_of(
        "Asthma", title="A trial in Children", sex="male", max_age=17.0
    )
    told = [one.node.tell() for one in criteria if isinstance(one.node, Leaf)]
    assert "age < 18" in told
    assert "sex male" in told
    assert not any("22" in one for one in told), "the field says it better"
    titled = criteria_of("Asthma", title="A trial in Children")
    assert titled[0].node.tell() == "age < 22"
    both = criteria_of("Asthma", title="A trial in Children and Adults")
    assert both[0].node == UNKNOWN


A, B, C = (Leaf("clinical", name) for name in "ABC")


def test_answers_follow_kleene():
    """Every tree of three leaves against its worst and best completion.

    A tree that is true stays true however the unknown is filled in, and so for false.
    """
    trees = [
        All((A, Any((B, Not(C))))),
        Any((All((A, B)), Not(All((B, C))))),
        Not(Any((A, All((B, C))))),
    ]
    for tree in trees:
        for known in itertools.product([True, False, None], repeat=3):
            answers = dict(zip((A, B, C), known, strict=True))
            got = evaluate(tree, answers.get)
            if got is None:
                continue
            for filled in itertools.product([True, False], repeat=3):
                whole = {
                    leaf: fill if answers[leaf] is None else answers[leaf]
                    for leaf, fill in zip((A, B, C), filled, strict=True)
                }
                assert evaluate(tree, whole.get) is got


def test_the_leaf_that_decides_is_named():
    tree = All((A, Not(B), Any((C,))))
    answers = {A: True, B: True, C: None}
    assert find_deciders(tree, answers.get) == [B]
    answers[B] = False
    assert find_deciders(tree, answers.get) == [C]


def test_medicines_of_the_sheet():
    names = index_names([("coumadin", "warfarin", "brand")])
    assert read_medicines("Coumadin 5 mg; paracetamol", names) == {
        "warfarin",
        "paracetamol",
    }
    assert read_medicines("none", names) == frozenset()
    assert read_medicines("  ", names) is None
    assert read_medicines("warfarin stopped", names) == frozenset()


@pytest.mark.parametrize(
    ("title", "sex"),
    [
        ("Paclitaxel for Ovarian Cancer", "female"),
        ("Pain After Caesarean Section", "female"),
        ("Outcomes of Radical Prostatectomy", "male"),
        # others than the one sex may take part
        ("Ribociclib in Breast Cancer and Ovarian Cancer", ""),
        ("A Marker of Testicular Cancer, Skin Cancer and Lung Cancer", ""),
        ("Preeclampsia and Outcome of Preterm Infants", ""),
        ("Genetics of Polycystic Ovary Syndrome in Families", ""),
        ("Surveillance of Infertility and Miscarriage", ""),
        ("Cervical Ripening and Fathers", ""),
    ],
)
def test_a_condition_of_one_sex_names_it(title, sex):
    told = [group.leaf.test for group in find_title_groups(title)]
    assert [one for one in told if one in ("female", "male")] == [sex] * bool(sex)
