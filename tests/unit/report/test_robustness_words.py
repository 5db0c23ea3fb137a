"""Sentences on what was not seen, and on what stands beside an effect."""

from genostrat.report.words.robustness import describe_confounding, describe_missing
from genostrat.report.words.treatment import adjustment_words, describe_main_effects

CONTRASTS = {"new vs old": "new"}


def check(name, **more):
    empty = dict.fromkeys(("statistic", "p_value", "value", "low", "high", "note"))
    own = {"outcome": "o", "contrast": "new vs old", "check": name}
    return {**own, **empty, **more}


def effect(scale, **more):
    return {"contrast": "new vs old", "scale": scale, "unit": "months", **more}


def said(sentences):
    return "".join(sentences).replace("\u00a0", " ").strip()


def test_missing_outcomes_are_told_with_their_ends():
    row = check("missing_outcome", statistic=20.0, p_value=0.01, low=-0.1, high=0.3,
                note="not known in 18 of 90 of new, and in 2 of 95 of old")  # fmt: skip
    text = said(describe_missing([row], [effect("risk_difference")], CONTRASTS))
    assert text == (
        "The outcome is not known in 18 of 90 of new, and in 2 of 95 of old, which"
        " differs between arms (p = 0.010): whatever became of them, the absolute"
        " difference in risk lies within −10 % to +30 %, so its direction rests on"
        " their being like the others."
    )
    firm = row | {"low": 0.1, "p_value": 0.4}
    text = said(describe_missing([firm], [effect("risk_difference")], CONTRASTS))
    assert "direction" not in text
    assert "differs between arms" not in text


def test_what_has_no_ends_is_said_otherwise():
    row = check("missing_outcome", statistic=3.0, value=2.5, note="not known in 3")
    text = said(describe_missing([row], [effect("mean_difference")], CONTRASTS))
    assert text.endswith("would be undone if they differed by 2.5 from the others.")
    row = check("missing_outcome", statistic=3.0, note="not known in 3")
    text = said(describe_missing([row], [effect("mean_difference")], CONTRASTS))
    assert text.endswith("what they could change was not bounded.")
    assert not said(describe_missing([check("missing_outcome", statistic=0.0)], [], {}))


def test_e_values_are_told_with_the_limit():
    text = said(describe_confounding([check("e_value", value=3.2, low=1.6)], CONTRASTS))
    assert "risk ratios of 3.2 each" in text
    assert text.endswith("and one of 1.6 its 95 % interval.")
    text = said(describe_confounding([check("e_value", value=1.3, low=1.0)], CONTRASTS))
    assert text.endswith("its interval includes no effect as it is.")
    none = check("e_value", note="arms do not overlap")
    assert "was not assessed" in said(describe_confounding([none], CONTRASTS))


def main_row(method, scale, value, **more):
    row = {
        **{"outcome": "o", "contrast": "new vs old", "method": method, "scale": scale},
        **{"effect": value, "ci_low": value * 0.8, "ci_high": value * 1.2},
        **{"p_value": 0.01, "p_adjusted": 0.01, "horizon": None, "unit": "months"},
        **{"adjustment": "holm", "n_adjusted": 1, "role": None, "note": None},
    }
    return row | more


def populations():
    return [
        {"outcome": "o", "group": "all", "arm": arm, "position": place, "n": 50}
        | {"n_known": 50, "n_events": None}
        for place, arm in enumerate(["old", "new"], 1)
    ]


def sentence(rows, checks):
    response = {"treatment": rows, "populations": populations(), "checks": checks}
    [finding] = describe_main_effects(response | {"effects": []}, most=3)
    return finding.text.replace("\u00a0", " ")


def test_competing_events_are_told_beside_the_hazard():
    rows = [
        main_row("plain", "cause_specific_hazard_ratio", 0.5),
        main_row("fine_gray", "subdistribution_hazard_ratio", 0.6),
        main_row("competing_event", "competing_hazard_ratio", 2.0),
        main_row("cumulative_incidence", "cumulative_incidence_difference", -0.1,
                 horizon=24.0),
    ]  # fmt: skip
    text = sentence(rows, [])
    assert (
        "With competing events taken into account, new: difference in cumulative"
        in text
    )
    assert "over 24 months" in text
    assert "hazard ratio of the competing events 2.0" in text


def test_levels_whose_odds_are_not_proportional_have_another_answer():
    rows = [
        main_row("plain", "common_odds_ratio", 2.0),
        main_row("win_difference", "win_difference", 0.2),
    ]
    held = sentence(rows, [check("proportional_odds", p_value=0.5)])
    assert "above 1 means higher levels" in held
    assert "does not hold" not in held
    failed = sentence(rows, [check("proportional_odds", p_value=0.001)])
    assert "One odds ratio does not hold at every level for new" in failed
    assert (
        "the answer is the chance of a higher level less that of a lower one" in failed
    )


def test_counts_that_vary_more_than_by_chance_are_said_to():
    rows = [main_row("plain", "rate_ratio", 0.5)]
    assert "3.1 times" in sentence(rows, [check("dispersion", value=3.1)])
    assert "times" not in sentence(rows, [check("dispersion", value=1.1)])


def test_the_order_of_outcomes_is_told():
    rows = [main_row("plain", "rate_ratio", 0.5, adjustment="hierarchical", outcome=o)
            for o in ("first", "second")]  # fmt: skip
    words = adjustment_words({"treatment": rows})
    assert words.startswith(
        "hierarchical: an outcome counts only after those before it"
    )
    assert words.endswith("“first” and “second”")
    rows = [row | {"adjustment": "holm", "n_adjusted": 2} for row in rows]
    told = adjustment_words({"treatment": rows}).replace("\u00a0", " ")
    assert told == "adjusted over 2 outcomes and 1 arm (Holm)"
    rows = [row | {"n_adjusted": 1} for row in rows]
    assert "not over outcomes" in adjustment_words({"treatment": rows})
