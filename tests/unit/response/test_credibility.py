"""Sheets of credibility, and what treating by group is worth."""

import numpy as np
import pandas as pd
import pytest

from genostrat.config.outcomes import Outcome
from genostrat.response.analysis import analyse_response
from genostrat.response.checks.credibility import credibility_rows
from genostrat.response.heterogeneity.net_benefit import gain_of_others, score_effect
from genostrat.response.patients import Measured, Patients, Planned
from genostrat.seeds import random_generator

N = 400


def trial(effects, *, seed=1, better="more"):
    """Draw a trial whose effect is one number a level of the column ``stage``."""
    random = random_generator(seed, "credibility")
    level = random.integers(0, len(effects), N)
    treated = random.random(N) < 0.5
    value = random.normal(size=N) + np.array(effects)[level] * treated
    outcome = Outcome("score", "continuous", ("v",), better=better)
    measured = Measured(outcome, value, None, np.ones(N, dtype=bool))
    frame = pd.DataFrame({"stage": [f"L{one}" for one in level]})
    return Patients(
        stratum=np.full(N, "all", dtype=object),
        arm=np.where(treated, "new", "old").astype(object),
        reference="old",
        measured=(measured,),
        covariates=frame[[]],
        arms=("old", "new"),
        planned=Planned(subgroups=("stage",)),
        baseline=frame,
    )


def analyse(patients, **more):
    return analyse_response(patients, min_events_per_cell=5, seed=1, **more)


def test_a_claim_has_a_sheet_of_answers_and_open_items():
    sheet = analyse(trial([1.0, -1.0])).credibility.set_index("item")
    assert set(sheet["division"]) == {"stage"}
    assert sheet.loc["chance", "answer"] == "chance is an unlikely explanation"
    assert sheet.loc["chance", "value"] < 0.005
    assert sheet.loc["number_tested", "value"] == 1
    assert "turns round" in sheet.loc["direction", "answer"]
    open_items = set(sheet.index[sheet["status"] == "open"])
    assert open_items == {
        "direction_a_priori",
        "prior_evidence",
        "cut_points",
        "overall",
    }


def test_without_a_claim_there_is_no_sheet():
    assert analyse(trial([0.5, 0.5], seed=4)).credibility.empty


def test_found_groups_have_no_direction_laid_down_before():
    patients = trial([1.0, -1.0])
    divided = patients.divided_by(patients.column("stage"))
    sheet = analyse(divided).credibility
    own = sheet[sheet["division"] == "strata"].set_index("item")
    assert own.loc["direction_a_priori", "status"] == "answered"
    assert own.loc["direction_a_priori", "answer"].startswith("no")


@pytest.mark.parametrize(
    ("p", "words"),
    [(0.004, "unlikely"), (0.008, "may not"), (0.03, "is a likely"), (0.06, None)],
)
def test_chance_is_called_by_the_limits_of_iceman(p, words):
    tests = pd.DataFrame(
        [{"column": "x", "outcome": "o", "model": "cox", "p_value": p, "p_adjusted": p}]
    )
    rows = list(credibility_rows(tests.iloc[:0], tests, randomised=True))
    assert bool(rows) == (words is not None)
    if rows:
        [chance] = [row["answer"] for row in rows if row["item"] == "chance"]
        assert words in chance


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (0.005, "chance is an unlikely explanation"),
        (0.01, "chance may not explain it"),
        (0.05, "chance is a likely explanation, or it is unclear"),
        (0.051, "chance is a very likely explanation"),
        (1.0, "chance is a very likely explanation"),
    ],
)
def test_a_wider_level_has_sheets_of_what_chance_explains(p, words):
    tests = pd.DataFrame(
        [{"column": "x", "outcome": "o", "model": "cox", "p_value": p, "p_adjusted": p}]
    )
    rows = credibility_rows(tests.iloc[:0], tests, randomised=True, alpha=1.1)
    [chance] = [row["answer"] for row in rows if row["item"] == "chance"]
    assert chance == words


def test_treating_by_group_gains_where_the_effect_turns_round():
    table = analyse(trial([1.0, -1.0])).net_benefit
    start = table[table["threshold"] == 0].set_index("rule")
    assert start.loc["by_group", "ci_low"] > 0.2
    assert abs(start.loc["everybody", "net_benefit"]) < 0.2
    assert start.loc["by_group", "net_benefit"] == pytest.approx(0.5, abs=0.2)
    assert start.loc["by_group", "share_treated"] == pytest.approx(0.5, abs=0.1)
    harm = analyse(trial([1.0, -1.0], better="less")).net_benefit
    assert (
        harm[harm["threshold"] == 0].set_index("rule").loc["by_group", "ci_low"] > 0.2
    )


def test_nothing_is_said_where_nobody_said_what_is_better():
    assert analyse(trial([1.0, -1.0], better="")).net_benefit.empty
    assert not analyse(trial([1.0, -1.0])).net_benefit.empty


def test_a_rule_gains_nothing_by_chance():
    gains = []
    for seed in range(60):
        table = analyse(trial([0.0, 0.0, 0.0], seed=seed)).net_benefit
        start = table[(table["threshold"] == 0) & (table["rule"] == "by_group")]
        gains.append(float(start["net_benefit"].iloc[0]))
    error = np.std(gains) / np.sqrt(len(gains))
    assert np.mean(gains) < 2 * error


def test_scores_give_the_effect_in_all_and_in_groups():
    random = random_generator(3, "credibility")
    treated, value = np.arange(N) % 4 == 0, random.normal(size=N)
    score = score_effect(value, treated)
    effect = value[treated].mean() - value[~treated].mean()
    assert score.mean() == pytest.approx(effect)


def test_nobody_chooses_for_themselves():
    random = random_generator(5, "credibility")
    treated, value = np.arange(40) % 2 == 0, random.normal(size=40)
    group = np.where(np.arange(40) < 20, "a", "b")
    before = gain_of_others(value, treated, group, random=random_generator(1, "x"))
    changed = value.copy()
    changed[7] += 100.0
    after = gain_of_others(changed, treated, group, random=random_generator(1, "x"))
    np.testing.assert_array_equal(before[:, 7], after[:, 7])
    np.testing.assert_array_equal(before[:, 20:], after[:, 20:])
    assert (before[:, :20] != after[:, :20]).any()
    alone = gain_of_others(value, group == "a", group, random=random_generator(1, "x"))
    assert np.isnan(alone).all()
