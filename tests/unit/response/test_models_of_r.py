"""The models of each kind of outcome give the figures of R on thirty patients.

R 4.2.2 with survival 3.5.3 and MASS; the calls stand beside the figures. Real trials
are held against R by ``benchmarks/validation/response.py``.
"""

import numpy as np
import pytest
from scipy import stats

from genostrat.config.outcomes import Outcome
from genostrat.response.checks.hazards import check_proportional_hazards
from genostrat.response.kinds import binary, competing, count, ordinal, survival
from genostrat.response.kinds.incidence import cumulative_incidence
from genostrat.response.likelihoods.cox import CoxRegression
from genostrat.response.likelihoods.exact_ties import ExactCox
from genostrat.response.likelihoods.likelihood import CoxLikelihood, maximise
from genostrat.response.likelihoods.nested import compare_likelihoods
from genostrat.response.patients import Measured
from genostrat.response.survival import (
    kaplan_meier,
    median_survival,
    restricted_mean,
    survival_at,
)


def row(text):
    return np.array([float(cell) for cell in text.split()])


N = 30
X = np.arange(N) % 2
ENTRY = row("1 1 6 3 4 4 5 0 3 1 3 7 4 0 4 1 6 7 7 4 6 2 1 4 3 5 7 2 6 1")
TIME = row("4 8 8 9 8 9 13 7 10 6 11 15 6 2 7 6 13 11 15 7 14 7 7 6 8 12 15 9 14 3")
STATE = row("2 1 2 0 0 0 2 2 0 1 0 0 2 2 0 0 1 2 2 0 1 0 0 0 1 1 2 1 1 2")
LEVEL = row("2 2 2 2 3 1 1 0 0 3 0 2 3 3 3 0 1 0 0 3 0 2 0 2 3 2 1 1 3 0")
COUNT = row("1 7 2 2 1 5 0 6 1 3 1 0 9 7 2 6 6 2 2 4 3 0 0 0 2 3 2 0 3 3")
EXPOSURE = row(
    "1 1 .5 2 .5 2 1.5 1 1.5 1 1.5 1.5 1 2 2 .5 2 .5 .5 1 2 1.5 2 .5 1.5 .5 .5 .5 2 1"
)
ONES, KNOWN = np.ones(N), np.ones(N, dtype=bool)
NONE, TOGETHER = np.empty((N, 0)), np.full(N, "")
TREATED = X[:, None].astype(float)


def near(value):
    return pytest.approx(value, abs=1e-6)


def measure(kind, value, **more):
    columns = {"survival": ("t", "e"), "competing": ("t", "e")}.get(kind, ("v",))
    time = more.pop("time", None)
    return Measured(Outcome("o", kind, columns), value, time, KNOWN, **more)


def test_left_truncated_survival():
    event = (STATE == 1).astype(float)
    # coxph(Surv(entry, time, state == 1) ~ x)
    plain = CoxLikelihood(TREATED, TIME, event, weights=ONES, entry=ENTRY)
    for likelihood in (plain, CoxRegression(TREATED, TIME, event, entry=ENTRY)):
        fit = maximise(likelihood)
        assert fit.beta[0] == near(0.786577407107)
        assert np.sqrt(fit.covariance[0, 0]) == near(0.740788519917)
        test = compare_likelihoods(likelihood, n_added=1)
        assert test.statistic == near(1.105349722047)
    # coxph(…, ties = "breslow")
    for model in (
        CoxLikelihood(TREATED, TIME, event, weights=ONES, entry=ENTRY, ties="breslow"),
        CoxRegression(TREATED, TIME, event, entry=ENTRY, ties="breslow"),
    ):
        fit = maximise(model)
        assert fit.beta[0] == near(0.820616487734)
        assert np.sqrt(fit.covariance[0, 0]) == near(0.743987393229)
    # survfit(Surv(entry, time, state == 1) ~ 1, conf.type = "log-log")
    curve = kaplan_meier(TIME, event, entry=ENTRY)
    shares, low, high = survival_at(curve, np.array([6.0, 9, 14]))
    assert shares == near([0.947368421053, 0.781954887218, 0.351879699248])
    assert low == near([0.6811867998063, 0.5166402153557, 0.0936239494053])
    assert high == near([0.992414635519, 0.912467264205, 0.630907061140])
    assert median_survival(curve)[0] == 14
    # summary(…, rmean = 13)
    assert restricted_mean(curve, horizon=13.0) == near(
        (11.766917293233, 0.510072422471)
    )
    # cox.zph(coxph(Surv(entry, time, state > 0) ~ x))
    any_event = (STATE > 0).astype(float)
    test = check_proportional_hazards(TIME, any_event, TREATED, entry=ENTRY)
    assert test.statistic == near(0.835407552659)


