"""Strata at centres that took no part in finding them."""

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans

from genostrat.centres.replication import (
    LEAST_PATIENTS,
    OTHERS,
    find_neighbours,
    in_group,
    join_verdicts,
    replicate,
    summarise,
    weigh_layers,
)
from genostrat.registry.words.centres import NOT, NOT_TESTABLE, PARTLY, REPLICATED
from genostrat.report.centres.replication import build_replication
from genostrat.report.parts.results import Results
from genostrat.tables import read_table, write_table


def draw(rng, sizes, *, distance=5.0, without=(), shift=()):
    """Return values, labels of k-means over all, and centres."""
    parts, centres = [], []
    means = np.zeros((2, 30))
    means[1, :8] = distance / 8**0.5
    for number, n in enumerate(sizes):
        values = rng.normal(size=(n, 30))
        if number in without:
            values += rng.normal(size=(n, 1)) * means[1] / 2
        else:
            values += means[rng.integers(0, 2, n)]
        values += 2 * rng.normal(size=30) * (number in shift)
        parts.append(values)
        centres += [f"c{number}"] * n
    values = np.concatenate(parts)
    where = np.array(centres)
    centred = np.concatenate([part - part.mean(axis=0) for part in parts])
    labels = KMeans(2, n_init=3, random_state=0).fit_predict(centred)
    assert len(where) == len(values)
    return values, [f"S{label + 1}" for label in labels], centres


def look(values, labels, centres, *, seed=1, **more):
    rng = np.random.default_rng(seed)
    return replicate(values, labels, centres, rng=rng, n_nulls=59, **more)


def test_planted_groups_are_found_again_and_clouds_and_shifts_are_none():
    rng = np.random.default_rng(4)
    found = look(*draw(rng, [150, 120, 200, 100], without=[3], shift=[1]))
    told = summarise(found)
    verdicts = {name: one["verdict"] for name, one in told["centres"].items()}
    assert verdicts == {"c0": REPLICATED, "c1": REPLICATED, "c2": REPLICATED, "c3": NOT}
    assert told["verdict"] == PARTLY
    pairs = found[(found["teacher"] == "c0") & (found["centre"] == "c2")]
    assert set(pairs["verdict"]) == {REPLICATED}
    assert (found.loc[found["verdict"] == REPLICATED, "in_group"] > 0.8).all()
    # Named as the cohort's strata are, not as k-means numbers them.
    assert (found.loc[found["centre"] == "c1", "ari_own"] > 0.7).all()


def test_where_nobody_has_groups_no_centre_has():
    rng = np.random.default_rng(8)
    found = look(*draw(rng, [150, 150, 150], without=[0, 1, 2]), in_pairs=False)
    assert summarise(found)["verdict"] == NOT


def test_small_centres_say_nothing_and_that_is_no_word_against():
    rng = np.random.default_rng(5)
    found = look(*draw(rng, [150, 150, LEAST_PATIENTS - 1]), in_pairs=False)
    told = summarise(found)
    assert told["centres"]["c2"]["verdict"] == NOT_TESTABLE
    assert "fewer than 30" in told["centres"]["c2"]["reasons"][0]
    assert told["verdict"] == REPLICATED


def test_a_stratum_of_few_at_a_centre_is_not_testable_there():
    rng = np.random.default_rng(5)
    values, labels, centres = draw(rng, [150, 150, 60], distance=7)
    values[300:] = rng.normal(size=(60, 30))
    values[300:306, :8] += 7 / 8**0.5
    found = look(values, labels, centres, in_pairs=False)
    own = found[found["centre"] == "c2"]
    assert set(own["verdict"]) == {NOT_TESTABLE}
    assert own["reason"].str.contains("other shares, or a shift").all()


@pytest.mark.parametrize("centres", [[""] * 120, ["only"] * 120])
def test_one_centre_or_none_is_not_testable(centres):
    rng = np.random.default_rng(1)
    values = rng.normal(size=(120, 5))
    found = look(values, ["S1", "S2"] * 60, centres)
    told = summarise(found)
    assert told["verdict"] == NOT_TESTABLE
    assert told["reasons"]


def test_patients_without_a_centre_teach_nobody():
    rng = np.random.default_rng(6)
    values, labels, centres = draw(rng, [100, 100, 50])
    blank = [*centres[:200], *[""] * 50]
    values[200:] *= 1000
    assert summarise(look(values, labels, blank))["verdict"] == REPLICATED


def test_verdicts_are_joined_by_what_was_tested():
    assert join_verdicts([]) == NOT_TESTABLE
    assert join_verdicts([NOT, NOT_TESTABLE]) == NOT
    assert join_verdicts([REPLICATED, NOT]) == PARTLY


def test_neighbours_of_patients_at_one_place():
    nearest = find_neighbours(np.zeros((4, 2)))
    assert (nearest != np.arange(4)).all()
    shares = in_group(nearest, np.array([0, 0, 0, 0]), 2)
    assert shares[0] == 1
    assert np.isnan(shares[1])


def test_a_large_layer_weighs_as_much_as_a_small_one():
    frame = pd.DataFrame(np.ones((2, 5)), columns=["a:1", "b:1", "b:2", "b:3", "b:4"])
    weighed = weigh_layers(frame)
    assert weighed[0].tolist() == [1, 0.5, 0.5, 0.5, 0.5]


def build(table):
    results = Results({"strata/replication.tsv": table})
    return build_replication(results, names=["S1", "S2"])


def test_the_report_says_it_in_words(tmp_path):
    rng = np.random.default_rng(4)
    found = look(*draw(rng, [100, 100, 20]), in_pairs=False)
    path = tmp_path / "strata/replication.tsv"
    path.parent.mkdir()
    write_table(path, found, table="strata/replication.tsv")
    read = read_table(path, table="strata/replication.tsv")
    blocks = build_replication(
        Results({"strata/replication.tsv": read}), names=["S1", "S2"]
    )
    kinds = [block.kind for block in blocks]
    assert kinds == ["heading", "notice", "paragraph", "figures", "table"]
    assert "Replicated: every centre that could be tested" in blocks[1].text
    assert "<svg" in str(blocks[3].views[0].svg)
    empty = read[:0]
    blocks = build_replication(
        Results({"strata/replication.tsv": empty}), names=["S1", "S2"]
    )
    assert "Not testable" in blocks[1].text
    assert "only one centre" in blocks[1].text
    assert OTHERS in set(read["teacher"])
