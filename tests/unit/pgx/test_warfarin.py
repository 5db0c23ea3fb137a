"""The dose of warfarin: the published numbers, and what is said without them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genostrat.pgx.guidance.answers import Result
from genostrat.pgx.guidance.states import State
from genostrat.pgx.guidance.warfarin import (
    LABEL_RANGES,
    Clinical,
    advise_warfarin,
    dose_by_algorithm,
    read_clinical,
)

ADULT = Clinical(age=65, height_cm=170, weight_kg=80)
#: The table of the product information: a line a VKORC1 genotype, a column a CYP2C9.
LABEL = """
      *1/*1  *1/*2  *1/*3  *2/*2  *2/*3  *3/*3
GG    5-7    5-7    3-4    3-4    3-4    0.5-2
AG    5-7    3-4    3-4    3-4    0.5-2  0.5-2
AA    3-4    3-4    0.5-2  0.5-2  0.5-2  0.5-2
"""


def results(cyp2c9, vkorc1, cyp4f2="*1/*1"):
    """Results of CYP2C9, CYP4F2 and VKORC1: a list is for several, None for none."""

    def possibilities(given, read):
        if given is None:
            return ()
        many = given if isinstance(given, list) else [given]
        return tuple(read(one) for one in many)

    def alleles(text):
        return State("", None, tuple(sorted(text.split("/"))))

    return [
        Result("CYP2C9", possibilities(cyp2c9, alleles)),
        Result("CYP4F2", possibilities(cyp4f2, alleles)),
        Result("VKORC1", possibilities(vkorc1, lambda text: State(f"-1639 {text}"))),
    ]


def advise(*given, clinical=ADULT, taken=(), read=True, **more):
    return advise_warfarin(
        results(*given, **more),
        clinical=clinical,
        taken=set(taken),
        are_further_read=read,
    )


def test_ranges_are_those_of_the_product_information():
    header, *lines = [line.split() for line in LABEL.strip().splitlines()]
    seen = set()
    for vkorc1, *cells in lines:
        for diplotype, cell in zip(header, cells, strict=True):
            low, high = map(float, cell.split("-"))
            alleles = tuple(diplotype.split("/"))
            assert LABEL_RANGES[alleles][vkorc1] == (low, high), (diplotype, vkorc1)
            advice = advise(diplotype, vkorc1)
            assert f"{low:g} to {high:g} mg a day" in advice.recommendation
            wanted = "standard" if (low, high) == (5, 7) else "change_dose"
            assert advice.category == wanted
            seen.add((diplotype, vkorc1))
    assert len(seen) == 18


@pytest.mark.parametrize(
    ("alleles", "vkorc1", "age", "height", "weight", "extra", "origin", "root"),
    [
        # Worked by hand from the published coefficients (IWPC 2009, supplement).
        (("*1", "*1"), "GG", 65, 170, 80, {}, 0.0, 5.6044 - 1.5684 + 1.479 + 1.024),
        (
            *(("*1", "*3"), "AG", 50, 160, 60, {"has_amiodarone": True}, -0.1092),
            5.6044 - 1.307 + 1.392 + 0.768 - 0.8677 - 0.9357 - 0.1092 - 0.5503,
        ),
        (
            *(("*2", "*3"), "AA", 89, 180, 90, {"has_inducer": True}, -0.2760),
            5.6044 - 2.0912 + 1.566 + 1.152 - 1.6974 - 1.9206 - 0.2760 + 1.1816,
        ),
    ],
)
def test_the_algorithm_is_the_published_one(
    alleles, vkorc1, age, height, weight, extra, origin, root
):
    low, high = dose_by_algorithm(
        alleles, vkorc1, age=age, height_cm=height, weight_kg=weight, **extra
    )
    dose = root**2 / 7
    assert low - 1e-9 <= dose <= high + 1e-9
    if origin == 0.0:
        assert dose == pytest.approx(high)
    if origin == -0.2760:
        assert dose == pytest.approx(low)


@pytest.mark.parametrize("name", ["age", "height_cm", "weight_kg"])
@pytest.mark.parametrize("value", [None, float("nan"), 0, 3, 5000])
def test_missing_or_impossible_inputs_are_named_and_nothing_is_computed(name, value):
    clinical = Clinical(
        **({"age": 65, "height_cm": 170, "weight_kg": 80} | {name: value})
    )
    advice = advise("*1/*1", "GG", clinical=clinical)
    assert f"the sheet lacks {name} of an adult" in advice.recommendation
    assert "over origins" not in advice.recommendation
    assert "5 to 7 mg" in advice.recommendation


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("age", 18, 110), ("height_cm", 100, 230), ("weight_kg", 25, 300)],
)
def test_an_adult_is_what_lies_between_the_limits_and_at_them(name, low, high):
    adult = {"age": 65, "height_cm": 170, "weight_kg": 80}
    for value in (low, low + 0.5, high):
        assert Clinical(**(adult | {name: value})).missing == []
    for value in (low - 0.5, high + 0.5):
        assert Clinical(**(adult | {name: value})).missing == [name]


def test_without_medicines_in_the_sheet_inducers_are_said_to_be_unknown():
    blind = advise("*1/*1", "GG").recommendation
    assert "amiodarone and enzyme inducers are not known" in blind
    known = Clinical(65, 170, 80, has_medicines=True)
    usual = advise("*1/*1", "GG", clinical=known).recommendation
    slow = advise("*1/*1", "GG", clinical=known, taken=["amiodarone"]).recommendation
    assert "not known" not in usual
    assert usual != slow


def test_people_of_african_ancestry_are_not_dosed_without_the_alleles_they_carry():
    unread = advise("*1/*1", "GG", read=False).recommendation
    assert "African ancestry CPIC advises against dosing by genotype" in unread
    assert "were looked for and not found" in advise("*1/*1", "GG").recommendation
    found = advise("*1/*8", "GG")
    assert "15 to 30 % less" in found.recommendation
    # 5 to 7 mg, less 30 % and 15 %.
    assert "3.5 to 6 mg" in found.recommendation
    assert found.category == "change_dose"
    assert found.strength == "moderate"


def test_what_is_missing_is_named_and_leaves_no_answer():
    for cyp2c9, vkorc1, named in (
        (None, "GG", "CYP2C9 not assessed"),
        ("*1/*1", None, "VKORC1 not assessed"),
        (None, None, "CYP2C9 and VKORC1 not assessed"),
        ("*1/*13", "GG", "in no dosing table"),
    ):
        advice = advise(cyp2c9, vkorc1)
        assert advice.category == "no_guidance"
        assert named in advice.recommendation
        assert "change_dose" in advice.possible
    without = advise("*1/*1", "GG", cyp4f2=None)
    assert "CYP4F2 was not assessed" in without.recommendation
    assert without.category == "standard"
    assert "5 to 10 % more" in advise("*1/*1", "GG", cyp4f2="*1/*3").recommendation


def test_several_possible_results_span_their_doses():
    advice = advise(["*1/*1", "*3/*3"], "GG")
    assert "0.5 to 7 mg a day" in advice.recommendation
    assert advice.category == "no_guidance"
    assert set(advice.possible) == {"change_dose", "standard"}
    partly = advise(["*1/*1", "*1/*13"], "GG")
    assert "Some possible results" in partly.recommendation
    assert partly.category == "no_guidance"
    both_low = advise(["*2/*3", "*3/*3"], "AA")
    assert both_low.category == "change_dose"


@given(
    alleles=st.sampled_from(sorted(LABEL_RANGES)),
    age=st.integers(18, 100),
    weight=st.integers(40, 150),
)
def test_each_a_at_vkorc1_asks_for_less(alleles, age, weight):
    doses = [
        dose_by_algorithm(alleles, v, age=age, height_cm=170, weight_kg=weight)[1]
        for v in ("GG", "AG", "AA")
    ]
    assert doses == sorted(doses, reverse=True)


def test_clinical_values_are_read_from_the_sheet_as_they_are():
    sheet = pd.DataFrame(
        {
            "sample_id": ["b", "a", "c"],
            "age": ["70", "x", ""],
            "height_cm": [np.nan, 170.0, 171.0],
        }
    )
    first, second, third = read_clinical(sheet, ["a", "b", "gone"])
    assert first == Clinical(None, 170.0, None)
    assert second == Clinical(70.0, None, None)
    assert third == Clinical()
    assert read_clinical(sheet[["sample_id"]], ["a"]) is None
