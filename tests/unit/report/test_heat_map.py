from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from genostrat.report.figures.heat_map import (
    MOST_COLUMNS,
    MOST_ROWS,
    _average,
    _column_edges,
    _scale,
    marking_features,
    ordered_patients,
    plot_features,
)
from genostrat.report.figures.strata import (
    plot_consensus_cdf,
    plot_effects,
    plot_patients,
    project_patients,
    short_names,
)
from genostrat.report.parts.style import colours_of

HOSTILE = "<img src=x onerror='&'>a feature whose name goes on"


def texts_of(view):
    elements = ET.fromstring(view.svg).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(element.itertext()) for element in elements]


def make_cohort(n, p, k, *, seed=1):
    """Make values, assignments and effects; feature j marks stratum j modulo k."""
    rng = np.random.default_rng(seed)
    names = [f"S{i + 1}" for i in range(k)]
    own = np.arange(n) % k
    values = rng.normal(size=(n, p)) + 3 * (np.arange(p) % k == own[:, None])
    features = [f"rna:{HOSTILE if j == 0 else 'g'}{j}" for j in range(p)]
    frame = pd.DataFrame(values, columns=features)
    frame.insert(0, "sample_id", [f"ID-{i:05d}" for i in range(n)])
    status = np.array(["assigned"] * n, dtype=object)
    status[:k] = "ambiguous"
    status[-1] = "outside_model"
    assignments = pd.DataFrame(
        {
            "sample_id": frame["sample_id"],
            "stratum": [names[i] for i in own],
            "status": status,
            "confidence": rng.random(n),
        }
    )
    assignments.loc[n - 1, ["stratum", "confidence"]] = ["", np.nan]
    effects = pd.DataFrame(
        [
            (feature, name, values[own == g, j].mean() - values[own != g, j].mean())
            for j, feature in enumerate(features)
            for g, name in enumerate(names)
        ],
        columns=["feature", "stratum", "effect"],
    )
    return frame, assignments, effects, names


def draw(frame, assignments, effects, names):
    rows = marking_features(effects, names=names, known=set(frame.columns))
    known = set(frame["sample_id"])
    patients = ordered_patients(assignments, names=names, known=known)
    return plot_features(frame, patients, rows, colours=colours_of(names))


@pytest.mark.parametrize(("n", "p", "k"), [(20, 1, 2), (60, 40, 8), (2500, 12, 3)])
def test_the_heat_map_names_features_and_strata_and_no_patient(n, p, k):
    cohort = make_cohort(n, p, k)
    view = draw(*cohort)
    shown = texts_of(view)
    assert set(cohort[3]) <= {*shown}
    assert {"stratum", "confidence"} <= {*shown}
    assert "ID-" not in view.svg
    assert "<img src=x" not in view.svg
    assert f"{n - 1:,}\u00a0patients" in view.svg
    assert ("neighbouring patients" in view.caption) == (n > MOST_COLUMNS)


def test_the_heat_map_does_not_depend_on_the_order_of_anything():
    frame, assignments, effects, names = make_cohort(40, 9, 3)
    first = draw(frame, assignments, effects, names)
    mixed = [
        table.sample(frac=1, random_state=2) for table in (frame, assignments, effects)
    ]
    assert draw(*mixed, names).svg == first.svg


def test_features_stand_with_the_stratum_that_they_mark_and_once_only():
    _, _, effects, names = make_cohort(90, 60, 3)
    known = set(effects["feature"])
    rows = marking_features(effects, names=names, known=known)
    assert len(rows) <= MOST_ROWS
    assert len({feature for _, feature in rows}) == len(rows)
    size = effects.assign(size=effects["effect"].abs())
    largest = size.loc[size.groupby("feature")["size"].idxmax()]
    best = dict(zip(largest["feature"], largest["stratum"], strict=True))
    assert all(best[feature] == name for name, feature in rows)
    assert marking_features(effects, names=names, known=set()) == []
    blank = effects.assign(effect=np.nan)
    assert marking_features(blank, names=names, known=known) == []


def test_of_two_strata_a_feature_stands_where_it_is_higher():
    effects = pd.DataFrame(
        [("f", "S1", -2.0), ("f", "S2", 2.0), ("g", "S1", 1.0), ("g", "S2", -1.0)],
        columns=["feature", "stratum", "effect"],
    )
    got = marking_features(effects, names=["S1", "S2"], known={"f", "g"})
    assert got == [("S1", "g"), ("S2", "f")]


def test_patients_go_from_sure_to_unsure_within_their_stratum():
    assignments = pd.DataFrame(
        {
            "sample_id": list("abcdef"),
            "stratum": ["S2", "S1", "S1", "", "S1", "S1"],
            "confidence": [0.9, 0.5, 0.8, np.nan, 0.8, 1.0],
        }
    )
    got = ordered_patients(assignments, names=["S1", "S2"], known=set("abcde"))
    assert got["sample_id"].tolist() == ["c", "e", "b", "a"]


