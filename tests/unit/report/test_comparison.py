import re
from itertools import combinations
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from genostrat.report.figures.evidence.comparison import (
    MOST_PARTITIONS,
    OTHER,
    agreement_matrix,
    agreement_words,
    count_crossings,
    flow_counts,
    plot_agreement,
    plot_flow,
    spread_apart,
)
from genostrat.report.parts.document import Figures
from genostrat.report.parts.results import Results
from genostrat.report.parts.style import PALETTE, colours_of
from genostrat.report.sections.evidence.comparison import build_comparison

HOSTILE = "<script>alert('&')</script> and a name that does not end"
STRATA = [f"S{i}" for i in range(1, 9)]


def make_agreement(names, aris=None):
    rows = []
    for i, (one, other) in enumerate(combinations(names, 2)):
        kinds = one.partition(":")[0], other.partition(":")[0]
        ari = 0.5 if aris is None else aris[i]
        rows.append((one, other, *kinds, 50, 3, 4, ari, ari))
    columns = (
        *("partition_1", "partition_2", "kind_1", "kind_2"),
        *("n", "k_1", "k_2", "ari", "ami"),
    )
    return pd.DataFrame(rows, columns=columns)


NAMES = ["strata", "algorithm:kmeans", "algorithm:ward", "layer:rna", "label:er"]


def make_counts(rows, *, label="er"):
    table = pd.DataFrame(rows, columns=["level", "stratum", "n"])
    return table.assign(label=label)


def texts_of(view):
    elements = ET.fromstring(view.svg).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(element.itertext()) for element in elements]


def test_the_matrix_is_square_whole_and_ordered_by_kind_and_agreement():
    aris = np.linspace(0, 0.9, 10)
    matrix = agreement_matrix(make_agreement(NAMES, aris))
    assert list(matrix.index) == list(matrix.columns)
    np.testing.assert_array_equal(matrix, matrix.T)
    assert (np.diag(matrix) == 1).all()
    assert sorted(matrix.to_numpy()[np.triu_indices(5, 1)]) == pytest.approx(aris)
    # Of the algorithms, Ward agrees better with the strata.
    wanted = ["strata", "algorithm:ward", "algorithm:kmeans", "layer:rna", "label:er"]
    assert list(matrix.index) == wanted


def test_the_order_of_rows_and_of_each_pair_does_not_matter(tmp_path):
    table = make_agreement(NAMES, np.linspace(0, 0.9, 10))
    turned = table.sample(frac=1, random_state=3).rename(
        columns={
            **{"partition_1": "partition_2", "partition_2": "partition_1"},
            **{"kind_1": "kind_2", "kind_2": "kind_1"},
        }
    )
    assert agreement_matrix(table).equals(agreement_matrix(turned))
    views = [plot_agreement(one, claimed=True) for one in (table, turned)]
    assert views[0].svg == views[1].svg


def test_agreement_writes_every_pair_once_and_leaves_a_blank_one_open():
    aris = np.r_[-0.004, 0.126, np.nan, np.linspace(0.3, 0.9, 7)]
    view = plot_agreement(make_agreement(NAMES, aris), claimed=True, chosen="ward")
    shown = texts_of(view)
    cells = [t for t in shown if re.fullmatch(r"−?\d\.\d\d", t)]
    assert sorted(cells) == sorted(["0.00", "0.13", *(f"{a:.2f}" for a in aris[3:])])
    assert "–" in shown
    assert {"strata", "k-means", "Ward again", "rna alone", "er"} <= {*shown}
    assert "Ward again" in view.caption
    unclaimed = plot_agreement(make_agreement(NAMES), claimed=False)
    assert "best partition tried" in texts_of(unclaimed)
    assert "strata" not in texts_of(unclaimed)


def test_many_partitions_with_long_and_hostile_names_are_cut_to_what_can_be_read():
    names = ["strata", f"label:{HOSTILE}", *(f"label:l{i}" for i in range(30))]
    view = plot_agreement(make_agreement(names), claimed=True)
    assert "<script" not in view.svg
    assert f"{32 - MOST_PARTITIONS}\u00a0partitions more" in view.caption
    assert max(map(len, texts_of(view))) < 40


def test_two_partitions_are_enough():
    view = plot_agreement(make_agreement(["strata", "label:er"]), claimed=True)
    assert "0.50" in texts_of(view)


def test_words_give_the_range_of_each_kind():
    table = make_agreement(NAMES, [0.9, 0.8, -0.001, 0.4, *[0.1] * 6])
    words = agreement_words(table, claimed=True, chosen="kmeans")
    assert "0.80 (Ward) to 0.90 (k-means again)" in words
    assert "0.00 (rna alone)" in words
    assert "0.40 (er)" in words
    assert "fused" not in words
    assert "best partition" in agreement_words(table, claimed=False)
    blank = table.assign(ari=np.nan)
    assert agreement_words(blank, claimed=True) == ""


