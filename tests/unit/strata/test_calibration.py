import json
from dataclasses import replace
from itertools import chain

import numpy as np
import pytest
from scipy.stats import binomtest

from benchmarks import calibrate
from benchmarks.calibrate import judge_task
from benchmarks.calibration import judging
from benchmarks.calibration.families import FAMILIES, LARGEST, SMALLEST, draw_sizes
from benchmarks.calibration.judging import profile_of
from benchmarks.calibration.page import equal_error_cut, interval, share, write_page
from benchmarks.calibration.records import (
    Task,
    append_record,
    deciding_files,
    kind_of,
    plan_tasks,
    read_records,
    share_tasks,
)


@pytest.mark.parametrize("family", FAMILIES)
def test_cohorts_can_be_profiled_and_depend_on_the_generator_alone(family):
    def draw(seed):
        return FAMILIES[family](np.random.default_rng(seed), 60)

    cohort = draw(1)
    assert cohort.values.shape[0] == len(cohort.sheet) == 60
    assert not np.isinf(cohort.values).any()
    assert np.isnan(cohort.values).sum() <= 0.2 * cohort.values.size
    assert np.array_equal(cohort.values, draw(1).values, equal_nan=True)
    assert not draw(2).sheet.equals(cohort.sheet)
    if cohort.values.size:
        assert not np.array_equal(cohort.values, draw(2).values)
    assert set(cohort.adjust_for) <= set(cohort.sheet)
    assert (cohort.truth is not None) == (
        kind_of(family) in ("planted", "few", "shapes")
    )
    profile = profile_of(cohort)
    assert len(profile.features) == 60
    json.dumps(cohort.about)


def test_adjusted_families_keep_nothing_of_their_confounder():
    cohort = FAMILIES["batch"](np.random.default_rng(3), 120)
    batch = cohort.sheet["batch"].to_numpy()
    values = profile_of(cohort).features.iloc[:, 1:].to_numpy()
    means = [values[batch == name].mean(axis=0) for name in np.unique(batch)]
    assert np.abs(means).max() < 1e-6


def test_groups_are_neither_tiny_nor_nearly_everybody():
    rng = np.random.default_rng(4)
    for n_groups in (2, 3, 5):
        sizes = np.array([draw_sizes(rng, n_groups) for _ in range(50)])
        assert np.allclose(sizes.sum(axis=1), 1)
        assert sizes.min() >= SMALLEST
        assert sizes.max() <= LARGEST


def test_shards_share_all_tasks_between_them():
    tasks = plan_tasks(
        families=["continuum", "planted", "batch_unadjusted"],
        sizes=[60, 120],
        sets=5,
        whole_sets=1,
        m3c_sets=2,
    )
    assert len(tasks) == 3 * 2 * 5 + 2 * 5 + 2 * 2
    brief = [task for task in tasks if task.rule == "brief"]
    assert {task.family for task in brief} == {"continuum"}
    assert len(brief) == 2 * 4
    parts = [share_tasks(tasks, f"{i}/7") for i in range(1, 8)]
    assert sorted(map(repr, chain(*parts))) == sorted(map(repr, tasks))
    assert max(map(len, parts)) < len(tasks) / 2
    with pytest.raises(ValueError, match="no part"):
        share_tasks(tasks, "8/7")


def test_a_killed_run_goes_on_behind_its_last_whole_line(tmp_path):
    first, second = (Task("skewed", 60, number, "genostrat") for number in (0, 1))
    path = tmp_path / "1-of-1.jsonl"
    append_record(path, first, {"verdict": "none"}, code="a")
    with path.open("a") as file:
        file.write('{"family": "skewed", "n": 6')
    append_record(path, second, {"verdict": "none"}, code="b")
    assert set(read_records(tmp_path)) == {first, second}
    assert set(read_records(tmp_path, code="b")) == {second}


def test_intervals_are_exact():
    for count, total in ((0, 20), (3, 40), (40, 40)):
        oracle = binomtest(count, total).proportion_ci(method="exact")
        assert interval(count, total) == pytest.approx((oracle.low, oracle.high))
    assert share(1, 20) == "5.0 (0.1–24.9)"
    assert share(0, 0) == "–"


def m3c(family, number, p_value, **more):
    verdict = "supported" if p_value <= 0.05 else "none"
    return {
        "family": family,
        "n": 60,
        "number": number,
        "rule": "m3c",
        "verdict": verdict,
        "p_value": p_value,
        "seconds": 1.0,
        "k": 2,
        "ari": 0.5,
        **more,
    }