def test_columns_are_averaged_within_strata_only():
    strata = np.array(["S1"] * 1203 + ["S2"] * 5 + ["S3"] * 792)
    edges = _column_edges(strata)
    assert MOST_COLUMNS <= len(edges) - 1 <= MOST_COLUMNS + 2
    assert {0, 1203, 1208, 2000} <= {*edges}
    values = np.random.default_rng(1).normal(size=(3, 2000))
    means = _average(values, edges)
    at = int(np.searchsorted(edges, 1203))
    np.testing.assert_allclose(
        means[:, at], values[:, edges[at] : edges[at + 1]].mean(axis=1)
    )
    np.testing.assert_allclose((means * np.diff(edges)).sum(axis=1), values.sum(axis=1))
    np.testing.assert_array_equal(_column_edges(strata[:7]), np.arange(8))


def test_scaling_leaves_no_gap_and_keeps_the_order():
    values = np.array([[1.0, 5.0, np.nan], [2.0, 5.0, 1.0], [3.0, 5.0, 2.0]])
    got = _scale(values)
    np.testing.assert_allclose(got.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(got[:, 0].std(), 1)
    assert (got[:, 1] == 0).all()
    assert got[0, 2] == 0
    assert np.isfinite(got).all()


def test_names_keep_the_feature_when_the_layer_is_long():
    assert short_names(["rna:ESR1", "rna:GATA3"]) == ["ESR1", "GATA3"]
    got = short_names(["methylation_of_promoters:cg1", "rna:ESR1"])
    assert got[0].endswith(":cg1")
    assert got[1] == "rna:ESR1"
    assert len(max(short_names([f"{HOSTILE}:{HOSTILE}", "a:b", "c"]), key=len)) < 30


def test_a_stratum_without_assigned_patients_is_drawn_and_has_no_effects():
    frame, assignments, effects, names = make_cohort(30, 9, 3)
    lost = assignments["stratum"] == "S1"
    assignments.loc[lost, "status"] = "ambiguous"
    effects = effects[effects["stratum"] != "S1"]
    shown = texts_of(plot_patients(frame, assignments, colours=colours_of(names)))
    assert {"S1", "S2", "S3", "ambiguous", "no stratum"} <= {*shown}
    view = plot_effects(effects, names=names)
    assert "S1" not in texts_of(view)
    assert "left out" in view.caption
    draw(frame, assignments, effects, names)


def test_patients_without_strata_have_one_sign_and_no_legend():
    frame, assignments, _, _ = make_cohort(30, 9, 3)
    view = plot_patients(frame, assignments.assign(stratum=""), colours={})
    assert not {"S1", "ambiguous", "no stratum"} & {*texts_of(view)}


def test_one_feature_is_an_axis_of_the_map():
    frame = pd.DataFrame({"sample_id": list("abc"), "f": [1.0, 2.0, 6.0]})
    scores, shares = project_patients(frame)
    np.testing.assert_allclose(scores, [[-2, 0], [-1, 0], [3, 0]])
    assert shares.tolist() == [1, 0]


def make_distribution(ks):
    grid = np.linspace(0, 1, 51)
    parts = [pd.DataFrame({"k": k, "consensus": grid, "cdf": grid**k}) for k in ks]
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("null", [0.3, np.nan, 0.99])
def test_the_distribution_of_consensus_has_a_line_a_k_and_one_of_chance(null):
    ks = list(range(2, 9))
    table = pd.DataFrame({"k": ks, "pac_null_mean": null})
    view = plot_consensus_cdf(make_distribution(ks), table, best=3)
    shown = texts_of(view)
    assert {f"k = {k}" for k in ks} <= {*shown}
    assert ("without groups" in shown) == np.isfinite(null)
    assert "k = 3 is set off" in view.svg
    mixed = make_distribution(ks).sample(frac=1, random_state=1)
    assert plot_consensus_cdf(mixed, table, best=3).svg == view.svg


def test_the_legend_is_read_row_by_row():
    ks = list(range(2, 9))
    table = pd.DataFrame({"k": ks, "pac_null_mean": 0.2})
    view = plot_consensus_cdf(make_distribution(ks), table, best=3)
    spots = {}
    for element in ET.fromstring(view.svg).iter("{http://www.w3.org/2000/svg}text"):
        text = "".join(element.itertext())
        if text.startswith("k = "):
            spots[text] = (float(element.get("y")), float(element.get("x")))
    assert sorted(spots, key=spots.get) == [f"k = {k}" for k in ks]
