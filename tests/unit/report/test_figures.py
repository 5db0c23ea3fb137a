import re
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from genostrat.report.figures.evidence.audit import plot_confounders
from genostrat.report.figures.qc import plot_ancestry, plot_relatedness
from genostrat.report.figures.response import plot_forest, plot_survival
from genostrat.report.figures.samples import (
    plot_call_rate,
    plot_contamination,
    plot_sex,
)
from genostrat.report.figures.strata import (
    _heat_map_order,
    _shrink,
    plot_effects,
    project_patients,
)
from genostrat.report.parts.scales import ordered_strata
from genostrat.report.parts.strata import strata_names


def texts_of(view):
    elements = ET.fromstring(view.svg).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(element.itertext()) for element in elements]


def test_the_map_of_patients_is_a_principal_component_analysis():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(30, 12)) @ rng.normal(size=(12, 12))
    frame = pd.DataFrame(x, columns=[f"f{i}" for i in range(12)])
    frame.insert(0, "sample_id", [str(i) for i in range(30)])
    scores, shares = project_patients(frame)
    variances, axes = np.linalg.eigh(np.cov(x.T))
    oracle = (x - x.mean(axis=0)) @ axes[:, :-3:-1]
    np.testing.assert_allclose(np.abs(scores), np.abs(oracle), atol=1e-8)
    np.testing.assert_allclose(shares, variances[:-3:-1] / variances.sum())
    flipped = frame.copy()
    flipped.iloc[:, 1:] = -x
    # The sign follows the loadings, so mirrored data give the same axis mirrored.
    np.testing.assert_allclose(project_patients(flipped)[0], -scores, atol=1e-9)


def test_one_feature_or_one_patient_does_not_break_the_map():
    one = pd.DataFrame({"sample_id": ["a", "b"], "f": [1.0, 2.0]})
    assert project_patients(one)[0].shape == (2, 2)
    gap = pd.DataFrame({"sample_id": list("abc"), "f": [1, 2, np.nan], "g": [1, 0, 1]})
    assert np.isfinite(project_patients(gap)[0]).all()


def test_a_large_heat_map_is_shrunk_to_means():
    matrix = np.arange(801 * 801, dtype=float).reshape(801, 801)
    small = _shrink(matrix)
    assert small.shape == (400, 400)
    edges = np.linspace(0, 801, 401).astype(int)
    block = matrix[edges[7] : edges[8], edges[399] : edges[400]]
    assert small[7, 399] == pytest.approx(block.mean())
    assert _shrink(matrix[:50, :50]) is not None
    assert _shrink(matrix[:50, :50]).shape == (50, 50)


def test_patients_without_a_stratum_stand_by_their_nearest():
    groups = np.array([0, 0, 0, 1, 1, -1, -1])
    matrix = np.zeros((7, 7))
    matrix[:3, :3] = matrix[3:5, 3:5] = 0.9
    matrix[5, :3] = matrix[:3, 5] = 0.6
    matrix[6, 3:5] = matrix[3:5, 6] = 0.5
    matrix[1, :3] = 0.99
    order = _heat_map_order(matrix, groups).tolist()
    assert order[0] == 1
    assert set(order[:3]) == {0, 1, 2}
    assert order[3] == 5
    assert order[6] == 6
    nobody = _heat_map_order(matrix, np.full(7, -1))
    assert sorted(nobody) == list(range(7))


def test_strata_are_in_the_order_of_their_numbers():
    table = pd.DataFrame({"stratum": ["S10", "S2", "", "S1", None]})
    assert strata_names(table) == ["S1", "S2", "S10"]
    assert ordered_strata(["all", "S10", "S2"]) == ["S2", "S10", "all"]


def make_audit():
    rows = [
        ("batch", "category", 0.9, 0.001, "recovers_strata"),
        ("age", "number", 0.1, 0.02, "associated"),
        ("sex", "category", 0.0, 0.9, ""),
        ("(all together)", "joint", np.nan, np.nan, "confounded"),
    ]
    columns = ("confounder", "kind", "effect", "p_adjusted", "flag")
    return pd.DataFrame(rows, columns=columns)


