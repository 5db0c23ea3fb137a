"""Trial records of real registers, labels of readers, and MatchMiner's trials."""

import itertools
import json
import random
from collections import Counter

import pytest
from running import HOME

from benchmarks.real_data import DATA
from benchmarks.studies import (
    find_outcomes,
    read_labels,
    read_texts,
    score_designs,
)
from genostrat.studies.criteria.logic import All, Any, evaluate, list_leaves
from genostrat.studies.designs.classification import classify_design
from genostrat.studies.matching.ctml import read_match
from genostrat.studies.matching.ctml_files import read_ctml_files
from genostrat.studies.records.reading import gather_records

RECORDS = DATA / "registry_texts"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not RECORDS.is_dir(), reason="registry_texts is not there"),
]


@pytest.fixture(scope="module")
def texts():
    return read_texts(RECORDS / "texts.jsonl.gz")


# Precision and recall that the rules reach on each set of labels, less one or two
# records: "now" in docs/studies.md. Only the first figures there were scored blind.
# `development` has grown from 232 to 984 records, those added picked since they are
# hard, so that its figures are lower than those of the first hundred.
REACHED = {
    "development": (0.93, 0.94),
    "held_out": (0.92, 0.92),
    "second_held_out": (0.92, 0.92),
    "third_held_out": (0.86, 0.87),
}


@pytest.mark.parametrize("half", REACHED)
def test_designs_are_found_as_readers_find_them(half):
    precision, recall = REACHED[half]
    right, false, missed, alarms = score_designs(half)
    assert right.total() / (right + false).total() >= precision
    assert right.total() / (right + missed).total() >= recall
    assert sum(alarms) / len(alarms) <= 0.02


def test_labels_are_of_records_that_are_there_and_spans_lie_in_them(texts):
    labels, halves, frames = read_labels()
    assert len(labels) >= 400
    assert set(labels) <= set(texts)
    assert set(halves.values()) == set(REACHED)
    assert sum(frame == "random" for frame in frames.values()) >= 100
    lines = (HOME / "tests/unit/studies/labels.tsv").read_text().splitlines()
    header = lines[0].split("\t")
    for line in lines[1:]:
        row = dict(zip(header, line.split("\t"), strict=True))
        if row["label"] != "none":
            start, end = int(row["start"]), int(row["end"])
            assert 0 <= start < end <= len(texts[row["study_id"]])


def test_spans_lie_in_the_text_they_name(texts):
    for text in itertools.islice(texts.values(), 500):
        for spans in classify_design({"text": text}).values():
            assert all(0 <= s.start < s.end <= len(text) for s in spans)


def test_registers_are_read():
    records, findings = gather_records(
        [RECORDS / "ctgov_v2", RECORDS / "ctrdata_demo.sqlite.gz"]
    )
    kinds = Counter(record.register for record in records)
    assert (kinds["isrctn"], kinds["ctis"], kinds["euctr"]) == (9, 4, 4)
    assert kinds["ctgov"] >= 25
    assert all(record.title for record in records)
    assert sum(not record.status for record in records) <= 5
    # Parts of records, which the folder has for other tests, are told.
    assert sum("without an identifier" in one.what for one in findings) == 31


CLOSED = ("all_closed", "log_arm_closed")
CASES = sorted((RECORDS / "ctml").glob("ctml_boolean_cases__*.json"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem.split("__")[-1])
def test_logic_of_ctml_is_that_of_matchminer(path):
    name = path.name.split("__")[1]
    expected = json.loads((RECORDS / "ctml/get_match_paths_expected.json").read_text())
    node = read_match([json.loads(path.read_text())])
    paths = [
        All(
            tuple(
                read_match(one)
                for clause in way["criteria_list"]
                for one in clause["criteria"]
            )
        )
        for way in expected[name]
    ]
    theirs = Any(tuple(paths))
    leaves = sorted(set(list_leaves(node)) | set(list_leaves(theirs)), key=repr)
    rng = random.Random(1)
    if name == "all_cases.json":
        # Their paths are not plain and/or here; see docs/studies.md.
        answers = [rng.choices([True, False], k=len(leaves)) for _ in range(500)]
        allowed = 3
    else:
        answers = list(itertools.product([True, False, None], repeat=len(leaves)))
        allowed = 0
    n_differ = 0
    for given in answers:
        known = dict(zip(leaves, given, strict=True))
        n_differ += evaluate(node, known.get) != evaluate(theirs, known.get)
    assert n_differ <= allowed


def test_all_trials_of_matchminer_are_read_and_say_whether_they_are_open():
    paths = sorted(
        [
            *(RECORDS / "ctml").glob("integration_trials__*.json"),
            *(RECORDS / "ctml").glob("trials__*.json"),
        ]
    )
    assert len(paths) >= 20
    for path in paths:
        trials, findings = read_ctml_files([path])
        if path.name == "trials__11-112.json":
            assert not trials
            assert "no trial with a protocol_no" in findings[0].what
            continue
        assert not findings
        assert all(trial.criteria for trial in trials)
        is_open = trials[0].is_open and any(c.is_open for c in trials[0].clauses)
        assert is_open is not any(part in path.name for part in CLOSED)


def test_nobody_is_denied_a_trial_that_judges_say_they_may_enter():
    outcomes, _, _ = find_outcomes()
    assert outcomes["not", "2"] == 0
    assert outcomes["not", "0"] + outcomes["not", "1"] >= 150
    assert not any(outcomes["eligible", judged] for judged in "012")