def test_exact_ties():
    event = (STATE > 0).astype(float)
    # coxph(Surv(time, state > 0) ~ x, ties = "exact")
    exact = ExactCox(TREATED, TIME, event)
    fit = maximise(exact)
    assert fit.beta[0] == near(0.47788993453175)
    assert np.sqrt(fit.covariance[0, 0]) == near(0.53667994615322)
    assert compare_likelihoods(exact, n_added=1).statistic == near(0.7944355815265)
    # cox.zph(…, "km")
    test = check_proportional_hazards(TIME, event, TREATED, ties="exact")
    assert test.statistic == near(1.401557031468)


def test_whoever_comes_later_is_not_at_risk_before():
    event = (STATE == 1).astype(float)
    measured = measure("survival", event, time=TIME, entry=ENTRY)
    fewest, _ = survival.count_informative(measured, X == 1)
    expected = 0.0
    for moment in TIME[event > 0]:
        at_risk = (moment > ENTRY) & (moment <= TIME)
        expected += at_risk[X == 1].sum() / at_risk.sum()
    assert fewest == near(min(expected, event.sum() - expected))


def test_a_curve_that_is_lost_before_others_come_gives_no_restricted_mean():
    time = np.array([1.0, 9, 10, 11, 12, 13] * 2)
    entry = np.array([0.0, 5, 5, 5, 5, 5] * 2)
    event = np.ones(12)
    group = np.arange(12) < 6
    measured = Measured(
        Outcome("o", "survival", ("t", "e")), event, time, event > 0, entry=entry
    )
    found = survival.compare_groups(measured, group, horizon=10.0, weights=np.ones(12))
    assert np.isnan(found[1].estimate)
    assert "still come" in found[1].note


def test_competing_events():
    measured = measure(
        "competing", (STATE == 1).astype(float), time=TIME, competing=STATE == 2
    )
    found = competing.compare_groups(measured, X == 1, horizon=13.0, weights=ONES)
    of_event, fine_gray, difference, of_other = found
    # coxph(Surv(time, state == 1) ~ x), and state == 2
    assert (of_event.estimate, of_event.standard_error) == near(
        (0.829808797928, 0.733938804334)
    )
    assert (of_other.estimate, of_other.standard_error) == near(
        (-0.0124297546083, 0.6620433849433)
    )
    # finegray(Surv(time, factor(state)) ~ ., etype = 1), then coxph(…, weights = fgwt,
    # cluster = id)
    assert (fine_gray.estimate, fine_gray.standard_error) == near(
        (0.422719656071, 0.655743523692)
    )
    # survfit(Surv(time, factor(state)) ~ x) at 10 and 13
    shares, errors = INCIDENCE
    for group in (0, 1):
        mask = group == X
        incidence = cumulative_incidence(
            TIME[mask], STATE[mask] == 1, STATE[mask] == 2, times=np.array([10.0, 13])
        )
        assert incidence.share == near(shares[group])
        assert incidence.standard_error == near(errors[group])
    assert difference.estimate == near(shares[1][1] - shares[0][1])
    assert difference.values == near((shares[1][1], shares[0][1]))


INCIDENCE = (
    ((0.0787878787879, 0.1969696969697), (0.2723809523810, 0.4438095238095)),
    ((0.0755438675324, 0.1275517296973), (0.1364140372087, 0.1762266310885)),
)


def test_without_competing_events_incidence_is_one_less_survival():
    event = (STATE > 0).astype(float)
    times = np.array([5.0, 8, 12])
    incidence = cumulative_incidence(TIME, event, np.zeros(N), times=times)
    curve = kaplan_meier(TIME, event)
    survival_, _, _ = survival_at(curve, times)
    assert incidence.share == near(1 - survival_)
    place = np.searchsorted(curve.time, times, side="right") - 1
    greenwood = survival_ * np.sqrt(np.cumsum(curve.hazard_variance)[place])
    assert incidence.standard_error == near(greenwood)
    measured = measure("competing", event, time=TIME, competing=np.zeros(N, bool))
    found = competing.compare_groups(measured, X == 1, horizon=12.0, weights=ONES)
    assert found[1].estimate == near(found[0].estimate)
    assert np.isnan(found[3].estimate)


