"""What makes a feature, a level or a layer usable: at the limit, not beside it."""

import numpy as np
import pandas as pd
import pytest

from genostrat.errors import GenostratError
from genostrat.profile.adjustment import find_ordinary, fit_adjustment
from genostrat.profile.clinical import learn_clinical
from genostrat.profile.cohort import choose_ancestry
from genostrat.profile.covariates import fit_covariates
from genostrat.profile.features import Layer, build_profile
from genostrat.profile.score_sums import MAX_MISSING_WEIGHT, _match_one, _Sums
from genostrat.profile.screening import encoding_of, most_variable, screen_features
from genostrat.profile.transforms import fit_reference


@pytest.mark.parametrize(("n", "levels"), [(4, ["a"]), (5, ["a", "b"])])
def test_a_level_of_five_patients_has_a_part_of_its_own(n, levels):
    table = pd.DataFrame({"batch": ["a"] * 20 + ["b"] * n})
    training = np.ones(len(table), bool)
    (batch,) = fit_covariates(
        table, names=["batch"], training=training, kinds={"batch": "category"}
    )
    assert list(batch.levels) == levels
    ids = [str(i) for i in range(len(table))]
    (column,) = learn_clinical(
        table.assign(sample_id=ids), columns=["batch"], training_ids=set(ids), kinds={}
    )
    assert list(column.levels) == levels


def test_one_level_or_two_numbers_are_no_amount():
    training = np.ones(20, bool)
    one = pd.DataFrame({"x": ["a"] * 20})
    assert not fit_covariates(
        one, names=["x"], training=training, kinds={"x": "category"}
    )
    for cells, kind in (
        (["1", "2"] * 10, "category"),
        (["1", "2", "3", "4"] * 5, "number"),
    ):
        (found,) = fit_covariates(
            pd.DataFrame({"x": cells}),
            names=["x"],
            training=training,
            kinds={"x": "number"},
        )
        assert found.kind == kind


@pytest.mark.parametrize(
    ("values", "encoding"),
    [
        ([0.0, 1.0] * 10, "binary"),
        (list(range(3)) * 7, "discrete"),
        (list(range(10)) * 4, "discrete"),
        (list(range(11)) * 4, "count"),
        ([0.0] * 5 + [i + 0.5 for i in range(20)], "spiked"),
        ([0.0] * 4 + [i + 0.5 for i in range(20)], "continuous"),
        ([0.0] * 20 + [i + 0.5 for i in range(20)], "spiked"),
        ([0.0] * 21 + [i + 0.5 for i in range(20)], "sparse"),
        (list(np.linspace(0, 1, 40)), "proportion"),
        ([*np.linspace(0, 1, 40), 1.01], "continuous"),
        ([*np.linspace(0, 1, 40), -0.01], "continuous"),
    ],
)
def test_what_values_look_like(values, encoding):
    assert encoding_of(np.array(values, float)) == encoding


def test_features_are_screened_at_the_rate_that_is_allowed():
    values = np.arange(20.0)[:, None].repeat(3, axis=1)
    values[:4, 1] = np.nan
    values[:5, 2] = np.nan
    found = screen_features(values, max_missing_rate=0.2)
    assert found[0] == found[1] != found[2]
    order = most_variable(np.array([1.0, 3.0, 2.0]), max_features=2)
    assert sorted(order.tolist()) == [1, 2]


def test_the_reference_is_of_features_that_nine_tenths_have():
    for n_good, n_used in ((10, 10), (9, 12)):
        values = np.full((10, 12), 7.0)
        values[0, :n_good] = 0  # counted in nine of ten
        values[:5, n_good:] = 0  # and in five of ten
        used = fit_reference(values, transform="counts") > 0
        assert used.sum() == n_used
    assert not fit_reference(values, transform="log2").any()


def test_a_score_is_blank_from_more_than_a_tenth_missing():
    for missing, is_blank in ((MAX_MISSING_WEIGHT, False), (0.1000001, True)):
        sums = _Sums.start(1)
        sums.span[:] = 1 - missing
        sums.missing[:] = missing
        assert np.isnan(sums.values()[0]) == is_blank