def crossings_by_pairs(table):
    """Count pairs of patients of which one starts above the other and ends below."""
    patients = [
        (row, column)
        for (row, column), n in np.ndenumerate(table)
        for _ in range(int(n))
    ]
    return sum((a[0] - b[0]) * (a[1] - b[1]) < 0 for a, b in combinations(patients, 2))


def test_crossings_are_those_of_counting_pairs_and_are_not_more_than_unsorted():
    rng = np.random.default_rng(5)
    for _ in range(20):
        table = rng.integers(0, 4, (4, 3))
        assert count_crossings(table) == crossings_by_pairs(table)
        rows = [
            (f"l{row}", f"S{column + 1}", int(n))
            for (row, column), n in np.ndenumerate(table + 2)
        ]
        drawn = flow_counts(make_counts(rows))
        assert count_crossings(drawn.to_numpy()) <= count_crossings(table + 2)


def test_a_flow_holds_every_patient_and_does_not_depend_on_the_order_of_rows():
    rng = np.random.default_rng(6)
    rows = [
        (f"level {i}", s, int(n))
        for i in range(30)
        for s, n in zip(STRATA, rng.integers(1, 9, 8), strict=True)
    ]
    counts = make_counts(rows)
    drawn = flow_counts(counts)
    assert drawn.to_numpy().sum() == counts["n"].sum()
    assert len(drawn) == 12
    assert drawn.index[-1] == OTHER
    kept = counts.groupby("level")["n"].sum().drop(drawn.index[:-1])
    own = counts.groupby("level")["n"].sum()[drawn.index[:-1]]
    assert kept.max() <= own.min()
    mixed = flow_counts(counts.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(drawn, mixed)


def test_a_level_of_one_patient_is_not_named():
    rows = [("a", "S1", 9), ("b", "S2", 8), ("Jane Doe", "S1", 1), (OTHER, "S2", 5)]
    view = plot_flow(
        make_counts(rows), label="er", colours=colours_of(["S1", "S2"]), number=0
    )
    shown = texts_of(view)
    assert {"a (9)", "b (8)", "other (6)", "S1 (10)", "S2 (13)"} <= {*shown}
    assert "Jane" not in view.svg
    alone = plot_flow(make_counts(rows[2:3]), label="er", colours={}, number=1)
    assert "other (1)" in texts_of(alone)


def test_a_flow_has_the_colours_of_the_strata_and_is_safe_with_hostile_names():
    rows = [(HOSTILE, "S1", 5), ("b", "S2", 7), ("b", "S1", 2)]
    colours = colours_of(["S1", "S2"])
    view = plot_flow(make_counts(rows), label=HOSTILE, colours=colours, number=3)
    assert "<script" not in view.svg
    svg = view.svg.lower()
    assert all(colour.lower() in svg for colour in PALETTE[:2])
    assert view.name == "flow-3"


def test_places_are_moved_apart_and_stay_in_order_and_within_bounds():
    rng = np.random.default_rng(7)
    for n in (1, 2, 13):
        places = np.sort(rng.random(n))
        got = spread_apart(places, least=0.07, low=0, high=1)
        assert (np.diff(got) > 0.07 - 1e-9).all()
        assert got.min() >= 0
        assert got.max() <= 1
    easy = np.array([0.1, 0.5, 0.9])
    np.testing.assert_allclose(spread_apart(easy, least=0.1, low=0, high=1), easy)
    # The places of a crowd move to both sides alike.
    crowd = spread_apart(np.array([0.5, 0.5]), least=0.2, low=0, high=1)
    np.testing.assert_allclose(crowd, [0.4, 0.6])
    tight = spread_apart(np.zeros(5), least=1, low=0, high=1)
    np.testing.assert_allclose(tight, np.linspace(0, 1, 5))


def figures_of(blocks):
    return [v.name for b in blocks if isinstance(b, Figures) for v in b.views]


def test_flows_are_drawn_for_claimed_strata_only_best_label_first():
    names = ["strata", "algorithm:ward", *(f"label:l{i}" for i in range(6))]
    aris = np.r_[0.9, np.linspace(0.1, 0.6, 6), [0.5] * 21]
    counts = pd.concat(
        make_counts([("a", "S1", 4), ("b", "S2", 5)], label=f"l{i}") for i in range(6)
    )
    results = Results(
        {
            "strata/agreement.tsv": make_agreement(names, aris),
            "strata/label_counts.tsv": counts,
            "strata/nulls.json": {"algorithm": "ward"},
        }
    )
    colours = colours_of(["S1", "S2"])
    blocks = list(build_comparison(results, claimed=True, colours=colours))
    assert figures_of(blocks) == ["agreement", *(f"flow-{i}" for i in range(4))]
    (figures,) = [block for block in blocks if isinstance(block, Figures)]
    assert "l5 and the strata" in texts_of(figures.views[1])
    unclaimed = list(build_comparison(results, claimed=False, colours={}))
    assert figures_of(unclaimed) == ["agreement"]
    assert any("No strata were found" in getattr(b, "text", "") for b in unclaimed)
    nothing = Results({})
    assert list(build_comparison(nothing, claimed=True, colours={})) == []