def test_confounders_are_told_apart_and_counted_one_by_one():
    view = plot_confounders(make_audit())
    shown = texts_of(view)
    assert {"batch", "age", "sex", "linked", "no link", "tells the stratum"} <= {*shown}
    assert not any("together" in text for text in shown)
    assert "3\u00a0possible confounders; 2 linked" in view.svg


def test_only_strata_ask_for_features_that_mark_them():
    rows = [
        (f"layer:g{i}", s, 2.0 if (i, s) in {(1, "S1"), (2, "S2")} else 0.01 * i)
        for i in range(6)
        for s in ("S1", "S2")
    ]
    table = pd.DataFrame(rows, columns=["feature", "stratum", "effect"])
    shown = texts_of(plot_effects(table, names=["S1", "S2"], top=2))
    assert {"g1", "g2", "S1", "S2"} <= set(shown)
    assert not any(text.startswith("layer:") for text in shown)


def test_sex_that_disagrees_is_ringed_and_counted():
    sex = pd.DataFrame(
        {
            "reported_sex": ["male", "female", "male", ""],
            "x_f": [0.99, 0.01, 0.02, 0.98],
            "y_call_rate": [0.98, 0.0, 0.01, np.nan],
            "status": ["ok", "ok", "mismatch", "ok"],
        }
    )
    view = plot_sex(sex)
    assert "1\u00a0sample marked" in view.svg
    assert "mismatch or ambiguous" in texts_of(view)
    without_y = sex.assign(y_call_rate=np.nan, status="ok")
    shown = texts_of(plot_sex(without_y))
    assert {"male", "female", "not given"} <= set(shown)
    assert "mismatch or ambiguous" not in shown


def test_every_contaminated_sample_is_counted_once_with_depth_or_without():
    metrics = pd.DataFrame({"contamination": [0.004, 0.006, 0.05, 0.051, np.nan, 0.2]})
    metrics["mean_dp"] = np.nan
    view = plot_contamination(metrics, threshold=0.05)
    assert "in 5 samples, 2 above the limit" in view.svg
    assert "samples (compressed scale)" in texts_of(view)
    metrics["mean_dp"] = [30, 31, 29, np.nan, 30, 12]
    view = plot_contamination(metrics, threshold=0.05)
    assert "by depth in 5 samples, 2 above the limit" in view.svg
    assert "mean read depth" in texts_of(view)


def make_scores(metrics, naive, fair):
    scores = pd.DataFrame({"sample_id": metrics["sample_id"], "metric": "f_het"})
    return scores.assign(naive_score=naive, fair_score=fair, n_pcs=2, limit=6.0)


def lines_across(view):
    """Heights in the drawing of dashed lines that run from side to side."""
    pattern = r'<path d="M ([\d.]+) ([\d.]+) L ([\d.]+) ([\d.]+) " [^>]*dasharray'
    found = re.findall(pattern, str(view.svg))
    return [float(y) for x, y, to_x, to_y in found if y == to_y and x != to_x]


def test_heterozygosity_has_the_limits_of_both_rules():
    rng = np.random.default_rng(3)
    n = 40
    metrics = pd.DataFrame({"sample_id": [f"s{i}" for i in range(n)]})
    metrics["call_rate"] = 0.99
    metrics["f_het"] = 0.02 * rng.normal(size=n)
    naive = (metrics["f_het"] - 0.01) / 0.02
    outcomes = pd.Series({"s0": "excluded"})
    labels = pd.Series({f"s{i}": "AFR" if i < 9 else "EUR" for i in range(n)})
    view = plot_call_rate(
        metrics,
        outcomes,
        threshold=0.95,
        outliers=make_scores(metrics, naive, naive / 2),
        labels=labels,
    )
    shown = texts_of(view)
    assert {"One cut for all", "Adjusted for ancestry", "AFR", "EUR"} <= set(shown)
    assert "flagged or excluded" in shown
    assert len(lines_across(view)) == 4
    assert view.wide
    alone = plot_call_rate(metrics, outcomes, threshold=0.95)
    assert not lines_across(alone)
    # All scores blank, as with nine samples: there is nothing to compare.
    blank = make_scores(metrics, np.nan, np.nan)
    assert not plot_call_rate(metrics, outcomes, outliers=blank).wide


