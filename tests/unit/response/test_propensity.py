from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from statsmodels.discrete.discrete_model import Logit

from genostrat.config.outcomes import Outcome
from genostrat.response.analysis import analyse_response
from genostrat.response.observational import (
    bootstrap_error,
    bootstrap_weights,
    check_homogeneity,
)
from genostrat.response.patients import Measured, Patients
from genostrat.response.propensity import (
    balance_table,
    prepare_propensity,
    propensity_weights,
)
from genostrat.seeds import random_generator

ARMS = ("control", "new")
OUTCOME = Outcome("change", "continuous", ("change",))


def make_patients(*, n=600, benefit=0.0, seed=1):
    """Older patients get the new treatment more often and do better with any."""
    rng = random_generator(seed, "observational")
    age = rng.normal(60, 10, n).round(1)
    centre = rng.integers(1, 4, n).astype(str)
    stratum = rng.integers(1, 3, n).astype(str).astype(object)
    lean = 0.08 * (age - 60) + 0.5 * (centre == "2")
    arm = np.where(rng.random(n) < 1 / (1 + np.exp(-lean)), "new", "control")
    value = 0.1 * age + 1.0 * (arm == "new") + rng.normal(size=n)
    value += benefit * ((arm == "new") & (stratum == "2"))
    covariates = pd.DataFrame({"age": age.astype(str), "centre": centre}, dtype=str)
    measured = Measured(OUTCOME, value, None, np.ones(n, dtype=bool))
    return Patients(
        stratum, arm.astype(object), "control", (measured,), covariates, ARMS
    )


def test_weights_are_stabilised_inverse_propensities():
    patients = make_patients()
    propensity = prepare_propensity(patients)
    weights, probability = propensity_weights(propensity, patients)
    treated = (patients.arm == "new").astype(float)
    design = np.column_stack(
        [
            np.ones(600),
            patients.covariates["age"].astype(float),
            patients.covariates["centre"] == "2",
            patients.covariates["centre"] == "3",
            patients.stratum == "2",
        ]
    ).astype(float)
    expected = Logit(treated, design).fit(disp=False).predict()
    np.testing.assert_allclose(probability[:, 1], expected, atol=1e-6)
    share = pd.Series(treated).groupby(patients.stratum).transform("mean")
    stable = np.where(treated == 1, share / expected, (1 - share) / (1 - expected))
    np.testing.assert_allclose(weights, stable, rtol=1e-5)


def test_weighting_balances_what_it_was_given():
    patients = make_patients()
    propensity = prepare_propensity(patients)
    weights, probability = propensity_weights(propensity, patients)
    table = balance_table(
        propensity, patients, weights=weights, probability=probability
    ).set_index(["stratum", "covariate"])
    age = patients.covariates["age"].astype(float)
    new = patients.arm == "new"
    spread = np.sqrt((age[new].var(ddof=0) + age[~new].var(ddof=0)) / 2)
    before = (age[new].mean() - age[~new].mean()) / spread
    assert table.loc[("all", "age"), "smd_before"] == pytest.approx(before)
    assert before > 0.5
    assert table.loc["all", "smd_after"].abs().max() < 0.1
    row = table.loc[("all", "age")]
    assert row["n"] == 600
    assert row["n_effective_arm"] < new.sum()
    assert 0.8 < row["overlap"] <= 1.0
    assert row["largest_weight"] == pytest.approx(weights.max())


def test_weighted_effects_are_unbiased_where_plain_ones_are_not():
    patients = make_patients(n=1500)
    plain = analyse_response(patients, min_events_per_cell=5, seed=1)
    weighted = analyse_response(
        patients, min_events_per_cell=5, seed=1, randomised=False, draws=100
    )
    assert plain.balance.empty
    biased = plain.effects.set_index("stratum").loc["all"]
    effect = weighted.effects.set_index("stratum").loc["all"]
    assert biased["ci_low"] > 1.2
    assert effect["ci_low"] < 1.0 < effect["ci_high"]
    assert abs(effect["effect"] - 1.0) < 0.2
    assert "observational: weighted by propensity" in effect["note"]
    assert (weighted.interaction["note"].str.contains("observational")).all()


@pytest.mark.parametrize(("benefit", "found"), [(0.0, False), (1.5, True)])
def test_weighted_interaction(benefit, found):
    patients = make_patients(benefit=benefit)
    tables = analyse_response(
        patients, min_events_per_cell=5, seed=1, randomised=False, draws=100
    )
    row = tables.interaction.set_index("model").loc["linear"]
    assert row["method"] == "Wald, bootstrap covariance"
    assert row["df"] == 1
    assert (row["p_value"] < 0.001) == found


def test_homogeneity_is_walds_statistic():
    rng = random_generator(2, "wald")
    cells = [("1", "b vs a"), ("2", "b vs a"), ("3", "b vs a")]
    draws = {cell: rng.normal(0, 0.5, 4000) for cell in cells}
    estimates = dict(zip(cells, (0.0, 0.0, 1.5), strict=True))
    result = check_homogeneity(estimates, draws)
    # Equal errors: sum of squared deviations from the mean over the variance.
    deviations = np.array([0.0, 0.0, 1.5]) - 0.5
    assert result.df == 2
    assert result.statistic == pytest.approx((deviations**2).sum() / 0.25, rel=0.1)
    estimates[cells[2]] = np.nan
    assert check_homogeneity(estimates, draws).df == 1
    estimates[cells[1]] = np.nan
    assert np.isnan(check_homogeneity(estimates, draws).p_value)


def test_bootstrap_depends_on_the_seed_alone():
    patients = make_patients(n=60)
    propensity = prepare_propensity(patients)

    def draw(seed):
        return np.array(
            list(bootstrap_weights(propensity, patients, seed=seed, draws=3))
        )

    np.testing.assert_array_equal(draw(1), draw(1))
    assert not np.array_equal(draw(1), draw(2))


def test_error_is_missing_when_draws_fail():
    estimates = np.r_[np.linspace(0, 1, 80), np.full(20, np.nan)]
    assert np.isnan(bootstrap_error(estimates))
    assert bootstrap_error(estimates[:85]) == pytest.approx(estimates[:80].std(ddof=1))


def test_arms_that_do_not_overlap_are_not_compared():
    patients = make_patients(n=120)
    centre = np.where(patients.arm == "new", "A", "B")
    apart = replace(patients, covariates=patients.covariates.assign(centre=centre))
    tables = analyse_response(
        apart, min_events_per_cell=5, seed=1, randomised=False, draws=5
    )
    assert tables.effects["effect"].isna().all()
    assert tables.effects["note"].str.contains("do not overlap").all()
    linear = tables.interaction.set_index("model").loc["linear"]
    assert np.isnan(linear["p_value"])
    of_centre = tables.balance["covariate"].str.startswith("centre")
    assert np.isinf(tables.balance.loc[of_centre, "smd_before"]).all()


def test_missing_and_constant_covariates_are_coded():
    patients = make_patients(n=80)
    covariates = patients.covariates.assign(sex="male", empty="")
    covariates.loc[:9, "age"] = ""
    covariates.loc[:4, "centre"] = ""
    coded = Patients(
        patients.stratum, patients.arm, "control", patients.measured, covariates, ARMS
    )
    propensity = prepare_propensity(coded)
    assert propensity.names == [
        "age",
        "age missing",
        "centre=missing",
        "centre=1",
        "centre=2",
        "centre=3",
        "sex=male",
    ]
    assert np.linalg.matrix_rank(propensity.design) == propensity.design.shape[1]
    weights, _ = propensity_weights(propensity, coded)
    assert np.isfinite(weights).all()
