"""Plain conclusions on treatment, held against the numbers that they come from."""

import pytest

from genostrat.report.sections.outcomes.treatment import treatment_blocks
from genostrat.report.words.heterogeneity import describe_heterogeneity
from genostrat.report.words.response import describe_treatment
from genostrat.report.words.treatment import describe_main_effects, describe_subgroups

ARMS = ("control", "A dud", "B cure")


def effect_row(contrast, value, low, high, p, **more):
    row = {
        **{"outcome": "os", "contrast": contrast, "method": "plain", "note": None},
        **{"scale": "hazard_ratio", "effect": value, "ci_low": low, "ci_high": high},
        **{"p_value": p, "p_adjusted": p, "horizon": None, "unit": None},
        **{"adjustment": "holm" if contrast else None, "n_adjusted": 2, "role": None},
    }
    return row | more


def population(arm, position, n, n_events, n_known=None):
    return {
        **{"outcome": "os", "division": "", "group": "all", "arm": arm},
        **{"position": position, "n": n, "n_known": n_known or n},
        **{"n_events": n_events, "unit": "months", "value": None},
        **{"median": 12.0, "median_low": 9.0, "median_high": None},
    }


def make_response(**changes):
    """Three arms, of which the last in the order works."""
    response = {
        "tests": [
            {**{"outcome": "os", "model": "cox", "scale": "hazard_ratio"}}
            | {"p_adjusted": None, "note": "no subgroup analysis"}
        ],
        "effects": [],
        "treatment": [
            effect_row("B cure vs control", 0.4, 0.27, 0.59, 2e-6),
            effect_row("A dud vs control", 0.97, 0.7, 1.35, 0.86),
            effect_row("", None, None, None, 1e-5),
        ],
        "populations": [
            population("all", 0, 300, 187),
            population("control", 1, 86, 62),
            population("A dud", 2, 109, 80),
            population("B cure", 3, 105, 45, n_known=104),
        ],
        "subgroup_tests": [],
        "subgroups": [],
        "checks": [],
    }
    return response | changes


def told(findings):
    return [finding.text.replace("\u00a0", " ") for finding in findings]


def test_the_headline_names_every_arm_in_its_order_and_how_many_patients():
    [text] = told(describe_main_effects(make_response(), most=3))
    assert text == (
        "Effect of treatment on “os” in 299 of 300 randomised patients (187 events),"
        " against control: A dud: hazard ratio 0.97 (95 % interval 0.70 to 1.4;"
        " p = 0.86), no evidence of an effect; B cure: hazard ratio 0.40 (95 % interval"
        " 0.27 to 0.59; p < 0.001). p-values are adjusted over 2 arms"
        " (Holm)."
    )


def test_only_a_clear_effect_is_worth_a_note():
    [clear] = describe_main_effects(make_response(), most=3)
    unclear = make_response()
    unclear["treatment"] = unclear["treatment"][1:]
    [plain] = describe_main_effects(unclear, most=3)
    missing = make_response()
    missing["treatment"] = [
        effect_row("A dud vs control", None, None, None, None, note="too few events")
    ]
    [absent] = describe_main_effects(missing, most=3)
    assert [one.tone for one in (clear, plain, absent)] == ["note", "plain", "plain"]
    adjusted = make_response()
    adjusted["treatment"] = [effect_row("A dud vs control", 2.3, 1.1, 4.8, 0.068)]
    [text] = told(describe_main_effects(adjusted, most=3))
    assert "p = 0.068), not clear once adjusted" in text
    assert "no evidence" not in text
    untested = make_response()
    untested["treatment"] = [effect_row("A dud vs control", 0.9, 0.5, 1.6, None)]
    assert (
        "0.50 to 1.6), not tested" in told(describe_main_effects(untested, most=3))[0]
    )
    assert "A dud: not estimated (too few events)" in absent.text
    # What was not tested is no part of what p-values are adjusted over.
    missing["treatment"] += [effect_row("B cure vs control", 0.4, 0.2, 0.8, 0.001)]
    [one] = describe_main_effects(missing, most=3)
    assert "adjusted over" not in one.text


