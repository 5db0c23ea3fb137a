"""How many patients a cohort needs, and what its summary names: at the limit itself."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from genostrat.errors import GenostratError
from genostrat.intake.cohort import _check_genes, _describe_annotations, _read_overrides
from genostrat.intake.matrices import (
    MatrixCheck,
    _below_transform,
    _fractions,
    _judge_match,
    _looks_like_beta,
    _nothing_varies,
    _raw_values,
    strange_genes,
)
from genostrat.intake.shortages import Demand, find_shortages
from genostrat.intake.summary import describe_intake
from genostrat.sheets.identifiers import reconcile


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
    for n, is_most in ((10, False), (9, True)):  # half of them near the ends, or more
        half = np.r_[np.linspace(0, 0.1, 5), np.linspace(0.95, 1, 5)]
        half = np.r_[half, np.repeat(np.linspace(0.3, 0.7, 5), 2)[:n], half]
        own = np.r_[half, np.linspace(0.4, 0.6, 10)]
        assert _looks_like_beta(own) == is_most
    assert not _looks_like_beta(np.repeat([0.0, 0.05, 0.95, 1.0], 20)), "four values"


def test_a_matrix_in_which_nothing_varies_is_refused():
    same = pd.DataFrame({"a": [1.0, 1.0], "b": [2.0, np.nan]})
    assert list(_nothing_varies(MATRIX, same))
    assert not list(_nothing_varies(MATRIX, same[:1])), "of one patient nothing can"
    assert not list(_nothing_varies(MATRIX, same.assign(a=[1.0, 1.1])))


@pytest.mark.parametrize(
    ("transform", "cells", "found"),
    [
        ("log2", [0.0, 5.0], None),
        ("log2", [0.0, -0.5, -2.0], "2 values, the smallest -2"),
        ("counts", [-1.0, 0.0], "1 values, the smallest -1"),
        ("m_values", [0.0, 0.5, 1.0], None),
        ("m_values", [0.0, 1.5, 1.25, 1.0], "2 values, the largest 1.5"),
        ("m_values", [-0.1, 0.0], "1 values, the smallest -0.1"),
        ("none", [-5.0, 5.0], None),
        ("counts", [0.5, 60.0, np.nan], None),
        ("counts", [0.5, 0.25, 1.75, 4.0], "75% fractions, the largest value 4"),
    ],
)
def test_values_are_those_that_a_transform_takes(transform, cells, found):
    frame = pd.DataFrame({"a": cells})
    problems = list(_below_transform(MATRIX | {"transform": transform}, frame))
    assert [problem.found for problem in problems] == ([found] if found else [])


@pytest.mark.parametrize("unmatched", ["refuse", "drop"])
def test_samples_of_a_matrix_alone_are_refused_or_left_out(unmatched):
    def judge(ids, samples):
        check = MatrixCheck()
        match = reconcile(ids, samples)
        options = {"n": len(ids), "sheet": "s.tsv", "unmatched": unmatched}
        _judge_match(check, MATRIX, match, **options)
        return check

    check = judge(["A", "B"], ["A", "B"])
    assert not check.problems
    assert not check.warnings
    check = judge(["A", "B"], ["A"])
    assert not check.problems
    assert check.warnings == ["the matrix rna has no values for 1 of 2 patients"]
    check = judge(["A"], ["A", "C", "D"])
    assert len(check.problems) == (unmatched == "refuse")
    if check.problems:
        assert "go on with the 1 in both" in check.problems[0].fix
    else:
        assert check.warnings[0].startswith("2 samples of the matrix rna are not in")


@pytest.mark.parametrize(
    ("features", "is_said"),
    [([["BRCA1", "X"]], 0), ([["ENSG1"]], 1), ([["ENSG1"], ["TP53"]], 0), ([], 0)],
)
def test_gene_sets_of_other_names_are_said(tmp_path, features, is_said):
    path = tmp_path / "s.gmt"
    path.write_text("S\tabout\tBRCA1\tTP53\n")
    said = list(strange_genes(features, [str(path)]))
    assert len(said) == is_said
    if said:
        assert "named as BRCA1 in the sets, and as ENSG1 in the matrices" in said[0]
    assert not list(strange_genes(features, []))
    path.write_text("nothing")
    assert not list(strange_genes([["ENSG1"]], [str(path)])), "said elsewhere"


def test_a_burden_needs_genes_and_something_that_says_what_they_are(tmp_path):
    genotypes = {"build": "GRCh38", "vcf": "x.vcf"}

    def faults(burden, files=(), sets=()):
        return [str(p) for p in _check_genes(sets, burden, genotypes, files)]

    plain = {"features": ["genes"], "gene_map": None}
    assert not faults(None)
    assert not faults(plain, [SimpleNamespace(annotated=True)])
    silent = SimpleNamespace(annotated=False, path="x", unread_annotations=["EFF of 2"])
    (said,) = faults(plain, [silent])
    assert "EFF of 2" in said
    assert "fileset" in _describe_annotations(silent, is_vcf=False)
    silent.unread_annotations = []
    assert "no annotations of VEP" in _describe_annotations(silent, is_vcf=True)
    assert "sets alone" in faults(plain | {"features": ["sets"]})[0]
    assert not faults(plain | {"features": ["genes", "sets"]})
    path = tmp_path / "map.tsv"
    path.write_text("gene\tchrom\tstart\tend\nBRCA1\t17\t1\t999999999\n")
    (said,) = faults(plain | {"gene_map": str(path)}, [silent])
    assert "ends beyond its chromosome" in said


def test_overrides_need_genotypes(tmp_path):
    assert _read_overrides({}, [], gone=frozenset(), genotyped=False).empty
    path = tmp_path / "o.tsv"
    path.write_text(
        "sample_id\tdecision\treason\twho\nA\tkeep\tr\tw\nGONE\tkeep\tr\tw\n"
    )
    options = {"overrides": str(path)}
    table = _read_overrides(options, ["A"], gone=frozenset({"GONE"}), genotyped=True)
    assert table["sample_id"].tolist() == ["A"]
    with pytest.raises(GenostratError, match="without genotypes no rule"):
        _read_overrides(options, ["A"], gone=frozenset(), genotyped=False)


def test_names_of_columns_are_shortened_to_sixty_letters():
    """A sheet's own names may be of any length; a line of the terminal is not."""
    (*_, said) = describe_intake(record_of(["x" * 60, "y" * 61]))
    assert "x" * 60 in said
    assert "y" * 61 not in said
    assert "y" * 58 in said
