"""Columns of the sheet as features: learnt once, the same in every cohort."""

import numpy as np
import pandas as pd
import pytest

from genostrat.profile.clinical import (
    ClinicalColumn,
    clinical_layer,
    learn_clinical,
)


@pytest.fixture
def sheet():
    n = 24
    return pd.DataFrame(
        {
            "sample_id": [f"p{i:02d}" for i in range(n)],
            "grade": ["1", "2", "", "3"] * 6,
            "er": ["pos", "neg"] * 12,
            "site": ["x"] * 8 + ["y"] * 8 + ["z"] * 6 + ["rare", ""],
        }
    )


KINDS = {"grade": "number", "er": "category", "site": "category", "plate": "category"}


def learn(sheet, names, ids=None):
    return learn_clinical(
        sheet, columns=names, training_ids=set(ids or sheet["sample_id"]), kinds=KINDS
    )


def test_numbers_stay_and_text_becomes_a_column_a_level(sheet):
    columns = learn(sheet, ["grade", "er", "site"])
    values = clinical_layer(sheet, columns=columns).values
    assert list(values) == ["grade", "er=pos", "site=x", "site=y", "site=z"]
    assert values["grade"].iloc[:2].tolist() == [1, 2]
    assert np.isnan(values["grade"].iloc[2])
    assert values["er=pos"].iloc[:2].tolist() == [1, 0]


def test_rare_unseen_and_blank_levels_are_unknown_and_not_another_level(sheet):
    columns = learn(sheet, ["er", "site"])
    assert "rare" not in str(columns), "it would travel in the model"
    new = sheet.iloc[[0, 22, 23, 1]].assign(er=["pos", "borderline", "", "neg"])
    values = clinical_layer(new, columns=columns).values
    assert values["er=pos"].fillna(-1).tolist() == [1, -1, -1, 0]
    assert values["site=x"].fillna(-1).tolist() == [1, -1, -1, 1]


def test_a_column_that_a_new_cohort_lacks_is_unknown(sheet):
    columns = learn(sheet, ["er", "grade"])
    values = clinical_layer(sheet[["sample_id"]], columns=columns).values
    assert list(values) == ["er=pos", "grade"]
    assert values.isna().all(axis=None)


def test_text_of_a_new_cohort_in_a_column_of_numbers_is_unknown(sheet):
    columns = learn(sheet, ["grade"])
    new = sheet.iloc[:2].assign(grade=["high", "2"])
    values = clinical_layer(new, columns=columns).values
    assert values["grade"].fillna(-1).tolist() == [-1, 2]


def test_levels_are_those_of_training_patients(sheet):
    columns = learn(sheet, ["site"], ids=list(sheet["sample_id"][:16]))
    assert columns == [ClinicalColumn("site", "category", ("x", "y"))]
    assert ClinicalColumn.from_record(columns[0].to_record()) == columns[0]


def test_names_that_are_numbers_in_training_stay_names(sheet):
    # The whole sheet has a plate "3B", which no training patient is on.
    (column,) = learn(sheet.assign(plate=["1", "2", "3"] * 8), ["plate"])
    assert (column.kind, column.levels) == ("category", ("1", "2", "3"))