def test_ancestry_has_a_panel_for_each_grouping_and_pair_of_axes():
    rng = np.random.default_rng(4)
    pcs = pd.DataFrame(rng.normal(size=(30, 4)), columns=["PC1", "PC2", "PC3", "PC4"])
    pcs.insert(0, "sample_id", [f"s{i}" for i in range(30)])
    by = {
        "centre": pd.Series({f"s{i}": "<b>&" if i % 2 else "York" for i in range(28)}),
        "batch": pd.Series({f"s{i}": f"b{i % 12}" for i in range(30)}),
    }
    shown = texts_of(plot_ancestry(pcs, by))
    assert shown.count("genetic axis PC1") == shown.count("genetic axis PC3") == 2
    assert {"Ancestry: centre", "Ancestry: batch", "<b>&", "not given"} <= set(shown)
    # Twelve batches are more than there are colours: the last ones are one.
    assert "other" in shown
    assert sum(text in {f"b{i}" for i in range(12)} for text in shown) == 8
    short = pcs.assign(PC3=np.nan)
    assert "genetic axis PC3" not in texts_of(plot_ancestry(short, {}))


def test_people_of_the_panel_stand_behind_the_cohort_with_their_labels():
    pcs = pd.DataFrame({"sample_id": ["a"], "PC1": [0.1], "PC2": [0.2]})
    panel = pd.DataFrame(
        {"sample_id": ["p", "q"], "PC1": [0.0, 1], "PC2": 0.0, "ancestry": ["X", "Y"]}
    )
    view = plot_ancestry(pcs, {"ancestry": pd.Series({"a": "X"})}, panel=panel)
    assert view.name == "ancestry-panel"
    assert "Among the reference panel" in texts_of(view)
    # X is the name of a cloud, and of a colour.
    assert texts_of(view).count("X") == 2
    assert texts_of(view).count("Y") == 1


def test_pairs_that_surprise_have_a_ring():
    pairs = pd.DataFrame(
        {
            **{"sample_1": ["a", "c"], "sample_2": ["b", "d"]},
            **{"kinship": [0.25, 0.25], "ibs0": [0.0, 0.01]},
            "relationship": "first",
        }
    )
    told = "not as in the sheet"
    assert told not in texts_of(plot_relatedness(pairs))
    # The pair may stand the other way round.
    pedigree = pd.DataFrame(
        {"sample_1": ["b"], "sample_2": ["a"], "status": ["unexpected"]}
    )
    assert told in texts_of(plot_relatedness(pairs, pedigree=pedigree))
    fine = pedigree.assign(status="ok")
    assert told not in texts_of(plot_relatedness(pairs, pedigree=fine))


def make_effects(scale, values):
    rows = [
        ("os", s, "b vs a", scale, e, lo, hi, 40, 20, note)
        for s, (e, lo, hi, note) in values.items()
    ]
    columns = (
        *("outcome", "stratum", "contrast", "scale", "effect", "ci_low", "ci_high"),
        *("n", "n_events", "note"),
    )
    return pd.DataFrame(rows, columns=columns)


def test_a_forest_writes_each_effect_and_why_one_is_absent():
    effects = make_effects(
        "hazard_ratio",
        {
            "S1": (0.31, 0.18, 0.52, ""),
            "S2": (np.nan, np.nan, np.nan, "too few events (3 of at least 5)"),
            "all": (0.75, 0.0, np.inf, ""),
        },
    )
    shown = texts_of(plot_forest(effects, outcome="os", contrast="b vs a"))
    assert "0.31  (0.18 to 0.52)" in shown
    assert "too few events (3 of at least 5)" in shown
    assert "all patients" in shown
    assert any(text.startswith("hazard ratio") for text in shown)


