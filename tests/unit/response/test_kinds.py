"""Every kind of outcome has a module that compares and tests it."""

import numpy as np
import pytest

from genostrat.catalogues.outcome_kinds import (
    CODED,
    KINDS,
    LEAST,
    SCALES,
    TWO_LEVELS,
)
from genostrat.config.outcomes import Outcome, read_outcomes
from genostrat.response.groups import compare_groups
from genostrat.response.interaction import check_prognosis
from genostrat.response.kinds.models import MODELS
from genostrat.response.patients import Measured
from genostrat.seeds import random_generator


def test_every_kind_has_a_module_and_columns_that_can_be_checked():
    assert set(MODELS) == set(KINDS)
    assert len({id(model) for model in MODELS.values()}) == len(MODELS)
    for kind in KINDS.values():
        assert set(kind.all_columns.values()) <= {*LEAST, *TWO_LEVELS, *CODED}
    assert len(SCALES) == sum(len(kind.scales) for kind in KINDS.values())


@pytest.mark.parametrize("name", KINDS)
def test_a_module_compares_on_the_scales_of_its_kind_in_their_order(name):
    kind = KINDS[name]
    random = random_generator(1, "kinds")
    n = 80
    outcome = Outcome("o", name, tuple(kind.columns))
    held = list(kind.columns.values())
    value = random.poisson(5, n) if not outcome.has_events else random.integers(0, 2, n)
    time = random.exponential(5, n) if outcome.time else None
    known = np.ones(n, dtype=bool)
    competing = None
    if held[-1] == "state":
        competing = (value == 0) & (random.random(n) < 0.5)
    measured = Measured(outcome, value.astype(float), time, known, competing=competing)
    in_group = np.arange(n) % 2 == 0
    contrasts = compare_groups(measured, in_group, horizon=1.0)
    assert [one.scale for one in contrasts] == [scale.name for scale in kind.scales]
    assert all(one.low < one.estimate < one.high for one in contrasts)
    labels = np.where(in_group, "S1", "S2")
    test = check_prognosis(measured, stratum=labels, strata=["S1", "S2"])
    assert test.df == 1
    assert 0 < test.p_value < 1


def test_only_what_has_a_follow_up_has_a_time():
    records = [
        {"name": "os", "kind": "survival", "time": "months", "event": "died"},
        {"name": "flat", "kind": "binary", "column": "responded"},
    ]
    survival, binary = read_outcomes(records)
    assert (survival.time, survival.is_status, survival.last) == (
        "months",
        True,
        "died",
    )
    assert (binary.time, binary.is_status, binary.has_levels) == ("", False, True)
