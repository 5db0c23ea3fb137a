import numpy as np
import pytest

from benchmarks.calibration.families import FAMILIES
from benchmarks.calibration.page import fair_level, peer_tables, summary
from benchmarks.calibration.peers import dip, dip_confidence, judge_by_peers


def test_the_dip_is_small_of_one_peak_and_large_of_two():
    rng = np.random.default_rng(1)
    two = np.r_[rng.normal(-3, 1, 60), rng.normal(3, 1, 60)]
    one = rng.normal(size=120)
    assert dip(two) > 2 * dip(one)
    assert dip_confidence(two) > 0.99
    assert dip(10 * one + 4) == pytest.approx(dip(one))


def test_a_sample_of_one_point_each_has_the_least_dip():
    assert dip(np.arange(50.0)) == pytest.approx(1 / 100, abs=1e-9)


def test_the_dip_test_keeps_its_level_on_uniform_samples():
    rng = np.random.default_rng(2)
    claims = [dip_confidence(rng.random(60)) > 0.95 for _ in range(300)]
    assert np.mean(claims) < 0.09


def test_peers_find_three_far_groups_and_gap_finds_none_in_noise():
    rng = np.random.default_rng(3)
    cohort = FAMILIES["independent"](rng, 90)
    none = judge_by_peers(cohort, seed=1, name="x")["peers"]
    assert none["gap"]["score"] < 0
    truth = np.arange(90) % 3
    cohort.values[:] += 6 * np.eye(3)[truth] @ rng.normal(size=(3, 200))
    found = judge_by_peers(
        type(cohort)(cohort.values, cohort.sheet, adjust_for=(), truth=truth),
        seed=1,
        name="x",
    )["peers"]
    for rule in ("PAC", "gap", "silhouette"):
        assert found[rule]["k"] == 3
        assert found[rule]["ari"] == pytest.approx(1.0)
    assert found["gap"]["score"] > 0


def test_equal_error_is_that_of_the_worst_family():
    nulls = {
        "calm": [{"gap": (score, 2, None)} for score in range(20)],
        "worst": [{"gap": (score + 100, 2, None)} for score in range(20)],
    }
    level = fair_level("gap", nulls)
    assert sum(one["gap"][0] > level for one in nulls["worst"]) == 1
    assert not any(one["gap"][0] > level for one in nulls["calm"])


def record(family, number, rule, **more):
    about = {"groups": 2, "shape": "2 equal", "separation": 2.0}
    base = {"family": family, "n": 60, "number": number, "rule": rule, "about": about}
    return base | {"verdict": "none", "k": 2, "ari": 0.5} | more


def test_the_table_of_rules_counts_only_data_sets_that_all_judged():
    records = []
    for family, supported in (("independent", 0), ("shapes", 12)):
        for number in range(24):
            verdict = "supported" if number < supported else "none"
            peers = {
                name: {"score": number / 100, "k": 2, "ari": 0.5}
                for name in ("PAC", "gap", "dip", "silhouette")
            }
            records += [
                record(family, number, "genostrat", verdict=verdict),
                record(family, number, "m3c", p_value=0.5),
                record(family, number, "peers", peers=peers),
            ]
    records.append(record("shapes", 99, "genostrat", verdict="supported"))
    lines = "\n".join(peer_tables(records))
    assert "24 data sets without groups of 1 families" in lines
    ours = next(line for line in lines.splitlines() if "genostrat" in line)
    assert ours.split("|")[2].strip().startswith("0.0 ")
    assert ours.split("|")[4].strip().startswith("50.0 ")


def test_answers_of_other_rules_are_no_verdicts_of_ours():
    records = [
        record("independent", number, rule, verdict=verdict)
        for number in range(3)
        for rule, verdict in (("genostrat", "none"), ("peers", ""))
    ]
    lines = summary(records)
    assert "0.0 (0.0–70.8)" in lines[2]
