"""The verdict on heterogeneity: its parts held against identities and other tools."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import RidgeCV

from genostrat.config.outcomes import Outcome
from genostrat.response.heterogeneity.crossfit import CrossFit, cross_fit
from genostrat.response.heterogeneity.learners import fit_ridge
from genostrat.response.heterogeneity.measures import (
    calibration_slope,
    group_effects,
    policy_gains,
    ranking_gain,
)
from genostrat.response.heterogeneity.ratios import ratio_slope
from genostrat.response.heterogeneity.record import describe_heterogeneity
from genostrat.response.heterogeneity.targets import restricted_mean_values
from genostrat.response.heterogeneity.verdict import (
    combine_p_values,
    judge_heterogeneity,
)
from genostrat.response.patients import Measured, Patients, Planned
from genostrat.response.survival import kaplan_meier, restricted_mean
from genostrat.seeds import random_generator


def random_split(n=60, *, seed=1):
    rng = random_generator(seed, "split")
    effect, score = rng.normal(size=n), rng.normal(size=n)
    return CrossFit(effect, effect + 0.3, score, rng.normal(size=n))


def make_patients(*, n=300, planted=True, kind="continuous", better="", arms=2):
    rng = random_generator(3, "patients", kind)
    x = rng.normal(size=(n, 3))
    arm = rng.integers(0, arms, n)
    effect = np.where(x[:, 1] > 0, 1.2, -1.2) if planted else 0.5
    value = 0.7 * x[:, 0] + effect * (arm > 0) + rng.normal(size=n)
    time = None
    columns = ("value",)
    if kind == "survival":
        columns = ("time", "event")
        event = rng.exponential(10 * np.exp(0.7 * x[:, 0] + effect * (arm > 0)))
        censored = rng.uniform(5, 30, n)
        time, value = np.minimum(event, censored), (event <= censored) * 1.0
    frame = pd.DataFrame(x, columns=["a", "b", "c"]).astype(str)
    names = np.array(["old", "new", "newer"], dtype=object)
    return Patients(
        stratum=np.full(n, "all", dtype=object),
        arm=names[arm],
        reference="old",
        measured=(
            Measured(
                Outcome("o", kind, columns, better=better),
                value,
                time,
                np.ones(n, dtype=bool),
            ),
        ),
        covariates=frame[[]],
        arms=tuple(names[:arms]),
        planned=Planned(modifiers=("a", "b", "c")),
        baseline=frame,
    )


def judge(patients, **settings):
    defaults = {"randomised": True, "minimum": 5, "seed": 1, "repeats": 20}
    return describe_heterogeneity(patients, **(defaults | settings))


def test_values_average_to_the_restricted_mean_and_are_times_without_censoring():
    rng = random_generator(4, "values")
    time = np.ceil(rng.exponential(10, 90))
    event = (rng.random(90) < 0.6).astype(float)
    for horizon in (5.0, 12.5, time.max()):
        values = restricted_mean_values(time, event, horizon=horizon)
        mean, error = restricted_mean(kaplan_meier(time, event), horizon=horizon)
        assert values.mean() == pytest.approx(mean, abs=1e-10)
        assert values.std() / np.sqrt(90) == pytest.approx(error, rel=0.03)
        whole = restricted_mean_values(time, np.ones(90), horizon=horizon)
        np.testing.assert_allclose(whole, np.minimum(time, horizon), atol=1e-10)


def test_values_are_the_change_that_leaving_a_patient_out_makes():
    rng = random_generator(5, "jackknife")
    time = rng.exponential(10, 400)
    event = (rng.random(400) < 0.7).astype(float)
    values = restricted_mean_values(time, event, horizon=12.0)
    for place in (0, 7, 99):
        kept = np.arange(400) != place
        curve = kaplan_meier(time[kept], event[kept])
        without = restricted_mean(curve, horizon=12.0)[0]
        jackknife = 400 * values.mean() - 399 * without
        assert values[place] == pytest.approx(jackknife, abs=0.1)


def test_ridge_equals_scikit_learn():
    rng = random_generator(6, "ridge")
    penalties = np.logspace(-1, 4, 16)
    for n, p in ((80, 6), (40, 60)):
        x = rng.normal(size=(n, p)) + 2
        y = x[:, 0] + rng.normal(size=n)
        intercept, slopes = fit_ridge(x, y, penalties=penalties)
        other = RidgeCV(alphas=penalties).fit(x, y)
        np.testing.assert_allclose(slopes, other.coef_, atol=1e-8)
        assert intercept == pytest.approx(other.intercept_, abs=1e-8)


def test_ranking_equals_its_definition():
    split = random_split()
    n = len(split.score)
    order = np.argsort(-split.effect)
    gains = [
        split.score[order[:top]].mean() - split.score.mean() for top in range(1, n + 1)
    ]
    assert ranking_gain(split).estimate == pytest.approx(np.mean(gains), abs=1e-10)


def test_slope_and_groups_by_hand():
    split = random_split()
    slope = calibration_slope(split)
    assert slope.estimate == pytest.approx(np.polyfit(split.effect, split.score, 1)[0])
    quarters = np.array_split(np.argsort(split.effect), 4)
    for group, members in zip(group_effects(split), quarters, strict=True):
        assert group.estimate == pytest.approx(split.score[members].mean())
    flat = CrossFit(np.zeros(8), np.zeros(8), np.arange(8.0), np.zeros(8))
    assert calibration_slope(flat).p_one_sided == 1.0


def test_a_rule_counts_what_those_whom_it_treats_gain():
    split = random_split()
    nobody = np.full(len(split.score), np.nan)
    gains = policy_gains(split, sign=-1.0, of_stratum=nobody)
    chosen = split.raw < 0
    assert gains["predicted"].estimate == pytest.approx(np.mean(-split.score * chosen))
    assert gains["all"].estimate == pytest.approx(-split.score.mean())
    assert "stratum" not in gains


def test_scores_average_to_the_effect_of_a_drawn_treatment():
    rng = random_generator(7, "score")
    n = 4000
    x, treated = rng.normal(size=(n, 2)), rng.random(n) < 0.4
    value = x[:, 0] + 0.5 * treated + rng.normal(size=n)
    split = cross_fit(x, treated, value, random=rng)
    assert split.score.mean() == pytest.approx(0.5, abs=0.08)
    # Adjusted for what predicts, the error is smaller than that of plain means.
    assert split.score.std() / np.sqrt(n) < 0.9 * np.sqrt(2 / (n * 0.24))


def test_p_values_of_splits_are_twice_their_median():
    assert combine_p_values([0.02, 0.03, 0.5]) == 0.06
    assert combine_p_values([0.6, 0.7, 0.8]) == 1.0


@pytest.mark.parametrize("kind", ["continuous", "survival"])
def test_a_planted_change_of_sign_is_found_and_its_absence_is_not(kind):
    found = judge(make_patients(kind=kind))
    assert found["verdict"] == "found"
    [one] = found["judged"]
    quarters = [group["estimate"] for group in one["groups"]]
    assert quarters[0] < 0 < quarters[-1]
    assert one["ranking"]["ci_low"] > 0
    absent = judge(make_patients(kind=kind, planted=False))
    assert absent["verdict"] == "not_found"
    json.dumps(found)


@pytest.mark.parametrize("kind", ["continuous", "survival"])
def test_means_are_restricted_to_what_both_arms_were_followed(kind):
    """The shorter of the longest times, in two digits; a change has no time."""
    patients = make_patients(kind=kind)
    (record,) = judge(patients)["judged"]
    (measured,) = patients.measured
    assert record["n"] == 300
    if kind == "continuous":
        assert record["horizon"] is None
        assert record["n_events"] is None
        return
    longest = [measured.time[patients.arm == arm].max() for arm in patients.arms]
    assert 10 <= min(longest) < 100
    assert record["horizon"] == np.floor(min(longest))
    assert record["n_events"] == measured.value.sum()


def draw_counts(rng, *, shared, sign, n=300):
    """Draw counts whose rates, and ratios if `sign`, differ by the first column."""
    x, treated = rng.normal(size=(n, 3)), rng.random(n) < 0.5
    gain = np.where(x[:, 1] > 0, 0.8, -0.8) if sign else shared
    value = rng.poisson(np.exp(0.8 * x[:, 0] + gain * treated)).astype(float)
    outcome = Outcome("stays", "count", ("stays",))
    return x, treated, Measured(outcome, value, None, np.ones(n, dtype=bool))


def ratio_of_one_split(rng, **drawn):
    x, treated, measured = draw_counts(rng, **drawn)
    split = cross_fit(x, treated, measured.value, random=rng, ratios=True)
    return ratio_slope(split, measured, treated), calibration_slope(split)


def test_one_rate_ratio_for_all_is_no_difference_of_ratios():
    rng = random_generator(9, "ratios")
    splits = [ratio_of_one_split(rng, shared=0.7, sign=False) for _ in range(200)]
    ratio, difference = np.array(
        [[one.p_one_sided for one in pair] for pair in splits]
    ).T
    assert np.mean(ratio < 0.05) <= 0.08
    # The difference of rates does differ, and its test sees it.
    assert np.mean(difference < 0.05) > 0.5
    planted = [ratio_of_one_split(rng, shared=0.0, sign=True)[0] for _ in range(30)]
    assert np.mean([one.p_one_sided < 0.05 for one in planted]) > 0.8


def test_a_ratio_is_claimed_only_beside_a_difference():
    rng = random_generator(10, "gate")
    verdicts = []
    for sign in (True, False):
        x, treated, measured = draw_counts(rng, shared=0.0, sign=sign)
        frame = pd.DataFrame(x, columns=["a", "b", "c"]).astype(str)
        made = replace(
            make_patients(n=len(x)),
            arm=np.where(treated, "new", "old").astype(object),
            measured=(measured,),
            baseline=frame,
        )
        [one] = judge(made, repeats=10)["judged"]
        verdicts.append((one["verdict"], one["ratio"]["verdict"]))
    assert verdicts == [("found", "found"), ("not_found", "not_assessed")]
    assert judge(make_patients())["judged"][0]["ratio"] is None


def test_a_rule_is_judged_only_where_somebody_said_what_is_better():
    assert judge(make_patients())["judged"][0]["policy"] is None
    policy = judge(make_patients(better="more"))["judged"][0]["policy"]
    assert policy["predicted"]["estimate"] > policy["all"]["estimate"]
    assert policy["over_best"]["ci_low"] > 0
    survival = judge(make_patients(kind="survival"))["judged"][0]["policy"]
    assert survival["over_best"]["estimate"] > 0


def test_a_rule_by_stratum_does_not_look_at_the_patient_it_treats():
    n = 400
    rng = random_generator(8, "stratum")
    stratum = rng.choice(["S1", "S2"], n).astype(object)
    treated = rng.random(n) < 0.5
    noise = rng.normal(size=n)
    x = rng.normal(size=(n, 1))
    settings = {"seed": 1, "name": ("o",), "sign": 1.0, "repeats": 5}
    planted = noise + treated * np.where(stratum == "S1", 1.5, -1.5)
    record = judge_heterogeneity(x, treated, planted, stratum=stratum, **settings)
    assert record["policy"]["stratum"]["estimate"] == pytest.approx(0.75, abs=0.2)
    record = judge_heterogeneity(x, treated, noise, stratum=stratum, **settings)
    assert abs(record["policy"]["stratum"]["estimate"]) < 0.15


@pytest.mark.parametrize(
    ("patients", "settings", "reason"),
    [
        ({}, {"randomised": False}, "not randomised"),
        ({"n": 60}, {}, "too few patients"),
        ({"arms": 2, "modifiers": ()}, {}, "names no column"),
        ({"constant": True}, {}, "differs between patients"),
    ],
)
def test_what_cannot_be_judged_is_not_assessed(patients, settings, reason):
    options = {k: v for k, v in patients.items() if k in {"n", "arms"}}
    made = make_patients(**options)
    if "modifiers" in patients:
        object.__setattr__(made, "planned", Planned())
    if "constant" in patients:
        object.__setattr__(made, "baseline", made.baseline.assign(a="1", b="1", c="1"))
    record = judge(made, **settings)
    assert record["verdict"] == "not_assessed"
    assert reason in record["reason"]


def test_arms_are_adjusted_for_each_other():
    record = judge(make_patients(n=450, arms=3))
    p = [one["p_value"] for one in record["judged"]]
    adjusted = [one["p_adjusted"] for one in record["judged"]]
    assert max(adjusted) == pytest.approx(max(max(p), 2 * min(p)))
