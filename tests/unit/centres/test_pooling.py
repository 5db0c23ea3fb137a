"""What centres say together, against all rows in one place."""

import numpy as np
import pandas as pd
import pytest
from unit.centres.bundle_files import SHARES, make_bundle, make_effects

from genostrat.centres.bundles import describe_bundles, read_bundles
from genostrat.centres.pooling import (
    POOLED,
    tabulate_effects,
    tabulate_phenotypes,
    tabulate_strata,
)
from genostrat.report.centres.page import render_coordination
from genostrat.stats.meta_analysis import pool_effects
from genostrat.tables import read_table, write_table


@pytest.fixture(scope="module")
def six(tmp_path_factory):
    """Six centres; what each has before it rounds, and their bundles."""
    rng = np.random.default_rng(9)
    folder = tmp_path_factory.mktemp("six")
    truth, paths = [], []
    for number in range(6):
        n = int(rng.integers(120, 600))
        phenotypes = rng.choice(list(SHARES), n, p=list(SHARES.values()))
        error = 4 / n**0.5
        log = rng.normal(-0.4, 0.1) + rng.normal(0, error)
        truth.append((log, error, phenotypes))
        paths.append(
            make_bundle(
                folder / str(number),
                f"centre{number}",
                n=n,
                seed=number,
                effects=make_effects(np.exp(log), error, n=n // 2),
                phenotypes=phenotypes,
            )
        )
    return truth, read_bundles(paths)


def test_pooled_effects_are_those_of_unrounded_numbers(six):
    truth, bundles = six
    table = tabulate_effects(bundles)
    assert list(table["centre"]) == [*(f"centre{i}" for i in range(6)), POOLED]
    row = table.iloc[-1]
    exact = pool_effects([t[0] for t in truth], [t[1] for t in truth])
    assert abs(row["estimate"] - exact.estimate) < 0.1 * exact.standard_error
    assert row["standard_error"] == pytest.approx(exact.standard_error, rel=0.1)
    assert row["ci_low"] < row["estimate"] < row["ci_high"]
    assert row["prediction_low"] <= row["ci_low"]


def test_pooled_frequencies_enclose_those_of_all_rows(six):
    truth, bundles = six
    every = np.concatenate([t[2] for t in truth])
    table = tabulate_phenotypes(bundles).set_index("phenotype")
    assert set(table.index) == set(SHARES)
    for name, row in table.iterrows():
        share = (every == name).mean()
        assert row["frequency_low"] <= share <= row["frequency_high"]
        assert row["ci_low"] < row["frequency_low"]
        assert row["ci_high"] > row["frequency_high"]
        assert row["frequency_high"] - row["frequency_low"] < 0.07
    normal = table.loc["Normal"]
    assert abs(normal["frequency"] - (every == "Normal").mean()) < 0.02
    assert normal["n_known"] == pytest.approx(len(every), abs=30)


def test_what_a_centre_withheld_is_no_zero(tmp_path):
    few = ["Normal"] * 96 + ["Poor"] * 4
    path = make_bundle(tmp_path / "a", "a", n=100, phenotypes=few)
    row = tabulate_phenotypes(read_bundles([path])).set_index("phenotype").loc["Poor"]
    assert np.isnan(row["frequency"])
    assert row["frequency_low"] < 0.04 < row["frequency_high"]


def test_patients_without_a_phenotype_are_in_no_denominator(tmp_path):
    known = ["Normal"] * 50 + ["Poor"] * 50
    path = make_bundle(tmp_path / "a", "a", n=200, phenotypes=[*known, *[""] * 100])
    table = tabulate_phenotypes(read_bundles([path])).set_index("phenotype")
    assert "not known" not in table.index
    assert table.loc["Poor", "frequency"] == pytest.approx(0.5, abs=0.01)


def test_an_effect_that_one_centre_shows_is_not_pooled(tmp_path):
    paths = [
        make_bundle(tmp_path / "a", "a", seed=1),
        make_bundle(tmp_path / "b", "b", seed=2, effects=make_effects(n=9)),
    ]
    row = tabulate_effects(read_bundles(paths)).iloc[-1]
    assert np.isnan(row["estimate"])
    assert row["note"] == "not pooled: one centre shows it; not shown by b"


def test_effects_on_other_scales_are_kept_apart(tmp_path):
    paths = [
        make_bundle(tmp_path / "a", "a", seed=1),
        make_bundle(
            tmp_path / "b", "b", seed=2, effects=make_effects(scale="odds_ratio")
        ),
    ]
    table = tabulate_effects(read_bundles(paths))
    assert (table["centre"] == POOLED).sum() == 2
    assert table.loc[table["centre"] == POOLED, "estimate"].isna().all()


def write_all(folder, bundles):
    tables = {
        "effects": tabulate_effects(bundles),
        "phenotypes": tabulate_phenotypes(bundles),
        "strata": tabulate_strata(bundles),
    }
    read = {}
    for name, table in tables.items():
        path = folder / f"{name}.tsv"
        write_table(path, table, table=f"coordinate/{name}.tsv")
        read[name] = read_table(path, table=f"coordinate/{name}.tsv")
    return render_coordination(describe_bundles(bundles)["bundles"], **read)


def test_the_page_says_what_was_pooled_and_what_was_not(six, tmp_path):
    text = write_all(tmp_path, six[1]).replace("\xa0", " ")
    assert "On average of 6 centres" in text
    assert "expected between" in text
    assert "it is found by chance often" in text
    assert "<svg" in text


def test_silence_is_said_and_hostile_words_are_words(tmp_path):
    path = make_bundle(
        tmp_path / "a", "a", phenotypes=["<script>alert(1)</script>"] * 300
    )
    text = write_all(tmp_path, read_bundles([path]))
    assert "<script>alert" not in text
    assert "Not pooled: one centre alone" in text
    empty = [
        make_bundle(tmp_path / name, name, seed=n, effects=make_effects(n=9))
        for n, name in enumerate("xy")
    ]
    text = write_all(tmp_path, read_bundles(empty))
    assert "Effects of treatment: not assessed" in text


def test_no_table_is_a_table(tmp_path):
    assert tabulate_effects([]).empty
    assert tabulate_phenotypes([]).empty
    assert tabulate_strata([]).empty
    assert isinstance(tabulate_effects([]), pd.DataFrame)