def test_ordered_levels():
    measured = measure("ordinal", LEVEL + 1)
    odds, wins = ordinal.compare_groups(measured, X == 1, horizon=1.0, weights=ONES)
    # polr(factor(level) ~ x, Hess = TRUE)
    assert (odds.estimate, odds.standard_error) == near(
        (0.05790091426413, 0.65900604425919)
    )
    test = ordinal.compare_models(
        measured, baseline=TOGETHER, common=NONE, added=TREATED
    )
    assert test.statistic == near(0.00772001019917)
    # deviance of polr less that of free chances of every level
    check = ordinal.check_proportional_odds(LEVEL, X.astype(str))
    assert (check.statistic, check.df) == (near(2.90331165013), 2)
    # 1 - 2 W / (n1 n2) of wilcox.test(level ~ x)
    assert wins.estimate == near(0.0177777777778)


def test_levels_of_two_are_a_logistic_model():
    value = (LEVEL > 1).astype(float)
    levels, flags = measure("ordinal", value + 1), measure("binary", value)
    odds, wins = ordinal.compare_groups(levels, X == 1, horizon=1.0, weights=ONES)
    logistic, risk = binary.compare_groups(flags, X == 1, horizon=1.0, weights=ONES)
    assert odds.estimate == near(logistic.estimate)
    assert odds.standard_error == near(logistic.standard_error)
    assert wins.estimate == near(risk.estimate)


def test_groups_without_overlap_have_a_finite_odds_ratio_and_say_so():
    value = np.where(X == 1, 4.0, LEVEL.clip(max=2) + 1)
    found = ordinal.compare_groups(
        measure("ordinal", value), X == 1, horizon=1.0, weights=ONES
    )
    assert 1 < found[0].estimate < 15
    assert "Firth" in found[0].note
    assert found[1].estimate == 1
    assert "higher than all" in found[1].note


def test_counts():
    measured = measure("count", COUNT, exposure=EXPOSURE)
    ratio, difference = count.compare_groups(
        measured, X == 1, horizon=1.0, weights=ONES
    )
    # glm(count ~ x + offset(log(exposure)), quasipoisson)
    assert (ratio.estimate, ratio.standard_error) == near(
        (0.508224842066, 0.388570459432)
    )
    assert count.measure_dispersion(measured, X.astype(str)) == near(3.05612244907)
    # Of two groups the score is the difference from the common rate, by hand.
    test = count.compare_models(measured, baseline=TOGETHER, common=NONE, added=TREATED)
    gap = COUNT - EXPOSURE * COUNT.sum() / EXPOSURE.sum()
    terms = (X - EXPOSURE[X == 1].sum() / EXPOSURE.sum()) * gap
    # A patient's share of all time is the leverage; of 30 patients 28 are left.
    freed = terms**2 / (1 - EXPOSURE / EXPOSURE.sum())
    assert test.statistic == near(terms.sum() ** 2 / freed.sum())
    assert test.df == 1
    assert test.p_value == near(2 * stats.t.sf(np.sqrt(test.statistic), 28))
    rates = [COUNT[g == X].sum() / EXPOSURE[g == X].sum() for g in (1, 0)]
    assert difference.estimate == near(rates[0] - rates[1])
    assert difference.low < difference.estimate < difference.high


def test_counts_that_vary_less_than_by_chance_gain_no_precision():
    measured = measure("count", np.tile([2.0, 3.0, 2.0], 10))
    ratio, _ = count.compare_groups(measured, X == 1, horizon=1.0, weights=ONES)
    assert count.measure_dispersion(measured, X.astype(str)) < 1
    totals = [measured.value[g == X].sum() for g in (0, 1)]
    assert ratio.standard_error == near(np.sqrt(1 / totals[0] + 1 / totals[1]))


def test_a_group_without_any_event_has_a_rate_ratio():
    value = np.where(X == 1, 0.0, COUNT)
    found = count.compare_groups(
        measure("count", value, exposure=EXPOSURE), X == 1, horizon=1.0, weights=ONES
    )
    assert found[0].estimate < -2
    assert "half an event" in found[0].note
    assert np.isfinite([found[0].low, found[0].high]).all()
