"""Which cohorts without groups the observed one is held against."""

from types import SimpleNamespace

import numpy as np
import pytest

from genostrat.strata.cohort import Making, _space_and_null

N, FEATURES = 40, 6


def choose(*, lacking=0, n_layers=1, fusion="joint", kinds=()):
    """Return what the null keeps; some patients may lack the last layer."""
    values = np.random.default_rng(8).normal(size=(N, FEATURES))
    names = ["rna", "scores"][:n_layers]
    layers = [names[place * n_layers // FEATURES] for place in range(FEATURES)]
    measured = {name: np.ones(N, bool) for name in names}
    measured[names[-1]][:lacking] = False
    kept = np.isin(np.arange(FEATURES), kinds)
    origins = [f"f{place}" for place in range(FEATURES)]
    making = Making(kept, np.zeros(FEATURES, bool), origins, is_plain=not kept.any())
    _, null, draw = _space_and_null(
        values,
        layers=layers,
        measured=measured,
        making=making,
        settings=SimpleNamespace(fusion=fusion),
    )
    assert callable(draw)
    return null


@pytest.mark.parametrize(
    ("cohort", "null"),
    [
        ({}, "spectrum"),
        ({"n_layers": 2}, "spectrum"),
        ({"fusion": "late"}, "spectrum"),  # of one layer there is nothing to fuse
        ({"n_layers": 2, "fusion": "late"}, "layers"),
        ({"n_layers": 2, "fusion": "snf"}, "layers"),
        ({"n_layers": 2, "lacking": 1}, "layers"),
        ({"n_layers": 2, "lacking": 1, "fusion": "late"}, "layers"),
        ({"lacking": 1}, "layers"),
        ({"kinds": [0]}, "margins"),
        ({"kinds": [3], "n_layers": 2, "fusion": "late"}, "margins"),
    ],
)
def test_a_null_keeps_what_could_pass_for_groups(cohort, null):
    """Margins where features are not plain; who lacks a layer; or the spectrum."""
    assert choose(**cohort) == null
