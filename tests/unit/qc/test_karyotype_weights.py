"""Likelihoods of a Y chromosome, at the limits between which calls count."""

import math

import numpy as np
import pytest

from genostrat.qc.karyotype.model import (
    Tails,
    _share_written,
    _weigh_alt,
    _weigh_partly,
)
from genostrat.qc.karyotype.y_genotypes import YCounts

TAILS = Tails(
    male_min_x_f=0.8,
    female_max_x_f=0.2,
    absent_y_call_rate=0.125,
    present_y_call_rate=0.5,
)


def counts(alt, all_called, *, n_alt_sites):
    n = len(alt)
    return YCounts(
        n_live=100,
        called=np.zeros(n),
        n_alt_sites=n_alt_sites,
        alt=np.array(alt, float),
        all_called=np.array(all_called, float),
    )


def test_a_y_of_part_of_the_cells_is_called_between_the_thresholds():
    """Of forty variants five to twenty, all as likely."""
    called = np.array([4.0, 5, 12, 20, 21])
    found = _weigh_partly(called, 40, TAILS)
    inside = -math.log(15)
    assert found.tolist() == pytest.approx([-np.inf, inside, inside, inside, -np.inf])
    assert np.isneginf(_weigh_partly(np.zeros(2), 0, TAILS)).all()
    # Of one variant there is one number of calls at most between them.
    assert _weigh_partly(np.array([0.25]), 1, TAILS).tolist() == [0]


def test_who_is_written_as_the_reference_is_counted_among_the_others():
    """Half of the variants called, and one alternate call of two hundred."""
    own = counts([0, 1, 2, 1, 0], [0.5, 0.9, 0.9, 0.49, 1.0], n_alt_sites=200)
    likely_two = np.array([True, True, True, True, False])
    # The first two are written so: of the other three one or two, of all four two.
    expected = [1.001 / 4, 1.001 / 4, 2.001 / 4, 2.001 / 4, 2.001 / 5]
    assert _share_written(own, likely_two).tolist() == pytest.approx(expected)


@pytest.mark.parametrize(("share", "is_used"), [(0.1999, False), (0.2, True)])
def test_usual_numbers_are_those_of_men_with_a_fifth_of_the_calls(share, is_used):
    own = counts([4, 6, 0], [share, share, 0.9], n_alt_sites=30)
    men = np.array([True, True, False])
    no_y, y = _weigh_alt(own, men)
    as_any = np.full(3, -math.log(31))
    assert np.allclose(y, as_any) != is_used
    assert (np.diff(no_y[[2, 0, 1]]) < 0).all(), "the more, the less likely without"
    if is_used:
        assert y[0] > no_y[0], "it has as many as men have"


def test_without_variants_that_tell_both_are_as_likely():
    own = counts([0, 0], [0.0, 0.0], n_alt_sites=0)
    for found in _weigh_alt(own, np.array([True, False])):
        assert found.tolist() == [0, 0]
