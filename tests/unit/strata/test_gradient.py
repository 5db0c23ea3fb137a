import numpy as np
import pandas as pd
import pytest

from genostrat.strata.clustering.resamples import kmeans
from genostrat.strata.clustering.rotation import rotate
from genostrat.strata.decision import is_gradient
from genostrat.strata.description.gradient import find_gradient
from genostrat.strata.partition import Partition
from genostrat.tables import read_table, write_table

N, P, MOVED = 120, 50, 25


def along_a_line(seed):
    rng = np.random.default_rng(seed)
    place = rng.uniform(-np.sqrt(3), np.sqrt(3), N)
    slopes = rng.choice([-1.0, 1.0], MOVED) * rng.uniform(0.5, 1.5, MOVED)
    values = rng.normal(size=(N, P))
    values[:, :MOVED] += np.outer(place, slopes)
    return (values - values.mean(axis=0)) / values.std(axis=0, ddof=1), place, slopes


def find(values, *, record=True, focus=(), extra=0):
    ids = [f"P{i:03d}" for i in range(len(values))]
    names = [f"rna:f{i}" for i in range(P)]
    features = pd.DataFrame(values, columns=names)
    features.insert(0, "sample_id", ids)
    held = values[: len(values) - extra]
    labels, _, _ = kmeans(rotate(held).scores, k=3, rng=np.random.default_rng(1))
    partition = Partition(
        pd.DataFrame(), 3, ids[: len(held)], labels.astype(np.intp), np.eye(1), 0, focus
    )
    return find_gradient(
        features,
        partition,
        {"is_gradient": record},
        layers=["rna"] * P,
        rng=np.random.default_rng(2),
    )


def test_patients_come_in_the_order_of_the_line_they_lie_along():
    values, place, slopes = along_a_line(1)
    found = find(values)
    order = found.positions.set_index("sample_id")["position"].sort_index()
    r = np.corrcoef(order, place)[0, 1]
    assert abs(r) > 0.95
    assert found.record["repeatability"] > 0.9
    assert found.positions["position"].is_monotonic_increasing
    assert order.std(ddof=1) == pytest.approx(1, abs=1e-5)
    marks = found.features.set_index("feature")
    own = marks.loc[[f"rna:f{i}" for i in range(MOVED)]]
    assert np.array_equal(own["end"] == "high", np.sign(slopes * r) > 0)
    assert (own["p_adjusted"] < 0.01).mean() > 0.9


def test_features_that_have_nothing_to_do_with_the_axis_get_valid_p_values():
    p_values = np.concatenate(
        [
            find(along_a_line(seed)[0])
            .features.set_index("feature")
            .loc[[f"rna:f{i}" for i in range(MOVED, P)], "p_value"]
            for seed in range(8)
        ]
    )
    assert (p_values <= 0.05).mean() <= 0.05
    assert p_values.max() > 0.5


def test_somebody_who_was_not_clustered_is_placed_along_the_same_axis():
    values, place, _ = along_a_line(3)
    found = find(values, extra=20)
    positions = found.positions.set_index("sample_id").sort_index()
    others = positions["found_in"] == "model"
    assert others.sum() == 20
    assert found.record["n_patients"] == N - 20
    assert abs(np.corrcoef(positions["position"], place)[0, 1]) > 0.95
    assert positions["rank"].between(0, 1).all()


def test_the_axis_lies_in_the_features_in_focus():
    values, place, _ = along_a_line(4)
    focus = tuple(f"rna:f{i}" for i in range(10))
    found = find(values, focus=focus)
    changed = values.copy()
    changed[:, 30:] = 0
    again = find(changed, focus=focus)
    assert np.allclose(
        found.positions.set_index("sample_id").sort_index()["position"].abs(),
        again.positions.set_index("sample_id").sort_index()["position"].abs(),
        atol=0.2,
    )
    assert abs(np.corrcoef(place, values[:, 0])[0, 1]) > 0.3


def test_without_a_gradient_tables_have_no_rows_but_their_columns(tmp_path):
    values, _, _ = along_a_line(5)
    found = find(values, record=False)
    assert found.record == {
        "is_gradient": False,
        "n_patients": 0,
        "repeatability": None,
    }
    for name, table in (
        ("strata/gradient.tsv", found.positions),
        ("strata/gradient_features.tsv", found.features),
    ):
        write_table(tmp_path / "table.tsv", table, table=name)
        assert read_table(tmp_path / "table.tsv", table=name).empty


ROW = {"joint_p": 0.01, "valley": -3.0, "eligible": True}


@pytest.mark.parametrize(
    ("verdict", "change", "expected"),
    [
        ("none", {}, True),
        ("suggestive", {}, True),
        ("supported", {}, False),
        ("confounded", {}, False),
        ("none", {"joint_p": 0.2}, False),
        ("none", {"valley": 0.4}, False),
        ("none", {"eligible": False}, False),
        ("none", {"valley": float("nan")}, True),
    ],
)
def test_a_gradient_is_what_chance_and_groups_both_do_not_explain(
    verdict, change, expected
):
    row = ROW | change
    assert is_gradient(verdict, row, None, None, alpha=0.05) is expected
