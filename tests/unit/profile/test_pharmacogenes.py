import numpy as np
import pandas as pd
import pytest

from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.profile.features import build_profile
from genostrat.profile.pharmacogenes import allele_values, pgx_layer

VALUES = {
    "CYP2C19": {"*1": 1.0, "*2": 0.0, "*9": 0.5, "*17": 1.5},
    "CYP2C9": {"*1": 1.0, "*2": 0.5},
    "G6PD": {"B (reference)": 1.0, "Mediterranean": 0.0},
}


def calls(*rows):
    names = ("sample_id", "gene", "allele_1", "allele_2", "activity_score", "status")
    frame = pd.DataFrame(rows, columns=names)
    return frame.astype({"activity_score": float})


def test_sums_functions_and_prefers_the_activity_score():
    table = calls(
        ("a", "CYP2C19", "*2", "*17", None, "called"),
        ("b", "CYP2C19", "*9", "*9", None, "called"),
        ("a", "CYP2C9", "*1", "*2", 1.75, "called"),
        ("b", "CYP2C9", "*1", "*2", None, "called"),
    )
    layer = pgx_layer(table, ids=["b", "a"], values=VALUES)
    assert layer.name == "pgx"
    assert layer.values.index.tolist() == ["a", "b"]
    assert layer.values["CYP2C19"].tolist() == [1.5, 1.0]
    assert layer.values["CYP2C9"].tolist() == [1.75, 1.5]


def test_what_is_not_surely_known_is_missing():
    table = calls(
        ("a", "CYP2C19", "*1", "*1", None, "ambiguous"),
        ("b", "CYP2C19", "*1", "*99", None, "called"),
        ("c", "CYP2C19", "", "", None, "not_called"),
        ("d", "CYP2C19", "*1", "*1", None, "called"),
        ("d", "UNHEARD", "*1", "*1", None, "called"),
        ("stranger", "CYP2C9", "*1", "*1", 2.0, "called"),
    )
    values = pgx_layer(table, ids=list("abcde"), values=VALUES).values
    assert list(values.columns) == ["CYP2C19"]
    assert np.isnan(values["CYP2C19"]).tolist() == [True, True, True, False, True]


def test_single_copy_counts_as_two_equal_ones():
    table = calls(
        ("man", "G6PD", "Mediterranean", "", None, "called"),
        ("boy", "G6PD", "B (reference)", None, None, "called"),
        ("girl", "G6PD", "B (reference)", "Mediterranean", None, "called"),
    )
    values = pgx_layer(table, ids=["man", "boy", "girl"], values=VALUES).values
    assert values["G6PD"].to_dict() == {"boy": 2.0, "girl": 1.0, "man": 0.0}


def test_values_come_from_the_words_of_the_knowledge_base():
    values = allele_values(load_knowledge("pypgx", build="GRCh38"))
    assert [values["CYP2C19"][a] for a in ("*1", "*2", "*9", "*17")] == [1, 0, 0.5, 1.5]
    assert values["TPMT"]["*3A"] == 0
    # Of uncertain function: not a number.
    assert "*8" not in values["TPMT"]
    assert values["G6PD"]["B (reference)"] == 1
    assert "RYR1" in values
    assert all(0 <= v <= 1.5 for gene in values.values() for v in gene.values())


def test_layer_goes_through_the_profile_and_keeps_its_name():
    rng = np.random.default_rng(1)
    stars = rng.choice(["*1", "*2", "*17"], size=(60, 2))
    ids = [f"S{i:02d}" for i in range(60)]
    rows = [
        (sample, "CYP2C19", *pair, None, "called" if i else "ambiguous")
        for i, (sample, pair) in enumerate(zip(ids, stars, strict=True))
    ]
    layer = pgx_layer(calls(*rows), ids=ids, values=VALUES)
    profile = build_profile(
        [layer],
        pd.DataFrame({"sample_id": ids}),
        adjust_for=[],
        training_ids=set(ids),
        max_features=10,
        max_missing_rate=0.2,
    )
    entry = profile.dictionary.iloc[0]
    assert (entry["feature"], entry["layer"]) == ("pgx:CYP2C19", "pgx")
    assert entry["encoding"] == "discrete"
    raw = profile.raw.set_index("sample_id")["pgx:CYP2C19"]
    expected = [sum(VALUES["CYP2C19"][a] for a in pair) for pair in stars[1:]]
    assert raw[ids[1:]].tolist() == pytest.approx(expected)