def test_hazards_that_are_not_proportional_give_way_to_the_restricted_mean():
    rows = make_response()["treatment"]
    mean = effect_row("B cure vs control", 13.9, 8.3, 19.5, 1e-6) | {
        **{"method": "restricted_mean", "scale": "rmst_difference"},
        **{"horizon": 52.0, "unit": "months"},
    }
    check = {
        **{"outcome": "os", "check": "proportional_hazards", "division": ""},
        **{"contrast": "B cure vs control", "value": None},
    }
    changed = make_response(
        treatment=[*rows, mean], checks=[check | {"p_value": 0.004}]
    )
    [text] = told(describe_main_effects(changed, most=3))
    assert "Hazards are not proportional for B cure (p = 0.004)" in text
    assert "+14 months over 52 months (95 % interval 8.3 to 20; p < 0.001)" in text
    kept = make_response(treatment=[*rows, mean], checks=[check | {"p_value": 0.4}])
    assert "proportional" not in told(describe_main_effects(kept, most=3))[0]
    unknown = make_response(treatment=[*rows, mean], checks=[check | {"p_value": None}])
    assert "proportional" not in told(describe_main_effects(unknown, most=3))[0]


def subgroup_test(p, note=None):
    return {
        **{"outcome": "os", "column": "stage", "model": "cox", "note": note},
        **{"scale": "hazard_ratio", "p_adjusted": p},
    }


@pytest.mark.parametrize(
    ("p", "said"),
    [
        (
            0.4,
            "There is no evidence that the effect of treatment on “os” differs between"
            " levels of the pre-specified subgroup stage (p = 0.40; a ratio of hazard"
            " ratios beyond 1.8 would have been seen with 80 % power).",
        ),
        (
            None,
            "Not assessed, pre-specified for “os”: stage (same in every patient).",
        ),
        (
            0.01,
            "The effect of treatment on “os” differs between levels of the"
            " pre-specified subgroup stage (p = 0.010): II: hazard ratio 0.40 (95 %"
            " interval 0.20 to 0.80); III: not estimated, too few events.",
        ),
    ],
)
def test_what_is_said_of_a_subgroup_is_what_its_numbers_say(p, said):
    level = {"column": "stage", "contrast": "A dud vs control"}
    response = make_response(
        subgroup_tests=[subgroup_test(p, None if p else "same in every patient")],
        populations=make_response()["populations"][:3],
        subgroups=[
            effect_row("A dud vs control", 0.4, 0.2, 0.8, None)
            | level
            | {"level": "II"},
            effect_row(
                "A dud vs control", None, None, None, None, note="too few events"
            )
            | level
            | {"level": "III"},
        ],
        checks=[
            {
                **{"outcome": "os", "check": "smallest_interaction", "value": 1.8},
                **{"division": "stage", "contrast": "A dud vs control"},
            }
        ],
    )
    assert told(describe_subgroups(response, most=3)) == [said]


def test_nothing_was_compared_is_said_where_nothing_was():
    texts = told(describe_treatment(make_response(), strata=None))
    assert texts[-1].endswith("differs between patients was not assessed.")
    with_subgroups = make_response(subgroup_tests=[subgroup_test(0.4)])
    texts = told(describe_treatment(with_subgroups, strata=None))
    assert not any("not assessed" in text for text in texts)


def judged(verdict, p, **more):
    measure = {"estimate": -20.0, "ci_low": -60.0, "ci_high": 20.0}
    return {
        **{"outcome": "os", "contrast": "B cure vs control", "verdict": verdict},
        **{"p_adjusted": p, "repeats": 100, "reason": "", "unit": "days"},
        **{"horizon": 1200.0, "n_events": 187, "policy": None},
        **{"groups": [measure, measure, measure, measure | {"estimate": 180.0}]},
        **{key: measure for key in ("slope", "spread", "ranking", "risk")},
    } | more


