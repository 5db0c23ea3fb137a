import numpy as np
import pandas as pd

from genostrat.profile.features import Layer, build_profile
from genostrat.profile.quality import MEASURES, looks_like_counts, measure_quality

NAN = np.nan


def test_measures_by_hand():
    values = np.array([[0, 4, 6, NAN], [1, 2, 0, 5], [NAN, NAN, NAN, NAN]])
    found = measure_quality(values, is_matrix=True)
    assert list(found) == list(MEASURES)
    assert found.iloc[0].tolist() == [0.25, 10, 1 / 3, 2, 4, 3]
    assert found.loc[1, "missing_share"] == 0
    assert found.loc[1, "total"] == 8
    assert found.loc[2].isna().all()


def test_what_makes_no_sense_is_blank():
    signed = measure_quality(np.array([[-1.0, 2], [0, 1]]), is_matrix=True)
    assert signed[["total", "zero_share", "n_detected"]].isna().all(axis=None)
    fractions = measure_quality(np.array([[0.5, 2], [1, 1]]), is_matrix=True)
    assert fractions[["total", "zero_share"]].isna().all(axis=None)
    columns = measure_quality(np.array([[0.0, 40], [1, NAN]]), is_matrix=False)
    assert columns["missing_share"].tolist() == [0, 0.5]
    assert columns.drop(columns="missing_share").isna().all(axis=None)
    nobody = measure_quality(np.full((2, 2), NAN), is_matrix=True)
    assert nobody.isna().all(axis=None)


def test_counts_are_whole_numbers_that_are_more_than_yes_and_no():
    assert looks_like_counts(np.array([0, 3, NAN]))
    assert not looks_like_counts(np.array([0.0, 1, 1]))
    assert not looks_like_counts(np.array([0, 3.5]))
    assert not looks_like_counts(np.array([-1.0, 3]))
    assert not looks_like_counts(np.array([NAN]))


def test_missing_values_of_features_that_are_not_used_count():
    rng = np.random.default_rng(1)
    ids = [f"P{i:02d}" for i in range(30)]
    values = pd.DataFrame(rng.normal(size=(30, 6)), index=ids)
    values.iloc[:15, 4:] = NAN
    sheet = pd.DataFrame({"sample_id": ids})
    coverage = build_profile(
        [Layer("m", values)],
        sheet,
        adjust_for=[],
        training_ids=set(ids),
        max_features=10,
        max_missing_rate=0.2,
    ).coverage
    assert (coverage["n_features"] == 4).all()
    assert (coverage["n_measured"] == 4).all()
    assert np.allclose(coverage["missing_share"], [2 / 6] * 15 + [0] * 15)
