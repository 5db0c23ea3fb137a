"""How many patients a cohort needs, and what its summary names: at the limit itself."""

import numpy as np
import pandas as pd
import pytest

from genostrat.intake.matrices import (
    _fractions,
    _looks_like_beta,
    _nothing_varies,
    _raw_values,
)
from genostrat.intake.shortages import Demand, find_shortages
from genostrat.intake.summary import describe_intake


def shortages(n, covariates=None, **demand):
    people = [f"P{i}" for i in range(n)]
    found = find_shortages({"rna": people}, covariates or {}, Demand(**demand))
    return [str(problem) for problem in found]


def test_a_layer_needs_ten_patients_and_strata_twenty():
    assert any("the layer rna has too few patients" in t for t in shortages(9, k_min=2))
    for n in (10, 19):
        (one,) = shortages(n, k_min=2)
        assert "too few patients to look for strata" in one
    assert not shortages(20, k_min=4)
    assert len(shortages(24, k_min=5)) == 1
    assert not shortages(25, k_min=5)
    assert not list(find_shortages({}, {}, Demand(k_min=2))), "no layer, no strata"


@pytest.mark.parametrize(("n_pcs", "n_problems"), [(0, 0), (8, 0), (9, 1)])
def test_a_layer_needs_ten_patients_more_than_coefficients(n_pcs, n_problems):
    """Two levels of five patients, one of four, and a number: three coefficients."""
    cells = {f"P{i}": "a" if i < 5 else "b" if i < 10 else "" for i in range(21)}
    cells |= {f"P{i}": "c" for i in range(10, 14)}
    covariates = {"centre": ("category", cells), "age": ("number", cells)}
    assert len(shortages(21, covariates, k_min=2, ancestry_pcs=n_pcs)) == n_problems


def record_of(ignored):
    columns = {"outcomes": [], "treatment": None, "used": [], "idle": [], "dropped": []}
    return {"n_sheet": 9, "matched": [], "columns": columns | {"ignored": ignored}}


@pytest.mark.parametrize(
    ("n", "rest"), [(12, ""), (13, " and 1 more"), (20, " and 8 more")]
)
def test_twelve_columns_are_named_and_the_others_counted(n, rest):
    names = [f"c{i:02}" for i in range(n)]
    (*_, said) = describe_intake(record_of(names))
    assert said.endswith(", ".join(names[:12]) + rest)


def test_a_match_says_how_many_others_were_left_out():
    for extra, words in ((0, "all in the matrix"), (3, "(3 others left out)")):
        match = {"n_both": 9, "n_input_only": extra, "input": "matrix"}
        (said,) = describe_intake(record_of([]) | {"matched": [match]})
        assert words in said
        assert ("left out" in said) == bool(extra)
    match = {"n_both": 8, "n_input_only": 0, "input": "matrix"}
    (said,) = describe_intake(record_of([]) | {"matched": [match]})
    assert "8 in the matrix" in said


MATRIX = {"name": "rna", "path": "m.tsv", "transform": "none"}


@pytest.mark.parametrize(("highest", "is_refused"), [(49.5, True), (50.0, False)])
def test_counts_with_fractions_are_those_that_reach_fifty(highest, is_refused):
    assert bool(list(_fractions(MATRIX, np.array([0.5, highest])))) == is_refused


def counts(highest):
    rng = np.random.default_rng(1)
    values = rng.integers(0, highest, (30, 20)).astype(float)
    values[0, 0] = highest
    return pd.DataFrame(values)


def test_raw_counts_are_named_from_fifty_on():
    assert not list(_raw_values(MATRIX, counts(49)))
    (said,) = _raw_values(MATRIX, counts(50))
    assert "whole numbers up to 50" in said
    assert not list(_raw_values(MATRIX | {"transform": "counts"}, counts(50)))


@pytest.mark.parametrize(
    ("change", "is_beta"),
    [({}, 1), ({0: -0.01}, 0), ({0: 1.01}, 0), ({i: 0.5 for i in range(21)}, 0)],
)
def test_beta_values_fill_0_to_1_and_lie_near_the_ends(change, is_beta):
    values = np.r_[np.linspace(0.01, 0.19, 10), np.linspace(0.3, 0.7, 10)]
    values = np.r_[values, np.linspace(0.81, 1, 11)]
    values[list(change)] = list(change.values())
    assert _looks_like_beta(values) == bool(is_beta)
    assert not _looks_like_beta(values[:20]), "it does not reach 0.9"
    assert not _looks_like_beta(np.repeat([0.0, 0.05, 0.95, 1.0], 20)), "four values"


def test_a_matrix_in_which_nothing_varies_is_refused():
    same = pd.DataFrame({"a": [1.0, 1.0], "b": [2.0, np.nan]})
    assert list(_nothing_varies(MATRIX, same))
    assert not list(_nothing_varies(MATRIX, same[:1])), "of one patient nothing can"
    assert not list(_nothing_varies(MATRIX, same.assign(a=[1.0, 1.1])))
