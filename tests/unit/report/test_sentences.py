import copy

import pytest

from genostrat.report.words.sentences import summarise_in_words, verdict_badge


def make_summary():
    return {
        "samples": {
            "n_sheet": 200,
            "n_genotyped": 200,
            "n_kept": 193,
            "n_excluded": 7,
            "rules": [
                {"rule": "contamination", "n_excluded": 1},
                {"rule": "low_call_rate", "n_excluded": 6},
                {"rule": "relative", "n_excluded": 0},
            ],
        },
        "relatedness": {
            **{"assessable": True, "n_sites": 4400, "n_pairs": 19900},
            **{"duplicate": 1, "first": 2, "second": 0, "third": 0},
        },
        "sex": {"ok": 198, "mismatch": 2, "ambiguous": 0, "not_assessable": 0},
        "contamination": {
            **{"n_assessable": 200, "median": 0.008, "limit": 0.05, "n_above": 0}
        },
        "ancestry": None,
        "profile": {"n_features": 150},
        "strata": {
            "verdict": "supported",
            "k": 3,
            "power": {"smallest_detectable_sd": 1.5, "n": 198, "p": 150},
            "sizes": {"S1": 70, "S2": 68, "S3": 50},
            "statuses": {"assigned": 188, "ambiguous": 5},
            "confounders_linked": [],
            "confounders_that_recover_strata": [],
        },
        "response": {
            "tests": [
                {
                    **{"outcome": "responded", "model": "logistic", "note": ""},
                    **{"p_adjusted": 0.004},
                },
                {**{"outcome": "responded", "model": "gail_simon", "p_adjusted": 0.9}},
                {**{"outcome": "responded", "model": "prognostic", "p_adjusted": 0.5}},
            ],
            "effects": [
                effect("S1", "odds_ratio", 1.1, 0.5, 2.2),
                effect("S2", "odds_ratio", 12.0, 5.0, 30.0),
                effect("S2", "risk_difference", 0.55, 0.4, 0.7),
                effect("S3", "odds_ratio", None, None, None)
                | {"note": "too few events"},
                effect("all", "odds_ratio", 2.4, 1.4, 4.1),
            ],
        },
    }


def effect(stratum, scale, value, low, high):
    names = {"outcome": "responded", "stratum": stratum, "scale": scale}
    return names | {"effect": value, "ci_low": low, "ci_high": high, "note": ""}


def tell(summary):
    found = summarise_in_words(summary)
    return [f.text.replace("\u00a0", " ") for f in found], [f.tone for f in found]


def changed(part, **values):
    summary = make_summary()
    summary[part] |= copy.deepcopy(values)
    return summary


def test_a_whole_run_is_told_in_five_to_eight_sentences():
    texts, tones = tell(make_summary())
    assert 5 <= len(texts) <= 8
    assert texts[0] == (
        "Of 200 genotyped samples, 193 (96 %) passed quality control; 7 were excluded"
        " (low call rate 6 and contamination 1)."
    )
    assert texts[1] == (
        "One pair is the same person twice (or identical twins) and there are two"
        " first-degree pairs of relatives. Subgroups are looked for in unrelated"
        " patients only."
    )
    assert "Two samples have a genetic sex that differs" in texts[2]
    assert texts[3] == "No sample shows contamination above 5.0 % (median 0.8 %)."
    assert texts[4] == (
        "Three molecular subgroups are supported by the data: S1 (70), S2 (68) and"
        " S3 (50)."
    )
    assert texts[5].endswith(
        " Of 193 patients, five could not be placed with confidence, and are left out"
        " of comparisons."
    )
    assert texts[6] == (
        "The effect of treatment on “responded” differs between strata (p = 0.004):"
        " S2 odds ratio 12 (95 % interval 5.0 to 30), absolute difference in risk +55 %"
        " (95 % interval 40 % to 70 %); S1 odds ratio 1.1 (95 % interval 0.50 to 2.2);"
        " S3 not estimated, too few events."
    )
    assert tones == ["note", "warn", "warn", "good", "good", "note", "note"]


def test_decisions_by_hand_are_counted():
    overrides = {"keep": 1, "flag": 0, "exclude": 2, "against_a_rule": 3}
    texts, _ = tell(changed("samples", overrides=overrides))
    assert texts[0].endswith(
        "(low call rate 6 and contamination 1). Three decisions were made by hand;"
        " three of them go against the rules."
    )
    overrides = {"keep": 0, "flag": 1, "exclude": 0, "against_a_rule": 0}
    texts, _ = tell(changed("samples", overrides=overrides, n_excluded=0, n_kept=200))
    assert texts[0].endswith("none was excluded. One decision was made by hand.")


