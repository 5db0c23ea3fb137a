"""Prognostic differences stand apart from those of treatment."""

from genostrat.report.words.prognosis import CANNOT_TELL, describe_prognosis
from genostrat.report.words.response import describe_treatment


def row(model, p, **more):
    return {"outcome": "os", "model": model, "p_adjusted": p, "note": None, **more}


def told(response):
    return [
        one.text.replace("\u00a0", " ") for one in describe_prognosis(response, most=3)
    ]


def test_with_a_treatment_prognosis_says_who_does_better():
    tests = [row("cox", 0.4, column="stage"), row("prognostic", 1e-5, column="stage")]
    tests.append(
        row("prognostic", None, column="sex", note="the same in every patient")
    )
    response = {"treatment": [{}], "subgroup_tests": tests, "tests": []}
    response["tests"] = [row("cox", 0.3), row("prognostic", 0.5)]
    assert told(response) == [
        "The outcome “os” itself differs between levels of stage (p < 0.001); it was"
        " not compared between levels of sex (the same in every patient); it does not"
        " differ clearly between strata (p = 0.50). That says who does better, not who"
        " gains by treatment."
    ]


def test_a_cohort_without_a_comparison_says_that_it_cannot_tell():
    response = {"treatment": [], "tests": [row("prognostic", 0.01)], "effects": []}
    response["subgroup_tests"] = [row("prognostic", 0.02, column="stage")]
    [text] = told(response)
    assert text.endswith(CANNOT_TELL)
    every = [one.text for one in describe_treatment(response, strata=None)]
    assert sum(CANNOT_TELL in text for text in every) == 2
    assert any("differs between strata" in text for text in every)
