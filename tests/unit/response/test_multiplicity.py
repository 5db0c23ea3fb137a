"""P-values over several outcomes: what is held, and what a failed test stops."""

import numpy as np
import pytest

from genostrat.response.treatment.multiplicity import Multiplicity, adjust_over_outcomes
from genostrat.seeds import random_generator


def rows(outcome, *p_values, method="plain"):
    arms = [f"arm {i} vs none" for i in range(len(p_values))]
    return [
        {"outcome": outcome, "contrast": arm, "method": method, "p_value": p}
        for arm, p in zip(arms, p_values, strict=True)
    ]


def adjusted(outcomes, **plan):
    found = adjust_over_outcomes(outcomes, Multiplicity(**plan))
    return {(row["outcome"], row["contrast"][:5]): row["p_adjusted"] for row in found}


def test_holm_takes_all_outcomes_and_arms_together():
    outcomes = [rows("os", 0.01, 0.04), rows("pfs", 0.02, 0.5)]
    found = adjusted(outcomes, scheme="holm")
    assert list(found.values()) == pytest.approx([0.04, 0.08, 0.06, 0.5])
    apart = adjusted([rows("os", 0.01, 0.04), rows("pfs", 0.02, 0.5)], scheme="none")
    assert list(apart.values()) == pytest.approx([0.02, 0.04, 0.04, 0.5])


def test_a_sequence_begins_with_the_primary_and_never_falls():
    outcomes = [rows("pfs", 0.001), rows("os", 0.03), rows("response", 0.01)]
    found = adjust_over_outcomes(outcomes, Multiplicity("hierarchical", "os"))
    assert [row["outcome"] for row in found] == ["os", "pfs", "response"]
    assert [row["p_adjusted"] for row in found] == [0.03, 0.03, 0.03]
    assert [row["role"] for row in found] == ["primary", "secondary", "secondary"]


def test_arms_of_a_sequence_share_the_level():
    found = adjusted([rows("a", 0.01, 0.2), rows("b", 0.001, 0.001)],
                     scheme="hierarchical")  # fmt: skip
    assert found == pytest.approx(
        {("a", "arm 0"): 0.02, ("a", "arm 1"): 0.4,
         ("b", "arm 0"): 0.02, ("b", "arm 1"): 0.4}
    )  # fmt: skip


def test_a_way_that_an_earlier_outcome_lacks_waits_for_it_too():
    outcomes = [rows("a", 0.4), [*rows("b", 1e-9), *rows("b", 1e-9, method="log_rank")]]
    found = adjust_over_outcomes(outcomes, Multiplicity("hierarchical"))
    assert [row["p_adjusted"] for row in found] == [0.4, 0.4, 0.4]


def test_a_test_that_could_not_be_made_stops_the_sequence():
    outcomes = [rows("a", np.nan), rows("b", 1e-9)]
    found = adjusted(outcomes, scheme="hierarchical")
    assert np.isnan(list(found.values())).all()


def test_all_arms_at_once_and_other_ways_stay_apart():
    whole = {"outcome": "a", "contrast": "", "method": "plain", "p_value": 0.5}
    whole["p_adjusted"] = 0.5
    outcomes = [[whole, *rows("a", 0.02), *rows("a", 0.03, method="log_rank")]]
    found = adjust_over_outcomes(outcomes, Multiplicity("holm"))
    assert [row["p_adjusted"] for row in found] == [0.5, 0.02, 0.03]


@pytest.mark.parametrize("scheme", ["holm", "hierarchical"])
def test_the_chance_of_any_false_claim_is_held(scheme):
    random = random_generator(1, "multiplicity")
    any_false = 0
    for _ in range(2000):
        p = random.random((3, 2))
        found = adjusted([rows(str(i), *p[i]) for i in range(3)], scheme=scheme)
        any_false += min(found.values()) < 0.05
    assert any_false / 2000 < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 2000)