def make_groups(naive, fair, excluded, *, p_naive, p_fair, p_excluded):
    """Two groups, of 180 and of 20 samples."""
    counts = {"naive": naive, "fair": fair, "excluded": excluded}
    p_values = {"naive": p_naive, "fair": p_fair, "excluded": p_excluded}
    rows = []
    for i, (group, n) in enumerate((("EUR", 180), ("AFR", 20))):
        row = {"group": group, "n": n}
        for name, pair in counts.items():
            row |= {f"n_{name}": pair[i], f"share_{name}": pair[i] / n}
            row[f"p_value_{name}"] = p_values[name]
        rows.append(row)
    return rows


def test_whom_exclusions_hit_is_said_and_what_one_cut_would_have_done():
    summary = make_summary() | {
        "exclusions": {
            "ancestry": make_groups(
                (0, 15), (1, 0), (5, 2), p_naive=0.0001, p_fair=1.0, p_excluded=0.2
            ),
            "centre": make_groups(
                (0, 0), (0, 0), (2, 5), p_naive=None, p_fair=None, p_excluded=0.001
            ),
        }
    }
    texts, tones = tell(summary)
    wanted = (
        "Exclusions differ by centre (p = 0.001): 25 % of AFR against 1 % of the"
        " others."
    )
    assert tones[texts.index(wanted)] == "warn"
    wanted = (
        "One cut for everybody would have called people outliers for their ancestry:"
        " 75 % of AFR against 0 % of the others. Compared with people of like ancestry,"
        " one sample is."
    )
    assert tones[texts.index(wanted)] == "note"


def test_samples_that_are_somebody_else_are_a_warning():
    summary = make_summary() | {
        "swaps": {"likely": 1, "possible": 0},
        "pedigree": {"ok": 3, "mismatch": 2},
        "mendel": {"inconsistent": 1},
    }
    texts, tones = tell(summary)
    wanted = (
        "One swap of samples is likely. Two pairs are not related as the sheet says."
        " One child does not fit the genotypes of the parents."
    )
    assert tones[texts.index(wanted)] == "warn"


def test_distant_pairs_are_not_called_relatives():
    pairs = {"duplicate": 0, "first": 0, "second": 0, "third": 171}
    texts, tones = tell(changed("relatedness", **pairs))
    assert texts[1] == (
        "No duplicates and no close relatives were found. 171 pairs lie in the range of"
        " third-degree relatives, which shared ancestry reaches too."
    )
    assert tones[1] == "good"


def test_no_subgroups_is_an_answer_with_its_power():
    texts, tones = tell(changed("strata", verdict="none", k=1, sizes={}))
    assert (
        "No subgroups were found. With 198 patients and 150 features, groups 1.5 SD"
        " apart or more would have been found in 80 % of trials." in texts
    )
    assert tones[4] == "plain"


def test_the_power_sentence_of_the_analysis_goes_first():
    power = {"sentence": "only groups 2 SD apart could have been seen"}
    texts, _ = tell(changed("strata", verdict="none", sizes={}, power=power))
    assert texts[4].endswith("found. Only groups 2 SD apart could have been seen.")


def test_too_little_power_is_admitted():
    power = {"smallest_detectable_sd": None, "n": 30, "p": 9}
    texts, _ = tell(changed("strata", verdict="none", sizes={}, power=power))
    assert "none of the separations tried would have been found" in texts[4]


def test_what_was_not_examined_is_not_claimed():
    summary = changed("strata", verdict="none", sizes={}, power=None)
    assert "No subgroups were found." in tell(summary)[0]
    texts, tones = tell(changed("strata", confounders_linked=None))
    assert texts[5].startswith("The subgroups were not checked against confounders.")
    assert tones[5] == "note"


def test_the_clearest_outcome_comes_first():
    summary = make_summary()
    first = summary["response"]["tests"][0]
    second = first | {"outcome": "os", "p_adjusted": 0.0001}
    summary["response"]["tests"].append(second)
    texts, _ = tell(summary)
    assert "“os”" in texts[-2]
    assert "“responded”" in texts[-1]


def test_confounded_groups_must_not_guide_treatment():
    texts, tones = tell(
        changed(
            "strata",
            verdict="confounded",
            confounders_linked=["batch", "sex", "age"],
            confounders_that_recover_strata=["batch", "sex"],
        )
    )
    assert texts[4] == (
        "The patients fall into three groups, but these mirror batch and sex. They are"
        " not molecular subgroups and must not guide treatment."
    )
    assert tones[4] == "warn"
    assert "supported" not in " ".join(texts)
    assert texts[-1].endswith("this says nothing about biology.")
    assert tones[-1] == "warn"


