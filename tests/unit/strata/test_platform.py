import numpy as np
import pandas as pd
import pytest
from model_cases import assign_files, draw_cohort, small_model, write_cohort

from genostrat.errors import GenostratError
from genostrat.profile.features import Layer
from genostrat.strata.model.frozen import save_model
from genostrat.strata.model.platform import LEAST_SPREAD


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    save_model(folder, small_model(adjust_for=()))
    return folder


def on_platform(cohort, function):
    """Return the same patients with every feature passed through a function."""
    layers = [
        Layer(layer.name, layer.values.apply(function), layer.transform)
        for layer in cohort.layers
    ]
    return type(cohort)(cohort.sheet, layers, cohort.truth)


def place(model, folder, cohort, *, platform="other"):
    return assign_files(model, write_cohort(folder, cohort), platform=platform)


def shares_right(table, truth):
    """Return the share of assigned patients who are with their own group."""
    sure = (table["status"] == "assigned").to_numpy()
    groups = pd.crosstab(table["stratum"][sure], truth[sure])
    return groups.max(axis=1).sum() / sure.sum(), sure.mean()


def test_another_platform_is_mapped_to_what_the_same_one_says(model, tmp_path):
    cohort = draw_cohort(seed=21, n=60)
    same, _ = place(model, tmp_path / "same", cohort, platform="same")
    bent = on_platform(cohort, lambda x: 40 + 7 * np.log1p(x - x.min()))
    as_it_is, _ = place(model, tmp_path / "bent", bent, platform="same")
    mapped, record = place(model, tmp_path / "mapped", bent)
    assert (as_it_is["status"] == "outside_model").all()
    right, sure = shares_right(mapped, cohort.truth)
    assert right > 0.9
    assert sure > 0.5
    both = (mapped["status"] == "assigned") & (same["status"] == "assigned")
    assert (mapped["stratum"] == same["stratum"])[both].mean() > 0.95
    assert record["mapping"]["n_mapped"] == 30
    assert record["mapping"]["agreement"] > 0.8
    assert any("own ranks" in sentence for sentence in record["sentences"])


def test_an_increasing_function_changes_no_mapped_answer(model, tmp_path):
    cohort = draw_cohort(seed=22, n=40)
    cubed = on_platform(cohort, lambda x: np.sign(x) * np.abs(x) ** 3)
    plain, _ = place(model, tmp_path / "a", cohort)
    other, _ = place(model, tmp_path / "b", cubed)
    assert np.allclose(plain["distance"], other["distance"], atol=1e-5)
    agree = plain["stratum"] == other["stratum"]
    assert agree.all()


def test_patients_of_one_stratum_are_not_made_into_two(model, tmp_path):
    cohort = draw_cohort(seed=23, n=120)
    one_kind = cohort.of(np.flatnonzero(cohort.truth == 0))
    mixed, both = place(model, tmp_path / "mixed", cohort)
    table, record = place(model, tmp_path / "one", one_kind)
    assert both["mapping"]["spread"] > LEAST_SPREAD > record["mapping"]["spread"]
    assert (mixed["status"] == "assigned").any()
    assert not (table["status"] == "assigned").any()
    inside = table["status"] == "ambiguous"
    assert (table["conformal_set"][inside] == "S1|S2").all()
    assert any("Nobody was assigned" in said for said in record["sentences"])


def test_whom_two_ways_of_mapping_place_differently_is_ambiguous(model, tmp_path):
    cohort = draw_cohort(seed=24, n=60)
    # A tail pulls the spread of values apart, and leaves ranks as they are.
    tailed = on_platform(cohort, lambda x: np.exp(2.5 * (x - x.mean()) / x.std()))
    table, record = place(model, tmp_path / "c", tailed)
    differ = round((1 - record["mapping"]["agreement"]) * len(table))
    assert differ > 0
    assert (table["conformal_set"] == "S1|S2").sum() >= differ


def test_few_patients_have_no_distribution_to_map(model, tmp_path):
    cohort = draw_cohort(seed=25, n=12)
    with pytest.raises(GenostratError, match="too few patients to bring another"):
        place(model, tmp_path / "d", cohort)
    table, record = place(model, tmp_path / "d", cohort, platform="same")
    assert len(table) == 12
    assert record["mapping"] == {}