def test_half_of_what_is_fitted_may_be_one_patient():
    # Of two patients in a batch each is half of its mean; one is all of it.
    for n, n_left_out in ((3, 0), (2, 0), (1, 1)):
        design = np.repeat([[0.0], [1.0]], [20, n], axis=0)
        assert (~find_ordinary(design)).sum() == n_left_out
    balanced = np.array(
        [[1.0], [1.0], [-1.0], [-1.0]]
    )  # 1/4 of the slope, 1/4 of the mean
    assert find_ordinary(balanced).all()


def test_a_layer_needs_ten_patients_more_than_columns():
    def fit(n):
        table = pd.DataFrame({"age": [str(30 + i) for i in range(n)]})
        training = np.ones(n, bool)
        encoding = fit_covariates(
            table, names=["age"], training=training, kinds={"age": "number"}
        )
        values = np.random.default_rng(1).normal(size=(n, 3))
        return fit_adjustment(
            values,
            table,
            encoding=encoding,
            features=["a", "b", "c"],
            layer="rna",
            transform="none",
            training=training,
        )

    assert fit(11).coefficients.shape == (1, 3)
    with pytest.raises(GenostratError, match="too few patients to adjust"):
        fit(10)


def build(n):
    rng = np.random.default_rng(2)
    ids = [f"P{i}" for i in range(n)]
    frame = pd.DataFrame(rng.normal(size=(n, 4)), index=ids, columns=list("abcd"))
    return build_profile(
        [Layer("rna", frame)],
        pd.DataFrame({"sample_id": ids}),
        adjust_for=[],
        training_ids=set(ids),
        max_features=10,
        max_missing_rate=0.1,
    )


def test_a_layer_of_ten_patients_is_built():
    assert build(10).features.shape == (10, 5)
    with pytest.raises(GenostratError, match="too few patients"):
        build(9)


def test_no_components_are_wanted_of_a_panel_either(tmp_path):
    pcs, places = tmp_path / "pcs.tsv", tmp_path / "places.tsv"
    pcs.write_text("sample_id\tPC1\nA\t0.5\n")
    places.write_text("sample_id\tpanel_PC1\nA\t0.25\n")
    for wanted in ("auto", "panel", "own"):
        found = choose_ancestry(pcs, places, wanted=wanted, n_pcs=0)
        assert found.space == "none"
        found = choose_ancestry(pcs, places, wanted=wanted, n_pcs=1)
        assert found.space == ("own" if wanted == "own" else "panel")
    assert choose_ancestry(pcs, None, n_pcs=1).space == "own"
    assert choose_ancestry(None, None, n_pcs=1).space == "none"


@pytest.mark.parametrize(
    ("effect", "other", "here", "found"),
    [
        ("A", "G", [("G", "A")], (0, True, False)),
        ("A", "G", [("A", "G")], (0, False, False)),
        ("A", "G", [("C", "T")], (0, True, True)),
        ("A", "G", [], "absent"),
        ("A", "G", [("A", "C")], "other_alleles"),
        ("A", "T", [("A", "T")], "palindromic"),
        ("A", "", [("G", "A")], (0, True, False)),
        ("A", "", [("G", "T")], (0, True, True)),
        ("A", "", [("G", "A"), ("A", "C")], "several"),
        ("A", "G", [("A", "C"), ("G", "A")], (1, True, False)),
        # Alleles of several letters are not turned round: they would be backwards.
        ("A", "AT", [("T", "TA")], "other_alleles"),
        ("AT", "A", [("T", "TA")], "other_alleles"),
        ("AT", "A", [("A", "AT")], (0, True, False)),
        ("AT", "", [("TA", "T")], "other_alleles"),
    ],
)
def test_alleles_of_a_score_are_found_on_either_strand(effect, other, here, found):
    assert _match_one(effect, other, dict(enumerate(here))) == found


def test_scores_take_the_patients_own_mean_for_what_is_missing():
    """Of a span of 4 a patient has 3 at a half of the most; 1 is missing."""
    sums = _Sums.start(1)
    sums.known[:], sums.lowest[:], sums.expected[:] = 1.5, -0.5, 0.25
    sums.span[:], sums.above[:], sums.unknown[:] = 4.0, 2.0, 0.2
    sums.missing[:] = 0.4
    assert sums.values()[0] == pytest.approx(1.5 + 0.25 - 0.5 + 0.5 * 0.2)
    sums.span[:], sums.missing[:] = 0.0, 0.0
    assert sums.values()[0] == pytest.approx(1.25)