def heterogeneity(verdict, *judgements, reason=""):
    return {
        **{"verdict": verdict, "reason": reason, "modifiers": ["age", "cd4_count"]},
        "judged": list(judgements),
    }


def test_a_verdict_on_heterogeneity_is_told_with_what_it_is_and_is_not():
    found = heterogeneity("found", judged("found", 0.011))
    [text] = told(describe_heterogeneity(found))
    assert "“os”, B cure vs control, differs between patients by age and cd4" in text
    assert "(p = 0.011 over 100 repeated splits)" in text
    assert "up to 1200 days, is −20 days (95 % interval −60 to 20)" in text
    assert "180 days" in text
    assert "absolute scale" in text
    assert text.endswith("a hypothesis.")
    calm = heterogeneity("not_found", judged("not_found", 0.3))
    [text] = told(describe_heterogeneity(calm))
    assert text.startswith("Over 100 repeated splits of the patients there is no evid")
    assert "(p = 0.30)" in text
    assert next(describe_heterogeneity(calm)).tone == "plain"


def test_a_verdict_on_counts_names_the_scale_it_stands_on():
    ratio = {"verdict": "not_found", "p_adjusted": 0.41}
    counts = {"n_events": None, "horizon": None, "unit": ""}
    one = judged("found", 0.01, ratio=ratio, **counts)
    [text] = told(describe_heterogeneity(heterogeneity("found", one)))
    assert "the difference of rates is −20" in text
    assert "no evidence that their ratio differs (p = 0.41), and one ratio" in text
    one["ratio"] = {"verdict": "found", "p_adjusted": 0.003}
    [text] = told(describe_heterogeneity(heterogeneity("found", one)))
    assert "The ratio of rates differs too (p = 0.003)" in text
    assert "no evidence" not in text


def test_heterogeneity_that_was_not_assessed_is_never_good_news():
    missing = judged("not_assessed", None, groups=None, reason="too few patients")
    mixed = heterogeneity("found", judged("found", 0.01), missing)
    assert "not assessed for “os”, B cure" in told(describe_heterogeneity(mixed))[-1]
    # What one arm lacks takes no answer from the others.
    some = heterogeneity("not_assessed", judged("not_found", 0.3), missing)
    calm, lacking = told(describe_heterogeneity(some))
    assert calm.startswith("Over 100 repeated splits")
    assert "not assessed for “os”, B cure" in lacking
    assert "too few patients" in lacking
    nothing = heterogeneity("not_assessed", reason="treatment was not randomised")
    [finding] = describe_heterogeneity(nothing)
    assert finding.tone == "note"
    assert "was not assessed: treatment was not randomised" in finding.text
    unasked = heterogeneity("not_assessed", reason="names no column")
    assert not list(describe_heterogeneity(unasked | {"modifiers": []}))
    assert not list(describe_heterogeneity(None))


def test_the_section_says_what_was_not_assessed_and_shows_what_was():
    unasked = heterogeneity("not_assessed", reason="response.modifiers names no column")
    blocks = treatment_blocks(
        {},
        {"response": make_response(heterogeneity=unasked, treatment=[])},
        directions={},
    )
    assert blocks[-1].text.startswith("Not assessed: response.modifiers")
    missing = judged("not_assessed", None, groups=None, reason="too few patients")
    measure = judged("found", 0.01)["slope"]
    policy = {"all": measure, "predicted": measure, "over_best": measure}
    record = heterogeneity("found", judged("found", 0.01, policy=policy), missing)
    blocks = treatment_blocks(
        {},
        {"response": make_response(heterogeneity=record, treatment=[])},
        directions={},
    )
    captions = [getattr(block, "caption", "") for block in blocks]
    assert [len(block.rows) for block in blocks[-3:]] == [2, 4, 3]
    assert captions[-3].startswith("Whether the effect differs between patients")
    assert blocks[-3].rows[1][1] == "not assessed: too few patients"
