"""Cohorts of which nobody is kept, and sheets that code the sexes the other way."""

import pandas as pd
import pytest
from made_up import write_part

from genostrat.errors import GenostratError
from genostrat.qc.identity.sex_coding import find_reversed_sex
from genostrat.qc.kept import read_kept


def test_nobody_kept_is_a_sentence_with_the_rules_and_their_keys(tmp_path):
    keep = tmp_path / "keep.txt"
    keep.write_text("a\n")
    assert read_kept(keep) == ["a"]
    keep.write_text("")
    with pytest.raises(GenostratError, match="left no sample"):
        read_kept(keep)
    row = {
        "rule": "low_call_rate",
        "value": 0.1,
        "threshold": 0.95,
        "config_key": "qc.min_call_rate",
        "outcome": "excluded",
        "reason": "few genotypes were called",
    }
    rows = pd.DataFrame([{"sample_id": name, **row} for name in ("a", "b")])
    write_part(tmp_path / "decisions.tsv", rows, table="qc/decisions.tsv")
    with pytest.raises(GenostratError) as caught:
        read_kept(keep)
    assert caught.value.problems[0].found == (
        "excluded by low_call_rate (qc.min_call_rate): 2"
    )


def told(*pairs):
    return pd.DataFrame(pairs, columns=["reported_sex", "inferred_sex"])


M, F = "male", "female"


@pytest.mark.parametrize(
    ("pairs", "is_reversed"),
    [
        ([(M, F), (F, M)] * 5, True),
        ([(M, F)] * 10, True),
        ([(M, F), (F, M)] * 9 + [(M, M), (F, F)], True),
        ([(M, F), (F, M)] * 5 + [("", F)] * 50 + [(M, "")] * 50, True),
        ([(M, F), (F, M)] * 2, False),
        ([(M, M), (F, F)] * 5, False),
        ([(M, F), (F, M), (M, M), (F, F)] * 5, False),
    ],
)
def test_a_reversed_coding_is_told_from_single_mistakes(pairs, is_reversed):
    problem = find_reversed_sex(told(*pairs), sheet="ward.tsv", column="gender")
    assert (problem is not None) is is_reversed
    if problem:
        assert (problem.file, problem.column) == ("ward.tsv", "gender")
        assert "samples.sex_codes: {1: female, 2: male}" in problem.fix
