"""A Cox model of few and of many different rows: one likelihood, in two forms."""

import numpy as np
import pytest

from genostrat.config.outcomes import Outcome
from genostrat.response.kinds import survival
from genostrat.response.patients import Measured


@pytest.mark.parametrize("n_baselines", [1, 3])
def test_the_form_that_is_faster_gives_the_same(monkeypatch, n_baselines):
    rng = np.random.default_rng(5)
    n = 90
    common = rng.integers(0, 3, (n, 1)).astype(float)
    added = rng.integers(0, 2, (n, 2)).astype(float)
    time = np.ceil(rng.exponential(20 * np.exp(-0.5 * added[:, 0]))) + 1
    outcome = Outcome("os", "survival", ("time", "event"))
    event = (rng.random(n) < 0.7).astype(float)
    measured = Measured(outcome, event, time, np.ones(n, bool))
    columns = {"common": common, "added": added, "baseline": np.arange(n) % n_baselines}
    forms = {}
    for most in (0, n):
        monkeypatch.setattr(survival, "_MANY_ROWS", most)
        design = np.column_stack([common, added])
        form = survival._choose_likelihood(measured, columns["baseline"], design)
        compared = survival.compare_models(measured, **columns)
        forms[type(form).__name__] = np.array(
            [value for value in vars(compared).values() if isinstance(value, float)]
        )
    assert set(forms) == {"CoxRegression", "CoxLikelihood"}
    one, other = forms.values()
    assert len(one)
    assert one == pytest.approx(other, rel=1e-6)
