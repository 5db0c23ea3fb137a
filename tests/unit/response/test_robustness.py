"""What was not seen: outcomes that are not known, and confounders that were not."""

import numpy as np
import pandas as pd
import pytest

from genostrat.config.outcomes import Outcome
from genostrat.response.analysis import analyse_response
from genostrat.response.checks.confounding import as_risk_ratio, e_value
from genostrat.response.contrasts import Contrast
from genostrat.response.patients import Measured, Patients, Planned
from genostrat.seeds import random_generator

N = 200


def patients(kind, *, lost=(0.2, 0.05), seed=1, effect=1.0):
    random = random_generator(seed, "robustness")
    treated = np.arange(N) % 2 == 0
    age = random.normal(60, 10, N)
    signal = effect * treated + random.logistic(size=N)
    columns = ("t", "e") if kind == "survival" else ("v",)
    time, value = None, signal
    if kind == "binary":
        value = (signal > 0).astype(float)
    elif kind == "ordinal":
        value = 1.0 + np.digitize(signal, [-1, 0, 1])
    elif kind == "survival":
        time, value = random.exponential(10, N), (random.random(N) < 0.7).astype(float)
    known = random.random(N) >= np.where(treated, *lost)
    measured = Measured(Outcome("o", kind, columns), value, time, known)
    frame = pd.DataFrame({"age": age.round(1).astype(str)})
    return Patients(
        stratum=np.full(N, "all", dtype=object),
        arm=np.where(treated, "new", "old").astype(object),
        reference="old",
        measured=(measured,),
        covariates=frame,
        arms=("old", "new"),
        planned=Planned(),
        baseline=frame[[]],
    )


def checks(one, **options):
    tables = analyse_response(one, min_events_per_cell=5, seed=1, draws=40, **options)
    return tables.checks.set_index("check"), tables.effects


def test_bounds_hold_whatever_became_of_those_not_known():
    one = patients("binary")
    row = checks(one)[0].loc["missing_outcome"]
    [measured] = one.measured
    random = random_generator(2, "robustness")
    seen = []
    for share in (0.0, 0.3, 1.0):
        for other in (0.0, 0.5, 1.0):
            value = measured.value.copy()
            for mask, p in ((one.arm == "new", share), (one.arm == "old", other)):
                blank = mask & ~measured.known
                value[blank] = random.random(blank.sum()) < p
            means = [value[one.arm == arm].mean() for arm in ("new", "old")]
            seen.append(means[0] - means[1])
    assert row["low"] == pytest.approx(min(seen))
    assert row["high"] == pytest.approx(max(seen))
    assert row["statistic"] == (~measured.known).sum()
    assert row["p_value"] < 0.05


@pytest.mark.parametrize("kind", ["ordinal", "survival"])
def test_more_missing_bounds_less(kind):
    few = checks(patients(kind, lost=(0.05, 0.05)))[0].loc["missing_outcome"]
    many = checks(patients(kind, lost=(0.4, 0.4)))[0].loc["missing_outcome"]
    assert few["high"] - few["low"] < many["high"] - many["low"]
    effects = checks(patients(kind))[1].set_index("scale")["effect"]
    row = checks(patients(kind))[0].loc["missing_outcome"]
    scale = {"ordinal": "win_difference", "survival": "rmst_difference"}[kind]
    assert row["low"] < effects[scale] < row["high"]


def test_a_measurement_says_how_different_the_missing_would_have_to_be():
    one = patients("continuous")
    row = checks(one)[0].loc["missing_outcome"]
    assert np.isnan(row["low"])
    [measured] = one.measured
    limits = checks(one)[1].iloc[0]
    share = 1 - measured.known[one.arm == "new"].mean()
    assert row["value"] == pytest.approx(limits["ci_low"] / share)


def test_nothing_missing_is_said_as_such():
    row = checks(patients("binary", lost=(0.0, 0.0)))[0].loc["missing_outcome"]
    assert row["statistic"] == 0
    assert np.isnan(row["p_value"])


def test_e_values_of_the_paper():
    # VanderWeele & Ding 2017: 3.9 (1.8 to 8.7) gives 7.26 and 3.0.
    assert e_value(3.9) == pytest.approx(7.26, abs=0.01)
    assert e_value(1.8) == pytest.approx(3.0, abs=0.01)
    assert e_value(1 / 3.9) == pytest.approx(e_value(3.9))


@pytest.mark.parametrize(
    ("scale", "rare", "expected"),
    [
        ("odds_ratio", True, 4.0),
        ("odds_ratio", False, 2.0),
        ("rate_ratio", False, 4.0),
        ("hazard_ratio", False, (1 - 0.5**2) / (1 - 0.5**0.5)),
        ("mean_difference", False, np.exp(0.91 * np.log(4) / 2)),
    ],
)
def test_effects_become_risk_ratios(scale, rare, expected):
    contrast = Contrast(scale, np.log(4), 0.1, 0.0, 2.0)
    found = as_risk_ratio(contrast, np.log(4), rare=rare, spread=2.0)
    assert found == pytest.approx(expected)


def test_only_a_chosen_treatment_has_an_e_value():
    assert "e_value" not in checks(patients("binary"))[0].index
    row = checks(patients("binary", effect=3.0), randomised=False)[0].loc["e_value"]
    assert 1 < row["low"] < row["value"]
    row = checks(patients("binary", effect=0.0), randomised=False)[0].loc["e_value"]
    assert row["low"] == 1