def test_a_link_is_told_even_when_it_explains_nothing():
    texts, tones = tell(changed("strata", confounders_linked=["age", "PC1"]))
    assert texts[5].startswith(
        "The subgroups are linked with age and PC1, but not explained by them."
    )
    assert tones[5] == "note"


def test_patients_without_a_subgroup_are_counted():
    statuses = {"assigned": 188, "outside_model": 38, "ambiguous": 1, "excluded": 7}
    texts, tones = tell(changed("strata", statuses=statuses))
    assert texts[5].endswith(
        "Of 227 patients, one could not be placed with confidence and 38 are unlike the"
        " patients of any subgroup, and are left out of comparisons."
    )
    assert tones[5] == "note"


def test_a_suggestive_result_is_called_a_hypothesis():
    texts, _ = tell(changed("strata", verdict="suggestive"))
    assert texts[4] == (
        "There are signs of three molecular subgroups: S1 (70), S2 (68) and S3 (50)."
        " The evidence is incomplete, so this is a hypothesis, not a finding."
    )
    assert texts[-1].endswith("so this is a hypothesis.")


def test_without_an_interaction_no_stratum_is_singled_out():
    summary = make_summary()
    summary["response"]["tests"][0]["p_adjusted"] = 0.3
    texts, _ = tell(summary)
    assert texts[-1] == (
        "There is no evidence that the effect of treatment on “responded” differs"
        " between strata (p = 0.30); in all patients: odds ratio 2.4 (95 % interval"
        " 1.4 to 4.1)."
    )


def test_without_strata_only_the_overall_effect_is_told():
    summary = changed("strata", verdict="none", sizes={})
    note = "no subgroups were found, so no subgroup analysis"
    summary["response"]["tests"] = [
        {"outcome": "responded", "model": "logistic", "p_adjusted": None, "note": note}
    ]
    texts, _ = tell(summary)
    assert texts[-1] == (
        "Without strata to compare there is no subgroup analysis. Effect of treatment"
        " in all patients: on “responded” odds ratio 2.4 (95 % interval 1.4 to 4.1)."
    )


def test_without_treatment_the_outcome_itself_is_compared():
    summary = make_summary()
    summary["response"]["tests"] = summary["response"]["tests"][2:]
    texts, _ = tell(summary)
    assert texts[-1] == (
        "The outcome “responded” does not differ clearly between strata (p = 0.50)."
    )


def test_a_cohort_without_genotypes_says_so():
    summary = make_summary()
    summary["samples"]["n_genotyped"] = None
    texts, _ = tell(summary)
    assert texts[0].startswith("The cohort has 200 patients. No genotypes were given")
    assert not any("contamination" in text for text in texts)


def test_a_cohort_of_sheet_only_has_a_sentence_for_each_absence():
    summary = make_summary() | {"strata": None, "response": None}
    texts, _ = tell(summary)
    assert "Subgroups were not looked for: the cohort has no molecular layer." in texts
    assert texts[-1].startswith("Treatment response was not analysed")


def test_those_who_could_not_be_checked_are_counted():
    counts = {"ok": 150, "mismatch": 0, "not_assessable": 50}
    texts, tones = tell(changed("sex", **counts))
    assert texts[2].endswith("in all 150 samples that could be checked; 50 could not.")
    assert tones[2] == "good"
    counts = {"ok": 50, "mismatch": 0, "not_assessable": 150}
    assert tell(changed("sex", **counts))[1][2] == "note"
    counts = {"n_assessable": 20, "n_not_assessable": 180}
    texts, tones = tell(changed("contamination", **counts))
    assert texts[3].endswith("(median 0.8 %); 180 samples could not be assessed.")
    assert tones[3] == "note"


def test_confounders_that_none_was_checked_of_are_no_all_clear():
    texts, tones = tell(changed("strata", confounders_checked=[]))
    assert texts[5].startswith("The subgroups were not checked against confounders.")
    assert tones[5] == "note"


def test_absent_sex_chromosomes_are_not_agreement():
    counts = {"ok": 0, "mismatch": 0, "not_assessable": 200}
    texts, tones = tell(changed("sex", **counts))
    assert texts[2].startswith("Genetic sex could not be checked")
    assert tones[2] == "note"


@pytest.mark.parametrize("verdict", ["supported", "suggestive", "none", "confounded"])
def test_verdicts_differ_in_word_sign_and_tone(verdict):
    badge = verdict_badge({"verdict": verdict, "k": 3})
    assert badge.tone == verdict
    others = {"supported", "suggestive", "none", "confounded"} - {verdict}
    for other in others:
        second = verdict_badge({"verdict": other, "k": 3})
        assert badge.word != second.word
        assert badge.sign != second.sign


def test_an_unknown_verdict_gets_no_badge():
    assert verdict_badge({"verdict": "maybe", "k": 2}) is None
    assert verdict_badge(None) is None
