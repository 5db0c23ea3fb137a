"""Calls of centres and batches side by side, added up by hand."""

import numpy as np
import pandas as pd
import pytest

from genostrat.genotypes.tallies import SAMPLE_COUNTS, Tallies
from genostrat.variants.groups import tabulate_groups

SHEET = pd.DataFrame(
    {
        "sample_id": ["d", "a", "b", "c", "elsewhere"],
        "centre": ["", "York", "Leeds", "York", "Oslo"],
        "batch": ["2", "1", "1", None, "3"],
    }
)


def table_of(sheet, **counts):
    tallies = Tallies.zeros(4)
    for name, values in counts.items():
        tallies.samples[SAMPLE_COUNTS.index(name)] = values
    return tabulate_groups(tallies, samples=[*"abcd"], sheet=sheet)


def test_groups_have_means_of_their_samples_and_pooled_ratios():
    table = table_of(
        SHEET,
        n_het=[10, 4, 20, 7],
        n_hom_alt=[1, 2, 4, 9],
        n_missing=[0, 3, 1, 0],
        n_indel=[6, 2, 2, 1],
        n_singleton=[1, 0, 0, 0],
        n_ti=[20, 8, 40, 5],
        n_tv=[10, 5, 10, 0],
        dp_sum=[300, 0, 100, 60],
        dp_n=[10, 0, 10, 2],
    )
    assert table.index.tolist() == [0, 1, 2, 3]
    assert table["kind"].tolist() == ["centre", "centre", "batch", "batch"]
    assert table["group"].tolist() == ["Leeds", "York", "1", "2"]
    assert table["n_samples"].tolist() == [1, 2, 2, 1]
    means = {
        "mean_n_het": [4, 15, 7, 7],
        "mean_n_hom_alt": [2, 2.5, 1.5, 9],
        "mean_n_missing": [3, 0.5, 1.5, 0],
        "mean_n_indel": [2, 4, 4, 1],
        "mean_n_singleton": [0, 0.5, 0.5, 0],
        "ti_tv": [8 / 5, 60 / 20, 28 / 15, np.nan],
        "mean_depth": [np.nan, 400 / 20, 300 / 10, 60 / 2],
    }
    for name, expected in means.items():
        assert table[name].tolist() == pytest.approx(expected, nan_ok=True), name


def test_a_sheet_without_groups_has_none():
    assert table_of(SHEET[["sample_id"]]).empty
    assert set(table_of(SHEET.drop(columns="batch"))["kind"]) == {"centre"}
