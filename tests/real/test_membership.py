"""Whether real people can be told to be in what is written about them, by attack."""

import numpy as np
import pytest

from benchmarks.membership import (
    attack_expression,
    attack_survival,
    read_expression,
    read_survival,
)
from benchmarks.real_data import DATA
from genostrat.disclosure.membership import MOST_AUC

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not (DATA / "breast_nkis").is_dir(), reason=f"no real cohorts at {DATA}"
    ),
]
DRAWS = 12


def interval(areas):
    mean, error = np.mean(areas), np.std(areas, ddof=1) / np.sqrt(len(areas))
    return mean - 2.5 * error, mean + 2.5 * error


@pytest.fixture(scope="module")
def expression():
    return read_expression(DATA, "breast_nkis")


@pytest.mark.parametrize("n", [25, 41, 81])
def test_a_median_names_its_patient_and_a_midmean_nobody(expression, n):
    areas = [
        attack_expression(expression, n, np.random.default_rng([n, draw]))
        for draw in range(DRAWS)
    ]
    before = [a["medians found among a person's values, as before"] for a in areas]
    after = [a["midmeans found among a person's values"] for a in areas]
    assert np.mean(before) > 0.9
    low, high = interval(after)
    assert low <= 0.5 <= high


def test_the_means_of_a_frozen_model_tell_its_members(expression):
    """This is why a model stays: if this ever fails, the page says too little."""
    areas = [
        attack_expression(expression, 25, np.random.default_rng(draw))
        for draw in range(DRAWS)
    ]
    low, _ = interval([a["frozen model: means"] for a in areas])
    assert low > MOST_AUC


@pytest.mark.parametrize("n", [25, 41, 81, 120, 300])
def test_curves_of_a_bundle_tell_no_member(n):
    frame = read_survival(DATA)
    areas = [
        attack_survival(frame, n, np.random.default_rng([n, draw]))
        for draw in range(DRAWS)
    ]
    known = [area for area in areas if area is not None]
    assert bool(known) == (n > 25)
    if known:
        low, _ = interval(known)
        assert low <= MOST_AUC