def test_equal_error_holds_in_the_worst_family():
    calm = [m3c("skewed", i, 0.5 + i / 100) for i in range(40)]
    worst = [m3c("curved", i, (i + 1) / 1000) for i in range(40)]
    # Two of forty are 5 %: the second smallest p-value of the worst family.
    assert equal_error_cut(calm + worst, 60) == 0.002
    assert equal_error_cut(calm, 60) == 0.05
    assert equal_error_cut(worst[:5], 60) is None
    alike = [m3c("curved", i, 0.001) for i in range(20)]
    assert equal_error_cut(alike, 60) == 0.0005


def test_the_page_compares_the_rules_on_the_same_data_sets():
    about = {"groups": 2, "separation": 1.5, "share": 0.2, "width": 20}
    ours = {
        **m3c("planted", 0, 0.01, about=about),
        "rule": "genostrat",
        "verdict": "suggestive",
        "seconds": 2.0,
    }
    alone = {**ours, "number": 1, "verdict": "supported"}
    theirs = m3c("planted", 0, 0.01, about=about)
    null = m3c("skewed", 0, 0.9)
    page = write_page([ours, alone, theirs, null])
    compared = [line for line in page.splitlines() if line.startswith("| 60 | 1.5 |")]
    assert compared[0].startswith("| 60 | 1.5 | 2 | 50.0")
    everyone, nobody = "100.0 (2.5–100.0)", "0.0 (0.0–97.5)"
    assert f"| 1 | {nobody} | {everyone} | {everyone} | – |" in compared[1]
    nulls = [m3c("skewed", number, 0.9) for number in range(20)]
    page = write_page([ours, alone, theirs, *nulls])
    assert f"| 1 | {nobody} | {everyone} | {everyone} | {everyone} |" in page


def test_records_are_of_the_code_that_decides_verdicts():
    names = {path.name for path in deciding_files()}
    assert {"nulls.py", "selection.py", "confounders.py", "restatement.py"} <= names
    assert "verdict.py" not in names


@pytest.mark.parametrize("rule", ["genostrat", "m3c"])
def test_clear_groups_are_found_by_either_rule_and_noise_is_not(rule, monkeypatch):
    monkeypatch.setattr(judging, "KS", (2, 3))
    rng = np.random.default_rng(8)
    cohort = FAMILIES["independent"](rng, 60)
    dull = judging.RULES[rule](cohort, seed=1, name="dull")
    assert dull["verdict"] == "none"
    assert dull["ari"] is None
    truth = np.arange(60) % 3
    values = cohort.values + 2.5 * (np.arange(200) % 3 == truth[:, None])
    clear = judging.RULES[rule](
        replace(cohort, values=values, truth=truth), seed=1, name="clear"
    )
    assert (clear["verdict"], clear["k"], clear["ari"]) == ("supported", 3, 1)
    json.dumps([dull, clear])


def test_a_batch_that_was_not_adjusted_for_is_called_confounded():
    found = judge_task(Task("batch_unadjusted", 60, 2, "genostrat"), seed=1)
    assert found["verdict"] == "confounded"
    assert "batch" in found["responsible"]


@pytest.mark.parametrize("family", ["independent", "curved", "planted", "sparse"])
def test_a_brief_judgement_is_the_whole_one_as_far_as_it_goes(family):
    for number in range(3):
        whole = judge_task(Task(family, 60, number, "genostrat"), seed=5)
        brief = judge_task(Task(family, 60, number, "brief"), seed=5)
        if brief["verdict"] == "not supported":
            assert whole["verdict"] != "supported"
        else:
            assert brief["verdict"] == whole["verdict"]
            assert json.dumps(brief["by_k"]) == json.dumps(whole["by_k"])


def test_records_are_adopted_only_if_judged_the_same(tmp_path, monkeypatch):
    tasks = [Task("independent", 60, number, "brief") for number in range(3)]
    for task in tasks:
        append_record(
            tmp_path / "a.jsonl",
            task,
            {"seed": 1, "about": {}, "verdict": "none", "seconds": 1.0},
            code="old",
        )
    judged = {"seed": 1, "about": {}, "verdict": "none", "seconds": 2.0}
    monkeypatch.setattr(calibrate, "digest_of_code", lambda: "new")
    monkeypatch.setattr(calibrate, "judge_task", lambda *_, **__: dict(judged))
    judged["verdict"] = "supported"
    with pytest.raises(SystemExit, match="judged otherwise"):
        calibrate.adopt(tmp_path, how_many=2, seed=1)
    assert not read_records(tmp_path, code="new")
    judged["verdict"] = "none"
    calibrate.adopt(tmp_path, how_many=2, seed=1)
    assert set(read_records(tmp_path, code="new")) == set(tasks)
    assert not read_records(tmp_path, code="newer")