@pytest.mark.parametrize(
    ("scale", "direction", "left", "right"),
    [
        # Survival: a lower hazard is more time, and more of it is better.
        ("hazard_ratio", 1, "favours new", "favours old"),
        ("rmst_difference", 1, "favours old", "favours new"),
        ("odds_ratio", 1, "favours old", "favours new"),
        ("odds_ratio", -1, "favours new", "favours old"),
        ("risk_difference", -1, "favours new", "favours old"),
        # Nobody said whether more is better, so neither side is called so.
        ("odds_ratio", 0, "more with old", "more with new"),
        ("rate_ratio", 0, "more with old", "more with new"),
    ],
)
def test_a_forest_says_what_lies_on_either_side(scale, direction, left, right):
    effects = make_effects(scale, {"all": (0.75, 0.5, 0.9, "")})
    drawn = plot_forest(
        effects,
        outcome="os",
        contrast="new vs old",
        sides=("old", "new"),
        direction=direction,
    )
    assert {f"← {left}", f"{right} →"} <= set(texts_of(drawn))


def test_no_side_is_named_without_arms_or_of_another_event():
    effects = make_effects("hazard_ratio", {"all": (0.75, 0.5, 0.9, "")})
    shown = texts_of(plot_forest(effects, outcome="os", contrast="stratum vs rest"))
    assert not any("→" in text for text in shown)
    other = make_effects("competing_hazard_ratio", {"all": (0.75, 0.5, 0.9, "")})
    drawn = plot_forest(
        other, outcome="os", contrast="b vs a", sides=("a", "b"), direction=1
    )
    assert not any("→" in text for text in texts_of(drawn))


def test_a_panel_of_curves_says_the_effect_and_names_that_are_cut_stay_apart():
    arms = ["the long name of an arm, first", "the long name of an arm, second"]
    curves = make_curves(arms)
    notes = {"S1": "hazard ratio 0.50\n(0.30 to 0.80)", "all": "p = 0.03"}
    drawn = plot_survival(curves, outcome="os", arms=arms, notes=notes)
    shown = texts_of(drawn)
    assert {"hazard ratio 0.50", "(0.30 to 0.80)", "p = 0.03"} <= set(shown)
    assert any(text.startswith("1: the long") for text in shown)
    assert any(text.startswith("2: the long") for text in shown)


def make_curves(arms):
    frames = [
        pd.DataFrame(
            {
                "stratum": stratum,
                "arm": arm,
                "time": np.arange(11.0),
                "survival": np.linspace(1, 0.4, 11),
                "ci_low": np.linspace(0.95, 0.3, 11),
                "ci_high": [np.nan, *np.linspace(0.99, 0.5, 10)],
                "n_at_risk": range(911, 900, -1),
                "is_tick": [i % 5 == 0 for i in range(11)],
            }
        )
        for stratum in ("all", "S1", "S2")
        for arm in arms
    ]
    return pd.concat(frames, ignore_index=True)


def test_survival_has_a_panel_a_stratum_with_numbers_at_risk():
    curves = make_curves(["all", "new", "old"])
    shown = texts_of(plot_survival(curves, outcome="os", arms=["old", "new"]))
    assert {"S1", "S2", "all patients"} <= set(shown)
    # Each arm is named in the legend, and beside its row of numbers at risk.
    assert (shown.count("old"), shown.count("new")) == (2, 2)
    # Three ticks, two arms, three panels.
    assert [t for t in shown if re.fullmatch("9[01][0-9]", t)] == 6 * [
        *("911", "906", "901")
    ]


def test_survival_without_arms_compares_strata_in_one_panel():
    view = plot_survival(make_curves(["all"]), outcome="os", arms=[])
    shown = texts_of(view)
    assert (shown.count("S1"), shown.count("S2")) == (2, 2)
    assert "by stratum" in shown
    assert "all patients" not in shown
